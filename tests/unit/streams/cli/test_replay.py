"""Replay publishes what the lines say, and stops at the first that says nothing it can publish."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from streams.cli.replay_lines import LineError, Replayed, read_line
from tests.support.calling import Call, Said
from tests.support.replaying import Published, stand_in

Replay = Callable[..., Said]


@pytest.fixture
def replay(call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Replay:
    """Replays a text, as a file and without a broker."""
    stand_in(monkeypatch)

    def replayed(text: bytes, *options: str) -> Said:
        file = tmp_path / "events.jsonl"
        file.write_bytes(text)
        return call("replay", file, *options)

    return replayed


# what a line says


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
    body = orjson.dumps(value)
    line = orjson.dumps({"topic": "payments", "value": value})
    assert read_line(line) == Replayed("payments", None, body, None, None)


def test_a_timestamp_is_taken_over() -> None:
    line = b'{"topic":"payments","value":{},"timestamp_ms":5,"note":"ignored"}'
    assert read_line(line) == Replayed("payments", None, b"{}", 5, None)


def test_null_erases_the_customer_that_key_names() -> None:
    line = b'{"topic":"customers","key":"c-17","value":null}'
    assert read_line(line) == Replayed("customers", b"c-17", None, None, None)


def test_an_empty_line_is_nothing() -> None:
    assert read_line(b"  \r\n") is None


NO_OBJECT = "a JSON object"
NO_TOPIC = "topic: expected purchases, support-calls, payments, customers or"
NO_VALUE = "value: expected an object"
NO_KEY = "key: expected the customer_id"
NO_TIME = "timestamp_ms: expected"


@pytest.mark.parametrize(
    ("line", "expected", "found"),
    [
        ("not json", NO_OBJECT, "invalid literal"),
        ("\udcff", NO_OBJECT, "not valid UTF-8"),
        ('{"topic":"purchases","value":{}', NO_OBJECT, "unexpected end"),
        ("[1]", NO_OBJECT, "a list"),
        ('"text"', NO_OBJECT, "a text"),
        ("[" * 2_000, NO_OBJECT, "depth limit"),
        ('{"value":{}}', NO_TOPIC, "nothing"),
        ('{"topic":"at-risk","value":{}}', NO_TOPIC, "another text"),
        ('{"topic":5,"value":{}}', NO_TOPIC, "a number"),
        ('{"topic":"purchases"}', NO_VALUE, "nothing"),
        ('{"topic":"purchases","value":[1]}', NO_VALUE, "a list"),
        ('{"topic":"purchases","value":null}', NO_VALUE, "null"),
        ('{"topic":"customers","value":null}', NO_KEY, "nothing"),
        ('{"topic":"customers","key":"","value":null}', NO_KEY, "an empty text"),
        ('{"topic":"customers","key":5,"value":null}', NO_KEY, "a number"),
        ('{"topic":"purchases","key":"a","value":{}}', "key: expected beside a null", "one"),
        ('{"topic":"purchases","value":{},"timestamp_ms":"5"}', NO_TIME, "a text"),
        ('{"topic":"purchases","value":{},"timestamp_ms":-1}', NO_TIME, "another number"),
        ('{"topic":"purchases","value":{},"timestamp_ms":true}', NO_TIME, "true or false"),
        ('{"topic":"purchases","value":{},"timestamp_ms":1e20}', NO_TIME, "another number"),
    ],
)
def test_a_line_that_is_none_is_told_with_what_was_expected_and_found(
    line: str, expected: str, found: str
) -> None:
    with pytest.raises(LineError) as refused:
        read_line(line.encode(errors="surrogateescape"))
    before, comma, after = str(refused.value).partition(", found ")
    assert expected in before
    assert comma
    assert found in after


# what a replay does

EVENT = b'{"topic":"purchases","value":{}}\n'


def test_a_bad_line_stops_with_its_place_and_what_was_published(
    replay: Replay, tmp_path: Path
) -> None:
    said = replay(EVENT * 2 + b"\n{]\n" + EVENT).refused()
    assert said.startswith(f"whalecurve: {tmp_path}/events.jsonl:4: expected a JSON object")
    assert said.endswith("(2 records before it are published)")
    assert len(Published.records) == 2


def test_what_was_published_is_counted_by_topic(replay: Replay, tmp_path: Path) -> None:
    said = replay(EVENT * 3 + b'{"topic":"payments","value":{}}').done()
    assert said == f"Published 4 records of {tmp_path}/events.jsonl: 1 payments, 3 purchases.\n"


def test_for_a_program_it_is_one_json_object(replay: Replay) -> None:
    assert orjson.loads(replay(EVENT, "--json", "--rate", "1000").done()) == {
        "published": {"purchases": 1},
        "published_already": 0,
        "before_window": 0,
        "beyond_dedupe": 0,
        "back_in_time": {},
        "complete": True,
    }


OLD = (
    b'{"topic":"purchases","value":{"occurred_at":"1997-01-01T00:00:00Z"}}\n'
    b'{"topic":"purchases","value":{"occurred_at":"2997-01-01T00:00:00Z"}}\n'
    b'{"topic":"purchases","value":{"occurred_at":"1997-01-01"}}\n'
    b'{"topic":"purchases","value":{"occurred_at":"1998-01-01T00:00:00+02:00"}}\n'
)
"""Neither what will be rejected nor what has no time is ever out of order."""


def test_events_before_the_window_get_one_warning_that_names_the_setting(replay: Replay) -> None:
    said = replay(OLD)
    assert (said.status, said.err.count("\n")) == (0, 1)
    assert said.err.startswith("whalecurve: warning: 2 events lie before the policy's window")
    assert "WHALECURVE_CLOCK=event" in said.err
    assert len(Published.records) == 4


def test_who_has_set_the_clock_needs_no_warning(
    replay: Replay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WHALECURVE_CLOCK", "event")
    assert replay(OLD).done()


@pytest.mark.usefixtures("replay")
def test_a_dash_reads_standard_input(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(EVENT + b"{}\n")))
    assert call("replay", "-").refused().startswith("whalecurve: -:2: topic: expected purchases")
