"""The guides show events as they are taken: none is rejected, and every field of them is known."""

import re
from pathlib import Path
from typing import Any

import orjson
import pytest

from agents.events.admit import Admission, Placement
from agents.events.booking import Booking
from schemas.base.partitioners import murmur2_partition
from schemas.inputs.events import TOPIC_OF_KIND, Kind
from schemas.inputs.fields import FIELDS, Field
from streams.cli.replay_lines import read_line
from streams.config.policy import load_policy

DOCS = Path(__file__).parents[4] / "docs"
KINDS = {topic: kind for kind, topic in TOPIC_OF_KIND.items()}
FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
LATER_MS = 1_830_000_000_000
INTAKE = Admission(load_policy(None), Placement(0, 1, murmur2_partition), 65_536, frozenset())


def shown(guide: str) -> list[str]:
    """The lines of a guide that are to be published, whatever the mark of their block."""
    text = (DOCS / guide).read_text(encoding="utf-8")
    blocks = [block for _, block in FENCED.findall(text)]
    return [line for block in blocks for line in block.splitlines() if '"topic"' in line]


def unknown(fields: tuple[Field, ...], value: dict[str, Any]) -> list[str]:
    """Fields that no such event has, wherever they stand."""
    known = {field.name: field for field in fields}
    found = [name for name in value if name not in known]
    for name, its in value.items():
        if isinstance(its, dict) and name in known:
            found += unknown(known[name].inner, its)
    return found


@pytest.mark.parametrize(
    "line", [line for guide in ("what-to-send.md", "upstream.md") for line in shown(guide)]
)
def test_what_a_guide_shows_is_taken_and_every_field_of_it_is_known(line: str) -> None:
    record = read_line(line.encode())
    assert record is not None
    kind = KINDS[record.topic]
    if record.value is not None:
        assert unknown(FIELDS[kind], orjson.loads(record.value)) == []
    found = INTAKE.admit(kind, record.key, record.value, LATER_MS)
    assert isinstance(found, Booking), found


def test_the_guide_has_events_of_every_input_each_under_an_id_of_its_own() -> None:
    records = [read_line(line.encode()) for line in shown("what-to-send.md")]
    ids = [(its.topic, orjson.loads(its.value or b"")["event_id"]) for its in records if its]
    assert {KINDS[topic] for topic, _ in ids} == set(Kind)
    assert len(set(ids)) == len(ids) == len(records)


def test_what_sources_send_is_json_too() -> None:
    text = (DOCS / "what-to-send.md").read_text(encoding="utf-8")
    sources = [block for mark, block in FENCED.findall(text) if mark == "json"]
    assert len(sources) > 5
    for source in sources:
        assert isinstance(orjson.loads(source), dict)
