"""The known fields of each input topic, and how each is read from JSON."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from . import instants
from .currencies import DIGITS
from .records import ACTIONS, CUSTOMERS, PAYMENTS, PURCHASES, SUPPORT_CALLS

Json = Any
"""What JSON may hold; a field's reader finds out."""

Event = dict[str, Any]
Read = Callable[[Json, Event], Json]

DIGITS_MAX = 15
ID_MAX = 128
REASON_MAX = 1_000
ROLE_MAX = 64
KEPT_MAX = 1_000
TYPES = ("sale", "return", "refund", "replacement", "cancel")
CHANNELS = (
    *("phone", "chat", "email", "store", "self_service"),
    *("sms", "whatsapp", "social", "video"),
)
TIERS = ("maintenance", "ordinary", "important", "key")
"""From the lowest to the highest."""
STEPS = ("reassess", "educate", "renegotiate", "migrate", "terminate")
"""The ladder, from the first step to the last."""

_MONEY = re.compile(r"[0-9]+(?:\.([0-9]+))?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class RefusedError(Exception):
    """A field is not as it must be: the reason, and the field's name with those around it."""

    def __init__(self, reason: str, name: str) -> None:
        super().__init__(reason, name)
        self.reason = reason
        self.name = name


@dataclass(frozen=True)
class Field:
    """A known field: `read` gives its value or raises ValueError, and sees the object it is in.

    A field with others `inside` is an object.
    """

    name: str
    read: Read
    required: bool | Callable[[Event], bool] = True
    default: object = None
    inside: tuple["Field", ...] = ()


def read_all(
    fields: tuple[Field, ...], raw: Event, sense: "Sense | None" = None, around: str = ""
) -> Event:
    """Read the known fields of an object in their order, each with all that is inside it."""
    sense = sense or Sense()
    event: Event = {}
    for field in fields:
        name, value = around + field.name, raw.get(field.name)
        if value is None:
            if field.required(raw) if callable(field.required) else field.required:
                raise RefusedError("missing_field", name)
            event[field.name] = field.default
            continue
        if name == "customer_id" and sense.nobody(value):
            raise RefusedError("no_customer", name)
        try:
            event[field.name] = field.read(value, raw)
        except ValueError as error:
            raise RefusedError("invalid_field", name) from error
        if sense.too_early(field.name, event[field.name]):
            raise RefusedError("invalid_field", name)
        if field.inside:
            event[field.name] = read_all(field.inside, value, sense, f"{name}.")
    return event


@dataclass(frozen=True)
class Sense:
    """What a policy says no event can be meant to say; nothing, unless said otherwise."""

    earliest: int | None = None
    """The first day that any time may be on, but of when somebody joined."""
    joined: int | None = None
    """The first day that somebody may have joined on."""
    strangers: tuple[str, ...] | None = None
    """Names of nobody in particular; None: every name is somebody's."""

    def nobody(self, name: Json) -> bool:
        """Tell whether a name is none: listed, or nothing one can see."""
        if self.strangers is None or not isinstance(name, str):
            return False
        return name.strip() == "" or any(name == stranger for stranger in self.strangers)

    def too_early(self, name: str, value: Json) -> bool:
        """Tell whether a field names an instant or a day before the first that there may be."""
        if name in _DAYS:
            return self.earliest is not None and value < self.earliest
        since = self.joined if name == "joined_at" else self.earliest
        return name in _INSTANTS and since is not None and value < instants.midnight(since)


_DAYS = ("starts_on", "ends_on")
_INSTANTS = ("occurred_at", "due_at", "ordered_at", "joined_at", "expires_at", "hold_until")


def encodable(fields: tuple[Field, ...], raw: Event) -> bool:
    """Tell whether the known fields are text: a lone surrogate is none."""
    for field in fields:
        value = raw.get(field.name)
        if isinstance(value, str) and any("\ud800" <= letter <= "\udfff" for letter in value):
            return False
        if isinstance(value, dict) and not encodable(field.inside, value):
            return False
    return True


def _need(fits: object) -> None:
    """Refuse the field unless this holds."""
    if not fits:
        raise ValueError


def _text(least: int = 0, most: float = float("inf")) -> Read:
    """Read a text with so many characters."""

    def read(value: Json, _: Event) -> str:
        _need(isinstance(value, str) and least <= len(value) <= most)
        return str(value)

    return read


def _instant(value: Json, _: Event) -> int:
    _need(isinstance(value, str))
    return instants.parse(value)


def _writable(value: Json, raw: Event) -> int:
    """Read an instant that can be written in UTC: in the years 1 to 9999."""
    instant = _instant(value, raw)
    try:
        instants.text(instant)
    except OverflowError as error:
        raise ValueError from error
    return instant


def _flag(value: Json, _: Event) -> bool:
    _need(isinstance(value, bool))
    return bool(value)


def _money(value: Json, raw: Event) -> Fraction:
    _need(isinstance(value, str))
    match = _MONEY.fullmatch(value)
    _need(match is not None and sum(map(str.isdigit, value)) <= DIGITS_MAX)
    currency = raw.get("currency")
    if match and match[1] and isinstance(currency, str) and currency in DIGITS:
        _need(len(match[1]) <= DIGITS[currency])
    return Fraction(value)


def _share(value: Json, _: Event) -> Fraction:
    """Read a decimal from 0 to 1, as fine as it may be."""
    share = _money(value, {})
    _need(share <= 1)
    return share


def _day(value: Json, _: Event) -> int:
    _need(isinstance(value, str) and _DATE.fullmatch(value))
    return instants.calendar_day(value)


def _last_day(value: Json, raw: Event) -> int:
    """Read the day a commitment ends on; the one it starts on was read before."""
    day = _day(value, raw)
    _need(day >= _day(raw["starts_on"], raw))
    return day


def _object(value: Json, _: Event) -> Json:
    _need(isinstance(value, dict))
    return value


def _one_of(*choices: str) -> Read:
    def read(value: Json, _: Event) -> str:
        _need(isinstance(value, str) and value in choices)
        return str(value)

    return read


def _between(low: int, high: int) -> Read:
    def read(value: Json, _: Event) -> int:
        _need(isinstance(value, int) and not isinstance(value, bool) and low <= value <= high)
        return int(value)

    return read


def _paid(value: Json, raw: Event) -> Fraction:
    """Read what was paid; for a replacement that is nothing."""
    amount = _money(value, raw)
    _need(amount == 0 or raw.get("type") != "replacement")
    return amount


def _unless_cancelled(raw: Event) -> bool:
    """Tell whether a purchase has to say what was paid."""
    return raw.get("type") != "cancel"


def _pieces(value: Json, raw: Event) -> int:
    """Read how many; where money alone goes back there may be none."""
    least = 0 if raw.get("type") == "refund" else 1
    return int(_between(least, 100_000)(value, raw))


def _only_on(read_value: Read, *types: str) -> Read:
    """Refuse the field on purchases of other types, whatever it says."""

    def read(value: Json, raw: Event) -> Json:
        its = raw.get("type")
        _need(("sale" if its is None else its) in types)
        return read_value(value, raw)

    return read


def _with(kind: str, read_value: Read) -> Read:
    """Refuse the field on any other type of event, whatever it says."""

    def read(value: Json, raw: Event) -> Json:
        _need(raw["type"] == kind)
        return read_value(value, raw)

    return read


def _is(kind: str) -> Callable[[Event], bool]:
    return lambda raw: bool(raw["type"] == kind)


_COMMON = (
    Field("event_id", _text(1, ID_MAX)),
    Field("customer_id", _text(1, ID_MAX)),
    Field("occurred_at", _instant),
)
_SUM = (Field("amount", _money), Field("currency", _text()))
_COMMITMENT = (
    *_SUM,
    Field("discount_rate", _share),
    Field("starts_on", _day),
    Field("ends_on", _last_day),
)

_OVERRIDE = (
    Field("tier", _one_of(*TIERS)),
    Field("mode", _one_of("floor", "lock")),
    Field("reason", _text(1, REASON_MAX)),
    Field("expires_at", _writable, required=False),
)

_LADDER = (
    Field("set_step", _one_of("none", *STEPS), required=False),
    Field("hold_until", _writable, required=False),
    Field("reason", _text(1, REASON_MAX)),
)

FIELDS: dict[str, tuple[Field, ...]] = {
    CUSTOMERS: (
        *_COMMON,
        Field("segment", _one_of("business", "individual"), required=False),
        Field("region", _text(0, KEPT_MAX), required=False),
        Field("industry", _text(0, KEPT_MAX), required=False),
        Field("joined_at", _instant, required=False),
        Field("wallet", _object, required=False, inside=_SUM),
        Field("commitment", _object, required=False, inside=_COMMITMENT),
        Field("override", _object, required=False, inside=_OVERRIDE),
        Field("ladder", _object, required=False, inside=_LADDER),
    ),
    PURCHASES: (
        *_COMMON,
        Field("order_id", _text()),
        Field("amount", _paid, required=_unless_cancelled),
        Field("currency", _text(), required=_unless_cancelled),
        Field("type", _one_of(*TYPES), required=False, default="sale"),
        Field("cost", _only_on(_money, "sale", "return", "replacement", "cancel"), required=False),
        Field("list_amount", _money, required=False),
        Field("items", _pieces, required=False, default=1),
        Field("invoice_id", _text(), required=False),
        Field("due_at", _instant, required=False),
        Field("fee", _only_on(_money, "return"), required=False),
        Field(
            "seller_fault",
            _only_on(_flag, "return", "refund", "replacement"),
            required=False,
            default=False,
        ),
        Field("category", _text(), required=False),
        Field("channel", _text(), required=False),
        Field("location", _text(), required=False),
        Field("gross_amount", _money, required=False),
        Field("ordered_at", _only_on(_writable, "cancel"), required=False),
    ),
    SUPPORT_CALLS: (
        *_COMMON,
        Field("issue", _text()),
        Field("channel", _one_of(*CHANNELS)),
        Field("duration_s", _between(0, 604_800)),
        Field("seller_fault", _flag, required=False, default=False),
        Field("complaint", _flag, required=False, default=False),
        Field("resolved", _flag, required=False),
        Field("satisfaction", _between(1, 5), required=False),
        Field("direction", _one_of("inbound", "outbound"), required=False, default="inbound"),
        Field("kind", _one_of("contact", "resolution", "survey"), False, "contact"),
        Field("ticket_id", _text(1, ID_MAX), required=False),
    ),
    PAYMENTS: (
        *_COMMON,
        Field("invoice_id", _text()),
        *_SUM,
        Field("due_at", _instant),
        Field("status", _one_of("paid", "failed", "reversed"), required=False, default="paid"),
        Field("payment_id", _text(), required=False),
    ),
    ACTIONS: (
        *_COMMON,
        Field("type", _one_of("contact", "step")),
        Field("channel", _with("contact", _one_of(*CHANNELS)), required=_is("contact")),
        Field("by", _with("contact", _text(1, ROLE_MAX)), required=False),
        Field("duration_s", _with("contact", _between(0, 604_800)), required=False, default=0),
        Field("step", _with("step", _one_of(*STEPS)), required=_is("step")),
        Field(
            "outcome", _with("step", _one_of("done", "refused", "approved")), required=_is("step")
        ),
        Field("reason", _text(1, REASON_MAX), required=False),
    ),
}
"""The known fields of each topic, in the order they are judged."""
