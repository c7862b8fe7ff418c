"""The policy file's keys for lifetime value: what a fit found, and how far to look ahead."""

from typing import Annotated, Final

import msgspec

from agents.policy.key_types import Rate, Section
from schemas.base.meanings import means

HORIZON_WEEKS_MAX: Final = 520
LIFETIME_MIN: Final = (1, 100)
LIFETIME_MAX: Final = (10_000, 1)
"""What a parameter of purchases may be, as ratios: a fit beyond has found nothing."""

Parameter = Annotated[str, msgspec.Meta(title="decimal text from 0.01 to 10000")]
"""Of the models of purchases."""
Positive = Annotated[str, msgspec.Meta(title="decimal text above 0")]
Fitted = Annotated[int, msgspec.Meta(ge=1, le=2_000_000_000)]


class LifetimePurchases(Section, frozen=True):
    """`[lifetime.purchases]`: BG/NBD, for customers who came back."""

    r: Annotated[Parameter, means("shape of the customers' purchase rates")]
    alpha: Annotated[Parameter, means("their scale, in weeks")]
    a: Annotated[Parameter, means("chances to leave after a purchase: weight of leaving")]
    b: Annotated[Parameter, means("the same: weight of staying")]


class LifetimeOnePurchase(Section, frozen=True):
    """`[lifetime.one_purchase]`: MBG/NBD, for customers who have not come back yet."""

    r: Annotated[Parameter, means("as of `lifetime.purchases`, of a fit of its own")]
    alpha: Annotated[Parameter, means("the same")]
    a: Annotated[Parameter, means("the same")]
    b: Annotated[Parameter, means("the same")]


class LifetimeMargins(Section, frozen=True):
    """`[lifetime.margins]`: gamma-gamma, of the margins of repeat purchases."""

    p: Annotated[Positive, means("shape of a customer's margins")]
    q: Annotated[Positive, means("shape of what differs between customers; more than 1")]
    v: Annotated[Positive, means("its scale, in the base currency")]
    mean: Annotated[
        Positive, means("mean over customers, in the base currency: of one without margins above 0")
    ]


class Lifetime(Section, frozen=True, kw_only=True):
    """`[lifetime]`: what customers will yet bring, as `whalecurve fit` prints it; absent: off."""

    horizon_weeks: Annotated[
        int, msgspec.Meta(ge=1, le=HORIZON_WEEKS_MAX), means("how far the figures look ahead")
    ] = 39
    yearly_discount: Annotated[
        Rate, means("what money is worth less after 52 weeks, as a rate of at most 1")
    ] = "0.10"
    fitted_on: Annotated[str, means("the last UTC day of the purchases that were fitted")]
    customers: Annotated[Fitted, means("how many customers were fitted")]
    repeat_customers: Annotated[Fitted, means("those of them who came back on another day")]
    log_likelihood: Annotated[str, means("of the fit of `lifetime.purchases`; decimal text")]
    purchases: LifetimePurchases
    one_purchase: LifetimeOnePurchase
    margins: LifetimeMargins
