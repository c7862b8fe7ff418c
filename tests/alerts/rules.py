"""Alerting rules over time, and tests of them in the format of `promtool test rules`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

from tests.alerts.evaluating import Evaluator, Labels, Series
from tests.alerts.plain_yaml import read_yaml
from tests.alerts.promql import Expression, parse, seconds_of

_SERIES: Final = re.compile(r"(\w+)(?:\{(.*)\})?")
_LABEL: Final = re.compile(r'(\w+)="([^"]*)",?\s*')
_VALUES: Final = re.compile(r"(_|stale|-?[\d.]+)(?:([+-][\d.]+))?(?:x(\d+))?")
_TEMPLATE: Final = re.compile(r"\{\{ (\$\w+)(?:\.(\w+))?(?: \| (\w+))? \}\}")


@dataclass(frozen=True)
class Rule:
    """One alert."""

    name: str
    expression: Expression
    wait_s: float
    labels: dict[str, str]
    annotations: dict[str, str]


@dataclass(frozen=True)
class Alert:
    """One that fires: its labels and annotations."""

    labels: Labels
    annotations: Labels


@dataclass(frozen=True)
class Expected:
    """What is to fire of an alert at a time."""

    name: str
    at_s: float
    alerts: frozenset[Alert]


@dataclass(frozen=True)
class Case:
    """Series, and what is to fire over them."""

    name: str
    series: list[Series]
    expected: list[Expected]


def read_rules(path: Path) -> list[Rule]:
    """All alerts of a rule file."""
    document = cast("dict[str, Any]", read_yaml(path.read_text(encoding="utf-8")))
    return [
        Rule(
            its["alert"],
            parse(its["expr"]),
            seconds_of(its.get("for", "0s")),
            its["labels"],
            its["annotations"],
        )
        for group in document["groups"]
        for its in group["rules"]
    ]


def read_cases(path: Path) -> tuple[float, list[Case]]:
    """The seconds between evaluations, and the tests of a test file."""
    document = cast("dict[str, Any]", read_yaml(path.read_text(encoding="utf-8")))
    return seconds_of(document["evaluation_interval"]), [_case(its) for its in document["tests"]]


def firing(rule: Rule, series: list[Series], every_s: float, at_s: float) -> frozenset[Alert]:
    """What fires of a rule that is evaluated so often since 0, at this time.

    It has to have held at each evaluation since its wait began: earlier ones change nothing.
    """
    evaluator = Evaluator(series)
    last = int(at_s // every_s)
    first = int((last * every_s - rule.wait_s) // every_s)
    if first < 0:
        return frozenset()
    found = evaluator.vector(rule.expression, last * every_s)
    held = set(found)
    for number in range(first, last):
        held &= set(evaluator.vector(rule.expression, number * every_s))
    return frozenset(_alert(rule, labels, found[labels]) for labels in held)


def _alert(rule: Rule, labels: Labels, value: float) -> Alert:
    told = {
        name: _TEMPLATE.sub(lambda its: _filled(its, dict(labels), value), text)
        for name, text in rule.annotations.items()
    }
    assert not any("{{" in text for text in told.values()), told
    named = dict(labels) | rule.labels | {"alertname": rule.name}
    return Alert(frozenset(named.items()), frozenset(told.items()))


def _filled(template: re.Match[str], labels: dict[str, str], value: float) -> str:
    variable, label, filter_ = template.groups()
    if variable == "$labels":
        return labels.get(label, "")
    assert variable == "$value", variable
    if filter_ == "humanizePercentage":
        return f"{value * 100:.4g}%"
    if filter_ == "humanize1024":
        assert 1024 <= value < 1024**2, "other sizes have other prefixes"
        return f"{value / 1024:.4g}ki"
    if filter_ == "humanizeDuration":
        assert 1 <= value < 60, "other times are written otherwise"
        return f"{value:.4g}s"
    assert filter_ is None, filter_
    assert abs(value) < 1e6, "Go writes it with an exponent"
    return repr(value).removesuffix(".0")


def _case(its: dict[str, Any]) -> Case:
    interval_s = seconds_of(its["interval"])
    series = [
        Series(*_named(one["series"]), list(_samples(one["values"], interval_s)))
        for one in its["input_series"]
    ]
    return Case(its["name"], series, [_expected(one) for one in its["alert_rule_test"]])


def _named(text: str) -> tuple[str, Labels]:
    match = _SERIES.fullmatch(text)
    assert match is not None, text
    return match[1], frozenset(_LABEL.findall(match[2] or ""))


def _samples(text: str, interval_s: float) -> Iterator[tuple[float, float | None]]:
    number = 0
    for word in text.split():
        match = _VALUES.fullmatch(word)
        assert match is not None, word
        first, step, times = match.groups()
        # a value that is repeated n times stands there once more, a gap does not
        count = int(times or 0) + 1 if first != "_" else int(times or 1)
        for repeat in range(count):
            if first == "stale":
                yield number * interval_s, None
            elif first != "_":
                yield number * interval_s, float(first) + repeat * float(step or 0)
            number += 1


def _expected(its: dict[str, Any]) -> Expected:
    name = its["alertname"]
    alerts = [
        Alert(
            frozenset((one["exp_labels"] | {"alertname": name}).items()),
            frozenset(one["exp_annotations"].items()),
        )
        for one in its.get("exp_alerts", [])
    ]
    return Expected(name, seconds_of(its["eval_time"]), frozenset(alerts))
