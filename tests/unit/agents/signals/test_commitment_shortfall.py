"""`commitment_shortfall`: after half of the term below half of its promise, cleared at 0.75."""

from typing import Any

import pytest

from tests.support.hearing import Ada, plays
from tests.support.policies import only, policy
from tests.support.signalling import asked, bought, gave_back, tick, told

SHORT = policy(only("commitment_shortfall"))
TEN_DAYS = {
    "amount": "1000.00",
    "currency": "USD",
    "discount_rate": "0.10",
    "starts_on": "2026-03-01",
    "ends_on": "2026-03-10",
}


def committed(day: int = 1, **fields: str) -> dict[str, Any]:
    return told(day, "00:00:00", commitment=TEN_DAYS | fields)


def below(bought: str, promised: str, passed: str = "0.5000") -> dict[str, Any]:
    return {"below": (bought, promised), "after_share": (passed, "0.5000")}


def at(amount: str) -> dict[str, Any]:
    return {"clear_at": (amount, amount)}


TERM, NINE, NOTHING = committed(), committed(ends_on="2026-03-09"), committed(amount="0")
NONE = [TERM, tick(5)]
SLOW = [TERM, bought(1, "250.00"), bought(5, "0"), tick(6)]
LATER = [*NONE, committed(6, starts_on="2026-04-01", ends_on="2026-04-10")]
ENOUGH = [*SLOW, bought(6, "199.99"), bought(6, "0.01")]
BACK = [TERM, bought(1, "500.00"), tick(9), gave_back(9, amount="50.01")]
AFTER = [*NONE, bought(30, "5000.00"), bought(10, "750.00", "23:59:59.999999")]
OWED = [NOTHING, gave_back(1, amount="1.00"), tick(5)]
PROMISES: dict[str, Any] = {
    "by nothing when enough of the term has passed": (NONE, "- raised", below("0.00", "250.00")),
    "by too little, on the first day": (SLOW, "- - - raised", below("250.00", "300.00", "0.6000")),
    "until just enough": (ENOUGH, "- - - raised - cleared", at("450.00")),
    # 0.5 x 1000 x 5 / 9
    "after the middle day of an odd term": (
        [NINE, tick(5)],
        "- raised",
        below("0.00", "277.78", "0.5556"),
    ),
    "by what comes back": (BACK, "- - - raised", below("449.99", "450.00", "0.9000")),
    "until what comes late of the term": (AFTER, "- raised - cleared"),
    "until it is gone": ([*NONE, told(6)], "- raised cleared", {"itself": (0, 1)}),
    "until it begins later": (LATER, "- raised cleared", at("0.00")),
    "then after half of that": ([*LATER, tick(36)], "- raised cleared raised"),
    "not where nothing is promised": ([NOTHING, tick(300)], "- -"),
    "but where less than that is bought": (OWED, "- - raised", below("-1.00", "0.00")),
}


@pytest.mark.parametrize("promise", PROMISES.values(), ids=PROMISES)
def test_a_customer_falls_short(promise: Any) -> None:
    plays(SHORT, *promise)


def test_where_the_policy_says_so_it_ends_with_its_term() -> None:
    ending = policy(
        only("commitment_shortfall"), {"risk.commitment_shortfall.ends_with_term": True}
    )
    ada = Ada(ending, TERM).turns("raised", 5)
    ada.does(bought(10, "0")).says()
    ada.turns("cleared", 11, ends_with_term=("2026-03-10", "past"))
    # by what comes of the term only afterwards nothing is raised
    late = gave_back(10, amount="900.00")
    plays(ending, [TERM, bought(1, "1000.00"), asked(12), late], "- - - -")
    plays(SHORT, [TERM, bought(1, "1000.00"), asked(12), late], "- - - raised")
