"""What `explain` says of customers against what follows: at that time, and for that money."""

from decimal import Decimal
from functools import cache
from operator import ge, gt, le, lt

import pytest

from agents.explain.found import Explanation, Gauge, TierNeed
from schemas.base.money import parse_minor
from schemas.base.vocabulary import TIERS
from streams.config.policy import load_policy
from tests.bench.decisions import records_of
from tests.bench.decisions import sample as years
from tests.oracle.sample import sample
from tests.oracle.sample_policy import (
    ANSWERED_TOML,
    CANCELLED_TOML,
    DECAYED_TOML,
    HOLD_TOML,
    POLICY_TOML,
    RISKS_TOML,
    WHOLE_TOML,
)
from tests.support.explaining import Key, Stopped, stopped
from tests.support.shards import by_share, policy_of
from tests.support.signalling import asked, when

WORLDS: dict[str, tuple[str, str]] = {
    "plain": ("plain", POLICY_TOML),
    "held, one step": ("plain", POLICY_TOML + HOLD_TOML.replace("DOWNGRADE", "one_step")),
    "held, full": ("plain", POLICY_TOML + HOLD_TOML.replace("DOWNGRADE", "full")),
    "whole": ("whole", WHOLE_TOML),
    "whole, by share": ("whole", by_share(WHOLE_TOML)),
    "whole, decayed": ("whole", DECAYED_TOML),
    "at risk": ("risks", RISKS_TOML),
    "at risk, answered": ("risks", ANSWERED_TOML),
    "at risk, cancelled": ("risks", CANCELLED_TOML),
}
YEARS = "three years"
"""Of the sample traffic, by the default policy."""
MONEY: tuple[str, ...] = (
    YEARS,
    "plain",
    "whole",
    "whole, by share",
    "at risk",
    "at risk, answered",
)
"""Worlds whose tiers go by the money of the window."""
TICK_DAY = 310
"""Of March 2026: long after the sample."""


@cache
def world(name: str) -> Stopped:
    if name == YEARS:
        by = load_policy(None)
        return stopped(by, records_of(years(by, 3, 100)), 0.9)
    kind, text = WORLDS[name]
    more = {} if kind == "plain" else {kind: True}
    return stopped(policy_of(text), sample(5, 2000, 80, partitions=1, **more), 0.8)


@cache
def after(name: str) -> dict[str, dict[Key, str]]:
    """What goes out while time passes until the tick, by customer."""
    return world(name).after(asked(TICK_DAY, customer_id="clock", issue="time"))


@pytest.mark.parametrize("name", [YEARS, *WORLDS])
def test_what_turns_by_time_turns_then_and_nothing_else_does(name: str) -> None:
    here = world(name)
    turned = after(name)
    seen = 0
    for whose, _, its in here.explained():
        told = {(turn.what, turn.name, turn.becomes): turn.at for turn in its.ahead.turns}
        came = turned.get(whose, {})
        horizon = min(its.ahead.looked_until or when(TICK_DAY), when(TICK_DAY))
        # a step that a costly signal's own record tells of has none of its own: later, if at all
        steps = {
            key
            for key, at in told.items()
            if key[0] == "ladder" and at <= horizon and at < came.get(key, "9999")
        }
        assert all(told[key] in came.values() for key in steps), whose
        ours = {key: at for key, at in told.items() if at <= horizon and key not in steps}
        theirs = {key: at for key, at in came.items() if at <= horizon and key not in steps}
        assert ours == theirs, whose
        seen += len(ours)
    assert seen > 50


@pytest.mark.parametrize("name", [YEARS, *WORLDS])
def test_what_a_signal_says_of_its_turn_is_what_goes_out_first(name: str) -> None:
    here = world(name)
    turned = after(name)
    for whose, _, its in here.explained():
        horizon = min(its.ahead.looked_until or when(TICK_DAY), when(TICK_DAY))
        for signal in its.signals:
            first = min(
                (at, key[2])
                for key, at in (turned.get(whose, {}) | {("", "", ""): "9999"}).items()
                if key[1] in {signal.signal, ""}
            )
            if signal.turns_at is None or signal.turns_at > horizon:
                assert first[0] > horizon
            else:
                assert first == (signal.turns_at, signal.turns_to)


@pytest.mark.parametrize("name", [YEARS, "plain", "whole", "at risk", "at risk, answered"])
def test_the_bounds_that_are_told_are_why_a_signal_is_open_or_not(name: str) -> None:
    seen = 0
    for whose, _, its in world(name).explained():
        for signal in its.signals:
            if signal.severity is not None:
                assert not any(map(_holds, signal.cleared_by)), (whose, signal)
                seen += bool(signal.cleared_by)
            elif not signal.silent and signal.cooling_until is None and signal.raised_by:
                first = {gauge.what: gauge for gauge in reversed(signal.raised_by)}
                assert not all(map(_holds, first.values())), (whose, signal)
    assert seen


def _holds(gauge: Gauge) -> bool:
    compared = {"<": lt, "<=": le, ">": gt, ">=": ge}.get(gauge.comparison)
    if compared is None:
        return True
    if gauge.bound in TIERS:
        return TIERS.index(str(gauge.observed)) >= TIERS.index(str(gauge.bound))
    return bool(compared(Decimal(gauge.observed), Decimal(gauge.bound)))


@pytest.mark.parametrize(
    "name", [YEARS, "held, one step", "held, full", "at risk", "at risk, answered"]
)
def test_what_holds_a_tier_or_a_step_holds_until_then(name: str) -> None:
    here = world(name)
    turned = after(name)
    held = 0
    for whose, _, its in here.explained():
        came = turned.get(whose, {})
        for hold in its.holds:
            way = "upgrade" if TIERS.index(hold.wants) > TIERS.index(hold.keeps) else "downgrade"
            if hold.by in {"grace", "dwell"} and hold.until is not None:
                held += 1
                first = min((at for key, at in came.items() if key[1] == way), default="9999")
                assert first >= hold.until
        ladder = its.ladder
        if ladder is not None and ladder.waits_for in {"dwell", "hold"} and ladder.next_step:
            held += 1
            step = "ladder", ladder.next_step, "step_changed"
            assert came.get(step, "9999") >= (ladder.until or "")
    # by the default policy few are held, and perhaps nobody when the years end
    assert held or name == YEARS


@pytest.mark.parametrize("name", MONEY)
def test_the_distance_is_enough_and_one_minor_unit_less_is_not(name: str) -> None:
    here, tried = world(name), 0
    for whose, row, its in here.explained():
        if _is_held(its):
            continue
        for need in its.tiers:
            distance = _minor(need)
            for amount in (distance, distance - 1):
                if amount <= 0:
                    continue
                tried += 1
                reached = _rank_after(here, whose, row, need, amount)
                is_there = (
                    reached >= TIERS.index(need.tier)
                    if need.direction == "up"
                    else reached <= TIERS.index(need.tier)
                )
                assert is_there == (amount == distance), (whose, need)
    assert tried > 100


@pytest.mark.parametrize("name", MONEY)
def test_the_sale_at_the_default_margin_is_enough_and_one_minor_unit_less_is_not(
    name: str,
) -> None:
    here, tried = world(name), 0
    for whose, row, its in here.explained():
        if _is_held(its):
            continue
        for need in its.tiers:
            if need.sale is None:
                continue
            sale = parse_minor(need.sale, here.policy.digits)
            assert sale is not None
            for amount in (sale, sale - 1):
                tried += 1
                reached = here.after_sale(whose, row, amount, cost=None)
                is_there = reached >= TIERS.index(need.tier)
                assert is_there == (amount == sale), (whose, need)
    assert tried > 50


def _is_held(its: Explanation) -> bool:
    return any(hold.by not in {"override", "margin"} for hold in its.holds)


def _minor(need: TierNeed) -> int:
    found = parse_minor(need.distance, 2)
    assert found is not None
    return found


def _rank_after(here: Stopped, whose: str, row: bytes, need: TierNeed, amount: int) -> int:
    if need.direction == "up":
        return here.after_sale(whose, row, amount, cost="0")
    return here.after_sale(whose, row, amount, type="refund", cost=None)
