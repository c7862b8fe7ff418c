"""The policy as the rooms use it: amounts as integers, rates as ratios, thresholds in order."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from agents.models.decay import Decay
from agents.models.expected import Future, IndexRules
from agents.policy.grants import Grants
from agents.policy.keeps import Keeps
from agents.policy.rates import RateCards, Rates
from schemas.base.money import Ratio
from schemas.base.vocabulary import (
    Action,
    ContactChannel,
    ContactReason,
    CustomerSegment,
    Touch,
)
from schemas.inputs.intake_rules import IntakeRules


class TicketRules(msgspec.Struct, frozen=True):
    """What `[service]` says of tickets."""

    max: int
    days: int
    """UTC days from its contact for which one is remembered."""


class InvoiceRules(msgspec.Struct, frozen=True):
    """`[invoices]`."""

    open_max: int
    unmatched_max: int


class OrderRules(msgspec.Struct, frozen=True):
    """`[orders]`."""

    remember_days: int
    orders_max: int


class DiscountRules(msgspec.Struct, frozen=True):
    """`[discount]`."""

    after_share: Ratio
    steps: tuple[tuple[int, Ratio], ...]
    """(volume of a whole term, the discount that it earns), by volume."""


class SegmentRules(msgspec.Struct, frozen=True):
    """`[segments]` in minor units; None: off."""

    best_from: int | None = None
    fake_big: tuple[int, int] | None = None
    """(revenue from, contribution below)"""
    over_served: Ratio | None = None
    potential: tuple[Ratio, int] | None = None
    """(growth, rise)"""
    worst_below: int | None = None
    potential_is_whole: bool = False
    """Whether the window before has to be whole for `potential`."""
    latent_below: Ratio | None = None
    prompt_payments: int | None = None


class ShareRules(msgspec.Struct, frozen=True):
    """`[tiers.share]`."""

    cuts: tuple[tuple[str, Ratio], tuple[str, Ratio]]
    """Of important and of key: (rank or profit, share)."""
    min_change: Ratio
    every_us: int


class HoldRules(msgspec.Struct, frozen=True):
    """`[tiers.hold]`; all zero where it is absent: the plain rule."""

    upgrade_share: Ratio = (0, 1)
    keep_share: Ratio = (0, 1)
    min_band: int = 0
    min_dwell_days: int = 0
    only_reversals: bool = False
    """Whether the least stay holds nothing but a move back."""
    notice_after_days: int | None = None
    """None: at once, and a notice is not renewed."""
    grace_days: int = 0
    one_step: bool = False


class LadderRules(msgspec.Struct, frozen=True, kw_only=True):
    """`[ladder]`."""

    dwell_days: int
    clear_days: int
    young_days: int
    notice_days: int
    waits_for_answer: bool
    at_rest_days: int | None
    service_share: Ratio | None
    cheaper_channel: ContactChannel | None
    """By which contacts would have cost less; None: that is not reckoned."""
    reach: dict[str, int]
    """By signal that costs the number of the last step it leads to."""
    guards_complaint: bool
    earned_share: Ratio | None
    playbook: tuple[dict[str, str], ...]
    """By step, that of none first: by signal; `any` for the others."""


class StageRules(msgspec.Struct, frozen=True):
    """`[stage]`."""

    lost_days: int
    lost_gaps: Ratio
    new_days: int


class Cadence(msgspec.Struct, frozen=True):
    """How often somebody gets in touch with the customers of a tier."""

    role: str | None
    """Who does; None: the tier's `contact_every_days`, which names nobody."""
    every_days: int


class ContactRules(msgspec.Struct, frozen=True, kw_only=True):
    """`[contacts_due]`."""

    reasons: frozenset[ContactReason]
    """Why a contact may be due; empty: off."""
    quiet_days: int
    """For so long after a record none comes for what can wait."""
    touches: frozenset[Touch]
    """What is a touch."""
    tells_touches: bool
    """Whether anything is none."""
    channel_days: int
    """Over how many UTC days contacts are counted by channel; 0: they are not."""
    cadences: tuple[tuple[Cadence, ...], ...]
    """By tier's rank; empty: nothing is due by time alone."""
    roles: frozenset[str]
    """All that they name."""


class RiskRules(msgspec.Struct, frozen=True, kw_only=True):
    """What `[risk]` says of all signals."""

    cooldown_days: int
    weights: dict[str, int]
    """By signal, of all."""
    actions: dict[str, tuple[Action | None, ...]]
    """By signal, then by tier's rank."""


@dataclass(frozen=True)
class Policy:
    """A checked policy, compiled."""

    version: str
    base_currency: str
    digits: int
    dedupe_days: int
    dedupe_ids_max: int
    intake: IntakeRules
    """What is turned away although its type admits it."""
    window_days: int
    default_cost_rate: Ratio
    excuses: bool
    """Whether what is the seller's own fault is left out of what a customer is judged by."""
    cards: RateCards
    billed_max_s: int | None
    """Of a contact's handling time so many seconds at most are billed; None: all."""
    tickets: TicketRules
    invoices: InvoiceRules | None
    orders: OrderRules | None
    """None: no order is remembered."""
    discount: DiscountRules | None
    decay: Decay | None
    """None: tiers are judged by the window's contribution."""
    segments: SegmentRules
    contacts: ContactRules
    entries: tuple[int | None, ...]
    """By tier's rank the contribution from which on it is reached; None for the lowest."""
    share: ShareRules | None
    """None: tiers by their entries."""
    hold: HoldRules
    before_first_sale: int | None
    """The rank of the tier of one that never bought; None: as of any other."""
    on_change: str
    """What a review by a new policy may do to a tier: keep, upgrades_only or full."""
    review_days: int
    """Over how many days the customers are judged by a new policy; 0: at once."""
    grants: Grants
    """What a customer is granted, as JSON."""
    tells_treatment: bool
    """Whether a change of the treatment alone goes out."""
    stage: StageRules | None
    """None: no stage is told."""
    tells_stage: bool
    """Whether a change of the stage goes out on tier-changes."""
    tells_segments: bool
    """Whether a change of the segments alone goes out."""
    risk: RiskRules
    ladder: LadderRules | None
    """None: no step is recommended."""
    signals: dict[str, dict[str, Any]]
    """By signal that is on the values of its section's keys."""
    keeps: Keeps
    """What has to be kept of customers for them, and for what they may yet bring."""
    rates: Rates
    hash: str
    """Of everything that decides; two files that decide alike share it."""
    future: Future | None
    """What customers may yet bring; None: not reckoned."""
    index_rules: IndexRules | None
    """None: tiers go by the value alone."""
    check: int
    """CRC-32 of the hash: what a customer's row has room for."""
    asks_signals: bool
    """Whether anything has to be kept of customers for signals beside their figures."""
    kind: CustomerSegment | None = None
    """Whose policy it is; None: of all who have none of their own."""
    own_signals: frozenset[str] = frozenset()
    """Those for which the kind has bounds of its own."""
    kinds: Mapping[CustomerSegment, "Policy"] = field(default_factory=dict)
    """The policies of the kinds that have their own; what is kept of customers is the same."""

    def counted_as(self, signal: str) -> str:
        """The name under which an issue counts for a signal by this policy."""
        return f"{self.kind}.{signal}" if signal in self.own_signals else signal
