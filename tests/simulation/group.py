"""The coordinator of a simulated consumer group: who is in it, and who has which partitions.

The eager protocol, as aiokafka and Faust speak it: when somebody comes, goes or falls silent, all
others are told at their next heartbeat; each gives up what it holds and joins again; when all have
joined, or those that did not are taken for dead, every partition is given to one of them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Final

from tests.simulation.kernel import Kernel

OK: Final = "ok"
REBALANCING: Final = "rebalancing"
UNKNOWN: Final = "unknown"
JOIN_DEADLINE_S: Final = 60.0
"""So long a rebalance waits for members that still send heartbeats."""

Assigned = Callable[[set[int]], None]


@dataclass
class Member:
    """One member, known by a name that is never used again."""

    name: str
    heard_at_s: float
    joined: Assigned | None = None
    """It waits for its partitions."""


class Group:
    """One group; `rng` deals the partitions out."""

    def __init__(self, kernel: Kernel, rng: Random, partitions: int, session_s: float) -> None:
        self.store: dict[str, Member] = {}
        self.held: dict[str, set[int]] = {}
        """By member the partitions it was given last."""
        self.told: Callable[[str], None] = lambda _: None
        self._kernel, self._rng = kernel, rng
        self._partitions, self._session_s = partitions, session_s
        self._rebalancing = False
        self._began_at_s = 0.0

    def join(self, name: str, assigned: Assigned) -> None:
        """A member comes, or joins again; it is told its partitions when all have joined."""
        member = self.store.get(name)
        if member is None:
            member = self.store[name] = Member(name, self._kernel.now_s)
            self._watch(member)
        member.heard_at_s, member.joined = self._kernel.now_s, assigned
        self._rebalance(f"{name} joins")
        # others may come within a moment
        self._kernel.later(None, self._rng.uniform(0.0, 0.3), self._complete)

    def leave(self, name: str) -> None:
        """A member goes and says so."""
        if self.store.pop(name, None) is not None:
            self._rebalance(f"{name} leaves")
            self._complete()

    def heartbeat(self, name: str) -> str:
        """A member is alive; what it has to do."""
        member = self.store.get(name)
        if member is None:
            return UNKNOWN
        member.heard_at_s = self._kernel.now_s
        return REBALANCING if self._rebalancing and member.joined is None else OK

    def is_settled(self, names: set[str]) -> bool:
        """Whether these, and nobody else, are its members, and no rebalance is under way."""
        return not self._rebalancing and self.store.keys() == names

    def _rebalance(self, why: str) -> None:
        if not self._rebalancing:
            self.told(f"group: a rebalance begins, {why}")
            self._rebalancing, self._began_at_s = True, self._kernel.now_s

    def _watch(self, member: Member) -> None:
        """Looks when the member's session is over, again and again."""
        if self.store.get(member.name) is not member:
            return
        now_s = self._kernel.now_s
        left_s = member.heard_at_s + self._session_s - now_s
        if member.joined is not None:
            left_s = self._session_s
        elif self._rebalancing:
            left_s = min(left_s, self._began_at_s + JOIN_DEADLINE_S - now_s)
        if left_s <= 0:
            del self.store[member.name]
            self._rebalance(f"{member.name} is taken for dead")
            self._complete()
            return
        self._kernel.later(None, left_s, self._watch, member)

    def _complete(self) -> None:
        """Gives the partitions out, once all have joined."""
        store = list(self.store.values())
        if not self._rebalancing or any(member.joined is None for member in store):
            return
        self._rebalancing = False
        dealt = self._dealt([member.name for member in store])
        self.held = dealt
        self.told(f"group: {self._shown(dealt)}")
        for member in store:
            assigned, member.joined = member.joined, None
            member.heard_at_s = self._kernel.now_s
            assert assigned is not None
            assigned(set(dealt[member.name]))

    def _dealt(self, names: list[str]) -> dict[str, set[int]]:
        """Each partition to one member, most often to who had it; never one more than another."""
        dealt: dict[str, set[int]] = {name: set() for name in names}
        if not names:
            return dealt
        sticks = self._rng.random() < 0.7
        most = -(-self._partitions // len(names))
        left = []
        for partition in range(self._partitions):
            owners = [name for name in names if partition in self.held.get(name, ())]
            if sticks and owners and len(dealt[owners[0]]) < most:
                dealt[owners[0]].add(partition)
            else:
                left.append(partition)
        for partition in left:
            fewest = min(len(its) for its in dealt.values())
            dealt[self._rng.choice([n for n in names if len(dealt[n]) == fewest])].add(partition)
        return dealt

    @staticmethod
    def _shown(dealt: dict[str, set[int]]) -> str:
        return ", ".join(f"{name} has {sorted(its)}" for name, its in dealt.items()) or "nobody"
