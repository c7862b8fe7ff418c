"""Reading what came out, with kafka-python: another client than the worker's.

Everything is read `read_committed` unless said otherwise: what a consumer of the outputs sees.
"""

import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Final

import cramjam
import kafka.codec
import kafka.record.default_records
import orjson
from kafka import KafkaConsumer

from tests.oracle import instants
from tests.oracle.recount import Outcome
from tests.oracle.wire import without_estimates
from tests.support.lives import are_whole, begin_anew, lives
from tests.support.topics import Place

Wire = dict[str, Any]
_EVALUATED_AT: Final = re.compile(rb'"evaluated_at":"[^"]*"')
POLL_MS: Final = 200
READ_SECONDS: Final = 240.0
"""For a whole topic: a few ten thousand records a second, with others on the machine."""
ADDED_HEADERS: Final = ("reason", "detail", "source_topic", "source_partition", "source_offset")

if not kafka.codec.has_lz4():
    # without the package lz4 kafka-python can't unpack what the worker packed: cramjam can
    kafka.codec.lz4 = cramjam.lz4
    kafka.record.default_records.lz4_decode = cramjam.lz4.decompress


@dataclass(frozen=True)
class Out:
    """One record as a consumer gets it."""

    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]

    @property
    def wire(self) -> Wire:
        """The decoded value."""
        assert self.value is not None
        found = orjson.loads(self.value)
        assert isinstance(found, dict)
        return found


@contextmanager
def _reader(place: Place, topic: str, isolation_level: str) -> Iterator[Any]:
    """A consumer at the beginning of all partitions of a topic."""
    consumer = KafkaConsumer(
        bootstrap_servers=place.broker,
        isolation_level=isolation_level,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_poll_records=5_000,
        max_partition_fetch_bytes=4_000_000,
    )
    try:
        consumer.assign(place.tps(topic))
        consumer.seek_to_beginning(*place.tps(topic))
        yield consumer
    finally:
        consumer.close()


def _polled(consumer: Any) -> list[Out]:
    return [
        Out(one.partition, one.offset, one.key, one.value, tuple(one.headers))
        for batch in consumer.poll(timeout_ms=POLL_MS).values()
        for one in batch
    ]


def _in_order(found: list[Out]) -> list[Out]:
    return sorted(found, key=lambda one: (one.partition, one.offset))


def read(place: Place, topic: str, *, isolation_level: str = "read_committed") -> list[Out]:
    """All records of a topic up to where it ends now, each partition in its order."""
    tps, found = place.tps(topic), list[Out]()
    with _reader(place, topic, isolation_level) as consumer:
        ends = consumer.end_offsets(tps)
        deadline = time.monotonic() + READ_SECONDS
        while any(consumer.position(tp) < ends[tp] for tp in tps):
            assert time.monotonic() < deadline, f"{topic}: could not be read to its end"
            found += [one for one in _polled(consumer) if one.offset < ends[tps[one.partition]]]
    return _in_order(found)


def read_until_quiet(place: Place, topic: str, seconds: float) -> list[Out]:
    """The same where the broker's word for the end is wrong: until nothing comes for so long."""
    found = list[Out]()
    with _reader(place, topic, "read_committed") as consumer:
        heard = time.monotonic()
        while time.monotonic() - heard < seconds:
            polled = _polled(consumer)
            found += polled
            if polled:
                heard = time.monotonic()
    return _in_order(found)


class Outputs:
    """All that is said of customers, read once."""

    def __init__(self, place: Place) -> None:
        self.tier_changes = read(place, "tier-changes")
        self.at_risk = read(place, "at-risk")
        self.contacts_due = read(place, "contacts-due")
        self.customer_values = read(place, "customer-values")
        self.erasures = read(place, "erasures")
        self.rejected = read(place, "rejected-events")


def newest(records: Iterable[Out]) -> dict[bytes, bytes | None]:
    """The last value of each key, as it came; None: it was deleted."""
    last = {}
    for one in records:
        assert one.key is not None
        last[one.key] = one.value
    return last


def last_values(records: Iterable[Out]) -> dict[str, bytes]:
    """Each customer's last snapshot, as it came; of one that was erased there is none."""
    return {key.decode(): value for key, value in newest(records).items() if value is not None}


def subject_of(customer_id: str, secret: str = "") -> str:
    """What stands for a customer on `erasures`: BLAKE2b of its id, 128 bits, keyed."""
    return blake2b(customer_id.encode(), digest_size=16, key=secret.encode()).hexdigest()


def chains(records: Iterable[Out]) -> dict[str, list[bytes]]:
    """Each customer's records in order, byte for byte but for `evaluated_at`."""
    found: dict[str, list[bytes]] = {}
    for one in records:
        assert one.key is not None
        assert one.value is not None
        text = _EVALUATED_AT.sub(b'"evaluated_at":""', one.value)
        found.setdefault(one.key.decode(), []).append(text)
    return found


def rejections(records: Iterable[Out]) -> Counter[Any]:
    """What was rejected, as a multiset."""
    return Counter((one.key, one.value, one.headers) for one in records)


def sequences_are_whole(outputs: Outputs) -> None:
    """Ids are unique, tiers connect, and what is said of a customer counts 1, 2, 3 …

    Tier changes and signals count together, contacts due by themselves. Only a customer that was
    erased begins anew.
    """
    said = (outputs.tier_changes, outputs.at_risk, outputs.contacts_due, outputs.erasures)
    ids = [one.wire["event_id"] for topic in said for one in topic]
    assert len(set(ids)) == len(ids)
    changes, risks, contacts = (_by_customer(one.wire for one in topic) for topic in said[:3])
    begun = 0
    for customer_id, chain in changes.items():
        told = lives(chain)
        begun += len(told)
        assert are_whole(told, _sequences(risks.pop(customer_id, []))), customer_id
        assert begin_anew(_sequences(contacts.pop(customer_id, []))) <= len(told), customer_id
    assert not risks
    assert not contacts
    erased = sum(one.wire["held"] for one in outputs.erasures)
    assert begun == erased + len(last_values(outputs.customer_values))


def _sequences(chain: list[Wire]) -> list[int]:
    return [wire["sequence"] for wire in chain]


def equals_recount(outputs: Outputs, expected: Outcome) -> None:
    """All outputs are the recount's: each customer's in order, rejected ones in any."""
    assert _stripped(outputs.tier_changes) == _by_customer(expected.tier_changes)
    assert _stripped(outputs.at_risk) == _by_customer(expected.at_risk)
    assert _stripped(outputs.contacts_due) == _by_customer(expected.contacts_due)
    assert _receipts(outputs.erasures) == Counter(
        (subject_of(customer_id).encode(), instants.text(at), held)
        for customer_id, at, held in expected.erased
    )
    last = last_values(outputs.customer_values)
    assert {
        customer_id: without_estimates(orjson.loads(value)) for customer_id, value in last.items()
    } == expected.values
    wanted = {
        (r.topic, r.partition, r.offset): (r, reason, f) for r, reason, f in expected.rejected
    }
    assert len(outputs.rejected) == len(wanted)
    for one in outputs.rejected:
        assert tuple(name for name, _ in one.headers[-5:]) == ADDED_HEADERS
        added = {name: text.decode() for name, text in one.headers[-5:] if text is not None}
        source = added["source_topic"], int(added["source_partition"]), int(added["source_offset"])
        record, reason, field_name = wanted.pop(source)
        assert (one.key, one.value, one.headers[:-5]) == (record.key, record.value, record.headers)
        assert one.partition == record.partition
        assert added["reason"] == reason
        assert field_name is None or added["detail"].startswith(f"{field_name}:")
    assert not wanted


def _receipts(records: Iterable[Out]) -> Counter[Any]:
    found: Counter[Any] = Counter()
    for one in records:
        wire = one.wire
        assert one.key == wire["subject"].encode()
        found[one.key, wire["erased_at"], wire["held"]] += 1
    return found


def _stripped(records: Iterable[Out]) -> dict[str, list[Wire]]:
    wires = [one.wire for one in records]
    for wire in wires:
        assert wire.pop("event_id")
        assert wire.pop("evaluated_at")
    return _by_customer(wires)


def _by_customer(wires: Iterable[Wire]) -> dict[str, list[Wire]]:
    found: dict[str, list[Wire]] = {}
    for wire in wires:
        found.setdefault(wire["customer_id"], []).append(wire)
    return found
