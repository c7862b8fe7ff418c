"""`whalecurve replay`: publishes the events of JSONL files, merged by time."""

import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import BinaryIO, Final

import click
import orjson
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.progress import (
    Progress as Bar,
)

from agents.policy.compiled import Policy
from schemas.base.times import DAY_S, day_of
from streams.cli.errors import Failure, one_line, settings_here
from streams.cli.publishing import Publisher
from streams.cli.replay_lines import LineError, Replayed
from streams.cli.replay_merge import Source, merged, sources_at
from streams.cli.replay_progress import (
    Keeper,
    Progress,
    Sent,
    Stretch,
    begun,
    progress_of,
    sent_beyond,
)
from streams.cli.replay_warnings import Tally, warn
from streams.cli.stopping import until_stopped
from streams.config.policy import load_policy

TICK_SECONDS: Final = 0.05
LOOK_EVERY: Final = 500
"""Lines between two looks at the progress bar."""


@dataclass
class _Replay:
    """One replay: files' lines, published at a rate."""

    sources: list[Source]
    publisher: Publisher
    kept: Progress | None
    keeper: Keeper | None
    there: Counter[Sent]
    """What was sent before, and is on the broker, but is not in what was kept."""
    rate: int
    stop: Event
    bar: Bar
    tally: Tally

    def run(self, size: int | None) -> None:
        """Publish until the end; Failure for a line that is none."""
        task = self.bar.add_task(", ".join(source.name for source in self.sources), total=size)
        began = time.monotonic()
        stretch = Stretch()
        for taken, source in enumerate(merged(self.sources)):
            self._pause(taken, began)
            if self.stop.is_set():
                break
            event = self._take(source)
            self._publish(event)
            if stretch.take(event):
                stretch = Stretch()
                self._keep(in_doubt=True)
            if taken % LOOK_EVERY == 0 or self.rate:
                self.bar.update(task, completed=self._bytes())
        self.bar.update(task, completed=self._bytes())
        self._keep(in_doubt=False)
        if self.keeper is not None and not self.stop.is_set():
            self.keeper.forget()

    def _pause(self, taken: int, began: float) -> None:
        while self.rate and not self.stop.is_set():
            ahead_s = taken / self.rate - (time.monotonic() - began)
            if ahead_s <= 0:
                return
            self.stop.wait(min(ahead_s, TICK_SECONDS))

    def _bytes(self) -> int:
        return sum(source.at.bytes for source in self.sources)

    def _take(self, source: Source) -> Replayed:
        try:
            return source.take()
        except LineError as error:
            self._keep(in_doubt=False)
            published = sum(self.publisher.delivered.values())
            raise Failure(
                f"{source.name}:{source.line}: {error} ({published} records before it are "
                "published)"
            ) from error

    def _publish(self, event: Replayed) -> None:
        self.tally.look(event)
        sent = event.topic, event.key, event.value
        if self.there[sent]:
            self.there[sent] -= 1
            self.tally.there += 1
            return
        self.publisher.send(event.topic, event.key, event.value, event.timestamp_ms)

    def _keep(self, *, in_doubt: bool) -> None:
        """Say what the broker has, once it has all that was sent."""
        self.publisher.flush()
        if self.keeper is None or self.kept is None:
            return
        for topic, reached in self.publisher.reached.items():
            self.kept.reached.setdefault(topic, {}).update(reached)
        self.kept.files = {source.name: source.at for source in self.sources}
        self.kept.in_doubt = in_doubt
        self.keeper.keep(self.kept)


@click.command()
@click.argument(
    "files", metavar="FILE...", nargs=-1, required=True,
    type=click.Path(path_type=Path, allow_dash=True),
)  # fmt: skip
@click.option(
    "--rate", type=click.IntRange(min=0), default=0, show_default=True,
    help="Events/second. 0: as fast as the broker takes them.",
)  # fmt: skip
@click.option(
    "--resume", is_flag=True, help="Go on where a replay of the same files stopped: see above."
)
@click.option("--json", "as_json", is_flag=True, help="Print what was published as a JSON object.")
def replay(files: tuple[Path, ...], rate: int, *, resume: bool, as_json: bool) -> None:
    """Publish the events of FILEs, a line each, merged by time; - reads standard input.

    A line is {"topic": "purchases", "value": {...}}, with the topic's name without prefix. The
    record's key is the value's customer_id; its timestamp is now, or the line's "timestamp_ms".
    {"topic": "customers", "key": "c-17", "value": null} erases a customer. What the fields of a
    value hold is not judged here but by a worker, so wrong events can be replayed, too.

    Publish all of history, then start the workers: they count events in the order of time only
    where all inputs lie ready. Give each source as a file of its own, in the order of time. Of
    the next line of each file the one that happened first is published first; a file that goes
    back in time is published as it stands, with a warning.

    While it runs, FILE.progress beside the first file tells how far it came; it is deleted when
    all is published. --resume goes on from there. After Ctrl-C, a wrong line or SIGTERM every
    record is published once. After a kill or where the broker went away up to 5000 records are in
    doubt: they are looked for on the broker (which takes the right to read the inputs), and only
    what is not there is sent. Standard input and pipes can't be resumed.

    Workers drop an event that they took before while they remember its id: for the policy's
    dedupe_days. What is older and published twice counts twice.

    \b
    Example:
      whalecurve replay shop.jsonl billing.jsonl helpdesk.jsonl
      whalecurve replay shop.jsonl billing.jsonl helpdesk.jsonl --resume
      gunzip -c events.jsonl.gz | whalecurve replay - --rate 500 --json
    """
    names = [str(file) for file in files]
    if len(set(names)) < len(names):
        raise click.UsageError("FILE: expected each file once, found one twice")
    settings = settings_here()
    with one_line():
        policy = load_policy(settings.policy)
    with one_line(), until_stopped() as stop, ExitStack() as held:
        opened = [held.enter_context(_opened(file)) for file in files]
        keeper, kept = progress_of(files, settings, resume=resume)
        there = sent_beyond(files, settings, kept) if resume and kept is not None else Counter()
        sources = sources_at(
            names, [lines for lines, _ in opened], None if kept is None else kept.files
        )
        tally, held_records = _tally(policy), False
        try:
            with Publisher(settings) as publisher, _bar() as bar:
                keeper = begun(keeper, kept)
                work = _Replay(sources, publisher, kept, keeper, there, rate, stop, bar, tally)
                try:
                    work.run(_size([size for _, size in opened]))
                finally:
                    held_records = publisher.held_records and not resume
        finally:
            warn(tally, sources, policy, settings, held_records=held_records)
        stopped = stop.is_set()
    _tell(sources, publisher, tally, as_json=as_json, complete=not stopped)
    if stopped:
        where = ", ".join(
            f"{source.name}: stopped after line {source.at.lines}" for source in sources
        )
        raise Failure(where + ("" if keeper is None else "; --resume goes on from there"))


def _tell(
    sources: list[Source], publisher: Publisher, tally: Tally, *, as_json: bool, complete: bool
) -> None:
    """Say on stdout what was published."""
    published = dict(sorted(publisher.delivered.items()))
    if as_json:
        facts = {
            "published": published,
            "published_already": tally.there,
            "before_window": tally.old,
            "beyond_dedupe": tally.beyond,
            "back_in_time": {source.name: source.back.lines for source in sources if source.back},
            "complete": complete,
        }
        click.echo(orjson.dumps(facts).decode())
    else:
        by_topic = ", ".join(f"{count} {topic}" for topic, count in published.items()) or "none"
        names = ", ".join(source.name for source in sources)
        click.echo(f"Published {sum(published.values())} records of {names}: {by_topic}.")


def _size(sizes: list[int | None]) -> int | None:
    """How many bytes there are, where that is known of all files."""
    known = [size for size in sizes if size is not None]
    return sum(known) if len(known) == len(sizes) else None


def _tally(policy: Policy) -> Tally:
    today = day_of(time.time_ns() // 1000)
    return Tally((today - policy.window_days + 1) * DAY_S, (today - policy.dedupe_days + 1) * DAY_S)


@contextmanager
def _opened(file: Path) -> Iterator[tuple[BinaryIO, int | None]]:
    """Give (the lines, how many bytes there are where that is known)."""
    if str(file) == "-":
        yield sys.stdin.buffer, None
        return
    with file.open("rb") as lines:
        yield lines, file.stat().st_size if file.is_file() else None


def _bar() -> Bar:
    """Make a bar on a terminal, and nothing elsewhere."""
    console = Console(stderr=True)
    return Bar(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not sys.stderr.isatty(),
        transient=True,
    )
