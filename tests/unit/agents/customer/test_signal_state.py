"""What a customer's row keeps for signals, and what another policy makes of it."""

from typing import Any

import pytest

from agents.policy.compiled import Policy
from tests.support.hearing import Ada
from tests.support.policies import Change, only, policy, section
from tests.support.signalling import EVERY_SIGNAL, asked, bought, gave_back, told, when

UNANSWERED = {"satisfaction": 3, "resolved": False}


def busy(by: Policy) -> Ada:
    """A customer of everything."""
    answer = told(4, ladder={"set_step": "educate", "reason": "because"})
    calls = [asked(3, f"12:00:0{n}", **UNANSWERED) for n in range(3)]
    return Ada(by, bought(1), bought(2), *calls, answer)


def kept(ada: Ada) -> set[str]:
    """The names of what its row keeps."""
    row = ada.row.signals
    return set() if row is None else {its for its in row.__struct_fields__ if getattr(row, its)}


PLAIN = ("late_payer", "support_spike", "unprofitable")


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        pytest.param([], set(), id="the plain signals"),
        pytest.param([only(*PLAIN, "return_abuse")], set(), id="nor return_abuse"),
        pytest.param([only("overdue")], {"sales"}, id="overdue"),
        pytest.param([only("no_second_purchase")], {"sales"}, id="no_second_purchase"),
        pytest.param([only(), section("lifetime")], {"sales"}, id="lifetime"),
        pytest.param([only("repeat_issue")], {"issues"}, id="repeat_issue"),
        pytest.param([only("complaint_open")], {"issues"}, id="complaint_open"),
        pytest.param([only("dissatisfied")], {"answers"}, id="dissatisfied"),
        pytest.param([only(), section("ladder")], {"ladder"}, id="the ladder"),
    ],
)
def test_just_what_is_asked_for_is_kept(changes: list[Change], names: set[str]) -> None:
    ada = busy(policy(*changes))
    assert (kept(ada), ada.row.signals is None) == (names, not names)


def test_where_only_complaints_count_no_contacts_are_kept() -> None:
    [issue] = busy(policy(only("complaint_open"))).kept.issues
    assert (issue.cells, issue.word) == ([], False)


def test_another_policy_forgets_what_it_does_not_ask_for() -> None:
    ada = busy(EVERY_SIGNAL)
    assert kept(ada) >= {"sales", "issues", "answers", "ladder"}
    assert ada.restarted(policy()).does(asked(5)).row.signals is None
    partly = ada.restarted(policy(only("dissatisfied"))).does(asked(5))
    assert (kept(partly), len(partly.kept.answers)) == ({"answers"}, 3)


def test_what_another_policy_did_not_ask_for_begins_when_it_is_first_asked_for() -> None:
    ada = Ada(policy(), bought(1), bought(2), bought(3))
    after = ada.restarted(policy(only("no_second_purchase", "overdue"))).does(bought(20))
    after.turns("no_second_purchase raised", 27).waits(60).says()


def test_orders_count_whoever_asked_for_them() -> None:
    ada = Ada(policy(), *(bought(1, paid, event_id=f"e-{paid}") for paid in "0012"), gave_back(1))
    ada.does(bought(1, "0", event_id="another"))
    after = ada.restarted(policy(only("return_abuse")))
    after.does(gave_back(2)).says()
    after.does(gave_back(2, 1)).says("raised")


def test_an_issue_that_a_policy_ceases_to_count_does_not_come_back_by_itself() -> None:
    repeat = policy(only("repeat_issue"))
    ada = Ada(repeat, *(asked(1, f"12:00:0{n}", resolved=False) for n in range(3))).says("raised")
    off = ada.restarted(policy(only("complaint_open"))).does(asked(2, issue="other"))
    off.says("repeat_issue cleared")
    on_again = off.restarted(policy(only("repeat_issue"), {"version": "test-2"}))
    on_again.does(asked(3, issue="other")).waits(20).says()


def test_master_data_with_another_answer_under_the_same_id_are_a_conflict() -> None:
    answer = {"set_step": "educate", "hold_until": when(9), "reason": "because"}
    ada = Ada(policy(only("late_payer"), section("ladder")), told(1, ladder=answer))
    ada.does(told(1, ladder=answer | {"hold_until": "2026-03-09T13:00:00+01:00"})).turned()
    assert ada.desk.reasons == []
    others: Any = {"set_step": "none"}, {"hold_until": None}, {"reason": "other"}
    ada.does(*(told(1, ladder=answer | other) for other in others), told(1, ladder=None)).turned()
    assert ada.desk.reasons == ["id_conflict"] * 4
