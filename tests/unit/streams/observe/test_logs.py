"""What a log tells of an error and of a library: nothing that may be a customer's."""

import asyncio
import json
import logging
import sys
import threading

import pytest
from aiokafka.errors import OffsetOutOfRangeError
from confluent_kafka import KafkaError, KafkaException

from agents.ports import ClockError, InvariantError, LimitError
from schemas.base.errors import OperatorError
from schemas.state.codec import RowError
from streams.kafka.access import AccessError
from streams.kafka.assigning import OtherMembersError
from streams.kafka.changelog import RestoreError
from streams.kafka.changelog_watch import ChangelogLostError
from streams.kafka.commit import CommitError, RefusedError
from streams.kafka.fetching import FetchFailedError
from streams.kafka.membership import GroupError
from streams.kafka.stored_rows import StoredRowsError
from streams.observe.logs import complain, configure_logs, describe_safely, note
from streams.runtime.open_files import OpenFilesError
from tests.support.canaries import CANARIES, CUSTOMER, MAIL, STRANGER, forms, leaks


def lines(logs: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in logs.readouterr().err.splitlines()]


TOLD = {
    *(AccessError, ChangelogLostError, ClockError, CommitError, FetchFailedError, GroupError),
    *(InvariantError, LimitError, OpenFilesError, OtherMembersError, RefusedError, RestoreError),
    *(RowError, StoredRowsError),
}


def test_an_error_made_for_operators_is_told_whole() -> None:
    assert set(OperatorError.__subclasses__()) == TOLD
    for kind in TOLD:
        assert describe_safely(kind("start again")) == f"{kind.__name__}: start again"


def test_a_broker_s_words_are_told() -> None:
    assert "MSG_SIZE" in describe_safely(KafkaException(KafkaError(KafkaError.MSG_SIZE_TOO_LARGE)))
    assert describe_safely(OffsetOutOfRangeError({0: 5})).startswith("OffsetOutOfRangeError")
    assert describe_safely(ConnectionRefusedError(111, "refused")).endswith("refused")


@pytest.mark.parametrize(
    "error",
    [
        ValueError(MAIL),
        KeyError(CUSTOMER),
        UnicodeDecodeError("utf-8", MAIL.encode(), 0, 1, CUSTOMER),
        AssertionError(MAIL),
        ExceptionGroup(MAIL, [ValueError(CUSTOMER)]),
    ],
)
def test_of_an_error_that_nobody_foresaw_only_kind_and_place_are_told(error: Exception) -> None:
    assert describe_safely(error) == (
        f"{type(error).__name__} of unknown origin: its text is not told, it may hold customer data"
    )

    def fail() -> None:
        raise error

    with pytest.raises(type(error)) as caught:
        fail()
    text = describe_safely(caught.value)
    assert leaks(text) == []
    assert "observe/test_logs.py:" in text


@pytest.mark.parametrize("name", ["faust.app.base", "mode.services", "asyncio", "aiokafka.client"])
def test_of_what_libraries_say_nothing_that_may_be_payload_is_told(
    logs: pytest.CaptureFixture[str], name: str
) -> None:
    configure_logs()
    log = logging.getLogger(name)
    log.error("failed: %r, %s, %d", ValueError(MAIL), [CUSTOMER], 7)
    log.error("failed\n%s", {MAIL: CUSTOMER})
    log.error("%d of too few", MAIL.encode())
    log.error("Crashed reason=%r", MAIL.encode(), exc_info=KeyError(CUSTOMER))
    said = lines(logs)
    # all that asyncio says without an error is one cause
    assert len(said) == (2 if name == "asyncio" else 4)
    assert not [line for line in said if "\n" in str(line["event"])]
    assert leaks(json.dumps(said)) == []
    assert str(said[-1]["error"]).startswith("KeyError ")
    if name == "mode.services":
        assert "<list>, 7" in str(said[0]["event"])


def test_names_of_hosts_and_topics_are_told_where_only_such_are_said(
    logs: pytest.CaptureFixture[str],
) -> None:
    configure_logs()
    logging.getLogger("aiokafka.client").error("Unable connect to %s:%s", "kafka", 9092)
    logging.getLogger("faust").error("can't process %s", CUSTOMER)
    said = [line["event"] for line in lines(logs)]
    assert said == ["Unable connect to kafka:9092", "can't process <str>"]


def test_what_nobody_catches_is_one_line_without_its_text(
    logs: pytest.CaptureFixture[str],
) -> None:
    configure_logs()

    def fail() -> None:
        raise ValueError(MAIL)

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    sys.excepthook(KeyError, KeyError(CUSTOMER), None)
    loop = asyncio.new_event_loop()
    loop.call_exception_handler({"message": MAIL, "exception": ValueError(MAIL)})
    loop.close()
    said = lines(logs)
    kinds = [str(line.get("error", "")).partition(" ")[0] for line in said]
    assert kinds == ["ValueError", "KeyError", "ValueError"]
    assert leaks(json.dumps(said)) == []


def test_what_can_t_be_logged_is_not_printed(logs: pytest.CaptureFixture[str]) -> None:
    configure_logs()
    note("odd", found={MAIL})
    assert logs.readouterr().err == ""
    complain("fine", number=1)
    assert lines(logs)[0]["number"] == 1


@pytest.mark.parametrize("canary", CANARIES)
def test_the_search_finds_every_form_of_a_canary(canary: str) -> None:
    for form in forms(canary):
        assert leaks(f"before{form}after") != []
        assert leaks(f"before {form.upper()}", [canary]) != []
    assert leaks("a line without any") == []


def test_the_forms_of_a_canary_differ() -> None:
    assert len(forms(STRANGER)) >= 14
