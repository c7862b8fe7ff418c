"""Signals worked out by hand: one at the bound, one beyond; cool-down, escalation, evidence."""

from typing import Any

import pytest

from .hand import Feed
from .wire import Wire, without_estimates

LIFETIME: dict[str, Any] = {
    "horizon_weeks": 39,
    "purchases": {"r": "1", "alpha": "1", "a": "1", "b": "1"},
    "one_purchase": {"r": "1", "alpha": "1", "a": "1", "b": "1"},
}
"""P(alive) is 1 / (2 + weeks) after one purchase day, 1 / (1 + (1 + T)² / (1 + t)²) after two."""

Found = list[tuple[str, str, str]]


def happened(feed: Feed, risk: dict[str, Any], **policy: Any) -> Found:
    """Show of each record whether it was raised, the severity, and when."""
    outcome = feed.outcome(risk=risk, **policy)
    return [
        (its["status"], its["severity"], its["effective_at"][5:16])
        for its in outcome.at_risk
        if its["customer_id"] == "ada"
    ]


def proofs(feed: Feed, risk: dict[str, Any], **policy: Any) -> list[list[tuple[object, ...]]]:
    """Show the evidence of each record, rules without the signal."""
    outcome = feed.outcome(risk=risk, **policy)
    return [
        [
            (its["rule"].rpartition(".")[2], its["observed"], its["threshold"])
            for its in record["evidence"]
        ]
        for record in outcome.at_risk
        if record["customer_id"] == "ada"
    ]


OVERDUE: dict[str, Any] = {"overdue": {"watch": "2", "high": "3"}}


def test_overdue_goes_by_the_gaps_between_purchase_days() -> None:
    # Three days, every four days; two gaps are 8 days, so the 9th day is one too many, and of
    # three gaps the 13th. Two sales of a day, and a return, are no more days.
    feed = Feed().buy("01-01", "1").buy("01-05", "1").buy("01-05", "1").buy("01-09", "1")
    feed.buy("01-10", "1", type="return").until("01-21 23:59")
    assert happened(feed, OVERDUE) == [("raised", "watch", "01-18T00:00")]
    feed.buy("01-25", "1")
    assert happened(feed, OVERDUE)[1:] == [
        ("escalated", "high", "01-22T00:00"),
        ("cleared", "high", "01-25T00:00"),
    ]
    assert proofs(feed, OVERDUE) == [
        [("watch", 9, 8), ("min_purchase_days", 3, 3)],
        [("high", 13, 12), ("min_purchase_days", 3, 3)],
        [("watch", 0, 16)],
    ]
    assert happened(Feed().buy("01-01", "1").buy("01-02", "1").until("03-01"), OVERDUE) == []


def test_a_sale_that_comes_very_late_is_a_purchase_day_of_its_own() -> None:
    # As of 10 April the days before 6 February are known no more: a second sale on 2 January
    # counts again, one on the first day or within the 64 days does not.
    feed = Feed().buy("01-01", "1").buy("01-02", "1").buy("02-07", "1").buy("04-10", "1")
    feed.buy("01-01", "1").buy("02-07", "1").buy("01-02", "1")
    lifetime = feed.outcome(lifetime=LIFETIME).values["ada"]["lifetime"]
    assert lifetime["purchase_days"] == 5


FADING: dict[str, Any] = {"fading": {"below": "0.36", "high_below": "0.3", "clear_at": "0.5"}}


def test_fading_goes_by_how_likely_it_is_there() -> None:
    # 1 / (2 + 6/7) is 0.35, 1 / (2 + 10/7) is 0.2917; with a second day just now it is 0.5.
    feed = Feed().buy("01-01", "1").buy("01-15", "1")
    assert happened(feed, FADING, lifetime=LIFETIME) == [
        ("raised", "watch", "01-07T00:00"),
        ("escalated", "high", "01-11T00:00"),
        ("cleared", "high", "01-15T00:00"),
    ]
    assert proofs(feed, FADING, lifetime=LIFETIME) == [
        [("below", "0.3500", "0.3600")],
        [("high_below", "0.2917", "0.3000")],
        [("clear_at", "0.5000", "0.5000")],
    ]
    assert happened(Feed().call("01-01").until("03-01"), FADING, lifetime=LIFETIME) == []


def test_no_second_purchase() -> None:
    risk = {"no_second_purchase": {"after_days": 5}}
    feed = Feed().buy("01-02", "1").buy("01-02 09:00", "1").buy("01-03", "1", type="return")
    assert happened(feed.until("01-06 23:59"), risk) == []
    feed.until("01-08").buy("01-01", "1")
    assert happened(feed, risk) == [
        ("raised", "watch", "01-07T00:00"),
        ("cleared", "watch", "01-07T00:00"),
    ]
    assert proofs(feed, risk) == [[("after_days", 5, 5)], [("no_second_purchase", 2, 2)]]


def test_spend_drop_compares_the_last_days_with_those_before() -> None:
    # On the 8th both sales are before the last five days: 200 in 10 days are 100 in 5.
    rule = {"recent_days": 5, "before_days": 10, "min_purchases": 2, "below": "0.5"}
    risk = {"spend_drop": rule | {"clear_at": "0.8"}}
    feed = Feed().buy("01-02", "100").buy("01-03", "100").buy("01-09", "79.99")
    assert happened(feed, risk) == [("raised", "watch", "01-08T00:00")]
    feed.buy("01-10", "0.01")
    assert happened(feed, risk)[1:] == [("cleared", "watch", "01-10T00:00")]
    assert proofs(feed, risk) == [
        [("below", "0.00", "50.00"), ("min_purchases", 2, 2)],
        [("clear_at", "80.00", "80.00")],
    ]
    # With 49.99 in the last days it is below; with 50.00 it is not.
    for paid, found in (("49.99", 1), ("50.00", 0)):
        feed = Feed().buy("01-02", "100").buy("01-03", "100").buy("01-05", paid)
        assert len(happened(feed.until("01-09"), risk)) == found


def test_without_anything_before_nothing_has_dropped() -> None:
    # The second sale is before the last five days until the 17th.
    rule = {"recent_days": 5, "before_days": 10, "min_purchases": 2, "below": "0.5"}
    feed = Feed().buy("01-02", "100").buy("01-03", "100").until("02-01")
    assert happened(feed, {"spend_drop": rule | {"clear_at": "0.8"}}) == [
        ("raised", "watch", "01-08T00:00"),
        ("cleared", "watch", "01-18T00:00"),
    ]


def test_a_paid_amount_has_a_limit() -> None:
    # At 10^9 dollars a euro it is beyond 2^62 cents, which are 46116860184273879.04 dollars.
    rule = {"recent_days": 1, "before_days": 2, "min_purchases": 1, "below": "1"}
    feed = Feed().buy("01-01", "999900000", currency="EUR").until("01-02")
    rates = {"EUR": {"2026-01-01": "1000000000.00"}}
    (raised,) = proofs(feed, {"spend_drop": rule | {"clear_at": "1"}}, rates=rates)
    assert raised[0] == ("below", "0.00", "23058430092136939.52")


RETURNS: dict[str, Any] = {"return_abuse": {"orders": 2, "above": "0.5", "clear_below": "0.5"}}


def test_return_abuse_counts_what_is_not_the_sellers_fault() -> None:
    # The sales leave with the day of the 3rd, on 2 February; the last return alone stays.
    feed = Feed().buy("01-02", "0").buy("01-03", "0")
    feed.buy("01-04", "0", type="return", seller_fault=True, items=1)
    feed.buy("01-05", "0", type="return")
    assert happened(feed, RETURNS) == []
    feed.buy("01-06", "0", type="return").until("03-01")
    assert happened(feed, RETURNS) == [
        ("raised", "watch", "01-06T00:00"),
        ("cleared", "watch", "02-02T00:00"),
    ]
    assert proofs(feed, RETURNS) == [
        [("above", "1.0000", "0.5000"), ("orders", 2, 2)],
        [("clear_below", "0.0000", "0.5000")],
    ]


def test_a_day_with_only_an_order_leaves_the_window_at_its_due_time() -> None:
    feed = Feed().buy("01-05", "0").until("03-01")
    assert feed.outcome(risk=RETURNS).values["ada"]["as_of"] == "2026-02-04T00:00:00Z"
    assert feed.outcome(risk={}).timers == 0


COMMITMENT: dict[str, object] = {
    "amount": "900",
    "currency": "USD",
    "discount_rate": "0.10",
    "starts_on": "2026-01-01",
    "ends_on": "2026-04-10",
}


def test_a_commitment_falls_short_of_its_pace() -> None:
    # Of 100 days: after 50 days 0.8 * 900 * 0.5 = 360 are asked for, after 51 days 367.20.
    rule = {"after_share": "0.5", "below": "0.8", "clear_at": "0.9"}
    risk = {"commitment_shortfall": rule}
    feed = Feed().master("01-01", commitment=COMMITMENT).buy("01-02", "360").buy("02-20", "53.09")
    assert happened(feed, risk) == [("raised", "watch", "02-20T00:00")]
    assert proofs(feed, risk) == [
        [("below", "360.00", "367.20"), ("after_share", "0.5100", "0.5000")]
    ]
    again = Feed().master("01-01", commitment=COMMITMENT).buy("01-02", "359.99")
    assert happened(again.until("03-01"), risk) == [("raised", "watch", "02-19T00:00")]
    feed.buy("02-20", "0.01")
    assert proofs(feed, risk)[1] == [("clear_at", "413.10", "413.10")]
    assert proofs(again.master("03-02"), risk)[1] == [("commitment_shortfall", 0, 1)]


INVOICES: dict[str, Any] = {"overdue_invoice": {"days": 2, "high_days": 4}}


def test_an_overdue_invoice_turns_to_the_microsecond() -> None:
    due = "2026-01-10T12:00:00Z"
    feed = Feed().buy("01-05", "10", invoice_id="i", due_at=due).until("01-12 11:59:59.999999")
    assert happened(feed, INVOICES, invoices={}) == []
    feed.pay("01-15", "01-10 12:00", amount="10")
    assert happened(feed, INVOICES, invoices={}) == [
        ("raised", "watch", "01-12T12:00"),
        ("escalated", "high", "01-14T12:00"),
        ("cleared", "high", "01-15T00:00"),
    ]
    assert proofs(feed, INVOICES, invoices={}) == [
        [("days", 2, 2)],
        [("high_days", 4, 4)],
        [("days", 0, 2)],
    ]


@pytest.mark.parametrize(
    ("since", "found"),
    [
        # Cleared at watch on the 13th: until the 15th only what is worse is raised.
        ("01-11", ("raised", "watch", "01-16T00:00")),
        ("01-08", ("raised", "high", "01-14T00:00")),
    ],
)
def test_for_some_days_only_what_is_worse_is_raised_again(
    since: str, found: tuple[str, str, str]
) -> None:
    feed = Feed().buy("01-05", "10", invoice_id="i", due_at="2026-01-10T12:00:00Z")
    feed.pay("01-13", "01-10 12:00", amount="10")
    feed.buy("01-14", "10", invoice_id="j", due_at=f"2026-{since}T12:00:00Z").until("01-16")
    risk = {"cooldown_days": 3, "overdue_invoice": {"days": 2, "high_days": 5}}
    assert happened(feed, risk, invoices={})[2:] == [found]


def test_a_customer_stands_at_risk_with_points() -> None:
    # 21 and half more are 31.5; a policy's weight of 0 stands there, too.
    risk = OVERDUE | {"no_second_purchase": {"after_days": 1}, "weights": {"overdue": 21}}
    risk["support_spike"] = {"contacts": 1, "clear_at": 0, "window_days": 99}
    risk["weights"]["support_spike"] = 0
    feed = Feed().buy("01-01", "1").buy("01-02", "1").buy("01-03", "1").call("01-04").until("01-09")
    outcome = feed.outcome(risk=risk | {"actions": {"overdue": {"ordinary": "win_back"}}})
    parts: list[Wire] = [
        {"signal": "overdue", "severity": "high", "points": 31},
        {"signal": "support_spike", "severity": "watch", "points": 0},
    ]
    assert outcome.values["ada"]["score"] == {"points": 31, "parts": parts}
    assert [its["score"]["points"] for its in outcome.at_risk[-2:]] == [21, 31]
    assert outcome.at_risk[-1]["recommended_action"] == "win_back"
    weights = {"overdue": 80, "support_spike": 80}
    assert feed.outcome(risk=risk | {"weights": weights}).values["ada"]["score"]["points"] == 100


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
    none = Feed().call("01-01").outcome(lifetime=LIFETIME).values["ada"]["lifetime"]
    assert none is None
