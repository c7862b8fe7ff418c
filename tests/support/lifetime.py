"""Lifetime value in tests: the published fit of CDNOW, and purchases by the model's own rules."""

from random import Random
from typing import Any, Final

import orjson

from agents.models.bgnbd import LifetimeParams

CDNOW: Final = LifetimeParams(
    r=0.242594,
    alpha=4.413598,
    a=0.792926,
    b=2.425921,
    mbg_r=0.524849,
    mbg_alpha=6.183111,
    mbg_a=0.891351,
    mbg_b=1.613957,
    p=6.249502,
    q=3.744235,
    v=15.443756,
    mean_margin=35.077848,
    horizon_weeks=39,
    yearly_discount=0.1,
    scale=100,
)
SECTION: Final = """\
[lifetime]
fitted_on = "1997-09-30"
customers = 2357
repeat_customers = 946
log_likelihood = "-9582.4"
[lifetime.purchases]
r = "0.242594"
alpha = "4.413598"
a = "0.792926"
b = "2.425921"
[lifetime.one_purchase]
r = "0.524849"
alpha = "6.183111"
a = "0.891351"
b = "1.613957"
[lifetime.margins]
p = "6.249502"
q = "3.744235"
v = "15.443756"
mean = "35.077848"
"""


def sale(customer: str, day: int, **more: Any) -> dict[str, Any]:
    """A sale on a day of 2026, counted from 1."""
    month, rest = divmod(day - 1, 28)
    return {
        "event_id": f"{customer}-{day}",
        "customer_id": customer,
        "occurred_at": f"2026-{month + 1:02d}-{rest + 1:02d}T10:00:00Z",
        "order_id": f"o-{customer}-{day}",
        "amount": "10.00",
        "currency": "USD",
        **more,
    }


def lines(*sales: dict[str, Any]) -> bytes:
    """A file of bare events."""
    return b"".join(orjson.dumps(each) + b"\n" for each in sales)


def market(customers: int, seed: int = 7) -> list[dict[str, Any]]:
    """Sales of so many customers over 280 days, of whom some leave and some buy often."""
    chance = Random(seed)
    sales = []
    for number in range(customers):
        rate, leave = chance.gammavariate(0.6, 1 / 20), chance.betavariate(0.9, 2.0)
        typical = 20 * chance.gammavariate(3.0, 1 / 3)
        day = float(chance.randint(1, 60))
        while day <= 280:
            amount = f"{typical * chance.gammavariate(4.0, 1 / 4) + 0.01:.2f}"
            sales.append(sale(f"c-{number}", int(day), amount=amount))
            if chance.random() < leave:
                break
            day += 1 + chance.expovariate(rate + 1e-6)
    return sales
