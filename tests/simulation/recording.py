"""What a shard really did, in order, so that a recount can do the same.

Where inputs trickle in, the order of records depends on what was seen on the broker when, and the
product promises no more than that it follows from that. So the simulation notes the order in which
each shard took records and let the clock happen, and a transaction that commits makes it known.
"""

from dataclasses import dataclass, field
from typing import Any, Final

from agents.partition.shard import Changes, Shard, ShardSettings
from agents.policy.compiled import Policy
from schemas.inputs.events import Kind

TAKE: Final = "take"
CLOCK: Final = "clock"
POLICY: Final = "policy"


@dataclass(frozen=True)
class Act:
    """One thing a shard did."""

    what: str
    kind: Kind = Kind.CUSTOMERS
    at: int = 0
    """Of a record its offset, of the clock its time in µs, of a policy its number."""


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
    ) -> None:
        self._shard = Shard(policy, settings)
        self._owner, self._history = owner, history
        self._acts = [Act(POLICY, at=policy_number)]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._shard, name)

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
            acts, self._acts = self._acts, []
            self._history.acts[self._owner, self.partition, self.commit_number] = acts
        return changes
