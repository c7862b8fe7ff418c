"""Every bound of a worker in one table, from the declarations: how much, and what comes beyond."""

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from agents.customer.issues import ISSUES_MAX
from agents.customer.orders import ENTRIES_MAX
from agents.partition.pending import Bounds
from agents.policy.key_types import IGNORED_IDS_MAX
from agents.policy_file.keys import Invoices, Orders, PolicyFile, Service
from schemas.base.money import MAX_DIGITS
from schemas.inputs.events import (
    MAX_DEPTH,
    MAX_DURATION_S,
    MAX_ID_CHARS,
    MAX_ITEMS,
    MAX_KEPT_CHARS,
    MAX_REASON_CHARS,
)
from schemas.inputs.oversized import EXCERPT_BYTES, WHOLE_MAX_BYTES
from schemas.inputs.rejects import FOUND_MAX_CHARS, Reason
from schemas.state.codec import ROW_MAX_BYTES
from schemas.topics.declared import REJECTED_EXTRA_BYTES
from streams.config.memory import OBJECTS_SHARE
from streams.config.settings import FETCH_BYTES, PREFIX, Settings
from streams.kafka.unpacking import HEADERS_MAX, RECORDS_AT_ONCE
from streams.observe.repeats import CAUSES_MAX, EVERY_S
from streams.observe.server import ANSWER_SECONDS, CONNECTIONS_MAX, HEAD_BYTES_MAX, HEAD_SECONDS
from streams.runtime.assignment import RESTORES_AT_ONCE, SLICE_BYTES, SLICE_RECORDS
from streams.runtime.pump import BUFFER_BYTES_HIGH, BUFFER_HIGH

TITLES: Final = ("what", "at most", "beyond")
LIMITS_WORDS: Final = (
    "What has a setting or a key of the policy is shown with its default. A text without a bound "
    "of its own is bounded by its event. Headers decide nothing, and go on with a rejected event."
)


def limits() -> Iterator[Sequence[str]]:
    """The table's rows."""
    yield "an event's value", f"{_setting('max_event_bytes')} bytes", _rejected(Reason.TOO_LARGE)
    yield "levels of nesting", f"{MAX_DEPTH}", _rejected(Reason.MALFORMED)
    field = _rejected(Reason.INVALID_FIELD)
    yield "`event_id`, `customer_id`, `ticket_id`", f"1 to {MAX_ID_CHARS} characters", field
    yield "`region`, `industry`", f"{MAX_KEPT_CHARS} characters", field
    yield "`reason` of an override or answer", f"{MAX_REASON_CHARS} characters", field
    yield "digits of a decimal", f"{MAX_DIGITS}", field
    yield "`items`", f"{MAX_ITEMS}", field
    yield "`duration_s`", f"{MAX_DURATION_S}", field
    yield "what a rejection quotes", f"{FOUND_MAX_CHARS} characters", "cut off"
    yield (
        "what `rejected-events` admits beyond the largest input record",
        f"at least {REJECTED_EXTRA_BYTES} bytes",
        "the worker refuses to start",
    )
    yield (
        "ids that name no customer",
        f"`ids.ignore`: {IGNORED_IDS_MAX}, of {MAX_ID_CHARS} characters each",
        "the policy is refused",
    )
    yield (
        "remembered ids of a customer",
        f"`dedupe_ids_max`: {_key(PolicyFile, 'dedupe_ids_max')}",
        "the oldest go, counted",
    )
    yield (
        "open invoices of a customer",
        f"`invoices.open_max`: {_key(Invoices, 'open_max')}",
        "the longest due is written off, counted",
    )
    yield (
        "remembered tickets of a customer",
        f"`service.tickets_max`: {_key(Service, 'tickets_max')}",
        "the earliest go: what comes of them is another contact",
    )
    yield (
        "remembered orders of a customer",
        f"`orders.orders_max`: {_key(Orders, 'orders_max')}; of one order {ENTRIES_MAX} events",
        "the oldest is settled: it can't be cancelled any more",
    )
    yield "issues of a customer", f"{ISSUES_MAX}", "the one at rest for longest goes"
    yield "a customer's row", f"{ROW_MAX_BYTES} bytes", "its partition is parked"
    yield (
        "bytes of a partition's customers at rest, by estimate",
        f"`{PREFIX}PARTITION_BYTES`: a part of the memory that the worker may take",
        "the partition is parked; an alert comes at 80 %",
    )
    yield (
        "bytes that touched customers of a partition take on top, by estimate",
        f"one part in {OBJECTS_SHARE} of that",
        "those touched longest ago rest",
    )
    yield from _limits_of_a_worker()


def _limits_of_a_worker() -> Iterator[Sequence[str]]:
    bounds = Bounds()
    waits = "taking waits for the commit"
    yield "changed customers, or outputs, of one commit", f"{bounds.changed_max}", waits
    yield (
        "bytes of rejected events of one commit, with keys and headers",
        f"{bounds.output_bytes_max}",
        waits,
    )
    yield "bytes of rows of one commit, by estimate", f"{bounds.row_bytes_max}", waits
    yield "partitions restored at once", f"{RESTORES_AT_ONCE}", "others wait; commits do not"
    yield (
        "records fetched and not taken",
        f"{BUFFER_HIGH}, or {BUFFER_BYTES_HIGH} bytes, an input and partition",
        "fetching waits",
    )
    yield "a fetch of one partition", f"{FETCH_BYTES} bytes", "a larger batch comes alone"
    yield (
        "what a fetch unpacks to at once",
        f"{_setting('unpack_bytes')} bytes, or {RECORDS_AT_ONCE} records",
        "the rest comes later",
    )
    yield (
        "a rejected value that is passed on whole",
        f"{WHOLE_MAX_BYTES} bytes, or `{PREFIX}MAX_EVENT_BYTES`",
        f"its first {EXCERPT_BYTES} bytes, size and SHA-256",
    )
    yield "headers of a rejected event", f"{HEADERS_MAX}, or the same bytes", "the rest is left out"
    yield (
        "admitted before others get their turn",
        f"{SLICE_RECORDS} records, or {SLICE_BYTES} bytes",
        "the rest comes after",
    )
    yield (
        "how far a record may move time beyond the wall clock",
        "a day",
        "the partition is parked",
    )
    yield "how far the wall clock may jump", "a day", "the worker's partitions are parked"
    yield "connections to the pages", f"{CONNECTIONS_MAX}", "the oldest is closed"
    yield (
        "the head of a request to them",
        f"{HEAD_BYTES_MAX} bytes, {HEAD_SECONDS:g} s",
        "refused with 431; closed",
    )
    yield "reading a page", f"{ANSWER_SECONDS:g} s", "closed"
    yield (
        "lines of errors in the log",
        f"one in {EVERY_S:g} s for each cause, of {CAUSES_MAX} causes",
        "left out, counted in the next line; causes beyond share a line",
    )


def _setting(name: str) -> str:
    return f"`{PREFIX}{name.upper()}`: {getattr(Settings, name)}"


def _key(section: type[msgspec.Struct], name: str) -> object:
    return next(field.default for field in msgspec.structs.fields(section) if field.name == name)


def _rejected(reason: Reason) -> str:
    return f"rejected: `{reason}`"
