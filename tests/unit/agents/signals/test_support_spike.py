"""`support_spike`: 4 contacts in 3 days, cleared at 1."""

from typing import Any

import pytest

from tests.support.hearing import plays
from tests.support.policies import only, policy
from tests.support.signalling import asked, tick

SPIKE = policy(only("support_spike"))


def calls(*days: int) -> list[dict[str, Any]]:
    """A free contact on each of these days of March."""
    return [asked(day, event_id=f"call-{n}-{day}") for n, day in enumerate(days)]


AT_LAST = asked(3, "23:59:59.999999")
ANY = [
    asked(1, channel=its, seller_fault=bool(number % 2))
    for number, its in enumerate(("phone", "chat", "store", "self_service"))
]
LEAVING = [*calls(1, 1, 2, 3), tick(5)]
AGAIN = [*calls(1, 1, 1, 1), tick(4), *calls(10, 10, 10, 10)]
PROMISES: dict[str, Any] = {
    "at so many": ([*calls(1, 2, 3), AT_LAST], "- - - raised", {"contacts": (4, 4)}),
    "not if spread beyond the window": (calls(1, 2, 3, 4), "- - - -"),
    "raised once": (calls(1, 1, 1, 1, 1, 2, 2), "- - - raised - - -"),
    "with a late one of the window": (calls(3, 3, 3, 1), "- - - raised"),
    "not with one before the window": (calls(10, 10, 10, 7), "- - - -"),
    "until one is left at a midnight": (LEAVING, "- - - raised cleared", {"clear_at": (1, 1)}),
    "still with two left": ([*calls(1, 1, 2, 2), tick(4)], "- - - raised -"),
    "and again": (AGAIN, "- - - raised cleared - - - raised"),
    "on any channel and whoever's fault": (ANY, "- - - raised"),
}


@pytest.mark.parametrize("promise", PROMISES.values(), ids=PROMISES)
def test_contacts_are_a_spike(promise: Any) -> None:
    plays(SPIKE, *promise)


SOME = policy(only("support_spike"), {"risk.support_spike.channels": ["phone", "chat"]})
CLICKS = [
    asked(1, channel=its, event_id=f"{its}-{n}") for its in ("store", "email") for n in (1, 2)
]
PLEAS = [asked(2, channel=its, event_id=f"{its}-{n}") for its in ("phone", "chat") for n in (1, 2)]
COUNTED: dict[str, Any] = {
    "none of another channel": (CLICKS, "- - - -"),
    "those of the list alone": ([*CLICKS, *PLEAS], "- - - - - - - raised", {"contacts": (4, 4)}),
    "until few of them are left": ([*PLEAS, *CLICKS, tick(5)], "- - - raised - - - - cleared"),
}


@pytest.mark.parametrize("promise", COUNTED.values(), ids=COUNTED)
def test_only_contacts_on_the_channels_of_the_policy_count(promise: Any) -> None:
    plays(SOME, *promise)


def test_a_signal_whose_section_is_absent_is_off() -> None:
    off = policy({"risk.support_spike": None, "risk.unprofitable": None})
    plays(off, [*calls(1, 1, 1, 1, 1), asked(1, channel="phone"), tick(20)], "- " * 7)
