"""What a customer is granted: by its tier, and otherwise while signals are open."""

from typing import Any

import pytest

from schemas.outputs.records import TIER_CHANGES
from tests.support.hearing import Ada
from tests.support.policies import Change, only, policy, section
from tests.support.signalling import bought, midnight, paid_late
from tests.support.stepping import START, on_time

WHEN: Change = {
    "treatment.ordinary": {"credit_days": 30, "support_priority": 3},
    "treatment.when.late_payer": {"credit_days": 0},
    "treatment.when.overdue_invoice": {"credit_days": 14, "guard": "calls"},
    "tiers.tells": ["treatment"],
}
BY = policy(only("late_payer", "overdue_invoice"), WHEN)
PLAIN = {"credit_days": 30, "support_priority": 3}
LATE = PLAIN | {"credit_days": 0}


def heard(ada: Ada) -> list[Any]:
    return ada.hears(TIER_CHANGES, "direction", "treatment")


def test_a_signal_s_grants_are_laid_over_the_tier_s_while_it_is_open() -> None:
    # a payment costs: without a sale the tier would be another
    ada = Ada(BY, bought(1, "100"), *START)
    assert heard(ada) == [("assigned", PLAIN), ("treatment", LATE)]
    assert ada.snapshot()["treatment"] == LATE
    ada.does(*on_time(3))
    assert heard(ada) == [("treatment", PLAIN)]
    assert ada.snapshot()["treatment"] == PLAIN


def test_of_several_the_later_name_holds() -> None:
    owed = bought(1, "100", at="00:00:00", invoice_id="i", due_at=midnight(1))
    ada = Ada(BY, owed, *START).waits(4)
    both = PLAIN | {"credit_days": 14, "guard": "calls"}
    assert heard(ada)[-1] == ("treatment", both)


def test_a_record_says_which_signal_did_it_and_goes_out_before_the_signal_s() -> None:
    ada = Ada(BY, bought(1, "100"), *START)
    changed = ada.hears(TIER_CHANGES)[-1]
    assert (changed["from_tier"], changed["to_tier"]) == ("ordinary", "ordinary")
    said = [(its["rule"], its["observed"], its["threshold"]) for its in changed["reasons"]]
    assert ("treatment.when.late_payer", "watch", "open") in said
    assert not [rule for rule, *_ in said if rule.startswith("tiers.hold")]
    assert changed["trigger"]["topic"] == "payments"
    ada.says("raised")
    assert ada.record["sequence"] == changed["sequence"] + 1


def test_a_change_of_the_tier_tells_it_alone() -> None:
    ada = Ada(BY, bought(1, "100"), paid_late(1), paid_late(2))
    heard(ada)
    ada.does(bought(3, "3000"))
    assert heard(ada) == [("upgrade", {"support_priority": 1, "credit_days": 0})]


def test_who_is_not_told_of_it_finds_it_in_the_snapshot() -> None:
    silent = {path: its for path, its in WHEN.items() if path != "tiers.tells"}
    ada = Ada(policy(only("late_payer", "overdue_invoice"), silent), bought(1, "100"), *START)
    assert [direction for direction, _ in heard(ada)] == ["assigned"]
    assert ada.snapshot()["treatment"] == LATE


@pytest.mark.parametrize("stops", [False, True])
def test_another_policy_s_treatment_goes_out_once(stops: bool) -> None:
    ada = Ada(BY, bought(1, "100"))
    if stops:
        ada.snapshot()
    more = policy(
        only("late_payer", "overdue_invoice"),
        WHEN,
        {"tiers.review_days": 0},
        {"treatment.ordinary": {"credit_days": 45}, "version": "test-2"},
    )
    again = ada.restarted(more).waits(2)
    found = again.hears(TIER_CHANGES, "direction", "treatment", "trigger.kind")
    assert found == [("treatment", PLAIN | {"credit_days": 45}, "policy")]
    assert again.restarted(more).waits(3).hears(TIER_CHANGES) == []


def test_a_policy_without_segments_has_the_same_treatment() -> None:
    by = policy(
        only("late_payer"),
        section("contacts_due"),
        {
            "treatment.key": {"contact_every_days": 5, "credit_days": 60},
            "treatment.when.late_payer": {"credit_days": 0},
        },
    )
    ada = Ada(by, bought(1, "3000"), *START).waits(7)
    due = ada.hears("contacts-due")[-1]
    assert due["treatment"] == {"support_priority": 1, "contact_every_days": 5, "credit_days": 0}
