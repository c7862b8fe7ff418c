"""Open invoices: what opens them, what takes from them, and how many are kept."""

from typing import Any

import pytest

from agents.events.booking import Booking
from schemas.base.times import NO_DUE_US
from tests.support.customers import (
    PLAIN,
    REMINDED,
    after,
    at,
    came_back,
    customer_of,
    kept_of,
    next_us,
    open_of,
    paid,
    sold,
    totals_of,
    waiting,
)
from tests.support.feeding import on
from tests.support.making import policy

WITHOUT = policy()


# opening


def test_a_sale_on_credit_opens_an_invoice() -> None:
    (invoice,) = open_of(customer_of(PLAIN, sold(PLAIN, 1, "80.00", currency="EUR")))
    assert (invoice.currency, invoice.amount, invoice.remaining) == ("EUR", 8_000, 8_000)
    assert (invoice.base_amount, invoice.due_us) == (10_000, at(5))
    assert invoice.paid_until_us is None


@pytest.mark.parametrize(
    "fields",
    [{"invoice_id": None}, {"due_at": None}, {"amount": "0.00"}, {"amount": "0"}],
)
def test_a_sale_opens_none_without_an_id_a_due_time_or_an_amount(fields: dict[str, Any]) -> None:
    assert customer_of(PLAIN, sold(PLAIN, 1, **fields)).invoices is None


def test_without_the_section_nothing_is_followed() -> None:
    customer = customer_of(WITHOUT, sold(WITHOUT, 1), paid(WITHOUT, 2), until_us=at(25))
    assert customer.invoices is None
    assert totals_of(customer) == {}


def test_an_amount_that_comes_to_nothing_in_the_base_currency_is_owed_all_the_same() -> None:
    dinar = sold(REMINDED, 1, "0.001", currency="KWD", cost="0")
    customer = after(dinar, until=7, by=REMINDED)
    (invoice,) = open_of(customer)
    assert (invoice.amount, invoice.base_amount) == (1, 0)
    assert waiting(customer) == (0, 100)


def test_two_ids_are_two_invoices() -> None:
    one, other = sold(PLAIN, 1), sold(PLAIN, 1, invoice_id="i-2", event_id="other")
    assert [its.remaining for its in open_of(customer_of(PLAIN, one, other))] == [10_000, 10_000]


def test_another_sale_adds_to_an_invoice_and_the_later_due_time_counts() -> None:
    for due in (3, 9):
        customer = customer_of(PLAIN, sold(PLAIN, 1), sold(PLAIN, 2, "50.00", due=due))
        (invoice,) = open_of(customer)
        assert (invoice.amount, invoice.remaining, invoice.base_amount) == (15_000, 15_000, 15_000)
        assert invoice.due_us == at(max(5, due))


def test_what_is_added_in_another_currency_is_converted_at_its_day_and_rounded_half_even() -> None:
    # 0.02 EUR are 2.5 cents: 2; 0.06 are 7.5: 8; 1.10 to the euro in January, 1.25 since February
    for amount, cents in (("0.02", 2), ("0.06", 8)):
        more = sold(PLAIN, 2, amount, currency="EUR", cost="0")
        (invoice,) = open_of(customer_of(PLAIN, sold(PLAIN, 1), more))
        assert (invoice.currency, invoice.amount) == ("USD", 10_000 + cents)
        assert invoice.base_amount == 10_000 + cents
    more = sold(PLAIN, 2, "10.00", currency="EUR", occurred_at="2026-01-31T23:59:59Z")
    (invoice,) = open_of(customer_of(PLAIN, sold(PLAIN, 1), more))
    assert invoice.amount == 11_100


def test_base_amounts_are_those_that_were_booked() -> None:
    # in an invoice of euros: 1 cent is 0.8 euro cents, 1; its base amount stays 1
    euros = sold(PLAIN, 1, "80.00", currency="EUR")
    (invoice,) = open_of(customer_of(PLAIN, euros, sold(PLAIN, 2, "0.01")))
    assert (invoice.amount, invoice.base_amount) == (8_001, 10_001)


# paying


def test_a_part_that_is_paid_leaves_the_rest_and_its_share_of_the_base_amount() -> None:
    customer = after(sold(PLAIN, 1), paid(PLAIN, 4, "40.00"), until=15)
    (invoice,) = open_of(customer)
    assert (invoice.amount, invoice.remaining, invoice.paid_until_us) == (10_000, 6_000, at(4))
    # 60.00 for 10 days: 19.73
    assert waiting(customer) == (20, 0)


def test_the_share_is_rounded_before_interest_is_reckoned() -> None:
    # a tenth a day
    steep = policy(('annual_rate = "0.12"', 'annual_rate = "36.5"'), more="[invoices]")
    # 3 euro cents are 3.75 cents, 4; a third of them is open: 4/3 of a cent, 1
    events = (
        sold(steep, 1, "0.03", currency="EUR", cost="0"),
        paid(steep, 2, "0.02", currency="EUR"),
    )
    (invoice,) = open_of(customer_of(steep, *events))
    assert (invoice.base_amount, invoice.amount, invoice.remaining) == (4, 3, 1)
    # five days are a tie: 500.5 is 500; of 4/3 of a cent it would have been 500.67
    found = [waiting(after(*events, until=5 + n, by=steep))[0] for n in (4, 5, 6, 10)]
    assert found == [0, 0, 1, 1]


def test_a_payment_in_time_costs_nothing_and_closes_the_invoice() -> None:
    customer = after(sold(PLAIN, 1), paid(PLAIN, 5), until=10)
    assert customer.invoices is None
    assert totals_of(customer) == {"revenue": 10_000, "goods": 10_000}


def test_one_that_is_paid_late_and_whole_has_cost_what_late_payments_cost() -> None:
    for day in (6, 9, 12):
        events = [sold(PLAIN, 1), paid(PLAIN, day)]
        without = [sold(WITHOUT, 1), paid(WITHOUT, day)]
        customer = customer_of(PLAIN, *events)
        assert customer.invoices is None
        assert totals_of(customer) == totals_of(customer_of(WITHOUT, *without))
    assert waiting(customer) == (523, 0)  # 7 days: the fee and 23.01


def test_a_part_that_is_paid_late_costs_a_fee_and_the_rest_goes_on() -> None:
    customer = customer_of(PLAIN, sold(PLAIN, 1), paid(PLAIN, 8, "40.00"))
    # 40.00 three days late: 503.95; 60.00 for three days: 5.92
    assert waiting(customer) == (504 + 6, 0)


def test_more_than_is_owed_closes_too_and_the_rest_is_not_kept() -> None:
    customer = customer_of(PLAIN, sold(PLAIN, 1), paid(PLAIN, 5, "100.01"))
    assert customer.invoices is None
    again = customer_of(
        PLAIN,
        sold(PLAIN, 1),
        paid(PLAIN, 5, "250.00"),
        sold(PLAIN, 6, due=9, event_id="again"),
    )
    assert [its.remaining for its in open_of(again)] == [10_000]


def test_one_cent_that_is_missing_keeps_it_open() -> None:
    (invoice,) = open_of(customer_of(PLAIN, sold(PLAIN, 1), paid(PLAIN, 5, "99.99")))
    assert invoice.remaining == 1


def test_a_failed_payment_pays_nothing() -> None:
    customer = customer_of(PLAIN, sold(PLAIN, 1), paid(PLAIN, 5, status="failed"))
    assert [its.remaining for its in open_of(customer)] == [10_000]
    assert kept_of(customer_of(PLAIN, paid(PLAIN, 5, status="failed"))) == []


def test_a_payment_of_nothing_pays_nothing_and_is_not_kept() -> None:
    customer = customer_of(PLAIN, sold(PLAIN, 1), paid(PLAIN, 5, "0"))
    (invoice,) = open_of(customer)
    assert invoice.paid_until_us is None
    assert customer_of(PLAIN, paid(PLAIN, 5, "0")).invoices is None


def test_a_payment_in_another_currency_is_converted_at_its_own_day() -> None:
    euros = sold(PLAIN, 1, "80.00", currency="EUR")
    # 50.00 at 1.25 to the euro
    (invoice,) = open_of(customer_of(PLAIN, euros, paid(PLAIN, 4, "50.00")))
    assert (invoice.remaining, invoice.base_amount) == (4_000, 10_000)
    # 1000 yen are 6.50, which are 5.20 euros
    yen = paid(PLAIN, 4, "1000", currency="JPY")
    assert open_of(customer_of(PLAIN, euros, yen))[0].remaining == 7_480
    # in January a euro was 1.10: 50.00 are 45.4545
    early = paid(PLAIN, 4, "50.00", occurred_at="2026-01-31T12:00:00Z")
    assert open_of(customer_of(PLAIN, euros, early))[0].remaining == 8_000 - 4_545


@pytest.mark.parametrize(("amount", "cents"), [("0.02", 2), ("0.06", 8), ("0.10", 12)])
def test_what_is_converted_is_rounded_half_even(amount: str, cents: int) -> None:
    customer = customer_of(PLAIN, sold(PLAIN, 1), paid(PLAIN, 4, amount, currency="EUR"))
    assert open_of(customer)[0].remaining == 10_000 - cents


def test_a_whole_payment_in_another_currency_closes() -> None:
    customer = customer_of(PLAIN, sold(PLAIN, 1), paid(PLAIN, 5, "80.00", currency="EUR"))
    assert customer.invoices is None


# returns


def test_goods_that_come_back_take_from_an_invoice() -> None:
    customer = customer_of(PLAIN, sold(PLAIN, 1), came_back(PLAIN, 4, "30.00"))
    (invoice,) = open_of(customer)
    assert (invoice.remaining, invoice.paid_until_us) == (7_000, at(4))
    assert totals_of(customer) == {"revenue": 7_000, "goods": 7_000, "returns": 900}


def test_goods_that_come_back_whole_close_it_and_cost_no_fee() -> None:
    customer = after(sold(PLAIN, 1), came_back(PLAIN, 8), until=10)
    assert customer.invoices is None
    assert totals_of(customer) == {"returns": 900}


def test_a_return_s_due_time_does_not_make_it_a_sale() -> None:
    customer = customer_of(PLAIN, sold(PLAIN, 1), came_back(PLAIN, 4, due_at=on(9)))
    assert customer.invoices is None


def test_a_return_without_an_invoice_takes_from_none() -> None:
    customer = customer_of(PLAIN, sold(PLAIN, 1), came_back(PLAIN, 4, invoice_id=None))
    assert [its.remaining for its in open_of(customer)] == [10_000]


def test_a_return_whose_invoice_is_not_known_is_kept() -> None:
    customer = customer_of(PLAIN, came_back(PLAIN, 2, "30.00"), sold(PLAIN, 3))
    assert [its.remaining for its in open_of(customer)] == [7_000]
    assert kept_of(customer) == []


# payments whose invoice is not known


def test_a_payment_before_its_invoice_is_kept_and_closes_it_when_it_comes() -> None:
    first = customer_of(PLAIN, paid(PLAIN, 1))
    (credit,) = kept_of(first)
    assert (credit.at_us, credit.amount, credit.currency) == (at(1), 10_000, "USD")
    assert next_us(first) == NO_DUE_US
    customer = after(paid(PLAIN, 1), sold(PLAIN, 2), until=10)
    assert customer.invoices is None
    assert waiting(customer) == (0, 0)


def test_kept_payments_are_taken_by_their_time_until_the_invoice_is_closed() -> None:
    customer = customer_of(
        PLAIN,
        paid(PLAIN, 3, "60.00"),
        paid(PLAIN, 1, "60.00"),
        paid(PLAIN, 2, "30.00"),
        sold(PLAIN, 4),
    )
    # 60.00 and 30.00 were not enough: all three were taken
    assert customer.invoices is None
    enough = customer_of(
        PLAIN,
        paid(PLAIN, 3, "60.00"),
        paid(PLAIN, 1, "60.00"),
        paid(PLAIN, 2, "40.00"),
        sold(PLAIN, 4),
    )
    assert [its.at_us for its in kept_of(enough)] == [at(3)]


def test_of_one_time_the_payment_that_came_first_is_taken_first() -> None:
    one, other = paid(PLAIN, 1, "100.00"), paid(PLAIN, 1, "130.00")
    customer = customer_of(PLAIN, one, other, sold(PLAIN, 2))
    assert [its.amount for its in kept_of(customer)] == [13_000]
    turned = customer_of(PLAIN, other, one, sold(PLAIN, 2))
    assert [its.amount for its in kept_of(turned)] == [10_000]


def test_kept_payments_of_other_invoices_stay() -> None:
    customer = customer_of(PLAIN, paid(PLAIN, 1, invoice_id="i-2"), sold(PLAIN, 2))
    assert [its.remaining for its in open_of(customer)] == [10_000]
    assert len(kept_of(customer)) == 1


def test_a_payment_for_a_closed_invoice_waits_for_another_of_that_id() -> None:
    events = [sold(PLAIN, 1), paid(PLAIN, 2), paid(PLAIN, 3, "25.00")]
    assert [its.amount for its in kept_of(customer_of(PLAIN, *events))] == [2_500]
    again = customer_of(PLAIN, *events, sold(PLAIN, 4, due=9))
    assert [its.remaining for its in open_of(again)] == [7_500]


def test_beyond_the_room_for_kept_payments_the_earliest_goes() -> None:
    late_comer = [paid(PLAIN, day, invoice_id=f"i-{day}") for day in (2, 3, 4, 1)]
    assert [its.at_us for its in kept_of(customer_of(PLAIN, *late_comer))] == [at(2), at(3), at(4)]
    in_order = [paid(PLAIN, day, invoice_id=f"i-{day}") for day in (1, 2, 3, 4)]
    assert [its.at_us for its in kept_of(customer_of(PLAIN, *in_order))] == [at(2), at(3), at(4)]


def test_a_kept_payment_in_another_currency_is_converted_at_its_own_day() -> None:
    early = paid(PLAIN, 1, "10.00", currency="EUR", occurred_at="2026-01-31T12:00:00Z")
    assert open_of(customer_of(PLAIN, early, sold(PLAIN, 2)))[0].remaining == 10_000 - 1_100


# room


def test_beyond_the_room_the_one_longest_due_is_written_off() -> None:
    def opened(due: int) -> Booking:
        return sold(PLAIN, 1, due=due, invoice_id=f"i-{due}", event_id=f"e-{due}")

    customer = customer_of(PLAIN, *(opened(due) for due in (9, 6, 8, 7)))
    assert [its.due_us for its in open_of(customer)] == [at(9), at(8), at(7)]
    assert customer.written_off == 1
    # the newest may be the one
    newest = customer_of(PLAIN, *(opened(due) for due in (9, 8, 7, 6)))
    assert [its.due_us for its in open_of(newest)] == [at(9), at(8), at(7)]


def test_of_one_due_time_the_one_that_was_opened_first_is_written_off() -> None:
    events = [
        sold(PLAIN, 1, f"{amount}.00", invoice_id=f"i-{amount}") for amount in (10, 20, 30, 40)
    ]
    customer = customer_of(PLAIN, *events)
    assert [its.amount for its in open_of(customer)] == [2_000, 3_000, 4_000]


def test_what_was_written_off_costs_no_more_and_a_payment_for_it_is_kept() -> None:
    events = [sold(PLAIN, 1, due=2, invoice_id="old", event_id="old")]
    events += [sold(PLAIN, 1, due=20, invoice_id=f"i-{n}", event_id=f"e-{n}") for n in range(3)]
    customer = after(*events, until=12)
    assert waiting(customer) == (0, 0)
    customer.apply(paid(PLAIN, 13, invoice_id="old"), 9, PLAIN)
    assert len(kept_of(customer)) == 1


def test_a_sale_that_adds_to_an_invoice_needs_no_more_room() -> None:
    events = [sold(PLAIN, 1, invoice_id=f"i-{n}", event_id=f"e-{n}") for n in range(3)]
    more = sold(PLAIN, 2, invoice_id="i-0", event_id="more")
    customer = customer_of(PLAIN, *events, more)
    assert [its.amount for its in open_of(customer)] == [20_000, 10_000, 10_000]
    assert customer.written_off == 0


def test_a_sale_that_was_paid_already_needs_no_room() -> None:
    events = [sold(PLAIN, 1, invoice_id=f"i-{n}", event_id=f"e-{n}") for n in range(3)]
    customer = customer_of(PLAIN, paid(PLAIN, 1), *events, sold(PLAIN, 2))
    assert len(open_of(customer)) == 3
    assert customer.written_off == 0


# where the order of arrival matters


def test_of_more_than_was_owed_what_comes_too_late_is_kept() -> None:
    parts = [paid(PLAIN, day, "60.00") for day in (6, 7, 8)]
    for order, left in (((0, 1, 2), 8), ((2, 1, 0), 6), ((0, 2, 1), 7)):
        customer = customer_of(PLAIN, sold(PLAIN, 1), *(parts[its] for its in order))
        assert [its.at_us for its in kept_of(customer)] == [at(left)]


def test_a_sale_after_an_invoice_was_paid_is_another_one_and_one_before_is_the_same() -> None:
    sale, more, payment = sold(PLAIN, 1), sold(PLAIN, 2, "50.00", due=9), paid(PLAIN, 3)
    (one,) = open_of(customer_of(PLAIN, sale, payment, more))
    assert (one.amount, one.remaining, one.due_us) == (5_000, 5_000, at(9))
    (same,) = open_of(customer_of(PLAIN, sale, more, payment))
    assert (same.amount, same.remaining, same.due_us) == (15_000, 5_000, at(9))
