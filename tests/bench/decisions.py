"""What a policy decides over a file of events, and how often it is right.

`python -m tests.bench.decisions [FILE ...] [--sample YEARS] [--policy FILE] [--of CUSTOMER]`
lets a shard take the events of files of `whalecurve replay`, or years of the sample traffic. It
prints the records a customer-year, the precision of each signal of leaving beside its base rate,
how many are proposed for termination, and how many moves of a tier are soon taken back. With `--of`
it prints what was said of one customer, in order. The default policy judges where none is named.
"""

import argparse
import gzip
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, NamedTuple

import orjson

from agents.policy.compiled import Policy
from schemas.base.times import DAY_US, micros
from schemas.base.vocabulary import TIERS
from schemas.inputs.intake_rules import IntakeRules
from streams.config.policy import load_policy
from streams.demo.traffic import Lapse, currencies_of, events
from tests.oracle.records import Record
from tests.support.shards import Made, run_partition, settings_of

TAKEN_MS: Final = 1_900_000_000_000
SAMPLE_FROM: Final = "2023-01-01T00:00:00Z"
SAMPLE_CUSTOMERS: Final = 200
EVENTS_A_YEAR: Final = 20
"""Of a customer of the sample."""
GONE_DAYS: Final = 60
"""So long without a purchase is gone."""
ASKED_EVERY_DAYS: Final = 30
RECENT_DAYS: Final = 182
"""Whose last purchase was longer ago is not asked about."""
OFTEN: Final = 3
"""Purchases from which on a customer is asked about."""
SOON_DAYS: Final = 14
LEAVING: Final = ("fading", "leaving", "no_second_purchase", "overdue", "spend_drop")
Wire = dict[str, Any]
Event = tuple[str, Wire]


class Precision(NamedTuple):
    """How often a signal was right: nothing was bought for `GONE_DAYS` after it was raised."""

    raised: int
    known: int
    """Of them those after which there are so many days of events."""
    right: int
    lead_days: float
    """The mean time from the raise until so long nothing had been bought, of the right ones."""


def read(path: Path) -> Iterator[Event]:
    """The events of a file of `whalecurve replay`."""
    data = path.read_bytes()
    for line in (gzip.decompress(data) if path.suffix == ".gz" else data).splitlines():
        its = orjson.loads(line)
        if its["value"] is not None:
            yield its["topic"], its["value"]


def sample(policy: Policy, years: int, customers: int) -> Iterator[Event]:
    """So many years of the sample traffic."""
    start_us = _micros(SAMPLE_FROM)
    end_us = start_us + years * 365 * DAY_US
    lapse = Lapse(start_us, DAY_US * 365 // (EVENTS_A_YEAR * customers), lambda: end_us)
    currencies = currencies_of(policy, start_us)
    for event in events(1, customers, lapse, currencies=currencies):
        if lapse.arrived:
            return
        yield event


def judge(policy: Policy, told: Iterable[Event]) -> Made:
    """What a shard puts out when it took these events, of whatever year."""
    rules = IntakeRules(ignored=policy.intake.ignored)  # public data may be of the last century
    made = Made()
    run_partition(replace(policy, intake=rules), settings_of(0, 1), records_of(told), made)
    return made


def records_of(told: Iterable[Event]) -> list[Record]:
    """These events as the records of one partition."""
    records, offsets = [], Counter[str]()
    for topic, value in told:
        key = value["customer_id"].encode()
        at_ms = min(TAKEN_MS, _micros(value["occurred_at"]) // 1000)
        records.append(Record(topic, 0, offsets[topic], at_ms, key, orjson.dumps(value)))
        offsets[topic] += 1
    return records


def _micros(text: str) -> int:
    return micros(datetime.fromisoformat(text))


def base_rate(bought: dict[str, list[int]], last: int) -> float:
    """Of those asked every so many days who had bought often and of late: who was gone."""
    asked = gone = 0
    for days in bought.values():
        for day in range(days[0], last - GONE_DAYS + 1, ASKED_EVERY_DAYS):
            past = bisect_right(days, day)
            if past >= OFTEN and day - days[past - 1] <= RECENT_DAYS:
                asked += 1
                gone += past == len(days) or days[past] > day + GONE_DAYS
    return gone / asked if asked else 0.0


def precision(raised: list[Wire], bought: dict[str, list[int]], last: int) -> Precision:
    """How often those told of bought nothing for so long."""
    known = right = lead_days = 0
    for record in raised:
        days, day = bought.get(record["customer_id"], []), _day(record)
        if day + GONE_DAYS > last:
            continue
        known += 1
        past = bisect_right(days, day)
        if past == len(days) or days[past] > day + GONE_DAYS:
            right += 1
            lead_days += GONE_DAYS - (day - days[past - 1]) if past else 0
    return Precision(len(raised), known, right, lead_days / right if right else 0.0)


def _day(record: Wire) -> int:
    return _micros(record["effective_at"]) // DAY_US


def taken_back(changes: list[Wire]) -> tuple[int, int]:
    """(moves of a tier, those of them that are reversals of one at most so many days before)."""
    moves: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for record in changes:
        if record["direction"] in {"upgrade", "downgrade"}:
            up = TIERS.index(record["to_tier"]) > TIERS.index(record["from_tier"])
            moves[record["customer_id"]].append((_day(record), up))
    soon = sum(
        one[1] != other[1] and other[0] - one[0] <= SOON_DAYS
        for its in moves.values()
        for one, other in pairwise(its)
    )
    return sum(map(len, moves.values())), soon


class Figures(NamedTuple):
    """What is told of a run."""

    events: int
    customers: int
    years: float
    """Of all customers together, each from its first event on."""
    records_a_year: float
    """At-risk records a customer-year."""
    open_share: float
    """Of the customers, in the end, those with a signal open."""
    base: float
    leaving: dict[str, Precision]
    """By sign of leaving."""
    signals: Counter[tuple[str, str]]
    """By signal and status."""
    ended_share: float
    """Of the customers, those that were ever proposed for termination."""
    moves: int
    """Of a tier."""
    soon_share: float
    """Of these moves, those taken back within `SOON_DAYS`."""
    due: Counter[str]
    """Contacts due, by reason."""
    calls_a_key_year: float | None
    """Where anybody was ever `key`."""


def figures(made: Made, told: list[Event]) -> Figures:
    """Counts what was put out for these events."""
    bought, first_of = _bought(told), dict[str, int]()
    last = max(_micros(value["occurred_at"]) // DAY_US for _, value in told)
    for _, value in told:
        first_of.setdefault(value["customer_id"], _micros(value["occurred_at"]) // DAY_US)
    many, years = len(first_of), sum(last - day + 1 for day in first_of.values()) / 365
    risks, changes = made.of("at-risk"), made.of("tier-changes")
    raised = defaultdict[str, list[Wire]](list)
    for record in risks:
        if record["status"] == "raised" and record["signal"] in LEAVING:
            raised[record["signal"]].append(record)
    moves, soon = taken_back(changes)
    calls = sum(its["recommended_action"] == "call" and its["tier"] == "key" for its in risks)
    key_years = _key_days(changes, last) / 365
    return Figures(
        len(told),
        many,
        years,
        len(risks) / years,
        sum(bool(its["risks"]) for its in made.newest("customer-values").values()) / many,
        base_rate(bought, last),
        {signal: precision(its, bought, last) for signal, its in sorted(raised.items())},
        Counter((its["signal"], its["status"]) for its in risks),
        len({its["customer_id"] for its in risks if its["recommended_step"] == "terminate"}) / many,
        moves,
        soon / moves if moves else 0.0,
        Counter(its["reason"] for its in made.of("contacts-due")),
        calls / key_years if key_years else None,
    )


def report(its: Figures) -> Iterator[str]:
    """The figures, line by line."""
    yield f"{its.events} events of {its.customers} customers, {its.years:.0f} customer-years"
    yield f"{its.records_a_year:.2f} at-risk records a customer-year"
    yield f"in the end a signal is open for {its.open_share:.1%} of the customers"
    asked = f"of those asked every {ASKED_EVERY_DAYS} days"
    yield f"{asked} {its.base:.1%} bought nothing for {GONE_DAYS}"
    for signal, sign in its.leaving.items():
        share = sign.right / sign.known if sign.known else 0.0
        lift = share / its.base if its.base else 0.0
        told = f"{sign.raised:>6} raised, {share:.1%} right (lift {lift:.2f})"
        yield f"  {signal:<22}{told}, {sign.lead_days:.0f} days ahead"
    for signal in sorted({signal for signal, _ in its.signals}):
        counted = sorted((how, many) for (name, how), many in its.signals.items() if name == signal)
        yield f"  {signal:<22}" + ", ".join(f"{how} {many}" for how, many in counted)
    yield f"{its.ended_share:.1%} of the customers were ever proposed for termination"
    yield f"{its.moves} moves of a tier, {its.soon_share:.1%} taken back within {SOON_DAYS} days"
    yield "contacts due: " + ", ".join(f"{why} {many}" for why, many in sorted(its.due.items()))
    if its.calls_a_key_year is not None:
        yield f"{its.calls_a_key_year:.2f} calls a key customer-year"


def _bought(told: list[Event]) -> dict[str, list[int]]:
    bought: dict[str, set[int]] = defaultdict(set)
    for topic, value in told:
        if topic == "purchases" and value.get("type", "sale") == "sale":
            bought[value["customer_id"]].add(_micros(value["occurred_at"]) // DAY_US)
    return {whose: sorted(days) for whose, days in bought.items()}


def _key_days(changes: list[Wire], last: int) -> int:
    since: dict[str, int] = {}
    days = 0
    for record in changes:
        whose, day = record["customer_id"], _day(record)
        if record["direction"] in {"notice", "notice_withdrawn"}:
            continue
        if whose in since:
            days += day - since.pop(whose)
        if record["to_tier"] == "key":
            since[whose] = day
    return days + sum(last - day for day in since.values())


def story(made: Made, whose: str) -> Iterator[str]:
    """What was said of one customer, in order."""
    rows = [
        (its["effective_at"], its["sequence"], _told(topic, its))
        for topic in ("tier-changes", "at-risk", "contacts-due")
        for its in made.of(topic)
        if its["customer_id"] == whose
    ]
    for at, _, what in sorted(rows):
        yield f"{at[:16]}  {what}"


def _told(topic: str, its: Wire) -> str:
    if topic == "tier-changes":
        moved = f"{its['from_tier']} -> {its['to_tier']} {its['direction']}"
        return f"{moved} at {its['value']['contribution']}{_findings(its['reasons'])}"
    if topic == "contacts-due":
        return f"contact due: {its['reason']} ({its['tier']})"
    step = its["recommended_step"] or its["recommended_action"] or ""
    return f"{its['signal']} {its['status']} ({its['severity']}) {step}{_findings(its['evidence'])}"


def _findings(findings: list[Wire]) -> str:
    return "".join(f"; {its['rule']} {its['observed']} / {its['threshold']}" for its in findings)


def main() -> None:
    """Prints the figures or the story."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--sample", type=int, metavar="YEARS")
    parser.add_argument("--policy", type=Path)
    parser.add_argument("--of", metavar="CUSTOMER")
    called = parser.parse_args()
    policy = load_policy(called.policy)
    told = [event for path in called.files for event in read(path)]
    if called.sample:
        told += sample(policy, called.sample, SAMPLE_CUSTOMERS)
    made = judge(policy, told)
    for line in story(made, called.of) if called.of else report(figures(made, told)):
        print(line)


if __name__ == "__main__":
    main()
