"""Signals worked out by hand: one at the bound, one beyond; cool-down, escalation, evidence."""

from typing import Any

import pytest

from .hand import HAND_POLICY, Feed, happened, proofs, told
from .test_oracle_value import COMMITMENT
from .wire import without_estimates

LIFETIME: dict[str, Any] = {
    "horizon_weeks": 39,
    "purchases": {"r": "1", "alpha": "1", "a": "1", "b": "1"},
    "one_purchase": {"r": "1", "alpha": "1", "a": "1", "b": "1"},
}
"""P(alive) is 1 / (2 + weeks) after one purchase day, 1 / (1 + (1 + T)² / (1 + t)²) after two."""
HAND: dict[str, Any] = HAND_POLICY["risk"]
OVERDUE: dict[str, Any] = {"overdue": {"watch": "2", "high": "3"}}
DROP: dict[str, Any] = {"recent_days": 5, "before_days": 10, "min_purchases": 2, "below": "0.5"}
INVOICES: dict[str, Any] = {"overdue_invoice": {"days": 2, "high_days": 4}}


def test_unprofitable_is_raised_at_its_tenure_and_cleared_by_profit() -> None:
    # First seen on 5 January, 20 days old on the 25th. 10.00 less the chat's 1.00 do not clear
    # it, one more does.
    risk = {"unprofitable": HAND["unprofitable"]}
    feed = Feed().call("01-05 10:00").buy("01-26", "10").buy("01-27", "1")
    assert happened(feed, risk) == ["raised watch 01-25", "cleared watch 01-27"]
    assert told(feed.outcome(risk=risk).at_risk, "trigger") == ["timer", "event"]
    assert proofs(feed, risk)[1] == "clear_at 10.00/10.00"


def test_a_support_spike_rises_with_calls_and_clears_with_silence() -> None:
    # Three calls within 7 days on the 7th; those of the 5th leave on the 12th, one remains.
    # Contacts that cost nothing count.
    feed = Feed()
    for at in ("01-05 01:00", "01-05 02:00", "01-07 03:00"):
        feed.call(at, channel="self_service")
    outcome = feed.until("02-01").outcome()
    assert happened(feed, HAND) == ["raised watch 01-07T03:00:00", "cleared watch 01-12"]
    assert proofs(feed, HAND) == ["contacts 3/3", "clear_at 1/1"]
    assert outcome.timers == 1
    assert feed.outcome(risk={}).at_risk == []


def test_a_late_payer_is_judged_by_when_payments_were_made() -> None:
    # 11 days late, on time, and then one arrives late that was made between the two, 11 days
    # late as well: 2 of the last 3. Exactly 10 days would not count. The next on-time payment
    # is the second in a row only because of the order in which they were made.
    risk = {"late_payer": HAND["late_payer"]}
    feed = Feed().pay("02-12", "02-01").pay("02-20", "02-20").pay("02-15", "02-04")
    risks = feed.outcome(risk=risk).values["ada"]["risks"]
    assert risks == [{"signal": "late_payer", "severity": "watch", "since": "2026-02-20T00:00:00Z"}]
    assert happened(feed.pay("02-25", "03-01"), risk) == [
        "raised watch 02-20",
        "cleared watch 02-25",
    ]
    assert proofs(feed, risk) == ["late 2/2", "clear_on_time 2/2"]
    assert happened(Feed().pay("02-11", "02-01").pay("02-12", "02-02"), risk) == []


def test_overdue_goes_by_the_gaps_between_purchase_days() -> None:
    # Three days, every four days; two gaps are 8 days, so the 9th day is one too many, and of
    # three gaps the 13th. Two sales of a day, and a return, are no more days.
    feed = Feed().buy("01-01", "1").buy("01-05", "1").buy("01-05", "1").buy("01-09", "1")
    feed.buy("01-10", "1", type="return").until("01-21 23:59")
    assert happened(feed, OVERDUE) == ["raised watch 01-18"]
    assert happened(feed.buy("01-25", "1"), OVERDUE)[1:] == [
        "escalated high 01-22",
        "cleared high 01-25",
    ]
    assert proofs(feed, OVERDUE) == [
        "watch 9/8, min_purchase_days 3/3",
        "high 13/12, min_purchase_days 3/3",
        "watch 0/16",
    ]
    assert happened(Feed().buy("01-01", "1").buy("01-02", "1").until("03-01"), OVERDUE) == []


def test_a_sale_that_comes_very_late_is_a_purchase_day_of_its_own() -> None:
    # As of 10 April the days before 6 February are known no more: a second sale on 2 January
    # counts again, one on the first day or within the 64 days does not.
    feed = Feed().buy("01-01", "1").buy("01-02", "1").buy("02-07", "1").buy("04-10", "1")
    feed.buy("01-01", "1").buy("02-07", "1").buy("01-02", "1")
    lifetime = feed.outcome(lifetime=LIFETIME).values["ada"]["lifetime"]
    assert lifetime["purchase_days"] == 5


def test_fading_goes_by_how_likely_it_is_there() -> None:
    # 1 / (2 + 6/7) is 0.35, 1 / (2 + 10/7) is 0.2917; with a second day just now it is 0.5.
    fading = {"fading": {"below": "0.36", "high_below": "0.3", "clear_at": "0.5"}}
    feed = Feed().buy("01-01", "1").buy("01-15", "1")
    assert happened(feed, fading, lifetime=LIFETIME) == [
        "raised watch 01-07",
        "escalated high 01-11",
        "cleared high 01-15",
    ]
    assert proofs(feed, fading, lifetime=LIFETIME) == [
        "below 0.3500/0.3600",
        "high_below 0.2917/0.3000",
        "clear_at 0.5000/0.5000",
    ]
    assert happened(Feed().call("01-01").until("03-01"), fading, lifetime=LIFETIME) == []


def test_no_second_purchase() -> None:
    risk = {"no_second_purchase": {"after_days": 5}}
    feed = Feed().buy("01-02", "1").buy("01-02 09:00", "1").buy("01-03", "1", type="return")
    assert happened(feed.until("01-06 23:59"), risk) == []
    feed.until("01-08").buy("01-01", "1")
    assert happened(feed, risk) == ["raised watch 01-07", "cleared watch 01-07"]
    assert proofs(feed, risk) == ["after_days 5/5", "no_second_purchase 2/2"]


def test_spend_drop_compares_the_last_days_with_those_before() -> None:
    # On the 8th both sales are before the last five days: 200 in 10 days are 100 in 5. On the
    # 18th nothing is left before them.
    risk = {"spend_drop": DROP | {"clear_at": "0.8"}}
    feed = Feed().buy("01-02", "100").buy("01-03", "100")
    feed.buy("01-09", "79.99").buy("01-10", "0.01")
    assert happened(feed, risk) == ["raised watch 01-08", "cleared watch 01-10"]
    assert proofs(feed, risk) == ["below 0.00/50.00, min_purchases 2/2", "clear_at 80.00/80.00"]
    # With 49.99 in the last days it is below; with 50.00 it is not.
    for paid, found in (
        ("0", ["raised watch 01-08", "cleared watch 01-18"]),
        ("49.99", ["raised watch 01-08"]),
        ("50.00", []),
    ):
        feed = Feed().buy("01-02", "100").buy("01-03", "100").buy("01-05", paid)
        assert happened(feed.until("02-01" if paid == "0" else "01-09"), risk) == found


def test_a_paid_amount_has_a_limit() -> None:
    # At 10^9 dollars a euro it is beyond 2^62 cents, which are 46116860184273879.04 dollars.
    rule = {"recent_days": 1, "before_days": 2, "min_purchases": 1, "below": "1", "clear_at": "1"}
    feed = Feed().buy("01-01", "999900000", currency="EUR").until("01-02")
    rates = {"EUR": {"2026-01-01": "1000000000.00"}}
    (raised,) = proofs(feed, {"spend_drop": rule}, rates=rates)
    assert raised.startswith("below 0.00/23058430092136939.52")


def test_return_abuse_counts_what_is_not_the_sellers_fault() -> None:
    # The sales leave with the day of the 3rd, on 2 February; the last return alone stays.
    risk = {"return_abuse": {"orders": 2, "above": "0.5", "clear_below": "0.5"}}
    feed = Feed().buy("01-02", "0").buy("01-03", "0")
    feed.buy("01-04", "0", type="return", seller_fault=True).buy("01-05", "0", type="return")
    assert happened(feed, risk) == []
    feed.buy("01-06", "0", type="return").until("03-01")
    assert happened(feed, risk) == ["raised watch 01-06", "cleared watch 02-02"]
    assert proofs(feed, risk) == ["above 1.0000/0.5000, orders 2/2", "clear_below 0.0000/0.5000"]
    # A day with only an order leaves the window at a due time where somebody asks for it.
    feed = Feed().buy("01-05", "0").until("03-01")
    assert (feed.outcome(risk=risk).timers, feed.outcome(risk={}).timers) == (1, 0)


def test_a_commitment_falls_short_of_its_pace() -> None:
    # Of 100 days: after 50 days 0.8 * 900 * 0.5 = 360 are asked for, after 51 days 367.20.
    risk = {"commitment_shortfall": {"after_share": "0.5", "below": "0.8", "clear_at": "0.9"}}
    feed = Feed().master("01-01", commitment=COMMITMENT).buy("01-02", "360").buy("02-20", "53.09")
    assert happened(feed, risk) == ["raised watch 02-20"]
    assert proofs(feed.buy("02-20", "0.01"), risk) == [
        "below 360.00/367.20, after_share 0.5100/0.5000",
        "clear_at 413.10/413.10",
    ]
    feed = Feed().master("01-01", commitment=COMMITMENT).buy("01-02", "359.99").until("03-01")
    assert happened(feed, risk) == ["raised watch 02-19"]
    assert proofs(feed.master("03-02"), risk)[1] == "commitment_shortfall 0/1"


def test_an_overdue_invoice_turns_to_the_microsecond() -> None:
    due = "2026-01-10T12:00:00Z"
    feed = Feed().buy("01-05", "10", invoice_id="i", due_at=due).until("01-12 11:59:59.999999")
    assert happened(feed, INVOICES, invoices={}) == []
    feed.pay("01-15", "01-10 12:00", amount="10")
    assert happened(feed, INVOICES, invoices={}) == [
        "raised watch 01-12T12:00:00",
        "escalated high 01-14T12:00:00",
        "cleared high 01-15",
    ]
    assert proofs(feed, INVOICES, invoices={}) == ["days 2/2", "high_days 4/4", "days 0/2"]


@pytest.mark.parametrize(
    ("since", "found"),
    [
        # Cleared at watch on the 13th: until the 16th only what is worse is raised.
        ("01-11", "raised watch 01-16"),
        ("01-08", "raised high 01-13T12:00:00"),
    ],
)
def test_for_some_days_only_what_is_worse_is_raised_again(since: str, found: str) -> None:
    feed = Feed().buy("01-05", "10", invoice_id="i", due_at="2026-01-10T12:00:00Z")
    feed.pay("01-13", "01-10 12:00", amount="10")
    # the other sale is told late
    feed.until("01-14").buy("01-06", "10", invoice_id="j", due_at=f"2026-{since}T12:00:00Z")
    feed.until("01-16")
    risk = {"cooldown_days": 3, "overdue_invoice": {"days": 2, "high_days": 5}}
    assert happened(feed, risk, invoices={})[2:] == [found]


def test_a_customer_stands_at_risk_with_points() -> None:
    # 21 and half more are 31.5; a policy's weight of 0 stands there, too. 100 is the most.
    risk = OVERDUE | {"support_spike": {"contacts": 1, "clear_at": 0, "window_days": 99}}
    risk |= {"actions": {"overdue": {"ordinary": "win_back"}}}
    feed = Feed().buy("01-01", "1").buy("01-02", "1").buy("01-03", "1").call("01-04").until("01-09")
    outcome = feed.outcome(risk=risk | {"weights": {"overdue": 21, "support_spike": 0}})
    parts = [
        {"signal": "overdue", "severity": "high", "points": 31},
        {"signal": "support_spike", "severity": "watch", "points": 0},
    ]
    assert outcome.values["ada"]["score"] == {"points": 31, "parts": parts}
    assert [its["score"]["points"] for its in outcome.at_risk[-2:]] == [21, 31]
    assert outcome.at_risk[-1]["recommended_action"] == "win_back"
    outcome = feed.outcome(risk=risk | {"weights": {"overdue": 80, "support_spike": 80}})
    assert outcome.values["ada"]["score"]["points"] == 100


def test_a_lifetime_is_told() -> None:
    # Two repeat days: 30 + 10 of the sales, less 8.01 given back, of which 2 are kept.
    feed = Feed().buy("01-01", "100").buy("01-08", "35", cost="5").buy("01-15", "10")
    feed.buy("01-15", "10.01", type="return", fee="2").buy("01-01", "7")
    assert feed.outcome().values["ada"]["lifetime"] is None
    values = feed.outcome(lifetime=LIFETIME).values["ada"]
    assert values["lifetime"] == {
        "first_purchase_on": "2026-01-01",
        "last_purchase_on": "2026-01-15",
        "purchase_days": 3,
        "mean_margin": "16.00",
        "p_alive": "0.6667",
        "expected_purchases": None,
        "expected_contribution": None,
        "horizon_weeks": 39,
    }
    real = values | {"lifetime": values["lifetime"] | {"expected_purchases": "1.0000"}}
    assert without_estimates(real) == values
    one = Feed().buy("01-01", "100").outcome(lifetime=LIFETIME).values["ada"]["lifetime"]
    assert (one["mean_margin"], one["p_alive"]) == (None, "0.5000")
    assert Feed().call("01-01").outcome(lifetime=LIFETIME).values["ada"]["lifetime"] is None
