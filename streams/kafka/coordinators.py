"""Whether Kafka coordinates groups and transactions: for that it keeps topics of its own.

It makes them when they are first needed, with three replicas unless it is told otherwise. A lone
broker never gets done with that, and clients wait for it without a word.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import (
    CoordinatorNotAvailableError,
    KafkaError,
)

from streams.config.settings import Settings
from streams.kafka.access import AccessError

MAKING_SECONDS: Final = 5.0
"""So long a broker may take to make one of these topics, which it does when it is first asked."""
POLL_SECONDS: Final = 0.2
REPLICAS: Final = 3
"""Of these topics, where Kafka is told nothing else."""


@dataclass(frozen=True)
class _Kind:
    """What is coordinated, and where Kafka notes it."""

    what: str
    topic: str
    factor: str
    """The broker's setting of how many replicas that topic has."""
    beside: str = ""
    """Another that has to fit to it."""


_GROUPS: Final = _Kind("groups", "__consumer_offsets", "offsets.topic.replication.factor")
_TRANSACTIONS: Final = _Kind(
    "transactions",
    "__transaction_state",
    "transaction.state.log.replication.factor",
    " and transaction.state.log.min.isr",
)


def require_coordinators(admin: KafkaAdminClient, settings: Settings) -> None:
    """AccessError where there are too few brokers for what coordinates groups or transactions.

    What may not be asked, or is not known for sure, is passed over: clients will tell.
    """
    asks: list[tuple[_Kind, Callable[[], Any]]] = [
        (_GROUPS, lambda: admin.describe_groups([settings.app_id]))
    ]
    if settings.exactly_once:
        name = f"{settings.app_id}-0"
        asks.append((_TRANSACTIONS, lambda: admin.describe_transactions([name])))
    for kind, ask in asks:
        if not _is_there(ask):
            _refuse_too_few(admin, kind)


def _is_there(ask: Callable[[], Any]) -> bool:
    """Whether somebody coordinates, or nobody says that nobody does."""
    until = time.monotonic() + MAKING_SECONDS
    while True:
        try:
            ask()
        except CoordinatorNotAvailableError:
            if time.monotonic() > until:
                return False
        except (KafkaError, ValueError):  # nothing of that name yet, no right to ask, an old broker
            return True
        else:
            return True
        time.sleep(POLL_SECONDS)


def _refuse_too_few(admin: KafkaAdminClient, kind: _Kind) -> None:
    topic = admin.describe_topics([kind.topic])[0]
    if topic["error_code"] == 0:
        return  # it was made: its brokers are away
    brokers = admin.describe_cluster()["brokers"]
    told = _factor(admin, brokers[0]["broker_id"], kind)
    factor = REPLICAS if told is None else told
    if len(brokers) >= factor:
        return
    there = "is 1 broker" if len(brokers) == 1 else f"are {len(brokers)} brokers"
    wants = f"wants {factor}" if told else f"may want {factor}, as it does unless it is told,"
    raise AccessError(
        f"Kafka can't make {kind.topic}, without which it coordinates no {kind.what}: "
        f"{kind.factor} {wants} replicas, and there {there}: set it{kind.beside} to "
        f"{len(brokers)} on the broker and start that again, or start more brokers"
    )


def _factor(admin: KafkaAdminClient, node: int, kind: _Kind) -> int | None:
    """What a broker says of its setting; None where we may not ask."""
    with suppress(KafkaError, KeyError, TypeError, ValueError):
        answer: Any = admin.describe_configs(
            [ConfigResource(ConfigResourceType.BROKER, str(node))], config_filter="all"
        )
        return int(answer["broker"][str(node)][kind.factor]["value"])
    return None
