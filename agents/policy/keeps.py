"""What has to be kept of a customer, as its readers ask: nothing is kept that nobody reads."""

from collections.abc import Iterable
from typing import Final

import msgspec

from schemas.base.vocabulary import ContactChannel
from schemas.state.signal_rows import IssueRow

SALES_LEAST_DAYS: Final = 64
"""Who asks for purchase days has them told apart at least so far back."""
ISSUES_LEAST_DAYS: Final = 14
"""Who asks for issues has each remembered at least so long."""


class IssueRule:
    """When an issue counts for a signal: it begins to, and does until it says otherwise."""

    def __init__(self, signal: str) -> None:
        self.signal = signal

    def counts(self, issue: IssueRow, day: int, counted_before: bool) -> bool:
        """Whether it counts on a UTC day; asked after each contact, and each day while it does."""
        raise NotImplementedError


class Keeps(msgspec.Struct, frozen=True):
    """How much is kept; 0: nothing asks for it."""

    payments: int = 0
    """How many of the last payments."""
    contact_days: int = 0
    """Over how many UTC days contacts are counted."""
    contact_channels: frozenset[ContactChannel] = frozenset()
    """On which channels."""
    sales_days: int = 0
    """How many UTC days back purchase days are told apart."""
    purchase_days: int = 0
    """How many of the last purchase days are kept, however long ago."""
    counts: bool = False
    """Whether a signal goes by the number of sales, returns or complaints in the value window."""
    answers: int = 0
    """How many of the last answers about satisfaction."""
    issue_days: int = 0
    """Over how many UTC days an issue's contacts are kept."""
    issues_forgotten_days: int = 0
    """After so many UTC days without a contact an issue is forgotten."""
    issue_rules: tuple[IssueRule, ...] = ()

    @property
    def anything(self) -> bool:
        """Whether something is kept beside the figures of the value."""
        return bool(self.sales_days or self.issues_forgotten_days or self.answers)


def combined(asked: Iterable[Keeps]) -> Keeps:
    """What satisfies all that was asked."""
    every = [Keeps(), *asked]
    return Keeps(
        payments=max(keeps.payments for keeps in every),
        contact_days=max(keeps.contact_days for keeps in every),
        contact_channels=frozenset().union(*(keeps.contact_channels for keeps in every)),
        sales_days=max(keeps.sales_days for keeps in every),
        purchase_days=max(keeps.purchase_days for keeps in every),
        counts=any(keeps.counts for keeps in every),
        answers=max(keeps.answers for keeps in every),
        issue_days=max(keeps.issue_days for keeps in every),
        issues_forgotten_days=max(keeps.issues_forgotten_days for keeps in every),
        issue_rules=tuple(rule for keeps in every for rule in keeps.issue_rules),
    )
