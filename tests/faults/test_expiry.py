"""The broker ends a transaction that lasts too long, and forgets a producer that is idle."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agents.partition.counts import Counters
from agents.partition.shard import Changes, Message
from schemas.inputs.events import Kind
from streams.config.settings import Settings
from streams.kafka.commit import CommitError, TransactionalLog, _Outbox
from streams.kafka.group import GroupMetadata
from tests.brokers import require_kafka
from tests.brokers.kafka import KafkaNode
from tests.faults.conftest import Checking
from tests.faults.plan import Plan, Strike, struck
from tests.faults.survival import finish, nothing_lost_nothing_doubled
from tests.oracle.records import PURCHASES
from tests.oracle.sample import sample
from tests.support.topics import Place, Watch, admin_of, load
from tests.support.waiting import tell, wait_until
from tests.support.workers import Crew

PARTITIONS = 4
SECONDS = 60.0
FORGOTTEN_SECONDS = 30.0
REFUSED_SECONDS = 3.0
OVERRIDES = {
    "transaction.abort.timed.out.transaction.cleanup.interval.ms": "200",
    "transactional.id.expiration.ms": "8000",
    "transaction.remove.expired.transaction.cleanup.interval.ms": "500",
    "producer.id.expiration.ms": "8000",
    "producer.id.expiration.check.interval.ms": "500",
}
SHORT = {
    "kafka.commit.TRANSACTION_TIMEOUT_MS": 2_000,
    "kafka.commit.REQUEST_TIMEOUT_MS": 2_000,
    "config.connecting.REQUEST_TIMEOUT_MS": 2_000,
}
LONGER_S = 4.0

pytestmark = pytest.mark.kafka


@pytest.fixture(scope="module")
def kafka() -> Iterator[str]:
    """A Kafka with little patience and a short memory."""
    require_kafka()
    with KafkaNode(overrides=OVERRIDES) as node:
        yield node.address
        node.kill()


@pytest.mark.fault(13)
def test_a_transaction_that_outlasts_its_timeout_is_aborted_and_its_worker_fenced(
    place: Place, told: Place, watch: Watch, crew: Crew, tmp_path: Path, checking: Checking
) -> None:
    records = sample(95, 20_000, 300, partitions=PARTITIONS)
    load(place, records)
    checker = checking(place)
    said = tmp_path / "struck"
    for step in ("rows.after", "offsets.before", "end.before"):
        sleep = Strike(step, 5, "sleep", LONGER_S)
        plan = Plan((sleep,), session_s=3, records_per_s=250, constants=SHORT, struck=str(said))
        worker = crew.start(plan.told(told))
        worker.must_fail()
        failed = [note["error"] for note in worker.notes() if note["event"] == "worker failed"]
        tell(f"{step}: {failed}")
        assert len(failed) == 1
        assert failed[0].startswith("CommitError: partition ")
        assert "_FENCED" in failed[0]
    assert [its.step for its in struck(said)] == ["rows.after", "offsets.before", "end.before"]
    assert watch.unread() > 0
    crew.start(told)
    assert finish(crew, told, watch, SECONDS) == []
    nothing_lost_nothing_doubled(place, records, checker)


@pytest.mark.fault(14)
def test_a_worker_that_was_idle_for_so_long_that_the_broker_forgot_its_id_goes_on_after_a_restart(
    place: Place, told: Place, watch: Watch, crew: Crew, checking: Checking
) -> None:
    # of one input alone the order is sure while it flows
    traffic = sample(96, 10_000, 300, partitions=PARTITIONS)
    records = [record for record in traffic if record.topic == PURCHASES]
    half = len(records) // 2
    load(place, records[:half])
    checker = checking(place)
    plan = Plan(session_s=3)
    idle = crew.start(plan.told(told))
    wait_until("half is read", lambda: watch.unread() == 0, SECONDS, otherwise=idle.text)
    wait_until("it is forgotten", lambda: not known_ids(place), FORGOTTEN_SECONDS)
    assert idle.running
    load(place, records[half:])
    words = finish(crew, plan.told(told), watch, SECONDS)
    tell(f"{words}")
    assert len(words) == 1
    assert words[0].startswith("CommitError: partition ")
    assert "INVALID_PRODUCER_ID_MAPPING" in words[0]
    nothing_lost_nothing_doubled(place, records, checker)


@pytest.mark.fault(14)
def test_what_the_client_does_not_take_any_more_is_laid_to_what_came_before_it(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pause between outputs and rows lets the broker's refusal come before the rows."""
    settings = Settings(broker=place.broker, topic_prefix=place.prefix, app_id=place.app_id)
    group = GroupMetadata(settings)
    log = TransactionalLog(settings, 0, group)
    log.start()
    log.commit(changes_of(1))
    wait_until("it is forgotten", lambda: not known_ids(place), FORGOTTEN_SECONDS)
    monkeypatch.setattr(_Outbox, "send_rows", resting_before(_Outbox.send_rows))
    with pytest.raises(CommitError) as failed:
        log.commit(changes_of(2))
    group.close()
    tell(str(failed.value))
    assert str(failed.value).startswith("partition 0: ")
    assert "INVALID_PRODUCER_ID_MAPPING" in str(failed.value)


def changes_of(number: int) -> Changes:
    """One record out and one row."""
    outputs = [Message("tier-changes", b"ada", b"{}")]
    return Changes(outputs, [(b"ada", b"row")], {Kind.PURCHASES: number}, Counters(), number)


def resting_before(send_rows: Callable[..., None]) -> Callable[..., None]:
    """The same, when the client has surely heard what the broker says of the outputs."""

    def rested(outbox: _Outbox, rows: list[tuple[bytes, bytes | None]]) -> None:
        outbox.producer.flush(REFUSED_SECONDS)
        send_rows(outbox, rows)

    return rested


def known_ids(place: Place) -> list[str]:
    """The application's transactional ids that the broker knows."""
    with admin_of(place.broker) as admin:
        return [
            known.transactional_id
            for of_broker in admin.list_transactions().values()
            for known in of_broker
            if known.transactional_id.startswith(f"{place.app_id}-")
        ]
