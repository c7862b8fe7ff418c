"""The policy file's keys for risk signals: each declared once, with its default and what it means.

When a signal is raised and cleared by them stands in `docs/risks.md`.
"""

from typing import Annotated, Final, Literal

import msgspec

from agents.policy.key_types import (
    Amount,
    Count,
    CountOrNone,
    Days,
    DaysOrNone,
    Payments,
    Rate,
    Section,
    means,
)

Answers = Annotated[int, msgspec.Meta(ge=1, le=20)]
Hours = Annotated[int, msgspec.Meta(ge=1, le=8784)]
Points = Annotated[int, msgspec.Meta(ge=0, le=100)]
Action = Literal["call", "win_back", "fix_issue", "escalate"]
SIGNALS: Final = (
    "call_abuse",
    "commitment_shortfall",
    "complaint_open",
    "dissatisfied",
    "fading",
    "late_payer",
    "no_second_purchase",
    "overdue",
    "overdue_invoice",
    "repeat_issue",
    "return_abuse",
    "spend_drop",
    "support_spike",
    "unprofitable",
)
"""Every signal, in the order in which they are judged."""


class SupportSpike(Section, frozen=True):
    """`[risk.support_spike]`: many contacts in few days."""

    contacts: Annotated[Count, means("raised at so many contacts or more in the window")]
    clear_at: Annotated[CountOrNone, means("cleared at so many or fewer; less than `contacts`")]
    window_days: Annotated[Days, means("the signal's own window, in UTC days")]


class Unprofitable(Section, frozen=True):
    """`[risk.unprofitable]`: costs more than it brings, and not only at the start."""

    below: Annotated[Amount, means("raised when the contribution is below; may be negative")]
    clear_at: Annotated[Amount, means("cleared when it is this or more; at least `below`")]
    min_tenure_days: Annotated[
        DaysOrNone, means("not before so many UTC days since the first event")
    ] = 0
    excuse_seller_fault: Annotated[
        bool, means("leave out the cost of contacts and returns that are the seller's fault")
    ] = False


class LatePayer(Section, frozen=True):
    """`[risk.late_payer]`: pays late again and again."""

    late: Annotated[Payments, means("raised when so many of the last `of` payments")]
    of: Annotated[Payments, means("so many payments are looked at")]
    days: Annotated[DaysOrNone, means("were more than so many days late")]
    clear_on_time: Annotated[
        Payments, means("cleared when so many in a row were on time; more than `of` - `late`")
    ]


class Overdue(Section, frozen=True):
    """`[risk.overdue]`: buys no more at its own pace."""

    watch: Annotated[Rate, means("raised after more than so many times its mean gap")]
    high: Annotated[Rate, means("`high` after more than so many; at least `watch`")]
    min_purchase_days: Annotated[
        Annotated[int, msgspec.Meta(ge=2, le=1_000_000)], means("not before so many purchase days")
    ] = 3


class Fading(Section, frozen=True):
    """`[risk.fading]`: a model finds it likely gone; needs `[lifetime]`."""

    below: Annotated[Rate, means("raised when P(alive) is below; less than 1")]
    high_below: Annotated[Rate, means("`high` when it is below; at most `below`")]
    clear_at: Annotated[Rate, means("cleared when it is this or more; at least `below`")]


class NoSecondPurchase(Section, frozen=True):
    """`[risk.no_second_purchase]`: bought once, and no more."""

    after_days: Annotated[Days, means("raised so many UTC days after the only purchase day")]


class SpendDrop(Section, frozen=True):
    """`[risk.spend_drop]`: spends much less than it did."""

    recent_days: Annotated[Days, means("what was spent in the last so many UTC days")]
    before_days: Annotated[Days, means("is compared with the pace of so many before them")]
    min_purchases: Annotated[Count, means("where there were at least so many sales")]
    below: Annotated[Rate, means("raised when it is below this part of it; less than 1")]
    clear_at: Annotated[Rate, means("cleared when it is this part or more; at least `below`")]


class RepeatIssue(Section, frozen=True):
    """`[risk.repeat_issue]`: has to ask about one thing again and again: a service that fails."""

    contacts: Annotated[Count, means("raised at so many contacts on one unresolved issue")]
    window_days: Annotated[Days, means("within so many UTC days")]
    quiet_days: Annotated[Days, means("cleared after so many without a contact on it")]


class CallAbuse(Section, frozen=True):
    """`[risk.call_abuse]`: calls about one thing that is resolved, over and over."""

    contacts: Annotated[Count, means("raised at so many contacts on one resolved issue")]
    clear_at: Annotated[CountOrNone, means("cleared at so many or fewer; less than `contacts`")]
    window_days: Annotated[Days, means("within so many UTC days")]


class ComplaintOpen(Section, frozen=True):
    """`[risk.complaint_open]`: a key or important customer's complaint waits."""

    after_hours: Annotated[Hours, means("raised so many hours after an unresolved complaint")]


class Dissatisfied(Section, frozen=True):
    """`[risk.dissatisfied]`: is not content with the service."""

    at_most: Annotated[Rate, means("raised when the mean of the last `answers` is this or less")]
    clear_at: Annotated[Rate, means("cleared when it is this or more; more than `at_most`")]
    answers: Annotated[Answers, means("so many answers are looked at")] = 3


class OverdueInvoice(Section, frozen=True):
    """`[risk.overdue_invoice]`: does not pay at all; needs `[invoices]`."""

    days: Annotated[Days, means("raised when an invoice is unpaid so many days past due")]
    high_days: Annotated[Days, means("`high` at so many; at least `days`")]


class ReturnAbuse(Section, frozen=True):
    """`[risk.return_abuse]`: sends back much of what it buys; what was our fault does not count."""

    orders: Annotated[Count, means("not below so many sales in the value window")]
    above: Annotated[Rate, means("raised when more than this part of them came back")]
    clear_below: Annotated[Rate, means("cleared when less than this part did; at most `above`")]


class CommitmentShortfall(Section, frozen=True):
    """`[risk.commitment_shortfall]`: buys less than it promised for its discount."""

    after_share: Annotated[Rate, means("not before this part of the term has passed; at most 1")]
    below: Annotated[Rate, means("raised when it bought less than this part of what is promised")]
    clear_at: Annotated[Rate, means("cleared at this part or more; at least `below`")]


class TierActions(Section, frozen=True):
    """`[risk.actions.SIGNAL]`: what to do for a customer of a tier."""

    key: Annotated[Action | None, means("for key customers")] = None
    important: Annotated[Action | None, means("for important ones")] = None
    ordinary: Annotated[Action | None, means("for ordinary ones")] = None
    maintenance: Annotated[Action | None, means("for the rest")] = None


class Risk(Section, frozen=True):
    """`[risk]`: a signal whose section is absent is off."""

    cooldown_days: Annotated[
        DaysOrNone, means("a cleared signal is not raised again for so many UTC days")
    ] = 0
    weights: Annotated[
        dict[str, Points], means("`[risk.weights]`: by signal its points in the score")
    ] = {}
    actions: Annotated[
        dict[str, TierActions], means("`[risk.actions.SIGNAL]`: what is recommended, by tier")
    ] = {}
    call_abuse: CallAbuse | None = None
    commitment_shortfall: CommitmentShortfall | None = None
    complaint_open: ComplaintOpen | None = None
    dissatisfied: Dissatisfied | None = None
    fading: Fading | None = None
    late_payer: LatePayer | None = None
    no_second_purchase: NoSecondPurchase | None = None
    overdue: Overdue | None = None
    overdue_invoice: OverdueInvoice | None = None
    repeat_issue: RepeatIssue | None = None
    return_abuse: ReturnAbuse | None = None
    spend_drop: SpendDrop | None = None
    support_spike: SupportSpike | None = None
    unprofitable: Unprofitable | None = None
