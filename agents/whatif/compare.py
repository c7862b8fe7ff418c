"""What becomes of one customer by the running policy and by a candidate, side by side."""

from typing import Final

import msgspec

from agents.customer.state import Customer
from agents.records.head import Output
from agents.whatif.alike import alike
from agents.whatif.trial import Trial
from schemas.base.times import DAY_US
from schemas.outputs.at_risk import AtRisk
from schemas.outputs.parts import Finding
from schemas.outputs.records import CONTACTS_DUE
from schemas.outputs.tier_changes import TierChange
from schemas.state.rows import NOT_ASKED
from schemas.state.signal_rows import NO_STEP


class Stand(msgspec.Struct, frozen=True, gc=False):
    """Where a customer stands at one moment."""

    tier: int
    """The rank of the one in force."""
    falls_to: int | None
    """Of a downgrade that is announced and has not come: the tier it names."""
    signals: dict[str, str]
    """The open ones, by name how high."""
    step: int
    """On the ladder of measures; NO_STEP: on none."""
    treated: int
    """The checksum of what it is granted."""
    segments: int
    """A bit each; 0 where nobody asks."""


class Moment(msgspec.Struct, frozen=True, gc=False):
    """The same customer at the same time by both policies."""

    base: Stand
    candidate: Stand
    base_contacts: list[str]
    """First reasons of the contacts that fell due since the trial began."""
    candidate_contacts: list[str]

    @property
    def differs(self) -> bool:
        """Whether anything is another by the candidate."""
        contacts_differ = self.base_contacts != self.candidate_contacts
        return contacts_differ or not alike(self.base, self.candidate)


class Compared(msgspec.Struct, frozen=True, gc=False):
    """One customer by both policies."""

    customer_id: str
    contribution: int
    """What it brings over the running policy's window, in minor units, as of the trial's start."""
    today: Moment
    later: Moment
    """After the days ahead; as today of who has nothing that runs out."""
    why: list[Finding]
    """What the candidate's last record rests on; where it says nothing, that of the base."""

    @property
    def differs(self) -> bool:
        """Whether anything is another by the candidate, today or later."""
        return self.today.differs or self.later.differs

    @property
    def distance(self) -> int:
        """By how many tiers the two lie apart, at most."""
        return max(abs(at.candidate.tier - at.base.tier) for at in (self.today, self.later))


class Pair:
    """A partition's trials by the running policy and by a candidate."""

    def __init__(self, base: Trial, candidate: Trial, days: int) -> None:
        """`days`: how many UTC days ahead, with no event in between; 0: none.

        Only those go ahead who differ already, or whose tier one of the policies holds: of others
        nothing runs out, and what silence alone does is no policy's doing.
        """
        assert base.at_us == candidate.at_us, "both begin at the same time"
        self._base, self._candidate = base, candidate
        self._at_us: Final = base.at_us
        self._until_us: Final = base.at_us + days * DAY_US

    def compare(self, customer_id: str, data: bytes) -> Compared:
        """The customer of a stored row by both; UnreadableRowError where it is none."""
        base, candidate = self._base, self._candidate
        one, other = base.begin(customer_id, data), candidate.begin(customer_id, data)
        base_said = base.live(one, self._at_us)
        candidate_said = candidate.live(other, self._at_us)
        contribution = one.contribution
        today = later = _moment(one, other, base_said, candidate_said)
        if self._until_us > self._at_us and (
            today.differs or base.is_held(one) or candidate.is_held(other)
        ):
            base_said += base.live(one, self._until_us)
            candidate_said += candidate.live(other, self._until_us)
            later = _moment(one, other, base_said, candidate_said)
        why = _why(candidate_said) or _why(base_said)
        return Compared(customer_id, contribution, today, later, why)


def _moment(one: Customer, other: Customer, said: list[Output], candidate: list[Output]) -> Moment:
    return Moment(_stand(one), _stand(other), _contacts(said), _contacts(candidate))


def _stand(customer: Customer) -> Stand:
    tier_state, ladder = customer.tier_state, customer.signals.ladder
    assert tier_state is not None, "a stored customer was judged"
    return Stand(
        tier_state.in_force,
        tier_state.notice_tier if tier_state.announced else None,
        {name: risk.severity for name, risk in customer.risks.items()},
        NO_STEP if ladder is None else ladder.step,
        customer.treated,
        0 if customer.segments == NOT_ASKED else customer.segments,
    )


def _contacts(said: list[Output]) -> list[str]:
    return [its.label for its in said if its.topic == CONTACTS_DUE]


def _why(said: list[Output]) -> list[Finding]:
    """What the last record on a tier rests on, or else the last on a signal."""
    found: list[Finding] = []
    for output in said:
        record = output.record
        if isinstance(record, TierChange):
            found = record.reasons
    if found:
        return found
    for output in said:
        if isinstance(output.record, AtRisk):
            found = output.record.evidence
    return found
