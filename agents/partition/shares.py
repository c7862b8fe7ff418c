"""One partition's part in tiers by shares of the whole: its histogram, and the cut-offs it adopted.

Only under `tiers.mode = "share"`. Cut-offs are in the measure of the policy that they were adopted
under: another mode or another measure forgets them, and with them an adoption that was half done.
What was made for all partitions is kept, for versions go on.
"""

from typing import Final
from zlib import crc32

from agents.models.histogram import Histogram
from agents.partition.cutoffs import Published, are_due, cutoffs_of, histogram_of, make_cutoffs
from agents.policy.compiled import Policy
from schemas.outputs.cutoffs import TierCutoffs
from schemas.outputs.histograms import ValueHistogram
from schemas.state.rows import CutoffsRow, PartitionRow

GROUPS: Final = 4_096
"""So many that of a million customers far fewer than a commit carries are of one, and so few that
a group is nobody's name."""


class PartitionShares:
    """What one partition counts and by which version it judges."""

    def __init__(self, policy: Policy, partition: int) -> None:
        self._policy, self._partition = policy, partition
        self.is_on = policy.share is not None
        self.adopted: CutoffsRow | None = None
        self.adopted_before: CutoffsRow | None = None
        """Until everybody is judged by the newest: the one before."""
        self.next_group: int | None = None
        """Likewise: the group whose customers are judged next; None: everybody was judged."""
        self.made: CutoffsRow | None = None
        self._histogram = Histogram()
        self._waiting: list[tuple[int, str]] = []
        self._moved = True
        self._told_caught_up = False
        self._next_us = self._every_us = 0

    def restore(self, row: PartitionRow) -> None:
        """As the partition's row has it, as far as this policy can use it."""
        self.made = row.made
        if self.is_on and row.measure == measure_of(self._policy):
            self.adopted, self.adopted_before = row.adopted, row.adopted_before
            self.next_group = row.adopting_from

    @property
    def version(self) -> int:
        """Of the cut-offs by which customers are judged; 0: by the policy's entries."""
        return 0 if self.adopted is None else self.adopted.version

    # counting: values within what a row holds (`clamped`)

    def count(self, index: int) -> None:
        """A customer that was not counted yet."""
        if self.is_on:
            self._histogram.add(index)
            self._moved = True

    def move(self, before: int, after: int) -> None:
        """A customer's value became another."""
        if self.is_on and before != after:
            self._histogram.move(before, after)
            self._moved = True

    def forget(self, index: int) -> None:
        """A customer is gone."""
        if self.is_on:
            self._histogram.remove(index)
            self._moved = True

    # adopting

    def takes(self, cutoffs: CutoffsRow) -> bool:
        """Whether this version is newer, and everybody was judged by the last one."""
        return self.is_on and not self.is_adopting and cutoffs.version > self.version

    def adopt(self, cutoffs: CutoffsRow) -> None:
        """Judges by this version from now on."""
        self.adopted_before, self.adopted = self.adopted, cutoffs
        self.next_group, self._moved = 0, True

    def wait_for(self, customer_ids: list[str]) -> None:
        """These are to be judged by the newest version, by groups and in order of their ids.

        A group is what is noted of how far it came. After a restart one is judged from its
        beginning: to be judged once more says nothing new.
        """
        assert self.next_group is not None
        waiting = ((_group_of(its), its) for its in customer_ids)
        self._waiting = sorted((its for its in waiting if its[0] >= self.next_group), reverse=True)
        self.look_if_done()

    @property
    def is_adopting(self) -> bool:
        """Somebody is still to be judged by the newest version."""
        return self.next_group is not None

    def next_waiting(self) -> str:
        """Who is to be judged now."""
        return self._waiting.pop()[1]

    def look_if_done(self) -> None:
        """Whether everybody was judged by the newest version, and if not, who is next."""
        if self._waiting:
            self.next_group = self._waiting[-1][0]
        else:
            self.next_group = self.adopted_before = None

    # putting out

    def is_due(self, now_us: int, *, caught_up: bool, at_once: bool) -> bool:
        """Whether the histogram is to be put out: it moved, and it is time."""
        # a clock that was set back has to wait no longer than one that was not
        is_early = now_us < self._next_us <= now_us + self._every_us
        if not self.is_on or (is_early and not at_once):
            return False
        return self._moved or caught_up > self._told_caught_up

    def publication(
        self, commit_number: int, now_us: int, every_us: int, *, caught_up: bool
    ) -> ValueHistogram:
        """The histogram; `caught_up`: nothing was left to take."""
        self._moved, self._next_us, self._every_us = False, now_us + every_us, every_us
        self._told_caught_up = caught_up
        return histogram_of(
            self._histogram,
            self._policy,
            self._partition,
            commit_number,
            self.version,
            caught_up=caught_up,
        )

    def makes(self, now_us: int) -> bool:
        """Whether `make` would look at the histograms at all."""
        return are_due(self.made, self._policy, now_us)

    def make(self, published: list[Published], now_us: int) -> TierCutoffs | None:
        """New cut-offs for all partitions, where they are due."""
        if not self.makes(now_us):
            return None
        found = make_cutoffs(published, self.made, self._policy, now_us)
        if found is None:
            return None
        self.made, whole = found
        return cutoffs_of(self.made, whole, published, self._policy)


def measure_of(policy: Policy) -> tuple[int, int] | None:
    """What values are compared in, as the partition's row notes it."""
    decay = policy.decay
    return None if decay is None else (decay.half_life_days, decay.landmark_day)


def _group_of(customer_id: str) -> int:
    return crc32(customer_id.encode()) % GROUPS
