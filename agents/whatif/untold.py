"""What rows alone can't tell of a candidate, by key: what nobody kept, and what was booked already.

A worker that starts with it knows no more than the rows. So the comparison says what happens then,
and these keys say of what more would come of a replay, or comes with time.
"""

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from agents.partition.shares import measure_of
from agents.policy.compiled import Policy
from agents.policy.keeps import Keeps
from agents.policy_file.compiling import stated
from agents.policy_file.keys import PolicyFile
from agents.signals.registry import keeps_of
from agents.whatif.alike import alike

BOOKED: Final = (
    "dedupe_days",
    "dedupe_ids_max",
    "earliest",
    "earliest_joined",
    "ids",
    "invoices",
    "orders",
    "rates",
    "service",
    "value.default_margin_rate",
)
"""These work on records as they come, and on none that came."""


class Untold(msgspec.Struct, frozen=True):
    """One key that rows can't tell all of."""

    key: str
    why: str


def changed_keys(base: PolicyFile, candidate: PolicyFile) -> list[str]:
    """Which keys two files give other values, but for their version; ordered."""
    one, other = (dict(_leaves(stated(its))) for its in (base, candidate))
    keys = one.keys() | other.keys()
    return sorted(key for key in keys - {"version"} if one.get(key) != other.get(key))


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if not isinstance(value, dict):
        yield path, value
        return
    for name, inner in value.items():
        yield from _leaves(inner, f"{path}.{name}" if path else name)


def untold(base: Policy, candidate: Policy, changed: list[str]) -> list[Untold]:
    """What rows kept under one policy don't tell of another, by the keys that changed."""
    found = [*_of_value(base, candidate), *_of_signals(base, candidate)]
    found += [*_of_customers(base, candidate), *_of_contacts(base, candidate)]
    booked = (key for key in changed if any(f"{key}.".startswith(f"{its}.") for its in BOOKED))
    found += [Untold(key, "holds for records to come: what was booked stays") for key in booked]
    return found


def _of_value(base: Policy, candidate: Policy) -> Iterator[Untold]:
    kept, wanted = base.window_days, candidate.window_days
    if wanted > kept:
        yield Untold("value.window_days", f"rows hold {kept} days, it asks for {wanted}")
    if candidate.decay is not None and measure_of(candidate) != measure_of(base):
        key = "value.half_life_days" if base.decay is not None else "value.measure"
        yield Untold(key, f"weighed anew is what the last {kept} days brought, and nothing before")
    if candidate.excuses != base.excuses:
        yield Untold("value.excuse_seller_fault", "sums of days before the window stay as they are")
    if candidate.share is not None:
        if base.share is None or measure_of(candidate) != measure_of(base):
            why = "tiers go by tiers.entry until workers have made cut-offs of all customers"
            yield Untold("tiers.mode", why)
        elif not alike(candidate.share, base.share):
            why = "tiers go by the cut-offs there are until workers have made others"
            yield Untold("tiers.share", why)


def _of_signals(base: Policy, candidate: Policy) -> Iterator[Untold]:
    """Signals that ask for more than was kept."""
    for policy in (candidate, *candidate.kinds.values()):
        for_kind = "" if policy.kind is None else f"for.{policy.kind}."
        for name, section in policy.signals.items():
            if policy.kind is None or name in policy.own_signals:
                asked = keeps_of({name: section}, policy.digits)
                for what in _missing(base.keeps, asked):
                    yield Untold(f"{for_kind}risk.{name}", what)


def _of_customers(base: Policy, candidate: Policy) -> Iterator[Untold]:
    """Segments, stages and outlooks that ask for more than was kept."""
    kept, payments = base.keeps, candidate.segments.prompt_payments or 0
    if payments > kept.payments:
        key = "segments.prompt_payer.payments"
        yield Untold(key, f"rows hold the last {kept.payments} payments, it asks for {payments}")
    if candidate.segments.potential is not None and base.segments.potential is None:
        yield Untold("segments.potential", "what was booked in the window before was not kept")
    if kept.sales_days:
        return
    for key, asks in (("stage", candidate.stage), ("lifetime", candidate.future)):
        if asks is not None:
            yield Untold(key, "purchase days were not kept: they are from then on")


def _of_contacts(base: Policy, candidate: Policy) -> Iterator[Untold]:
    kept, asked = base.contacts, candidate.contacts
    if asked.channel_days > kept.channel_days:
        why = f"rows hold channels of {kept.channel_days} days, it asks for {asked.channel_days}"
        yield Untold("contacts_due.channel_days", why)
    if asked.tells_touches and not kept.tells_touches:
        yield Untold("contacts_due.touches", "touches were not told apart: they are from then on")


def _missing(kept: Keeps, asked: Keeps) -> Iterator[str]:
    for what, had, wanted in (
        ("the last payments", kept.payments, asked.payments),
        ("days of contacts", kept.contact_days, asked.contact_days),
        ("days of sales", kept.sales_days, asked.sales_days),
        ("purchase days", kept.purchase_days, asked.purchase_days),
        ("the last answers", kept.answers, asked.answers),
        ("days of an issue", kept.issue_days, asked.issue_days),
    ):
        if wanted > had:
            yield f"{what}: rows hold {had}, it asks for {wanted}"
    if not asked.contact_channels <= kept.contact_channels:
        channels = ", ".join(sorted(asked.contact_channels - kept.contact_channels))
        yield f"contacts on {channels} were not counted: they are from then on"
    if asked.counts and not kept.counts:
        yield "the number of sales was not kept: it is from then on"
