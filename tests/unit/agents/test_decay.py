"""A contribution that fades: by half in each half-life, exactly; tiers follow it day by day."""

from datetime import date
from math import inf

import pytest

from agents.customer.rows import restored, stored
from agents.customer.tier_state import TierState
from agents.models.decay import Decay
from schemas.base.times import NO_DUE_US
from schemas.inputs.events import Kind
from schemas.state.rows import decode_customer, read_head
from tests.support.customers import at, customer_of, paid, sold
from tests.support.feeding import WITH_CUSTOMERS, Desk, clock, newest, on, sale
from tests.support.making import DECAYED, INVOICES, POLICY, booked, policy, support_call

LANDMARK = 18_262
"""2020-01-01."""
WEEK = Decay(7, LANDMARK)
FADING = policy(DECAYED)
C, P, S, Y = WITH_CUSTOMERS
FIRST = LANDMARK + 2_251
"""2026-03-01."""


def booked_on(day: int, amount: int) -> int:
    """What an amount of a day adds to the sum that is kept."""
    return amount * WEEK.weight(day)


# weights


def test_the_landmark_weighs_two_to_the_32nd_and_a_half_life_later_twice_that() -> None:
    assert (date(1970, 1, 1).toordinal() + LANDMARK) == date(2020, 1, 1).toordinal()
    found = [WEEK.weight(LANDMARK + 7 * weeks) for weeks in (-2, -1, 0, 1, 2, 321)]
    assert found == [2**30, 2**31, 2**32, 2**33, 2**34, 2**353]


def test_between_half_lives_a_weight_is_the_nearest_integer() -> None:
    # 2^(32 + 1/7) = 4742028353.09; twice that is the seventh root of 2^(7 + 225)
    weight = WEEK.weight(LANDMARK + 1)
    assert weight == 4_742_028_353
    assert (2 * weight - 1) ** 7 < 2 ** (7 + 225) < (2 * weight + 1) ** 7
    assert WEEK.weight(LANDMARK + 8) == 2 * weight
    assert WEEK.weight(LANDMARK - 6) == weight // 2


def test_long_before_the_landmark_a_day_weighs_one_at_least() -> None:
    assert WEEK.weight(LANDMARK - 7 * 32) == 1
    assert WEEK.weight(LANDMARK - 7 * 33) == 1
    assert WEEK.weight(-719_162) == 1


def test_a_half_life_may_be_as_long_as_the_longest_window() -> None:
    slow = Decay(3_660, LANDMARK)
    assert slow.weight(LANDMARK + 3_660) == 2**33
    assert slow.weight(LANDMARK + 3_659) < 2**33 < slow.weight(LANDMARK + 3_661)


# what is left


@pytest.mark.parametrize(
    ("weeks", "left"),
    [(0, 100), (1, 50), (2, 25), (3, 12), (4, 6), (5, 3), (6, 2), (7, 1), (8, 0), (500, 0)],
)
def test_a_hundred_is_halved_each_week_and_rounded_half_even(weeks: int, left: int) -> None:
    assert WEEK.worth(booked_on(FIRST, 100), FIRST + 7 * weeks) == left
    assert WEEK.worth(booked_on(FIRST, -100), FIRST + 7 * weeks) == -left


def test_a_tie_goes_to_the_even_one() -> None:
    found = [WEEK.worth(booked_on(FIRST, amount), FIRST + 7) for amount in (1, 3, 5, -1, -3)]
    assert found == [0, 2, 2, 0, -2]


def test_what_is_rounded_is_the_sum() -> None:
    both = booked_on(FIRST, 1) + booked_on(FIRST, 1)
    assert WEEK.worth(both, FIRST + 7) == 1


@pytest.mark.parametrize(
    ("low", "high", "day"),
    [
        (51, inf, 7),
        (50, inf, 8),  # 50 to the day, and then 45.29
        (55, inf, 7),  # 55.20 after six days
        (56, inf, 6),
        (1, inf, 54),  # 0.5249 is 1 after 53 days, 0.4754 is 0
        (0, inf, None),
        (-inf, 1, None),
        (-5, 5, None),
    ],
)
def test_the_day_outside_of_bounds_is_the_first_on_which_it_left_them(
    low: float, high: float, day: int | None
) -> None:
    found = WEEK.day_outside(booked_on(FIRST, 100), FIRST, low, high)
    assert found == (None if day is None else FIRST + day)


@pytest.mark.parametrize(
    ("high", "day"), [(-50, 7), (-49, 8), (-55, 6), (-56, 6), (-57, 6), (0, 54)]
)
def test_a_loss_fades_likewise(high: float, day: int) -> None:
    assert WEEK.day_outside(booked_on(FIRST, -100), FIRST, -inf, high) == FIRST + day


def test_the_day_outside_is_later_than_today() -> None:
    assert WEEK.day_outside(booked_on(FIRST, 100), FIRST + 7, 50, inf) == FIRST + 8


# of a customer


def told(desk: Desk) -> list[tuple[str, str, str, str]]:
    desk.commit()
    return [
        (its["direction"], its["to_tier"], its["effective_at"], its["value"]["index"])
        for its in desk.tier_changes
        if its["customer_id"] == "ada"
    ]


def test_a_tier_goes_by_the_index_on_the_day_on_which_it_fades_below_an_entry() -> None:
    desk = Desk(FADING)
    desk.feed(P, sale(1, amount="1000"))
    assert read_head(_row(desk)).due_us == at(9, "00:00:00")
    desk.feed(S, clock(8, "23:59:59.999999"))
    assert told(desk) == [("assigned", "important", on(1), "1000.00")]
    desk.feed(S, clock(9))
    # 1000 / 2^(8/7) = 452.86
    assert told(desk)[1:] == [("downgrade", "ordinary", on(9, "00:00:00"), "452.86")]
    change = desk.tier_changes[-1]
    assert change["value"]["contribution"] == "1000.00"
    assert [(its["rule"], its["observed"]) for its in change["reasons"]] == [
        ("tiers.entry.ordinary", "452.86"),
        ("tiers.entry.important", "452.86"),
    ]


def _row(desk: Desk) -> bytes:
    desk.commit()
    return desk.customer_rows["ada"]


def test_the_figures_roll_and_the_index_goes_on() -> None:
    desk = Desk(FADING)
    desk.feed(P, sale(1, amount="1000"))
    desk.feed(S, clock(15))
    desk.feed(P, sale(15, amount="0.01", occurred_at=on(15, "00:00:00")))
    desk.commit(stop=True)
    value = newest(desk)["value"]
    assert (value["contribution"], value["index"]) == ("0.01", "250.01")


def test_an_event_before_the_window_counts_in_the_index_alone() -> None:
    desk = Desk(FADING)
    desk.feed(P, sale(15, amount="1"), sale(1, amount="40"))
    desk.commit(stop=True)
    value = newest(desk)["value"]
    assert (value["contribution"], value["index"]) == ("1.00", "11.00")


def test_an_event_after_that_of_the_index_is_told_alike() -> None:
    in_order, late = Desk(FADING), Desk(FADING)
    events = [sale(8, amount="7"), sale(1, amount="10", cost="3.33")]
    late.feed(P, *events)
    in_order.feed(P, *reversed(events))
    for desk in (in_order, late):
        desk.commit(stop=True)
    assert newest(in_order)["value"] == newest(late)["value"]
    assert newest(late)["value"]["index"] == "10.34"  # 7 and half of 6.67: 3.335, a tie


def test_all_that_counts_in_the_contribution_fades_and_nothing_else() -> None:
    desk = Desk(FADING)
    desk.feed(P, sale(1, type="return", amount="20", cost="5", fee="1", seller_fault=True))
    desk.feed(S, support_call(occurred_at=on(1), seller_fault=True))
    desk.feed(P, sale(1, 1, amount="100", cost=None, list_amount="120"))
    desk.feed(S, clock(8))
    desk.feed(P, sale(8, amount="0", occurred_at=on(8, "00:00:00")))
    desk.commit(stop=True)
    value = newest(desk)["value"]
    # -20 + 5 + 1 - 9 - 2.70 + 30
    assert (value["contribution"], value["index"]) == ("4.30", "2.15")


def test_a_loss_fades_until_the_entry_is_reached() -> None:
    desk = Desk(FADING)
    desk.feed(P, sale(1, amount="1.00", cost="2.00"))
    assert told(desk) == [("assigned", "maintenance", on(1), "-1.00")]
    # nothing is left of it after 54 days; the day has left the window before
    desk.shard.fire_due(at(1, "00:00:00") + 54 * 86_400_000_000 - 1, 100, 0)
    assert len(told(desk)) == 1
    desk.shard.fire_due(at(1, "00:00:00") + 54 * 86_400_000_000, 100, 0)
    assert told(desk)[1:] == [("upgrade", "ordinary", "2026-04-24T00:00:00Z", "0.00")]
    assert read_head(desk.customer_rows["ada"]).due_us == NO_DUE_US


HOLD = """
[tiers.hold]
upgrade_margin = "0.05"
keep_margin = "0.15"
min_dwell_days = 0
grace_days = 30
"""


def test_a_notice_comes_when_the_index_fades_below_what_keeps_a_tier() -> None:
    desk = Desk(policy(DECAYED, more=HOLD))
    desk.feed(P, sale(1, amount="1000"))
    desk.feed(S, clock(25))
    # 425.00 keep important: 1000 / 2^(8/7) = 452.86 do, 1000 / 2^(9/7) = 410.17 do not
    assert told(desk)[1:] == [("notice", "ordinary", on(10, "00:00:00"), "410.17")]
    assert desk.tier_changes[1]["takes_effect_at"] == "2026-04-09T00:00:00Z"


def test_a_notice_is_withdrawn_when_a_loss_fades_to_what_keeps_a_tier() -> None:
    desk = Desk(policy(DECAYED, ('ordinary = "0.00"', 'ordinary = "-50.00"'), more=HOLD))
    desk.feed(P, sale(1), sale(2, amount="1.00", cost="102.00"))
    desk.feed(S, clock(25))
    # -57.50 keep ordinary; -101 and 1 / 2^(1/7) are -100.09: after five days -61.01, then -55.26
    assert [its[:3] for its in told(desk)] == [
        ("assigned", "ordinary", on(1)),
        ("notice", "maintenance", on(2)),
        ("notice_withdrawn", "ordinary", on(8, "00:00:00")),
    ]
    assert [its[3] for its in told(desk)][1:] == ["-100.09", "-55.26"]


def test_what_waits_for_its_least_stay_happens_by_the_index_of_that_day() -> None:
    desk = Desk(policy(DECAYED, more=HOLD.replace("dwell_days = 0", "dwell_days = 14")))
    desk.feed(P, sale(1, amount="400"), sale(2, amount="2000"))
    desk.feed(S, clock(25))
    # 2362.29 on the 2nd would be key, but 14 days pass: then 652.04 is important, and fades on
    assert told(desk) == [
        ("assigned", "ordinary", on(1), "400.00"),
        ("upgrade", "important", on(15, "00:00:00"), "652.04"),
        ("notice", "ordinary", on(20, "00:00:00"), "397.43"),
    ]


# open invoices


def test_what_waiting_costs_is_taken_from_the_index_in_full() -> None:
    by = policy(DECAYED, more=INVOICES)
    customer = customer_of(by, sold(by, 1, cost="0"), until_us=at(8))
    # half of 100.00, less three days of interest and one reminder
    assert customer.index(by) == 5_000 - 10 - 100
    customer.apply(paid(by, 8), 3, by)
    # now the fee and that interest, and the reminder, as of that day
    assert customer.index(by) == 5_000 - 510 - 100
    customer.advance(at(15), by)
    # 49.90 - 2.50, halved: a quarter of 100.00 less the half of 6.10
    assert customer.index(by) == 2_500 - 305


@pytest.mark.parametrize(("cost", "day", "index"), [("46.58", 8, "447.63"), ("46.59", 7, "499.99")])
def test_the_day_on_which_it_fades_too_far_is_reckoned_with_what_waiting_costs(
    cost: str, day: int, index: str
) -> None:
    desk = Desk(policy(DECAYED, more=INVOICES.replace('"1.00"', f'"{cost}"')))
    desk.feed(P, sale(1, amount="1000", invoice_id="i-1", due_at="2026-02-26T00:00:00Z"))
    desk.feed(S, clock(25))
    # six days later 552.04 are left, less nine days of interest, 2.96, and 2.50 and the cost
    assert told(desk)[1] == ("downgrade", "ordinary", on(day, "00:00:00"), index)


# restarts and other policies


def test_the_sum_survives_a_restart_though_it_is_beyond_64_bits() -> None:
    customer = customer_of(FADING, booked(Kind.PURCHASES, sale(1, amount="1000"), FADING))
    customer.tier_state = TierState(1, customer.day)
    assert customer.weighted == booked_on(FIRST, 100_000) > 2**64
    data = stored(customer, FADING)
    again = restored("ada", data, FADING)
    assert (again.weighted, stored(again, FADING)) == (customer.weighted, data)


def two_sales() -> bytes:
    """A row of one of whose two sales the day has left the window."""
    desk = Desk(FADING)
    desk.feed(P, sale(1, amount="1000"), sale(12, amount="100"))
    return _row(desk)


def test_by_another_half_life_the_sum_is_made_anew_from_what_lies_in_the_window() -> None:
    slow = policy((DECAYED[0], DECAYED[1].replace("half_life_days = 7", "half_life_days = 14")))
    customer = restored("ada", two_sales(), slow)
    assert customer.index(slow) == 10_000
    customer.advance(at(26), slow)
    assert customer.index(slow) == 5_000


def test_without_decay_the_window_alone_counts_and_no_sum_is_kept() -> None:
    customer = restored("ada", two_sales(), POLICY)
    assert customer.index(POLICY) == customer.contribution == 10_000
    assert decode_customer(stored(customer, POLICY)).weighted is None


def test_where_decay_is_new_it_begins_with_what_lies_in_the_window() -> None:
    without = stored(restored("ada", two_sales(), POLICY), POLICY)
    customer = restored("ada", without, FADING)
    customer.advance(at(19), FADING)
    assert customer.index(FADING) == 5_000


def test_another_landmark_gives_the_same_index() -> None:
    later = (DECAYED[0], DECAYED[1] + 'landmark = "2026-03-10"\n')
    found = []
    for by in (FADING, policy(later)):
        desk = Desk(by)
        desk.feed(P, sale(1, amount="1000"), sale(3, amount="333.33"), sale(12, amount="100"))
        desk.commit(stop=True)
        found.append(newest(desk)["value"]["index"])
    # 1000 / 2^(11/7) + 333.33 / 2^(9/7) + 100
    assert found == ["573.20", "573.20"]
