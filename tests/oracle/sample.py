"""Seeded traffic of about 200 days: what honest customers send, and what goes wrong on the way.

Records arrive one after the other with growing timestamps; what they tell of happened shortly
before, sometimes days or months before. Bodies come from `sample_bodies`, bad records from
`sample_faults`.
"""

import json
from collections import Counter
from itertools import accumulate
from random import Random

from . import instants
from .records import (
    ACTIONS,
    CUSTOMERS,
    PAYMENTS,
    PURCHASES,
    SUPPORT_CALLS,
    Record,
    partition_of,
)
from .sample_bodies import Body, Profile, body, conflicting, of_a_desk, profile, restated
from .sample_faults import Draft, spoiled
from .sample_intake import astray, finer
from .sample_orders import mended
from .sample_policy import POLICY, POLICY_TOML
from .sample_risks import action, answered, awake, troubled
from .sample_whole import Book, invoiced, master

__all__ = ["END", "POLICY", "POLICY_TOML", "START", "sample"]

START = instants.parse("2026-01-01T00:00:00Z")
END = START + 200 * instants.DAY

_VERY_LATE_SHARE, _LATE_SHARE = 0.006, 0.05
_PHASE_DAYS = 9
"""So many days the same customers are awake."""


def sample(
    seed: int,
    events: int,
    customers: int,
    *,
    partitions: int,
    bad_share: float = 0.02,
    whole: bool = False,
    risks: bool = False,
) -> list[Record]:
    """Make so many records of so many customers, the same ones for the same seed.

    They come in order of arrival, with offsets consecutive in every topic partition. The whole
    has records of the `customers` topic, erasures among them, and invoices that are paid; with
    risks it has customers that come and go, too, issues that are resolved, and human answers.
    """
    kind = _RisksTraffic if risks else _WholeTraffic if whole else _Traffic
    traffic = kind(Random(seed), events, customers, partitions)
    return [traffic.record(bad_share) for _ in range(events)]


class _Traffic:
    """The state of the generator: who there is, what was sent, where the offsets stand."""

    def __init__(self, rng: Random, events: int, customers: int, partitions: int) -> None:
        self.rng = rng
        self.partitions = partitions
        self.step = max(1, (END - START) // max(1, events))
        self.now = START
        self.profiles = [profile(rng, number) for number in range(customers)]
        self.weights = list(accumulate(one.weight for one in self.profiles))
        self.offsets: Counter[tuple[str, int]] = Counter()
        self.names: Counter[str] = Counter()
        self.sent: list[tuple[str, bytes]] = []
        self.masters: list[tuple[str, bytes]] = []
        self.callers: list[Profile] = []
        self.books = {one.customer_id: Book() for one in self.profiles}
        self.bad_share = 0.0

    def record(self, bad_share: float) -> Record:
        """Let the next record arrive."""
        self.bad_share = bad_share
        self.now += self.rng.randint(1, 2 * self.step - 1)
        draft = self._draft()
        if self.rng.random() < bad_share:
            spoiled(self.rng, draft, self.partitions)
        self._lead_astray(draft)
        offset = self.offsets[draft.topic, draft.partition]
        self.offsets[draft.topic, draft.partition] += 1
        traced = (("trace", b"%d" % offset), ("blob", b"\x00\xff"))
        headers = traced if self.rng.random() < 0.05 else ()
        where = draft.topic, draft.partition, offset
        return Record(*where, draft.timestamp_ms, draft.key, draft.value, headers)

    def _lead_astray(self, _: Draft) -> None:
        """Leave a record as it is; other traffic has more that goes wrong."""

    def _draft(self) -> Draft:
        """Make a good record: mostly a new event, now and then one that was sent before."""
        if self.sent and self.rng.random() < 0.025:
            return self._again(self.sent)
        topic, value = self._new()
        self.sent.append((topic, value))
        return self._addressed(topic, json.loads(value)["customer_id"], value)

    def _addressed(self, topic: str, customer_id: str, value: bytes | None) -> Draft:
        key = customer_id.encode()
        partition = partition_of(key, self.partitions, "murmur2")
        return Draft(topic, partition, self.now // 1_000, key, value)

    def _again(self, sent: list[tuple[str, bytes]]) -> Draft:
        """Send an event once more: its bytes, the same in other words, or another under its id."""
        recent = self.rng.random() < 0.9
        topic, value = self.rng.choice(sent[-400:] if recent else sent)
        content, way = json.loads(value), self.rng.random()
        if way >= 0.4:
            say = restated if way < 0.8 else conflicting
            value = _bytes(self.rng, say(self.rng, topic, content))
        return self._addressed(topic, content["customer_id"], value)

    def _new(self) -> tuple[str, bytes]:
        """Send a new event of a customer, often another call of one that just called."""
        if self.callers and self.rng.random() < 0.3:
            topic, who = SUPPORT_CALLS, self.callers.pop()
        else:
            who = self._who()
            trade = (PURCHASES, SUPPORT_CALLS, PAYMENTS)
            topic = self.rng.choices(trade, (6, who.calls, 2))[0]
            if topic == SUPPORT_CALLS and self.rng.random() < 0.12:
                self.callers += [who] * self.rng.randint(2, 5)
        name = self._event_id(topic)
        return topic, _bytes(self.rng, self._body(topic, who, name, self._happened()))

    def _who(self) -> Profile:
        return self.rng.choices(self.profiles, cum_weights=self.weights)[0]

    def _event_id(self, topic: str) -> str:
        self.names[topic] += 1
        plain = self.rng.random() < 0.5
        return str(self.names[topic]) if plain else f"{topic[:2]}-{self.names[topic]}"

    def _body(self, topic: str, who: Profile, event_id: str, happened: int) -> Body:
        return body(self.rng, topic, who, event_id, happened)

    def _happened(self) -> int:
        """Choose when an event happened that arrives now; no finer than microseconds."""
        rng, late = self.rng, self.rng.random()
        if late < _VERY_LATE_SHARE:
            happened = self.now - rng.randint(3 * instants.DAY, 120 * instants.DAY)
        elif late < _VERY_LATE_SHARE + _LATE_SHARE:
            happened = self.now - rng.randint(0, 3 * instants.DAY)
        elif late < 0.1:
            happened = self.now // 1_000 * 1_000 + rng.choice((1, 299, 300)) * instants.SECOND
        else:
            happened = self.now - rng.randint(0, 90 * instants.SECOND)
        grain = rng.choices((instants.DAY, instants.SECOND, 1_000, 1), (3, 80, 12, 5))[0]
        return happened // grain * grain


class _WholeTraffic(_Traffic):
    """Traffic in which customers have master data, are erased, and pay their invoices."""

    def _lead_astray(self, draft: Draft) -> None:
        if self.rng.random() < self.bad_share:
            astray(self.rng, draft)

    def _draft(self) -> Draft:
        if self.rng.random() >= 0.08:
            return super()._draft()
        if self.rng.random() < 0.025:
            known = self.rng.random() < 0.85
            name = self.rng.choice(self.profiles).customer_id if known else "nobody"
            return self._addressed(CUSTOMERS, name, None)
        if self.masters and self.rng.random() < 0.06:
            return self._again(self.masters[-20:])
        who = self._who()
        content = self._master(who, self._event_id(CUSTOMERS), self._happened())
        value = _bytes(self.rng, content)
        self.masters.append((CUSTOMERS, value))
        return self._addressed(CUSTOMERS, who.customer_id, value)

    def _master(self, who: Profile, event_id: str, happened: int) -> Body:
        return master(self.rng, who, self.books[who.customer_id], event_id, happened)

    def _body(self, topic: str, who: Profile, event_id: str, happened: int) -> Body:
        plain = finer(super()._body(topic, who, event_id, happened))
        if topic == SUPPORT_CALLS:
            plain |= of_a_desk(self.rng)
        plain = mended(self.rng, topic, plain, self.books[who.customer_id], happened)
        return invoiced(self.rng, topic, plain, self.books[who.customer_id], happened)


class _RisksTraffic(_WholeTraffic):
    """Whole traffic in which customers sleep for days, call about issues and are answered."""

    def __init__(self, rng: Random, events: int, customers: int, partitions: int) -> None:
        super().__init__(rng, events, customers, partitions)
        self.seed = rng.random()
        self.up: tuple[int, list[Profile]] = (-1, [])
        self.actions: list[tuple[str, bytes]] = []

    def _who(self) -> Profile:
        phase = instants.day_of(self.now) // _PHASE_DAYS
        if self.up[0] != phase:
            self.up = phase, [who for who in self.profiles if awake(self.seed, who, phase)]
        return self.rng.choice(self.up[1]) if self.up[1] else super()._who()

    def _draft(self) -> Draft:
        if self.rng.random() >= 0.04:
            return super()._draft()
        if self.actions and self.rng.random() < 0.1:
            return self._again(self.actions[-20:])
        who = self._who()
        content = action(self.rng, who, self._event_id(ACTIONS), self._happened())
        value = _bytes(self.rng, content)
        self.actions.append((ACTIONS, value))
        return self._addressed(ACTIONS, who.customer_id, value)

    def _happened(self) -> int:
        """Let one of ten be up to five days late."""
        if self.rng.random() < 0.1:
            return self.now - self.rng.randint(0, 5 * instants.DAY)
        return super()._happened()

    def _master(self, who: Profile, event_id: str, happened: int) -> Body:
        plain, book = super()._master(who, event_id, happened), self.books[who.customer_id]
        return answered(self.rng, plain, book, happened, self.bad_share)

    def _body(self, topic: str, who: Profile, event_id: str, happened: int) -> Body:
        plain = super()._body(topic, who, event_id, happened)
        return troubled(self.rng, topic, plain, self.books[who.customer_id], happened)


def _bytes(rng: Random, content: Body) -> bytes:
    """Write a body as JSON; spacing, escapes and the order of fields mean nothing."""
    names = list(content)
    if rng.random() < 0.1:
        rng.shuffle(names)
    separators = (", ", ": ") if rng.random() < 0.1 else (",", ":")
    shown = {name: content[name] for name in names}
    text = json.dumps(shown, separators=separators, ensure_ascii=rng.random() < 0.5)
    return text.encode()
