"""`spend_drop`: paid in 3 days, below half the pace of the 6 before with 2 sales at least."""

from typing import Any

import pytest

from tests.support.hearing import plays
from tests.support.policies import only, policy
from tests.support.signalling import bought, gave_back, tick

DROP = policy(only("spend_drop"))
FREE = [bought(1, "0"), bought(2, "0"), bought(2, "0.00"), tick(40)]
RETURNS = [bought(1, "10"), gave_back(2, amount="10"), gave_back(2, 1), tick(40)]
TWO = [bought(1, "10"), bought(2, "10"), tick(5)]
"""On day 4 only the first lies in the days before: one sale is not enough."""


def below(paid: str, pace: str = "5.00", sales: int = 2) -> dict[str, Any]:
    return {"below": (paid, pace), "min_purchases": (sales, 2)}


def comes_late(paid: str) -> list[dict[str, Any]]:
    """A sale that comes late makes the second of those before."""
    return [bought(1, "10"), bought(5, paid), bought(2, "10")]


PROMISES: dict[str, Any] = {
    "when the second sale has left": (TWO, "- - raised", below("0.00")),
    # 0 is not less than a part of 0
    "until all has": ([*TWO, tick(11)], "- - raised cleared", {"clear_at": ("0.00", "0.00")}),
    "not to just half of its pace": (comes_late("5.00"), "- - -"),
    "by a cent more": (comes_late("4.99"), "- - raised", below("4.99")),
    "still, below that": ([*TWO, bought(5, "4.99")], "- - raised -"),
    "still, just below enough": ([*TWO, bought(5, "7.49")], "- - raised -"),
    "no more, just at enough": (
        [*TWO, bought(5, "7.50")],
        "- - raised cleared",
        {"clear_at": ("7.50", "7.50")},
    ),
    "though nothing was sold for long before": (
        [bought(1, "10"), bought(20, "10"), bought(21, "10"), tick(24)],
        "- - - raised",
    ),
    "not where all was free": (FREE, "- - - -"),
    "not by returns, which are neither sales nor money back": (RETURNS, "- - - -"),
}


@pytest.mark.parametrize("promise", PROMISES.values(), ids=PROMISES)
def test_spending_drops(promise: Any) -> None:
    plays(DROP, *promise)


def test_a_sum_beyond_what_a_row_holds_counts_as_that() -> None:
    # a euro is worth a million dollars
    dear = {"rates.EUR": {"2026-01-01": "1000000", "2026-02-01": "1000000"}}
    sales = [bought(1, "9" * 13 + f".0{n}", "00:00:00", currency="EUR") for n in range(3)]
    # a quarter of 2^62 cents
    pace = below("0.00", f"{2**60 // 100}.{2**60 % 100:02d}", 3)
    plays(policy(only("spend_drop"), dear), [*sales, tick(4)], "- - - raised", pace)
