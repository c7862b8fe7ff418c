"""A log says what is said again and again once a minute, and forgets nothing that it left out."""

import json
import logging
from collections.abc import Callable

import pytest
from confluent_kafka import Producer

from streams.config.connecting import librdkafka_options
from streams.config.settings import Settings
from streams.observe.logs import complain, configure_logs, note
from streams.observe.repeats import CAUSES_MAX, EVERY_S, Repeats
from tests.support.waiting import wait_until


class Clock:
    """A clock that is set."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """What the log's minutes go by."""
    made = Clock()
    monkeypatch.setattr("streams.observe.logs.Repeats", lambda: Repeats(made))
    return made


Lines = Callable[[], list[dict[str, object]]]


@pytest.fixture
def lines(logs: pytest.CaptureFixture[str], clock: Clock) -> Lines:
    """What was logged since the last call."""
    del clock
    return lambda: [json.loads(line) for line in logs.readouterr().err.splitlines()]


def test_a_cause_is_said_once_a_minute_with_what_was_left_out(lines: Lines, clock: Clock) -> None:
    configure_logs()
    client = logging.getLogger("aiokafka")
    for number in range(1_000):
        clock.now_s = number * EVERY_S / 1_000
        refused = ConnectionRefusedError(111, f"Connect call failed ('10.0.0.{number}', 9092)")
        client.error("Unable connect to node with id %s: %s", number, refused)
    [first] = lines()
    assert "Unable connect to node with id 0: ConnectionRefusedError: " in str(first["event"])
    assert "left_out" not in first
    clock.now_s = EVERY_S
    client.error("Unable connect to node with id %s: %s", 1, refused)
    [second] = lines()
    assert second["left_out"] == 999
    clock.now_s = 2 * EVERY_S
    client.error("Unable connect to node with id %s: %s", 1, refused)
    [third] = lines()
    assert "left_out" not in third


def test_other_causes_are_said_meanwhile_and_events_of_note_always(lines: Lines) -> None:
    configure_logs()
    client = logging.getLogger("aiokafka")
    for _ in range(3):
        client.error("Unable connect to node with id %s: %s", 1, ConnectionRefusedError("no"))
        client.error("Unable connect to node with id %s: %s", 1, TimeoutError("no"))
        logging.getLogger("asyncio").error("socket.accept() out of system resource")
        complain("a task failed", error="KeyError at x.py:1")
        complain("a task failed", error="ValueError at x.py:1")
        note("restored", partition=3)
    said = [line["event"] for line in lines()]
    assert len(said) == 8
    assert said.count("restored") == 3


def test_causes_of_libraries_take_no_room_from_our_own(lines: Lines) -> None:
    configure_logs()
    for number in range(2 * CAUSES_MAX):
        logging.getLogger("aiokafka").error("cause %s", chr(number + 1_000))
    complain("worker failed", error="CommitError: in doubt")
    assert [line["event"] for line in lines()][CAUSES_MAX + 1 :] == ["worker failed"]


def test_however_many_causes_there_are_lines_and_memory_are_bounded() -> None:
    clock = Clock()
    repeats = Repeats(clock)
    causes = [f"cause {chr(number + 1_000)}" for number in range(10_000)]
    said = [cause for cause in causes if repeats.ask(cause) is not None]
    assert len(said) == CAUSES_MAX + 1
    assert len(repeats._said_at) == CAUSES_MAX + 1
    clock.now_s = EVERY_S
    assert repeats.ask(causes[-1]) == 0
    assert repeats.ask(causes[CAUSES_MAX - 1]) == 0
    assert repeats.ask(causes[-2]) is not None
    assert len(repeats._said_at) <= CAUSES_MAX + 1


def test_what_librdkafka_s_clients_say_is_one_line_of_the_log(lines: Lines) -> None:
    configure_logs()
    # nothing listens there
    clients = [Producer(librdkafka_options(Settings(broker="127.0.0.1:1"))) for _ in range(3)]
    found: list[dict[str, object]] = []

    def heard() -> bool:
        for client in clients:
            client.poll(0.1)
        found.extend(lines())
        return bool(found)

    wait_until("a client complains", heard, 30.0)
    for _ in range(5):
        heard()
    [line] = found
    assert (line["logger"], line["level"]) == ("librdkafka", "error")
    assert "127.0.0.1:1" in str(line["event"])
    assert "refused" in str(line["event"])
