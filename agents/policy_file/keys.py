"""The policy file's keys: each declared once, with its type, its default and what it means.

`agents.policy_file.reading` reads and checks a file of this shape; the reference is made from here.
"""

from typing import Annotated, Any, Literal

import msgspec

from agents.policy.key_types import (
    CARDS_MAX,
    IGNORED_IDS_MAX,
    MAX_DEDUPE_IDS,
    REMINDERS_MAX,
    STEPS_MAX,
    Amount,
    Days,
    DaysIfAny,
    DaysOrNone,
    HalfLife,
    Kept,
    Minutes,
    MinutesBilled,
    OrdersKept,
    Rate,
    RememberDays,
    Section,
)
from agents.policy_file.contact_keys import ContactsDue
from agents.policy_file.kind_keys import Kinds
from agents.policy_file.ladder_keys import Ladder
from agents.policy_file.lifetime_keys import Lifetime
from agents.policy_file.risk_keys import Risk
from agents.policy_file.segment_keys import Segments
from agents.policy_file.stage_keys import Stage
from schemas.base.meanings import means
from schemas.base.vocabulary import Tier
from schemas.inputs.events import MAX_ID_CHARS


class ValueIndex(Section, frozen=True):
    """`[value.index]`: what tiers are judged by; absent: by the value alone."""

    history: Annotated[Rate, means("weight of the contribution")] = "1.0"
    future: Annotated[
        Rate, means("weight of what `[lifetime]` expects; the section goes with entries only")
    ] = "0.0"


class Value(Section, frozen=True):
    """`[value]`: over which days value is reckoned."""

    window_days: Annotated[Days, means("the rolling window of all figures, in UTC days")]
    default_margin_rate: Annotated[Rate, means("margin of a sale that names no cost; at most 1")]
    measure: Annotated[
        Literal["rolling", "decayed"],
        means("tiers by the window's contribution, or by all of it, the older the less"),
    ] = "rolling"
    half_life_days: Annotated[
        HalfLife | None, means("of a `decayed` contribution; needed there, and only there")
    ] = None
    landmark: Annotated[
        str, means("a UTC day that weights are relative to, before the first events; never changed")
    ] = "2020-01-01"
    index: ValueIndex | None = None
    excuse_seller_fault: Annotated[
        bool,
        means(
            "tier, segments and `unprofitable` without the costs and refunds that are the "
            "seller's fault; the figures show both"
        ),
    ] = False


class Contact(Section, frozen=True):
    """`[service.contact.CHANNEL]`: what one contact costs."""

    fixed: Annotated[Amount, means("for each contact, however short")] = "0"
    per_minute: Annotated[Rate, means("for its handling time, in the base currency")] = "0"


class OwnContact(Section, frozen=True):
    """`[service.outbound.CHANNEL]`: what a contact costs that we made; absent: as any other."""

    fixed: Annotated[Amount, means("for each contact that we made on that channel")] = "0"
    per_minute: Annotated[
        Rate, means("for its handling time; without this table as a contact of the customer's")
    ] = "0"


class Returns(Section, frozen=True):
    """`[service.returns]`: what handling a return costs."""

    per_order: Annotated[Amount, means("for each return")] = "0"
    per_item: Annotated[Amount, means("for each of its items")] = "0"


class LatePayment(Section, frozen=True):
    """`[service.late_payment]`: what waiting for money costs."""

    late_fee: Annotated[Amount, means("once for each payment that came late")] = "0"
    annual_rate: Annotated[Rate, means("interest on its amount for the days it was late")] = "0"


class Reminder(Section, frozen=True):
    """`[[service.reminder]]`: what reminding of an unpaid invoice costs."""

    after_days: Annotated[Days, means("days past due, more than of the reminder before")]
    cost: Annotated[Amount, means("of this reminder")]


class Costs(Section, frozen=True, kw_only=True):
    """The cost to serve; what is absent costs nothing."""

    contact: dict[str, Contact] = {}
    outbound: dict[str, OwnContact] = {}
    returns: Returns = Returns()
    late_payment: LatePayment = LatePayment()
    reminder: Annotated[list[Reminder], msgspec.Meta(max_length=REMINDERS_MAX)] = []


class Card(Costs, frozen=True, kw_only=True):
    """`[[service.card]]`: all costs from a UTC day on; nothing of an earlier card remains."""

    from_day: Annotated[str, means("the card's first UTC day, later than that before")] = (
        msgspec.field(name="from")
    )


class Service(Costs, frozen=True, kw_only=True):
    """`[service]`: the cost to serve, up to the first card."""

    card: Annotated[list[Card], msgspec.Meta(max_length=CARDS_MAX)] = []
    max_minutes: Annotated[
        MinutesBilled | None,
        means("of a contact's handling time so many are billed at most; absent: all"),
    ] = None
    tickets_max: Annotated[
        Kept, means("tickets of a customer that are remembered; the earliest go first")
    ] = 64
    ticket_days: Annotated[
        Days, means("UTC days from its contact for which a ticket is remembered")
    ] = 90


class Invoices(Section, frozen=True):
    """`[invoices]`: sales on credit are followed until they are paid; absent: they are not."""

    open_max: Annotated[
        Kept, means("open invoices of a customer; beyond, the longest due is written off")
    ] = 64
    unmatched_max: Annotated[
        Kept, means("payments of a customer whose invoice is not known; the earliest go first")
    ] = 64


class Orders(Section, frozen=True):
    """`[orders]`: orders are remembered, so that they can be cancelled; absent: they are not."""

    remember_days: Annotated[
        RememberDays,
        means("an order may be cancelled for so many UTC days; at most `value.window_days`"),
    ]
    orders_max: Annotated[
        OrdersKept, means("remembered orders of a customer; the oldest go first")
    ] = 32


class Step(Section, frozen=True):
    """`[[discount.schedule]]`: what discount a volume earns."""

    from_amount: Annotated[
        Amount, means("the volume of a whole term from which on; more than of the step before")
    ] = msgspec.field(name="from")
    rate: Annotated[Rate, means("the discount that it earns, at most 1")]


class Discount(Section, frozen=True):
    """`[discount]`: discounts granted for a promised volume; absent: not looked at."""

    after_share: Annotated[
        Rate, means("not before this share of the commitment's term has passed; at most 1")
    ]
    schedule: Annotated[list[Step], msgspec.Meta(min_length=1, max_length=STEPS_MAX)]


class Entries(Section, frozen=True):
    """`[tiers.entry]`: the contribution from which on a tier is reached."""

    key: Annotated[Amount, means("entry of `key`; may be negative, as the others")]
    important: Annotated[Amount, means("entry of `important`, less than that of `key`")]
    ordinary: Annotated[Amount, means("entry of `ordinary`; below it is `maintenance`")]


class Hold(Section, frozen=True):
    """`[tiers.hold]`: what it takes to leave a tier; absent: nothing but its entry."""

    upgrade_margin: Annotated[
        Rate, means("up only at so much above an entry, as a share of it below 1")
    ] = "0.05"
    keep_margin: Annotated[
        Rate, means("down only at so much below an entry, as a share of it below 1")
    ] = "0.15"
    min_band: Annotated[Amount, means("the least that either margin comes to")] = "0"
    min_dwell_days: Annotated[DaysOrNone, means("UTC days between two changes of a tier")] = 14
    dwell_holds: Annotated[
        Literal["changes", "reversals"],
        means(
            "what `min_dwell_days` holds back: every change, the first tier among them, or a "
            "downgrade after an upgrade and the other way round"
        ),
    ] = "changes"
    notice_after_days: Annotated[
        DaysIfAny,
        means(
            "UTC days below before a downgrade is decided on; then a notice is renewed where "
            "another tier would come; absent: at once, and it is not"
        ),
    ] = None
    grace_days: Annotated[
        DaysOrNone, means("UTC days from the notice of a downgrade until it comes; 0: no notice")
    ] = 30
    downgrade: Annotated[
        Literal["one_step", "full"],
        means("to the next tier below, or to that whose entry is reached"),
    ] = "full"


class Cut(Section, frozen=True):
    """`[tiers.share.TIER]`: who makes up a tier."""

    by: Annotated[
        Literal["rank", "profit"],
        means(
            "`rank`: the best so many of those with a positive value; `profit`: the best who "
            "together bring so much of what all of those bring"
        ),
    ]
    share: Annotated[Rate, means("above 0, at most 1")]


class Share(Section, frozen=True):
    """`[tiers.share]`: how tiers by shares of the whole are cut."""

    key: Cut
    important: Cut
    min_change: Annotated[
        Rate, means("cut-offs are made anew when one moved by more than this share of it, below 1")
    ] = "0.02"
    every_minutes: Annotated[Minutes, means("at most so often, by the wall clock")] = 60


class Tiers(Section, frozen=True):
    """`[tiers]`: who gets which tier, and what a changed policy may do to it."""

    entry: Entries
    mode: Annotated[
        Literal["entry", "share"],
        means(
            "`entry`: by amounts; `share`: `key` and `important` by shares of the whole, by "
            "their entries until the first cut-offs are made"
        ),
    ] = "entry"
    share: Share | None = None
    hold: Hold | None = None
    before_first_sale: Annotated[
        Tier | None,
        means(
            "the tier of whoever never bought: no notice, no segment of cost, no step on the "
            "ladder, and not unprofitable; absent: by its value, as of any other"
        ),
    ] = None
    tells: Annotated[
        tuple[Literal["treatment", "stage", "segments"], ...],
        means(
            "what goes out besides changes of a tier: `treatment`, a change of it alone; `stage`, "
            "each change of it; `segments`, that a customer entered or left one"
        ),
    ] = ()
    on_change: Annotated[
        Literal["keep", "upgrades_only", "full"],
        means("what the change of the policy alone may move"),
    ] = "full"
    review_days: Annotated[
        DaysOrNone, means("UTC days over which a changed policy judges everybody; 0: at once")
    ] = 7


class Ids(Section, frozen=True):
    """`[ids]`: which ids are no customer's (`no_customer`); absent: every id is one's."""

    ignore: Annotated[
        list[Annotated[str, msgspec.Meta(max_length=MAX_ID_CHARS)]],
        msgspec.Meta(max_length=IGNORED_IDS_MAX),
        means(
            "what sources send where they know no customer, byte for byte; a blank id is never a "
            "customer's"
        ),
    ] = []


class PolicyFile(Section, frozen=True, kw_only=True):
    """The whole file."""

    version: Annotated[
        str, msgspec.Meta(min_length=1, max_length=128), means("goes out on every output")
    ]
    base_currency: Annotated[str, means("ISO 4217 code: all figures are in it")]
    dedupe_days: Annotated[
        DaysOrNone, means("an event's id is remembered so many UTC days; 0: not at all")
    ] = 35
    dedupe_ids_max: Annotated[
        int, msgspec.Meta(ge=1, le=MAX_DEDUPE_IDS), means("of a customer; the oldest go first")
    ] = 10_000
    earliest: Annotated[
        str | None,
        means(
            "a UTC day: a time before it in any field is `invalid_field`; absent: the year 1 is "
            "good, too"
        ),
    ] = None
    earliest_joined: Annotated[
        str | None,
        means("the same for `joined_at`, which may be long ago; absent: as `earliest`"),
    ] = None
    ids: Ids | None = None
    rates: Annotated[
        dict[str, dict[str, str]],
        means("`[rates.CURRENCY]`: by its first UTC day what 1 unit is in the base currency"),
    ] = {}
    value: Value
    service: Service = Service()
    invoices: Invoices | None = None
    orders: Orders | None = None
    discount: Discount | None = None
    tiers: Tiers
    treatment: Annotated[
        dict[str, dict[str, Any]],
        means(
            "`[treatment.TIER]`: what a tier is granted, passed on as it stands; known are "
            "`support_priority`, `contact_every_days`, `credit_days` (integers) and "
            "`self_service_first` (true or false); `[treatment.when.SIGNAL]` and "
            "`[treatment.when.SEGMENT]`: what is laid over it while that signal is open or the "
            "customer in that segment"
        ),
    ] = {}
    contacts_due: ContactsDue | None = None
    segments: Segments = Segments()
    stage: Stage | None = None
    lifetime: Lifetime | None = None
    risk: Risk = Risk()
    ladder: Ladder | None = None
    for_kinds: Kinds | None = msgspec.field(name="for", default=None)
