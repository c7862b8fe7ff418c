"""Contacts due: by time, for a complaint, for a notice; who is met in time is not asked for."""

from typing import Any

import pytest

from agents.policy.compiled import Policy
from schemas.base.times import NO_DUE_US
from schemas.outputs.records import CONTACTS_DUE, TIER_CHANGES, Origin, output_id
from tests.support.customers import at
from tests.support.feeding import NOW_US, erasure, on, record, sale
from tests.support.hearing import Ada
from tests.support.making import payment, support_call
from tests.support.overriding import word
from tests.support.policies import Change, policy, section
from tests.support.signalling import midnight, tick

GRANTS: Change = {
    "treatment.key.contact_every_days": 5,
    "treatment.important": {"contact_every_days": 8},
    "treatment.maintenance": {"contact_every_days": 0},
}
HOLD = section("hold")
ASKED = policy(GRANTS, section("contacts_due"))
HELD = policy(GRANTS, section("contacts_due"), HOLD)
FLOOR = word("floor", "key")
LOSES_KEY = sale(2, type="return", amount="2500")


class Met(Ada):
    """A customer whom somebody should get in touch with: words are of why, tier and trigger."""

    topic = CONTACTS_DUE
    fields = ("reason", "tier", "trigger.kind")


def key_customer(by: Policy = ASKED, *events: dict[str, Any]) -> Met:
    """A key customer since March 1, who is to be met every five days."""
    return Met(by, bought(1), *events)


def bought(day: int, amount: str = "3000", time: str = "12:00:00") -> dict[str, Any]:
    return sale(day, amount=amount, occurred_at=on(day, time))


def call(day: int, number: int = 0, time: str = "12:00:00", **fields: Any) -> dict[str, Any]:
    """A contact on a day of March that costs nothing."""
    made = {"event_id": f"call-{day}-{number}", "occurred_at": on(day, time), "channel": "email"}
    return support_call(**(made | fields))


# interval


def test_a_record_has_all_that_belongs_to_it() -> None:
    assert key_customer().waits(6).hears(CONTACTS_DUE) == [
        {
            "event_id": output_id("ada", Origin("purchases", 0, 0), 1, "contacts-due"),
            "customer_id": "ada",
            "sequence": 1,
            "reason": "interval",
            "reasons": ["interval"],
            "role": None,
            "channel": None,
            "tier": "key",
            "last_touch_at": on(1),
            "ends_at": None,
            "effective_at": midnight(6),
            "evaluated_at": "2027-01-15T08:00:00Z",
            "trigger": {"kind": "timer", "topic": None, "event_id": None},
            "treatment": {"support_priority": 1, "contact_every_days": 5},
            "policy_version": "test-1",
        }
    ]


ON_4 = {"occurred_at": on(4), "due_at": on(4)}
LAST = "23:59:59.999999"
INTERVALS = {
    "of a day's first moment": ([bought(1, time="00:00:00")], 6, midnight(1)),
    "of its last": ([bought(1, time=LAST)], 6, on(1, LAST)),
    "a purchase": ([bought(1), sale(4)], 9, on(4)),
    "a return": ([bought(1), sale(4, type="return", amount="1")], 9, on(4)),
    "a contact": ([bought(1), call(4)], 9, on(4)),
    "the latest, whatever came last": ([bought(4), call(2), call(4, time="11:00:00")], 9, on(4)),
    "but no payment": ([bought(1), payment(**ON_4)], 6, on(1)),
    "no failed payment": ([bought(1), payment(**ON_4, status="failed")], 6, on(1)),
    "no record": ([bought(1), record(4, region="Styria")], 6, on(1)),
    "nothing rejected or dropped": ([bought(1), sale(4, amount="x"), bought(1)], 6, on(1)),
    "or else of the first payment": ([payment(due_at=on(1)), record(2, override=FLOOR)], 6, None),
    "of an important one, of eight days": ([bought(1, "600")], 9, on(1)),
    "or of the first record": ([record(1), record(2, override=FLOOR)], 6, None),
}


@pytest.mark.parametrize(("events", "day", "touch"), INTERVALS.values(), ids=INTERVALS)
def test_an_interval_ends_so_many_midnights_after_the_day_of_the_last_touch(
    events: list[dict[str, Any]], day: int, touch: str | None
) -> None:
    ada = Met(ASKED, *events)
    assert ada.due_us == at(day, "00:00:00")
    assert ada.turns("interval", day).record["last_touch_at"] == touch


def test_the_tier_of_that_day_is_told() -> None:
    ada = key_customer(ASKED, sale(2, type="return", amount="2000")).turns("interval", 10)
    assert (ada.record["tier"], ada.record["treatment"]) == ("important", {"contact_every_days": 8})


@pytest.mark.parametrize("amount", ["1", "-1"], ids=["ordinary: no such grant", "maintenance: 0"])
def test_a_tier_may_ask_for_no_contact(amount: str) -> None:
    by = policy(GRANTS, section("contacts_due"), {"risk.unprofitable": None})
    ada = Met(by, sale(1, amount=amount.strip("-"), type="return" if amount < "0" else "sale"))
    assert ada.due_us == at(11, "00:00:00")
    ada.waits(10, LAST).says()


def test_as_long_as_nobody_gets_in_touch_it_comes_again() -> None:
    ada = key_customer(ASKED, sale(2), record(2, "13:00:00", override=FLOOR))
    ada.turns("interval", 7).turns("interval", 12)
    assert (ada.record["last_touch_at"], ada.record["sequence"]) == (on(2), 2)


def test_a_tier_that_asks_for_more_may_make_it_due_at_once() -> None:
    ada = Met(ASKED, bought(1, "600"), record(7, override=FLOOR)).says("interval key event")
    due = ada.record
    assert due["trigger"] == {"kind": "event", "topic": "customers", "event_id": f"record-{on(7)}"}
    assert (due["tier"], due["treatment"]["contact_every_days"]) == ("key", 5)
    # five days after the last record
    ada.turns("interval", 12)


def test_the_passing_of_wall_time_makes_it_due_as_event_time_does() -> None:
    ada = key_customer()
    assert ada.desk.shard.fire_due(at(6, "00:00:00"), 10, NOW_US) == 1
    ada.says("interval", at=midnight(6))


# complaint

ON_2, AGAIN = (call(2, number, complaint=True) for number in (0, 1))
BY_PHONE = call(2, complaint=True, channel="phone")
RAISED = record(2, override=FLOOR)
COMPLAINTS = {
    "a key customer's": ([bought(1), ON_2], "- complaint"),
    "an important one's": ([bought(1, "600"), ON_2], "- complaint"),
    "not one's just below": ([bought(1, "499.99"), ON_2], "- -"),
    "not an ordinary one's": ([bought(1, "0"), ON_2], "- -"),
    "not a contact that is none": ([bought(1), call(2), call(2, 1, complaint=False)], "- - -"),
    "each, and once": ([bought(1), ON_2, AGAIN, AGAIN], "- complaint complaint -"),
    # 2.70 by phone: 498.30 are left
    "not where its cost lowers the tier": ([bought(1, "501"), BY_PHONE], "- -"),
    "where a human raised it": ([bought(1, "1"), RAISED, call(3, complaint=True)], "- - complaint"),
    "a late one, as of now": ([bought(4), ON_2], "- complaint"),
}


@pytest.mark.parametrize(("events", "words"), COMPLAINTS.values(), ids=COMPLAINTS)
def test_a_complaint_asks_for_a_contact(events: list[dict[str, Any]], words: str) -> None:
    Met.plays(ASKED, events, words)


@pytest.mark.parametrize("day", [1, 4])
def test_a_complaint_is_a_touch_and_named(day: int) -> None:
    due = Met.plays(ASKED, [bought(day), ON_2], "- complaint").record
    assert (due["last_touch_at"], due["trigger"]["event_id"]) == (on(max(day, 2)), "call-2-0")


# notice


def test_a_notice_asks_for_a_contact_and_its_downgrade_for_none() -> None:
    ada = key_customer(HELD, LOSES_KEY).says("notice key event")
    assert (ada.record["tier"], ada.record["trigger"]["event_id"]) == ("key", "sale-2-0")
    ada.waits(5).says()
    directions = [its["direction"] for its in ada.hears(TIER_CHANGES)]
    assert directions == ["assigned", "notice", "downgrade"]


def test_a_notice_that_nobody_hears_of_asks_for_none_until_it_shows() -> None:
    lock = record(1, "13:00:00", override=word("lock", "key", on(4)))
    ada = key_customer(HELD, lock, LOSES_KEY).says()
    # the tier change says that an override ended; a contact is due for what began this
    ada.turns("notice timer", 4, "12:00:00")
    told = ada.hears(TIER_CHANGES, "direction", "trigger.kind")
    assert [kind for direction, kind in told if direction == "notice"] == ["override"]


OFF = policy(GRANTS, HOLD, {"contacts_due.reasons": ["notice", "notice_withdrawn", "seller_fault"]})


def test_a_notice_that_is_taken_back_asks_for_a_contact_too() -> None:
    ada = key_customer(OFF, LOSES_KEY).says("notice key event")
    ada.does(bought(3)).says("notice_withdrawn key event")
    assert ada.record["tier"] == "key"


# our own fault

FAULT = call(2, seller_fault=True)
BACK = sale(2, type="return", amount="1", seller_fault=True)
BOTH = call(2, seller_fault=True, complaint=True)
FAULTS = {
    "a contact of a key customer": ([bought(1), FAULT], "- seller_fault"),
    "a return of an important one": ([bought(1, "600"), BACK], "- seller_fault"),
    "not of an ordinary one": ([bought(1, "1"), FAULT], "- -"),
    "not one of his own": ([bought(1), call(2), sale(2, type="return", amount="1")], "- - -"),
    "a complaint comes first": ([bought(1), BOTH], "- complaint"),
    "each": ([bought(1), FAULT, BACK], "- seller_fault seller_fault"),
}


@pytest.mark.parametrize(("events", "words"), FAULTS.values(), ids=FAULTS)
def test_what_is_our_fault_asks_for_a_contact(events: list[dict[str, Any]], words: str) -> None:
    Met.plays(
        policy(GRANTS, {"contacts_due.reasons": ["complaint", "seller_fault"]}), events, words
    )


def test_a_complaint_that_nobody_asks_for_is_our_fault_still() -> None:
    Met.plays(
        policy(GRANTS, {"contacts_due.reasons": ["seller_fault"]}),
        [bought(1), BOTH],
        "- seller_fault",
    )


def test_a_complaint_that_is_our_fault_is_one_record_with_both_reasons() -> None:
    by = policy(GRANTS, {"contacts_due.reasons": ["complaint", "seller_fault"]})
    assert Met.plays(by, [bought(1), BOTH], "- complaint").record["reasons"] == [
        "complaint",
        "seller_fault",
    ]


# quiet days

QUIET = policy(
    GRANTS,
    HOLD,
    {
        "contacts_due.reasons": ["interval", "complaint", "notice", "seller_fault"],
        "contacts_due.quiet_days": 7,
    },
)


def fault(day: int) -> dict[str, Any]:
    return call(day, seller_fault=True)


def test_our_fault_is_told_once_in_quiet_days() -> None:
    events = [bought(1), fault(2), fault(3), fault(8), fault(9)]
    Met.plays(QUIET, events, "- seller_fault - - seller_fault")


def test_an_interval_waits_for_quiet_days_and_a_complaint_for_none() -> None:
    ada = Met.plays(
        QUIET, [bought(1), fault(2), call(2, 1, complaint=True)], "- seller_fault complaint"
    )
    # five days after the call it would have been
    ada.turns("interval", 9)


def test_a_notice_takes_the_interval_of_its_moment_along_and_goes_out_on_quiet_days() -> None:
    ada = Met.plays(QUIET, [bought(1), tick(6), tick(11)], "- interval notice")
    # the interval would have waited until the 13th
    assert ada.record["reasons"] == ["notice", "interval"]
    # on the 14th the tier falls, and asks for no contact any more
    ada.waits(30).says()


# all together


def test_they_come_in_order_behind_tiers_and_signals() -> None:
    by = policy(GRANTS, section("contacts_due"), HOLD, {"risk.support_spike.contacts": 2})
    # 1600.00 by phone: below 1700.00, which keep key
    costly = call(2, 1, channel="phone", duration_s=139_850, complaint=True)
    ada = key_customer(by, call(2), costly).says("notice")
    assert ada.record["reasons"] == ["notice", "complaint"]
    topics = [its.topic for its in ada.desk.messages]
    assert topics == [*["tier-changes"] * 2, "at-risk", "contacts-due", "customer-values"]
    assert all(its.value for its in ada.desk.messages)
    assert [its["sequence"] for its in ada.desk.contacts_due] == [1]
    assert [its["sequence"] for its in ada.desk.tier_changes + ada.desk.risks] == [1, 2, 3]


def test_a_notice_comes_before_the_end_of_an_interval() -> None:
    # on the 11th the sale leaves the window, and it is ten days ago
    ada = Met.plays(HELD, [bought(1), tick(6), tick(11)], "- interval notice")
    assert ada.record["reasons"] == ["notice", "interval"]


@pytest.mark.parametrize(
    ("reasons", "words"),
    [
        ("interval", "- - interval interval"),
        ("complaint", "- complaint - -"),
        ("notice", "- - - notice"),
        ("notice complaint", "- complaint - notice"),
        ("", "- - - -"),
    ],
)
def test_only_what_is_asked_for_comes(reasons: str, words: str) -> None:
    by = policy(GRANTS, HOLD, {"contacts_due.reasons": reasons.split()})
    complaint = call(1, time="13:00:00", complaint=True)
    Met.plays(by, [bought(1), complaint, tick(6), tick(11)], words)


def test_without_the_section_nothing_comes_and_nothing_is_due() -> None:
    ada = key_customer(policy(GRANTS), call(1, 1, "13:00:00", complaint=True)).waits(10).says()
    assert ada.due_us == at(11, "00:00:00")


def test_where_nothing_else_changes_by_itself_the_interval_alone_is_due() -> None:
    ada = Met(ASKED, record(1, override=FLOOR))
    for day in (6, 11, 16):
        assert ada.due_us == at(day, "00:00:00")
        ada.turns("interval", day)
    free = policy(GRANTS, {"contacts_due.reasons": ["notice", "complaint"]})
    assert Met(free, record(1, override=FLOOR)).due_us == NO_DUE_US


def test_they_are_counted_by_the_first_reason() -> None:
    ada = key_customer(HELD, call(1, time="13:00:00", complaint=True)).waits(11)
    changes = ada.desk.commit()
    assert changes is not None
    counted = {
        label: n for (topic, label), n in changes.counters.outputs.items() if topic[0] == "c"
    }
    # the second interval came with the notice
    assert counted == {"complaint": 1, "interval": 1, "notice": 1, "snapshot": 2}


@pytest.mark.parametrize("restarts", [False, True])
def test_a_restart_goes_on_counting_and_knows_the_last_touch_and_record(restarts: bool) -> None:
    ada = key_customer().turns("interval", 6)
    ada = ada.restarted() if restarts else ada
    ada.does(call(3, complaint=True)).says("complaint", at=midnight(6))
    assert (ada.record["sequence"], ada.record["last_touch_at"]) == (2, on(3))
    # a call of the 3rd that comes late: the interval began anew on the 6th
    assert ada.due_us == at(11, "00:00:00")


def test_an_erased_customer_s_records_begin_anew() -> None:
    ada = key_customer().waits(6).does(erasure(7), bought(8))
    ada.says("interval", at=midnight(6))
    ada.turns("interval", 13)
    assert [its["sequence"] for its in ada.desk.contacts_due] == [1, 1]
    assert len({its["event_id"] for its in ada.desk.contacts_due}) == 2


def test_under_a_changed_policy_the_interval_is_that_of_the_new_one() -> None:
    daily: Change = {"tiers.review_days": 0, "treatment.key.contact_every_days": 1}
    again = key_customer().waits(3).restarted(policy(GRANTS, section("contacts_due"), daily))
    # two days after the sale, when it was adopted, the policy began that, and a day later time did
    found = again.waits(4, "00:00:01").hears(CONTACTS_DUE, "effective_at", "trigger.kind")
    assert found == [(midnight(3), "policy"), (midnight(4), "timer")]


def test_switched_off_and_on_again_no_id_is_given_twice() -> None:
    ada, ids = key_customer(), []
    for day, version, asked in ((2, "2", {}), (3, "3", section("contacts_due")), (4, "4", {})):
        ids += ada.does(call(day, complaint=True)).hears(CONTACTS_DUE, "event_id")
        ada.snapshot()
        ada = ada.restarted(policy({"version": version}, GRANTS, asked))
    assert len(ids) == len(set(ids)) == 2


def test_a_contact_that_is_due_publishes_no_snapshot_by_itself() -> None:
    ada = key_customer().says()
    for number in range(2):
        ada.does(call(2, number, complaint=True)).says("complaint")
    assert len(ada.desk.snapshots) == 1
