"""The three models, fitted by maximum likelihood; this needs numpy and scipy (the extra `fit`).

BG/NBD: Fader, Hardie, Lee (2005); MBG/NBD: Batislam, Denizel, Filiztekin (2007); gamma-gamma:
Fader and Hardie (2013). `agents.models.bgnbd` says what they are used for.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from math import log
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import betaln, gammaln

from agents.policy_file.lifetime_keys import LIFETIME_MAX, LIFETIME_MIN
from schemas.base.times import WEEK_DAYS
from streams.fitting.found import Fit, Fitted, TooLittleError
from streams.fitting.purchases import Customer

CUSTOMERS_MIN: Final = 100
REPEAT_CUSTOMERS_MIN: Final = 30
"""Below these four parameters follow chance: the fit would say so by nothing."""
GRADIENT_MAX: Final = 1e-4
"""Of the mean log-likelihood by a parameter's logarithm, where a fit has converged."""
NEAR_BOUND: Final = 0.01
"""A parameter that ended so near a bound, in logarithms, was stopped by it."""
MARGIN_BOUNDS: Final = (1e-2, 1e4)
STARTS: Final = ((1.0, 1.0, 1.0, 1.0), (0.3, 5.0, 0.8, 2.5), (2.0, 30.0, 0.3, 5.0))

Vector = NDArray[np.float64]
Likelihood = Callable[[Vector], float]


def fit(customers: Sequence[Customer]) -> Fit:
    """Fits all three; TooLittleError where there is too little, or nothing was found."""
    repeat = [customer for customer in customers if customer.x]
    gaining = [customer for customer in repeat if customer.mean > 0]
    _require(len(customers), CUSTOMERS_MIN, "customers")
    _require(len(repeat), REPEAT_CUSTOMERS_MIN, "customers who bought on another day again")
    _require(len(gaining), REPEAT_CUSTOMERS_MIN, "of these with a mean repeat margin above 0")
    mean_margin = sum(customer.mean for customer in repeat) / len(repeat)
    if mean_margin <= 0:
        raise TooLittleError(
            f"expected repeat purchases that bring something, found a mean of {mean_margin:.2f}"
        )
    low, high = (one / other for one, other in (LIFETIME_MIN, LIFETIME_MAX))
    bounds = [(low, high)] * 4
    bg_nbd, mbg_nbd = _purchase_likelihoods(customers)
    return Fit(
        len(customers),
        len(repeat),
        len(gaining),
        _best("BG/NBD", ("r", "alpha", "a", "b"), bg_nbd, len(customers), bounds, STARTS),
        _best("MBG/NBD", ("r", "alpha", "a", "b"), mbg_nbd, len(customers), bounds, STARTS),
        _fit_margins(gaining),
        mean_margin,
    )


def _require(count: int, least: int, what: str) -> None:
    if count < least:
        raise TooLittleError(f"expected at least {least} {what}, found {count}")


def _purchase_likelihoods(customers: Sequence[Customer]) -> tuple[Likelihood, Likelihood]:
    """The mean log-likelihoods of BG/NBD and MBG/NBD, by the logarithms of r, alpha, a, b."""
    alike = Counter((customer.x, customer.t_x_days, customer.T_days) for customer in customers)
    rows = np.array(sorted(alike), dtype=float)
    count = np.array([alike[key] for key in sorted(alike)], dtype=float)
    x, t_x, until = rows[:, 0], rows[:, 1] / WEEK_DAYS, rows[:, 2] / WEEK_DAYS
    came_back = x > 0

    def bg_nbd(logs: Vector) -> float:
        r, alpha, a, b = np.exp(logs)
        common = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + betaln(a, b + x) - betaln(a, b)
        stays = -(r + x) * np.log(alpha + until)
        odds = np.log(a / np.where(came_back, b + x - 1, 1.0))
        left = np.where(came_back, odds - (r + x) * np.log(alpha + t_x), -np.inf)
        return float(count @ (common + np.logaddexp(stays, left)) / count.sum())

    def mbg_nbd(logs: Vector) -> float:
        r, alpha, a, b = np.exp(logs)
        common = gammaln(r + x) - gammaln(r) + r * np.log(alpha) - betaln(a, b)
        stays = betaln(a, b + x + 1) - (r + x) * np.log(alpha + until)
        left = betaln(a + 1, b + x) - (r + x) * np.log(alpha + t_x)
        return float(count @ (common + np.logaddexp(stays, left)) / count.sum())

    return bg_nbd, mbg_nbd


def _fit_margins(gaining: Sequence[Customer]) -> Fitted:
    """Gamma-gamma; fitted in units of the mean margin, so that no currency is near a bound."""
    x = np.array([customer.x for customer in gaining], dtype=float)
    margin = np.array([customer.mean for customer in gaining], dtype=float)
    unit = float(margin.mean())
    mean = margin / unit

    def gamma_gamma(logs: Vector) -> float:
        p, q, v = np.exp(logs)
        shape = gammaln(p * x + q) - gammaln(p * x) - gammaln(q) + q * np.log(v)
        fallen = (p * x - 1) * np.log(mean) + p * x * np.log(x) - (p * x + q) * np.log(x * mean + v)
        return float((shape + fallen).mean())

    bounds = [MARGIN_BOUNDS, (1.0, MARGIN_BOUNDS[1]), MARGIN_BOUNDS]
    starts = ((1.0, 2.0, 1.0), (5.0, 4.0, 0.5))
    fitted = _best("gamma-gamma", ("p", "q", "v"), gamma_gamma, len(gaining), bounds, starts)
    p, q, v = fitted.parameters
    # the density of a margin in major units is that of its multiple of the unit, over the unit
    return Fitted((p, q, v * unit), fitted.log_likelihood - len(gaining) * log(unit))


def _best(
    model: str,
    names: Sequence[str],
    likelihood: Likelihood,
    number: int,
    bounds: Sequence[tuple[float, float]],
    starts: Sequence[Sequence[float]],
) -> Fitted:
    """The likeliest parameters of several starts; TooLittleError where there are none."""
    logs = [(log(low), log(high)) for low, high in bounds]
    results: list[Any] = [
        minimize(
            lambda at: -likelihood(at),
            np.log(np.array(start)),
            method="L-BFGS-B",
            jac="3-point",
            bounds=logs,
            options={"ftol": 1e-15, "gtol": 1e-9, "maxiter": 1_000},
        )
        for start in starts
    ]
    best = min(results, key=lambda result: float(result.fun))
    for name, at, (low, high) in zip(names, best.x, logs, strict=True):
        if not low + NEAR_BOUND < at < high - NEAR_BOUND:
            raise TooLittleError(
                f"expected a fit of {model}, found none: its {name} ran to {np.exp(at):.6g}, where "
                "its bound is; take more customers, or a longer time"
            )
    if not np.abs(best.jac).max() < GRADIENT_MAX:
        raise TooLittleError(
            f"expected a fit of {model}, found none: it did not converge; take more customers, or "
            "a longer time"
        )
    parameters = tuple(float(value) for value in np.exp(best.x))
    return Fitted(parameters, -float(best.fun) * number)
