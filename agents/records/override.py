"""The `override` object of records."""

from typing import Any

from schemas.base.times import format_micros
from schemas.base.vocabulary import TIERS
from schemas.state.rows import OverrideRow


def override_wire(override: OverrideRow | None) -> dict[str, Any] | None:
    """A human's word on the tier, as far as it holds; None: none does."""
    if override is None:
        return None
    expires_us = override.expires_us
    return {
        "tier": TIERS[override.tier],
        "mode": override.mode,
        "reason": override.reason,
        "expires_at": None if expires_us is None else format_micros(expires_us),
    }
