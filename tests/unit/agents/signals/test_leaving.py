"""`leaving`: overdue after two mean gaps or spending less than half: one signal, not two."""

import pytest

from agents.policy_file.reading import PolicyError
from tests.support.hearing import Ada
from tests.support.policies import Change, only, policy
from tests.support.signalling import bought, midnight, tick

LEAVING = policy(only("leaving"))
NOTHING: Change = {"risk.leaving": None}
DAYS = [bought(1), bought(3), bought(5)]


def test_one_sign_raises_it_and_that_sign_is_told_by_no_signal_of_its_own() -> None:
    ada = Ada(LEAVING, *DAYS)
    ada.turns("leaving raised watch", 8)
    assert [its["rule"] for its in ada.record["evidence"]] == [
        "risk.spend_drop.below",
        "risk.spend_drop.min_purchases",
    ]
    assert [its["signal"] for its in ada.snapshot()["risks"]] == ["leaving"]


def test_a_second_sign_makes_it_high() -> None:
    ada = Ada(LEAVING, *DAYS)
    ada.turns("leaving raised watch", 8).turns("leaving escalated high", 10)
    rules = [its["rule"].split(".")[1] for its in ada.record["evidence"]]
    assert sorted(set(rules)) == ["overdue", "spend_drop"]


def test_one_that_is_high_makes_it_high() -> None:
    high = {"risk.overdue.high": "2", "risk.spend_drop": None}
    ada = Ada(policy(only("leaving"), NOTHING, high, {"risk.leaving": {"of": ["overdue"]}}), *DAYS)
    ada.turns("leaving raised high", 10)


def test_a_purchase_clears_it_at_once_even_where_a_sign_still_holds() -> None:
    ada = Ada(LEAVING, *[bought(day, "50.00") for day in (1, 3, 5)])
    ada.turns("leaving raised", 8)
    # it spends a hundredth of what it did: the sign holds, and it is there
    ada.does(bought(8, "0.50")).says("leaving cleared", bought=(0, 0))


def test_without_a_purchase_it_ends_when_no_sign_holds_any_more() -> None:
    only_drop = {"risk.leaving": {"of": ["spend_drop"]}, "risk.overdue": None}
    ada = Ada(policy(only("leaving"), NOTHING, only_drop), *DAYS)
    ada.turns("leaving raised", 8).turns("leaving cleared", 12, itself=(0, 1))


def test_it_tells_what_is_at_stake_until_it_is_cleared() -> None:
    ada = Ada(LEAVING, *[bought(day, "50.00") for day in (1, 3, 5)])
    ada.turns("leaving raised", 8)
    assert ada.record["at_stake"] == "150.00"
    ada.does(bought(9)).says("leaving cleared")
    assert ada.record["at_stake"] is None


def test_who_buys_too_seldom_drops_no_spending() -> None:
    # his gaps are of two days; three days hold one and a half of them
    def of(gaps: str) -> Ada:
        return Ada(policy(only("spend_drop"), {"risk.spend_drop.min_gaps": gaps}), *DAYS)

    of("1.5").turns("spend_drop raised", 8)
    of("1.51").waits(9).says()
    one = policy(only("spend_drop"), {"risk.spend_drop.min_gaps": "1"})
    Ada(one, bought(1), bought(1, at="13:00:00"), tick(5)).says()


REFUSED: dict[str, tuple[Change, str]] = {
    "a sign without its section": ({"risk.overdue": None}, "risk.leaving.of"),
    "one twice": ({"risk.leaving.of": ["overdue", "overdue"]}, "risk.leaving.of"),
    "none": ({"risk.leaving": None, "risk.leaving.of": []}, "risk.leaving.of"),
    "another signal": ({"risk.leaving.of": ["late_payer"]}, "risk.leaving.of"),
    "a treatment by a part": ({"treatment.when.overdue": {"a": 1}}, "treatment.when.overdue"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_such_a_policy_is_refused(case: str) -> None:
    change, key = REFUSED[case]
    with pytest.raises(PolicyError, match=key.replace(".", r"\.")):
        policy(only("leaving"), change)


def test_when_it_was_raised_stays_when_it_escalates() -> None:
    ada = Ada(LEAVING, *DAYS).waits(10)
    assert ada.snapshot()["risks"][0]["since"] == midnight(8)
