"""Fitting: what is counted of the events, the published fit of CDNOW, and when there is none."""

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson
import pytest

from agents.policy_file.lifetime import lifetime_params
from streams.fitting.found import Fit, TooLittleError
from streams.fitting.purchases import Customer, Purchases, customer_at, span
from streams.fitting.section import decimal_text, section, toml
from streams.fitting.validation import TooShortError, Validation, validate
from tests.support.lifetime import sale
from tests.support.making import POLICY
from tests.support.policies import policy_file

pytest.importorskip("scipy", reason="the extra `fit` is not installed")

from streams.fitting.models import fit

CDNOW = Path(__file__).parents[3] / "data" / "cdnow_sample.jsonl"
UNTIL = 10_134
"""1997-09-30, the end of week 39."""


def taken(*sales: dict[str, Any], policy: bool = False) -> Purchases:
    purchases = Purchases(POLICY if policy else None)
    for each in sales:
        purchases.take(orjson.dumps(each))
    return purchases


def margins(purchases: Purchases) -> dict[str, list[int]]:
    """By customer what its days brought."""
    return {name: list(days.values()) for name, days in purchases.by_customer.items()}


@pytest.fixture(scope="module")
def cdnow() -> Purchases:
    return taken(*(orjson.loads(line)["value"] for line in CDNOW.read_bytes().splitlines()))


@pytest.fixture(scope="module")
def found(cdnow: Purchases) -> Fit:
    seen = (customer_at(days, UNTIL, 100) for days in cdnow.by_customer.values())
    return fit([customer for customer in seen if customer is not None])


@pytest.fixture(scope="module")
def validation(cdnow: Purchases, found: Fit) -> Validation:
    params = lifetime_params(section(found, UNTIL), 2)
    return validate(cdnow.by_customer.values(), params, UNTIL)


def rounded(values: Iterable[float], digits: int) -> list[float]:
    return [round(each, digits) for each in values]


def test_the_fit_of_cdnow_is_the_published_one(found: Fit) -> None:
    assert (found.customers, found.repeat_customers, found.margin_customers) == (2357, 946, 946)
    assert rounded(found.purchases.parameters, 3) == [0.243, 4.414, 0.793, 2.426]
    assert round(found.purchases.log_likelihood, 1) == -9582.4
    assert rounded(found.margins.parameters, 2) == [6.25, 3.74, 15.44]


def test_the_fit_for_those_who_bought_once_is_one_of_its_own(found: Fit) -> None:
    assert rounded(found.one_purchase.parameters, 3) == [0.525, 6.183, 0.891, 1.614]
    assert round(found.one_purchase.log_likelihood, 1) == -9582.1
    assert found.mean_margin == pytest.approx(35.078, abs=5e-4)


def test_the_printed_section_is_one_that_the_policy_takes(found: Fit) -> None:
    made = section(found, UNTIL)
    assert made.fitted_on == "1997-09-30"
    assert policy_file(tomllib.loads(toml(made))).lifetime == made


def test_the_model_counts_better_than_the_rules_and_tells_too_little(
    validation: Validation,
) -> None:
    model, again, recent = validation.scores
    assert (validation.weeks, validation.customers, validation.purchases) == (39.0, 2357, 1882)
    scores = (model.mean_absolute_error, model.correlation, model.top_share, model.total_ratio)
    assert scores == pytest.approx((0.768, 0.626, 0.663, 0.849), abs=5e-4)
    assert again.mean_absolute_error > recent.mean_absolute_error * 0.95 > 0.8
    assert max(again.correlation, recent.correlation) < model.correlation


def test_too_little_time_after_the_fit_is_told(cdnow: Purchases, found: Fit) -> None:
    params = lifetime_params(section(found, UNTIL), 2)
    _, last = span(cdnow.by_customer.values())
    with pytest.raises(TooShortError, match=r"at least 28 days .* found 27;"):
        validate(cdnow.by_customer.values(), params, last - 27)


def test_a_customer_is_its_days_since_the_first() -> None:
    purchases = taken(sale("c-1", 3), sale("c-1", 10), sale("c-1", 24, amount="30.00", cost="6.00"))
    days = purchases.by_customer["c-1"]
    first = min(days)
    assert customer_at(days, first - 1, 100) is None
    assert customer_at(days, first, 100) == Customer(0, 0, 0, 0.0)
    assert customer_at(days, first + 30, 100) == Customer(2, 21, 30, 17.0)
    seen = customer_at(days, first + 14, 100)
    assert seen is not None
    assert (seen.x, seen.t_x, seen.T, seen.mean) == (1, 1.0, 2.0, 10.0)


def test_purchases_of_a_day_are_one_and_returns_are_none() -> None:
    purchases = taken(
        sale("c-1", 1),
        sale("c-1", 1, event_id="e-2", amount="5.00"),
        sale("c-1", 2, type="return"),
        sale("c-1", 1),
        sale("c-2", 1, event_id="e-2"),
        sale("c-2", 1, amount="1.005"),
        sale("c-2", 1, currency="XXX"),
        {"nothing": 1},
    )
    purchases.take(None)
    counts = purchases.counts
    assert (counts.sales, counts.returns, counts.repeated, counts.unusable) == (3, 1, 1, 4)
    assert margins(purchases) == {"c-1": [1500], "c-2": [1000]}


@pytest.mark.parametrize("cancelled_first", [False, True])
def test_a_cancelled_order_was_no_purchase(*, cancelled_first: bool) -> None:
    cancel = {
        "event_id": "x-1",
        "customer_id": "c-1",
        "order_id": "o-2",
        "type": "cancel",
        "occurred_at": "2026-02-01T00:00:00Z",
    }
    ordered = [
        sale("c-1", 3, order_id="o-1"),
        sale("c-1", 3, order_id="o-2", event_id="e-2"),
        sale("c-1", 9, order_id="o-2"),
        sale("c-2", 9, order_id="o-2"),
    ]
    purchases = taken(*([cancel, *ordered] if cancelled_first else [*ordered, cancel, cancel]))
    assert margins(purchases) == {"c-1": [1000], "c-2": [1000]}
    assert (purchases.counts.sales, purchases.counts.cancelled) == (2, 2)
    assert purchases.counts.unusable == 0


def test_with_a_policy_margins_are_those_that_a_worker_books() -> None:
    purchases = taken(
        sale("c-1", 1),
        sale("c-2", 1, currency="EUR", cost="2.00"),
        sale("c-3", 1, currency="GBP"),
        policy=True,
    )
    assert (purchases.currencies, purchases.digits) == ({"USD"}, 2)
    assert margins(purchases) == {"c-1": [300], "c-2": [880]}
    assert purchases.counts.unusable == 1


def customers(repeat: int, once: int, mean: float = 10.0) -> list[Customer]:
    return [Customer(1, 7 + at, 200, mean) for at in range(repeat)] + [
        Customer(0, 0, 100 + at, 0.0) for at in range(once)
    ]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (customers(49, 50), "at least 100 customers, found 99"),
        (customers(29, 90), "at least 30 customers who bought on another day again, found 29"),
        (
            customers(60, 60, mean=-1.0),
            "at least 30 of these with a mean repeat margin above 0, found 0",
        ),
        (
            customers(40, 60) + customers(60, 0, mean=-30.0),
            "repeat purchases that bring something, found a mean of -14.00",
        ),
    ],
)
def test_too_little_is_told(given: list[Customer], told: str) -> None:
    with pytest.raises(TooLittleError, match=told):
        fit(given)


def test_a_parameter_at_its_bound_is_no_fit() -> None:
    # nobody ever leaves: the weight of leaving runs to nothing
    faithful = [Customer(30 + at % 7, 280, 283, 10.0 + at % 5) for at in range(200)]
    with pytest.raises(TooLittleError, match=r"a fit of BG/NBD, found none: its \w+ ran to "):
        fit(faithful)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.2425944, "0.242594"), (4.4, "4.40000"), (0.012, "0.0120000"), (1234567.8, "1234568")],
)
def test_a_parameter_is_written_with_six_digits(value: float, text: str) -> None:
    assert decimal_text(value) == text
