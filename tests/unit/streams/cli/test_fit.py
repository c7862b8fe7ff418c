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
from tests.support.calling import Call
from tests.support.lifetime import SECTION, lines, market, sale
from tests.support.policies import POLICIES

pytest.importorskip("scipy", reason="the extra `fit` is not installed")

EXAMPLE = Path(__file__).parents[4] / "docs" / "cdnow.toml"
PLAIN = (POLICIES / "plain.toml").read_text(encoding="utf-8")
UNTIL = ("--until", "2026-06-28")


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("fit") / "events.jsonl"
    file.write_bytes(lines(*market(400)))
    return file


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    file = tmp_path / "policy.toml"
    file.write_text(PLAIN + SECTION, encoding="utf-8")
    return file


def fitted(text: str) -> dict[str, Any]:
    """The section that was printed."""
    found: dict[str, Any] = tomllib.loads(text)["lifetime"]
    return found


def test_a_fit_prints_a_section_that_a_policy_takes(events: Path, call: Call) -> None:
    said = call("fit", events, *UNTIL, "--validate").done()
    section = read_policy(PLAIN + said, "my.toml").lifetime
    assert section is not None
    assert section.fitted_on == "2026-06-28"
    assert section.repeat_customers < section.customers <= 400
    assert " weeks after the fit: " in said
    rules = [line.split("  ")[0] for line in said.splitlines()[-3:]]
    assert rules == ["# model", "# last period repeats", "# last 90 days, scaled"]


def test_a_fit_as_json_says_the_same(events: Path, call: Call) -> None:
    section = fitted(call("fit", events, *UNTIL).done())
    facts = orjson.loads(call("fit", events, *UNTIL, "--validate", "--json").done())
    assert facts["lifetime"] == section
    assert facts["currency"] == "USD"
    assert facts["counts"]["sales"] == len(events.read_bytes().splitlines())
    assert facts["validation"]["scores"][0]["rule"] == "model"


def test_lines_of_replay_are_taken_too_and_other_topics_left_out(
    events: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrapped = b'{"topic": "payments", "value": {}}\n\n' + b"".join(
        b'{"topic": "purchases", "value": ' + line + b"}\n"
        for line in events.read_bytes().splitlines()
    )
    bare = call("fit", events).done()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(wrapped)))
    assert call("fit", "-").done() == bare


def test_with_a_policy_margins_are_its_own(events: Path, policy: Path, call: Call) -> None:
    amounts = fitted(call("fit", events).done())
    margins = fitted(call("fit", events, "--policy", policy).done())
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
    events: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_file = call("fit", events).done()
    monkeypatch.setattr(Topic, "values", tuple(events.read_bytes().splitlines()))
    monkeypatch.setattr(module, "Reader", Topic)
    assert call("fit").done() == of_file


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
    text: bytes, told: str, tmp_path: Path, call: Call
) -> None:
    file = tmp_path / "events.jsonl"
    file.write_bytes(text)
    assert call("fit", file).refused().startswith("whalecurve: " + told.format(file=file))


def test_without_scipy_it_says_what_to_install(
    events: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported = builtins.__import__

    def without(name: str, *more: Any) -> Any:
        if name == "streams.fitting" and more[2] == ("models",):
            raise ImportError(name)
        return imported(name, *more)

    monkeypatch.setattr(builtins, "__import__", without)
    assert call("fit", events).refused() == (
        "whalecurve: fitting needs numpy and scipy: pip install 'whalecurve[fit]'"
    )


def test_one_customer_by_the_example_is_that_of_the_paper(call: Call) -> None:
    asked = ("2", "30.43", "38.86", "22.35", "--policy", EXAMPLE)
    assert call("lifetime", *asked).done().splitlines() == [
        "P(alive)            0.727",
        "expected purchases  1.226 in 39 weeks",
        "mean margin         24.66 USD",
        "value               30.23 USD in 39 weeks, 29.23 USD discounted",
        "P(alive) below 0.5  from week 62.5 on, in 23.6 weeks",
        "P(alive) below 0.3  from week 93.2 on, in 54.4 weeks",
    ]


def test_one_customer_as_json(policy: Path, call: Call) -> None:
    options = ("--policy", policy, "--threshold", "0.9", "--json")
    facts = orjson.loads(call("lifetime", "1", "3", "52", *options, "--", "-5").done())
    assert (facts["policy"], facts["currency"]) == ("test-1", "USD")
    # it was below 0.9 with its last purchase, in week 3
    assert facts["alive_until"] == [{"threshold": 0.9, "week": 3.0, "from_now_weeks": -49.0}]
    assert float(facts["mean_margin"]) < 10
    assert 0 < facts["p_alive"] < 0.5


def test_a_customer_may_have_bought_just_now(call: Call) -> None:
    assert call("lifetime", "1", "3", "3", "10", "--policy", EXAMPLE).status == 0


def test_a_policy_that_knows_nothing_of_it_says_what_to_do(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = POLICIES / "plain.toml"
    monkeypatch.setenv("WHALECURVE_POLICY", str(file))
    assert call("lifetime", "0", "0", "1", "0").refused() == (
        f"whalecurve: {file}: lifetime: expected a section, found none: `whalecurve fit` prints "
        "one made from your purchases"
    )
