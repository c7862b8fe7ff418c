"""What keeps a customer from the next step: nobody's answer, a guard by its name, and rest."""

from typing import Any

import pytest

from tests.support.hearing import Ada, plays
from tests.support.policies import Change, only, policy, section
from tests.support.signalling import asked, bought, midnight, paid_late, tick, told, when
from tests.support.stepping import START, answer, waits

LADDER = section("ladder")


def late(*changes: Change) -> Any:
    """A late payer on the ladder: a step after 5 days, none any more after 3."""
    return policy(only("late_payer"), LADDER, *changes)


# it waits for people

ASKS = late({"ladder.waits_for_answer": True})


def test_without_an_answer_one_reminder_comes_and_no_further_step() -> None:
    ada = plays(ASKS, [*START, tick(7)], "- raised/reassess step_reminded")
    ada.proves(waits("dwell_days", 5, 5, late_payer=(5, "watch")))
    assert ada.record["recommended_step"] == "reassess"
    ada.waits(60).says()
    assert ada.snapshot()["ladder"]["answered"] is False


def test_the_next_step_comes_its_days_after_the_answer() -> None:
    ada = plays(ASKS, [*START, tick(7), answer(9)], "- raised step_reminded -")
    assert ada.snapshot()["ladder"]["answered"] is True
    ada.turns("step_changed educate", 14)
    # which nobody has answered to yet
    assert ada.snapshot()["ladder"]["answered"] is False
    ada.turns("step_reminded educate", 19)


def test_an_answer_before_the_reminder_spares_it() -> None:
    plays(ASKS, [*START, answer(3), tick(8)], "- raised - step_changed/educate")


def test_a_step_that_a_human_set_waits_for_an_answer_of_its_own() -> None:
    ada = plays(ASKS, [*START, answer(3, set_step="migrate")], "- raised step_changed/migrate")
    ada.turns("step_reminded migrate", 8)
    ada.does(answer(9, set_step="migrate", reason="done")).says()
    ada.turns("step_changed terminate", 14)


def test_a_reminder_waits_while_the_step_is_held() -> None:
    said = answer(3, set_step="migrate", hold_until=midnight(20))
    plays(ASKS, [*START, said], "- raised step_changed").turns("step_reminded migrate", 20)


# as far as its signals lead

REACHES = late({"ladder.reach": {"late_payer": "educate"}})


def test_nobody_goes_further_than_a_signal_leads() -> None:
    ada = plays(REACHES, [*START, tick(7), tick(60)], "- raised educate -")
    held = {"rule": "ladder.reach", "observed": "late_payer", "threshold": "educate"}
    assert ada.snapshot()["ladder"]["held_by"] == held
    assert ada.record["held_by"] == held


def test_the_signal_that_leads_furthest_counts_and_back_it_goes_without() -> None:
    owed = bought(1, invoice_id="i", due_at=midnight(1))
    by = policy(
        only("late_payer", "overdue_invoice"), LADDER, {"ladder.reach": {"late_payer": "educate"}}
    )
    ada = Ada(by, owed, *START).waits(30)
    assert ada.snapshot()["ladder"]["step"] == "terminate"
    paid = paid_late(30, 40, invoice_id="i", amount="1.00")
    ada.turned()
    ada.does(paid).says("overdue_invoice cleared", "ladder step_changed educate")
    ada.proves({"ladder.reach": ("late_payer", "educate")})


# guards


def test_while_a_complaint_waits_nobody_goes_beyond_educate() -> None:
    by = policy(
        only("late_payer", "complaint_open"), LADDER, {"ladder.guards.unanswered_complaint": True}
    )
    complains = asked(2, "13:00:00", complaint=True, resolved=False)
    ada = plays(by, [*START, complains, tick(7), tick(12)], "- raised - educate -")
    held = {"rule": "ladder.guards.unanswered_complaint", "observed": 10, "threshold": "educate"}
    assert ada.snapshot()["ladder"]["held_by"] == held
    ada.does(asked(13, resolved=True)).says("step_changed renegotiate")


def test_a_complaint_that_nobody_calls_unresolved_holds_nothing() -> None:
    by = policy(
        only("late_payer", "complaint_open"), LADDER, {"ladder.guards.unanswered_complaint": True}
    )
    events = [*START, asked(2, "13:00:00", complaint=True), tick(7), tick(12)]
    plays(by, events, "- raised - educate renegotiate")


@pytest.mark.parametrize(
    ("amount", "word"),
    [pytest.param("117.93", "-", id="less"), pytest.param("117.92", "renegotiate", id="as much")],
)
def test_who_earned_much_more_than_he_costs_is_let_be(amount: str, word: str) -> None:
    # two late payments cost 5.36 each: a tenth of what is left after them
    by = late({"ladder.guards.earned_share": "0.10", "value.window_days": 30})
    sold = bought(1, amount, "11:00:00", cost="0.00")
    ada = plays(by, [sold, *START, tick(7), tick(11)], "- - raised educate -")
    if word == "-":
        ada.waits(60).says()
    else:
        ada.turns(word, 12)


def test_who_never_brought_anything_is_not_let_be() -> None:
    plays(
        late({"ladder.guards.earned_share": "1000"}),
        [*START, tick(7), tick(12)],
        "- raised educate renegotiate",
    )


# at rest

RESTS = late({"ladder.at_rest_days": 9})


def test_who_is_at_rest_stands_on_no_step() -> None:
    ada = plays(RESTS, [bought(1), *START, tick(7)], "- - raised educate")
    ada.turns("step_changed", 10, **{"ladder.at_rest_days": (9, 9)})
    assert ada.record["recommended_step"] is None
    ada.waits(60).says()
    # and begins anew when it comes back
    ada.does(bought(61)).says("ladder step_changed reassess")


def test_who_never_bought_or_called_rests_since_it_is_known() -> None:
    plays(RESTS, [*START, tick(7), tick(10)], "- raised educate None")


def test_rest_comes_whatever_a_human_holds_but_not_against_the_step_he_set() -> None:
    held = answer(3, hold_until=midnight(40))
    plays(RESTS, [bought(1), *START, held, tick(10)], "- - raised - None")
    slow = late({"ladder.at_rest_days": 9, "ladder.dwell_days": 90})
    said = answer(3, set_step="migrate")
    # as if nothing were open
    plays(slow, [bought(1), *START, said, tick(10), tick(13)], "- - raised migrate - None")


# those who call much

CALLS = policy(only("support_spike", "late_payer"), LADDER, {"ladder.service_share": "0.50"})


def calls(day: int) -> list[dict[str, Any]]:
    """Four of 2.10 each: they raise `support_spike`."""
    return [asked(day, f"12:00:0{n}", channel="phone", duration_s=60) for n in range(4)]


def test_calls_that_cost_much_of_the_margin_lead_to_educate_at_once() -> None:
    sold = bought(1, "16.77", "11:00:00", cost="0.00")
    ada = plays(CALLS, [sold, *calls(1)], "- - - - raised+step_changed/educate")
    ada.proves({"risk.support_spike": (0, "watch"), "ladder.service_share": ("8.40", "8.38")})


def test_and_no_further() -> None:
    ada = Ada(CALLS, *calls(1))
    ada.says("raised", "ladder step_changed educate")
    for day in range(2, 9):
        ada.does(*calls(day)).says()
    assert ada.snapshot()["ladder"]["held_by"]["rule"] == "ladder.reach"


def test_calls_that_the_margin_bears_lead_nowhere() -> None:
    sold = bought(1, "16.80", "11:00:00", cost="0.00")
    plays(CALLS, [sold, *calls(1)], "- - - - raised")


# a cheaper channel

CHEAPER = {"ladder.cheaper_channel": "chat"}
FOUR_SAVE = {"channel": "chat", "saves": "5.20"}
"""Four calls of 2.10 where a chat costs 0.80."""


def cheaper(ada: Ada) -> Any:
    """What its last record tells of it."""
    return ada.record["cheaper_channel"]


def test_a_record_of_what_costs_tells_what_a_cheaper_channel_saves() -> None:
    by = policy(only("support_spike", "late_payer"), LADDER, CHEAPER)
    ada = Ada(by, *calls(1), paid_late(1))
    ada.says("raised")
    assert cheaper(ada) == FOUR_SAVE
    ada.does(paid_late(2)).says("late_payer raised")
    assert cheaper(ada) == FOUR_SAVE
    # the window has ten days; a signal that is cleared asks for nothing
    ada.turns("support_spike cleared", 4)
    assert cheaper(ada) is None
    ada.turns("step_changed educate", 7)
    assert cheaper(ada) == FOUR_SAVE
    ada.turns("step_changed renegotiate", 12)
    assert cheaper(ada) is None


def test_without_such_a_channel_and_of_other_signals_it_tells_nothing() -> None:
    ada = Ada(CALLS, *calls(1))
    ada.says("support_spike raised", "ladder step_changed educate")
    assert cheaper(ada) is None
    ada = Ada(policy(only("dissatisfied"), LADDER, CHEAPER), *calls(1))
    ada.does(*(asked(2, f"12:00:0{n}", satisfaction=1) for n in range(3)))
    ada.says("dissatisfied raised")
    assert cheaper(ada) is None


def test_what_was_saved_counts_no_more_under_a_policy_that_does_not_ask() -> None:
    by = policy(only("support_spike", "late_payer"), LADDER, CHEAPER)
    ada = Ada(by, *calls(1), paid_late(1)).restarted(CALLS)
    ada.does(paid_late(2)).says("late_payer raised watch reassess")
    assert cheaper(ada) is None


# words

TEXTS = late(
    {
        "ladder.playbook.reassess": {"late_payer": "look at what he owes", "any": "look"},
        "ladder.playbook.educate": {"unprofitable": "tell what he costs", "any": "tell"},
    }
)


def test_a_step_s_text_is_that_of_the_signal_which_leads_to_it() -> None:
    ada = plays(TEXTS, START, "- raised")
    assert ada.record["playbook"] == "look at what he owes"
    ada.turns("step_changed educate", 7)
    assert ada.record["playbook"] == "tell"


# answers


def test_an_answer_alone_takes_back_nothing_of_what_is_known() -> None:
    known = told(1, segment="business", joined_at=when(1), region="north")
    ada = plays(ASKS, [known, *START, answer(3)], "- - raised -")
    profile = ada.snapshot()["profile"]
    assert (profile["segment"], profile["region"]) == ("business", "north")
    assert ada.snapshot()["ladder"]["reason"] == "because"
    # one that says anything else stands for the whole
    ada.does(told(4, region="south"))
    assert ada.snapshot()["profile"]["segment"] is None
    assert ada.snapshot()["ladder"]["reason"] is None


def test_a_guard_takes_a_step_back_no_further_than_a_human_said() -> None:
    ladder = {"set_step": "renegotiate", "reason": "agreed"}
    said = told(3, joined_at="2020-01-01T00:00:00Z", ladder=ladder)
    young = told(9, joined_at=when(4), ladder=ladder)
    by = late({"ladder.young_days": 20})
    ada = plays(by, [*START, said, tick(8)], "- raised renegotiate migrate")
    ada.does(young).says("step_changed renegotiate")
    ada.proves({"ladder.young_days": (5, "renegotiate")})
