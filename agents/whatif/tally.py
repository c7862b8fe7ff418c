"""What a candidate does to all customers: counts, and those who move most; it has a bound.

A cell is a pair of tiers, signals or steps, so that many customers take no more room than a few.
"""

from collections import Counter
from heapq import heappush, heappushpop
from typing import Final

from agents.whatif.alike import alike
from agents.whatif.compare import Compared, Moment

MOVERS: Final = 20
"""So many of those who move most are named."""


class Movement:
    """How customers stand by both policies at one moment."""

    def __init__(self) -> None:
        self.tiers: Counter[tuple[int, int]] = Counter()
        """By (tier by the base, tier by the candidate), how many."""
        self.contributions: Counter[tuple[int, int]] = Counter()
        """Likewise what they bring, in minor units."""
        self.notices: Counter[tuple[bool, bool]] = Counter()
        """By (base, candidate), whether a downgrade is announced that has not come."""
        self.appearing: Counter[str] = Counter()
        """By signal, how many have it open by the candidate alone."""
        self.vanishing: Counter[str] = Counter()
        """By signal, how many have it open by the base alone."""
        self.steps: Counter[tuple[int, int]] = Counter()
        """By (step by the base, step by the candidate), where they differ."""
        self.treatments = 0
        """How many are granted something else."""
        self.segments = 0
        """How many are in other segments."""
        self.base_contacts: Counter[str] = Counter()
        """By first reason, the contacts due until then."""
        self.candidate_contacts: Counter[str] = Counter()

    def take(self, moment: Moment, contribution: int) -> None:
        """Counts one customer."""
        base, candidate = moment.base, moment.candidate
        self.tiers[base.tier, candidate.tier] += 1
        self.contributions[base.tier, candidate.tier] += contribution
        self.base_contacts.update(moment.base_contacts)
        self.candidate_contacts.update(moment.candidate_contacts)
        if alike(base, candidate):
            return
        falls = base.falls_to is not None, candidate.falls_to is not None
        if falls[0] != falls[1]:
            self.notices[falls] += 1
        self.appearing.update(candidate.signals.keys() - base.signals.keys())
        self.vanishing.update(base.signals.keys() - candidate.signals.keys())
        if base.step != candidate.step:
            self.steps[base.step, candidate.step] += 1
        self.treatments += base.treated != candidate.treated
        self.segments += base.segments != candidate.segments

    @property
    def upgrades(self) -> int:
        """How many have a higher tier by the candidate."""
        return sum(many for (base, candidate), many in self.tiers.items() if candidate > base)

    @property
    def downgrades(self) -> int:
        """How many have a lower one."""
        return sum(many for (base, candidate), many in self.tiers.items() if candidate < base)

    @property
    def contacts(self) -> int:
        """How many contacts are due by one policy and not by the other, by reason."""
        more = self.candidate_contacts - self.base_contacts
        return (more + (self.base_contacts - self.candidate_contacts)).total()


class Tally:
    """All customers, one by one."""

    def __init__(self) -> None:
        self.customers = 0
        self.differing = 0
        """How many anything differs of, today or later."""
        self.today, self.later = Movement(), Movement()
        self._movers: list[tuple[int, int, str, Compared]] = []

    def take(self, compared: Compared) -> None:
        """Counts one customer."""
        self.customers += 1
        self.today.take(compared.today, compared.contribution)
        self.later.take(compared.later, compared.contribution)
        if not compared.differs:
            return
        self.differing += 1
        weight = abs(compared.contribution)
        entry = (compared.distance, weight, compared.customer_id, compared)
        if len(self._movers) < MOVERS:
            heappush(self._movers, entry)
        else:
            heappushpop(self._movers, entry)

    def movers(self) -> list[Compared]:
        """Who moves by most tiers, and of those who bring or cost most; the first is the first."""
        return [its[3] for its in sorted(self._movers, key=lambda its: its[:3], reverse=True)]
