"""A real Kafka that is found behind a proxy by whoever is told the proxy's address."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from tests.brokers import require_kafka
from tests.brokers.kafka import KafkaNode
from tests.faults.proxy import Proxy


@contextmanager
def kafka_behind(proxy: Proxy, overrides: Mapping[str, str] | None = None) -> Iterator[KafkaNode]:
    """A node that tells those behind the proxy to find it there; killed in the end."""
    require_kafka()
    with KafkaNode(proxy=proxy.address, overrides=overrides) as node:
        proxy.lead_to(node.behind)
        yield node
        node.kill()  # an orderly end takes its time, and its data go anyway
