"""The contract's documents say what the code does: about inputs, outputs and topics."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from agents.partition.cutoffs import read_histogram
from schemas.base.money import CURRENCY_DIGITS
from schemas.inputs.events import TOPIC_OF_KIND, WIRE_OF_KIND, Kind
from schemas.outputs.headers import RejectedHeaders
from schemas.outputs.records import HISTOGRAMS, REJECTED_EVENTS
from schemas.outputs.registry import OUTPUTS
from schemas.topics.asyncapi import asyncapi, file_name
from schemas.topics.declared import BY_NAME, CHANGELOG
from schemas.topics.json_schemas import schema_of
from schemas.topics.json_schemas import schemas as json_schemas
from streams.docs.outputs_reference import objects
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
OBJECTS = objects()
SAMPLED = 200


def fits(topic: str, value: object) -> bool:
    return Validator(SCHEMAS[topic]).fits(value)


@pytest.fixture(scope="module")
def made() -> Made:
    cheaper = '[ladder]\ncheaper_channel = "chat"\n'
    policy = policy_of((WHOLE_TOML + ALL_SIGNALS).replace("[ladder]\n", cheaper))
    found = run_all(policy, sample(3, 2500, 60, partitions=1, whole=True), 1)
    cut(found)
    return found


def cut(made: Made) -> None:
    """A partition with tiers by shares: its histogram, and the cut-offs made of it."""
    shares = """
        [tiers]
        mode = "share"
        share.key = {by = "rank", share = "0.10"}
        share.important = {by = "profit", share = "0.80"}
        [tiers.entry]"""
    policy = policy_of(WHOLE_TOML.replace("[tiers.entry]", shares, 1))
    shard = run_partition(policy, settings_of(0, 1), sample(5, 300, 30, partitions=1), made)
    shard.consider([read_histogram(made.of(HISTOGRAMS)[-1])], NOW_US)
    made.take(shard)


@pytest.mark.parametrize("topic", SCHEMAS)
def test_a_schema_is_one_by_its_own_dialect(topic: str) -> None:
    Validator(SCHEMAS[topic])


def test_every_input_that_is_read_and_every_output_has_a_schema() -> None:
    inputs = {TOPIC_OF_KIND[kind] for kind in WIRE_OF_KIND}
    assert set(SCHEMAS) == inputs | set(OUTPUTS) | {REJECTED_EVENTS}
    assert schema_of(CHANGELOG) is None


@pytest.mark.parametrize("kind", WIRE_OF_KIND)
def test_minimal_and_full_events_fit(kind: Kind) -> None:
    assert fits(TOPIC_OF_KIND[kind], MINIMAL[kind])
    assert fits(TOPIC_OF_KIND[kind], FULL[kind])


@pytest.mark.parametrize(
    ("currency", "fit", "unfit"),
    [
        ("JPY", ["5"], ["5.0"]),
        ("USD", ["5", "5.01", "9" * 15, "9" * 13 + ".99"], ["5.010", "9" * 16, "9" * 14 + ".99"]),
        ("USD", [], [".5", "5.", "", "-5"]),
        ("KWD", ["5.012"], ["5.0123"]),
        ("UYW", ["5.0123"], ["5.01234"]),
        ("XXX", [], ["5"]),
        ("usd", [], ["5"]),
    ],
)
def test_an_amount_has_the_digits_of_the_currency_beside_it(
    currency: str, fit: list[str], unfit: list[str]
) -> None:
    for kind in (Kind.PURCHASES, Kind.PAYMENTS):
        for amount in (*fit, *unfit):
            event = MINIMAL[kind] | {"currency": currency, "amount": amount}
            assert fits(TOPIC_OF_KIND[kind], event) == (amount in fit), event


def test_every_currency_is_in_the_schema() -> None:
    listed = [code for its in SCHEMAS["payments"]["$defs"].values() for code in its["enum"]]
    assert sorted(listed) == sorted(CURRENCY_DIGITS)


@pytest.mark.parametrize("topic", OUTPUTS)
def test_what_goes_out_fits_its_schema_and_has_exactly_the_declared_fields(
    made: Made, topic: str
) -> None:
    validator, wires = Validator(SCHEMAS[topic]), made.of(topic)
    names = OUTPUTS[topic].__struct_fields__
    assert wires
    for wire in wires[:SAMPLED]:
        validator.check(wire)
    for wire in wires:
        assert tuple(wire) == names
        for name, held in _objects(wire):
            assert tuple(held) == OBJECTS[name].__struct_fields__


def _objects(wire: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """The objects in an output, each with the name it is declared by."""
    found: list[tuple[str, dict[str, Any]]] = []
    lists = {
        "reasons": "Finding",
        "evidence": "Finding",
        "risks": "OpenRisk",
        "partitions": "Source",
        "points": "Point",
        "steps": "StepTaken",
        "parts": "Part",
    }
    for name, held in wire.items():
        if name == "treatment":
            continue
        if isinstance(held, dict):
            declared = "Finding" if name == "held_by" else name.title().replace("_", "")
            found += [(declared, held), *_objects(held)]
        elif name in lists and isinstance(held, list):
            found += [(lists[name], its) for its in held if not isinstance(its, str)]
    return found


def test_the_sample_has_every_object_that_is_declared(made: Made) -> None:
    wires = [wire for topic in OUTPUTS for wire in made.of(topic)]
    assert {name for wire in wires for name, _ in _objects(wire)} == set(OBJECTS)


def test_rejected_events_have_exactly_the_declared_headers(made: Made) -> None:
    fields = msgspec.structs.fields(RejectedHeaders)
    names = [field.name for field in fields if field.required]
    validator = Validator(SCHEMAS[REJECTED_EVENTS])
    found = [its.headers for its in made.messages if its.topic == REJECTED_EVENTS]
    assert found
    for headers in found[:SAMPLED]:
        added = headers[-len(names) :]
        assert [name for name, _ in added] == names
        validator.check({name: (text or b"").decode() for name, text in added})


# AsyncAPI


def test_every_topic_with_a_schema_is_a_channel_and_an_operation_that_goes_its_way() -> None:
    assert set(DOCUMENT["channels"]) == set(DOCUMENT["components"]["messages"]) == set(SCHEMAS)
    ways = {"in": "receive", "out": "send"}
    found = [(its["channel"]["$ref"], its["action"]) for its in DOCUMENT["operations"].values()]
    assert sorted(found) == sorted(
        (f"#/channels/{topic}", ways[BY_NAME[topic].direction]) for topic in SCHEMAS
    )


def test_every_reference_leads_somewhere() -> None:
    references = list(_references(DOCUMENT))
    assert references
    for reference in references:
        if reference.startswith("#/"):
            place: Any = DOCUMENT
            for step in reference[2:].split("/"):
                place = place[step]
        else:
            assert reference in {f"./{file_name(topic)}" for topic in SCHEMAS}


def _references(place: Any) -> Iterator[str]:
    if isinstance(place, dict) and "$ref" in place:
        yield place["$ref"]
    inside = place.values() if isinstance(place, dict) else place if isinstance(place, list) else ()
    for its in inside:
        yield from _references(its)


def test_topics_are_configured_as_declared() -> None:
    for topic in SCHEMAS:
        kafka = DOCUMENT["channels"][topic]["bindings"]["kafka"]["topicConfiguration"]
        declared = dict(BY_NAME[topic].config)
        cleanup = ["compact"] if BY_NAME[topic].compacted else ["delete"]
        assert kafka.pop("cleanup.policy") == cleanup
        assert {key: str(held) for key, held in kafka.items()} == declared
