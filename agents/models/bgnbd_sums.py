"""The sums behind lifetime value, on plain numbers: who is still a customer, and what is to come.

A customer buys at a rate of its own (gamma: r, alpha) and leaves after a purchase with a chance of
its own (beta: a, b). Time is in weeks. `agents.models.bgnbd` puts a policy's parameters into these.
"""

from math import exp, lgamma, log
from typing import Final

EXPONENT_MAX: Final = 700.0
"""Of e: a little below where a float ends."""
TAIL: Final = 1e-13
"""What of a sum may be left out, as a share of it."""
_STANDARD_DEVIATIONS: Final = 10.0
"""Below the mean by so many, a negative binomial has nothing that a float would show."""


def alive(odds: float, power: float, now: float, last: float) -> float:
    """P(alive) = 1 / (1 + e^odds * (now / last)^power), in (0, 1].

    `odds`: the logarithm of the odds of having left with the last purchase; `now`: alpha + T and
    `last`: alpha + t_x, as logarithms; `power`: r + x. BG/NBD: Fader, Hardie, Lee (2005), "Counting
    your customers the easy way", Marketing Science 24(2).
    """
    exponent = odds + power * (now - last)
    if exponent > EXPONENT_MAX:
        exponent = EXPONENT_MAX
    elif exponent < -EXPONENT_MAX:
        return 1.0
    return 1.0 / (1.0 + exp(exponent))


def purchases_if_alive(power: float, rate: float, leave: float, stay: float, weeks: float) -> float:
    """What one who is a customer now buys within so many weeks, in purchases.

    `power`: r + x, `rate`: alpha + T, `leave`: a, `stay`: the other parameter of the beta of one
    who is alive. Who stayed for good would buy k times, k by the negative binomial of the rate; of
    these the first j pass without leaving with the chance (stay)_j / (leave + stay)_j. So it is

        g = sum over k of NB(k; power, z) * sum over j < k of (stay)_j / (leave + stay)_j

    with z = weeks / (rate + weeks). That is the published
    (a+b+x-1)/(a-1) * (1 - (1-z)^(r+x) * 2F1(r+x, b+x; a+b+x-1; z)) (Fader, Hardie, Lee 2005,
    equation 10) in another order of terms: all are positive, and a = 1 is no exception. Terms are
    added until what is left is below 1e-13 of the sum.
    """
    z = weeks / (rate + weeks)
    if z <= 0.0:
        return 0.0
    log_miss = log(rate / (rate + weeks))
    first = _first_term(power, z)
    passed, chance = 0.0, 1.0
    k = 0
    while k < first:
        passed += chance
        chance *= (stay + k) / (leave + stay + k)
        k += 1
    term = exp(_log_negative_binomial(power, log(z), log_miss, k))
    total = term * passed
    while True:
        ratio = z * (power + k) / (k + 1.0)
        passed += chance
        chance *= (stay + k) / (leave + stay + k)
        k += 1
        term *= ratio
        total += term * passed
        if ratio < 1.0:
            # ratios only fall from here on where power > 1, and stay below z where it is not
            bound = ratio if power > 1.0 else z
            left = bound / (1.0 - bound)
            if term * left * (passed + 1.0 / (1.0 - bound)) <= TAIL * total:
                return total


def _first_term(power: float, z: float) -> int:
    """The first purchase count whose chance shows in a float."""
    mean = power * z / (1.0 - z)
    deviation = (mean / (1.0 - z)) ** 0.5
    first = mean - _STANDARD_DEVIATIONS * (deviation + 1.0)
    return int(first) if first > 0.0 else 0


def _log_negative_binomial(power: float, log_z: float, log_miss: float, k: int) -> float:
    """The logarithm of the chance of k purchases."""
    if k == 0:
        return power * log_miss
    ways = lgamma(power + k) - lgamma(power) - lgamma(k + 1.0)
    return ways + power * log_miss + k * log_z
