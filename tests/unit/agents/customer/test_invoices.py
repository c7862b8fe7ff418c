"""Open invoices: what opens them, what takes from them, and how many are kept."""

from typing import Any

from tests.support.customers import at
from tests.support.feeding import clock, on
from tests.support.making import POLICY
from tests.support.owing import REMINDED, came_back, owed, paid, sold
from tests.support.policies import policy, section
from tests.support.tables import table

EUROS = sold(1, "80.00", currency="EUR")
JANUARY: dict[str, Any] = {"occurred_at": "2026-01-31T23:59:59Z"}
"""A euro is 1.10 then, and 1.25 since February."""


def others(many: int = 3, due: int = 5) -> list[dict[str, Any]]:
    return [sold(1, due=due, invoice_id=f"x-{number}") for number in range(many)]


# opening


def test_a_sale_on_credit_opens_an_invoice() -> None:
    (invoice,) = owed(EUROS).open
    assert (invoice.currency, invoice.amount, invoice.remaining) == ("EUR", 8_000, 8_000)
    assert (invoice.base_amount, invoice.due_us) == (10_000, at(5))
    assert invoice.paid_until_us is None


@table("fields", {"invoice_id": None}, {"due_at": None}, {"amount": "0.00"}, {"amount": "0"})
def test_a_sale_opens_none_without_an_id_a_due_time_or_an_amount(fields: dict[str, Any]) -> None:
    assert owed(sold(1, **fields)).open == []


def test_without_the_section_nothing_is_followed() -> None:
    found = owed(sold(1), paid(2), clock(25), by=POLICY)
    assert (found.open, found.kept, found.lines) == ([], [], {})


def test_an_amount_that_comes_to_nothing_in_the_base_currency_is_owed_all_the_same() -> None:
    dinar = sold(1, "0.001", currency="KWD", cost="0")
    found = owed(dinar, clock(7, "12:00:00"), by=REMINDED)
    assert [(its.amount, its.base_amount) for its in found.open] == [(1, 0)]
    assert found.waiting == (0, 100)


def test_two_ids_are_two_invoices() -> None:
    assert owed(sold(1), sold(1, invoice_id="i-2")).remaining == [10_000, 10_000]


@table(
    "one more amounts due",
    ("the later due", sold(1), sold(2, "50.00", due=3), (15_000, 15_000), 5),
    ("time counts", sold(1), sold(2, "50.00", due=9), (15_000, 15_000), 9),
    # 0.02 EUR are 2.5 cents, 0.06 are 7.5
    *(
        (amount, sold(1), sold(2, amount, currency="EUR"), (total, total), 5)
        for amount, total in (("0.02", 10_002), ("0.06", 10_008))
    ),
    ("at its own day", sold(1), sold(2, "10.00", currency="EUR", **JANUARY), (11_100, 11_100), 5),
    # of 1 cent 0.8 euro cents, 1; its base amount stays 1
    ("base amounts as booked", EUROS, sold(2, "0.01"), (8_001, 10_001), 5),
)
def test_another_sale_adds_to_an_invoice(one: Any, more: Any, amounts: Any, due: int) -> None:
    (invoice,) = owed(one, more).open
    assert invoice.currency == one["currency"]
    assert (invoice.amount, invoice.base_amount) == amounts
    assert (invoice.remaining, invoice.due_us) == (invoice.amount, at(due))


# paying


@table(
    "events remaining",
    ("whole in time", [sold(1), paid(5)], []),
    ("in another currency", [sold(1), paid(5, "80.00", currency="EUR")], []),
    ("with more than is owed", [sold(1), paid(5, "100.01")], []),
    ("no rest is kept", [sold(1), paid(5, "250.00"), sold(6, due=9)], [10_000]),
    ("a cent that is missing", [sold(1), paid(5, "99.99")], [1]),
    ("failed", [sold(1), paid(5, status="failed")], [10_000]),
    ("failed, of none", [paid(5, status="failed")], []),
    ("nothing, of none", [paid(5, "0")], []),
    # 50.00 at 1.25 to the euro; 1000 yen are 6.50, which are 5.20 euros; in January 45.4545
    ("dollars for euros", [EUROS, paid(4, "50.00")], [4_000]),
    ("yen for euros", [EUROS, paid(4, "1000", currency="JPY")], [7_480]),
    ("at its own day", [EUROS, paid(4, "50.00", **JANUARY)], [8_000 - 4_545]),
    # 0.02 EUR are 2.5 cents, 0.06 are 7.5, 0.10 are 12.5
    *(
        (amount, [sold(1), paid(4, amount, currency="EUR")], [10_000 - cents])
        for amount, cents in (("0.02", 2), ("0.06", 8), ("0.10", 12))
    ),
    ("goods that came back whole", [sold(1), came_back(4)], []),
    ("whose due time means nothing", [sold(1), came_back(4, due_at=on(9))], []),
    ("which name no invoice", [sold(1), came_back(4, invoice_id=None)], [10_000]),
    # those that come first
    ("before its invoice", [paid(1), sold(2), clock(10)], []),
    ("goods, before it", [came_back(2, "30.00"), sold(3)], [7_000]),
    ("at its day before", [paid(1, "10.00", currency="EUR", **JANUARY), sold(2)], [8_900]),
    # 60.00 and 30.00 are not enough: all three are taken
    ("all that came", [paid(3, "60.00"), paid(1, "60.00"), paid(2, "30.00"), sold(4)], []),
)
def test_what_is_paid_takes_from_an_invoice_until_none_is_open(events: Any, remaining: Any) -> None:
    found = owed(*events)
    assert (found.remaining, found.kept) == (remaining, [])
    assert found.waiting == (0, 0)


def test_a_part_that_is_paid_leaves_the_rest_and_its_share_of_the_base_amount() -> None:
    found = owed(sold(1), paid(4, "40.00"), clock(15, "12:00:00"))
    (invoice,) = found.open
    assert (invoice.amount, invoice.remaining, invoice.paid_until_us) == (10_000, 6_000, at(4))
    # 60.00 for 10 days: 19.73
    assert found.waiting == (20, 0)
    (untouched,) = owed(sold(1), paid(5, "0")).open
    assert untouched.paid_until_us is None
    assert owed(EUROS, paid(4, "50.00")).open[0].base_amount == 10_000


def test_the_share_is_rounded_before_interest_is_reckoned() -> None:
    # a tenth a day
    steep = policy(section("followed"), {"service.late_payment.annual_rate": "36.5"})
    # 3 euro cents are 3.75 cents, 4; a third of them is open: 4/3 of a cent, 1
    bought = sold(1, "0.03", currency="EUR", cost="0"), paid(2, "0.02", currency="EUR")
    (invoice,) = owed(*bought, by=steep).open
    assert (invoice.base_amount, invoice.amount, invoice.remaining) == (4, 3, 1)
    # five days are a tie: 500.5 is 500; of 4/3 of a cent it would have been 500.67
    found = [owed(*bought, clock(5 + n, "12:00:00"), by=steep).waiting[0] for n in (4, 5, 6, 10)]
    assert found == [0, 0, 1, 1]


@table("day cost", (5, 0), (6, 503), (9, 513), (12, 523))
def test_one_that_is_paid_whole_has_cost_what_late_payments_cost(day: int, cost: int) -> None:
    # 500 and 3.29 a day
    found = owed(sold(1), paid(day), clock(10))
    assert (found.open, found.waiting) == ([], (cost, 0))
    assert found.lines == owed(sold(1), paid(day), clock(10), by=POLICY).lines


def test_a_part_that_is_paid_late_costs_a_fee_and_the_rest_goes_on() -> None:
    # 40.00 three days late: 503.95; 60.00 for three days: 5.92
    assert owed(sold(1), paid(8, "40.00")).waiting == (504 + 6, 0)


def test_goods_that_come_back_take_from_an_invoice_and_cost_no_fee() -> None:
    part = owed(sold(1), came_back(4, "30.00"))
    assert [(its.remaining, its.paid_until_us) for its in part.open] == [(7_000, at(4))]
    assert part.lines == {"revenue": 7_000, "goods": 7_000, "returns": 900}
    whole = owed(sold(1), came_back(8), clock(10))
    assert (whole.open, whole.lines) == ([], {"returns": 900})


# payments whose invoice is not known


def test_a_payment_before_its_invoice_is_kept() -> None:
    found = owed(paid(1))
    (credit,) = found.kept
    assert (credit.at_us, credit.amount, credit.currency) == (at(1), 10_000, "USD")
    assert found.due_times == []


PARTS = [paid(day, "60.00") for day in (6, 7, 8)]
OLD = paid(1, "60.00"), paid(2, "40.00")
LATEST = [at(2), at(3), at(4)]


@table(
    "events remaining kept",
    ("by their time, until it is closed", [PARTS[0], *OLD, sold(4)], [], [at(6)]),
    ("not of others", [paid(1, invoice_id="i-2"), sold(2)], [10_000], [at(1)]),
    ("after it was closed", [sold(1), paid(2), paid(3, "25.00")], [], [at(3)]),
    ("for another", [sold(1), paid(2), paid(3, "25.00"), sold(4, due=9)], [7_500], []),
    # of more than was owed what comes too late is kept
    ("the last of 6, 7, 8", [sold(1), *PARTS], [], [at(8)]),
    ("the last of 8, 7, 6", [sold(1), *PARTS[::-1]], [], [at(6)]),
    ("of 6, 8, 7", [sold(1), PARTS[0], PARTS[2], PARTS[1]], [], [at(7)]),
    # beyond the room for three the earliest goes
    ("whatever came last", [paid(day, invoice_id=f"{day}") for day in (2, 3, 4, 1)], [], LATEST),
    ("in order", [paid(day, invoice_id=f"{day}") for day in (1, 2, 3, 4)], [], LATEST),
)
def test_payments_are_kept_and_taken(events: list[Any], remaining: list[int], kept: Any) -> None:
    found = owed(*events)
    assert (found.remaining, [its.at_us for its in found.kept]) == (remaining, kept)


def test_of_one_time_the_payment_that_came_first_is_taken_first() -> None:
    one, other = paid(1, "100.00"), paid(1, "130.00")
    assert [its.amount for its in owed(one, other, sold(2)).kept] == [13_000]
    assert [its.amount for its in owed(other, one, sold(2)).kept] == [10_000]


# room


@table("order", ("an old one", [9, 6, 8, 7]), ("the newest", [6, 7, 8, 9]))
def test_beyond_the_room_the_ones_least_due_are_summed_up(order: list[int]) -> None:
    found = owed(*(sold(1, due=due, invoice_id=f"i-{due}") for due in order))
    assert found.outcome("summed_up") == [1]
    assert sorted(its.due_us for its in found.open) == [at(6), at(7), at(8), at(9)]
    # it is counted once
    found.then(sold(2, "40.00", due=8, invoice_id="i-10"))
    assert found.outcome("summed_up") == [1]
    assert found.then(sold(2, due=6, invoice_id="i-6")).outcome("summed_up") == [0]
    assert sum(found.remaining) == 54_000


def test_of_one_due_time_it_is_the_same_whatever_the_order() -> None:
    amounts = ("10.00", "20.00", "30.00", "40.00")
    sales = [sold(1, its, invoice_id=f"i-{its}") for its in amounts]
    (one, other) = (
        {(its.key, its.remaining) for its in owed(*way).open} for way in (sales, sales[::-1])
    )
    assert one == other


REST = sold(1, "40.00", due=20, invoice_id="new"), sold(1, "50.00", due=25, invoice_id="newer")


def test_the_sum_goes_on_to_cost_and_is_due_as_the_first_of_it_was() -> None:
    found = owed(*others(due=2), *REST, clock(22, "12:00:00"))
    rest = found.open[-1]
    assert (rest.currency, rest.remaining, rest.due_us) == ("USD", 9_000, at(20))
    # ten days of the three, 32.88 each; two of 90.00: 5.92
    assert found.waiting == (3 * 33 + 6, 0)


@table(
    "payments remaining",
    ("of one in it", [paid(6, "40.00", invoice_id="new")], 5_000),
    ("of one that nobody knows", [paid(6, "10.00", invoice_id="?")], 8_000),
    ("of all of it", [paid(6, "90.00", invoice_id="newer")], 0),
    ("of another that is kept apart", [paid(6, invoice_id="x-1")], 9_000),
)
def test_a_payment_of_what_is_not_known_pays_the_sum(payments: Any, remaining: int) -> None:
    found = owed(*others(due=2), *REST, *payments)
    assert [its.remaining for its in found.open if its.key == b""] == [remaining] * (remaining > 0)
    assert found.kept == []


@table(
    "events remaining",
    ("adds to one", [*others(), sold(2, invoice_id="x-0")], [20_000, 10_000, 10_000]),
    ("was paid already", [paid(1), *others(), sold(2)], [10_000] * 3),
)
def test_a_sale_needs_no_more_room_where_it(events: list[Any], remaining: list[int]) -> None:
    found = owed(*events)
    assert (found.outcome("summed_up"), found.remaining) == ([0], remaining)


def test_a_sale_after_an_invoice_was_paid_is_another_one_and_one_before_is_the_same() -> None:
    one, more, payment = sold(1), sold(2, "50.00", due=9), paid(3)
    for events, amount in (((one, payment, more), 5_000), ((one, more, payment), 15_000)):
        (invoice,) = owed(*events).open
        assert (invoice.amount, invoice.remaining, invoice.due_us) == (amount, 5_000, at(9))
