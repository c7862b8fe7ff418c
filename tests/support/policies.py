"""Policies for tests: a file of `tests/policies/`, with keys set, taken out or added by their path.

    policy()                                             plain.toml
    policy({"value.window_days": 30})                    one key set
    policy({"risk.unprofitable": None})                  a section taken out
    policy(INVOICES, {"invoices.open_max": 1})           a section added, one of its keys changed
    policy(only("overdue"), {"risk.overdue.watch": "3"}) no signal but one, and that changed

A change is a dictionary from a dotted path to a value, a section (a dictionary, laid over what is
there), a list of sections (put behind those that are there), or None (taken out).
`section("invoices")` is the change that a file of `tests/policies/` makes.
"""

import tomllib
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, Final

from agents.policy.compiled import Policy
from agents.policy_file.compiling import compile_policy
from agents.policy_file.keys import PolicyFile
from agents.policy_file.reading import checked_policy

POLICIES: Final = Path(__file__).parents[1] / "policies"
Change = Mapping[str, Any]


@cache
def _file(name: str) -> dict[str, Any]:
    return tomllib.loads((POLICIES / f"{name}.toml").read_text(encoding="utf-8"))


def section(name: str) -> Change:
    """What a file of `tests/policies/` adds to a policy."""
    return _file(name)


def only(*signals: str) -> Change:
    """These signals of `signals.toml`, no others, and what they rest on."""
    risks = section("signals")["risk"]
    change: dict[str, Any] = {"risk": None, "risk.weights": {}}
    change |= {f"risk.{name}": risks[name] for name in signals}
    if "leaving" in signals:
        change |= {f"risk.{name}": risks[name] for name in risks["leaving"]["of"]}
    if "fading" in signals:
        change |= section("lifetime")
    if "overdue_invoice" in signals:
        change["invoices"] = {"open_max": 3, "unmatched_max": 3}
    return change


def raw_policy(*changes: Change, base: str = "plain") -> dict[str, Any]:
    """The policy as TOML would give it, not checked yet."""
    raw = deepcopy(_file(base))
    for change in changes:
        for path, value in change.items():
            _set(raw, path.split("."), deepcopy(value))
    return raw


def policy_file(*changes: Change, base: str = "plain") -> PolicyFile:
    """The checked policy; PolicyError where the changes make it wrong."""
    return checked_policy(raw_policy(*changes, base=base), "test.toml")


def successor(before: Policy, by: Policy | None) -> Policy:
    """The policy that comes after one, with a version of its own; None: the same."""
    if by is None or by.hash == before.hash:
        return before
    is_the_same = before.version.startswith(by.version)
    return replace(by, version=f"{before.version}'") if is_the_same else by


def policy(*changes: Change, base: str = "plain") -> Policy:
    """The compiled policy."""
    return compile_policy(policy_file(*changes, base=base))


def _set(table: dict[str, Any], path: list[str], value: Any) -> None:
    name, *rest = path
    if rest:
        _set(table.setdefault(name, {}), rest, value)
    elif value is None:
        assert name in table, f"{name} is not there to be taken out"
        del table[name]
    elif isinstance(value, dict) and isinstance(table.get(name), dict):
        for key, its_value in value.items():
            _set(table[name], [key], its_value)
    elif isinstance(value, list) and isinstance(table.get(name), list):
        table[name] += value
    else:
        table[name] = value
