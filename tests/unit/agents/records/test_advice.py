"""The score of what is wrong, what to do for one who leaves, and what one may yet bring."""

from typing import Any

import pytest

from schemas.outputs.records import AT_RISK
from tests.support.feeding import newest
from tests.support.hearing import Ada
from tests.support.overriding import word
from tests.support.policies import Change, only, policy, section
from tests.support.signalling import asked, bought, gave_back, paid_late, told, when

ACTIONS: Change = {
    "risk.actions.overdue": {"key": "call", "important": "call", "ordinary": "win_back"}
}
LATE = [paid_late(8), paid_late(9)]


def overdue(**weights: int) -> Ada:
    """Overdue from day 6 on, highly from day 7 on."""
    by = policy(
        only("late_payer", "overdue"), {"risk.weights": weights}, ACTIONS, section("ladder")
    )
    return Ada(by, bought(1), bought(2), bought(3))


def scored(ada: Ada, points: int, **parts: tuple[str, int]) -> None:
    """The newest record's score, with its parts."""
    *_, record = ada.hears(AT_RISK)
    assert record["score"] == {
        "points": points,
        "parts": [
            {"signal": signal, "severity": severity, "points": its}
            for signal, (severity, its) in parts.items()
        ],
    }


# the score


def test_each_open_signal_has_its_weight_and_half_more_at_high() -> None:
    ada = overdue().waits(6)
    scored(ada, 20, overdue=("watch", 20))
    scored(ada.waits(7), 30, overdue=("high", 30))
    scored(ada.does(*LATE), 45, late_payer=("watch", 15), overdue=("high", 30))
    scored(ada.does(bought(9)), 15, late_payer=("watch", 15))
    assert ada.record["status"] == "cleared"


@pytest.mark.parametrize(
    ("late_payer", "weight", "high", "points"),
    [
        pytest.param(0, 15, 22, 22, id="half more is rounded down"),
        pytest.param(60, 27, 40, 100, id="they are a hundred"),
        pytest.param(60, 28, 42, 100, id="and no more"),
    ],
)
def test_points_are_by_the_policy_s_weights(
    late_payer: int, weight: int, high: int, points: int
) -> None:
    ada = overdue(late_payer=late_payer, overdue=weight).waits(7).does(*LATE)
    scored(ada, points, late_payer=("watch", late_payer), overdue=("high", high))


def test_a_step_that_changed_and_the_snapshot_carry_it_too() -> None:
    ada = overdue().does(*LATE).waits(14)
    scored(ada, 45, late_payer=("watch", 15), overdue=("high", 30))
    assert ada.record["status"] == "step_changed"
    assert ada.snapshot()["score"] == ada.record["score"]
    assert newest(ada.desk, "clock")["score"] == {"points": 0, "parts": []}


def test_all_records_of_a_judgement_tell_the_score_after_it() -> None:
    ada = Ada(policy(only("dissatisfied", "support_spike")))
    ada.does(*(asked(1, f"12:00:0{n}", satisfaction=(None, 1, 1, 1)[n]) for n in range(4)))
    assert ada.hears(AT_RISK, "score.points") == [(35,), (35,)]


# actions


@pytest.mark.parametrize(
    ("tier", "action"),
    [("key", "call"), ("important", "call"), ("ordinary", "win_back"), ("maintenance", None)],
)
def test_what_to_do_goes_by_the_tier_in_force(tier: str, action: str | None) -> None:
    ada = overdue().does(told(3, override=word("lock", tier))).waits(7).does(bought(8))
    found = ada.hears(AT_RISK, "status", "recommended_action")
    assert found == [("raised", action), ("escalated", action), ("cleared", None)]


def test_a_signal_that_the_policy_says_nothing_of_has_none() -> None:
    ada = overdue().does(paid_late(1), paid_late(2))
    assert ada.hears(AT_RISK, "signal", "recommended_action") == [("late_payer", None)]


# lifetime value, as the snapshot tells it


def lifetime(*sales: dict[str, Any]) -> Any:
    return Ada(policy(only("fading")), asked(1, "00:00:00"), *sales).snapshot()["lifetime"]


@pytest.mark.parametrize("events", [[], [gave_back(2)]])
def test_before_the_first_purchase_there_is_none(events: list[dict[str, Any]]) -> None:
    assert lifetime(*events) is None


FIFTY, TWENTY, BACK = bought(2, "50.00"), bought(4, "20.00"), gave_back(5, amount="5.00")
MARGINS = {
    "none of one purchase day": ([FIFTY], None),
    # (15.00 + 10.01 - 5.00) / 2, half to even; what handling the return cost is left out
    "of repeat purchase days less what came back": (
        [
            *[FIFTY, bought(2, "7.00"), bought(4, "20.00", cost="5.00"), bought(5, "10.01")],
            gave_back(6, amount="5.00"),
        ],
        "10.00",
    ),
    "of others when an earlier first day comes late": ([TWENTY, bought(6), FIFTY], "10.50"),
    "below nothing, too": ([bought(2), bought(4, cost="3.50")], "-2.50"),
    "less what comes back after its sale": ([FIFTY, TWENTY, BACK], "15.00"),
    "and before it": ([BACK, FIFTY, TWENTY], "15.00"),
}


@pytest.mark.parametrize(("sales", "margin"), MARGINS.values(), ids=MARGINS)
def test_the_mean_margin_is(sales: list[dict[str, Any]], margin: str | None) -> None:
    found = lifetime(*sales)
    assert found["mean_margin"] == margin
    days = {its["occurred_at"][:10] for its in sales if its.get("type") != "return"}
    assert (found["purchase_days"], found["horizon_weeks"]) == (len(days), 39)
    assert (found["first_purchase_on"], found["last_purchase_on"]) == (min(days), max(days))


def test_lifetime_value_is_as_of_today() -> None:
    ada = Ada(policy(only("fading")), bought(1), bought(3))
    early, late = ada.snapshot(), ada.does(asked(20)).snapshot()
    assert late["as_of"] == when(20)
    for figure in ("p_alive", "expected_purchases", "expected_contribution"):
        assert float(late["lifetime"][figure]) < float(early["lifetime"][figure])
