"""Entering and leaving a segment is told, and changes what a customer is granted."""

from typing import Any

from schemas.outputs.records import TIER_CHANGES
from schemas.state.rows import NOT_ASKED
from tests.support.hearing import Ada, proof_of
from tests.support.making import OVERRIDE
from tests.support.policies import Change, policy, section
from tests.support.signalling import bought, midnight, paid_late, told

TELLS: Change = {"tiers.tells": ["segments"], "risk": None}
BY = policy(section("segments"), TELLS)
WALLET = {"amount": "1000.00", "currency": "USD"}
"""A quarter of it is 6.85 within ten days."""
GRANTS: Change = {
    "segments": {"worst": {"contribution_below": "-50.00"}, "best": {"contribution_from": "300"}},
    "treatment.ordinary": {"bonus": "0.01"},
    "treatment.when.best": {"bonus": "0.03"},
    "treatment.when.late_payer": {"bonus": "0.00"},
    "risk": None,
    "risk.late_payer": {"late": 1, "of": 1, "days": 3, "clear_on_time": 1},
    "tiers.tells": ["treatment", "segments"],
}


def heard(ada: Ada) -> list[Any]:
    return ada.hears(TIER_CHANGES, "direction", "segments")


def test_the_first_record_tells_them_and_there_is_no_other() -> None:
    ada = Ada(BY, bought(1, "1200"))
    assert heard(ada) == [("assigned", ["best"])]
    assert ada.snapshot()["segments"] == ["best"]


def test_entering_and_leaving_is_told_with_those_from_now_on() -> None:
    ada = Ada(BY, told(1, wallet=WALLET), bought(1, "6"))
    assert heard(ada) == [("assigned", ["latent"])]
    ada.does(bought(2, "2"))
    assert heard(ada) == [("segment", [])]
    ada.does(bought(3, "20"), bought(4, "0", cost="25.00"))
    assert heard(ada) == [("segment", ["potential"]), ("segment", [])]


def test_a_record_says_what_it_rests_on_and_counts_on() -> None:
    ada = Ada(BY, bought(1, "7"), told(2, wallet=WALLET | {"amount": "2000.00"}))
    assigned, entered = ada.hears(TIER_CHANGES)
    assert entered["sequence"] == assigned["sequence"] + 1
    assert (entered["from_tier"], entered["to_tier"]) == ("ordinary", "ordinary")
    assert (entered["trigger"]["kind"], entered["trigger"]["topic"]) == ("event", "customers")
    assert proof_of(entered, "reasons") == [
        ("tiers.entry.ordinary", "7.00", "0.00"),
        ("tiers.entry.important", "7.00", "500.00"),
        ("segments.latent.wallet_share_below", "0.1278", "0.2500"),
    ]


def test_a_change_of_the_tier_tells_it_alone() -> None:
    ada = Ada(BY, bought(1, "450"))
    heard(ada)
    ada.does(bought(2, "100"))
    assert heard(ada) == [("upgrade", [])]
    ada.does(told(3, override=OVERRIDE | {"mode": "lock", "tier": "ordinary"}))
    assert heard(ada) == [("downgrade", ["potential"])]


def test_time_alone_is_told_at_its_due_time() -> None:
    ada = Ada(BY, told(1, wallet=WALLET), bought(1, "7"))
    assert heard(ada) == [("assigned", ["latent"]), ("segment", [])]
    assert heard(ada.waits(10, "23:59:59.999999")) == []
    assert heard(ada.waits(11)) == [("segment", ["latent"])]
    assert (ada.record["effective_at"], ada.record["trigger"]["kind"]) == (midnight(11), "timer")


def test_a_whole_window_before_comes_by_itself() -> None:
    whole: Change = {
        "segments": {"potential": {"growth": "1.5", "rise": "20.00", "whole_window": True}}
    }
    # the first event brings nothing: nothing leaves a window on the day that is waited for
    ada = Ada(policy(whole, TELLS), told(1), bought(12, "30"))
    assert heard(ada) == [("assigned", [])]
    assert heard(ada.waits(20, "23:59:59.999999")) == []
    assert heard(ada.waits(21)) == [("segment", ["potential"])]
    assert heard(ada.waits(22)) == [("segment", [])]


def test_an_older_event_makes_the_window_whole_earlier() -> None:
    whole: Change = {
        "segments": {"potential": {"growth": "1.5", "rise": "20.00", "whole_window": True}}
    }
    ada = Ada(policy(whole, TELLS), bought(21, "30"))
    assert heard(ada) == [("assigned", [])]
    assert heard(ada.does(told(2))) == []
    assert heard(ada.does(told(1))) == [("segment", ["potential"])]


def test_who_is_not_told_finds_them_in_the_snapshot() -> None:
    ada = Ada(policy(section("segments"), {"risk": None}), told(1, wallet=WALLET), bought(1, "9"))
    assert [direction for direction, _ in heard(ada)] == ["assigned"]
    assert ada.snapshot()["segments"] == []
    assert ada.row.segments == NOT_ASKED


def test_a_policy_that_begins_to_tell_is_silent_of_what_is_so_already() -> None:
    silent = policy(section("segments"), {"risk": None})
    ada = Ada(silent, told(1, wallet=WALLET), bought(1, "6"))
    ada.snapshot()
    now = policy(section("segments"), TELLS, {"tiers.review_days": 0, "version": "test-2"})
    again = ada.restarted(now).waits(2)
    assert heard(again) == []
    assert heard(again.does(bought(2, "2"))) == [("segment", [])]


def test_a_segment_that_is_new_is_told_by_the_policy() -> None:
    ada = Ada(BY, told(1, wallet=WALLET), bought(1, "7"))
    ada.snapshot()
    more: Change = {"segments.latent.wallet_share_below": "0.5", "version": "test-2"}
    again = ada.restarted(policy(section("segments"), TELLS, {"tiers.review_days": 0}, more))
    found = again.waits(2).hears(TIER_CHANGES, "direction", "segments", "trigger.kind")
    assert found == [("segment", ["latent"], "policy")]
    assert again.restarted().waits(3).hears(TIER_CHANGES) == []


# what they change of what is granted


def test_a_segment_s_grants_are_laid_over_the_tier_s_and_the_later_name_holds() -> None:
    ada = Ada(policy(GRANTS), bought(1, "9"), bought(2, "300"))
    granted = ada.hears(TIER_CHANGES, "direction", "treatment", "segments")
    assert granted == [
        ("assigned", {"bonus": "0.01"}, []),
        ("treatment", {"bonus": "0.03"}, ["best"]),
    ]
    assert ("treatment.when.best", "segment", "held") in proof_of(ada.record, "reasons")
    assert ada.snapshot()["treatment"] == {"bonus": "0.03"}
    ada.does(paid_late(3, 4))
    assert ada.hears(TIER_CHANGES, "treatment") == [({"bonus": "0.00"},)]
    assert ada.snapshot()["treatment"] == {"bonus": "0.00"}


def test_the_same_grants_laid_otherwise_are_no_news() -> None:
    # late_payer's are laid over best's: with both it is the same as with late_payer's alone
    both: Change = {
        "treatment": None,
        "treatment.when.best": {"credit_days": 9, "bonus": "0.03"},
        "treatment.when.late_payer": {"bonus": "0.00", "credit_days": 0},
    }
    ada = Ada(policy(GRANTS, both), bought(1, "9"), paid_late(2, 4))
    assert [direction for direction, _ in heard(ada)] == ["assigned", "treatment"]
    ada.does(bought(3, "350"))
    assert heard(ada) == [("segment", ["best"])]
    assert ada.snapshot()["treatment"] == {"bonus": "0.00", "credit_days": 0}


def test_a_contact_tells_what_a_segment_grants() -> None:
    due: Change = {"treatment.ordinary": {"contact_every_days": 5}, "contacts_due": {}}
    ada = Ada(policy(GRANTS, due), bought(1, "300")).waits(6)
    [contact] = ada.hears("contacts-due")
    assert contact["treatment"] == {"contact_every_days": 5, "bonus": "0.03"}
