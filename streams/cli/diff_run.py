"""Every stored customer by two policies: partition after partition, with progress."""

import sys
import time
from collections.abc import Callable, Iterator
from typing import Final

import click

from agents.partition.policy_change import adopt
from agents.policy.compiled import Policy
from agents.ports import UnfitPolicyError
from agents.whatif.compare import Compared, Pair
from agents.whatif.trial import Trial
from schemas.state.codec import RowError
from streams.cli.errors import Failure
from streams.config.settings import Settings
from streams.kafka.stored_rows import StoredPartition, StoredRows

LOOK_EVERY: Final = 256
TELL_EVERY_S: Final = 0.5
READ_SHARE: Final = 0.1
"""So large a part of a partition's time is about its reading."""


class Progress:
    """One line on a terminal's stderr that says how far it is, and how long it takes yet."""

    def __init__(self, partitions: int) -> None:
        self._partitions, self._done, self._customers = partitions, 0, 0
        self._began_at = self._told_at = time.monotonic()
        self._shows = sys.stderr.isatty()

    def read(self, part: float) -> None:
        """So much of a partition was read, 0 to 1."""
        self._tell(READ_SHARE * part)

    def judged(self, many: int, of: int) -> None:
        """So many customers of a partition's were judged."""
        self._tell(READ_SHARE + (1 - READ_SHARE) * many / of, many)

    def partition_done(self, customers: int) -> None:
        """All of a partition were."""
        self._done, self._customers = self._done + 1, self._customers + customers

    def end(self) -> None:
        """The line is gone."""
        if self._shows:
            click.echo("\r\x1b[K", err=True, nl=False)

    def _tell(self, part: float, customers: int = 0) -> None:
        now = time.monotonic()
        if not self._shows or now - self._told_at < TELL_EVERY_S:
            return
        self._told_at = now
        share = (self._done + part) / self._partitions
        left_s = (now - self._began_at) * (1 - share) / max(share, 0.001)
        text = f"{self._customers + customers} customers, {share:.0%}, {left_s:.0f} s left"
        click.echo(f"\r\x1b[K{text}", err=True, nl=False)


class Doubts:
    """What makes the answer less than it seems, each kind once and in how many partitions."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[str, int]] = {}

    def add(self, kind: str, text: str) -> None:
        """One more partition has it."""
        first, many = self._found.get(kind, (text, 0))
        self._found[kind] = first, many + 1

    def texts(self) -> list[str]:
        """In words."""
        return [
            text if many == 1 else f"{text} (and {many - 1} partitions more)"
            for text, many in self._found.values()
        ]


class Diff:
    """All partitions of an application by the running policy and by a candidate."""

    def __init__(self, settings: Settings, base: Policy, candidate: Policy, days: int) -> None:
        """`days`: UTC days ahead, with no event in between."""
        secret = settings.erasure_secret_file
        self._secret = b"" if secret is None else secret.text.encode()
        self._settings, self._days = settings, days
        self._base, self._candidate = base, candidate
        self.doubts: Final = Doubts()

    def customers(self, now_us: int) -> Iterator[Compared]:
        """Every customer by both; what StoredRows raises, and Failure for a row that is none."""
        rows = StoredRows(self._settings)
        progress = Progress(rows.partitions)
        try:
            for number in range(rows.partitions):
                found = rows.read(number, tell=progress.read)
                if found is not None:
                    yield from self._partition(found, now_us, progress.judged)
                progress.partition_done(0 if found is None else len(found.customers))
        finally:
            progress.end()

    def _partition(
        self, found: StoredPartition, now_us: int, tell: Callable[[int, int], None]
    ) -> Iterator[Compared]:
        row, number = found.row, found.partition
        if row.stream_time_us is None:
            return
        at_us = row.stream_time_us
        if self._settings.clock == "wall":
            at_us = max(at_us, now_us)
        self._look(found)
        trials = [
            Trial(policy, number, row, at_us, self._secret)
            for policy in (self._base, self._candidate)
        ]
        pair, many = Pair(trials[0], trials[1], self._days), len(found.customers)
        for nth, (key, data) in enumerate(found.customers.items()):
            if nth % LOOK_EVERY == 0:
                tell(nth, many)
            try:
                yield pair.compare(key.decode(), data)
            except (RowError, UnicodeDecodeError) as error:
                raise Failure(f"partition {number}: {error}") from error

    def _look(self, found: StoredPartition) -> None:
        """Whether the base is what judged these rows, and whether a worker takes the candidate."""
        number = found.partition
        newest = next(reversed(found.row.policies.items()), None)
        if newest is not None and newest[0] != self._base.hash:
            self.doubts.add(
                "base",
                f"partition {number} was judged last by policy {newest[1]!r} of another content "
                f"than the base {self._base.version!r}: name that one with --base",
            )
        try:
            adopt(found.row, self._candidate, number)
        except UnfitPolicyError as error:
            self.doubts.add("candidate", f"a worker refuses the candidate: {error}")
