"""What the hand-computed cases share: a policy with round numbers, and records in one line."""

import json
import re
import tomllib
from collections import Counter
from typing import Any

from .instants import parse
from .records import CUSTOMERS, PAYMENTS, PURCHASES, SUPPORT_CALLS, Record
from .recount import Outcome, recount
from .sample_policy import policy_text
from .wire import Wire

Body = dict[str, object]

HAND_POLICY: dict[str, Any] = tomllib.loads(policy_text("hand"))


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


def figures(outcome: Outcome, names: str, customer_id: str = "ada") -> str:
    """Show some figures and lines of a customer's value."""
    value = outcome.values[customer_id]["value"]
    return " ".join(str((value["lines"] | value)[name]) for name in names.split())


def told(outputs: list[Wire], names: str, customer_id: str | None = "ada") -> list[str]:
    """Show a few fields of each output of a customer, or of all, in a line.

    `trigger` is its kind; of an instant only what it does not share with 2026-01-01T00:00:00Z.
    """
    return [
        " ".join(_shown(output[name]) for name in names.split())
        for output in outputs
        if customer_id in {None, output["customer_id"]}
    ]


def proof(findings: list[Wire]) -> str:
    """Show findings as `rule observed/threshold`, rules without what they begin with."""
    return ", ".join(
        f"{its['rule'].partition('.')[2]} {its['observed']}/{its['threshold']}" for its in findings
    )


def happened(feed: Feed, risk: dict[str, Any], **policy: Any) -> list[str]:
    """Show of each signal whether it was raised, the severity, and when."""
    return told(feed.outcome(risk=risk, **policy).at_risk, "status severity effective_at")


def proofs(feed: Feed, risk: dict[str, Any], **policy: Any) -> list[str]:
    """Show the evidence of each record, rules without the signal."""
    risks = feed.outcome(risk=risk, **policy).at_risk
    shown = [proof(its["evidence"]) for its in risks if its["customer_id"] == "ada"]
    return [re.sub(r"[a-z_]+\.([a-z_]+ )", r"\1", its) for its in shown]


def _shown(field: Any) -> str:
    if isinstance(field, dict) and "kind" in field:
        return str(field["kind"])
    if isinstance(field, list) and field and "rule" in field[0]:
        return f"[{proof(field)}]"
    short = str(field).removeprefix("2026-")
    return short.removesuffix("Z").removesuffix("T00:00:00") if short.endswith("Z") else str(field)


def moment(short: str) -> str:
    """Write out `01-31`, `01-31 12:00` or `01-31 12:00:00.5` of the year 2026."""
    day, _, clock = short.partition(" ")
    if clock.count(":") == 1:
        clock += ":00"
    return f"2026-{day}T{clock or '00:00:00'}Z"
