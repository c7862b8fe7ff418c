"""Partitions stopped at a moment, explained customer by customer, and the outputs that follow."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from agents.customer.rows import restored
from agents.decide.decisions import take_over
from agents.explain.explain import explain
from agents.explain.found import Explanation
from agents.explain.standing import Standing
from agents.partition.judges import Judges
from agents.policy.compiled import Policy
from schemas.base.money import format_minor
from schemas.base.times import format_micros
from schemas.inputs.events import Kind
from schemas.state.codec import decode_partition
from schemas.state.rows import PARTITION_KEY, CutoffsRow
from tests.oracle.records import Record
from tests.support.feeding import WITH_CUSTOMERS, Desk
from tests.support.hearing import Ada
from tests.support.making import booked, purchase
from tests.support.shards import Made, run_partition, settings_of

Key = tuple[str, str, str]
"""What turns, of which name, and what it becomes."""


@dataclass
class Stopped:
    """The rows of one partition, at its stream time."""

    policy: Policy
    rows: dict[bytes, bytes]
    _explained: list[tuple[str, bytes, Explanation]] = field(default_factory=list)

    @property
    def now_us(self) -> int:
        """The partition's stream time."""
        reached_us = decode_partition(self.rows[PARTITION_KEY]).stream_time_us
        assert reached_us is not None
        return reached_us

    @property
    def cutoffs(self) -> CutoffsRow | None:
        return decode_partition(self.rows[PARTITION_KEY]).adopted

    def explained(self) -> list[tuple[str, bytes, Explanation]]:
        """Every customer with its row and its explanation at the stream time."""
        if not self._explained:
            for key, row in self.rows.items():
                if key != PARTITION_KEY:
                    its = explain(key.decode(), row, self.policy, self.now_us, self.cutoffs)
                    self._explained.append((key.decode(), row, its))
        return self._explained

    def after(self, tick: dict[str, Any]) -> dict[str, dict[Key, str]]:
        """By customer the first time of all that goes out until another customer's event."""
        desk = Desk(self.policy, inputs=WITH_CUSTOMERS, rows=self.rows)
        desk.feed(Kind.SUPPORT_CALLS, tick)
        desk.commit(stop=True)
        turned: dict[str, dict[Key, str]] = {}
        for record in [*desk.tier_changes, *desk.risks, *desk.contacts_due]:
            first = turned.setdefault(record["customer_id"], {})
            for key in _keys(record):
                first.setdefault(key, record["effective_at"])
        return turned

    def after_sale(self, name: str, row: bytes, amount: int, **fields: Any) -> int:
        """The rank of the tier that a customer comes to who buys or is refunded for so much now.

        At once, or when what holds it ends.
        """
        policy = self.policy
        customer = restored(name, row, policy)
        judges = Judges(policy)
        judges.adopt(self.cutoffs)
        customer.advance(self.now_us, policy)
        event = {
            "event_id": "one-more",
            "customer_id": name,
            "occurred_at": format_micros(self.now_us),
            "order_id": "one-more",
            "amount": format_minor(amount, policy.digits),
            "currency": policy.base_currency,
        }
        made = purchase(**(event | fields))
        offset = customer.offsets[Kind.PURCHASES] + 1
        customer.apply(booked(Kind.PURCHASES, made, policy), offset, policy)
        evaluator = judges.of(customer).evaluator
        take_over(customer, evaluator.decide(customer, None))
        tier_state = customer.tier_state
        assert tier_state is not None
        wait = evaluator.tiers.waits(
            tier_state, customer.index(judges.of(customer).policy), customer.day
        )
        return tier_state.tier if wait is None or wait.by == "margin" else wait.rank


def explained(ada: Ada, at_us: int | None = None, by: Policy | None = None) -> Explanation:
    """The one customer as its partition has it, at its stream time or at another."""
    ada.desk.commit()
    here = Stopped(by or ada.desk.shard.policy, ada.desk.rows)
    row = here.rows[b"ada"]
    return explain("ada", row, here.policy, here.now_us if at_us is None else at_us, here.cutoffs)


def standing_of(ada: Ada) -> Standing:
    """The one customer at its partition's stream time, to be looked at further."""
    ada.desk.commit()
    here = Stopped(ada.desk.shard.policy, ada.desk.rows)
    standing = Standing("ada", here.rows[b"ada"], here.policy, here.cutoffs)
    standing.reach(here.now_us)
    return standing


def stopped(policy: Policy, records: list[Record], share: float) -> Stopped:
    """The one partition of these records after a part of them."""
    made = Made()
    run_partition(policy, settings_of(0, 1), records[: int(len(records) * share)], made)
    return Stopped(policy, dict(made.rows[0]))


def _keys(record: dict[str, Any]) -> Iterator[Key]:
    if "to_tier" in record:
        stage = record["direction"] == "stage"
        yield "tier", record["direction"], record["stage"] if stage else record["to_tier"]
    elif "signal" in record:
        step = record["recommended_step"] or "none"
        if record["signal"] == "ladder":
            yield "ladder", step, record["status"]
        else:
            yield "signal", record["signal"], record["status"]
    else:
        for reason in record["reasons"]:
            yield "contact", reason, record["role"] or ""
