"""Whether a fading value goes on to be told apart: weights double with every half-life.

Time is no matter of the file: whoever asks says up to which UTC day the policy has to last.
"""

from collections.abc import Iterator
from typing import Final

from agents.models.decay import HALF_LIVES_MAX
from agents.models.histogram import EDGES_UP_TO
from agents.policy_file.keys import PolicyFile
from agents.signals.keys import Fault
from schemas.base.money import MAX_DIGITS
from schemas.base.times import date_of, day_of_text

SHARES_HALF_LIVES_MAX: Final = (EDGES_UP_TO // 10**MAX_DIGITS).bit_length() - 1
"""So often the largest amount on the wire may double before it leaves the histogram's edges."""


def head_room_faults(policy: PolicyFile, today: int, until: int) -> Iterator[Fault]:
    """(key, expected, found) where a fading value has no room up to a UTC day, or no beginning."""
    half_life, text = policy.value.half_life_days, policy.value.landmark
    if half_life is None:
        return
    landmark = day_of_text(text)
    if landmark > today:
        yield "value.landmark", f"a day that has come, at most {date_of(today)}", text
    half_lives = SHARES_HALF_LIVES_MAX if policy.tiers.mode == "share" else HALF_LIVES_MAX
    if landmark + half_life * half_lives < until:
        least = -(-(until - landmark) // half_lives)
        expected = (
            f"at least {least}: so far from value.landmark ({text}) there is room for {half_lives} "
            f"half-lives, and they are to last until {date_of(until)}"
        )
        yield "value.half_life_days", expected, half_life
