"""The `override` object of records."""

from schemas.base.times import format_micros
from schemas.base.vocabulary import TIERS
from schemas.outputs.parts import Override
from schemas.state.rows import OverrideRow


def override_of(row: OverrideRow | None) -> Override | None:
    """A human's word on the tier, as far as it holds; None: none does."""
    if row is None:
        return None
    expires_us = row.expires_us
    expires_at = None if expires_us is None else format_micros(expires_us)
    return Override(TIERS[row.tier], row.mode, row.reason, expires_at)
