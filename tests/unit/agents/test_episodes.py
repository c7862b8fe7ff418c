"""Episodes: raised, escalated and cleared once each, and not again so soon."""

from typing import Any

import pytest

from agents.policy.compiled import Policy
from schemas.inputs.events import Kind
from schemas.state.rows import decode_customer
from tests.support.feeding import Desk, on
from tests.support.signalling import (
    EVERY_SIGNAL,
    M,
    P,
    S,
    Y,
    asked,
    bought,
    cooling,
    desk_of,
    gave_back,
    midnight,
    nothing_before,
    of_ada,
    only,
    paid_late,
    said,
    told,
    wait,
    when,
)

SPIKE = only("support_spike", more=cooling(5))
UNPAID = only("overdue_invoice", more=cooling(10))


def calls(day: int, number: int = 4) -> list[dict[str, Any]]:
    return [asked(day, f"12:00:0{n}") for n in range(number)]


def on_credit(day: int, due: int) -> dict[str, Any]:
    return bought(day, invoice_id=f"i-{day}", due_at=when(due), event_id=f"sold-{day}-{due}")


def pays(day: int, sold: int) -> dict[str, Any]:
    fields = {"invoice_id": f"i-{sold}", "amount": "1.00"}
    return paid_late(day, 0, event_id=f"pays-{day}-{sold}", **fields)


def spiked() -> Desk:
    """A spike of day 1 that was cleared at the beginning of day 4."""
    desk = desk_of(SPIKE)
    desk.feed(S, *calls(1))
    wait(desk, 4)
    return desk


def test_within_the_cool_down_it_is_not_raised_and_at_its_end_by_itself() -> None:
    desk = spiked()
    desk.feed(S, *calls(8))
    nothing_before(desk, 9)
    assert said(desk, "support_spike")[2:] == [("raised", midnight(9))]
    assert desk.risks[-1]["trigger"]["kind"] == "timer"


def test_what_has_passed_by_the_end_of_the_cool_down_is_not_raised() -> None:
    desk = spiked()
    desk.feed(S, *calls(5))
    wait(desk, 30)
    assert [status for status, _ in said(desk, "support_spike")] == ["raised", "cleared"]


def test_after_the_cool_down_it_is_raised_at_once() -> None:
    desk = spiked()
    desk.feed(S, *calls(9))
    assert said(desk, "support_spike")[2:] == [("raised", when(9, "12:00:03"))]


def test_without_a_cool_down_it_may_be_raised_on_the_same_day() -> None:
    desk = desk_of(only("support_spike"))
    desk.feed(S, *calls(1))
    wait(desk, 4)
    desk.feed(S, *calls(4))
    assert said(desk, "support_spike")[2:] == [("raised", when(4, "12:00:03"))]


def test_within_the_cool_down_a_higher_severity_is_raised_when_it_is_reached() -> None:
    desk = desk_of(UNPAID)
    desk.feed(P, on_credit(1, 1))
    desk.feed(Y, pays(4, 1))
    assert [its["severity"] for its in of_ada(desk)] == ["watch", "watch"]
    # three days past due at noon of day 8, five at noon of day 10
    desk.feed(P, on_credit(5, 5))
    nothing_before(desk, 10, "12:00:00")
    assert said(desk, "overdue_invoice")[2:] == [("raised", when(10))]
    assert desk.risks[-1]["severity"] == "high"


def test_of_the_severity_that_it_had_it_is_raised_at_the_end() -> None:
    desk = desk_of(UNPAID)
    desk.feed(P, on_credit(1, 1))
    desk.feed(Y, pays(6, 1))
    assert [its["severity"] for its in of_ada(desk)] == ["watch", "high", "high"]
    desk.feed(P, on_credit(7, 7))
    nothing_before(desk, 16)
    assert said(desk, "overdue_invoice")[3:] == [("raised", midnight(16))]
    assert desk.risks[-1]["severity"] == "high"


def test_it_never_goes_back_to_watch_and_is_escalated_once() -> None:
    desk = desk_of(only("overdue_invoice"))
    desk.feed(P, on_credit(1, 1), on_credit(3, 3))
    desk.feed(Y, pays(7, 1))
    # what is left is four days past due: watch
    wait(desk, 30)
    assert [its["status"] for its in of_ada(desk)] == ["raised", "escalated"]
    desk.feed(Y, pays(30, 3))
    assert of_ada(desk)[-1]["severity"] == "high"


def test_what_is_found_high_at_once_is_raised_and_not_escalated() -> None:
    desk = desk_of(UNPAID)
    desk.feed(S, asked(20))
    desk.feed(P, on_credit(1, 1))
    assert [(its["status"], its["severity"]) for its in of_ada(desk)] == [("raised", "high")]


def test_a_signal_without_a_section_is_cleared_without_evidence_by_that_policy() -> None:
    desk = desk_of(only("late_payer", "overdue_invoice"))
    desk.feed(P, on_credit(1, 1))
    desk.feed(Y, paid_late(2), paid_late(3))
    wait(desk, 7)
    assert len(said(desk, "overdue_invoice")) == 2
    after = desk.restarted(only("late_payer"))
    after.feed(S, asked(8))
    assert [its["signal"] for its in of_ada(after)] == ["overdue_invoice"]
    [record] = after.risks
    assert (record["status"], record["severity"], record["evidence"]) == ("cleared", "high", [])
    wait(after, 30)
    assert len(of_ada(after)) == 1


def test_several_that_turn_at_once_are_told_by_name() -> None:
    desk = desk_of(only("dissatisfied", "repeat_issue", "support_spike"))
    first = [asked(1, f"12:00:0{n}", satisfaction=(None, 1, 1)[n]) for n in range(3)]
    desk.feed(S, *first)
    assert of_ada(desk) == []
    desk.feed(S, asked(1, "13:00:00", satisfaction=1, resolved=False))
    assert [(its["signal"], its["sequence"]) for its in of_ada(desk)] == [
        ("dissatisfied", 2),
        ("repeat_issue", 3),
        ("support_spike", 4),
    ]
    points = {its["score"]["points"] for its in of_ada(desk)}
    assert points == {20 + 15 + 15}


# restarts

TERM = {
    "amount": "5000.00",
    "currency": "USD",
    "discount_rate": "0.10",
    "starts_on": "2026-03-01",
    "ends_on": "2026-04-30",
}
LIFE: list[tuple[Kind, dict[str, Any]]] = [
    (M, told(1, "00:00:00", commitment=TERM)),
    (P, bought(1, "900.00", invoice_id="a", due_at=on(3))),
    (S, asked(2, complaint=True, resolved=False, satisfaction=1)),
    (S, asked(3, satisfaction=1)),
    (S, asked(3, "13:00:00", satisfaction=2)),
    (P, bought(4, "20.00")),
    (P, bought(6, "20.00")),
    (Y, paid_late(7)),
    (Y, paid_late(8)),
    (S, asked(9, resolved=True, satisfaction=5)),
    (S, asked(9, "13:00:00", satisfaction=5)),
    (S, asked(9, "14:00:00", satisfaction=5)),
    (P, gave_back(12, amount="20.00")),
    (P, gave_back(12, 1, amount="20.00")),
    (P, gave_back(12, 2, amount="20.00")),
    (Y, paid_late(14, 0)),
    (Y, paid_late(15, 0)),
    (M, told(16, ladder={"set_step": "terminate", "reason": "enough"})),
    (P, bought(21, "5.00")),
    (M, told(22, ladder={"hold_until": on(28), "reason": "later"})),
    (S, asked(31, resolved=False)),
    (S, asked(80)),
]


def lived(by: Policy, restarts: bool) -> Desk:
    desk = desk_of(by)
    caught_up: list[Any] = []
    for number, (kind, event) in enumerate(LIFE):
        desk.feed(kind, event)
        if number == len(LIFE) - 1:
            wait(desk, 90)
        desk.commit(stop=True)
        if restarts:
            caught_up += desk.messages
            desk = desk.restarted()
    desk.messages = caught_up or desk.messages
    return desk


def test_a_restart_in_the_middle_of_an_episode_changes_nothing() -> None:
    whole, broken = lived(EVERY_SIGNAL, False), lived(EVERY_SIGNAL, True)
    assert of_ada(broken) == of_ada(whole)
    assert len({its["signal"] for its in of_ada(whole)}) >= 9
    assert broken.rows == whole.rows


@pytest.mark.parametrize("days", [0, 5])
def test_a_signal_in_its_cool_down_is_kept_in_the_row_until_it_has_passed(days: int) -> None:
    desk = desk_of(only("support_spike", "dissatisfied", more=cooling(days)))
    desk.feed(S, *calls(1))
    desk.feed(S, asked(8, satisfaction=5))
    desk.commit()
    signals = decode_customer(desk.customer_rows["ada"]).signals
    assert signals is not None
    assert list(signals.cleared) == (["support_spike"] if days else [])
    desk.feed(S, asked(9))
    desk.commit()
    signals = decode_customer(desk.customer_rows["ada"]).signals
    assert signals is not None
    assert signals.cleared == {}
