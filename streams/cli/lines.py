"""Records in words: what `whalecurve tail` and `whalecurve up` show of each."""

from collections.abc import Callable
from decimal import InvalidOperation
from typing import Any, Final, NamedTuple

import orjson

from schemas.base.times import format_micros
from schemas.outputs.records import (
    AT_RISK,
    CONTACTS_DUE,
    CUSTOMER_VALUES,
    CUTOFFS,
    ERASURES,
    HISTOGRAMS,
    REJECTED_EVENTS,
    TIER_CHANGES,
)
from streams.cli.finding_words import findings

EXCERPT_CHARS: Final = 128
"""A customer_id is never longer."""


class Line(NamedTuple):
    """One record in words."""

    when: str
    who: str
    what: str
    why: str

    def text(self) -> str:
        """Join it to one line."""
        return "  ".join(part for part in self if part)


def describe(topic: str, record: Any) -> Line:
    """Put a record in words; quote a value that is not what the topic declares."""
    who = "no key" if record.key is None else _excerpt(record.key)
    at = format_micros(max(0, int(record.timestamp)) * 1000)
    if topic == REJECTED_EVENTS:
        return Line(_moment(at), who, *_rejected(record))
    if topic == HISTOGRAMS and record.value is not None:
        return Line(_moment(at), f"partition {who}", *_histogram(record.value))
    if record.value is None:
        return Line(_moment(at), who, "erased", "")
    try:
        value = orjson.loads(record.value)
        what, why, when = _DESCRIBED[topic](value)
        return Line(_moment(when), who, plain(what), plain(why))
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, InvalidOperation):
        return Line(_moment(at), who, "not as declared:", _excerpt(record.value))


def plain(text: str) -> str:
    """Make text that cannot move a terminal's cursor."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)


def _moment(text: str) -> str:
    return plain(text[:19].replace("T", " "))


def _excerpt(value: bytes) -> str:
    text = plain(value[: EXCERPT_CHARS * 4].decode(errors="replace"))
    return text if len(text) <= EXCERPT_CHARS else text[: EXCERPT_CHARS - 1] + "…"


# a value's (what, why, when)


def _tier_change(value: dict[str, Any]) -> tuple[str, str, str]:
    before, after, direction = value["from_tier"], value["to_tier"], value["direction"]
    tiers = after if before in (None, after) else f"{before} → {after}"
    if direction == "notice":
        direction = f"notice, from {value['takes_effect_at'][:10]}"
    if direction == "stage":
        tiers = f"{value['from_stage']} → {value['stage']}"
    return (
        f"{tiers}  {direction.replace('_', ' ')}",
        findings(value["reasons"]),
        value["effective_at"],
    )


def _risk(value: dict[str, Any]) -> tuple[str, str, str]:
    what = f"{value['signal']}  {value['status']}"
    if value["status"] != "cleared":
        what += f" ({value['severity']})"
    why = findings(value["evidence"])
    if value["status"] == "step_changed" and value["recommended_step"] is None:
        why += "; no step any more"
    if value["recommended_step"] is not None:
        why += f"; next step: {value['recommended_step']}"
    if value["recommended_action"] is not None:
        why += f"; what to do: {value['recommended_action']}"
    # records of 0.1.0 name no cheaper channel
    if cheaper := value.get("cheaper_channel"):
        why += f"; by {cheaper['channel'].replace('_', ' ')} {cheaper['saves']} less"
    return what, why, value["effective_at"]


def _snapshot(value: dict[str, Any]) -> tuple[str, str, str]:
    figures = value["value"]
    why = (
        f"contribution {figures['contribution']} of revenue {figures['revenue']} "
        f"{figures['currency']}, service cost {figures['service_cost']}"
    )
    risks = ", ".join(risk["signal"] for risk in value["risks"])
    segments = ", ".join(name.replace("_", " ") for name in value["segments"])
    return value["tier"], "; ".join(filter(None, (why, segments, risks))), value["as_of"]


def _contact_due(value: dict[str, Any]) -> tuple[str, str, str]:
    met = value["last_touch_at"]
    # records of 0.1.0 name one reason, and neither role nor channel
    what = ", ".join(value.get("reasons") or [value["reason"]])
    if value.get("role") is not None:
        what += f", for {value['role']}"
    why = "never met" if met is None else f"last met {met[:10]}"
    if value.get("channel") is not None:
        why += f", mostly by {value['channel']}"
    return f"contact due: {what}", f"{value['tier']}, {why}", value["effective_at"]


def _cutoffs(value: dict[str, Any]) -> tuple[str, str, str]:
    what = f"version {value['version']}: key from {value['key']} {value['currency']}"
    curve = value["whale_curve"]
    why = (
        f"important from {value['important']}; {curve['peak_customers']} of {curve['customers']} "
        f"customers bring {curve['peak']}, the rest loses {curve['erosion']}"
    )
    return what, why, value["made_at"]


def _erasure(value: dict[str, Any]) -> tuple[str, str, str]:
    return "erased", "" if value["held"] else "nothing was kept", value["erased_at"]


def _purchase(value: dict[str, Any]) -> tuple[str, str, str]:
    what = f"{value.get('type') or 'sale'}  {value['amount']} {value['currency']}"
    on_credit = f", on credit: {value['invoice_id']}" if value.get("invoice_id") else ""
    return what, f"order {value['order_id']}{on_credit}", value["occurred_at"]


def _contact(value: dict[str, Any]) -> tuple[str, str, str]:
    return f"{value['channel']}  {value['duration_s']} s", value["issue"], value["occurred_at"]


def _payment(value: dict[str, Any]) -> tuple[str, str, str]:
    what = f"{value.get('status') or 'paid'}  {value['amount']} {value['currency']}"
    return what, f"{value['invoice_id']}, due {value['due_at'][:10]}", value["occurred_at"]


def _customer(value: dict[str, Any]) -> tuple[str, str, str]:
    said = (
        "segment",
        "region",
        "industry",
        "joined_at",
        "wallet",
        "commitment",
        "override",
        "ladder",
    )
    what = ", ".join(f"{name} {value[name]}" for name in said if value.get(name) is not None)
    return "master data", what, value["occurred_at"]


_DESCRIBED: Final[dict[str, Callable[[dict[str, Any]], tuple[str, str, str]]]] = {
    "purchases": _purchase,
    "support-calls": _contact,
    "payments": _payment,
    "customers": _customer,
    TIER_CHANGES: _tier_change,
    AT_RISK: _risk,
    CUSTOMER_VALUES: _snapshot,
    CONTACTS_DUE: _contact_due,
    CUTOFFS: _cutoffs,
    ERASURES: _erasure,
}


def _histogram(value: bytes) -> tuple[str, str]:
    try:
        wire = orjson.loads(value)
        what = f"{wire['customers']} customers are worth {wire['total']}"
        return plain(what), plain(f"by cut-offs {wire['cutoffs_version']}")
    except (ValueError, KeyError, TypeError):
        return "not as declared:", _excerpt(value)


def _rejected(record: Any) -> tuple[str, str]:
    said = {name: (value or b"").decode(errors="replace") for name, value in record.headers}
    source = "-".join(said.get(f"source_{part}", "?") for part in ("topic", "partition"))
    where = f"({source} at {said.get('source_offset', '?')})"
    return plain(said.get("reason", "?")), plain(f"{said.get('detail', '')} {where}")
