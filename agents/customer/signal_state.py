"""What is kept of one customer for its signals and the ladder, beside the figures of its value."""

from bisect import insort
from operator import itemgetter
from typing import Final

from agents.customer import issues
from agents.customer.sales import Sales, SalesSoFar
from agents.events.booking import Booking
from agents.models.bgnbd import PurchaseHistory
from agents.policy.compiled import Policy
from schemas.state.signal_rows import ClearedRow, IssueRow, LadderRow, SignalsRow

_said_at: Final = itemgetter(0)


class SignalState(SalesSoFar):
    """Sales, issues, answers, what was cleared of late, and the place on the ladder."""

    __slots__ = ("answers", "cleared", "issues", "ladder", "settled")

    def __init__(self, row: SignalsRow | None) -> None:
        """As a stored row has them; None: nothing is kept yet."""
        super().__init__()
        self.settled: SalesSoFar | None = None
        """Sales without those of remembered orders; None: there are no such orders."""
        self.issues: list[IssueRow] = []
        self.answers: list[tuple[int, int]] = []
        self.cleared: dict[str, ClearedRow] = {}
        self.ladder: LadderRow | None = None
        """None: it never stood on a step."""
        if row is not None:
            self.sales = None if row.sales is None else Sales(row.sales)
            self.early_returns = row.early_returns
            self.issues, self.answers = row.issues, row.answers
            self.cleared, self.ladder = row.cleared, row.ladder

    @property
    def history(self) -> PurchaseHistory | None:
        """What a model of purchases asks for; None of one who never bought."""
        return None if self.sales is None else self.sales.history

    def row(self, policy: Policy) -> SignalsRow | None:
        """As a row stores them; None where there is nothing."""
        its = self if self.settled is None else self.settled
        kept = self.issues or self.answers or self.cleared or its.early_returns
        if not kept and its.sales is None and self.ladder is None:
            return None
        sales = None if its.sales is None else its.sales.row()
        early = its.early_returns
        return SignalsRow(sales, early, self.issues, self.answers, self.cleared, self.ladder)

    def book(self, event: Booking, as_of_us: int, day: int, policy: Policy) -> None:
        """A sale, or a contact with its issue and answer."""
        keeps = policy.keeps
        if event.sale is not None:
            self.sell(event.day, event.sale, day, keeps)
        contact = event.contact
        if contact is None:
            return
        if keeps.issues_forgotten_days and (contact.is_own or contact.resolved is not None):
            issues.take(self.issues, contact, event.at_us, day, keeps)
            issues.age(self.issues, day, keeps)
        if contact.satisfaction is not None and keeps.answers:
            insort(self.answers, (event.at_us, contact.satisfaction), key=_said_at)
            del self.answers[: -keeps.answers]

    def settle(self) -> None:
        """From now on sales are kept without those of remembered orders, too."""
        if self.settled is None and self is not NOTHING_KEPT:
            self.settled = SalesSoFar()
            self.settled.take_sales_of(self)

    def begin_anew(self) -> None:
        """Sales are those without remembered orders, which are to be booked again."""
        assert self.settled is not None
        self.take_sales_of(self.settled)

    def advance(self, as_of_us: int, day: int, policy: Policy) -> None:
        """Days and issues are forgotten, and cool-downs end."""
        keeps = policy.keeps
        self.expire_sales(day, keeps)
        if self.issues:
            issues.age(self.issues, day, keeps)
        if self.cleared:
            cooldown_days = policy.risk.cooldown_days
            over = [name for name, row in self.cleared.items() if row.day + cooldown_days <= day]
            for name in over:
                del self.cleared[name]

    def fit(self, as_of_us: int, day: int, policy: Policy) -> None:
        """Less may be asked for now."""
        if self is NOTHING_KEPT:
            return
        keeps = policy.keeps
        self.fit_sales(day, keeps)
        if not keeps.issues_forgotten_days:
            self.issues.clear()
        issues.fit(self.issues, keeps)
        del self.answers[: max(0, len(self.answers) - keeps.answers)]
        self.advance(as_of_us, day, policy)


NOTHING_KEPT: Final = SignalState(None)
"""Of every customer, where the policy asks for nothing."""
