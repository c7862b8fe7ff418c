"""A customer is brought to a time as its partition would bring it, and never back."""

import pytest

from agents.explain.standing import TimeError
from schemas.base.times import format_micros
from tests.support.explaining import explained, standing_of
from tests.support.feeding import sale
from tests.support.hearing import Ada
from tests.support.making import POLICY
from tests.support.overriding import HELD, Tiered, spent
from tests.support.policies import policy
from tests.support.signalling import day_us, midnight

ADA = (sale(1, amount="3000"), spent(3, "2900"))


def test_what_is_due_until_then_has_happened() -> None:
    its = explained(Tiered(HELD, *ADA), day_us(7))
    assert (its.now.tier, its.now.tier_since) == ("ordinary", midnight(6))
    assert (its.at, its.holds) == (midnight(7), [])


def test_what_is_due_at_that_very_time_has_happened() -> None:
    assert explained(Tiered(HELD, *ADA), day_us(6)).now.tier == "ordinary"


def test_a_microsecond_before_it_has_not() -> None:
    its = explained(Tiered(HELD, *ADA), day_us(6) - 1)
    assert its.now.tier == "key"


def test_a_time_before_the_last_event_is_refused() -> None:
    ada = Tiered(HELD, *ADA)
    latest = explained(ada).last_event_at
    with pytest.raises(TimeError, match="what it was before is not kept") as refused:
        explained(ada, day_us(2))
    assert latest in str(refused.value)
    assert format_micros(day_us(2)) in str(refused.value)


def test_a_time_that_too_many_due_times_precede_is_refused() -> None:
    standing = standing_of(Tiered(HELD, *ADA))
    with pytest.raises(TimeError, match="at most 1 due times"):
        standing.reach(day_us(90), 1)


def test_a_row_of_another_policy_is_judged_by_this_one_first() -> None:
    ada = Ada(POLICY, *ADA)
    assert not explained(ada).judged_anew
    lower = policy({"tiers.entry.important": "50.00", "version": "2"})
    its = explained(ada, by=lower)
    assert its.judged_anew
    assert (its.now.tier, its.now.policy_version) == ("important", "2")


def test_explaining_changes_no_row() -> None:
    ada = Ada(HELD, *ADA)
    ada.desk.commit()
    before = dict(ada.desk.rows)
    explained(ada, day_us(40))
    assert explained(ada) == explained(ada)
    assert ada.desk.rows == before
