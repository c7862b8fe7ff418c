"""What makes up a value, worked out by hand: its lines, open invoices, the seller's fault."""

from typing import Any

import pytest

from .hand import HAND_POLICY, Feed, lines, told
from .recount import Outcome

SERVICE: dict[str, Any] = HAND_POLICY["service"] | {
    "reminder": [{"after_days": 3, "cost": "2.00"}, {"after_days": 10, "cost": "4.00"}]
}


def _outcome(feed: Feed, **invoices: int) -> Outcome:
    return feed.outcome(invoices=invoices, service=SERVICE)


def _waiting(outcome: Outcome) -> tuple[str, ...]:
    return lines(outcome, "late_payment", "reminders")


def _invoice(name: str = "i", due: str = "02-01", clock: str = "00:00:00") -> dict[str, object]:
    return {"invoice_id": name, "due_at": f"2026-{due}T{clock}Z"}


def test_a_value_is_made_up_of_lines() -> None:
    # Goods 70 % of 100, less 10 got back. Discounts 120 - 100 less 30 - 20. The call of 90 s
    # costs 1.50 + 0.555 = 2.055, so 2.06; the return 8 + 3 * 1 = 11; both the seller's fault.
    feed = Feed().buy("01-05", "100", cost=None, list_amount="120")
    feed.buy("01-06", "7", list_amount="5")
    feed.buy(
        "01-06",
        "20",
        type="return",
        list_amount="30",
        cost="10",
        fee="2",
        items=3,
        seller_fault=True,
    )
    feed.call("01-07", channel="phone", duration_s=90, seller_fault=True).call("01-07")
    value = feed.outcome().values["ada"]["value"]
    assert list(value) == [
        "currency",
        "window_days",
        "revenue",
        "goods_cost",
        "margin",
        "service_cost",
        "contribution",
        "index",
        "estimated",
        "lines",
    ]
    assert (value["margin"], value["service_cost"], value["contribution"], value["index"]) == (
        "29.00",
        "14.06",
        "14.94",
        "14.94",
    )
    assert value["estimated"] is True
    assert list(value["lines"].items()) == [
        ("revenue", "87.00"),
        ("discounts_given", "10.00"),
        ("goods", "60.00"),
        ("restocking_fees", "2.00"),
        (
            "contacts",
            {
                "phone": "2.06",
                "chat": "1.00",
                "email": "0.00",
                "store": "0.00",
                "self_service": "0.00",
            },
        ),
        ("returns", "11.00"),
        ("late_payment", "0.00"),
        ("reminders", "0.00"),
        ("discount_leakage", "0.00"),
        ("seller_fault", "13.06"),
        ("revenue_without_cost", "100.00"),
    ]


def test_a_value_is_estimated_while_a_sale_without_cost_is_in_the_window() -> None:
    # The sale of the 5th leaves 30 days on 4 February; a return without cost estimates nothing.
    feed = Feed().buy("01-05", "100", cost=None).buy("01-06", "9", type="return", cost=None)
    assert feed.outcome().values["ada"]["value"]["estimated"] is True
    later = feed.until("02-04").outcome().values["ada"]["value"]
    assert later["estimated"] is False


def test_a_day_on_which_only_a_discount_was_given_leaves_too() -> None:
    feed = Feed().buy("01-05", "0", list_amount="5").until("03-01")
    outcome = feed.outcome()
    assert outcome.timers == 1
    assert lines(outcome, "discounts_given") == ("0.00",)


@pytest.mark.parametrize(
    ("now", "waiting"),
    [
        ("02-02 11:59:59.999999", ("0.00", "0.00")),
        # 5 + 1000 * 0.12 * 1 / 365 = 5.3288, so 0.33.
        ("02-02 12:00", ("0.33", "0.00")),
        # Three days: 0.9863. The first reminder is sent.
        ("02-04 12:00", ("0.99", "2.00")),
        # Ten days: 3.2877. The second one is sent.
        ("02-11 12:00", ("3.29", "6.00")),
        # No more days than the window has: 30, so 9.8630.
        ("04-30", ("9.86", "6.00")),
    ],
)
def test_an_invoice_that_is_overdue_costs_more_day_by_day(
    now: str, waiting: tuple[str, str]
) -> None:
    feed = Feed().buy("01-05", "1000", **_invoice(clock="12:00:00")).until(now)
    outcome = _outcome(feed)
    assert _waiting(outcome) == waiting
    value = outcome.values["ada"]["value"]
    assert float(value["service_cost"]) == pytest.approx(sum(map(float, waiting)))
    assert _waiting(feed.outcome(service=SERVICE)) == ("0.00", "0.00")


def test_paid_late_and_whole_it_costs_what_the_payment_does() -> None:
    # Ten days late: 5 + 3.2877, so 8.29, where waiting had cost 3.29 by then: the fee comes on
    # top. The reminders are booked on the day it was paid, and leave with that on 13 March.
    feed = Feed().buy("01-05", "1000", **_invoice()).until("02-11 07:00")
    assert _waiting(_outcome(feed)) == ("3.29", "6.00")
    feed.pay("02-11 08:00", "02-01", amount="1000")
    assert _waiting(_outcome(feed)) == ("8.29", "6.00")
    feed.until("03-12 23:59")
    assert _waiting(_outcome(feed)) == ("8.29", "6.00")
    assert _waiting(_outcome(feed.until("03-13"))) == ("0.00", "0.00")


def test_paid_in_time_it_costs_nothing() -> None:
    feed = Feed().buy("01-05", "100", **_invoice()).pay("02-01", "02-01").until("03-01")
    outcome = _outcome(feed)
    assert _waiting(outcome) == ("0.00", "0.00")
    assert outcome.timers == 1


@pytest.mark.parametrize(
    "pay",
    [
        {"amount": "100"},
        {"amount": "100", "invoice_id": "other", "status": "paid"},
        {"amount": "1000", "status": "failed"},
    ],
)
def test_only_what_was_paid_on_it_is_taken_off(pay: dict[str, object]) -> None:
    # 250 less 100, or nothing: ten days of 150 are 0.4932, of 250 0.8219.
    feed = Feed().buy("01-05", "250", **_invoice()).pay("01-20", "02-01", **pay).until("02-11")
    late = "0.49" if set(pay) == {"amount"} else "0.82"
    assert _waiting(_outcome(feed)) == (late, "6.00")


def test_a_payment_may_come_before_its_sale() -> None:
    # 100 and 30 wait for the sale of 250: 120 are left, ten days of which are 0.3945. The rest
    # is over-paid on the 12th, eleven days late: 5 + 500 * 0.12 * 11 / 365 = 6.8082.
    feed = Feed().pay("01-04", "02-01").pay("01-03", "02-01", amount="30")
    feed.buy("01-05", "250", **_invoice()).until("02-11")
    assert _waiting(_outcome(feed)) == ("0.39", "6.00")
    feed.pay("02-12", "02-01", amount="500").until("02-20")
    assert _waiting(_outcome(feed)) == ("6.81", "6.00")


def test_a_sale_that_arrives_after_its_late_payment_books_the_reminders_back_then() -> None:
    # Paid on the 8th, seven days late: 5 + 100 * 0.12 * 7 / 365 = 5.2301. One reminder had
    # been sent by then; it leaves with the 8th, on 10 March.
    feed = Feed().pay("02-08", "02-01").buy("02-20", "100", **_invoice())
    assert _waiting(_outcome(feed)) == ("5.23", "2.00")
    assert _waiting(_outcome(feed.until("03-10"))) == ("0.00", "0.00")


def test_kept_payments_beyond_what_closes_an_invoice_wait_for_the_next() -> None:
    # 100 and 100 were kept; the first closes the invoice of 80. The second closes the next.
    feed = Feed().pay("01-03", "02-01").pay("01-04", "02-01")
    feed.buy("01-05", "80", **_invoice()).buy("01-06", "100", **_invoice()).until("02-20")
    assert _waiting(_outcome(feed)) == ("0.00", "0.00")


def test_a_payment_in_another_currency_is_converted_at_its_day() -> None:
    # 100 EUR are 110 USD. 55 USD at 1.10 pay 50 EUR, and 12 USD at 1.20 pay 10: 40 are left,
    # 44 USD of the sale. Five days: 44 * 0.12 * 5 / 365 = 0.0723.
    feed = Feed().buy("01-05", "100", currency="EUR", **_invoice())
    feed.pay("01-20", "02-01", amount="55").pay("02-01 03:00", "02-01", amount="12").until("02-06")
    assert _waiting(_outcome(feed)) == ("0.07", "2.00")


def test_a_second_sale_adds_to_an_open_invoice() -> None:
    # 150, due on the later day: ten days are 0.4932. The 6 EUR are worth 6.60 USD: 156.60 are
    # 0.5148.
    feed = Feed().buy("01-05", "100", **_invoice(due="02-05")).buy("01-06", "50", **_invoice())
    assert _waiting(_outcome(feed.until("02-15"))) == ("0.49", "6.00")
    feed.buy("01-07", "6", currency="EUR", **_invoice())
    assert _waiting(_outcome(feed)) == ("0.51", "6.00")


def test_a_return_pays_its_invoice() -> None:
    feed = Feed().buy("01-05", "100", **_invoice())
    feed.buy("01-06", "100", type="return", invoice_id="i").until("03-01")
    assert _waiting(_outcome(feed)) == ("0.00", "0.00")


def test_of_too_many_invoices_the_one_due_first_goes() -> None:
    # Of a and b only a is left: twelve days of 300 are 1.1836. Of a and c, due together, the
    # first one opened goes: twelve days of 600 are 2.3671.
    feed = Feed().buy("01-05", "300", **_invoice("a", due="02-10"))
    feed.buy("01-06", "100", **_invoice("b", due="02-05")).until("02-22")
    assert _waiting(_outcome(feed, open_max=1)) == ("1.18", "6.00")
    feed.buy("01-07", "600", **_invoice("c", due="02-10"))
    assert _waiting(_outcome(feed, open_max=1)) == ("2.37", "6.00")


def test_of_too_many_payments_without_a_sale_the_earliest_goes() -> None:
    # The payment of the 4th on b is forgotten, so b stays open: ten days of 200 are 0.6575.
    feed = Feed().pay("01-05", "02-01", invoice_id="a").pay("01-04", "02-01", invoice_id="b")
    feed.buy("01-06", "100", **_invoice("a")).buy("01-06", "200", **_invoice("b"))
    feed.until("02-11")
    assert _waiting(_outcome(feed, unmatched_max=1)) == ("0.66", "6.00")
    assert _waiting(_outcome(feed)) == ("0.33", "6.00")


def test_a_new_rate_card_counts_from_its_first_midnight_on() -> None:
    # Eight days and a half over at midnight: 5 + 1000 * 0.24 * 8 / 365 = 10.2603, and no
    # reminders. The day before, with seven: 2.3014.
    card = {"from": "2026-02-10", "late_payment": {"late_fee": "5.00", "annual_rate": "0.24"}}
    feed = Feed().buy("01-05", "1000", **_invoice(clock="12:00:00")).until("02-09 11:00")
    policy: dict[str, Any] = {"invoices": {}, "service": SERVICE | {"card": [card]}}
    assert _waiting(feed.outcome(**policy)) == ("2.30", "2.00")
    feed.until("02-10")
    assert _waiting(feed.outcome(**policy)) == ("5.26", "0.00")


def test_what_begins_to_cost_under_a_card_to_come_does_so_at_its_own_time() -> None:
    # Until 10 February waiting costs nothing. Then the invoice is half a day over; a day later
    # it costs 0.33, as of noon of the 10th.
    free = {name: HAND_POLICY["service"][name] for name in ("contact", "returns")}
    policy = {"service": free | {"card": [SERVICE | {"from": "2026-02-10"}]}, "invoices": {}}
    feed = Feed().buy("01-05", "1000", **_invoice(due="02-09", clock="12:00:00"))
    for now, late, as_of in (
        ("02-10 11:59", "0.00", "2026-02-04T00:00:00Z"),
        ("02-10 12:00", "0.33", "2026-02-10T12:00:00Z"),
    ):
        outcome = feed.until(now).outcome(**policy)
        assert _waiting(outcome) == (late, "0.00")
        assert outcome.values["ada"]["as_of"] == as_of


@pytest.mark.parametrize(
    ("amount", "sale"),
    [
        ("100", {"due_at": None}),
        ("100", {"invoice_id": None}),
        ("0", {}),
        ("100", {"type": "return"}),
    ],
)
def test_only_a_sale_on_credit_opens_an_invoice(amount: str, sale: dict[str, object]) -> None:
    feed = Feed().buy("01-05", amount, **(_invoice() | sale)).until("02-20")
    assert _waiting(_outcome(feed)) == ("0.00", "0.00")


@pytest.mark.parametrize("excuse", [False, True])
def test_the_sellers_fault_may_be_excused(excuse: bool) -> None:
    # Twenty days after the 5th the chat of 1.00 counts; it was the seller's fault.
    rule = HAND_POLICY["risk"]["unprofitable"] | {"excuse_seller_fault": excuse}
    feed = Feed().call("01-05", seller_fault=True).until("01-28")
    risks = feed.outcome(risk={"unprofitable": rule}).at_risk
    assert len(risks) == (0 if excuse else 1)


def test_what_was_excused_stands_in_the_evidence() -> None:
    # Two chats, one of them the seller's fault: -1.00 on the 25th. 11.00 less 2.00, with the
    # 1.00 excused, are the 10.00 that clear it.
    rule = HAND_POLICY["risk"]["unprofitable"] | {"excuse_seller_fault": True}
    feed = Feed().call("01-05", seller_fault=True).call("01-05").buy("01-26", "11")
    outcome = feed.outcome(risk={"unprofitable": rule})
    excused = {
        "rule": "risk.unprofitable.excuse_seller_fault",
        "observed": "1.00",
        "threshold": "excused",
    }
    assert told(outcome.at_risk, "status", "effective_at", "evidence") == [
        (
            "raised",
            "2026-01-25T00:00:00Z",
            [
                {"rule": "risk.unprofitable.below", "observed": "-1.00", "threshold": "0.00"},
                {"rule": "risk.unprofitable.min_tenure_days", "observed": 20, "threshold": 20},
                excused,
            ],
        ),
        (
            "cleared",
            "2026-01-26T00:00:00Z",
            [
                {"rule": "risk.unprofitable.clear_at", "observed": "10.00", "threshold": "10.00"},
                excused,
            ],
        ),
    ]
