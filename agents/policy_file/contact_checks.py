"""What the types of the keys for contacts due can't say."""

from collections.abc import Iterator

from agents.policy_file.contact_keys import ContactsDue
from agents.signals.keys import Fault
from schemas.base.vocabulary import TIERS


def contact_faults(section: ContactsDue) -> Iterator[Fault]:
    """One at a time: (key, expected, found)."""
    for tier in TIERS:
        roles: list[str] = []
        for number, cadence in enumerate(getattr(section.cadence, tier)):
            key = f"contacts_due.cadence.{tier}[{number}]"
            if "interval" not in section.reasons:
                yield key, "no cadence, unless contacts_due.reasons has interval", "one"
            if not cadence.role.isprintable():
                yield f"{key}.role", "one line of printable characters", cadence.role
            if cadence.role in roles:
                yield f"{key}.role", "a role that this tier does not have yet", cadence.role
            roles.append(cadence.role)
