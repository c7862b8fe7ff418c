"""What becomes of an order after its sale: money back alone, goods sent again."""

from typing import Any

import pytest

from tests.support.feeding import Event, on
from tests.support.happening import Story, happened
from tests.support.making import ABSENT, payment
from tests.support.policies import only, policy, section
from tests.support.signalling import bought

KEEPS = policy(only("overdue"), section("lifetime"), {"stage": {"lost_days": 60}})
REFUND: dict[str, Any] = {"type": "refund", "cost": ABSENT, "event_id": "back"}
AGAIN: dict[str, Any] = {"type": "replacement", "event_id": "again", "cost": "7.00"}


def sold(day: int, amount: str = "100.00", **fields: Any) -> Event:
    return bought(day, amount, cost="40.00", **fields)


def met(*events: Event) -> Story:
    return happened(*events, by=KEEPS)


def rhythm(story: Story) -> dict[str, Any]:
    """What a snapshot says of its purchases, but for what they brought."""
    its = story.newest()["lifetime"]
    return {name: its[name] for name in its if "margin" not in name and "contribution" not in name}


def test_money_that_goes_back_lowers_revenue_and_costs_no_handling() -> None:
    story = met(sold(1, "600.00"), bought(3, "5.00", **REFUND, items=0))
    assert story.worth("revenue", "margin", "service_cost", "returns") == [59_500, 55_500, 0, 0]


def test_goods_sent_again_cost_what_they_cost() -> None:
    story = met(sold(1), bought(3, "0", **AGAIN))
    assert story.worth("revenue", "goods_cost", "service_cost") == [10_000, 4_700, 0]


@pytest.mark.parametrize("more", [bought(9, "5.00", **REFUND), bought(9, "0", **AGAIN)])
def test_neither_is_a_purchase_day_or_a_touch(more: Event) -> None:
    plain = met(sold(1), sold(4), payment(occurred_at=on(9), status="failed"))
    mended = met(sold(1), sold(4), more)
    assert rhythm(plain) == rhythm(mended)
    assert plain.row().touch == mended.row().touch
    assert plain.newest()["stage"] == mended.newest()["stage"]


@pytest.mark.parametrize("only_one", [bought(9, "5.00", **REFUND), bought(9, "0", **AGAIN)])
def test_who_got_nothing_else_never_bought(only_one: Event) -> None:
    story = met(only_one)
    assert story.newest()["stage"] == "prospect"
    assert story.newest()["lifetime"] is None


@pytest.mark.parametrize("fault", [True, False])
def test_goods_sent_again_cost_the_margin_of_purchases_whoever_is_at_fault(fault: Any) -> None:
    plain = met(sold(1), sold(4)).newest()["lifetime"]["mean_margin"]
    more = bought(9, "0", **AGAIN, seller_fault=fault)
    mended = met(sold(1), sold(4), more).newest()["lifetime"]["mean_margin"]
    assert float(plain) - float(mended) == pytest.approx(7.0)
