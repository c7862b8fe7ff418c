"""Lifetime value of one customer, from three figures: x, t_x, T and its mean repeat margin.

x: repeat purchase days (UTC days with a purchase, but the first); t_x: weeks from the first
purchase day to the last; T: weeks from the first one to now. 0 <= t_x <= T; with x = 0, t_x = 0.

BG/NBD (Fader, Hardie, Lee 2005) says that who never came back is a customer for certain: it lets
nobody leave before a repeat purchase. MBG/NBD (Batislam, Denizel, Filiztekin 2007, "Empirical
validation and comparison of models for customer base analysis", IJRM 24(3)) lets them leave with
the first one, too, and so says something of them; it serves x = 0. It does so by parameters of its
own, fitted by themselves: with those of BG/NBD put into its formulas the customers of CDNOW who had
bought once are told 211 purchases in 39 weeks and are alive with 0.65, with its own 261 and 0.41;
334 came, of 14 % of them. Margins: gamma-gamma (Fader and Hardie 2013, "The gamma-gamma model of
monetary value"). Nothing is rounded here; what goes out is rounded where it goes out.
"""

from math import exp, log
from typing import Final, NamedTuple

import msgspec

from agents.models.bgnbd_sums import EXPONENT_MAX, alive, purchases_if_alive
from schemas.base.times import NO_DAY, WEEK_DAYS

YEAR_WEEKS: Final = 52.0
QUARTER_WEEKS: Final = 13
DAYS_AHEAD_MAX: Final = 36_600
"""What lies farther ahead does not come: NO_DAY."""


class PurchaseHistory(NamedTuple):
    """What the model asks of a customer's purchases; days are UTC days."""

    first_day: int
    last_day: int
    repeats: int
    """Purchase days after the first."""
    repeat_margin: int
    """What they brought together, in minor units."""


class LifetimeParams(msgspec.Struct, frozen=True):
    """What a fit found and what the policy says, in weeks and in major units of the currency."""

    r: float
    alpha: float
    a: float
    b: float
    """BG/NBD: purchase rates are gamma (r, alpha), chances to leave are beta (a, b)."""
    mbg_r: float
    mbg_alpha: float
    mbg_a: float
    mbg_b: float
    """MBG/NBD, in the same sense."""
    p: float
    q: float
    v: float
    """Gamma-gamma; q > 1."""
    mean_margin: float
    """Of a repeat purchase, the mean over customers: for those of whom the model says nothing."""
    horizon_weeks: int
    yearly_discount: float
    """A rate for 52 weeks: what comes after so many is worth 1 / (1 + rate) of it."""
    scale: int
    """Minor units of the currency in a major one."""


def p_alive(params: LifetimeParams, x: int, t_x: float, T: float) -> float:
    """The chance, in (0, 1], that the customer has not left for good.

    x > 0: 1 / (1 + a / (b + x - 1) * ((alpha + T) / (alpha + t_x))^(r + x)), BG/NBD;
    x = 0: 1 / (1 + a / b * ((alpha + T) / alpha)^r), MBG/NBD.
    """
    if x == 0:
        now = log(params.mbg_alpha + T)
        return alive(_odds(params, 0), params.mbg_r, now, log(params.mbg_alpha))
    now = log(params.alpha + T)
    return alive(_odds(params, x), params.r + x, now, log(params.alpha + t_x))


def alive_on(params: LifetimeParams, bought: PurchaseHistory, day: int) -> float:
    """P(alive) as of a UTC day."""
    bought_weeks = (bought.last_day - bought.first_day) / WEEK_DAYS
    return p_alive(params, bought.repeats, bought_weeks, (day - bought.first_day) / WEEK_DAYS)


def expected_purchases(params: LifetimeParams, x: int, t_x: float, T: float, weeks: float) -> float:
    """Purchases within so many weeks from now: P(alive) times those of one who is alive.

    Never more than P(alive) * (r + x) * weeks / (alpha + T), the purchases of who stays for good.
    """
    return p_alive(params, x, t_x, T) * _if_alive(params, x, T, weeks)


def future(params: LifetimeParams, x: int, t_x: float, T: float) -> tuple[float, float, float]:
    """(P(alive), purchases within the horizon, these discounted), exactly."""
    chance = p_alive(params, x, t_x, T)
    purchases, discounted = _horizon(params, x, T)
    return chance, chance * purchases, chance * discounted


def alive_until_week(params: LifetimeParams, x: int, t_x: float, threshold: float) -> float:
    """The T at which P(alive) comes down to the threshold; it may lie before t_x.

    (alpha + t_x) * ((b + x - 1) / a * (1 / threshold - 1))^(1 / (r + x)) - alpha, with
    0 < threshold <= 1; for x = 0 by MBG/NBD with b in place of b + x - 1. Finite always.
    """
    power, alpha, last = params.r + x, params.alpha, params.alpha + t_x
    if x == 0:
        power, alpha, last = params.mbg_r, params.mbg_alpha, params.mbg_alpha
    odds = 1.0 / threshold - 1.0
    exponent = (log(odds) - _odds(params, x)) / power if odds > 0.0 else -EXPONENT_MAX
    return last * exp(max(-EXPONENT_MAX, min(EXPONENT_MAX, exponent))) - alpha


def alive_until_day(
    params: LifetimeParams, x: int, first_day: int, last_day: int, threshold: float
) -> int:
    """The first UTC day, from the last purchase's on, whose P(alive) is below the threshold.

    Days are counted as everywhere; `first_day` and `last_day` are those of the first and of the
    last purchase. NEVER_DAY where that is more than DAYS_AHEAD_MAX after the last one. It is exact
    for `p_alive` as floats have it: the closed form only says where to look.
    """
    t_x = (last_day - first_day) / WEEK_DAYS
    end = last_day + DAYS_AHEAD_MAX
    near = alive_until_week(params, x, t_x, threshold) * WEEK_DAYS + first_day
    day = last_day if near <= last_day else (end if near >= end else int(near))
    while day <= end and p_alive(params, x, t_x, (day - first_day) / WEEK_DAYS) >= threshold:
        day += 1
    if day > end:
        return NO_DAY
    while day > last_day and p_alive(params, x, t_x, (day - 1 - first_day) / WEEK_DAYS) < threshold:
        day -= 1
    return day


def mean_margin(params: LifetimeParams, x: int, mean: float) -> float:
    """The margin to expect of a purchase, in major units, from the mean of the x repeat ones.

    Gamma-gamma: (q - 1) / (p x + q - 1) * v p / (q - 1) + p x / (p x + q - 1) * mean. It knows only
    margins above 0. With a mean of 0 or less the population's mean stands in place of the model's,
    under the same weights, and what comes of it may be below 0; with x = 0 it stands alone.
    """
    if x == 0:
        return params.mean_margin
    prior, own = params.q - 1.0, params.p * x
    population = params.v * params.p / prior if mean > 0.0 else params.mean_margin
    return (prior * population + own * mean) / (own + prior)


class LifetimeTables:
    """The same figures for the hot path: P(alive) as it is, purchases between nodes of a table.

    Purchases of one who is alive depend on x and T alone. Nodes lie evenly on log((alpha + T) /
    alpha), denser in T where they curve, and are reckoned when first needed. Between two of them
    it goes straight: within 0.1 % of the exact form (`tests/properties/test_lifetime.py`). Beyond
    the table it is the exact form.
    """

    PURCHASES: Final = 256
    """Values of x in the table."""
    WEEKS: Final = 1_044.0
    """20 years of T in the table."""
    NODES: Final = 12.0
    """In each e-fold of alpha + T."""

    def __init__(self, params: LifetimeParams) -> None:
        self._params = params
        self._r, self._alpha = params.r, params.alpha
        self._log_alpha = log(params.alpha)
        self._r0, self._alpha0 = params.mbg_r, params.mbg_alpha
        self._log_alpha0 = log(params.mbg_alpha)
        self._odds = [_odds(params, x) for x in range(self.PURCHASES)]
        self._plain: list[list[float]] = [[] for _ in self._odds]
        self._discounted: list[list[float]] = [[] for _ in self._odds]

    def future(self, x: int, t_x_days: int, T_days: int) -> tuple[float, float, float]:
        """(P(alive), purchases within the horizon, these discounted), of figures in UTC days."""
        weeks = T_days / 7.0
        if x >= self.PURCHASES or weeks >= self.WEEKS:
            return future(self._params, x, t_x_days / 7.0, weeks)
        if x == 0:
            first = self._log_alpha0
            now = log(self._alpha0 + weeks)
            chance = alive(self._odds[0], self._r0, now, first)
        else:
            first = self._log_alpha
            now = log(self._alpha + weeks)
            chance = alive(self._odds[x], self._r + x, now, log(self._alpha + t_x_days / 7.0))
        at = (now - first) * self.NODES
        node = int(at)
        part = at - node
        plain = self._plain[x]
        if not plain or plain[node] < 0.0 or plain[node + 1] < 0.0:
            self._fill(x, node)
            plain = self._plain[x]
        discounted = self._discounted[x]
        low, low_discounted = plain[node], discounted[node]
        purchases = low + part * (plain[node + 1] - low)
        worth = low_discounted + part * (discounted[node + 1] - low_discounted)
        return chance, chance * purchases, chance * worth

    def _fill(self, x: int, node: int) -> None:
        """Reckons a node and the next one."""
        alpha = self._alpha0 if x == 0 else self._alpha
        if not self._plain[x]:
            # the last node, the next one, and one for what rounding may do at the end
            nodes = int(log((alpha + self.WEEKS) / alpha) * self.NODES) + 3
            self._plain[x] = [-1.0] * nodes
            self._discounted[x] = [-1.0] * nodes
        for index in (node, node + 1):
            if self._plain[x][index] < 0.0:
                weeks = alpha * exp(index / self.NODES) - alpha
                plain, discounted = _horizon(self._params, x, weeks)
                self._plain[x][index], self._discounted[x][index] = plain, discounted


def _odds(params: LifetimeParams, x: int) -> float:
    """The logarithm of the odds of having left with the last purchase."""
    if x == 0:
        return log(params.mbg_a / params.mbg_b)
    return log(params.a / (params.b + x - 1))


def _if_alive(params: LifetimeParams, x: int, T: float, weeks: float) -> float:
    """Purchases of one who is alive; by MBG/NBD the first purchase was a chance to leave, too."""
    if x == 0:
        rate, stay = params.mbg_alpha + T, params.mbg_b + 1.0
        return purchases_if_alive(params.mbg_r, rate, params.mbg_a, stay, weeks)
    return purchases_if_alive(params.r + x, params.alpha + T, params.a, params.b + x, weeks)


def _horizon(params: LifetimeParams, x: int, T: float) -> tuple[float, float]:
    """(purchases within the horizon, these discounted) of one who is alive.

    What comes within a quarter of 13 weeks is discounted as if all of it came at its middle; the
    last quarter may be shorter.
    """
    purchases = discounted = 0.0
    begin = 0
    while begin < params.horizon_weeks:
        end = min(begin + QUARTER_WEEKS, params.horizon_weeks)
        until = _if_alive(params, x, T, float(end))
        years = (begin + end) / 2.0 / YEAR_WEEKS
        discounted += (until - purchases) * (1.0 + params.yearly_discount) ** -years
        purchases, begin = until, end
    return purchases, discounted
