"""`unprofitable`: below 0.00 after 4 days, cleared at 10.00."""

from typing import Any

import pytest

from tests.support.customers import at
from tests.support.hearing import Ada, plays
from tests.support.policies import only, policy
from tests.support.signalling import asked, bought, gave_back, paid_late, tick, when

LOSS = policy(only("unprofitable"))
EXCUSING = policy(
    only("unprofitable"), {"risk.unprofitable.excuse_seller_fault": True, "invoices": {}}
)
"""What was the seller's fault is excused."""


def call(day: int, at: str = "12:00:00", **fields: Any) -> dict[str, Any]:
    """A call that costs 2.70."""
    return asked(day, at, channel="phone", **fields)


def below(amount: str, excused: str = "") -> dict[str, Any]:
    found = {"below": (amount, "0.00"), "min_tenure_days": (4, 4)}
    return found | ({"excuse_seller_fault": (excused, "excused")} if excused else {})


CLEARED = {"clear_at": ("10.00", "10.00")}
LOSSES: dict[str, Any] = {
    "at the midnight of its tenure": ([call(1, "23:59:59"), tick(5)], "- raised", below("-2.70")),
    "while it leaves the window without a gain": ([call(1), tick(5), tick(20)], "- raised -"),
    "not where nothing is earned and nothing lost": ([asked(1), tick(9)], "- -"),
    "at once where a late event makes it old enough": ([call(20), asked(2)], "- raised"),
    "until just clear_at": (
        [call(1), tick(5), bought(6, "12.69"), bought(7, "0.01")],
        "- raised - cleared",
        CLEARED,
    ),
}


@pytest.mark.parametrize("promise", LOSSES.values(), ids=LOSSES)
def test_a_customer_is_unprofitable(promise: Any) -> None:
    plays(LOSS, *promise)


# who is at rest

ACTIVE = policy(only("unprofitable"), {"risk.unprofitable.active_days": 3})
RESTS = {"active_days": (3, 3)}
ACTIVITY: dict[str, Any] = {
    "while something goes on": ([call(1), call(4), tick(5), tick(6)], "- - raised -"),
    "not where nothing does": ([call(1), tick(5), tick(9)], "- - -"),
    "again where it goes on": ([call(3), call(9), tick(12), call(13)], "- raised cleared raised"),
    "by nothing but a payment": ([call(1), tick(5), paid_late(6, 9)], "- - -"),
    "nor by what we do": ([call(1), tick(5), call(6, direction="outbound")], "- - -"),
}


@pytest.mark.parametrize("promise", ACTIVITY.values(), ids=ACTIVITY)
def test_where_the_policy_asks_for_activity_one_is_unprofitable(promise: Any) -> None:
    plays(ACTIVE, *promise)


def test_at_rest_it_is_cleared_at_a_midnight() -> None:
    loss = Ada(ACTIVE, call(1), call(4)).turns("raised", 5)
    loss.turns("cleared", 7, **RESTS)
    again = Ada(ACTIVE, call(1), call(4)).turns("raised", 5)
    again.does(gave_back(5, amount="0.00")).says().turns("cleared", 8, **RESTS)


# what was the seller's fault

FAULT, GAIN = call(1, seller_fault=True), bought(6, "12.70")
BACK = gave_back(5, seller_fault=True, occurred_at=when(5, "00:00:00"))
CREDIT = bought(1, "100", cost="100", invoice_id="i", due_at=when(1))
MORE = [FAULT, call(2, seller_fault=True), call(2), tick(5)]
EXCUSES: dict[str, Any] = {
    "all of a loss": ([FAULT, BACK, tick(9)], "- - -"),
    "but not what is left, and is told": (MORE, "- - - raised", below("-2.70", "5.40")),
    # 12.70 with 5.40 that were excused: 10.00
    "also where it clears": (
        [*MORE, GAIN],
        "- - - raised cleared",
        CLEARED | {"excuse_seller_fault": ("5.40", "excused")},
    ),
    "nothing where there was none": ([call(1), tick(5)], "- raised", below("-2.70")),
    # on the 11th the excused part left, and with it what it excused
    "until its day leaves": (
        [FAULT, call(3), tick(5), tick(12), bought(12, "12.70")],
        "- - raised - cleared",
        CLEARED,
    ),
    # three days at noon before: 9.86 cents
    "not what waiting for money costs": ([CREDIT, tick(5)], "- raised", below("-0.10")),
}


@pytest.mark.parametrize("promise", EXCUSES.values(), ids=EXCUSES)
def test_where_the_policy_says_so_the_seller_s_fault_excuses(promise: Any) -> None:
    plays(EXCUSING, *promise)


def test_where_it_does_not_say_so_nothing_is_excused() -> None:
    plays(LOSS, [FAULT, BACK, tick(9)], "- raised -")


def test_a_loss_that_is_all_excused_makes_no_due_time_of_tenure() -> None:
    assert Ada(EXCUSING, FAULT).due_us == at(11, "00:00:00")
