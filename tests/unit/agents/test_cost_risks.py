"""Signals that a customer costs: the edges of each, and when it turns by itself."""

from typing import Any

import pytest

from tests.support.feeding import Desk
from tests.support.signalling import (
    M,
    P,
    S,
    Y,
    asked,
    bought,
    desk_of,
    evidence,
    gave_back,
    midnight,
    nothing_before,
    only,
    said,
    told,
    wait,
    when,
)

# commitment_shortfall: after half of the term below half of what is promised, cleared at 0.75

SHORT = only("commitment_shortfall")
TEN_DAYS = {
    "amount": "1000.00",
    "currency": "USD",
    "discount_rate": "0.10",
    "starts_on": "2026-03-01",
    "ends_on": "2026-03-10",
}


def committed(*sales: dict[str, Any], **fields: str) -> Desk:
    desk = desk_of(SHORT)
    desk.feed(M, told(1, "00:00:00", commitment=TEN_DAYS | fields))
    desk.feed(P, *sales)
    return desk


def test_buying_nothing_is_raised_when_enough_of_the_term_has_passed() -> None:
    desk = committed()
    nothing_before(desk, 5)
    assert said(desk, "commitment_shortfall") == [("raised", midnight(5))]
    assert evidence(desk) == [
        ("risk.commitment_shortfall.below", "0.00", "250.00"),
        ("risk.commitment_shortfall.after_share", "0.5000", "0.5000"),
    ]


def test_buying_too_slowly_is_raised_on_the_first_day_on_which_it_is_too_little() -> None:
    desk = committed(bought(1, "250.00"))
    nothing_before(desk, 6)
    assert said(desk, "commitment_shortfall") == [("raised", midnight(6))]
    assert evidence(desk) == [
        ("risk.commitment_shortfall.below", "250.00", "300.00"),
        ("risk.commitment_shortfall.after_share", "0.6000", "0.5000"),
    ]
    desk.feed(P, bought(6, "199.99"))
    assert len(said(desk, "commitment_shortfall")) == 1
    desk.feed(P, bought(6, "0.01"))
    assert said(desk, "commitment_shortfall")[1:] == [("cleared", when(6))]
    assert evidence(desk) == [("risk.commitment_shortfall.clear_at", "450.00", "450.00")]


def test_half_of_an_odd_term_has_passed_on_the_day_after_its_middle() -> None:
    desk = committed(ends_on="2026-03-09")
    nothing_before(desk, 5)
    assert said(desk, "commitment_shortfall") == [("raised", midnight(5))]
    # 0.5 x 1000 x 5 / 9
    assert evidence(desk)[0] == ("risk.commitment_shortfall.below", "0.00", "277.78")
    assert evidence(desk)[1] == ("risk.commitment_shortfall.after_share", "0.5556", "0.5000")


def test_what_comes_back_is_not_bought() -> None:
    desk = committed(bought(1, "500.00"))
    wait(desk, 9)
    assert said(desk, "commitment_shortfall") == []
    desk.feed(P, gave_back(9, amount="50.01"))
    assert said(desk, "commitment_shortfall") == [("raised", when(9))]
    assert evidence(desk)[0] == ("risk.commitment_shortfall.below", "449.99", "450.00")


def test_after_the_term_only_what_comes_late_of_it_counts() -> None:
    desk = committed()
    desk.feed(P, bought(30, "5000.00"))
    assert said(desk, "commitment_shortfall") == [("raised", midnight(5))]
    desk.feed(P, bought(10, "750.00", "23:59:59.999999"))
    assert said(desk, "commitment_shortfall")[1:] == [("cleared", when(30))]


def test_a_commitment_that_is_gone_or_begins_later_clears_it() -> None:
    desk = committed()
    wait(desk, 6)
    desk.feed(M, told(6))
    assert said(desk, "commitment_shortfall")[1:] == [("cleared", when(6))]
    assert evidence(desk) == [("risk.commitment_shortfall", 0, 1)]
    desk = committed()
    wait(desk, 6)
    later = TEN_DAYS | {"starts_on": "2026-04-01", "ends_on": "2026-04-10"}
    desk.feed(M, told(6, commitment=later))
    assert evidence(desk) == [("risk.commitment_shortfall.clear_at", "0.00", "0.00")]
    nothing_before(desk, 36)
    assert said(desk, "commitment_shortfall")[2:] == [("raised", midnight(36))]


def test_a_promise_of_nothing_falls_short_of_nothing() -> None:
    desk = committed(amount="0")
    wait(desk, 300)
    assert said(desk, "commitment_shortfall") == []


def test_who_gave_back_more_than_it_bought_falls_short_of_that_too() -> None:
    desk = committed(gave_back(1, amount="1.00"), amount="0")
    nothing_before(desk, 5)
    assert said(desk, "commitment_shortfall") == [("raised", midnight(5))]
    assert evidence(desk)[0] == ("risk.commitment_shortfall.below", "-1.00", "0.00")


# overdue_invoice: unpaid for 3 days, high for 5

UNPAID = only("overdue_invoice")
AT = "12:34:56.789012"


def owing(*sales: dict[str, Any]) -> Desk:
    desk = desk_of(UNPAID)
    desk.feed(P, *sales)
    return desk


def on_credit(day: int, due: int, name: str = "i", at: str = AT) -> dict[str, Any]:
    return bought(
        day, "100.00", event_id=f"sold-{name}-{day}", invoice_id=name, due_at=when(due, at)
    )


def pays(day: int, name: str = "i", amount: str = "100.00") -> dict[str, Any]:
    made = {"occurred_at": when(day), "due_at": when(day), "amount": amount}
    return {
        "event_id": f"pays-{name}-{day}",
        "customer_id": "ada",
        "invoice_id": name,
        "currency": "USD",
    } | made


def test_an_unpaid_invoice_is_raised_and_escalated_to_the_microsecond() -> None:
    desk = owing(on_credit(1, 2))
    nothing_before(desk, 5, AT)
    assert said(desk, "overdue_invoice") == [("raised", when(5, AT))]
    assert evidence(desk) == [("risk.overdue_invoice.days", 3, 3)]
    nothing_before(desk, 7, AT)
    assert said(desk, "overdue_invoice")[1:] == [("escalated", when(7, AT))]
    assert evidence(desk) == [("risk.overdue_invoice.high_days", 5, 5)]
    desk.feed(Y, pays(9, amount="99.99"))
    assert len(said(desk, "overdue_invoice")) == 2
    desk.feed(Y, pays(10, amount="0.01"))
    assert said(desk, "overdue_invoice")[2:] == [("cleared", when(10))]
    assert evidence(desk) == [("risk.overdue_invoice.days", 0, 3)]
    assert desk.risks[-1]["severity"] == "high"


def test_goods_that_come_back_pay_an_invoice_too() -> None:
    desk = owing(on_credit(1, 2))
    wait(desk, 6)
    desk.feed(P, gave_back(6, amount="100.00", invoice_id="i"))
    assert said(desk, "overdue_invoice")[1:] == [("cleared", when(6))]


def test_the_one_that_is_due_the_longest_counts() -> None:
    desk = owing(on_credit(1, 2, "a"), on_credit(1, 4, "b"))
    wait(desk, 8)
    desk.feed(Y, pays(8, "a"))
    # at noon of day 8 the other one is three whole days past due
    assert [status for status, _ in said(desk, "overdue_invoice")] == ["raised", "escalated"]
    desk.feed(Y, pays(9, "b"))
    assert said(desk, "overdue_invoice")[2:] == [("cleared", when(9))]


def test_what_is_left_may_be_past_due_for_too_short_a_time() -> None:
    desk = owing(on_credit(1, 2, "a"), on_credit(1, 4, "b", "12:00:00"))
    wait(desk, 6)
    desk.feed(Y, pays(6, "a"))
    assert evidence(desk) == [("risk.overdue_invoice.days", 2, 3)]
    nothing_before(desk, 7, "12:00:00")
    assert said(desk, "overdue_invoice")[2:] == [("raised", when(7))]
    # and of what is not due yet it tells zero days
    later = owing(on_credit(1, 2, "a"), on_credit(1, 20, "b"))
    wait(later, 6)
    later.feed(Y, pays(6, "a"))
    assert evidence(later) == [("risk.overdue_invoice.days", 0, 3)]


def test_a_sale_that_comes_late_is_raised_at_once_and_another_one_puts_it_off() -> None:
    desk = desk_of(UNPAID)
    desk.feed(S, asked(10))
    desk.feed(P, on_credit(1, 5, at="12:00:00"))
    assert said(desk, "overdue_invoice") == [("raised", when(10))]
    assert desk.risks[-1]["severity"] == "high"
    assert evidence(desk) == [("risk.overdue_invoice.high_days", 5, 5)]
    desk.feed(P, on_credit(10, 20))
    assert said(desk, "overdue_invoice")[1:] == [("cleared", when(10))]


def test_a_sale_that_is_not_on_credit_is_never_past_due() -> None:
    desk = owing(bought(1), bought(2, invoice_id="i"))
    wait(desk, 300)
    assert said(desk, "overdue_invoice") == []


# return_abuse: of 4 sales or more in the window more than half, cleared below a quarter

BACK = only("return_abuse")


def shopping(*events: dict[str, Any]) -> Desk:
    desk = Desk(BACK)
    desk.feed(P, *events)
    return desk


def buys(day: int, number: int) -> list[dict[str, Any]]:
    """So many free sales of a day."""
    return [bought(day, "0", event_id=f"buys-{day}-{n}") for n in range(number)]


def returns(day: int, number: int, **fields: Any) -> list[dict[str, Any]]:
    return [gave_back(day, n, **fields) for n in range(number)]


def test_more_than_a_part_of_enough_sales_is_raised() -> None:
    desk = shopping(*buys(1, 4), *returns(1, 2))
    assert said(desk, "return_abuse") == []
    desk.feed(P, gave_back(2))
    assert said(desk, "return_abuse") == [("raised", when(2))]
    assert evidence(desk) == [
        ("risk.return_abuse.above", "0.7500", "0.5000"),
        ("risk.return_abuse.orders", 4, 4),
    ]


def test_of_too_few_sales_all_may_come_back() -> None:
    desk = shopping(*buys(1, 3), *returns(1, 3))
    assert said(desk, "return_abuse") == []
    desk.feed(P, *buys(2, 1))
    assert said(desk, "return_abuse") == [("raised", when(2))]


def test_what_was_the_seller_s_fault_does_not_count() -> None:
    desk = shopping(*buys(1, 4), *returns(1, 2), *returns(2, 4, seller_fault=True))
    assert said(desk, "return_abuse") == []


def test_less_than_a_part_clears_it() -> None:
    desk = shopping(*buys(1, 4), *returns(1, 3), *buys(2, 8))
    assert len(said(desk, "return_abuse")) == 1
    desk.feed(P, *buys(3, 1))
    assert said(desk, "return_abuse")[1:] == [("cleared", when(3))]
    assert evidence(desk) == [("risk.return_abuse.clear_below", "0.2308", "0.2500")]


def test_days_that_leave_the_window_raise_and_clear_it_though_they_are_worth_nothing() -> None:
    desk = shopping(*buys(1, 4), *buys(5, 4), *returns(5, 3))
    nothing_before(desk, 11)
    assert said(desk, "return_abuse") == [("raised", midnight(11))]
    assert evidence(desk)[1] == ("risk.return_abuse.orders", 4, 4)
    nothing_before(desk, 15)
    assert said(desk, "return_abuse")[1:] == [("cleared", midnight(15))]
    assert evidence(desk) == [("risk.return_abuse.clear_below", "0.0000", "0.2500")]


def test_a_late_sale_beyond_the_window_does_not_count() -> None:
    desk = shopping(*buys(20, 3), *returns(20, 3), *buys(10, 1))
    assert said(desk, "return_abuse") == []
    desk.feed(P, *buys(11, 1))
    assert said(desk, "return_abuse") == [("raised", when(20))]


@pytest.mark.parametrize("names", [("late_payer",), ("return_abuse",)])
def test_counts_of_orders_change_no_figure(names: tuple[str, ...]) -> None:
    desk = Desk(only(*names))
    desk.feed(P, *buys(1, 4), *returns(1, 3))
    desk.commit(stop=True)
    assert desk.snapshots[-1]["value"]["contribution"] == "-27.00"
    assert desk.snapshots[-1]["value"]["lines"]["returns"] == "27.00"
