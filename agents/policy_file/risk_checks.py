"""What the kinds of a signal's keys can't say: no signal may flap, or lack its ground."""

from collections.abc import Iterator

import msgspec

from agents.policy_file.keys import PolicyFile
from agents.signals.keys import Fault, Values, key_faults
from agents.signals.leaving import Leaving
from agents.signals.registry import SIGNAL_NAMES, SIGNALS


def risk_faults(policy: PolicyFile, digits: int) -> Iterator[Fault]:
    """One at a time: (key, expected, found)."""
    for key in ("weights", "actions"):
        for name in getattr(policy.risk, key):
            if name not in SIGNAL_NAMES:
                yield f"risk.{key}.{name}", "one of " + ", ".join(SIGNAL_NAMES), name
    for signal in SIGNALS:
        section = getattr(policy.risk, signal.name)
        if section is None:
            continue
        values = Values(msgspec.structs.asdict(section), digits)
        faults = list(key_faults(signal.keys, values)) or list(signal.faults(values))
        for key, expected, found in faults:
            yield f"risk.{signal.name}.{key}", expected, found
        for name in section.of if signal is Leaving else ():
            if getattr(policy.risk, name) is None:
                yield "risk.leaving.of", f"a section [risk.{name}]", "none"
        needed, words = signal.needs
        if needed and getattr(policy, needed) is None:
            yield f"risk.{signal.name}", words, "none"
