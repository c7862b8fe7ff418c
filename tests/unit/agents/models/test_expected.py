"""An index with a part of what may come: it falls by itself, and a tier is left on its day."""

from fractions import Fraction
from typing import Any

from agents.policy.compiled import Policy
from schemas.outputs.records import TIER_CHANGES
from tests.support.hearing import Ada
from tests.support.overriding import Tiered
from tests.support.policies import Change, only, policy, section
from tests.support.signalling import asked, bought, midnight

SALES = [bought(1, "30.00"), bought(3, "30.00")]
LAST = "23:59:59.999999"


def judging(history: str, future: str, least: str = "5.00", *changes: Change) -> Policy:
    """Tiers by such an index: key from 40, important from 12, ordinary from 5."""
    its: Change = {
        "value.index": {"history": history, "future": future},
        "tiers.entry": {"key": "40.00", "important": "12.00", "ordinary": least},
    }
    return policy(only(), section("lifetime"), its, *changes)


FUTURE = judging("0", "0.5")


def crosses(by: Policy, bound: int, first: int, *events: dict[str, Any]) -> int:
    """The first day from one on whose index lies beyond a bound, by a look on each day."""
    ada, ways = Ada(by, *events), set[bool]()
    for day in range(first, 1_000):
        found = ada.does(asked(day, "00:00:00")).snapshot()["value"]["index"]
        ways.add(Fraction(found) < bound)
        if len(ways) == 2:
            return day
    raise AssertionError(bound)


def test_a_tier_that_only_time_leaves_is_left_at_the_midnight_of_its_day() -> None:
    ada = Tiered(FUTURE, *SALES)
    ada.moves("assigned None important event", "upgrade important key event")
    tiers = ("key", "important", "ordinary", "maintenance")
    for bound, before, after in zip((40, 12, 5), tiers, tiers[1:], strict=False):
        day = crosses(FUTURE, bound, 4, *SALES)
        ada.waits(day - 1, LAST).moves()
        ada.waits(day).moves(f"downgrade {before} {after} timer", at=midnight(day))


def test_a_purchase_puts_it_off_and_a_restart_does_not() -> None:
    day = crosses(FUTURE, 40, 4, *SALES)
    events = [*SALES, bought(day - 1, "30.00")]
    later = crosses(FUTURE, 40, day, *events)
    assert later > day
    ada = Tiered(FUTURE, *events).restarted().waits(later - 1, LAST).moves()
    ada.waits(later).moves("downgrade key important timer", at=midnight(later))


def test_a_notice_comes_on_that_day_and_the_downgrade_after_its_grace() -> None:
    none = {"upgrade_margin": "0", "keep_margin": "0", "grace_days": 4, "downgrade": "one_step"}
    by = judging("0", "0.5", "5.00", section("hold"), {"tiers.hold": none})
    day = crosses(by, 40, 4, *SALES)
    ada = Tiered(by, *SALES)
    ada.moves("assigned None important event", "upgrade important key event")
    ada.waits(day).moves("notice key important timer", at=midnight(day))
    ada.waits(day + 4).moves("downgrade key important timer", at=midnight(day + 4))


def test_the_index_is_both_parts_rounded_once() -> None:
    found = Ada(judging("0.333", "0.777"), bought(1, "31.41"), bought(3, "27.18")).snapshot()
    expected = Fraction(found["lifetime"]["expected_contribution"])
    both = Fraction("0.333") * Fraction("58.59") + Fraction("0.777") * expected
    assert Fraction(found["value"]["index"]) == Fraction(round(both * 100), 100)
    assert found["value"]["contribution"] == "58.59"


def test_one_who_never_bought_has_no_future_that_could_fall() -> None:
    ada = Tiered(judging("1", "0.5", "0.00"), asked(1)).waits(300)
    assert ada.moves("assigned None ordinary event").snapshot()["value"]["index"] == "0.00"


def test_an_index_without_a_future_part_stays_as_it_is() -> None:
    ada = Tiered(judging("1", "0.0"), bought(1, "30.00")).waits(10, LAST)
    ada.moves("assigned None important event")
    ada.waits(11).moves("downgrade important maintenance timer", at=midnight(11))


def test_losses_that_may_come_fade_upwards() -> None:
    by, losses = judging("0", "1", "-3.00"), [bought(1), bought(3, cost="40.00")]
    day = crosses(by, -3, 3, *losses)
    ada = Tiered(by, *losses).waits(day - 1, LAST)
    assert ada.hears(TIER_CHANGES)[-1]["to_tier"] == "maintenance"
    ada.waits(day).moves("upgrade maintenance ordinary timer", at=midnight(day))
