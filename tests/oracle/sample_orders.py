"""What becomes of sample orders beside sales and returns: money back alone, goods sent again."""

from random import Random
from typing import Any

from .records import PURCHASES
from .sample_bodies import Body

MISPLACED: tuple[dict[str, Any], ...] = (
    {"type": "refund", "cost": "0"},
    {"type": "refund", "fee": "0"},
    {"type": "replacement", "fee": "0", "amount": "0"},
    {"type": "replacement", "amount": "1"},
    {"type": "replacement", "amount": "0", "items": 0},
    {"type": None, "items": 0},
)
"""What a purchase of its type never has."""
_ONLY_SOLD = ("list_amount", "due_at", "invoice_id", "fee", "cost", "type", "seller_fault")


def mended(rng: Random, topic: str, plain: Body) -> Body:
    """Let some purchases be refunds or replacements instead."""
    if topic != PURCHASES or rng.random() >= 0.08:
        return plain
    kept = {name: plain[name] for name in plain if name not in _ONLY_SOLD}
    extra: Body = {"seller_fault": rng.random() < 0.5} if rng.random() < 0.5 else {}
    if rng.random() < 0.5:
        pieces = {"items": rng.choice((0, 1, 3))} if rng.random() < 0.5 else {}
        return kept | extra | pieces | {"type": "refund"}
    if rng.random() < 0.8:
        extra["cost"] = plain["amount"]
    return kept | extra | {"type": "replacement", "amount": rng.choice(("0", "00"))}
