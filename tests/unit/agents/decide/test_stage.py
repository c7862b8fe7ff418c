"""The stage of a customer's life: how it comes to each, what is silent then, and what is told."""

from typing import Any

import pytest

from schemas.outputs.records import CONTACTS_DUE, TIER_CHANGES
from tests.support.hearing import Ada, proof_of
from tests.support.policies import Change, only, policy, section
from tests.support.signalling import asked, bought, gave_back, midnight, paid_late, tick, told
from tests.support.stepping import START, answer, on_time

STAGE: Change = {
    "stage": {"lost_days": 10, "lost_gaps": "2", "new_days": 5},
    "tiers.tells": ["stage"],
}
OVERDUE = policy(only("overdue"), STAGE, {"risk.overdue.watch": "2", "risk.overdue.high": "9"})
PLAIN = policy(only("late_payer"), STAGE)
COSTS = policy(
    only("late_payer"),
    STAGE,
    section("ladder"),
    section("contacts_due"),
    {"contacts_due.reasons": ["termination_notice", "termination_withdrawn", "interval"]},
    {"ladder.notice_days": 4, "stage.lost_days": 40},
)
APPROVED = [bought(1), *START, answer(3, set_step="terminate")]


class Lives(Ada):
    """A customer of whom the stages are heard: before, now, and by what."""

    topic = TIER_CHANGES
    fields = ("direction", "from_stage", "stage")

    def __init__(self, by: Any = PLAIN, *events: Any) -> None:
        super().__init__(by, *events)
        self.hears(TIER_CHANGES)


def test_the_first_record_carries_the_first_stage_and_no_other_tells_it() -> None:
    ada = Ada(PLAIN, asked(1))
    first = ada.hears(TIER_CHANGES, "direction", "from_stage", "stage")
    assert first == [("assigned", None, "prospect")]
    assert ada.snapshot()["stage_since"] == midnight(1)


def test_it_is_new_from_its_first_sale_and_active_when_its_days_have_passed() -> None:
    ada = Lives(PLAIN, asked(1), asked(3))
    ada.does(bought(4)).says("stage prospect new")
    assert proof_of(ada.record, "reasons")[0] == ("stage", "prospect", "new")
    assert ada.record["from_tier"] == ada.record["to_tier"]
    ada.turns("stage new active", 9)
    assert ada.snapshot()["stage_since"] == midnight(9)


def test_the_days_of_the_new_count_from_the_day_of_the_first_sale() -> None:
    ada = Lives(PLAIN, asked(20))
    # a sale of a day past, heard of late
    ada.does(bought(13)).says("stage prospect active")
    assert ada.row.stage_since_day == ada.row.as_of_us // 86_400_000_000


def test_whoever_gave_back_has_bought() -> None:
    assert Ada(PLAIN, gave_back(2)).snapshot()["stage"] == "new"


def test_it_slips_while_a_signal_of_leaving_is_open() -> None:
    ada = Lives(OVERDUE, bought(1), bought(3), bought(5), bought(7))
    ada.hears(TIER_CHANGES)
    ada.turns("stage active slipping", 12)
    assert proof_of(ada.record, "reasons")[1] == ("risk.overdue", 0, "watch")
    ada.does(bought(13)).says("stage slipping active")


LATEST: Any = {
    "on one day": ([bought(1)], 12, 10),
    "with gaps that are short": ([bought(1), bought(3)], 14, 10),
    "with gaps that are long": ([bought(1), bought(9)], 26, 16),
    "by the mean of its gaps": ([bought(1), bought(4), bought(14)], 28, 13),
}


@pytest.mark.parametrize("case", LATEST)
def test_it_is_lost_after_days_and_gaps_of_its_own(case: str) -> None:
    events, day, most = LATEST[case]
    ada = Lives(PLAIN, *events).waits(day - 2)
    ada.hears(TIER_CHANGES)
    ada.turns("stage active lost", day)
    assert proof_of(ada.record, "reasons")[1] == ("stage.lost_days", most + 1, most)


def test_of_who_is_lost_no_signal_of_leaving_stays_open_or_is_raised() -> None:
    ada = Ada(OVERDUE, bought(1), bought(3), bought(5))
    ada.turns("overdue raised watch", 10)
    ada.turns("overdue cleared", 16, **{"stage.lost_days": (11, 10)})
    ada.waits(60).says()
    # back, and soon away again
    ada.does(bought(61)).says()
    assert ada.hears(TIER_CHANGES, "stage")[-1] == ("returned",)


def test_one_who_was_lost_has_returned_with_a_sale_and_settles_from_that_day() -> None:
    ada = Lives(PLAIN, bought(1)).waits(12)
    ada.hears(TIER_CHANGES)
    ada.does(bought(30)).says("stage lost returned").turns("stage returned active", 35)


def test_a_sale_on_the_day_on_which_it_was_lost_brings_it_back() -> None:
    ada = Lives(PLAIN, bought(1)).waits(12)
    ada.hears(TIER_CHANGES)
    ada.does(bought(12)).says("stage lost returned")


def test_a_sale_of_before_that_is_told_late_takes_back_that_it_was_lost() -> None:
    ada = Lives(PLAIN, bought(1)).waits(12)
    ada.hears(TIER_CHANGES)
    ada.does(bought(8)).says("stage lost active", at=midnight(12))


def test_a_policy_without_stages_tells_none_and_one_that_has_them_again_begins_anew() -> None:
    ada = Lives(PLAIN, bought(1)).restarted(policy(only("late_payer"), {"version": "2"}))
    assert ada.does(asked(3)).snapshot()["stage"] is None
    again = ada.restarted(policy(only("late_payer"), STAGE, {"version": "3"}))
    assert again.does(asked(4)).hears(TIER_CHANGES) == []
    assert (again.snapshot()["stage"], again.snapshot()["stage_since"]) == ("new", midnight(4))


# a termination that a human approved


def test_an_approved_termination_is_told_with_its_day_and_then_the_relation_is_closed() -> None:
    ada = Lives(COSTS, *APPROVED)
    [notice] = ada.hears(CONTACTS_DUE)
    assert (notice["reason"], notice["ends_at"]) == ("termination_notice", midnight(7))
    assert ada.snapshot()["ladder"]["ends_at"] == midnight(7)
    ada.waits(6, "12:00:00").hears(TIER_CHANGES)
    ada.turns("stage active closed", 7)
    assert ada.hears(CONTACTS_DUE) == []
    assert ada.snapshot()["ladder"] is None
    assert ada.snapshot()["risks"] == []


def test_what_was_open_is_cleared_when_the_relation_ends_and_nothing_opens_after() -> None:
    ada = Ada(COSTS, *APPROVED).waits(6, "12:00:00")
    ada.hears(ada.topic)
    ada.waits(7).says("late_payer cleared", "ladder step_changed watch None", at=midnight(7))
    ada.proves({"ladder.notice_days": (4, 4)})
    ada.does(paid_late(8), paid_late(9), paid_late(10)).says()
    # what holds all the same shows when it is back
    ada.does(bought(11)).says("late_payer raised")


def test_the_record_of_a_step_needs_no_approval_any_more() -> None:
    ada = Ada(COSTS, *START, answer(3, set_step="terminate"))
    record = ada.hears(ada.topic)[-1]
    assert (record["recommended_step"], record["requires_approval"]) == ("terminate", False)


def test_an_approved_termination_is_taken_back_by_any_other_step() -> None:
    ada = Lives(COSTS, *APPROVED)
    ada.hears(CONTACTS_DUE)
    ada.does(answer(5, set_step="educate"))
    [withdrawn] = ada.hears(CONTACTS_DUE)
    assert (withdrawn["reason"], withdrawn["ends_at"]) == ("termination_withdrawn", None)
    ada.waits(8)
    assert ada.snapshot()["stage"] == "active"


def test_an_approval_said_again_moves_the_day_no_further() -> None:
    ada = Ada(COSTS, *APPROVED, answer(5, set_step="terminate", reason="as said"))
    assert [its["ends_at"] for its in ada.hears(CONTACTS_DUE)] == [midnight(7)]
    assert ada.snapshot()["ladder"]["ends_at"] == midnight(7)


def test_what_a_human_approved_is_held_back_by_nothing_and_not_dropped_once_all_is_mended() -> None:
    ada = Lives(COSTS, *APPROVED, *on_time(4)).waits(6, "23:00:00")
    assert ada.snapshot()["ladder"]["step"] == "terminate"
    assert ada.waits(7).snapshot()["stage"] == "closed"


def test_without_days_of_notice_it_ends_on_the_next_day() -> None:
    at_once = policy(only("late_payer"), STAGE, section("ladder"), {"ladder.notice_days": 0})
    ada = Lives(at_once, *APPROVED)
    ada.hears(TIER_CHANGES)
    ada.turns("stage new closed", 4)


def test_a_closed_one_that_buys_again_has_returned() -> None:
    ada = Lives(COSTS, *APPROVED).waits(7)
    ada.hears(TIER_CHANGES)
    ada.does(asked(8)).says()
    ada.does(bought(9)).says("stage closed returned")


def test_the_tier_of_a_closed_one_stays_and_a_notice_is_void() -> None:
    by = policy(
        only("late_payer"),
        STAGE,
        section("ladder"),
        section("hold"),
        {"ladder.notice_days": 4, "value.window_days": 9, "stage.lost_days": 400},
    )
    ada = Lives(by, bought(1, "3000"), *START, answer(3, set_step="terminate")).waits(40)
    found = ada.snapshot()
    assert (found["tier"], found["downgrade_at"], found["stage"]) == ("key", None, "closed")
    assert [its for its in ada.hears(TIER_CHANGES, "direction") if its != ("stage",)] == []
    # with a sale its value counts again
    ada.does(bought(41)).says("notice", "stage closed returned")


def test_a_closed_one_is_not_to_be_met_by_interval() -> None:
    every = {"treatment.maintenance": {"contact_every_days": 3}}
    every |= {"treatment.ordinary": {"contact_every_days": 3}}
    met = policy(
        only("late_payer"),
        STAGE,
        section("ladder"),
        section("contacts_due"),
        {"ladder.notice_days": 4, **every},
    )
    ada = Lives(met, *APPROVED).waits(7)
    ada.hears(CONTACTS_DUE)
    ada.waits(30)
    assert ada.hears(CONTACTS_DUE) == []


# the ladder of who is lost


def test_who_is_lost_stands_on_no_step_but_one_that_a_human_set() -> None:
    costs = policy(only("late_payer"), STAGE, section("ladder"), {"ladder.dwell_days": 90})
    ada = Ada(costs, bought(1), *START)
    ada.hears(ada.topic)
    ada.turns("ladder step_changed watch None", 12, **{"stage.lost_days": (11, 10)})
    by_hand = Ada(costs, bought(1), *START, answer(3, set_step="migrate"))
    by_hand.hears(by_hand.topic)
    by_hand.waits(13).says()
    assert (
        Ada(costs, bought(1), tick(13), paid_late(13), paid_late(14)).snapshot()["ladder"] is None
    )


def test_it_is_led_again_when_it_is_back() -> None:
    costs = policy(only("late_payer"), STAGE, section("ladder"), {"ladder.dwell_days": 90})
    ada = Ada(costs, bought(1), *START, tick(13))
    ada.hears(ada.topic)
    ada.does(bought(14)).says("ladder step_changed watch reassess")


def test_master_data_alone_makes_nobody_lost() -> None:
    assert Ada(PLAIN, told(1), tick(400)).snapshot()["stage"] == "prospect"
