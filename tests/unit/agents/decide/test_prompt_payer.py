"""`prompt_payer`: the last payments on time, none late in the window, nothing past due."""

from itertools import permutations
from typing import Any

import pytest

from tests.support.feeding import WITH_CUSTOMERS, Desk
from tests.support.hearing import Ada, kind_of, proof_of
from tests.support.making import payment
from tests.support.policies import Change, policy
from tests.support.signalling import Y, bought, paid_late, tick, when

PROMPT: Change = {"segments.prompt_payer": {"payments": 3}, "risk": None}
BY = policy(PROMPT)
CREDIT: Change = {"invoices": {"open_max": 3, "unmatched_max": 3}}
Events = list[dict[str, Any]]


def paid(day: int, days_late: int = 0, number: int = 0, **fields: Any) -> dict[str, Any]:
    return paid_late(day, days_late, event_id=f"paid-{day}-{number}", **fields)


def held(ada: Ada) -> bool:
    segments: list[str] = ada.snapshot()["segments"]
    return segments == ["prompt_payer"]


ON_TIME = [paid(1), paid(2), paid(3)]
MEMBERS: dict[str, tuple[Events, bool]] = {
    "three on time": (ON_TIME, True),
    "two are too few": (ON_TIME[:2], False),
    "early is on time": ([paid(1, -9), paid(2, -1), paid(3)], True),
    "a day late is late": ([*ON_TIME, paid(4, 1)], False),
    "three more do not make it good within the window": (
        [paid(1, 1), *(paid(day) for day in (2, 3, 4, 10))],
        False,
    ),
    "but after it": ([paid(1, 1), *(paid(day) for day in (2, 3, 11))], True),
    "not with two after it": ([paid(1, 1), paid(3), paid(11)], False),
    "one that failed is none": ([*ON_TIME[:2], paid(3, status="failed")], False),
    "nor late": ([*ON_TIME, paid(4, 20, status="failed")], True),
    "all at one moment": ([paid(1, 0, number) for number in range(3)], True),
}


@pytest.mark.parametrize(("events", "found"), MEMBERS.values(), ids=MEMBERS)
def test_who_paid_on_time_often_enough_is_one(events: Events, *, found: bool) -> None:
    assert held(Ada(BY, *events)) is found


def test_within_a_day_of_its_time_it_is_on_time() -> None:
    just = payment(event_id="p", occurred_at=when(3, "11:59:59.999999"), due_at=when(2))
    assert held(Ada(BY, *ON_TIME[:2], just))
    assert not held(Ada(BY, *ON_TIME[:2], just | {"occurred_at": when(3)}))


def test_payments_count_by_when_they_were_made_in_whatever_order_they_come() -> None:
    # the late one of the 2nd is the fourth from last, and within the window until the 12th
    made = [paid(2, 5), paid(3), paid(4), paid(12)]
    for order in permutations(made):
        ada = Ada(BY, *order)
        assert ada.row.late_day == Ada(BY, paid(2, 5)).row.late_day
        assert held(ada)
    for order in permutations(made[:3]):
        assert not held(Ada(BY, *order))


def test_a_late_one_that_comes_late_counts_on_its_own_day() -> None:
    ada = Ada(BY, *[paid(day) for day in (21, 22, 23)])
    assert held(ada.does(paid(13, 3)))
    assert not held(ada.does(paid(14, 3)))
    assert not held(ada.waits(23, "23:59:59.999999"))
    assert held(ada.waits(24))


def test_of_two_late_ones_the_later_counts_whichever_comes_last() -> None:
    later = [paid(5, 1), *[paid(day) for day in (6, 7, 8)]]
    for events in ([paid(2, 1), *later], [*later, paid(2, 1)]):
        ada = Ada(BY, *events)
        assert not held(ada.waits(14, "23:59:59.999999"))
        assert held(ada.waits(15))


def test_batches_make_no_difference() -> None:
    by = policy(PROMPT, {"tiers.tells": ["segments"]})
    events = [*ON_TIME, paid(4, 1), *[paid(day) for day in (11, 12, 13)], tick(20)]
    one_by_one = Ada(by, *events).hears("tier-changes", "segments", "effective_at")
    desk = Desk(by, inputs=WITH_CUSTOMERS)
    desk.feed(Y, *events[:-1])
    desk.feed(kind_of(tick(20)), tick(20))
    desk.commit()
    made = [its for its in desk.of("tier-changes") if its["customer_id"] == "ada"]
    assert [(its["segments"], its["effective_at"]) for its in made] == one_by_one
    assert [segments for segments, _ in one_by_one] == [[], ["prompt_payer"], [], ["prompt_payer"]]


def test_the_day_on_which_a_late_one_leaves_the_window_is_a_due_time() -> None:
    ada = Ada(BY, paid(1, 1), *[paid(day) for day in (2, 3, 4)])
    assert not held(ada.waits(10, "23:59:59.999999"))
    assert held(ada.waits(11))


def test_an_open_invoice_ends_it_when_it_is_a_day_past_due() -> None:
    ada = Ada(policy(PROMPT, CREDIT), *ON_TIME, bought(3, "5", invoice_id="i", due_at=when(4)))
    assert held(ada.waits(5, "11:59:59.999999"))
    assert not held(ada.waits(5, "12:00:00"))
    # it was paid late, and that counts on
    late = payment(invoice_id="i", amount="5.00", occurred_at=when(6), due_at=when(4))
    assert not held(ada.does(late))
    ada.does(*[paid(day) for day in (7, 8, 9)])
    assert not held(ada.waits(15, "23:59:59.999999"))
    assert held(ada.waits(16))


def test_without_invoices_nobody_knows_what_is_open() -> None:
    ada = Ada(BY, *ON_TIME, bought(3, "5", invoice_id="i", due_at=when(4)))
    assert held(ada.waits(9))


def test_a_restart_forgets_nothing() -> None:
    ada = Ada(BY, paid(1, 1), paid(2), paid(3), paid(4)).restarted()
    assert not held(ada.does(paid(5)))
    assert held(ada.restarted().waits(11))


def test_a_policy_that_asks_no_more_keeps_nothing_and_one_that_asks_again_begins_anew() -> None:
    ada = Ada(BY, paid(1, 1), paid(2), paid(3), paid(4))
    less = policy({"risk": None, "tiers.review_days": 0})
    ada = ada.restarted(less).does(tick(5))
    ada.snapshot()
    assert (ada.row.payments, ada.row.late_day) == ([], Ada(less, bought(1)).row.late_day)


def test_one_that_asks_now_knows_of_late_ones_among_those_that_are_kept() -> None:
    late_payer = {"late": 2, "of": 4, "days": 10, "clear_on_time": 3}
    before = policy({"risk": None, "risk.late_payer": late_payer})
    ada = Ada(before, paid(1, 1), paid(2), paid(3), paid(4))
    now = policy(PROMPT, {"risk.late_payer": late_payer, "tiers.review_days": 0, "version": "2"})
    ada = ada.restarted(now).does(tick(5))
    assert not held(ada.waits(10, "23:59:59.999999"))
    assert held(ada.waits(11))


def test_a_record_proves_it() -> None:
    ada = Ada(BY, *ON_TIME, bought(4, "600"))
    [*_, change] = ada.hears("tier-changes")
    assert proof_of(change, "reasons")[-1] == ("segments.prompt_payer.payments", 3, 3)
    assert change["segments"] == ["prompt_payer"]
