"""What the tests behind TLS and an authorizer share: users, their rights, and what they do."""

import json
from pathlib import Path
from typing import Any, Final

from confluent_kafka import Consumer, Producer

from schemas.topics.acls import downstream_rights, operator_rights, upstream_rights, worker_rights
from schemas.topics.declared import TopicNames
from streams.config.connecting import librdkafka_options
from streams.config.reading import read_settings
from streams.config.settings import Settings
from tests.brokers.secured_kafka import SecuredKafka
from tests.support.topics import Place, bought
from tests.support.waiting import wait_until

PREFIX: Final = "door."
APP_ID: Final = "door-app"
NAMES: Final = TopicNames(PREFIX, PREFIX, APP_ID)
PARTITIONS: Final = 2
SECONDS: Final = 30.0
CANARY: Final = "kanarienvogel"
"""Part of every password: nothing that is shown to anybody may hold it."""
RIGHTS: Final = {
    "operator": operator_rights(NAMES),
    "worker": worker_rights(NAMES),
    "upstream": upstream_rights(NAMES),
    "downstream": downstream_rights(NAMES, "crm"),
}


def password(user: str) -> str:
    return f"{CANARY} of {user}"


def place_of(secured: SecuredKafka, folder: Path, user: str, listener: str = "DOOR") -> Place:
    """What this user is told."""
    path = folder / f"{user}.password"
    path.write_text(f"{password(user)}\n")
    return Place(secured.address(listener), PREFIX, APP_ID, PARTITIONS).telling(
        security_protocol="sasl_ssl",
        tls_ca_file=secured.papers.ca,
        sasl_user=user,
        sasl_password_file=path,
        commit_ms=20,
    )


def settings_of(place: Place) -> Settings:
    return read_settings(place.environment)


def send(place: Place, *customers: str) -> None:
    """Publishes a sale for each, with no more than this user's rights."""
    failures: list[str] = []
    producer = Producer(librdkafka_options(settings_of(place)) | {"enable.idempotence": True})
    for number, customer in enumerate(customers):
        record = bought(customer, f"{customer}-{number}", "2026-03-01T10:00:00Z", "700.00", 0, 2)
        producer.produce(
            place.name(record.topic),
            value=record.value,
            key=record.key,
            partition=record.partition,
            on_delivery=lambda error, _: failures.append(str(error)) if error else None,
        )
    assert producer.flush(SECONDS) == 0
    assert not failures


def received(place: Place, group: str, number: int) -> list[Any]:
    """So many tier changes, as a member of a group, with no more than this user's rights."""
    consumer = Consumer(
        librdkafka_options(settings_of(place))
        | {"group.id": group, "auto.offset.reset": "earliest", "isolation.level": "read_committed"}
    )
    consumer.subscribe([place.name("tier-changes")])
    found: list[Any] = []

    def came() -> bool:
        message = consumer.poll(0.2)
        if message is not None:
            assert message.error() is None, message.error()
            found.append(json.loads(message.value() or b""))
        return len(found) == number

    try:
        wait_until(f"{number} tier changes come", came, SECONDS)
    finally:
        consumer.close()
    return found
