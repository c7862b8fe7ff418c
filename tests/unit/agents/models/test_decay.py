"""A contribution that fades: by half in each half-life, exactly; tiers follow it day by day."""

from datetime import date
from typing import Any

import pytest

from agents.models.decay import Decay
from schemas.base.times import NO_DUE_US
from schemas.outputs.records import TIER_CHANGES
from tests.support.customers import at
from tests.support.feeding import on
from tests.support.hearing import Ada, proof_of
from tests.support.making import payment
from tests.support.policies import Change, policy, section
from tests.support.signalling import asked, bought, gave_back, midnight

LANDMARK = 18_262
"""2020-01-01."""
WEEK = Decay(7, LANDMARK)
FADING = policy(section("decayed"))
FIRST = LANDMARK + 2_251
"""2026-03-01."""
FAR = 10**30
"""A bound that no amount here comes to."""


def booked_on(day: int, amount: int) -> int:
    """What an amount of a day adds to the sum that is kept."""
    return amount * WEEK.weight(day)


# weights


def test_the_landmark_weighs_two_to_the_32nd_and_a_half_life_later_twice_that() -> None:
    assert (date(1970, 1, 1).toordinal() + LANDMARK) == date(2020, 1, 1).toordinal()
    found = [WEEK.weight(LANDMARK + 7 * weeks) for weeks in (-2, -1, 0, 1, 2, 321)]
    assert found == [2**30, 2**31, 2**32, 2**33, 2**34, 2**353]
    # long before it a day weighs one at least
    assert {WEEK.weight(day) for day in (LANDMARK - 7 * 32, LANDMARK - 7 * 33, -719_162)} == {1}


def test_between_half_lives_a_weight_is_the_nearest_integer() -> None:
    # 2^(32 + 1/7) = 4742028353.09; twice that is the seventh root of 2^(7 + 225)
    weight = WEEK.weight(LANDMARK + 1)
    assert weight == 4_742_028_353
    assert (2 * weight - 1) ** 7 < 2 ** (7 + 225) < (2 * weight + 1) ** 7
    assert [WEEK.weight(LANDMARK + days) for days in (8, -6)] == [2 * weight, weight // 2]


def test_a_half_life_may_be_as_long_as_the_longest_window() -> None:
    weights = [Decay(3_660, LANDMARK).weight(LANDMARK + days) for days in (3_659, 3_660, 3_661)]
    assert weights[0] < weights[1] == 2**33 < weights[2]


# what is left


@pytest.mark.parametrize("sign", [1, -1])
def test_a_hundred_is_halved_each_week_and_rounded_half_even(sign: int) -> None:
    kept = booked_on(FIRST, sign * 100)
    found = [sign * WEEK.worth(kept, FIRST + 7 * weeks) for weeks in (*range(9), 500)]
    assert found == [100, 50, 25, 12, 6, 3, 2, 1, 0, 0]


def test_a_tie_goes_to_the_even_one_and_what_is_rounded_is_the_sum() -> None:
    found = [WEEK.worth(booked_on(FIRST, amount), FIRST + 7) for amount in (1, 3, 5, -1, -3)]
    assert found == [0, 2, 2, 0, -2]
    assert WEEK.worth(booked_on(FIRST, 1) + booked_on(FIRST, 1), FIRST + 7) == 1


@pytest.mark.parametrize(
    ("low", "high", "day"),
    [
        (51, FAR, 7),
        (50, FAR, 8),  # 50 to the day, and then 45.29
        (55, FAR, 7),  # 55.20 after six days
        (56, FAR, 6),
        (1, FAR, 54),  # 0.5249 is 1 after 53 days, 0.4754 is 0
        (0, FAR, None),
        (-FAR, 1, None),
        (-5, 5, None),
    ],
)
def test_the_day_outside_of_bounds_is_the_first_on_which_it_left_them(
    low: int, high: int, day: int | None
) -> None:
    found = WEEK.day_outside(booked_on(FIRST, 100), FIRST, low, high)
    assert found == (None if day is None else FIRST + day)


def test_a_loss_fades_likewise() -> None:
    days = {-50: 7, -49: 8, -55: 6, -56: 6, -57: 6, 0: 54}
    loss = booked_on(FIRST, -100)
    assert {to: WEEK.day_outside(loss, FIRST, -FAR, to) for to in days} == {
        to: FIRST + day for to, day in days.items()
    }


def test_the_day_outside_is_later_than_today() -> None:
    assert WEEK.day_outside(booked_on(FIRST, 100), FIRST + 7, 50, FAR) == FIRST + 8


# of a customer


def told(ada: Ada) -> list[tuple[str, str, str, str]]:
    """(direction, tier, when, index) of what is new."""
    return ada.hears(TIER_CHANGES, "direction", "to_tier", "effective_at", "value.index")


def value(ada: Ada) -> tuple[str, str]:
    """(contribution, index) as the newest snapshot has them."""
    found = ada.snapshot()["value"]
    return found["contribution"], found["index"]


def test_a_tier_goes_by_the_index_on_the_day_on_which_it_fades_below_an_entry() -> None:
    ada = Ada(FADING, bought(1, "1000"))
    assert ada.due_us == at(9, "00:00:00")
    assert told(ada.waits(8, "23:59:59.999999")) == [("assigned", "important", on(1), "1000.00")]
    # 1000 / 2^(8/7) = 452.86
    assert told(ada.waits(9)) == [("downgrade", "ordinary", midnight(9), "452.86")]
    assert ada.record["value"]["contribution"] == "1000.00"
    assert [(rule, observed) for rule, observed, _ in proof_of(ada.record, "reasons")] == [
        ("tiers.entry.ordinary", "452.86"),
        ("tiers.entry.important", "452.86"),
    ]


EARLY, LATER = bought(1, "10", cost="3.33"), bought(8, "7")
OTHERS = [
    gave_back(1, amount="20", cost="5", fee="1", seller_fault=True),
    asked(1, channel="phone", seller_fault=True),
    bought(1, "100", cost=None, list_amount="120"),
]
FIGURES = {
    "what has left the window, too": ([bought(1, "1000"), bought(15, "2")], ("2.00", "252.00")),
    "what comes late, before the window": ([bought(15, "1"), bought(1, "40")], ("1.00", "11.00")),
    # 7 and half of 6.67: 3.335, a tie
    "an earlier event": ([EARLY, LATER], ("13.67", "10.34")),
    "alike when it comes late": ([LATER, EARLY], ("13.67", "10.34")),
    # -20 + 5 + 1 - 9 - 2.70 + 30
    "all that counts in the contribution": ([*OTHERS, asked(8)], ("4.30", "2.15")),
}


@pytest.mark.parametrize(("events", "found"), FIGURES.values(), ids=FIGURES)
def test_in_the_index_counts(events: list[dict[str, Any]], found: tuple[str, str]) -> None:
    assert value(Ada(FADING, *events)) == found


def test_a_loss_fades_until_the_entry_is_reached() -> None:
    ada = Ada(FADING, bought(1, cost="2.00"))
    assert told(ada) == [("assigned", "maintenance", on(1), "-1.00")]
    # nothing is left of it after 54 days; the day has left the window before
    assert told(ada.waits(54, "23:59:59.999999")) == []
    assert told(ada.waits(55)) == [("upgrade", "ordinary", midnight(55), "0.00")]
    assert ada.due_us == NO_DUE_US


def held(changes: Change, *events: dict[str, Any]) -> Ada:
    """The 25th, where tiers hold still and a downgrade waits for 30 days."""
    by = policy(section("decayed"), section("hold"), {"tiers.hold.grace_days": 30}, changes)
    return Ada(by, *events).waits(25)


def test_a_notice_comes_when_the_index_fades_below_what_keeps_a_tier() -> None:
    # 425.00 keep important: 1000 / 2^(8/7) = 452.86 do, 1000 / 2^(9/7) = 410.17 do not
    ada = held({}, bought(1, "1000"))
    assert told(ada)[1:] == [("notice", "ordinary", midnight(10), "410.17")]
    assert ada.record["takes_effect_at"] == midnight(40)


def test_a_notice_is_withdrawn_when_a_loss_fades_to_what_keeps_a_tier() -> None:
    # -57.50 keep ordinary; -101 and 1 / 2^(1/7) are -100.09: after five days -61.01, then -55.26
    ada = held({"tiers.entry.ordinary": "-50.00"}, bought(1), bought(2, cost="102.00"))
    assert told(ada) == [
        ("assigned", "ordinary", on(1), "1.00"),
        ("notice", "maintenance", on(2), "-100.09"),
        ("notice_withdrawn", "ordinary", midnight(8), "-55.26"),
    ]


def test_what_waits_for_its_least_stay_happens_by_the_index_of_that_day() -> None:
    # 2362.29 on the 2nd would be key, but 14 days pass: then 652.04 is important, and fades on
    ada = held({"tiers.hold.min_dwell_days": 14}, bought(1, "400"), bought(2, "2000"))
    assert told(ada) == [
        ("assigned", "ordinary", on(1), "400.00"),
        ("upgrade", "important", midnight(15), "652.04"),
        ("notice", "ordinary", midnight(20), "397.43"),
    ]


# open invoices


def test_what_waiting_costs_is_taken_from_the_index_in_full() -> None:
    terms: dict[str, Any] = {"invoice_id": "i-1", "due_at": on(5)}
    ada = Ada(policy(section("decayed"), section("invoices")), bought(1, "100.00", **terms))
    # half of 100.00, less three days of interest and one reminder
    assert value(ada.does(asked(8)))[1] == "48.90"
    # now the fee and that interest, and the reminder, as of that day
    assert value(ada.does(payment(occurred_at=on(8), **terms)))[1] == "43.90"
    # 49.90 - 2.50, halved: a quarter of 100.00 less the half of 6.10
    assert value(ada.does(asked(15)))[1] == "21.95"


@pytest.mark.parametrize(("cost", "day", "index"), [("47.57", 8, "447.63"), ("47.58", 7, "499.99")])
def test_the_day_on_which_it_fades_too_far_is_reckoned_with_what_waiting_costs(
    cost: str, day: int, index: str
) -> None:
    reminders = [{"after_days": 2, "cost": cost}, {"after_days": 5, "cost": "2.50"}]
    ada = Ada(policy(section("decayed"), {"invoices": {}, "service.reminder": reminders}))
    ada.does(bought(1, "1000", at="00:00:00", invoice_id="i-1", due_at=midnight(1)))
    # six days later 552.04 are left, less six days of interest, 1.97, and 2.50 and the cost
    assert told(ada.waits(25))[1] == ("downgrade", "ordinary", midnight(day), index)


# restarts and other policies


def judged_by(ada: Ada, *changes: Change) -> Ada:
    """After a restart under another policy."""
    return ada.restarted(policy(*changes, {"tiers.review_days": 0})).does(asked(12))


def two_sales() -> Ada:
    """One of whose two sales the day has left the window."""
    return Ada(FADING, bought(1, "1000"), bought(12, "100"))


def test_the_sum_survives_a_restart_though_it_is_beyond_64_bits() -> None:
    assert booked_on(FIRST, 100_000) > 2**64
    assert value(Ada(FADING, bought(1, "1000")).restarted().does(asked(8))) == ("1000.00", "500.00")


def test_by_another_half_life_the_sum_is_made_anew_from_what_lies_in_the_window() -> None:
    ada = judged_by(two_sales(), section("decayed"), {"value.half_life_days": 14})
    assert [value(ada.does(asked(day, "13:00:00")))[1] for day in (12, 26)] == ["100.00", "50.00"]


def test_without_decay_the_window_alone_counts_and_no_sum_is_kept() -> None:
    ada = judged_by(two_sales())
    assert (value(ada), ada.row.worth.weighted) == (("100.00", "100.00"), None)


def test_where_decay_is_new_it_begins_with_what_lies_in_the_window() -> None:
    ada = judged_by(judged_by(two_sales()), section("decayed"))
    assert value(ada.does(asked(19)))[1] == "50.00"


@pytest.mark.parametrize("landmark", ["2020-01-01", "2026-03-10"])
def test_another_landmark_gives_the_same_index(landmark: str) -> None:
    ada = Ada(policy(section("decayed"), {"value.landmark": landmark}))
    ada.does(bought(1, "1000"), bought(3, "333.33"), bought(12, "100"))
    # 1000 / 2^(11/7) + 333.33 / 2^(9/7) + 100
    assert value(ada)[1] == "573.20"
