"""What `docs/lifetime.md` says of the signs of leaving is what the purchases of CDNOW say."""

import pytest

from tests.bench.signals import (
    CDNOW,
    Seen,
    calibration,
    look,
    rankings,
    read,
    second_within,
    signs,
)

UNTIL = 10_134
"""1997-09-30."""


@pytest.fixture(scope="module")
def seen() -> list[Seen]:
    return look(read(CDNOW), UNTIL, 273)


def test_the_signs_are_as_good_as_is_said(seen: list[Seen]) -> None:
    overdue, half, third, *_ = signs(seen)
    assert (overdue.customers, round(overdue.base, 2)) == (507, 0.34)
    assert (round(overdue.precision, 2), round(overdue.recall, 2)) == (0.61, 0.27)
    assert (round(half.precision, 2), round(half.recall, 2)) == (0.52, 0.46)
    assert (round(third.precision, 2), round(third.recall, 2)) == (0.59, 0.31)


def test_a_low_p_alive_is_as_dark_as_is_said(seen: list[Seen]) -> None:
    (name, customers, mean, bought), *_ = calibration(seen)
    assert (name, customers, round(mean, 2), round(bought, 2)) == ("0.0 to 0.1", 37, 0.05, 0.43)


def test_a_decayed_sum_ranks_no_worse(seen: list[Seen]) -> None:
    model, *decayed = [share for _, share in rankings(seen, UNTIL)]
    assert round(model, 3) == 0.663
    assert [round(share, 3) for share in decayed[:4]] == [0.679, 0.694, 0.692, 0.679]


def test_the_second_purchase_comes_within_90_days_or_seldom() -> None:
    back, soon, others, later = second_within(read(CDNOW))
    assert (back, others) == (1139, 1670)
    assert (round(soon, 2), round(later, 2)) == (0.60, 0.27)
