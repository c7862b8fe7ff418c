"""One customer in a partition of its own: events go in, and what is said of it is heard once."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from agents.policy.compiled import Policy
from schemas.inputs.events import Kind
from schemas.outputs.records import AT_RISK
from schemas.state.codec import decode_customer, read_head
from schemas.state.rows import CustomerRow
from schemas.state.signal_rows import SignalsRow
from tests.support.feeding import EVERY_INPUT, Desk, Erasure, newest
from tests.support.making import POLICY
from tests.support.signalling import tick

Proof = list[tuple[object, object, object]]
"""(rule, observed, threshold)."""


def kind_of(event: dict[str, Any] | Erasure) -> Kind:
    """The input that an event belongs to, by its fields."""
    for field, kind in (
        ("order_id", Kind.PURCHASES),
        ("issue", Kind.SUPPORT_CALLS),
        ("due_at", Kind.PAYMENTS),
        ("type", Kind.ACTIONS),
    ):
        if field in event:
            return kind
    return Kind.CUSTOMERS


def proof_of(record: dict[str, Any], key: str = "evidence") -> Proof:
    """What a record rests on."""
    return [(its["rule"], its["observed"], its["threshold"]) for its in record[key]]


class Ada:
    """The customer, what happens to it, and what of its records was not heard yet."""

    topic: ClassVar = AT_RISK
    fields: ClassVar[tuple[str, ...]] = ("signal", "status", "severity", "recommended_step")
    """What words may say of a record."""

    def __init__(self, by: Policy = POLICY, *events: dict[str, Any] | Erasure) -> None:
        self.desk = Desk(by, inputs=EVERY_INPUT)
        self._heard = Counter[str]()
        self._now = ""
        self.record: dict[str, Any] = {}
        """The last of the records that were heard."""
        self.does(*events)

    def does(self, *events: dict[str, Any] | Erasure) -> Self:
        """These events come, one by one."""
        for event in events:
            self.desk.feed(kind_of(event), event)
            if isinstance(event, dict) and event["customer_id"] == "ada":
                self._now = max(self._now, event["occurred_at"], key=_us)
        return self

    def waits(self, day: int, at: str = "00:00:00") -> Self:
        """Time reaches a moment."""
        return self.does(tick(day, at))

    def hears(self, topic: str, *fields: str) -> list[Any]:
        """Of each new record of an output these fields: `trigger.kind` is one within another."""
        self.desk.commit()
        found = [its for its in self.desk.of(topic) if its["customer_id"] == "ada"]
        new = found[self._heard[topic] :]
        self._heard[topic] = len(found)
        if new:
            self.record = new[-1]
        return [_fields(its, fields) for its in new] if fields else new

    # what is said of its signals, or of what else a class hears

    def turned(self) -> list[tuple[str, str]]:
        """(status, effective_at) of all that is new."""
        return [(its["status"], its["effective_at"]) for its in self.hears(self.topic)]

    def says(self, *words: str, at: Any = "", **proof: tuple[object, object]) -> Self:
        """Just this is new, as of now or of a moment, and the last is proven so.

        Words are of signal, status, severity and step, in order: "raised", "overdue raised high".
        """
        new = self.hears(self.topic)
        told = [tuple(map(str, _fields(its, self.fields))) for its in new]
        assert len(told) == len(words), f"said {told}, expected {words}"
        for its, expected in zip(told, words, strict=True):
            rest = iter(its)
            assert all(word in rest for word in expected.split()), f"said {told}, expected {words}"
        for its in new:
            assert _us(its["effective_at"]) == _us(at or self._now), its["effective_at"]
        return self.proves(proof) if proof else self

    def proves(self, proof: Mapping[str, tuple[object, object]]) -> Self:
        """The record that was heard last rests on just this: by key (observed, threshold).

        A key is of the signal's section, `itself`, or a rule with its section: `ladder.dwell_days`.
        """
        rule = f"risk.{self.record['signal']}"
        rules = [
            rule if key == "itself" else key if "." in key else f"{rule}.{key}" for key in proof
        ]
        expected = [(its, *pair) for its, pair in zip(rules, proof.values(), strict=True)]
        assert proof_of(self.record) == expected, proof_of(self.record)
        return self

    def turns(
        self, words: str, day: int, at: str = "00:00:00", /, **proof: tuple[object, object]
    ) -> Self:
        """Nothing is new a microsecond before a moment; at that moment this is, by itself."""
        self._turns(tick(day, at), words)
        return self.proves(proof) if proof else self

    def _turns(self, moment: dict[str, Any], *words: str) -> Self:
        at = moment["occurred_at"]
        just = (datetime.fromisoformat(at) - timedelta(microseconds=1)).isoformat()
        before = {"event_id": f"before-{at}", "occurred_at": just.replace("+00:00", "Z")}
        self.does(moment | before).says()
        self._now = at
        self.does(moment).says(*words)
        assert self.record["trigger"]["kind"] in {"timer", "override"}
        assert self.record["trigger"]["topic"] is self.record["trigger"]["event_id"] is None
        return self

    @classmethod
    def plays(
        cls,
        by: Policy,
        events: Sequence[dict[str, Any]],
        turns: str,
        proof: Mapping[str, Any] | None = None,
    ) -> Self:
        """What each of these events makes: a word each, `-` of nothing, `a+b` of two records.

        "- raised/watch escalated/high" is of three events, and of severities. What a tick of time
        makes was not there a microsecond before. The last record is proven so.
        """
        ada = cls(by)
        for event, word in zip(events, turns.split(), strict=True):
            words = [] if word == "-" else word.replace("/", " ").split("+")
            if words and event["customer_id"] == "clock":
                ada._turns(event, *words)
            else:
                ada.does(event).says(*words)
        return ada.proves(proof) if proof else ada

    # what is kept of it

    def snapshot(self) -> dict[str, Any]:
        """Its newest snapshot, of a clean stop."""
        self.desk.commit(stop=True)
        return newest(self.desk)

    @property
    def due_us(self) -> int:
        """When something changes with no event."""
        self.desk.commit()
        return read_head(self.desk.customer_rows["ada"]).due_us

    @property
    def row(self) -> CustomerRow:
        """Its committed row."""
        self.desk.commit()
        return decode_customer(self.desk.customer_rows["ada"])

    @property
    def kept(self) -> SignalsRow:
        """What its row keeps for signals."""
        found = self.row.signals
        assert found is not None
        return found

    def restarted(self, by: Policy | None = None) -> Self:
        """The same customer at another worker, which has said nothing yet."""
        self.desk.commit()
        again = type(self)()
        again.desk, again._now = self.desk.restarted(by), self._now
        return again


def _us(moment: str) -> datetime:
    return datetime.fromisoformat(moment or "0001-01-01T00:00:00Z")


def _fields(record: dict[str, Any], names: tuple[str, ...]) -> Any:
    found = []
    for name in names:
        its: Any = record
        for key in name.split("."):
            its = its[key]
        found.append(its)
    return tuple(found)


plays = Ada.plays
