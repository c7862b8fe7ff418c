"""Support calls: fixed cost and handling time of a channel, rounded once."""

from typing import Any

from agents.events.booking import NO_CHANNEL, Booking
from agents.policy.compiled import Policy
from schemas.base.vocabulary import CONTACT_CHANNELS
from schemas.inputs.events import MAX_DURATION_S, Kind
from tests.support.making import POLICY, amounts, booked, counts, support_call
from tests.support.policies import only, policy, section
from tests.support.tables import table


def book(its_policy: Policy = POLICY, **fields: Any) -> Booking:
    return booked(Kind.SUPPORT_CALLS, support_call(**fields), its_policy)


@table(
    "per_minute costs",
    ("0.60", {0: 150, 1: 151, 59: 209, 60: 210, 120: 270, MAX_DURATION_S: 604_950}),
    # half a cent a second goes to the even one
    ("0.30", {0: 150, 1: 150, 2: 151, 3: 152, 5: 152, 7: 154}),
    # 150 + 37 / 60: rounded together; finer than a cent: 150.618 and 520.81999
    ("0.37", {1: 151}),
    ("0.37081999", {1: 151, 600: 521}),
)
def test_a_contact_costs_its_fixed_part_and_its_time(per_minute: str, costs: Any) -> None:
    by = policy({"service.contact.phone.per_minute": per_minute})
    for duration_s, cost in costs.items():
        found = book(by, duration_s=duration_s)
        assert (amounts(found), found.contacts, found.days_late) == ({"phone": cost}, 1, None)


def test_a_channel_without_a_rate_costs_its_fixed_part() -> None:
    assert amounts(book(channel="chat", duration_s=3600)) == {"chat": 80}


@table("channel", "email", "store", "self_service")
def test_a_channel_without_a_section_costs_nothing_and_is_a_contact(channel: str) -> None:
    # what costs nothing is nobody's fault
    for fault in (False, True):
        found = book(channel=channel, duration_s=3600, seller_fault=fault)
        assert (list(found.cells), found.excused, found.contacts) == ([], 0, 1)


@table(
    "channel cost", ("phone", 150), ("chat", 80), ("email", 1), ("store", 2), ("self_service", 3)
)
def test_a_contact_stands_on_its_channel_s_line_whose_fault_it_ever_was(
    channel: str, cost: Any
) -> None:
    names = ("email", "store", "self_service")
    cheap = {name: {"fixed": f"0.0{place}"} for place, name in enumerate(names, 1)}
    by, fields = policy({"service.contact": cheap}), {"channel": channel, "duration_s": 0}
    assert amounts(book(by, **fields, seller_fault=False)) == {channel: cost}
    assert amounts(book(by, **fields, seller_fault=True)) == {channel: cost, "seller_fault": cost}


@table(
    "cheaper fields saves",
    # by the same minutes: 4 x 0.60 and 1.50, beside 0.80
    ("chat", {"duration_s": 240}, 310),
    ("chat", {"duration_s": 240, "channel": "chat"}, 0),
    # one that is dearer would save nothing
    ("phone", {"duration_s": 240, "channel": "chat"}, 0),
    ("phone", {"duration_s": 240, "channel": "email"}, 0),
    # what is our own fault is not the customer's to save
    ("chat", {"duration_s": 240, "seller_fault": True}, 0),
    # rounded once each: 1.5098 and 0.80
    ("chat", {"duration_s": 1}, 71),
)
def test_a_contact_tells_what_a_cheaper_channel_would_have_saved(
    cheaper: str, fields: Any, saves: int
) -> None:
    by = policy(section("ladder"), {"ladder.cheaper_channel": cheaper})
    assert amounts(book(by, **fields)).get("cheaper_channel", 0) == saves
    assert "cheaper_channel" not in amounts(book(policy(section("ladder")), **fields))


@table(
    "fields complaints costs",
    ({"complaint": True}, 1, 570),
    ({"complaint": True, "channel": "email"}, 1, 0),
    ({"complaint": True, "seller_fault": True}, 0, 0),
    ({"complaint": False}, 0, 0),
)
def test_a_complaint_counts_with_its_cost_but_for_our_own_fault(
    fields: Any, complaints: int, costs: int
) -> None:
    found = book(duration_s=420, **fields)
    assert (counts(found)[2], amounts(found)["complaint_costs"]) == (complaints, costs)


OURS = {"service.outbound": {"chat": {"fixed": "0.20", "per_minute": "0.10"}}}


@table(
    "channel costs",
    ("phone", ({"phone": 270}, {"phone": 270})),
    # a channel of our own card is not that of the customers' any more, in no part
    ("chat", ({"chat": 80}, {"chat": 40})),
    ("video", ({}, {})),
)
def test_what_we_do_costs_by_our_card_where_there_is_one(channel: str, costs: Any) -> None:
    found = [
        amounts(book(policy(OURS), channel=channel, direction=who))
        for who in ("inbound", "outbound")
    ]
    assert tuple(found) == costs


def test_what_we_do_reaches_the_customer_and_is_no_contact_of_its_own() -> None:
    asks = policy(only("repeat_issue", "dissatisfied", "support_spike"))
    says = {"complaint": True, "seller_fault": True, "satisfaction": 1}
    found = book(asks, direction="outbound", resolved=False, **says)
    assert (found.met_by, found.touches, found.meets) == ("", False, False)
    assert (found.contacts, found.channel, found.complains, found.at_fault) == (
        *(0, NO_CHANNEL),
        *(False, False),
    )
    assert found.contact is None
    contact = book(asks, direction="outbound", resolved=True, **says).contact
    assert contact is not None
    assert (contact.resolved, contact.complains, contact.at_fault, contact.satisfaction) == (
        *(True, False),
        *(False, None),
    )
    assert not contact.counts


@table(
    "kind says heard",
    ("resolution", {}, (True, None)),
    ("resolution", {"resolved": False}, (False, None)),
    ("survey", {"satisfaction": 2}, (None, 2)),
    ("survey", {"satisfaction": 2, "resolved": False}, (False, 2)),
)
def test_what_is_no_contact_costs_its_time_and_is_heard(kind: str, says: Any, heard: Any) -> None:
    asks = policy(only("repeat_issue", "dissatisfied", "support_spike"))
    found = book(asks, kind=kind, complaint=True, seller_fault=True, ticket_id="t", **says)
    assert amounts(found) == {"phone": 120, "seller_fault": 120}
    assert (found.touches, found.contacts, found.channel) == (False, 0, NO_CHANNEL)
    assert (found.complains, found.at_fault, found.ticket) == (False, False, None)
    contact = found.contact
    assert contact is not None
    assert (contact.resolved, contact.satisfaction) == heard
    assert (contact.counts, contact.complains, contact.at_fault) == (False, False, False)


@table("minutes cost excess_s", (None, 270, 0), (3, 270, 0), (2, 270, 0), (1, 210, 60))
def test_no_more_minutes_are_billed_than_the_policy_says(
    minutes: Any, cost: int, excess_s: int
) -> None:
    found = book(policy({} if minutes is None else {"service.max_minutes": minutes}))
    assert (amounts(found), found.excess_s) == ({"phone": cost}, excess_s)


def test_a_contact_is_a_touch_and_may_be_a_complaint() -> None:
    assert book().touches
    assert (book().complains, book(complaint=False).complains) == (False, False)
    assert book(complaint=True).complains


def test_a_policy_names_the_channels_that_are_a_touch_and_those_of_a_spike() -> None:
    some = {"contacts_due.touches": ["store"], "risk.support_spike.channels": ["phone"]}
    for channel, found in (("phone", (1, False)), ("store", (0, True))):
        of_it = book(policy(some), channel=channel)
        assert (of_it.contacts, of_it.meets) == found
        any_of_it = book(channel=channel)
        assert (any_of_it.contacts, any_of_it.meets) == (1, True)
        # who is at rest is told by all of them
        assert of_it.touches
        assert CONTACT_CHANNELS[of_it.channel] == channel
