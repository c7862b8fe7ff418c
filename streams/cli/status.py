"""`whalecurve status`: how far the workers are, partition by partition."""

import time
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import click
import orjson
from kafka.errors import KafkaError

from schemas.base.times import format_micros
from schemas.inputs.events import TOPIC_OF_KIND
from schemas.topics.declared import CHANGELOG
from streams.cli.errors import Failure, one_line, settings_here
from streams.cli.reading import Reader
from streams.cli.stopping import silent_pipe, until_stopped
from streams.config.settings import Settings
from streams.kafka.group_look import STABLE, GroupLook, look_at_group
from streams.kafka.last_commit import LastCommit, last_commits
from streams.kafka.topics import connect, look_at_topics

OLDEST_SECONDS: Final = 5.0
"""So long the oldest events that wait are asked for."""
ASK_SECONDS: Final = 20.0
ASK_AGAIN_SECONDS: Final = 0.2
WATCH_SECONDS: Final = 2.0
NAME_CHARS: Final = 8


class PartitionStatus(NamedTuple):
    """One partition of the application."""

    partition: int
    worker: str | None
    """Who holds it; None: nobody."""
    lag: int
    """Events that wait, of all inputs."""
    lag_seconds: float | None
    """Since the oldest of them was published; 0 where none waits; None where it did not come."""
    stream_time: str | None
    last_commit: str | None
    commits: int
    policy: str | None
    """The version by which its customers were judged last; None before the first commit."""


class Status(NamedTuple):
    """All of it at one moment."""

    at_s: float
    group: str
    state: str
    committed: int
    """Events taken since the inputs began: what two looks make a rate of."""
    partitions: list[PartitionStatus]

    @property
    def policies(self) -> list[str]:
        """The versions in force: two of them while a policy is being changed."""
        return sorted({its.policy for its in self.partitions if its.policy is not None})


@click.command()
@click.option("--watch", is_flag=True, help="Look again every two seconds, until Ctrl-C.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object; one a line as it goes.")
def status(*, watch: bool, as_json: bool) -> None:
    """Show who holds which partition, how many events wait there and for how long.

    Looks from outside, at the broker alone: the group's offsets, its members, and the last commit
    of each partition. Ends with status 1 where a partition has no worker. Which partitions are
    parked, and why, their workers say (/readyz).

    \b
    Example:
      whalecurve status
      whalecurve status --watch --json
    """
    settings = settings_here()
    before: Status | None = None
    with until_stopped() as stop, one_line(), silent_pipe():
        while True:
            now = _look(settings)
            words = _facts(now, before) if as_json else "\n".join(_words(now, before))
            if watch and not as_json:
                click.clear()
            click.echo(words)
            before = now
            if not watch or stop.wait(WATCH_SECONDS):
                break
    alone = [its.partition for its in now.partitions if its.worker is None]
    if alone and not watch:
        raise Failure(f"no worker holds partition {', '.join(map(str, alone))}")


def _look(settings: Settings) -> Status:
    changelog = look_at_topics(settings)[CHANGELOG]
    group = _group(settings)
    oldest = _oldest(settings, group)
    found = []
    commits: list[LastCommit | None] = [None] * settings.partitions
    if changelog.exists:
        commits = last_commits(settings, changelog.name, settings.partitions)
    for number, commit in enumerate(commits):
        row = None if commit is None else commit.row
        found.append(
            PartitionStatus(
                partition=number,
                worker=group.workers.get(number),
                lag=sum(at.end - at.committed for _, at in _inputs(group, number)),
                lag_seconds=_waited_s(group, number, oldest),
                stream_time=_time(None if row is None else row.stream_time_us),
                last_commit=_time(None if commit is None else commit.at_ms * 1000),
                commits=0 if row is None else row.commit_number,
                policy=None if row is None else [*row.policies.values()][-1],
            )
        )
    committed = sum(at.committed for at in group.inputs.values())
    return Status(time.time(), settings.app_id, group.state, committed, found)


def _group(settings: Settings) -> GroupLook:
    """Asks until it is told: a coordinator that moves, or is new, takes a moment."""
    admin, deadline = connect(settings), time.monotonic() + ASK_SECONDS
    try:
        while True:
            try:
                return look_at_group(admin, settings)
            except KafkaError as error:
                if not error.retriable or time.monotonic() > deadline:
                    raise Failure(f"{settings.broker}: cannot be asked: {error}") from error
                time.sleep(ASK_AGAIN_SECONDS)
    finally:
        admin.close()


def _inputs(group: GroupLook, number: int) -> list[tuple[str, Any]]:
    return [(topic, at) for (topic, its), at in group.inputs.items() if its == number]


def _oldest(settings: Settings, group: GroupLook) -> dict[tuple[str, int], int]:
    """The timestamp in ms of the first record that waits, by topic and partition, if it came."""
    waiting = {place for place, at in group.inputs.items() if at.end > at.committed}
    if not waiting:
        return {}
    offsets: dict[str, dict[int, int]] = {}
    for (topic, number), at in group.inputs.items():
        offsets.setdefault(topic, {})[number] = at.committed
    found: dict[tuple[str, int], int] = {}
    deadline = time.monotonic() + OLDEST_SECONDS
    with Reader(settings, tuple(TOPIC_OF_KIND.values()), from_beginning=True) as reader:
        reader.begin_at(offsets)
        while waiting - found.keys() and time.monotonic() < deadline:
            for topic, record in reader.poll():
                place = topic, record.partition
                found[place] = min(found.get(place, record.timestamp), record.timestamp)
    return found


def _waited_s(group: GroupLook, number: int, oldest: dict[tuple[str, int], int]) -> float | None:
    waiting = [topic for topic, at in _inputs(group, number) if at.end > at.committed]
    if not waiting:
        return 0.0
    came = [oldest[topic, number] for topic in waiting if (topic, number) in oldest]
    return max(0.0, round(time.time() - min(came) / 1000, 1)) if came else None


def _time(at_us: int | None) -> str | None:
    return None if at_us is None else format_micros(at_us)


def _rate(now: Status, before: Status | None) -> float | None:
    if before is None:
        return None
    return round((now.committed - before.committed) / (now.at_s - before.at_s), 1)


def _words(now: Status, before: Status | None) -> Iterator[str]:
    held = len({its.worker for its in now.partitions if its.worker is not None})
    lag = sum(its.lag for its in now.partitions)
    policies = ", ".join(now.policies) or "none yet"
    rate = _rate(now, before)
    state = "" if now.state == STABLE else f" ({now.state})"
    workers = "1 worker" if held == 1 else f"{held} workers"
    yield (
        f"{now.group}: {workers}{state}, {lag} events wait, policy {policies}"
        + ("" if rate is None else f", {rate} events/s")
    )
    head = (
        "partition",
        "worker",
        "lag",
        "seconds",
        "stream time",
        "last commit",
        "commits",
        "policy",
    )
    rows = [[_cell(part) for part in _shortened(its)] for its in now.partitions]
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    for row in (head, *rows):
        yield "  ".join(part.ljust(width) for part, width in zip(row, widths, strict=True)).rstrip()


def _shortened(its: PartitionStatus) -> PartitionStatus:
    """With as much of the worker's name as tells it from the others."""
    if its.worker is None:
        return its
    member, _, host = its.worker.rpartition("@")
    return its._replace(worker=f"{member[-NAME_CHARS:]}@{host}")


def _cell(part: object) -> str:
    return "-" if part is None else str(part)


def _facts(now: Status, before: Status | None) -> str:
    facts = {
        "group": now.group,
        "state": now.state,
        "policies": now.policies,
        "events_per_second": _rate(now, before),
        "partitions": [its._asdict() for its in now.partitions],
    }
    return orjson.dumps(facts).decode()
