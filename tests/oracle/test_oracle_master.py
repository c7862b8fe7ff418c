"""Master data, worked out by hand: whose word holds, overrides and notices, erasure."""

from typing import Any

import pytest

from .hand import HAND_POLICY, Feed, figures, proof, told
from .records import CUSTOMERS

WALLET: dict[str, Any] = {"amount": "1000.00", "currency": "USD"}
LOCK: dict[str, Any] = {"tier": "maintenance", "mode": "lock", "reason": "owes us"}
FLOOR: dict[str, Any] = {"tier": "important", "mode": "floor", "reason": "promised"}
HOLD: dict[str, Any] = {
    "entry": HAND_POLICY["tiers"]["entry"],
    "hold": {
        "upgrade_margin": "0",
        "keep_margin": "0.2",
        "min_dwell_days": 0,
        "grace_days": 9,
        "downgrade": "full",
    },
}
CHANGE = "direction from_tier to_tier tier_by_value effective_at trigger"
NOTICE = "direction to_tier effective_at takes_effect_at trigger"


def changes(feed: Feed, names: str = CHANGE, **policy: Any) -> list[str]:
    return told(feed.outcome(**policy).tier_changes, names)


def test_the_newest_master_data_replaces_the_whole_and_an_older_one_nothing() -> None:
    feed = Feed().master("01-05", segment="business", joined_at="2020-05-01T02:00:00+02:00")
    feed.master("01-07", region="north", event_id="x", customer_id="bob")
    assert feed.outcome().applied == {CUSTOMERS: 2}
    assert changes(feed) == ["assigned None ordinary ordinary 01-05 event"]
    nothing: dict[str, object] = dict.fromkeys(("segment", "region", "industry", "joined_at"))
    profile = nothing | {"segment": "business", "joined_at": "2020-05-01T00:00:00Z"}
    assert feed.outcome().values["ada"]["profile"] == profile
    feed.master("01-07", region="north").master("01-06", region="south", industry="tools")
    assert feed.outcome().values["ada"]["profile"] == nothing | {"region": "north"}
    feed.master("01-07", region="west")
    assert feed.outcome().values["ada"]["profile"]["region"] == "west"


@pytest.mark.parametrize(
    ("back", "wallet", "share"),
    [
        ("0", None, None),
        ("0", WALLET | {"amount": "0"}, None),
        # 100 in 30 days of a year's 1000: 1.21666...
        ("0", WALLET, "1.2167"),
        # 1000 EUR are 1100 USD: 1.10606...
        ("0", WALLET | {"currency": "EUR"}, "1.1061"),
        # -0.73 in 30 days of a year's 1000: -0.00888...
        ("100.73", WALLET, "-0.0089"),
    ],
)
def test_a_share_of_the_wallet(back: str, wallet: Any, share: str | None) -> None:
    feed = Feed().buy("01-05", "100").buy("01-05", back, type="return")
    feed.master("01-06", wallet=wallet)
    assert feed.outcome().values["ada"]["wallet_share"] == share


def test_a_floor_lifts_a_tier_until_it_expires_to_the_microsecond() -> None:
    until = "2026-01-20T06:30:00.000001Z"
    feed = Feed().buy("01-05", "100").master("01-10 08:00", override=FLOOR | {"expires_at": until})
    assert len(changes(feed.until("01-20 06:30"))) == 2
    outcome = feed.until("01-20 06:30:00.000001").outcome()
    assert changes(feed) == [
        "assigned None ordinary ordinary 01-05 event",
        "upgrade ordinary important ordinary 01-10T08:00:00 override",
        "downgrade important ordinary ordinary 01-20T06:30:00.000001 override",
    ]
    lifted, fell = (its for its in outcome.tier_changes if its["from_tier"])
    assert lifted["trigger"] == {"kind": "override", "topic": CUSTOMERS, "event_id": "e2"}
    assert lifted["override"] == FLOOR | {"expires_at": until}
    assert lifted["treatment"] == {"support_priority": 2}
    entry = "entry.ordinary 100.00/0.00, entry.important 100.00/500.00"
    assert proof(lifted["reasons"]) == f"{entry}, floor ordinary/important"
    assert fell["trigger"] == {"kind": "override", "topic": None, "event_id": None}
    assert (fell["override"], fell["treatment"], proof(fell["reasons"])) == (None, {}, entry)
    assert told([outcome.values["ada"]], "as_of tier tier_since override") == [
        "01-20T06:30:00.000001 ordinary 01-20 None"
    ]


def test_a_lock_holds_whatever_the_value_does_until_it_is_taken_back() -> None:
    # 600 are important, 2100 key. What is not in force is not told.
    feed = Feed().buy("01-05", "600").master("01-06", override=LOCK).buy("01-07", "1500")
    assert changes(feed.master("01-08")) == [
        "assigned None important important 01-05 event",
        "downgrade important maintenance important 01-06 override",
        "upgrade maintenance key key 01-08 override",
    ]
    reasons = proof(feed.outcome().tier_changes[1]["reasons"])
    assert reasons.endswith("lock important/maintenance")


def test_a_value_that_goes_above_its_floor_shows() -> None:
    feed = Feed().master("01-05", override=FLOOR).buy("01-06", "600").buy("01-07", "1500")
    assert changes(feed) == [
        "assigned None important ordinary 01-05 event",
        "upgrade important key key 01-07 event",
    ]
    assert proof(feed.outcome().tier_changes[1]["reasons"]).endswith("floor key/important")
    # The tier in force stands in signals.
    feed = Feed().master("01-01", override=FLOOR).call("01-05").call("01-05").call("01-05")
    assert told(feed.outcome().at_risk, "signal tier") == ["support_spike important"]


def test_an_override_that_is_over_when_it_comes_changes_nothing() -> None:
    over = FLOOR | {"expires_at": "2026-01-10T08:00:00Z"}
    feed = Feed().buy("01-05", "100").master("01-10 08:00", override=over).until("01-11")
    assert len(changes(feed)) == 1


def test_a_notice_under_a_floor_is_told_when_that_is_over() -> None:
    # The 600 leave on 4 February: a downgrade is to come on the 13th. The floor hides that for
    # two days and a half.
    floor = FLOOR | {"expires_at": "2026-02-06T12:00:00Z"}
    feed = Feed().buy("01-05", "600").master("01-10", override=floor).until("02-06 11:00")
    assert len(changes(feed, tiers=HOLD)) == 1
    assert feed.outcome(tiers=HOLD).values["ada"]["downgrade_at"] is None
    value = feed.until("02-06 12:00").outcome(tiers=HOLD).values["ada"]
    assert value["downgrade_at"] == "2026-02-13T00:00:00Z"
    outcome = feed.until("02-14").outcome(tiers=HOLD, contacts_due={})
    assert told(outcome.tier_changes, NOTICE)[1:] == [
        "notice ordinary 02-06T12:00:00 02-13 override",
        "downgrade ordinary 02-13 None timer",
    ]
    notice = next(its for its in outcome.tier_changes if its["direction"] == "notice")
    assert notice["tier_by_value"] == "important"
    assert proof(notice["reasons"]) == (
        "entry.ordinary 0.00/0.00, entry.important 0.00/500.00, hold.keep_margin 0.00/400.00"
    )
    assert told(outcome.contacts_due, "reason effective_at trigger") == [
        "notice 02-06T12:00:00 timer"
    ]


def test_a_lock_takes_a_notice_back_and_the_downgrade_comes_unseen() -> None:
    feed = Feed().buy("01-05", "600").until("02-05")
    feed.master("02-06", override=LOCK | {"tier": "important"}).until("02-14").master("02-15")
    assert changes(feed, NOTICE, tiers=HOLD)[1:] == [
        "notice ordinary 02-04 02-13 timer",
        "notice_withdrawn important 02-06 None override",
        "downgrade ordinary 02-15 None override",
    ]


def test_a_notice_above_a_floor_leads_no_further_than_that() -> None:
    # From key, a fall to ordinary by value is one to important in force.
    feed = Feed().buy("01-05", "2000").master("01-06", override=FLOOR).until("02-13")
    assert changes(feed, "direction to_tier tier_by_value", tiers=HOLD) == [
        "assigned key key",
        "notice important key",
        "downgrade important ordinary",
    ]


# erasure


def test_an_erased_customer_comes_again_as_a_new_one() -> None:
    feed = Feed().buy("01-05", "600", event_id="e").master("01-06", override=LOCK)
    outcome = feed.erase("01-10 03:00").buy("01-12", "5", event_id="e").outcome()
    assert outcome.erased == [("ada", 1_768_014_000_000_000, True)]
    assert told(outcome.tier_changes, "sequence direction to_tier") == [
        "1 assigned important",
        "2 downgrade maintenance",
        "1 assigned ordinary",
    ]
    assert figures(outcome, "revenue") == "5.00"
    assert outcome.values["ada"]["tenure_days"] == 0
    assert outcome.applied == {"purchases": 2, CUSTOMERS: 2}


def test_an_erased_customer_has_no_snapshot_and_nothing_is_due_of_it() -> None:
    feed = Feed().buy("01-05", "600").erase("01-10").erase("01-11").erase("01-11", "bob")
    outcome = feed.until("03-01").outcome()
    held = [(name, held) for name, _, held in outcome.erased]
    assert held == [("ada", True), ("ada", False), ("bob", False)]
    assert set(outcome.values) == {"clock"}
    assert (outcome.timers, len(changes(feed))) == (0, 1)


def test_what_is_due_before_an_erasure_comes_before_it() -> None:
    # Ada's and Bob's 600 leave on 4 February; the erasure is as good as an event of the 5th.
    feed = Feed().buy("01-05", "600").buy("01-05", "600", customer_id="bob").erase("02-05")
    assert told(feed.outcome().tier_changes, "customer_id to_tier", None)[2:] == [
        "ada ordinary",
        "bob ordinary",
    ]


def test_an_erasure_comes_before_a_sale_of_the_same_instant_and_without_a_time_is_none() -> None:
    feed = Feed().buy("01-05", "600").erase("01-05")
    outcome = feed.raw(CUSTOMERS, None, b"bob", timestamp_ms=-1).outcome()
    assert outcome.erased == [("ada", 1_767_571_200_000_000, False)]
    assert set(outcome.values) == {"ada"}
