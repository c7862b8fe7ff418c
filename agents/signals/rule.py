"""What a risk signal is: one class in one file, from its policy keys to the words for its evidence.

A signal knows a customer's figures, not whether it is raised: `agents.decide.episodes` makes
episodes of what it says. A signal that is new needs its file and a line in `signals/registry.py`.
"""

from collections.abc import Iterator
from typing import ClassVar, Final

from agents.customer.state import Customer
from agents.policy.compiled import Policy
from agents.policy.keeps import Keeps
from agents.signals.keys import Fault, Key, Values
from schemas.base.vocabulary import SEVERITIES, Severity
from schemas.inputs.events import Kind
from schemas.outputs.parts import Finding

NONE, WATCH, HIGH = 0, 1, 2
EVERY_KIND: Final = frozenset(Kind)
CALLS: Final = frozenset({Kind.SUPPORT_CALLS})
SALES: Final = frozenset({Kind.PURCHASES})


def word_of(severity: int) -> Severity:
    """A severity's word; NONE has none."""
    assert severity != NONE
    return SEVERITIES[severity - 1]


class Signal:
    """One signal. The class says what it needs; an instance judges by one policy."""

    name: ClassVar[str]
    keys: ClassVar[tuple[Key, ...]]
    """Of its section `[risk.NAME]`; a policy without the section has the signal off."""
    needs: ClassVar[tuple[str, str]] = ("", "")
    """(another section of the policy that has to be there, what is said where it is not)"""
    fed_by: ClassVar[frozenset[Kind]] = EVERY_KIND
    """The inputs whose events may change what it says; what time changes has its due time."""
    opens_by_itself: ClassVar[bool] = False
    """Whether time alone may raise it."""
    costs: ClassVar[bool] = False
    """Whether it says that the customer costs: only such lead onto the ladder of measures."""
    leaves: ClassVar[bool] = False
    """Whether it tells of leaving: of who is lost it says nothing any more."""
    teaches: ClassVar[bool] = False
    """Whether it leads to `educate`, where the policy says so and contacts cost much."""
    weight: ClassVar[int]
    """Points in the score, unless `[risk.weights]` says others."""
    ends: ClassVar[frozenset[str]] = frozenset()
    """Keys of its evidence that only end it: as long as their bound is not reached, it may open."""
    words: ClassVar[dict[str, tuple[str, ...]]]
    """By key of its evidence (what is observed, how it stands to the bound).

    With a third word where it says the same bound when it is cleared. Empty key: what is counted.
    """

    def __init__(self, values: Values, policy: Policy) -> None:
        raise NotImplementedError

    @staticmethod
    def faults(values: Values) -> Iterator[Fault]:
        """Which values do not go together: none may make the signal flap. Kinds hold already."""
        return iter(())

    @staticmethod
    def keeps(values: Values) -> Keeps:
        """What has to be kept of customers for it."""
        return Keeps()

    def severity(self, customer: Customer, tier: int, at_us: int) -> int:
        """Whether it is to be raised, and how high, as things will stand at a time.

        That is the customer's `as_of` or later, with no event in between. `tier` is the rank of the
        tier that is in force from now on.
        """
        raise NotImplementedError

    def clears(self, customer: Customer, tier: int, at_us: int) -> bool:
        """Whether it is to be cleared, likewise."""
        raise NotImplementedError

    def next_us(self, customer: Customer, tier: int, at_us: int, is_open: bool) -> int:
        """The first time after `at_us` at which it may say something else with no event.

        NO_DUE_US where there is none, or where a figure's own due time comes no later.
        """
        raise NotImplementedError

    def evidence(self, customer: Customer, severity: int) -> list[Finding]:
        """Why it is raised at a severity, or (NONE) cleared, as of now."""
        raise NotImplementedError

    def raised_by(self, customer: Customer) -> list[Finding]:
        """Each bound that raises it, `high` too, beside what is observed now: reached or not.

        Empty where nothing can: it asks for what there is none of.
        """
        watch = self.evidence(customer, WATCH)
        return watch + [found for found in self.evidence(customer, HIGH) if found not in watch]

    def cleared_by(self, customer: Customer) -> list[Finding]:
        """Each bound that clears it beside what is observed now: reached or not."""
        return self.evidence(customer, NONE)

    def finding(self, key: str, observed: int | str, threshold: int | str) -> Finding:
        """What one of its keys found."""
        return Finding(f"risk.{self.name}.{key}", observed, threshold)

    def nothing_left(self) -> list[Finding]:
        """The evidence that what it counted is not there any more."""
        return [Finding(f"risk.{self.name}", 0, 1)]
