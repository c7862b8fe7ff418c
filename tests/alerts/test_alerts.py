"""Every alert fires when it should, is silent when it should, and leads to what is to be done."""

import shutil
import subprocess
from collections import defaultdict
from pathlib import Path

import pytest

from tests.alerts.plain_yaml import YamlError, read_yaml
from tests.alerts.promql import PromqlError, parse
from tests.alerts.rules import Case, Rule, firing, read_cases, read_rules
from tests.faults.remedies import REMEDIES
from tests.faults.runbook import anchor

ROOT = Path(__file__).parents[2]
RULES = ROOT / "streams" / "ops" / "alerts.yml"
CASES = Path(__file__).with_name("alerts_test.yml")
EVERY_S, TRIED = read_cases(CASES)
RULE_OF: dict[str, Rule] = {rule.name: rule for rule in read_rules(RULES)}


@pytest.mark.parametrize("case", TRIED, ids=lambda case: case.name)
def test_what_fires_is_what_should(case: Case) -> None:
    for its in case.expected:
        fires = firing(RULE_OF[its.name], case.series, EVERY_S, its.at_s)
        assert fires == its.alerts, f"{its.name} after {its.at_s:g} s"


def test_every_alert_is_seen_firing_and_silent() -> None:
    seen: dict[str, set[bool]] = defaultdict(set)
    for case in TRIED:
        for its in case.expected:
            seen[its.name].add(bool(its.alerts))
    assert seen == {name: {True, False} for name in RULE_OF}


def test_every_alert_leads_to_its_remedy() -> None:
    assert {remedy.alert for remedy in REMEDIES} == set(RULE_OF)
    for name, rule in RULE_OF.items():
        assert set(rule.annotations) == {"summary", "runbook_url"}
        assert rule.annotations["runbook_url"] == anchor(name)
        assert rule.labels["severity"] in {"critical", "warning"}


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not on PATH")
@pytest.mark.parametrize("arguments", [("check", RULES), ("test", CASES)], ids=["check", "test"])
def test_promtool_says_the_same(arguments: tuple[str, Path]) -> None:
    what, file = arguments
    said = subprocess.run(
        ["promtool", what, "rules", file], capture_output=True, text=True, check=False
    )
    assert said.returncode == 0, said.stdout + said.stderr


# the small evaluator refuses what it does not know


@pytest.mark.parametrize(
    "text",
    [
        "sum without (topic) (up)",
        "up{job=~'a'}",
        "a or b",
        "a + b",
        "avg(up)",
        "sum(up)[5m]",
        "up[5m:1m]",
        "rate(up[5m]) offset 1h",
        "up{",
        "up up",
        "1.5.2",
    ],
)
def test_promql_beyond_what_is_evaluated_is_refused(text: str) -> None:
    with pytest.raises(PromqlError):
        parse(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a: b c", {"a": "b c"}),
        ("a:\n  - b: 'it''s'\n    c: {d: \"e, f\", g: h}\n  - i", {}),
        ("a: >-\n  b\n  c\nd: [e, [f]]", {"a": "b c", "d": ["e", ["f"]]}),
    ],
)
def test_the_part_of_yaml_is_read(text: str, found: object) -> None:
    made = {"a": [{"b": "it's", "c": {"d": "e, f", "g": "h"}}, "i"]}
    assert read_yaml(text) == (found or made)


@pytest.mark.parametrize(
    "text",
    [
        "a: |\n  b",
        "a: &b c",
        "a: b # c",
        "a: b: c",
        "a: 'b",
        "a: {b: c",
        "a: b\na: c",
        "a: b\n    c: d",
        "a:\n\tb: c",
        "a:",
        "a",
    ],
)
def test_yaml_beyond_what_is_read_is_refused(text: str) -> None:
    with pytest.raises(YamlError):
        read_yaml(text)
