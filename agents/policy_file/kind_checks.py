"""What the types of the kinds' keys can't say: each kind's policy has to hold as a whole."""

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from agents.policy.keeps import Keeps
from agents.policy_file.keys import PolicyFile
from agents.policy_file.kind_keys import ForKind
from agents.policy_file.kinds import file_of, parts_of
from agents.signals.keys import Fault, Values
from agents.signals.registry import SIGNAL_NAMES, SIGNALS
from agents.signals.rule import Signal

Faults = Callable[[PolicyFile], Iterator[Fault]]


def kind_faults(policy: PolicyFile, faults: Faults, digits: int) -> Iterator[Fault]:
    """One at a time: (key, expected, found). `faults` are those of a file without kinds."""
    for kind, part in parts_of(policy):
        prefix = f"for.{kind}"
        for key, expected, found in _own_faults(policy, part, faults, digits):
            yield f"{prefix}.{key}", expected, found


def _own_faults(policy: PolicyFile, part: ForKind, faults: Faults, digits: int) -> Iterator[Fault]:
    for name in part.risk:
        if name not in SIGNAL_NAMES or getattr(policy.risk, name) is None:
            yield f"risk.{name}", f"the name of a signal that is on: [risk.{name}]", "none"
            return
    try:
        whole = file_of(policy, part)
    except msgspec.ValidationError as error:
        yield _fault_of(error, part)
        return
    yield from faults(whole)
    if policy.tiers.mode == "share" and part.tiers != ForKind().tiers:
        yield "tiers.entry", "no section, as tiers.mode is share", "one"
    yield from _kept_faults(policy, whole, part, digits)


def _fault_of(error: msgspec.ValidationError, part: ForKind) -> Fault:
    """Of 'Expected `int` >= 1 - at `$.risk.support_spike.contacts`'."""
    what, _, where = str(error).partition(" - at ")
    key = where.strip("`").removeprefix("$.")
    if what.startswith("Invalid enum value"):
        return key, "a name that may stand there", what.removeprefix("Invalid enum value ")
    if not what.startswith("Expected "):
        return f"{key}.{what.rpartition('field `')[2].rstrip('`')}", "no key of this name", "one"
    expected, _, got = what.removeprefix("Expected ").partition(", got ")
    _, signal, name = key.split(".", 2)
    return key, expected, got or part.risk[signal][name.partition("[")[0]]


def _kept_faults(
    policy: PolicyFile, whole: PolicyFile, part: ForKind, digits: int
) -> Iterator[Fault]:
    """Of keys that say what is kept: a customer's kind may change, and what it needs is there."""
    for signal in SIGNALS:
        for key in part.risk.get(signal.name, {}):
            for_all = msgspec.structs.asdict(getattr(policy.risk, signal.name))
            own = msgspec.structs.asdict(getattr(whole.risk, signal.name))
            alone = for_all | {key: own[key]}
            if _kept(signal, alone, digits) != _kept(signal, for_all, digits):
                yield (
                    f"risk.{signal.name}.{key}",
                    f"the same as for all, as it says what is kept ({for_all[key]})",
                    own[key],
                )


def _kept(signal: type[Signal], values: dict[str, Any], digits: int) -> Keeps:
    return msgspec.structs.replace(signal.keeps(Values(values, digits)), issue_rules=())
