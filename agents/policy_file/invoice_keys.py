"""The keys of `[invoices]`."""

from typing import Annotated

from agents.policy.key_types import Amount, DaysIfAny, Kept, Rate, Section
from schemas.base.meanings import means


class Tolerance(Section, frozen=True):
    """`[invoices.tolerance]`: what may be missing of an invoice that is paid; the greater holds."""

    amount: Annotated[Amount, means("so much in the base currency")] = "0"
    rate: Annotated[Rate, means("such a part of the invoice's amount; at most 1")] = "0"


class Invoices(Section, frozen=True):
    """`[invoices]`: sales on credit are followed until they are paid; absent: they are not."""

    open_max: Annotated[
        Kept,
        means("open invoices of a customer kept apart; beyond, the least due are summed into one"),
    ] = 64
    unmatched_max: Annotated[
        Kept, means("payments of a customer whose invoice is not known; the earliest go first")
    ] = 64
    paid_days: Annotated[
        DaysIfAny,
        means(
            "for so many UTC days an invoice that is paid is remembered: late payments of it are "
            "one, too much is credit; absent: each payment counts by itself"
        ),
    ] = None
    tolerance: Tolerance | None = None
