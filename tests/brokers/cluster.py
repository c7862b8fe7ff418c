"""Three brokers and a controller on loopback, for tests of what one node cannot show.

Every topic lies on all three and takes a record once two have it, so any one of them may be away.
The heaps are small: the four live on two cores beside the tests.
"""

import re
import shutil
from contextlib import ExitStack
from pathlib import Path
from typing import Final, Self

from kafka import KafkaAdminClient

from streams.demo.embedded_broker import HOST, claim_port
from tests.brokers.folders import Folder
from tests.brokers.jars import QUICK, jars
from tests.brokers.kafka import KafkaNode

BROKERS: Final = 3
CONTROLLER_ID: Final = 100
SMALL: Final = (*QUICK, "-Xms64m", "-Xmx256m")
REPLICATED: Final = {
    "default.replication.factor": "3",
    "min.insync.replicas": "2",
    "offsets.topic.replication.factor": "3",
    "transaction.state.log.replication.factor": "3",
    "transaction.state.log.min.isr": "2",
    # on a busy machine a broker that is alive may be silent for a while
    "broker.heartbeat.interval.ms": "500",
    "broker.session.timeout.ms": "6000",
}


class Cluster:
    """The nodes in child processes; their ports and data stay the same over restarts."""

    def __init__(self) -> None:
        self._folder = Folder("whalecurve-cluster-")
        port = claim_port(0)
        where = f"CONTROLLER://{HOST}:{port}"
        told = REPLICATED | {"controller.quorum.voters": f"{CONTROLLER_ID}@{HOST}:{port}"}
        self._controller = KafkaNode(
            data=self._data(CONTROLLER_ID),
            overrides=told | _of(CONTROLLER_ID, "controller", where),
            jvm=SMALL,
        )
        self.brokers = [self._broker(number, told) for number in range(1, BROKERS + 1)]

    def _broker(self, number: int, told: dict[str, str]) -> KafkaNode:
        port = claim_port(0)
        where = f"PLAINTEXT://{HOST}:{port}"
        return KafkaNode(
            port,
            data=self._data(number),
            overrides=told | _of(number, "broker", where),
            jvm=SMALL,
        )

    def _data(self, number: int) -> Path:
        """An empty data folder of this node: the one that every single node begins with."""
        data = self._folder.path / str(number)
        shutil.copytree(jars().parent / "formatted", data / "logs")
        meta = data / "logs" / "meta.properties"
        text = meta.read_text().replace("node.id=1", f"node.id={number}")
        meta.write_text(re.sub(r"\ndirectory\.id=\S+", "", text))
        return data

    @property
    def address(self) -> str:
        """For `bootstrap.servers`: all three."""
        return ",".join(broker.address for broker in self.brokers)

    def __enter__(self) -> Self:
        """Start all of them."""
        with ExitStack() as stack:
            stack.callback(self.close)
            for node in (self._controller, *self.brokers):
                node.start()
            stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        """Kill all of them, and delete their data."""
        self.close()

    def close(self) -> None:
        """Kill all of them, and delete their data."""
        for node in (*self.brokers, self._controller):
            node.kill()
        self._folder.close()

    def is_whole(self) -> bool:
        """Whether every partition has all its replicas in sync again."""
        admin = KafkaAdminClient(bootstrap_servers=self.address.split(","))
        try:
            return all(
                len(partition["isr_nodes"]) == BROKERS
                for topic in admin.describe_topics(admin.list_topics())
                for partition in topic["partitions"]
            )
        finally:
            admin.close()


def _of(number: int, role: str, where: str) -> dict[str, str]:
    return {
        "node.id": str(number),
        "process.roles": role,
        "listeners": where,
        "advertised.listeners": where,
    }
