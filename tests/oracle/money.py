"""The policy's amounts and rates, conversion to base minor units, and money as text.

Amounts are integers of the base currency's minor unit, rates are exact fractions; a fraction
becomes an amount by rounding half to even (`round` of a `Fraction` does that), once.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any

from . import instants
from .currencies import DIGITS
from .fields import CHANNELS, Sense
from .risk_terms import RiskTerms


@lru_cache(maxsize=65_536)
def decimal(number: Fraction | int, digits: int = 4) -> str:
    """Write a number with so many digits behind the point, rounded half to even."""
    unit = 10**digits
    rounded = round(number * unit)
    whole, rest = divmod(abs(rounded), unit)
    sign, behind = "-" if rounded < 0 else "", f".{rest:0{digits}}" if digits else ""
    return f"{sign}{whole}{behind}"


class Terms:
    """A policy, read into numbers that can be reckoned with."""

    def __init__(self, policy: Mapping[str, Any], kind: str = "") -> None:
        """Read the parsed TOML of a policy that is known to be valid; `kind`: as it is for one."""
        kinds: Mapping[str, Mapping[str, Any]] = {} if kind else policy.get("for", {})
        self.kinds = {its: Terms(_laid_over(policy, part), its) for its, part in kinds.items()}
        self.version: str = policy["version"]
        self.base: str = policy["base_currency"]
        self.digits = DIGITS[self.base]
        self.unit: int = 10**self.digits
        self.dedupe_days: int = policy["dedupe_days"]
        self.dedupe_ids_max: int = policy.get("dedupe_ids_max", 10_000)
        self.sense = _sense(policy)
        self.rates = {
            currency: sorted(
                (instants.calendar_day(day), Fraction(rate)) for day, rate in dated.items()
            )
            for currency, dated in policy.get("rates", {}).items()
        }
        self.window_days: int = policy["value"]["window_days"]
        self.default_margin_rate = Fraction(policy["value"]["default_margin_rate"])
        self.decay = _decay(policy["value"])
        self.excuses: bool = policy["value"].get("excuse_seller_fault", False)
        service = policy["service"]
        dated = service.get("card", [])
        self.card_days = [instants.calendar_day(card["from"]) for card in dated]
        cards = [Card(self, card) for card in (service, *dated)]
        self.cards = list(zip([float("-inf"), *self.card_days], cards, strict=True))
        self.entry = {tier: self.minor(entry) for tier, entry in policy["tiers"]["entry"].items()}
        held, hold = "hold" in policy["tiers"], policy["tiers"].get("hold", {})
        self.hold: Mapping[str, Any] = {
            "upgrade_margin": "0.05" if held else "0",
            "keep_margin": "0.15" if held else "0",
            "min_band": "0",
            "min_dwell_days": 14 if held else 0,
            "dwell_holds": "changes",
            "notice_after_days": None,
            "grace_days": 30 if held else 0,
            "downgrade": "full",
            **hold,
        }
        self.before_first_sale: str | None = policy["tiers"].get("before_first_sale")
        self.treatment: Mapping[str, Any] = policy.get("treatment", {})
        self.tells: Sequence[str] = policy.get("tiers", {}).get("tells", ())
        self.risk = RiskTerms(policy, self.minor)
        own = (policy.get("for", {}) if kind else {}).get(kind, {}).get("risk", {})
        self.risk.labels = {signal: f"{signal} of {kind}" for signal in own}
        """How an issue that counts for a signal by another kind's rule than all is marked."""
        for its in self.kinds.values():
            self.risk.counting += [
                (label, signal, its.risk.rules[signal])
                for signal, label in its.risk.labels.items()
                if signal in self.risk.rules
            ]
        self._read_sections(policy)

    def of(self, kind: str | None) -> "Terms":
        """Find what holds for a kind of customer."""
        return self.kinds.get(kind or "", self)

    def _read_sections(self, policy: Mapping[str, Any]) -> None:
        """Read the sections that are off where they are absent."""
        self.invoices: Mapping[str, int] | None = None
        if "invoices" in policy:
            self.invoices = {"open_max": 64, "unmatched_max": 64, **policy["invoices"]}
        service = policy.get("service", {})
        self.minutes_billed: int | None = service.get("max_minutes")
        self.tickets_max: int = service.get("tickets_max", 64)
        self.ticket_days: int = service.get("ticket_days", 90)
        self.orders: Mapping[str, int] | None = None
        if "orders" in policy:
            self.orders = {"orders_max": 32, **policy["orders"]}
        self.discount: Discount | None = None
        if "discount" in policy:
            self.discount = Discount(self, policy["discount"])
        self.segments = {
            name: {key: self._threshold(key, text) for key, text in section.items()}
            for name, section in policy.get("segments", {}).items()
        }
        self.contacts_due: Sequence[str] | None = None
        if "contacts_due" in policy:
            every = ["interval", "complaint", "notice"]
            self.contacts_due = policy["contacts_due"].get("reasons", every)
        self.stage: Mapping[str, Any] | None = None
        if "stage" in policy:
            section = {"lost_gaps": "0", "new_days": 90, **policy["stage"]}
            self.stage = {**section, "lost_gaps": Fraction(section["lost_gaps"])}
        asked = policy.get("contacts_due", {})
        self.quiet_days: int = asked.get("quiet_days", 0)
        self.touches: Sequence[str] = asked.get("touches", [*CHANNELS, "purchase"])
        self.channel_days: int = asked.get("channel_days", 0)
        self.cadence: Mapping[str, Any] = asked.get("cadence", {})

    def _threshold(self, key: str, given: Any) -> Fraction:
        """Read a segment's threshold: a bare factor or number, or an amount in minor units."""
        bare = {"service_share", "growth", "wallet_share_below", "payments", "whole_window"}
        return Fraction(given) if key in bare else Fraction(self.minor(given))

    def card(self, day: int) -> "Card":
        """Find the rate card of a day: the last that begins on it or before."""
        return [card for since, card in self.cards if since <= day][-1]

    def fine(self, text: str) -> Fraction:
        """Read a sum that may be finer than the minor unit, in minor units."""
        return Fraction(text) * self.unit

    def minor(self, text: str) -> int:
        """Read a sum of the base currency as whole minor units."""
        fine = self.fine(text)
        if fine.denominator != 1:
            message = f"{text} has more digits than {self.base}"
            raise ValueError(message)
        return fine.numerator

    def rate(self, currency: str, day: int) -> Fraction | None:
        """Find what one unit of a currency is worth on a day; None where nobody said."""
        if currency not in DIGITS:
            return None
        if currency == self.base:
            return Fraction(1)
        newest = None
        for since, rate in self.rates.get(currency, ()):
            if since <= day:
                newest = rate
        return newest

    def any_rate(self, currency: str, day: int) -> Fraction:
        """Find what a currency is worth on a day; before its first rate, that one."""
        rate = self.rate(currency, day)
        return self.rates[currency][0][1] if rate is None else rate

    def in_base(self, amount: Fraction, currency: str, day: int) -> int:
        """Convert an amount at its day's rate and round it."""
        rate = self.rate(currency, day)
        if rate is None:
            message = f"no rate for {currency}"
            raise ValueError(message)
        return round(amount * rate * self.unit)

    def band(self, tier: str, margin: str) -> int:
        """Find how far around a tier's entry nothing happens."""
        share = round(abs(self.entry[tier]) * Fraction(self.hold[margin]))
        return max(share, self.minor(self.hold["min_band"]))

    def text(self, minor: int) -> str:
        """Write minor units with exactly the base currency's digits."""
        return decimal(Fraction(minor, self.unit), self.digits)


class Discount:
    """What discount the revenue of a term has earned, and from which share of it that is asked."""

    def __init__(self, terms: Terms, section: Mapping[str, Any]) -> None:
        """Read the section; steps are of minor units and rates, from the lowest."""
        self.after_share = Fraction(section["after_share"])
        self.schedule = [
            (terms.minor(step["from"]), Fraction(step["rate"]))
            for step in section.get("schedule", [])
        ]

    def earned(self, revenue: Fraction) -> Fraction:
        """Find the rate that so much revenue has earned."""
        return [Fraction(0), *(rate for begin, rate in self.schedule if begin <= revenue)][-1]


class Card:
    """What serving costs from some day on."""

    def __init__(self, terms: Terms, service: Mapping[str, Any]) -> None:
        """Read one card; what it leaves out costs nothing."""
        self.contact: dict[tuple[str, str], tuple[int, Fraction]] = {}
        """By who got in touch and how: for each contact, and for each minute of it."""
        for section in ("contact", "outbound"):
            for channel, cost in service.get(section, {}).items():
                fixed, per_minute = cost.get("fixed", "0"), cost.get("per_minute", "0")
                costs = terms.minor(fixed), terms.fine(per_minute)
                self.contact["outbound", channel] = costs
                if section == "contact":
                    self.contact["inbound", channel] = costs
        returns, late = service.get("returns", {}), service.get("late_payment", {})
        self.return_order = terms.minor(returns.get("per_order", "0"))
        self.return_item = terms.minor(returns.get("per_item", "0"))
        self.late_fee = terms.minor(late.get("late_fee", "0"))
        self.annual_rate = Fraction(late.get("annual_rate", "0"))
        self.reminders = [
            (reminder["after_days"], terms.minor(reminder["cost"]))
            for reminder in service.get("reminder", [])
        ]
        """After how many days each is sent, and what it costs."""


def _laid_over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Put one table over another, and the tables within them likewise."""
    return {
        name: _laid_over(below[name], above[name])
        if name in above and name in below and isinstance(above[name], Mapping)
        else above.get(name, below.get(name))
        for name in {**below, **above}
    }


def _sense(policy: Mapping[str, Any]) -> Sense:
    """Read since when anything can have happened, and which names are nobody's."""
    earliest, joined = (
        None if day is None else instants.calendar_day(day)
        for day in (policy.get("earliest"), policy.get("earliest_joined", policy.get("earliest")))
    )
    strangers = tuple(policy["ids"].get("ignore", ())) if "ids" in policy else None
    return Sense(earliest, joined, strangers)


def _decay(value: Mapping[str, Any]) -> tuple[int, int] | None:
    """Read the half-life in days and the landmark day; None where the figures roll."""
    if value.get("measure", "rolling") == "rolling":
        return None
    return value["half_life_days"], instants.calendar_day(str(value.get("landmark", "2020-01-01")))
