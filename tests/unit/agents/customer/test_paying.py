"""How invoices are paid in practice: nearly, in parts, twice, too much, and taken back."""

from typing import Any

from tests.support.customers import at
from tests.support.feeding import clock, on
from tests.support.making import payment, purchase
from tests.support.owing import PLAIN, REMINDED, Owing, came_back, owed, paid, sold
from tests.support.policies import only, policy, section
from tests.support.tables import table

FOLLOWED = policy(section("invoices"), {"invoices.paid_days": 20})
"""Lateness is an invoice's: 5.00 and 12 % a year, 1.00 after two days and 2.50 after five."""
NEARLY = policy(section("invoices"), {"invoices.tolerance": {"amount": "0.50", "rate": "0.02"}})


def taken_back(day: int, amount: str = "100.00", **fields: Any) -> dict[str, Any]:
    return paid(day, amount, status="reversed", **fields)


# what is late


@table(
    "by events cost",
    ("a payment of nothing", FOLLOWED, [paid(9, "0")], 0),
    ("by the contract it is", PLAIN, [paid(9, "0")], 500),
    # 100.00 for ten days, the tests' window: 32.88
    ("no more days than the window has", FOLLOWED, [paid(9, due_at="1970-01-01T00:00:00Z")], 533),
    ("likewise", FOLLOWED, [paid(20)], 533),
    ("by the contract all of them", PLAIN, [paid(20, due_at=on(9))], 536),
)
def test_a_late_payment_costs(by: Any, events: Any, cost: int) -> None:
    assert owed(*events, by=by).waiting == (cost, 0)


# nearly paid


@table(
    "sale payments remaining",
    ("a cent short", sold(1), [paid(4, "99.99")], []),
    ("two percent for early payment", sold(1), [paid(4, "98.00")], []),
    ("a little more", sold(1), [paid(4, "97.99")], [201]),
    ("so much in the base currency", sold(1, "10.00"), [paid(4, "9.50")], []),
    ("and no more", sold(1, "10.00"), [paid(4, "9.49")], [51]),
    # 40 euro cents are 50 cents
    ("in its own currency", sold(1, "8.00", currency="EUR"), [paid(4, "7.60", currency="EUR")], []),
    ("of a foreign one", sold(1, "8.00", currency="EUR"), [paid(4, "7.59", currency="EUR")], [41]),
    ("in parts", sold(1), [paid(3, "50.00"), paid(4, "49.00")], []),
    ("goods came back", sold(1), [came_back(3, "50.00"), paid(4, "49.00")], []),
    ("before it", sold(5), [paid(3, "99.00")], []),
    ("nothing was paid", sold(1, "0.40"), [], [40]),
)
def test_what_little_is_missing_of_an_invoice_is_asked_for_no_more(
    sale: Any, payments: Any, remaining: list[int]
) -> None:
    assert owed(sale, *payments, by=NEARLY).remaining == remaining


def test_without_a_tolerance_a_cent_is_missing() -> None:
    assert owed(sold(1), paid(4, "99.99")).remaining == [1]


def test_what_is_missing_costs_no_reminder_and_no_interest() -> None:
    assert owed(sold(1), paid(4, "98.00"), clock(20), by=NEARLY).waiting == (0, 0)


# in parts


THIRDS = [paid(day, "30.00") for day in (8, 9, 10)]
# of 30.00 three, four and five days: 2.96, 3.95 and 4.93; reminders of the day it was paid, 3.50
COSTS = (500 + 3 + 4 + 5, 350)


@table("order", ("in order", [0, 1, 2]), ("the last first", [2, 1, 0]), ("mixed", [1, 2, 0]))
def test_several_late_payments_of_an_invoice_cost_one_fee(order: list[int]) -> None:
    parts = [THIRDS[number] for number in order]
    assert owed(sold(1, "90.00"), *parts, by=FOLLOWED).waiting == COSTS
    assert owed(*parts, sold(1, "90.00"), by=FOLLOWED).waiting == COSTS
    assert owed(*parts[:1], sold(1, "90.00"), *parts[1:], by=FOLLOWED).waiting == COSTS


def test_the_fee_is_that_of_the_first_late_payment_and_leaves_with_its_day() -> None:
    found = owed(sold(1, "90.00"), *THIRDS[::-1], clock(18), by=FOLLOWED)
    assert found.waiting == (4 + 5, 350)


def test_the_fee_of_two_invoices_is_two() -> None:
    found = owed(paid(9), paid(9, invoice_id="i-2"), by=FOLLOWED)
    assert found.waiting == (2 * 513, 0)


def test_a_payment_after_the_invoice_was_paid_costs_no_second_fee() -> None:
    found = owed(sold(1), paid(8), paid(9, "10.00"), by=FOLLOWED)
    assert found.waiting[0] == 510 + 1


LATE = policy(only("late_payer"), section("invoices"), {"invoices.paid_days": 20})


def lates(*events: Any, by: Any = LATE) -> list[str]:
    story = Owing(by).then(*events)
    story.commit()
    return [its["status"] for its in story.risks if its["signal"] == "late_payer"]


def test_several_late_payments_of_an_invoice_make_no_late_payer() -> None:
    parts = [paid(day, "30.00", due_at="2026-02-01T00:00:00Z") for day in (8, 9, 10)]
    others = [part | {"invoice_id": part["event_id"]} for part in parts]
    assert lates(*parts) == []
    assert lates(*others) == ["raised"]
    assert lates(*parts, by=policy(only("late_payer"), section("invoices"))) == ["raised"]


# told twice


@table(
    "again applied",
    ("under another id", {"event_id": "other"}, 1),
    ("whatever else it says", {"event_id": "other", "amount": "7.00"}, 1),
    ("of another payment", {"event_id": "other", "payment_id": "p-2"}, 2),
    ("of another invoice", {"event_id": "other", "invoice_id": "i-2"}, 2),
    ("that it was taken back", {"event_id": "other", "status": "reversed"}, 2),
    ("without that name", {"event_id": "other", "payment_id": None}, 2),
)
def test_a_payment_that_is_told_twice_counts_once(again: dict[str, Any], applied: int) -> None:
    first = paid(4, payment_id="p-1")
    found = owed(first, first | again)
    assert found.outcome("applied", "dropped", "reasons") == [applied, 2 - applied, []]


def test_attempts_that_fail_may_have_one_name() -> None:
    tries = [paid(day, payment_id="p-1", status="failed") for day in (3, 4)]
    found = owed(sold(1), *tries, paid(5, payment_id="p-1"))
    assert found.outcome("dropped") == [0]
    assert found.remaining == []


def test_it_is_remembered_as_long_as_an_id() -> None:
    first, later = paid(4, payment_id="p-1"), paid(4, payment_id="p-1", event_id="other")
    days = policy(section("followed"), {"dedupe_days": 10})
    for day, dropped in ((13, 1), (14, 0)):
        found = owed(first, sold(day, invoice_id=None), later, by=days)
        assert found.outcome("dropped") == [dropped]


# taken back


@table("by", (PLAIN,), (REMINDED,), (FOLLOWED,))
def test_what_was_paid_and_taken_back_is_owed_again(by: Any) -> None:
    found = owed(sold(1), paid(4), taken_back(7), clock(9, "12:00:00"), by=by)
    (invoice,) = found.open
    assert (invoice.remaining, invoice.due_us) == (10_000, at(5))
    assert found.waiting[0] == 13
    assert found.then(paid(9)).remaining == []


@table("by", (PLAIN,), (FOLLOWED,))
def test_of_an_invoice_that_nobody_knows_the_reversal_says_what_is_owed(by: Any) -> None:
    found = owed(taken_back(7, "80.00", currency="EUR"), by=by)
    (invoice,) = found.open
    assert (invoice.amount, invoice.base_amount, invoice.due_us) == (8_000, 10_000, at(5))


def test_without_the_section_a_reversal_changes_nothing() -> None:
    found = owed(taken_back(9), by=policy())
    assert (found.open, found.lines) == ([], {})


def test_what_reminders_cost_until_it_was_paid_is_taken_back_with_the_payment() -> None:
    late = [sold(1), paid(8)]
    assert owed(*late, by=FOLLOWED).waiting == (510, 100)
    # 3.29 a day since the fifth, beside what the payment cost
    assert owed(*late, taken_back(9), by=FOLLOWED).waiting == (510 + 13, 100)
    assert owed(*late, taken_back(9), clock(11, "12:00:00"), by=FOLLOWED).waiting == (510 + 20, 350)


STORY = [sold(1), paid(4), taken_back(7), paid(9)]


@table("order", [0, 1, 2, 3], [0, 2, 1, 3], [2, 0, 1, 3], [3, 2, 1, 0], [1, 3, 0, 2], [2, 3, 1, 0])
def test_whatever_the_order_of_arrival_the_figures_are_the_same(order: list[int]) -> None:
    found = owed(*(STORY[number] for number in order), by=FOLLOWED)
    assert (found.remaining, found.kept, found.waiting) == ([], [], (513, 100))


def test_until_its_sale_is_known_an_earlier_payment_is_what_was_taken_back() -> None:
    for events in ([paid(4), taken_back(7)], [taken_back(7), paid(4)]):
        found = owed(*events, by=FOLLOWED)
        assert (found.remaining, len(found.kept)) == ([10_000], 1)
    assert found.then(sold(1)).remaining == [10_000]
    assert (found.then(paid(9)).remaining, found.kept) == ([], [])


def test_what_is_taken_back_counts_as_late() -> None:
    early = "2026-02-01T00:00:00Z"
    assert lates(taken_back(9, due_at=early), paid(9, due_at=early, invoice_id="i-2")) == ["raised"]


# too much


def test_what_was_paid_too_much_pays_the_invoice_due_first() -> None:
    others = sold(1, "30.00", due=9, invoice_id="b"), sold(1, "40.00", due=8, invoice_id="a")
    for amount, remaining in (("135.00", [3_000, 500]), ("150.00", [2_000]), ("170.00", [])):
        found = owed(sold(1), *others, paid(4, amount), by=FOLLOWED)
        assert (found.remaining, found.kept) == (remaining, [])


@table("events", [sold(1), paid(4, "130.00")], [paid(4, "130.00"), sold(1)])
def test_where_none_is_open_it_waits_for_the_next(events: Any) -> None:
    found = owed(*events, by=FOLLOWED)
    assert [(its.amount, its.key) for its in found.kept] == [(3_000, bytes(8))]
    assert found.then(sold(5, due=9, invoice_id="next")).remaining == [7_000]


def test_in_another_currency_it_is_worth_what_it_is_on_the_day_of_the_payment() -> None:
    found = owed(sold(1), paid(4, "110.00"), by=FOLLOWED)
    assert found.then(sold(5, "80.00", currency="EUR", invoice_id="e")).remaining == [7_200]


def test_of_goods_that_come_back_nothing_is_kept() -> None:
    found = owed(sold(1), paid(4, "60.00"), came_back(5), by=FOLLOWED)
    assert (found.remaining, found.kept) == ([], [])


def test_a_payment_told_twice_without_a_name_is_credit() -> None:
    found = owed(sold(1), paid(4), paid(4, event_id="again"), by=FOLLOWED)
    assert [its.amount for its in found.kept] == [10_000]


# with tax


def test_an_invoice_asks_for_the_gross_amount_and_the_value_goes_by_the_net_one() -> None:
    found = owed(sold(1, gross_amount="119.00"))
    assert (found.remaining, found.lines["revenue"]) == ([11_900], 10_000)
    found.then(came_back(3, "50.00", gross_amount="59.50"), paid(4, "59.50"))
    assert found.remaining == []
    assert found.lines["revenue"] == 5_000


def test_a_sale_of_nothing_may_be_taxed_and_one_with_no_gross_amount_is_not_owed() -> None:
    assert owed(sold(1, "0", gross_amount="19.00")).remaining == [1_900]
    assert owed(sold(1, gross_amount="0")).open == []


# what is remembered


def test_a_paid_invoice_is_remembered_for_so_many_days() -> None:
    found = owed(sold(1), paid(4), sold(23, invoice_id=None), by=FOLLOWED)
    (invoice,) = found.row().invoices.known
    assert (invoice.closing_cost, invoice.paid_until_us) == (0, at(4))
    assert found.then(sold(24, invoice_id=None)).row().invoices.known == []


def test_no_more_of_them_than_there_may_be_open_ones() -> None:
    sales = [sold(1, invoice_id=f"i-{number}") for number in range(5)]
    payments = [paid(4 + number, due=9, invoice_id=f"i-{number}") for number in range(5)]
    known = owed(*sales[:3], *payments[:3], *sales[3:], *payments[3:], by=FOLLOWED)
    assert [its.paid_until_us for its in known.row().invoices.known] == [at(6), at(7), at(8)]


def test_it_is_the_same_after_a_restart() -> None:
    before = owed(sold(1), paid(8, "130.00"), taken_back(9, "130.00"), by=FOLLOWED)
    after = before.again()
    for desk in (before, after):
        desk.then(paid(10, "130.00"), sold(11, due=12, invoice_id="next"))
    assert after.rows == before.rows


def test_who_paid_nothing_and_owes_nothing_keeps_nothing() -> None:
    plain = Owing(FOLLOWED).then(
        purchase(occurred_at=on(1)), payment(occurred_at=on(1), amount="0")
    )
    row = plain.row()
    assert (row.invoices.known, row.invoices.unmatched) == ([], bytearray())
