"""The simulation finds what it is for: mistakes that are put into the product on purpose."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

from tests.simulation.mutants import MUTANTS
from tests.simulation.running import Report, play
from tests.simulation.stage import staged
from tests.simulation.world import STEPS

SEEDS_MAX = 600


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda its: its.__name__)
def test_a_mistake_is_found(mutant: Callable[[], AbstractContextManager[Any]]) -> None:
    report = Report()
    with mutant(), staged() as stage:
        for seed in range(SEEDS_MAX):
            play(stage, seed, STEPS, report)
            if report.wrong:
                return
    pytest.fail(f"{mutant.__name__} went through {SEEDS_MAX} seeds")
