"""A late payer on the ladder of measures, and what a human answers."""

from typing import Any, Final

from tests.support.policies import only, policy, section
from tests.support.signalling import paid_late, told

LATE: Final = policy(only("late_payer"), section("ladder"))
"""A step after 5 days, none any more after 3; two late payments are where it begins."""
YOUNG: Final = policy(only("late_payer"), section("ladder"), {"ladder.young_days": 20})
START: Final = [paid_late(1), paid_late(2)]
"""A late payer since noon of day 2."""


def answer(day: int, at: str = "12:00:00", **fields: Any) -> dict[str, Any]:
    """A human's answer on a record of a day."""
    return told(day, at, ladder={"reason": "because"} | fields)


def on_time(day: int) -> list[dict[str, Any]]:
    """Two payments on time clear the signal at noon of a day."""
    return [paid_late(day, 0), paid_late(day, 0, event_id=f"again-{day}")]


def waits(rule: str, days: int, least: int, **signals: tuple[int, str]) -> dict[str, Any]:
    """What a step rests on: a rule of the ladder, and how long each signal is open."""
    found: dict[str, Any] = {f"ladder.{rule}": (days, least)}
    return found | {f"risk.{name}": its for name, its in signals.items()}
