"""An index with a part of what may come: it falls by itself, and a tier is left on its day."""

from fractions import Fraction

from agents.customer.sales import Sales
from agents.policy.compiled import Policy
from schemas.state.rows import decode_customer
from tests.support.feeding import Desk, newest
from tests.support.making import policy
from tests.support.signalling import (
    LIFETIME,
    OLD,
    P,
    S,
    asked,
    bought,
    day_number,
    desk_of,
    midnight,
    wait,
    when,
)

ENTRIES = (('key = "2000.00"', 'key = "40.00"'), ('important = "500.00"', 'important = "12.00"'))


def judging(history: str, future: str, more: str = "", entry: str = "5.00") -> Policy:
    """Tiers by such an index: key from 40, important from 12, ordinary from 5."""
    index = f'[value.index]\nhistory = "{history}"\nfuture = "{future}"\n'
    least = ('ordinary = "0.00"', f'ordinary = "{entry}"')
    return policy(*OLD, *ENTRIES, least, more=index + LIFETIME + more)


FUTURE = judging("0", "0.5")


def told(desk: Desk) -> list[tuple[str, str, str]]:
    """(direction, tier, when) of all tier changes of the customer."""
    desk.commit()
    changes = [its for its in desk.tier_changes if its["customer_id"] == "ada"]
    return [(its["direction"], its["to_tier"], its["effective_at"]) for its in changes]


def sales_of(desk: Desk) -> Sales:
    desk.commit()
    signals = decode_customer(desk.customer_rows["ada"]).signals
    assert signals is not None
    assert signals.sales is not None
    return Sales(signals.sales)


def first_day_below(by: Policy, sales: Sales, bound: int, day: int) -> int:
    """The first later day whose index is below, by going there day by day."""
    assert by.index_rules is not None
    while by.index_rules.index(0, sales.history, day_number(day)) >= bound:
        day += 1
    return day


def test_a_tier_that_only_time_leaves_is_left_at_the_midnight_of_its_day() -> None:
    desk = desk_of(FUTURE)
    desk.feed(P, bought(1, "30.00"), bought(3, "30.00"))
    assert told(desk)[-1] == ("upgrade", "key", when(3))
    sales = sales_of(desk)
    for bound, tier in ((4000, "important"), (1200, "ordinary"), (500, "maintenance")):
        due = first_day_below(FUTURE, sales, bound, 4)
        before = told(desk)
        wait(desk, due - 1, "23:59:59.999999")
        assert told(desk) == before
        wait(desk, due)
        assert told(desk) == [*before, ("downgrade", tier, midnight(due))]
        assert desk.tier_changes[-1]["trigger"]["kind"] == "timer"


def test_a_purchase_puts_it_off_and_a_restart_does_not() -> None:
    desk = desk_of(FUTURE)
    desk.feed(P, bought(1, "30.00"), bought(3, "30.00"))
    due = first_day_below(FUTURE, sales_of(desk), 4000, 4)
    desk.feed(P, bought(due - 1, "30.00"))
    before = told(desk)
    desk = desk.restarted()
    wait(desk, due)
    assert told(desk) == []
    later = first_day_below(FUTURE, sales_of(desk), 4000, due)
    wait(desk, later - 1, "23:59:59.999999")
    assert told(desk) == []
    wait(desk, later)
    assert told(desk) == [("downgrade", "important", midnight(later))]
    assert before[-1][1] == "key"


def test_a_notice_comes_on_that_day_and_the_downgrade_after_its_grace() -> None:
    hold = (
        '[tiers.hold]\nupgrade_margin = "0"\nkeep_margin = "0"\nmin_dwell_days = 0\n'
        'grace_days = 4\ndowngrade = "one_step"\n'
    )
    by = judging("0", "0.5", hold)
    desk = desk_of(by)
    desk.feed(P, bought(1, "30.00"), bought(3, "30.00"))
    due = first_day_below(by, sales_of(desk), 4000, 4)
    wait(desk, due + 4)
    assert [its[::2] for its in told(desk)[-2:]] == [
        ("notice", midnight(due)),
        ("downgrade", midnight(due + 4)),
    ]


def test_the_index_is_both_parts_rounded_once() -> None:
    desk = desk_of(judging("0.333", "0.777"))
    desk.feed(P, bought(1, "31.41"), bought(3, "27.18"))
    desk.commit(stop=True)
    found = newest(desk)
    expected = Fraction(found["lifetime"]["expected_contribution"])
    both = Fraction("0.333") * Fraction("58.59") + Fraction("0.777") * expected
    assert Fraction(found["value"]["index"]) == Fraction(round(both * 100), 100)
    assert found["value"]["contribution"] == "58.59"


def test_one_who_never_bought_has_no_future_that_could_fall() -> None:
    desk = desk_of(judging("1", "0.5", entry="0.00"))
    desk.feed(S, asked(1))
    wait(desk, 300)
    desk.commit(stop=True)
    assert [its[1] for its in told(desk)] == ["ordinary"]
    assert newest(desk)["value"]["index"] == "0.00"


def test_an_index_without_a_future_part_stays_as_it_is() -> None:
    by = judging("1", "0.0")
    assert by.index_rules is not None
    assert not by.index_rules.falls
    desk = desk_of(by)
    desk.feed(P, bought(1, "30.00"))
    wait(desk, 10, "23:59:59.999999")
    assert len(told(desk)) == 1
    wait(desk, 11)
    assert told(desk)[1:] == [("downgrade", "maintenance", midnight(11))]


def test_losses_that_may_come_fade_upwards() -> None:
    by = judging("0", "1", entry="-3.00")
    desk = desk_of(by)
    desk.feed(P, bought(1), bought(3, cost="40.00"))
    sales = sales_of(desk)
    assert by.index_rules is not None
    assert by.index_rules.index(0, sales.history, day_number(3)) < -300
    day = 4
    while by.index_rules.index(0, sales.history, day_number(day)) < -300:
        day += 1
    wait(desk, day - 1, "23:59:59.999999")
    before = told(desk)
    assert before[-1][1] == "maintenance"
    wait(desk, day)
    assert told(desk) == [*before, ("upgrade", "ordinary", midnight(day))]
