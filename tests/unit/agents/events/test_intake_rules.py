"""What a policy turns away: times before its first day in every field, and ids of nobody."""

from typing import Any

import pytest

from agents.events.booking import Booking
from schemas.inputs.events import WIRE_OF_KIND, Kind
from tests.support.making import (
    ABSENT,
    COMMITMENT,
    LATER_MS,
    MAKE,
    OVERRIDE,
    POLICY,
    admission,
    raw,
)
from tests.support.policies import policy, section
from tests.support.tables import table

C, P, S, Y = Kind.CUSTOMERS, Kind.PURCHASES, Kind.SUPPORT_CALLS, Kind.PAYMENTS
BY = policy(section("intake"))
"""From 2000-01-01 on, joined from 1970-02-01 on; guest, 0 and some others are nobody."""
NO_RULES = policy()
ANSWER = {"reason": "so"}


def said(
    kind: Kind, event: dict[str, Any], its_policy: Any = BY, key: bytes | None = None
) -> tuple[str, str]:
    """(reason, detail) of an event that is turned away; empty if it is not."""
    key = str(event["customer_id"]).encode() if key is None else key
    found = admission(its_policy).admit(kind, key, raw(event), LATER_MS)
    return ("", "") if isinstance(found, Booking) else (found.reason.value, found.detail)


def placed(kind: Kind, field: str, time: str) -> dict[str, Any]:
    """An event with this in a field, which may be one of an object in it."""
    inside: dict[str, dict[str, Any]] = {
        "commitment": COMMITMENT,
        "override": OVERRIDE,
        "ladder": ANSWER,
    }
    outer, _, inner = field.partition(".")
    return MAKE[kind](**{outer: inside[outer] | {inner: time} if inner else time})


FIELDS = (
    *((kind, "occurred_at") for kind in WIRE_OF_KIND),
    *((P, "due_at"), (Y, "due_at"), (C, "override.expires_at"), (C, "ladder.hold_until")),
)
EARLY = ("0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "1970-01-21T12:13:20Z")


@table("kind field", *FIELDS)
@pytest.mark.parametrize(
    "time", [*EARLY, "1999-12-31T23:59:59.9999999Z", "2000-01-01T00:00:00+00:01"]
)
def test_a_time_before_the_first_day_is_invalid_by_name(kind: Kind, field: str, time: str) -> None:
    told = f"{field}: expected an RFC 3339 time with an offset, not before 2000-01-01"
    found = said(kind, placed(kind, field, time))
    assert found == ("invalid_field", f"{told} (by the policy), found '\"{time}\"'")
    assert said(kind, placed(kind, field, time), NO_RULES)[0] == ""


@table("kind field", *FIELDS)
@pytest.mark.parametrize("time", ["2000-01-01T00:00:00Z", "1999-12-31T23:59:00-00:01"])
def test_a_time_on_the_first_day_is_taken(kind: Kind, field: str, time: str) -> None:
    assert said(kind, placed(kind, field, time)) == ("", "")


@table("day is_taken", ("0001-01-01", False), ("1999-12-31", False), ("2000-01-01", True))
def test_a_term_begins_on_the_first_day_or_later(day: str, *, is_taken: bool) -> None:
    told = "commitment.starts_on: expected a date as YYYY-MM-DD, not before 2000-01-01"
    found = said(C, placed(C, "commitment.starts_on", day))
    expected = ("invalid_field", f"{told} (by the policy), found '\"{day}\"'")
    assert found == (("", "") if is_taken else expected)
    assert said(C, placed(C, "commitment.starts_on", day), NO_RULES) == ("", "")


@table(
    "time by_both by_one",
    ("0001-01-01T00:00:00Z", False, False),
    ("1970-01-21T12:13:20Z", False, False),
    ("1970-01-31T23:59:59.9999999Z", False, False),
    ("1970-02-01T00:00:00Z", True, False),
    ("1994-05-01T00:00:00Z", True, False),
    ("2000-01-01T00:00:00Z", True, True),
)
def test_a_customer_may_have_joined_before_all_events(
    time: str, *, by_both: bool, by_one: bool
) -> None:
    joined = placed(C, "joined_at", time)
    one_day = policy({"earliest": "2000-01-01"})
    assert [said(C, joined, by)[0] == "" for by in (BY, one_day, NO_RULES)] == [
        by_both,
        by_one,
        True,
    ]
    told = "joined_at: expected an RFC 3339 time with an offset, not before 1970-02-01"
    assert by_both or said(C, joined)[1].startswith(told)


def test_the_first_day_of_who_joined_may_stand_alone() -> None:
    by = policy({"earliest_joined": "1990-01-01"})
    assert said(C, placed(C, "joined_at", "1989-12-31T00:00:00Z"), by)[0] == "invalid_field"
    assert said(C, placed(C, "occurred_at", "0001-01-01T00:00:00Z"), by) == ("", "")


# ids of nobody


@pytest.mark.parametrize("kind", WIRE_OF_KIND)
@table("nobody", "0", "null", "undefined", "guest", " ", "\t \n", "\u00a0", "\u3000")
def test_an_id_of_nobody_is_turned_away_by_name(kind: Kind, nobody: str) -> None:
    reason, detail = said(kind, MAKE[kind](customer_id=nobody))
    told = (
        "customer_id: expected a customer's, no blank and none of the policy's ids.ignore, found "
    )
    assert (reason, detail[: len(told)]) == ("no_customer", told)
    assert said(kind, MAKE[kind](customer_id=nobody), NO_RULES) == ("", "")


@table("somebody", "00", "Guest", "GUEST", "guest ", " guest", "guests", "\u200b", "nul", "ada")
def test_ids_are_compared_byte_for_byte(somebody: str) -> None:
    assert said(P, MAKE[P](customer_id=somebody)) == ("", "")


def test_an_empty_id_is_nobody_s_by_the_section_and_invalid_without() -> None:
    empty = MAKE[P](customer_id="")
    bare = policy({"ids.ignore": []})
    assert [said(P, empty, by)[0] for by in (BY, bare, NO_RULES)] == [
        "no_customer",
        "no_customer",
        "invalid_field",
    ]
    assert said(P, MAKE[P](customer_id=" "), bare)[0] == "no_customer"
    assert said(P, MAKE[P](customer_id="guest"), bare)[0] == ""


@table(
    "fields reason",
    ({"event_id": ABSENT}, "missing_field"),
    ({"event_id": 5}, "invalid_field"),
    ({"occurred_at": ABSENT}, "no_customer"),
    ({"amount": "x"}, "no_customer"),
    ({"currency": "XXX"}, "no_customer"),
    ({"occurred_at": "0001-01-01T00:00:00Z"}, "no_customer"),
    ({"occurred_at": "2999-01-01T00:00:00Z"}, "no_customer"),
)
def test_it_is_judged_in_its_place_among_the_fields(fields: dict[str, Any], reason: str) -> None:
    for nobody in ("guest", "", " "):
        assert said(P, MAKE[P](**fields | {"customer_id": nobody}))[0] == reason
        assert said(P, MAKE[P](**fields | {"customer_id": nobody}), key=b"ada")[0] == reason


def test_who_was_taken_for_a_customer_can_be_erased() -> None:
    found = admission(BY).admit(C, b"guest", None, LATER_MS)
    assert isinstance(found, Booking)
    assert found.erases


def test_a_policy_that_says_nothing_has_no_rules() -> None:
    assert POLICY.intake == NO_RULES.intake
    assert not NO_RULES.intake.names_nobody("")
