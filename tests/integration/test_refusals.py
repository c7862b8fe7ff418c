"""What a worker can't run with it refuses before it starts: in one line that says what to do."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from streams.demo.embedded_broker import HOST, claim_port
from tests.oracle.sample_policy import POLICY_TOML
from tests.support.topics import CHANGELOG, Place, admin_of, command, configure, create_topics

NOWHERE = Place(f"{HOST}:1", "nowhere.", "nowhere")
"""For what is refused before a broker is asked."""


def refusal(place: Place, *words: str) -> str:
    """The one line with which the command ends with 1."""
    done = command(place, *words)
    assert done.returncode == 1, (done.stdout, done.stderr)
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    return lines[0]


# the policy

POLICIES = {
    "an unknown key": (
        ("window_days = 45", "window_dayz = 45"),
        ["value", "window_dayz"],
    ),
    "a key that is absent": (
        ('version = "sample-7"\n', ""),
        ["version"],
    ),
    "a wrong type": (
        ("window_days = 45", 'window_days = "45"'),
        ["value.window_days", "int", "str"],
    ),
    "a value out of range": (
        ("window_days = 45", "window_days = 0"),
        ["value.window_days", "1", "found 0"],
    ),
    "an amount with too many digits": (
        ('fixed = "1.50"', 'fixed = "1.505"'),
        ["service.contact.phone.fixed", "2 digits", "found '1.505'"],
    ),
    "a mistake in the TOML": (
        ("[value]", "[value"),
        ["TOML", "line 18"],
    ),
}


@pytest.mark.parametrize("name", POLICIES)
def test_a_wrong_policy_is_refused_with_file_key_expected_and_found(
    name: str, tmp_path: Path
) -> None:
    (right, wrong), words = POLICIES[name]
    assert right in POLICY_TOML
    path = tmp_path / "wrong.toml"
    path.write_text(POLICY_TOML.replace(right, wrong, 1))
    line = refusal(NOWHERE.telling(policy=path), "worker")
    for word in [*words, str(path), "expected", "found"]:
        assert word in line


def test_a_policy_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "none.toml"
    line = refusal(NOWHERE.telling(policy=path), "worker")
    assert "WHALECURVE_POLICY" in line
    assert str(path) in line


# the settings


@pytest.mark.parametrize(
    ("name", "wrong", "expected"),
    [
        ("broker", "localhost:99999", "host:port"),
        ("app_id", "", "letters"),
        ("clock", "sundial", "wall or event"),
        ("commit_ms", "soon", "1 to 60000"),
        ("partitions", "0", "1 to 1024"),
    ],
)
def test_a_wrong_setting_is_refused_with_its_name_expected_and_found(
    name: str, wrong: str, expected: str
) -> None:
    line = refusal(NOWHERE.telling(**{name: wrong}), "worker")
    assert f"WHALECURVE_{name.upper()}" in line
    assert "expected" in line
    assert expected in line
    assert repr(wrong) in line


# the broker and its topics


def test_a_broker_that_is_not_there_is_named() -> None:
    broker = f"{HOST}:{claim_port(0)}"
    line = refusal(replace(NOWHERE, broker=broker), "worker")
    assert broker in line
    assert "WHALECURVE_BROKER" in line


@pytest.mark.kafka
def test_missing_topics_are_named_with_the_command_that_makes_them(bare_place: Place) -> None:
    line = refusal(bare_place, "worker")
    for topic in ("purchases", "tier-changes", CHANGELOG):
        assert f"{bare_place.name(topic)}: expected the topic, found none" in line
    for optional in ("customers", "actions"):
        assert f"{bare_place.name(optional)}:" not in line
    assert "whalecurve topics create" in line


@pytest.mark.kafka
def test_inputs_with_different_numbers_of_partitions_are_refused(bare_place: Place) -> None:
    with admin_of(bare_place.broker) as admin:
        name = bare_place.name("payments")
        admin.create_topics({name: {"num_partitions": 3}}, wait_for_metadata=True)
    for words in (("topics", "create"), ("worker",)):
        done = command(bare_place, *words)
        assert done.returncode == 1
        (line,) = done.stderr.splitlines()
        assert re.search(rf"{re.escape(name)}: expected 4 partitions .*, found 3", line)
        assert "WHALECURVE_PARTITIONS" in line


@pytest.mark.kafka
def test_a_rejected_events_topic_that_is_too_narrow_is_refused(place: Place) -> None:
    configure(place, "rejected-events", max_message_bytes=1_000_000)
    line = refusal(place, "worker")
    assert place.name("rejected-events") in line
    assert "max.message.bytes" in line
    assert "found 1000000" in line


@pytest.mark.kafka
@pytest.mark.parametrize("found", ["delete", "compact,delete"])
def test_a_changelog_whose_rows_the_broker_would_delete_is_refused(
    place: Place, found: str
) -> None:
    configure(place, CHANGELOG, cleanup_policy=found)
    line = refusal(place, "worker")
    assert place.name(CHANGELOG) in line
    assert f"expected cleanup.policy=compact, found {found}" in line


@pytest.mark.kafka
def test_topics_that_are_there_are_left_alone(place: Place) -> None:
    create_topics(place)
    assert command(place, "topics", "check").returncode == 0
