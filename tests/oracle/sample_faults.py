"""What goes wrong with a record on its way: every reason to reject it, some of them at once."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from . import instants
from .records import ACTIONS, CUSTOMERS, PAYMENTS, PURCHASES, SUPPORT_CALLS

TOO_LARGE = 65_537  # one byte more than the default limit


@dataclass
class Draft:
    """A record before it is written."""

    topic: str
    partition: int
    timestamp_ms: int
    key: bytes | None
    value: bytes | None


_REQUIRED: dict[str, tuple[str, ...]] = {
    CUSTOMERS: (),
    PURCHASES: ("order_id", "amount", "currency"),
    SUPPORT_CALLS: ("issue", "channel", "duration_s"),
    PAYMENTS: ("invoice_id", "amount", "currency", "due_at"),
    ACTIONS: ("type", "channel", "step", "outcome"),
}
_COMMON = ("event_id", "customer_id", "occurred_at")
_LONG = "x" * 1_001
_WALLET: dict[str, Any] = {"amount": "5", "currency": "USD"}
_COMMITMENT = _WALLET | {
    "discount_rate": "0.1",
    "starts_on": "2026-01-01",
    "ends_on": "2026-12-31",
}
_OVERRIDE: dict[str, Any] = {"tier": "key", "mode": "lock", "reason": "because"}

_ANYWHERE: dict[str, tuple[Any, ...]] = {
    "event_id": ("", "x" * 129, 17),
    "customer_id": ("", ["c-1"]),
    "occurred_at": ("2026-03-01T10:00:00", "2026-02-30T10:00:00Z", "yesterday", 1_772_000_000),
}
_AMOUNTS: dict[str, tuple[Any, ...]] = {
    "amount": (12, "-1", "+1", "1e3", ".5", "5.", "", "1.2345", "1234567890123456", "\u0661\u0662"),
    "currency": (840,),
}
_WRONG: dict[str, dict[str, tuple[Any, ...]]] = {
    PURCHASES: _AMOUNTS
    | {
        "order_id": (1,),
        "type": ("gift", True),
        "cost": ("a lot", 3.5),
        "list_amount": ("0.00001",),
        "items": (0, 100_001, 2.0, True, "2"),
        "invoice_id": (5,),
        "due_at": ("soon",),
        "fee": ("-2",),
        "seller_fault": ("no",),
        "category": (1,),
        "channel": ({},),
        "location": ([1],),
    },
    SUPPORT_CALLS: {
        "issue": (5,),
        "channel": ("fax", "Phone"),
        "duration_s": (-1, 604_801, 30.0, "30", False, 10**30),
        "seller_fault": (1,),
        "complaint": ("yes",),
        "resolved": (0,),
        "satisfaction": (0, 6, 4.0),
        "direction": ("internal", 1),
        "kind": ("note", True),
        "ticket_id": ("", 7, "t" * 129),
    },
    PAYMENTS: _AMOUNTS
    | {"invoice_id": (False,), "due_at": ("2026-03-01", 0), "status": ("PAID", 1)},
    ACTIONS: {
        "type": ("visit", None, True),
        "channel": ("fax", 3),
        "by": ("", "x" * 65, 7),
        "duration_s": (-1, "30"),
        "step": ("none", 1),
        "outcome": ("maybe", False),
        "reason": ("", "x" * 1_001),
    },
    CUSTOMERS: {
        "segment": ("both", 1),
        "region": (["north"],),
        "industry": (False,),
        "joined_at": ("2020-01-01",),
        "wallet": (
            *("5.00", [], {}),
            *(_WALLET | {"amount": amount} for amount in (None, "5.001", 5)),
            {"amount": "5"},
            _WALLET | {"currency": 840},
        ),
        "commitment": (
            0.1,
            _COMMITMENT | {"amount": "-1"},
            _COMMITMENT | {"currency": "JPY", "amount": "5.5"},
            *(_COMMITMENT | {"discount_rate": rate} for rate in ("1.0001", "-0.1", None)),
            *(_COMMITMENT | {"starts_on": day} for day in ("2026-02-30", "20260101")),
            *(_COMMITMENT | {"ends_on": day} for day in ("2025-12-31", "0000-01-01")),
            _COMMITMENT | {"ends_on": "2026-12-31T00:00:00Z"},
        ),
        "override": (
            "lock",
            _OVERRIDE | {"tier": "gold"},
            _OVERRIDE | {"mode": "ceiling"},
            *(_OVERRIDE | {"reason": reason} for reason in ("", _LONG, None)),
            _OVERRIDE | {"expires_at": "tomorrow"},
        ),
    },
}
"""Fields of each topic that are not as they must be."""

WRONG_LADDER: tuple[Any, ...] = (
    "terminate",
    {},
    {"set_step": "migrate", "reason": ""},
    {"set_step": "ask them", "reason": "so"},
    {"set_step": 5, "hold_until": 5},
    {"hold_until": "tomorrow", "reason": "so"},
    {"hold_until": "9999-12-31T23:59:59-01:00", "reason": "so"},
    {"hold_until": "0001-01-01T00:00:00+01:00", "reason": "so"},
    {"set_step": "none", "reason": _LONG},
    {"set_step": "none", "reason": None},
)
"""Human answers that are not as they must be."""


def spoiled(rng: Random, draft: Draft, partitions: int) -> None:
    """Spoil a record in one way, seldom in two; with one partition no key is misplaced."""
    ways = [way for way in _WAYS if partitions > 1 or way is not _wrong_partition]
    for way in rng.sample(ways, rng.choice((1, 1, 1, 1, 2))):
        way(rng, draft)
        if draft.partition < 0:
            draft.partition = rng.randrange(partitions)


def _content(draft: Draft) -> dict[str, Any] | None:
    """Read the draft's body, unless that was spoiled already."""
    try:
        content = json.loads(draft.value or b"")
    except ValueError:
        return None
    return content if isinstance(content, dict) else None


def _put(draft: Draft, **fields: object) -> None:
    content = _content(draft)
    if content is not None:
        draft.value = json.dumps(content | fields).encode()


def _malformed(rng: Random, draft: Draft) -> None:
    value = draft.value or b"{}"
    more = (b"NaN", b'"\xff"', b"[" * 64 + b"]" * 64)
    nothing = (None, b"", b"null", b"[" + value + b"]", value[:-1], value + b"}")
    with_more = (value[:-1] + b',"x":' + its + b"}" for its in more)
    draft.value = rng.choice((*nothing, *with_more, b"\xef\xbb\xbf" + value))


def _missing_field(rng: Random, draft: Draft) -> None:
    content = _content(draft)
    if content is not None:
        name = rng.choice((*_COMMON, *_REQUIRED[draft.topic]))
        if rng.random() < 0.5:
            content.pop(name, None)
        else:
            content[name] = None
        draft.value = json.dumps(content).encode()


def _invalid_field(rng: Random, draft: Draft) -> None:
    name, value = rng.choice([*_pairs(_ANYWHERE), *_pairs(_WRONG[draft.topic]) * 2])
    _put(draft, **{name: value})


def _pairs(wrong: dict[str, tuple[Any, ...]]) -> list[tuple[str, Any]]:
    return [(name, value) for name, values in wrong.items() for value in values]


def _return_on_sale(rng: Random, draft: Draft) -> None:
    """Give a sale what only a return has; on another topic these fields are unknown."""
    name = rng.choice(("fee", "seller_fault"))
    _put(draft, type="sale", **{name: "0" if name == "fee" else False})


def _unknown_currency(rng: Random, draft: Draft) -> None:
    """Name a currency that is none, has no rate, or none yet at the time."""
    if draft.topic == CUSTOMERS:
        _put(draft, wallet={"amount": "7", "currency": rng.choice(("GBP", "usd", "XXQ", ""))})
        return
    if rng.random() < 0.3:
        _put(draft, occurred_at="2025-05-31T23:59:59.999999Z", currency="EUR", amount="5")
        return
    _put(draft, currency=rng.choice(("GBP", "usd", "XXQ", "")), amount="7")


def _key_mismatch(rng: Random, draft: Draft) -> None:
    """Take another key, or one that no customer can have."""
    if draft.topic == CUSTOMERS and rng.random() < 0.5:
        draft.key = rng.choice((b"\xff\xfe", b"x" * 129, b""))
        return
    draft.key = rng.choice((None, b"", b"somebody-else", (draft.key or b"") + b" "))


def _wrong_partition(_: Random, draft: Draft) -> None:
    """Leave the partition to be drawn; it may turn out to be the right one."""
    draft.partition = -1


def _from_future(rng: Random, draft: Draft) -> None:
    ahead = rng.choice((300_001, 3_600_000, 90 * 86_400_000))
    _put(draft, occurred_at=instants.text((draft.timestamp_ms + ahead) * 1_000))


def _too_large(rng: Random, draft: Draft) -> None:
    """Grow beyond the limit, or just up to it, which is still good."""
    value = draft.value or b"{}"
    size = rng.choice((TOO_LARGE, TOO_LARGE, TOO_LARGE - 1, TOO_LARGE + 5_000))
    draft.value = value + b" " * (size - len(value))


_WAYS: tuple[Callable[[Random, Draft], None], ...] = (
    _malformed,
    _missing_field,
    _invalid_field,
    _invalid_field,
    _return_on_sale,
    _unknown_currency,
    _key_mismatch,
    _wrong_partition,
    _from_future,
    _too_large,
)
