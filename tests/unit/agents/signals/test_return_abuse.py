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
