"""The same promises, kept by the compiled rooms: the tests of the rooms, run once more on them."""

import os
import subprocess
import sys
from pathlib import Path
from random import Random
from typing import Final

import pytest

from streams.build.compiled import BuildError, build
from tests.support.any_policy import digest_of_a_story

ROOT: Final = Path(__file__).parents[2]
ROOMS_TESTS: Final = (
    "tests/unit/agents",
    "tests/unit/schemas/state/test_codec.py",
    "tests/properties",
    # the recount takes minutes, and holds what compiled rooms do on real Kafka
    "--deselect=tests/properties/test_against_recount.py",
)
STORIES: Final = 20
EVENTS: Final = 24
RUN_SECONDS: Final = 1_200.0
LAST_WORDS: Final = 3_000


@pytest.fixture(scope="module")
def compiled() -> Path:
    """The folder of the compiled rooms; skipped, with why, where they can't be."""
    try:
        return build()
    except BuildError as error:
        if "no C compiler" not in str(error):
            raise
        pytest.skip(str(error))


def run(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """Runs Python on the compiled rooms, and on nothing of the checkout before them."""
    return subprocess.run(
        [sys.executable, "-P", *words],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        timeout=RUN_SECONDS,
        check=False,
    )


def test_the_command_takes_the_compiled_rooms(compiled: Path) -> None:
    code = (
        "from streams.build.compiled import prefer, is_compiled; taken = prefer(); "
        "import agents.partition.shard; print(taken, is_compiled())"
    )
    assert compiled.is_dir()
    told = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert told.stdout.split() == ["True", "True"]


def test_the_tests_of_the_rooms_pass_on_the_compiled_ones(compiled: Path) -> None:
    where = run(compiled, "-c", "import agents.partition.shard as it; print(it.__file__)").stdout
    assert where.rstrip().endswith(".so")
    ran = run(
        compiled,
        *("-m", "pytest", "-q", "-p", "no:cacheprovider", "--import-mode=append", *ROOMS_TESTS),
    )
    assert ran.returncode == 0, (ran.stdout + ran.stderr)[-LAST_WORDS:]
    assert " passed" in ran.stdout


def test_compiled_and_interpreted_tell_the_same_under_policies_at_the_ends_of_what_is_allowed(
    compiled: Path,
) -> None:
    code = (
        f"import sys; sys.path.append({str(ROOT)!r}); from random import Random; "
        "from tests.support.any_policy import digest_of_a_story as told; "
        "from streams.build.compiled import is_compiled; assert is_compiled(); "
        f"print(*(told(Random(seed), {EVENTS}) for seed in range({STORIES})))"
    )
    ran = run(compiled, "-c", code)
    assert ran.returncode == 0, ran.stderr[-LAST_WORDS:]
    assert ran.stdout.split() == [
        digest_of_a_story(Random(seed), EVENTS) for seed in range(STORIES)
    ]
