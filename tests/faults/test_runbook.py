"""Every fault has a test that bears its number, and the runbook says what the cases say."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.faults.cases import CASES
from tests.faults.runbook import PATH, runbook

TESTS = Path(__file__).parents[1]


def marked() -> Iterator[int]:
    """The numbers of all `pytest.mark.fault(…)` in the tests."""
    for path in TESTS.rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.fault":
                yield from (int(ast.literal_eval(number)) for number in node.args)


def test_every_fault_has_a_test_that_bears_its_number() -> None:
    assert [case.number for case in CASES] == list(range(1, 29))
    assert set(marked()) == {case.number for case in CASES}


def test_the_runbook_says_what_the_cases_say() -> None:
    assert PATH.read_text(encoding="utf-8") == runbook(), "python -m tests.faults.runbook"
