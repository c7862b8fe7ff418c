"""`whalecurve rejects`: what was turned away, why, and how it goes back once it is mended."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import click
import orjson

from schemas.base.times import format_micros
from schemas.inputs.events import TOPIC_OF_KIND
from schemas.outputs.records import REJECTED_EVENTS
from streams.cli.errors import Failure, one_line, settings_here
from streams.cli.lines import plain
from streams.cli.picking import MomentParam
from streams.cli.publishing import Publisher
from streams.cli.reading import Reader
from streams.cli.rejected import Rejected, rejected_of
from streams.cli.republishing import Change, Return, change_of
from streams.cli.stopping import until_stopped
from streams.config.policy import load_policy
from streams.config.settings import Settings

EXAMPLES_MAX: Final = 3
"""Of each input and reason so many are shown."""

_chosen = [
    click.option(
        "--topic",
        type=click.Choice(list(TOPIC_OF_KIND.values())),
        help="Only those that stood in this input.",
    ),
    click.option("--reason", metavar="REASON", help="Only those rejected for this reason."),
    click.option("--customer", metavar="ID", help="Only those of one customer."),
    click.option("--since", type=MomentParam(), help="Only those rejected at TIME or later."),
    click.option("--json", "as_json", is_flag=True, help="Print a JSON object."),
]


def _choosing(command: Any) -> Any:
    for option in reversed(_chosen):
        command = option(command)
    return command


@dataclass(frozen=True)
class _Choice:
    """Which rejected events are meant."""

    topic: str | None
    reason: str | None
    customer: str | None
    since_ms: int | None

    def is_met(self, event: Rejected) -> bool:
        return (
            self.topic in {None, event.topic}
            and self.reason in {None, event.reason}
            and self.customer in {None, event.customer_id}
            and (self.since_ms is None or event.timestamp_ms >= self.since_ms)
        )


@dataclass
class _Group:
    """The rejected events of one input and reason."""

    count: int = 0
    last_ms: int = 0
    examples: list[Rejected] = field(default_factory=list)

    def take(self, event: Rejected) -> None:
        self.count += 1
        self.last_ms = max(self.last_ms, event.timestamp_ms)
        if len(self.examples) < EXAMPLES_MAX:
            self.examples.append(event)


@click.group()
def rejects() -> None:
    """Look at what was turned away, and send it again once it is mended.

    \b
    Example:
      whalecurve rejects list
      whalecurve rejects republish --reason unknown_currency --dry-run
    """


@rejects.command("list")
@_choosing
def list_(
    topic: str | None,
    reason: str | None,
    customer: str | None,
    since: int | None,
    *,
    as_json: bool,
) -> None:
    """Count what was turned away, by input and reason, with examples.

    Reads all of rejected-events that there is now. What went back since (`republish`) and was
    turned away again counts once.

    \b
    Example:
      whalecurve rejects list
      whalecurve rejects list --topic purchases --since 2026-03-01 --json
    """
    settings = settings_here()
    choice, groups = _Choice(topic, reason, customer, since), dict[tuple[str, str], _Group]()
    with one_line():
        for event in _open_ones(settings):
            if choice.is_met(event):
                groups.setdefault((event.topic, event.reason), _Group()).take(event)
    found = sorted(groups.items(), key=lambda pair: (-pair[1].count, pair[0]))
    if as_json:
        click.echo(orjson.dumps([_facts(*group) for group in found]).decode())
        return
    if not found:
        click.echo("nothing was turned away")
    for (its_topic, its_reason), group in found:
        last = format_micros(group.last_ms * 1000)
        click.echo(f"{its_topic}  {its_reason}  {group.count}, the last {last}")
        for event in group.examples:
            click.echo(f"  {event.source}: {_named(event)}{plain(event.detail)}")


@rejects.command()
@_choosing
@click.option(
    "--set", "changes", multiple=True, metavar="FIELD=VALUE",
    help="Give a field of each event another value; several times for several fields.",
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Send nothing; say what would be sent.")
def republish(
    topic: str | None,
    reason: str | None,
    customer: str | None,
    since: int | None,
    changes: tuple[str, ...],
    *,
    as_json: bool,
    dry_run: bool,
) -> None:
    """Send what was turned away to its input again: mended upstream's way, or by --set.

    An event goes back with its event_id, its own headers and one that names the record it was
    (republished_from). It is judged first, by the policy that is set: what would be turned away
    again stays, and the reason is said (status 1). Called twice it changes nothing: an event that
    a worker has taken since counts once, for its event_id is remembered (dedupe_days).

    VALUE is read as the field's type asks: a text, a number, true or false.

    \b
    Example:
      whalecurve rejects republish --reason unknown_currency --dry-run
      whalecurve rejects republish --topic purchases --reason invalid_field --set currency=EUR
    """
    settings = settings_here()
    choice, named = _Choice(topic, reason, customer, since), [_change(text) for text in changes]
    with one_line():
        policy = load_policy(settings.policy)
        its = Return(policy, settings.max_event_bytes, named)
        _republish(settings, choice, its, dry_run=dry_run)
    if as_json:
        click.echo(orjson.dumps(its.facts() | {"dry_run": dry_run}).decode())
    else:
        for words in _said(its, dry_run=dry_run):
            click.echo(words)
    if left := its.left:
        raise Failure(f"{left} of {its.chosen} events did not go back")


def _change(text: str) -> Change:
    try:
        return change_of(text)
    except ValueError as error:
        raise click.UsageError(f"--set: {error}") from error


def _republish(settings: Settings, choice: _Choice, its: Return, *, dry_run: bool) -> None:
    with until_stopped() as stop:
        chosen = (event for event in _open_ones(settings) if choice.is_met(event))
        if dry_run:
            for event in chosen:
                its.take(event)
            return
        with Publisher(settings) as publisher:
            for event in chosen:
                if stop.is_set():
                    break
                if (sent := its.take(event)) is not None:
                    publisher.send(event.topic, sent.key, sent.value, headers=sent.headers)
            publisher.flush()


def _open_ones(settings: Settings) -> Iterator[Rejected]:
    """The rejected events that there are now, but those that went back and came again."""
    with Reader(settings, (REJECTED_EVENTS,), from_beginning=True) as reader:
        again = {event.republished_from for event in _rejected(reader)}
    with Reader(settings, (REJECTED_EVENTS,), from_beginning=True) as reader:
        yield from (event for event in _rejected(reader) if event.place not in again)


def _rejected(reader: Reader) -> Iterator[Rejected]:
    for _, record in reader.to_the_end():
        event = rejected_of(record)
        if event is not None:
            yield event


def _named(event: Rejected) -> str:
    return f"event {plain(event.event_id)}: " if event.event_id else ""


def _facts(group: tuple[str, str], its: _Group) -> dict[str, Any]:
    topic, reason = group
    examples = [
        {
            "source": event.source,
            "record": event.place,
            "event_id": event.event_id,
            "customer_id": event.customer_id,
            "detail": event.detail,
        }
        for event in its.examples
    ]
    last = format_micros(its.last_ms * 1000)
    return {
        "topic": topic, "reason": reason, "count": its.count, "last": last, "examples": examples,
    }  # fmt: skip


def _said(its: Return, *, dry_run: bool) -> Iterator[str]:
    by_topic = ", ".join(f"{count} {topic}" for topic, count in sorted(its.sent.items()))
    verb = "would go" if dry_run else "went"
    yield f"{its.sent.total()} of {its.chosen} events {verb} back ({by_topic or 'none'})."
    for reason, events in sorted(its.examples.items()):
        yield f"{reason}: {its.kept[reason]} would be turned away again"
        for event, detail in events:
            yield f"  {event.source}: {_named(event)}{plain(detail)}"
    if its.cut:
        yield f"{its.cut} can't go back: of what is too large only the beginning is kept"
    if dry_run:
        for event, sent in its.shown:
            yield f"  {event.source}: {plain((sent.value or b'null').decode(errors='replace'))}"
