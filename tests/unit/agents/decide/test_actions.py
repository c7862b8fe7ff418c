"""What the company does: who got in touch need not be asked to, and steps that were taken count."""

from typing import Any

import pytest

from schemas.outputs.records import CONTACTS_DUE
from tests.support.feeding import on, sale
from tests.support.hearing import Ada
from tests.support.making import action, step_taken
from tests.support.policies import policy
from tests.support.signalling import bought, midnight, tick, when
from tests.support.stepping import LATE, START, answer
from tests.unit.agents.decide.test_cadences import ALL, HALF, Met, by_roles
from tests.unit.agents.decide.test_ladder_guards import ASKS
from tests.unit.agents.decide.test_stage import COSTS, Lives

BY = by_roles(HALF, ALL)
"""A partner every 4 days, a manager every 6."""
BOUGHT = sale(1, amount="3000")


def met(day: int, **fields: Any) -> dict[str, Any]:
    return action(event_id=f"met-{day}", occurred_at=on(day), **fields)


# contacts that the company made


def test_a_role_that_got_in_touch_begins_anew_and_the_others_do_not() -> None:
    ada = Met(BY, BOUGHT, met(3, by="partner"))
    ada.does(met(4, by="partner"))
    ada.turns("interval manager", 7).turns("interval partner", 8)


def test_a_contact_by_nobody_in_particular_is_everybody_s() -> None:
    Met(BY, BOUGHT, met(3)).turns("interval partner", 7).turns("interval manager", 9)


def test_a_contact_by_a_role_that_the_policy_does_not_name_is_nobody_s() -> None:
    Met(BY, BOUGHT, met(3, by="driver")).turns("interval partner", 5)


def test_a_late_one_takes_nothing_back() -> None:
    ada = Met(BY, BOUGHT, met(4, by="partner"), met(2, by="partner"))
    ada.turns("interval manager", 7).turns("interval partner", 8)


def test_it_outlasts_a_restart() -> None:
    ada = Met(BY, BOUGHT, met(4, by="partner")).restarted(BY)
    ada.turns("interval manager", 7).turns("interval partner", 8)


def test_it_is_no_contact_of_the_customer_s() -> None:
    spike = policy({"risk.support_spike": {"contacts": 2, "clear_at": 0, "window_days": 3}})
    ada = Ada(spike, BOUGHT, *[met(2) | {"event_id": f"{n}"} for n in range(3)])
    ada.says()
    assert ada.snapshot()["value"]["lines"]["contacts"]["phone"] == "4.50"


def test_it_costs_by_our_own_card() -> None:
    ours = policy({"service.outbound": {"phone": {"fixed": "7.00", "per_minute": "1.00"}}})
    ada = Ada(ours, BOUGHT, met(2, duration_s=120))
    assert ada.snapshot()["value"]["lines"]["contacts"]["phone"] == "9.00"


# steps that were taken


def taken(day: int, step: str = "reassess", **fields: Any) -> dict[str, Any]:
    return step_taken(step, event_id=f"taken-{day}", occurred_at=when(day), **fields)


@pytest.mark.parametrize("outcome", ["done", "refused", "approved"])
def test_the_next_step_comes_some_days_after_the_one_before_was_taken(outcome: str) -> None:
    ada = Ada(ASKS, *START)
    ada.hears(ada.topic)
    ada.does(taken(4, outcome=outcome)).says()
    assert ada.snapshot()["ladder"]["answered"]
    ada.turns("educate", 9)


NO_ANSWERS = {
    "another step": taken(4, "educate"),
    "a step of before it was there": taken(1),
}


@pytest.mark.parametrize("event", NO_ANSWERS.values(), ids=NO_ANSWERS)
def test_what_is_no_answer_to_the_step(event: dict[str, Any]) -> None:
    ada = Ada(ASKS, *START)
    ada.hears(ada.topic)
    ada.does(event).says()
    assert not ada.snapshot()["ladder"]["answered"]


def test_where_nobody_waits_for_an_answer_none_counts() -> None:
    ada = Ada(LATE, *START)
    ada.hears(ada.topic)
    ada.does(taken(4)).turns("educate", 7)


def test_the_later_of_two_holds_whichever_comes_first() -> None:
    due = []
    for days in ((3, 5), (5, 3)):
        ada = Ada(ASKS, *START, *[taken(day) for day in days])
        ada.hears(ada.topic)
        ada.turns("educate", 10)
        due.append(ada.record["effective_at"])
    assert due[0] == due[1]


# the end that was approved

UP = [bought(1), *START, *[tick(day) for day in (7, 12, 17, 22)]]
"""On day 22 the ladder comes to its last step by itself."""


def approves(day: int, step: str = "terminate", **fields: Any) -> dict[str, Any]:
    return taken(day, step, **{"outcome": "approved"} | fields)


def test_the_end_comes_after_its_notice_where_an_action_approves_the_step_there_is() -> None:
    ada = Lives(COSTS, *UP, approves(23))
    ends = [its["ends_at"] for its in ada.hears(CONTACTS_DUE) if its["ends_at"] is not None]
    assert ends == [midnight(27)]
    ada.turns("stage active closed", 27)


def test_an_end_that_an_action_approved_is_taken_back_like_any_other() -> None:
    ada = Lives(COSTS, *UP, approves(23), answer(24, set_step="educate")).waits(28)
    assert ada.snapshot()["stage"] == "active"


NO_APPROVALS = {
    "of another step": approves(23, "migrate"),
    "of an earlier day": approves(21),
    "done": approves(23, outcome="done"),
}


@pytest.mark.parametrize("event", NO_APPROVALS.values(), ids=NO_APPROVALS)
def test_what_does_not_approve_the_end(event: dict[str, Any]) -> None:
    ada = Lives(COSTS, *UP, event).waits(30)
    assert (ada.snapshot()["stage"], ada.snapshot()["ladder"]["ends_at"]) == ("active", None)


def test_a_step_that_is_approved_before_the_last_one_ends_nothing() -> None:
    ada = Lives(COSTS, bought(1), *START, approves(4, "reassess")).waits(6)
    assert ada.snapshot()["ladder"]["ends_at"] is None
