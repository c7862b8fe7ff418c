"""Segments, contacts due and values that halve, worked out by hand."""

from typing import Any

from . import decay
from .hand import HAND_POLICY, Feed, figures, proof, told


def _held(feed: Feed, **segments: Any) -> str:
    """Show the segments in the snapshot."""
    return " ".join(feed.outcome(segments=segments).values["ada"]["segments"])


def _proved(feed: Feed, **segments: Any) -> str:
    """Show what the last tier change says of segments."""
    reasons = feed.outcome(segments=segments).tier_changes[-1]["reasons"]
    return proof([its for its in reasons if its["rule"].startswith("segments.")])


def test_segments_by_what_is_brought_hold_at_their_bounds() -> None:
    feed = Feed().buy("01-05", "1000", cost="1040")
    for section, held in (
        ({"best": {"contribution_from": "-40.00"}}, "best"),
        ({"best": {"contribution_from": "-39.99"}}, ""),
        ({"worst": {"contribution_below": "-39.99"}}, "worst"),
        ({"worst": {"contribution_below": "-40.00"}}, ""),
        ({"fake_big": {"revenue_from": "1000.00", "contribution_below": "-39.99"}}, "fake_big"),
        ({"fake_big": {"revenue_from": "1000.00", "contribution_below": "-40.00"}}, ""),
        ({"fake_big": {"revenue_from": "1000.01", "contribution_below": "-39.99"}}, ""),
    ):
        assert _held(feed, **section) == held
    fake_big = {"revenue_from": "1000.00", "contribution_below": "0.00"}
    assert _proved(feed, worst={"contribution_below": "-39.99"}, fake_big=fake_big) == (
        "fake_big.revenue_from 1000.00/1000.00, fake_big.contribution_below -40.00/0.00, "
        "worst.contribution_below -40.00/-39.99"
    )


def test_the_over_served_stand_low_and_cost_more_than_their_share() -> None:
    # A third of 9.02 is 3.006..., so three chats of 1.00 are no more than that. The fourth is,
    # and so are 4 chats and the return's 9.00 of 4.02. Who is locked high is not low; without
    # service, and at just the share, nobody is over-served.
    rule = {"service_share": "0.33333333"}
    feed = Feed().buy("01-05", "9.02").call("01-05").call("01-05").call("01-05")
    assert _held(feed, over_served=rule) == ""
    assert _held(feed.call("01-05"), over_served=rule) == "over_served"
    feed.buy("01-06", "5", type="return")
    assert _proved(feed, over_served=rule) == "over_served.service_share 13.00/1.34"
    feed.master("01-07", override={"tier": "key", "mode": "lock", "reason": "?"})
    assert _held(feed, over_served=rule) == ""
    assert _held(Feed().buy("01-05", "9", cost="10"), over_served={"service_share": "0.5"}) == ""
    assert (
        _held(Feed().buy("01-05", "4").call("01-05"), over_served={"service_share": "0.25"}) == ""
    )


def test_the_potential_bring_far_more_than_in_the_window_before() -> None:
    # 100 on 5 January; 150 on 10 February, when the 100 are of the window before (of 13
    # December to 11 January). They leave that one on 6 March; the 150 leave theirs on 12 March,
    # and the one before on 11 April.
    rule = {"growth": "1.5", "rise": "50.00"}
    feed = Feed().buy("01-05", "100").buy("02-10", "149.99")
    assert _held(feed, potential=rule) == ""
    assert _held(feed.buy("02-10", "0.01"), potential=rule) == "potential"
    assert _held(feed, potential=rule | {"rise": "50.01"}) == ""
    assert _held(feed, potential=rule | {"growth": "1.51"}) == ""
    for until, timers in (("03-05", 1), ("03-06", 2), ("06-01", 4)):
        assert feed.until(until).outcome(segments={"potential": rule}).timers == timers
    assert feed.outcome().timers == 2
    # The 8.00 leave on 4 February. Down to maintenance on the 5th, up again with 12.00.
    feed = Feed().buy("01-05", "8").buy("02-05", "1", cost="2").buy("02-06", "13")
    assert (
        _proved(feed, potential={"growth": "1.5", "rise": "4.00"}) == "potential.growth 12.00/12.00"
    )


TELLING: dict[str, Any] = HAND_POLICY["tiers"] | {"tells": ["segments"]}
FREE: dict[str, Any] = HAND_POLICY["service"] | {"late_payment": {}}
"""Late payments cost nothing: no figure moves a tier."""


def _entered(feed: Feed, **policy: Any) -> list[str]:
    """Show what is told of segments, and when."""
    changes = feed.outcome(tiers=TELLING, service=FREE, **policy).tier_changes
    return told(changes, "direction effective_at trigger segments")


def test_the_latent_spend_little_of_a_wallet_that_is_known() -> None:
    # 3650.00 a year are 300.00 in a window of 30 days, of which a quarter is 75.00.
    wallet = {"amount": "3650", "currency": "USD"}
    rule = {"wallet_share_below": "0.25"}
    feed = Feed().buy("01-05", "74.99")
    assert _held(feed, latent=rule) == ""
    assert _held(feed.master("01-06", wallet=wallet), latent=rule) == "latent"
    assert _proved(feed.buy("01-07", "600"), latent=rule | {"wallet_share_below": "3"}) == (
        "latent.wallet_share_below 2.2500/3.0000"
    )
    feed = Feed().buy("01-05", "75.00").master("01-06", wallet=wallet)
    assert _held(feed, latent=rule) == ""
    none = wallet | {"amount": "0"}
    assert _held(Feed().buy("01-05", "1").master("01-06", wallet=none), latent=rule) == ""


def test_prompt_payers_were_on_time_and_not_late_in_the_window() -> None:
    # A day late on the 5th, which leaves the window on 4 February. On the 10th of that month an
    # invoice falls due, and is late on the 11th.
    segments = {"prompt_payer": {"payments": 2}}
    feed = Feed().pay("01-05", "01-04").pay("01-06", "01-06").pay("01-07", "01-09")
    feed.buy("01-08", "1", invoice_id="o", due_at="2026-02-10T00:00:00Z").until("02-20")
    first = "assigned 01-05 event []"
    entered = "segment 02-04 timer ['prompt_payer']"
    assert _entered(feed, segments=segments) == [first, entered]
    late = "segment 02-11 timer []"
    assert _entered(feed, segments=segments, invoices={}) == [first, entered, late]
    assert _entered(feed, segments={"prompt_payer": {"payments": 3}}) == [first]


def test_a_whole_window_before_begins_after_the_first_day() -> None:
    # Known since 5 January: on 6 March the window before is that of 6 January to 4 February.
    rule = {"growth": "1.5", "rise": "50.00"}
    feed = Feed().master("01-05").buy("03-01", "100").until("03-20")
    first = "assigned 01-05 event []"
    assert _entered(feed, segments={"potential": rule}) == [
        first,
        "segment 03-01 event ['potential']",
    ]
    assert _entered(feed, segments={"potential": rule | {"whole_window": True}}) == [
        first,
        "segment 03-06 timer ['potential']",
    ]


def test_a_segment_grants_what_is_laid_over_the_tier_s() -> None:
    granted: dict[str, Any] = {"ordinary": {"bonus": 1}, "when": {"best": {"bonus": 3}}}
    segments = {"best": {"contribution_from": "100.00"}}
    feed = Feed().buy("01-05", "99").buy("01-06", "1")
    outcome = feed.outcome(
        segments=segments, treatment=granted, tiers=TELLING | {"tells": ["treatment", "segments"]}
    )
    assert told(outcome.tier_changes, "direction treatment segments") == [
        "assigned {'bonus': 1} []",
        "treatment {'bonus': 3} ['best']",
    ]
    assert proof(outcome.tier_changes[1]["reasons"]).split(", ")[-2:] == [
        "when.best segment/held",
        "best.contribution_from 100.00/100.00",
    ]
    assert outcome.values["ada"]["treatment"] == {"bonus": 3}


TREATED: dict[str, Any] = {
    "ordinary": {"contact_every_days": 10},
    "important": {"contact_every_days": 0},
}


def _due(feed: Feed, names: str) -> list[str]:
    return told(feed.outcome(treatment=TREATED, contacts_due={}).contacts_due, names)


def test_a_customer_left_alone_is_to_be_contacted_again_and_again() -> None:
    # Bought on the 5th, so on the 15th and the 25th; called on the 30th, so on 9 February.
    # The window of the sale ends on 4 February.
    feed = Feed().buy("01-05 10:00", "100").call("01-30 11:00", channel="self_service")
    feed.until("02-10")
    assert _due(feed, "sequence last_touch_at effective_at trigger tier treatment reason") == [
        f"{when} timer ordinary {{'contact_every_days': 10}} interval"
        for when in (
            "1 01-05T10:00:00 01-15",
            "2 01-05T10:00:00 01-25",
            "3 01-30T11:00:00 02-09",
        )
    ]
    assert feed.outcome(treatment=TREATED).contacts_due == []
    none = feed.outcome(treatment=TREATED, contacts_due={"reasons": ["notice"]})
    assert (none.contacts_due, none.timers) == ([], 1)


def test_one_that_was_never_in_touch_is_counted_from_its_first_day() -> None:
    feed = Feed().master("01-05").pay("01-14", "01-14").until("01-15")
    assert _due(feed, "last_touch_at effective_at") == ["None 01-15"]


def test_a_tier_that_is_contacted_now_says_so_at_once() -> None:
    # Important and left alone since the 5th; ordinary, by the seller's word, on the 20th.
    lower = {"tier": "ordinary", "mode": "lock", "reason": "?"}
    feed = Feed().buy("01-05", "600").master("01-20", override=lower)
    assert _due(feed, "reason effective_at trigger") == ["interval 01-20 event"]


def test_a_complaint_counts_where_the_tier_does() -> None:
    feed = Feed().call("01-04", complaint=True).buy("01-05", "600").call("01-06", complaint=True)
    feed.call("01-07", complaint=False).buy("01-08", "1500").call("01-09", complaint=True)
    assert _due(feed, "sequence reason tier last_touch_at") == [
        "1 complaint important 01-06",
        "2 complaint key 01-09",
    ]


def test_contacts_due_begin_anew_after_an_erasure() -> None:
    feed = Feed().buy("01-05", "1").until("01-16").erase("01-17").buy("01-18", "1").until("01-29")
    assert _due(feed, "sequence effective_at") == ["1 01-15", "1 01-28"]


def test_a_weight_doubles_in_a_half_life_and_what_halves_is_rounded_half_to_even() -> None:
    assert [decay.weight(day, 10, 0) for day in (-10, 0, 10, 320)] == [2**31, 2**32, 2**33, 2**64]
    # 2 ** 32.5 is 6074000999.95...; half a life before the landmark half of that, cut off.
    assert [decay.weight(day, 10, 0) for day in (5, -5)] == [6_074_001_000, 3_037_000_500]
    assert [decay.weight(day, 10, 0) for day in (-320, -330, -99_999)] == [1, 1, 1]
    for quarters, whole in ((2, 0), (6, 2), (10, 2), (-2, 0), (-6, -2), (-7, -2), (-5, -1)):
        assert decay.on_day(quarters * 2**30, 0, (10, 0)) == whole


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
    changes = feed.outcome(value=HALVED).tier_changes
    assert told(changes, "to_tier effective_at") == [
        "important 01-05T10:00:00",
        "ordinary 01-12",
    ]
    assert proof(changes[1]["reasons"]).endswith("entry.important 492.46/500.00")
    assert changes[1]["value"]["contribution"] == "800.00"
    outcome = feed.until("02-04").outcome(value=HALVED)
    assert figures(outcome, "index contribution") == "100.00 0.00"
    assert outcome.timers == 2


def test_an_event_before_the_window_counts_for_the_index_by_its_day() -> None:
    # 160 of ten days before the landmark and 100 of that are 180 as of then; three half-lives
    # later an eighth.
    feed = Feed().buy("02-04", "0").buy("12-26", "160", occurred_at="2025-12-26T00:00:00Z")
    outcome = feed.buy("01-05", "100").outcome(value=HALVED)
    assert figures(outcome, "index revenue") == "22.50 0.00"


def test_what_waits_to_be_paid_halves_not() -> None:
    # 100 a half-life ago are 50; ten days over, the invoice costs 0.33 of interest just now.
    feed = Feed().buy("01-05", "100", invoice_id="i", due_at="2026-01-05T00:00:00Z")
    outcome = feed.until("01-15").outcome(value=HALVED, invoices={})
    assert figures(outcome, "index") == "49.67"


def test_a_notice_is_withdrawn_when_a_loss_is_forgotten() -> None:
    # Of -50 on the 5th 2 ** -0.7 are left on the 12th, -30.78, and 2 ** -0.8 on the 13th,
    # -28.72: ordinary is kept from -30 on.
    hold = {"upgrade_margin": "0", "keep_margin": "0", "min_band": "30", "min_dwell_days": 0}
    tiers = {"entry": HAND_POLICY["tiers"]["entry"], "hold": hold | {"grace_days": 20}}
    feed = Feed().buy("01-05", "0").buy("01-05", "50", type="return", items=1)
    changes = feed.buy("01-05", "9").until("01-31").outcome(value=HALVED, tiers=tiers).tier_changes
    assert told(changes, "direction effective_at") == [
        "assigned 01-05",
        "notice 01-05",
        "notice_withdrawn 01-13",
    ]
    assert changes[2]["value"]["index"] == "-28.72"
