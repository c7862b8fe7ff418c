"""Every example is what its name says: to the decoder, to the judge, to intake and to its schema.

An example's file holds `value` (or `raw`, where it is no JSON), for inputs also the record's `key`
(else its customer_id) and `timestamp_ms` (else late enough). A `value` of null is no value at all.
An invalid one says which reason and field are expected, and `schema_takes_it` where a schema cannot
see what is wrong.
"""

from pathlib import Path
from typing import Any

import msgspec
import orjson
import pytest

import schemas
from agents.events.admit import Admission, Placement
from agents.events.booking import Booking
from schemas.base.partitioners import murmur2_partition
from schemas.inputs.events import TOPIC_OF_KIND, WIRE_OF_KIND, decode
from schemas.inputs.fields import FIELDS
from schemas.inputs.first_fault import first_fault
from schemas.inputs.rejects import Reason, Rejection
from schemas.outputs.records import encode
from schemas.outputs.registry import OUTPUTS as STRUCTS
from schemas.topics.json_schemas import schemas as json_schemas
from tests.support.making import LATER_MS
from tests.support.policies import policy, section
from tests.support.validating import Validator

EXAMPLES = Path(schemas.__file__).with_name("examples")
KIND_OF_TOPIC = {TOPIC_OF_KIND[kind]: kind for kind in WIRE_OF_KIND}
VALIDATORS = {name: Validator(schema) for name, schema in json_schemas().items()}

FILES = sorted(EXAMPLES.glob("*/*.json"))
INPUTS = [path for path in FILES if path.parent.name in KIND_OF_TOPIC]
OUTPUTS = [path for path in FILES if path.parent.name in STRUCTS]
ERASURE = EXAMPLES / "customers" / "valid-erasure.json"
VALID = [path for path in INPUTS if path.name.startswith("valid-") and path != ERASURE]
INVALID = [path for path in INPUTS if path.name.startswith("invalid-")]
SEEN_BY_THE_JUDGE = (
    Reason.MALFORMED,
    Reason.MISSING_FIELD,
    Reason.INVALID_FIELD,
    Reason.NO_CUSTOMER,
)
BY = policy(section("intake"), {"earliest": "1990-01-01"})
"""A policy with a first day, before that of its rates, and ids of nobody."""


def name(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def loaded(path: Path) -> tuple[dict[str, Any], bytes | None]:
    """(the example, the record's value)."""
    example = orjson.loads(path.read_bytes())
    if "raw" in example:
        return example, example["raw"].encode()
    held = example["value"]
    return example, None if held is None else orjson.dumps(held)


def admitted(path: Path) -> Booking | Rejection:
    example, value = loaded(path)
    held = example.get("value")
    own = held.get("customer_id") if isinstance(held, dict) else None
    key = str(example.get("key", own or ""))
    admission = Admission(BY, Placement(0, 1, murmur2_partition), 65_536, frozenset())
    stamp = example.get("timestamp_ms", LATER_MS)
    return admission.admit(KIND_OF_TOPIC[path.parent.name], key.encode(), value, stamp)


@pytest.mark.parametrize("path", VALID, ids=name)
def test_a_valid_event_is_booked_and_fits_its_schema(path: Path) -> None:
    example, value = loaded(path)
    kind = KIND_OF_TOPIC[path.parent.name]
    fast = decode(kind, value)
    assert fast is not None
    assert fast == first_fault(kind, value)
    assert isinstance(admitted(path), Booking)
    VALIDATORS[path.parent.name].check(example["value"])


def test_no_value_at_all_erases_a_customer() -> None:
    _, value = loaded(ERASURE)
    assert value is None
    erased = admitted(ERASURE)
    assert isinstance(erased, Booking)
    assert erased.erases
    assert erased.customer_id == "C-1042"


@pytest.mark.parametrize("path", INVALID, ids=name)
def test_an_invalid_event_is_rejected_for_the_reason_it_names(path: Path) -> None:
    example, value = loaded(path)
    expected = example["expect"]
    found = admitted(path)
    assert isinstance(found, Rejection)
    assert (found.reason.value, found.detail.split(":")[0]) == (
        expected["reason"],
        expected["field"],
    )
    judged = first_fault(KIND_OF_TOPIC[path.parent.name], value, BY.intake)
    assert isinstance(judged, Rejection) == (found.reason in SEEN_BY_THE_JUDGE)


@pytest.mark.parametrize("path", INVALID, ids=name)
def test_an_invalid_event_does_not_fit_its_schema_unless_it_says_so(path: Path) -> None:
    example, _ = loaded(path)
    if "raw" in example:
        with pytest.raises(orjson.JSONDecodeError):
            orjson.loads(example["raw"])
        return
    fits = VALIDATORS[path.parent.name].fits(example["value"])
    assert fits == example.get("schema_takes_it", False)


@pytest.mark.parametrize("path", OUTPUTS, ids=name)
def test_an_output_fits_its_schema_and_is_byte_for_byte_what_its_struct_puts_out(
    path: Path,
) -> None:
    example, value = loaded(path)
    VALIDATORS[path.parent.name].check(example["value"])
    assert value is not None
    assert encode(msgspec.json.decode(value, type=STRUCTS[path.parent.name])) == value


def test_every_input_and_output_has_examples() -> None:
    assert {path.parent.name for path in VALID} == {TOPIC_OF_KIND[kind] for kind in FIELDS}
    assert {path.parent.name for path in INVALID} == {TOPIC_OF_KIND[kind] for kind in FIELDS}
    assert {path.parent.name for path in OUTPUTS} == set(STRUCTS)
    assert sorted(INPUTS + OUTPUTS) == FILES


def test_every_reason_that_one_event_can_show_has_an_example() -> None:
    shown = {loaded(path)[0]["expect"]["reason"] for path in INVALID}
    needs_more = {Reason.TOO_LARGE, Reason.WRONG_PARTITION, Reason.ID_CONFLICT}
    needs_more.add(Reason.TOO_LATE_TO_CANCEL)
    assert shown == {reason.value for reason in Reason if reason not in needs_more}


@pytest.mark.parametrize("path", FILES, ids=name)
def test_an_example_says_why_it_is_there(path: Path) -> None:
    assert loaded(path)[0]["why"]
