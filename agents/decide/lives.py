"""The lives of a tier, an override and a signal as tables; the guides' diagrams are made of them.

A table says what happens to a thing in a state: `{(state, what is found): (what happens, state)}`.
What stands in no table does not happen.
"""

from typing import Final

ASSIGNED, UPGRADE, DOWNGRADE = "assigned", "upgrade", "downgrade"
NOTICE, WITHDRAWN = "notice", "notice_withdrawn"
RAISED, ESCALATED, CLEARED = "raised", "escalated", "cleared"

Life = dict[tuple[str, str], tuple[str, str]]

NEW, HELD, NOTICED = "new", "held", "noticed"
FIRST, RISES, FALLS, STAYS_BELOW, RECOVERS = (
    "first_event",
    "reaches_a_higher_entry",
    "falls_below",
    "stays_below",
    "recovers",
)
TIER_LIFE: Final[Life] = {
    (NEW, FIRST): (ASSIGNED, HELD),
    (HELD, RISES): (UPGRADE, HELD),
    (HELD, FALLS): (NOTICE, NOTICED),
    (HELD, STAYS_BELOW): (DOWNGRADE, HELD),
    (NOTICED, RECOVERS): (WITHDRAWN, HELD),
    (NOTICED, STAYS_BELOW): (DOWNGRADE, HELD),
}
"""Of the tier by value. Without days of grace a fall is no notice but a downgrade."""

UNSEEN, SEEN = "notice_unseen", "notice_seen"
SHOWS, HIDES = "override_shows_it", "override_hides_it"
OVERRIDE_LIFE: Final[Life] = {
    (UNSEEN, SHOWS): (NOTICE, SEEN),
    (SEEN, HIDES): (WITHDRAWN, UNSEEN),
}
"""Of a notice under an override: what would not change the tier in force is not announced."""

QUIET, WATCH_OPEN, HIGH_OPEN = "quiet", "watch", "high"
COOLING_WATCH, COOLING_HIGH = "cooling_after_watch", "cooling_after_high"
FOUND_WATCH, FOUND_HIGH, FOUND_CLEAR = "found_at_watch", "found_at_high", "found_clear"
SIGNAL_LIFE: Final[Life] = {
    (QUIET, FOUND_WATCH): (RAISED, WATCH_OPEN),
    (QUIET, FOUND_HIGH): (RAISED, HIGH_OPEN),
    (WATCH_OPEN, FOUND_HIGH): (ESCALATED, HIGH_OPEN),
    (WATCH_OPEN, FOUND_CLEAR): (CLEARED, COOLING_WATCH),
    (HIGH_OPEN, FOUND_CLEAR): (CLEARED, COOLING_HIGH),
    (COOLING_WATCH, FOUND_HIGH): (RAISED, HIGH_OPEN),
}
"""Of a signal. `risk.cooldown_days` after it was cleared it is quiet again."""


def happens(life: Life, state: str, finding: str) -> str:
    """What happens to a thing in a state; empty: nothing."""
    return life[state, finding][0] if (state, finding) in life else ""
