"""The policy's `[lifetime]` as the maths takes it: texts as floats, money in major units."""

from agents.models.bgnbd import LifetimeParams
from agents.policy_file.lifetime_keys import Lifetime


def lifetime_params(section: Lifetime, digits: int) -> LifetimeParams:
    """The parameters of a checked section, in a base currency of so many digits."""
    often, once, margins = section.purchases, section.one_purchase, section.margins
    return LifetimeParams(
        r=float(often.r),
        alpha=float(often.alpha),
        a=float(often.a),
        b=float(often.b),
        mbg_r=float(once.r),
        mbg_alpha=float(once.alpha),
        mbg_a=float(once.a),
        mbg_b=float(once.b),
        p=float(margins.p),
        q=float(margins.q),
        v=float(margins.v),
        mean_margin=float(margins.mean),
        horizon_weeks=section.horizon_weeks,
        yearly_discount=float(section.yearly_discount),
        scale=int(10**digits),
    )
