"""What is kept of one customer for its signals and the ladder, beside the figures of its value."""

from bisect import insort
from operator import itemgetter
from typing import Final

from agents.customer import issues
from agents.customer.sales import Sales
from agents.events.booking import Booking
from agents.models.expected import PurchaseHistory
from agents.policy.compiled import Policy
from schemas.state.rows import stored_int, wide
from schemas.state.signal_rows import ClearedRow, IssueRow, LadderRow, SignalsRow

_said_at: Final = itemgetter(0)


class SignalState:
    """Sales, issues, answers, what was cleared of late, and the place on the ladder."""

    __slots__ = ("answers", "cleared", "early_returns", "issues", "ladder", "sales")

    def __init__(self, row: SignalsRow | None) -> None:
        """As a stored row has them; None: nothing is kept yet."""
        self.sales: Sales | None = None
        """None: nothing was sold yet."""
        self.early_returns = 0
        """The margin of returns that came before the first sale was known."""
        self.issues: list[IssueRow] = []
        self.answers: list[tuple[int, int]] = []
        self.cleared: dict[str, ClearedRow] = {}
        self.ladder: LadderRow | None = None
        """None: it never stood on a step."""
        if row is not None:
            self.sales = None if row.sales is None else Sales(row.sales)
            self.early_returns = stored_int(row.early_returns)
            self.issues, self.answers = row.issues, row.answers
            self.cleared, self.ladder = row.cleared, row.ladder

    @property
    def history(self) -> PurchaseHistory | None:
        """What a model of purchases asks for; None of one who never bought."""
        return None if self.sales is None else self.sales.history

    def row(self) -> SignalsRow | None:
        """As a row stores them; None where there is nothing."""
        kept = self.issues or self.answers or self.cleared or self.early_returns
        if not kept and self.sales is None and self.ladder is None:
            return None
        sales = None if self.sales is None else self.sales.row()
        early = wide(self.early_returns)
        return SignalsRow(sales, early, self.issues, self.answers, self.cleared, self.ladder)

    def book(self, event: Booking, day: int, policy: Policy) -> None:
        """An event of a customer whose day is `day` by now."""
        rules = policy.risk
        if event.sale is not None:
            if self.sales is not None:
                self.sales.book(event.day, event.sale, day - rules.sales_kept_days + 1)
            elif event.sale.is_return:
                self.early_returns += event.sale.margin
            else:
                self.sales = Sales.beginning(event.day, event.sale, self.early_returns)
                self.early_returns = 0
        contact = event.contact
        if contact is None:
            return
        if rules.issues_forgotten_days:
            issues.take(self.issues, contact, event.at_us, day, rules)
            issues.age(self.issues, day, rules)
        if contact.satisfaction is not None and rules.dissatisfied is not None:
            insort(self.answers, (event.at_us, contact.satisfaction), key=_said_at)
            del self.answers[: -rules.dissatisfied.answers]

    def age(self, day: int, policy: Policy) -> None:
        """A day has come."""
        rules = policy.risk
        if self.sales is not None:
            self.sales.expire(day - rules.sales_kept_days)
        if self.issues:
            issues.age(self.issues, day, rules)
        if self.cleared:
            cooldown_days = rules.cooldown_days
            over = [name for name, row in self.cleared.items() if row.day + cooldown_days <= day]
            for name in over:
                del self.cleared[name]

    def fit(self, day: int, policy: Policy) -> None:
        """Forgets what another policy kept and this one would not have."""
        rules = policy.risk
        if not rules.sales_kept_days:
            self.sales, self.early_returns = None, 0
        if not rules.issues_forgotten_days:
            self.issues.clear()
        issues.fit(self.issues, rules)
        kept = 0 if rules.dissatisfied is None else rules.dissatisfied.answers
        del self.answers[: max(0, len(self.answers) - kept)]
        self.age(day, policy)


NOTHING_KEPT: Final = SignalState(None)
"""Of every customer, where the policy asks for nothing."""
