"""Every command explains itself with an example, and every failure is one line on stderr."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from streams.cli.main import whalecurve
from streams.cli.up import worker_environment
from streams.demo.embedded_broker import BrokerError
from tests.support.calling import Call
from tests.support.topics import BARE


def paths(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """This command and all below it."""
    yield path
    if isinstance(command, click.Group):
        for name, below in command.commands.items():
            yield from paths(below, (*path, name))


COMMANDS = sorted(paths(whalecurve))
OF_THE_CONTRACT = "up worker topics traffic replay events tail policy fit lifetime"


def test_the_contract_s_commands_are_there() -> None:
    assert {path[0] for path in COMMANDS if path} == set(OF_THE_CONTRACT.split())


@pytest.mark.parametrize("group", ["", "topics", "policy", "events"])
def test_a_group_without_a_command_shows_its_help(call: Call, group: str) -> None:
    said = call(*group.split())
    assert (said.status, said.out) == (2, "")
    assert said.err.startswith("Usage: whalecurve")
    assert "\nCommands:\n" in said.err


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_has_help_with_an_example(path: tuple[str, ...]) -> None:
    said = CliRunner().invoke(whalecurve, [*path, "--help"], prog_name="whalecurve")
    assert said.exit_code == 0
    _, found, after = said.output.partition("\n  Example:\n")
    assert found
    example = " ".join(("whalecurve", *path))
    assert any(line.startswith("    ") and example in line for line in after.splitlines())


@pytest.mark.parametrize(
    "words",
    [
        "nothing",
        "tail",
        "tail nothing",
        "tail changelog",
        "tail at-risk --count -1",
        "traffic --rate 0",
        "traffic --events many",
        "traffic --bad-share 2",
        "traffic more",
        "replay",
        "replay a a",
        "replay a --rate fast",
        "up --seconds x",
        "up --unknown",
        "topics forget",
        "policy check",
        "fit a b",
        "fit a --until today",
        "lifetime 1 2 3",
        "lifetime 1 4 3 10",
        "lifetime 0 1 3 10",
        "lifetime 1 2 3 nan",
        "lifetime -1 2 3 10",
        "lifetime 1 2 3 10 --threshold 1",
    ],
)
def test_a_wrong_call_ends_with_2_and_one_line(words: str, call: Call) -> None:
    said = call(*words.split()).refused(2)
    assert said.startswith("whalecurve: ")
    assert said.endswith(" --help`.")


def test_without_a_broker_it_ends_with_1_and_one_line_that_names_the_setting(
    tmp_path: Path,
) -> None:
    file = tmp_path / "events.jsonl"
    file.write_text('{"topic": "purchases", "value": {}}\n')
    calls = ["tail at-risk", "traffic", f"replay {file}", "fit", "topics check", "worker"]
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "streams", *words.split()],
            env={**BARE, "WHALECURVE_BROKER": "127.0.0.1:1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for words in calls
    ]
    for words, process in zip(calls, running, strict=True):
        out, err = process.communicate(timeout=60)
        assert (process.returncode, out, err.count("\n")) == (1, "", 1), words
        assert err.startswith("whalecurve: no Kafka broker answers at 127.0.0.1:1: "), words
        assert "WHALECURVE_BROKER" in err


@pytest.mark.parametrize("words", ["tail at-risk", "traffic", "replay a", "up"])
def test_a_wrong_setting_ends_with_1_and_one_line(
    words: str, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WHALECURVE_PARTITIONS", "none")
    assert call(*words.split()).refused() == (
        "whalecurve: WHALECURVE_PARTITIONS: expected a whole number from 1 to 1024, found 'none'"
    )


@pytest.mark.parametrize("words", ["traffic", "replay a", "up"])
def test_a_bad_policy_ends_with_1_and_one_line(
    words: str, tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text("version = 5")
    monkeypatch.setenv("WHALECURVE_POLICY", str(policy))
    assert call(*words.split()).refused().startswith(f"whalecurve: {policy}")


def test_a_file_that_is_not_there_is_named(call: Call) -> None:
    said = call("replay", "/no/such/file").refused()
    assert said == "whalecurve: /no/such/file: No such file or directory"


def test_up_without_the_embedded_broker_says_what_to_install(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(_: object) -> str:
        raise BrokerError("not installed: pip install 'whalecurve[embedded]'")

    monkeypatch.setattr("streams.demo.embedded_broker.EmbeddedBroker.start", missing)
    said = call("up")
    assert said.status == 1
    assert said.err == "whalecurve: not installed: pip install 'whalecurve[embedded]'\n"


def test_the_worker_of_a_first_look_gets_what_the_embedded_broker_asks_for() -> None:
    found = {
        "PATH": "/bin",
        "WHALECURVE_BROKER": "kafka:9092",
        "WHALECURVE_CLOCK": "wall",
        "WHALECURVE_SECURITY_PROTOCOL": "ssl",
        "WHALECURVE_TLS_CA_FILE": "ca.pem",
    }
    assert worker_environment(found, "127.0.0.1:5", 6) == {
        "PATH": "/bin",
        "WHALECURVE_BROKER": "127.0.0.1:5",
        "WHALECURVE_CLOCK": "wall",
        "WHALECURVE_COMMIT_MS": "500",
        "WHALECURVE_GUARANTEE": "at_least_once",
        "WHALECURVE_WEB_PORT": "6",
    }
    assert worker_environment({}, "127.0.0.1:5", 6)["WHALECURVE_CLOCK"] == "event"
