"""A fit as the policy's `[lifetime]`: the section itself, and its text to be put into a file."""

from math import floor, log10
from typing import Final

from agents.policy_file.lifetime_keys import (
    Lifetime,
    LifetimeMargins,
    LifetimeOnePurchase,
    LifetimePurchases,
)
from schemas.base.times import date_of
from streams.fitting.found import Fit

DIGITS: Final = 6
"""Of a parameter; more than any sample can tell."""


def section(fit: Fit, until: int) -> Lifetime:
    """The section of a fit to purchases up to a UTC day, with the other keys' defaults."""
    r, alpha, a, b = map(decimal_text, fit.purchases.parameters)
    r0, alpha0, a0, b0 = map(decimal_text, fit.one_purchase.parameters)
    p, q, v = map(decimal_text, fit.margins.parameters)
    return Lifetime(
        fitted_on=day_text(until),
        customers=fit.customers,
        repeat_customers=fit.repeat_customers,
        log_likelihood=f"{fit.purchases.log_likelihood:.1f}",
        purchases=LifetimePurchases(r, alpha, a, b),
        one_purchase=LifetimeOnePurchase(r0, alpha0, a0, b0),
        margins=LifetimeMargins(p, q, v, decimal_text(fit.mean_margin)),
    )


def toml(lifetime: Lifetime) -> str:
    """The section's text, without a line break at its end."""
    often, once, margins = lifetime.purchases, lifetime.one_purchase, lifetime.margins
    return f"""\
[lifetime]
horizon_weeks = {lifetime.horizon_weeks}
yearly_discount = "{lifetime.yearly_discount}"
fitted_on = "{lifetime.fitted_on}"
customers = {lifetime.customers}
repeat_customers = {lifetime.repeat_customers}
log_likelihood = "{lifetime.log_likelihood}"

[lifetime.purchases]
r = "{often.r}"
alpha = "{often.alpha}"
a = "{often.a}"
b = "{often.b}"

[lifetime.one_purchase]
r = "{once.r}"
alpha = "{once.alpha}"
a = "{once.a}"
b = "{once.b}"

[lifetime.margins]
p = "{margins.p}"
q = "{margins.q}"
v = "{margins.v}"
mean = "{margins.mean}\""""


def decimal_text(value: float) -> str:
    """A number above 0 as plain decimal text of six digits, or of all before its point."""
    places = max(0, DIGITS - 1 - floor(log10(value)))
    return f"{value:.{places}f}"


def day_text(day: int) -> str:
    """A UTC day as YYYY-MM-DD."""
    return date_of(day).isoformat()
