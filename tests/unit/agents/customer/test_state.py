"""One customer: what an event or the passing of days changes, at the edges of its windows.

The policy: a window of 10 days, contacts counted for 3, ids remembered for 5.
"""

from typing import Any

from schemas.inputs.events import Kind
from tests.support.customers import at, customer_of
from tests.support.feeding import clock, on
from tests.support.feeding import sale as of_day
from tests.support.happening import fields_of, happened
from tests.support.making import POLICY, booked, payment, support_call
from tests.support.policies import policy
from tests.support.tables import table

FIRST, LAST = "00:00:00", "23:59:59.999999"
"""The first and the last moment of a day."""


def sale(day: int, time: str = "12:00:00", **fields: Any) -> dict[str, Any]:
    """A sale that adds 1.00 to the contribution."""
    when = on(day, time)
    return of_day(day, event_id=f"sale-{when}", occurred_at=when, **fields)


def call(day: int, time: str = "12:00:00", number: int = 0) -> dict[str, Any]:
    """A phone call of two minutes: it costs 2.70."""
    when = on(day, time)
    return support_call(event_id=f"call-{when}-{number}", occurred_at=when)


ANY_TIME = FIRST, "12:00:00", LAST
BOOKED_DAYS = [sale(1), sale(1, LAST), sale(2, FIRST)]


@table(
    "events left",
    ("an event is booked", [*BOOKED_DAYS, clock(10, LAST)], "3.00"),
    ("an event is booked on its own day", [*BOOKED_DAYS, clock(11)], "1.00"),
    ("late ones are booked", [sale(5), sale(3), sale(4)], "3.00"),
    *((f"{time}: not before", [sale(1, time), clock(10, LAST)], "1.00") for time in ANY_TIME),
    *((f"{time}: at midnight", [sale(1, time), clock(11)], "0.00") for time in ANY_TIME),
    ("its last event finds a day", [sale(1), sale(10, LAST)], "2.00"),
    ("booked after the days it makes leave", [sale(1), sale(11)], "1.00"),
    ("late, inside the window", [sale(20), sale(11, FIRST)], "2.00"),
    ("late, before the window", [sale(20), sale(10, LAST)], "1.00"),
    ("a contact costs when it counts no more", [call(10), call(7)], "-5.40"),
)
def test_a_day_counts_in_the_window_of_its_days(events: list[Any], left: str) -> None:
    assert happened(*events).contribution() == left


def test_time_is_that_of_the_latest_event_and_never_goes_back() -> None:
    desk = happened(sale(5), sale(3), sale(4), sale(5, "11:59:59"))
    assert desk.newest()["as_of"] == on(5)
    ada = customer_of(POLICY, booked(Kind.PURCHASES, sale(5)))
    for day in (3, 5):
        ada.advance(at(day), POLICY)
        assert ada.as_of_us == at(5)


FOUR, LATE = (
    [call(1), *(call(2, number=n) for n in range(3))],
    [call(10, number=n) for n in range(3)],
)
RAISED = ("raised", on(2))


@table(
    "calls clear_at said",
    ("the first day leaves", FOUR, 3, [RAISED, ("cleared", on(4, FIRST))]),
    ("the second day leaves", FOUR, 2, [RAISED, ("cleared", on(5, FIRST))]),
    ("late", [*LATE, call(8, FIRST)], 3, [("raised", on(10)), ("cleared", on(11, FIRST))]),
    ("too late", [*LATE, call(7, LAST)], 3, []),
)
def test_contacts_leave_their_own_window_at_midnight(calls: Any, clear_at: int, said: Any) -> None:
    by = policy({"risk.support_spike.clear_at": clear_at, "risk.unprofitable": None})
    desk = happened(*calls, clock(20), by=by).stopped()
    assert fields_of(desk.risks, "status", "effective_at") == said


@table(
    "events days",
    ("a moment of a day is none", [sale(5, LAST)], 0),
    ("UTC days count", [sale(5, LAST), sale(6, FIRST)], 1),
    ("a late event of the day before counts", [sale(5), sale(4)], 1),
    ("a late event counts, even before the window", [sale(25), sale(3)], 22),
)
def test_tenure_counts_from_the_first_event(events: list[Any], days: int) -> None:
    assert happened(*events).newest()["tenure_days"] == days


TWO = {"dedupe_ids_max": 2}


@table(
    "change events dropped forgotten",
    ("for dedupe_days", {}, [sale(1), sale(5, LAST), sale(1)], 1, 0),
    ("and no longer", {}, [sale(1), sale(6, FIRST), sale(1)], 0, 0),
    ("of a late event barely", {}, [sale(20), sale(16), sale(16)], 1, 0),
    ("of a late event too late", {}, [sale(20), sale(15), sale(15)], 0, 0),
    ("never with 0 days", {"dedupe_days": 0}, [sale(1), sale(1)], 0, 0),
    ("nor is there a conflict", {"dedupe_days": 0}, [sale(1), sale(1, cost="1")], 0, 0),
    ("with 1 until midnight", {"dedupe_days": 1}, [sale(1), sale(1, LAST), sale(1)], 1, 0),
    ("and not after it", {"dedupe_days": 1}, [sale(1), sale(2, FIRST), sale(1)], 0, 0),
    ("as many as the cap has", TWO, [*map(sale, (3, 4, 3, 4))], 2, 0),
    ("beyond it the oldest by day goes", TWO, [*map(sale, (3, 4, 2, 2))], 0, 2),
    ("and the newest stay", TWO, [*map(sale, (3, 4, 5, 4, 3))], 1, 2),
    ("of one day the first goes", TWO, [of_day(1, its) for its in (0, 1, 2, 2, 1, 0)], 2, 2),
)
def test_an_id_is_remembered(change: Any, events: list[Any], dropped: int, forgotten: int) -> None:
    desk = happened(*events, by=policy(change))
    expected = [len(events) - dropped, dropped, forgotten, []]
    assert desk.outcome("applied", "dropped", "forgotten", "reasons") == expected


def test_of_each_input_the_last_offset_is_known() -> None:
    desk = happened(sale(1), *(call(1, number=n) for n in range(18)))
    assert desk.row().offsets == [-1, 0, 17, -1, -1]


def test_payments_are_kept_by_when_they_happened_and_as_many_as_the_rules_need() -> None:
    def paid(day: int, due: str, **fields: Any) -> dict[str, Any]:
        made = {"event_id": f"paid-{day}", "occurred_at": on(day, FIRST)}
        return payment(**made, due_at=f"{due}T00:00:00Z", **fields)

    paying = [paid(4, "2026-03-04"), paid(1, "2026-02-24"), paid(3, "2026-03-03")]
    desk = happened(*paying, paid(2, "2026-02-23"), paid(5, "2026-02-23", status="failed"))
    assert [late for _, late in desk.row().payments] == [7, 0, 0]


def test_a_customer_comes_back_from_its_row_as_it_was() -> None:
    desk = happened(sale(20), call(19), call(20), sale(12), sale(3))
    other = desk.again()
    for event in (sale(21), call(21), sale(20, FIRST)):
        assert desk.then(event).row() == other.then(event).row()
    assert other.newest() == desk.newest()
