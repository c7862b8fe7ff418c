"""What the hand-computed cases share: a policy with round numbers, and records in one line."""

import json
import tomllib
from collections import Counter
from typing import Any

from .instants import parse
from .records import CUSTOMERS, PAYMENTS, PURCHASES, SUPPORT_CALLS, Record
from .recount import Outcome, recount
from .wire import Wire

Body = dict[str, object]

HAND_POLICY: dict[str, Any] = tomllib.loads("""
version = "hand"
base_currency = "USD"
dedupe_days = 10
dedupe_ids_max = 3
[rates.EUR]
"2026-01-01" = "1.10"
"2026-02-01" = "1.20"
[value]
window_days = 30
default_margin_rate = "0.30"
[service.contact]
phone = {fixed = "1.50", per_minute = "0.37"}
chat = {fixed = "1.00", per_minute = "0.00"}
email = {fixed = "1.00", per_minute = "0.00"}
store = {fixed = "1.00", per_minute = "0.00"}
self_service = {fixed = "0.00", per_minute = "0.00"}
[service.returns]
per_order = "8.00"
per_item = "1.00"
[service.late_payment]
late_fee = "5.00"
annual_rate = "0.12"
[tiers.entry]
key = "2000.00"
important = "500.00"
ordinary = "0.00"
[treatment.important]
support_priority = 2
[risk.support_spike]
contacts = 3
clear_at = 1
window_days = 7
[risk.unprofitable]
below = "0.00"
clear_at = "10.00"
min_tenure_days = 20
[risk.late_payer]
late = 2
of = 3
days = 10
clear_on_time = 2
""")


class Feed:
    """Records of one partition, written down one after the other."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.records: list[Record] = []
        self.offsets: Counter[str] = Counter()
        self.names = 0

    def raw(
        self,
        topic: str,
        value: bytes | None,
        key: bytes | None = b"ada",
        timestamp_ms: int = parse("2027-01-01T00:00:00Z") // 1_000,
    ) -> "Feed":
        """Add a record as it is."""
        offset = self.offsets[topic]
        self.offsets[topic] += 1
        self.records.append(Record(topic, 0, offset, timestamp_ms, key, value))
        return self

    def _event(self, topic: str, at: str, body: Body, more: Body) -> "Feed":
        self.names += 1
        common = {"event_id": f"e{self.names}", "customer_id": "ada", "occurred_at": moment(at)}
        content = common | body | more
        return self.raw(topic, json.dumps(content).encode(), str(content["customer_id"]).encode())

    def buy(self, at: str, amount: str, **more: object) -> "Feed":
        """Add a sale whose goods cost nothing, unless said otherwise."""
        body: Body = {"order_id": "o", "amount": amount, "currency": "USD", "cost": "0"}
        return self._event(PURCHASES, at, body, more)

    def call(self, at: str, **more: object) -> "Feed":
        """Add a chat, which costs 1.00."""
        return self._event(
            SUPPORT_CALLS, at, {"issue": "?", "channel": "chat", "duration_s": 0}, more
        )

    def pay(self, at: str, due_at: str, **more: object) -> "Feed":
        """Add a payment of 100.00."""
        body: Body = {
            "invoice_id": "i",
            "amount": "100",
            "currency": "USD",
            "due_at": moment(due_at),
        }
        return self._event(PAYMENTS, at, body, more)

    def master(self, at: str, **more: object) -> "Feed":
        """Add master data: nothing, unless said otherwise."""
        return self._event(CUSTOMERS, at, {}, more)

    def erase(self, at: str, customer_id: str = "ada") -> "Feed":
        """Erase a customer."""
        stamp = parse(moment(at)) // 1_000
        return self.raw(CUSTOMERS, None, customer_id.encode(), stamp)

    def until(self, at: str) -> "Feed":
        """Let the time of the partition pass, by a sale of nothing to somebody else."""
        return self.buy(at, "0", customer_id="clock")

    def outcome(self, **policy: object) -> Outcome:
        """Recount all of it, with some of the policy replaced."""
        return recount(HAND_POLICY | policy, self.records, partitions=1)


def lines(outcome: Outcome, *names: str, customer_id: str = "ada") -> tuple[str, ...]:
    """Show some lines of a customer's value."""
    return tuple(outcome.values[customer_id]["value"]["lines"][name] for name in names)


def told(
    outputs: list[Wire], *names: str, customer_id: str | None = "ada"
) -> list[tuple[object, ...]]:
    """Show a few fields of each output of a customer, or of all; `trigger` as its kind."""
    return [
        tuple((output | {"trigger": output["trigger"]["kind"]})[name] for name in names)
        for output in outputs
        if customer_id in {None, output["customer_id"]}
    ]


def moment(short: str) -> str:
    """Write out `01-31`, `01-31 12:00` or `01-31 12:00:00.5` of the year 2026."""
    day, _, clock = short.partition(" ")
    if clock.count(":") == 1:
        clock += ":00"
    return f"2026-{day}T{clock or '00:00:00'}Z"
