"""The slow, exact judge: which field of a refused value is wrong, in the contract's order.

Only values that the fast decoder did not take come here, so clarity wins over speed. Of a field
that stands twice in one object the last one counts.
"""

from datetime import datetime
from typing import Any, Final

import msgspec

from schemas.events import WIRE_OF_KIND, Kind, Wire, malformed
from schemas.fields import FIELDS, RETURNS_ONLY, Field
from schemas.money import CURRENCY_DIGITS, MAX_DIGITS, parse_minor
from schemas.rejects import Reason, Rejection, excerpt
from schemas.times import is_writable

_OBJECT: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])


def judge(kind: Kind, value: bytes | None) -> Wire | Rejection:
    """The event after all (every field holds), or the first of its faults."""
    unreadable = malformed(value)
    if unreadable is not None:
        return unreadable
    assert value is not None
    try:
        raw = _OBJECT.decode(value)
    except (msgspec.DecodeError, RecursionError) as error:
        return Rejection(
            Reason.MALFORMED, f"value: expected one JSON object, found {excerpt(str(error))}"
        )
    for field in FIELDS[kind]:
        broken = _broken(field.name, raw.get(field.name))
        if broken is not None:
            return broken
    return _judge_fields(kind, raw)


def _broken(name: str, found: msgspec.Raw | None) -> Rejection | None:
    """The typed decoder skips over what it does not need: a known field must be whole JSON."""
    if found is None:
        return None
    try:
        msgspec.json.decode(found)
    except msgspec.ValidationError:
        return None
    except (msgspec.DecodeError, RecursionError) as error:
        return Rejection(Reason.MALFORMED, f"{name}: expected JSON, found {excerpt(str(error))}")
    return None


def _judge_fields(kind: Kind, raw: dict[str, msgspec.Raw]) -> Wire | Rejection:
    known: dict[str, Any] = {}
    digits = CURRENCY_DIGITS.get(_text_or_empty(raw.get("currency")), MAX_DIGITS)
    for field in FIELDS[kind]:
        found = raw.get(field.name)
        if found is None or bytes(found) == b"null":
            if field.required:
                return Rejection(
                    Reason.MISSING_FIELD, f"{field.name}: expected {field.expected}, found nothing"
                )
            continue
        if field.name in RETURNS_ONLY and kind is Kind.PURCHASES and known.get("type") != "return":
            return Rejection(
                Reason.INVALID_FIELD,
                f"{field.name}: expected on returns only, found {_shown(found)} on a sale",
            )
        content, fault = _check(field, found, digits)
        if fault is not None:
            return fault
        known[field.name] = content
    return WIRE_OF_KIND[kind](**known)


def _check(field: Field, found: msgspec.Raw, digits: int) -> tuple[Any, Rejection | None]:
    """(the decoded field, None), or (None, why not)."""
    try:
        content = msgspec.json.decode(found, type=field.type)
    except msgspec.ValidationError:
        return None, _invalid(field, found)
    if isinstance(content, datetime) and not is_writable(content):
        return None, _invalid(field, found)
    if field.money and parse_minor(content, digits) is None:
        return None, _invalid(field, found)
    return content, None


def _invalid(field: Field, found: msgspec.Raw) -> Rejection:
    return Rejection(
        Reason.INVALID_FIELD, f"{field.name}: expected {field.expected}, found {_shown(found)}"
    )


def _shown(found: msgspec.Raw) -> str:
    return excerpt(bytes(found).decode(errors="replace"))


def _text_or_empty(found: msgspec.Raw | None) -> str:
    try:
        return msgspec.json.decode(found, type=str) if found is not None else ""
    except msgspec.DecodeError:
        return ""
