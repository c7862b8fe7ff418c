"""What the types of the keys for risk can't say: no signal may flap, or lack its ground."""

from collections.abc import Iterator
from typing import Any

from agents.policy.key_types import MAX_WINDOW_DAYS
from agents.policy_file.keys import PolicyFile
from agents.policy_file.risk_keys import SIGNALS, Risk
from schemas.base.money import parse_ratio, parse_signed_minor

Fault = tuple[str, str, object]
_FACTORS = {
    "overdue": ("watch", "high"),
    "fading": ("below", "high_below", "clear_at"),
    "spend_drop": ("below", "clear_at"),
    "dissatisfied": ("at_most", "clear_at"),
    "return_abuse": ("above", "clear_below"),
    "commitment_shortfall": ("after_share", "below", "clear_at"),
}
"""By signal its decimal texts that are no amounts."""
_BELOW_ONE = ("fading.below", "spend_drop.below", "return_abuse.above")
_AT_MOST_ONE = (
    "fading.clear_at",
    "commitment_shortfall.after_share",
    "commitment_shortfall.clear_at",
)
_POSITIVE = ("overdue.watch", "fading.high_below", "spend_drop.below", "return_abuse.clear_below")


def risk_faults(policy: PolicyFile, digits: int) -> Iterator[Fault]:
    """One at a time: (key, expected, found)."""
    risk = policy.risk
    yield from _names(risk)
    wrong = list(_factor_faults(risk))
    yield from wrong
    if wrong:
        return
    yield from _order_of_factors(risk)
    yield from _counts(risk)
    yield from _loss(risk, digits)
    if risk.fading is not None and policy.lifetime is None:
        yield "risk.fading", "a section [lifetime], by which it is reckoned", "none"
    if risk.overdue_invoice is not None and policy.invoices is None:
        yield "risk.overdue_invoice", "a section [invoices], by which they are known", "none"


def _names(risk: Risk) -> Iterator[Fault]:
    for key, names in (("risk.weights", risk.weights), ("risk.actions", risk.actions)):
        for name in names:
            if name not in SIGNALS:
                yield f"{key}.{name}", "one of " + ", ".join(SIGNALS), name


def _factors(risk: Risk) -> Iterator[tuple[str, str]]:
    for signal, keys in _FACTORS.items():
        section: Any = getattr(risk, signal)
        if section is not None:
            for key in keys:
                yield f"{signal}.{key}", getattr(section, key)


def _factor_faults(risk: Risk) -> Iterator[Fault]:
    for key, text in _factors(risk):
        ratio = parse_ratio(text)
        if ratio is None:
            yield f"risk.{key}", "a decimal text, not negative", text
        elif key in _POSITIVE and ratio[0] == 0:
            yield f"risk.{key}", "more than 0", text
        elif key in _BELOW_ONE and ratio[0] >= ratio[1]:
            yield f"risk.{key}", "less than 1", text
        elif key in _AT_MOST_ONE and ratio[0] > ratio[1]:
            yield f"risk.{key}", "at most 1", text


def _order_of_factors(risk: Risk) -> Iterator[Fault]:
    """Where the one was cleared while the other raised again, a signal would flap."""
    late, gone, drop = risk.overdue, risk.fading, risk.spend_drop
    mood, back, short = risk.dissatisfied, risk.return_abuse, risk.commitment_shortfall
    if late is not None and _less(late.high, late.watch):
        yield "risk.overdue.high", f"at least watch ({late.watch})", late.high
    if gone is not None and _less(gone.below, gone.high_below):
        yield "risk.fading.high_below", f"at most below ({gone.below})", gone.high_below
    if gone is not None and _less(gone.clear_at, gone.below):
        yield "risk.fading.clear_at", f"at least below ({gone.below})", gone.clear_at
    if drop is not None and _less(drop.clear_at, drop.below):
        yield "risk.spend_drop.clear_at", f"at least below ({drop.below})", drop.clear_at
    if mood is not None and not _less(mood.at_most, mood.clear_at):
        yield "risk.dissatisfied.clear_at", f"more than at_most ({mood.at_most})", mood.clear_at
    if back is not None and _less(back.above, back.clear_below):
        yield "risk.return_abuse.clear_below", f"at most above ({back.above})", back.clear_below
    if short is not None and _less(short.clear_at, short.below):
        key = "risk.commitment_shortfall.clear_at"
        yield key, f"at least below ({short.below})", short.clear_at


def _less(one: str, other: str) -> bool:
    first, second = parse_ratio(one), parse_ratio(other)
    assert first is not None
    assert second is not None
    return first[0] * second[1] < second[0] * first[1]


def _counts(risk: Risk) -> Iterator[Fault]:
    for signal in ("support_spike", "call_abuse"):
        calls: Any = getattr(risk, signal)
        if calls is not None and not calls.clear_at < calls.contacts:
            yield f"risk.{signal}.clear_at", f"less than {calls.contacts}", calls.clear_at
    unpaid, drop = risk.overdue_invoice, risk.spend_drop
    if unpaid is not None and unpaid.high_days < unpaid.days:
        expected = f"at least days ({unpaid.days})"
        yield "risk.overdue_invoice.high_days", expected, unpaid.high_days
    if drop is not None and drop.recent_days + drop.before_days > MAX_WINDOW_DAYS:
        expected = f"at most {MAX_WINDOW_DAYS} with recent_days ({drop.recent_days})"
        yield "risk.spend_drop.before_days", expected, drop.before_days
    late = risk.late_payer
    if late is not None:
        if late.late > late.of:
            yield "risk.late_payer.late", f"at most of ({late.of})", late.late
        if late.clear_on_time <= late.of - late.late:
            expected = f"more than of - late ({late.of - late.late}): it would flap"
            yield "risk.late_payer.clear_on_time", expected, late.clear_on_time


def _loss(risk: Risk, digits: int) -> Iterator[Fault]:
    loss = risk.unprofitable
    if loss is None:
        return
    amounts = []
    for key in ("below", "clear_at"):
        text = getattr(loss, key)
        amount = parse_signed_minor(text, digits)
        if amount is None:
            expected = f"a decimal text of at most {digits} digits behind the point"
            yield f"risk.unprofitable.{key}", expected, text
            return
        amounts.append(amount)
    if amounts[1] < amounts[0]:
        yield "risk.unprofitable.clear_at", f"at least below ({loss.below})", loss.clear_at
