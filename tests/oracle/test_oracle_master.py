"""Master data, worked out by hand: what is taken, whose word holds, overrides, erasure."""

import json
from typing import Any

import pytest

from .hand import HAND_POLICY, Feed, lines, told
from .records import CUSTOMERS
from .wire import Wire

RECORD: dict[str, object] = {
    "event_id": "e",
    "customer_id": "ada",
    "occurred_at": "2026-03-01T12:00:00Z",
}
WALLET: dict[str, object] = {"amount": "1000.00", "currency": "USD"}
COMMITMENT: dict[str, object] = {
    "amount": "900",
    "currency": "USD",
    "discount_rate": "0.10",
    "starts_on": "2026-01-01",
    "ends_on": "2026-04-10",
}
LOCK: dict[str, object] = {"tier": "maintenance", "mode": "lock", "reason": "owes us"}
FLOOR: dict[str, object] = {"tier": "important", "mode": "floor", "reason": "promised"}

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


def _override(given: dict[str, object], until: str | None = None) -> dict[str, object]:
    return given | {"expires_at": until}


@pytest.mark.parametrize(
    ("fields", "verdict"),
    [
        ({}, None),
        ({"segment": "business", "region": "", "industry": "tea", "joined_at": None}, None),
        ({"segment": "both"}, ("invalid_field", "segment")),
        ({"region": 5, "segment": "individual"}, ("invalid_field", "region")),
        ({"joined_at": "2020-01-01"}, ("invalid_field", "joined_at")),
        ({"wallet": WALLET | {"x": [1], "currency": "EUR"}}, None),
        ({"wallet": "1000"}, ("invalid_field", "wallet")),
        ({"wallet": {}}, ("missing_field", "wallet.amount")),
        ({"wallet": WALLET | {"currency": None}}, ("missing_field", "wallet.currency")),
        ({"wallet": WALLET | {"amount": "1.001"}}, ("invalid_field", "wallet.amount")),
        ({"wallet": {"amount": "1.001", "currency": "XXQ"}}, ("unknown_currency", None)),
        ({"wallet": {"amount": "5", "currency": "JPY"}}, ("unknown_currency", None)),
        ({"wallet": WALLET | {"currency": "\ud800"}}, ("malformed", None)),
        ({"commitment": COMMITMENT}, None),
        ({"commitment": COMMITMENT | {"currency": "KWD"}}, ("unknown_currency", None)),
        ({"commitment": COMMITMENT | {"discount_rate": "1.000"}}, None),
        ({"commitment": COMMITMENT | {"discount_rate": "0.12345678901234"}}, None),
        (
            {"commitment": COMMITMENT | {"discount_rate": "0.123456789012345"}},
            ("invalid_field", "commitment.discount_rate"),
        ),
        (
            {"commitment": COMMITMENT | {"discount_rate": "1.01"}},
            ("invalid_field", "commitment.discount_rate"),
        ),
        (
            {"commitment": COMMITMENT | {"starts_on": "2026-02-29"}},
            ("invalid_field", "commitment.starts_on"),
        ),
        (
            {"commitment": COMMITMENT | {"starts_on": "2026-W01-1"}},
            ("invalid_field", "commitment.starts_on"),
        ),
        ({"commitment": COMMITMENT | {"ends_on": "2026-01-01"}}, None),
        (
            {"commitment": COMMITMENT | {"ends_on": "2025-12-31"}},
            ("invalid_field", "commitment.ends_on"),
        ),
        (
            {"wallet": {"currency": 5}, "commitment": 5, "override": 5},
            ("missing_field", "wallet.amount"),
        ),
        ({"override": LOCK | {"reason": "x" * 1_000, "expires_at": None}}, None),
        ({"override": LOCK | {"reason": "x" * 1_001}}, ("invalid_field", "override.reason")),
        ({"override": LOCK | {"reason": ""}}, ("invalid_field", "override.reason")),
        ({"override": LOCK | {"mode": "roof"}}, ("invalid_field", "override.mode")),
        ({"override": LOCK | {"tier": None}}, ("missing_field", "override.tier")),
        ({"override": LOCK | {"expires_at": 0}}, ("invalid_field", "override.expires_at")),
        (
            {"customer_id": "eve", "wallet": {"amount": "5", "currency": "X"}},
            ("key_mismatch", None),
        ),
    ],
)
def test_master_data_is_judged_in_order(
    fields: dict[str, object], verdict: tuple[str, str | None] | None
) -> None:
    outcome = Feed().raw(CUSTOMERS, json.dumps(RECORD | fields).encode(), b"ada").outcome()
    found = (outcome.rejected[0][1], outcome.rejected[0][2]) if outcome.rejected else None
    assert found == verdict


@pytest.mark.parametrize("key", [None, b"", b"\xff", b"x" * 129])
def test_an_erasure_needs_a_customers_key(key: bytes | None) -> None:
    outcome = Feed().raw(CUSTOMERS, None, key).outcome()
    assert [why for _, why, _ in outcome.rejected] == ["key_mismatch"]


def test_only_customers_are_erased_by_nothing() -> None:
    outcome = Feed().raw("purchases", None).raw(CUSTOMERS, b"null").outcome()
    assert [why for _, why, _ in outcome.rejected] == ["malformed", "malformed"]


def test_the_same_master_data_in_other_words_is_dropped() -> None:
    feed = Feed().master("01-05", event_id="m", wallet=WALLET)
    feed.master("01-05", event_id="m", wallet=WALLET | {"amount": "1000"}, region=None)
    feed.master("01-05", event_id="m", wallet=WALLET | {"amount": "1001"})
    outcome = feed.outcome()
    assert outcome.dropped == {(CUSTOMERS, "duplicate"): 1}
    assert outcome.rejections == {(CUSTOMERS, "id_conflict"): 1}


def test_a_customer_may_begin_with_its_master_data() -> None:
    feed = Feed().master("01-05", segment="business", joined_at="2020-05-01T02:00:00+02:00")
    outcome = feed.master("01-07", region="north", event_id="x", customer_id="bob").outcome()
    assert outcome.applied == {CUSTOMERS: 2}
    assert told(outcome.tier_changes, "direction", "to_tier", "trigger") == [
        ("assigned", "ordinary", "event")
    ]
    assert outcome.values["ada"]["profile"] == {
        "segment": "business",
        "region": None,
        "industry": None,
        "joined_at": "2020-05-01T00:00:00Z",
    }


def test_the_newest_master_data_replaces_the_whole_and_an_older_one_nothing() -> None:
    feed = Feed().master("01-05", segment="business", industry="tea")
    feed.master("01-07", region="north").master("01-06", region="south", industry="tools")
    outcome = feed.outcome()
    assert outcome.values["ada"]["profile"]["region"] == "north"
    assert outcome.values["ada"]["profile"]["industry"] is None
    feed.master("01-07", region="west")
    assert feed.outcome().values["ada"]["profile"]["region"] == "west"


@pytest.mark.parametrize(
    ("wallet", "share"),
    [
        (None, None),
        (WALLET | {"amount": "0"}, None),
        # 100 in 30 days of a year's 1000: 1.21666...
        (WALLET, "1.2167"),
        # 1000 EUR are 1100 USD: 1.10606...
        (WALLET | {"currency": "EUR"}, "1.1061"),
    ],
)
def test_a_share_of_the_wallet(wallet: dict[str, object] | None, share: str | None) -> None:
    feed = Feed().buy("01-05", "100").master("01-06", wallet=wallet)
    assert feed.outcome().values["ada"]["wallet_share"] == share


def test_what_was_taken_back_is_a_share_below_nothing() -> None:
    # -0.73 in 30 days of a year's 1000: -0.00888...
    feed = Feed().buy("01-05", "0.73", type="return").master("01-06", wallet=WALLET)
    assert feed.outcome().values["ada"]["wallet_share"] == "-0.0089"


def test_a_floor_lifts_a_tier_until_it_expires_to_the_microsecond() -> None:
    until = "2026-01-20T06:30:00.000001Z"
    feed = Feed().buy("01-05", "100")
    feed.master("01-10 08:00", override=_override(FLOOR, until)).until("01-20 06:30:00.000001")
    outcome = feed.outcome()
    names = ("direction", "from_tier", "to_tier", "tier_by_value", "effective_at", "trigger")
    assert told(outcome.tier_changes, *names) == [
        ("assigned", None, "ordinary", "ordinary", "2026-01-05T00:00:00Z", "event"),
        ("upgrade", "ordinary", "important", "ordinary", "2026-01-10T08:00:00Z", "override"),
        ("downgrade", "important", "ordinary", "ordinary", until, "override"),
    ]
    _, lifted, fell, *_ = outcome.tier_changes
    assert lifted["trigger"] == {"kind": "override", "topic": CUSTOMERS, "event_id": "e2"}
    assert lifted["override"] == FLOOR | {"expires_at": until}
    assert lifted["treatment"] == {"support_priority": 2}
    entry = [
        {"rule": "tiers.entry.ordinary", "observed": "100.00", "threshold": "0.00"},
        {"rule": "tiers.entry.important", "observed": "100.00", "threshold": "500.00"},
    ]
    floor = {"rule": "override.floor", "observed": "ordinary", "threshold": "important"}
    assert lifted["reasons"] == [*entry, floor]
    assert fell["trigger"] == {"kind": "override", "topic": None, "event_id": None}
    assert (fell["override"], fell["treatment"], fell["reasons"]) == (None, {}, entry)
    value = outcome.values["ada"]
    assert (value["as_of"], value["tier_since"]) == (until, "2026-01-20T00:00:00Z")
    assert (value["tier"], value["override"]) == ("ordinary", None)


def test_a_lock_holds_whatever_the_value_does_until_it_is_taken_back() -> None:
    # 600 are important, 2100 key. What is not in force is not told.
    feed = Feed().buy("01-05", "600").master("01-06", override=LOCK).buy("01-07", "1500")
    feed.master("01-08")
    outcome = feed.outcome()
    names = ("sequence", "direction", "from_tier", "to_tier", "tier_by_value", "trigger")
    assert told(outcome.tier_changes, *names) == [
        (1, "assigned", None, "important", "important", "event"),
        (2, "downgrade", "important", "maintenance", "important", "override"),
        (3, "upgrade", "maintenance", "key", "key", "override"),
    ]
    assert outcome.tier_changes[1]["reasons"][-1] == {
        "rule": "override.lock",
        "observed": "important",
        "threshold": "maintenance",
    }


def test_a_value_that_goes_above_its_floor_shows() -> None:
    feed = Feed().master("01-05", override=FLOOR).buy("01-06", "600").buy("01-07", "1500")
    outcome = feed.outcome()
    assert told(outcome.tier_changes, "direction", "from_tier", "to_tier", "trigger") == [
        ("assigned", None, "important", "event"),
        ("upgrade", "important", "key", "event"),
    ]
    assert outcome.tier_changes[0]["tier_by_value"] == "ordinary"
    assert outcome.tier_changes[1]["reasons"][-1] == {
        "rule": "override.floor",
        "observed": "key",
        "threshold": "important",
    }


def test_an_override_that_is_over_when_it_comes_changes_nothing() -> None:
    over = _override(FLOOR, "2026-01-10T08:00:00Z")
    feed = Feed().buy("01-05", "100").master("01-10 08:00", override=over).until("01-11")
    assert len(told(feed.outcome().tier_changes, "direction")) == 1


def test_the_tier_in_force_stands_in_signals() -> None:
    feed = Feed().master("01-01", override=FLOOR)
    for _ in range(3):
        feed.call("01-05")
    assert told(feed.outcome().at_risk, "signal", "tier") == [("support_spike", "important")]


NOTICE = ("direction", "from_tier", "to_tier", "effective_at", "takes_effect_at", "trigger")


def test_a_notice_under_a_floor_is_told_when_that_is_over() -> None:
    # The 600 leave on 4 February: a downgrade is to come on the 13th. The floor hides that for
    # two days and a half.
    feed = Feed().buy("01-05", "600")
    feed.master("01-10", override=_override(FLOOR, "2026-02-06T12:00:00Z")).until("02-06 11:00")
    outcome = feed.outcome(tiers=HOLD, contacts_due={})
    assert len(told(outcome.tier_changes, "direction")) == 1
    assert outcome.values["ada"]["downgrade_at"] is None
    outcome = feed.until("02-06 12:00").outcome(tiers=HOLD, contacts_due={})
    assert outcome.values["ada"]["downgrade_at"] == "2026-02-13T00:00:00Z"
    feed.until("02-14")
    outcome = feed.outcome(tiers=HOLD, contacts_due={})
    at, effect = "2026-02-06T12:00:00Z", "2026-02-13T00:00:00Z"
    assert told(outcome.tier_changes, *NOTICE)[1:] == [
        ("notice", "important", "ordinary", at, effect, "override"),
        ("downgrade", "important", "ordinary", effect, None, "timer"),
    ]
    notice = next(it for it in outcome.tier_changes if it["direction"] == "notice")
    assert notice["tier_by_value"] == "important"
    assert notice["reasons"] == [
        {"rule": "tiers.entry.ordinary", "observed": "0.00", "threshold": "0.00"},
        {"rule": "tiers.entry.important", "observed": "0.00", "threshold": "500.00"},
        {"rule": "tiers.hold.keep_margin", "observed": "0.00", "threshold": "400.00"},
    ]
    assert told(outcome.contacts_due, "reason", "effective_at", "trigger") == [
        ("notice", at, "timer")
    ]


def test_a_lock_takes_a_notice_back_and_the_downgrade_comes_unseen() -> None:
    feed = Feed().buy("01-05", "600").until("02-05")
    feed.master("02-06", override=LOCK | {"tier": "important"}).until("02-14").master("02-15")
    outcome = feed.outcome(tiers=HOLD)
    assert told(outcome.tier_changes, *NOTICE)[1:] == [
        (
            "notice",
            "important",
            "ordinary",
            "2026-02-04T00:00:00Z",
            "2026-02-13T00:00:00Z",
            "timer",
        ),
        (
            "notice_withdrawn",
            "important",
            "important",
            "2026-02-06T00:00:00Z",
            None,
            "override",
        ),
        ("downgrade", "important", "ordinary", "2026-02-15T00:00:00Z", None, "override"),
    ]


def test_a_notice_above_a_floor_leads_no_further_than_that() -> None:
    # From key, a fall to ordinary by value is one to important in force.
    feed = Feed().buy("01-05", "2000").master("01-06", override=FLOOR).until("02-13")
    outcome = feed.outcome(tiers=HOLD)
    assert told(outcome.tier_changes, "direction", "to_tier", "tier_by_value") == [
        ("assigned", "key", "key"),
        ("notice", "important", "key"),
        ("downgrade", "important", "ordinary"),
    ]


def test_an_erased_customer_comes_again_as_a_new_one() -> None:
    feed = Feed().buy("01-05", "600", event_id="e").master("01-06", override=LOCK)
    feed.erase("01-10 03:00").buy("01-12", "5", event_id="e")
    outcome = feed.outcome()
    assert outcome.erased == [("ada", 1_768_014_000_000_000, True)]
    assert told(outcome.tier_changes, "sequence", "direction", "to_tier") == [
        (1, "assigned", "important"),
        (2, "downgrade", "maintenance"),
        (1, "assigned", "ordinary"),
    ]
    assert lines(outcome, "revenue") == ("5.00",)
    assert outcome.values["ada"]["tenure_days"] == 0
    assert outcome.applied == {"purchases": 2, CUSTOMERS: 2}


def test_an_erased_customer_has_no_snapshot_and_nothing_is_due_of_it() -> None:
    feed = Feed().buy("01-05", "600").erase("01-10").erase("01-11").erase("01-11", "bob")
    outcome = feed.until("03-01").outcome()
    assert [(name, held) for name, _, held in outcome.erased] == [
        ("ada", True),
        ("ada", False),
        ("bob", False),
    ]
    assert set(outcome.values) == {"clock"}
    assert (outcome.timers, len(told(outcome.tier_changes, "direction"))) == (0, 1)


def test_what_is_due_before_an_erasure_comes_before_it() -> None:
    # Ada's and Bob's 600 leave on 4 February; the erasure is as good as an event of the 5th.
    feed = Feed().buy("01-05", "600").buy("01-05", "600", customer_id="bob").erase("02-05")
    outcome = feed.outcome()
    for name in ("ada", "bob"):
        changes = told(outcome.tier_changes, "to_tier", customer_id=name)
        assert changes == [("important",), ("ordinary",)]


def test_an_erasure_comes_before_a_sale_of_the_same_instant() -> None:
    feed = Feed().buy("01-05", "600").erase("01-05")
    outcome = feed.outcome()
    assert outcome.erased == [("ada", 1_767_571_200_000_000, False)]
    assert set(outcome.values) == {"ada"}


def test_an_erasure_without_a_time_is_of_1970() -> None:
    feed = Feed().raw(CUSTOMERS, None, b"ada", timestamp_ms=-1)
    assert feed.outcome().erased == [("ada", 0, False)]


DISCOUNT: Wire = {
    "after_share": "0.25",
    "schedule": [{"from": "1000", "rate": "0.05"}, {"from": "4000", "rate": "0.10"}],
}


@pytest.mark.parametrize(
    ("now", "leakage"),
    [
        # The 24th of 100 days; a quarter of them is asked for.
        ("01-24", "0.00"),
        # 500 in 25 days make 2000 in all: half of the 10 % is earned.
        ("01-25", "25.00"),
        # In 50 days 1000, just so; in 51 days 980.
        ("02-19", "25.00"),
        ("02-20", "50.00"),
        ("05-01", "50.00"),
    ],
)
def test_a_discount_leaks_where_the_revenue_lags_behind(now: str, leakage: str) -> None:
    feed = Feed().master("01-01", commitment=COMMITMENT).buy("01-05", "500").until(now)
    outcome = feed.outcome(discount=DISCOUNT)
    assert lines(outcome, "discount_leakage") == (leakage,)
    assert lines(feed.outcome(), "discount_leakage") == ("0.00",)
    value = outcome.values["ada"]["value"]
    assert value["contribution"] == value["revenue"]


def test_leakage_is_due_when_it_changes_and_no_more() -> None:
    # 25 January and 20 February; the sale leaves the window on 4 February.
    feed = Feed().master("01-01", commitment=COMMITMENT).buy("01-05", "500").until("06-01")
    assert feed.outcome(discount=DISCOUNT).timers == 3


def test_the_revenue_of_a_term_is_what_is_known_when_it_is_agreed_on_and_all_after() -> None:
    # As of 20 February the 500 of 5 January have left the window; 100 of 25 January count, as
    # do 40 of the 6th that come late, less 10. The 7 of December are of no day in the term.
    feed = Feed().buy("01-05", "500").buy("01-25", "100").master("02-20", commitment=COMMITMENT)
    feed.buy("02-21", "10", type="return").buy("01-06", "40")
    feed.buy("01-01", "7", occurred_at="2025-12-31T23:00:00Z")
    assert lines(feed.outcome(discount=DISCOUNT), "discount_leakage") == ("13.00",)


def test_the_same_term_goes_on_and_another_begins_anew() -> None:
    feed = Feed().master("01-01", commitment=COMMITMENT).buy("01-05", "500")
    feed.master("02-20", commitment=COMMITMENT | {"discount_rate": "0.2"})
    assert lines(feed.outcome(discount=DISCOUNT), "discount_leakage") == ("100.00",)
    feed.master("02-21", commitment=COMMITMENT | {"ends_on": "2026-04-11"})
    assert lines(feed.outcome(discount=DISCOUNT), "discount_leakage") == ("0.00",)
    feed.buy("02-22", "10").master("02-23")
    assert lines(feed.outcome(discount=DISCOUNT), "discount_leakage") == ("0.00",)
