"""Contacts due: by time, for a complaint, for a notice; who is met in time is not asked for."""

from typing import Any

import pytest

from agents.policy.compiled import Policy
from schemas.base.times import NO_DUE_US
from schemas.outputs.records import Origin, output_id
from schemas.state.rows import read_head
from tests.support.customers import at
from tests.support.feeding import NOW_US, WITH_CUSTOMERS, Desk, clock, erasure, on, record, sale
from tests.support.making import payment, policy, support_call

C, P, S, Y = WITH_CUSTOMERS
TREATMENTS = (
    "[treatment.key]\nsupport_priority = 1\n",
    """\
[treatment.key]
support_priority = 1
contact_every_days = 5
[treatment.important]
contact_every_days = 8
[treatment.maintenance]
contact_every_days = 0
""",
)
HOLD = """
[tiers.hold]
min_dwell_days = 0
grace_days = 3
"""
FLOOR = {"tier": "key", "mode": "floor", "reason": "because"}


def with_reasons(*reasons: str, more: str = "") -> Policy:
    listed = ", ".join(f'"{reason}"' for reason in reasons)
    return policy(TREATMENTS, more=f"\n[contacts_due]\nreasons = [{listed}]\n{more}")


ASKED = policy(TREATMENTS, more="\n[contacts_due]\n")
HELD = policy(TREATMENTS, more=HOLD + "[contacts_due]\n")


def desk_of(by: Policy = ASKED) -> Desk:
    return Desk(by, inputs=WITH_CUSTOMERS)


def key_customer(by: Policy = ASKED, **fields: Any) -> Desk:
    """A key customer since March 1, who is to be met every five days."""
    desk = desk_of(by)
    desk.feed(P, sale(1, amount="3000", **fields))
    return desk


def told(desk: Desk) -> list[tuple[str, str]]:
    """(why, when) of all records."""
    desk.commit()
    return [(its["reason"], its["effective_at"]) for its in desk.contacts_due]


def midnight(day: int) -> str:
    return on(day, "00:00:00")


def call(day: int, number: int = 0, **fields: Any) -> dict[str, Any]:
    """A contact on a day of March that costs nothing."""
    made = {"event_id": f"call-{day}-{number}", "occurred_at": on(day), "channel": "email"}
    return support_call(**(made | fields))


# interval


def test_a_record_has_all_that_belongs_to_it() -> None:
    desk = key_customer()
    desk.feed(S, clock(6))
    desk.commit()
    assert desk.contacts_due == [
        {
            "event_id": output_id("ada", Origin("purchases", 0, 0), 1, "contacts-due"),
            "customer_id": "ada",
            "sequence": 1,
            "reason": "interval",
            "tier": "key",
            "last_touch_at": on(1),
            "effective_at": midnight(6),
            "evaluated_at": "2027-01-15T08:00:00Z",
            "trigger": {"kind": "timer", "topic": None, "event_id": None},
            "treatment": {"support_priority": 1, "contact_every_days": 5},
            "policy_version": "test-1",
        }
    ]


def test_an_interval_ends_with_the_midnight_that_many_days_after_the_day_of_the_last_touch() -> (
    None
):
    for time in ("00:00:00", "23:59:59.999999"):
        desk = key_customer(occurred_at=on(1, time))
        desk.commit()
        assert read_head(desk.customer_rows["ada"]).due_us == at(6, "00:00:00")
        desk.feed(S, clock(5, "23:59:59.999999"))
        assert told(desk) == []
        desk.feed(S, clock(6))
        assert told(desk) == [("interval", midnight(6))]


def test_as_long_as_nobody_gets_in_touch_it_comes_again() -> None:
    desk = key_customer()
    desk.feed(P, sale(2))
    desk.feed(C, record(2, "13:00:00", override=FLOOR))
    desk.feed(S, clock(11, "23:59:59"))
    assert told(desk) == [("interval", midnight(7))]
    desk.feed(S, clock(12))
    assert told(desk) == [("interval", midnight(7)), ("interval", midnight(12))]
    assert [its["last_touch_at"] for its in desk.contacts_due] == [on(2), on(2)]
    assert [its["sequence"] for its in desk.contacts_due] == [1, 2]


@pytest.mark.parametrize(
    ("kind", "event"),
    [
        (P, sale(4)),
        (P, sale(4, type="return", amount="1")),
        (S, call(4)),
    ],
)
def test_a_purchase_a_return_or_a_contact_is_a_touch(kind: int, event: dict[str, Any]) -> None:
    desk = key_customer()
    desk.feed(WITH_CUSTOMERS[kind], event)
    desk.feed(S, clock(8, "23:59:59"))
    assert told(desk) == []
    desk.feed(S, clock(9))
    assert told(desk) == [("interval", midnight(9))]
    assert desk.contacts_due[0]["last_touch_at"] == on(4)


@pytest.mark.parametrize(
    ("kind", "event"),
    [
        (Y, payment(occurred_at=on(4), due_at=on(4))),
        (Y, payment(occurred_at=on(4), due_at=on(4), status="failed")),
        (C, record(4, region="Styria")),
    ],
)
def test_a_payment_or_a_record_is_none(kind: int, event: dict[str, Any]) -> None:
    desk = key_customer()
    desk.feed(WITH_CUSTOMERS[kind], event)
    desk.feed(S, clock(6))
    assert told(desk) == [("interval", midnight(6))]
    assert desk.contacts_due[0]["last_touch_at"] == on(1)


def test_a_rejected_or_dropped_event_is_no_touch() -> None:
    desk = key_customer()
    desk.feed(P, sale(4, amount="x"), sale(1, amount="3000"))
    desk.feed(S, clock(6))
    assert told(desk) == [("interval", midnight(6))]


def test_the_last_touch_is_the_latest_whatever_came_last() -> None:
    desk = key_customer(occurred_at=on(4))
    desk.feed(S, call(2), call(4, occurred_at=on(4, "11:59:59")))
    desk.feed(S, clock(9))
    assert told(desk) == [("interval", midnight(9))]
    assert desk.contacts_due[0]["last_touch_at"] == on(4)


def test_the_tier_in_force_says_how_often() -> None:
    desk = desk_of()
    desk.feed(P, sale(1, amount="600"), sale(1, customer_id="bob", amount="1"))
    desk.feed(P, sale(1, customer_id="zoe", amount="0", cost="1"))
    desk.feed(S, clock(10, "23:59:59"))
    # every 8 days important ones; ordinary ones have no such grant, and 0 is none
    assert told(desk) == [("interval", midnight(9))]
    assert desk.contacts_due[0]["customer_id"] == "ada"
    desk.commit()
    assert read_head(desk.customer_rows["bob"]).due_us == at(11, "00:00:00")


def test_a_tier_that_asks_for_more_may_make_it_due_at_once() -> None:
    desk = desk_of()
    desk.feed(P, sale(1, amount="600"))
    desk.feed(C, record(7, override=FLOOR))
    assert told(desk) == [("interval", on(7))]
    (due,) = desk.contacts_due
    assert due["trigger"] == {"kind": "event", "topic": "customers", "event_id": f"record-{on(7)}"}
    assert (due["tier"], due["treatment"]["contact_every_days"]) == ("key", 5)
    desk.feed(S, clock(12))
    # five days after the last record
    assert told(desk)[1:] == [("interval", midnight(12))]


def test_a_tier_that_asks_for_less_makes_it_later() -> None:
    desk = key_customer()
    desk.feed(P, sale(2, type="return", amount="2000"))
    desk.feed(S, clock(9, "23:59:59"))
    assert told(desk) == []
    desk.feed(S, clock(10))
    assert told(desk) == [("interval", midnight(10))]
    assert desk.contacts_due[0]["tier"] == "important"


@pytest.mark.parametrize("first", [payment(due_at=on(1)), record(1)])
def test_of_somebody_who_was_never_met_it_runs_from_the_first_day(first: dict[str, Any]) -> None:
    desk = desk_of()
    desk.feed(Y if "amount" in first else C, first)
    desk.feed(C, record(2, override=FLOOR))
    desk.feed(S, clock(6))
    assert told(desk) == [("interval", midnight(6))]
    assert desk.contacts_due[0]["last_touch_at"] is None


def test_a_record_s_day_is_remembered_over_a_touch_before_it() -> None:
    desk = key_customer()
    desk.feed(S, clock(7))
    assert told(desk) == [("interval", midnight(6))]
    # a call of the 3rd that comes late: the interval began anew on the 6th
    desk.feed(S, call(3))
    desk.commit()
    assert read_head(desk.customer_rows["ada"]).due_us == at(11, "00:00:00")


def test_the_passing_of_wall_time_makes_it_due_as_event_time_does() -> None:
    desk = key_customer()
    assert desk.shard.fire_due(at(6, "00:00:00"), 10, NOW_US) == 1
    assert told(desk) == [("interval", midnight(6))]


# complaint


@pytest.mark.parametrize(
    ("amount", "counts"), [("3000", True), ("600", True), ("499.99", False), ("0", False)]
)
def test_a_complaint_of_a_key_or_important_customer_asks_for_a_contact(
    amount: str, *, counts: bool
) -> None:
    desk = desk_of()
    desk.feed(P, sale(1, amount=amount))
    desk.feed(S, call(2, complaint=True))
    assert told(desk) == ([("complaint", on(2))] if counts else [])
    if counts:
        assert desk.contacts_due[0]["last_touch_at"] == on(2)
        assert desk.contacts_due[0]["trigger"]["event_id"] == "call-2-0"


def test_a_contact_that_is_no_complaint_asks_for_none() -> None:
    desk = key_customer()
    desk.feed(S, call(2), call(2, 1, complaint=False))
    assert told(desk) == []


def test_it_is_the_tier_after_the_complaint_that_counts() -> None:
    desk = desk_of()
    desk.feed(P, sale(1, amount="501"))
    # 2.70 by phone: 498.30 are left
    desk.feed(S, call(2, complaint=True, channel="phone"))
    assert told(desk) == []
    desk.feed(C, record(3, override=FLOOR))
    desk.feed(S, call(3, complaint=True, occurred_at=on(3, "13:00:00")))
    assert told(desk) == [("complaint", on(3, "13:00:00"))]


def test_each_complaint_asks_and_one_that_comes_twice_does_once() -> None:
    desk = key_customer()
    desk.feed(S, *(call(2, number, complaint=True) for number in (0, 1, 1)))
    assert told(desk) == [("complaint", on(2))] * 2


def test_a_late_complaint_asks_as_of_now() -> None:
    desk = key_customer(occurred_at=on(4))
    desk.feed(S, call(2, complaint=True))
    assert told(desk) == [("complaint", on(4))]
    assert desk.contacts_due[0]["last_touch_at"] == on(4)


# notice


def test_a_notice_asks_for_a_contact() -> None:
    desk = key_customer(HELD)
    desk.feed(P, sale(2, type="return", amount="2500"))
    assert told(desk) == [("notice", on(2))]
    (due,) = desk.contacts_due
    assert (due["tier"], due["trigger"]["event_id"]) == ("key", "sale-2-0")
    # the downgrade itself asks for none
    desk.feed(S, clock(5))
    assert told(desk) == [("notice", on(2))]
    assert [its["direction"] for its in desk.tier_changes if its["customer_id"] == "ada"] == [
        "assigned",
        "notice",
        "downgrade",
    ]


def test_a_notice_that_nobody_hears_of_asks_for_none_until_it_shows() -> None:
    desk = key_customer(HELD)
    lock = {"tier": "key", "mode": "lock", "reason": "x", "expires_at": on(4)}
    desk.feed(C, record(1, "13:00:00", override=lock))
    desk.feed(P, sale(2, type="return", amount="2500"))
    assert told(desk) == []
    desk.feed(S, clock(4, "12:00:00"))
    assert told(desk) == [("notice", on(4))]
    # the tier change says that an override ended; a contact is due for what began this
    assert desk.contacts_due[0]["trigger"]["kind"] == "timer"
    (notice,) = [its for its in desk.tier_changes if its["direction"] == "notice"]
    assert notice["trigger"]["kind"] == "override"


# all together


def test_they_come_in_order_behind_tiers_and_signals() -> None:
    by = policy(TREATMENTS, ("contacts = 4", "contacts = 2"), more=HOLD + "[contacts_due]\n")
    desk = key_customer(by)
    desk.feed(S, call(2))
    # 1600.00 by phone: below 1700.00, which keep key
    costly = call(2, 1, channel="phone", duration_s=139_850, complaint=True)
    desk.feed(S, costly)
    desk.commit()
    assert [(its.topic, its.value is not None) for its in desk.messages] == [
        ("tier-changes", True),
        ("tier-changes", True),
        ("at-risk", True),
        ("contacts-due", True),
        ("contacts-due", True),
        ("customer-values", True),
    ]
    assert told(desk) == [("notice", on(2)), ("complaint", on(2))]
    assert [its["sequence"] for its in desk.contacts_due] == [1, 2]
    assert [its["sequence"] for its in desk.tier_changes + desk.risks] == [1, 2, 3]


def test_a_notice_comes_before_the_end_of_an_interval() -> None:
    desk = key_customer(HELD)
    desk.feed(S, clock(11))
    # on the 11th the sale leaves the window, and it is ten days ago
    assert told(desk) == [
        ("interval", midnight(6)),
        ("notice", midnight(11)),
        ("interval", midnight(11)),
    ]


@pytest.mark.parametrize(
    ("reasons", "expected"),
    [
        (("interval",), ["interval", "interval"]),
        (("complaint",), ["complaint"]),
        (("notice",), ["notice"]),
        (("notice", "complaint"), ["complaint", "notice"]),
        ((), []),
    ],
)
def test_only_what_is_asked_for_comes(reasons: tuple[str, ...], expected: list[str]) -> None:
    desk = key_customer(with_reasons(*reasons, more=HOLD))
    desk.feed(S, call(1, complaint=True, occurred_at=on(1, "13:00:00")))
    desk.feed(S, clock(11))
    assert [reason for reason, _ in told(desk)] == expected


def test_without_the_section_nothing_comes_and_nothing_is_due() -> None:
    desk = key_customer(policy(TREATMENTS))
    desk.feed(S, call(1, 1, complaint=True, occurred_at=on(1, "13:00:00")))
    desk.feed(S, clock(10))
    assert told(desk) == []
    assert read_head(desk.customer_rows["ada"]).due_us == at(11, "00:00:00")


def test_where_nothing_else_changes_by_itself_the_interval_alone_is_due() -> None:
    desk = desk_of()
    desk.feed(C, record(1, override=FLOOR))
    due = []
    for _ in range(3):
        desk.commit()
        due.append(read_head(desk.customer_rows["ada"]).due_us)
        desk.shard.fire_due(due[-1], 10, NOW_US)
    assert due == [at(6, "00:00:00"), at(11, "00:00:00"), at(16, "00:00:00")]
    free = desk_of(with_reasons("notice", "complaint"))
    free.feed(C, record(1, override=FLOOR))
    free.commit()
    assert read_head(free.customer_rows["ada"]).due_us == NO_DUE_US


def test_they_are_counted_by_reason() -> None:
    desk = key_customer(HELD)
    desk.feed(S, call(1, complaint=True, occurred_at=on(1, "13:00:00")), clock(11))
    changes = desk.commit()
    assert changes is not None
    counted = {
        label: n for (topic, label), n in changes.counters.outputs.items() if topic[0] == "c"
    }
    assert counted == {"complaint": 1, "interval": 2, "notice": 1, "snapshot": 2}


def test_a_restart_goes_on_counting_and_knows_the_last_touch_and_record() -> None:
    desk = key_customer()
    desk.feed(S, clock(7))
    desk.commit(stop=True)
    again = desk.restarted()
    again.feed(S, call(8, complaint=True))
    again.feed(S, clock(20))
    assert told(again)[0] == ("complaint", on(8))
    assert again.contacts_due[0]["sequence"] == 2


def test_an_erased_customer_s_records_begin_anew() -> None:
    desk = key_customer()
    desk.feed(S, clock(6))
    desk.feed(C, erasure(7))
    desk.feed(P, sale(8, amount="3000"))
    desk.feed(S, clock(12, "23:59:59"))
    assert told(desk) == [("interval", midnight(6))]
    desk.feed(S, clock(13))
    assert told(desk)[1:] == [("interval", midnight(13))]
    assert [its["sequence"] for its in desk.contacts_due] == [1, 1]
    assert len({its["event_id"] for its in desk.contacts_due}) == 2


def test_under_a_changed_policy_the_interval_is_that_of_the_new_one() -> None:
    desk = key_customer()
    desk.feed(S, clock(3))
    desk.commit(stop=True)
    text = TREATMENTS[1].replace("contact_every_days = 5", "contact_every_days = 1")
    shorter = policy(
        ('version = "test-1"', 'version = "test-2"'),
        ("[tiers.entry]", "[tiers]\nreview_days = 0\n[tiers.entry]"),
        (TREATMENTS[0], text),
        more="\n[contacts_due]\n",
    )
    again = desk.restarted(shorter)
    again.feed(S, clock(3, "00:00:01"))
    again.commit()
    # a day after the sale the policy began that, and a day later time did
    assert [(its["effective_at"], its["trigger"]["kind"]) for its in again.contacts_due] == [
        (midnight(2), "policy"),
        (midnight(3), "timer"),
    ]


def test_switched_off_and_on_again_no_id_is_given_twice() -> None:
    asked = "\n[contacts_due]\n"
    desk, ids = key_customer(), list[str]()
    for day, (version, more) in enumerate((("2", ""), ("3", asked)), 2):
        desk.feed(S, call(day, complaint=True))
        desk.commit(stop=True)
        ids += [its["event_id"] for its in desk.contacts_due]
        desk = desk.restarted(
            policy(('version = "test-1"', f'version = "{version}"'), TREATMENTS, more=more)
        )
    desk.feed(S, call(4, complaint=True))
    desk.commit(stop=True)
    ids += [its["event_id"] for its in desk.contacts_due]
    assert len(ids) == len(set(ids)) == 2


def test_a_contact_that_is_due_publishes_no_snapshot_by_itself() -> None:
    desk = key_customer()
    desk.commit()
    for number in range(2):
        desk.feed(S, call(2, number, complaint=True))
        desk.commit()
    assert len(desk.contacts_due) == 2
    assert len(desk.snapshots) == 1
