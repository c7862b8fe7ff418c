"""`return_abuse`: of 4 sales or more in the window more than half, cleared below a quarter."""

from typing import Any

import pytest

from tests.support.hearing import Ada, plays
from tests.support.policies import only, policy
from tests.support.signalling import bought, gave_back, tick

BACK = policy(only("return_abuse"))


def buys(day: int, number: int) -> list[dict[str, Any]]:
    """So many free sales of a day."""
    return [bought(day, "0", event_id=f"buys-{day}-{n}") for n in range(number)]


def returns(day: int, number: int, **fields: Any) -> list[dict[str, Any]]:
    return [gave_back(day, n, **fields) for n in range(number)]


MOST = {"above": ("0.7500", "0.5000"), "orders": (4, 4)}
FAULTS = [*buys(1, 4), *returns(1, 2), *returns(2, 4, seller_fault=True)]
EIGHT = [*buys(1, 4), *returns(1, 3), *buys(2, 8)]
LEAVE = [*buys(1, 4), *buys(5, 4), *returns(5, 3), tick(11)]
BEYOND = [*buys(20, 3), *returns(20, 3), *buys(10, 1)]
PROMISES: dict[str, Any] = {
    "more than half of enough sales": (buys(1, 4) + returns(1, 3), "- " * 6 + "raised", MOST),
    "not half": (buys(1, 4) + returns(1, 2), "- " * 6),
    "not all of too few": (buys(1, 3) + returns(1, 3), "- " * 6),
    "but of one more": (buys(1, 3) + returns(1, 3) + buys(2, 1), "- " * 6 + "raised", MOST),
    "not for the seller's fault": (FAULTS, "- " * 10),
    "not less than a quarter": (
        [*EIGHT, *buys(3, 1)],
        "- " * 6 + "raised" + " -" * 8 + " cleared",
        {"clear_below": ("0.2308", "0.2500")},
    ),
    "when sales leave that are worth nothing": (LEAVE, "- " * 11 + "raised", MOST),
    "until all have left": (
        [*LEAVE, tick(15)],
        "- " * 11 + "raised cleared",
        {"clear_below": ("0.0000", "0.2500")},
    ),
    "not with a late sale beyond the window": (BEYOND, "- " * 7),
    "with one of its first day": ([*BEYOND, *buys(11, 1)], "- " * 7 + "raised"),
}


@pytest.mark.parametrize("promise", PROMISES.values(), ids=PROMISES)
def test_too_much_comes_back(promise: Any) -> None:
    plays(BACK, *promise)


@pytest.mark.parametrize("signal", ["late_payer", "return_abuse"])
def test_counts_of_orders_change_no_figure(signal: str) -> None:
    value = Ada(policy(only(signal)), *buys(1, 4), *returns(1, 3)).snapshot()["value"]
    assert (value["contribution"], value["lines"]["returns"]) == ("-27.00", "27.00")


# returns handled for 2.00 each


DEAR: Any = {
    "risk.return_abuse.returns": 3,
    "risk.return_abuse.cost_share": "0.25",
    "service.returns": {"per_order": "2.00", "per_item": "0"},
}


def sells(margin: str) -> list[dict[str, Any]]:
    """Four sales, one of which brings a margin."""
    return [*buys(1, 3), bought(1, margin)]


COSTS: dict[str, Any] = {
    "that cost more than a part of the margin": ("23.99", 3, ("6.00", "6.00")),
    "not if they cost just that part": ("24.00", 3, None),
    "of who brings nothing": ("0.00", 3, ("6.00", "0.00")),
    "not of fewer, whatever they cost": ("0.00", 2, None),
}


@pytest.mark.parametrize("case", COSTS)
def test_returns_have_to_be_enough_and_to_cost_enough(case: str) -> None:
    margin, number, found = COSTS[case]
    ada = Ada(policy(only("return_abuse"), DEAR, {"risk.return_abuse.above": "0.4"}))
    ada.does(*sells(margin), *returns(1, number))
    if found is None:
        ada.says()
        return
    ada.says("return_abuse raised")
    last = [(its["observed"], its["threshold"]) for its in ada.record["evidence"]][-2:]
    assert last == [(3, 3), found]


def test_what_is_the_seller_s_fault_costs_the_customer_nothing() -> None:
    excuses = {"value.excuse_seller_fault": True, "risk.return_abuse.above": "0.4"}
    ada = Ada(policy(only("return_abuse"), DEAR, excuses), *sells("20.00"))
    fault = gave_back(1, 9, seller_fault=True)
    ada.does(fault, *returns(1, 2)).says()
    ada.does(*returns(2, 1)).says("return_abuse raised")
    assert ada.record["evidence"][-1]["observed"] == "6.00"
