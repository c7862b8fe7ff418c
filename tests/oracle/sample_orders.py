"""What becomes of sample orders: money back alone, goods sent again, an end without a trace."""

from random import Random
from typing import Any

from . import instants
from .records import PURCHASES
from .sample_bodies import Body, written
from .sample_whole import Book

MISPLACED: tuple[dict[str, Any], ...] = (
    {"type": "refund", "cost": "0"},
    {"type": "refund", "fee": "0"},
    {"type": "replacement", "fee": "0", "amount": "0"},
    {"type": "replacement", "amount": "1"},
    {"type": "replacement", "amount": "0", "items": 0},
    {"type": None, "items": 0},
    {"type": "cancel", "fee": "0"},
    {"type": "cancel", "seller_fault": False},
    {"type": "cancel", "amount": "-1"},
    {"type": "cancel", "ordered_at": "1999-12-31T23:59:59Z"},
    {"type": "cancel", "ordered_at": "soon"},
    {"type": "sale", "ordered_at": "2026-01-01T00:00:00Z"},
)
"""What a purchase of its type never has."""
_ONLY_SOLD = ("list_amount", "due_at", "invoice_id", "fee", "cost", "type", "seller_fault")


def mended(rng: Random, topic: str, plain: Body, book: Book, happened: int) -> Body:
    """Let some purchases be refunds or replacements instead, or cancel an order."""
    if topic != PURCHASES:
        return plain
    if plain.get("type", "sale") == "sale":
        if rng.random() < 0.12:
            plain = _mended(rng, plain)
        elif rng.random() < 0.08:
            return _cancelled(rng, plain, book, happened)
    return _ordered(rng, plain, book, happened)


def _mended(rng: Random, plain: Body) -> Body:
    kept = {name: plain[name] for name in plain if name not in _ONLY_SOLD}
    extra: Body = {"seller_fault": rng.random() < 0.5} if rng.random() < 0.5 else {}
    if rng.random() < 0.5:
        pieces = {"items": rng.choice((0, 1, 3))} if rng.random() < 0.5 else {}
        return kept | extra | pieces | {"type": "refund"}
    if rng.random() < 0.8:
        extra["cost"] = plain["amount"]
    return kept | extra | {"type": "replacement", "amount": rng.choice(("0", "00"))}


def _ordered(rng: Random, plain: Body, book: Book, happened: int) -> Body:
    """Let a purchase be of an order that was sold, is announced, or will be sold."""
    if plain.get("type", "sale") != "sale":
        known = [name for name, _ in book.orders]
        return plain | ({"order_id": rng.choice(known)} if known and rng.random() < 0.7 else {})
    if book.announced and rng.random() < 0.3:
        plain = plain | {"order_id": book.announced.pop(0)}
    elif book.orders and rng.random() < 0.05:
        return plain | {"order_id": rng.choice(book.orders)[0]}
    elif rng.random() < 0.05:
        book.announced.append(plain["order_id"])
        return _mended(rng, plain)
    book.orders = [*book.orders[-7:], (plain["order_id"], happened)]
    return plain


def _cancelled(rng: Random, plain: Body, book: Book, happened: int) -> Body:
    """Cancel an order of late, one that is still to come, or any other."""
    names = ["event_id", "customer_id", "occurred_at", "order_id"]
    names += ["amount", "currency"] if rng.random() < 0.3 else []
    cancel = {name: plain[name] for name in names} | {"type": "cancel"}
    told, way = happened - rng.randint(0, 40) * instants.DAY, rng.random()
    if book.orders and way < 0.7:
        cancel["order_id"], told = rng.choice(book.orders[-4:])
    elif way < 0.9:
        book.announced.append(plain["order_id"])
        told = happened
    if rng.random() < 0.5:
        cancel["ordered_at"] = written(rng, told)
    return cancel
