"""Segments, contacts due and values that halve, worked out by hand."""

from typing import Any

import pytest

from . import decay
from .hand import HAND_POLICY, Feed, told
from .wire import Wire


def _segments(feed: Feed, **segments: Wire) -> tuple[object, list[Wire]]:
    """Give the segments in the snapshot, and the findings of the last tier change."""
    outcome = feed.outcome(segments=segments)
    reasons = outcome.tier_changes[-1]["reasons"]
    found = [its for its in reasons if its["rule"].startswith("segments.")]
    return outcome.values["ada"]["segments"], found


@pytest.mark.parametrize(
    ("section", "holds"),
    [({"contribution_from": "60.00"}, True), ({"contribution_from": "60.01"}, False)],
)
def test_the_best(section: Wire, holds: bool) -> None:
    held, found = _segments(Feed().buy("01-05", "100", cost="40"), best=section)
    assert held == (["best"] if holds else [])
    assert found == (
        [{"rule": "segments.best.contribution_from", "observed": "60.00", "threshold": "60.00"}]
        if holds
        else []
    )


def test_the_fake_big_and_the_worst() -> None:
    feed = Feed().buy("01-05", "1000", cost="1040")
    worst, fake = {"contribution_below": "-39.99"}, {"revenue_from": "1000.00"}
    held, found = _segments(feed, worst=worst, fake_big=fake | {"contribution_below": "0.00"})
    assert held == ["fake_big", "worst"]
    assert [tuple(its.values()) for its in found] == [
        ("segments.fake_big.revenue_from", "1000.00", "1000.00"),
        ("segments.fake_big.contribution_below", "-40.00", "0.00"),
        ("segments.worst.contribution_below", "-40.00", "-39.99"),
    ]
    held, _ = _segments(feed, worst={"contribution_below": "-40.00"})
    assert held == []


def test_the_over_served_stand_low_and_cost_more_than_their_share() -> None:
    # A third of 9.02 is 3.006..., so three chats of 1.00 are no more than that. The fourth is.
    # With 5000 more to its name a customer is not low.
    feed = Feed().buy("01-05", "9.02").call("01-05").call("01-05").call("01-05")
    section: Wire = {"over_served": {"service_share": "0.33333333"}}
    assert _segments(feed, **section)[0] == []
    feed.call("01-05")
    assert _segments(feed, **section)[0] == ["over_served"]
    feed.buy("01-06", "5", type="return")
    held, found = _segments(feed, **section)
    assert held == ["over_served"]
    # It fell to maintenance: 4.02 less 4 chats and the return's 9.00.
    assert [tuple(its.values()) for its in found] == [
        ("segments.over_served.service_share", "13.00", "1.34")
    ]
    locked = {"tier": "key", "mode": "lock", "reason": "?"}
    assert _segments(feed.master("01-07", override=locked), **section)[0] == []


def test_without_service_nobody_is_over_served() -> None:
    feed = Feed().buy("01-05", "9", cost="10")
    assert _segments(feed, over_served={"service_share": "0.5"})[0] == []


def test_the_potential_bring_far_more_than_in_the_window_before() -> None:
    # 100 on 5 January; 150 on 10 February, when the 100 are of the window before (of 13
    # December to 11 January). They leave that one on 6 March; the 150 leave theirs on 12 March,
    # and the one before on 11 April.
    section: Wire = {"growth": "1.5", "rise": "50.00"}
    feed = Feed().buy("01-05", "100").buy("02-10", "149.99")
    assert _segments(feed, potential=section)[0] == []
    feed.buy("02-10", "0.01")
    assert _segments(feed, potential=section)[0] == ["potential"]
    assert _segments(feed, potential=section | {"rise": "50.01"})[0] == []
    assert _segments(feed, potential=section | {"growth": "1.51"})[0] == []
    outcome = feed.until("03-05").outcome(segments={"potential": section})
    assert outcome.timers == 1
    outcome = feed.until("03-06").outcome(segments={"potential": section})
    assert outcome.timers == 2
    assert outcome.values["ada"]["as_of"] == "2026-03-06T00:00:00Z"
    assert feed.until("06-01").outcome(segments={"potential": section}).timers == 4
    assert feed.outcome().timers == 2


def test_a_potential_proves_itself_in_a_tier_change() -> None:
    # The 8.00 leave on 4 February. Down to maintenance on the 5th, up again on the 6th with
    # 12.00, which are 1.5 * 8.00.
    feed = Feed().buy("01-05", "8").buy("02-05", "1", cost="2").buy("02-06", "13")
    held, found = _segments(feed, potential={"growth": "1.5", "rise": "4.00"})
    assert held == ["potential"]
    assert [tuple(its.values()) for its in found] == [
        ("segments.potential.growth", "12.00", "12.00")
    ]


TREATED: dict[str, Any] = {
    "ordinary": {"contact_every_days": 10},
    "important": {"contact_every_days": 0},
}


def test_a_customer_left_alone_is_to_be_contacted_again_and_again() -> None:
    # Bought on the 5th, so on the 15th and the 25th; called on the 30th, so on 9 February.
    # The window of the sale ends on 4 February.
    feed = Feed().buy("01-05 10:00", "100").call("01-30 11:00", channel="self_service")
    feed.until("02-10")
    outcome = feed.outcome(treatment=TREATED, contacts_due={})
    assert [its for its in outcome.contacts_due if its["customer_id"] == "ada"] == [
        {
            "customer_id": "ada",
            "sequence": number,
            "reason": "interval",
            "tier": "ordinary",
            "last_touch_at": touched,
            "effective_at": at,
            "trigger": {"kind": "timer", "topic": None, "event_id": None},
            "treatment": {"contact_every_days": 10},
            "policy_version": "hand",
        }
        for number, touched, at in (
            (1, "2026-01-05T10:00:00Z", "2026-01-15T00:00:00Z"),
            (2, "2026-01-05T10:00:00Z", "2026-01-25T00:00:00Z"),
            (3, "2026-01-30T11:00:00Z", "2026-02-09T00:00:00Z"),
        )
    ]
    assert feed.outcome(treatment=TREATED).contacts_due == []
    none = feed.outcome(treatment=TREATED, contacts_due={"reasons": ["notice"]})
    assert (none.contacts_due, none.timers) == ([], 1)


def test_one_that_was_never_in_touch_is_counted_from_its_first_day() -> None:
    feed = Feed().master("01-05").pay("01-14", "01-14").until("01-15")
    outcome = feed.outcome(treatment=TREATED, contacts_due={})
    assert told(outcome.contacts_due, "last_touch_at", "effective_at") == [
        (None, "2026-01-15T00:00:00Z")
    ]


def test_a_tier_that_is_contacted_now_says_so_at_once() -> None:
    # Important and left alone since the 5th; ordinary, by the seller's word, on the 20th.
    lower = {"tier": "ordinary", "mode": "lock", "reason": "?"}
    feed = Feed().buy("01-05", "600").master("01-20", override=lower)
    outcome = feed.outcome(treatment=TREATED, contacts_due={})
    assert told(outcome.contacts_due, "reason", "effective_at", "trigger") == [
        ("interval", "2026-01-20T00:00:00Z", "event")
    ]


def test_a_complaint_counts_where_the_tier_does() -> None:
    feed = Feed().call("01-04", complaint=True).buy("01-05", "600").call("01-06", complaint=True)
    feed.call("01-07", complaint=False).buy("01-08", "1500").call("01-09", complaint=True)
    outcome = feed.outcome(contacts_due={})
    assert told(outcome.contacts_due, "sequence", "reason", "tier", "last_touch_at") == [
        (1, "complaint", "important", "2026-01-06T00:00:00Z"),
        (2, "complaint", "key", "2026-01-09T00:00:00Z"),
    ]


def test_contacts_due_begin_anew_after_an_erasure() -> None:
    feed = Feed().buy("01-05", "1").until("01-16").erase("01-17").buy("01-18", "1").until("01-29")
    outcome = feed.outcome(treatment=TREATED, contacts_due={})
    assert told(outcome.contacts_due, "sequence", "effective_at") == [
        (1, "2026-01-15T00:00:00Z"),
        (1, "2026-01-28T00:00:00Z"),
    ]


def test_a_weight_doubles_in_a_half_life() -> None:
    assert [decay.weight(day, 10, 0) for day in (-10, 0, 10, 320)] == [2**31, 2**32, 2**33, 2**64]
    # 2 ** 32.5 is 6074000999.95...; half a life before the landmark half of that, cut off.
    assert [decay.weight(day, 10, 0) for day in (5, -5)] == [6_074_001_000, 3_037_000_500]
    assert [decay.weight(day, 10, 0) for day in (-320, -330, -99_999)] == [1, 1, 1]


@pytest.mark.parametrize(
    ("left", "whole"), [(2, 0), (6, 2), (10, 2), (-2, 0), (-6, -2), (-7, -2), (-5, -1)]
)
def test_what_halves_is_rounded_half_to_even(left: int, whole: int) -> None:
    weight = decay.weight(0, 10, 320)
    assert weight == 1
    assert decay.on_day(left, 20, (10, 340)) == left
    assert decay.on_day(left * 2**30, 0, (10, 0)) == whole


HALVED: dict[str, Any] = HAND_POLICY["value"] | {
    "measure": "decayed",
    "half_life_days": 10,
    "landmark": "2026-01-05",
}


def test_an_index_halves_and_the_tier_goes_with_it() -> None:
    # 800 * 2 ** -0.6 are 527.80, * 2 ** -0.7 492.46: below the 500 of important on the 12th.
    # The window still holds the 800. As of 4 February they have left it, and the index is an
    # eighth of them.
    feed = Feed().buy("01-05 10:00", "800").until("01-31")
    outcome = feed.outcome(value=HALVED)
    assert told(outcome.tier_changes, "to_tier", "effective_at") == [
        ("important", "2026-01-05T10:00:00Z"),
        ("ordinary", "2026-01-12T00:00:00Z"),
    ]
    change = next(its for its in outcome.tier_changes if its["direction"] == "downgrade")
    assert (change["value"]["index"], change["value"]["contribution"]) == ("492.46", "800.00")
    assert change["reasons"][1] == {
        "rule": "tiers.entry.important",
        "observed": "492.46",
        "threshold": "500.00",
    }
    outcome = feed.until("02-04").outcome(value=HALVED)
    value = outcome.values["ada"]["value"]
    assert (value["index"], value["contribution"]) == ("100.00", "0.00")
    assert outcome.timers == 2


def test_an_event_before_the_window_counts_for_the_index_by_its_day() -> None:
    # 160 of ten days before the landmark and 100 of that are 180 as of then; three half-lives
    # later an eighth.
    feed = Feed().buy("02-04", "0").buy("12-26", "160", occurred_at="2025-12-26T00:00:00Z")
    outcome = feed.buy("01-05", "100").outcome(value=HALVED)
    value = outcome.values["ada"]["value"]
    assert (value["index"], value["revenue"]) == ("22.50", "0.00")


def test_what_waits_to_be_paid_halves_not() -> None:
    # 100 a half-life ago are 50; ten days over, the invoice costs 0.33 of interest just now.
    feed = Feed().buy("01-05", "100", invoice_id="i", due_at="2026-01-05T00:00:00Z")
    outcome = feed.until("01-15").outcome(value=HALVED, invoices={})
    assert outcome.values["ada"]["value"]["index"] == "49.67"


def test_a_notice_is_withdrawn_when_a_loss_is_forgotten() -> None:
    # Of -50 on the 5th 2 ** -0.7 are left on the 12th, -30.78, and 2 ** -0.8 on the 13th,
    # -28.72: ordinary is kept from -30 on.
    hold = {"upgrade_margin": "0", "keep_margin": "0", "min_band": "30", "min_dwell_days": 0}
    tiers = {"entry": HAND_POLICY["tiers"]["entry"], "hold": hold | {"grace_days": 20}}
    feed = Feed().buy("01-05", "0").buy("01-05", "50", type="return", items=1)
    feed.buy("01-05", "9").until("01-31")
    outcome = feed.outcome(value=HALVED, tiers=tiers)
    assert told(outcome.tier_changes, "direction", "effective_at") == [
        ("assigned", "2026-01-05T00:00:00Z"),
        ("notice", "2026-01-05T00:00:00Z"),
        ("notice_withdrawn", "2026-01-13T00:00:00Z"),
    ]
    assert outcome.tier_changes[2]["value"]["index"] == "-28.72"
