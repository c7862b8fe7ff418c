"""What waiting for money costs: by the day, in reminders, by the card of the day, until it is paid.

Waiting costs 5.00 and 12 % a year by the tests' policy: of 100.00 that is 3.2877 cents a day.
"""

from typing import Any

import pytest

from agents.customer.rows import restored, stored
from agents.customer.state import Customer
from agents.customer.tier_state import TierState
from agents.policy.compiled import Policy
from schemas.base.times import DAY_US, NO_DAY, NO_DUE_US
from schemas.inputs.events import Kind
from schemas.state.rows import read_head
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
from tests.support.feeding import Desk, clock, newest, on, sale
from tests.support.making import INVOICES, payment, policy

WITHOUT = policy()


# interest, by the day


@pytest.mark.parametrize(
    ("days", "interest"),
    [
        (0, 0),
        (1, 3),  # 3.29
        (2, 7),  # 6.58
        (3, 10),  # 9.86
        (7, 23),  # 23.01
        (10, 33),  # 32.88
    ],
)
def test_interest_grows_with_whole_days_past_due(days: int, interest: int) -> None:
    customer = after(sold(PLAIN, 1), until=5 + days)
    assert waiting(customer) == (interest, 0)
    assert customer.contribution == -interest
    a_moment_before = customer_of(PLAIN, sold(PLAIN, 1), until_us=at(5 + days) - 1)
    assert waiting(a_moment_before)[0] < interest or interest == 0


def test_interest_grows_no_more_after_as_many_days_as_the_window_has() -> None:
    assert [waiting(after(sold(PLAIN, 1), until=5 + n))[0] for n in (9, 10, 11, 20)] == [
        30,
        33,
        33,
        33,
    ]


def test_interest_counts_in_full_though_the_sale_has_left_the_window() -> None:
    customer = after(sold(PLAIN, 1), until=20)
    assert totals_of(customer) == {"late_payment": 33}


def test_the_fee_is_not_counted_while_an_invoice_is_open_but_rounds_with_the_interest() -> None:
    # half a cent a day on a fee of 5.00: 500.5 is 500, 501.5 is 502, 502.5 is 502, 503.5 is 504
    half = [('annual_rate = "0.12"', 'annual_rate = "0.365"')]
    even = policy(*half, more="[invoices]")
    odd = policy(*half, ('late_fee = "5.00"', 'late_fee = "5.01"'), more="[invoices]")

    def by_day(by: Policy) -> list[int]:
        return [waiting(after(sold(by, 1, "5.00"), until=5 + n, by=by))[0] for n in range(1, 9)]

    assert by_day(even) == [0, 1, 2, 2, 2, 3, 4, 4]
    # 501.5 is 502, 502.5 is 502, 503.5 is 504
    assert by_day(odd) == [1, 1, 1, 2, 3, 3, 3, 4]


def test_several_invoices_are_rounded_each_by_itself() -> None:
    # 1.64 and 1.64 cents, rounded: 2 and 2; together it would be 3.29
    one, other = (sold(PLAIN, 1, "50.00", invoice_id=its, event_id=its) for its in ("a", "b"))
    assert waiting(after(one, other, until=6)) == (4, 0)


def test_a_late_sale_may_be_past_due_when_it_comes() -> None:
    customer = customer_of(PLAIN, sold(PLAIN, 20, invoice_id=None), sold(PLAIN, 9, due=10))
    assert waiting(customer) == (33, 0)
    assert next_us(customer) == NO_DUE_US


def test_a_due_time_may_lie_before_the_sale() -> None:
    customer = customer_of(PLAIN, sold(PLAIN, 9, due=5))
    assert waiting(customer) == (13, 0)  # 4 days are 13.15


# reminders


@pytest.mark.parametrize(("days", "cost"), [(1, 0), (2, 100), (4, 100), (5, 350), (20, 350)])
def test_reminders_cost_from_their_day_on_whatever_the_window(days: int, cost: int) -> None:
    customer = after(sold(REMINDED, 1), until=5 + days, by=REMINDED)
    assert waiting(customer)[1] == cost
    assert customer.live_cost == sum(waiting(customer))
    before = customer_of(REMINDED, sold(REMINDED, 1), until_us=at(5 + days) - 1)
    assert waiting(before)[1] == {2: 0, 5: 100}.get(days, cost)


def test_a_reminder_costs_the_same_however_little_is_left() -> None:
    customer = after(sold(REMINDED, 1), paid(REMINDED, 5, "99.99"), until=7, by=REMINDED)
    assert waiting(customer) == (0, 100)


def test_when_it_is_paid_the_reminders_until_then_are_booked_on_that_day() -> None:
    events = [sold(REMINDED, 1), paid(REMINDED, 8)]
    customer = customer_of(REMINDED, *events)
    assert customer.invoices is None
    # three days late: the fee and 9.86; one reminder
    assert waiting(customer) == (510, 100)
    assert customer.value.counts_from == events[0].day
    # it leaves with the day on which it was paid
    assert waiting(after(*events, until=17, by=REMINDED)) == (510, 100)
    assert waiting(after(*events, until=18, time="00:00:00", by=REMINDED)) == (0, 0)


def test_what_was_paid_in_time_was_never_reminded_of() -> None:
    customer = customer_of(REMINDED, sold(REMINDED, 1), paid(REMINDED, 7, occurred_at=on(6)))
    assert waiting(customer) == (503, 0)
    a_moment_less_than_two_days = paid(REMINDED, 7, occurred_at=on(7, "11:59:59.999999"))
    assert waiting(customer_of(REMINDED, sold(REMINDED, 1), a_moment_less_than_two_days))[1] == 0
    assert waiting(customer_of(REMINDED, sold(REMINDED, 1), paid(REMINDED, 7)))[1] == 100


def test_until_when_it_was_paid_is_told_by_the_latest_payment_whatever_came_last() -> None:
    parts = paid(REMINDED, 10, "50.00"), paid(REMINDED, 3, "50.00")
    for events in (parts, parts[::-1]):
        customer = customer_of(REMINDED, sold(REMINDED, 1), *events)
        # five days late: both reminders
        assert waiting(customer)[1] == 350
        assert customer.value.sum_of(10, parts[0].day, parts[0].day) == 350


def test_goods_that_come_back_end_the_reminders_likewise() -> None:
    customer = customer_of(REMINDED, sold(REMINDED, 1), came_back(REMINDED, 8))
    assert totals_of(customer) == {"returns": 900, "reminders": 100}


def test_reminders_of_a_day_outside_of_the_window_are_not_booked() -> None:
    known = sold(REMINDED, 25, invoice_id=None)
    inside = customer_of(REMINDED, known, sold(REMINDED, 1), paid(REMINDED, 16))
    assert waiting(inside) == (500 + 36, 350)  # eleven days: 36.16, all of it in the payment's cost
    outside = customer_of(REMINDED, known, sold(REMINDED, 1), paid(REMINDED, 15))
    assert waiting(outside) == (0, 0)


def test_a_sale_that_was_paid_before_it_came_may_have_been_reminded_of() -> None:
    customer = customer_of(REMINDED, paid(REMINDED, 8), sold(REMINDED, 1))
    assert waiting(customer) == (510, 100)


# when it changes


@pytest.mark.parametrize(
    ("amount", "days"),
    [
        ("100.00", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
        ("20.00", [1, 3, 4, 6, 7, 9, 10]),  # 0.66 cents a day
        ("2.00", [8]),  # 0.066 a day: above half a cent
        ("1.00", []),  # 0.033 a day: 16 days, and the window has ten
        ("0.01", []),
    ],
)
def test_the_next_change_is_the_day_on_which_another_cent_is_owed(
    amount: str, days: list[int]
) -> None:
    assert changes_of(PLAIN, amount) == days


def changes_of(its_policy: Policy, amount: str) -> list[int]:
    """The days past due on which the cost is another, one after the other."""
    customer = customer_of(its_policy, sold(its_policy, 1, amount))
    found: list[int] = []
    while next_us(customer) != NO_DUE_US:
        day, rest = divmod(next_us(customer) - at(5), DAY_US)
        assert rest == 0
        before = customer.live_cost
        customer.advance(next_us(customer) - 1, its_policy)
        assert customer.live_cost == before
        customer.advance(next_us(customer), its_policy)
        assert customer.live_cost != before
        found.append(day)
    return found


def test_a_tie_goes_up_on_its_day_only_where_that_is_even() -> None:
    half = [('annual_rate = "0.12"', 'annual_rate = "0.365"')]
    even = policy(*half, more="[invoices]")
    # 500, 501, 502, 502, 502, 503, 504, 504, 504, 505
    assert changes_of(even, "5.00") == [2, 3, 6, 7, 10]
    odd = policy(*half, ('late_fee = "5.00"', 'late_fee = "5.01"'), more="[invoices]")
    # 502, 502, 502, 503, 504, 504, 504, 505, 506, 506
    assert changes_of(odd, "5.00") == [1, 4, 5, 8, 9]


def test_reminders_are_changes_too() -> None:
    assert changes_of(REMINDED, "1.00") == [2, 5]
    assert changes_of(REMINDED, "2.00") == [2, 5, 8]
    assert changes_of(REMINDED, "20.00") == [1, 2, 3, 4, 5, 6, 7, 9, 10]


def test_a_reminder_that_costs_nothing_changes_nothing() -> None:
    free = policy(more=INVOICES.replace('cost = "1.00"', 'cost = "0"'))
    assert changes_of(free, "1.00") == [5]


def test_a_reminder_may_come_after_more_days_than_the_window_has() -> None:
    late = policy(more=INVOICES.replace("after_days = 5", "after_days = 100"))
    assert changes_of(late, "1.00") == [2, 100]


def test_a_policy_by_which_waiting_is_free_has_no_changes() -> None:
    free = policy(('annual_rate = "0.12"', 'annual_rate = "0"'), more="[invoices]")
    assert changes_of(free, "100.00") == []


def test_the_earliest_of_several_invoices_is_next() -> None:
    one = sold(PLAIN, 1, due=9)
    other = sold(PLAIN, 1, due=7, invoice_id="i-2", event_id="other")
    assert next_us(customer_of(PLAIN, one, other)) == at(8)
    assert next_us(customer_of(PLAIN, other, one)) == at(8)


def test_due_times_are_as_exact_as_the_sale_s() -> None:
    odd = sold(PLAIN, 1, due_at=on(5, "17:03:00.000001"))
    customer = customer_of(PLAIN, odd)
    assert next_us(customer) == at(6, "17:03:00.000001")
    customer.advance(at(6, "17:03:00"), PLAIN)
    assert waiting(customer) == (0, 0)
    customer.advance(at(6, "17:03:00.000001"), PLAIN)
    assert waiting(customer) == (3, 0)


# rate cards

CARDS = """
[invoices]
[[service.reminder]]
after_days = 2
cost = "1.00"
[[service.card]]
from = "2026-03-08"
[service.card.late_payment]
annual_rate = "0.365"
[[service.card.reminder]]
after_days = 1
cost = "2.00"
[[service.card]]
from = "2026-03-10"
"""
DATED = policy(more=CARDS)


def test_what_waiting_costs_goes_by_the_card_of_the_day() -> None:
    def cost(day: int, time: str) -> tuple[int, int]:
        return waiting(after(sold(DATED, 1), until=day, time=time, by=DATED))

    assert cost(7, "23:59:59.999999") == (7, 100)
    # on the 8th a day costs ten cents, all the days, and one is reminded once for 2.00
    assert cost(8, "00:00:00") == (20, 200)
    assert cost(8, "12:00:00") == (30, 200)
    assert cost(9, "23:59:59.999999") == (40, 200)
    # from the 10th on nothing costs anything
    assert cost(10, "00:00:00") == (0, 0)


def test_a_card_s_first_midnight_is_a_due_time_where_something_is_past_due() -> None:
    customer = customer_of(DATED, sold(DATED, 1))
    found = []
    while next_us(customer) != NO_DUE_US:
        customer.advance(next_us(customer), DATED)
        found.append(customer.as_of_us)
    assert found == [at(6), at(7), at(8, "00:00:00"), at(8), at(9), at(10, "00:00:00")]


def test_a_card_that_comes_before_a_day_past_due_is_no_due_time() -> None:
    late = sold(DATED, 1, due_at=on(7, "00:00:00.000001"))
    customer = customer_of(DATED, late)
    assert next_us(customer) == at(8, "00:00:00.000001")
    customer.advance(next_us(customer), DATED)
    assert waiting(customer) == (10, 200)
    exactly = sold(DATED, 1, due_at=on(7, "00:00:00"))
    assert next_us(customer_of(DATED, exactly)) == at(8, "00:00:00")


def test_a_card_that_makes_waiting_dear_counts_though_the_one_before_was_free() -> None:
    later = CARDS.replace("2026-03-10", "2026-03-30")
    by = policy(('annual_rate = "0.12"', 'annual_rate = "0"'), more=later)
    customer = customer_of(by, sold(by, 1, "5.00", due=9))
    assert next_us(customer) == at(10)
    customer.advance(at(11), by)
    assert waiting(customer) == (1, 200)


def test_reminders_of_a_paid_invoice_go_by_the_card_of_the_day_of_payment() -> None:
    for day, cost in ((7, 100), (8, 200), (9, 200), (10, 0)):
        assert waiting(customer_of(DATED, sold(DATED, 1), paid(DATED, day)))[1] == cost


# restarts and other policies


def stored_and_back(customer: Customer, by: Policy) -> Customer:
    if customer.tier_state is None:
        customer.tier_state = TierState(1, customer.day, NO_DAY)
    data = stored(customer, by)
    again = restored("ada", data, by)
    assert stored(again, by) == data
    return again


def test_what_is_owed_survives_a_restart() -> None:
    events = [sold(REMINDED, 1), paid(REMINDED, 6, "40.00"), paid(REMINDED, 7, invoice_id="i-9")]
    customer = after(*events, until=8, by=REMINDED)
    again = stored_and_back(customer, REMINDED)
    assert again.live_cost == customer.live_cost == sum((6, 100))  # 60.00 for three days: 5.92
    assert next_us(again) == next_us(customer)
    for its in (customer, again):
        its.apply(sold(REMINDED, 9, due=12, invoice_id="i-9", event_id="nine"), 7, REMINDED)
        its.apply(paid(REMINDED, 10, "60.00"), 8, REMINDED)
        assert its.invoices is None
    assert again.totals() == customer.totals()


def test_under_a_policy_with_less_room_the_longest_due_and_the_earliest_go() -> None:
    events = [sold(PLAIN, 1, due=5 + n, invoice_id=f"i-{n}", event_id=f"{n}") for n in range(3)]
    events += [paid(PLAIN, 2 + n, invoice_id=f"x-{n}") for n in range(3)]
    customer = customer_of(PLAIN, *events)
    narrow = policy(more="[invoices]\nopen_max = 1\nunmatched_max = 2\n")
    again = stored_and_back(customer, PLAIN)
    again.fit(narrow)
    assert [its.due_us for its in open_of(again)] == [at(7)]
    assert [its.at_us for its in kept_of(again)] == [at(3), at(4)]
    assert next_us(again) == at(8)


def test_under_a_policy_without_the_section_what_was_owed_is_forgotten() -> None:
    again = stored_and_back(after(sold(PLAIN, 1), until=9), PLAIN)
    assert again.live_cost == 13
    again.fit(WITHOUT)
    assert (again.invoices, again.live_cost) == (None, 0)


# in a partition


def owing(**fields: Any) -> dict[str, Any]:
    """A sale of March 1 that brings nothing, due on the 5th."""
    made = {"amount": "100.00", "cost": "100.00", "invoice_id": "i-1", "due_at": on(5)}
    return sale(1, **(made | fields))


def test_a_tier_changes_at_the_moment_at_which_waiting_costs_too_much() -> None:
    desk = Desk(REMINDED)
    desk.feed(Kind.PURCHASES, owing(due_at=on(5, "17:03:00.000001")))
    desk.feed(Kind.SUPPORT_CALLS, clock(6, "17:03:00"))
    desk.commit()
    assert [its["to_tier"] for its in desk.tier_changes if its["customer_id"] == "ada"] == [
        "ordinary"
    ]
    desk.feed(Kind.SUPPORT_CALLS, clock(6, "17:03:00.000001"))
    desk.commit()
    change = desk.tier_changes[-1]
    assert (change["customer_id"], change["to_tier"]) == ("ada", "maintenance")
    assert change["effective_at"] == on(6, "17:03:00.000001")
    assert change["trigger"] == {"kind": "timer", "topic": None, "event_id": None}
    assert change["value"]["contribution"] == change["value"]["index"] == "-0.03"


def test_interest_and_reminders_stand_on_their_lines_and_in_the_service_cost() -> None:
    desk = Desk(REMINDED)
    desk.feed(Kind.PURCHASES, owing())
    desk.feed(Kind.SUPPORT_CALLS, clock(9, "12:00:00"))
    desk.commit(stop=True)
    value = newest(desk)["value"]
    assert (value["lines"]["late_payment"], value["lines"]["reminders"]) == ("0.13", "1.00")
    assert (value["service_cost"], value["contribution"]) == ("1.13", "-1.13")
    assert newest(desk)["as_of"] == on(9)


def test_after_a_payment_nothing_falls_due_but_the_days_that_leave() -> None:
    desk = Desk(REMINDED)
    desk.feed(Kind.PURCHASES, owing())
    desk.feed(Kind.PAYMENTS, payment(occurred_at=on(6), invoice_id="i-1", due_at=on(5)))
    desk.commit()
    assert read_head(desk.customer_rows["ada"]).due_us == at(11, "00:00:00")
    desk.feed(Kind.SUPPORT_CALLS, clock(25))
    desk.commit(stop=True)
    # the sale's day and that of the payment, which came late
    assert newest(desk)["as_of"] == on(16, "00:00:00")


def test_what_was_written_off_is_counted_once() -> None:
    desk = Desk(REMINDED)
    desk.feed(
        Kind.PURCHASES,
        *(owing(event_id=f"e-{n}", invoice_id=f"i-{n}") for n in range(5)),
    )
    changes = desk.commit()
    assert changes is not None
    assert changes.counters.invoices_written_off == 2
    desk.feed(Kind.PURCHASES, sale(2))
    changes = desk.commit()
    assert changes is not None
    assert changes.counters.invoices_written_off == 0


def test_under_a_policy_that_took_a_currency_s_rates_away_what_is_owed_in_it_stays() -> None:
    euros = sold(PLAIN, 1, "80.00", currency="EUR")
    section = '[rates.EUR]\n"2026-01-01" = "1.10"\n"2026-02-01" = "1.25"\n'
    without = policy((section, ""), more="[invoices]\n")
    again = stored_and_back(customer_of(PLAIN, euros), PLAIN)
    again.fit(without)
    again.advance(at(8), without)
    # 100.00 as they were booked, three days past due
    assert again.live_cost == 10
    # no rate says what dollars are in euros: one for one
    again.apply(paid(without, 8, "30.00"), 1, without)
    assert open_of(again)[0].remaining == 5_000
