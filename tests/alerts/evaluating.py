"""Expressions over series, as Prometheus 3 evaluates them; what it would warn of is refused."""

import math
import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from tests.alerts.promql import (
    Aggregation,
    Binary,
    Call,
    Expression,
    Number,
    PromqlError,
    Range,
    Selector,
)

LOOKBACK_S: Final = 300.0
"""A series whose last sample is older is gone."""
Labels = frozenset[tuple[str, str]]
Vector = dict[Labels, float]
Samples = list[tuple[float, float]]
_COMPARISONS: Final[dict[str, Callable[[float, float], bool]]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}


@dataclass(frozen=True)
class Series:
    """Samples by ascending time; None: the series ended there."""

    name: str
    labels: Labels
    samples: list[tuple[float, float | None]]


class Evaluator:
    """Evaluates over these series. Names are dropped: no rule needs them."""

    def __init__(self, series: list[Series]) -> None:
        self._series = series

    def vector(self, expression: Expression, at_s: float) -> Vector:
        """One figure by labels."""
        match expression:
            case Selector():
                return dict(self._instant(expression, at_s - expression.offset_s))
            case Aggregation():
                return _aggregated(expression, self.vector(expression.of, at_s))
            case Call():
                return self._called(expression, at_s)
            case Binary():
                return self._binary(expression, at_s)
        raise PromqlError(f"no vector: {expression}")

    def _selected(self, selector: Selector) -> Iterator[Series]:
        for its in self._series:
            labels = dict(its.labels)
            if its.name == selector.name and all(
                (labels.get(label, "") == text) == (how == "=")
                for label, how, text in selector.matchers
            ):
                yield its

    def _instant(self, selector: Selector, at_s: float) -> Iterator[tuple[Labels, float]]:
        for its in self._selected(selector):
            recent = [its for its in its.samples if at_s - LOOKBACK_S < its[0] <= at_s]
            if recent and recent[-1][1] is not None:
                yield its.labels, recent[-1][1]

    def _range(self, its: Range, at_s: float) -> dict[Labels, Samples]:
        found: dict[Labels, Samples] = {}
        if isinstance(its.of, Selector):
            end_s = at_s - its.of.offset_s
            for one in self._selected(its.of):
                within = [
                    (time_s, value)
                    for time_s, value in one.samples
                    if end_s - its.seconds < time_s <= end_s and value is not None
                ]
                if within:
                    found[one.labels] = within
            return found
        assert its.step_s is not None, "a subquery has a step"
        first = math.floor((at_s - its.seconds) / its.step_s) + 1
        for number in range(first, math.floor(at_s / its.step_s) + 1):
            for labels, value in self.vector(its.of, number * its.step_s).items():
                found.setdefault(labels, []).append((number * its.step_s, value))
        return found

    def _called(self, call: Call, at_s: float) -> Vector:
        match call.function, call.arguments:
            case "absent", (Selector() as selector,):
                if dict(self._instant(selector, at_s)):
                    return {}
                named = [(label, text) for label, how, text in selector.matchers if how == "="]
                return {frozenset(named): 1.0}
            case "histogram_quantile", (Number(share), buckets):
                return _quantiles(share, self.vector(buckets, at_s))
            case ("rate" | "increase" | "changes" | "deriv") as function, (Range() as its,):
                start_s, end_s = at_s - its.seconds, at_s
                if isinstance(its.of, Selector):
                    start_s, end_s = start_s - its.of.offset_s, end_s - its.of.offset_s
                made: Vector = {}
                for labels, samples in self._range(its, at_s).items():
                    value = _over(function, samples, start_s, end_s)
                    if value is not None:
                        made[labels] = value
                return made
        raise PromqlError(f"no such function of these: {call}")

    def _binary(self, its: Binary, at_s: float) -> Vector:
        if its.operator in {"and", "unless"}:
            left, right = self.vector(its.left, at_s), self.vector(its.right, at_s)
            both = its.operator == "and"
            return {at: here for at, here in left.items() if (at in right) == both}
        pairs = self._pairs(its, at_s)
        if its.operator in _COMPARISONS:
            holds = _COMPARISONS[its.operator]
            return {at: a for at, a, b in pairs if holds(a, b)}
        if its.operator == "*":
            return {at: a * b for at, a, b in pairs}
        assert its.operator == "/"
        return {at: _quotient(a, b) for at, a, b in pairs}

    def _pairs(self, its: Binary, at_s: float) -> list[tuple[Labels, float, float]]:
        """Both sides, label set by label set."""
        if isinstance(its.right, Number):
            number = its.right.value
            return [(at, value, number) for at, value in self.vector(its.left, at_s).items()]
        right = self.vector(its.right, at_s)
        if isinstance(its.left, Number):
            return [(at, its.left.value, value) for at, value in right.items()]
        left = self.vector(its.left, at_s)
        return [(at, value, right[at]) for at, value in left.items() if at in right]


def _quotient(a: float, b: float) -> float:
    if b:
        return a / b
    return math.nan if not a or math.isnan(a) else math.copysign(math.inf, a)


def _aggregated(its: Aggregation, vector: Vector) -> Vector:
    groups: dict[Labels, list[float]] = {}
    for labels, value in vector.items():
        group = frozenset((label, text) for label, text in labels if label in its.by)
        groups.setdefault(group, []).append(value)
    how: dict[str, Callable[[list[float]], float]] = {"sum": sum, "max": max, "count": len}
    return {group: float(how[its.how](values)) for group, values in groups.items()}


def _over(function: str, samples: Samples, start_s: float, end_s: float) -> float | None:
    values = [value for _, value in samples]
    if function == "changes":
        return float(sum(a != b for a, b in pairwise(values)))
    if len(samples) < 2:
        return None
    if function == "deriv":
        return _slope(samples)
    grown = _growth(samples, start_s, end_s)
    return grown if function == "increase" else grown / (end_s - start_s)


def _growth(samples: Samples, start_s: float, end_s: float) -> float:
    """How much a counter grew, extrapolated to where the range begins and ends."""
    values = [value for _, value in samples]
    resets = sum(a for a, b in pairwise(values) if b < a)
    grown = values[-1] - values[0] + resets
    sampled_s = samples[-1][0] - samples[0][0]
    apart_s = sampled_s / (len(samples) - 1)
    before_s, after_s = samples[0][0] - start_s, end_s - samples[-1][0]
    if before_s >= apart_s * 1.1:
        before_s = apart_s / 2
    if grown > 0 and values[0] >= 0:
        # a counter was never below 0
        before_s = min(before_s, sampled_s * values[0] / grown)
    if after_s >= apart_s * 1.1:
        after_s = apart_s / 2
    return grown * (sampled_s + before_s + after_s) / sampled_s


def _slope(samples: Samples) -> float:
    """By least squares, a second."""
    mean_s = sum(time_s for time_s, _ in samples) / len(samples)
    mean = sum(value for _, value in samples) / len(samples)
    spread = sum((time_s - mean_s) ** 2 for time_s, _ in samples)
    return sum((time_s - mean_s) * (value - mean) for time_s, value in samples) / spread


def _quantiles(share: float, buckets: Vector) -> Vector:
    histograms: dict[Labels, list[tuple[float, float]]] = {}
    for labels, value in buckets.items():
        others = dict(labels)
        bound = float(others.pop("le").replace("+Inf", "inf"))
        histograms.setdefault(frozenset(others.items()), []).append((bound, value))
    return {its: _quantile(share, sorted(bounds)) for its, bounds in histograms.items()}


def _quantile(share: float, bounds: list[tuple[float, float]]) -> float:
    total = bounds[-1][1]
    if not total or math.isnan(total):
        return math.nan
    rank, below, count_below = share * total, 0.0, 0.0
    for bound, count in bounds:
        if count >= rank:
            if math.isinf(bound):
                return below
            return below + (bound - below) * (rank - count_below) / (count - count_below)
        below, count_below = bound, count
    raise AssertionError("the last bucket holds all")
