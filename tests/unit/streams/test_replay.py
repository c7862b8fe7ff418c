"""Replay publishes what the lines say, and stops at the first that says nothing it can publish."""

import io
from collections import Counter
from pathlib import Path
from typing import Any, Self

import orjson
import pytest

from streams.cli import replay as module
from streams.cli.main import main
from streams.cli.replay_lines import LineError, Replayed, read_line
from streams.config.settings import Settings


class Published:
    """A broker's stand-in that keeps what was sent; `tests/integration` has the real ones."""

    records: list[tuple[str, bytes | None, bytes | None, int | None]]

    def __init__(self, settings: Settings) -> None:
        del settings
        self.delivered = Counter[str]()
        Published.records = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None: ...

    def send(
        self, topic: str, key: bytes | None, value: bytes | None, timestamp_ms: int | None = None
    ) -> None:
        self.records.append((topic, key, value, timestamp_ms))
        self.delivered[topic] += 1

    def flush(self) -> None: ...


@pytest.fixture(autouse=True)
def _no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "Publisher", Published)
    monkeypatch.delenv("WHALECURVE_CLOCK", raising=False)


def replayed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: bytes, *options: str
) -> int | str | None:
    """The exit status of a replay of this text."""
    file = tmp_path / "events.jsonl"
    file.write_bytes(text)
    monkeypatch.setattr("sys.argv", ["whalecurve", "replay", str(file), *options])
    with pytest.raises(SystemExit) as ended:
        main()
    return ended.value.code


def test_the_value_is_published_byte_for_byte_under_its_customer() -> None:
    value = b'{"customer_id":"c-1",  "n": 1.50, "n": 1e3, "u":"\\u00e4"}'
    line = b'{"topic": "purchases", "value": ' + value + b"}"
    assert read_line(line) == Replayed("purchases", b"c-1", value, None, None)


@pytest.mark.parametrize(
    "value", [{}, {"customer_id": None}, {"customer_id": 5}, {"customer_id": ["c"]}]
)
def test_what_an_event_holds_is_not_judged_and_without_a_customer_there_is_no_key(
    value: dict[str, Any],
) -> None:
    found = read_line(orjson.dumps({"topic": "payments", "value": value}))
    assert found is not None
    assert found.key is None
    assert found.value == orjson.dumps(value)


def test_a_timestamp_is_taken_over() -> None:
    found = read_line(b'{"topic":"payments","value":{},"timestamp_ms":5,"note":"ignored"}')
    assert found is not None
    assert found.timestamp_ms == 5


def test_null_erases_the_customer_that_key_names() -> None:
    found = read_line(b'{"topic":"customers","key":"c-17","value":null}')
    assert found == Replayed("customers", b"c-17", None, None, None)


def test_an_empty_line_is_nothing() -> None:
    assert read_line(b"  \r\n") is None


@pytest.mark.parametrize(
    ("line", "expected", "found"),
    [
        (b"not json", "a JSON object", "invalid literal"),
        (b"\xff", "a JSON object", "not valid UTF-8"),
        (b'{"topic":"purchases","value":{}', "a JSON object", "unexpected end"),
        (b"[1]", "a JSON object", "a list"),
        (b'"text"', "a JSON object", "a text"),
        (b'{"value":{}}', "topic: expected purchases, support-calls, payments or", "nothing"),
        (b'{"topic":"at-risk","value":{}}', "topic: expected purchases", "another text"),
        (b'{"topic":5,"value":{}}', "topic: expected purchases", "a number"),
        (b'{"topic":"purchases"}', "value: expected an object", "nothing"),
        (b'{"topic":"purchases","value":[1]}', "value: expected an object", "a list"),
        (b'{"topic":"purchases","value":null}', "value: expected an object", "null"),
        (b'{"topic":"customers","value":null}', "key: expected the customer_id", "nothing"),
        (
            b'{"topic":"customers","key":"","value":null}',
            "key: expected the customer_id",
            "an empty text",
        ),
        (
            b'{"topic":"customers","key":5,"value":null}',
            "key: expected the customer_id",
            "a number",
        ),
        (b'{"topic":"purchases","key":"a","value":{}}', "key: expected beside a null", "one"),
        (
            b'{"topic":"purchases","value":{},"timestamp_ms":"5"}',
            "timestamp_ms: expected",
            "a text",
        ),
        (
            b'{"topic":"purchases","value":{},"timestamp_ms":-1}',
            "timestamp_ms: expected",
            "another number",
        ),
        (
            b'{"topic":"purchases","value":{},"timestamp_ms":true}',
            "timestamp_ms: expected",
            "true or false",
        ),
        (
            b'{"topic":"purchases","value":{},"timestamp_ms":1e20}',
            "timestamp_ms: expected",
            "another number",
        ),
        (b"[" * 2_000, "a JSON object", "depth limit"),
    ],
)
def test_a_line_that_is_none_is_told_with_what_was_expected_and_found(
    line: bytes, expected: str, found: str
) -> None:
    with pytest.raises(LineError) as refused:
        read_line(line)
    before, comma, after = str(refused.value).partition(", found ")
    assert expected in before
    assert comma
    assert found in after


def test_a_bad_line_stops_with_its_place_and_what_was_published(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    good = b'{"topic":"purchases","value":{}}\n'
    assert replayed(monkeypatch, tmp_path, good * 2 + b"\n{]\n" + good) == 1
    said = capfd.readouterr()
    assert said.out == ""
    assert said.err.startswith(f"whalecurve: {tmp_path}/events.jsonl:4: expected a JSON object")
    assert said.err.endswith("(2 records before it are published)\n")
    assert said.err.count("\n") == 1
    assert len(Published.records) == 2


def test_what_was_published_is_counted_by_topic(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    text = b'{"topic":"purchases","value":{}}\n' * 3 + b'{"topic":"payments","value":{}}'
    assert replayed(monkeypatch, tmp_path, text) == 0
    said = capfd.readouterr()
    assert said.out == (
        f"Published 4 records of {tmp_path}/events.jsonl: 1 payments, 3 purchases.\n"
    )
    assert said.err == ""


def test_for_a_program_it_is_one_json_object(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    text = b'{"topic":"purchases","value":{}}\n'
    assert replayed(monkeypatch, tmp_path, text, "--json", "--rate", "1000") == 0
    assert orjson.loads(capfd.readouterr().out) == {
        "published": {"purchases": 1},
        "before_window": 0,
        "complete": True,
    }


OLD = (
    b'{"topic":"purchases","value":{"occurred_at":"1997-01-01T00:00:00Z"}}\n'
    b'{"topic":"purchases","value":{"occurred_at":"2997-01-01T00:00:00Z"}}\n'
    b'{"topic":"purchases","value":{"occurred_at":"1997-01-01"}}\n'
    b'{"topic":"purchases","value":{"occurred_at":"1998-01-01T00:00:00+02:00"}}\n'
)


def test_events_before_the_window_get_one_warning_that_names_the_setting(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert replayed(monkeypatch, tmp_path, OLD) == 0
    said = capfd.readouterr()
    assert said.err.startswith("whalecurve: warning: 2 events lie before the policy's window")
    assert "WHALECURVE_CLOCK=event" in said.err
    assert said.err.count("\n") == 1
    assert len(Published.records) == 4


def test_who_has_set_the_clock_needs_no_warning(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WHALECURVE_CLOCK", "event")
    assert replayed(monkeypatch, tmp_path, OLD) == 0
    assert capfd.readouterr().err == ""


def test_a_dash_reads_standard_input(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    lines = io.TextIOWrapper(io.BytesIO(b'{"topic":"payments","value":{}}\n{}\n'))
    monkeypatch.setattr("sys.stdin", lines)
    monkeypatch.setattr("sys.argv", ["whalecurve", "replay", "-"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    assert capfd.readouterr().err.startswith("whalecurve: -:2: topic: expected purchases")
