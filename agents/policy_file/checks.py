"""What the types of the policy's keys can't say: which of its values do not go together."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

import msgspec

from agents.policy.key_types import MAX_WINDOW_DAYS
from agents.policy_file.contact_checks import contact_faults
from agents.policy_file.keys import Costs, PolicyFile
from agents.policy_file.kind_checks import kind_faults
from agents.policy_file.ladder_checks import ladder_faults
from agents.policy_file.lifetime_checks import lifetime_faults
from agents.policy_file.risk_checks import risk_faults
from agents.policy_file.stage_checks import stage_faults
from agents.signals.keys import Fault
from agents.signals.registry import SIGNAL_NAMES
from schemas.base.money import CURRENCY_DIGITS, parse_minor, parse_ratio, parse_signed_minor
from schemas.base.vocabulary import CONTACT_CHANNELS, SEGMENTS, TIERS
from schemas.inputs.fields import is_date

WHOLE_GRANTS: Final = ("support_priority", "contact_every_days", "credit_days")
"""Known keys of a treatment that are whole numbers."""
GRANTS_BYTES_MAX: Final = 4_096
"""Of a tier's grants: they go out with each change of a tier, up to 10,000 in a commit."""

BELOW_ONE: Final = ("tiers.hold.", "tiers.share.min_change")


def faults(policy: PolicyFile) -> Iterator[Fault]:
    """What the types could not say, one at a time: (key, expected, found)."""
    digits = CURRENCY_DIGITS.get(policy.base_currency)
    if digits is None:
        yield "base_currency", "an ISO 4217 code", policy.base_currency
        return
    yield from _faults_for_all(policy)
    yield from kind_faults(policy, _faults_for_all, digits)


def _faults_for_all(policy: PolicyFile) -> Iterator[Fault]:
    digits = CURRENCY_DIGITS[policy.base_currency]
    if not policy.version.isprintable():
        yield "version", "one line of printable characters", policy.version
    for key, day in (("earliest", policy.earliest), ("earliest_joined", policy.earliest_joined)):
        if day is not None and not is_date(day):
            yield key, "a date as YYYY-MM-DD", day
    yield from _rate_faults(policy)
    yield from _amount_faults(policy, digits)
    yield from _service_faults(policy)
    yield from _order_faults(policy, digits)
    yield from _measure_faults(policy)
    yield from _remember_faults(policy)
    yield from _share_faults(policy, digits)
    yield from _discount_faults(policy, digits)
    yield from _treatment_faults(policy)
    if policy.contacts_due is not None:
        yield from contact_faults(policy.contacts_due)
    if policy.lifetime is not None:
        yield from lifetime_faults(policy.lifetime)
    yield from risk_faults(policy, digits)
    yield from stage_faults(policy)
    if policy.ladder is not None:
        yield from ladder_faults(policy, policy.ladder)


def _treatment_faults(policy: PolicyFile) -> Iterator[Fault]:
    for tier, grants in policy.treatment.items():
        if tier == "when":
            yield from _when_faults(policy, grants)
            continue
        if tier not in TIERS:
            yield f"treatment.{tier}", "one of " + ", ".join((*TIERS, "when")), tier
        yield from _grant_faults(f"treatment.{tier}", grants)


def _when_faults(policy: PolicyFile, when: dict[str, Any]) -> Iterator[Fault]:
    """Of `[treatment.when.NAME]`: only a signal or segment that is on ever holds."""
    parts = () if policy.risk.leaving is None else policy.risk.leaving.of
    yield from name_faults(
        when,
        {name for name in SIGNAL_NAMES if getattr(policy.risk, name) and name not in parts},
        {name for name in SEGMENTS if getattr(policy.segments, name) is not None},
    )
    for name, grants in when.items():
        key = f"treatment.when.{name}"
        if not isinstance(grants, dict):
            yield key, "a table", grants
        else:
            yield from _grant_faults(key, grants)
            if "contact_every_days" in grants:
                yield f"{key}.contact_every_days", "no such key: it goes by the tier alone", "one"


def name_faults(when: Iterable[str], signals: set[str], segments: set[str]) -> Iterator[Fault]:
    """Of the names under `treatment.when`: each has to mean one thing, and that has to be on."""
    for name in when:
        key = f"treatment.when.{name}"
        if name in signals and name in segments:
            yield key, "the name of a signal or of a segment: this is both", name
        elif name not in signals and name not in segments:
            expected = ", ".join(sorted(signals | segments))
            yield key, f"a signal or segment that is on: one of {expected}", name


def _grant_faults(table: str, grants: dict[str, Any]) -> Iterator[Fault]:
    size = len(msgspec.json.encode(grants))
    if size > GRANTS_BYTES_MAX:
        yield table, f"at most {GRANTS_BYTES_MAX} bytes as JSON", f"{size} bytes"
    for name, grant in grants.items():
        key = f"{table}.{name}"
        if name in WHOLE_GRANTS and not (type(grant) is int and 0 <= grant <= MAX_WINDOW_DAYS):
            yield key, f"an integer from 0 to {MAX_WINDOW_DAYS}", grant
        if name == "self_service_first" and not isinstance(grant, bool):
            yield key, "true or false", grant


def _remember_faults(policy: PolicyFile) -> Iterator[Fault]:
    """What is taken back has to be in the window still."""
    orders, window_days = policy.orders, policy.value.window_days
    if orders is not None and orders.remember_days > window_days:
        expected = f"at most value.window_days ({window_days})"
        yield "orders.remember_days", expected, orders.remember_days


def _measure_faults(policy: PolicyFile) -> Iterator[Fault]:
    value = policy.value
    if value.measure == "decayed" and value.half_life_days is None:
        yield "value.half_life_days", "a value, as value.measure is decayed", "nothing"
    if value.measure == "rolling" and value.half_life_days is not None:
        yield (
            "value.half_life_days",
            "no value, unless value.measure is decayed",
            (value.half_life_days),
        )
    index = value.index
    if index is not None:
        future = parse_ratio(index.future)
        if (value.measure, policy.tiers.mode) != ("rolling", "entry"):
            yield "value.index", "no section, unless tiers go by entries and a rolling value", "one"
        if future is not None and future[0] and policy.lifetime is None:
            yield "value.index.future", "0, without a section [lifetime]", index.future
    if not is_date(value.landmark):
        yield "value.landmark", "a date as YYYY-MM-DD", value.landmark


def _share_faults(policy: PolicyFile, digits: int) -> Iterator[Fault]:
    tiers = policy.tiers
    if tiers.mode == "share" and tiers.share is None:
        yield "tiers.share", "a section, as tiers.mode is share", "none"
    if tiers.mode == "entry" and tiers.share is not None:
        yield "tiers.share", "no section, unless tiers.mode is share", "one"
    if tiers.mode == "share" and policy.value.measure == "decayed":
        amounts = {"tiers.entry.ordinary": tiers.entry.ordinary}
        if tiers.hold is not None:
            amounts["tiers.hold.min_band"] = tiers.hold.min_band
        for key, text in amounts.items():
            if parse_signed_minor(text, digits) != 0:
                yield key, "0: shares of a decayed value are not in money of the day", text


def _discount_faults(policy: PolicyFile, digits: int) -> Iterator[Fault]:
    if policy.discount is None:
        return
    before = -1
    for number, step in enumerate(policy.discount.schedule):
        amount = parse_minor(step.from_amount, digits)
        assert amount is not None
        if amount <= before:
            yield (
                f"discount.schedule[{number}].from",
                "more than that of the step before",
                step.from_amount,
            )
        before = amount


def _rate_faults(policy: PolicyFile) -> Iterator[Fault]:
    for code, dated in policy.rates.items():
        if code not in CURRENCY_DIGITS:
            yield f"rates.{code}", "an ISO 4217 code", code
        if code == policy.base_currency:
            yield f"rates.{code}", "no rate for the base currency: it is 1", code
        if not dated:
            yield f"rates.{code}", "at least one dated rate", dated
        for day, rate in dated.items():
            if not is_date(day):
                yield f"rates.{code}.{day}", "a date as YYYY-MM-DD", day
            ratio = parse_ratio(rate)
            if ratio is None or ratio[0] == 0:
                yield f"rates.{code}.{day}", "a decimal text above 0", rate


def _amount_faults(policy: PolicyFile, digits: int) -> Iterator[Fault]:
    unsigned, signed = dict(_unsigned_amounts(policy)), dict(_signed_amounts(policy))
    parsers: tuple[tuple[dict[str, str], Callable[[str, int], int | None], str], ...] = (
        (unsigned, parse_minor, "a decimal text, not negative,"),
        (signed, parse_signed_minor, "a decimal text"),
    )
    for amounts, parse, words in parsers:
        for key, text in amounts.items():
            if parse(text, digits) is None:
                yield key, f"{words} of at most {digits} digits behind the point", text


def _costs(policy: PolicyFile) -> Iterator[tuple[str, Costs]]:
    """All rate cards, each under its key."""
    yield "service", policy.service
    for number, card in enumerate(policy.service.card):
        yield f"service.card[{number}]", card


def _unsigned_amounts(policy: PolicyFile) -> Iterator[tuple[str, str]]:
    for key, costs in _costs(policy):
        for channel, contact in costs.contact.items():
            yield f"{key}.contact.{channel}.fixed", contact.fixed
        for channel, own in costs.outbound.items():
            yield f"{key}.outbound.{channel}.fixed", own.fixed
        yield f"{key}.returns.per_order", costs.returns.per_order
        yield f"{key}.returns.per_item", costs.returns.per_item
        yield f"{key}.late_payment.late_fee", costs.late_payment.late_fee
        for number, reminder in enumerate(costs.reminder):
            yield f"{key}.reminder[{number}].cost", reminder.cost
    if policy.tiers.hold is not None:
        yield "tiers.hold.min_band", policy.tiers.hold.min_band
    if policy.discount is not None:
        for number, step in enumerate(policy.discount.schedule):
            yield f"discount.schedule[{number}].from", step.from_amount


def _signed_amounts(policy: PolicyFile) -> Iterator[tuple[str, str]]:
    entry = policy.tiers.entry
    yield "tiers.entry.key", entry.key
    yield "tiers.entry.important", entry.important
    yield "tiers.entry.ordinary", entry.ordinary
    segments = policy.segments
    if segments.best is not None:
        yield "segments.best.contribution_from", segments.best.contribution_from
    if segments.fake_big is not None:
        yield "segments.fake_big.revenue_from", segments.fake_big.revenue_from
        yield "segments.fake_big.contribution_below", segments.fake_big.contribution_below
    if segments.potential is not None:
        yield "segments.potential.rise", segments.potential.rise
    if segments.worst is not None:
        yield "segments.worst.contribution_below", segments.worst.contribution_below


def _service_faults(policy: PolicyFile) -> Iterator[Fault]:
    for key, text in _rates(policy):
        ratio = parse_ratio(text)
        if ratio is None:
            yield key, "a decimal text, not negative", text
        elif key.startswith(BELOW_ONE) and ratio[0] >= ratio[1]:
            yield key, "less than 1", text
        elif key.startswith(("tiers.share.key", "tiers.share.important")) and ratio[0] == 0:
            yield key, "more than 0", text
        elif key.startswith(("value.default", "discount.", "tiers.share.")) and ratio[0] > ratio[1]:
            yield key, "at most 1", text
    for card_key, costs in _costs(policy):
        for key, contacts in (("contact", costs.contact), ("outbound", costs.outbound)):
            for channel in contacts:
                if channel not in CONTACT_CHANNELS:
                    expected = "one of " + ", ".join(CONTACT_CHANNELS)
                    yield f"{card_key}.{key}.{channel}", expected, channel
    yield from _card_faults(policy)
    yield from _reminder_faults(policy)


def _rates(policy: PolicyFile) -> Iterator[tuple[str, str]]:
    """All decimal texts that are no amounts, each under its key."""
    yield "value.default_margin_rate", policy.value.default_margin_rate
    if policy.value.index is not None:
        yield "value.index.history", policy.value.index.history
        yield "value.index.future", policy.value.index.future
    for card_key, costs in _costs(policy):
        yield f"{card_key}.late_payment.annual_rate", costs.late_payment.annual_rate
        for key, contacts in (("contact", costs.contact), ("outbound", costs.outbound)):
            for channel, contact in contacts.items():
                yield f"{card_key}.{key}.{channel}.per_minute", contact.per_minute
    hold, discount = policy.tiers.hold, policy.discount
    share = policy.tiers.share
    if share is not None:
        yield "tiers.share.key.share", share.key.share
        yield "tiers.share.important.share", share.important.share
        yield "tiers.share.min_change", share.min_change
    if hold is not None:
        yield "tiers.hold.upgrade_margin", hold.upgrade_margin
        yield "tiers.hold.keep_margin", hold.keep_margin
    if discount is not None:
        yield "discount.after_share", discount.after_share
        for number, step in enumerate(discount.schedule):
            yield f"discount.schedule[{number}].rate", step.rate
    yield from _segment_rates(policy)


def _segment_rates(policy: PolicyFile) -> Iterator[tuple[str, str]]:
    segments = policy.segments
    if segments.latent is not None:
        yield "segments.latent.wallet_share_below", segments.latent.wallet_share_below
    if segments.over_served is not None:
        yield "segments.over_served.service_share", segments.over_served.service_share
    if segments.potential is not None:
        yield "segments.potential.growth", segments.potential.growth


def _reminder_faults(policy: PolicyFile) -> Iterator[Fault]:
    for key, costs in _costs(policy):
        before = 0
        for number, reminder in enumerate(costs.reminder):
            reminder_key = f"{key}.reminder[{number}]"
            if policy.invoices is None:
                yield reminder_key, "a section [invoices], without which nobody is reminded", "none"
            if reminder.after_days <= before:
                expected = f"more days than the reminder before ({before})"
                yield f"{reminder_key}.after_days", expected, reminder.after_days
            before = reminder.after_days


def _card_faults(policy: PolicyFile) -> Iterator[Fault]:
    before = ""
    for number, card in enumerate(policy.service.card):
        key = f"service.card[{number}].from"
        if not is_date(card.from_day):
            yield key, "a date as YYYY-MM-DD", card.from_day
        if card.from_day <= before:
            yield key, f"a later day than that of the card before ({before})", card.from_day
        before = card.from_day


def _order_faults(policy: PolicyFile, digits: int) -> Iterator[Fault]:
    def minor(text: str) -> int:
        amount = parse_signed_minor(text, digits)
        assert amount is not None
        return amount

    entry = policy.tiers.entry
    if not minor(entry.key) > minor(entry.important):
        yield "tiers.entry.key", f"more than tiers.entry.important ({entry.important})", entry.key
    if not minor(entry.important) > minor(entry.ordinary):
        expected = f"more than tiers.entry.ordinary ({entry.ordinary})"
        yield "tiers.entry.important", expected, entry.important
