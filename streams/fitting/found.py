"""What a fit finds; nothing here needs the extra that finds it."""

from dataclasses import dataclass


class TooLittleError(Exception):
    """The purchases do not say enough for a fit; the text says what is missing."""


@dataclass(frozen=True)
class Fitted:
    """One model's parameters, and the log-likelihood of what they were fitted to."""

    parameters: tuple[float, ...]
    log_likelihood: float


@dataclass(frozen=True)
class Fit:
    """What was found in the purchases of so many customers."""

    customers: int
    repeat_customers: int
    margin_customers: int
    """Those with a mean repeat margin above 0, which gamma-gamma was fitted to."""
    purchases: Fitted
    """BG/NBD: r, alpha, a, b; of time in weeks."""
    one_purchase: Fitted
    """MBG/NBD: the same."""
    margins: Fitted
    """Gamma-gamma: p, q, v; in major units."""
    mean_margin: float
    """Over repeat customers, the mean of their mean repeat margins; in major units."""
