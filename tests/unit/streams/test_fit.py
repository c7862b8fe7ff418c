"""`whalecurve fit` and `whalecurve lifetime`: what they print, and what they refuse in one line."""

import builtins
import io
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import orjson
import pytest

from agents.policy_file.reading import read_policy
from streams.cli import fit as module
from streams.cli.main import main
from tests.support.lifetime import SECTION, lines, market, sale
from tests.support.making import POLICY_TEXT

pytest.importorskip("scipy", reason="the extra `fit` is not installed")


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WHALECURVE_POLICY", raising=False)


def called(monkeypatch: pytest.MonkeyPatch, *words: str) -> int | str | None:
    """The exit status of a call within this process."""
    monkeypatch.setattr("sys.argv", ["whalecurve", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    return ended.value.code


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("fit") / "events.jsonl"
    file.write_bytes(lines(*market(400)))
    return file


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    file = tmp_path / "policy.toml"
    file.write_text(POLICY_TEXT + SECTION, encoding="utf-8")
    return file


def test_a_fit_prints_a_section_that_a_policy_takes(
    events: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    assert called(monkeypatch, "fit", str(events), "--until", "2026-06-28", "--validate") == 0
    said = capfd.readouterr().out
    section = read_policy(POLICY_TEXT + said, "my.toml").lifetime
    assert section is not None
    assert section.fitted_on == "2026-06-28"
    assert section.repeat_customers < section.customers <= 400
    assert " weeks after the fit: " in said
    assert [line.split("  ")[0] for line in said.splitlines()[-3:]] == [
        "# model",
        "# last period repeats",
        "# last 90 days, scaled",
    ]


def test_a_fit_as_json_says_the_same(
    events: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    words = ("fit", str(events), "--until", "2026-06-28")
    assert called(monkeypatch, *words) == 0
    section = tomllib.loads(capfd.readouterr().out)["lifetime"]
    assert called(monkeypatch, *words, "--validate", "--json") == 0
    facts = orjson.loads(capfd.readouterr().out)
    assert facts["lifetime"] == section
    assert facts["currency"] == "USD"
    assert facts["counts"]["sales"] == len(events.read_bytes().splitlines())
    assert facts["validation"]["scores"][0]["rule"] == "model"


def test_lines_of_replay_are_taken_too_and_other_topics_left_out(
    events: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    wrapped = b'{"topic": "payments", "value": {}}\n\n' + b"".join(
        b'{"topic": "purchases", "value": ' + line + b"}\n"
        for line in events.read_bytes().splitlines()
    )
    assert called(monkeypatch, "fit", str(events)) == 0
    bare = capfd.readouterr().out
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(wrapped)))
    assert called(monkeypatch, "fit", "-") == 0
    assert capfd.readouterr().out == bare


def test_with_a_policy_margins_are_its_own(
    events: Path, policy: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    assert called(monkeypatch, "fit", str(events)) == 0
    amounts = tomllib.loads(capfd.readouterr().out)["lifetime"]
    assert called(monkeypatch, "fit", str(events), "--policy", str(policy)) == 0
    margins = tomllib.loads(capfd.readouterr().out)["lifetime"]
    assert margins["purchases"] == amounts["purchases"]
    ratio = float(margins["margins"]["mean"]) / float(amounts["margins"]["mean"])
    assert ratio == pytest.approx(0.30, abs=0.001)


class Topic:
    """A reader's stand-in; `tests/integration` has the real one."""

    values: tuple[bytes, ...] = ()

    def __init__(self, settings: Any, topics: tuple[str, ...], *, from_beginning: bool) -> None:
        del settings
        assert topics == ("purchases",)
        assert from_beginning

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None: ...

    def to_the_end(self) -> Iterator[tuple[str, Any]]:
        for value in self.values:
            yield "purchases", type("Record", (), {"value": value})


def test_without_a_file_the_topic_is_read_to_its_end(
    events: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    assert called(monkeypatch, "fit", str(events)) == 0
    of_file = capfd.readouterr().out
    monkeypatch.setattr(Topic, "values", tuple(events.read_bytes().splitlines()))
    monkeypatch.setattr(module, "Reader", Topic)
    assert called(monkeypatch, "fit") == 0
    assert capfd.readouterr().out == of_file


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"", "expected purchases, found none"),
        (b'{"topic": "payments", "value": {}}\n', "expected purchases, found none"),
        (lines(sale("c-1", 1)), "expected at least 100 customers, found 1"),
        (
            lines(sale("c-1", 1), sale("c-2", 1, currency="EUR")),
            "expected amounts in one currency, found EUR, USD: name a policy with their rates",
        ),
        (
            lines(sale("c-1", 1)) + b"none\n",
            '{file}:2: expected a JSON object {{"topic": …, "value": {{…}}}}, found ',
        ),
    ],
)
def test_what_cannot_be_fitted_is_one_line(
    text: bytes,
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "events.jsonl"
    file.write_bytes(text)
    assert called(monkeypatch, "fit", str(file)) == 1
    said = capfd.readouterr()
    assert said.out == ""
    assert said.err.startswith("whalecurve: " + told.format(file=file))
    assert said.err.count("\n") == 1


def test_without_scipy_it_says_what_to_install(
    events: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    imported = builtins.__import__

    def without(name: str, *more: Any) -> Any:
        if name == "streams.fitting" and more[2] == ("models",):
            raise ImportError(name)
        return imported(name, *more)

    monkeypatch.setattr(builtins, "__import__", without)
    assert called(monkeypatch, "fit", str(events)) == 1
    assert capfd.readouterr().err == (
        "whalecurve: fitting needs numpy and scipy: pip install 'whalecurve[fit]'\n"
    )


def test_one_customer_by_the_default_policy_is_that_of_the_paper(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    assert called(monkeypatch, "lifetime", "2", "30.43", "38.86", "22.35") == 0
    assert capfd.readouterr().out.splitlines() == [
        "P(alive)            0.727",
        "expected purchases  1.226 in 39 weeks",
        "mean margin         24.66 USD",
        "value               30.23 USD in 39 weeks, 29.23 USD discounted",
        "P(alive) below 0.5  from week 62.5 on, in 23.6 weeks",
        "P(alive) below 0.3  from week 93.2 on, in 54.4 weeks",
    ]


def test_one_customer_as_json(
    policy: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    words = ("lifetime", "1", "3", "52", "--policy", str(policy), "--threshold", "0.9", "--json")
    assert called(monkeypatch, *words, "--", "-5") == 0
    facts = orjson.loads(capfd.readouterr().out)
    assert facts["policy"] == "test-1"
    assert facts["currency"] == "USD"
    # it was below 0.9 with its last purchase, in week 3
    assert facts["alive_until"] == [{"threshold": 0.9, "week": 3.0, "from_now_weeks": -49.0}]
    assert float(facts["mean_margin"]) < 10
    assert 0 < facts["p_alive"] < 0.5


def test_a_policy_that_knows_nothing_of_it_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "policy.toml"
    file.write_text(POLICY_TEXT, encoding="utf-8")
    monkeypatch.setenv("WHALECURVE_POLICY", str(file))
    assert called(monkeypatch, "lifetime", "0", "0", "1", "0") == 1
    assert capfd.readouterr().err == (
        f"whalecurve: {file}: lifetime: expected a section, found none: `whalecurve fit` prints "
        "one made from your purchases\n"
    )
