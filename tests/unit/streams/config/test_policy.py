"""The policy as it is loaded: any editor's UTF-8, and called good if it lasts ten years."""

import time
from pathlib import Path
from typing import Final

import pytest

from agents.policy_file.reading import PolicyError
from streams.config.policy import load_policy
from tests.oracle.sample_policy import DECAYED_TOML
from tests.support.calling import Call
from tests.support.shards import by_share

DAY_NS: Final = 86_400_000_000_000
LANDMARK: Final = 20_532
"""2026-03-20: with a half-life of 17 days there is room for 1,173 more."""
FADING: Final = by_share(DECAYED_TOML.replace('min_band = "2.50"', 'min_band = "0"'))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "my.toml"
    path.write_text(FADING, encoding="utf-8-sig", newline="\r\n")
    return path


@pytest.mark.parametrize(("days", "starts"), [(0, True), (1_173, True), (1_174, False)])
def test_a_worker_starts_as_long_as_there_is_room_and_the_check_asks_for_ten_years(
    days: int, starts: bool, file: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "time_ns", lambda: (LANDMARK + days) * DAY_NS)
    said = "value.half_life_days: expected at least "
    if starts:
        assert load_policy(file).decay is not None
    else:
        with pytest.raises(PolicyError, match=f"line 24: {said}18: "):
            load_policy(file)
    assert said in call("policy", "check", file).refused()
