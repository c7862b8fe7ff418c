"""Risk signals: what a rule is, and which are on.

A rule says at which severity its signal is raised, when it is cleared, on which evidence, and when
either could change with no event. It knows a customer's state, not the signal's:
`agents.decide.episodes` makes episodes of it. What each rule says stands in `docs/risks.md`.
"""

from typing import ClassVar, Final, Protocol

from agents.customer.state import Customer
from schemas.inputs.events import Kind
from schemas.outputs.records import Finding

NONE, WATCH, HIGH = 0, 1, 2
SEVERITIES: Final = ("", "watch", "high")
"""By severity the word for it."""
EVERY_KIND: Final = frozenset(Kind)


class Rule(Protocol):
    """One signal."""

    name: ClassVar[str]
    fed_by: ClassVar[frozenset[Kind]]
    """The inputs whose events may change what it says; what time changes has its due time."""
    opens_by_itself: ClassVar[bool]
    """Whether time alone may raise it."""

    def severity(self, customer: Customer, at_us: int) -> int:
        """Whether it is to be raised, and how high, as things will stand at a time.

        That is the customer's `as_of` or later, with no event in between.
        """

    def clears(self, customer: Customer, at_us: int) -> bool:
        """Whether it is to be cleared, likewise."""

    def next_us(self, customer: Customer, at_us: int, is_open: bool) -> int:
        """The first time after `at_us` at which it may say something else with no event.

        NO_DUE_US where there is none, or where a figure's own due time comes no later.
        """

    def evidence(self, customer: Customer, severity: int) -> list[Finding]:
        """Why it is raised at a severity, or (NONE) cleared, as of now."""


def once(rule: str) -> list[Finding]:
    """The evidence that what a signal counted is not there any more."""
    return [Finding(rule, 0, 1)]
