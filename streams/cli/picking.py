"""Which records a command looks at: of one customer, for one reason, from a moment on."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import click
import msgspec
import orjson

from schemas.base.times import micros
from schemas.inputs.events import Moment
from schemas.outputs.records import CONTACTS_DUE, REJECTED_EVENTS
from streams.cli.rejected import header

WITH_REASONS: Final = (REJECTED_EVENTS, CONTACTS_DUE)


class MomentParam(click.ParamType):
    """An RFC 3339 time with an offset, or a UTC day: milliseconds since the epoch."""

    name = "TIME"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Milliseconds; a usage error where it is neither."""
        if isinstance(value, int):
            return value
        text = f"{value}T00:00:00Z" if len(value) == len("2026-03-01") else value
        try:
            moment: datetime = msgspec.convert(text, Moment)
        except msgspec.ValidationError:
            self.fail(
                "expected a day (2026-03-01) or a time with an offset (2026-03-01T10:00:00Z), "
                f"found {value}",
                param,
                ctx,
            )
        return micros(moment) // 1000


@dataclass(frozen=True)
class Wanted:
    """What a record has to be; None: whatever it is."""

    customer: str | None = None
    reason: str | None = None
    since_ms: int | None = None
    """Its timestamp, in ms since the epoch, at least."""

    def is_met(self, topic: str, record: Any) -> bool:
        """Whether a record of a topic is such a one."""
        if self.since_ms is not None and record.timestamp < self.since_ms:
            return False
        if self.customer is not None and record.key != self.customer.encode():
            return False
        return self.reason is None or self.reason in _reasons(topic, record)


def _reasons(topic: str, record: Any) -> list[str]:
    if topic == REJECTED_EVENTS:
        return [(header(record, "reason") or b"").decode(errors="replace")]
    try:
        value = orjson.loads(record.value or b"null")
    except ValueError:
        return []
    reasons = value.get("reasons") if isinstance(value, dict) else None
    return reasons if isinstance(reasons, list) else []
