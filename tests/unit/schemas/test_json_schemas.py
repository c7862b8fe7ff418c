"""The contract's documents say what the code does: about inputs, outputs and topics."""

from typing import Any

import pytest

from agents.partition.cutoffs import read_histogram
from schemas.base.money import CURRENCY_DIGITS
from schemas.inputs.events import TOPIC_OF_KIND, WIRE_OF_KIND, Kind
from schemas.outputs.fields import OBJECT_FIELDS, OUTPUT_FIELDS, REJECTED_HEADERS
from schemas.outputs.records import HISTOGRAMS, REJECTED_EVENTS
from schemas.topics.asyncapi import asyncapi, file_name
from schemas.topics.declared import BY_NAME, CHANGELOG
from schemas.topics.json_schemas import schema_of
from schemas.topics.json_schemas import schemas as json_schemas
from tests.oracle.sample import sample
from tests.oracle.sample_policy import WHOLE_TOML
from tests.support.making import FULL, MINIMAL
from tests.support.shards import (
    NOW_US,
    Made,
    policy_of,
    run_all,
    run_partition,
    settings_of,
)
from tests.support.signalling import ALL_SIGNALS
from tests.support.validating import Validator

SCHEMAS = json_schemas()
DOCUMENT = asyncapi()
SAMPLED = 200


def fits(topic: str, value: object) -> bool:
    return Validator(SCHEMAS[topic]).fits(value)


@pytest.fixture(scope="module")
def made() -> Made:
    policy = policy_of(WHOLE_TOML + ALL_SIGNALS)
    found = run_all(policy, sample(3, 2500, 60, partitions=1, whole=True), 1)
    cut(found)
    return found


SHARES = """
[tiers.share.key]
by = "rank"
share = "0.10"
[tiers.share.important]
by = "profit"
share = "0.80"
"""


def cut(made: Made) -> None:
    """A partition with tiers by shares: its histogram, and the cut-offs made of it."""
    by_share = WHOLE_TOML.replace("[tiers.entry]", '[tiers]\nmode = "share"\n[tiers.entry]', 1)
    policy = policy_of(by_share + SHARES)
    shard = run_partition(policy, settings_of(0, 1), sample(5, 300, 30, partitions=1), made)
    shard.consider([read_histogram(made.of(HISTOGRAMS)[-1])], NOW_US)
    made.take(shard)


@pytest.mark.parametrize("topic", SCHEMAS)
def test_a_schema_is_one_by_its_own_dialect(topic: str) -> None:
    Validator(SCHEMAS[topic])


def test_every_input_that_is_read_and_every_output_has_a_schema() -> None:
    inputs = {TOPIC_OF_KIND[kind] for kind in WIRE_OF_KIND}
    assert set(SCHEMAS) == inputs | set(OUTPUT_FIELDS) | {REJECTED_EVENTS}
    assert schema_of(CHANGELOG) is None


@pytest.mark.parametrize("kind", WIRE_OF_KIND)
def test_minimal_and_full_events_fit(kind: Kind) -> None:
    assert fits(TOPIC_OF_KIND[kind], MINIMAL[kind])
    assert fits(TOPIC_OF_KIND[kind], FULL[kind])


@pytest.mark.parametrize(
    ("currency", "amount", "expected"),
    [
        ("JPY", "5", True),
        ("JPY", "5.0", False),
        ("USD", "5", True),
        ("USD", "5.01", True),
        ("USD", "5.010", False),
        ("KWD", "5.012", True),
        ("KWD", "5.0123", False),
        ("UYW", "5.0123", True),
        ("UYW", "5.01234", False),
        ("USD", "9" * 15, True),
        ("USD", "9" * 16, False),
        ("USD", "9" * 13 + ".99", True),
        ("USD", "9" * 14 + ".99", False),
        ("USD", ".5", False),
        ("USD", "5.", False),
        ("USD", "", False),
        ("USD", "-5", False),
        ("XXX", "5", False),
        ("usd", "5", False),
    ],
)
def test_an_amount_has_the_digits_of_the_currency_beside_it(
    currency: str, amount: str, *, expected: bool
) -> None:
    sale = MINIMAL[Kind.PURCHASES] | {"currency": currency, "amount": amount}
    assert fits("purchases", sale) == expected
    paid = MINIMAL[Kind.PAYMENTS] | {"currency": currency, "amount": amount}
    assert fits("payments", paid) == expected


def test_every_currency_is_in_the_schema() -> None:
    listed = [code for its in SCHEMAS["payments"]["$defs"].values() for code in its["enum"]]
    assert sorted(listed) == sorted(CURRENCY_DIGITS)


@pytest.mark.parametrize("topic", OUTPUT_FIELDS)
def test_what_goes_out_fits_its_schema(made: Made, topic: str) -> None:
    validator = Validator(SCHEMAS[topic])
    wires = made.of(topic)
    assert wires
    for wire in wires[:SAMPLED]:
        validator.check(wire)


@pytest.mark.parametrize("topic", OUTPUT_FIELDS)
def test_what_goes_out_has_exactly_the_declared_fields(made: Made, topic: str) -> None:
    names = {field.name for field in OUTPUT_FIELDS[topic]}
    assert made.of(topic)
    for wire in made.of(topic):
        assert set(wire) == names
        for name, held in _objects(wire):
            assert set(held) == {field.name for field in OBJECT_FIELDS[name]}


def _objects(wire: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """The objects in an output, each with the name it is declared by."""
    found: list[tuple[str, dict[str, Any]]] = []
    lists = {
        "reasons": "finding",
        "evidence": "finding",
        "risks": "risk",
        "partitions": "source",
        "points": "point",
        "steps": "step",
        "parts": "part",
    }
    for name, held in wire.items():
        if name == "treatment":
            continue
        if isinstance(held, dict):
            found += [(name, held), *_objects(held)]
        elif name in lists and isinstance(held, list):
            found += [(lists[name], its) for its in held]
    return found


def test_the_sample_has_every_object_that_is_declared(made: Made) -> None:
    wires = [wire for topic in OUTPUT_FIELDS for wire in made.of(topic)]
    assert {name for wire in wires for name, _ in _objects(wire)} == set(OBJECT_FIELDS)


def test_rejected_events_have_exactly_the_declared_headers(made: Made) -> None:
    names = [field.name for field in REJECTED_HEADERS]
    validator = Validator(SCHEMAS[REJECTED_EVENTS])
    found = [its.headers for its in made.messages if its.topic == REJECTED_EVENTS]
    assert found
    for headers in found[:SAMPLED]:
        added = headers[-len(names) :]
        assert [name for name, _ in added] == names
        validator.check({name: (text or b"").decode() for name, text in added})


# AsyncAPI


def test_every_topic_with_a_schema_is_a_channel_an_operation_and_a_message() -> None:
    assert set(DOCUMENT["channels"]) == set(SCHEMAS)
    assert set(DOCUMENT["components"]["messages"]) == set(SCHEMAS)
    assert {its["channel"]["$ref"] for its in DOCUMENT["operations"].values()} == {
        f"#/channels/{topic}" for topic in SCHEMAS
    }


def test_whalecurve_receives_its_inputs_and_sends_its_outputs() -> None:
    actions = {
        its["channel"]["$ref"].rpartition("/")[2]: its["action"]
        for its in DOCUMENT["operations"].values()
    }
    expected = {"in": "receive", "out": "send"}
    assert actions == {topic: expected[BY_NAME[topic].direction] for topic in SCHEMAS}


def test_every_reference_leads_somewhere() -> None:
    files = {f"./{file_name(topic)}" for topic in SCHEMAS}
    references = list(_references(DOCUMENT))
    assert references
    for reference in references:
        if reference.startswith("#/"):
            place: Any = DOCUMENT
            for step in reference[2:].split("/"):
                place = place[step]
        else:
            assert reference in files


def _references(place: object) -> list[str]:
    if isinstance(place, dict):
        own = [place["$ref"]] if "$ref" in place else []
        return own + [its for held in place.values() for its in _references(held)]
    if isinstance(place, list):
        return [its for held in place for its in _references(held)]
    return []


def test_topics_are_configured_as_declared() -> None:
    for topic in SCHEMAS:
        kafka = DOCUMENT["channels"][topic]["bindings"]["kafka"]["topicConfiguration"]
        declared = dict(BY_NAME[topic].config)
        cleanup = ["compact"] if BY_NAME[topic].compacted else ["delete"]
        assert kafka.pop("cleanup.policy") == cleanup
        assert {key: str(held) for key, held in kafka.items()} == declared
