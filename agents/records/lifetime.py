"""The `lifetime` object of snapshots: what a customer bought, and what it may yet bring."""

from agents.models.bgnbd import PurchaseHistory
from agents.models.expected import Future
from schemas.base.money import format_minor, half_even
from schemas.base.times import date_of
from schemas.outputs.parts import Lifetime


def lifetime_of(
    future: Future | None, bought: PurchaseHistory | None, day: int, digits: int
) -> Lifetime | None:
    """The figures as of a UTC day; None where no model is, or of one who never bought."""
    if future is None or bought is None:
        return None
    chance, purchases, discounted = future.figures(bought, day)
    mean = None
    if bought.repeats:
        mean = format_minor(half_even(bought.repeat_margin, bought.repeats), digits)
    return Lifetime(
        first_purchase_on=date_of(bought.first_day).isoformat(),
        last_purchase_on=date_of(bought.last_day).isoformat(),
        purchase_days=bought.repeats + 1,
        mean_margin=mean,
        p_alive=f"{chance:.4f}",
        expected_purchases=f"{purchases:.4f}",
        expected_contribution=format_minor(future.worth(bought, discounted), digits),
        horizon_weeks=future.params.horizon_weeks,
    )
