"""Snapshots and restarts: what is owed goes out in time, and nothing is lost or done twice."""

import pytest

from agents.partition.pending import Bounds
from agents.ports import Batch, InvariantError
from schemas.inputs.events import Kind
from schemas.state.rows import PARTITION_KEY, RowError, read_head
from tests.support.feeding import INPUTS, NOW_US, Desk, clock, contribution, on, sale
from tests.support.making import payment, policy, raw, support_call

P, S, Y = INPUTS


def test_a_change_of_tier_or_risks_publishes_a_snapshot_at_once() -> None:
    desk = Desk(snapshot_s=10)
    desk.feed(P, sale(1))
    desk.commit()
    assert [its["as_of"] for its in desk.snapshots] == [on(1)]


def test_a_snapshot_holds_all_that_is_in_its_commit() -> None:
    desk = Desk(snapshot_s=10)
    desk.feed(P, sale(1), sale(2), sale(3))
    desk.commit()
    assert [its["value"]["contribution"] for its in desk.snapshots] == ["3.00"]


def test_a_change_of_figures_alone_is_published_after_snapshot_seconds() -> None:
    desk = Desk(snapshot_s=10)
    desk.feed(P, sale(1))
    desk.commit()
    desk.feed(P, sale(2))
    desk.commit()
    assert len(desk.snapshots) == 1
    assert desk.commit(NOW_US + 9_999_999) is None
    desk.commit(NOW_US + 10_000_000)
    assert [its["value"]["contribution"] for its in desk.snapshots] == ["1.00", "2.00"]
    assert desk.commit(NOW_US + 3_600_000_000) is None


def test_while_it_changes_a_customer_is_published_at_most_every_snapshot_seconds() -> None:
    desk = Desk(snapshot_s=10)
    for second in range(60):
        desk.lay(P, sale(1, second))
        desk.take(now_us=NOW_US + second * 1_000_000)
        desk.commit(NOW_US + second * 1_000_000)
    desk.commit(NOW_US + 80_000_000)
    assert len(desk.snapshots) <= 7
    assert contribution(desk) == "60.00"


def test_a_customer_that_came_to_rest_has_its_newest_snapshot_out_in_time() -> None:
    desk = Desk(snapshot_s=10)
    for second in range(13):
        desk.lay(P, sale(1, second))
        desk.take(now_us=NOW_US + second * 1_000_000)
        desk.commit(NOW_US + second * 1_000_000)
    desk.commit(NOW_US + 22_000_000)
    assert contribution(desk) == "13.00"


def test_a_clean_stop_publishes_what_is_owed() -> None:
    desk = Desk()
    desk.feed(P, sale(1), sale(1, customer_id="bob"))
    desk.commit()
    desk.feed(P, sale(2), sale(2, customer_id="bob"))
    desk.commit()
    assert len(desk.snapshots) == 2
    desk.commit(stop=True)
    assert (contribution(desk), contribution(desk, "bob")) == ("2.00", "2.00")
    assert desk.commit(stop=True) is None


def test_a_snapshot_that_is_owed_survives_a_restart() -> None:
    desk = Desk()
    desk.feed(P, sale(1))
    desk.commit()
    desk.feed(P, sale(2))
    desk.commit()
    assert read_head(desk.customer_rows["ada"]).owed
    again = desk.restarted()
    again.commit()
    assert contribution(again) == "2.00"
    assert not read_head(again.customer_rows["ada"]).owed
    assert again.restarted().commit(stop=True) is None


def test_snapshots_that_fall_due_together_are_bounded_too() -> None:
    desk = Desk(bounds=Bounds(changed_max=10))
    for day in (1, 2):
        for number in range(25):
            desk.feed(P, sale(day, customer_id=f"c{number}"))
            desk.commit()
    desk.messages.clear()
    sizes = []
    while (changes := desk.commit(stop=True)) is not None:
        sizes.append(len(changes.outputs))
    assert sizes == [10, 10, 5]


# restarts


def test_after_a_restart_everything_goes_on_as_if_nothing_happened() -> None:
    def events(part: int) -> list[tuple[Kind, dict[str, object]]]:
        return [
            [(P, sale(1, amount="600")), (Y, payment()), (S, support_call(occurred_at=on(2)))],
            [(P, sale(1, amount="600")), (P, sale(9, amount="5")), (S, clock(11))],
            [(P, sale(3, amount="2500")), (S, clock(14)), (S, clock(25))],
        ][part]

    def run(desk: Desk, *, restarting: bool) -> Desk:
        for part in range(3):
            for kind, made in events(part):
                desk.feed(kind, made)
            desk.commit()
            if restarting:
                again = desk.restarted()
                again.messages = desk.messages
                desk = again
        desk.commit(stop=True)
        return desk

    one, other = run(Desk(), restarting=False), run(Desk(), restarting=True)
    assert other.tier_changes == one.tier_changes
    assert other.risks == one.risks
    assert other.rows.keys() == one.rows.keys()
    assert contribution(other) == contribution(one)


def test_a_restart_reads_on_from_the_committed_offsets() -> None:
    desk = Desk()
    desk.feed(P, sale(1), sale(2))
    desk.commit()
    desk.feed(P, sale(3))
    again = desk.restarted()
    assert again.shard.buffer(P).position == 2
    assert again.shard.commit_number == 1


def test_another_policy_reckons_with_the_figures_that_were_kept() -> None:
    desk = Desk()
    desk.feed(P, sale(1, amount="600"))
    desk.commit()
    shorter = policy(("window_days = 10", "window_days = 5"))
    again = desk.restarted(shorter)
    again.feed(S, clock(6))
    again.commit()
    change = again.tier_changes[0]
    assert (change["to_tier"], change["effective_at"]) == ("ordinary", on(6, "00:00:00"))


def under(desk: Desk, *replacements: tuple[str, str]) -> Desk:
    """Another worker goes on under a changed policy."""
    desk.commit()
    version = f'version = "after {desk.shard.policy.version}"'
    again = desk.restarted(policy(('version = "test-1"', version), *replacements))
    again.messages = desk.messages
    return again


def test_a_signal_that_was_off_begins_to_count_anew() -> None:
    calls = [
        support_call(event_id=f"call-{number}", channel="email", occurred_at=on(2))
        for number in range(6)
    ]
    desk = Desk()
    desk.feed(S, *calls[:3])
    desk = under(desk, ("[risk.support_spike]\ncontacts = 4\nclear_at = 1\nwindow_days = 3\n", ""))
    desk.feed(S, calls[3])
    desk = under(desk)
    desk.feed(S, *calls[4:])
    desk.commit()
    assert desk.risks == []


def test_only_as_many_payments_are_kept_as_the_new_policy_asks_for() -> None:
    def paid(day: int) -> dict[str, object]:
        due = "2026-01-01T00:00:00Z"
        return payment(event_id=f"paid-{day}", occurred_at=on(day), due_at=due)

    none = "[risk.late_payer]\nlate = 2\nof = 3\ndays = 10\nclear_on_time = 2\n"
    desk = Desk(policy(("late = 2", "late = 3")))
    desk.feed(Y, paid(1), paid(2))
    desk = under(desk, (none, ""))
    desk.feed(Y, paid(3))
    desk = under(desk)
    desk.feed(Y, paid(4))
    desk.commit()
    assert desk.risks == []
    desk.feed(Y, paid(5))
    desk.commit()
    assert "late_payer" in [its["signal"] for its in desk.risks]


def test_payments_count_on_under_another_policy() -> None:
    due = "2026-01-01T00:00:00Z"
    desk = Desk()
    desk.feed(Y, payment(due_at=due))
    desk = under(desk, ("of = 3", "of = 2"), ("clear_on_time = 2", "clear_on_time = 1"))
    desk.feed(Y, payment(event_id="payment-2", due_at=due))
    desk.commit()
    assert [its["signal"] for its in desk.risks] == ["late_payer"]


def test_a_smaller_cap_of_ids_holds_from_the_restart_on() -> None:
    desk = Desk()
    desk.feed(P, sale(1), sale(1, 1), sale(1, 2))
    desk = under(desk, ("dedupe_ids_max = 100", "dedupe_ids_max = 2"))
    desk.feed(P, sale(1, 2), sale(1, 1))
    changes = desk.commit(stop=True)
    assert changes is not None
    assert changes.counters.duplicates[P] == 2
    desk.feed(P, sale(1))
    desk.commit(stop=True)
    assert contribution(desk) == "4.00"


@pytest.mark.parametrize(
    ("replacements", "said"),
    [
        (
            (("window_days = 10", "window_days = 11"),),
            "the rows of partition 0 hold 10 days, the policy wants value.window_days = 11",
        ),
        (
            (('base_currency = "USD"', 'base_currency = "GBP"'),),
            "the rows of partition 0 are in USD, the policy in GBP",
        ),
    ],
)
def test_a_policy_that_the_rows_can_t_serve_is_refused(
    replacements: tuple[tuple[str, str], ...], said: str
) -> None:
    desk = Desk()
    desk.feed(P, sale(1))
    desk.commit()
    with pytest.raises(InvariantError, match=said):
        desk.restarted(policy(*replacements))


def test_a_row_that_can_t_be_read_is_refused() -> None:
    desk = Desk()
    desk.feed(P, sale(1))
    desk.commit()
    desk.rows[b"ada"] = b"\x09" + desk.rows[b"ada"][1:]
    with pytest.raises(RowError, match="a newer Whalecurve wrote it"):
        desk.restarted()


def replayed(desk: Desk, *, exactly_once: bool) -> Desk:
    """The customers' rows were stored, the partition's was not: a commit broke in the middle."""
    rows = {key: row for key, row in desk.rows.items() if key != PARTITION_KEY}
    again = Desk(exactly_once=exactly_once, rows=rows)
    again.shard.put(
        Batch(
            kind=P,
            partition=0,
            position=0,
            next_position=1,
            offsets=[0],
            timestamps_ms=[NOW_US // 1000],
            keys=[b"ada"],
            values=[raw(sale(1))],
            headers=[()],
            ends={},
        )
    )
    return again


def test_with_transactions_a_record_that_is_applied_already_stops_everything() -> None:
    desk = Desk()
    desk.feed(P, sale(1))
    desk.commit()
    with pytest.raises(InvariantError, match="offset 0 of purchases-0 is applied already"):
        replayed(desk, exactly_once=True).take()


def test_without_transactions_a_record_that_is_applied_already_is_not_applied_again() -> None:
    desk = Desk()
    desk.feed(P, sale(1))
    desk.commit()
    again = replayed(desk, exactly_once=False)
    again.take()
    changes = again.commit(stop=True)
    assert changes is not None
    assert changes.counters.applied[P] == 1
    again.feed(P, sale(2))
    again.commit(stop=True)
    assert contribution(again) == "2.00"
