"""What a customer's row keeps for signals, and what another policy makes of it."""

from agents.policy.compiled import Policy
from schemas.state.rows import decode_customer
from schemas.state.signal_rows import SignalsRow
from tests.support.feeding import Desk
from tests.support.making import POLICY
from tests.support.signalling import (
    EVERY_SIGNAL,
    LADDER,
    LIFETIME,
    M,
    P,
    S,
    asked,
    bought,
    desk_of,
    gave_back,
    midnight,
    only,
    said,
    told,
    wait,
    when,
)


def kept(desk: Desk) -> SignalsRow | None:
    desk.commit()
    return decode_customer(desk.customer_rows["ada"]).signals


def busy(by: Policy) -> Desk:
    """A customer of everything."""
    desk = desk_of(by)
    desk.feed(P, bought(1), bought(2))
    desk.feed(S, *(asked(3, f"12:00:0{n}", satisfaction=3, resolved=False) for n in range(3)))
    desk.feed(M, told(4, ladder={"set_step": "educate", "reason": "because"}))
    return desk


def test_nothing_is_kept_where_nothing_asks_for_it() -> None:
    assert kept(busy(POLICY)) is None
    assert kept(busy(only("late_payer", "support_spike", "unprofitable", "return_abuse"))) is None


def test_what_asks_for_one_thing_keeps_no_other() -> None:
    for its_policy, names in (
        (only("overdue"), {"sales"}),
        (only("no_second_purchase"), {"sales"}),
        (only(more=LIFETIME), {"sales"}),
        (only("repeat_issue"), {"issues"}),
        (only("complaint_open"), {"issues"}),
        (only("dissatisfied"), {"answers"}),
        (only(more=LADDER), {"ladder"}),
    ):
        row = kept(busy(its_policy))
        assert row is not None
        assert {name for name in row.__struct_fields__ if getattr(row, name)} == names


def test_where_only_complaints_count_no_contacts_are_kept() -> None:
    row = kept(busy(only("complaint_open")))
    assert row is not None
    [issue] = row.issues
    assert (issue.cells, issue.word) == ([], False)


def test_another_policy_forgets_what_it_does_not_ask_for() -> None:
    desk = busy(EVERY_SIGNAL)
    assert kept(desk) is not None
    after = desk.restarted(POLICY)
    after.feed(S, asked(5))
    assert kept(after) is None
    partly = desk.restarted(only("dissatisfied"))
    partly.feed(S, asked(5))
    row = kept(partly)
    assert row is not None
    assert (row.sales, row.issues, len(row.answers), row.ladder) == (None, [], 3, None)


def test_what_another_policy_did_not_ask_for_begins_when_it_is_first_asked_for() -> None:
    desk = desk_of(POLICY)
    desk.feed(P, bought(1), bought(2), bought(3))
    desk.commit()
    after = desk.restarted(only("no_second_purchase", "overdue"))
    after.feed(P, bought(20))
    wait(after, 60)
    assert said(after, "overdue") == []
    assert said(after, "no_second_purchase") == [("raised", midnight(27))]


def test_orders_count_from_when_they_are_asked_for() -> None:
    desk = desk_of(POLICY)
    desk.feed(P, *(bought(1, "0", event_id=f"e-{n}") for n in range(4)), gave_back(1))
    desk.commit()
    after = desk.restarted(only("return_abuse"))
    after.feed(P, *(bought(2, "0", event_id=f"f-{n}") for n in range(4)))
    after.feed(P, gave_back(2), gave_back(2, 1))
    assert said(after, "return_abuse") == []
    after.feed(P, gave_back(2, 2))
    assert said(after, "return_abuse") == [("raised", when(2))]


def test_an_issue_that_a_policy_ceases_to_count_does_not_come_back_by_itself() -> None:
    desk = desk_of(only("repeat_issue"))
    desk.feed(S, *(asked(1, f"12:00:0{n}", resolved=False) for n in range(3)))
    assert len(said(desk, "repeat_issue")) == 1
    off = desk.restarted(only("complaint_open"))
    off.feed(S, asked(2, issue="other"))
    assert said(off, "repeat_issue") == [("cleared", when(2))]
    newest = only("repeat_issue", also=(("test-1", "test-2"),))
    on_again = off.restarted(newest)
    on_again.feed(S, asked(3, issue="other"))
    wait(on_again, 20)
    assert said(on_again, "repeat_issue") == []


def test_master_data_with_another_answer_under_the_same_id_are_a_conflict() -> None:
    desk = desk_of(only("late_payer", more=LADDER))
    answer = {"set_step": "educate", "hold_until": when(9), "reason": "because"}
    desk.feed(M, told(1, ladder=answer))
    same = answer | {"hold_until": "2026-03-09T13:00:00+01:00"}
    desk.feed(M, told(1, ladder=same))
    assert desk.reasons == []
    for other in ({"set_step": "none"}, {"hold_until": None}, {"reason": "other"}):
        desk.feed(M, told(1, ladder=answer | other))
    desk.feed(M, told(1, ladder=None))
    desk.commit()
    assert desk.reasons == ["id_conflict"] * 4
