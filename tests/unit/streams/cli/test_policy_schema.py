"""The JSON Schema of policy files: takes those that are good, and tells what is misspelt."""

import tomllib
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from streams.cli.main import whalecurve
from streams.cli.policy_schema import schema_of_policies
from tests.support.whole_policy import whole_policy

SCHEMA = schema_of_policies()
DEFAULT = Path(__file__).parents[4] / "agents" / "policy_file" / "default.toml"


def mistakes(raw: dict[str, Any]) -> list[str]:
    found = Draft202012Validator(SCHEMA).iter_errors(raw)
    return [".".join(map(str, its.absolute_path)) for its in found]


def test_it_is_a_schema_and_knows_no_null() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert b"null" not in orjson.dumps(SCHEMA)


@pytest.mark.parametrize("raw", [tomllib.loads(DEFAULT.read_text()), whole_policy()])
def test_good_policies_are_good(raw: dict[str, Any]) -> None:
    assert mistakes(raw) == []


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"value.window_weeks": 3}, "value"),
        ({"value.window_days": "many"}, "value.window_days"),
        ({"value.window_days": 0}, "value.window_days"),
        ({"base_currency": None}, ""),
        ({"risk.overdue.min_day": 3}, "risk.overdue"),
    ],
)
def test_a_mistake_is_marked_where_it_is(change: dict[str, Any], where: str) -> None:
    assert mistakes(whole_policy(change)) == [where]


def test_every_key_says_what_it_means() -> None:
    entries = SCHEMA["$defs"]["Overdue"]["properties"]
    assert all(its.get("description") for its in entries.values())


def test_the_command_prints_it() -> None:
    said = CliRunner().invoke(whalecurve, ["policy", "schema"])
    assert said.exit_code == 0
    assert orjson.loads(said.output) == SCHEMA
