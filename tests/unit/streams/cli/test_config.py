"""The settings as they are shown: each with where it comes from, and no secret."""

from dataclasses import fields
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner

from streams.cli.main import whalecurve
from streams.config.settings import Settings, variable

HELD = "not for anybody"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    secret = tmp_path / "secret"
    secret.write_text(HELD)
    return {
        "WHALECURVE_APP_ID": "shop",
        "WHALECURVE_ERASURE_SECRET_FILE": str(secret),
        "WHALECURVE_PARTITION": "8",
    }


def test_every_setting_is_shown_with_where_it_comes_from(environment: dict[str, str]) -> None:
    said = CliRunner(env=environment).invoke(whalecurve, ["config", "show", "--json"])
    assert said.exit_code == 0
    facts = orjson.loads(said.output)
    assert list(facts["settings"]) == [variable(its.name) for its in fields(Settings)]
    shown = facts["settings"]
    assert shown["WHALECURVE_APP_ID"] == {"value": "shop", "source": "environment"}
    assert shown["WHALECURVE_COMMIT_MS"]["source"] == "default"
    assert shown["WHALECURVE_PARTITION_BYTES"]["source"] == "memory limit"
    assert shown["WHALECURVE_PARTITION_BYTES"]["value"] > 0
    assert facts["unknown"] == ["WHALECURVE_PARTITION"]
    assert facts["policy"]["version"]


@pytest.mark.parametrize("words", [(), ("--json",)])
def test_a_secret_is_told_by_its_file_alone(
    environment: dict[str, str], words: tuple[str, ...]
) -> None:
    said = CliRunner(env=environment).invoke(whalecurve, ["config", "show", *words])
    assert environment["WHALECURVE_ERASURE_SECRET_FILE"] in said.output
    assert HELD not in said.output


def test_in_words_a_setting_that_is_empty_shows_a_dash(environment: dict[str, str]) -> None:
    said = CliRunner(env=environment).invoke(whalecurve, ["config", "show"])
    lines = {line.split()[0]: line.split()[1:] for line in said.output.splitlines()}
    assert lines["WHALECURVE_TOPIC_PREFIX"] == ["-", "default"]
    assert lines["WHALECURVE_PARTITION:"] == ["no", "setting", "has", "this", "name"]
