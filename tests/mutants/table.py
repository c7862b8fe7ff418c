"""The table of all mistakes, as `make mutants` leaves it; some of them renew their lines."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tests.mutants.listed import MUTANTS, ROOT
from tests.mutants.mutant import Mutant
from tests.mutants.running import FOUND, MAY_STAND, NEW

TABLE: Final = ROOT / "tests" / "mutants" / "TABLE.md"
HEAD: Final = """\
# Mistakes and the tests that find them

Written by `make mutants`. Each line is a small mistake, made alone in a copy of the product; then
the tests beside it are played. The texts themselves stand in the modules of `tests/mutants/`.

"""
COLUMNS: Final = "| id | with it | in | tests | |"


def written(outcomes: Mapping[str, str]) -> str:
    """The table, by id with what became of each; what is not named was not played yet."""
    found = sum(outcomes.get(mutant.id) == FOUND for mutant in MUTANTS)
    lines = [f"{found} of {len(MUTANTS)} are found.", ""]
    standing = [its for its in MUTANTS if outcomes.get(its.id) != FOUND]
    if standing:
        lines += ["| not found | why |", "| --- | --- |"]
        lines += [f"| {its.id} | {_why(its, outcomes)} |" for its in standing]
        lines.append("")
    lines += [COLUMNS, "| --- | --- | --- | --- | --- |"]
    for its in MUTANTS:
        tests = "<br>".join(f"`{test.removeprefix('tests/')}`" for test in its.tests)
        outcome = outcomes.get(its.id, NEW)
        lines.append(f"| {its.id} | {its.breaks} | `{its.file}` | {tests} | {outcome} |")
    return HEAD + "\n".join(lines) + "\n"


def _why(mutant: Mutant, outcomes: Mapping[str, str]) -> str:
    outcome = outcomes.get(mutant.id, NEW)
    return mutant.may_stand if outcome == MAY_STAND else outcome


def outcomes_in(path: Path = TABLE) -> dict[str, str]:
    """By id what the table tells of each mistake, in its order."""
    if not path.exists():
        return {}
    rows = path.read_text(encoding="utf-8").partition(COLUMNS)[2].splitlines()[2:]
    cells = [[cell.strip() for cell in row.split("|")] for row in rows]
    return {row[1]: row[-2] for row in cells}
