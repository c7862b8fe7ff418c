"""What customers take in memory: at rest, touched by events, and after quiet days.

`python -m tests.bench.memory [--customers N] [--touched N] [--days N] [--purchases N]` restores a
partition of so many customers, each with so many purchases, by the default policy. Then some of
them buy once more, and then days pass without an event, which make nearly everybody due. It prints
what the process takes at each point, and which part of it is the customers'. No broker is needed.
"""

import argparse
import gc
from concurrent.futures import ProcessPoolExecutor
from datetime import date, timedelta
from multiprocessing import get_context
from pathlib import Path

from agents.customer.state import Customer
from schemas.inputs.events import Kind
from schemas.state.rows import PARTITION_KEY
from streams.config.policy import load_policy
from tests.support.feeding import NOW_US, Desk
from tests.support.making import purchase

SAMPLE = 10_000
"""So many customers are made; the others have rows alike."""
BATCH = 2_000
LAST_DAY, SPREAD_DAYS = date(2026, 2, 28), 300
"""Of all purchases before the one more."""
DAY_US = 86_400_000_000
STEP = 2_000


def main() -> None:
    asked = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    asked.add_argument("--customers", type=int, default=200_000)
    asked.add_argument("--touched", type=int, default=50_000)
    asked.add_argument("--days", type=int, default=30)
    asked.add_argument("--purchases", type=int, default=3)
    its = asked.parse_args()
    with ProcessPoolExecutor(1, get_context("spawn")) as other:
        rows = other.submit(sample_rows, its.purchases).result()
    desk = Desk(load_policy(None), rows={PARTITION_KEY: rows.pop(PARTITION_KEY)})
    began_kb = resident_kb()
    desk.shard.restore(alike(rows, its.customers))
    size = sum(map(len, rows.values())) / len(rows)
    print(f"{its.customers} customers, {its.purchases} purchases each, rows of {size:.0f} bytes")
    tell("restored", desk, began_kb)
    for first in range(0, its.touched, BATCH):
        buy(desk, range(first, min(first + BATCH, its.touched)), "2026-03-01T12:00:00Z")
        desk.shard.changes(NOW_US)
    tell(f"{its.touched} touched", desk, began_kb)
    for day in range(its.days):
        until_us = (desk.shard.stream_time_us or 0) + (day + 1) * DAY_US
        while desk.shard.fire_due(until_us, STEP, NOW_US):
            desk.shard.changes(NOW_US)
    tell(f"{its.days} quiet days", desk, began_kb)


def sample_rows(purchases: int) -> dict[bytes, bytes]:
    """The rows of the sample, and the partition's."""
    desk = Desk(load_policy(None))
    for first in range(0, SAMPLE, BATCH):
        for number in range(purchases):
            day = LAST_DAY - timedelta(days=(first // BATCH + 7 * number) % SPREAD_DAYS)
            buy(desk, range(first, first + BATCH), f"{day}T00:00:00Z")
        desk.commit(stop=True)
        desk.messages.clear()
    return desk.rows


def buy(desk: Desk, numbers: range, at: str) -> None:
    """Each of these customers buys once."""
    desk.feed(
        Kind.PURCHASES,
        *(
            purchase(
                event_id=f"{number}-{at}",
                customer_id=f"customer-{number}",
                occurred_at=at,
                amount=f"{5 + number % 900}.00",
                cost="1.00",
            )
            for number in numbers
        ),
    )


def alike(rows: dict[bytes, bytes], customers: int) -> dict[bytes, bytes]:
    """Rows of so many customers, each in memory of its own."""
    sample = list(rows.values())
    return {
        b"customer-%d" % number: bytes(bytearray(sample[number % len(sample)]))
        for number in range(customers)
    }


def tell(what: str, desk: Desk, began_kb: int) -> None:
    """One line of figures."""
    gc.collect()
    now_kb, customers = resident_kb(), desk.shard.customers
    objects = sum(isinstance(its, Customer) for its in customers.values())
    each = (now_kb - began_kb) * 1024 / len(customers)
    print(
        f"{what:>16}: process {now_kb / 1024:6.0f} MiB, {each:5.0f} bytes a customer, "
        f"{objects} of {len(customers)} are objects",
        flush=True,
    )


def resident_kb() -> int:
    """What the process has in memory."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1])


if __name__ == "__main__":
    main()
