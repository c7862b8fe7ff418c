"""`whalecurve policy diff` over stored rows: what it prints, lists, doubts and fails by."""

import csv
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import click
import msgspec
import orjson
import pytest
from click.testing import CliRunner, Result

from agents.whatif.tally import Tally
from streams.cli import diff_run
from streams.cli.errors import Failure
from streams.cli.fail_if import MEASURES, Limit, LimitType
from streams.cli.policy_diff import diff
from streams.kafka.stored_rows import StoredPartition
from tests.support.tables import table
from tests.support.trying import BASE, candidate, stored

LOWER = candidate(
    ('key = "900.00"', 'key = "300.00"'),
    ('important = "250.00"', 'important = "90.00"'),
    ("window_days = 45", "window_days = 50"),
)


class Lying:
    """Two partitions: one holds the sample, of the other nothing was committed yet."""

    partitions = 2

    def __init__(self, _: Any, **row: Any) -> None:
        self._row = row

    def read(self, partition: int, tell: Any) -> StoredPartition | None:
        tell(0.5)
        row, rows = stored()
        row = msgspec.structs.replace(row, **self._row)
        return None if partition else StoredPartition(0, row, rows)


def told(tmp_path: Path, text: str, *words: str, **row: Any) -> Result:
    """What the command says of this candidate to the sample's policy."""
    base, other = tmp_path / "base.toml", tmp_path / "other.toml"
    base.write_text(BASE)
    other.write_text(text)
    with patch.object(diff_run, "StoredRows", lambda settings: Lying(settings, **row)):
        return CliRunner().invoke(
            diff,
            [str(other), "--base", str(base), "--days", "0", *words],
            env={"WHALECURVE_CLOCK": "event"},
        )


def test_of_a_policy_and_itself_nothing_differs(tmp_path: Path) -> None:
    done = told(tmp_path, BASE)
    lines = done.stdout.splitlines()
    assert lines == [
        f"{len(stored()[1])} customers, sample-7 against sample-7; keys that differ: none",
        "no customer differs",
    ]


def test_words_figures_and_the_list_tell_the_same(tmp_path: Path) -> None:
    file = tmp_path / "who.csv"
    facts = orjson.loads(told(tmp_path, LOWER, "--json", "--list", str(file)).stdout)
    with file.open(newline="", encoding="utf-8") as lines:
        listed = list(csv.DictReader(lines))
    assert len(listed) == facts["differing"] > 0
    assert sum(cell["customers"] for cell in facts["today"]["tiers"]) == facts["customers"]
    lifted = [its for its in listed if its["tier_today"] != its["tier_today_candidate"]]
    assert len(lifted) == facts["today"]["upgrades"] > 0
    assert all(its["why"] for its in lifted)
    assert facts["movers"][0] in listed
    changed = ["tiers.entry.important", "tiers.entry.key", "value.window_days"]
    assert facts["changed_keys"] == changed
    assert [its["key"] for its in facts["untold"]] == ["value.window_days"]
    text = told(tmp_path, LOWER).stdout
    assert f"{facts['differing']} customers differ" in text
    assert f"today: {facts['today']['upgrades']} upgrades, 0 downgrades" in text
    assert "not told by rows: value.window_days: rows hold 45 days, it asks for 50" in text
    assert "warning: a worker refuses the candidate" in text


def test_rows_that_another_policy_judged_are_said(tmp_path: Path) -> None:
    text = told(tmp_path, BASE, policies={"another": "older"}).stdout
    assert "warning: partition 0 was judged last by policy 'older' of another content" in text


def test_limits_that_are_passed_fail_and_name_themselves(tmp_path: Path) -> None:
    limits = ("--fail-if", "downgrades > 2%", "--fail-if", "upgrades >= 1")
    done = told(tmp_path, LOWER, *limits)
    assert isinstance(done.exception, Failure)
    assert str(done.exception).startswith("--fail-if 'upgrades >= 1': found ")
    assert told(tmp_path, LOWER, "--fail-if", "upgrades > 100%").exit_code == 0


def test_another_base_currency_is_refused(tmp_path: Path) -> None:
    done = told(tmp_path, LOWER.replace('base_currency = "USD"', 'base_currency = "GBP"'))
    assert isinstance(done.exception, Failure)
    assert "base_currency: expected USD as of the base, found GBP" in str(done.exception)


def test_a_terminal_sees_how_far_it_is_and_how_long_it_takes_yet(
    capsys: pytest.CaptureFixture[str],
) -> None:
    clock = SimpleNamespace(monotonic=iter(range(0, 100, 10)).__next__)
    terminal = SimpleNamespace(stderr=SimpleNamespace(isatty=lambda: True))
    with patch.object(diff_run, "time", clock), patch.object(diff_run, "sys", terminal):
        progress = diff_run.Progress(2)
        progress.partition_done(300)
        progress.judged(50, 100)
        progress.end()
    # 10 s for a half and the better part of a quarter
    assert "350 customers, 78%, 3 s left" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["downgrade > 2%", "moves = 3", "moves > -1", "moves > 2 %%", ""])
def test_a_limit_that_is_none_names_what_is_allowed(text: str) -> None:
    with pytest.raises(click.BadParameter, match=", ".join(MEASURES)):
        LimitType().convert(text, None, None)


@table(
    "text many broken",
    ("moves > 2", 2, False),
    ("moves >= 2", 2, True),
    ("moves > 2", 3, True),
    ("upgrades > 20%", 2, False),
    ("upgrades >= 20 %", 2, True),
    ("downgrades > 0", 3, False),
    ("upgrades > 19.9%", 2, True),
)
def test_a_limit_counts_the_worse_of_today_and_later(text: str, many: int, broken: bool) -> None:
    tally = Tally()
    tally.customers = 10
    tally.later.tiers[1, 2] = many
    limit = LimitType().convert(text, None, None)
    assert isinstance(limit, Limit)
    assert (limit.broken_by(tally) is not None) is broken
