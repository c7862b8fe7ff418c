"""What clients say of a door that stays shut becomes one line; what may pass by itself does not."""

import logging
import ssl
from typing import Any

import pytest
from aiokafka.errors import (
    IllegalSaslStateError,
    KafkaConnectionError,
    SaslAuthenticationFailed,
    TopicAuthorizationFailedError,
    UnsupportedSaslMechanismError,
)
from confluent_kafka import KafkaError

from schemas.topics.acls import Operation, Resource, Right
from streams.config.settings import Settings
from streams.demo.embedded_broker import HOST, claim_port
from streams.kafka.access import (
    AccessError,
    AiokafkaRefusals,
    is_denied,
    lacking,
    on_librdkafka_error,
    probe,
    reason,
)

SETTINGS = Settings(broker="kafka:9093", security_protocol="sasl_ssl", sasl_user="worker")
WHERE = "kafka:9093"


def verification(code: int) -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_code, error.verify_message = code, "the library's words"
    return error


def alert(name: str) -> ssl.SSLError:
    error = ssl.SSLError(1, "an alert")
    error.reason = name
    return error


def caused(cause: BaseException) -> BaseException:
    """As aiokafka wraps it."""
    error: BaseException = KafkaConnectionError("closed")
    error.__cause__ = cause
    return error


REFUSALS: dict[str, tuple[BaseException, str]] = {
    "expired": (verification(10), "has expired: renew it"),
    "another host": (verification(62), "is for another host"),
    "another address": (verification(64), "is for another host"),
    "unknown authority": (verification(20), "signed by nobody known (the library's words)"),
    "self-signed": (verification(18), "signed by nobody known"),
    "old TLS": (alert("TLSV1_ALERT_PROTOCOL_VERSION"), "speaks no TLS 1.2 or newer"),
    "no certificate": (
        alert("TLSV13_ALERT_CERTIFICATE_REQUIRED"),
        "asks for a client certificate: set WHALECURVE_TLS_CERTIFICATE_FILE",
    ),
    "no certificate, wrapped": (caused(alert("SSLV3_ALERT_BAD_CERTIFICATE")), "asks for a client"),
    "login": (SaslAuthenticationFailed("no"), "knows no user worker with this password"),
    "mechanism": (UnsupportedSaslMechanismError("no"), "does not take SCRAM-SHA-512"),
    "no login wanted": (IllegalSaslStateError("no"), "asks for no user"),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refusal_says_where_and_what_to_do(name: str) -> None:
    error, words = REFUSALS[name]
    said = reason(SETTINGS, WHERE, error)
    assert said is not None
    assert WHERE in said
    assert words in said


@pytest.mark.parametrize(
    "error",
    [
        ConnectionResetError("reset"),
        ConnectionRefusedError("refused"),
        TimeoutError(),
        KafkaConnectionError("closed"),
        ssl.SSLEOFError(8, "EOF occurred in violation of protocol"),
        caused(ConnectionResetError("reset")),
    ],
    ids=repr,
)
def test_what_may_pass_by_itself_is_no_refusal(error: BaseException) -> None:
    assert reason(SETTINGS, WHERE, error) is None


def test_a_broker_that_is_away_is_no_door_that_is_shut() -> None:
    nobody = f"{HOST}:{claim_port(0)}"
    probe(Settings(broker=nobody))
    on_librdkafka_error(Settings(broker=nobody))(KafkaError(KafkaError._AUTHENTICATION))


def test_what_aiokafka_only_logs_ends_the_worker() -> None:
    failed: list[BaseException] = []
    handler = AiokafkaRefusals(SETTINGS, failed.append)

    def logs(*arguments: object) -> None:
        handler.emit(logging.makeLogRecord({"msg": "a node and an error", "args": arguments}))

    logs()
    logs(1, ConnectionResetError("reset"))
    logs(1, KafkaConnectionError("closed"))
    assert failed == []
    logs(1, SaslAuthenticationFailed("no"))
    (error,) = failed
    assert isinstance(error, AccessError)
    assert "kafka:9093 knows no user worker" in str(error)


@pytest.mark.parametrize(
    "said",
    [
        KafkaError(KafkaError.TOPIC_AUTHORIZATION_FAILED).name(),
        KafkaError(KafkaError.GROUP_AUTHORIZATION_FAILED).str(),
        KafkaError(KafkaError.TRANSACTIONAL_ID_AUTHORIZATION_FAILED).name(),
        KafkaError(KafkaError.TRANSACTIONAL_ID_AUTHORIZATION_FAILED).str(),
        repr(TopicAuthorizationFailedError("purchases")),
    ],
)
def test_a_right_that_is_lacking_is_known_in_every_library_s_words(said: str) -> None:
    assert is_denied(said)


@pytest.mark.parametrize(
    ("settings", "who"),
    [
        ({"sasl_user": "worker"}, "user worker"),
        ({"tls_certificate_file": "mine.pem"}, "the holder of mine.pem"),
        ({}, "User:ANONYMOUS"),
    ],
)
def test_who_lacks_a_right_is_named(settings: dict[str, Any], who: str) -> None:
    right = Right(Operation.READ, Resource.TOPIC, "purchases", "reads it")
    said = str(lacking(Settings(**settings), [right]))
    assert who in said
    assert "has no right: Read on topic purchases: grant it" in said
