"""`no_second_purchase`: 7 days after the only purchase day."""

from typing import Any

import pytest

from tests.support.hearing import plays
from tests.support.policies import only, policy
from tests.support.signalling import asked, bought, gave_back, tick

SECOND = policy(only("no_second_purchase"))
ONCE = [bought(1), bought(1, at="23:59:59"), tick(8)]
TWICE = [*ONCE, bought(9), tick(300)]
PROMISES: dict[str, Any] = {
    "so many days after": (ONCE, "- - raised", {"after_days": (7, 7)}),
    "until there is one, for good": (TWICE, "- - raised cleared -", {"itself": (2, 2)}),
    "whatever comes back": ([gave_back(1), bought(2), gave_back(3), tick(9)], "- - - raised"),
    "though the first came late": ([asked(20), bought(2)], "- raised", {"after_days": (18, 7)}),
}


@pytest.mark.parametrize("promise", PROMISES.values(), ids=PROMISES)
def test_there_is_no_second_purchase(promise: Any) -> None:
    plays(SECOND, *promise)


def test_a_newer_policy_that_waits_longer_does_not_clear_it() -> None:
    patient = policy(only("no_second_purchase"), {"risk.no_second_purchase.after_days": 70})
    plays(SECOND, ONCE, "- - raised").restarted(patient).waits(30).says()
