"""`whalecurve events`: looks at events before anybody publishes them."""

import time
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

import click
import orjson

from streams.cli.errors import Failure, one_line, settings_here
from streams.cli.event_check import EventCheck, Report, Where
from streams.cli.replay_lines import LINE_BYTES_MAX
from streams.config.policy import load_policy

UNREAD_SHOWN: Final = 20


@click.group()
def events() -> None:
    """Look at events before a worker gets them.

    \b
    Example:
      whalecurve events check events.jsonl
    """


@events.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.File("rb"))
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
def check(files: tuple[BinaryIO, ...], *, as_json: bool) -> None:
    """Judge the events of FILEs as a worker would, without a broker; - reads standard input.

    Lines are those of `whalecurve replay`. Says which would be rejected and why, which are told
    twice, and which fields no worker reads: misspelt ones, as it seems, with the name that may be
    meant. What depends on the broker (a wrong partition) or on the customer's past (a cancel that
    comes too late) can't be told here. Status 1 where any event would be rejected.

    \b
    Example:
      whalecurve events check events.jsonl
      gunzip -c events.jsonl.gz | whalecurve events check - --json
    """
    settings = settings_here()
    with one_line():
        policy = load_policy(settings.policy)
    its = EventCheck(policy, settings.max_event_bytes, time.time_ns() // 1_000_000)
    with one_line():
        for file in files:
            number = 0
            while line := file.readline(LINE_BYTES_MAX + 1):
                number += 1
                its.look(line, Where(file.name, number))
    if as_json:
        click.echo(orjson.dumps(_facts(its.report)).decode())
    else:
        for words in _words(its.report):
            click.echo(words)
    if rejected := its.report.rejected.total():
        raise Failure(f"{rejected} of {_all(its.report)} events would be rejected")


def _all(report: Report) -> int:
    return report.events.total() + report.rejected["no_line"]


def _words(report: Report) -> Iterator[str]:
    by_topic = ", ".join(f"{count} {topic}" for topic, count in sorted(report.events.items()))
    yield f"{report.good} of {_all(report)} events are good ({by_topic or 'none'})."
    for reason, count in report.rejected.most_common():
        yield f"{reason}: {count}"
        for its in report.examples[reason]:
            named = f" event {its.event_id}:" if its.event_id else ""
            yield f"  {its.where.file}:{its.where.line}:{named} {its.detail}"
    if report.twice:
        yield f"told twice: {report.twice}; each counts once within the policy's dedupe_days"
    if report.ids_beyond:
        yield f"not held against each other for their ids: the last {report.ids_beyond} events"
    found = sorted(report.unread.items(), key=lambda pair: (pair[1].meant is None, -pair[1].count))
    for (topic, name), unread in found[:UNREAD_SHOWN]:
        where = f"first {unread.where.file}:{unread.where.line}"
        meant = f"; is {unread.meant} meant?" if unread.meant else ""
        yield f"not read: {name} of {topic}, {unread.count} times, {where}{meant}"
    if len(found) > UNREAD_SHOWN:
        yield f"not read: {len(found) - UNREAD_SHOWN} more fields"


def _facts(report: Report) -> dict[str, Any]:
    return {
        "events": dict(sorted(report.events.items())),
        "good": report.good,
        "twice": report.twice,
        "rejected": {
            str(reason): {
                "count": count,
                "examples": [
                    {
                        "file": its.where.file,
                        "line": its.where.line,
                        "topic": its.topic or None,
                        "event_id": its.event_id or None,
                        "detail": its.detail,
                    }
                    for its in report.examples[reason]
                ],
            }
            for reason, count in sorted(report.rejected.items())
        },
        "not_read": [
            {
                "topic": topic,
                "field": name,
                "count": its.count,
                "file": its.where.file,
                "line": its.where.line,
                "meant": its.meant,
            }
            for (topic, name), its in sorted(report.unread.items())
        ],
        "ids_beyond": report.ids_beyond,
    }
