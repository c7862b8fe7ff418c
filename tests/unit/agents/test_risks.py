"""Signals: when each is raised and cleared, and what proves it."""

from datetime import date, timedelta
from typing import Any

from schemas.base.times import day_start
from schemas.inputs.events import Kind
from schemas.state.rows import read_head
from tests.support.feeding import Desk
from tests.support.making import payment, policy, purchase, support_call

OFF = {
    "support_spike": ("[risk.support_spike]\ncontacts = 4\nclear_at = 1\nwindow_days = 3\n", ""),
    "unprofitable": (
        '[risk.unprofitable]\nbelow = "0.00"\nclear_at = "10.00"\nmin_tenure_days = 4\n',
        "",
    ),
}
SPIKE_ONLY = policy(OFF["unprofitable"])
LOSS_ONLY = policy(OFF["support_spike"])


def on(day: int, at: str = "12:00:00") -> str:
    return f"2026-03-{day:02d}T{at}Z"


def calls(*days: int, at: str = "12:00:00") -> list[dict[str, Any]]:
    """A free contact on each of these days of March."""
    return [
        support_call(event_id=f"call-{number}-{day}", occurred_at=on(day, at), channel="email")
        for number, day in enumerate(days)
    ]


def clock(day: int, at: str = "00:00:00") -> dict[str, Any]:
    """Another customer's free event: the partition's time passes."""
    when = on(day, at)
    return support_call(
        event_id=f"clock-{when}", customer_id="clock", occurred_at=when, channel="email"
    )


def said(desk: Desk, signal: str) -> list[tuple[str, str]]:
    """(status, effective_at) of all that was said of a signal."""
    desk.commit()
    return [(its["status"], its["effective_at"]) for its in desk.risks if its["signal"] == signal]


def evidence(desk: Desk) -> list[tuple[str, object, object]]:
    """Of the last signal."""
    desk.commit()
    return [(its["rule"], its["observed"], its["threshold"]) for its in desk.risks[-1]["evidence"]]


# support_spike: 4 contacts in 3 days raise it, 1 clears it


def test_a_spike_is_raised_at_so_many_contacts_within_the_window() -> None:
    desk = Desk(SPIKE_ONLY)
    desk.feed(Kind.SUPPORT_CALLS, *calls(1, 2, 3))
    assert said(desk, "support_spike") == []
    desk.feed(Kind.SUPPORT_CALLS, *calls(3, at="23:59:59.999999"))
    assert said(desk, "support_spike") == [("raised", "2026-03-03T23:59:59.999999Z")]
    assert evidence(desk) == [("risk.support_spike.contacts", 4, 4)]


def test_contacts_spread_beyond_the_window_are_no_spike() -> None:
    desk = Desk(SPIKE_ONLY)
    desk.feed(Kind.SUPPORT_CALLS, *calls(1, 2, 3, 4))
    assert said(desk, "support_spike") == []


def test_a_spike_is_raised_once() -> None:
    desk = Desk(SPIKE_ONLY)
    desk.feed(Kind.SUPPORT_CALLS, *calls(1, 1, 1, 1, 1, 2, 2))
    assert said(desk, "support_spike") == [("raised", on(1))]


def test_a_late_contact_inside_the_window_may_raise_a_spike() -> None:
    desk = Desk(SPIKE_ONLY)
    desk.feed(Kind.SUPPORT_CALLS, *calls(3, 3, 3, 1))
    assert said(desk, "support_spike") == [("raised", on(3))]


def test_a_late_contact_before_the_window_raises_nothing() -> None:
    desk = Desk(SPIKE_ONLY)
    desk.feed(Kind.SUPPORT_CALLS, *calls(10, 10, 10, 7))
    assert said(desk, "support_spike") == []


def test_a_spike_clears_at_the_midnight_at_which_few_enough_contacts_remain() -> None:
    desk = Desk(SPIKE_ONLY)
    desk.feed(Kind.SUPPORT_CALLS, *calls(1, 1, 2, 3), clock(4, "23:59:59.999999"))
    assert said(desk, "support_spike") == [("raised", on(3))]
    desk.feed(Kind.SUPPORT_CALLS, clock(5))
    assert said(desk, "support_spike") == [("raised", on(3)), ("cleared", "2026-03-05T00:00:00Z")]
    assert evidence(desk) == [("risk.support_spike.clear_at", 1, 1)]
    assert desk.risks[-1]["trigger"] == {"kind": "timer", "topic": None, "event_id": None}


def test_a_spike_between_raising_and_clearing_stays_as_it_is() -> None:
    desk = Desk(SPIKE_ONLY)
    desk.feed(Kind.SUPPORT_CALLS, *calls(1, 1, 2, 2), clock(4))
    assert said(desk, "support_spike") == [("raised", on(2))]


def test_a_spike_may_be_raised_again() -> None:
    desk = Desk(SPIKE_ONLY)
    desk.feed(Kind.SUPPORT_CALLS, *calls(1, 1, 1, 1), *calls(10, 10, 10, 10))
    assert said(desk, "support_spike") == [
        ("raised", on(1)),
        ("cleared", "2026-03-04T00:00:00Z"),
        ("raised", on(10)),
    ]


def test_contacts_count_on_any_channel_and_whoever_s_fault() -> None:
    desk = Desk(SPIKE_ONLY)
    for number, channel in enumerate(("phone", "chat", "store", "self_service")):
        made = {"event_id": channel, "channel": channel, "seller_fault": bool(number % 2)}
        desk.feed(Kind.SUPPORT_CALLS, support_call(**made))
    assert said(desk, "support_spike") == [("raised", on(1))]


# unprofitable: below 0.00 after 4 days raises it, 10.00 clears it


def test_a_loss_of_a_newcomer_is_no_signal_yet() -> None:
    desk = Desk(LOSS_ONLY)
    desk.feed(Kind.SUPPORT_CALLS, support_call(occurred_at=on(1)), clock(4, "23:59:59.999999"))
    assert said(desk, "unprofitable") == []


def test_a_loss_is_raised_at_the_midnight_at_which_tenure_is_reached() -> None:
    desk = Desk(LOSS_ONLY)
    desk.feed(Kind.SUPPORT_CALLS, support_call(occurred_at=on(1, "23:59:59")), clock(5))
    assert said(desk, "unprofitable") == [("raised", "2026-03-05T00:00:00Z")]
    assert evidence(desk) == [
        ("risk.unprofitable.below", "-2.70", "0.00"),
        ("risk.unprofitable.min_tenure_days", 4, 4),
    ]


def test_nothing_earned_and_nothing_lost_is_no_loss() -> None:
    desk = Desk(LOSS_ONLY)
    desk.feed(Kind.SUPPORT_CALLS, *calls(1), clock(9))
    assert said(desk, "unprofitable") == []


def test_a_late_event_may_make_a_customer_old_enough_at_once() -> None:
    desk = Desk(LOSS_ONLY)
    old = support_call(event_id="old", occurred_at=on(2), channel="email")
    desk.feed(Kind.SUPPORT_CALLS, support_call(occurred_at=on(20)), old)
    assert said(desk, "unprofitable") == [("raised", on(20))]


def test_a_loss_clears_exactly_at_clear_at() -> None:
    desk = Desk(LOSS_ONLY)
    desk.feed(Kind.SUPPORT_CALLS, support_call(occurred_at=on(1)), clock(5))
    desk.feed(Kind.PURCHASES, purchase(amount="12.69", cost="0", occurred_at=on(6)))
    assert said(desk, "unprofitable") == [("raised", "2026-03-05T00:00:00Z")]
    last_cent = purchase(event_id="cent", amount="0.01", cost="0", occurred_at=on(7))
    desk.feed(Kind.PURCHASES, last_cent)
    assert said(desk, "unprofitable") == [("raised", "2026-03-05T00:00:00Z"), ("cleared", on(7))]
    assert evidence(desk) == [("risk.unprofitable.clear_at", "10.00", "10.00")]


def test_a_loss_stays_raised_while_it_leaves_the_window_without_a_gain() -> None:
    desk = Desk(LOSS_ONLY)
    desk.feed(Kind.SUPPORT_CALLS, support_call(occurred_at=on(1)), clock(20))
    assert said(desk, "unprofitable") == [("raised", "2026-03-05T00:00:00Z")]


# what was the seller's fault

EXCUSING = policy(
    OFF["support_spike"],
    ("min_tenure_days = 4", "min_tenure_days = 4\nexcuse_seller_fault = true"),
    more="[invoices]\n",
)


def at_fault(day: int, **fields: Any) -> dict[str, Any]:
    """A call that costs 2.70, and that the seller brought on."""
    made = {"event_id": f"fault-{day}", "occurred_at": on(day), "seller_fault": True}
    return support_call(**(made | fields))


def test_what_was_the_seller_s_fault_is_excused_where_the_policy_says_so() -> None:
    for its_policy, expected in ((EXCUSING, []), (LOSS_ONLY, [("raised", on(5))])):
        desk = Desk(its_policy)
        back = {"type": "return", "amount": "0", "cost": "0", "seller_fault": True}
        desk.feed(Kind.SUPPORT_CALLS, at_fault(1))
        desk.feed(Kind.PURCHASES, purchase(occurred_at=on(5, "00:00:00"), **back))
        desk.feed(Kind.SUPPORT_CALLS, clock(9))
        found = [status for status, _ in said(desk, "unprofitable")]
        assert found == [status for status, _ in expected]


def test_what_is_left_is_judged_and_what_was_excused_is_told() -> None:
    desk = Desk(EXCUSING)
    desk.feed(Kind.SUPPORT_CALLS, at_fault(1), at_fault(2), support_call(occurred_at=on(2)))
    desk.feed(Kind.SUPPORT_CALLS, clock(5))
    assert said(desk, "unprofitable") == [("raised", on(5, "00:00:00"))]
    assert evidence(desk) == [
        ("risk.unprofitable.below", "-2.70", "0.00"),
        ("risk.unprofitable.min_tenure_days", 4, 4),
        ("risk.unprofitable.excuse_seller_fault", "5.40", "excused"),
    ]
    # 12.70 with 5.40 that were excused: 10.00
    desk.feed(Kind.PURCHASES, purchase(amount="12.70", cost="0", occurred_at=on(6)))
    assert said(desk, "unprofitable")[1:] == [("cleared", on(6))]
    assert evidence(desk) == [
        ("risk.unprofitable.clear_at", "10.00", "10.00"),
        ("risk.unprofitable.excuse_seller_fault", "5.40", "excused"),
    ]


def test_where_nothing_was_excused_nothing_is_told_of_it() -> None:
    desk = Desk(EXCUSING)
    desk.feed(Kind.SUPPORT_CALLS, support_call(occurred_at=on(1)), clock(5))
    assert said(desk, "unprofitable") == [("raised", on(5, "00:00:00"))]
    assert len(evidence(desk)) == 2


def test_a_loss_that_is_all_excused_makes_no_due_time_of_tenure() -> None:
    desk = Desk(EXCUSING)
    desk.feed(Kind.SUPPORT_CALLS, at_fault(1))
    desk.commit()
    day = (date(2026, 3, 11) - date(1970, 1, 1)).days
    assert read_head(desk.customer_rows["ada"]).due_us == day_start(day)


def test_a_fault_leaves_with_its_day() -> None:
    desk = Desk(EXCUSING)
    desk.feed(Kind.SUPPORT_CALLS, at_fault(1), support_call(occurred_at=on(3)), clock(12))
    # on the 11th the excused part left, and with it what it excused
    assert said(desk, "unprofitable") == [("raised", on(5, "00:00:00"))]
    desk.feed(Kind.PURCHASES, purchase(amount="12.70", cost="0", occurred_at=on(12)))
    assert said(desk, "unprofitable")[1:] == [("cleared", on(12))]
    assert evidence(desk) == [("risk.unprofitable.clear_at", "10.00", "10.00")]


def test_what_waiting_for_money_costs_is_nobody_s_excuse() -> None:
    desk = Desk(EXCUSING)
    sale = purchase(amount="100", cost="100", invoice_id="i", due_at=on(1), occurred_at=on(1))
    desk.feed(Kind.PURCHASES, sale)
    desk.feed(Kind.SUPPORT_CALLS, clock(9))
    assert said(desk, "unprofitable") == [("raised", on(5, "00:00:00"))]
    # three days at noon before: 9.86 cents
    assert evidence(desk)[0] == ("risk.unprofitable.below", "-0.10", "0.00")


# late_payer: 2 of the last 3 more than 10 days late raise it, 2 in a row on time clear it


def paid(day: int, days_late: int, **fields: object) -> dict[str, Any]:
    """A payment on a day of March, so many days late."""
    due = date(2026, 3, day) - timedelta(days_late)
    made = {"event_id": f"paid-{day}", "occurred_at": on(day), "due_at": f"{due}T12:00:00Z"}
    return payment(**(made | fields))


def test_a_late_payer_is_raised_at_so_many_of_the_last() -> None:
    desk = Desk()
    desk.feed(Kind.PAYMENTS, paid(1, 11), paid(2, 0))
    assert said(desk, "late_payer") == []
    desk.feed(Kind.PAYMENTS, paid(3, 11))
    assert said(desk, "late_payer") == [("raised", on(3))]
    assert evidence(desk) == [("risk.late_payer.late", 2, 2)]


def test_days_late_must_be_more_than_so_many() -> None:
    desk = Desk()
    desk.feed(Kind.PAYMENTS, paid(1, 10), paid(2, 10), paid(3, 10))
    assert said(desk, "late_payer") == []


def test_a_payment_before_the_last_ones_does_not_count_any_more() -> None:
    desk = Desk()
    desk.feed(Kind.PAYMENTS, paid(1, 11), paid(2, 0), paid(3, 0), paid(4, 11))
    assert said(desk, "late_payer") == []


def test_the_last_payments_are_the_last_by_when_they_happened() -> None:
    desk = Desk()
    desk.feed(Kind.PAYMENTS, paid(2, 0), paid(3, 0), paid(4, 0))
    desk.feed(Kind.PAYMENTS, paid(1, 11), paid(1, 12, event_id="other"))
    assert said(desk, "late_payer") == []


def test_a_failed_payment_is_not_counted() -> None:
    desk = Desk()
    failed = [paid(day, 11, status="failed") for day in (1, 2, 3)]
    desk.feed(Kind.PAYMENTS, *failed)
    assert said(desk, "late_payer") == []


def test_a_late_payer_clears_after_a_run_on_time() -> None:
    desk = Desk()
    desk.feed(Kind.PAYMENTS, paid(1, 11), paid(2, 11), paid(3, 0))
    assert said(desk, "late_payer") == [("raised", on(2))]
    desk.feed(Kind.PAYMENTS, paid(4, 0))
    assert said(desk, "late_payer") == [("raised", on(2)), ("cleared", on(4))]
    assert evidence(desk) == [("risk.late_payer.clear_on_time", 2, 2)]


def test_a_payment_a_day_late_breaks_the_run() -> None:
    desk = Desk()
    desk.feed(Kind.PAYMENTS, paid(1, 11), paid(2, 11), paid(3, 0), paid(4, 1), paid(5, 0))
    assert said(desk, "late_payer") == [("raised", on(2))]


def test_payments_do_not_age() -> None:
    desk = Desk()
    desk.feed(Kind.PAYMENTS, paid(1, 11), paid(2, 11))
    desk.feed(Kind.SUPPORT_CALLS, clock(30))
    assert said(desk, "late_payer") == [("raised", on(2))]


def test_a_signal_whose_section_is_absent_is_off() -> None:
    silent = policy(OFF["support_spike"], OFF["unprofitable"])
    desk = Desk(silent)
    desk.feed(Kind.SUPPORT_CALLS, *calls(1, 1, 1, 1, 1), support_call(), clock(20))
    desk.commit()
    assert desk.risks == []
