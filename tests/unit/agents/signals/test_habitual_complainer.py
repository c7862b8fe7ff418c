"""`habitual_complainer`: 3 complaints on more than half of the sales, cleared below a quarter."""

from typing import Any

import pytest

from tests.support.hearing import Ada, plays
from tests.support.policies import only, policy
from tests.support.signalling import asked, bought, gave_back, midnight, tick

HABIT = policy(only("habitual_complainer"))


def buys(day: int, number: int) -> list[dict[str, Any]]:
    """So many free sales of a day."""
    return [bought(day, "0", event_id=f"buys-{day}-{n}") for n in range(number)]


def complains(day: int, number: int, **fields: Any) -> list[dict[str, Any]]:
    """So many complaints of a day."""
    return [asked(day, f"12:00:0{n}", complaint=True, **fields) for n in range(number)]


MOST = {"above": ("0.6000", "0.5000"), "complaints": (3, 3)}
FAULTS = [*buys(1, 4), *complains(1, 2), *complains(2, 4, seller_fault=True)]
FEW = {"clear_below": ("0.2308", "0.2500")}
LEAVE = [*buys(1, 4), *buys(5, 4), *complains(5, 3), tick(11)]
BEYOND = [*buys(20, 5), *complains(20, 2), *complains(10, 1)]
PROMISES: dict[str, Any] = {
    "more than half of the sales": (buys(1, 5) + complains(1, 3), "- " * 7 + "raised", MOST),
    "not half": (buys(1, 6) + complains(1, 3), "- " * 9),
    "not of too few": (buys(1, 1) + complains(1, 2), "- " * 3),
    "not for the seller's fault": (FAULTS, "- " * 10),
    "not for what is no complaint": (buys(1, 1) + [asked(1, "13:00:00")] * 3, "- " * 4),
    "not without a sale": (complains(1, 5), "- " * 5),
    "but with the first": (complains(1, 3) + buys(1, 1), "- " * 3 + "raised"),
    "nor of who gave back alone": ([*complains(1, 3), gave_back(1)], "- " * 4),
    "not less than a quarter": (
        [*buys(1, 4), *complains(1, 3), *buys(2, 8), *buys(3, 1)],
        "- " * 6 + "raised" + " -" * 8 + " cleared",
        FEW,
    ),
    "when sales leave that are worth nothing": (
        LEAVE,
        "- " * 11 + "raised",
        {"above": ("0.7500", "0.5000"), "complaints": (3, 3)},
    ),
    "until all have left": (
        [*LEAVE, tick(15)],
        "- " * 11 + "raised cleared",
        {"clear_below": ("0.0000", "0.2500")},
    ),
    "not with a late one beyond the window": (BEYOND, "- " * 8),
    "with one of its first day": ([*BEYOND, *complains(11, 1)], "- " * 8 + "raised"),
}


@pytest.mark.parametrize("promise", PROMISES.values(), ids=PROMISES)
def test_it_complains_too_much(promise: Any) -> None:
    plays(HABIT, *promise)


# complaints by phone, for 2.10 each


def calls(day: int, number: int, **fields: Any) -> list[dict[str, Any]]:
    return complains(day, number, channel="phone", duration_s=60, **fields)


COSTS: dict[str, Any] = {
    "more than a part of the margin": ("25.19", ("6.30", "6.30")),
    "not just that part": ("25.20", None),
    "of who brings nothing": ("0.00", ("6.30", "0.00")),
}


@pytest.mark.parametrize("case", COSTS)
def test_complaints_have_to_cost_enough(case: str) -> None:
    margin, found = COSTS[case]
    ada = Ada(policy(only("habitual_complainer"), {"risk.habitual_complainer.cost_share": "0.25"}))
    other = asked(1, channel="phone", duration_s=6000)
    fault = calls(2, 4, seller_fault=True)
    ada.does(bought(1, margin), other, *fault, *calls(3, 2)).says()
    ada.does(*calls(4, 1))
    if found is None:
        ada.says()
        return
    ada.says("habitual_complainer raised")
    last = ada.record["evidence"][-1]
    assert (last["observed"], last["threshold"]) == found


AGES = policy(only("habitual_complainer"), {"risk.habitual_complainer.age_days": 4})


def test_who_has_ceased_to_complain_is_let_be() -> None:
    ada = Ada(AGES, *buys(1, 2), *complains(1, 2), *complains(2, 1)).says("raised")
    # an older one that comes late, a sale and a call change nothing of that
    ada.does(*complains(1, 3), *buys(3, 1), asked(4, "13:00:00"))
    ada.turns("habitual_complainer cleared", 6, **{"risk.habitual_complainer.age_days": (4, 4)})
    assert ada.record["effective_at"] == midnight(6)
    # and is not when it begins again
    ada.does(*complains(7, 1)).says("raised")


def test_each_complaint_has_it_go_on() -> None:
    ada = Ada(AGES, *buys(1, 2), *complains(1, 3)).says("raised")
    ada.does(*complains(4, 1), tick(7, "23:59:59")).says()
    ada.turns("habitual_complainer cleared", 8)


def test_old_complaints_raise_nothing() -> None:
    plays(AGES, [*complains(1, 3), tick(5), *buys(5, 1)], "- - - - -")


def test_a_restart_leaves_what_it_counts() -> None:
    ada = Ada(AGES, *buys(1, 2), *complains(1, 2)).restarted()
    ada.does(*complains(2, 1)).says("raised")
    ada.restarted().turns("habitual_complainer cleared", 6)


def test_complaints_count_whoever_asked_for_them() -> None:
    ada = Ada(policy(), *buys(1, 2), *complains(1, 2)).restarted(HABIT)
    ada.does(*complains(2, 1)).says("raised")
