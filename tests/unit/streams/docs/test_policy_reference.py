"""The reference of the policy: what it says of every key is what the file holds it to."""

import re
from typing import Any

import msgspec
import pytest

from agents.policy_file.keys import PolicyFile
from agents.signals.registry import SIGNAL_NAMES
from streams.docs.policy_reference import policy_rows
from tests.support.whole_policy import GONE, told, with_one_changed

ROWS = {key.strip("`"): (holds, default, means) for key, holds, default, means in policy_rows()}


def test_every_key_says_what_it_means() -> None:
    assert len(ROWS) > 40
    assert all(holds and means for holds, _, means in ROWS.values())


ACTIONS = "`call`, `win_back`, `fix_issue` or `escalate`"
SAID = {
    "value.window_days": ("an integer from 1 to 3660", ""),
    "dedupe_ids_max": ("an integer from 1 to 200000", "`10000`"),
    "tiers.hold.downgrade": ("`full` or `one_step`", "`full`"),
    "tiers.entry.key": ("amount", ""),
    "treatment": ("tables", "none"),
    "risk.cooldown_days": ("an integer from 0 to 3660", "`0`"),
    "risk.weights": ("an integer for each name", "none"),
    "risk.actions.SIGNAL.key": (ACTIONS, "none"),
    "risk.overdue.min_purchase_days": ("an integer from 2 to 1000000", "`3`"),
    "risk.dissatisfied.answers": ("an integer from 1 to 20", "`3`"),
    "ladder.dwell_days": ("an integer from 1 to 3660", "`30`"),
    "ladder.playbook.terminate": ("a text, or a table of texts by signal", "none"),
    "lifetime.purchases.r": ("decimal text from 0.01 to 10000", ""),
    "value.index.future": ("decimal text", "`0.0`"),
    # tables with names of their own, and lists
    "service.contact.CHANNEL.per_minute": ("decimal text", "`0`"),
    "service.card[].contact.CHANNEL.per_minute": ("decimal text", "`0`"),
    "service.card[].from": ("a text", ""),
}


def test_a_key_says_what_it_holds_and_its_default() -> None:
    assert {key: ROWS[key][:2] for key in SAID} == SAID
    signals = {key.split(".")[1] for key in ROWS if key.startswith("risk.") and key.count(".") > 1}
    assert signals == {*SIGNAL_NAMES, "actions"}


# what a key holds, and what is refused of it

NOT_NEGATIVE = "expected a decimal text, not negative"
DIGITS = "of at most 2 digits behind the point"
MAY_BE_NEGATIVE = ("tiers.entry.", "segments.", "risk.unprofitable.", "for.")
NO_TEXT = [(1, "expected `str`, found `int`"), (0.5, "expected `str`, found `float`")]
DECIMALS: dict[str, tuple[list[str], str]] = {
    "decimal text": (["-1", "-0.1", "12%", "x"], NOT_NEGATIVE),
    "decimal text from 0.01 to 10000": (
        ["0.009", "10000.1", "-1", "x"],
        "expected a decimal text from 0.01 to 10000",
    ),
    "decimal text above 0": (["0", "0.0", "-3", "x"], "expected a decimal text above 0"),
}
OF_ITS_OWN = {
    "lifetime.yearly_discount": "expected a decimal text from 0 to 1",
    "lifetime.margins.q": "expected a decimal text above 1",
}


def wrong_values(key: str, holds: str) -> list[tuple[Any, str]]:
    """What a key can't hold, each with the words for it."""
    if numbers := re.fullmatch(r"an integer from (\d+) to (\d+)", holds):
        low, high = map(int, numbers.groups())
        types = [(float(low), "float"), ("9", "str"), (True, "bool")]
        return [
            (low - 1, f"expected `int` >= {low}, found {low - 1}"),
            (high + 1, f"expected `int` <= {high}, found {high + 1}"),
            *((wrong, f"expected `int`, found `{kind}`") for wrong, kind in types),
        ]
    if holds in DECIMALS:
        texts, words = DECIMALS[holds]
        words = OF_ITS_OWN.get(key, words)
        return [*NO_TEXT, *((text, f"{words}, found {text!r}") for text in texts)]
    if holds == "amount":
        signed = key.startswith(MAY_BE_NEGATIVE)
        words = f"expected a decimal text {DIGITS}" if signed else f"{NOT_NEGATIVE}, {DIGITS}"
        texts = ["0.001", "--1", "five", "", *([] if signed else ["-1"])]
        return [*NO_TEXT, *((text, f"{words}, found {text!r}") for text in texts)]
    if holds == "`true` or `false`":
        return [(1, "expected `bool`, found `int`"), ("yes", "expected `bool`, found `str`")]
    if holds.startswith("`"):
        return [("slow", "invalid enum value 'slow', found 'slow'")]
    return NO_TEXT if holds == "a text" else []


PATHS = {
    key.replace("CHANNEL", "chat").replace("SIGNAL", "overdue").replace("[]", "[0]"): holds
    for key, (holds, *_) in ROWS.items()
}
WRONG = [(path, *its) for path, holds in PATHS.items() for its in wrong_values(path, holds)]


@pytest.mark.parametrize(("path", "wrong", "words"), WRONG)
def test_what_a_key_does_not_hold_is_refused_with_these_words(
    path: str, wrong: Any, words: str
) -> None:
    said = told(with_one_changed(path, wrong)).replace("`int | null`", "`int`")
    assert said.replace("`str | null`", "`str`") == f"my.toml: {path}: {words}"


@pytest.mark.parametrize("path", [path for path, holds in PATHS.items() if "integer from" in holds])
def test_the_bounds_of_a_number_are_within_them(path: str) -> None:
    for bound in map(int, re.findall(r"\d+", PATHS[path])):
        # another key may stand against it
        assert "`int`" not in told(with_one_changed(path, bound))


DEFAULTS = {
    path: default.strip("`")
    for path, (_, default, _) in zip(PATHS, ROWS.values(), strict=True)
    if default.startswith("`")
}


@pytest.mark.parametrize("path", DEFAULTS)
def test_what_a_file_does_not_say_is_the_default(path: str) -> None:
    found: Any = msgspec.convert(with_one_changed(path, GONE), PolicyFile)
    for step in re.findall(r"[^.\[\]]+", path):
        if isinstance(found, list | dict):
            found = found[int(step) if isinstance(found, list) else step]
        else:
            found = getattr(found, step)
    said = ", ".join(found) if isinstance(found, tuple) else str(found)
    assert said.replace("False", "false") == DEFAULTS[path]
