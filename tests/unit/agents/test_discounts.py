"""Discount leakage: what a promised volume that does not come costs, and when that shows."""

import pytest

from agents.customer.commitment import leakage, leakage_day
from agents.policy.compiled import DiscountRules, Policy
from schemas.base.times import NO_DAY
from schemas.state.rows import CommitmentRow, decode_customer, read_head
from tests.support.customers import at
from tests.support.feeding import WITH_CUSTOMERS, Desk, clock, newest, on, record, sale
from tests.support.making import COMMITMENT, DISCOUNT, POLICY, policy

DISCOUNTED = policy(more=DISCOUNT)
"""After a quarter of the term: 2 % from 1000.00, 5 % from 5000.00."""
C, P, S, Y = WITH_CUSTOMERS


def rules_of(its_policy: Policy) -> DiscountRules:
    assert its_policy.discount is not None
    return its_policy.discount


RULES = rules_of(DISCOUNTED)


def promised(revenue: int, *, days: int = 40, rate: tuple[int, int] = (10, 100)) -> CommitmentRow:
    """A commitment from day 100 on, with what was bought so far."""
    return CommitmentRow(0, rate, 100, 100 + days - 1, revenue)


# the figure


@pytest.mark.parametrize(
    ("passed", "cents"),
    [
        (-50, 0),
        (0, 0),
        (1, 0),
        (9, 0),  # less than a quarter of 40 days
        (10, 2_000),
        (11, 2_000),
        (40, 2_000),
        (41, 2_000),
        (4_000, 2_000),
    ],
)
def test_leakage_counts_from_a_share_of_the_term_on_and_for_good(passed: int, cents: int) -> None:
    assert leakage(promised(20_000), 100 + passed - 1, RULES) == cents


@pytest.mark.parametrize(
    ("revenue", "cents"),
    [
        (0, 0),
        (20_000, 2_000),  # heading for 800.00: nothing is earned
        (24_999, 2_500),  # for 999.96
        (25_000, 2_000),  # for 1000.00: 2 % are
        (124_999, 10_000),  # for 4999.96
        (125_000, 6_250),  # for 5000.00: 5 % are
        (1_000_000, 50_000),
        (-1, 0),
        (-20_000, 0),
    ],
)
def test_what_is_earned_goes_by_the_volume_the_term_is_heading_for(
    revenue: int, cents: int
) -> None:
    assert leakage(promised(revenue), 109, RULES) == cents


def test_the_pace_falls_with_every_day_without_a_sale() -> None:
    # 250.00 in 10 days of 40 are 1000.00 in all; in 11 days they are 909.09
    assert leakage(promised(25_000), 109, RULES) == 2_000
    assert leakage(promised(25_000), 110, RULES) == 2_500


def test_after_the_term_the_volume_is_what_was_bought() -> None:
    assert leakage(promised(100_000), 10_000, RULES) == 8_000
    assert leakage(promised(99_999), 10_000, RULES) == 10_000


@pytest.mark.parametrize(("rate", "cents"), [((1, 100), 0), ((2, 100), 0), ((21, 1_000), 25)])
def test_what_is_earned_is_no_leakage(rate: tuple[int, int], cents: int) -> None:
    assert leakage(promised(25_000, rate=rate), 109, RULES) == cents


@pytest.mark.parametrize(("revenue", "cents"), [(5, 0), (6, 1), (15, 2), (25, 2), (35, 4), (45, 4)])
def test_half_a_cent_goes_to_the_even_one(revenue: int, cents: int) -> None:
    assert leakage(promised(revenue), 109, RULES) == cents


def test_a_step_from_nothing_is_always_earned() -> None:
    rules = DiscountRules((0, 1), ((0, (1, 100)),))
    assert leakage(promised(10_000), 100, rules) == 900
    assert leakage_day(promised(10_000), 100, rules) == NO_DAY


def test_a_term_of_one_day_is_over_with_it() -> None:
    one_day = promised(10_000, days=1)
    assert [leakage(one_day, day, RULES) for day in (99, 100, 101)] == [0, 1_000, 1_000]
    assert leakage_day(one_day, 99, RULES) == 100
    assert leakage_day(one_day, 100, RULES) == NO_DAY


def test_a_share_of_one_waits_for_the_last_day() -> None:
    rules = DiscountRules((1, 1), RULES.steps)
    assert [leakage(promised(10_000), day, rules) for day in (138, 139, 140)] == [0, 1_000, 1_000]
    assert leakage_day(promised(10_000), 100, rules) == 139


def test_a_share_that_is_no_whole_day_waits_for_the_next() -> None:
    # a quarter of 41 days are ten and a quarter
    longer = promised(10_000, days=41)
    assert [leakage(longer, 100 + n - 1, RULES) for n in (10, 11)] == [0, 1_000]
    assert leakage_day(longer, 100, RULES) == 110


# the day on which it changes


@pytest.mark.parametrize(
    ("revenue", "day", "changes"),
    [
        (20_000, 50, 109),  # nothing is earned: from a quarter on
        (20_000, 108, 109),
        (20_000, 109, NO_DAY),
        (0, 100, NO_DAY),
        (-5, 100, NO_DAY),
        (25_000, 100, 109),
        (25_000, 109, 110),  # below 1000.00
        (50_000, 109, 120),  # 2000.00 now; below 1000.00 after 20 days
        (100_000, 109, NO_DAY),  # 1000.00 on the very last day
        (125_000, 109, 110),  # 5000.00 now
        (100_001, 110, NO_DAY),
        (99_999, 110, 139),  # the last day is the first below
        (99_999, 139, NO_DAY),
        (99_999, 500, NO_DAY),
    ],
)
def test_the_next_change_is_the_first_day_with_another_leakage(
    revenue: int, day: int, changes: int
) -> None:
    assert leakage_day(promised(revenue), day, RULES) == changes


def test_a_step_that_changes_nothing_is_passed_over() -> None:
    at_once = DiscountRules((0, 1), RULES.steps)
    # granted is 1 %: on the fifth day 2 % are earned in place of 5, and after 20 days nothing
    commitment = promised(50_000, rate=(1, 100))
    assert [leakage(commitment, day, at_once) for day in (100, 104, 119, 120)] == [0, 0, 0, 500]
    assert leakage_day(commitment, 100, at_once) == 120


# of a customer


def of_march(first: int = 1, last: int = 20, rate: str = "0.10") -> dict[str, str]:
    """A commitment from one day of March to another; after a quarter it is looked at."""
    return COMMITMENT | {
        "discount_rate": rate,
        "starts_on": f"2026-03-{first:02d}",
        "ends_on": f"2026-03-{last:02d}",
    }


def desk_of(its_policy: Policy = DISCOUNTED) -> Desk:
    return Desk(its_policy, inputs=WITH_CUSTOMERS)


def bought(desk: Desk) -> int:
    """What counts as bought on the days of the term."""
    desk.commit(stop=True)
    master = decode_customer(desk.customer_rows["ada"]).master
    assert master is not None
    assert master.commitment is not None
    return int(master.commitment.revenue)


def leaked(desk: Desk) -> str:
    desk.commit(stop=True)
    return str(newest(desk)["value"]["lines"]["discount_leakage"])


def test_what_was_bought_before_the_commitment_was_known_counts_as_far_as_the_window_goes() -> None:
    desk = desk_of()
    desk.feed(P, sale(2, amount="100"), sale(3, amount="50"), sale(11, amount="7"))
    desk.feed(C, record(12, commitment=of_march()))
    # on the 12th the window begins with the 3rd
    assert bought(desk) == 5_700


def test_what_was_bought_outside_of_the_term_does_not_count() -> None:
    desk = desk_of()
    desk.feed(P, *(sale(day, amount=str(day)) for day in (4, 5, 7, 8)))
    desk.feed(C, record(9, commitment=of_march(5, 7)))
    assert bought(desk) == 1_200
    desk.feed(P, sale(9, amount="1000"), sale(4, 1, amount="1000"), sale(6, amount="1"))
    assert bought(desk) == 1_300


def test_a_later_event_of_the_term_counts_even_before_the_window() -> None:
    desk = desk_of()
    desk.feed(C, record(1, commitment=of_march()))
    desk.feed(P, sale(20, amount="10"), sale(2, amount="100"))
    assert bought(desk) == 11_000


def test_the_term_begins_and_ends_with_its_utc_days() -> None:
    desk = desk_of()
    desk.feed(C, record(1, commitment=of_march(3, 5)))
    desk.feed(
        P,
        sale(2, occurred_at=on(2, "23:59:59.999999"), amount="1"),
        sale(3, occurred_at=on(3, "00:00:00"), amount="10"),
        sale(5, occurred_at=on(5, "23:59:59.999999"), amount="100"),
        sale(6, occurred_at=on(6, "00:00:00"), amount="1000"),
    )
    assert bought(desk) == 11_000


def test_returns_are_taken_off() -> None:
    desk = desk_of()
    desk.feed(C, record(1, commitment=of_march()))
    desk.feed(P, sale(2, amount="100"), sale(3, type="return", amount="130"))
    assert bought(desk) == -3_000
    desk.feed(S, clock(10))
    assert leaked(desk) == "0.00"


def test_what_is_bought_counts_in_the_base_currency() -> None:
    desk = desk_of()
    desk.feed(C, record(1, commitment=of_march()))
    desk.feed(P, sale(2, amount="80.00", currency="EUR"))
    assert bought(desk) == 10_000


def test_a_newer_record_with_the_same_term_goes_on_counting() -> None:
    desk = desk_of()
    desk.feed(P, sale(2, amount="100"))
    desk.feed(C, record(3, commitment=of_march()))
    desk.feed(P, sale(14, amount="1"))
    desk.feed(C, record(15, commitment=of_march(rate="0.20")))
    # the sale of the 2nd has left the window, and counts on
    assert bought(desk) == 10_100
    assert leaked(desk) == "20.20"


@pytest.mark.parametrize("between", [of_march(1, 21), of_march(2, 20), None])
def test_another_term_or_none_begins_to_count_anew(between: dict[str, str] | None) -> None:
    desk = desk_of()
    desk.feed(P, sale(2, amount="100"))
    desk.feed(C, record(3, commitment=of_march()))
    desk.feed(P, sale(14, amount="1"))
    desk.feed(C, record(15, commitment=between), record(16, commitment=of_march()))
    assert bought(desk) == 100


def test_an_older_record_changes_nothing() -> None:
    desk = desk_of()
    desk.feed(P, sale(2, amount="100"))
    desk.feed(C, record(3, commitment=of_march()))
    desk.feed(P, sale(14, amount="1"))
    desk.feed(C, record(2, commitment=of_march(1, 25)))
    assert bought(desk) == 10_100


def test_leakage_is_told_beside_and_not_subtracted() -> None:
    desk = desk_of()
    desk.feed(C, record(1, commitment=of_march()))
    desk.feed(P, sale(5, amount="200.00"))
    desk.commit(stop=True)
    value = newest(desk)["value"]
    # heading for 800.00: nothing is earned
    assert value["lines"]["discount_leakage"] == "20.00"
    assert value["contribution"] == value["revenue"] == "200.00"


def test_a_policy_without_the_section_does_not_look_at_it_and_counts_all_the_same() -> None:
    desk = desk_of(POLICY)
    desk.feed(C, record(1, commitment=of_march()))
    desk.feed(P, sale(5, amount="200.00"))
    assert (leaked(desk), bought(desk)) == ("0.00", 20_000)


def test_the_day_of_the_next_change_is_a_due_time() -> None:
    desk = desk_of()
    desk.feed(C, record(1, commitment=of_march()))
    desk.feed(P, sale(1, amount="250.00"))
    desk.commit()
    # a quarter of 20 days are five; 250.00 in five are 1000.00 in all, in six no more
    assert read_head(desk.customer_rows["ada"]).due_us == at(5, "00:00:00")
    desk.feed(S, clock(5))
    assert leaked(desk) == "20.00"
    assert newest(desk)["as_of"] == "2026-03-05T00:00:00Z"
    desk.feed(S, clock(6))
    assert leaked(desk) == "25.00"
    # then the sale's day leaves the window, and the leakage stays
    assert read_head(desk.customer_rows["ada"]).due_us == at(11, "00:00:00")
    desk.feed(S, clock(25))
    assert leaked(desk) == "25.00"


def test_what_was_bought_survives_a_restart() -> None:
    desk = desk_of()
    desk.feed(C, record(1, commitment=of_march()))
    desk.feed(P, sale(1, amount="100.00"))
    desk.commit(stop=True)
    again = desk.restarted()
    again.feed(P, sale(14, amount="1.00"))
    assert bought(again) == 10_100
