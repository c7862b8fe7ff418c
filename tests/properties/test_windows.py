"""A customer's running figures equal a recount of all its events, and survive being stored."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.customer.rows import newcomer, restored, stored
from agents.customer.state import Customer
from agents.customer.tier_state import TierState
from agents.customer.windows import contribution_of
from agents.events.booking import Booking
from agents.policy.compiled import Policy
from schemas.base.times import DAY_US, NO_DAY
from schemas.base.value_lines import LINE_MASK, LINES, ORDERS, REVENUE
from schemas.inputs.events import Kind
from schemas.outputs.records import Origin
from schemas.state.codec import decode_customer, encode_customer, read_head
from tests.support.making import POLICY, booked, payment, policy, purchase, support_call

WINDOW, SPIKE, DEDUPE = 10, 3, 5
CAPPED = policy(("dedupe_ids_max = 100", "dedupe_ids_max = 6"))


def made(kind: Kind, day: int, hour: int, number: int, amount: int) -> Booking:
    """An event of a day of January or February 2026, booked."""
    month, day_of_month = divmod(day, 28)
    at = f"2026-{month + 1:02d}-{day_of_month + 1:02d}T{hour:02d}:59:59.999999Z"
    common = {"event_id": f"event-{number}", "occurred_at": at}
    if kind is Kind.PURCHASES:
        sold = purchase(**common, amount=str(amount), cost=str(amount // 2))
        back = {"type": "return", "fee": str(amount % 2)} if amount % 3 == 0 else {}
        return booked(kind, sold | back)
    if kind is Kind.SUPPORT_CALLS:
        channel = "phone" if amount % 2 else "email"
        return booked(kind, support_call(**common, channel=channel, duration_s=amount))
    return booked(kind, payment(**common, amount=str(amount), due_at="2026-01-10T00:00:00Z"))


EVENTS = st.builds(
    made,
    st.sampled_from([Kind.PURCHASES, Kind.SUPPORT_CALLS, Kind.PAYMENTS]),
    st.integers(0, 40),
    st.sampled_from([0, 12, 23]),
    st.integers(0, 1000),
    st.integers(0, 30),
)
STEPS = st.lists(EVENTS | st.integers(0, 60), min_size=1, max_size=25)
"""Events, and days on which time passes without one."""


@dataclass
class Recount:
    """Everything that ever happened, summed up anew each time it is asked."""

    events: list[Booking] = field(default_factory=list)
    as_of_us: int = -(2**62)
    ages: dict[bytes, tuple[int, int]] = field(default_factory=dict)
    """Per remembered id its day and when it was applied."""

    @property
    def day(self) -> int:
        return self.as_of_us // DAY_US

    def pass_time(self, at_us: int) -> None:
        self.as_of_us = max(self.as_of_us, at_us)
        self.ages = {key: age for key, age in self.ages.items() if self.day - age[0] < DEDUPE}

    def apply(self, event: Booking, ids_max: int) -> None:
        self.events.append(event)
        self.pass_time(event.at_us)
        if self.day - event.day < DEDUPE:
            self.ages[event.id_key] = event.day, len(self.events)
        while len(self.ages) > ids_max:
            del self.ages[min(self.ages, key=lambda key: self.ages[key])]

    def inside(self, window: int) -> list[Booking]:
        return [its for its in self.events if self.day - window < its.day <= self.day]

    def totals(self) -> list[int]:
        return totals_of(self.inside(WINDOW))

    def counts_from(self) -> int:
        """The first day of which any figure is not zero."""
        for day in sorted({its.day for its in self.inside(WINDOW)}):
            if any(totals_of([its for its in self.events if its.day == day])):
                return day
        return NO_DAY

    def payments(self) -> list[tuple[int, int]]:
        made = [(its.at_us, its.days_late) for its in self.events if its.days_late is not None]
        return sorted(made, key=lambda paid: paid[0])[-3:]


def totals_of(events: list[Booking]) -> list[int]:
    totals = [0] * LINES
    for event in events:
        for key, amount in zip(event.cells[::2], event.cells[1::2], strict=True):
            totals[key & LINE_MASK] += amount
            # an order that brought something is told by that alone
            totals[ORDERS] += key & LINE_MASK == REVENUE and amount > 0
    return totals


def check(customer: Customer, recount: Recount) -> None:
    totals = recount.totals()
    assert customer.as_of_us == recount.as_of_us
    assert customer.totals() == totals
    assert customer.contribution == contribution_of(totals)
    assert customer.value.counts_from == recount.counts_from()
    assert customer.contacts.total == sum(its.contacts for its in recount.inside(SPIKE))
    assert customer.tenure_days == recount.day - min(its.day for its in recount.events)
    assert customer.payments.last == recount.payments()
    for event in recount.events:
        is_known = customer.dedupe.content_of(event.id_key) is not None
        assert is_known == (event.id_key in recount.ages)


def run(steps: list[Booking | int], its_policy: Policy, *, storing: bool) -> None:
    first = next((step for step in steps if isinstance(step, Booking)), None)
    if first is None:
        return
    customer = newcomer("ada", Origin("purchases", 0, 0), first, its_policy)
    recount = Recount()
    customer.tier_state = TierState(1, first.day)
    start = steps.index(first)
    for offset, step in enumerate(steps[start:]):
        if isinstance(step, int):
            at_us = made(Kind.PAYMENTS, min(step, 55), 12, 0, 0).at_us
            customer.advance(at_us, its_policy)
            recount.pass_time(at_us)
        elif customer.dedupe.content_of(step.id_key) is None:
            customer.apply(step, offset, its_policy)
            recount.apply(step, its_policy.dedupe_ids_max)
        check(customer, recount)
        if storing:
            data = stored(customer, its_policy)
            assert encode_customer(decode_customer(data), read_head(data)) == data
            customer = restored("ada", data, its_policy)
            assert stored(customer, its_policy) == data


@pytest.mark.parametrize("by", [POLICY, CAPPED], ids=["many ids", "few ids"])
@settings(max_examples=120)
@given(STEPS, st.booleans())
def test_figures_and_ids_equal_a_recount_after_every_step_stored_or_not(
    by: Policy, steps: list[Booking | int], storing: bool
) -> None:
    run(steps, by, storing=storing)
