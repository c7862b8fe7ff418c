"""What the default policy decides over real purchases: nobody is alarmed or let go without cause.

The bounds are what it has to reach; `docs/risks.md` has what it reached.
"""

from pathlib import Path
from typing import NamedTuple

import pytest

from streams.config.policy import load_policy
from tests.bench.decisions import Figures, figures, judge, read

DATA = Path(__file__).parents[1] / "data"


class Asked(NamedTuple):
    """What is asked of it on one file of events."""

    file: str
    lift: float
    records_a_year: float
    open_share: float


REAL = [
    Asked("groceries_even.jsonl.gz", 2.0, 2.0, 0.12),
    Asked("cdnow_sample.jsonl", 1.3, 2.0, 0.12),
]


@pytest.fixture(scope="module", params=REAL, ids=lambda its: its.file.partition("_")[0])
def run(request: pytest.FixtureRequest) -> tuple[Asked, Figures]:
    told = list(read(DATA / request.param.file))
    return request.param, figures(judge(load_policy(None), told), told)


def test_every_sign_of_leaving_tells_more_than_chance(run: tuple[Asked, Figures]) -> None:
    asked, found = run
    assert found.leaving
    for signal, sign in found.leaving.items():
        assert sign.right / sign.known >= asked.lift * found.base, signal


def test_few_records_go_out_and_few_signals_are_open(run: tuple[Asked, Figures]) -> None:
    asked, found = run
    assert found.records_a_year <= asked.records_a_year
    assert found.open_share <= asked.open_share
    assert found.calls_a_key_year is None or found.calls_a_key_year <= 4


def test_nobody_is_let_go_or_moved_to_and_fro(run: tuple[Asked, Figures]) -> None:
    _, found = run
    assert found.ended_share == 0
    assert found.soon_share <= 0.03
