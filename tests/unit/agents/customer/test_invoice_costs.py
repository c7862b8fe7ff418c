"""What waiting for money costs: by the day, in reminders, by the card of the day, until it is paid.

Waiting costs 5.00 and 12 % a year by the tests' policy: of 100.00 that is 3.2877 cents a day.
"""

from typing import Any

from agents.policy.compiled import Policy
from tests.support.customers import at
from tests.support.feeding import clock, on, sale
from tests.support.making import POLICY
from tests.support.owing import (
    PLAIN,
    REMINDED,
    Owing,
    came_back,
    due_days,
    owed,
    paid,
    sold,
)
from tests.support.policies import policy, section
from tests.support.tables import table

JUST_BEFORE = "11:59:59.999999"
FOLLOWED = section("followed")


def rates(**changes: str) -> Policy:
    return policy(FOLLOWED, {"service.late_payment": changes})


def until(*events: Any, day: int, time: str = "12:00:00", by: Policy = PLAIN) -> Owing:
    """What is owed at a moment of March."""
    return owed(*events, clock(day, time), by=by)


def reminders(*steps: tuple[int, str]) -> Policy:
    made = [{"after_days": days, "cost": cost} for days, cost in steps]
    return policy(FOLLOWED, {"service.reminder": made})


# interest, by the day


# 3.29, 6.58, 9.86, 23.01, 29.59 and 32.88
GROWS = {1: 3, 2: 7, 3: 10, 7: 23, 9: 30, 10: 33}
# no more days than the window has, and in full though the sale has left it
GROWN = {11: 33, 15: 33, 20: 33}


@table("days interest", (0, 0), *GROWS.items(), *GROWN.items())
def test_interest_grows_with_whole_days_past_due(days: int, interest: int) -> None:
    found = until(sold(1), day=5 + days)
    assert found.waiting == (interest, 0)
    assert found.worth("service_cost", "contribution") == [interest, -interest]
    if days in GROWS:
        assert until(sold(1), day=5 + days, time=JUST_BEFORE).waiting[0] < interest


def test_what_is_weighed_again_after_the_window_has_grown_no_further() -> None:
    other = sold(25, due=30, invoice_id="i-2")
    assert until(sold(1), other, day=25).waiting == (GROWN[20], 0)


# half a cent a day on a fee of 5.00: 500.5 is 500, 501.5 is 502, 502.5 is 502, 503.5 is 504
@table(
    "late_fee by_day changes",
    ("5.00", [0, 1, 2, 2, 2, 3, 4, 4, 4, 5], [2, 3, 6, 7, 10]),
    # 501.5 is 502, 502.5 is 502, 503.5 is 504
    ("5.01", [1, 1, 1, 2, 3, 3, 3, 4, 5, 5], [1, 4, 5, 8, 9]),
)
def test_the_fee_is_not_counted_while_an_invoice_is_open_but_rounds_with_the_interest(
    late_fee: str, by_day: list[int], changes: list[int]
) -> None:
    by = rates(annual_rate="0.365", late_fee=late_fee)
    found = [until(sold(1, "5.00"), day=5 + n, by=by).waiting[0] for n in range(1, 11)]
    assert found == by_day
    assert due_days("5.00", by) == changes


# reminders


@table("days before cost", (1, 0, 0), (2, 0, 100), (4, 100, 100), (5, 100, 350), (20, 350, 350))
def test_reminders_cost_from_their_day_on(days: int, before: int, cost: int) -> None:
    assert until(sold(1), day=5 + days, by=REMINDED).waiting[1] == cost
    assert until(sold(1), day=5 + days, time=JUST_BEFORE, by=REMINDED).waiting[1] == before


PARTS = paid(10, "50.00"), paid(3, "50.00")
KNOWN = sold(25, invoice_id=None)


@table(
    "events waiting",
    # two days of a cent
    ("of a cent", [sold(1), paid(5, "99.99"), clock(7, "12:00:00")], (0, 100)),
    # three days late: the fee and 9.86; one reminder
    ("booked when it is paid", [sold(1), paid(8)], (510, 100)),
    ("for the window", [sold(1), paid(8), clock(17, "12:00:00")], (510, 100)),
    ("and leave with that day", [sold(1), paid(8), clock(18)], (0, 0)),
    ("where it was paid before it came", [paid(8), sold(1)], (510, 100)),
    ("none where it was paid in time", [sold(1), paid(6, due=7)], (0, 0)),
    ("none after a day", [sold(1), paid(6)], (503, 0)),
    ("none just before two", [sold(1), paid(7, occurred_at=on(7, JUST_BEFORE))], (503, 0)),
    ("one after two", [sold(1), paid(7)], (507, 100)),
    # five days late: both; booked on the day of the latest payment whatever came last
    *(
        (name, [sold(1), *parts, clock(19, "23:59:59")], (508, 350))
        for name, parts in {"until the later": PARTS, "of two": PARTS[::-1]}.items()
    ),
    # eleven days: 36.16
    ("on the window's first day", [KNOWN, sold(1), paid(16)], (536, 350)),
    ("not on the day before it", [KNOWN, sold(1), paid(15)], (0, 0)),
)
def test_reminders_are_booked_on_the_day_of_payment(events: list[Any], waiting: Any) -> None:
    assert owed(*events, by=REMINDED).waiting == waiting


def test_goods_that_come_back_end_the_reminders_likewise() -> None:
    found = owed(sold(1), came_back(8), by=REMINDED)
    assert found.lines == {"returns": 900, "reminders": 100}


# when it changes


@table(
    "by amount days",
    (PLAIN, "100.00", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
    (PLAIN, "20.00", [1, 3, 4, 6, 7, 9, 10]),  # 0.66 cents a day
    (PLAIN, "2.00", [8]),  # 0.066 a day: above half a cent
    (PLAIN, "1.00", []),  # 0.033 a day: 16 days, and the window has ten
    (PLAIN, "0.01", []),
    ("reminders are changes too", REMINDED, "1.00", [2, 5]),
    (REMINDED, "2.00", [2, 5, 8]),
    (REMINDED, "20.00", [1, 2, 3, 4, 5, 6, 7, 9, 10]),
    ("none that costs nothing", reminders((2, "0"), (5, "2.50")), "1.00", [5]),
    ("ever so late", reminders((2, "1.00"), (100, "2.50")), "1.00", [2, 100]),
    ("waiting may be free", rates(annual_rate="0"), "100.00", []),
)
def test_it_changes_next_when_another_cent_is_owed(by: Policy, amount: str, days: Any) -> None:
    assert due_days(amount, by) == days


# rate cards, exact moments

DATED = policy(section("cards"))
LATER = [section("cards")["service"]["card"][0], {"from": "2026-03-30"}]
DEAR = policy(
    section("cards"),
    {"service.card": None, "service.late_payment.annual_rate": "0"},
    {"service.card": LATER},
)
EXACT, AT_ONCE = "17:03:00.000001", "00:00:00.000001"
ODD, LATE = sold(1, due_at=on(5, EXACT)), sold(1, due_at=on(7, AT_ONCE))
LATE_SALE, FIVE = sold(20, invoice_id=None), sold(1, "5.00", due=9)
HALVES = [sold(1, "50.00"), sold(1, "50.00", invoice_id="b")]


@table(
    "by events waiting",
    # 1.64 and 1.64 cents: 2 and 2; together it would be 3.29
    ("several are rounded each by itself", PLAIN, [*HALVES, clock(6, "12:00:00")], (4, 0)),
    ("a late sale may be past due", PLAIN, [LATE_SALE, sold(9, due=10)], (33, 0)),
    # 4 days are 13.15
    ("none is due before its sale", PLAIN, [sold(9, due=1), clock(13, "12:00:00")], (13, 0)),
    ("not even a day after it", PLAIN, [sold(9, due=5), clock(10)], (0, 0)),
    ("not before its moment", PLAIN, [ODD, clock(6, "17:03:00")], (0, 0)),
    ("at its moment", PLAIN, [ODD, clock(6, EXACT)], (3, 0)),
    ("before a card", DATED, [sold(1), clock(7, "23:59:59.999999")], (7, 100)),
    # on the 8th a day costs ten cents, all the days, and one is reminded once for 2.00
    ("on its first midnight", DATED, [sold(1), clock(8)], (20, 200)),
    ("a day past due on it", DATED, [sold(1), clock(8, "12:00:00")], (30, 200)),
    ("until the next", DATED, [sold(1), clock(9, "23:59:59.999999")], (40, 200)),
    ("from there on nothing", DATED, [sold(1), clock(10)], (0, 0)),
    ("a day past due after a card", DATED, [LATE, clock(8, AT_ONCE)], (10, 200)),
    ("a dear card after a free one", DEAR, [FIVE, clock(11, "12:00:00")], (1, 200)),
)
def test_waiting_costs_by_the_card_of_the_day(by: Policy, events: list[Any], waiting: Any) -> None:
    assert owed(*events, by=by).waiting == waiting


SEVERAL = [sold(1, due=9), sold(1, due=7, invoice_id="other")]


@table(
    "by events moment",
    ("of several the earliest", PLAIN, [*SEVERAL, clock(7)], at(8)),
    ("whichever came first", PLAIN, [*SEVERAL[::-1], clock(7)], at(8)),
    ("as exact as the sale's", PLAIN, [ODD, clock(6)], at(6, EXACT)),
    ("no card before a day past due", DATED, [LATE, clock(7)], at(8, AT_ONCE)),
    ("but one on it", DATED, [sold(1, due_at=on(7, "00:00:00")), clock(7)], at(8, "00:00:00")),
    ("a dear card after a free one", DEAR, [FIVE, clock(7)], at(10)),
)
def test_the_next_due_time(by: Policy, events: list[Any], moment: int) -> None:
    assert owed(*events, by=by).head().due_us == moment


def test_a_card_s_first_midnight_is_a_due_time_and_after_the_window_there_is_none() -> None:
    moments = [at(6), at(7), at(8, "00:00:00"), at(8), at(9), at(10, "00:00:00")]
    assert owed(sold(1), by=DATED).due_times == moments
    assert owed(LATE_SALE, sold(9, due=10)).due_times == []


@table("day cost", (7, 100), (8, 200), (9, 200), (10, 0))
def test_reminders_of_a_paid_invoice_go_by_the_card_of_that_day(day: int, cost: int) -> None:
    assert owed(sold(1), paid(day), by=DATED).waiting[1] == cost


# restarts and other policies


def test_what_is_owed_survives_a_restart() -> None:
    before = until(sold(1), paid(6, "40.00"), paid(7, invoice_id="i-9"), day=8, by=REMINDED)
    # 40.00 a day late: 501.32; 60.00 for three days: 5.92; 100.00 two days late: 506.58
    assert before.waiting == (501 + 6 + 507, 100)
    after = before.again()
    for desk in (before, after):
        desk.then(sold(9, due=12, invoice_id="i-9"), paid(10, "60.00"))
        assert desk.remaining == []
    assert after.rows == before.rows
    assert after.newest() == before.newest()


def test_under_a_policy_with_less_room_the_least_due_are_summed_and_the_earliest_go() -> None:
    sales = [sold(1, due=5 + n, invoice_id=f"i-{n}") for n in range(3)]
    payments = [paid(2 + n, invoice_id=f"x-{n}") for n in range(3)]
    narrow = policy(FOLLOWED, {"invoices": {"open_max": 1, "unmatched_max": 2}})
    found = owed(*sales, *payments).again(clock(8, "12:00:00"), by=narrow)
    assert [(its.due_us, its.remaining) for its in found.open] == [(at(5), 10_000), (at(6), 20_000)]
    assert [its.at_us for its in found.kept] == [at(3), at(4)]
    # three days of one and two of the others together: 9.86 and 13.15
    assert found.waiting == (10 + 13, 0)


def test_under_a_policy_without_the_section_what_was_owed_is_forgotten() -> None:
    before = until(sold(1), day=9)
    assert before.waiting == (13, 0)
    found = before.again(sale(9), by=POLICY)
    assert (found.open, found.waiting) == ([], (0, 0))


def test_under_a_policy_that_took_a_currency_s_rates_away_what_is_owed_in_it_stays() -> None:
    without = policy(FOLLOWED, {"rates.EUR": None})
    found = owed(sold(1, "80.00", currency="EUR")).again(clock(8, "12:00:00"), by=without)
    # 100.00 as they were booked, three days past due
    assert found.waiting == (10, 0)
    # no rate says what dollars are in euros: one for one
    assert found.then(paid(8, "30.00")).remaining == [5_000]


# in a partition

CHANGE = "to_tier", "effective_at", "trigger", "value"


def test_a_tier_changes_at_the_moment_at_which_waiting_costs_too_much() -> None:
    moment = "17:03:00.000001"
    desk = owed(sold(1, due_at=on(5, moment)), clock(6, "17:03:00"), by=REMINDED)
    assert desk.tiers("to_tier") == ["ordinary"]
    ((tier, when, trigger, value),) = desk.then(clock(6, moment)).tiers(*CHANGE)[1:]
    assert (tier, when) == ("maintenance", on(6, moment))
    assert trigger == {"kind": "timer", "topic": None, "event_id": None}
    assert value["contribution"] == value["index"] == "-0.03"


def test_interest_and_reminders_stand_on_their_lines_and_in_the_service_cost() -> None:
    found = until(sold(1), day=9, by=REMINDED)
    lines = "late_payment", "reminders", "service_cost", "contribution"
    assert found.worth(*lines) == [13, 100, 113, -113]
    assert found.newest()["as_of"] == on(9)


def test_after_a_payment_nothing_falls_due_but_the_days_that_leave() -> None:
    desk = owed(sold(1), paid(6), by=REMINDED)
    assert desk.head().due_us == at(11, "00:00:00")
    # the sale's day and that of the payment, which came late
    assert desk.then(clock(25)).newest()["as_of"] == on(16, "00:00:00")
