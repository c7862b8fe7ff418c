"""`whalecurve tail`: shows what comes on a topic, in words or as it is."""

import re
import select
import sys
from collections.abc import Iterator
from contextlib import suppress
from threading import Event
from typing import Any, Final

import click
import orjson

from schemas.outputs.records import REJECTED_EVENTS
from schemas.topics.declared import TOPICS
from streams.cli.errors import one_line, settings_here
from streams.cli.lines import describe
from streams.cli.picking import WITH_REASONS, MomentParam, Wanted
from streams.cli.reading import Reader
from streams.cli.stopping import silent_pipe, until_stopped

NAMES: Final = tuple(topic.name for topic in TOPICS if topic.direction != "state")


@click.command()
@click.argument("topic", type=click.Choice(NAMES), metavar="TOPIC")
@click.option("--from-beginning", is_flag=True, help="Begin with the first record, not the next.")
@click.option(
    "--count", type=click.IntRange(min=0), default=0, help="End after so many records. 0: never."
)
@click.option(
    "--until-end",
    is_flag=True,
    help="End with the last record that there is now; begins with the first, or at --since.",
)
@click.option("--since", type=MomentParam(), help="Begin with the records of TIME or later.")
@click.option("--customer", metavar="ID", help="Only records of one customer.")
@click.option(
    "--reason", metavar="REASON", help=f"Only those that name it; of {' and '.join(WITH_REASONS)}."
)
@click.option("--json", "as_json", is_flag=True, help="Print values as they are, one a line.")
def tail(
    topic: str,
    *,
    from_beginning: bool,
    count: int,
    until_end: bool,
    since: int | None,
    customer: str | None,
    reason: str | None,
    as_json: bool,
) -> None:
    """Show the records of TOPIC as they come, until Ctrl-C.

    TOPIC is a name without prefix: an input (purchases, support-calls, payments, customers) or an
    output (tier-changes, at-risk, contacts-due, customer-values, rejected-events, erasures,
    tier-cutoffs, value-histograms). Only committed records are read, and no group remembers how
    far.

    With --json each line is a record's value (null: erased); of rejected-events it is an object
    with the key, the value as text, and the headers (of those with one name the last).

    \b
    Example:
      whalecurve tail tier-changes
      whalecurve tail at-risk --from-beginning --count 10 --json
      whalecurve tail tier-changes --customer c-17 --since 2026-03-01 --until-end
    """
    if reason is not None and topic not in WITH_REASONS:
        raise click.UsageError(
            f"--reason: expected one of {', '.join(WITH_REASONS)}, found {topic}"
        )
    settings = settings_here()
    with (
        until_stopped() as stop,
        one_line(),
        silent_pipe(),
        Reader(
            settings, (topic,), from_beginning=from_beginning or until_end, since_ms=since
        ) as reader,
    ):
        records = _those_there(reader, stop) if until_end else _as_they_come(reader, stop)
        wanted = Wanted(customer, reason, since)
        found = (pair for pair in records if wanted.is_met(*pair))
        _show(found, stop, count, as_json=as_json)


def _those_there(reader: Reader, stop: Event) -> Iterator[tuple[str, Any]]:
    for pair in reader.to_the_end():
        if stop.is_set():
            return
        yield pair


def _as_they_come(reader: Reader, stop: Event) -> Iterator[tuple[str, Any]]:
    while not stop.is_set() and not _nobody_reads():
        yield from reader.poll()


def _show(records: Iterator[tuple[str, Any]], stop: Event, count: int, *, as_json: bool) -> None:
    for shown, (topic, record) in enumerate(records, 1):
        click.echo(_json(topic, record) if as_json else describe(topic, record).text())
        if shown == count or stop.is_set():
            return


def _json(topic: str, record: Any) -> str:
    if topic != REJECTED_EVENTS:
        # line breaks in JSON stand between tokens only
        return re.sub("[\r\n]+", " ", _text(record.value) or "null")
    facts = {
        "key": _text(record.key),
        "value": _text(record.value),
        "headers": {name: _text(value) for name, value in record.headers},
    }
    return orjson.dumps(facts).decode()


def _text(content: bytes | None) -> str | None:
    return None if content is None else content.decode(errors="replace")


def _nobody_reads() -> bool:
    """Tell whether the other end of a pipe was closed: then there is nobody to wait for."""
    with suppress(OSError, ValueError, AttributeError):
        poll = select.poll()
        poll.register(sys.stdout.fileno(), 0)
        return any(happened & select.POLLERR for _, happened in poll.poll(0))
    return False
