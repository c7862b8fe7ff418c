"""Notices under an override: told where the tier in force would go down, and only there."""

from typing import Any

import pytest

from schemas.base.vocabulary import TIERS
from schemas.outputs.records import TIER_CHANGES
from schemas.state.codec import decode_customer, read_head
from tests.support.feeding import clock, on, record, sale
from tests.support.hearing import proof_of
from tests.support.overriding import HELD, Tiered, spent, word
from tests.support.signalling import midnight, tick

BEST, FALLS, RECOVERS = sale(1, amount="3000"), spent(3, "2900"), "2900"
TOLD = "assigned notice/key/ordinary/event"


def overridden(day: int, mode: str, tier: str, expires_at: str | None = None) -> dict[str, Any]:
    return record(day, override=word(mode, tier, expires_at))


def noticed(mode: str, tier: str, expires_at: str | None = None) -> list[dict[str, Any]]:
    """A key customer by value, under an override; on the 3rd it falls below what keeps it."""
    return [BEST, overridden(2, mode, tier, expires_at), FALLS]


def small(brought: str, tier: str, loss: str) -> list[dict[str, Any]]:
    """One that brought less, with a floor."""
    return [sale(1, amount=brought), overridden(2, "floor", tier), spent(3, loss)]


KEY_ENDS, LAST = noticed("lock", "key", on(4)), "23:59:59.999999"
JUST, BEFORE = (noticed("lock", "key", its) for its in (midnight(6), on(5, LAST)))
SHOWN = "assigned - - notice/key/ordinary/override"
BOTH = "assigned - - notice/key/ordinary/override+notice_withdrawn/key/key/event"
LOWER = [*noticed("lock", "maintenance", on(4)), tick(4, "12:00:00")]
AGAIN = [*noticed("lock", "key"), sale(4, amount=RECOVERS), record(5)]
FURTHER = [*small("600", "important", "300"), tick(6), record(7)]
RAISED = "assigned downgrade - upgrade/maintenance/key/override+notice/key/ordinary/override"
PROMISES: dict[str, Any] = {
    "not where a floor is the tier": ([*noticed("floor", "key"), tick(6)], "assigned - - -"),
    "not under a lock": ([*noticed("lock", "key"), tick(6)], "assigned - - -"),
    "not under a lower lock": ([*noticed("lock", "ordinary"), tick(6)], "assigned downgrade - -"),
    "not at an ordinary floor": (small("100", "ordinary", "200"), "assigned - -"),
    "above one it does": (small("100", "maintenance", "200"), "assigned - notice/ordinary"),
    "not at an important floor": (small("600", "important", "300"), "assigned - -"),
    "above that it does": (small("600", "ordinary", "300"), "assigned - notice/important/ordinary"),
    "when a lock ends": ([*KEY_ENDS, tick(4, "12:00:00")], SHOWN),
    "not when it ends as the downgrade comes": ([*JUST, tick(6)], "assigned - - downgrade/timer"),
    "but a microsecond before": ([*BEFORE, tick(5, LAST), tick(6)], SHOWN + " downgrade/timer"),
    "after the change that an end makes": (LOWER, RAISED),
    "not if nobody is told and it recovers": (AGAIN, "assigned - - - -"),
    "until it recovers": ([*KEY_ENDS, sale(4, amount=RECOVERS)], BOTH),
    "not while it falls at a floor": (FURTHER, "assigned - - - downgrade/important/override"),
    "still, above a floor below": ([BEST, FALLS, overridden(4, "floor", "ordinary")], TOLD + " -"),
}


@pytest.mark.parametrize("promise", PROMISES.values(), ids=PROMISES)
def test_a_notice_shows(promise: Any) -> None:
    Tiered.plays(HELD, *promise)


def test_above_a_floor_a_notice_shows_and_leads_to_the_floor() -> None:
    ada = Tiered.plays(HELD, noticed("floor", "important"), "assigned - notice/key/important/event")
    change = ada.record
    assert (change["tier_by_value"], change["takes_effect_at"]) == ("key", midnight(6))
    assert proof_of(change, "reasons") == [
        ("tiers.entry.ordinary", "100.00", "0.00"),
        ("tiers.entry.important", "100.00", "500.00"),
        ("tiers.hold.keep_margin", "100.00", "1700.00"),
        ("override.floor", "key", "important"),
    ]
    assert change["treatment"] == {"support_priority": 1}
    assert ada.snapshot()["downgrade_at"] == midnight(6)
    ada.turns("downgrade key important timer", 6)
    assert ada.record["tier_by_value"] == "ordinary"


@pytest.mark.parametrize(
    ("mode", "tier"), [("floor", "key"), ("lock", "key"), ("lock", "ordinary")]
)
def test_of_one_that_does_not_show_a_snapshot_tells_no_downgrade(mode: str, tier: str) -> None:
    ada = Tiered(HELD, *noticed(mode, tier))
    assert ada.snapshot()["downgrade_at"] is None
    found = ada.waits(6).snapshot()
    assert (found["tier"], found["tier_by_value"]) == (tier, "ordinary")


def test_a_hidden_notice_that_shows_has_the_day_on_which_it_was_given() -> None:
    ada = Tiered.plays(HELD, [*KEY_ENDS, tick(4, "12:00:00")], SHOWN)
    change = ada.record
    assert change["trigger"] == {"kind": "override", "topic": None, "event_id": None}
    assert change["takes_effect_at"] == ada.snapshot()["downgrade_at"] == midnight(6)
    assert [(rule, observed) for rule, observed, _ in proof_of(change, "reasons")] == [
        ("tiers.entry.ordinary", "100.00"),
        ("tiers.entry.important", "100.00"),
        ("tiers.hold.keep_margin", "100.00"),
    ]
    ada.turns("downgrade key ordinary timer", 6)


def test_one_that_shows_may_be_withdrawn_later() -> None:
    events = [*KEY_ENDS, tick(4, "12:00:00"), sale(5, amount=RECOVERS)]
    Tiered.plays(HELD, events, SHOWN + " notice_withdrawn/key/key/event")


def test_a_newer_record_that_lets_a_notice_show_is_named() -> None:
    events = [*noticed("floor", "key"), overridden(4, "floor", "important")]
    ada = Tiered.plays(HELD, events, "assigned - - notice/key/important/override")
    event_id = f"record-{on(4)}"
    assert ada.record["trigger"] == {"kind": "override", "topic": "customers", "event_id": event_id}


@pytest.mark.parametrize(
    ("mode", "tier"), [("floor", "key"), ("lock", "key"), ("lock", "important")]
)
def test_an_override_that_hides_a_notice_withdraws_it(mode: str, tier: str) -> None:
    lower = "downgrade/key/important/override+" if tier == "important" else ""
    withdrawn = f" {lower}notice_withdrawn/{tier}/{tier}/override"
    events = [BEST, FALLS, overridden(4, mode, tier)]
    ada = Tiered.plays(HELD, events, TOLD + withdrawn)
    change = ada.record
    assert (change["trigger"]["event_id"], change["tier_by_value"]) == (f"record-{on(4)}", "key")
    assert [(rule, threshold) for rule, _, threshold in proof_of(change, "reasons")] == [
        ("tiers.entry.key", "2000.00"),
        ("tiers.hold.keep_margin", "1700.00"),
        (f"override.{mode}", tier),
    ]
    assert ada.snapshot()["downgrade_at"] is None
    assert ada.waits(9).says().snapshot()["tier_by_value"] == "ordinary"


def test_a_floor_below_leaves_the_day_of_a_notice_that_was_told() -> None:
    ada = Tiered(HELD, BEST, FALLS, overridden(4, "floor", "ordinary"))
    assert ada.snapshot()["downgrade_at"] == midnight(6)


# restarts


@pytest.mark.parametrize("mode", ["lock", "floor"])
def test_a_restart_changes_nothing(mode: str) -> None:
    steps = [
        *noticed(mode, "important", on(8)),
        clock(7),
        record(7, "13:00:00", override=word("lock", "key", on(9))),
        clock(20),
    ]
    whole = Tiered(HELD, *steps).hears(TIER_CHANGES)
    ada, found = Tiered(HELD), []
    for step in steps:
        found += ada.does(step).hears(TIER_CHANGES)
        ada = ada.restarted()
    assert found == whole != []


def test_a_row_knows_both_tiers() -> None:
    data = Tiered(HELD, *noticed("lock", "ordinary")).restarted().desk.rows[b"ada"]
    head, row = read_head(data), decode_customer(data)
    assert [TIERS[its] for its in (head.tier, head.by_value)] == ["ordinary", "key"]
    assert (head.falling, row.announced) == (True, False)
    assert row.notice_day == row.in_force_since_day + 1 == row.by_value_since_day + 2
