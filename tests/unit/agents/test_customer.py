"""One customer: what an event or the passing of days changes, at the edges of its windows."""

import pytest

from agents.customer.rows import newcomer, restored, stored
from agents.customer.state import Customer
from agents.customer.tier_state import TierState
from agents.events.booking import Booking
from agents.policy.compiled import Policy
from schemas.base.times import DAY_US
from schemas.inputs.events import Kind
from schemas.outputs.records import Origin
from tests.support.making import POLICY, booked, payment, policy, purchase, support_call

WINDOW, SPIKE, DEDUPE = 10, 3, 5
"""Days, as the tests' policy has them."""


def sale(day: int, at: str = "12:00:00", **fields: object) -> Booking:
    """A sale on a day of March that adds 1.00 to the contribution."""
    occurred_at = f"2026-03-{day:02d}T{at}Z"
    made = purchase(event_id=f"sale-{occurred_at}", occurred_at=occurred_at, amount="1", cost="0")
    return booked(Kind.PURCHASES, made | fields)


def call(day: int, at: str = "12:00:00") -> Booking:
    occurred_at = f"2026-03-{day:02d}T{at}Z"
    return booked(
        Kind.SUPPORT_CALLS, support_call(event_id=f"call-{occurred_at}", occurred_at=occurred_at)
    )


def customer_of(*events: Booking, its_policy: Policy = POLICY) -> Customer:
    """The customer after these events, at offsets 0, 1, 2, …"""
    customer = newcomer("ada", Origin("purchases", 0, 0), events[0], POLICY)
    for offset, event in enumerate(events):
        customer.apply(event, offset, its_policy)
    return customer


def midnight(day: int) -> int:
    """The first microsecond of a day of March."""
    return sale(day).day * DAY_US


def test_an_event_is_booked_on_its_own_day() -> None:
    customer = customer_of(sale(1), sale(1, "23:59:59.999999"), sale(2, "00:00:00"))
    assert customer.value.contribution == 300
    customer.value.expire(sale(1).day)
    assert customer.value.contribution == 100


def test_time_is_that_of_the_latest_event() -> None:
    customer = customer_of(sale(5), sale(3), sale(4))
    assert customer.as_of_us == sale(5).at_us
    assert customer.value.contribution == 300


def test_time_never_goes_back() -> None:
    customer = customer_of(sale(5))
    customer.advance(midnight(3), POLICY)
    assert customer.as_of_us == sale(5).at_us
    customer.advance(sale(5).at_us, POLICY)
    assert customer.as_of_us == sale(5).at_us


def test_a_day_leaves_the_window_exactly_at_midnight() -> None:
    customer = customer_of(sale(1))
    customer.advance(midnight(1 + WINDOW) - 1, POLICY)
    assert customer.value.contribution == 100
    customer.advance(midnight(1 + WINDOW), POLICY)
    assert customer.value.contribution == 0


@pytest.mark.parametrize("at", ["00:00:00", "23:59:59.999999"])
def test_a_day_leaves_whole_whatever_the_hour_of_its_events(at: str) -> None:
    customer = customer_of(sale(1, at))
    customer.advance(midnight(1 + WINDOW) - 1, POLICY)
    assert customer.value.contribution == 100
    customer.advance(midnight(1 + WINDOW), POLICY)
    assert customer.value.contribution == 0


def test_an_event_is_booked_after_the_days_that_it_makes_leave() -> None:
    assert customer_of(sale(1), sale(1 + WINDOW)).value.contribution == 100
    assert customer_of(sale(1), sale(WINDOW, "23:59:59.999999")).value.contribution == 200


def test_a_late_event_inside_the_window_counts() -> None:
    assert customer_of(sale(20), sale(20 - WINDOW + 1, "00:00:00")).value.contribution == 200


def test_a_late_event_before_the_window_changes_no_figure() -> None:
    customer = customer_of(sale(20), sale(20 - WINDOW, "23:59:59.999999"))
    assert customer.value.contribution == 100


def test_contacts_leave_their_own_window_at_midnight() -> None:
    customer = customer_of(call(1), call(2), call(2))
    customer.advance(midnight(1 + SPIKE) - 1, POLICY)
    assert customer.contacts.total == 3
    customer.advance(midnight(1 + SPIKE), POLICY)
    assert customer.contacts.total == 2
    customer.advance(midnight(2 + SPIKE), POLICY)
    assert customer.contacts.total == 0


def test_a_late_contact_counts_inside_the_window_of_contacts_only() -> None:
    assert customer_of(call(10), call(10 - SPIKE + 1, "00:00:00")).contacts.total == 2
    assert customer_of(call(10), call(10 - SPIKE, "23:59:59.999999")).contacts.total == 1


def test_a_contact_costs_in_the_value_window_though_its_own_is_shorter() -> None:
    assert customer_of(call(10), call(10 - SPIKE)).value.contribution == -540


def test_tenure_counts_utc_days_from_the_first_event() -> None:
    customer = customer_of(sale(5, "23:59:59.999999"))
    assert customer.tenure_days == 0
    customer.advance(midnight(6), POLICY)
    assert customer.tenure_days == 1


def test_a_late_event_makes_a_customer_older_even_before_the_window() -> None:
    customer = customer_of(sale(25), sale(3))
    assert customer.tenure_days == 22


def test_an_id_is_remembered_for_dedupe_days() -> None:
    first = sale(1)
    customer = customer_of(first)
    customer.advance(midnight(1 + DEDUPE) - 1, POLICY)
    assert customer.seen.content_of(first.id_key) == first.content
    customer.advance(midnight(1 + DEDUPE), POLICY)
    assert customer.seen.content_of(first.id_key) is None


def test_the_id_of_a_late_event_is_remembered_from_its_own_day_on() -> None:
    barely, too_late = sale(20 - DEDUPE + 1), sale(20 - DEDUPE)
    customer = customer_of(sale(20), barely, too_late)
    assert customer.seen.content_of(barely.id_key) is not None
    assert customer.seen.content_of(too_late.id_key) is None


def test_with_dedupe_days_of_0_nothing_is_remembered() -> None:
    forgetful = policy(("dedupe_days = 5", "dedupe_days = 0"))
    event = sale(1)
    customer = customer_of(event, event, its_policy=forgetful)
    assert customer.seen.content_of(event.id_key) is None
    assert customer.value.contribution == 200


def test_with_dedupe_days_of_1_an_id_is_remembered_until_midnight() -> None:
    short = policy(("dedupe_days = 5", "dedupe_days = 1"))
    event = sale(1)
    customer = customer_of(event, its_policy=short)
    customer.advance(midnight(2) - 1, short)
    assert customer.seen.content_of(event.id_key) is not None
    customer.advance(midnight(2), short)
    assert customer.seen.content_of(event.id_key) is None


def test_beyond_the_cap_the_oldest_id_goes_and_is_counted() -> None:
    capped = policy(("dedupe_ids_max = 100", "dedupe_ids_max = 2"))
    one, two, late = sale(3), sale(4), sale(2)
    customer = newcomer("ada", Origin("purchases", 0, 0), one, POLICY)
    assert [customer.apply(its, at, capped) for at, its in enumerate((one, two))] == [0, 0]
    assert customer.apply(late, 2, capped) == 1
    assert customer.seen.content_of(late.id_key) is None
    assert customer.apply(sale(5), 3, capped) == 1
    assert customer.seen.content_of(one.id_key) is None
    assert customer.seen.content_of(two.id_key) is not None


def test_of_each_input_the_last_offset_is_known() -> None:
    customer = customer_of(sale(1))
    assert customer.offsets[Kind.PURCHASES] == 0
    customer.apply(call(1), 17, POLICY)
    assert customer.offsets[Kind.SUPPORT_CALLS] == 17
    assert customer.offsets[Kind.PAYMENTS] < 0


def test_payments_are_kept_by_when_they_happened_and_as_many_as_the_rules_need() -> None:
    def paid(day: int, due: str) -> Booking:
        at = f"2026-03-{day:02d}T00:00:00Z"
        event = payment(event_id=f"paid-{day}", occurred_at=at, due_at=f"{due}T00:00:00Z")
        return booked(Kind.PAYMENTS, event)

    customer = customer_of(
        paid(4, "2026-03-04"), paid(1, "2026-02-24"), paid(3, "2026-03-03"), paid(2, "2026-02-23")
    )
    assert [late for _, late in customer.payments] == [7, 0, 0]


def test_a_failed_payment_is_not_kept() -> None:
    failed = booked(Kind.PAYMENTS, payment(status="failed"))
    assert customer_of(failed).payments == []


def test_a_customer_comes_back_from_its_row_as_it_was() -> None:
    customer = customer_of(sale(20), call(19), call(20), sale(12), sale(3))
    customer.tier_state = TierState(1, customer.day - 3, customer.day - 1)
    customer.sequence = 4
    again = restored("ada", stored(customer, POLICY), POLICY)
    assert stored(again, POLICY) == stored(customer, POLICY)
    assert again.totals() == customer.totals()
    assert again.contribution == customer.contribution
    assert again.contacts.total == customer.contacts.total
    assert again.tenure_days == customer.tenure_days
    for event in (sale(21), call(21), sale(20)):
        customer.apply(event, 9, POLICY)
        again.apply(event, 9, POLICY)
        assert stored(again, POLICY) == stored(customer, POLICY)
