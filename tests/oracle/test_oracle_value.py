"""Open invoices, discounts that leak and the seller's fault, worked out by hand."""

from typing import Any

import pytest

from .hand import HAND_POLICY, Feed, figures, told

SERVICE: dict[str, Any] = HAND_POLICY["service"] | {
    "reminder": [{"after_days": 3, "cost": "2.00"}, {"after_days": 10, "cost": "4.00"}]
}


def _waiting(feed: Feed, **policy: Any) -> str:
    """Show the lines of late payments and reminders."""
    outcome = feed.outcome(**({"invoices": {}, "service": SERVICE} | policy))
    return figures(outcome, "late_payment reminders")


def _invoice(name: str = "i", due: str = "02-01", clock: str = "00:00:00") -> dict[str, object]:
    return {"invoice_id": name, "due_at": f"2026-{due}T{clock}Z"}


@pytest.mark.parametrize(
    ("now", "waiting"),
    [
        ("02-02 11:59:59.999999", "0.00 0.00"),
        # 5 + 1000 * 0.12 * 1 / 365 = 5.3288, so 0.33.
        ("02-02 12:00", "0.33 0.00"),
        # Three days: 0.9863. The first reminder is sent.
        ("02-04 12:00", "0.99 2.00"),
        # Ten days: 3.2877. The second one is sent.
        ("02-11 12:00", "3.29 6.00"),
        # No more days than the window has: 30, so 9.8630.
        ("04-30", "9.86 6.00"),
    ],
)
def test_an_invoice_that_is_overdue_costs_more_day_by_day(now: str, waiting: str) -> None:
    feed = Feed().buy("01-05", "1000", **_invoice(clock="12:00:00")).until(now)
    assert _waiting(feed) == waiting
    assert figures(feed.outcome(service=SERVICE), "late_payment reminders") == "0.00 0.00"


def test_paid_late_and_whole_it_costs_what_the_payment_does() -> None:
    # Ten days late: 5 + 3.2877, so 8.29, where waiting had cost 3.29 by then: the fee comes on
    # top. The reminders are booked on the day it was paid, and leave with that on 13 March.
    feed = Feed().buy("01-05", "1000", **_invoice()).until("02-11 07:00")
    assert _waiting(feed) == "3.29 6.00"
    assert _waiting(feed.pay("02-11 08:00", "02-01", amount="1000")) == "8.29 6.00"
    assert _waiting(feed.until("03-12 23:59")) == "8.29 6.00"
    assert _waiting(feed.until("03-13")) == "0.00 0.00"


@pytest.mark.parametrize(
    ("paid", "waiting"),
    [
        # 250 less 100, or nothing: ten days of 150 are 0.4932, of 250 0.8219.
        ({"amount": "100"}, "0.49 6.00"),
        ({"amount": "100", "invoice_id": "other"}, "0.82 6.00"),
        ({"amount": "1000", "status": "failed"}, "0.82 6.00"),
        ({"amount": "250"}, "0.00 0.00"),
    ],
)
def test_only_what_was_paid_on_it_is_taken_off(paid: dict[str, object], waiting: str) -> None:
    feed = Feed().buy("01-05", "250", **_invoice()).pay("01-20", "02-01", **paid)
    assert _waiting(feed.until("02-11")) == waiting


def test_payments_may_come_before_their_sale() -> None:
    # 100 and 30 wait for the sale of 250: 120 are left, ten days of which are 0.3945. The rest
    # is over-paid on the 12th, eleven days late: 5 + 500 * 0.12 * 11 / 365 = 6.8082.
    feed = Feed().pay("01-04", "02-01").pay("01-03", "02-01", amount="30")
    feed.buy("01-05", "250", **_invoice()).until("02-11")
    assert _waiting(feed) == "0.39 6.00"
    assert _waiting(feed.pay("02-12", "02-01", amount="500").until("02-20")) == "6.81 6.00"
    # Paid on the 8th, seven days late: 5 + 100 * 0.12 * 7 / 365 = 5.2301. One reminder had been
    # sent by then; it leaves with the 8th, on 10 March. The sale is told late.
    feed = Feed().pay("02-08", "02-01").until("02-20").buy("01-05", "100", **_invoice())
    assert _waiting(feed) == "5.23 2.00"
    assert _waiting(feed.until("03-10")) == "0.00 0.00"
    # Of 100 and 100 the first closes the invoice of 80, the second closes the next.
    feed = Feed().pay("01-03", "02-01").pay("01-04", "02-01").buy("01-05", "80", **_invoice())
    assert _waiting(feed.buy("01-06", "100", **_invoice()).until("02-20")) == "0.00 0.00"


def test_a_payment_in_another_currency_is_converted_at_its_day() -> None:
    # 100 EUR are 110 USD. 55 USD at 1.10 pay 50 EUR, and 12 USD at 1.20 pay 10: 40 are left,
    # 44 USD of the sale. Five days: 44 * 0.12 * 5 / 365 = 0.0723.
    feed = Feed().buy("01-05", "100", currency="EUR", **_invoice())
    feed.pay("01-20", "02-01", amount="55").pay("02-01 03:00", "02-01", amount="12").until("02-06")
    assert _waiting(feed) == "0.07 2.00"


def test_a_second_sale_adds_to_an_open_invoice_and_a_return_pays_it() -> None:
    # 150, due on the later day: ten days are 0.4932. With 6 EUR, worth 6.60 USD, 0.5148.
    feed = Feed().buy("01-05", "100", **_invoice(due="02-05")).buy("01-06", "50", **_invoice())
    assert _waiting(feed.until("02-15")) == "0.49 6.00"
    assert _waiting(feed.buy("01-07", "6", currency="EUR", **_invoice())) == "0.51 6.00"
    feed.buy("01-07", "157", type="return", invoice_id="i")
    assert _waiting(feed) == "0.00 0.00"


def test_of_too_many_invoices_those_due_last_become_one() -> None:
    # b is due first. Of a and c, 900 due on the 10th as a was, twelve days are 3.5507; seventeen
    # of 100 are 0.5589. Both are reminded twice.
    feed = Feed().buy("01-05", "300", **_invoice("a", due="02-10"))
    feed.buy("01-06", "100", **_invoice("b", due="02-05"))
    feed.buy("01-07", "600", **_invoice("c", due="02-20")).until("02-22")
    assert _waiting(feed, invoices={"open_max": 1}) == "4.11 12.00"
    # A payment of c pays the sum: 500 are left, 1.9726.
    feed.pay("02-22", "02-22", invoice_id="c", amount="400")
    assert _waiting(feed, invoices={"open_max": 1}) == "2.53 12.00"


PAID: dict[str, Any] = {"paid_days": 40}


def test_an_invoice_that_is_paid_late_in_parts_costs_one_fee() -> None:
    # Of 100 three and of 100 five days: 0.0986 and 0.1644, each rounded with the fee of 5.
    feed = Feed().buy("01-05", "200", **_invoice()).pay("02-06", "02-01").pay("02-04", "02-01")
    assert _waiting(feed) == "10.26 2.00"
    assert _waiting(feed, invoices=PAID) == "5.26 2.00"
    # The fee is of the 4th, whatever came first, and leaves with that on 6 March.
    assert _waiting(feed.until("03-06"), invoices=PAID) == "0.16 2.00"


def test_what_is_taken_back_is_owed_again_and_what_is_too_much_pays_the_next() -> None:
    # Ten days of 100 are 0.3288.
    feed = Feed().buy("01-05", "100", **_invoice()).pay("01-10", "02-01")
    feed.pay("01-20", "02-01", status="reversed").until("02-11")
    for policy in ({}, PAID):
        assert _waiting(feed, invoices=policy) == "0.33 6.00"
    # Paid twice, it waits for the next one.
    feed = Feed().buy("01-05", "100", **_invoice()).pay("01-10", "02-01").pay("01-11", "02-01")
    feed.buy("01-20", "100", **_invoice("j")).until("02-11")
    assert _waiting(feed, invoices={}) == "0.33 6.00"
    assert _waiting(feed, invoices=PAID) == "0.00 0.00"


@pytest.mark.parametrize(("paid", "waiting"), [("97", "0.00 0.00"), ("96.99", "0.01 6.00")])
def test_a_little_may_be_missing(paid: str, waiting: str) -> None:
    # Ten days of 3.01 are 0.0099.
    feed = Feed().buy("01-05", "100", **_invoice()).pay("01-10", "02-01", amount=paid)
    tolerance = {"amount": "1.00", "rate": "0.03"}
    assert _waiting(feed.until("02-11"), invoices={"tolerance": tolerance}) == waiting


def test_a_payment_told_twice_counts_once_and_an_invoice_asks_for_tax() -> None:
    feed = Feed().buy("01-05", "100", gross_amount="119", **_invoice())
    for _ in range(2):
        feed.pay("01-10", "02-01", amount="59.50", payment_id="p")
    # 59.50 are left: ten days are 0.1956.
    assert _waiting(feed.until("02-11")) == "0.20 6.00"
    assert feed.outcome().dropped == {("payments", "duplicate"): 1}


def test_of_too_many_payments_without_a_sale_the_earliest_goes() -> None:
    # The payment of the 4th on b is forgotten, so b stays open: ten days of 200 are 0.6575.
    feed = Feed().pay("01-05", "02-01", invoice_id="a").pay("01-04", "02-01", invoice_id="b")
    feed.buy("01-06", "100", **_invoice("a")).buy("01-06", "200", **_invoice("b")).until("02-11")
    assert _waiting(feed, invoices={"unmatched_max": 1}) == "0.66 6.00"
    assert _waiting(feed) == "0.33 6.00"


def test_a_new_rate_card_counts_from_its_first_midnight_on() -> None:
    # Eight days and a half over at midnight: 5 + 1000 * 0.24 * 8 / 365 = 10.2603, and no
    # reminders. The day before, with seven: 2.3014.
    card = {"from": "2026-02-10", "late_payment": {"late_fee": "5.00", "annual_rate": "0.24"}}
    service = SERVICE | {"card": [card]}
    feed = Feed().buy("01-05", "1000", **_invoice(clock="12:00:00")).until("02-09 11:00")
    assert _waiting(feed, service=service) == "2.30 2.00"
    assert _waiting(feed.until("02-10"), service=service) == "5.26 0.00"


def test_what_begins_to_cost_under_a_card_to_come_does_so_at_its_own_time() -> None:
    # Until 10 February waiting costs nothing. Then the invoice is half a day over; a day later
    # it costs 0.33, as of noon of the 10th.
    free = {name: HAND_POLICY["service"][name] for name in ("contact", "returns")}
    service = free | {"card": [SERVICE | {"from": "2026-02-10"}]}
    feed = Feed().buy("01-05", "1000", **_invoice(due="02-09", clock="12:00:00"))
    for now, late, as_of in (
        ("02-10 11:59", "0.00", "02-04"),
        ("02-10 12:00", "0.33", "02-10T12:00:00"),
    ):
        outcome = feed.until(now).outcome(service=service, invoices={})
        assert figures(outcome, "late_payment reminders") == f"{late} 0.00"
        assert told([outcome.values["ada"]], "as_of") == [as_of]


@pytest.mark.parametrize(
    "sale", [{"due_at": None}, {"invoice_id": None}, {"amount": "0"}, {"type": "return"}]
)
def test_only_a_sale_on_credit_opens_an_invoice(sale: dict[str, Any]) -> None:
    its: dict[str, Any] = {"amount": "100"} | _invoice() | sale
    feed = Feed().buy("01-05", **its).until("02-20")
    assert _waiting(feed) == "0.00 0.00"


# what the seller answers for


def test_the_sellers_fault_may_be_excused_and_stands_in_the_evidence() -> None:
    # Two chats, one of them the seller's fault: -1.00 on the 25th. 11.00 less 2.00, with the
    # 1.00 excused, are the 10.00 that clear it.
    rule = HAND_POLICY["risk"]["unprofitable"] | {"excuse_seller_fault": True}
    feed = Feed().call("01-05", seller_fault=True).until("01-25")
    assert feed.outcome(risk={"unprofitable": rule}).at_risk == []
    feed.call("01-05").buy("01-26", "11")
    risks = feed.outcome(risk={"unprofitable": rule}).at_risk
    assert told(risks, "status effective_at") == ["raised 01-25", "cleared 01-26"]
    excused = "unprofitable.excuse_seller_fault 1.00/excused]"
    assert told(risks, "evidence") == [
        f"[unprofitable.below -1.00/0.00, unprofitable.min_tenure_days 20/20, {excused}",
        f"[unprofitable.clear_at 10.00/10.00, {excused}",
    ]


# what a commitment promised and did not bring


COMMITMENT = {
    "amount": "900",
    "currency": "USD",
    "discount_rate": "0.10",
    "starts_on": "2026-01-01",
    "ends_on": "2026-04-10",
}
DISCOUNT = {
    "after_share": "0.25",
    "schedule": [{"from": "1000", "rate": "0.05"}, {"from": "4000", "rate": "0.10"}],
}


def _leakage(feed: Feed) -> str:
    return figures(feed.outcome(discount=DISCOUNT), "discount_leakage")


@pytest.mark.parametrize(
    ("now", "leakage"),
    [
        # The 24th of 100 days; a quarter of them is asked for.
        ("01-24", "0.00"),
        # 500 in 25 days make 2000 in all: half of the 10 % is earned.
        ("01-25", "25.00"),
        # In 50 days 1000, just so; in 51 days 980.
        ("02-19", "25.00"),
        ("02-20", "50.00"),
        ("05-01", "50.00"),
    ],
)
def test_a_discount_leaks_where_the_revenue_lags_behind(now: str, leakage: str) -> None:
    feed = Feed().master("01-01", commitment=COMMITMENT).buy("01-05", "500").until(now)
    assert _leakage(feed) == leakage
    assert figures(feed.outcome(), "discount_leakage") == "0.00"
    revenue, contribution = figures(feed.outcome(discount=DISCOUNT), "revenue contribution").split()
    assert contribution == revenue
    # Due are 25 January and 20 February; the sale leaves the window on 4 February.
    assert feed.until("06-01").outcome(discount=DISCOUNT).timers == 3


def test_the_revenue_of_a_term_is_what_is_known_when_it_is_agreed_on_and_all_after() -> None:
    # As of 20 February the 500 of 5 January have left the window; 100 of 25 January count, as
    # do 40 of the 6th that come late, less 10. The 7 of December are of no day in the term.
    feed = Feed().buy("01-05", "500").buy("01-25", "100").master("02-20", commitment=COMMITMENT)
    feed.buy("02-21", "10", type="return").buy("01-06", "40")
    feed.buy("01-01", "7", occurred_at="2025-12-31T23:00:00Z")
    assert _leakage(feed) == "13.00"


def test_the_same_term_goes_on_whatever_its_end_and_another_begins_anew() -> None:
    feed = Feed().master("01-01", commitment=COMMITMENT).buy("01-05", "500")
    feed.master("02-20", commitment=COMMITMENT | {"discount_rate": "0.2"})
    assert _leakage(feed) == "100.00"
    # The 500 have left the window, and count on under a later end.
    longer = COMMITMENT | {"ends_on": "2026-04-11", "discount_rate": "0.2"}
    assert _leakage(feed.master("02-21", commitment=longer)) == "100.00"
    # A shorter one leaves out the 10 of the 22nd, and one that begins later the 500.
    feed.buy("02-22", "10")
    assert _leakage(feed.master("02-23", commitment=longer)) == "102.00"
    shorter = longer | {"ends_on": "2026-02-21"}
    assert _leakage(feed.master("02-24", commitment=shorter)) == "100.00"
    later = longer | {"starts_on": "2026-01-02"}
    assert _leakage(feed.master("02-25", commitment=later)) == "2.00"
    assert _leakage(feed.buy("02-26", "10").master("02-26")) == "0.00"
