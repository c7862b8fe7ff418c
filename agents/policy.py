"""The policy as the rooms use it: amounts as integers, rates as ratios, thresholds in order."""

from dataclasses import dataclass
from hashlib import blake2b
from typing import Any
from zlib import crc32

import msgspec

from agents.decay import Decay
from agents.future import Future, IndexRules
from agents.lifetime_policy import lifetime_params
from agents.rates import Costs, RateCards, Rates, Ratio, checked_ratio, rate_cards
from agents.risk_policy import RiskRules, asks_signals, risk_rules
from schemas.money import CURRENCY_DIGITS, parse_signed_minor
from schemas.outputs import TIERS, Tier
from schemas.policy_keys import PolicyFile
from schemas.policy_keys import Segments as SegmentsFile
from schemas.times import MINUTE_US, day_of_text

__all__ = ["Costs", "Policy", "Ratio", "compile_policy"]


class InvoiceRules(msgspec.Struct, frozen=True):
    """`[invoices]`."""

    open_max: int
    unmatched_max: int


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
    grace_days: int = 0
    one_step: bool = False


@dataclass(frozen=True)
class Policy:
    """A checked policy, compiled."""

    version: str
    base_currency: str
    digits: int
    dedupe_days: int
    dedupe_ids_max: int
    window_days: int
    default_cost_rate: Ratio
    cards: RateCards
    invoices: InvoiceRules | None
    discount: DiscountRules | None
    decay: Decay | None
    """None: tiers are judged by the window's contribution."""
    segments: SegmentRules
    contacts_due: frozenset[str]
    """Why a contact may be due; empty: off."""
    contact_every_days: tuple[int, ...]
    """By tier's rank; 0: never by itself."""
    entries: tuple[int | None, ...]
    """By tier's rank the contribution from which on it is reached; None for the lowest."""
    share: ShareRules | None
    """None: tiers by their entries."""
    hold: HoldRules
    on_change: str
    """What a review by a new policy may do to a tier: keep, upgrades_only or full."""
    review_days: int
    """Over how many days the customers are judged by a new policy; 0: at once."""
    treatment: dict[Tier, dict[str, Any]]
    risk: RiskRules
    contact_days: int
    """Over how many days contacts are kept; 0: no signal asks for them."""
    payments_kept: int
    """How many of the last payments are kept."""
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


def compile_policy(file: PolicyFile) -> Policy:
    """The policy of a checked file."""
    digits = CURRENCY_DIGITS[file.base_currency]
    margin_numerator, margin_denominator = checked_ratio(file.value.default_margin_rate)
    digest = blake2b(msgspec.json.encode(file, order="sorted"), digest_size=16).hexdigest()
    entry, late = file.tiers.entry, file.risk.late_payer
    risk = risk_rules(file, digits)
    future = None if file.lifetime is None else Future(lifetime_params(file.lifetime, digits))
    spike, invoices, value = file.risk.support_spike, file.invoices, file.value
    return Policy(
        version=file.version,
        base_currency=file.base_currency,
        digits=digits,
        dedupe_days=file.dedupe_days,
        dedupe_ids_max=file.dedupe_ids_max,
        window_days=value.window_days,
        default_cost_rate=(margin_denominator - margin_numerator, margin_denominator),
        cards=rate_cards(file.service, digits),
        invoices=None
        if invoices is None
        else InvoiceRules(invoices.open_max, invoices.unmatched_max),
        discount=_discount(file, digits),
        decay=None
        if value.half_life_days is None
        else Decay(value.half_life_days, day_of_text(value.landmark)),
        segments=_segments(file.segments, digits),
        contacts_due=frozenset(file.contacts_due.reasons if file.contacts_due else ()),
        contact_every_days=tuple(
            file.treatment.get(tier, {}).get("contact_every_days", 0) for tier in TIERS
        ),
        entries=(
            None,
            *(_minor(its, digits) for its in (entry.ordinary, entry.important, entry.key)),
        ),
        on_change=file.tiers.on_change,
        review_days=file.tiers.review_days,
        share=_share(file),
        hold=_hold(file, digits),
        treatment={tier: file.treatment.get(tier, {}) for tier in TIERS},
        risk=risk,
        contact_days=0 if spike is None else spike.window_days,
        payments_kept=0 if late is None else max(late.of, late.clear_on_time),
        rates=Rates(file.base_currency, file.rates),
        hash=digest,
        future=future,
        index_rules=None
        if value.index is None
        else IndexRules(
            checked_ratio(value.index.history), checked_ratio(value.index.future), future
        ),
        check=crc32(digest.encode()),
        asks_signals=asks_signals(risk),
    )


def _minor(text: str, digits: int) -> int:
    found = parse_signed_minor(text, digits)
    assert found is not None
    return found


def _hold(file: PolicyFile, digits: int) -> HoldRules:
    hold = file.tiers.hold
    if hold is None:
        return HoldRules()
    return HoldRules(
        checked_ratio(hold.upgrade_margin),
        checked_ratio(hold.keep_margin),
        _minor(hold.min_band, digits),
        hold.min_dwell_days,
        hold.grace_days,
        hold.downgrade == "one_step",
    )


def _share(file: PolicyFile) -> ShareRules | None:
    share = file.tiers.share
    if share is None:
        return None
    return ShareRules(
        (
            (share.important.by, checked_ratio(share.important.share)),
            (share.key.by, checked_ratio(share.key.share)),
        ),
        checked_ratio(share.min_change),
        share.every_minutes * MINUTE_US,
    )


def _discount(file: PolicyFile, digits: int) -> DiscountRules | None:
    discount = file.discount
    if discount is None:
        return None
    steps = [
        (_minor(step.from_amount, digits), checked_ratio(step.rate)) for step in discount.schedule
    ]
    return DiscountRules(checked_ratio(discount.after_share), tuple(steps))


def _segments(file: SegmentsFile, digits: int) -> SegmentRules:
    best, fake, over = file.best, file.fake_big, file.over_served
    potential, worst = file.potential, file.worst
    return SegmentRules(
        None if best is None else _minor(best.contribution_from, digits),
        None
        if fake is None
        else (_minor(fake.revenue_from, digits), _minor(fake.contribution_below, digits)),
        None if over is None else checked_ratio(over.service_share),
        None
        if potential is None
        else (checked_ratio(potential.growth), _minor(potential.rise, digits)),
        None if worst is None else _minor(worst.contribution_below, digits),
    )
