"""What no policy file may hold, whatever the key: each is told in one short line, with its own."""

from typing import Any

import pytest

from agents.policy_file.form import DEPTH_MAX, FILE_BYTES_MAX, TEXT_CHARS_MAX
from agents.policy_file.reading import PolicyError, decoded, read_policy, require_head_room
from schemas.base.times import day_of_text
from tests.support.policies import POLICIES, Change, policy_file
from tests.support.whole_policy import DECAYED, told, whole_policy

PLAIN = (POLICIES / "plain.toml").read_text(encoding="utf-8")
GRANTS = PLAIN.count("\n", 0, PLAIN.index("[treatment.key]")) + 1
"""The line of the table."""
TODAY = day_of_text("2026-11-27")
IN_TEN_YEARS = TODAY + 3_653
SHARES: Change = {
    "tiers.mode": "share",
    "tiers.share.key": {"by": "rank", "share": "0.10"},
    "tiers.share.important": {"by": "profit", "share": "0.80"},
}
NO_CONTROL = "expected no control characters but tabs and line feeds"


def nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


def said_of(text: str) -> str:
    with pytest.raises(PolicyError) as refused:
        read_policy(text, "my.toml")
    return str(refused.value)


def granted(line: str) -> str:
    """The policy with one line more among the grants of key customers."""
    return PLAIN.replace("[treatment.key]\n", f"[treatment.key]\n{line}\n")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"treatment.key.x": float("inf")}, "treatment.key.x: expected a finite number, found inf"),
        (
            {"treatment.key.x": [1, {"y": float("nan")}]},
            "treatment.key.x[1].y: expected a finite number, found nan",
        ),
        (
            {"treatment.key.x": -(2**63) - 1},
            f"treatment.key.x: expected an integer of at most 64 bits, found {-(2**63) - 1}",
        ),
        (
            {"value.window_days": 1 << 40_000},
            "value.window_days: expected an integer of at most 64 bits, found '40001 bits'",
        ),
        (
            {"treatment.key.x": "\ud800"},
            f"treatment.key.x: {NO_CONTROL}, found '\\ud800'",
        ),
        (
            {"version": "a\x1b[31mb"},
            f"version: {NO_CONTROL}, found 'a\\x1b[31mb'",
        ),
        (
            {"treatment.key.x": {"a\nb": 1}},
            "treatment.key.x: expected names of at most 128 printable characters, found 'a\\nb'",
        ),
        (
            {"ladder.playbook.educate": "y" * (TEXT_CHARS_MAX + 1)},
            "ladder.playbook.educate: expected at most 1000 characters, found '1001 characters'",
        ),
        (
            {"treatment.key.x": ["y" * 500] * 9},
            "treatment.key: expected at most 4096 bytes as JSON, found '4555 bytes'",
        ),
    ],
    ids=range(9),
)
def test_what_cannot_be_passed_on_is_told_with_its_key(changes: Change, said: str) -> None:
    assert told(whole_policy(changes)) == f"my.toml: {said}"


def test_so_many_lists_within_each_other_are_taken_and_one_more_is_not() -> None:
    within = DEPTH_MAX - len(["treatment", "key", "x"])
    assert told(whole_policy({"treatment.key.x": nested(within)})) == ""
    said = told(whole_policy({"treatment.key.x": nested(within + 1)}))
    assert said.endswith("expected at most 12 tables and lists within each other, found 'more'")


@pytest.mark.parametrize("levels", [300, 100_000])
def test_lists_without_end_are_told_with_their_line(levels: int) -> None:
    said = said_of(granted("x = " + "[" * levels + "]" * levels))
    assert said.startswith(f"my.toml: line {GRANTS + 1}: ")
    assert "expected at most 12 tables and lists within each other, found" in said


@pytest.mark.parametrize("levels", [1_500, 50_000])
def test_a_key_without_end_is_told_in_a_short_line(levels: int) -> None:
    said = said_of(granted(".".join("a" * levels) + " = 1"))
    assert "expected at most 12 tables and lists within each other, found" in said
    assert len(said) < 200


def test_an_integer_that_python_does_not_read_is_told_with_its_line() -> None:
    said = said_of(granted("x = " + "9" * 5_000))
    expected = "expected an integer of at most 64 bits, found thousands of digits"
    assert said == f"my.toml: line {GRANTS + 1}: {expected}"


CARD = """[[service.card]]
"from" = "2026-0{}-01"
[service.card.returns]
per_order = "{}"
"""


@pytest.mark.parametrize(
    ("text", "line", "key"),
    [
        (granted("credit_days = -1"), "credit_days", "treatment.key.credit_days"),
        (PLAIN.replace('"0.0065"', '"0"'), '"2026-01-01" = "0"', "rates.JPY.2026-01-01"),
        (PLAIN.replace('d = "1.50"\n', "d = 1\n"), "fixed = 1", "service.contact.phone.fixed"),
        (PLAIN.replace("window_days = 10", ""), "[value]", "value.window_days"),
        (PLAIN.replace("contacts = 4", "contact = 4"), "contact = 4", "risk.support_spike.contact"),
        (
            PLAIN + CARD.format(1, "1") + CARD.format(2, "-2"),
            'per_order = "-2"',
            "service.card[1].returns.per_order",
        ),
    ],
)
def test_a_fault_is_told_with_the_line_of_its_key(text: str, line: str, key: str) -> None:
    number = next(at for at, its in enumerate(text.split("\n"), 1) if its.startswith(line))
    assert said_of(text).startswith(f"my.toml: line {number}: {key}: expected ")


def test_a_file_is_utf_8_with_a_byte_order_mark_or_without() -> None:
    assert decoded("version".encode("utf-8-sig"), "my.toml") == "version"
    assert decoded(b"version", "my.toml") == "version"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("version".encode("utf-16"), "expected UTF-8, found UTF-16: save it as UTF-8"),
        (b"a = 1\nb = '\xe4'", "line 2: expected UTF-8, found other bytes"),
        (b"#" * (FILE_BYTES_MAX + 1), "expected at most 2097152 bytes, found more"),
    ],
    ids=["utf-16", "latin-1", "large"],
)
def test_other_bytes_are_no_policy(data: bytes, said: str) -> None:
    with pytest.raises(PolicyError) as refused:
        decoded(data, "my.toml")
    assert str(refused.value) == f"my.toml: {said}"


ROOM = "there is room for {} half-lives, and they are to last until 2036-11-27, found {}"
SO_FAR = "value.half_life_days: expected at least {}: so far from value.landmark ({}) "
NOT_YET = "value.landmark: expected a day that has come, at most 2026-11-27, found '2026-11-28'"


@pytest.mark.parametrize(
    ("changes", "half_life", "landmark", "said"),
    [
        (SHARES, 90, "2020-01-01", ""),
        (SHARES, 89, "2020-01-01", SO_FAR.format(90, "2020-01-01") + ROOM.format(69, 89)),
        (SHARES, 53, "2026-11-27", ""),
        ({}, 7, "1970-01-01", ""),
        ({}, 7, "1901-01-01", SO_FAR.format(13, "1901-01-01") + ROOM.format(4000, 7)),
        ({}, 90, "2026-11-28", NOT_YET),
    ],
)
def test_a_fading_value_has_room_until_the_day_that_is_asked_for(
    changes: Change, half_life: int, landmark: str, said: str
) -> None:
    its = {**DECAYED, "value.half_life_days": half_life, "value.landmark": landmark}
    policy = policy_file(its, changes)
    found = ""
    try:
        require_head_room(policy, TODAY, IN_TEN_YEARS, "my.toml")
    except PolicyError as refused:
        found = str(refused).removeprefix("my.toml: ")
    assert found == said
