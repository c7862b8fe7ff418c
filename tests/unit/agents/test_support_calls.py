"""Support calls: fixed cost and handling time of a channel, rounded once."""

from typing import Any

import pytest

from agents.events.booking import Booking
from agents.policy.compiled import Policy
from schemas.inputs.events import MAX_DURATION_S, Kind
from tests.support.making import ABSENT, FULL, POLICY, amounts, booked, policy, support_call


def book(its_policy: Policy = POLICY, **fields: Any) -> Booking:
    return booked(Kind.SUPPORT_CALLS, support_call(**fields), its_policy)


@pytest.mark.parametrize(
    ("duration_s", "cost"),
    [(0, 150), (1, 151), (59, 209), (60, 210), (120, 270), (MAX_DURATION_S, 604_950)],
)
def test_a_contact_costs_its_fixed_part_and_its_time(duration_s: int, cost: int) -> None:
    found = book(duration_s=duration_s)
    assert amounts(found) == {"phone": cost}
    assert (found.contacts, found.days_late) == (1, None)


@pytest.mark.parametrize(
    ("duration_s", "cost"),
    [(0, 150), (1, 150), (2, 151), (3, 152), (5, 152), (7, 154)],
)
def test_half_a_cent_goes_to_the_even_one(duration_s: int, cost: int) -> None:
    half_a_cent_a_second = policy(('per_minute = "0.60"', 'per_minute = "0.30"'))
    assert amounts(book(half_a_cent_a_second, duration_s=duration_s)) == {"phone": cost}


def test_fixed_part_and_time_are_rounded_together() -> None:
    # 150 + 1 x 0.37 / 60 of a minute's 37 cents: 150.616
    odd = policy(('per_minute = "0.60"', 'per_minute = "0.37"'))
    assert amounts(book(odd, duration_s=1)) == {"phone": 151}
    # a rate finer than a cent: 150 + 0.618033 = 150.618
    fine = policy(('per_minute = "0.60"', 'per_minute = "0.37081999"'))
    assert amounts(book(fine, duration_s=1)) == {"phone": 151}
    assert amounts(book(fine, duration_s=600)) == {"phone": 521}  # 150 + 370.81999


def test_a_channel_without_a_rate_costs_its_fixed_part() -> None:
    assert amounts(book(channel="chat", duration_s=3600)) == {"chat": 80}


@pytest.mark.parametrize("channel", ["email", "store", "self_service"])
def test_a_channel_without_a_section_costs_nothing_and_is_a_contact(channel: str) -> None:
    found = book(channel=channel, duration_s=3600)
    assert (list(found.cells), found.contacts) == ([], 1)


def test_whose_fault_it_was_does_not_change_what_it_costs() -> None:
    ours, theirs = amounts(book(seller_fault=True)), amounts(book(seller_fault=False))
    assert ours["phone"] == theirs["phone"] == 270
    assert (ours["seller_fault"], theirs["seller_fault"]) == (270, 0)


@pytest.mark.parametrize("channel", ["phone", "chat", "email", "store", "self_service"])
def test_a_contact_stands_on_the_line_of_its_channel(channel: str) -> None:
    contact = "[service.contact.phone]\n"
    cheap = "".join(
        f'[service.contact.{its}]\nfixed = "0.0{place}"\n'
        for place, its in enumerate(["email", "store", "self_service"], 1)
    )
    its_policy = policy((contact, cheap + contact))
    costs = {"phone": 150, "chat": 80, "email": 1, "store": 2, "self_service": 3}
    found = book(its_policy, channel=channel, duration_s=0, seller_fault=True)
    assert amounts(found) == {channel: costs[channel], "seller_fault": costs[channel]}


def test_what_costs_nothing_is_nobody_s_fault() -> None:
    found = book(channel="email", seller_fault=True)
    assert amounts(found) == {}
    assert found.excused == 0


def test_a_contact_is_a_touch_and_may_be_a_complaint() -> None:
    assert book().touches
    assert (book().complains, book(complaint=False).complains) == (False, False)
    assert book(complaint=True).complains


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({}, {"seller_fault": False}),
        ({}, {"complaint": False, "resolved": None, "satisfaction": None}),
        ({}, {"occurred_at": "2026-03-01T11:00:00-01:00"}),
    ],
)
def test_two_ways_to_say_the_same_are_the_same(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert book(**one) == book(**other)


@pytest.mark.parametrize(
    "change",
    [
        {"occurred_at": "2026-03-01T12:00:01Z"},
        {"issue": "refund"},
        {"channel": "store"},
        {"duration_s": 121},
        {"seller_fault": False},
        {"complaint": ABSENT},
        {"resolved": True},
        {"resolved": ABSENT},
        {"satisfaction": 3},
        {"satisfaction": ABSENT},
    ],
)
def test_another_content_of_any_known_field_is_another_content(change: dict[str, Any]) -> None:
    full = FULL[Kind.SUPPORT_CALLS]
    assert book(**(full | change)).content != book(**full).content
