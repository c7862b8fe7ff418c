"""What looks like an event and can't be meant: times of nothing, ids of nobody. And nanoseconds."""

import json
from random import Random
from typing import Any

from . import instants
from .records import ACTIONS, CUSTOMERS, PAYMENTS, PURCHASES, SUPPORT_CALLS
from .sample_bodies import Body
from .sample_faults import Draft
from .sample_orders import MISPLACED

_NAMES = ("0", "null", "guest", "guest", "", " ", "\t\u3000", "Guest", "guest ", "0.")
"""Of nobody by the sample's policy; the last three are somebody's."""
_ZERO = ("0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z")
_SECONDS = "1970-01-21T12:13:20Z"
"""Seconds that were taken for milliseconds."""
_TIMES = (*_ZERO, _SECONDS, "1999-12-31T23:59:59.9999999Z", "2000-01-01T00:00:00+00:01")
_FIRST = "2000-01-01T00:00:00Z"
_TERM: dict[str, Any] = {"amount": "5", "currency": "USD", "discount_rate": "0.1"}
_DAYS = ("1999-12-31", "0001-01-01", "2000-01-01")
_WORD: dict[str, Any] = {"tier": "key", "mode": "floor", "reason": "because"}
_EARLY: dict[str, tuple[Body, ...]] = {
    CUSTOMERS: (
        *({"joined_at": at} for at in (*_ZERO, _SECONDS, "1970-02-01T00:00:00Z", _TIMES[3])),
        *({"commitment": _TERM | {"starts_on": day, "ends_on": "2026-12-31"}} for day in _DAYS),
        *({"override": _WORD | {"expires_at": at}} for at in (*_TIMES, _FIRST)),
        *({"ladder": {"reason": "so", "hold_until": at}} for at in (*_TIMES, _FIRST)),
    ),
    PURCHASES: (
        *({"due_at": at} for at in (*_TIMES, _FIRST)),
        *MISPLACED,
        *({"gross_amount": amount} for amount in ("-1", 5, "1e3")),
    ),
    SUPPORT_CALLS: (),
    PAYMENTS: (
        *({"due_at": at} for at in (*_TIMES, _FIRST)),
        *({"payment_id": name} for name in (5, ["p-1"])),
    ),
    ACTIONS: (),
}
"""What is before the first day that the sample's policy has, and what is just not; what seldom
comes and is not as it must be; and what a purchase of its type never has."""


def astray(rng: Random, draft: Draft) -> None:
    """Let a record be of nobody, or of long ago, where it can be read at all."""
    try:
        content = json.loads(draft.value or b"")
    except ValueError:
        return
    if not isinstance(content, dict):
        return
    if rng.random() < 0.4:
        content["customer_id"] = rng.choice(_NAMES)
        draft.key = content["customer_id"].encode()
    else:
        content |= rng.choice(_EARLY[draft.topic] + tuple({"occurred_at": at} for at in _TIMES))
    draft.value = json.dumps(content).encode()


def finer(plain: Body) -> Body:
    """Write some times with nanoseconds, just short of the next microsecond."""
    return plain | {
        name: _finer(text)
        for name, text in plain.items()
        if name in {"occurred_at", "due_at"} and isinstance(text, str) and text.endswith("Z")
    }


def _finer(text: str) -> str:
    if instants.parse(text) // instants.SECOND % 7:
        return text
    seconds, _, fraction = text.removesuffix("Z").partition(".")
    return f"{seconds}.{fraction:0<6}999Z"
