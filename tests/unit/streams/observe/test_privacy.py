"""What commands say on stderr quotes nothing of events, and of settings no secret."""

import json
from pathlib import Path

import pytest

from agents.models.histogram import Histogram
from agents.partition.cutoffs import read_histogram
from agents.ports import InvariantError
from streams.cli.replay_lines import LineError, read_line
from streams.config.settings import SettingsError, read_settings
from streams.observe.metrics import Metrics
from tests.support.calling import Call
from tests.support.canaries import AMOUNT, CUSTOMER, MAIL, MINOR_UNITS, WORD, leaks

LINES = [
    MAIL,
    json.dumps(MAIL),
    json.dumps([MAIL]),
    json.dumps({"topic": MAIL, "value": {}}),
    json.dumps({"topic": "purchases", "value": MAIL}),
    json.dumps({"topic": "purchases", "value": [CUSTOMER]}),
    json.dumps({"topic": "purchases", "value": {}, "timestamp_ms": AMOUNT}),
    json.dumps({"topic": "purchases", "value": {}, "key": CUSTOMER}),
    json.dumps({"topic": "customers", "value": None, "key": [CUSTOMER]}),
    '{"topic": "purchases", "value": {"customer_id": "' + CUSTOMER + '", ' + WORD + "}}",
]


@pytest.mark.parametrize("line", LINES)
def test_a_line_that_can_t_be_replayed_is_told_without_what_stands_there(line: str) -> None:
    with pytest.raises(LineError) as refused:
        read_line(line.encode())
    assert leaks(str(refused.value)) == []


def test_an_error_that_nobody_foresaw_is_one_line_without_its_text(
    tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise KeyError(CUSTOMER)

    file = tmp_path / "events.jsonl"
    file.write_text("{}")
    monkeypatch.setattr("streams.cli.fit.Purchases", fail)
    said = call("fit", file).refused()
    assert said.startswith("whalecurve: nobody foresaw this")
    assert "KeyError at " in said
    assert leaks(said) == []


@pytest.mark.parametrize("secret", ["hoopoe\nword", "hoopoe word" * 6])
def test_a_secret_that_can_t_be_used_is_not_quoted(secret: str, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(secret)
    with pytest.raises(SettingsError, match="WHALECURVE_ERASURE_SECRET_FILE: expected") as wrong:
        read_settings({"WHALECURVE_ERASURE_SECRET_FILE": str(file)})
    assert "hoopoe" not in str(wrong.value)


@pytest.mark.parametrize(
    "buckets", [[[1, 1, MAIL]], [[MAIL, 1, "1"]], [[5, 1, MINOR_UNITS]], MAIL, [[WORD]]]
)
def test_a_histogram_or_value_that_is_none_is_told_without_its_amounts(buckets: object) -> None:
    wire = {"partition": 0, "policy_hash": "", "commit_number": 1, "caught_up": True}
    with pytest.raises(InvariantError) as refused:
        read_histogram({**wire, "buckets": buckets})
    assert leaks(str(refused.value)) == []
    with pytest.raises(InvariantError) as refused:
        Histogram().remove(int(MINOR_UNITS))
    assert leaks(str(refused.value)) == []


def test_how_full_a_partition_is_shows_until_it_is_given_up() -> None:
    metrics = Metrics()
    metrics.show_customers(3, 8, 5_000, 6_000)
    assert b'whalecurve_partition_customers{partition="3"} 8.0' in metrics.text()
    assert b'whalecurve_partition_bytes{partition="3"} 5000.0' in metrics.text()
    assert b'whalecurve_partition_bytes_max{partition="3"} 6000.0' in metrics.text()
    metrics.forget_partition(3)
    assert b'partition="3"' not in metrics.text()
