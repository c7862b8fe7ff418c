"""The ladder of measures: when a step is taken, held, set, taken back, and left."""

from typing import Any

import pytest

from tests.support.hearing import plays
from tests.support.overriding import word
from tests.support.policies import only, policy, section
from tests.support.signalling import asked, bought, gave_back, midnight, paid_late, tick, told, when
from tests.support.stepping import LATE, START, YOUNG, answer, on_time, waits

LADDER = section("ladder")
STEPS = ["reassess", "educate", "renegotiate", "migrate", "terminate"]
UP = [*START, tick(7), tick(12), tick(17), tick(22)]
UPWARDS = "- raised/reassess educate renegotiate migrate terminate"


# up, step by step


def test_before_the_first_sale_nobody_stands_on_a_step() -> None:
    by = policy(only("late_payer"), LADDER, {"tiers.before_first_sale": "ordinary"})
    ada = plays(by, [*START, tick(7)], "- raised -")
    # what it owes for is known now
    ada.does(bought(8, "1")).says("ladder step_changed reassess")


def test_the_record_of_the_signal_that_was_raised_carries_the_first_step() -> None:
    record = plays(LATE, START, "- raised/reassess").record
    assert (record["playbook"], record["recommended_action"]) == ("look", None)
    assert record["steps"] == [{"step": "reassess", "since": midnight(2)}]
    assert (record["requires_approval"], record["notice_days"]) == (False, None)


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_each_further_step_is_taken_after_its_days_and_the_last_needs_approval(number: int) -> None:
    outcome = " ".join(UPWARDS.split()[: number + 2])
    proof = waits("dwell_days", 5, 5, late_payer=(5 * number, "watch"))
    record, last = plays(LATE, UP[: number + 2], outcome, proof).record, number == 4
    assert (record["status"], record["severity"]) == ("step_changed", "watch")
    assert (record["playbook"], record["recommended_action"]) == ("end it" if last else None, None)
    assert (record["requires_approval"], record["notice_days"]) == (last, 30 if last else None)
    days = (2, 7, 12, 17, 22)[: number + 1]
    steps = zip(STEPS, days, strict=False)
    assert record["steps"] == [{"step": step, "since": midnight(day)} for step, day in steps]


def test_a_snapshot_tells_the_step() -> None:
    ada = plays(LATE, UP[:3], "- raised educate")
    expected: dict[str, Any] = {"step": "educate", "since": midnight(7)}
    expected |= dict.fromkeys(("hold_until", "ends_at", "reason", "held_by")) | {"answered": False}
    assert ada.snapshot()["ladder"] == expected
    ada.does(answer(9, hold_until=when(20)))
    assert ada.snapshot()["ladder"] == expected | {"hold_until": when(20), "reason": "because"}


LOCK = told(1, "00:00:00", override=word("lock", "important", when(30)))
LOCKED = [LOCK, *START, tick(7), tick(12), tick(30, "12:00:00")]
WAITED = waits("dwell_days", 18, 5, late_payer=(28, "watch"))
KEY = [*UP, told(23, override=word("floor", "key")), tick(60)]
OFF = [*START, tick(7), *on_time(9), tick(12)]
PAYS = [*OFF, paid_late(20), paid_late(21)]
SOON = [*START, *on_time(3), paid_late(4), paid_late(5), tick(10)]
WALKS: dict[str, Any] = {
    "to the last step and stays": ([*UP, tick(300)], UPWARDS + " -"),
    "off after its days": (
        OFF,
        "- raised educate - cleared/educate None",
        waits("clear_days", 3, 3),
    ),
    "on again from its beginning": (PAYS, "- raised educate - cleared None - raised/reassess"),
    "on anew if raised again in time": (SOON, "- raised - cleared - raised/reassess educate"),
    "no further for a high tier": (LOCKED, "- - raised educate renegotiate migrate", WAITED),
    "back for one": (KEY, UPWARDS + " renegotiate -", {"ladder.tier": ("key", "renegotiate")}),
}


@pytest.mark.parametrize("walk", WALKS.values(), ids=WALKS)
def test_it_goes(walk: Any) -> None:
    plays(LATE, *walk)


OLD = told(1, "00:00:00", joined_at="2020-01-01T00:00:00Z")
LONG = [OLD, *START, tick(7), tick(12)]
JOINED = [*LONG, told(13, joined_at="2026-03-04T23:00:00-05:00")]
BOTH = [*LONG, told(13, override=word("lock", "key"))]
TO = "- - raised educate renegotiate"
YOUNGSTERS: dict[str, Any] = {
    "until it is old enough": ([*START, tick(7), tick(21)], "- raised educate renegotiate"),
    "not if it joined long ago": (LONG, TO),
    "back if it joined later": (JOINED, TO + " educate", {"ladder.young_days": (8, "educate")}),
    "until that is long ago": ([*JOINED, tick(25)], TO + " educate renegotiate"),
    "rather than by its tier": (BOTH, TO + " educate", {"ladder.young_days": (12, "educate")}),
}


@pytest.mark.parametrize("walk", YOUNGSTERS.values(), ids=YOUNGSTERS)
def test_a_young_one_goes_no_further_than_educate(walk: Any) -> None:
    plays(YOUNG, *walk)


def test_one_that_rises_goes_no_further_than_renegotiate_while_it_does() -> None:
    by = policy(only("late_payer"), LADDER, section("segments"))
    # payments of days 1 and 2 cost 5.36 each, and have left the window
    events = [*UP[:-1], bought(18, "30.00")]
    proof = {"ladder.segment": ("potential", "renegotiate")}
    ada = plays(by, events, "- raised educate renegotiate migrate renegotiate", proof)
    ada.turns("migrate", 28)


def test_what_was_done_is_told_until_there_is_no_step() -> None:
    assert len(plays(LATE, KEY[:-1], UPWARDS + " renegotiate").record["steps"]) == 6
    ada = plays(LATE, OFF, "- raised educate - cleared None")
    assert [ada.record[its] for its in ("severity", "playbook", "steps")] == ["watch", None, []]
    ada.does(paid_late(20), paid_late(21)).says("raised")
    assert ada.record["steps"] == [{"step": "reassess", "since": midnight(21)}]


def test_an_earlier_first_event_that_comes_late_makes_it_older() -> None:
    ada = plays(YOUNG, [*START, tick(7), tick(14)], "- raised educate -")
    ada.does(asked(-6)).says("ladder renegotiate", at=midnight(14))


# by which signals


def test_signals_of_those_who_leave_lead_nowhere() -> None:
    unhappy = [asked(3, f"13:00:0{n}", satisfaction=1) for n in range(3)]
    by = policy(only("dissatisfied", "overdue"), LADDER)
    events = [bought(1), bought(2), bought(3), *unhappy, tick(6), tick(7), tick(60)]
    plays(by, events, "- - - - - dissatisfied/None overdue/None overdue/None -")


def test_records_of_other_signals_do_not_speak_of_the_step() -> None:
    unhappy = [asked(3, f"13:00:0{n}", satisfaction=1) for n in range(3)]
    by = policy(only("dissatisfied", "late_payer"), LADDER)
    record = plays(by, START + unhappy, "- raised - - dissatisfied/None").record
    assert (record["playbook"], record["steps"]) == (None, [])


def test_returns_lead_onto_it() -> None:
    sales = [bought(1, "0", event_id=f"sale-{n}") for n in range(4)]
    by = policy(only("return_abuse"), LADDER)
    plays(by, sales + [gave_back(1, n) for n in range(3)], "- - - - - - raised/reassess")


def test_a_step_that_falls_on_an_escalation_is_told_by_its_record() -> None:
    soon = policy(only("overdue_invoice"), LADDER, {"ladder.dwell_days": 2})
    events = [
        bought(1, occurred_at=midnight(1), invoice_id="i", due_at=midnight(1)),
        tick(4),
        tick(6),
        tick(8),
    ]
    plays(soon, events[:3], "- raised/reassess escalated/educate", {"high_days": (5, 5)})
    proof = waits("dwell_days", 2, 2, overdue_invoice=(4, "high"))
    plays(soon, events, "- raised escalated step_changed/high/renegotiate", proof)


def test_signals_that_take_turns_without_a_gap_count_as_one() -> None:
    by = policy(only("late_payer", "overdue_invoice"), LADDER)
    events = [
        bought(1, occurred_at=midnight(1), invoice_id="i", due_at=midnight(1)),
        tick(4),
        paid_late(5),
        tick(6),
    ]
    events += [paid_late(6), paid_late(7, 0, invoice_id="i"), tick(9)]
    proof = waits("dwell_days", 5, 5, late_payer=(3, "watch"))
    plays(by, events, "- raised - escalated late_payer/raised cleared educate", proof)


# what else may happen to it


def test_a_policy_without_the_section_takes_the_step_back() -> None:
    ada = plays(LATE, [*UP[:3], tick(8)], "- raised educate -")
    after = ada.restarted(policy(only("late_payer"))).does(asked(9)).says("ladder None")
    assert after.record["evidence"] == []
    assert after.waits(40).says().row.signals is None


def test_only_the_last_steps_are_kept() -> None:
    answers = [answer(day, set_step=STEPS[day % 2 + 1]) for day in range(3, 23)]
    ada = plays(LATE, START + answers, "- raised" + " renegotiate educate" * 10)
    assert len(ada.record["steps"]) == 16
    assert ada.record["steps"][-1] == {"step": "educate", "since": midnight(22)}


def test_a_restart_leaves_a_step_and_its_due_time() -> None:
    hold = answer(1, "00:00:00", hold_until=when(3))
    ada = plays(
        YOUNG, [hold, *START, tick(3, "12:00:00"), tick(8)], "- - raised/None reassess educate"
    )
    assert len(ada.restarted().turns("renegotiate", 21).record["steps"]) == 3


def test_a_record_of_what_costs_tells_what_is_missing() -> None:
    fees = {"service.late_payment": {"late_fee": "1.50", "annual_rate": "0"}}
    by = policy(only("late_payer"), LADDER, fees)
    ada = plays(by, [*START, tick(7)], "- raised educate")
    assert ada.record["to_break_even"] == "3.00"
    paid = plays(by, [bought(1, "3.00"), *START], "- - raised")
    assert paid.record["to_break_even"] is None
    owes = plays(by, [*START, *on_time(3)], "- raised - cleared")
    assert owes.record["to_break_even"] is None
