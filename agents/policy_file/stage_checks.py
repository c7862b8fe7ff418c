"""What the types of the stages' keys can't say."""

from collections.abc import Iterator
from typing import Final

from agents.policy_file.keys import PolicyFile
from agents.signals.keys import Fault
from schemas.base.money import parse_ratio

TERMINATION: Final = ("termination_notice", "termination_withdrawn")


def stage_faults(policy: PolicyFile) -> Iterator[Fault]:
    """One at a time: (key, expected, found)."""
    if policy.stage is None:
        if "stage" in policy.tiers.tells:
            yield "tiers.tells", "no `stage`, without a section [stage]", "stage"
        reasons = policy.contacts_due.reasons if policy.contacts_due is not None else ()
        for reason in TERMINATION:
            if reason in reasons:
                yield "contacts_due.reasons", f"no `{reason}`, without a section [stage]", reason
    elif parse_ratio(policy.stage.lost_gaps) is None:
        yield "stage.lost_gaps", "a decimal text, not negative", policy.stage.lost_gaps
