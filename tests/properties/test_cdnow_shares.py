"""On real purchases: how near the histogram's cut-offs and whale curve come to the exact ones."""

import json
from collections import Counter
from pathlib import Path

import pytest

from agents.models.histogram import Histogram, cut_by_profit, cut_by_rank
from agents.models.whale_curve import whale_curve

CDNOW = Path(__file__).parents[1] / "data" / "cdnow_sample.jsonl"


@pytest.fixture(scope="module")
def spent() -> list[int]:
    """What each customer of the sample spent, in cents, the most first."""
    by_customer: Counter[str] = Counter()
    for line in CDNOW.read_text().splitlines():
        value = json.loads(line)["value"]
        by_customer[value["customer_id"]] += round(float(value["amount"]) * 100)
    return sorted(by_customer.values(), reverse=True)


def histogram_of(values: list[int]) -> Histogram:
    histogram = Histogram()
    for value in values:
        histogram.add(value)
    return histogram


def test_the_cut_of_the_best_fifth_is_found_within_one_percent(spent: list[int]) -> None:
    histogram = histogram_of(spent)
    gaining = [value for value in spent if value > 0]
    exact = gaining[-(-len(gaining) // 5) - 1]
    cut = cut_by_rank(histogram, (1, 5))
    assert cut is not None
    assert exact * 0.99 <= cut <= exact
    share = sum(value for value in spent if value >= cut) / sum(spent)
    exact_share = sum(value for value in spent if value >= exact) / sum(spent)
    assert share == pytest.approx(exact_share, abs=0.005)


def test_the_best_fifth_brings_most_of_it(spent: list[int]) -> None:
    curve = whale_curve(histogram_of(spent))
    fifth = sum(spent[: -(-len(spent) // 5)])
    assert (curve.customers, curve.total) == (len(spent), sum(spent))
    assert curve.top_fifth == pytest.approx(fifth, rel=0.005)
    assert 0.5 < fifth / sum(spent) < 0.8


def test_who_brings_four_fifths_is_found_within_one_percent(spent: list[int]) -> None:
    needed, so_far = sum(spent) * 4, 0
    for exact in spent:
        so_far += exact
        if so_far * 5 >= needed:
            break
    cut = cut_by_profit(histogram_of(spent), (4, 5))
    assert cut is not None
    assert exact * 0.99 <= cut <= exact
