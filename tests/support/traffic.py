"""Sample traffic in the form in which Kafka takes it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from tests.oracle.records import CUSTOMERS, Record
from tests.oracle.sample import sample


def whole_sample(
    seed: int, events: int, customers: int, *, partitions: int, risks: bool = False
) -> list[Record]:
    """About so many records with master data and erasures among them; of customers at risk, too."""
    made = sample(seed, events, customers, partitions=partitions, whole=not risks, risks=risks)
    return renumbered(record for record in made if is_taken(record))


def is_taken(record: Record) -> bool:
    """Whether Kafka takes it: a compacted topic refuses what has no key."""
    return record.topic != CUSTOMERS or record.key is not None


def renumbered(records: Iterable[Record]) -> list[Record]:
    """The records with offsets that are consecutive in every topic partition."""
    ends: Counter[tuple[str, int]] = Counter()
    found = []
    for record in records:
        at = record.topic, record.partition
        found.append(replace(record, offset=ends[at]))
        ends[at] += 1
    return found
