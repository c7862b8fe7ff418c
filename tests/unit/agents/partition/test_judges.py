"""Each kind of customer is judged by its own bounds, from the record that says its kind on."""

from typing import Any

import pytest

from agents.policy.compiled import Policy
from schemas.outputs.records import TIER_CHANGES
from tests.support.hearing import Ada
from tests.support.making import ABSENT, master_data, purchase
from tests.support.policies import only, policy
from tests.support.signalling import asked, tick, when

KINDS: dict[str, Any] = {
    "for.business.tiers.entry": {"important": "900.00"},
    "for.business.treatment.important": {"credit_days": 90},
    "for.business.risk.call_abuse": {"contacts": 5, "clear_at": 2},
    "for.individual.risk.call_abuse": {"contacts": 2},
    "treatment.important": {"credit_days": 30, "gifts": True},
    "tiers.tells": ["treatment"],
}
BY = policy(only("call_abuse"), KINDS)


def is_of(kind: str | None, day: int = 1, at: str = "12:00:00") -> dict[str, Any]:
    fields = {} if kind is None else {"segment": kind}
    return master_data(occurred_at=when(day, at), event_id=f"{kind}-{day}", **fields)


def calls(day: int, at: str = "13:00:00") -> dict[str, Any]:
    return asked(day, at, resolved=True)


BOUGHT = purchase(amount="2000.00", cost=ABSENT, occurred_at=when(1, "11:00:00"))
"""Brings 600.00."""


def tiers(ada: Ada) -> list[Any]:
    return ada.hears(TIER_CHANGES, "to_tier")


@pytest.mark.parametrize(
    ("kind", "tier"),
    [("business", "ordinary"), ("individual", "important"), (None, "important")],
)
def test_a_tier_begins_where_it_does_for_the_kind(kind: str | None, tier: str) -> None:
    ada = Ada(BY, is_of(kind, 1, "10:00:00"), BOUGHT)
    assert tiers(ada)[-1] == (tier,)


def test_another_kind_is_another_entry_at_once() -> None:
    ada = Ada(BY, BOUGHT)
    assert tiers(ada) == [("important",)]
    ada.does(is_of("business", 1))
    assert tiers(ada) == [("ordinary",)]
    assert ada.record["reasons"][-1] == {
        "rule": "tiers.entry.important",
        "observed": "600.00",
        "threshold": "900.00",
    }
    ada.does(is_of(None, 2))
    assert tiers(ada) == [("important",)]


def test_another_kind_is_another_treatment() -> None:
    ada = Ada(
        BY,
        BOUGHT,
        purchase(
            amount="1200.00",
            cost=ABSENT,
            order_id="2",
            event_id="2",
            occurred_at=when(1, "11:30:00"),
        ),
    )
    assert ada.hears(TIER_CHANGES, "treatment")[-1] == ({"credit_days": 30, "gifts": True},)
    ada.does(is_of("business"))
    business = {"credit_days": 90, "gifts": True}
    assert ada.hears(TIER_CHANGES, "direction", "treatment") == [("treatment", business)]
    assert ada.snapshot()["treatment"] == business


@pytest.mark.parametrize(("kind", "contacts"), [("business", 5), ("individual", 2), (None, 3)])
def test_a_signal_is_raised_at_the_kind_s_bound(kind: str | None, contacts: int) -> None:
    ada = Ada(BY, is_of(kind)).does(*[calls(1, f"13:00:0{n}") for n in range(contacts - 1)])
    ada.says().does(calls(1, "14:00:00")).says(
        "call_abuse raised", contacts=(contacts, contacts), issue=("delivery", "resolved")
    )


def test_it_turns_with_the_record_that_says_the_kind() -> None:
    ada = Ada(BY, *[calls(1, f"11:00:0{n}") for n in range(2)]).says()
    ada.does(is_of("individual")).says(
        "call_abuse raised", contacts=(2, 2), issue=("delivery", "resolved")
    )
    ada.does(is_of("business", 2)).says("call_abuse cleared")


def test_who_was_always_of_a_kind_and_who_turns_out_to_be_are_judged_alike() -> None:
    # five contacts begin it for a business; three of them are left when the kind is known
    five = [calls(1, f"13:00:0{n}") for n in range(2)] + [calls(2, f"13:00:0{n}") for n in range(3)]
    window = BY.signals["call_abuse"]["window_days"]
    later = 1 + window
    before, after = Ada(BY, is_of("business"), *five), Ada(BY, *five)
    before.does(tick(later)).hears(before.topic)
    after.does(tick(later), is_of("business", later)).hears(after.topic)
    assert set(before.row.risks) == set(after.row.risks)
    assert set(before.row.risks) == {"call_abuse"}


def test_the_kind_outlasts_a_restart() -> None:
    ada = Ada(BY, is_of("individual"), calls(1)).restarted(BY)
    ada.does(calls(1, "14:00:00")).says("call_abuse raised")


def test_a_policy_that_brings_kinds_judges_by_them() -> None:
    plain: Policy = policy(only("call_abuse"), {"tiers.review_days": 0})
    kinds = policy(only("call_abuse"), KINDS, {"version": "test-2", "tiers.review_days": 0})
    ada = Ada(plain, is_of("business", 1, "10:00:00"), BOUGHT)
    assert tiers(ada)[-1] == ("important",)
    again = ada.restarted(kinds).does(tick(3))
    assert [tier for (tier,) in tiers(again)][-1] == "ordinary"
