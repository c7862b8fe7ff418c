"""Cadences: which role gets in touch, and when, since which touch, and on which channel."""

from typing import Any

import pytest

from agents.policy.compiled import Policy
from schemas.base.times import day_of
from schemas.outputs.records import CONTACTS_DUE
from tests.support.customers import at
from tests.support.feeding import on, sale
from tests.support.hearing import Ada
from tests.support.making import support_call
from tests.support.policies import Change, policy, section
from tests.support.signalling import midnight, tick

HALF, ALL = ("partner", 4), ("manager", 6)


def by_roles(*roles: tuple[str, int], tier: str = "key", **section_keys: Any) -> Policy:
    """A policy by which these roles get in touch with the customers of a tier."""
    listed = [{"role": role, "every_days": days} for role, days in roles]
    asked = {"reasons": ["interval", "complaint", "notice", "seller_fault"], **section_keys}
    changes: Change = {
        "contacts_due": {**asked, "cadence": {tier: listed}},
        "treatment.key.contact_every_days": 5,
        "treatment.important": {"contact_every_days": 8},
        "risk.unprofitable": None,
        "value.window_days": 60,
    }
    return policy(changes)


class Met(Ada):
    """A customer whom somebody should get in touch with: words are of why, role and trigger."""

    topic = CONTACTS_DUE
    fields = ("reason", "role", "trigger.kind")


def bought(day: int, amount: str = "3000", **fields: Any) -> dict[str, Any]:
    return sale(day, amount=amount, **fields)


def call(day: int, channel: str = "phone", number: int = 0, **fields: Any) -> dict[str, Any]:
    """A contact on a day of March; phone costs a little."""
    made = {"event_id": f"{channel}-{day}-{number}", "occurred_at": on(day), "channel": channel}
    return support_call(**(made | fields))


# roles


def test_each_role_has_its_own_cadence_from_the_last_touch_and_from_its_own_records() -> None:
    ada = Met(by_roles(HALF, ALL), bought(1))
    ada.turns("interval partner timer", 5).turns("interval manager", 7)
    ada.turns("interval partner", 9).does(bought(10)).turns("interval partner", 14)
    ada.turns("interval manager", 16)


def test_roles_that_are_due_at_one_moment_have_a_record_each_in_the_order_of_the_list() -> None:
    ada = Met(by_roles(("b", 4), ("a", 4)), bought(1)).waits(5)
    ada.says("interval b", "interval a", at=midnight(5))
    assert [its["sequence"] for its in ada.desk.contacts_due] == [1, 2]
    assert ada.due_us == at(9, "00:00:00")


def test_a_list_takes_the_place_of_the_tier_s_interval_and_of_no_other_tier_s() -> None:
    by = by_roles(ALL)
    ada = Met(by, bought(1))
    assert ada.due_us == at(7, "00:00:00")
    assert ada.turns("interval manager", 7).record["treatment"]["contact_every_days"] == 5
    ada = Met(by, bought(1, "600")).turns("interval None", 9)
    assert ada.record["tier"] == "important"


def test_a_tier_without_list_and_interval_is_asked_for_by_nobody() -> None:
    Met(by_roles(ALL), bought(1, "1")).waits(28).says()


def test_one_record_has_all_reasons_of_its_moment_and_the_others_only_theirs() -> None:
    by = by_roles(("b", 4), ("a", 4), touches=[])
    # both have passed already when the sale comes late, and makes it key
    ada = Met(by, bought(1, "1"), call(6, "email", complaint=True)).says()
    ada.does(bought(5), call(6, "chat", complaint=True, seller_fault=True))
    ada.says("interval b event", "interval a event", "complaint None event", at=on(6))
    assert ada.record["reasons"] == ["complaint", "seller_fault"]


def test_a_complaint_takes_along_whoever_is_due_and_he_begins_anew() -> None:
    by = by_roles(("b", 4), touches=["phone"], quiet_days=3)
    ada = Met(by, bought(1), call(4, "email", seller_fault=True)).says("seller_fault None")
    # due on the 5th, and kept apart until the 7th
    ada.does(call(6, "email", complaint=True)).says("complaint b event")
    assert ada.record["reasons"] == ["complaint", "interval"]
    ada.turns("interval b", 10)


def test_a_complaint_by_a_channel_that_counts_is_a_touch_and_nobody_is_due() -> None:
    ada = Met(by_roles(("b", 4), touches=["email"], quiet_days=9), bought(1))
    ada.turns("interval b", 5).does(call(6, "email", complaint=True)).says("complaint None")
    ada.turns("interval b", 15)


def test_with_quiet_days_roles_come_one_after_the_other_the_longest_overdue_first() -> None:
    ada = Met(by_roles(("b", 2), ("a", 3), quiet_days=5), bought(1))
    # b passed on the 3rd and again on the 5th, a on the 4th
    ada.turns("interval b", 3).turns("interval a", 8).turns("interval b", 13)
    ada.turns("interval a", 18)


def test_a_record_for_nobody_in_particular_stands_for_every_role() -> None:
    ada = Met(by_roles(("b", 4)), bought(1, "600")).turns("interval None", 9)
    ada.does(bought(2, event_id="late")).says().turns("interval b", 13)


def test_a_role_s_record_stands_for_the_interval_of_a_tier_without_roles() -> None:
    ada = Met(by_roles(("b", 4)), bought(1)).turns("interval b", 5)
    ada.does(bought(1, "2000", type="return", event_id="late")).says().turns("interval None", 13)


@pytest.mark.parametrize("restarts", [False, True])
def test_what_was_said_to_each_role_is_kept(restarts: bool) -> None:
    by = by_roles(HALF, ALL)
    ada = Met(by, bought(1)).turns("interval partner", 5).turns("interval manager", 7)
    care = ada.row.touch.care
    assert care is not None
    assert care.said_days == {"partner": day_of(at(5)), "manager": day_of(at(7))}
    (ada.restarted() if restarts else ada).turns("interval partner", 9)


def test_a_role_that_the_policy_names_no_more_is_forgotten() -> None:
    ada = Met(by_roles(HALF, ALL), bought(1)).turns("interval partner", 5)
    ada = ada.restarted(by_roles(ALL)).does(bought(6))
    assert ada.row.touch.care is None


# what is a touch

TOUCHES: dict[str, tuple[list[str] | None, int]] = {
    "everything, where the policy does not say": (None, 8),
    "a purchase, where it says so": (["phone", "purchase"], 7),
    "a contact on a channel of the list": (["chat", "store"], 6),
    "none that did not happen": (["phone", "email"], 5),
    "nothing, where the list is empty": ([], 5),
}


@pytest.mark.parametrize(("touches", "day"), TOUCHES.values(), ids=TOUCHES)
def test_a_cadence_counts_from_the_latest_touch_that_counts(
    touches: list[str] | None, day: int
) -> None:
    by = by_roles(("b", 4)) if touches is None else by_roles(("b", 4), touches=touches)
    events = [bought(1), call(2, "chat"), bought(3), call(4, "self_service"), call(1, "store")]
    ada = Met(by, *events)
    assert ada.due_us == at(day, "00:00:00")
    met = {8: on(4), 7: on(3), 6: on(2), 5: None}[day]
    assert ada.turns("interval b", day).record["last_touch_at"] == met


def test_who_is_at_rest_is_told_by_all_that_goes_on() -> None:
    ada = Met(by_roles(("b", 4), touches=["phone"]), bought(1), call(3), bought(5))
    touch = ada.row.touch
    assert touch.care is not None
    assert (touch.last_us, touch.care.met_us) == (at(5), at(3))


def test_under_a_policy_that_begins_to_tell_touches_apart_nothing_is_due_at_once() -> None:
    ada = Met(by_roles(("b", 4)), bought(1), bought(5))
    ada = ada.restarted(by_roles(("b", 4), touches=["phone"]))
    # the sale of the 5th stands for the last touch, and one of the 7th for none any more
    ada.does(bought(7)).says().turns("interval b", 9)
    assert ada.record["last_touch_at"] == on(5)


def test_under_a_policy_that_tells_them_apart_no_more_the_latest_counts_again() -> None:
    ada = Met(by_roles(("b", 4), touches=["phone"]), call(1), bought(3))
    ada = ada.restarted(by_roles(("b", 4))).does(tick(4)).says()
    ada.turns("interval b", 7)
    assert ada.row.touch.care is None or not ada.row.touch.care.told_apart


# the channel

CHANNELS: dict[str, tuple[list[dict[str, Any]], str | None]] = {
    "none without a contact": ([bought(2)], None),
    "of most contacts": ([call(3), call(3, number=1), call(4, "chat")], "phone"),
    "of equal ones the later day": ([call(4, "store"), call(3)], "store"),
    "of one day the first of the list": ([call(3, "email"), call(3, "chat")], "chat"),
    "late ones, too": ([call(4), call(3, "email"), call(3, "email", 1)], "email"),
    "not what has left": ([call(2), call(2, number=1), call(4, "self_service")], "self_service"),
}


@pytest.mark.parametrize(("events", "channel"), CHANNELS.values(), ids=CHANNELS)
def test_the_channel_is_that_of_most_contacts_in_the_window(
    events: list[dict[str, Any]], channel: str | None
) -> None:
    by = by_roles(("b", 2), touches=[], channel_days=3)
    ada = Met(by, bought(1), *events).waits(5)
    assert ada.hears(CONTACTS_DUE, "channel")[-1] == (channel,)


def test_what_comes_late_and_has_left_names_no_channel() -> None:
    ada = Met(by_roles(("b", 9), channel_days=3), bought(1), call(4, "store"))
    ada.does(*(call(1, number=n) for n in range(5)), call(4, "store", 1, complaint=True))
    assert ada.says("complaint").record["channel"] == "store"


def test_without_the_key_no_channel_is_kept_or_named() -> None:
    ada = Met(by_roles(("b", 4)), bought(1), call(2)).turns("interval b", 6)
    assert ada.record["channel"] is None
    assert ada.row.touch.care is not None
    assert ada.row.touch.care.channels == []


def test_where_the_policy_asks_for_none_of_it_nothing_is_kept() -> None:
    by = policy(section("contacts_due"), {"treatment.key.contact_every_days": 5})
    assert Met(by, bought(1), call(2)).turns("interval None", 7).row.touch.care is None


def test_a_shorter_window_of_channels_forgets_and_none_forgets_all() -> None:
    ada = Met(by_roles(("b", 9), channel_days=9), bought(1), call(2), call(5, "chat"))
    ada = ada.restarted(by_roles(("b", 9), channel_days=3)).does(bought(5))
    care = ada.row.touch.care
    assert care is not None
    assert len(care.channels) == 2
    assert ada.restarted(by_roles(("b", 9))).does(bought(6)).row.touch.care is None


# contacts of our own


def test_whom_we_reached_need_not_be_asked_for_by_anybody() -> None:
    ada = Met(by_roles(HALF, ALL), bought(1), call(3, direction="outbound"))
    ada.turns("interval partner", 7).turns("interval manager", 9)


def test_one_that_comes_late_takes_nothing_back() -> None:
    ours = [call(day, direction="outbound") for day in (3, 2)]
    Met(by_roles(HALF), bought(1), *ours).turns("interval partner", 7)


def test_only_channels_that_count_reach_anybody() -> None:
    by = by_roles(HALF, touches=["phone"])
    Met(by, bought(1), call(3, "email", direction="outbound")).turns("interval partner", 5)


def test_it_outlasts_a_restart() -> None:
    by = by_roles(HALF)
    Met(by, bought(1), call(3, direction="outbound")).restarted(by).turns("interval partner", 7)
