"""The last changes, as far as the row knows of them."""

from agents.explain.found import Change
from tests.support.explaining import explained
from tests.support.feeding import sale
from tests.support.hearing import Ada
from tests.support.overriding import Tiered
from tests.support.policies import policy
from tests.support.signalling import midnight, tick, when
from tests.support.stepping import LATE, START


def test_a_tier_tells_how_it_came() -> None:
    its = explained(Tiered(policy(), sale(1, amount="600"), sale(2, amount="3000")))
    assert its.changes == [
        Change(midnight(2), "tier_by_value", "rose", "key"),
        Change(midnight(2), "tier", "in_force", "key"),
    ]


def test_signals_and_steps_are_among_them_the_newest_first() -> None:
    its = explained(Ada(LATE, *START, tick(7)))
    assert its.changes[0] == Change(midnight(7), "ladder", "step", "educate")
    assert Change(when(2), "signal", "late_payer", "raised") in its.changes
    days = [change.at for change in its.changes]
    assert days == sorted(days, reverse=True)
