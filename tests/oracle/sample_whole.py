"""What the seller says of sample customers, and invoices that are paid in every way there is."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from . import instants
from .currencies import DIGITS
from .fields import TIERS
from .records import PAYMENTS, PURCHASES
from .sample_bodies import Body, Profile, money, written

_OTHER = {"USD": "EUR", "EUR": "USD"}
_EPOCH = date(1970, 1, 1)


@dataclass
class Book:
    """What a customer was sold on credit and has not been seen to pay, and what it agreed to.

    Where customers are at risk, also what it called about, and what was said of its step.
    """

    owed: list[Body] = field(default_factory=list)
    numbers: int = 0
    term: tuple[str, str] | None = None
    issue: str | None = None
    ladder: Body | None = None
    orders: list[tuple[str, int]] = field(default_factory=list)
    """The last orders, and when they were sold."""
    announced: list[str] = field(default_factory=list)
    """Orders of which there is no sale yet."""


def invoiced(rng: Random, topic: str, plain: Body, book: Book, happened: int) -> Body:
    """Let a purchase or a payment be about one of the customer's invoices, most of the time."""
    if plain.get("type") in {"replacement", "cancel"}:
        return plain
    if topic == PURCHASES and plain.get("type") in {"return", "refund"}:
        return plain | ({"invoice_id": rng.choice(book.owed)["invoice_id"]} if book.owed else {})
    if topic == PURCHASES and rng.random() < 0.5:
        return _sold_on_credit(rng, plain, book, happened)
    if topic == PAYMENTS and rng.random() < 0.85:
        return _paid(rng, plain, book)
    return plain


def master(rng: Random, who: Profile, book: Book, event_id: str, happened: int) -> Body:
    """Invent a record of a customer; each has some of what there may be."""
    record: Body = {
        "event_id": event_id,
        "customer_id": who.customer_id,
        "occurred_at": written(rng, happened),
    }
    for name, choices in (
        ("segment", ("business", "individual", None)),
        ("region", ("north", "Süd", "")),
        ("industry", ("tea", "機械")),
    ):
        if rng.random() < 0.5:
            record[name] = rng.choice(choices)
    if rng.random() < 0.4:
        record["joined_at"] = written(rng, happened - rng.randint(0, 20_000) * instants.DAY)
    if rng.random() < 0.5:
        spent = who.scale * rng.choice((0, 5, 40, 200))
        record["wallet"] = {"amount": money(rng, spent, who.currency), "currency": who.currency}
    if rng.random() < 0.6:
        record["commitment"] = _commitment(rng, who, book, happened)
    if rng.random() < 0.45:
        record["override"] = _override(rng, happened)
    return record


def _sold_on_credit(rng: Random, sale: Body, book: Book, happened: int) -> Body:
    """Open the next invoice, or add to an earlier one, whether it is paid by now or not."""
    due = written(rng, happened + rng.randint(-2, 25) * instants.DAY + rng.choice((0, 0, 1, -1)))
    if book.numbers and rng.random() < 0.15:
        number = rng.randint(max(1, book.numbers - 4), book.numbers)
        if rng.random() < 0.4:
            sale = sale | {"currency": _OTHER.get(sale["currency"], sale["currency"])}
    else:
        book.numbers += 1
        number = book.numbers
    owed = {"invoice_id": f"i-{number}", "due_at": due}
    book.owed = [*book.owed[-5:], owed | {"amount": sale["amount"], "currency": sale["currency"]}]
    return sale | owed


def _paid(rng: Random, payment: Body, book: Book) -> Body:
    """Pay an invoice, whole, in parts or too much; or one that there is no sale of yet."""
    if not book.owed or rng.random() < 0.15:
        return payment | {"invoice_id": f"i-{book.numbers + 1}"}
    owed = rng.choice(book.owed)
    if rng.random() < 0.15:
        return payment | {"invoice_id": owed["invoice_id"], "due_at": owed["due_at"]}
    if rng.random() < 0.55:
        book.owed.remove(owed)
        return payment | owed
    digits = DIGITS[owed["currency"]]
    part = round(float(owed["amount"]) * rng.choice((0.3, 0.5, 0.6, 1.2)), digits)
    other = rng.random() < 0.25
    if other:  # as if a dollar were worth the same
        return payment | owed | {"amount": f"{part:.2f}", "currency": "USD"}
    return payment | owed | {"amount": f"{part:.{digits}f}"}


def _commitment(rng: Random, who: Profile, book: Book, happened: int) -> Body:
    """Promise a discount, most often for the term that was agreed on before, or to another end."""
    if book.term is None or rng.random() < 0.25:
        starts = instants.day_of(happened) + rng.randint(-40, 15)
        ends = starts + rng.choice((0, 20, 45, 90, 200))
        book.term = _date(starts), _date(ends)
    elif rng.random() < 0.25:
        starts = instants.calendar_day(book.term[0])
        book.term = book.term[0], _date(starts + rng.choice((0, 10, 30, 60, 250)))
    amount = money(rng, who.scale * 30, who.currency)
    return {
        "amount": amount,
        "currency": who.currency,
        "discount_rate": rng.choice(("0", "0.05", "0.0725", "0.12", "0.2", "0.33333333")),
        "starts_on": book.term[0],
        "ends_on": book.term[1],
    }


def _override(rng: Random, happened: int) -> Body:
    """Set a tier by hand; for good, for some days, or for a time that is over already."""
    override: Body = {
        "tier": rng.choice(TIERS),
        "mode": rng.choice(("floor", "lock")),
        "reason": rng.choice(("promised", "Großkunde", "x" * 1_000)),
    }
    if rng.random() < 0.75:
        last = rng.choice((0, -1, rng.randint(1, 30 * instants.DAY), rng.randint(1, 10**11)))
        expires = happened + last
        if rng.random() < 0.2:
            expires = instants.midnight(instants.day_of(expires))
        override["expires_at"] = written(rng, expires)
    elif rng.random() < 0.5:
        override["expires_at"] = "9999-12-31T23:59:59.9999999Z"
    return override


def _date(day: int) -> str:
    return (_EPOCH + timedelta(days=day)).isoformat()
