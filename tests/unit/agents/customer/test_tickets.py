"""Records of one ticket are one contact: the first of the customer's, else the first of ours.

The policy: a phone call costs 1.50 and 0.60 a minute, a chat 0.80; contacts count for 3 days.
"""

from collections.abc import Sequence
from itertools import permutations
from typing import Any

import pytest

from schemas.state.rows import TicketedRow
from tests.support.feeding import clock, on
from tests.support.happening import Story, happened
from tests.support.making import support_call
from tests.support.policies import only, policy
from tests.support.tables import table

DUE = {
    "contacts_due": {"channel_days": 30, "reasons": ["interval"]},
    "treatment.maintenance": {"contact_every_days": 1},
}
BY = policy(
    only("support_spike", "repeat_issue"),
    DUE,
    {"risk.support_spike": {"contacts": 9, "clear_at": 1, "window_days": 20}},
)


def record(day: int, time: str = "12:00:00", ticket: str = "t", **fields: Any) -> dict[str, Any]:
    """A phone call of two minutes that is of a ticket: 2.70 as its contact, else 1.20."""
    when = on(day, time)
    made = {"event_id": f"{ticket}-{when}", "occurred_at": when, "ticket_id": ticket}
    return support_call(**made | fields)


def counted(desk: Story) -> tuple[Any, ...]:
    """All that a contact is counted in: cost by line, contacts by day, issues, channels."""
    row = desk.row()
    assert isinstance(row, TicketedRow)
    assert row.signals is not None
    issues = sorted(
        (issue.name, list(issue.cells), issue.last_us, issue.word) for issue in row.signals.issues
    )
    care = row.touch.care
    return (
        *costs(desk, "phone", "chat", "seller_fault"),
        desk.contribution(),
        *(bytes(row.worth.cells), row.contacts, issues, row.worth.earned),
        *(
            None if care is None else care.channels,
            row.touch.last_us,
            sorted(row.tickets, key=lambda its: its.key),
        ),
    )


def costs(desk: Story, *lines: str) -> list[int]:
    """What contacts cost by channel, and other lines of the value, in minor units."""
    its = desk.newest()["value"]["lines"]
    return [int((its | its["contacts"])[line].replace(".", "")) for line in lines]


def phone(*events: dict[str, Any], by: Any = BY) -> int:
    """What they cost together, by phone."""
    return costs(happened(*events, by=by), "phone")[0]


@table(
    "events cost",
    ("one", [record(1)], 270),
    ("the later one costs its time", [record(1), record(2)], 390),
    ("and the third", [record(1), record(2), record(2, "13:00:00")], 510),
    ("of another ticket it is a contact", [record(1), record(2, ticket="u")], 540),
    ("without a ticket it is one", [record(1), record(2, ticket_id=None)], 540),
    ("ours is none beside the customer's", [record(1), record(2, direction="outbound")], 390),
    ("also where ours came first", [record(1, direction="outbound"), record(2)], 390),
    ("alone it is a contact of ours", [record(n, direction="outbound") for n in (1, 2)], 390),
    ("closing it is none", [record(1), record(2, kind="resolution", duration_s=0)], 270),
)
def test_a_ticket_costs_as_one_contact_and_all_its_time(events: Any, cost: int) -> None:
    assert phone(*events) == phone(*reversed(events)) == cost


MIXED: Sequence[dict[str, Any]] = (
    record(1, channel="chat", issue="price", direction="outbound"),
    record(2, issue="price", seller_fault=True),
    record(3, channel="chat", issue="delivery", resolved=False),
    record(3, "18:00:00", issue="setup"),
    record(4, "09:00:00", ticket="u", issue="price", complaint=True),
)


@pytest.mark.parametrize("order", list(permutations(range(5)))[1::7])
def test_the_order_of_arrival_makes_no_difference(order: tuple[int, ...]) -> None:
    """Counted, cost, on which day, by whose fault, on which issue and by which channel."""
    assert counted(happened(*(MIXED[n] for n in order), by=BY)) == counted(happened(*MIXED, by=BY))


def test_a_ticket_counts_once_on_the_day_of_its_first_record() -> None:
    spike = policy({"risk.support_spike": {"contacts": 2, "clear_at": 1, "window_days": 3}})
    desk = happened(record(1), record(2), record(2, "13:00:00"), by=spike)
    assert desk.committed().risks == []
    desk.then(record(2, ticket="u"))
    assert [risk["status"] for risk in desk.committed().risks] == ["raised"]


def test_a_ticket_is_forgotten_after_its_days() -> None:
    short = policy({"service.ticket_days": 3, "value.window_days": 30})
    assert phone(record(1), record(3), by=short) == 390
    assert phone(record(1), record(4), by=short) == 540
    # it lies too far back to be of any ticket
    assert phone(record(4), record(1), by=short) == 540


def test_of_too_many_tickets_the_earliest_is_forgotten() -> None:
    few = policy({"service.tickets_max": 2, "value.window_days": 30})
    three = [record(day, ticket=f"t-{day}") for day in (1, 2, 3)]
    assert phone(*three, record(4, ticket="t-2"), by=few) == 3 * 270 + 120
    assert phone(*three, record(4, ticket="t-1"), by=few) == 4 * 270


def test_what_is_remembered_outlives_a_worker_and_ends_with_time() -> None:
    by = policy({"service.ticket_days": 3, "value.window_days": 30})
    desk = happened(record(1), by=by).again(record(2))
    assert costs(desk, "phone") == [390]
    row = desk.row()
    assert isinstance(row, TicketedRow)
    assert len(row.tickets) == 1
    row = desk.then(clock(9)).row()
    assert isinstance(row, TicketedRow)
    assert row.tickets == []


def test_what_we_are_at_fault_for_is_taken_back_with_the_contact() -> None:
    fault = record(2, seller_fault=True)
    assert costs(happened(fault, record(1), by=BY), "phone", "seller_fault") == [390, 120]
    assert costs(happened(record(1), fault, by=BY), "phone", "seller_fault") == [390, 120]
