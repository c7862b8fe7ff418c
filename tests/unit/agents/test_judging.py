"""Judging: value, then tier, then signals by name; sequences, due times and snapshots."""

from agents.customer.rows import newcomer
from agents.customer.state import Customer
from agents.decide.evaluate import Evaluator
from schemas.base.times import NO_DUE_US, day_start
from schemas.inputs.events import Kind
from schemas.outputs.records import Origin, output_id
from tests.support.feeding import Desk
from tests.support.making import POLICY, booked, payment, policy, purchase, support_call

FIRST = Origin("purchases", 0, 0)
NO_LINES = {
    "revenue": "0.00",
    "discounts_given": "0.00",
    "goods": "0.00",
    "restocking_fees": "0.00",
    "contacts": {
        "phone": "0.00",
        "chat": "0.00",
        "email": "0.00",
        "store": "0.00",
        "self_service": "0.00",
    },
    "returns": "0.00",
    "late_payment": "0.00",
    "reminders": "0.00",
    "discount_leakage": "0.00",
    "seller_fault": "0.00",
    "revenue_without_cost": "0.00",
}
SPIKE_SCORE = {
    "points": 15,
    "parts": [{"signal": "support_spike", "severity": "watch", "points": 15}],
}


def test_a_first_tier_is_assigned_with_all_that_belongs_to_it() -> None:
    desk = Desk()
    desk.feed(Kind.PURCHASES, purchase(amount="2500.00", cost="100.00"))
    desk.commit(now_us=1_772_366_401_000_000)
    assert desk.tier_changes == [
        {
            "event_id": output_id("ada", FIRST, 1, "tier-changes"),
            "customer_id": "ada",
            "sequence": 1,
            "from_tier": None,
            "to_tier": "key",
            "direction": "assigned",
            "takes_effect_at": None,
            "tier_by_value": "key",
            "override": None,
            "cutoffs_version": None,
            "effective_at": "2026-03-01T12:00:00Z",
            "evaluated_at": "2027-01-15T08:00:00Z",
            "value": {
                "currency": "USD",
                "window_days": 10,
                "revenue": "2500.00",
                "goods_cost": "100.00",
                "margin": "2400.00",
                "service_cost": "0.00",
                "contribution": "2400.00",
                "index": "2400.00",
                "estimated": False,
                "lines": NO_LINES | {"revenue": "2500.00", "goods": "100.00"},
            },
            "reasons": [{"rule": "tiers.entry.key", "observed": "2400.00", "threshold": "2000.00"}],
            "trigger": {"kind": "event", "topic": "purchases", "event_id": "purchase-1"},
            "treatment": {"support_priority": 1},
            "policy_version": "test-1",
        }
    ]


def test_tier_comes_before_signals_and_signals_come_by_name() -> None:
    eager = policy(
        ("contacts = 4", "contacts = 1"),
        ("clear_at = 1\n", "clear_at = 0\n"),
        ("min_tenure_days = 4", "min_tenure_days = 0"),
        ("late = 2", "late = 1"),
        ("clear_on_time = 2", "clear_on_time = 3"),
    )
    desk = Desk(eager)
    desk.feed(Kind.SUPPORT_CALLS, support_call())
    desk.feed(Kind.PAYMENTS, payment(customer_id="bob", due_at="2026-02-01T00:00:00Z"))
    desk.commit()
    assert [(its["customer_id"], its["sequence"]) for its in desk.tier_changes] == [
        ("ada", 1),
        ("bob", 1),
    ]
    assert [(its["customer_id"], its["sequence"], its["signal"]) for its in desk.risks] == [
        ("ada", 2, "support_spike"),
        ("ada", 3, "unprofitable"),
        ("bob", 2, "late_payer"),
        ("bob", 3, "unprofitable"),
    ]


def test_sequences_count_tier_changes_and_signals_together() -> None:
    desk = Desk()
    calls = [support_call(event_id=f"call-{number}") for number in range(4)]
    desk.feed(Kind.SUPPORT_CALLS, *calls)
    desk.feed(Kind.PURCHASES, purchase(amount="5000"))
    desk.commit()
    sequences = {its["sequence"]: its["customer_id"] for its in desk.tier_changes + desk.risks}
    assert sequences == {1: "ada", 2: "ada", 3: "ada"}
    assert [its["sequence"] for its in desk.tier_changes] == [1, 3]


def test_a_signal_goes_out_with_all_that_belongs_to_it() -> None:
    desk = Desk()
    calls = [support_call(event_id=f"call-{number}", channel="email") for number in range(4)]
    desk.feed(Kind.SUPPORT_CALLS, *calls)
    desk.commit()
    assert desk.risks == [
        {
            "event_id": output_id("ada", Origin("support-calls", 0, 0), 2, "at-risk"),
            "customer_id": "ada",
            "sequence": 2,
            "signal": "support_spike",
            "status": "raised",
            "severity": "watch",
            "evidence": [{"rule": "risk.support_spike.contacts", "observed": 4, "threshold": 4}],
            "tier": "ordinary",
            "recommended_step": None,
            "recommended_action": None,
            "playbook": None,
            "requires_approval": False,
            "notice_days": None,
            "steps": [],
            "score": SPIKE_SCORE,
            "effective_at": "2026-03-01T12:00:00Z",
            "evaluated_at": "2027-01-15T08:00:00Z",
            "trigger": {"kind": "event", "topic": "support-calls", "event_id": "call-3"},
            "policy_version": "test-1",
        }
    ]


def test_a_snapshot_holds_the_newest_of_all() -> None:
    desk = Desk()
    calls = [support_call(event_id=f"call-{number}", channel="email") for number in range(4)]
    desk.feed(Kind.SUPPORT_CALLS, *calls)
    desk.feed(Kind.PURCHASES, purchase(occurred_at="2026-03-01T12:00:00.5Z"))
    desk.commit()
    assert desk.snapshots == [
        {
            "customer_id": "ada",
            "as_of": "2026-03-01T12:00:00.500Z",
            "tier": "ordinary",
            "tier_since": "2026-03-01T00:00:00Z",
            "downgrade_at": None,
            "tier_by_value": "ordinary",
            "override": None,
            "cutoffs_version": None,
            "value": {
                "currency": "USD",
                "window_days": 10,
                "revenue": "100.00",
                "goods_cost": "60.00",
                "margin": "40.00",
                "service_cost": "0.00",
                "contribution": "40.00",
                "index": "40.00",
                "estimated": False,
                "lines": NO_LINES | {"revenue": "100.00", "goods": "60.00"},
            },
            "tenure_days": 0,
            "wallet_share": None,
            "profile": {"segment": None, "region": None, "industry": None, "joined_at": None},
            "segments": [],
            "risks": [
                {"signal": "support_spike", "severity": "watch", "since": "2026-03-01T12:00:00Z"}
            ],
            "score": SPIKE_SCORE,
            "ladder": None,
            "lifetime": None,
            "sequence": 2,
            "policy_version": "test-1",
        }
    ]


def judged(*events: tuple[Kind, dict[str, object]]) -> Customer:
    bookings = [booked(kind, event) for kind, event in events]
    customer = newcomer("ada", FIRST, bookings[0], POLICY)
    judge = Evaluator(POLICY)
    for offset, booking in enumerate(bookings):
        customer.apply(booking, offset, POLICY)
        judge.judge(customer, booking)
    return customer


def test_nothing_that_changes_by_itself_makes_no_due_time() -> None:
    free = (Kind.SUPPORT_CALLS, support_call(channel="email"))
    assert judged(free).due_us == NO_DUE_US
    assert judged((Kind.PAYMENTS, payment())).due_us == NO_DUE_US


def test_the_first_day_that_leaves_the_window_is_due() -> None:
    sale, later = purchase(), purchase(event_id="2", occurred_at="2026-03-04T12:00:00Z")
    day = booked(Kind.PURCHASES, sale).day
    assert judged((Kind.PURCHASES, sale), (Kind.PURCHASES, later)).due_us == day_start(day + 10)
    assert judged((Kind.PURCHASES, later), (Kind.PURCHASES, sale)).due_us == day_start(day + 10)


def test_tenure_is_due_where_there_is_a_loss() -> None:
    call = support_call()
    day = booked(Kind.SUPPORT_CALLS, call).day
    assert judged((Kind.SUPPORT_CALLS, call)).due_us == day_start(day + 4)


def test_the_clearing_of_a_spike_is_due_only_while_it_is_raised() -> None:
    calls = [support_call(event_id=f"call-{number}", channel="email") for number in range(4)]
    day = booked(Kind.SUPPORT_CALLS, calls[0]).day
    laid = [(Kind.SUPPORT_CALLS, call) for call in calls]
    assert judged(*laid[:3]).due_us == NO_DUE_US
    assert judged(*laid).due_us == day_start(day + 3)
