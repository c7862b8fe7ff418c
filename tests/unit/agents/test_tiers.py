"""Tiers: the highest whose entry is reached, and the words for it."""

import pytest

from agents.customer.tier_state import TierState
from agents.decide.tiers import TierRules, tier_rank
from schemas.inputs.events import Kind
from schemas.outputs.records import TIERS
from tests.support.feeding import Desk
from tests.support.making import POLICY, policy, purchase, support_call


@pytest.mark.parametrize(
    ("contribution", "tier"),
    [
        (-(10**18), "maintenance"),
        (-1, "maintenance"),
        (0, "ordinary"),
        (49_999, "ordinary"),
        (50_000, "important"),
        (199_999, "important"),
        (200_000, "key"),
        (10**18, "key"),
    ],
)
def test_a_tier_begins_exactly_at_its_entry(contribution: int, tier: str) -> None:
    assert TIERS[tier_rank(contribution, POLICY.entries)] == tier


@pytest.mark.parametrize(
    ("amount", "tier", "found"),
    [
        ("0.79", "maintenance", [("tiers.entry.ordinary", "-0.80", "0.00")]),
        (
            "1.80",
            "ordinary",
            [("tiers.entry.ordinary", "1.00", "0.00"), ("tiers.entry.important", "1.00", "500.00")],
        ),
        (
            "500.80",
            "important",
            [
                ("tiers.entry.important", "500.00", "500.00"),
                ("tiers.entry.key", "500.00", "2000.00"),
            ],
        ),
        ("2000.80", "key", [("tiers.entry.key", "2000.00", "2000.00")]),
    ],
)
def test_the_reasons_are_the_entry_reached_and_the_next_one(
    amount: str, tier: str, found: list[tuple[str, str, str]]
) -> None:
    desk = Desk()
    desk.feed(Kind.SUPPORT_CALLS, support_call(channel="chat"))  # it costs 0.80: maintenance
    desk.feed(Kind.PURCHASES, purchase(amount=amount, cost="0"))
    desk.commit()
    change = desk.tier_changes[-1]  # of 0.79 it stays the first one: still below zero
    assert change["to_tier"] == tier
    reasons = [(its["rule"], its["observed"], its["threshold"]) for its in change["reasons"]]
    assert reasons == found


def test_entries_may_lie_below_zero() -> None:
    low = policy(('ordinary = "0.00"', 'ordinary = "-50.00"'))
    assert tier_rank(-5_000, low.entries) == 1
    assert tier_rank(-5_001, low.entries) == 0


# tiers that hold still

DAY = 20_000
HOLD = """\
[tiers.hold]
upgrade_margin = "0.05"
keep_margin = "0.15"
min_band = "2.00"
min_dwell_days = 14
grace_days = 30
downgrade = "full"

[treatment.key]"""


def held(*replacements: tuple[str, str]) -> TierRules:
    """Entries at 0, 500 and 2,000; up at 2, 525 and 2,100, down below -2, 425 and 1,700."""
    section = HOLD
    for old, new in replacements:
        assert section.count(old) == 1
        section = section.replace(old, new)
    return TierRules(policy(("[treatment.key]", section)))


def said(rules: TierRules, tier_state: TierState, minor: int, day: int) -> list[tuple[str, int]]:
    return [(move.direction, move.after) for move in rules.judge(tier_state, minor, day)]


@pytest.mark.parametrize(
    ("tier", "minor", "found"),
    [
        (2, 209_999, []),
        (2, 210_000, [("upgrade", 3)]),
        (1, 210_000, [("upgrade", 3)]),
        (1, 209_999, [("upgrade", 2)]),
        (1, 52_499, []),
        (0, 199, []),
        (0, 200, [("upgrade", 1)]),
        (2, 42_500, []),
        (2, 42_499, [("notice", 1)]),
        (3, 169_999, [("notice", 2)]),
        (3, 170_000, []),
        (1, -200, []),
        (1, -201, [("notice", 0)]),
        (3, -201, [("notice", 0)]),
        (0, -(10**15), []),
    ],
)
def test_a_band_around_each_entry_holds_a_tier(
    tier: int, minor: int, found: list[tuple[str, int]]
) -> None:
    rules, tier_state = held(), TierState(tier, DAY - 14)
    assert rules.stays(tier_state, minor) == (not found)
    assert said(rules, tier_state, minor, DAY) == found


def test_a_tier_is_not_left_before_it_stayed() -> None:
    rules, tier_state = held(), TierState(1, DAY)
    assert said(rules, tier_state, 60_000, DAY + 13) == []
    assert rules.due_day(tier_state, 60_000) == DAY + 14
    assert said(rules, tier_state, 60_000, DAY + 14) == [("upgrade", 2)]
    assert tier_state.since_day == DAY + 14


def test_a_downgrade_is_announced_and_comes_when_grace_has_passed() -> None:
    rules, tier_state = held(), TierState(3, DAY - 100)
    [notice] = rules.judge(tier_state, 60_000, DAY)
    assert (notice.direction, notice.before, notice.after) == ("notice", 3, 2)
    assert notice.takes_effect_day == DAY + 30 == rules.due_day(tier_state, 60_000)
    assert said(rules, tier_state, 60_000, DAY + 29) == []
    assert said(rules, tier_state, 10_000, DAY + 30) == [("downgrade", 1)]
    assert rules.takes_effect_day(tier_state) is None


def test_who_recovers_keeps_the_tier() -> None:
    rules, tier_state = held(), TierState(3, DAY - 100)
    assert said(rules, tier_state, 60_000, DAY) == [("notice", 2)]
    assert said(rules, tier_state, 170_000, DAY + 29) == [("notice_withdrawn", 3)]
    assert rules.stays(tier_state, 170_000)


def test_who_recovers_well_is_upgraded_at_once() -> None:
    rules, tier_state = held(), TierState(2, DAY - 100)
    assert said(rules, tier_state, 10_000, DAY) == [("notice", 1)]
    assert said(rules, tier_state, 300_000, DAY + 3) == [("notice_withdrawn", 2), ("upgrade", 3)]


def test_a_downgrade_waits_for_the_least_stay_too() -> None:
    rules = held(("grace_days = 30", "grace_days = 3"))
    tier_state = TierState(2, DAY)
    assert rules.judge(tier_state, 0, DAY + 1)[0].takes_effect_day == DAY + 14
    assert said(rules, tier_state, 0, DAY + 13) == []
    assert said(rules, tier_state, 0, DAY + 14) == [("downgrade", 1)]


def test_one_step_at_a_time_each_with_its_notice() -> None:
    rules = held(('"full"', '"one_step"'))
    tier_state = TierState(3, DAY - 100)
    assert said(rules, tier_state, -1_000, DAY) == [("notice", 2)]
    assert said(rules, tier_state, -1_000, DAY + 30) == [("downgrade", 2), ("notice", 1)]
    assert rules.due_day(tier_state, -1_000) == DAY + 60


def test_without_grace_nothing_is_announced() -> None:
    rules = held(("grace_days = 30", "grace_days = 0"))
    tier_state = TierState(3, DAY)
    assert said(rules, tier_state, 0, DAY + 5) == []
    assert rules.due_day(tier_state, 0) == DAY + 14
    assert said(rules, tier_state, 0, DAY + 14) == [("downgrade", 1)]


@pytest.mark.parametrize("before", [0, 1, 2, 3])
@pytest.mark.parametrize("minor", [-1, 0, 49_999, 50_000, 199_999, 200_000])
def test_without_the_section_it_is_the_plain_rule(before: int, minor: int) -> None:
    tier_state, now = TierState(before, DAY), tier_rank(minor, POLICY.entries)
    way = "upgrade" if now > before else "downgrade"
    assert said(TierRules(POLICY), tier_state, minor, DAY) == (
        [(way, now)] if now != before else []
    )


def test_bands_around_an_entry_below_zero_go_outwards() -> None:
    rules = TierRules(
        policy(('ordinary = "0.00"', 'ordinary = "-50.00"'), ("[treatment.key]", HOLD))
    )
    assert said(rules, TierState(0, DAY - 99), -4_751, DAY) == []
    assert said(rules, TierState(0, DAY - 99), -4_750, DAY) == [("upgrade", 1)]
    assert said(rules, TierState(1, DAY - 99), -5_750, DAY) == []
    assert said(rules, TierState(1, DAY - 99), -5_751, DAY) == [("notice", 0)]


def test_a_notice_goes_out_with_its_day_its_reasons_and_the_treatment_in_force() -> None:
    desk = Desk(policy(("[treatment.key]", HOLD)))
    desk.feed(Kind.PURCHASES, purchase(amount="2500.00", cost="0"))
    desk.feed(
        Kind.PURCHASES,
        purchase(event_id="back", type="return", amount="1500.00", cost="0", items=1),
    )
    desk.commit()
    [first, notice] = desk.tier_changes
    assert (first["direction"], first["takes_effect_at"]) == ("assigned", None)
    assert (notice["direction"], notice["from_tier"], notice["to_tier"]) == (
        "notice",
        "key",
        "important",
    )
    assert notice["takes_effect_at"] == "2026-03-31T00:00:00Z"
    assert notice["reasons"][-1] == {
        "rule": "tiers.hold.keep_margin",
        "observed": "991.00",
        "threshold": "1700.00",
    }
    assert notice["treatment"] == {"support_priority": 1}
    [snapshot] = desk.snapshots
    assert (snapshot["tier"], snapshot["tier_since"], snapshot["downgrade_at"]) == (
        "key",
        "2026-03-01T00:00:00Z",
        "2026-03-31T00:00:00Z",
    )
