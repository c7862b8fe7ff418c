"""Signals that a customer leaves: the edges of each, and when it turns by itself."""

from typing import Any

import pytest

from agents.customer.sales import Sales
from agents.models.bgnbd import alive_on
from agents.models.expected import Future
from agents.policy.compiled import Policy
from schemas.state.rows import decode_customer
from tests.support.feeding import Desk
from tests.support.signalling import (
    P,
    S,
    asked,
    bought,
    day_number,
    evidence,
    gave_back,
    midnight,
    nothing_before,
    only,
    said,
    wait,
    when,
)


def buying(by: Policy, *sales: dict[str, Any]) -> Desk:
    desk = Desk(by)
    desk.feed(P, *sales)
    return desk


def sales_of(desk: Desk) -> Sales:
    """What was sold to the customer, as its row has it."""
    desk.commit()
    signals = decode_customer(desk.customer_rows["ada"]).signals
    assert signals is not None
    assert signals.sales is not None
    return Sales(signals.sales)


# overdue: after 2 mean gaps, high after 3, from 3 purchase days on

OVERDUE = only("overdue")


def test_it_is_overdue_after_more_than_so_many_mean_gaps_and_high_after_more() -> None:
    desk = buying(OVERDUE, bought(1), bought(4), bought(7))
    nothing_before(desk, 14)
    assert said(desk, "overdue") == [("raised", midnight(14))]
    assert evidence(desk) == [
        ("risk.overdue.watch", 7, 6),
        ("risk.overdue.min_purchase_days", 3, 3),
    ]
    nothing_before(desk, 17)
    assert said(desk, "overdue")[1:] == [("escalated", midnight(17))]
    assert evidence(desk) == [
        ("risk.overdue.high", 10, 9),
        ("risk.overdue.min_purchase_days", 3, 3),
    ]


def test_a_purchase_clears_it_at_once_and_tells_the_severity_it_had() -> None:
    desk = buying(OVERDUE, bought(1), bought(4), bought(7))
    wait(desk, 20)
    desk.feed(P, bought(20))
    assert said(desk, "overdue")[-1] == ("cleared", when(20))
    # 4 purchase days within 19 days: twice the mean gap is 12.67 days
    assert evidence(desk) == [("risk.overdue.watch", 0, 12)]
    assert desk.risks[-1]["severity"] == "high"


def test_a_mean_gap_may_end_within_a_day() -> None:
    # mean gap 2.5 days: 5 days are not more than two of them
    desk = buying(OVERDUE, bought(1), bought(3), bought(6))
    nothing_before(desk, 12)
    assert said(desk, "overdue") == [("raised", midnight(12))]
    assert evidence(desk)[0] == ("risk.overdue.watch", 6, 5)


def test_two_purchase_days_have_no_pace_yet() -> None:
    desk = buying(OVERDUE, bought(1), bought(1, at="13:00:00"), bought(2), gave_back(3))
    wait(desk, 200)
    assert said(desk, "overdue") == []


def test_where_watch_and_high_are_the_same_it_is_raised_at_high() -> None:
    desk = buying(only("overdue", overdue=("3", "2")), bought(1), bought(2), bought(3))
    wait(desk, 6)
    assert said(desk, "overdue") == [("raised", midnight(6))]
    assert desk.risks[-1]["severity"] == "high"
    assert evidence(desk)[0] == ("risk.overdue.high", 3, 2)


def test_a_late_purchase_may_make_it_overdue_at_once() -> None:
    desk = buying(OVERDUE, bought(1), bought(5))
    wait(desk, 9)
    desk.feed(S, asked(10))
    desk.feed(P, bought(3))
    # mean gap 2 days, and 5 have passed
    assert said(desk, "overdue") == [("raised", when(10))]
    assert desk.risks[-1]["trigger"]["topic"] == "purchases"


def test_a_late_purchase_may_clear_it() -> None:
    desk = buying(OVERDUE, bought(1), bought(2), bought(3))
    wait(desk, 6)
    desk.feed(P, bought(5))
    assert [status for status, _ in said(desk, "overdue")] == ["raised", "cleared"]
    # 4 purchase days within 5 days; one day since the last
    assert evidence(desk) == [("risk.overdue.watch", 1, 2)]


def test_a_purchase_beyond_the_days_that_are_kept_counts_as_a_day_of_its_own() -> None:
    desk = buying(OVERDUE, bought(1), bought(5), bought(100))
    desk.feed(P, bought(36, "1"), bought(36, "2"))
    sales = sales_of(desk)
    # day 36 is 64 days before day 100, day 37 is kept
    assert sales.days == 5
    desk.feed(P, bought(37, "1"), bought(37, "2"))
    assert sales_of(desk).days == 6
    desk.feed(P, bought(1, "3"))
    assert sales_of(desk).days == 6


def test_single_days_are_kept_for_64_days_or_as_many_as_spending_asks_for() -> None:
    every_day = [bought(day) for day in range(1, 101)]
    assert sales_of(buying(OVERDUE, *every_day)).cells[::3].tolist() == [
        day_number(day) for day in range(37, 101)
    ]
    wide = only("spend_drop", spend_drop=("before_days = 6", "before_days = 90"))
    sales = sales_of(buying(wide, *every_day))
    assert len(sales.cells) == 3 * 93
    assert sales.days == 100


def test_a_newer_policy_that_asks_for_more_purchase_days_does_not_clear_it() -> None:
    desk = buying(OVERDUE, bought(1), bought(2), bought(3))
    wait(desk, 9)
    assert [status for status, _ in said(desk, "overdue")] == ["raised", "escalated"]
    stricter = only("overdue", overdue=('"3"\n', '"3"\nmin_purchase_days = 9\n'))
    after = desk.restarted(stricter)
    wait(after, 30)
    assert said(after, "overdue") == []


# no_second_purchase: 7 days after the only purchase day

SECOND = only("no_second_purchase")


def test_one_purchase_day_and_no_more_is_raised_so_many_days_after() -> None:
    desk = buying(SECOND, bought(1), bought(1, at="23:59:59"))
    nothing_before(desk, 8)
    assert said(desk, "no_second_purchase") == [("raised", midnight(8))]
    assert evidence(desk) == [("risk.no_second_purchase.after_days", 7, 7)]


def test_a_second_purchase_day_clears_it_for_good() -> None:
    desk = buying(SECOND, bought(1))
    wait(desk, 9)
    desk.feed(P, bought(9))
    assert said(desk, "no_second_purchase")[1:] == [("cleared", when(9))]
    assert evidence(desk) == [("risk.no_second_purchase", 2, 2)]
    wait(desk, 300)
    assert len(said(desk, "no_second_purchase")) == 2


def test_a_day_on_which_something_came_back_is_no_purchase_day() -> None:
    desk = buying(SECOND, gave_back(1), bought(2), gave_back(3))
    nothing_before(desk, 9)
    assert said(desk, "no_second_purchase") == [("raised", midnight(9))]


def test_the_only_purchase_day_may_come_late() -> None:
    desk = Desk(SECOND)
    desk.feed(S, asked(20))
    desk.feed(P, bought(2))
    assert said(desk, "no_second_purchase") == [("raised", when(20))]
    assert evidence(desk) == [("risk.no_second_purchase.after_days", 18, 7)]


def test_a_newer_policy_that_waits_longer_does_not_clear_it() -> None:
    desk = buying(SECOND, bought(1))
    wait(desk, 9)
    assert len(said(desk, "no_second_purchase")) == 1
    patient = only("no_second_purchase", no_second_purchase=("7", "70"))
    after = desk.restarted(patient)
    wait(after, 30)
    assert said(after, "no_second_purchase") == []


# spend_drop: paid in 3 days, below half the pace of the 6 before with 2 sales at least

DROP = only("spend_drop")


def test_spending_below_a_part_of_its_pace_is_raised_by_the_first_sale_that_leaves() -> None:
    desk = buying(DROP, bought(1, "10"), bought(2, "10"))
    # on day 4 only the first lies in the days before: one sale is not enough
    nothing_before(desk, 5)
    assert said(desk, "spend_drop") == [("raised", midnight(5))]
    assert evidence(desk) == [
        ("risk.spend_drop.below", "0.00", "5.00"),
        ("risk.spend_drop.min_purchases", 2, 2),
    ]
    # all of it has left: 0 is not less than a part of 0
    nothing_before(desk, 11)
    assert said(desk, "spend_drop")[1:] == [("cleared", midnight(11))]
    assert evidence(desk) == [("risk.spend_drop.clear_at", "0.00", "0.00")]


@pytest.mark.parametrize(("paid", "statuses"), [("4.99", []), ("7.49", []), ("7.50", ["cleared"])])
def test_it_is_cleared_exactly_at_its_part(paid: str, statuses: list[str]) -> None:
    desk = buying(DROP, bought(1, "10"), bought(2, "10"))
    wait(desk, 5)
    desk.feed(P, bought(5, paid))
    assert [status for status, _ in said(desk, "spend_drop")[1:]] == statuses
    if statuses:
        assert evidence(desk) == [("risk.spend_drop.clear_at", "7.50", "7.50")]


@pytest.mark.parametrize(("paid", "statuses"), [("5.00", []), ("4.99", ["raised"])])
def test_a_pace_is_half_kept_or_not(paid: str, statuses: list[str]) -> None:
    # a sale that comes late makes the second of those before
    desk = buying(DROP, bought(1, "10"), bought(5, paid), bought(2, "10"))
    assert [status for status, _ in said(desk, "spend_drop")] == statuses
    if statuses:
        assert evidence(desk)[0] == ("risk.spend_drop.below", paid, "5.00")


def test_what_was_free_has_no_pace() -> None:
    desk = buying(DROP, bought(1, "0"), bought(2, "0"), bought(2, "0.00"))
    wait(desk, 40)
    assert said(desk, "spend_drop") == []


def test_returns_are_neither_sales_nor_money_back() -> None:
    desk = buying(DROP, bought(1, "10"), gave_back(2, amount="10"), gave_back(2, 1))
    wait(desk, 40)
    assert said(desk, "spend_drop") == []


BEYOND = only("spend_drop", also=(('"1.10"', '"1000000"'), ('"1.25"', '"1000000"')))
"""A euro is worth a million dollars."""


def test_a_sum_beyond_what_a_row_holds_counts_as_that() -> None:
    desk = Desk(BEYOND)
    most = {"currency": "EUR", "at": "00:00:00"}
    desk.feed(P, *(bought(1, "9" * 13 + f".0{n}", **most) for n in range(3)))
    assert sales_of(desk).sum_of(day_number(1), day_number(1)) == (3, 2**62)
    wait(desk, 4)
    assert said(desk, "spend_drop") == [("raised", midnight(4))]
    assert evidence(desk)[0][1:] == ("0.00", f"{2**60 // 100}.{2**60 % 100:02d}")


# fading: P(alive) below 0.5, high below 0.3, cleared at 0.65

FADING = only("fading")
MODEL: Future | None = FADING.future


def first_day_below(sales: Sales, bound: float) -> int:
    """The day after day 1 whose P(alive) is the first below, by going there day by day."""
    assert MODEL is not None
    day = 1
    while alive_on(MODEL.params, sales.history, day_number(day)) >= bound:
        day += 1
    return day


def test_it_fades_on_the_day_on_which_p_alive_falls_below_the_bound() -> None:
    desk = buying(FADING, bought(1), bought(3), bought(6), bought(8))
    sales = sales_of(desk)
    low, lower = first_day_below(sales, 0.5), first_day_below(sales, 0.3)
    nothing_before(desk, low)
    assert said(desk, "fading") == [("raised", midnight(low))]
    assert MODEL is not None
    alive = alive_on(MODEL.params, sales.history, day_number(low))
    assert evidence(desk) == [("risk.fading.below", f"{alive:.4f}", "0.5000")]
    nothing_before(desk, lower)
    assert said(desk, "fading")[1:] == [("escalated", midnight(lower))]
    alive = alive_on(MODEL.params, sales.history, day_number(lower))
    assert evidence(desk) == [("risk.fading.high_below", f"{alive:.4f}", "0.3000")]
    desk.feed(P, bought(lower))
    alive = alive_on(MODEL.params, sales_of(desk).history, day_number(lower))
    assert alive >= 0.65
    assert said(desk, "fading")[2:] == [("cleared", when(lower))]
    assert evidence(desk) == [("risk.fading.clear_at", f"{alive:.4f}", "0.6500")]


def test_one_purchase_fades_by_the_model_of_one_purchase() -> None:
    desk = buying(FADING, bought(1))
    sales = sales_of(desk)
    low = first_day_below(sales, 0.5)
    assert sales.repeats == 0
    nothing_before(desk, low)
    assert said(desk, "fading") == [("raised", midnight(low))]


def test_a_customer_who_never_bought_does_not_fade() -> None:
    desk = Desk(FADING)
    desk.feed(S, asked(1))
    desk.feed(P, gave_back(2))
    wait(desk, 300)
    assert said(desk, "fading") == []
