"""The tier in force: what a human's word makes of the tier by value, and for how long."""

import pytest

from agents.customer.tier_state import (
    TierState,
    active_override,
    in_force,
    is_visible,
    override_ends_us,
)
from schemas.base.times import NO_DUE_US
from schemas.state.rows import MasterRow, OverrideRow, read_head
from tests.support.customers import at
from tests.support.feeding import WITH_CUSTOMERS, Desk, clock, on, record, sale
from tests.support.making import policy, support_call
from tests.support.overriding import changes, snapshot, spent, told, word, worth

C, P, S, Y = WITH_CUSTOMERS
MAINTENANCE, ORDINARY, IMPORTANT, KEY = range(4)


def override_row(mode: str, tier: int, expires_us: int | None = None) -> OverrideRow:
    return OverrideRow(mode, tier, "because", expires_us)


# by itself


@pytest.mark.parametrize(
    ("mode", "tier", "found"),
    [
        ("floor", ORDINARY, [ORDINARY, ORDINARY, IMPORTANT, KEY]),
        ("floor", MAINTENANCE, [MAINTENANCE, ORDINARY, IMPORTANT, KEY]),
        ("floor", KEY, [KEY] * 4),
        ("lock", ORDINARY, [ORDINARY] * 4),
        ("lock", KEY, [KEY] * 4),
    ],
)
def test_a_floor_is_at_least_and_a_lock_just_that_tier(
    mode: str, tier: int, found: list[int]
) -> None:
    assert [in_force(by_value, override_row(mode, tier)) for by_value in range(4)] == found


def test_without_an_override_the_tier_by_value_is_in_force() -> None:
    assert [in_force(by_value, None) for by_value in range(4)] == [0, 1, 2, 3]
    tier_state = TierState(2, 100)
    assert (tier_state.in_force, tier_state.in_force_since_day, tier_state.told) == (2, 100, False)


def test_a_notice_shows_where_the_tier_in_force_would_go_down() -> None:
    assert all(is_visible(by_value, None) for by_value in range(4))
    floor = override_row("floor", ORDINARY)
    assert [is_visible(by_value, floor) for by_value in range(4)] == [False, False, True, True]
    assert not any(is_visible(by_value, override_row("lock", 0)) for by_value in range(4))


def test_an_override_holds_until_the_microsecond_at_which_it_expires() -> None:
    row = override_row("lock", KEY, 1_000)
    master = MasterRow(at_us=0, override=row)
    assert [active_override(master, at_us) for at_us in (0, 999, 1_000, 1_001)] == [
        row,
        row,
        None,
        None,
    ]
    assert [override_ends_us(master, at_us) for at_us in (999, 1_000)] == [1_000, NO_DUE_US]
    for_good = MasterRow(at_us=0, override=override_row("lock", KEY))
    assert active_override(for_good, 10**18) is not None
    assert override_ends_us(for_good, 0) == NO_DUE_US
    assert active_override(MasterRow(at_us=0), 0) is None
    assert active_override(None, 0) is None


# in a partition


def test_an_override_goes_out_with_all_that_belongs_to_it() -> None:
    desk = worth("100")
    desk.feed(C, record(2, override=word("floor", "key", "2026-06-30T23:00:00+01:00")))
    (_, change) = changes(desk)
    assert (change["direction"], change["from_tier"], change["to_tier"]) == (
        "upgrade",
        "ordinary",
        "key",
    )
    assert (change["sequence"], change["tier_by_value"]) == (2, "ordinary")
    assert change["override"] == {
        "tier": "key",
        "mode": "floor",
        "reason": "because",
        "expires_at": "2026-06-30T22:00:00Z",
    }
    assert change["trigger"] == {
        "kind": "override",
        "topic": "customers",
        "event_id": f"record-{on(2)}",
    }
    assert change["reasons"] == [
        {"rule": "tiers.entry.ordinary", "observed": "100.00", "threshold": "0.00"},
        {"rule": "tiers.entry.important", "observed": "100.00", "threshold": "500.00"},
        {"rule": "override.floor", "observed": "ordinary", "threshold": "key"},
    ]
    assert change["treatment"] == {"support_priority": 1}
    assert change["takes_effect_at"] is None
    assert change["effective_at"] == on(2)


def test_a_snapshot_tells_both_tiers_and_the_override() -> None:
    desk = worth("100")
    desk.feed(C, record(2, override=word("lock", "key")))
    found = snapshot(desk)
    assert (found["tier"], found["tier_by_value"]) == ("key", "ordinary")
    assert (found["tier_since"], found["downgrade_at"]) == (on(2, "00:00:00"), None)
    assert found["override"] == word("lock", "key")


@pytest.mark.parametrize(
    ("mode", "tier", "expected"),
    [
        ("floor", "important", ("upgrade", "ordinary", "important", "override")),
        ("floor", "ordinary", None),
        ("floor", "maintenance", None),
        ("lock", "important", ("upgrade", "ordinary", "important", "override")),
        ("lock", "ordinary", None),
        ("lock", "maintenance", ("downgrade", "ordinary", "maintenance", "override")),
    ],
)
def test_an_override_says_something_only_where_the_tier_in_force_changes(
    mode: str, tier: str, expected: tuple[str, ...] | None
) -> None:
    desk = worth("100")
    desk.feed(C, record(2, override=word(mode, tier)))
    assert told(desk) == ([] if expected is None else [expected])
    assert snapshot(desk)["override"] == word(mode, tier)


def test_a_customer_may_begin_under_an_override() -> None:
    desk = Desk(inputs=WITH_CUSTOMERS)
    desk.feed(C, record(1, override=word("lock", "important")))
    (change,) = changes(desk)
    assert (change["direction"], change["from_tier"], change["to_tier"]) == (
        "assigned",
        None,
        "important",
    )
    assert change["tier_by_value"] == "ordinary"
    assert change["trigger"]["kind"] == "event"
    assert change["reasons"][-1] == {
        "rule": "override.lock",
        "observed": "ordinary",
        "threshold": "important",
    }


def test_it_ends_at_the_microsecond_at_which_it_expires() -> None:
    desk = worth("100")
    desk.feed(C, record(2, override=word("lock", "key", on(4, "17:03:00.000001"))))
    desk.commit()
    assert read_head(desk.customer_rows["ada"]).due_us == at(4, "17:03:00.000001")
    desk.feed(S, clock(4, "17:03:00"))
    assert len(told(desk)) == 1
    desk.feed(S, clock(4, "17:03:00.000001"))
    assert told(desk)[1:] == [("downgrade", "key", "ordinary", "override")]
    change = changes(desk)[-1]
    assert change["effective_at"] == on(4, "17:03:00.000001")
    assert change["trigger"] == {"kind": "override", "topic": None, "event_id": None}
    assert change["override"] is None
    assert [its["rule"] for its in change["reasons"]] == [
        "tiers.entry.ordinary",
        "tiers.entry.important",
    ]
    assert change["treatment"] == {}
    assert snapshot(desk)["tier_since"] == on(4, "00:00:00")


def test_an_event_of_the_very_moment_finds_it_expired() -> None:
    desk = worth("100")
    desk.feed(C, record(2, override=word("lock", "key", on(4))))
    desk.feed(P, sale(4, amount="3000"))
    assert told(desk)[1:] == [
        ("downgrade", "key", "ordinary", "override"),
        ("upgrade", "ordinary", "key", "event"),
    ]


@pytest.mark.parametrize("expires_at", [on(2), on(1), on(2, "11:59:59.999999")])
def test_one_that_is_over_already_says_nothing(expires_at: str) -> None:
    desk = worth("100")
    desk.feed(C, record(2, override=word("lock", "key", expires_at)))
    assert told(desk) == []
    assert snapshot(desk)["override"] is None


def test_a_newer_record_takes_it_back() -> None:
    desk = worth("100")
    desk.feed(C, record(2, override=word("lock", "key")), record(3))
    assert told(desk)[1:] == [("downgrade", "key", "ordinary", "override")]
    assert changes(desk)[-1]["trigger"]["event_id"] == f"record-{on(3)}"


def test_a_newer_record_may_say_something_else() -> None:
    desk = worth("100")
    desk.feed(C, *(record(day, override=word("lock", tier)) for day, tier in LOCKS))
    assert [(its[0], its[2]) for its in told(desk)] == [
        ("upgrade", "key"),
        ("downgrade", "maintenance"),
        ("upgrade", "ordinary"),
    ]


LOCKS = ((2, "key"), (3, "maintenance"), (4, "ordinary"))


def test_an_older_record_changes_nothing() -> None:
    desk = worth("100")
    desk.feed(C, record(3, override=word("lock", "key")), record(2))
    assert [its[2] for its in told(desk)] == ["key"]


def test_a_record_that_comes_late_holds_as_of_now() -> None:
    desk = worth("100")
    desk.feed(P, sale(5))
    desk.feed(C, record(2, override=word("lock", "key", on(6))))
    assert changes(desk)[-1]["effective_at"] == on(5)
    passed = worth("100")
    passed.feed(P, sale(5))
    passed.feed(C, record(2, override=word("lock", "key", on(4))))
    assert told(passed) == []


def test_signals_tell_the_tier_in_force() -> None:
    desk = worth("100")
    desk.feed(C, record(2, override=word("lock", "key")))
    calls = (support_call(event_id=f"{n}", occurred_at=on(3), channel="email") for n in range(4))
    desk.feed(S, *calls)
    desk.commit()
    assert [its["tier"] for its in desk.risks] == ["key"]


def test_customers_are_counted_by_the_tier_in_force() -> None:
    desk = worth("100")
    desk.feed(C, record(2, override=word("lock", "key", on(4))))
    assert desk.shard.by_tier == [0, 0, 0, 1]
    desk.commit()
    assert desk.restarted().shard.by_tier == [0, 0, 0, 1]
    desk.shard.fire_due(at(4), 10, 0)
    assert desk.shard.by_tier == [0, 1, 0, 0]


# the tier by value, meanwhile


def test_above_a_floor_the_tier_by_value_moves_and_below_it_does_silently() -> None:
    desk = worth("100")
    desk.feed(C, record(2, override=word("floor", "important")))
    desk.feed(P, sale(3, amount="600"))
    assert len(told(desk)) == 1
    assert snapshot(desk)["tier_by_value"] == "important"
    desk.feed(P, sale(4, amount="2000"))
    assert told(desk)[1:] == [("upgrade", "important", "key", "event")]
    desk.feed(P, spent(5, "2650"))
    assert told(desk)[2:] == [("downgrade", "key", "important", "event")]
    change = changes(desk)[-1]
    assert change["tier_by_value"] == "ordinary"
    assert [(its["rule"], its["observed"], its["threshold"]) for its in change["reasons"]] == [
        ("tiers.entry.ordinary", "50.00", "0.00"),
        ("tiers.entry.important", "50.00", "500.00"),
        ("override.floor", "ordinary", "important"),
    ]
    desk.feed(P, spent(6, "100"))
    assert len(told(desk)) == 3
    assert snapshot(desk)["tier_by_value"] == "maintenance"


def test_under_a_lock_it_moves_silently_and_comes_into_force_with_its_end() -> None:
    desk = worth("100")
    desk.feed(C, record(2, override=word("lock", "maintenance", on(6))))
    desk.feed(P, sale(3, amount="3000"), spent(4, "2500"))
    assert told(desk) == [("downgrade", "ordinary", "maintenance", "override")]
    desk.feed(S, clock(7))
    assert told(desk)[1:] == [("upgrade", "maintenance", "important", "override")]
    assert changes(desk)[-1]["effective_at"] == on(6)


def test_the_tier_s_first_day_is_that_of_the_one_in_force() -> None:
    desk = worth("100")
    desk.feed(C, record(2, override=word("floor", "important")))
    desk.feed(P, sale(4, amount="600"))
    assert snapshot(desk)["tier_since"] == on(2, "00:00:00")
    desk.feed(C, record(5))
    found = snapshot(desk)
    assert (found["tier"], found["tier_since"]) == ("important", on(2, "00:00:00"))
    desk.feed(P, sale(6, amount="2000"))
    assert snapshot(desk)["tier_since"] == on(6, "00:00:00")


def test_at_the_end_of_an_override_its_end_comes_before_what_time_does_to_the_value() -> None:
    desk = worth("600")
    desk.feed(C, record(2, override=word("lock", "key", on(11, "00:00:00"))))
    desk.feed(S, clock(11))
    # on the 11th the sale leaves the window
    assert told(desk)[1:] == [
        ("downgrade", "key", "important", "override"),
        ("downgrade", "important", "ordinary", "timer"),
    ]
    one, other = changes(desk)[-2:]
    assert (one["tier_by_value"], other["tier_by_value"]) == ("important", "ordinary")
    assert (one["sequence"], other["sequence"]) == (3, 4)
    # as the figures are then: 0.00
    assert [its["observed"] for its in one["reasons"]] == ["0.00", "0.00"]


def test_the_least_stay_counts_from_the_last_change_by_value() -> None:
    staying = policy(
        more='[tiers.hold]\nmin_dwell_days = 5\ngrace_days = 0\nupgrade_margin = "0"\n'
    )
    desk = worth("100", staying)
    desk.feed(C, record(3, override=word("lock", "key", on(4))))
    desk.feed(P, sale(5, amount="600"))
    desk.feed(S, clock(6))
    assert [(its["to_tier"], its["effective_at"]) for its in changes(desk)[1:]] == [
        ("key", on(3)),
        ("ordinary", on(4)),
        ("important", on(6, "00:00:00")),
    ]
