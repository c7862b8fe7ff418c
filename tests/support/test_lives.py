"""Lives are told apart, and a number that is missing or there twice is seen."""

from typing import Any

import pytest

from tests.support.lives import are_whole, begin_anew, lives


def change(
    sequence: int, before: str | None, after: str, direction: str = "upgrade"
) -> dict[str, Any]:
    direction = direction if before else "assigned"
    return {
        "sequence": sequence,
        "from_tier": before,
        "to_tier": after,
        "direction": direction,
    }


def test_tiers_connect_within_a_life_and_begin_with_none() -> None:
    chain = [
        change(1, None, "ordinary"),
        change(2, "ordinary", "important"),
        change(4, "important", "ordinary", "notice"),
        change(5, "important", "ordinary", "downgrade"),
    ]
    assert lives([*chain, change(1, None, "key"), change(3, "key", "key", "notice")]) == [
        [1, 2, 4, 5],
        [1, 3],
    ]
    for broken in (chain[1:], chain[:1] + chain[2:], [*chain[:3], change(5, "ordinary", "key")]):
        with pytest.raises(AssertionError):
            lives(broken)


@pytest.mark.parametrize(
    ("told", "risks"),
    [
        ([], []),
        ([[1]], []),
        ([[1, 3]], [2]),
        ([[1]], [2, 3]),
        ([[1], [1]], []),
        ([[1], [1]], [2]),
        ([[1], [1, 3]], [2]),  # it can't be the first life's
        ([[1, 4], [1], [1, 3]], [2, 3, 2, 2]),
    ],
)
def test_what_counts_without_a_gap_is_whole(told: list[list[int]], risks: list[int]) -> None:
    assert are_whole(told, risks)


@pytest.mark.parametrize(
    ("told", "risks"),
    [
        ([], [1]),
        ([[2]], []),
        ([[1, 3]], []),
        ([[1, 2]], [2]),
        ([[1, 2, 2]], []),
        ([[1]], [3, 2]),
        ([[2, 1]], []),
        ([[1], [1, 4]], [2]),
        ([[1], [1]], [2, 2, 2]),
    ],
)
def test_a_gap_a_repeat_and_a_wrong_order_are_seen(told: list[list[int]], risks: list[int]) -> None:
    assert not are_whole(told, risks)


def test_a_line_of_its_own_begins_anew_with_one() -> None:
    assert begin_anew([1, 2, 3, 1, 1, 2]) == 3
    for broken in ([2], [1, 3], [1, 2, 2]):
        with pytest.raises(AssertionError):
            begin_anew(broken)
