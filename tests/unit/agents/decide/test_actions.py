"""What the company does: who got in touch need not be asked to, and steps that were taken count."""

from typing import Any

import pytest

from tests.support.feeding import on, sale
from tests.support.hearing import Ada
from tests.support.making import action, step_taken
from tests.support.policies import policy
from tests.support.signalling import when
from tests.support.stepping import LATE, START
from tests.unit.agents.decide.test_cadences import ALL, HALF, Met, by_roles
from tests.unit.agents.decide.test_ladder_guards import ASKS

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
    # it costs by our card, where there is none by the customers'
    assert ada.snapshot()["value"]["lines"]["contacts"]["phone"] == "4.50"


# steps that were taken


def taken(day: int, step: str = "reassess", **fields: Any) -> dict[str, Any]:
    return step_taken(step, event_id=f"taken-{day}", occurred_at=when(day), **fields)


@pytest.mark.parametrize("outcome", ["done", "refused"])
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
