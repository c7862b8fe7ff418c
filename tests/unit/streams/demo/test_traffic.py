"""The sample traffic is the same for the same seed, valid, believable, and never in the future."""

from collections import Counter
from collections.abc import Iterator
from itertools import count, islice
from typing import Any

import orjson
import pytest

from agents.events.admit import Admission, Placement
from schemas.base.partitioners import murmur2_partition
from schemas.base.times import DAY_US, EPOCH, micros
from schemas.base.vocabulary import TIERS
from schemas.inputs.events import TOPIC_OF_KIND, Kind, Purchase, decode
from schemas.inputs.rejects import Rejection
from streams.config.policy import load_policy
from streams.demo.market import CHANNELS
from streams.demo.traffic import DAYS_PER_SECOND, Event, Lapse, currencies_of, events
from tests.oracle.records import Record
from tests.support.policies import policy
from tests.support.shards import Made, run_partition, settings_of

START_US = 20_000 * DAY_US
RATE = 40
STEP_US = DAYS_PER_SECOND * DAY_US // RATE
YEAR = 365 * RATE // DAYS_PER_SECOND
"""Events of a year in a time-lapse."""
KIND_OF = {topic: kind for kind, topic in TOPIC_OF_KIND.items()}
POLICY = load_policy(None)


def lapse(number: int, seed: int = 7, **more: Any) -> list[Event]:
    clock = count(START_US, STEP_US).__next__
    return list(islice(events(seed, more.pop("customers", 200), clock, **more), number))


def at_once(number: int, **more: Any) -> list[Event]:
    """As it happens, at `RATE`."""
    clock = count(START_US, 1_000_000 // RATE).__next__
    return list(islice(events(7, 200, clock, **more), number))


def records(generated: list[Event]) -> Iterator[Record]:
    """These events, as records under their customers."""
    offsets = Counter[str]()
    for topic, value in generated:
        key, body = value["customer_id"].encode(), orjson.dumps(value)
        yield Record(topic, 0, offsets[topic], 4_000_000_000_000, key, body)
        offsets[topic] += 1


def admitted(generated: list[Event], policy: Any = POLICY) -> Counter[str]:
    """How often each reject reason is given; '' where the event is booked."""
    admission = Admission(policy, Placement(0, 1, murmur2_partition), 65_536, ())
    told: Counter[str] = Counter()
    for its in records(generated):
        judged = admission.admit(KIND_OF[its.topic], its.key, its.value, its.timestamp_ms)
        told[judged.reason.value if isinstance(judged, Rejection) else ""] += 1
    return told


def made_of(generated: list[Event]) -> Made:
    """What a shard puts out for them."""
    made = Made()
    shard = run_partition(POLICY, settings_of(0, 1), list(records(generated)), made)
    made.take(shard, all_snapshots=True)
    return made


EITHER_WAY = pytest.mark.parametrize(
    "generated", [lapse(5_000), at_once(5_000)], ids=["lapse", "at once"]
)


@pytest.fixture(scope="module")
def year() -> Made:
    return made_of(lapse(YEAR))


def test_the_same_seed_and_clock_make_the_same_events_and_another_seed_makes_others() -> None:
    assert lapse(2_000) == lapse(2_000) == lapse(2_000, bad_share=0.0)
    assert lapse(100, seed=8) != lapse(100)


def test_a_run_at_another_time_reuses_no_event_id() -> None:
    clock = count(START_US + 1_000_000, STEP_US).__next__
    later = {value["event_id"] for _, value in islice(events(7, 200, clock), 1_000)}
    assert later.isdisjoint(value["event_id"] for _, value in lapse(1_000))


@EITHER_WAY
def test_every_event_is_valid_and_has_an_id_of_its_own_in_its_topic(generated: list[Event]) -> None:
    for topic, value in generated:
        assert decode(KIND_OF[topic], orjson.dumps(value)) is not None
    assert admitted(generated) == {"": len(generated)}
    ids = {(topic, value["event_id"]) for topic, value in generated}
    assert len(ids) == len(generated)


def test_events_happen_when_the_clock_says() -> None:
    for number, (topic, value) in enumerate(lapse(1_000)):
        wire = decode(KIND_OF[topic], orjson.dumps(value))
        assert wire is not None
        assert micros(wire.occurred_at) == (START_US + (number + 1) * STEP_US) // 1000 * 1000


@EITHER_WAY
def test_everything_occurs(generated: list[Event]) -> None:
    assert {topic for topic, _ in generated} == set(TOPIC_OF_KIND.values())
    values = [value for _, value in generated]
    assert {value.get("channel") for value in values} >= set(CHANNELS)
    assert {value.get("currency") for value in values} >= {"USD", "EUR", "GBP"}
    sales = Counter(value.get("currency") for topic, value in generated if topic == "purchases")
    assert sales["USD"] > 4 * (sales["EUR"] + sales["GBP"])
    assert "return" in {value.get("type") for value in values}
    late = {v["occurred_at"] > v["due_at"] for topic, v in generated if topic == "payments"}
    assert late == {True, False}


def test_a_sale_on_credit_is_paid_later_and_some_payments_fail_first() -> None:
    generated = lapse(5_000)
    sold = {v["invoice_id"]: v for t, v in generated if t == "purchases" and "invoice_id" in v}
    payments = [v for t, v in generated if t == "payments" and v["invoice_id"] in sold]
    for payment in payments:
        sale = sold[payment["invoice_id"]]
        assert payment["occurred_at"] > sale["occurred_at"]
        assert (payment["amount"], payment["due_at"]) == (sale["amount"], sale["due_at"])
    by_status = {
        status: {v["invoice_id"] for v in payments if v["status"] == status}
        for status in ("failed", "paid")
    }
    assert by_status["failed"] & by_status["paid"]


def test_master_data_come_before_all_else_of_a_customer_and_once() -> None:
    seen: set[str] = set()
    known: list[dict[str, Any]] = []
    for topic, value in lapse(5_000):
        if topic == "customers" and "ladder" not in value:
            assert value["customer_id"] not in seen
            known.append(value)
        seen.add(value["customer_id"])
    assert 0.3 < len(known) / len(seen) < 0.7
    assert any("commitment" in value for value in known)
    assert any("override" in value for value in known)


def test_a_return_is_of_an_earlier_sale() -> None:
    generated = lapse(5_000)
    returns = {v["order_id"]: v for t, v in generated if v.get("type") == "return"}
    for topic, value in generated:
        if topic == "purchases" and "type" not in value and value["order_id"] in returns:
            returned = returns.pop(value["order_id"])
            assert returned["occurred_at"] > value["occurred_at"]
            assert returned["currency"] == value["currency"]
    assert all("-before-" in order_id for order_id in returns)


def test_a_few_make_most_of_the_profit_and_some_cost_more_than_they_bring(year: Made) -> None:
    newest = {wire["customer_id"]: wire for wire in year.of("customer-values")}
    assert {wire["tier"] for wire in newest.values()} == set(TIERS)
    values = sorted(float(wire["value"]["contribution"]) for wire in newest.values())
    best_tenth = sum(values[-len(values) // 10 :])
    assert best_tenth > 0.6 * sum(values)
    assert 10 < sum(value < 0 for value in values) < len(values) // 3


def test_within_a_minute_tiers_change_and_every_signal_is_raised_and_cleared() -> None:
    made = made_of(lapse(60 * RATE))
    directions = Counter(wire["direction"] for wire in made.of("tier-changes"))
    assert min(directions["upgrade"], directions["downgrade"]) > 5
    assert "key" in {wire["to_tier"] for wire in made.of("tier-changes")}
    signals = Counter((wire["signal"], wire["status"]) for wire in made.of("at-risk"))
    for signal in ("late_payer", "repeat_issue", "support_spike", "unprofitable"):
        assert signals[signal, "raised"] > 2
        assert signals[signal, "cleared"] > 2


def test_some_leave_and_come_back_and_clerks_answer() -> None:
    assert any("ladder" in value for topic, value in lapse(5_000) if topic == "customers")
    made = made_of(lapse(3 * YEAR))
    signals = Counter((wire["signal"], wire["status"]) for wire in made.of("at-risk"))
    assert min(signals["leaving", "raised"], signals["leaving", "cleared"]) > 20
    steps = Counter(wire["recommended_step"] for wire in made.of("at-risk"))
    assert min(steps[step] for step in ("reassess", "educate", "renegotiate")) > 0


def test_as_it_happens_tiers_change_and_signals_are_raised_within_a_minute() -> None:
    made = made_of(at_once(60 * RATE))
    # the default policy holds tiers still: in a minute nobody is even warned
    told = {wire["direction"] for wire in made.of("tier-changes")}
    assert told == {"assigned", "stage", "treatment", "upgrade"}
    # what waits for days stays silent, too
    soon = {"call_abuse", "dissatisfied", "late_payer", "repeat_issue", "support_spike"}
    soon |= {"habitual_complainer", "ladder"}
    assert {wire["signal"] for wire in made.of("at-risk")} == soon


def test_a_lapse_never_runs_ahead_of_now() -> None:
    now_us = START_US + 10 * STEP_US + 1
    clock = Lapse(START_US, STEP_US, lambda: now_us)
    first = [clock() for _ in range(10)]
    assert first == [START_US + (number + 1) * STEP_US for number in range(10)]
    assert [clock.arrived, clock(), clock.arrived] == [False, now_us, True]
    now_us += 5
    assert clock() == now_us
    exactly = Lapse(START_US, STEP_US, lambda: START_US + STEP_US)
    assert [exactly(), exactly.arrived] == [START_US + STEP_US, True]


def test_bad_events_come_between_the_good_ones_and_leave_these_as_they_are() -> None:
    mixed = lapse(4_000, bad_share=0.25)
    told = admitted(mixed)
    # two of six faults, a duplicate and a conflict, are seen only by who knows the customer
    assert told.total() - told[""] == pytest.approx(1_000 * 4 / 6, rel=0.2)
    fields = {"missing_field", "invalid_field", "no_customer"}
    assert set(told) == {"", *fields, "unknown_currency", "from_future"}
    made = made_of(mixed)
    conflicts = [m for m in made.messages if ("reason", b"id_conflict") in m.headers]
    assert conflicts
    assert made.dropped > 0
    good = lapse(4_000)
    left = iter(mixed)
    assert all(event in left for event in good[:2_000])


def test_one_customer_is_enough() -> None:
    assert {value["customer_id"] for _, value in lapse(200, customers=1)} == {"c-0001"}


def test_a_policy_with_another_base_currency_gets_events_in_it() -> None:
    bare = {"base_currency": "JPY", "service": None, "treatment": None, "risk": None, "rates": None}
    yen = policy(
        bare,
        {"rates": {"EUR": {"2020-01-01": "160"}, "GBP": {"2030-01-01": "190"}}},
        {"tiers.entry": {"key": "200000", "important": "50000", "ordinary": "0"}},
    )
    currencies = currencies_of(yen, START_US)
    assert currencies == ("JPY", "EUR")
    generated = lapse(2_000, currencies=currencies)
    assert admitted(generated, yen) == {"": 2_000}
    sold = Counter(value["currency"] for topic, value in generated if topic == "purchases")
    assert sold["JPY"] > sold["EUR"] > 0
    # the default policy has rates for all currencies
    assert currencies_of(POLICY, START_US) == ("USD", "EUR", "GBP")


def test_a_sale_names_its_cost_and_list_price() -> None:
    sales = [
        wire
        for topic, value in lapse(2_000)
        if topic == "purchases"
        and isinstance(wire := decode(Kind.PURCHASES, orjson.dumps(value)), Purchase)
        and wire.type is None
    ]
    assert all(sale.occurred_at > EPOCH for sale in sales)
    assert sum(sale.cost is None for sale in sales) < len(sales) // 10
    listed = [(float(s.list_amount), float(s.amount or 0)) for s in sales if s.list_amount]
    assert listed
    assert all(before > after for before, after in listed)
