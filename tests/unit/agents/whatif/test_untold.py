"""What rows don't tell of a candidate is named by key, and what they tell is not."""

from typing import Any

from agents.policy_file.compiling import compile_policy
from agents.policy_file.reading import checked_policy
from agents.whatif.untold import changed_keys, untold
from tests.support.policies import raw_policy, section
from tests.support.tables import table


def keys(change: dict[str, Any], before: dict[str, Any] | None = None) -> list[str]:
    """The keys that are named where a policy changes so."""
    base = checked_policy(raw_policy(before or {}), "base")
    other = checked_policy(raw_policy(before or {}, change), "candidate")
    changed = changed_keys(base, other)
    found = untold(compile_policy(base), compile_policy(other), changed)
    assert all(its.why for its in found)
    return [its.key for its in found]


@table(
    "change named",
    ("an entry is told whole", {"tiers.entry.key": "9999.00"}, []),
    ("a shorter window, too", {"value.window_days": 5}, []),
    ("a longer window", {"value.window_days": 360}, ["value.window_days"]),
    ("a margin", {"value.default_margin_rate": "0.11"}, ["value.default_margin_rate"]),
    ("what excuses", {"value.excuse_seller_fault": True}, ["value.excuse_seller_fault"]),
)
def test_keys_are_named(change: dict[str, Any], named: list[str]) -> None:
    assert keys(change) == named


def test_a_fading_value_is_weighed_by_what_the_window_holds() -> None:
    fades = {"value.measure": "decayed", "value.half_life_days": 30, "value.landmark": "2026-01-01"}
    assert keys(fades) == ["value.measure"]
    assert keys({"value.half_life_days": 40}, fades) == ["value.half_life_days"]
    assert keys({"tiers.entry.key": "9999.00"}, fades) == []


def test_a_signal_that_asks_for_more_than_was_kept_is_named_once_a_thing() -> None:
    risks = section("signals")["risk"]
    drop = {"risk.spend_drop": risks["spend_drop"]}
    before: dict[str, Any] = {"risk": None, "risk.weights": {}}
    assert set(keys(drop, before)) == {"risk.spend_drop"}
    assert keys({"risk.spend_drop.below": "0.11"}, before | drop) == []


def test_a_version_alone_changes_no_key() -> None:
    base, other = (checked_policy(raw_policy({"version": its}), its) for its in ("1", "2"))
    assert changed_keys(base, other) == []
