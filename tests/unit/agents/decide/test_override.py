"""The tier in force: what a human's word makes of the tier by value, and for how long."""

from typing import Any

import pytest

from schemas.base.times import NO_DUE_US
from tests.support.customers import at
from tests.support.feeding import on, record, sale
from tests.support.hearing import proof_of
from tests.support.overriding import Tiered, spent, word, worth
from tests.support.policies import policy, section
from tests.support.signalling import asked, midnight, tick

WORTH = {"maintenance": "-1", "ordinary": "0", "important": "500", "key": "2000"}
TIERS = list(WORTH)


def lock(day: int, tier: str, expires_at: str | None = None) -> dict[str, Any]:
    """A record that locks a tier."""
    return record(day, override=word("lock", tier, expires_at))


def floor(day: int, tier: str) -> dict[str, Any]:
    """A record that makes a tier the least."""
    return record(day, override=word("floor", tier))


@pytest.mark.parametrize("by_value", TIERS)
@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("mode", ["floor", "lock"])
def test_a_floor_is_at_least_and_a_lock_just_that_tier_and_a_change_is_told(
    mode: str, tier: str, by_value: str
) -> None:
    ada = worth(WORTH[by_value], record(2, override=word(mode, tier)))
    kept = mode == "floor" and TIERS.index(by_value) > TIERS.index(tier)
    now = by_value if kept else tier
    way = "upgrade" if TIERS.index(now) > TIERS.index(by_value) else "downgrade"
    ada.moves(*([] if now == by_value else [f"{way} {by_value} {now} override"]))
    found = ada.snapshot()
    assert (found["tier"], found["tier_by_value"]) == (now, by_value)
    assert found["override"] == word(mode, tier)


def test_an_override_goes_out_with_all_that_belongs_to_it() -> None:
    ada = worth("100", record(2, override=word("floor", "key", "2026-06-30T23:00:00+01:00")))
    ada.moves("upgrade ordinary key override", at=on(2))
    change = ada.record
    assert (change["sequence"], change["tier_by_value"]) == (2, "ordinary")
    assert change["override"] == word("floor", "key", "2026-06-30T22:00:00Z")
    event_id = f"record-{on(2)}"
    assert change["trigger"] == {"kind": "override", "topic": "customers", "event_id": event_id}
    assert proof_of(change, "reasons") == [
        ("tiers.entry.ordinary", "100.00", "0.00"),
        ("tiers.entry.important", "100.00", "500.00"),
        ("override.floor", "ordinary", "key"),
    ]
    assert (change["treatment"], change["takes_effect_at"]) == ({"support_priority": 1}, None)
    found = ada.snapshot()
    assert (found["tier_since"], found["downgrade_at"]) == (midnight(2), None)


def test_a_customer_may_begin_under_an_override() -> None:
    ada = Tiered(policy(), lock(1, "important")).moves("assigned None important event")
    assert ada.record["tier_by_value"] == "ordinary"
    assert proof_of(ada.record, "reasons")[-1] == ("override.lock", "ordinary", "important")


def test_it_ends_at_the_microsecond_at_which_it_expires() -> None:
    end = "17:03:00.000001"
    ada = worth("100", lock(2, "key", on(4, end))).moves("upgrade ordinary key override")
    assert ada.due_us == at(4, end)
    ada.waits(4, "17:03:00").moves()
    ada.waits(4, end).moves("downgrade key ordinary override", at=on(4, end))
    change = ada.record
    assert change["trigger"] == {"kind": "override", "topic": None, "event_id": None}
    assert (change["override"], change["treatment"]) == (None, {})
    rules = [rule for rule, _, _ in proof_of(change, "reasons")]
    assert rules == ["tiers.entry.ordinary", "tiers.entry.important"]
    assert ada.snapshot()["tier_since"] == midnight(4)


def test_one_for_good_is_never_due() -> None:
    ada = Tiered(policy(), lock(1, "key")).moves("assigned None key event").waits(300).moves()
    assert ada.due_us == NO_DUE_US


HUNDRED, KEY = sale(1, amount="100"), "upgrade/ordinary/key/override"
BACK, TO_4 = "downgrade/key/ordinary/override", lock(2, "key", on(4))
CHANGES = [lock(2, "key"), lock(4, "maintenance"), lock(5, "ordinary"), lock(3, "important")]
CHANGED = "downgrade/key/maintenance/override upgrade/maintenance/ordinary/override -"
STAYS = [lock(2, "maintenance", on(6)), sale(3, amount="3000"), spent(4, "2500")]
ENDS = "downgrade - - upgrade/maintenance/important/override"
WORDS: dict[str, Any] = {
    "not for the moment of its end": ([TO_4, sale(4, amount="3000")], f"{KEY} {BACK}+upgrade"),
    "not if it is over that moment": ([lock(2, "key", on(2))], "-"),
    "not if it was a microsecond before": ([lock(2, "key", on(2, "11:59:59.999999"))], "-"),
    "not if it was long ago": ([lock(2, "key", on(1))], "-"),
    "until a newer record": ([lock(2, "key"), record(3)], f"{KEY} {BACK}"),
    "or one that says something else, not an older one": (CHANGES, f"{KEY} {CHANGED}"),
    "as of now if it comes late": ([sale(5), lock(2, "key", on(6))], f"- {KEY}"),
    "not if it has ended by now": ([sale(5), TO_4], "- -"),
    "while the tier by value moves": ([*STAYS, tick(6, "12:00:00")], ENDS),
}


@pytest.mark.parametrize(("events", "words"), WORDS.values(), ids=WORDS)
def test_an_override_holds(events: Any, words: str) -> None:
    ada = Tiered.plays(policy(), [HUNDRED, *events], "assigned " + words)
    # one that is over is not told
    assert ada.snapshot()["override"] == ada.record["override"]


def test_a_newer_record_is_named() -> None:
    ada = worth("100", lock(2, "key"), record(3))
    ada.hears("tier-changes")
    assert ada.record["trigger"]["event_id"] == f"record-{on(3)}"


def test_signals_tell_the_tier_in_force() -> None:
    ada = worth("100", lock(2, "key"), *(asked(3, f"12:00:0{n}") for n in range(4)))
    assert ada.hears("at-risk", "tier") == [("key",)]


def test_customers_are_counted_by_the_tier_in_force() -> None:
    ada = worth("100", lock(2, "key", on(4)))
    assert ada.desk.shard.by_tier == [0, 0, 0, 1]
    assert ada.restarted().desk.shard.by_tier == [0, 0, 0, 1]
    ada.desk.shard.fire_due(at(4), 10, 0)
    assert ada.desk.shard.by_tier == [0, 1, 0, 0]


# the tier by value, meanwhile


def test_above_a_floor_the_tier_by_value_moves_and_below_it_does_silently() -> None:
    ada = worth("100", floor(2, "important")).moves("upgrade ordinary important override")
    ada.does(sale(3, amount="600")).moves()
    assert ada.snapshot()["tier_by_value"] == "important"
    ada.does(sale(4, amount="2000")).moves("upgrade important key event")
    ada.does(spent(5, "2650")).moves("downgrade key important event")
    assert ada.record["tier_by_value"] == "ordinary"
    assert proof_of(ada.record, "reasons") == [
        ("tiers.entry.ordinary", "50.00", "0.00"),
        ("tiers.entry.important", "50.00", "500.00"),
        ("override.floor", "ordinary", "important"),
    ]
    ada.does(spent(6, "100")).moves()
    assert ada.snapshot()["tier_by_value"] == "maintenance"


def test_the_tier_s_first_day_is_that_of_the_one_in_force() -> None:
    ada = worth("100", floor(2, "important"), sale(4, amount="600"))
    for event, since in ((record(4), 2), (record(5), 2), (sale(6, amount="2000"), 6)):
        assert ada.snapshot()["tier"] == "important"
        assert ada.does(event).snapshot()["tier_since"] == midnight(since)


def test_at_the_end_of_an_override_its_end_comes_before_what_time_does_to_the_value() -> None:
    ada = worth("600", lock(2, "key", midnight(11)))
    # on the 11th the sale leaves the window
    ada.waits(11)
    one, other = ada.hears("tier-changes")[1:]
    told = [(its["to_tier"], its["tier_by_value"], its["sequence"]) for its in (one, other)]
    assert told == [("important", "important", 3), ("ordinary", "ordinary", 4)]
    assert [its["trigger"]["kind"] for its in (one, other)] == ["override", "timer"]
    # as the figures are then: 0.00
    assert [observed for _, observed, _ in proof_of(one, "reasons")] == ["0.00", "0.00"]


def test_the_least_stay_counts_from_the_last_change_by_value() -> None:
    stay = {"min_dwell_days": 5, "grace_days": 0, "upgrade_margin": "0"}
    staying = policy(section("hold"), {"tiers.hold": stay})
    ada = worth("100", lock(3, "key", on(4)), by=staying).moves("upgrade ordinary key override")
    ada.does(sale(5, amount="600")).moves("downgrade key ordinary override", at=on(4))
    ada.waits(6).moves("upgrade ordinary important timer", at=midnight(6))
