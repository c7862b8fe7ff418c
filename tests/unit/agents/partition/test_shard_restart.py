"""Restarts: nothing is lost or done twice, and what a changed policy finds."""

import re
from typing import Any

import pytest

from agents.ports import InvariantError
from schemas.state.codec import RowError
from schemas.state.rows import PARTITION_KEY
from tests.support.feeding import WITH_CUSTOMERS, clock, on, sale
from tests.support.happening import Story, fields_of, happened
from tests.support.making import payment, support_call
from tests.support.policies import policy
from tests.support.tables import table

C, P, S, Y = WITH_CUSTOMERS


def test_after_a_restart_everything_goes_on_as_if_nothing_happened() -> None:
    bought = sale(1, amount="600")
    one, other = happened(), happened()
    for events in (
        [bought, payment(), support_call(occurred_at=on(2))],
        [bought, sale(9, amount="5"), clock(11)],
        [sale(3, amount="2500"), clock(14), clock(25)],
    ):
        one.committed(*events)
        other = other.then(*events).again()
    assert other.contribution() == one.contribution()
    assert (other.tier_changes, other.risks) == (one.tier_changes, one.risks)
    assert other.rows.keys() == one.rows.keys()


def test_a_restart_reads_on_from_the_committed_offsets() -> None:
    desk = happened(sale(1), sale(2)).committed()
    other = desk.then(sale(3)).restarted()
    assert (other.shard.buffer(P).position, other.shard.commit_number) == (2, 1)


# another policy


def under(desk: Story, change: dict[str, Any], *events: Any) -> Story:
    """Another worker goes on under a changed policy."""
    version = f"after {desk.shard.policy.version}"
    return desk.again(*events, by=policy({"version": version}, change))


@table(
    "bought day",
    ("at their midnight", [sale(1, amount="600")], 6),
    ("of who was at rest, in its turn", [sale(1, amount="600"), sale(8)], 10),
)
def test_under_a_shorter_window_old_days_leave(bought: list[Any], day: int) -> None:
    desk = under(happened(*bought), {"value.window_days": 5}, clock(20))
    assert desk.tiers("to_tier", "effective_at")[1:] == [("ordinary", on(day, "00:00:00"))]
    assert desk.contribution() == "0.00"


def test_a_signal_that_was_off_begins_to_count_anew() -> None:
    made = {"channel": "email", "occurred_at": on(2)}
    calls = [support_call(event_id=f"call-{number}", **made) for number in range(6)]
    desk = under(happened(*calls[:3]), {"risk.support_spike": None}, calls[3])
    assert under(desk, {}, *calls[4:]).stopped().risks == []


def paid(day: int) -> dict[str, Any]:
    """Two months late."""
    due = "2026-01-01T00:00:00Z"
    return payment(event_id=f"paid-{day}", occurred_at=on(day), due_at=due)


def test_only_as_many_payments_are_kept_as_the_new_policy_asks_for() -> None:
    desk = happened(paid(1), paid(2), by=policy({"risk.late_payer.late": 3}))
    desk = under(under(desk, {"risk.late_payer": None}, paid(3)), {}, paid(4))
    assert desk.stopped().risks == []
    assert "late_payer" in fields_of(desk.stopped(paid(5)).risks, "signal")


def test_payments_count_on_under_another_policy() -> None:
    fewer = {"risk.late_payer": {"of": 2, "clear_on_time": 1}}
    desk = under(happened(paid(1)), fewer, paid(2)).stopped()
    assert fields_of(desk.risks, "signal") == ["late_payer"]


def test_a_smaller_cap_of_ids_holds_from_the_restart_on() -> None:
    three = [sale(1, number) for number in range(3)]
    desk = under(happened(*three), {"dedupe_ids_max": 2}, *three[:0:-1])
    assert desk.outcome("dropped") == [2]
    assert desk.then(three[0]).contribution() == "4.00"


WIDER = "the rows of partition 0 hold 10 days, the policy wants value.window_days = 11"
OTHER = "the rows of partition 0 are in USD, the policy in GBP"


@table("change said", ({"value.window_days": 11}, WIDER), ({"base_currency": "GBP"}, OTHER))
def test_a_policy_that_the_rows_can_t_serve_is_refused(change: dict[str, Any], said: str) -> None:
    with pytest.raises(InvariantError, match=re.escape(said)):
        happened(sale(1)).again(by=policy(change))


# what can't be


def test_a_row_that_can_t_be_read_is_refused() -> None:
    desk = happened(sale(1)).committed()
    desk.rows[b"ada"] = b"\x09" + desk.rows[b"ada"][1:]
    with pytest.raises(RowError, match="another Whalecurve wrote it"):
        desk.restarted()


def replayed(*, exactly_once: bool) -> Story:
    """The customers' rows were stored, the partition's was not: a commit broke in the middle."""
    rows = happened(sale(1)).committed().rows
    other = happened(exactly_once=exactly_once, rows={b"ada": rows[b"ada"]})
    return other.ready(P, sale(1))


def test_with_transactions_a_record_that_is_applied_already_stops_everything() -> None:
    with pytest.raises(InvariantError, match="offset 0 of purchases-0 is applied already"):
        replayed(exactly_once=True).take()


def test_without_transactions_a_record_that_is_applied_already_is_not_applied_again() -> None:
    desk = replayed(exactly_once=False)
    desk.take()
    assert desk.outcome("applied") == [1]
    assert desk.then(sale(2)).contribution() == "2.00"


def test_what_is_seen_again_moves_the_partition_s_time_on() -> None:
    desk, whole = replayed(exactly_once=False), happened(sale(1)).partition()
    desk.take()
    assert desk.partition().stream_time_us == whole.stream_time_us


@table(
    "again objects_bytes",
    ("a duplicate", sale(1), 1_000_000),
    ("a duplicate, before the customer rested", sale(1), 0),
    ("another event under the same id", sale(1, amount="7"), 0),
)
def test_what_was_dropped_is_not_applied_once_its_id_is_forgotten(
    again: dict[str, Any], objects_bytes: int
) -> None:
    told: dict[str, Any] = {"exactly_once": False, "by": policy({"dedupe_ids_max": 1})}
    desk = happened(sale(1), objects_bytes=objects_bytes, **told).committed()
    first = desk.rows[PARTITION_KEY]
    desk.committed(again, support_call(occurred_at=on(2)))
    broken = happened(rows=desk.rows | {PARTITION_KEY: first}, **told)
    broken.then(again, support_call(occurred_at=on(2)), sale(3))
    assert broken.newest()["value"]["revenue"] == "2.00"
