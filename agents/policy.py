"""The policy as the rooms use it: amounts as integers, rates as ratios, thresholds in order."""

from bisect import bisect_right
from datetime import date
from hashlib import blake2b
from typing import Any, Final
from zlib import crc32

import msgspec

from schemas.events import CONTACT_CHANNELS
from schemas.money import CURRENCY_DIGITS, parse_minor, parse_ratio, parse_signed_minor
from schemas.outputs import TIERS, Tier
from schemas.policy_keys import Costs as CostsFile
from schemas.policy_keys import LatePayer, PolicyFile, SupportSpike

_UNIX_EPOCH: Final = date(1970, 1, 1).toordinal()
_CACHE_MAX: Final = 20_000

Ratio = tuple[int, int]
"""(numerator, denominator > 0), exact."""


class UnprofitableRule(msgspec.Struct, frozen=True):
    """`[risk.unprofitable]` in minor units."""

    below: int
    clear_at: int
    min_tenure_days: int


class Costs(msgspec.Struct, frozen=True):
    """One rate card in minor units: what serving costs."""

    contacts: dict[str, tuple[int, int, int]]
    """By channel: cost of d seconds = (first + second * d) / third minor units."""
    return_per_order: int
    return_per_item: int
    late_fee: int
    late_annual_rate: Ratio


class RateCards:
    """What serving costs on which day: the card of an event's own UTC day applies."""

    def __init__(self, first: Costs, dated: list[tuple[int, Costs]]) -> None:
        """`first` holds up to the first dated one; these by ascending day."""
        self._first = first
        self._days = [day for day, _ in dated]
        self._cards = [first, *(costs for _, costs in dated)]

    def at(self, day: int) -> Costs:
        """The card of a UTC day."""
        if not self._days:
            return self._first
        return self._cards[bisect_right(self._days, day)]


class HoldRules(msgspec.Struct, frozen=True):
    """`[tiers.hold]`; all zero where it is absent: the plain rule."""

    upgrade_share: Ratio = (0, 1)
    keep_share: Ratio = (0, 1)
    min_band: int = 0
    min_dwell_days: int = 0
    grace_days: int = 0
    one_step: bool = False


class Policy(msgspec.Struct, frozen=True):
    """A checked policy, compiled."""

    version: str
    base_currency: str
    digits: int
    dedupe_days: int
    dedupe_ids_max: int
    window_days: int
    default_cost_rate: Ratio
    cards: RateCards
    entries: tuple[int | None, ...]
    """By tier's rank the contribution from which on it is reached; None for the lowest."""
    hold: HoldRules
    on_change: str
    """What a review by a new policy may do to a tier: keep, upgrades_only or full."""
    review_days: int
    """Over how many days the customers are judged by a new policy; 0: at once."""
    treatment: dict[Tier, dict[str, Any]]
    support_spike: SupportSpike | None
    unprofitable: UnprofitableRule | None
    late_payer: LatePayer | None
    contact_days: int
    """Over how many days contacts are kept; 0: no signal asks for them."""
    payments_kept: int
    """How many of the last payments are kept."""
    rates: "Rates"
    hash: str
    """Of everything that decides; two files that decide alike share it."""
    check: int
    """CRC-32 of the hash: what a customer's row has room for."""


class Rates:
    """Dated exchange rates: from minor units of a currency on a day to the base currency's."""

    def __init__(self, base_currency: str, dated: dict[str, dict[str, str]]) -> None:
        self._base = base_currency
        self._steps: dict[str, tuple[list[int], list[Ratio]]] = {}
        self._cache: dict[tuple[str, int], Ratio | None] = {}
        for code, rates in dated.items():
            steps = sorted((_day(text), self._ratio(code, rate)) for text, rate in rates.items())
            self._steps[code] = [day for day, _ in steps], [ratio for _, ratio in steps]

    def _ratio(self, code: str, rate: str) -> Ratio:
        exact = parse_ratio(rate)
        assert exact is not None
        shift = CURRENCY_DIGITS[self._base] - CURRENCY_DIGITS[code]
        numerator, denominator = exact
        if shift >= 0:
            return numerator * 10**shift, denominator
        return numerator, denominator * 10**-shift

    def ratio(self, code: str, day: int) -> Ratio | None:
        """What one minor unit is in base minor units on a UTC day; None where nothing says."""
        if code == self._base:
            return 1, 1
        key = code, day
        if key in self._cache:
            return self._cache[key]
        found: Ratio | None = None
        if code in self._steps:
            days, ratios = self._steps[code]
            at = bisect_right(days, day)
            found = ratios[at - 1] if at else None
        if len(self._cache) >= _CACHE_MAX:
            self._cache.clear()
        self._cache[key] = found
        return found


def compile_policy(file: PolicyFile) -> Policy:
    """The policy of a checked file."""
    digits = CURRENCY_DIGITS[file.base_currency]

    def minor(text: str) -> int:
        found = parse_signed_minor(text, digits)
        assert found is not None
        return found

    def ratio(text: str) -> Ratio:
        found = parse_ratio(text)
        assert found is not None
        return found

    margin_numerator, margin_denominator = ratio(file.value.default_margin_rate)
    digest = blake2b(msgspec.json.encode(file, order="sorted"), digest_size=16).hexdigest()
    entry, loss = file.tiers.entry, file.risk.unprofitable
    spike, late = file.risk.support_spike, file.risk.late_payer
    hold = file.tiers.hold
    return Policy(
        version=file.version,
        base_currency=file.base_currency,
        digits=digits,
        dedupe_days=file.dedupe_days,
        dedupe_ids_max=file.dedupe_ids_max,
        window_days=file.value.window_days,
        default_cost_rate=(margin_denominator - margin_numerator, margin_denominator),
        cards=RateCards(
            _compiled(file.service, digits),
            [(_day(card.from_day), _compiled(card, digits)) for card in file.service.card],
        ),
        entries=(None, minor(entry.ordinary), minor(entry.important), minor(entry.key)),
        on_change=file.tiers.on_change,
        review_days=file.tiers.review_days,
        hold=HoldRules()
        if hold is None
        else HoldRules(
            ratio(hold.upgrade_margin),
            ratio(hold.keep_margin),
            minor(hold.min_band),
            hold.min_dwell_days,
            hold.grace_days,
            hold.downgrade == "one_step",
        ),
        treatment={tier: file.treatment.get(tier, {}) for tier in TIERS},
        support_spike=spike,
        unprofitable=None
        if loss is None
        else UnprofitableRule(minor(loss.below), minor(loss.clear_at), loss.min_tenure_days),
        late_payer=late,
        contact_days=0 if spike is None else spike.window_days,
        payments_kept=0 if late is None else max(late.of, late.clear_on_time),
        rates=Rates(file.base_currency, file.rates),
        hash=digest,
        check=crc32(digest.encode()),
    )


def _day(text: str) -> int:
    return date.fromisoformat(text).toordinal() - _UNIX_EPOCH


def _compiled(file: CostsFile, digits: int) -> Costs:
    per_order = parse_minor(file.returns.per_order, digits)
    per_item = parse_minor(file.returns.per_item, digits)
    late_fee = parse_minor(file.late_payment.late_fee, digits)
    annual_rate = parse_ratio(file.late_payment.annual_rate)
    assert per_order is not None
    assert per_item is not None
    assert late_fee is not None
    assert annual_rate is not None
    return Costs(_contact_costs(file, digits), per_order, per_item, late_fee, annual_rate)


def _contact_costs(file: CostsFile, digits: int) -> dict[str, tuple[int, int, int]]:
    costs = dict.fromkeys(CONTACT_CHANNELS, (0, 0, 1))
    for channel, contact in file.contact.items():
        fixed, rate = parse_minor(contact.fixed, digits), parse_ratio(contact.per_minute)
        assert fixed is not None
        assert rate is not None
        numerator, denominator = rate
        # per_minute is in major units: times 10**digits for minor ones, by 60 for a second
        costs[channel] = (fixed * 60 * denominator, numerator * 10**digits, 60 * denominator)
    return costs
