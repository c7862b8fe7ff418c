"""`[for.KIND]`: laid over what holds for all, refused where the kind's policy would not hold."""

from typing import Any

import orjson
import pytest

from agents.policy.compiled import Policy
from agents.policy_file.compiling import stated
from schemas.base.vocabulary import CustomerSegment
from tests.support.policies import only, policy, policy_file
from tests.support.whole_policy import BY_ENTRIES, told, whole_policy

BUSINESS: dict[str, Any] = {
    "for.business.tiers.entry.key": "9000.00",
    "for.business.treatment.key": {"credit_days": 90},
    "for.business.treatment.when.late_payer": {"credit_days": 7},
    "for.business.risk.late_payer.late": 3,
}
ALL: dict[str, Any] = {
    "treatment.key": {"credit_days": 60, "support_priority": 1},
    "treatment.when.late_payer": {"credit_days": 0, "note": "prepaid"},
}


def of(kind: CustomerSegment, *changes: dict[str, Any]) -> Policy:
    return policy(only("late_payer"), *changes).kinds[kind]


def test_what_is_not_named_is_that_of_all() -> None:
    everybody = policy(only("late_payer"), ALL, BUSINESS)
    business = everybody.kinds["business"]
    assert set(everybody.kinds) == {"business"}
    assert business.entries == (*everybody.entries[:3], 900_000)
    assert business.signals["late_payer"] == everybody.signals["late_payer"] | {"late": 3}
    assert business.hold == everybody.hold


@pytest.mark.parametrize(
    ("signals", "grants"),
    [
        ((), {"credit_days": 90, "support_priority": 1}),
        (("late_payer",), {"credit_days": 7, "support_priority": 1, "note": "prepaid"}),
    ],
)
def test_a_treatment_is_laid_over_key_by_key(
    signals: tuple[str, ...], grants: dict[str, Any]
) -> None:
    wire = of("business", ALL, BUSINESS).grants.of(3, signals, ()).wire
    assert orjson.loads(bytes(wire)).items() >= grants.items()


def test_what_is_kept_and_how_they_are_told_apart_is_the_same_for_all() -> None:
    everybody = policy(only("call_abuse"), {"for.individual.risk.call_abuse.contacts": 9})
    kind = everybody.kinds["individual"]
    assert kind.keeps == everybody.keeps
    assert (kind.hash, kind.check, kind.version) == (
        everybody.hash,
        everybody.check,
        everybody.version,
    )
    assert [rule.signal for rule in kind.keeps.issue_rules] == [
        "call_abuse",
        "individual.call_abuse",
    ]


def test_a_kind_makes_another_policy() -> None:
    assert policy(BUSINESS, only("late_payer")).hash != policy(only("late_payer")).hash


def test_what_a_file_does_not_say_is_no_part_of_its_hash() -> None:
    said = stated(policy_file())
    assert "for" not in said
    assert b"null" not in orjson.dumps(said)


SIGNAL_ON = "the name of a signal that is on: [risk.{0}], found 'none'"
WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "of nobody": ({"for.firm": {}}, "for.firm: expected no key of this name"),
    "another section": ({"for.business.value": {}}, "for.business.value: expected no key of this"),
    "entries out of order": (
        {"for.business.tiers.entry.important": "5000.00"},
        "for.business.tiers.entry.key: expected more than tiers.entry.important (5000.00)",
    ),
    "of no signal": (
        {"for.individual.risk.weights": {"overdue": 3}},
        "for.individual.risk.weights: expected " + SIGNAL_ON.format("weights"),
    ),
    "no such key": (
        {"for.individual.risk.overdue.mean": "1"},
        "for.individual.risk.overdue.mean: expected no key of this name",
    ),
    "another type": (
        {"for.individual.risk.call_abuse.contacts": "many"},
        "for.individual.risk.call_abuse.contacts: expected `int`, found '`str`'",
    ),
    "out of bounds": (
        {"for.individual.risk.call_abuse.contacts": 0},
        "for.individual.risk.call_abuse.contacts: expected `int` >= 1, found 0",
    ),
    "no such name": (
        {"for.individual.risk.support_spike.channels": ["fax"]},
        "for.individual.risk.support_spike.channels[0]: expected a name that may stand there",
    ),
    "a signal that would flap": (
        {"for.individual.risk.call_abuse.clear_at": 99},
        "for.individual.risk.call_abuse.clear_at: expected",
    ),
    "what says what is kept": (
        {"for.individual.risk.call_abuse.window_days": 99},
        "for.individual.risk.call_abuse.window_days: expected the same as for all",
    ),
    "a grant of another type": (
        {"for.business.treatment.key": {"credit_days": "90"}},
        "for.business.treatment.key.credit_days: expected an integer from 0 to 3660",
    ),
}


@pytest.mark.parametrize(("change", "words"), WRONG.values(), ids=WRONG)
def test_what_does_not_hold_is_refused(change: dict[str, Any], words: str) -> None:
    assert words in told(whole_policy(BY_ENTRIES, change))


def test_where_shares_cut_the_tiers_no_kind_has_entries() -> None:
    words = "for.business.tiers.entry: expected no section, as tiers.mode is share"
    assert words in told(whole_policy({"for.business.tiers.entry.key": "5000.00"}))


def test_a_signal_that_is_off_has_no_bounds_for_a_kind() -> None:
    change = {"risk.overdue": None, "risk.leaving": None, "for.business.risk.overdue.min_days": 9}
    assert "for.business.risk.overdue: expected " + SIGNAL_ON.format("overdue") in told(
        whole_policy(BY_ENTRIES, change)
    )
