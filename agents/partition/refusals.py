"""Events that are valid and new, and can't be taken as their customer is."""

from agents.customer.orders import Orders
from agents.customer.state import Customer
from agents.events.booking import Booking, OrderPart
from agents.policy.compiled import OrderRules, Policy
from schemas.base.times import day_of
from schemas.inputs.rejects import Reason, Rejection
from schemas.state.rows import OrderRow


def conflict(event: Booking) -> Rejection:
    """Its id came before, with something else."""
    return Rejection(
        Reason.ID_CONFLICT,
        "event_id: expected the content it had when it was applied, found another one under "
        f"{event.event_id!r}",
    )


def too_late(
    customer: Customer | None, event: Booking, adopted_us: int, policy: Policy
) -> Rejection | None:
    """Why its order can't be cancelled any more; None: it can.

    `adopted_us` is when the policy was adopted: no customer is judged by it earlier.
    """
    part, rules = event.order, policy.orders
    assert part is not None
    if rules is None:
        why: str | None = "expected a policy with [orders], found one that remembers none"
    elif customer is None:
        why = _too_long_ago(part, event.day, event.day, rules)
    else:
        day = max(event.day, customer.day)
        if customer.policy_is_new:
            day = max(day, day_of(adopted_us))
        why = _not_remembered(customer, part, event.day, day, rules)
    return None if why is None else Rejection(Reason.TOO_LATE_TO_CANCEL, f"order_id: {why}")


def _too_long_ago(part: OrderPart, own_day: int, day: int, rules: OrderRules) -> str | None:
    placed_day = own_day if part.placed_day is None else part.placed_day
    if day - placed_day < rules.remember_days:
        return None
    return f"expected one of the last {rules.remember_days} days, found an earlier one"


def _not_remembered(
    customer: Customer, part: OrderPart, own_day: int, day: int, rules: OrderRules
) -> str | None:
    """The same of a known customer whose day will be `day` when the event is taken."""
    orders = customer.orders
    alive = [order for order in orders.kept if day - order.day < rules.remember_days]
    if any(its.key == part.key and (its.is_sold or its.is_cancelled) for its in alive):
        return None
    if (why := _too_long_ago(part, own_day, day, rules)) is not None:
        return why
    if _may_be_settled(orders, alive, part, has_bought=customer.touch.has_bought):
        return "expected one that is remembered, found one that may be settled already"
    if len(alive) >= rules.orders_max and all(order.is_cancelled for order in alive):
        return f"expected at most {rules.orders_max} cancelled ones, found one more"
    return None


def _may_be_settled(
    orders: Orders, alive: list[OrderRow], part: OrderPart, *, has_bought: bool
) -> bool:
    """Whether an order that is not remembered may have been: where it says when, that decides."""
    if part.placed_day is not None:
        return orders.evicted_day is not None and part.placed_day <= orders.evicted_day
    if orders.kept:
        has_bought = orders.has_bought
    return has_bought or any(order.entries for order in orders.kept if order not in alive)
