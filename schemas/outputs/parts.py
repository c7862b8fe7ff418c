"""The objects inside of outputs."""

from typing import Annotated

import msgspec

from schemas.base.meanings import means
from schemas.base.vocabulary import (
    ContactChannel,
    CustomerSegment,
    OverrideMode,
    Severity,
    StepName,
    Tier,
    TriggerKind,
)
from schemas.outputs.kinds import (
    Amount,
    Counting,
    Currency,
    Date,
    Estimate,
    Measure,
    Moment,
    Points,
    Share,
    Whole,
)


class Contacts(msgspec.Struct, frozen=True, gc=False):
    """What contacts cost, by channel."""

    phone: Annotated[Amount, means("contacts by phone")]
    chat: Annotated[Amount, means("contacts by chat")]
    email: Annotated[Amount, means("contacts by email")]
    store: Annotated[Amount, means("contacts by store")]
    self_service: Annotated[Amount, means("contacts by self service")]
    sms: Annotated[Amount, means("contacts by SMS")]
    whatsapp: Annotated[Amount, means("contacts by WhatsApp and messengers like it")]
    social: Annotated[Amount, means("contacts on social media")]
    video: Annotated[Amount, means("contacts by video")]


class Lines(msgspec.Struct, frozen=True, gc=False):
    """What the figures of a customer are made of."""

    revenue: Annotated[Amount, means("sales less returns")]
    discounts_given: Annotated[
        Amount, means("list amounts less what was paid; revenue is net of it")
    ]
    goods: Annotated[Amount, means("cost of sales less cost got back")]
    restocking_fees: Annotated[Amount, means("fees kept on returns")]
    contacts: Annotated[Contacts, means("what contacts cost")]
    returns: Annotated[Amount, means("what handling returns costs")]
    late_payment: Annotated[
        Amount,
        means("fees and interest of late payments, and interest of open invoices as it stands"),
    ]
    reminders: Annotated[Amount, means("reminders of invoices past due")]
    discount_leakage: Annotated[
        Amount, means("discount granted for a volume that does not come; revenue is net of it")
    ]
    seller_fault: Annotated[
        Amount, means("the part of contacts and returns that is the seller's fault")
    ]
    seller_fault_refunds: Annotated[
        Amount,
        means("what refunds and replacements that are the seller's fault took from the margin"),
    ]
    revenue_without_cost: Annotated[
        Amount, means("the part of sales that rests on the default margin")
    ]


class Value(msgspec.Struct, frozen=True, gc=False):
    """The figures of a customer's window."""

    currency: Annotated[Currency, means("the policy's base currency, of all figures")]
    window_days: Annotated[Counting, means("the UTC days of the window")]
    revenue: Annotated[Amount, means("sales less returns")]
    goods_cost: Annotated[Amount, means("cost of sales less cost got back")]
    margin: Annotated[Amount, means("revenue less goods cost, with restocking fees kept")]
    service_cost: Annotated[
        Amount, means("contacts, returns, late payments and reminders together")
    ]
    contribution: Annotated[Amount, means("margin less service cost")]
    index: Annotated[Amount, means("what the tier is judged by: see `value.measure`")]
    estimated: Annotated[
        bool,
        means("whether goods cost, margin and contribution rest in part on the default margin"),
    ]
    lines: Annotated[Lines, means("what the figures are made of")]


class Override(msgspec.Struct, frozen=True, gc=False):
    """A human's word on a customer's tier."""

    tier: Annotated[Tier, means("which tier")]
    mode: Annotated[OverrideMode, means("at least that one, or just that one")]
    reason: Annotated[str, means("why, in the words of whoever said so")]
    expires_at: Annotated[Moment | None, means("until when; null: until taken back")]


class Profile(msgspec.Struct, frozen=True, gc=False):
    """Master data of a customer."""

    segment: Annotated[CustomerSegment | None, means("what kind of customer")]
    region: Annotated[str | None, means("where it is at home")]
    industry: Annotated[str | None, means("what it does")]
    joined_at: Annotated[Moment | None, means("since when it is a customer")]


class Source(msgspec.Struct, frozen=True, gc=False):
    """A partition of which cut-offs were made."""

    partition: Annotated[Whole, means("its number")]
    commit_number: Annotated[Counting, means("as of which of its commits")]


class Point(msgspec.Struct, frozen=True, gc=False):
    """A point of the whale curve."""

    customers: Annotated[Whole, means("so many, the best first")]
    value: Annotated[Amount, means("are worth this together")]


class WhaleCurve(msgspec.Struct, frozen=True, gc=False):
    """Cumulative value by rank."""

    customers: Annotated[Whole, means("how many there are")]
    total: Annotated[Amount, means("what they are worth together")]
    peak: Annotated[Amount, means("what those with a positive value are worth")]
    peak_customers: Annotated[Whole, means("how many these are")]
    erosion: Annotated[Amount, means("what the rest loses again: peak less total")]
    top_fifth: Annotated[Amount, means("what the best fifth of all is worth")]
    top_fifth_share: Annotated[Share | None, means("as a part of the total; null: no total")]
    points: Annotated[list[Point], means("the curve at every 5 % of the customers")]


class Finding(msgspec.Struct, frozen=True, gc=False):
    """One rule that spoke: what was observed against which threshold."""

    rule: Annotated[str, means("the policy's key that was judged by")]
    observed: Annotated[Measure, means("what was found: a figure, or a tier")]
    threshold: Annotated[Measure, means("what the policy says")]


class Trigger(msgspec.Struct, frozen=True, gc=False):
    """What made Whalecurve judge."""

    kind: Annotated[
        TriggerKind,
        means(
            "an event came, time passed, the policy changed, or someone overrode the tier",
        ),
    ]
    topic: Annotated[str | None, means("the event's topic, without prefix")]
    event_id: Annotated[str | None, means("the event's id")]


class CheaperChannel(msgspec.Struct, frozen=True, gc=False):
    """What contacts would have cost less."""

    channel: Annotated[ContactChannel, means("the policy's `ladder.cheaper_channel`")]
    saves: Annotated[Amount, means("so much less in the window; above 0")]


class StepTaken(msgspec.Struct, frozen=True, gc=False):
    """A step of the ladder, as it was taken."""

    step: Annotated[StepName, means("which one")]
    since: Annotated[Moment, means("the UTC day on which it was taken")]


class Ladder(msgspec.Struct, frozen=True, gc=False):
    """A customer's place on the ladder."""

    step: Annotated[StepName, means("which one")]
    since: Annotated[Moment, means("the UTC day on which it was taken")]
    hold_until: Annotated[Moment | None, means("until when a human lets it stay; null: freely")]
    ends_at: Annotated[
        Moment | None,
        means("the UTC day on which an approved termination ends the relation; null: none is"),
    ]
    reason: Annotated[str | None, means("why, in the words of whoever said so")]
    answered: Annotated[
        bool,
        means("whether a human answered to this step; false where the policy does not wait for it"),
    ]
    held_by: Annotated[
        Finding | None,
        means("what holds the customer back from the next step: the rule, and the step it allows"),
    ]


class Part(msgspec.Struct, frozen=True, gc=False):
    """What one open signal adds to the score."""

    signal: Annotated[str, means("its name")]
    severity: Annotated[Severity, means("how bad")]
    points: Annotated[Whole, means("its weight; half more at `high`")]


class Score(msgspec.Struct, frozen=True, gc=False):
    """How much is wrong."""

    points: Annotated[Points, means("the sum of its parts, at most 100")]
    parts: Annotated[list[Part], means("one of each open signal, by name")]


class OpenRisk(msgspec.Struct, frozen=True, gc=False):
    """An open signal."""

    signal: Annotated[str, means("its name")]
    severity: Annotated[Severity, means("how bad")]
    since: Annotated[Moment, means("event time at which it was raised")]


class Lifetime(msgspec.Struct, frozen=True, gc=False):
    """What a customer bought, and what it may yet bring."""

    first_purchase_on: Annotated[Date, means("the first UTC day with a sale")]
    last_purchase_on: Annotated[Date, means("the last one")]
    purchase_days: Annotated[Counting, means("how many there are")]
    mean_margin: Annotated[
        Amount | None,
        means("of the purchase days after the first, less returns; null: there is none"),
    ]
    p_alive: Annotated[Estimate, means("the chance that it is still a customer")]
    expected_purchases: Annotated[Estimate, means("purchase days within the horizon")]
    expected_contribution: Annotated[
        Amount, means("their margin, discounted, before what service costs")
    ]
    horizon_weeks: Annotated[Counting, means("how far it looks ahead")]
