"""Every bound of a worker in one table, from the declarations: how much, and what comes beyond."""

from collections.abc import Iterator, Sequence
from typing import Final

from agents.issues import ISSUES_MAX
from agents.shard import ShardSettings
from schemas.events import MAX_DEPTH, MAX_DURATION_S, MAX_ID_CHARS, MAX_ITEMS, MAX_REASON_CHARS
from schemas.money import MAX_DIGITS
from schemas.policy_keys import PolicyFile
from schemas.rejects import FOUND_MAX_CHARS, Reason
from schemas.row import ROW_MAX_BYTES
from schemas.topics import REJECTED_EXTRA_BYTES
from streams.held import INBOX_HIGH
from streams.settings import FETCH_BYTES, PREFIX, Settings

TITLES: Final = ("what", "at most", "beyond")
LIMITS_WORDS: Final = (
    "What has a setting or a key of the policy is shown with its default. A text without a bound of "
    "its own is bounded by its event. Headers are bounded by what the input's topic admits: they "
    "decide nothing, and go on with a rejected event as they came."
)
