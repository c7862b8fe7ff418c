"""The lives of a tier, an override and a signal as tables; the guides' diagrams are made of them.

A table says what happens to a thing in a state: `{(state, what is found): (what happens, state)}`.
What stands in no table does not happen.
"""

from typing import Final, Literal, TypeVar

from schemas.base.vocabulary import (
    DIRECTIONS,
    SIGNAL_STATUSES,
    STAGES,
    Direction,
    SignalStatus,
    Stage,
)

ASSIGNED, UPGRADE, DOWNGRADE, NOTICE, WITHDRAWN, TREATMENT, STAGE, SEGMENT = DIRECTIONS
RAISED, ESCALATED, CLEARED, STEP_CHANGED, STEP_REMINDED = SIGNAL_STATUSES

Word = TypeVar("Word", bound=str)
Life = dict[tuple[str, str], tuple[Word, str]]
Unsaid = Literal[""]

NEW, HELD, NOTICED = "new", "held", "noticed"
FIRST = "the first event"
RISES = "value above the next entry and its margin"
FALLS = "value below the entry and its margin"
FALLS_ELSEWHERE = "still below, and another tier would come"
STAYS_BELOW = "still below when the days of grace and the least stay have passed"
RECOVERS = "value above that bound again"
TIER_LIFE: Final[Life[Direction]] = {
    (NEW, FIRST): (ASSIGNED, HELD),
    (HELD, RISES): (UPGRADE, HELD),
    (HELD, FALLS): (NOTICE, NOTICED),
    (HELD, STAYS_BELOW): (DOWNGRADE, HELD),
    (NOTICED, RECOVERS): (WITHDRAWN, HELD),
    (NOTICED, FALLS_ELSEWHERE): (NOTICE, NOTICED),
    (NOTICED, STAYS_BELOW): (DOWNGRADE, HELD),
}
"""Of the tier by value. Without days of grace a fall is no notice but a downgrade. With
`notice_after_days` a fall counts after so many days, and a notice is renewed."""

UNSEEN, SEEN = "notice_unseen", "notice_seen"
SHOWS = "the override would let the tier in force go down"
HIDES = "the override holds the tier in force"
OVERRIDE_LIFE: Final[Life[Direction]] = {
    (UNSEEN, SHOWS): (NOTICE, SEEN),
    (SEEN, HIDES): (WITHDRAWN, UNSEEN),
}
"""Of a notice under an override: what would not change the tier in force is not announced."""

QUIET, WATCH_OPEN, HIGH_OPEN = "quiet", "watch", "high"
COOLING_WATCH, COOLING_HIGH = "cooling_after_watch", "cooling_after_high"
FOUND_WATCH, FOUND_HIGH = "its condition holds", "its condition for high holds"
FOUND_CLEAR, COOLED = "its condition for clearing holds", "cooldown_days have passed"
SIGNAL_LIFE: Final[Life[SignalStatus | Unsaid]] = {
    (QUIET, FOUND_WATCH): (RAISED, WATCH_OPEN),
    (QUIET, FOUND_HIGH): (RAISED, HIGH_OPEN),
    (WATCH_OPEN, FOUND_HIGH): (ESCALATED, HIGH_OPEN),
    (WATCH_OPEN, FOUND_CLEAR): (CLEARED, COOLING_WATCH),
    (HIGH_OPEN, FOUND_CLEAR): (CLEARED, COOLING_HIGH),
    (COOLING_WATCH, FOUND_HIGH): (RAISED, HIGH_OPEN),
    (COOLING_WATCH, COOLED): ("", QUIET),
    (COOLING_HIGH, COOLED): ("", QUIET),
}
"""Of a signal. What happens without a word is told to nobody."""

BUYS = "its first sale"
TAKEN_BACK = "every order was cancelled"
SETTLES = "new_days have passed"
SLIPS = "a signal of leaving is open"
STAYS = "none is open any more"
SILENT = "no sale for lost_days, and lost_gaps of its own gaps"
BUYS_AGAIN = "a sale again"
TOLD_LATE = "a sale before that was told late, or another policy"
ENDS = "an approved termination has reached its day"
STAGE_LIFE: Final[Life[Stage]] = {
    ("prospect", BUYS): ("new", "new"),
    ("new", SETTLES): ("active", "active"),
    ("new", SLIPS): ("slipping", "slipping"),
    ("new", SILENT): ("lost", "lost"),
    ("active", SLIPS): ("slipping", "slipping"),
    ("active", SILENT): ("lost", "lost"),
    ("slipping", STAYS): ("active", "active"),
    ("slipping", SILENT): ("lost", "lost"),
    ("lost", BUYS_AGAIN): ("returned", "returned"),
    ("lost", TOLD_LATE): ("active", "active"),
    ("returned", SETTLES): ("active", "active"),
    ("returned", SLIPS): ("slipping", "slipping"),
    ("returned", SILENT): ("lost", "lost"),
    ("closed", BUYS_AGAIN): ("returned", "returned"),
    **{(stage, TAKEN_BACK): ("prospect", "prospect") for stage in STAGES[1:-1]},
    **{(stage, ENDS): ("closed", "closed") for stage in STAGES if stage != "closed"},
}
"""Of a customer. Several may happen at once: then the last one is told."""


def happens(life: Life[Word], state: str, finding: str) -> Word | Unsaid:
    """What happens to a thing in a state; empty: nothing."""
    return life[state, finding][0] if (state, finding) in life else ""
