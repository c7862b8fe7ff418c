"""What a shard really did, in order, so that a recount can do the same.

Where inputs trickle in, the order of records depends on what was seen on the broker when, and the
product promises no more than that it follows from that. So the simulation notes the order in which
each shard took records and let the clock happen, and a transaction that commits makes it known.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Final

from agents.partition.cutoffs import Published
from agents.partition.shard import Changes, Shard, ShardSettings
from agents.policy.compiled import Policy
from schemas.inputs.events import Kind
from schemas.state.codec import decode_customer
from schemas.state.rows import PARTITION_KEY, CutoffsRow
from tests.simulation import faults

TAKE: Final = "take"
CLOCK: Final = "clock"
POLICY: Final = "policy"
OFFER: Final = "offer"
CONSIDER: Final = "consider"


@dataclass(frozen=True)
class Act:
    """One thing a shard did."""

    what: str
    kind: Kind = Kind.CUSTOMERS
    at: int = 0
    """Of a record its offset, of the clock its time in µs, of a policy its number."""
    cutoffs: CutoffsRow | None = None
    """Of an offer that was taken what is adopted."""
    published: tuple[Published, ...] = ()
    """Of cut-offs that were made of which histograms; `at` is the time."""
    now_us: int = 0
    """By the wall clock when rows were restored under a policy."""


@dataclass
class History:
    """By owner, partition and commit number what the commit stands for."""

    acts: dict[tuple[str, int, int], list[Act]] = field(default_factory=dict)


class RecordingShard:
    """The product's shard, compiled or not, which takes records one by one; notes which."""

    def __init__(
        self,
        policy: Policy,
        settings: ShardSettings,
        policy_number: int,
        owner: str,
        history: History,
        strike: Callable[[str], None],
    ) -> None:
        self._shard = Shard(policy, settings)
        self._owner, self._history, self._strike = owner, history, strike
        self._acts = [Act(POLICY, at=policy_number)]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._shard, name)

    def restore(
        self, rows: dict[bytes, bytes], given_up: Callable[[], bool], now_us: int
    ) -> dict[Kind, int]:
        stored = dict(rows)  # a restore empties what it is given
        offsets = self._shard.restore(rows, given_up, now_us)
        self._acts[0] = replace(self._acts[0], now_us=now_us)
        if _is_ahead(stored, offsets):
            self._strike(faults.TORN)
        if self._shard._shares.is_adopting:
            self._strike(faults.INTERRUPTED)
        return offsets

    def offer(self, cutoffs: CutoffsRow) -> None:
        before = self.cutoffs_version
        self._shard.offer(cutoffs)
        if self.cutoffs_version != before:
            self._strike(faults.ADOPTED)
            self._acts.append(Act(OFFER, cutoffs=cutoffs))

    def consider(self, published: list[Published], now_us: int) -> None:
        before = self._shard._shares.made
        self._shard.consider(published, now_us)
        if self._shard._shares.made != before:
            self._strike(faults.MADE)
            self._acts.append(Act(CONSIDER, at=now_us, published=tuple(published)))

    def run(self, limit: int, now_us: int) -> int:
        steps = 0
        while steps < limit:
            before = [buffer.at for buffer in self.buffers]
            done = self._shard.run(1, now_us)
            if not done:
                break
            steps += done
            for buffer, at in zip(self.buffers, before, strict=True):
                if buffer.at != at:
                    self._acts.append(Act(TAKE, buffer.kind, buffer.offsets[at]))
        return steps

    def fire_due(self, until_us: int, limit: int, now_us: int) -> int:
        seen = self._shard.fire_due(until_us, limit, now_us)
        if seen:
            self._acts.append(Act(CLOCK, at=until_us))
        return seen

    def changes(self, now_us: int, *, all_snapshots: bool = False) -> Changes | None:
        changes = self._shard.changes(now_us, all_snapshots=all_snapshots)
        if changes is not None:
            if self._shard._shares.is_adopting:
                self._strike(faults.HALFWAY)
            acts, self._acts = self._acts, []
            self._history.acts[self._owner, self.partition, self.commit_number] = acts
        return changes


def _is_ahead(rows: dict[bytes, bytes], offsets: dict[Kind, int]) -> bool:
    """Whether a customer's row holds more than the partition's: a commit broke between them."""
    return any(
        taken >= offsets.get(Kind(kind), 0)
        for key, row in rows.items()
        if key != PARTITION_KEY
        for kind, taken in enumerate(decode_customer(row).offsets)
    )
