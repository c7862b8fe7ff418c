"""The bodies of sample events: what a customer of some size and temper buys, asks and pays."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from random import Random
from typing import Any

from . import instants
from .currencies import DIGITS
from .fields import CHANNELS
from .records import ACTIONS, CUSTOMERS, PAYMENTS, PURCHASES, SUPPORT_CALLS

Body = dict[str, Any]

_WORTH = {"USD": 1.0, "EUR": 1.1, "JPY": 0.0068, "KWD": 3.25}
_NAMES = ("c-{}", "c-{}", "c-{}", "kundé-{}", "客-{}", "\U0001f433-{}", "\uff5e{}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Profile:
    """A customer: how much it does, in which currency, how big, how dear and how punctual."""

    customer_id: str
    weight: float
    currency: str
    scale: float
    margin: float
    calls: float
    returns: float
    lateness: float


def profile(rng: Random, number: int) -> Profile:
    """Invent a customer; a few of them do far more than the rest."""
    return Profile(
        customer_id=rng.choice(_NAMES).format(number),
        weight=min(rng.paretovariate(1.1), 60.0),
        currency=rng.choices(tuple(_WORTH), (5, 3, 1, 1))[0],
        scale=rng.lognormvariate(4.6, 1.2),
        margin=rng.uniform(-0.1, 0.6),
        calls=rng.choice((0.5, 1.5, 1.5, 4.0)),
        returns=rng.choice((0.02, 0.1, 0.35)),
        lateness=rng.choice((0.05, 0.2, 0.7)),
    )


def body(rng: Random, topic: str, who: Profile, event_id: str, happened: int) -> Body:
    """Invent an event of a customer."""
    common = {
        "event_id": event_id,
        "customer_id": who.customer_id,
        "occurred_at": written(rng, happened),
    }
    if topic == SUPPORT_CALLS:
        return common | _call(rng)
    if topic == PAYMENTS:
        return common | _payment(rng, who, happened)
    return common | _purchase(rng, who, happened)


def restated(rng: Random, topic: str, content: Body) -> Body:
    """Say the same in other words."""
    again = dict(content)
    for name in ("amount", "cost", "fee", "list_amount"):
        if name in again:
            again[name] = _other_digits(again[name], DIGITS[again["currency"]])
    for name in ("wallet", "commitment"):
        if again.get(name):
            amount = _other_digits(again[name]["amount"], DIGITS[again[name]["currency"]])
            again[name] = again[name] | {"amount": amount, "of": None}
    happened = instants.parse(content["occurred_at"])
    again["occurred_at"] = written(rng, happened)
    defaults: dict[str, Body] = {
        PURCHASES: {"type": "sale", "items": 1, "cost": None, "category": None},
        SUPPORT_CALLS: {"seller_fault": False, "complaint": False, "satisfaction": None},
        PAYMENTS: {"status": "paid"},
        CUSTOMERS: {"segment": None, "override": None},
        ACTIONS: {"reason": None},
    }
    if {"direction", "kind", "ticket_id"} & content.keys():
        again = {"direction": "inbound", "kind": "contact", "ticket_id": None} | again
    if content.get("type") in {"return", "refund", "replacement"}:
        again.setdefault("seller_fault", False)
    return defaults[topic] | again | {"unknown_field": [rng.randint(0, 9), {"deep": None}]}


def conflicting(rng: Random, topic: str, content: Body) -> Body:
    """Say something else under the same id."""
    if topic == SUPPORT_CALLS:
        other = {"duration_s": (content["duration_s"] + 1) % 604_801}
    elif topic == ACTIONS:
        other = {"reason": f"not {content.get('reason')}"}
    elif topic == CUSTOMERS:
        other = {"region": f"not {content.get('region')}"}
    elif rng.random() < 0.5 and "amount" in content:
        other = {"amount": str(int(content["amount"].split(".")[0]) + 1)}
    else:
        name = "order_id" if topic == PURCHASES else "invoice_id"
        other = {name: content[name] + "x"}
    return content | other


def written(rng: Random, happened: int) -> str:
    """Write an instant, sometimes with another offset than Z."""
    if rng.random() < 0.85:
        return instants.text(happened)
    zone = timezone(timedelta(minutes=rng.choice((120, -300, 345, 0))))
    return (_EPOCH + timedelta(microseconds=happened)).astimezone(zone).isoformat()


def money(rng: Random, dollars: float, currency: str) -> str:
    """Write about so many dollars in a currency, with as many digits as it has or fewer."""
    digits = rng.choices((DIGITS[currency], 0), (9, 1))[0]
    minor = max(0, round(dollars / _WORTH[currency] * 10**digits))
    if digits == 0:
        return str(minor)
    return f"{minor // 10**digits}.{minor % 10**digits:0{digits}}"


def _other_digits(amount: str, digits: int) -> str:
    """Write the same amount with one digit more or fewer, where that can be."""
    fraction = amount.partition(".")[2]
    if not fraction:
        return f"{amount}.0" if digits else amount
    if fraction.endswith("0"):
        return amount[:-1].rstrip(".")
    return amount + "0" if len(fraction) < digits else "0" + amount


def _purchase(rng: Random, who: Profile, happened: int) -> Body:
    dollars = who.scale * rng.lognormvariate(0, 0.5)
    order = {
        "order_id": f"o-{rng.randint(1, 10**9)}",
        "amount": money(rng, dollars, who.currency),
        "currency": who.currency,
    }
    extra: Body = {}
    if rng.random() < who.returns:
        extra |= _only_on_return(rng, who, dollars)
    else:
        extra |= _only_on_sale(rng, who, dollars, happened)
    if rng.random() < 0.6:
        extra["cost"] = money(rng, dollars * (1 - who.margin), who.currency)
    if rng.random() < 0.4:
        extra["items"] = rng.choice((1, 2, 3, 7, 40))
    for name, choices in (
        ("category", ("tea", "tools", "")),
        ("channel", ("web", "shop")),
        ("location", ("Köln", "San José")),
    ):
        if rng.random() < 0.15:
            extra[name] = rng.choice((*choices, None))
    return order | extra


def _only_on_return(rng: Random, who: Profile, dollars: float) -> Body:
    extra: Body = {"type": "return"}
    if rng.random() < 0.3:
        extra["fee"] = money(rng, dollars * 0.1, who.currency)
    if rng.random() < 0.3:
        extra["seller_fault"] = rng.random() < 0.5
    return extra


def _only_on_sale(rng: Random, who: Profile, dollars: float, happened: int) -> Body:
    extra: Body = {}
    if rng.random() < 0.2:
        extra["type"] = "sale"
    if rng.random() < 0.2:
        extra["list_amount"] = money(rng, dollars * 1.2, who.currency)
    if rng.random() < 0.2:
        due = happened + rng.randint(10, 60) * instants.DAY
        extra |= {"invoice_id": f"i-{rng.randint(1, 10**9)}", "due_at": written(rng, due)}
    return extra


def _call(rng: Random) -> Body:
    call: Body = {
        "issue": rng.choice(("delivery", "invoice", "does not work", "")),
        "channel": rng.choice(CHANNELS[:5]),
        "duration_s": rng.choice((0, 30, rng.randint(1, 3_600), rng.randint(1, 3_600))),
    }
    for name in ("seller_fault", "complaint", "resolved"):
        if rng.random() < 0.3:
            call[name] = rng.random() < 0.5
    if rng.random() < 0.3:
        call["satisfaction"] = rng.randint(1, 5)
    return call


def of_a_desk(rng: Random) -> Body:
    """Let some contacts be ours, some be none, and some be of a ticket with others."""
    said: Body = {}
    if rng.random() < 0.4:
        said["channel"] = rng.choice(CHANNELS)
    if rng.random() < 0.2:
        said["direction"] = rng.choice(("inbound", "outbound", "outbound"))
    if rng.random() < 0.15:
        said["kind"] = rng.choice(("contact", "resolution", "survey"))
    if rng.random() < 0.3:
        said["ticket_id"] = f"t-{rng.randint(1, 6)}"
    return said


def _payment(rng: Random, who: Profile, happened: int) -> Body:
    """Invent a payment; some are late by whole days to the microsecond, or only just not."""
    if rng.random() < who.lateness:
        late = rng.randint(0, 40) * instants.DAY + rng.choice((0, -1, 1, instants.DAY // 2))
    else:
        late = -rng.randint(0, 20 * instants.DAY)
    dollars = who.scale * rng.lognormvariate(0, 0.5)
    payment: Body = {
        "invoice_id": f"i-{rng.randint(1, 10**9)}",
        "amount": money(rng, dollars, who.currency),
        "currency": who.currency,
        "due_at": written(rng, happened - late),
    }
    if rng.random() < 0.15:
        payment["status"] = rng.choice(("paid", "failed", "failed"))
    return payment
