"""`whalecurve replay`: publishes the events of a JSONL file."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import BinaryIO, Final

import click
import orjson
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from schemas.base.times import DAY_S, day_of
from streams.cli.errors import Failure, one_line, settings_here
from streams.cli.publishing import Publisher
from streams.cli.replay_lines import LINE_BYTES_MAX, LineError, Replayed, read_line
from streams.cli.stopping import until_stopped
from streams.config.policy import load_policy
from streams.config.settings import Settings

TICK_SECONDS: Final = 0.05
LOOK_EVERY: Final = 500
"""Lines between two looks at the progress bar."""


@dataclass
class _Tally:
    """How far a replay has come."""

    lines: int = 0
    bytes: int = 0
    old: int = 0
    """Events that lie before the policy's window."""


@dataclass
class _Replay:
    """One replay: a file's lines, published at a rate."""

    file: str
    publisher: Publisher
    window_begin_s: float
    rate: int
    stop: Event
    progress: Progress
    counters: _Tally

    def run(self, lines: BinaryIO, size: int | None) -> None:
        """Publish until the end; Failure for a line that is none."""
        task = self.progress.add_task(self.file, total=size)
        began = time.monotonic()
        while not self.stop.is_set():
            ahead_s = (
                self.counters.lines / self.rate - (time.monotonic() - began) if self.rate else 0
            )
            if ahead_s > 0:
                self.stop.wait(min(ahead_s, TICK_SECONDS))
                continue
            line = lines.readline(LINE_BYTES_MAX + 1)
            if not line:
                break
            self.counters.lines += 1
            self.counters.bytes += len(line)
            self._publish(line)
            if self.counters.lines % LOOK_EVERY == 0 or self.rate:
                self.progress.update(task, completed=self.counters.bytes)
        self.progress.update(task, completed=self.counters.bytes)
        self.publisher.flush()

    def _publish(self, line: bytes) -> None:
        try:
            event = read_line(line)
        except LineError as error:
            self.publisher.flush()
            published = sum(self.publisher.delivered.values())
            raise Failure(
                f"{self.file}:{self.counters.lines}: {error} ({published} records before it are "
                "published)"
            ) from error
        if event is None:
            return
        self._look_at_age(event)
        self.publisher.send(event.topic, event.key, event.value, event.timestamp_ms)

    def _look_at_age(self, event: Replayed) -> None:
        if event.occurred_at is not None and event.occurred_at.timestamp() < self.window_begin_s:
            self.counters.old += 1


@click.command()
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@click.option(
    "--rate", type=click.IntRange(min=0), default=0, show_default=True,
    help="Events/second. 0: as fast as the broker takes them.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print what was published as a JSON object.")
def replay(file: Path, rate: int, *, as_json: bool) -> None:
    """Publish the events of FILE, a line each, in its order; - reads standard input.

    A line is {"topic": "purchases", "value": {...}}, with the topic's name without prefix. The
    record's key is the value's customer_id; its timestamp is now, or the line's "timestamp_ms".
    {"topic": "customers", "key": "c-17", "value": null} erases a customer. What the fields of a
    value hold is not judged here but by a worker, so wrong events can be replayed, too.

    \b
    Example:
      whalecurve replay events.jsonl
      gunzip -c events.jsonl.gz | whalecurve replay - --rate 500 --json
    """
    settings = settings_here()
    with one_line():
        policy = load_policy(settings.policy)
    window_begin_s = (day_of(time.time_ns() // 1000) - policy.window_days + 1) * DAY_S
    counters = _Tally()
    with one_line(), _opened(file) as (lines, size), until_stopped() as stop:
        try:
            with Publisher(settings) as publisher, _progress() as progress:
                work = _Replay(str(file), publisher, window_begin_s, rate, stop, progress, counters)
                work.run(lines, size)
        finally:
            _warn(counters.old, policy.window_days, settings)
        stopped = stop.is_set()
    published = dict(sorted(publisher.delivered.items()))
    if as_json:
        facts = {"published": published, "before_window": counters.old, "complete": not stopped}
        click.echo(orjson.dumps(facts).decode())
    else:
        by_topic = ", ".join(f"{count} {topic}" for topic, count in published.items()) or "none"
        click.echo(f"Published {sum(published.values())} records of {file}: {by_topic}.")
    if stopped:
        raise Failure(f"{file}: stopped after line {counters.lines}")


@contextmanager
def _opened(file: Path) -> Iterator[tuple[BinaryIO, int | None]]:
    """Give (the lines, how many bytes there are where that is known)."""
    if str(file) == "-":
        yield sys.stdin.buffer, None
        return
    with file.open("rb") as lines:
        yield lines, file.stat().st_size if file.is_file() else None


def _progress() -> Progress:
    """Make a bar on a terminal, and nothing elsewhere."""
    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not sys.stderr.isatty(),
        transient=True,
    )


def _warn(old: int, window_days: int, settings: Settings) -> None:
    if old and settings.clock != "event":
        click.echo(
            f"whalecurve: warning: {old} events lie before the policy's window of {window_days} "
            "days: by the wall clock they count for nothing; run workers with "
            "WHALECURVE_CLOCK=event to let time follow the events",
            err=True,
        )
