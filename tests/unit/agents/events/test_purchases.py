"""Purchases: what each type of them adds, converted and rounded once for each amount."""

from collections import Counter
from typing import Any

from agents.events.booking import NO_CHANNEL, Booking
from agents.policy.compiled import Policy
from schemas.base.times import DAY_US
from schemas.inputs.events import Kind
from schemas.inputs.rejects import Reason, Rejection
from tests.support.making import ABSENT, POLICY, admit, amounts, booked, counts, figures, purchase
from tests.support.policies import policy
from tests.support.tables import table


def book(its_policy: Policy = POLICY, **fields: Any) -> Booking:
    return booked(Kind.PURCHASES, purchase(**fields), its_policy)


RETURN: dict[str, Any] = {"type": "return"}
REFUND: dict[str, Any] = {"type": "refund", "cost": ABSENT}
AGAIN: dict[str, Any] = {"type": "replacement", "amount": "0"}
BACK = {"revenue": -10_000, "goods": -6_000}
SOLD = {"revenue": 10_000, "goods": 6_000}


@table(
    "fields added",
    ("a sale its amount and its cost", {}, SOLD),
    ("the items of a sale no handling", {"items": 100_000}, SOLD),
    ("a cost of nothing is a cost", {"cost": "0"}, {"revenue": 10_000}),
    (
        "a sale without a cost is told by its amount",
        {"cost": ABSENT},
        {"revenue": 10_000, "goods": 7_000, "without_cost": 10_000},
    ),
    (
        "a return takes back amount and cost and costs handling",
        RETURN | {"items": 3, "fee": "4.00"},
        BACK | {"fees": 400, "returns": 800 + 3 * 100},
    ),
    (
        "a return without a cost gets nothing back",
        RETURN | {"cost": ABSENT},
        {"revenue": -10_000, "returns": 900},
    ),
    ("no stated items are one item", RETURN, BACK | {"returns": 900}),
    (
        "a return for our own fault is booked alike, and its cost excused",
        RETURN | {"items": 2, "seller_fault": True},
        BACK | {"returns": 1_000, "seller_fault": 1_000, "refunds": 4_000},
    ),
    (
        "no more is excused of a refund than it took",
        RETURN | {"fee": "50.00", "seller_fault": True},
        BACK | {"fees": 5_000, "returns": 900, "seller_fault": 900},
    ),
    ("a refund is money alone", REFUND, {"revenue": -10_000}),
    ("no pieces of a refund are handled", REFUND | {"items": 0}, {"revenue": -10_000}),
    (
        "a refund for our own fault is excused",
        REFUND | {"seller_fault": True},
        {"revenue": -10_000, "refunds": 10_000},
    ),
    ("what is sent again costs its goods", AGAIN, {"goods": 6_000}),
    ("what is sent again without a cost costs nothing", AGAIN | {"cost": ABSENT}, {}),
    (
        "what is sent again for our own fault is excused",
        AGAIN | {"seller_fault": True},
        {"goods": 6_000, "refunds": 6_000},
    ),
    # 0.65 cents are 1; of that 70% are 0.7, rounded to 1 (and not 0.455 to 0)
    (
        "what is computed from an amount starts from the rounded one",
        {"currency": "JPY", "amount": "1", "cost": ABSENT},
        {"revenue": 1, "goods": 1, "without_cost": 1},
    ),
    (
        "every amount is rounded by itself",
        RETURN | {"currency": "JPY", "amount": "10", "cost": "30", "fee": "50"},
        {"revenue": -6, "goods": -20, "fees": 32, "returns": 900},
    ),
    # 19.5 cents are 20 and 6.5 are 6; 20 yen less would be 13
    (
        "a discount is the difference of rounded amounts",
        {"currency": "JPY", "amount": "10", "cost": "0", "list_amount": "30"},
        {"revenue": 6, "discounts": 14},
    ),
)
def test_a_purchase_adds(fields: dict[str, Any], added: dict[str, int]) -> None:
    found = book(**fields)
    assert amounts(found) == added
    # a sale is a touch, and a return; money alone is none, nor what is sent again
    met = fields.get("type") not in {"refund", "replacement"}
    assert (found.contacts, found.days_late, found.touches) == (0, None, met)
    assert found.excused == added.get("seller_fault", 0)
    assert (found.customer_id, found.event_id) == ("ada", "purchase-1")


def test_a_policy_says_whether_a_purchase_is_a_touch() -> None:
    for touches, meets in ((["purchase"], True), (["phone"], False)):
        found = booked(Kind.PURCHASES, purchase(), policy({"contacts_due.touches": touches}))
        assert (found.touches, found.meets, found.channel) == (True, meets, NO_CHANNEL)
    assert book().meets


def test_a_sale_without_a_cost_costs_what_the_default_margin_leaves() -> None:
    goods = {"100.00": 7_000, "0.00": 0, "0.01": 1, "0.33": 23}
    ties = {"0.05": 4, "0.15": 10, "0.25": 18}  # 3.5, 10.5 and 17.5
    for amount, cost in (goods | ties).items():
        assert amounts(book(amount=amount, cost=ABSENT))["goods"] == cost


@table(
    "listed discount",
    ("120.00", 2_000),
    ("100.01", 1),
    ("100.00", 0),
    ("99.99", 0),
    ("0", 0),
    (ABSENT, 0),
)
def test_a_discount_is_what_was_paid_less_than_listed(listed: str, discount: int) -> None:
    # revenue is net of it already
    assert amounts(book(list_amount=listed)) == amounts(book()) + Counter(discounts=discount)
    goods_back = book(list_amount=listed, type="return")
    assert amounts(goods_back)["discounts"] == -discount


@table(
    "currency revenues",
    # 0.65; ties are 6.5 and 19.5
    ("JPY", {"1000": 650, "1": 1, "10": 6, "30": 20}),
    # 401.05 and 0.325; ties are 6.5 and 19.5
    ("KWD", {"1.234": 401, "0.001": 0, "0.020": 6, "0.060": 20}),
    # ties are 2.5 and 7.5
    ("EUR", {"80.00": 10_000, "0.02": 2, "0.06": 8}),
)
def test_an_amount_is_converted_and_rounded_half_even(currency: str, revenues: Any) -> None:
    for amount, revenue in revenues.items():
        assert figures(book(currency=currency, amount=amount, cost="0"))[0] == revenue
        goods_back = book(currency=currency, amount=amount, cost=ABSENT, type="return")
        assert figures(goods_back)[0] == -revenue


@table(
    "occurred_at revenue",
    ("2026-01-01T00:00:00Z", 11_000),
    ("2026-01-31T23:59:59.999999Z", 11_000),
    ("2026-02-01T00:00:00Z", 12_500),
    ("2026-02-01T00:30:00+01:00", 11_000),
    ("2026-01-31T23:30:00-01:00", 12_500),
)
def test_the_rate_is_that_of_the_event_s_utc_day(occurred_at: str, revenue: int) -> None:
    assert figures(book(currency="EUR", occurred_at=occurred_at))[0] == revenue


@table(
    "fields counted",
    ({}, (0, 0)),
    ({"amount": "0"}, (1, 0)),
    # of so little nothing is left in the base currency
    ({"amount": "1", "currency": "JPY", "cost": ABSENT}, (0, 0)),
    ({"amount": "0", "cost": ABSENT}, (1, 0)),
    (RETURN, (0, 1)),
    (RETURN | {"amount": "0"}, (0, 1)),
    (RETURN | {"seller_fault": True}, (0, 0)),
)
def test_a_sale_counts_by_its_revenue_or_by_itself(fields: Any, counted: tuple[int, int]) -> None:
    assert counts(book(**fields)) == (*counted, 0)


@table(
    "currency occurred_at",
    ("EUR", "2025-12-31T23:59:59.999999Z"),
    ("EUR", "2026-01-01T00:30:00+01:00"),
    *((currency, "2026-03-01T12:00:00Z") for currency in ("GBP", "XXX", "")),
)
def test_without_a_rate_a_purchase_cannot_be_booked(currency: str, occurred_at: str) -> None:
    found = admit(Kind.PURCHASES, purchase(currency=currency, occurred_at=occurred_at))
    assert isinstance(found, Rejection)
    assert found.reason is Reason.UNKNOWN_CURRENCY


def test_an_event_belongs_to_its_utc_day() -> None:
    late, early = book(occurred_at="2026-03-02T00:30:00+01:00"), book()
    assert late.day == early.day == late.at_us // DAY_US


def test_a_policy_without_costs_of_returns_makes_returns_free() -> None:
    free = policy({"service.returns": None})
    assert amounts(book(free, type="return", items=100_000)) == BACK
