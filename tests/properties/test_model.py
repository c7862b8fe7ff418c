"""One customer, step by step, against the slow recount: a state machine of everything at once.

Whatever happens in whatever order (sales, returns, contacts, payments, master data, overrides,
erasure; late, twice, in conflict; time passing; restarts; another policy), the shard says what the
recount says of the same records.
"""

import json
import tomllib
from datetime import UTC, datetime
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from agents.partition.shard import Shard
from agents.policy.compiled import Policy
from agents.ports import Batch
from schemas.inputs.events import KIND_OF_TOPIC, Kind
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
from tests.support.against_recount import check
from tests.support.shards import NOW_US, Made, policy_of, settings_of

DAY_S = 86_400
START_S = 1_767_225_600  # 2026-01-01
LATER_MS = 1_900_000_000_000


def others(text: str) -> list[str]:
    """A policy and two that follow it, each with other entries, costs and intervals."""
    begins = "[tiers]\n" if "[tiers]\n" in text else "[tiers.entry]"
    text = text.replace(begins, f"[tiers]\nreview_days = 0\n{begins.removeprefix('[tiers]')}", 1)
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
    st.just(0),
    st.integers(0, 3 * DAY_S),
    st.integers(0, 100 * DAY_S),
    st.integers(1, 6).map(lambda days: days * DAY_S),
)
IN_DOLLARS = {"currency": st.just("USD"), "amount": AMOUNTS}


def events(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(fields)


def days(first: int, last: int) -> st.SearchStrategy[int]:
    """Seconds from now: whole days, and an odd hour."""
    return st.integers(first, last).map(lambda day: day * DAY_S + 3_607)


PURCHASE = events(
    **IN_DOLLARS,
    order_id=st.just("o"),
    cost=st.none() | AMOUNTS,
    list_amount=st.none() | AMOUNTS,
    invoice_id=st.none() | st.sampled_from(["i1", "i2", "i3"]),
    due_at=days(-5, 20),
    type=st.sampled_from(["sale", "return"]),
    seller_fault=st.booleans(),
    items=st.sampled_from([1, 2]),
)
CONTACT = events(
    issue=st.sampled_from(["no. 1", "no. 2", "no. 3"]),
    channel=st.sampled_from(["phone", "chat", "email"]),
    duration_s=st.integers(0, 4_000),
    seller_fault=st.booleans(),
    complaint=st.booleans(),
    resolved=st.none() | st.booleans(),
    satisfaction=st.none() | st.integers(1, 5),
)
PAYMENT = events(
    **IN_DOLLARS,
    invoice_id=st.sampled_from(["i1", "i2", "i3", "i4"]),
    due_at=days(-30, 5),
    status=st.sampled_from(["paid", "paid", "failed"]),
)
OVERRIDE = events(
    tier=st.sampled_from(["key", "important", "ordinary", "maintenance"]),
    mode=st.sampled_from(["floor", "lock"]),
    reason=st.just("so"),
    expires_at=st.none() | days(-2, 40),
)
LADDER = events(
    set_step=st.sampled_from([None, "none", "reassess", "educate", "migrate", "terminate"]),
    hold_until=st.none() | days(-2, 20),
    reason=st.just("so"),
)
COMMITMENT = events(
    currency=st.just("USD"),
    amount=st.just("9000"),
    discount_rate=st.sampled_from(["0", "0.05", "0.2"]),
    starts_on=st.just(-10 * DAY_S),
    ends_on=st.just(50 * DAY_S),
)
MASTER = events(
    region=st.just("north"),
    wallet=st.none() | events(**IN_DOLLARS),
    commitment=st.none() | COMMITMENT,
    override=st.none() | OVERRIDE,
    ladder=st.none() | LADDER,
    joined_at=st.none() | days(-400, 0),
)


def written(at_s: int) -> str:
    """A moment as RFC 3339."""
    return datetime.fromtimestamp(at_s, UTC).isoformat().replace("+00:00", "Z")


def dated(fields: dict[str, Any], now_s: int) -> dict[str, Any]:
    """The same with moments and days, where it has seconds from now."""
    made = dict(fields)
    for name, its in fields.items():
        if isinstance(its, dict):
            made[name] = dated(its, now_s)
        elif name.endswith(("_at", "_on", "_until")) and its is not None:
            made[name] = written(now_s + its)[: 10 if name.endswith("_on") else None]
    return made


class OneCustomer(RuleBasedStateMachine):
    """The machine; `self.records` is all that ever lay on the broker."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[Record] = []
        self.now_s = START_S
        self.numbers = 0
        self.made = Made()

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

    def tell(self, topic: str, late_s: int, fields: dict[str, Any]) -> None:
        """An event of now, or of some time ago."""
        self.numbers += 1
        head = {
            "event_id": f"e{self.numbers}",
            "customer_id": "ada",
            "occurred_at": written(max(START_S, self.now_s - late_s)),
        }
        self.arrive(topic, json.dumps(head | dated(fields, self.now_s)).encode())

    @rule(late_s=LATE_S, fields=PURCHASE)
    def purchase(self, late_s: int, fields: dict[str, Any]) -> None:
        """A sale or a return, on credit or not."""
        if fields["type"] == "sale":
            fields = fields | {"seller_fault": None, "items": 1}
        self.tell("purchases", late_s, fields)

    @rule(late_s=LATE_S, fields=CONTACT)
    def contact(self, late_s: int, fields: dict[str, Any]) -> None:
        """A contact, by whomever's fault."""
        self.tell("support-calls", late_s, fields)

    @rule(late_s=LATE_S, fields=PAYMENT)
    def payment(self, late_s: int, fields: dict[str, Any]) -> None:
        """A payment, whole or in part, early or late, or one that failed."""
        self.tell("payments", late_s, fields)

    @rule(late_s=LATE_S, fields=MASTER)
    def master_data(self, late_s: int, fields: dict[str, Any]) -> None:
        """Master data, with or without a commitment, an override and a word on the ladder."""
        self.tell("customers", late_s, fields)

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
        record = draw.draw(st.sampled_from(told[-1:]) | st.sampled_from(told))
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
        offsets = shard.restore(dict(self.made.rows[0]))
        ends = {kind: self.shard.buffer(kind).position for kind in Kind}
        shard.open_inputs({kind: offsets.get(kind, 0) for kind in Kind})
        shard.see_ends(ends)
        self.shard = shard

    def commit(self) -> None:
        """Carries away everything, snapshots too."""
        known = -1
        while known != len(self.made.messages):
            known = len(self.made.messages)
            self.made.take(self.shard, all_snapshots=True)

    @invariant()
    def says_what_the_recount_says(self) -> None:
        """Every output, the newest snapshot and the counts are the recount's."""
        if not self.records:
            return
        self.commit()
        self.expected.values.clear()
        self.recount.picture()
        check(self.made, self.expected)


OneCustomer.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
test_one_customer_is_what_the_recount_says = OneCustomer.TestCase
