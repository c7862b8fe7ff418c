"""Worlds from seeds: nothing lost, nothing doubled; and a seed tells the same story every time."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.simulation import faults
from tests.simulation.__main__ import main
from tests.simulation.faults import Counts
from tests.simulation.running import Report, play, play_some, story
from tests.simulation.stage import staged

SEEDS = 400
"""CI plays ten thousand: `make sim SEEDS=10000`."""
PARTS = 4
SAME = 13
ROOT = Path(__file__).parents[2]
DEADLINE_S = 120


@pytest.fixture(scope="module")
def counts() -> Counts:
    return Counts.none()


@pytest.mark.parametrize("part", range(PARTS))
def test_no_seed_finds_anything_wrong(part: int, counts: Counts) -> None:
    size = SEEDS // PARTS
    report = play_some(range(part * size, (part + 1) * size))
    assert report.wrong == {}
    counts.add(report.counts)


def test_every_step_is_reached_and_faults_of_every_kind_strike(counts: Counts) -> None:
    steps = (*faults.REQUEST_STEPS, *faults.PLAIN_STEPS)
    assert [step for step in steps if not counts.visits[step]] == []
    assert [fault for fault in faults.ALL_FAULTS if not counts.strikes[fault]] == []


def test_every_mode_is_played_and_what_it_is_about_comes_about(counts: Counts) -> None:
    assert [passage for passage in faults.PASSAGES if not counts.strikes[passage]] == []


def test_a_seed_tells_the_same_story_again() -> None:
    first, report = story(SAME)
    with staged() as stage:  # whatever was played before
        play(stage, SAME + 1, 50, Report())
    assert story(SAME)[0] == first
    assert len(first) > 10
    assert report.commits > 0


@pytest.mark.parametrize("hash_seed", ["1", "2"])
def test_a_seed_tells_the_same_story_in_another_process(hash_seed: str) -> None:
    command = [sys.executable, "-m", "tests.simulation", "--seed", str(SAME)]
    environment = os.environ | {"PYTHONHASHSEED": hash_seed}
    run = subprocess.run(
        command, cwd=ROOT, env=environment, check=True, capture_output=True, timeout=DEADLINE_S
    )
    assert run.stdout.decode().splitlines()[1:-1] == story(SAME)[0]


def test_fewer_steps_are_another_story() -> None:
    assert story(SAME, 1)[0] != story(SAME)[0]


def test_a_seed_is_played_from_the_command_line() -> None:
    run = CliRunner().invoke(main, ["--seed", str(SAME)])
    assert run.exit_code == 0
    assert f"seed {SAME}: Plan(seed={SAME}" in run.output
    assert "all is read" in run.output


def test_many_seeds_are_played_and_counted_from_the_command_line() -> None:
    run = CliRunner().invoke(main, ["--seeds", "3", "--first-seed", "7"])
    assert run.exit_code == 0
    assert faults.CLOSE in run.output
    assert faults.FOREIGN in run.output
    assert "3 seeds, " in run.output


def test_what_never_struck_is_named() -> None:
    counts = Counts.none()
    counts.strikes.update(dict.fromkeys((*faults.ALL_FAULTS, *faults.PASSAGES), 1))
    counts.crashes.update(dict.fromkeys((*faults.REQUEST_STEPS, *faults.PLAIN_STEPS), 1))
    assert counts.missing() == []
    counts.strikes[faults.DEAF] = counts.strikes[faults.TORN] = counts.crashes[faults.END] = 0
    assert counts.missing() == [f"crash at {faults.END}", faults.DEAF, faults.TORN]
    pairs = [(step, its) for step in faults.REQUEST_STEPS for its in faults.REQUESTS_ONLY]
    counts.requests.update(dict.fromkeys(pairs, 1))
    assert counts.missing_requests() == []
    counts.requests[faults.OFFSETS, faults.HELD_UP] = 0
    assert counts.missing_requests() == [f"{faults.HELD_UP} at {faults.OFFSETS}"]
