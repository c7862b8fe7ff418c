"""The slow, exact judge: which field of a refused value is wrong, in the contract's order.

Only values that the fast decoder did not take come here, so clarity wins over speed. Of a field
that stands twice in one object the last one counts.
"""

from datetime import datetime
from typing import Any, Final

import msgspec

from schemas.base.money import CURRENCY_DIGITS, MAX_DIGITS, parse_minor
from schemas.base.times import date_of, day_of_text, is_writable
from schemas.inputs.events import WIRE_OF_KIND, Kind, Moment, Wire, no_json
from schemas.inputs.fields import FIELDS, NOT_OF_CANCELS, TYPES_WITH, Field, is_date
from schemas.inputs.fine_times import without_rest
from schemas.inputs.intake_rules import ANY, IntakeRules
from schemas.inputs.rejects import FOUND_MAX_CHARS, Reason, Rejection, excerpt

_OBJECT: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])


def first_fault(kind: Kind, value: bytes | None, rules: IntakeRules = ANY) -> Wire | Rejection:
    """The event after all (every field holds), or the first of its faults."""
    raw = _read(kind, value)
    if isinstance(raw, Rejection):
        return raw
    found = _known(FIELDS[kind], raw, "", kind, rules)
    return found if isinstance(found, Rejection) else WIRE_OF_KIND[kind](**found)


def malformed(kind: Kind, value: bytes | None) -> Rejection | None:
    """Why a value can't be read as one JSON object; None where it can, whatever its fields hold."""
    raw = _read(kind, value)
    return raw if isinstance(raw, Rejection) else None


def _read(kind: Kind, value: bytes | None) -> dict[str, msgspec.Raw] | Rejection:
    unreadable = no_json(value)
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
    return raw


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


def _known(
    fields: tuple[Field, ...],
    raw: dict[str, msgspec.Raw],
    prefix: str,
    kind: Kind,
    rules: IntakeRules,
) -> dict[str, Any] | Rejection:
    """The decoded fields of an object, or the first fault of one of them."""
    known: dict[str, Any] = {}
    digits = CURRENCY_DIGITS.get(_text_or_else(raw.get("currency"), ""), MAX_DIGITS)
    for field in fields:
        found, name = raw.get(field.name), prefix + field.name
        if found is None or bytes(found) == b"null":
            if _is_needed(field, name, kind, raw):
                return Rejection(
                    Reason.MISSING_FIELD, f"{name}: expected {field.expected}, found nothing"
                )
            continue
        if name == "customer_id" and rules.names_nobody(_text_or_else(found, "x")):
            return Rejection(
                Reason.NO_CUSTOMER,
                f"{name}: expected a customer's, no blank and none of the policy's ids.ignore, "
                f"found {_shown(found)}",
            )
        if field.inner:
            content, fault = _check_object(field, found, name, kind, rules)
        else:
            content, fault = _check(field, found, name, digits)
        fault = _not_of_type(kind, field, content, found, raw) or fault
        if fault is None:
            fault = _too_early(field, content, found, name, rules)
        if fault is not None:
            return fault
        if field.name == "ends_on" and content < known["starts_on"]:
            first = known["starts_on"]
            return Rejection(
                Reason.INVALID_FIELD,
                f"{name}: expected not before starts_on ({first}), found {_shown(found)}",
            )
        known[field.name] = content
    return known


def _is_needed(field: Field, name: str, kind: Kind, raw: dict[str, msgspec.Raw]) -> bool:
    """Whether an event has to have it; some fields by its type alone."""
    if field.needed:
        return _text_or_else(raw.get("type"), "") == field.only
    return field.required and not (name in NOT_OF_CANCELS and _cancels(kind, raw))


def _cancels(kind: Kind, raw: dict[str, msgspec.Raw]) -> bool:
    return kind is Kind.PURCHASES and _text_or_else(raw.get("type"), "") == "cancel"


def _not_of_type(
    kind: Kind, field: Field, content: Any, found: msgspec.Raw, raw: dict[str, msgspec.Raw]
) -> Rejection | None:
    """What is wrong with a field because of its event's type; None: nothing.

    `content` is None where the field is wrong in itself.
    """
    its, name = _text_or_else(raw.get("type"), "sale"), field.name
    if field.only is not None and its != field.only:
        words = f"expected with type '{field.only}' only, found {_shown(found)} with another"
        return Rejection(Reason.INVALID_FIELD, f"{name}: {words}")
    if kind is not Kind.PURCHASES:
        return None
    types = TYPES_WITH.get(name)
    if types is not None and its not in types:
        where = ", ".join(f"{one}s" for one in types)
        return Rejection(
            Reason.INVALID_FIELD,
            f"{name}: expected on {where} only, found {_shown(found)} on a {its}",
        )
    if name == "amount" and its == "replacement" and content is not None and content.strip("0."):
        expected = "0 on a replacement"
    elif name == "items" and its != "refund" and content == 0:
        expected = field.expected
    else:
        return None
    return Rejection(Reason.INVALID_FIELD, f"{name}: expected {expected}, found {_shown(found)}")


def _too_early(
    field: Field, content: Any, found: msgspec.Raw, name: str, rules: IntakeRules
) -> Rejection | None:
    """What is wrong with a time or day that the policy takes for none; None: nothing."""
    first_day = rules.first_day_of(field.name)
    if isinstance(content, datetime):
        holds = is_writable(content, first_day)
    else:
        holds = field.is_valid is not is_date or day_of_text(content) >= first_day
    if holds:
        return None
    return Rejection(
        Reason.INVALID_FIELD,
        f"{name}: expected {field.expected}, not before {date_of(first_day)} (by the policy), "
        f"found {_shown(found)}",
    )


def _check_object(
    field: Field, found: msgspec.Raw, name: str, kind: Kind, rules: IntakeRules
) -> tuple[Any, Rejection | None]:
    try:
        raw = _OBJECT.decode(found)
    except msgspec.ValidationError:
        return None, _invalid(field, found, name)
    known = _known(field.inner, raw, f"{name}.", kind, rules)
    return (None, known) if isinstance(known, Rejection) else (field.type(**known), None)


def _check(
    field: Field, found: msgspec.Raw, name: str, digits: int
) -> tuple[Any, Rejection | None]:
    """(the decoded field, None), or (None, why not)."""
    content: Any
    try:
        if field.type is Moment:
            text = msgspec.json.decode(found, type=str)
            content = msgspec.convert(without_rest(text), Moment)
        else:
            content = msgspec.json.decode(found, type=field.type)
    except msgspec.ValidationError:
        return None, _invalid(field, found, name)
    if (
        (isinstance(content, datetime) and not is_writable(content))
        or (field.money and parse_minor(content, digits) is None)
        or (field.is_valid is not None and not field.is_valid(content))
    ):
        return None, _invalid(field, found, name)
    return content, None


def _invalid(field: Field, found: msgspec.Raw, name: str) -> Rejection:
    return Rejection(
        Reason.INVALID_FIELD, f"{name}: expected {field.expected}, found {_shown(found)}"
    )


def _shown(found: msgspec.Raw) -> str:
    return excerpt(bytes(found)[: 4 * FOUND_MAX_CHARS].decode(errors="replace"))


def _text_or_else(found: msgspec.Raw | None, other: str) -> str:
    try:
        return msgspec.json.decode(found, type=str) if found is not None else other
    except msgspec.DecodeError:
        return other
