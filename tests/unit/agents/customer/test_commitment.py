"""Discount leakage: what a promised volume that does not come costs, and when that shows."""

from typing import Any

import pytest

from agents.customer.commitment import leakage, leakage_day
from agents.policy.compiled import DiscountRules
from schemas.base.times import NO_DAY
from schemas.state.rows import CommitmentRow
from tests.support.customers import at
from tests.support.feeding import on, record, sale
from tests.support.hearing import Ada
from tests.support.making import COMMITMENT
from tests.support.policies import policy, section
from tests.support.signalling import midnight

DISCOUNTED = policy(section("discount"))
"""After a quarter of the term: 2 % from 1000.00, 5 % from 5000.00."""
STEPS = ((100_000, (2, 100)), (500_000, (5, 100)))
RULES = DiscountRules((1, 4), STEPS)
AT_ONCE = DiscountRules((0, 1), STEPS)
Events = list[dict[str, Any]]


def promised(revenue: int, *, days: int = 40, rate: tuple[int, int] = (10, 100)) -> CommitmentRow:
    """A commitment from day 100 on, with what was bought so far."""
    return CommitmentRow(0, rate, 100, 100 + days - 1, revenue)


def leaks(commitment: CommitmentRow, *passed: int, rules: DiscountRules = RULES) -> list[int]:
    """The leakage when so many days of the term have passed."""
    return [leakage(commitment, 99 + days, rules) for days in passed]


# the figure


def test_leakage_counts_from_a_share_of_the_term_on_and_for_good() -> None:
    assert leaks(promised(20_000), -50, 0, 1, 9) == [0] * 4
    assert leaks(promised(20_000), 10, 11, 40, 41, 4_000) == [2_000] * 5


@pytest.mark.parametrize(
    ("revenue", "cents"),
    [
        (0, 0),
        (20_000, 2_000),  # heading for 800.00: nothing is earned
        (24_999, 2_500),  # for 999.96
        (25_000, 2_000),  # for 1000.00: 2 % are
        (124_999, 10_000),  # for 4999.96
        (125_000, 6_250),  # for 5000.00: 5 % are
        (1_000_000, 50_000),
        (-1, 0),
        (-20_000, 0),
        *[(5, 0), (6, 1), (15, 2), (25, 2), (35, 4), (45, 4)],  # half a cent goes to the even one
    ],
)
def test_what_is_earned_goes_by_the_volume_the_term_is_heading_for(
    revenue: int, cents: int
) -> None:
    assert leaks(promised(revenue), 10) == [cents]


def test_the_pace_falls_with_every_day_without_a_sale_and_stays_after_the_term() -> None:
    # 250.00 in 10 days of 40 are 1000.00 in all; in 11 days they are 909.09
    assert leaks(promised(25_000), 10, 11) == [2_000, 2_500]
    assert leaks(promised(100_000), 9_901) == [8_000]
    assert leaks(promised(99_999), 9_901) == [10_000]


def test_what_is_earned_is_no_leakage() -> None:
    rates = ((1, 100), (2, 100), (21, 1_000))
    assert [leaks(promised(25_000, rate=rate), 10) for rate in rates] == [[0], [0], [25]]
    # a step from nothing is always earned
    rules = DiscountRules((0, 1), ((0, (1, 100)),))
    assert leaks(promised(10_000), 1, rules=rules) == [900]
    assert leakage_day(promised(10_000), 100, rules) == NO_DAY


@pytest.mark.parametrize(
    ("days", "share", "first"),
    [
        pytest.param(1, (1, 4), 100, id="a term of one day is over with it"),
        pytest.param(40, (1, 1), 139, id="a share of one waits for the last day"),
        pytest.param(41, (1, 4), 110, id="ten days and a quarter wait for the next"),
    ],
)
def test_the_share_has_passed_on(days: int, share: tuple[int, int], first: int) -> None:
    commitment, rules = promised(10_000, days=days), DiscountRules(share, STEPS)
    found = [leakage(commitment, first + later, rules) for later in (-1, 0, 1)]
    assert found == [0, 1_000, 1_000]
    assert leakage_day(commitment, 99, rules) == first
    assert leakage_day(commitment, first, rules) == NO_DAY


# the day on which it changes


@pytest.mark.parametrize(
    ("revenue", "days"),
    [
        (20_000, {50: 109, 108: 109, 109: NO_DAY}),  # nothing is earned: from a quarter on
        (0, {100: NO_DAY}),
        (-5, {100: NO_DAY}),
        (25_000, {100: 109, 109: 110}),  # then below 1000.00
        (50_000, {109: 120}),  # 2000.00 now; below 1000.00 after 20 days
        (100_000, {109: NO_DAY}),  # 1000.00 on the very last day
        (125_000, {109: 110}),  # 5000.00 now
        (100_001, {110: NO_DAY}),
        (99_999, {110: 139, 139: NO_DAY, 500: NO_DAY}),  # the last day is the first below
    ],
)
def test_the_next_change_is_the_first_day_with_another_leakage(
    revenue: int, days: dict[int, int]
) -> None:
    assert {day: leakage_day(promised(revenue), day, RULES) for day in days} == days


def test_a_step_that_changes_nothing_is_passed_over() -> None:
    # granted is 1 %: on the fifth day 2 % are earned in place of 5, and after 20 days nothing
    commitment = promised(50_000, rate=(1, 100))
    assert leaks(commitment, 1, 5, 20, 21, rules=AT_ONCE) == [0, 0, 0, 500]
    assert leakage_day(commitment, 100, AT_ONCE) == 120


# of a customer


def of_march(day: int, first: int = 1, last: int = 20, rate: str = "0.10") -> dict[str, Any]:
    """A record with a commitment from one day of March to another."""
    term = {"starts_on": f"2026-03-{first:02d}", "ends_on": f"2026-03-{last:02d}"}
    return record(day, commitment=COMMITMENT | term | {"discount_rate": rate})


def sold(day: int, amount: str, time: str = "12:00:00", **fields: Any) -> dict[str, Any]:
    event_id = f"sold-{day}-{time}-{amount}"
    return sale(day, event_id=event_id, occurred_at=on(day, time), amount=amount, **fields)


def revenue(ada: Ada) -> int:
    """What counts as bought on the days of the term."""
    master = ada.row.master
    assert master is not None
    assert master.commitment is not None
    return int(master.commitment.revenue)


def leaked(ada: Ada) -> str:
    return str(ada.snapshot()["value"]["lines"]["discount_leakage"])


def promising(day: int, amount: str) -> dict[str, Any]:
    """The same with another amount."""
    given = of_march(day)
    return given | {"commitment": given["commitment"] | {"amount": amount}}


LAST = "23:59:59.999999"
GAP = [sold(1, "10"), of_march(2, 1, 3), sold(3, "1000"), sold(5, "1"), sold(9, "5")]
"""Of the 15th the sale of the 5th has left the window."""
OUTSIDE = [*(sold(day, str(day)) for day in (4, 5, 7, 8)), of_march(9, 5, 7)]
SPREAD = [sold(2, "100"), of_march(3), sold(14, "1")]
"""Of the 14th the sale of the 2nd has left the window."""
WINDOW = [sold(2, "100"), sold(3, "50"), sold(11, "7"), of_march(12)]
THEN = [sold(9, "1000"), sold(4, "1000"), sold(6, "1")]
DAYS = [sold(2, "1", LAST), sold(3, "10", "00:00:00"), sold(5, "100", LAST)]
BACK = [of_march(1), sold(2, "100"), sold(3, "130", type="return")]
BOUGHT: dict[str, tuple[Events, int]] = {
    "what the window held on the day of the record": (WINDOW, 5_700),
    "not what lies outside of the term": (OUTSIDE, 1_200),
    "nor what comes then": ([*OUTSIDE, *THEN], 1_300),
    "what comes before the window": ([of_march(1), sold(20, "10"), sold(2, "100")], 11_000),
    "whole UTC days": ([of_march(1, 3, 5), *DAYS, sold(6, "1000", "00:00:00")], 11_000),
    "less what came back": (BACK, -3_000),
    "in the base currency": ([of_march(1), sold(2, "80.00", currency="EUR")], 10_000),
    "on under a newer record with the same term": ([*SPREAD, of_march(15, rate="0.20")], 10_100),
    "on whatever an older record says": ([*SPREAD, of_march(2, 1, 25)], 10_100),
    "on when its end is moved": ([*SPREAD, of_march(15, 1, 31)], 10_100),
    "on when the amount is another": ([*SPREAD, promising(15, "9000.00")], 10_100),
    "with what came between the ends": ([*GAP, of_march(9, 1, 8)], 101_100),
    "that the window holds": ([*GAP, of_march(15, 1, 8)], 101_000),
    "less what came after the new end": ([*SPREAD, of_march(15, 1, 13)], 10_000),
    "the same when an end is moved and moved back": (
        [*SPREAD, of_march(15, 1, 13), of_march(16), of_march(17, 1, 25)],
        10_100,
    ),
    "anew after a later term": ([*SPREAD, of_march(15, 2, 20), of_march(16)], 100),
    "anew after none": ([*SPREAD, record(15), of_march(16)], 100),
}


@pytest.mark.parametrize(("events", "cents"), BOUGHT.values(), ids=BOUGHT)
def test_there_counts_as_bought(events: Events, cents: int) -> None:
    assert revenue(Ada(DISCOUNTED, *events)) == cents


def test_it_leaks_by_the_newest_rate_and_nothing_of_who_gave_back_more() -> None:
    assert leaked(Ada(DISCOUNTED, *SPREAD, of_march(15, rate="0.20"))) == "20.20"
    assert leaked(Ada(DISCOUNTED, *BACK).waits(10)) == "0.00"


def test_leakage_is_told_beside_and_not_subtracted() -> None:
    value = Ada(DISCOUNTED, of_march(1), sold(5, "200.00")).snapshot()["value"]
    # heading for 800.00: nothing is earned
    assert value["lines"]["discount_leakage"] == "20.00"
    assert value["contribution"] == value["revenue"] == "200.00"


def test_a_policy_without_the_section_does_not_look_at_it_and_counts_all_the_same() -> None:
    ada = Ada(policy(), of_march(1), sold(5, "200.00"))
    assert (leaked(ada), revenue(ada)) == ("0.00", 20_000)


def test_the_day_of_the_next_change_is_a_due_time() -> None:
    ada = Ada(DISCOUNTED, of_march(1), sold(1, "250.00"))
    # a quarter of 20 days are five; 250.00 in five are 1000.00 in all, in six no more
    assert ada.due_us == at(5, "00:00:00")
    assert leaked(ada.waits(5)) == "20.00"
    assert ada.snapshot()["as_of"] == midnight(5)
    assert leaked(ada.waits(6)) == "25.00"
    # then the sale's day leaves the window, and the leakage stays
    assert ada.due_us == at(11, "00:00:00")
    assert leaked(ada.waits(25)) == "25.00"


def test_what_was_bought_survives_a_restart() -> None:
    ada = Ada(DISCOUNTED, of_march(1), sold(1, "100.00")).restarted()
    assert revenue(ada.does(sold(14, "1.00"))) == 10_100
