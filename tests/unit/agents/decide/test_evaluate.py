"""Judging: value, then tier, then signals by name; sequences, due times and snapshots."""

from typing import Any

import pytest

from schemas.base.times import NO_DUE_US
from schemas.base.vocabulary import CONTACT_CHANNELS
from schemas.outputs.records import AT_RISK, TIER_CHANGES, Origin, output_id
from tests.support.feeding import Desk
from tests.support.hearing import Ada, kind_of
from tests.support.making import POLICY, payment, purchase, support_call
from tests.support.policies import policy
from tests.support.signalling import asked, day_us

NOW = "2027-01-15T08:00:00Z"
NOON = "2026-03-01T12:00:00Z"
COMES = ("revenue", "discounts_given", "goods", "restocking_fees")
GOES = ("returns", "late_payment", "reminders")
BESIDE = ("discount_leakage", "seller_fault", "seller_fault_refunds", "revenue_without_cost")
CONTACTS = dict.fromkeys(CONTACT_CHANNELS, "0.00")
SPIKE = {"signal": "support_spike", "severity": "watch"}
SCORE = {"points": 15, "parts": [SPIKE | {"points": 15}]}
CALLS = [asked(1, event_id=f"call-{number}") for number in range(4)]


def value(revenue: str, goods: str, margin: str) -> dict[str, Any]:
    """The figures of one who bought and cost nothing else."""
    lines: dict[str, Any] = dict.fromkeys((*COMES, *GOES, *BESIDE), "0.00")
    return {
        "currency": "USD",
        "window_days": 10,
        "revenue": revenue,
        "goods_cost": goods,
        "margin": margin,
        "service_cost": "0.00",
        "contribution": margin,
        "index": margin,
        "estimated": False,
        "lines": lines | {"contacts": CONTACTS, "revenue": revenue, "goods": goods},
    }


def test_a_first_tier_is_assigned_with_all_that_belongs_to_it() -> None:
    ada = Ada(POLICY, purchase(amount="2500.00", cost="100.00"))
    ada.desk.commit(now_us=1_772_366_401_000_000)
    assert ada.hears(TIER_CHANGES) == [
        {
            "event_id": output_id("ada", Origin("purchases", 0, 0), 1, "tier-changes"),
            "customer_id": "ada",
            "sequence": 1,
            "from_tier": None,
            "to_tier": "key",
            "direction": "assigned",
            "takes_effect_at": None,
            "stage": None,
            "from_stage": None,
            "tier_by_value": "key",
            "override": None,
            "cutoffs_version": None,
            "effective_at": NOON,
            "evaluated_at": NOW,
            "value": value("2500.00", "100.00", "2400.00"),
            "reasons": [{"rule": "tiers.entry.key", "observed": "2400.00", "threshold": "2000.00"}],
            "trigger": {"kind": "event", "topic": "purchases", "event_id": "purchase-1"},
            "treatment": {"support_priority": 1},
            "segments": [],
            "policy_version": "test-1",
        }
    ]


def test_a_signal_goes_out_with_all_that_belongs_to_it() -> None:
    assert Ada(POLICY, *CALLS).hears(AT_RISK) == [
        {
            "event_id": output_id("ada", Origin("support-calls", 0, 0), 2, "at-risk"),
            "customer_id": "ada",
            "sequence": 2,
            **SPIKE,
            "status": "raised",
            "evidence": [{"rule": "risk.support_spike.contacts", "observed": 4, "threshold": 4}],
            "tier": "ordinary",
            "stage": None,
            **dict.fromkeys(("at_stake", "to_break_even", "cheaper_channel")),
            **dict.fromkeys(("recommended_step", "recommended_action", "playbook", "notice_days")),
            "requires_approval": False,
            "steps": [],
            "held_by": None,
            "score": SCORE,
            "effective_at": NOON,
            "evaluated_at": NOW,
            "trigger": {"kind": "event", "topic": "support-calls", "event_id": "call-3"},
            "policy_version": "test-1",
        }
    ]


def test_a_snapshot_holds_the_newest_of_all() -> None:
    desk = Desk()
    for event in (*CALLS, purchase(occurred_at="2026-03-01T12:00:00.5Z")):
        desk.feed(kind_of(event), event)
    desk.commit()
    absent = (
        *("override", "cutoffs_version", "downgrade_at", "wallet_share", "ladder", "lifetime"),
        *("stage", "stage_since"),
    )
    assert desk.snapshots == [
        {
            "customer_id": "ada",
            "as_of": "2026-03-01T12:00:00.500Z",
            "tier": "ordinary",
            "tier_since": "2026-03-01T00:00:00Z",
            "tier_by_value": "ordinary",
            "treatment": {},
            **dict.fromkeys(absent),
            "value": value("100.00", "60.00", "40.00"),
            "tenure_days": 0,
            "profile": dict.fromkeys(("segment", "region", "industry", "joined_at")),
            "segments": [],
            "risks": [SPIKE | {"since": NOON}],
            "score": SCORE,
            "sequence": 2,
            "policy_version": "test-1",
        }
    ]


def test_tier_comes_before_signals_and_signals_come_by_name() -> None:
    eager = policy(
        {"risk.support_spike": {"contacts": 1, "clear_at": 0}},
        {"risk.unprofitable.min_tenure_days": 0},
        {"risk.late_payer": {"late": 1, "clear_on_time": 3}},
    )
    bob = payment(customer_id="bob", due_at="2026-02-01T00:00:00Z")
    desk = Ada(eager, support_call(), bob).desk
    desk.commit()
    changes = [(its["customer_id"], its["sequence"]) for its in desk.tier_changes]
    assert changes == [("ada", 1), ("bob", 1)]
    assert [(its["customer_id"], its["sequence"], its["signal"]) for its in desk.risks] == [
        ("ada", 2, "support_spike"),
        ("ada", 3, "unprofitable"),
        ("bob", 2, "late_payer"),
        ("bob", 3, "unprofitable"),
    ]


def test_sequences_count_tier_changes_and_signals_together() -> None:
    ada = Ada(POLICY, *CALLS, purchase(amount="5000"))
    assert ada.hears(TIER_CHANGES, "sequence") == [(1,), (3,)]
    assert ada.hears(AT_RISK, "sequence") == [(2,)]


SALE, LATER = purchase(), purchase(event_id="2", occurred_at="2026-03-04T12:00:00Z")
DUE = {
    "nothing that changes by itself: a free call": ([asked(1)], None),
    "nor a payment on time": ([payment()], None),
    "the first day that leaves the window": ([SALE, LATER], 11),
    "that day, which came late": ([LATER, SALE], 11),
    "tenure where there is a loss": ([support_call()], 5),
    "no spike that is not raised": (CALLS[:3], None),
    "the clearing of one that is": (CALLS, 4),
}


@pytest.mark.parametrize(("events", "day"), DUE.values(), ids=DUE)
def test_there_is_due(events: list[dict[str, Any]], day: int | None) -> None:
    assert Ada(POLICY, *events).due_us == (NO_DUE_US if day is None else day_us(day))
