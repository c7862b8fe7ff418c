"""Sample customers that are at risk: they sleep, complain, send back, and somebody answers."""

from random import Random

from . import instants
from .fields import CHANNELS, STEPS
from .records import PAYMENTS, PURCHASES, SUPPORT_CALLS
from .sample_bodies import Body, Profile, written
from .sample_faults import WRONG_LADDER
from .sample_whole import Book

_AWAKE_SHARE = 0.55
_ISSUES = ("delivery", "invoice", "does not work", "", "x" * 64 + "1", "x" * 64 + "2")


def awake(seed: float, who: Profile, phase: int) -> bool:
    """Tell whether a customer does anything these days."""
    return Random(f"{seed} {who.customer_id} {phase}").random() < _AWAKE_SHARE


def troubled(rng: Random, topic: str, plain: Body, book: Book, happened: int) -> Body:
    """Let a contact be about a known issue, a return somebody's fault, a sale long due."""
    if topic == PURCHASES and plain.get("type") in {"return", "refund", "replacement"}:
        return plain | {"seller_fault": rng.random() < 0.15}
    if topic == PURCHASES and plain.get("type") != "cancel":
        return _sale(rng, plain, book, happened)
    if topic == PAYMENTS and book.owed and rng.random() < 0.6:
        return plain | book.owed.pop(0) | {"status": "paid"}
    if topic != SUPPORT_CALLS:
        return plain
    if book.issue is None or rng.random() < 0.35:
        many = rng.random() < 0.15
        book.issue = f"no. {rng.randrange(40)}" if many else rng.choice(_ISSUES)
    call = plain | {"issue": book.issue, "seller_fault": rng.random() < 0.06}
    call |= {"complaint": rng.random() < 0.25, "resolved": rng.choice((True, False, None))}
    if rng.random() < 0.5:
        call["satisfaction"] = rng.choice((1, 2, 3, 4, 5) if rng.random() < 0.5 else (1, 5))
    return call


def _sale(rng: Random, plain: Body, book: Book, happened: int) -> Body:
    """Let fewer be on credit, on invoices that are going to be paid, and some be due at once."""
    known = any(owed["invoice_id"] == plain.get("invoice_id") for owed in book.owed)
    if not known or rng.random() < 0.4:
        return plain | {"invoice_id": None, "due_at": None}
    if rng.random() < 0.15:
        return plain | {"due_at": written(rng, happened - 7 * instants.DAY)}
    return plain


def answered(rng: Random, record: Body, book: Book, happened: int, bad_share: float) -> Body:
    """Let somebody set the customer's step, hold it, say the same once more, or nothing."""
    if rng.random() < 0.3:
        record = record | {"joined_at": written(rng, happened - rng.randint(0, 14) * instants.DAY)}
    if rng.random() < bad_share:
        return record | {"ladder": rng.choice(WRONG_LADDER)}
    if rng.random() < 0.5:
        return record
    if book.ladder is None or rng.random() < 0.75:
        book.ladder = {"reason": rng.choice(("a talk", "Kündigung", "x" * 1_000))}
        if rng.random() < 0.65:
            book.ladder["set_step"] = rng.choice(("none", *STEPS, "terminate"))
        if rng.random() < 0.5:
            until = happened + rng.randint(-instants.DAY, 8 * instants.DAY)
            book.ladder["hold_until"] = written(rng, until)
    return record | {"ladder": book.ladder}


def action(rng: Random, who: Profile, event_id: str, happened: int) -> Body:
    """Make what the seller does: a contact, or a step of the ladder that is taken."""
    plain: Body = {
        "event_id": event_id,
        "customer_id": who.customer_id,
        "occurred_at": written(rng, happened),
    }
    if rng.random() < 0.2:
        plain["reason"] = rng.choice(("as agreed", "the yearly talk"))
    if rng.random() < 0.5:
        step = rng.choice((*STEPS[:3], *STEPS))
        outcome = rng.choice(("done", "refused", "approved"))
        return plain | {"type": "step", "step": step, "outcome": outcome}
    plain |= {"type": "contact", "channel": rng.choice(CHANNELS)}
    if rng.random() < 0.6:
        plain["by"] = rng.choice(("account_manager", "management", "branch", "driver"))
    if rng.random() < 0.5:
        plain["duration_s"] = rng.randint(0, 900)
    if rng.random() < 0.05:
        plain["step"] = rng.choice(STEPS)
    return plain
