"""Small cases worked out by hand, so that the recount itself can be trusted."""

from .hand import HAND_POLICY, Feed, told
from .money import Terms
from .recount import Outcome


def _figures(outcome: Outcome, customer_id: str = "ada") -> tuple[str, ...]:
    value = outcome.values[customer_id]["value"]
    names = ("revenue", "goods_cost", "margin", "service_cost", "contribution")
    return tuple(value[name] for name in names)


NO_LINES = {
    "revenue": "0.00",
    "discounts_given": "0.00",
    "goods": "0.00",
    "restocking_fees": "0.00",
    "contacts": dict.fromkeys(("phone", "chat", "email", "store", "self_service"), "0.00"),
    "returns": "0.00",
    "late_payment": "0.00",
    "reminders": "0.00",
    "discount_leakage": "0.00",
    "seller_fault": "0.00",
    "revenue_without_cost": "0.00",
}


def test_a_first_sale_assigns_a_tier_and_says_why() -> None:
    # 12.35 EUR * 1.10 = 13.585 USD, half to even: 13.58. Its goods cost 70 %: 9.506, so 9.51.
    feed = Feed().buy("01-05 10:00:00.25", "12.35", currency="EUR", cost=None)
    outcome = feed.outcome()
    value = {
        "currency": "USD",
        "window_days": 30,
        "revenue": "13.58",
        "goods_cost": "9.51",
        "margin": "4.07",
        "service_cost": "0.00",
        "contribution": "4.07",
        "index": "4.07",
        "estimated": True,
        "lines": NO_LINES | {"revenue": "13.58", "goods": "9.51", "revenue_without_cost": "13.58"},
    }
    assert outcome.tier_changes == [
        {
            "customer_id": "ada",
            "sequence": 1,
            "from_tier": None,
            "to_tier": "ordinary",
            "direction": "assigned",
            "takes_effect_at": None,
            "tier_by_value": "ordinary",
            "override": None,
            "cutoffs_version": None,
            "effective_at": "2026-01-05T10:00:00.250Z",
            "value": value,
            "reasons": [
                {"rule": "tiers.entry.ordinary", "observed": "4.07", "threshold": "0.00"},
                {"rule": "tiers.entry.important", "observed": "4.07", "threshold": "500.00"},
            ],
            "trigger": {"kind": "event", "topic": "purchases", "event_id": "e1"},
            "treatment": {},
            "policy_version": "hand",
        }
    ]
    assert outcome.values == {
        "ada": {
            "customer_id": "ada",
            "as_of": "2026-01-05T10:00:00.250Z",
            "tier": "ordinary",
            "tier_since": "2026-01-05T00:00:00Z",
            "downgrade_at": None,
            "tier_by_value": "ordinary",
            "override": None,
            "cutoffs_version": None,
            "value": value,
            "tenure_days": 0,
            "wallet_share": None,
            "profile": dict.fromkeys(("segment", "region", "industry", "joined_at")),
            "segments": [],
            "risks": [],
            "score": {"points": 0, "parts": []},
            "ladder": None,
            "lifetime": None,
            "sequence": 1,
            "policy_version": "hand",
        }
    }


def test_a_rate_holds_from_its_day_on() -> None:
    # The last instant of January at 1.10 makes 11.00, the first of February at 1.20 makes 12.00.
    feed = Feed().buy("01-31 23:59:59.999999", "10", currency="EUR")
    feed.buy("02-01", "10", currency="EUR")
    assert _figures(feed.outcome())[0] == "23.00"


def test_each_contact_is_rounded_by_itself_half_to_even() -> None:
    # 30 s: 1.50 + 0.185 = 1.685, so 1.68. 90 s: 1.50 + 0.555 = 2.055, so 2.06. Together 3.74.
    feed = Feed().call("01-05", channel="phone", duration_s=30)
    feed.call("01-05", channel="phone", duration_s=90)
    assert _figures(feed.outcome()) == ("0.00", "0.00", "0.00", "3.74", "-3.74")


def test_a_return_takes_back_and_costs_service() -> None:
    # Revenue 100 - 20, goods 40 - 10, so 50, and the fee of 2 kept: 52. Service 8 + 3 * 1 = 11.
    feed = Feed().buy("01-05", "100", cost="40")
    feed.buy("01-06", "20", type="return", cost="10", fee="2", items=3)
    assert _figures(feed.outcome()) == ("80.00", "30.00", "52.00", "11.00", "41.00")


def test_a_return_without_cost_gets_nothing_back() -> None:
    # Revenue -20, service 8 + 1: contribution -29.
    feed = Feed().buy("01-05", "20", type="return", cost=None)
    outcome = feed.outcome()
    assert _figures(outcome) == ("-20.00", "0.00", "-20.00", "9.00", "-29.00")
    assert outcome.tier_changes[0]["reasons"] == [
        {"rule": "tiers.entry.ordinary", "observed": "-29.00", "threshold": "0.00"}
    ]


def test_a_late_payment_costs_a_fee_and_interest() -> None:
    # 10.5 days count as 10: 5 + 100 * 0.12 * 10 / 365 = 5.3287..., so 5.33. One microsecond
    # short of a day is not late, and a failed payment costs nothing.
    feed = Feed().pay("02-11 12:00", "02-01")
    feed.pay("02-12 23:59:59.999999", "02-12")
    feed.pay("02-13", "01-01", status="failed")
    assert _figures(feed.outcome())[3] == "5.33"


def test_a_day_leaves_the_window_at_its_own_due_time() -> None:
    # 600.00 of 5 January leave on 4 February; the 7.00 of 20 January on 19 February. What is
    # due comes before Bob's event of 1 March; nothing is due at the midnights between.
    feed = Feed().buy("01-05 10:00", "600").buy("01-20 09:00", "7")
    feed.buy("03-01", "1", customer_id="bob")
    outcome = feed.outcome()
    changes = told(
        outcome.tier_changes, "customer_id", "to_tier", "effective_at", "trigger", customer_id=None
    )
    assert changes == [
        ("ada", "important", "2026-01-05T10:00:00Z", "event"),
        ("ada", "ordinary", "2026-02-04T00:00:00Z", "timer"),
        ("bob", "ordinary", "2026-03-01T00:00:00Z", "event"),
    ]
    assert outcome.timers == 2
    assert outcome.values["ada"]["as_of"] == "2026-02-19T00:00:00Z"
    assert _figures(outcome)[0] == "0.00"


def test_what_is_due_comes_by_time_and_then_by_customer() -> None:
    # Zoe and Ada fall on 4 February, Bob on the 3rd; the event at that midnight comes after.
    feed = Feed().buy("01-04", "600", customer_id="bob")
    feed.buy("01-05", "600", customer_id="zoe").buy("01-05", "600", customer_id="ada")
    feed.buy("02-04", "600", customer_id="ann")
    changes = told(feed.outcome().tier_changes, "customer_id", "to_tier", customer_id=None)
    assert changes[3:] == [
        ("bob", "ordinary"),
        ("ada", "ordinary"),
        ("zoe", "ordinary"),
        ("ann", "important"),
    ]


def test_what_a_late_event_makes_due_happens_right_after_it() -> None:
    # Bob brings the stream to 1 March. Ada's event of 5 January then leaves on 4 February.
    feed = Feed().buy("03-01", "1", customer_id="bob").buy("01-05", "600")
    changes = told(feed.outcome().tier_changes, "customer_id", "to_tier", "effective_at")
    assert changes == [
        ("ada", "important", "2026-01-05T00:00:00Z"),
        ("ada", "ordinary", "2026-02-04T00:00:00Z"),
    ]


def test_an_event_before_the_window_moves_only_the_tenure() -> None:
    # As of 1 March a sale of 30 January is outside 30 days (31 January is the first day in),
    # but the customer is now 30 days old, so the loss of 1.00 makes it unprofitable.
    feed = Feed().buy("03-01 08:00", "4", cost="5").buy("01-30", "50")
    outcome = feed.outcome()
    assert _figures(outcome) == ("4.00", "5.00", "-1.00", "0.00", "-1.00")
    assert outcome.applied == {"purchases": 2}
    assert told(outcome.at_risk, "signal", "status", "effective_at", "sequence", "tier") == [
        ("unprofitable", "raised", "2026-03-01T08:00:00Z", 2, "maintenance")
    ]
    assert outcome.at_risk[0]["evidence"] == [
        {"rule": "risk.unprofitable.below", "observed": "-1.00", "threshold": "0.00"},
        {"rule": "risk.unprofitable.min_tenure_days", "observed": 30, "threshold": 20},
    ]


def test_tenure_is_reached_and_profit_returns() -> None:
    # First seen on 5 January, 20 days old on the 25th. 10.00 less the chat's 1.00 do not clear
    # it, one more does.
    feed = Feed().call("01-05 10:00").buy("01-26", "10").buy("01-27", "1")
    outcome = feed.outcome()
    assert told(outcome.at_risk, "status", "effective_at", "trigger") == [
        ("raised", "2026-01-25T00:00:00Z", "timer"),
        ("cleared", "2026-01-27T00:00:00Z", "event"),
    ]
    assert outcome.at_risk[1]["evidence"] == [
        {"rule": "risk.unprofitable.clear_at", "observed": "10.00", "threshold": "10.00"}
    ]


def test_a_support_spike_rises_with_calls_and_clears_with_silence() -> None:
    # Three calls within 7 days on the 7th; those of the 5th leave on the 12th, one remains.
    # Contacts that cost nothing count.
    feed = Feed()
    for at in ("01-05 01:00", "01-05 02:00", "01-07 03:00"):
        feed.call(at, channel="self_service")
    feed.buy("02-01", "1", customer_id="bob")
    outcome = feed.outcome()
    assert told(outcome.at_risk, "signal", "status", "effective_at", "evidence") == [
        (
            "support_spike",
            "raised",
            "2026-01-07T03:00:00Z",
            [{"rule": "risk.support_spike.contacts", "observed": 3, "threshold": 3}],
        ),
        (
            "support_spike",
            "cleared",
            "2026-01-12T00:00:00Z",
            [{"rule": "risk.support_spike.clear_at", "observed": 1, "threshold": 1}],
        ),
    ]
    assert outcome.timers == 1


def test_a_late_payer_is_judged_by_when_payments_were_made() -> None:
    # 11 days late, on time, and then one arrives late that was made between the two, 11 days
    # late as well: 2 of the last 3. Exactly 10 days would not count. The next on-time payment
    # is the second in a row only because of the order in which they were made.
    feed = Feed().pay("02-12", "02-01").pay("02-20", "02-20").pay("02-15", "02-04")
    feed.pay("02-25", "03-01")
    outcome = feed.outcome()
    risks = [risk for risk in outcome.at_risk if risk["signal"] == "late_payer"]
    assert told(risks, "status", "effective_at", "evidence") == [
        (
            "raised",
            "2026-02-20T00:00:00Z",
            [{"rule": "risk.late_payer.late", "observed": 2, "threshold": 2}],
        ),
        (
            "cleared",
            "2026-02-25T00:00:00Z",
            [{"rule": "risk.late_payer.clear_on_time", "observed": 2, "threshold": 2}],
        ),
    ]


def test_open_risks_stand_in_the_snapshot() -> None:
    # Two payments 11 days late raise late_payer on the second day.
    feed = Feed().pay("02-12", "02-01").pay("02-13 07:00", "02-02")
    assert feed.outcome().values["ada"]["risks"] == [
        {"signal": "late_payer", "severity": "watch", "since": "2026-02-13T07:00:00Z"}
    ]


def test_a_signal_without_its_section_is_off() -> None:
    feed = Feed().pay("02-12", "02-01").pay("02-13", "02-02").call("02-14").call("02-14")
    feed.call("02-14").buy("04-01", "1", customer_id="bob")
    assert feed.outcome(risk={}).at_risk == []


def test_a_tier_brings_its_treatment() -> None:
    # 500.00 reach important exactly; 1500.00 more reach key.
    feed = Feed().buy("01-05", "500").buy("01-06", "1500")
    first, second = feed.outcome().tier_changes
    assert first["treatment"] == {"support_priority": 2}
    assert second["direction"] == "upgrade"
    assert second["reasons"] == [
        {"rule": "tiers.entry.key", "observed": "2000.00", "threshold": "2000.00"}
    ]


def test_money_is_written_with_the_base_currency_digits() -> None:
    terms = Terms(HAND_POLICY)
    assert [terms.text(minor) for minor in (-5, 0, 1230)] == ["-0.05", "0.00", "12.30"]
    terms.digits, terms.unit = 0, 1
    assert terms.text(-12) == "-12"
    terms.digits, terms.unit = 3, 1000
    assert terms.text(-1002) == "-1.002"
