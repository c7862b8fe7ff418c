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
    reason,
)
from streams.kafka.probing import on_librdkafka_error, probe

SETTINGS = Settings(broker="kafka:9093", security_protocol="sasl_ssl", sasl_user="worker")
WHERE = "kafka:9093"


def tls(kind: type[ssl.SSLError] = ssl.SSLError, **details: object) -> ssl.SSLError:
    error = kind(1, "an alert")
    for name, detail in details.items():
        setattr(error, name, detail)
    return error


def verification(code: int) -> ssl.SSLError:
    words = {"verify_code": code, "verify_message": "the library's words"}
    return tls(ssl.SSLCertVerificationError, **words)


def caused(cause: BaseException) -> BaseException:
    """As aiokafka wraps it."""
    error: BaseException = KafkaConnectionError("closed")
    error.__cause__ = cause
    return error


NO_CERTIFICATE = tls(reason="TLSV13_ALERT_CERTIFICATE_REQUIRED")
WANTED = "asks for a client certificate: set WHALECURVE_TLS_CERTIFICATE_FILE"
REFUSALS: dict[str, tuple[BaseException, str | None]] = {
    "expired": (verification(10), "has expired: renew it"),
    "another host": (verification(62), "is for another host"),
    "another address": (verification(64), "is for another host"),
    "unknown authority": (verification(20), "signed by nobody known (the library's words)"),
    "self-signed": (verification(18), "signed by nobody known"),
    "old TLS": (tls(reason="TLSV1_ALERT_PROTOCOL_VERSION"), "speaks no TLS 1.2 or newer"),
    "no certificate": (NO_CERTIFICATE, WANTED),
    "no certificate, wrapped": (caused(tls(reason="SSLV3_ALERT_BAD_CERTIFICATE")), WANTED),
    "login": (SaslAuthenticationFailed("no"), "knows no user worker with this password"),
    "mechanism": (UnsupportedSaslMechanismError("no"), "does not take SCRAM-SHA-512: set"),
    "no login wanted": (IllegalSaslStateError("no"), "asks for no user"),
    # what may pass by itself is no refusal
    "reset": (ConnectionResetError("reset"), None),
    "nobody there": (ConnectionRefusedError("refused"), None),
    "no answer": (TimeoutError(), None),
    "closed": (KafkaConnectionError("closed"), None),
    "cut off": (ssl.SSLEOFError(8, "EOF occurred in violation of protocol"), None),
    "reset, wrapped": (caused(ConnectionResetError("reset")), None),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refusal_says_where_and_what_to_do(name: str) -> None:
    error, words = REFUSALS[name]
    said = reason(SETTINGS, WHERE, error)
    assert said is None if words is None else said is not None and words in said and WHERE in said


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
