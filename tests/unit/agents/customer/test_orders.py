"""What becomes of an order after its sale: money back alone, goods sent again, a cancel."""

from typing import Any

import pytest

from agents.customer.order_pasts import EVENTS_MAX
from agents.customer.orders import ENTRIES_MAX
from schemas.base.times import day_of
from schemas.state.rows import CREDIT_BYTES
from streams.config.policy import load_policy
from tests.support.customers import at
from tests.support.feeding import Event, on
from tests.support.happening import Story, happened
from tests.support.hearing import Ada
from tests.support.making import ABSENT, payment
from tests.support.policies import only, policy, section
from tests.support.signalling import bought, tick

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


# cancelled


BOUNDED = policy(
    only("overdue", "unprofitable"),
    section("lifetime"),
    {
        "stage": {"lost_days": 60},
        "orders": {"remember_days": 8, "orders_max": 3},
        "invoices": {},
        "service.reminder": [{"after_days": 1, "cost": "2.00"}],
        "tiers.tells": ["stage"],
    },
)
FAR = {"occurred_at": on(28)}


def ordered(day: int, order: str, amount: str = "100.00", **fields: Any) -> dict[str, Any]:
    made = {"event_id": f"{order}-{day}-{amount}", "order_id": order, "cost": "40.00"}
    return bought(day, amount, **(made | fields))


def cancel(day: int, order: str = "o-1", **fields: Any) -> dict[str, Any]:
    its = {"event_id": f"cancel-{order}-{day}", "customer_id": "ada", "occurred_at": on(day)}
    return its | {"order_id": order, "type": "cancel"} | fields


def kept(*events: Event) -> Story:
    return happened(*events, by=BOUNDED)


def test_a_cancelled_order_is_as_if_never_ordered() -> None:
    story = kept(ordered(1, "o-1"), ordered(4, "o-2"), cancel(4, "o-2"))
    plain = kept(ordered(1, "o-1"), payment(occurred_at=on(4), status="failed"))
    assert story.newest()["value"] == plain.newest()["value"]
    assert story.newest()["lifetime"] == plain.newest()["lifetime"]
    assert story.row().touch == plain.row().touch
    assert story.reasons == []


def test_whoever_has_no_order_left_is_a_prospect_again() -> None:
    story = kept(ordered(1, "o-1"), cancel(2))
    assert story.newest()["stage"] == "prospect"
    assert story.newest()["lifetime"] is None
    assert story.tiers("from_stage", "stage")[-1] == ("new", "prospect")


def test_what_a_return_of_it_cost_is_taken_back_with_it() -> None:
    story = kept(ordered(1, "o-1"), ordered(3, "o-1", type="return", items=9), cancel(4))
    assert story.worth("revenue", "contribution", "service_cost", "returns") == [0, 0, 0, 0]
    assert story.row().touch.last_us is None


def test_a_cancel_before_its_sale_swallows_it_and_all_that_follows() -> None:
    story = kept(cancel(2), ordered(1, "o-1"), ordered(3, "o-1", type="return"))
    assert story.outcome("applied", "reasons", "lifetime") == [3, [], None]
    assert story.worth("revenue", "returns") == [0, 0]


def test_a_second_cancel_changes_nothing() -> None:
    story = kept(ordered(1, "o-1"), cancel(2), cancel(3))
    assert story.worth("revenue") == [0]
    assert story.reasons == []


def test_without_the_section_a_cancel_is_turned_away() -> None:
    story = met(ordered(1, "o-1"), cancel(1))
    assert story.worth("revenue") == [10_000]
    assert story.reasons == ["too_late_to_cancel"]


def test_an_order_is_remembered_for_its_days_and_no_longer() -> None:
    assert kept(ordered(1, "o-1"), cancel(8)).worth("revenue") == [0]
    story = kept(ordered(1, "o-1"), cancel(9))
    assert story.worth("revenue") == [10_000]
    assert story.reasons == ["too_late_to_cancel"]


def test_a_cancel_that_was_turned_away_leaves_no_id_and_no_time() -> None:
    story = kept(ordered(1, "o-1"), cancel(20))
    assert story.row().as_of_us == kept(ordered(1, "o-1")).row().as_of_us


@pytest.mark.parametrize(
    ("events", "reasons"),
    [
        ([ordered(1, "old"), cancel(9)], ["too_late_to_cancel"]),
        ([ordered(1, "old"), cancel(9, ordered_at=on(9))], []),
        ([ordered(1, "old"), cancel(9, ordered_at=on(1))], ["too_late_to_cancel"]),
        ([ordered(8, "new"), cancel(9)], []),
        ([cancel(9)], []),
        ([cancel(9, ordered_at=on(1))], ["too_late_to_cancel"]),
        ([ordered(9, "new"), cancel(1)], ["too_late_to_cancel"]),
        ([ordered(day, f"o-{day}") for day in (1, 2, 3, 4)] + [cancel(4)], ["too_late_to_cancel"]),
        (
            [ordered(day, f"o-{day}") for day in (1, 2, 3, 4)] + [cancel(4, ordered_at=on(1))],
            ["too_late_to_cancel"],
        ),
        ([cancel(4, f"o-{number}") for number in range(4)], ["too_late_to_cancel"]),
    ],
)
def test_an_unknown_order_waits_for_its_sale_unless_it_may_be_settled(
    events: list[Event], reasons: list[str]
) -> None:
    assert kept(*events).outcome("reasons") == [reasons]


def test_what_is_remembered_is_bounded_and_goes_with_time() -> None:
    story = kept(*(ordered(day, f"o-{day}") for day in (1, 2, 3, 4)))
    row = story.row().orders
    assert row is not None
    assert [order.day for order in row.orders] == [day_of(at(day)) for day in (2, 3, 4)]
    assert story.then(payment(**FAR, status="failed")).row().orders is None


def test_an_invoice_goes_with_its_order_and_what_was_paid_waits() -> None:
    credit = {"invoice_id": "i-1", "due_at": on(2)}
    story = kept(ordered(1, "o-1", **credit), payment(occurred_at=on(5), invoice_id="i-1"))
    assert story.worth("reminders") == [200]
    story.then(cancel(6))
    assert story.worth("reminders") == [0]
    invoices = story.row().invoices
    assert (invoices.open, len(invoices.unmatched)) == ([], CREDIT_BYTES)


def test_an_invoice_of_two_orders_stays_with_the_other() -> None:
    credit = {"invoice_id": "i-1", "due_at": on(9)}
    story = kept(ordered(1, "o-1", **credit), ordered(2, "o-2", "30.00", **credit), cancel(3))
    assert [its.remaining for its in story.row().invoices.open] == [3_000]


def test_too_much_on_one_invoice_settles_its_orders() -> None:
    credit = {"invoice_id": "i-1", "due_at": on(9)}
    parts = [
        payment(event_id=f"part-{number}", occurred_at=on(2), invoice_id="i-1", amount="0.01")
        for number in range(EVENTS_MAX)
    ]
    story = kept(ordered(1, "o-1", **credit), *parts, cancel(3))
    assert story.outcome("reasons") == [["too_late_to_cancel"]]


def test_too_many_events_of_one_order_settle_it() -> None:
    parts = [ordered(2, "o-1", "0.01", event_id=f"{n}", type="return") for n in range(ENTRIES_MAX)]
    assert kept(ordered(1, "o-1"), *parts, cancel(3)).outcome("reasons") == [["too_late_to_cancel"]]
    assert kept(ordered(1, "o-1"), *parts[1:], cancel(3)).worth("revenue") == [0]


def test_by_the_default_policy_a_cancelled_order_costs_nobody_anything() -> None:
    story = happened(ordered(1, "o-1"), cancel(1), tick(28), by=load_policy(None))
    its = story.newest()
    assert (its["value"]["contribution"], its["stage"], its["tier"], its["risks"]) == (
        *("0.00", "prospect", "ordinary"),
        [],
    )


def test_by_the_default_policy_shipping_paid_back_costs_no_handling() -> None:
    back = ordered(3, "o-1", "5.00", **REFUND | {"items": 0})
    story = happened(ordered(1, "o-1", "600.00"), back, by=load_policy(None))
    assert story.worth("revenue", "service_cost") == [59_500, 0]


# what belongs to a sale


def test_a_return_of_a_remembered_sale_lies_on_its_day() -> None:
    # the window has ten days: both leave it together
    story = kept(ordered(1, "o-1"), ordered(7, "o-1", "30.00", type="return"))
    assert story.worth("revenue") == [7_000]
    assert story.then(payment(occurred_at=on(11), status="failed")).worth("revenue") == [0]


def test_a_return_of_a_sale_that_is_not_remembered_lies_on_its_own() -> None:
    story = kept(ordered(1, "o-1"), ordered(9, "o-1", "30.00", type="return"))
    assert story.then(payment(occurred_at=on(11), status="failed")).worth("revenue") == [-3_000]


def test_a_return_that_comes_before_its_sale_moves_to_its_day() -> None:
    story = kept(ordered(7, "o-1", "30.00", type="return"), ordered(1, "o-1"))
    assert story.worth("revenue") == [7_000]
    assert story.then(payment(occurred_at=on(11), status="failed")).worth("revenue") == [0]


def test_another_policy_settles_what_it_does_not_remember() -> None:
    story = kept(ordered(1, "o-1"), ordered(4, "o-2"))
    plain = met(ordered(1, "o-1"), ordered(4, "o-2"))
    story = story.again(tick(4), ordered(5, "o-3"), by=KEEPS)
    assert story.row().orders is None
    assert rhythm(story) == rhythm(plain.then(ordered(5, "o-3")))


# how many orders there were

ABUSE = policy(
    only("return_abuse"),
    {"orders.remember_days": 9},
    {"risk.return_abuse": {"orders": 2, "above": "0.4", "clear_below": "0.3"}},
)
LATE_SALE = [ordered(3, "o-2", type="return"), ordered(1, "o-1"), ordered(2, "o-2")]
CANCELLED = [*(ordered(day, f"o-{day}") for day in (1, 2, 3)), ordered(4, "o-1", type="return")]
RETURNED: dict[str, list[dict[str, Any]]] = {
    "a return that came before its sale is none": LATE_SALE,
    "nor is a cancelled sale": [*CANCELLED, cancel(5, "o-3")],
    "nor one of a day that sold twice": [
        *CANCELLED,
        ordered(3, "o-4"),
        cancel(5, "o-3"),
        cancel(5, "o-4"),
    ],
}


@pytest.mark.parametrize("events", RETURNED.values(), ids=RETURNED)
def test_orders_are_counted_as_they_are_left(events: list[dict[str, Any]]) -> None:
    ada = Ada(ABUSE, *events)
    (raised,) = ada.hears(ada.topic)
    assert (raised["signal"], raised["status"]) == ("return_abuse", "raised")
    ada.proves({"above": ("0.5000", "0.4000"), "orders": (2, 2)})
