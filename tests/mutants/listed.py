"""All mistakes, and what must not be wrong with the list of them."""

from pathlib import Path
from typing import Final

from tests.mutants.actions import ACTIONS
from tests.mutants.availability import AVAILABILITY
from tests.mutants.commit import COMMIT_PATH
from tests.mutants.contacts import CONTACTS_DUE
from tests.mutants.customer import CUSTOMER
from tests.mutants.decide import DECIDE
from tests.mutants.explain import EXPLAIN
from tests.mutants.intake import INTAKE
from tests.mutants.mutant import Mutant
from tests.mutants.partition import PARTITION
from tests.mutants.segments import SEGMENT
from tests.mutants.signals import SIGNALS
from tests.mutants.stages import STAGES

ROOT: Final = Path(__file__).parents[2]
MUTANTS: Final = (
    *DECIDE,
    *EXPLAIN,
    *STAGES,
    *CONTACTS_DUE,
    *ACTIONS,
    *SEGMENT,
    *SIGNALS,
    *CUSTOMER,
    *INTAKE,
    *PARTITION,
    *COMMIT_PATH,
    *AVAILABILITY,
)


def fault_of(mutant: Mutant, root: Path = ROOT) -> str:
    """What is wrong with an entry: it can't be made, or names tests that are not there."""
    text = (root / mutant.file).read_text(encoding="utf-8")
    found = text.count(mutant.old)
    if found != 1:
        return f"{mutant.id}: expected its old text once in {mutant.file}, found it {found} times"
    if mutant.old == mutant.new:
        return f"{mutant.id}: expected another text, found the same"
    for test in mutant.tests:
        path, _, name = test.partition("::")
        if not (root / path).is_file():
            return f"{mutant.id}: expected tests in {path}, found no file"
        if name and f"def {name.partition('[')[0]}(" not in (root / path).read_text("utf-8"):
            return f"{mutant.id}: expected {name} in {path}, found no such test"
    return "" if mutant.tests else f"{mutant.id}: expected tests that find it, found none"
