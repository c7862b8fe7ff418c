"""What sample traffic at risk promises, and its due times against a look at every instant."""

import tomllib
from collections import Counter
from functools import cache
from importlib import import_module

import pytest

from . import instants
from .customer import Customer
from .dues import find_next_due
from .fields import STEPS
from .money import Terms
from .recount import Outcome, recount
from .risk_terms import COSTLY, SIGNALS
from .sample import sample
from .sample_policy import RISKS_TOML
from .test_oracle_sample_whole import first_change, need_not_happen
from .verdict import judged
from .wire import Wire

SEEDS = (1, 2)


@cache
def _outcome(seed: int) -> Outcome:
    records = sample(seed, 2_000, 30, partitions=2, bad_share=0.05, risks=True)
    return recount(tomllib.loads(RISKS_TOML), records, partitions=2)


def _counted(name: str, value: str, *names: str) -> Counter[tuple[object, ...]]:
    """Count the risks of which one field says this by what others say, over two seeds."""
    return Counter(
        tuple(its[other] for other in names)
        for seed in SEEDS
        for its in _outcome(seed).at_risk
        if its[name] == value
    )


def test_a_seed_names_its_records_at_risk() -> None:
    one, again, other = (sample(seed, 300, 20, partitions=3, risks=True) for seed in (5, 5, 6))
    assert one == again != other


def test_every_signal_comes_and_goes() -> None:
    for status in ("raised", "cleared"):
        found = _counted("status", status, "signal")
        assert all(found[signal,] >= 5 for signal in SIGNALS), found
    severe = [(signal,) for signal in ("fading", "overdue", "overdue_invoice")]
    found = _counted("status", "escalated", "signal")
    assert sorted(found) == severe
    assert all(found[signal] >= 5 for signal in severe)
    high = _counted("severity", "high", "signal", "status")
    assert all(high[signal, "raised"] >= 2 for (signal,) in severe), high


def test_signals_are_raised_again_when_they_have_cooled_down() -> None:
    # At the first midnight of the day, by itself; what got worse does not wait.
    cleared: dict[tuple[int, str, str], Wire] = {}
    ways: Counter[str] = Counter()
    for seed in SEEDS:
        for its in _outcome(seed).at_risk:
            name, at = (seed, its["customer_id"], its["signal"]), its["effective_at"]
            if its["status"] == "cleared":
                cleared[name] = its
            if its["status"] != "raised" or name not in cleared:
                continue
            before = instants.parse(cleared[name]["effective_at"])
            cool = instants.midnight(instants.day_of(before) + 3)
            if its["trigger"]["kind"] == "timer" and instants.parse(at) == cool:
                ways["at midnight"] += 1
            if before <= instants.parse(at) < cool:
                assert (cleared[name]["severity"], its["severity"]) == ("watch", "high")
                ways["worse"] += 1
    assert ways["at midnight"] >= 20
    assert ways["worse"] >= 1


def test_every_step_and_every_rule_of_the_ladder_occurs() -> None:
    moved: Counter[str] = Counter()
    recommended: Counter[str | None] = Counter()
    odd = 0
    for seed in SEEDS:
        for its in _outcome(seed).at_risk:
            recommended[its["recommended_step"]] += 1
            if its["status"] == "step_changed":
                moved[its["evidence"][0]["rule"]] += 1
                timer = its["trigger"]["kind"] == "timer"
                odd += timer and "T00:00:00Z" not in its["effective_at"]
    rules = ("set_step", "tier", "segment", "young_days", "dwell_days", "clear_days")
    assert all(moved[f"ladder.{rule}"] >= 3 for rule in rules), moved
    assert sum(moved[f"risk.{signal}"] for signal in COSTLY) >= 3, moved
    assert odd >= 3, "a step that waited for the end of a hold"
    assert all(recommended[step] >= 5 for step in STEPS), recommended


def test_every_figure_of_those_at_risk_occurs() -> None:
    values = [its for seed in SEEDS for its in _outcome(seed).values.values()]
    risks = [its for seed in SEEDS for its in _outcome(seed).at_risk]
    assert {its["recommended_action"] for its in risks} == {
        None,
        "call",
        "win_back",
        "fix_issue",
        "escalate",
    }
    assert {its["notice_days"] for its in risks} == {None, 30}
    assert max(len(its["steps"]) for its in risks) > 6
    assert max(its["score"]["points"] for its in risks) == 100
    held = {its["ladder"]["hold_until"] is not None for its in values if its["ladder"]}
    assert held == {True, False}
    assert all(0 < float(its["lifetime"]["p_alive"]) < 1 for its in values)
    refused = {name for seed in SEEDS for _, _, name in _outcome(seed).rejected if name}
    assert {"ladder", "ladder.reason", "ladder.set_step", "ladder.hold_until"} & refused


def test_due_times_miss_nothing_that_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: Counter[str] = Counter()

    def checked(customer: Customer, terms: Terms) -> None:
        find_next_due(customer, terms)
        due, first = customer.next_due, first_change(customer, terms)
        pending = _at_once(customer, terms)
        if pending is not None:
            assert pending["signal"] == "ladder"
            first_step = pending["recommended_step"] == "reassess"
            assert first_step or (due is not None and due <= customer.as_of)
            looked["first step" if first_step else "at once"] += 1
            return
        if due == first:
            looked["none" if due is None else "midnight" if due % instants.DAY == 0 else "odd"] += 1
            return
        assert due is not None
        assert first is None or due < first
        assert due in need_not_happen(customer, terms), instants.text(due)
        looked["early"] += 1

    monkeypatch.setattr(import_module("tests.oracle.recount"), "find_next_due", checked)
    policy = tomllib.loads(RISKS_TOML.replace("window_days = 45", "window_days = 25"))
    recount(policy, sample(3, 250, 9, partitions=1, risks=True), partitions=1)
    assert looked["odd"] > 200
    assert looked["midnight"] > 200
    assert looked["early"] < looked.total() / 5, looked


def _at_once(customer: Customer, terms: Terms) -> Wire | None:
    """Give what another judgement at the same time would put out."""
    timer: Wire = {"kind": "timer", "topic": None, "event_id": None}
    found = judged(customer.at(customer.as_of), terms, timer)
    assert not found.tier_changes
    assert len(found.at_risk) < 2
    return found.at_risk[0] if found.at_risk else None
