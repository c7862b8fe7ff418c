"""The tier in force: what a human's word makes of the tier by value, and for how long."""

from typing import Any

import pytest

from agents.policy import Policy
from agents.standing import Standing, active_override, in_force, is_visible, override_ends_us
from schemas.outputs import TIER_NAMES
from schemas.row import NO_DUE_US, MasterRow, OverrideRow, decode_customer, read_head
from tests.support.customers import at
from tests.support.feeding import WITH_CUSTOMERS, Desk, clock, newest, on, record, sale
from tests.support.making import POLICY, policy, support_call

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
    standing = Standing(2, 100)
    assert (standing.in_force, standing.in_force_since_day, standing.told) == (2, 100, False)


def test_a_notice_shows_where_the_tier_in_force_would_go_down() -> None:
    assert all(is_visible(by_value, None) for by_value in range(4))
    floor = override_row("floor", ORDINARY)
    assert [is_visible(by_value, floor) for by_value in range(4)] == [False, False, True, True]
    assert not any(is_visible(by_value, override_row("lock", 0)) for by_value in range(4))


def test_an_override_holds_until_the_microsecond_at_which_it_expires() -> None:
    row = override_row("lock", KEY, 1_000)
    master = MasterRow(0, override=row)
    assert [active_override(master, at_us) for at_us in (0, 999, 1_000, 1_001)] == [
        row,
        row,
        None,
        None,
    ]
    assert [override_ends_us(master, at_us) for at_us in (999, 1_000)] == [1_000, NO_DUE_US]
    for_good = MasterRow(0, override=override_row("lock", KEY))
    assert active_override(for_good, 10**18) is not None
    assert override_ends_us(for_good, 0) == NO_DUE_US
    assert active_override(MasterRow(0), 0) is None
    assert active_override(None, 0) is None


# in a partition


HELD = policy(
    more="""
[tiers.hold]
upgrade_margin = "0.05"
keep_margin = "0.15"
min_dwell_days = 0
grace_days = 3
"""
)
"""1700.00 keep key, 425.00 important, 0.00 ordinary; three days from a notice to a downgrade."""


def word(mode: str, tier: str, expires_at: str | None = None) -> dict[str, Any]:
    return {"mode": mode, "tier": tier, "reason": "because", "expires_at": expires_at}


def worth(amount: str, by: Policy = POLICY) -> Desk:
    """A customer that brought so much on March 1."""
    desk = Desk(by, inputs=WITH_CUSTOMERS)
    desk.feed(P, sale(1, amount=amount))
    return desk


def changes(desk: Desk) -> list[dict[str, Any]]:
    desk.commit(stop=True)
    return [its for its in desk.tier_changes if its["customer_id"] == "ada"]


def told(desk: Desk) -> list[tuple[str, str | None, str, str]]:
    """(direction, from, to, what made it so) after the first assignment."""
    return [
        (its["direction"], its["from_tier"], its["to_tier"], its["trigger"]["kind"])
        for its in changes(desk)[1:]
    ]


def snapshot(desk: Desk) -> dict[str, Any]:
    desk.commit(stop=True)
    return newest(desk)


def spent(day: int, amount: str, number: int = 9) -> dict[str, Any]:
    """Something that takes from the contribution."""
    return sale(day, number, amount="0", cost=amount)


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
    standing = decode_customer(data).standing
    assert TIER_NAMES[read_head(data).tier] == "ordinary"
    assert (TIER_NAMES[standing.by_value], standing.told) == ("key", False)
    assert standing.notice_day == standing.in_force_since_day + 1 == standing.since_day + 2
