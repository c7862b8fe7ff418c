"""A late payer on the ladder of measures, and what a human answers."""

from typing import Any, Final

from agents.policy.compiled import Policy
from tests.support.feeding import Desk
from tests.support.signalling import (
    LADDER,
    M,
    Y,
    desk_of,
    of_ada,
    only,
    paid_late,
    told,
)

LATE: Final = only("late_payer", more=LADDER)
"""A step after 5 days, none any more after 3; two late payments are where it begins."""
YOUNG: Final = only("late_payer", more=LADDER.replace("young_days = 0", "young_days = 20"))
STEPS: Final = ["reassess", "educate", "renegotiate", "migrate", "terminate"]


def late_payer(by: Policy = LATE, *before: dict[str, Any]) -> Desk:
    """A late payer since noon of day 2; master data come before."""
    desk = desk_of(by)
    desk.feed(M, *before)
    desk.feed(Y, paid_late(1), paid_late(2))
    return desk


def answer(day: int, at: str = "12:00:00", **fields: Any) -> dict[str, Any]:
    """A human's answer on a record of a day."""
    return told(day, at, ladder={"reason": "because"} | fields)


def moves(desk: Desk) -> list[tuple[str | None, str]]:
    """(step, effective_at) of each record of the ladder alone."""
    return [
        (its["recommended_step"], its["effective_at"])
        for its in of_ada(desk)
        if its["signal"] == "ladder"
    ]


def on_time(desk: Desk, day: int) -> None:
    """Two payments on time clear the signal at noon of a day."""
    desk.feed(Y, paid_late(day, 0), paid_late(day, 0, event_id=f"again-{day}"))
