"""Every topic once: what it carries, who writes and reads it, and how it is to be created."""

from typing import Final

import msgspec

from schemas.outputs.records import (
    AT_RISK,
    CONTACTS_DUE,
    CUSTOMER_VALUES,
    CUTOFFS,
    ERASURES,
    HISTOGRAMS,
    REJECTED_EVENTS,
    TIER_CHANGES,
)

DAY_MS: Final = 86_400_000
REJECTED_EXTRA_BYTES: Final = 65_536
"""rejected-events admits the largest input record and this much more (keys, headers, reason)."""
REJECTED_BYTES: Final = 64 * 1024 * 1024
"""What it is created with: an input's limit counts packed bytes, and any ratio may lie behind."""


class Topic(msgspec.Struct, frozen=True):
    """One topic as Whalecurve knows it; `name` is without prefix."""

    name: str
    meaning: str
    key: str
    written_by: str
    read_by: str
    """Of both: begins with whalecurve where workers do, from which their rights are made."""
    direction: str
    """in, out or state."""
    compacted: bool = False
    optional: bool = False
    config: tuple[tuple[str, str], ...] = ()
    """What it is created with, beside its cleanup policy."""


AHEAD_CONFIG: Final = "message.timestamp.after.max.ms"
"""How far ahead of the broker's clock a record's timestamp may be; brokers before 3.6 lack it."""
AHEAD_MAX_MS: Final = 3_600_000
"""Kafka 4's own default: clocks may be off by minutes, and a time zone shows."""
_KEEP: Final = (
    ("retention.ms", "-1"),
    ("message.timestamp.type", "CreateTime"),
    (AHEAD_CONFIG, str(AHEAD_MAX_MS)),
)
AWAY_MAX_DAYS: Final = 7
"""So long all workers of an application may be away and still read every null on `customers`."""
_KEEP_NULLS: Final = (
    ("min.compaction.lag.ms", str(AWAY_MAX_DAYS * DAY_MS)),
    ("delete.retention.ms", str(AWAY_MAX_DAYS * DAY_MS)),
)
_COMPACT_SOON: Final = (
    ("min.cleanable.dirty.ratio", "0.1"),
    ("segment.ms", "600000"),
    ("segment.bytes", "67108864"),
)
CHANGELOG: Final = "changelog"
# workers send lz4; stored plain, any client reads the outputs without a codec of its own
_PLAIN: Final = (("compression.type", "uncompressed"),)

TOPICS: Final = (
    Topic(
        "purchases",
        "sales and returns",
        "customer_id",
        "shops, order systems",
        "whalecurve",
        "in",
        config=_KEEP,
    ),
    Topic(
        "support-calls",
        "contacts with the service on any channel",
        "customer_id",
        "telephony, help desk",
        "whalecurve",
        "in",
        config=_KEEP,
    ),
    Topic(
        "payments",
        "invoices paid, attempts that failed, payments taken back",
        "customer_id",
        "billing",
        "whalecurve",
        "in",
        config=_KEEP,
    ),
    Topic(
        "customers",
        "master data of customers; a null value erases one",
        "customer_id",
        "CRM",
        "whalecurve",
        "in",
        compacted=True,
        optional=True,
        config=(*_KEEP, *_KEEP_NULLS),
    ),
    Topic(
        "actions",
        "what the company did: contacts that it made, steps of the ladder that it took",
        "customer_id",
        "CRM, account managers, field service",
        "whalecurve",
        "in",
        optional=True,
        config=_KEEP,
    ),
    Topic(
        TIER_CHANGES,
        "a customer's tier changed, why, and what that tier is granted",
        "customer_id",
        "whalecurve",
        "support routing, CRM, billing, marketing",
        "out",
        config=(("retention.ms", str(90 * DAY_MS)), *_PLAIN),
    ),
    Topic(
        AT_RISK,
        "a signal was raised, escalated or cleared, with its evidence",
        "customer_id",
        "whalecurve",
        "support routing, CRM, billing",
        "out",
        config=(("retention.ms", str(90 * DAY_MS)), *_PLAIN),
    ),
    Topic(
        CONTACTS_DUE,
        "somebody should get in touch with a customer, and why",
        "customer_id",
        "whalecurve",
        "CRM, account managers",
        "out",
        config=(("retention.ms", str(90 * DAY_MS)), *_PLAIN),
    ),
    Topic(
        CUSTOMER_VALUES,
        "the newest snapshot of every customer",
        "customer_id",
        "whalecurve",
        "CRM, analysts",
        "out",
        compacted=True,
        config=(*_COMPACT_SOON, *_PLAIN),
    ),
    Topic(
        CUTOFFS,
        "from which value on customers are important and key, by shares, with the whale curve",
        "cutoffs",
        "whalecurve (who holds partition 0)",
        "whalecurve, analysts",
        "out",
        compacted=True,
        config=(*_COMPACT_SOON, *_PLAIN),
    ),
    Topic(
        HISTOGRAMS,
        "how many customers of a partition are worth how much, under tiers by shares",
        "the partition's number",
        "whalecurve",
        "whalecurve",
        "out",
        compacted=True,
        config=(*_COMPACT_SOON, *_PLAIN),
    ),
    Topic(
        ERASURES,
        "receipts of erased customers, each under a keyed hash in place of the id",
        "subject",
        "whalecurve",
        "data protection",
        "out",
        compacted=True,
        config=(*_COMPACT_SOON, *_PLAIN),
    ),
    Topic(
        REJECTED_EVENTS,
        "events that were turned away, byte for byte, with the reason in their headers",
        "as it came",
        "whalecurve",
        "the owners of the inputs",
        "out",
        config=(("retention.ms", str(30 * DAY_MS)), *_PLAIN),
    ),
    Topic(
        CHANGELOG,
        "the rows of customers and partitions; named by the prefix of outputs, the application's "
        "id and -changelog",
        "customer_id",
        "whalecurve",
        "whalecurve",
        "state",
        compacted=True,
        config=(*_COMPACT_SOON, ("max.message.bytes", "4194304")),
    ),
)

BY_NAME: Final[dict[str, Topic]] = {topic.name: topic for topic in TOPICS}


class TopicNames(msgspec.Struct, frozen=True):
    """The names on the broker: prefixes and the application's id applied."""

    input_prefix: str
    output_prefix: str
    app_id: str

    def of(self, name: str) -> str:
        """The broker's name of a declared topic."""
        topic = BY_NAME[name]
        if topic.direction == "in":
            return self.input_prefix + name
        if topic.direction == "state":
            return f"{self.output_prefix}{self.app_id}-{name}"
        return self.output_prefix + name
