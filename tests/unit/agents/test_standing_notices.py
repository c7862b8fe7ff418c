"""Notices under an override: told where the tier in force would go down, and only there."""

from typing import Any

import pytest

from schemas.outputs.records import TIER_NAMES
from schemas.state.rows import decode_customer, read_head
from tests.support.feeding import WITH_CUSTOMERS, Desk, clock, on, record, sale
from tests.support.overriding import HELD, changes, snapshot, spent, told, word, worth

C, P, S, Y = WITH_CUSTOMERS


# notices


def noticed(mode: str, tier: str, expires_at: str | None = None) -> Desk:
    """A key customer by value, under an override; on the 3rd it falls below what keeps it."""
    desk = worth("3000", HELD)
    desk.feed(C, record(2, override=word(mode, tier, expires_at)))
    desk.feed(P, spent(3, "2900"))
    return desk


def test_above_a_floor_a_notice_shows_and_leads_to_the_floor() -> None:
    desk = noticed("floor", "important")
    assert told(desk) == [("notice", "key", "important", "event")]
    change = changes(desk)[-1]
    assert (change["tier_by_value"], change["takes_effect_at"]) == ("key", on(6, "00:00:00"))
    assert [(its["rule"], its["threshold"]) for its in change["reasons"]] == [
        ("tiers.entry.ordinary", "0.00"),
        ("tiers.entry.important", "500.00"),
        ("tiers.hold.keep_margin", "1700.00"),
        ("override.floor", "important"),
    ]
    assert change["reasons"][-1]["observed"] == "key"
    assert change["treatment"] == {"support_priority": 1}
    assert snapshot(desk)["downgrade_at"] == on(6, "00:00:00")
    desk.feed(S, clock(6))
    assert told(desk)[1:] == [("downgrade", "key", "important", "timer")]
    assert changes(desk)[-1]["tier_by_value"] == "ordinary"


@pytest.mark.parametrize(
    ("mode", "tier"), [("floor", "key"), ("lock", "key"), ("lock", "ordinary")]
)
def test_where_the_tier_in_force_would_stay_a_notice_does_not_show(mode: str, tier: str) -> None:
    desk = noticed(mode, tier)
    before = 0 if tier == "key" else 1
    assert len(told(desk)) == before
    assert snapshot(desk)["downgrade_at"] is None
    desk.feed(S, clock(6))
    assert len(told(desk)) == before
    found = snapshot(desk)
    assert (found["tier"], found["tier_by_value"]) == (tier, "ordinary")


def test_a_hidden_notice_shows_when_the_override_ends() -> None:
    desk = noticed("lock", "key", on(4))
    assert told(desk) == []
    desk.feed(S, clock(4, "12:00:00"))
    assert told(desk) == [("notice", "key", "ordinary", "override")]
    change = changes(desk)[-1]
    assert change["effective_at"] == on(4)
    assert change["trigger"] == {"kind": "override", "topic": None, "event_id": None}
    # it was given on the 3rd
    assert change["takes_effect_at"] == on(6, "00:00:00")
    assert [(its["rule"], its["observed"]) for its in change["reasons"]] == [
        ("tiers.entry.ordinary", "100.00"),
        ("tiers.entry.important", "100.00"),
        ("tiers.hold.keep_margin", "100.00"),
    ]
    assert snapshot(desk)["downgrade_at"] == on(6, "00:00:00")
    desk.feed(S, clock(6))
    assert told(desk)[1:] == [("downgrade", "key", "ordinary", "timer")]


def test_a_hidden_notice_is_not_told_at_the_moment_at_which_its_downgrade_comes() -> None:
    desk = noticed("lock", "key", on(6, "00:00:00"))
    desk.feed(S, clock(6))
    assert told(desk) == [("downgrade", "key", "ordinary", "timer")]
    # a microsecond before it is
    earlier = noticed("lock", "key", on(5, "23:59:59.999999"))
    earlier.feed(S, clock(6))
    assert [its[0] for its in told(earlier)] == ["notice", "downgrade"]


def test_a_hidden_notice_shows_after_the_change_that_the_override_s_end_makes() -> None:
    desk = noticed("lock", "maintenance", on(4))
    desk.feed(S, clock(5))
    assert told(desk)[1:] == [
        ("upgrade", "maintenance", "key", "override"),
        ("notice", "key", "ordinary", "override"),
    ]
    assert [its["sequence"] for its in changes(desk)] == [1, 2, 3, 4]


def test_a_newer_record_that_lets_a_notice_show_is_named() -> None:
    desk = noticed("floor", "key")
    desk.feed(C, record(4, override=word("floor", "important")))
    assert told(desk) == [("notice", "key", "important", "override")]
    assert changes(desk)[-1]["trigger"] == {
        "kind": "override",
        "topic": "customers",
        "event_id": f"record-{on(4)}",
    }


@pytest.mark.parametrize(
    ("mode", "tier", "before"),
    [
        ("floor", "key", []),
        ("lock", "key", []),
        ("lock", "important", [("downgrade", "key", "important", "override")]),
    ],
)
def test_an_override_that_hides_a_notice_withdraws_it(
    mode: str, tier: str, before: list[tuple[str, ...]]
) -> None:
    desk = worth("3000", HELD)
    desk.feed(P, spent(3, "2900"))
    desk.feed(C, record(4, override=word(mode, tier)))
    assert told(desk) == [
        ("notice", "key", "ordinary", "event"),
        *before,
        ("notice_withdrawn", tier, tier, "override"),
    ]
    change = changes(desk)[-1]
    assert change["trigger"]["event_id"] == f"record-{on(4)}"
    assert change["tier_by_value"] == "key"
    assert [(its["rule"], its["threshold"]) for its in change["reasons"]] == [
        ("tiers.entry.key", "2000.00"),
        ("tiers.hold.keep_margin", "1700.00"),
        (f"override.{mode}", tier),
    ]
    assert snapshot(desk)["downgrade_at"] is None
    desk.feed(S, clock(9))
    assert len(told(desk)) == 2 + len(before)
    assert snapshot(desk)["tier_by_value"] == "ordinary"


def test_a_floor_below_does_not_hide_a_notice_that_was_told() -> None:
    desk = worth("3000", HELD)
    desk.feed(P, spent(3, "2900"))
    desk.feed(C, record(4, override=word("floor", "ordinary")))
    assert told(desk) == [("notice", "key", "ordinary", "event")]
    assert snapshot(desk)["downgrade_at"] == on(6, "00:00:00")


def test_one_that_nobody_was_told_of_is_withdrawn_silently() -> None:
    desk = noticed("lock", "key")
    desk.feed(P, sale(4, amount="2900"))
    desk.feed(C, record(5))
    assert told(desk) == []


def test_one_that_showed_in_the_end_is_withdrawn_when_the_value_recovers() -> None:
    desk = noticed("lock", "key", on(4))
    desk.feed(P, sale(5, amount="2900"))
    assert told(desk) == [
        ("notice", "key", "ordinary", "override"),
        ("notice_withdrawn", "key", "key", "event"),
    ]


def test_an_event_of_the_moment_at_which_a_lock_ends_finds_its_notice_told() -> None:
    # the end of the lock comes first, then the sale
    desk = noticed("lock", "key", on(4))
    desk.feed(P, sale(4, amount="2900"))
    assert [its[0] for its in told(desk)] == ["notice", "notice_withdrawn"]


def test_a_value_that_falls_further_under_a_floor_is_noticed_where_it_shows() -> None:
    desk = worth("600", HELD)
    desk.feed(C, record(2, override=word("floor", "important")))
    desk.feed(P, spent(3, "300"))
    # important by value is no more than the floor: nobody is told
    assert told(desk) == []
    desk.feed(S, clock(6))
    assert (told(desk), snapshot(desk)["tier_by_value"]) == ([], "ordinary")
    desk.feed(C, record(7))
    assert told(desk) == [("downgrade", "important", "ordinary", "override")]


# restarts


@pytest.mark.parametrize("mode", ["lock", "floor"])
def test_a_restart_changes_nothing(mode: str) -> None:
    def run(*, restarting: bool) -> list[dict[str, Any]]:
        desk, made = Desk(HELD, inputs=WITH_CUSTOMERS), []
        steps: list[tuple[Any, dict[str, Any]]] = [
            (P, sale(1, amount="3000")),
            (C, record(2, override=word(mode, "important", on(8)))),
            (P, spent(3, "2900")),
            (S, clock(7)),
            (C, record(7, "13:00:00", override=word("lock", "key", on(9)))),
            (S, clock(20)),
        ]
        for kind, event in steps:
            desk.feed(kind, event)
            desk.commit()
            if restarting:
                made += desk.messages
                desk = desk.restarted()
        desk.commit(stop=True)
        desk.messages = made + desk.messages
        return desk.tier_changes

    assert run(restarting=True) == run(restarting=False)


def test_a_row_knows_both_tiers() -> None:
    desk = worth("3000", HELD)
    desk.feed(C, record(2, override=word("lock", "ordinary")))
    desk.feed(P, spent(3, "2900"))
    desk.commit()
    data = desk.customer_rows["ada"]
    head, row = read_head(data), decode_customer(data)
    assert [TIER_NAMES[its] for its in (head.tier, head.by_value)] == ["ordinary", "key"]
    assert (head.noticed, row.told) == (True, False)
    assert row.notice_day == row.in_force_since_day + 1 == row.by_value_since_day + 2
