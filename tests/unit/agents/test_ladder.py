"""The ladder of measures: when a step is taken, held, set, taken back, and left."""

from schemas.state.rows import decode_customer
from tests.support.feeding import newest
from tests.support.making import SEGMENTS
from tests.support.overriding import word
from tests.support.signalling import (
    LADDER,
    M,
    P,
    S,
    Y,
    asked,
    bought,
    desk_of,
    evidence,
    midnight,
    nothing_before,
    of_ada,
    only,
    paid_late,
    told,
    wait,
    when,
)
from tests.support.stepping import LATE, STEPS, YOUNG, answer, late_payer, moves, on_time

# up, step by step


def test_the_record_of_the_signal_that_was_raised_carries_the_first_step() -> None:
    desk = late_payer()
    [record] = of_ada(desk)
    assert (record["signal"], record["status"]) == ("late_payer", "raised")
    assert record["recommended_step"] == "reassess"
    assert record["playbook"] == "look"
    assert record["steps"] == [{"step": "reassess", "since": midnight(2)}]
    assert (record["requires_approval"], record["notice_days"]) == (False, None)


def test_each_further_step_is_taken_after_its_days_at_midnight_and_the_last_stays() -> None:
    desk = late_payer()
    for number, day in enumerate((7, 12, 17, 22), 1):
        nothing_before(desk, day)
        assert moves(desk)[-1] == (STEPS[number], midnight(day))
        assert evidence(desk) == [
            ("ladder.dwell_days", 5, 5),
            ("risk.late_payer", day - 2, "watch"),
        ]
        record = desk.risks[-1]
        assert (record["status"], record["severity"]) == ("step_changed", "watch")
        assert record["recommended_action"] is None
        assert record["trigger"] == {"kind": "timer", "topic": None, "event_id": None}
    wait(desk, 300)
    assert len(moves(desk)) == 4


def test_the_last_step_needs_approval_and_gives_notice() -> None:
    desk = late_payer()
    wait(desk, 22)
    record = of_ada(desk)[-1]
    assert record["recommended_step"] == "terminate"
    assert (record["requires_approval"], record["notice_days"]) == (True, 30)
    assert record["playbook"] == "end it"
    days = (2, 7, 12, 17, 22)
    assert record["steps"] == [
        {"step": step, "since": midnight(day)} for step, day in zip(STEPS, days, strict=True)
    ]
    before = of_ada(desk)[-2]
    assert (before["recommended_step"], before["playbook"]) == ("migrate", None)
    assert (before["requires_approval"], before["notice_days"]) == (False, None)


def test_a_snapshot_tells_the_step() -> None:
    desk = late_payer()
    wait(desk, 8)
    desk.commit(stop=True)
    expected = {"step": "educate", "since": midnight(7), "hold_until": None, "reason": None}
    assert newest(desk)["ladder"] == expected
    desk.feed(M, answer(9, hold_until=when(20)))
    desk.commit(stop=True)
    assert newest(desk)["ladder"] == expected | {"hold_until": when(20), "reason": "because"}


def test_signals_of_those_who_leave_lead_nowhere() -> None:
    desk = desk_of(only("dissatisfied", "overdue", more=LADDER))
    desk.feed(P, bought(1), bought(2), bought(3))
    desk.feed(S, *(asked(3, f"13:00:0{n}", satisfaction=1) for n in range(3)))
    wait(desk, 60)
    assert {its["recommended_step"] for its in of_ada(desk)} == {None}
    assert {its["signal"] for its in of_ada(desk)} == {"dissatisfied", "overdue"}


def test_a_step_that_falls_on_an_escalation_is_told_by_its_record() -> None:
    soon = LADDER.replace("dwell_days = 5", "dwell_days = 2")
    desk = desk_of(only("overdue_invoice", more=soon))
    desk.feed(P, bought(1, invoice_id="i", due_at=midnight(1)))
    wait(desk, 6)
    found = [(its["status"], its["recommended_step"]) for its in of_ada(desk)]
    assert found == [("raised", "reassess"), ("escalated", "educate")]
    assert evidence(desk) == [("risk.overdue_invoice.high_days", 5, 5)]
    wait(desk, 8)
    assert (of_ada(desk)[-1]["status"], of_ada(desk)[-1]["severity"]) == ("step_changed", "high")
    assert evidence(desk)[1] == ("risk.overdue_invoice", 4, "high")


def test_records_of_other_signals_do_not_speak_of_the_step() -> None:
    desk = late_payer(only("dissatisfied", "late_payer", more=LADDER))
    desk.feed(S, *(asked(3, f"13:00:0{n}", satisfaction=1) for n in range(3)))
    record = of_ada(desk)[-1]
    assert (record["signal"], record["recommended_step"]) == ("dissatisfied", None)
    assert (record["playbook"], record["steps"]) == (None, [])


# off again


def test_so_many_days_after_the_last_signal_was_cleared_there_is_no_step() -> None:
    desk = late_payer()
    wait(desk, 8)
    on_time(desk, 9)
    cleared = of_ada(desk)[-1]
    assert (cleared["status"], cleared["recommended_step"]) == ("cleared", "educate")
    nothing_before(desk, 12)
    assert moves(desk)[-1] == (None, midnight(12))
    assert evidence(desk) == [("ladder.clear_days", 3, 3)]
    record = desk.risks[-1]
    assert (record["severity"], record["playbook"], record["steps"]) == ("watch", None, [])
    desk.feed(Y, paid_late(20), paid_late(21))
    assert of_ada(desk)[-1]["steps"] == [{"step": "reassess", "since": midnight(21)}]


def test_a_signal_that_is_raised_again_in_time_keeps_the_step_and_its_days_begin_anew() -> None:
    desk = late_payer()
    on_time(desk, 3)
    desk.feed(Y, paid_late(4), paid_late(5))
    record = of_ada(desk)[-1]
    assert (record["status"], record["recommended_step"]) == ("raised", "reassess")
    nothing_before(desk, 10)
    assert moves(desk) == [("educate", midnight(10))]


def test_signals_that_take_turns_without_a_gap_count_as_one() -> None:
    desk = desk_of(only("late_payer", "overdue_invoice", more=LADDER))
    desk.feed(P, bought(1, invoice_id="i", due_at=midnight(1)))
    wait(desk, 4)
    desk.feed(Y, paid_late(5), paid_late(6))
    desk.feed(Y, paid_late(7, 0, invoice_id="i"))
    assert [its["status"] for its in of_ada(desk)] == ["raised", "escalated", "raised", "cleared"]
    nothing_before(desk, 9)
    assert moves(desk) == [("educate", midnight(9))]
    assert evidence(desk)[1:] == [("risk.late_payer", 3, "watch")]


# guards


def test_a_high_tier_goes_no_further_than_renegotiate_until_it_is_none_any_more() -> None:
    lock = word("lock", "important", when(30))
    desk = late_payer(LATE, told(1, "00:00:00", override=lock))
    nothing_before(desk, 7)
    nothing_before(desk, 12)
    nothing_before(desk, 30, "12:00:00")
    assert moves(desk)[-1] == ("migrate", when(30))
    assert evidence(desk)[0] == ("ladder.dwell_days", 18, 5)


def test_a_step_beyond_what_its_tier_allows_goes_back() -> None:
    desk = late_payer()
    wait(desk, 22)
    desk.feed(M, told(23, override=word("floor", "key")))
    assert moves(desk)[-1] == ("renegotiate", when(23))
    assert evidence(desk) == [("ladder.tier", "key", "renegotiate")]
    assert len(desk.risks[-1]["steps"]) == 6
    wait(desk, 60)
    assert moves(desk)[-1] == ("renegotiate", when(23))


def test_one_that_rises_goes_no_further_than_renegotiate_while_it_does() -> None:
    desk = late_payer(only("late_payer", more=LADDER + SEGMENTS))
    wait(desk, 18)
    # payments of days 1 and 2 cost 5.36 each, and have left the window
    desk.feed(P, bought(18, "30.00"))
    assert moves(desk)[-1] == ("renegotiate", when(18))
    assert evidence(desk) == [("ladder.segment", "potential", "renegotiate")]
    nothing_before(desk, 28)
    assert moves(desk)[-1] == ("migrate", midnight(28))


def test_a_young_customer_goes_no_further_than_educate_until_it_is_old_enough() -> None:
    desk = late_payer(YOUNG)
    nothing_before(desk, 7)
    nothing_before(desk, 21)
    assert moves(desk) == [("educate", midnight(7)), ("renegotiate", midnight(21))]


def test_how_young_it_is_goes_by_when_it_joined_where_that_is_known() -> None:
    old = told(1, "00:00:00", joined_at="2020-01-01T00:00:00Z")
    desk = late_payer(YOUNG, old)
    wait(desk, 12)
    assert moves(desk)[-1] == ("renegotiate", midnight(12))
    desk.feed(M, told(13, joined_at="2026-03-04T23:00:00-05:00"))
    assert moves(desk)[-1] == ("educate", when(13))
    assert evidence(desk) == [("ladder.young_days", 8, "educate")]
    nothing_before(desk, 25)
    assert moves(desk)[-1] == ("renegotiate", midnight(25))


def test_an_earlier_first_event_that_comes_late_makes_it_older() -> None:
    desk = late_payer(YOUNG)
    wait(desk, 14)
    desk.feed(S, asked(-6))
    assert moves(desk)[-1] == ("renegotiate", midnight(14))


def test_of_two_guards_the_one_that_allows_less_is_named() -> None:
    old = told(1, "00:00:00", joined_at="2020-01-01T00:00:00Z")
    desk = late_payer(YOUNG, old)
    wait(desk, 12)
    desk.feed(M, told(13, override=word("lock", "key")))
    assert moves(desk)[-1] == ("educate", when(13))
    assert evidence(desk) == [("ladder.young_days", 12, "educate")]


# what else may happen to it


def test_a_policy_without_the_section_takes_the_step_back() -> None:
    desk = late_payer()
    wait(desk, 8)
    assert len(moves(desk)) == 1
    after = desk.restarted(only("late_payer"))
    after.feed(S, asked(9))
    assert moves(after) == [(None, when(9))]
    assert evidence(after) == []
    wait(after, 40)
    assert len(of_ada(after)) == 1
    signals = decode_customer(after.customer_rows["ada"]).signals
    assert signals is None


def test_only_the_last_steps_are_kept() -> None:
    desk = late_payer()
    for day in range(3, 23):
        desk.feed(M, answer(day, set_step=STEPS[day % 2 + 1]))
    record = of_ada(desk)[-1]
    assert len(moves(desk)) == 20
    assert len(record["steps"]) == 16
    assert record["steps"][-1] == {"step": "educate", "since": midnight(22)}


def test_a_restart_leaves_a_step_and_its_due_time() -> None:
    desk = late_payer(YOUNG, answer(1, "00:00:00", hold_until=when(3)))
    wait(desk, 8)
    desk.commit()
    desk = desk.restarted()
    nothing_before(desk, 21)
    assert moves(desk) == [("renegotiate", midnight(21))]
    assert len(desk.risks[-1]["steps"]) == 3
