"""Values, tiers and due times worked out by hand, so that the recount itself can be trusted."""

from typing import Any

from .fields import CHANNELS
from .hand import HAND_POLICY, Feed, figures, told
from .money import Terms

FIGURES = "revenue goods_cost margin service_cost contribution"


def test_a_first_sale_assigns_a_tier_and_says_why() -> None:
    # 12.35 EUR * 1.10 = 13.585 USD, half to even: 13.58. Its goods cost 70 %: 9.506, so 9.51.
    feed = Feed().buy("01-05 10:00:00.25", "12.35", currency="EUR", cost=None)
    outcome = feed.outcome()
    fault = ("seller_fault", "seller_fault_refunds")
    nothing = ("discounts_given", "restocking_fees", "returns", "late_payment", "reminders")
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
        "lines": dict.fromkeys((*nothing, "discount_leakage", *fault), "0.00")
        | {"revenue": "13.58", "goods": "9.51", "revenue_without_cost": "13.58"}
        | {"contacts": dict.fromkeys(CHANNELS, "0.00")},
    }
    common = {
        "customer_id": "ada",
        "sequence": 1,
        "stage": None,
        "tier_by_value": "ordinary",
        "override": None,
        "cutoffs_version": None,
        "value": value,
        "policy_version": "hand",
    }
    assert outcome.tier_changes == [
        common
        | {
            "from_tier": None,
            "to_tier": "ordinary",
            "direction": "assigned",
            "takes_effect_at": None,
            "from_stage": None,
            "effective_at": "2026-01-05T10:00:00.250Z",
            "reasons": [
                {"rule": "tiers.entry.ordinary", "observed": "4.07", "threshold": "0.00"},
                {"rule": "tiers.entry.important", "observed": "4.07", "threshold": "500.00"},
            ],
            "trigger": {"kind": "event", "topic": "purchases", "event_id": "e1"},
            "treatment": {},
            "segments": [],
        }
    ]
    assert outcome.values["ada"] == common | {
        "as_of": "2026-01-05T10:00:00.250Z",
        "tier": "ordinary",
        "treatment": {},
        "tier_since": "2026-01-05T00:00:00Z",
        "stage_since": None,
        "downgrade_at": None,
        "tenure_days": 0,
        "wallet_share": None,
        "profile": dict.fromkeys(("segment", "region", "industry", "joined_at")),
        "segments": [],
        "risks": [],
        "score": {"points": 0, "parts": []},
        "ladder": None,
        "lifetime": None,
    }


def test_each_amount_is_converted_and_rounded_by_itself() -> None:
    # The last instant of January at 1.10 makes 11.00, the first of February at 1.20 12.00.
    feed = Feed().buy("01-31 23:59:59.999999", "10", currency="EUR")
    feed.buy("02-01", "10", currency="EUR")
    assert figures(feed.outcome(), FIGURES) == "23.00 0.00 23.00 0.00 23.00"
    # 30 s: 1.50 + 0.185 = 1.685, so 1.68. 90 s: 1.50 + 0.555 = 2.055, so 2.06.
    feed = Feed().call("01-05", channel="phone", duration_s=30)
    feed.call("01-05", channel="phone", duration_s=90)
    assert figures(feed.outcome(), FIGURES) == "0.00 0.00 0.00 3.74 -3.74"


def test_a_return_takes_back_and_costs_service() -> None:
    # Revenue 100 - 20, goods 40 - 10, so 50, and the fee of 2 kept. Service 8 + 3 * 1 = 11.
    feed = Feed().buy("01-05", "100", cost="40")
    feed.buy("01-06", "20", type="return", cost="10", fee="2", items=3)
    assert figures(feed.outcome(), FIGURES) == "80.00 30.00 52.00 11.00 41.00"
    # A return without cost gets nothing back. Service 8 + 1.
    feed = Feed().buy("01-05", "20", type="return", cost=None)
    assert figures(feed.outcome(), FIGURES) == "-20.00 0.00 -20.00 9.00 -29.00"


def test_a_late_payment_costs_a_fee_and_interest() -> None:
    # 10.5 days count as 10: 5 + 100 * 0.12 * 10 / 365 = 5.3287. One microsecond short of a day
    # is not late, and a failed payment costs nothing.
    feed = Feed().pay("02-11 12:00", "02-01").pay("02-12 23:59:59.999999", "02-12")
    feed.pay("02-13", "01-01", status="failed")
    assert figures(feed.outcome(), "late_payment service_cost") == "5.33 5.33"


def test_a_value_is_made_up_of_lines() -> None:
    # Goods 70 % of 100, less 10 got back. Discounts 120 - 100 less 30 - 20. The call of 90 s
    # costs 1.50 + 0.555 = 2.055, so 2.06; the return 8 + 3 * 1 = 11; both the seller's fault.
    feed = (
        Feed().buy("01-05", "100", cost=None, list_amount="120").buy("01-06", "7", list_amount="5")
    )
    back: dict[str, Any] = {"type": "return", "list_amount": "30", "seller_fault": True}
    feed.buy("01-06", "20", cost="10", fee="2", items=3, **back)
    feed.call("01-07", channel="phone", duration_s=90, seller_fault=True).call("01-07")
    outcome = feed.outcome()
    assert figures(outcome, f"{FIGURES} index") == "87.00 60.00 29.00 14.06 14.94 14.94"
    assert (
        figures(outcome, "discounts_given goods restocking_fees returns")
        == "10.00 60.00 2.00 11.00"
    )
    assert figures(outcome, "seller_fault revenue_without_cost estimated") == "13.06 100.00 True"
    # paid 20, of which 10 came back and 2 are kept
    assert figures(outcome, "seller_fault_refunds") == "8.00"
    contacts = outcome.values["ada"]["value"]["lines"]["contacts"]
    assert list(contacts.values()) == ["2.06", "1.00", *["0.00"] * 7]
    # The sale of the 5th leaves 30 days on 4 February, and with it the estimate.
    assert figures(feed.until("02-04").outcome(), "estimated") == "False"


def test_a_day_leaves_the_window_at_its_own_due_time() -> None:
    # 600.00 of 5 January leave on 4 February; the 7.00 of 20 January on 19 February. What is
    # due comes before Bob's event of 1 March; nothing is due at the midnights between.
    feed = Feed().buy("01-05 10:00", "600").buy("01-20 09:00", "7")
    outcome = feed.buy("03-01", "1", customer_id="bob").outcome()
    assert told(outcome.tier_changes, "customer_id to_tier effective_at trigger", None) == [
        "ada important 01-05T10:00:00 event",
        "ada ordinary 02-04 timer",
        "bob ordinary 03-01 event",
    ]
    assert outcome.timers == 2
    assert told([outcome.values["ada"]], "as_of") == ["02-19"]
    assert figures(outcome, "revenue") == "0.00"
    # So does one on which only a discount was given.
    assert Feed().buy("01-05", "0", list_amount="5").until("03-01").outcome().timers == 1


def test_what_is_due_comes_by_time_and_then_by_customer() -> None:
    # Zoe and Ada fall on 4 February, Bob on the 3rd; the event at that midnight comes after.
    feed = Feed().buy("01-04", "600", customer_id="bob")
    feed.buy("01-05", "600", customer_id="zoe").buy("01-05", "600", customer_id="ada")
    changes = feed.buy("02-04", "600", customer_id="ann").outcome().tier_changes
    assert told(changes[3:], "customer_id to_tier", None) == [
        "bob ordinary",
        "ada ordinary",
        "zoe ordinary",
        "ann important",
    ]


def test_what_a_late_event_makes_due_happens_right_after_it() -> None:
    # Bob brings the stream to 1 March. Ada's event of 5 January then leaves on 4 February.
    feed = Feed().buy("03-01", "1", customer_id="bob").buy("01-05", "600")
    changes = told(feed.outcome().tier_changes, "to_tier effective_at")
    assert changes == ["important 01-05", "ordinary 02-04"]


def test_an_event_before_the_window_moves_only_the_tenure() -> None:
    # As of 1 March a sale of 30 January is outside 30 days (31 January is the first day in),
    # but the customer is now 30 days old, so the loss of 1.00 makes it unprofitable.
    outcome = Feed().buy("03-01 08:00", "4", cost="5").buy("01-30", "50").outcome()
    assert figures(outcome, FIGURES) == "4.00 5.00 -1.00 0.00 -1.00"
    assert outcome.applied == {"purchases": 2}
    assert told(outcome.at_risk, "signal status effective_at sequence tier") == [
        "unprofitable raised 03-01T08:00:00 2 maintenance"
    ]
    assert told(outcome.at_risk, "evidence") == [
        "[unprofitable.below -1.00/0.00, unprofitable.min_tenure_days 30/20]"
    ]


def test_a_tier_is_reached_at_its_entry_and_brings_its_treatment() -> None:
    changes = Feed().buy("01-05", "500").buy("01-06", "1500").outcome().tier_changes
    assert told(changes, "direction to_tier treatment") == [
        "assigned important {'support_priority': 2}",
        "upgrade key {}",
    ]
    assert told(changes, "reasons") == [
        "[entry.important 500.00/500.00, entry.key 500.00/2000.00]",
        "[entry.key 2000.00/2000.00]",
    ]


def test_money_is_written_with_the_base_currency_digits() -> None:
    terms = Terms(HAND_POLICY)
    assert [terms.text(minor) for minor in (-5, 0, 1230)] == ["-0.05", "0.00", "12.30"]
    terms.digits, terms.unit = 0, 1
    assert terms.text(-12) == "-12"
    terms.digits, terms.unit = 3, 1000
    assert terms.text(-1002) == "-1.002"
