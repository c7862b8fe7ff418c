"""How far three signs of leaving, and P(alive), can be trusted: on the purchases of CDNOW.

`python -m tests.bench.signals [FILE] [--until DATE]` looks at the customers at the end of a day
and at what they bought in as many weeks again, and prints tables. A sign is right where nothing
more was bought. Parameters are those of `docs/cdnow.toml`, a fit to the same purchases.
"""

import argparse
import gzip
from collections.abc import Callable, Iterator
from datetime import date
from fractions import Fraction
from itertools import pairwise
from math import ceil
from pathlib import Path
from typing import Final, NamedTuple

import orjson

from agents.models.bgnbd import expected_purchases, mean_margin, p_alive
from agents.policy_file.lifetime import lifetime_params
from agents.signals.overdue import GAPS_KEPT
from streams.config.policy import load_policy, load_policy_file
from streams.fitting.purchases import (
    Customer,
    Days,
    Purchases,
    bought_within,
    customer_at,
    span,
)

CDNOW: Final = Path(__file__).parents[1] / "data" / "cdnow_sample.jsonl"
EXAMPLE: Final = Path(__file__).parents[2] / "docs" / "cdnow.toml"
OVERDUE: Final = load_policy(EXAMPLE).signals["overdue"]
SECOND_DAYS: Final = 90
OFTEN: Final = 2
"""Repeat purchase days, so three purchase days, from which on a customer has a rhythm."""
HALF_LIVES: Final = (60, 90, 180, 365)


class Seen(NamedTuple):
    """A customer at the end of the day, and what came later."""

    days: Days
    customer: Customer
    chance: float
    value: float
    later: int
    later_margin: float


class Sign(NamedTuple):
    """How good a sign was among some customers."""

    name: str
    customers: int
    base: float
    """Share of them who bought nothing more."""
    given: int
    precision: float
    recall: float


def look(histories: list[Days], until: int, later_days: int) -> list[Seen]:
    """All customers who had come by then."""
    section = load_policy_file(EXAMPLE).lifetime
    assert section is not None
    params = lifetime_params(section, 2)
    seen = []
    for days in histories:
        customer = customer_at(days, until, 100)
        if customer is None:
            continue
        x, t_x, now = customer.x, customer.t_x, customer.T
        value = expected_purchases(params, x, t_x, now, later_days / 7) * mean_margin(
            params, x, customer.mean
        )
        later, margin = bought_within(days, until, until + later_days)
        seen.append(Seen(days, customer, p_alive(params, x, t_x, now), value, later, margin / 100))
    return seen


def pause_of(bought: list[int]) -> int:
    """So many days may pass after the last of these purchase days before it is overdue."""
    gaps = sorted(day - before for before, day in pairwise(bought[-GAPS_KEPT - 1 :]))
    usual = gaps[ceil(Fraction(OVERDUE["quantile"]) * len(gaps)) - 1]
    return max(int(OVERDUE["min_days"]), int(Fraction(OVERDUE["watch"]) * usual))


def is_overdue(each: Seen) -> bool:
    """Whether it has not bought for longer than its own gaps allow."""
    until = min(each.days) + each.customer.T_days
    bought = [day for day in sorted(each.days) if day <= until]
    return len(bought) > 1 and until - bought[-1] > pause_of(bought)


def has_no_second(each: Seen) -> bool:
    """Whether 90 days after the first purchase there was no second one."""
    return each.customer.x == 0 and each.customer.T_days >= SECOND_DAYS


def sign(name: str, rule: Callable[[Seen], bool], among: list[Seen]) -> Sign:
    """Precision and recall against `no purchase later`."""
    gone = [each for each in among if not each.later]
    given = [each for each in among if rule(each)]
    right = sum(not each.later for each in given)
    return Sign(
        name,
        len(among),
        len(gone) / len(among),
        len(given),
        right / len(given) if given else 0.0,
        right / len(gone) if gone else 0.0,
    )


def signs(seen: list[Seen]) -> Iterator[Sign]:
    """The signs, each among the customers it is meant for."""
    often = [each for each in seen if each.customer.x >= OFTEN]
    yield sign("overdue", is_overdue, often)
    for threshold in (0.5, 0.3):
        yield sign(f"fading: P(alive) < {threshold}", lambda s, t=threshold: s.chance < t, often)
    back = [each for each in seen if each.customer.x > 0]
    for threshold in (0.5, 0.3):
        name = f"the same, any repeat: < {threshold}"
        yield sign(name, lambda s, t=threshold: s.chance < t, back)
    yield sign("no_second_purchase: 90 days", has_no_second, seen)


def second_within(histories: list[Days]) -> tuple[int, float, int, float]:
    """(who ever came back, share of them within 90 days; all others, share who came later)."""
    gaps = [sorted(days)[1] - min(days) if len(days) > 1 else None for days in histories]
    back = [gap for gap in gaps if gap is not None]
    soon = sum(gap <= SECOND_DAYS for gap in back)
    others = len(gaps) - soon
    return len(back), soon / len(back), others, (len(back) - soon) / others


def calibration(seen: list[Seen]) -> Iterator[tuple[str, int, float, float]]:
    """By P(alive) of those who came back: (range, customers, mean P(alive), share that bought)."""
    bounds = (0.0, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 1.01)
    for low, high in zip(bounds, bounds[1:], strict=False):
        here = [each for each in seen if each.customer.x and low <= each.chance < high]
        if here:
            mean = sum(each.chance for each in here) / len(here)
            bought = sum(each.later > 0 for each in here) / len(here)
            yield f"{low:.1f} to {min(high, 1):.1f}", len(here), mean, bought


def rankings(seen: list[Seen], until: int) -> Iterator[tuple[str, float]]:
    """(order, share of the later margin that its best fifth brought)."""

    def decayed(half_life: int) -> Callable[[Seen], float]:
        return lambda each: sum(
            margin * 0.5 ** ((until - day) / half_life)
            for day, margin in each.days.items()
            if day <= until
        )

    orders: dict[str, Callable[[Seen], float]] = {"lifetime value": lambda each: each.value}
    for half_life in HALF_LIVES:
        orders[f"decayed sum, half-life {half_life} days"] = decayed(half_life)
    orders["P(alive) alone"] = lambda each: each.chance
    orders["the best there is"] = lambda each: each.later_margin
    whole = sum(each.later_margin for each in seen)
    for name, order in orders.items():
        best = sorted(seen, key=order, reverse=True)[: ceil(len(seen) / 5)]
        yield name, sum(each.later_margin for each in best) / whole


def read(file: Path) -> list[Days]:
    """The purchases of a file of `whalecurve replay`; margins are amounts."""
    purchases = Purchases()
    data = file.read_bytes()
    for line in (gzip.decompress(data) if file.suffix == ".gz" else data).splitlines():
        purchases.take(orjson.dumps(orjson.loads(line)["value"]))
    return list(purchases.by_customer.values())


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("file", nargs="?", type=Path, default=CDNOW)
    parser.add_argument("--until", type=date.fromisoformat, default=date(1997, 9, 30))
    called = parser.parse_args()
    histories = read(called.file)
    until = called.until.toordinal() - date(1970, 1, 1).toordinal()
    first, last = span(histories)
    later_days = min(until - first + 1, last - until)
    if later_days > 0:
        _print_tables(histories, until, later_days, called.until)


def _print_tables(histories: list[Days], until: int, later_days: int, on: date) -> None:
    seen = look(histories, until, later_days)
    weeks = later_days / 7
    print(f"{len(seen)} customers at the end of {on}, and {weeks:.1f} weeks more\n")
    titles = f"{'among':>7}{'gone':>7}{'given':>7}{'precision':>11}{'recall':>8}"
    print(f"{'sign of leaving':<32}{titles}")
    for each in signs(seen):
        name, among, base, given, precision, recall = each
        print(f"{name:<32}{among:>7}{base:>7.1%}{given:>7}{precision:>11.1%}{recall:>8.1%}")
    back, soon, others, late = second_within(histories)
    print(
        f"\nOf {back} who ever came back {soon:.1%} had within {SECOND_DAYS} days; "
        f"of the {others} who had not, {late:.1%} came later."
    )
    print(f"\n{'P(alive), came back before':<32}{'number':>7}{'mean':>7}{'bought again':>14}")
    for name, number, mean, bought in calibration(seen):
        print(f"{name:<32}{number:>7}{mean:>7.2f}{bought:>14.1%}")
    print(f"\n{'the best fifth by':<32}{'brought of the later margin':>30}")
    for name, share in rankings(seen, until):
        print(f"{name:<32}{share:>30.1%}")


if __name__ == "__main__":
    main()
