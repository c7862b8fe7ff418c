"""One customer, step by step, against the slow recount: a state machine of everything at once.

Whatever happens in whatever order (sales, returns, contacts, payments, master data, overrides,
erasure; late, twice, in conflict; time passing; restarts; another policy), the shard says what the
recount says of the same records.
"""

import json
import tomllib
from datetime import UTC, datetime
from typing import Any

import orjson
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from agents.partition.shard import Shard
from agents.policy.compiled import Policy
from agents.ports import Batch
from schemas.inputs.events import Kind
from tests.oracle.judge import Gate, judge
from tests.oracle.money import Terms
from tests.oracle.records import Record
from tests.oracle.recount import Outcome, Partition
from tests.oracle.sample_policy import (
    DECAYED_TOML,
    HOLD_TOML,
    POLICY_TOML,
    RISKS_TOML,
    WHOLE_TOML,
)
from tests.oracle.wire import without_estimates
from tests.support.shards import KIND_OF_TOPIC, NOW_US, policy_of, settings_of

DAY_S = 86_400
START_S = 1_767_225_600  # 2026-01-01
LATER_MS = 1_900_000_000_000


def others(text: str) -> list[str]:
    """A policy and two that follow it, each with other entries, costs and intervals."""
    text = text.replace("[tiers.entry]", "[tiers]\nreview_days = 0\n[tiers.entry]", 1)
    return [
        text,
        text.replace('"sample-7"', '"sample-8"')
        .replace('important = "250.00"', 'important = "120.00"')
        .replace("contact_every_days = 30", "contact_every_days = 11")
        .replace('annual_rate = "0.1175"', 'annual_rate = "0.40"'),
        text.replace('"sample-7"', '"sample-9"')
        .replace('key = "900.00"', 'key = "600.00"')
        .replace("clear_at = 1", "clear_at = 2")
        .replace('per_order = "8.00"', 'per_order = "80.00"'),
    ]


TEXTS = {
    "plain": others(POLICY_TOML),
    "hold": others(POLICY_TOML + HOLD_TOML.replace("DOWNGRADE", "full")),
    "whole": others(WHOLE_TOML),
    "decayed": others(DECAYED_TOML),
    "risks": others(RISKS_TOML),
    "risks off again": [others(RISKS_TOML)[0], others(WHOLE_TOML)[1]],
}
AMOUNTS = st.integers(0, 90_000).map(lambda minor: f"{minor // 100}.{minor % 100:02d}")
LATE_S = st.one_of(
    st.just(0), st.integers(0, 3 * DAY_S), st.integers(0, 100 * DAY_S), st.just(DAY_S)
)
TIERS = st.sampled_from(["key", "important", "ordinary", "maintenance"])


def written(at_s: int) -> str:
    """A moment as RFC 3339."""
    return datetime.fromtimestamp(at_s, UTC).isoformat().replace("+00:00", "Z")


class OneCustomer(RuleBasedStateMachine):
    """The machine; `self.records` is all that ever lay on the broker."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[Record] = []
        self.now_s = START_S
        self.numbers = 0
        self.rows: dict[bytes, bytes] = {}
        self.said: dict[str, list[dict[str, Any]]] = {}
        self.snapshot: dict[str, Any] | None = None

    @initialize(which=st.sampled_from(sorted(TEXTS)))
    def begin(self, which: str) -> None:
        """By one of the policies."""
        self.texts = TEXTS[which]
        self.policy: Policy = policy_of(self.texts[0])
        self.shard = Shard(self.policy, settings_of(0, 1))
        self.shard.open_inputs(dict.fromkeys(Kind, 0))
        self.shard.see_ends(dict.fromkeys(Kind, 0))
        self.expected = Outcome()
        self.recount = Partition(self.gate(), self.expected)

    def gate(self) -> Gate:
        """What the recount judges by."""
        return Gate(Terms(tomllib.loads(self.texts[0])), 1, "murmur2", 65_536)

    # what comes in

    def arrive(self, topic: str, value: bytes | None, timestamp_ms: int = LATER_MS) -> None:
        """A record of the one customer, taken at once."""
        kind = KIND_OF_TOPIC[topic]
        offset = self.shard.buffer(kind).position
        self.records.append(Record(topic, 0, offset, timestamp_ms, b"ada", value))
        batch = Batch(
            kind=kind,
            partition=0,
            position=offset,
            next_position=offset + 1,
            offsets=[offset],
            timestamps_ms=[timestamp_ms],
            keys=[b"ada"],
            values=[value],
            headers=[()],
            ends={},
        )
        self.shard.put(batch)
        while self.shard.run(1_000, NOW_US):
            pass
        self.recount.take(self.records[-1], judge(self.records[-1], self.recount.gate))

    def tell(self, topic: str, late_s: int, **fields: Any) -> None:
        """An event of now, or of some time ago."""
        self.numbers += 1
        head = {
            "event_id": f"e{self.numbers}",
            "customer_id": "ada",
            "occurred_at": written(max(START_S, self.now_s - late_s)),
        }
        self.arrive(topic, json.dumps(head | fields).encode())

    @rule(
        late_s=LATE_S,
        amount=AMOUNTS,
        cost=st.none() | AMOUNTS,
        listed=st.none() | AMOUNTS,
        invoice=st.none() | st.integers(1, 3),
        due_days=st.integers(-5, 20),
        back=st.booleans(),
        ours=st.booleans(),
    )
    def purchase(
        self,
        late_s: int,
        amount: str,
        cost: str | None,
        listed: str | None,
        invoice: int | None,
        due_days: int,
        back: bool,
        ours: bool,
    ) -> None:
        """A sale or a return, on credit or not."""
        fields: dict[str, Any] = {
            "order_id": "o",
            "amount": amount,
            "currency": "USD",
            "cost": cost,
            "list_amount": listed,
        }
        if invoice is not None:
            fields["invoice_id"] = f"i{invoice}"
            fields["due_at"] = written(self.now_s + due_days * DAY_S + 3_600)
        if back:
            fields |= {"type": "return", "seller_fault": ours, "items": 2}
        self.tell("purchases", late_s, **fields)

    @rule(
        late_s=LATE_S,
        channel=st.sampled_from(["phone", "chat", "email"]),
        seconds=st.integers(0, 4_000),
        ours=st.booleans(),
        complaint=st.booleans(),
        issue=st.integers(1, 3),
        resolved=st.none() | st.booleans(),
        satisfaction=st.none() | st.integers(1, 5),
    )
    def contact(
        self,
        late_s: int,
        channel: str,
        seconds: int,
        ours: bool,
        complaint: bool,
        issue: int,
        resolved: bool | None,
        satisfaction: int | None,
    ) -> None:
        """A contact, by whomever's fault."""
        self.tell(
            "support-calls",
            late_s,
            issue=f"no. {issue}",
            resolved=resolved,
            satisfaction=satisfaction,
            channel=channel,
            duration_s=seconds,
            seller_fault=ours,
            complaint=complaint,
        )

    @rule(
        late_s=LATE_S,
        amount=AMOUNTS,
        invoice=st.integers(1, 4),
        due_days=st.integers(-30, 5),
        status=st.sampled_from(["paid", "paid", "failed"]),
    )
    def payment(self, late_s: int, amount: str, invoice: int, due_days: int, status: str) -> None:
        """A payment, whole or in part, early or late, or one that failed."""
        self.tell(
            "payments",
            late_s,
            invoice_id=f"i{invoice}",
            amount=amount,
            currency="USD",
            due_at=written(self.now_s + due_days * DAY_S),
            status=status,
        )

    @rule(
        late_s=LATE_S,
        wallet=st.none() | AMOUNTS,
        rate=st.none() | st.sampled_from(["0", "0.05", "0.2"]),
        tier=st.none() | TIERS,
        mode=st.sampled_from(["floor", "lock"]),
        days=st.none() | st.integers(-2, 40),
        step=st.sampled_from([None, "none", "reassess", "educate", "migrate", "terminate"]),
        hold_days=st.none() | st.integers(-2, 20),
        joined_days=st.none() | st.integers(0, 400),
    )
    def master_data(
        self,
        late_s: int,
        wallet: str | None,
        rate: str | None,
        tier: str | None,
        mode: str,
        days: int | None,
        step: str | None,
        hold_days: int | None,
        joined_days: int | None,
    ) -> None:
        """Master data, with or without a commitment, an override and a word on the ladder."""
        fields: dict[str, Any] = {"region": "north"}
        if wallet is not None:
            fields["wallet"] = {"amount": wallet, "currency": "USD"}
        if rate is not None:
            starts_s = self.now_s - 10 * DAY_S
            fields["commitment"] = {
                "amount": "9000",
                "currency": "USD",
                "discount_rate": rate,
                "starts_on": written(starts_s)[:10],
                "ends_on": written(starts_s + 60 * DAY_S)[:10],
            }
        if tier is not None:
            fields["override"] = {"tier": tier, "mode": mode, "reason": "so"}
            if days is not None:
                fields["override"]["expires_at"] = written(self.now_s + days * DAY_S + 7)
        if step is not None or hold_days is not None:
            fields["ladder"] = {"set_step": step, "reason": "so"}
            if hold_days is not None:
                fields["ladder"]["hold_until"] = written(self.now_s + hold_days * DAY_S + 5)
        if joined_days is not None:
            fields["joined_at"] = written(START_S - joined_days * DAY_S)
        self.tell("customers", late_s, **fields)

    @rule()
    def erase(self) -> None:
        """The customer is to be forgotten."""
        self.arrive("customers", None, self.now_s * 1000)

    @rule(draw=st.data(), conflict=st.booleans())
    def again(self, draw: Any, conflict: bool) -> None:
        """Something comes a second time, or another thing under its id."""
        told = [record for record in self.records if record.value is not None]
        if not told:
            return
        record = draw.draw(st.sampled_from(told))
        value = json.loads(record.value)
        if conflict:
            value["occurred_at"] = written(self.now_s)
        self.arrive(record.topic, json.dumps(value).encode())

    # what passes

    @rule(seconds=st.sampled_from([1, 3_600, DAY_S, 5 * DAY_S, 16 * DAY_S, 50 * DAY_S]))
    def time_passes(self, seconds: int) -> None:
        """The next event happens later."""
        self.now_s = min(self.now_s + seconds, START_S + 600 * DAY_S)

    @rule()
    def policy_changes(self) -> None:
        """Another policy is adopted, which judges everybody at once; no older one may come back."""
        if len(self.texts) == 1:
            return
        self.texts = self.texts[1:]
        self.policy = policy_of(self.texts[0])
        self.restart()
        stream_time_us = self.shard.stream_time_us
        if stream_time_us is not None:
            while self.shard.fire_due(stream_time_us, 1_000, NOW_US):
                pass
        self.recount.adopt(self.gate())

    @rule()
    def restart(self) -> None:
        """Another worker goes on from what was committed."""
        self.commit()
        shard = Shard(self.policy, settings_of(0, 1))
        offsets = shard.restore(dict(self.rows))
        ends = {kind: self.shard.buffer(kind).position for kind in Kind}
        shard.open_inputs({kind: offsets.get(kind, 0) for kind in Kind})
        shard.see_ends(ends)
        self.shard = shard

    def commit(self) -> None:
        """Carries away everything, snapshots too."""
        while (changes := self.shard.changes(NOW_US, all_snapshots=True)) is not None:
            for key, value in changes.rows:
                if value is None:
                    self.rows.pop(key, None)
                else:
                    self.rows[key] = value
            for message in changes.outputs:
                wire = None if message.value is None else orjson.loads(message.value)
                if message.topic == "customer-values":
                    self.snapshot = wire
                elif wire is not None:
                    self.said.setdefault(message.topic, []).append(wire)

    @invariant()
    def says_what_the_recount_says(self) -> None:
        """Every output and the newest snapshot are the recount's."""
        if not self.records:
            return
        self.commit()
        expected = self.expected
        expected.values.clear()
        self.recount.picture()
        assert self.stripped("tier-changes") == expected.tier_changes
        assert self.stripped("at-risk") == expected.at_risk
        assert self.stripped("contacts-due") == expected.contacts_due
        shown = None if self.snapshot is None else without_estimates(self.snapshot)
        assert shown == expected.values.get("ada")
        assert [wire["held"] for wire in self.said.get("erasures", [])] == [
            held for _, _, held in expected.erased
        ]

    def stripped(self, topic: str) -> list[dict[str, Any]]:
        """What was said, without what the recount leaves out."""
        return [
            {name: wire[name] for name in wire if name not in ("event_id", "evaluated_at")}
            for wire in self.said.get(topic, [])
        ]


OneCustomer.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
test_one_customer_is_what_the_recount_says = OneCustomer.TestCase
