"""A slow or broken network between workers and the broker costs time, and nothing else."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.faults.behind import kafka_behind
from tests.faults.conftest import Checking
from tests.faults.plan import Plan
from tests.faults.proxy import Api, Fault, Proxy, Weather
from tests.faults.survival import SLOW_END, finish, nothing_lost_nothing_doubled, supervise
from tests.oracle.sample import sample
from tests.support.topics import Place, Watch, command, load
from tests.support.waiting import tell
from tests.support.workers import Crew, Worker

PARTITIONS = 4
SECONDS = 90.0
CLEAR = Weather()
RESETS = 20
ROUND_TRIPS = 3
"""Of a commit, at least: records, offsets, end."""
WEATHERS = {
    "latency": Weather(latency_s=0.2),
    "single bytes": Weather(fragment_bytes=200),
    "resets": Weather(reset_share=0.05),
}

pytestmark = pytest.mark.kafka


@pytest.fixture(scope="module")
def kafka(proxy: Proxy) -> Iterator[str]:
    """A Kafka that tells those behind the proxy to find it there."""
    with kafka_behind(proxy) as node:
        yield node.address


@pytest.fixture
def weather(proxy: Proxy, request: pytest.FixtureRequest) -> Iterator[str]:
    """One kind of weather, for as long as the test lasts."""
    proxy.seen.clear()
    proxy.struck.clear()
    proxy.weather = WEATHERS[request.param]
    yield request.param
    proxy.weather = CLEAR


def mean_commit_seconds(worker: Worker) -> float:
    """As its metrics have it."""
    metrics = worker.metrics()
    return metrics.number("commit_seconds_sum") / metrics.number("commit_seconds_count")


@pytest.mark.fault(12)
@pytest.mark.parametrize("weather", WEATHERS, indirect=True)
def test_bad_weather_between_workers_and_broker(
    place: Place,
    watch: Watch,
    crew: Crew,
    proxy: Proxy,
    weather: str,
    sample_policy: Path,
    checking: Checking,
) -> None:
    behind = replace(place, broker=proxy.address).telling(clock="event", policy=sample_policy)
    told = Plan(session_s=3, records_per_s=1_000).told(behind)
    records = sample(81, 10_000, 300, partitions=PARTITIONS)
    load(place, records)
    checker = checking(place)
    crew.start(told)
    if weather == "resets":
        words = supervise(
            crew, told, "many resets", lambda: proxy.struck.total() >= RESETS, SECONDS
        )
        assert {how for _, how in proxy.struck} == {"reset"}
        proxy.weather = CLEAR
        words += finish(crew, told, watch, SECONDS)
    else:
        words = supervise(crew, told, "all is read", lambda: watch.unread() == 0, SECONDS)
        least_s = ROUND_TRIPS * 2 * WEATHERS[weather].latency_s
        assert mean_commit_seconds(crew.running()[0]) > least_s
        words += finish(crew, told, watch, SECONDS)
        assert [word for word in words if SLOW_END not in word] == []
    tell(f"{weather}: {words} {proxy.struck}")
    assert proxy.seen[Api.END_TXN] > 0
    nothing_lost_nothing_doubled(place, records, checker)


def test_a_start_that_is_cut_off_is_refused_in_one_line(place: Place, proxy: Proxy) -> None:
    behind = replace(place, broker=proxy.address)
    for words in (["worker"], ["topics", "check"]):
        proxy.put(Fault(Api.DESCRIBE_CONFIGS, "cut before"))
        done = command(behind, *words)
        assert proxy.left == 0
        assert done.returncode == 1
        assert done.stderr.startswith(f"whalecurve: the Kafka broker at {proxy.address} broke off")
        assert len(done.stderr.splitlines()) == 1
