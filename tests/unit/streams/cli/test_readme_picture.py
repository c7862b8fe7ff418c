"""README shows what `make run` shows after a minute, at 80 columns, from the same sample."""

import io
import re
from itertools import count, islice
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from schemas.base.times import DAY_US
from schemas.outputs.records import AT_RISK, CUSTOMER_VALUES, TIER_CHANGES
from streams.cli.live import LiveView
from streams.cli.scene import Scene
from streams.config.policy import load_policy
from streams.demo.traffic import DAYS_PER_SECOND, currencies_of, events
from tests.bench.decisions import judge

README = Path(__file__).parents[4] / "README.md"
START_US = 19_723 * DAY_US
"""2024-01-01."""
SECONDS, RATE, CUSTOMERS, SEED = 60, 40, 200, 1
"""As `whalecurve up` has them."""
SHOWN = (TIER_CHANGES, AT_RISK, CUSTOMER_VALUES)


def picture() -> tuple[Scene, list[str]]:
    """The scene after a minute, and the lines of its table."""
    policy = load_policy(None)
    clock = count(START_US, DAYS_PER_SECOND * DAY_US // RATE).__next__
    currencies = currencies_of(policy, START_US)
    told = islice(events(SEED, CUSTOMERS, clock, currencies=currencies), SECONDS * RATE)
    scene, counted = Scene(), dict.fromkeys(SHOWN, 0)
    for its in judge(policy, told).messages:
        if its.topic in SHOWN:
            counted[its.topic] += 1
            fields: dict[str, Any] = {
                "key": its.key,
                "value": its.value,
                "timestamp": 0,
                "headers": [],
            }
            scene.take(its.topic, SimpleNamespace(**fields))
    rates = {topic: number / SECONDS for topic, number in counted.items()} | {"in": RATE}
    title = f"Whalecurve: {CUSTOMERS} sample customers, {DAYS_PER_SECOND} days a second"
    view, written = LiveView(scene, title, []), io.StringIO()
    view._console = Console(width=80, height=27, file=written, color_system=None)
    view._console.print(view._table(f"day {SECONDS * DAYS_PER_SECOND} of 1095", rates))
    lines = [line.rstrip() for line in written.getvalue().splitlines()]
    return scene, [lines[0], re.sub(r"^\d+ s,", f"{SECONDS} s,", lines[1]), *lines[2:]]


@pytest.fixture(scope="module")
def seen() -> tuple[Scene, list[str]]:
    return picture()


def test_the_readme_shows_what_is_seen(seen: tuple[Scene, list[str]]) -> None:
    shown = README.read_text(encoding="utf-8").partition(seen[1][0])[2].partition("```")[0]
    assert (seen[1][0] + shown).splitlines() == "\n".join(seen[1]).rstrip().splitlines()


def test_every_line_fits_80_columns(seen: tuple[Scene, list[str]]) -> None:
    assert max(map(len, seen[1])) <= 80


def test_a_signal_is_open_for_one_customer_in_eight_at_most(seen: tuple[Scene, list[str]]) -> None:
    scene, _ = seen
    assert 0 < scene.customers_at_risk <= sum(scene.by_tier.values()) / 8
