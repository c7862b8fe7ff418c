"""What whole sample traffic promises, and due times against a look at every instant."""

import tomllib
from collections import Counter, defaultdict
from functools import cache
from hashlib import sha256
from importlib import import_module
from itertools import pairwise

import pytest

from . import instants
from .customer import Customer
from .dues import find_next_due
from .fields import CHANNELS, TIERS
from .money import Terms
from .opinions_on_calling import HOUR
from .records import CUSTOMERS
from .recount import Outcome, recount
from .sample import sample
from .sample_policy import DECAYED_TOML, WHOLE_TOML
from .test_oracle_sample import REASONS
from .verdict import judged, snapshot
from .wire import Wire

HORIZON = 110
"""So many days each customer is looked at for something that happens by itself."""


@cache
def _outcome(text: str) -> Outcome:
    records = sample(1, 8_000, 600, partitions=4, bad_share=0.08, whole=True)
    return recount(tomllib.loads(text), records, partitions=4)


@pytest.fixture(params=[WHOLE_TOML, DECAYED_TOML], ids=["rolling", "decayed"])
def text(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def _kinds(outputs: list[Wire], name: str) -> set[tuple[str, str]]:
    return {(output[name], output["trigger"]["kind"]) for output in outputs}


def test_a_plain_sample_is_what_it_always_was() -> None:
    # Figures that were measured on it stand in documents.
    plain = sample(5, 300, 20, partitions=3)
    digest = "1bd97ddd1fb3c9a2ba781d60f2f6b1d642b2eca6922e37f80072c28387878f28"
    assert sha256(repr(plain).encode()).hexdigest() == digest
    assert all(record.topic != CUSTOMERS for record in plain)


def test_a_seed_names_its_whole_records() -> None:
    one, again, other = (sample(seed, 300, 20, partitions=3, whole=True) for seed in (5, 5, 6))
    assert one == again != other


def test_every_tier_change_occurs(text: str) -> None:
    changes = _outcome(text).tier_changes
    assert _kinds(changes, "direction") >= {
        ("assigned", "event"),
        *((way, kind) for way in ("upgrade", "downgrade") for kind in ("timer", "override")),
        *(
            (way, kind)
            for way in ("notice", "notice_withdrawn")
            for kind in ("event", "timer", "override")
        ),
    }
    topics = {its["trigger"]["topic"] for its in changes if its["trigger"]["kind"] == "override"}
    assert topics == {CUSTOMERS, None}
    assert {its["to_tier"] for its in changes} == {its["tier_by_value"] for its in changes}
    assert any(its["to_tier"] != its["tier_by_value"] for its in changes)
    rules = {reason["rule"] for its in changes for reason in its["reasons"]}
    assert {rule.partition(".")[0] for rule in rules} == {"tiers", "override", "segments"}
    assert {"override.floor", "override.lock"} < rules
    kinds = ("best", "fake_big", "over_served", "potential", "worst")
    assert {rule.split(".")[1] for rule in rules if rule[0] == "s"} == set(kinds)


def test_every_contact_due_occurs(text: str) -> None:
    outcome = _outcome(text)
    assert _kinds(outcome.contacts_due, "reason") >= {
        ("notice", "timer"),
        ("notice", "event"),
        ("complaint", "event"),
        ("interval", "timer"),
        ("interval", "event"),
    }
    assert {its["tier"] for its in outcome.contacts_due} == set(TIERS[1:])
    numbers: defaultdict[str, list[int]] = defaultdict(list)
    for its in outcome.contacts_due:
        numbers[its["customer_id"]].append(its["sequence"])
    for seen in numbers.values():
        assert seen[0] == 1
        assert all(later in {earlier + 1, 1} for earlier, later in pairwise(seen))


def test_every_line_and_all_that_is_told_of_a_customer_occurs(text: str) -> None:
    outcome = _outcome(text)
    values = outcome.values.values()
    for name in _lines(outcome):
        assert any(float(its["value"]["lines"][name]) for its in values), name
    for channel in set(CHANNELS) - {"self_service"}:
        assert any(float(its["value"]["lines"]["contacts"][channel]) for its in values), channel
    assert {its["value"]["estimated"] for its in values} == {True, False}
    assert {name for its in values for name in its["segments"]} == {
        "best",
        "fake_big",
        "over_served",
        "potential",
        "worst",
    }
    assert {its["override"] and its["override"]["mode"] for its in values} == {
        None,
        "floor",
        "lock",
    }
    assert {its["wallet_share"] is None for its in values} == {True, False}
    assert {its["profile"]["segment"] for its in values} == {None, "business", "individual"}


def _lines(outcome: Outcome) -> list[str]:
    its = next(iter(outcome.values.values()))
    return [name for name in its["value"]["lines"] if name != "contacts"]


def test_every_reason_to_refuse_master_data_occurs(text: str) -> None:
    outcome = _outcome(text)
    assert {why for topic, why in outcome.rejections if topic == CUSTOMERS} == REASONS
    fields = {name for record, _, name in outcome.rejected if record.topic == CUSTOMERS and name}
    assert {name.partition(".")[0] for name in fields if "." in name} == {
        "wallet",
        "commitment",
        "override",
    }
    assert outcome.dropped[CUSTOMERS, "duplicate"] > 0


def test_customers_are_erased_and_come_again(text: str) -> None:
    outcome = _outcome(text)
    assert {held for _, _, held in outcome.erased} == {True, False}
    gone = {name for name, _, held in outcome.erased if held}
    assert gone & outcome.values.keys()
    assert gone - outcome.values.keys()
    counts = outcome.applied.total() + outcome.dropped.total() + outcome.rejections.total()
    assert counts == outcome.consumed.total()


def test_excused_and_not_excused_losses_occur(text: str) -> None:
    excused = {
        (its["status"], its["evidence"][-1]["threshold"] == "excused")
        for its in _outcome(text).at_risk
        if its["signal"] == "unprofitable"
    }
    assert excused == {(status, way) for status in ("raised", "cleared") for way in (True, False)}


def test_due_times_miss_nothing_that_changes(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: Counter[str] = Counter()

    def checked(customer: Customer, terms: Terms) -> None:
        find_next_due(customer, terms)
        due, first = customer.next_due, first_change(customer, terms)
        if due == first:
            looked["none" if due is None else "midnight" if due % instants.DAY == 0 else "odd"] += 1
            return
        assert due is not None
        assert first is None or due < first
        assert due in need_not_happen(customer, terms) or due >= max(_instants(customer, terms))
        looked["early"] += 1

    monkeypatch.setattr(import_module("tests.oracle.recount"), "find_next_due", checked)
    policy = tomllib.loads(text.replace("window_days = 45", "window_days = 25"))
    recount(policy, sample(3, 900, 40, partitions=1, whole=True), partitions=1)
    assert looked["odd"] > 500
    assert looked["midnight"] > 500
    assert looked["none"] > 0
    assert looked["early"] < looked.total() / 5, looked


def first_change(customer: Customer, terms: Terms) -> int | None:
    """Look at each instant to come that something may happen at, for so many days."""
    before = _picture(customer, terms)
    for instant in _instants(customer, terms):
        later = customer.at(instant)
        verdict = judged(later, terms, {"kind": "timer", "topic": None, "event_id": None})
        noted = later.noticed != customer.noticed  # perhaps untold, under an override
        if any(verdict) or noted or _picture(later, terms) != before:
            return instant
    return None


def _instants(customer: Customer, terms: Terms) -> list[int]:
    """List the midnights to come, an override's end, and whole days after a due time."""
    today = customer.today()
    found = {instants.midnight(day) for day in range(today + 1, today + HORIZON)}
    given = customer.master.override(customer.as_of)
    if given is not None and given["expires_at"] is not None:
        found.add(given["expires_at"])
    for invoice in customer.invoices.open.values():
        over = max(0, invoice.days_over(customer.as_of))
        found |= {invoice.due + days * instants.DAY for days in range(over + 1, over + HORIZON)}
    if "complaint_open" in terms.risk.rules:
        after = terms.risk.rules["complaint_open"]["after_hours"] * HOUR
        for issue in customer.kept.issues.known.values():
            found |= {made + after for made in issue.complaints}
    said = customer.master.ladder()
    if said is not None and said["hold_until"] is not None:
        found.add(said["hold_until"])
    return sorted(instant for instant in found if instant > customer.as_of)


def _picture(customer: Customer, terms: Terms) -> Wire:
    """Take all of a snapshot that the mere passing of time is not to change."""
    picture = snapshot(customer, terms)
    if terms.decay is not None:
        del picture["value"]["index"]
    return picture | {"as_of": None, "tenure_days": None, "lifetime": None}


def need_not_happen(customer: Customer, terms: Terms) -> set[int]:
    """List the due times at which nothing need change: the rules name them all the same."""
    given = customer.master.override(customer.as_of)
    days = [
        *terms.card_days,
        *(day + 2 * terms.window_days for day in customer.days),
        *(day + terms.window_days for day in customer.kept.orders),
        customer.value_tier_since + terms.hold["min_dwell_days"],
        customer.first_day + terms.hold["min_dwell_days"],
    ]
    expires = set() if given is None else {given["expires_at"]}
    return expires | {instants.midnight(day) for day in days}
