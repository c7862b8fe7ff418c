"""The list follows the product: each mistake can be made, and its tests are there."""

from collections import Counter
from pathlib import Path

import pytest

from tests.mutants.listed import MUTANTS, fault_of
from tests.mutants.mutant import Mutant
from tests.mutants.running import FOUND, MAY_STAND
from tests.mutants.table import TABLE, outcomes_in, written

STANDING_MAX = len(MUTANTS) // 20
"""One in twenty."""


def test_each_mistake_can_be_made_and_names_tests_that_are_there() -> None:
    assert [fault for mutant in MUTANTS if (fault := fault_of(mutant))] == []


def test_no_two_have_one_id_and_few_may_stand() -> None:
    assert [name for name, count in Counter(its.id for its in MUTANTS).items() if count > 1] == []
    assert sum(bool(mutant.may_stand) for mutant in MUTANTS) <= STANDING_MAX


def test_the_table_tells_that_each_was_found_or_may_stand() -> None:
    outcomes = outcomes_in()
    expected = {its.id: MAY_STAND if its.may_stand else FOUND for its in MUTANTS}
    assert outcomes == expected, "run make mutants, or with ONLY what is new"
    assert TABLE.read_text(encoding="utf-8") == written(outcomes)


@pytest.mark.parametrize(
    ("old", "new", "test", "said"),
    [
        ("two", "2", "tests/test_a.py::test_b", ""),
        ("one", "1", "tests/test_a.py", "found it 2 times"),
        ("none", "0", "tests/test_a.py", "found it 0 times"),
        ("two", "two", "tests/test_a.py", "found the same"),
        ("two", "2", "tests/test_c.py", "found no file"),
        ("two", "2", "tests/test_a.py::test_c", "found no such test"),
    ],
)
def test_what_is_wrong_with_an_entry_is_said(
    tmp_path: Path, old: str, new: str, test: str, said: str
) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_a.py").write_text("def test_b() -> None: ...\n", encoding="utf-8")
    (tmp_path / "a.py").write_text("one two one\n", encoding="utf-8")
    told = fault_of(Mutant("X", "nothing", "a.py", old, new, (test,)), tmp_path)
    assert told.endswith(said)
    assert bool(told) == bool(said)
