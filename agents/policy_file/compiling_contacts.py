"""`[contacts_due]` and what treatments say of it, as the rooms use it."""

from collections.abc import Mapping
from typing import Any

from agents.policy.compiled import Cadence, ContactRules
from agents.policy_file.contact_keys import ContactsDue
from schemas.base.vocabulary import TIERS, TOUCHES


def contact_rules(section: ContactsDue | None, treatment: Mapping[str, Any]) -> ContactRules:
    """The rules of a checked section; without one nothing is due."""
    asked = ContactsDue(reasons=()) if section is None else section
    touches = frozenset(TOUCHES if asked.touches is None else asked.touches)
    cadences = tuple(_cadences(asked, tier, treatment.get(tier, {})) for tier in TIERS)
    return ContactRules(
        reasons=frozenset(asked.reasons),
        quiet_days=asked.quiet_days,
        touches=touches,
        tells_touches=len(touches) < len(TOUCHES),
        channel_days=asked.channel_days or 0,
        cadences=cadences,
        roles=frozenset(its.role for each in cadences for its in each if its.role is not None),
    )


def _cadences(asked: ContactsDue, tier: str, grants: Mapping[str, Any]) -> tuple[Cadence, ...]:
    """A tier's list, or else what its treatment promises."""
    if "interval" not in asked.reasons:
        return ()
    listed = getattr(asked.cadence, tier)
    if listed:
        return tuple(Cadence(its.role, its.every_days) for its in listed)
    every_days = grants.get("contact_every_days", 0)
    return (Cadence(None, every_days),) if every_days else ()
