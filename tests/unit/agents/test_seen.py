"""Remembered ids: what came before under the same id, and when that is forgotten."""

from agents.customer.dedupe import DedupeIndex
from schemas.base.times import NO_DAY


def key(number: int) -> bytes:
    return number.to_bytes(8, "big")


def remembered(*days: int) -> DedupeIndex:
    """One id a day in this order, numbered from 0, with its number as content."""
    seen = DedupeIndex(bytearray())
    for number, day in enumerate(days):
        seen.remember(day, key(number), number)
    return seen


def known(seen: DedupeIndex, most: int = 50) -> set[int]:
    return {number for number in range(most) if seen.content_of(key(number)) is not None}


def test_nothing_is_remembered_at_first() -> None:
    seen = DedupeIndex(bytearray())
    assert seen.content_of(key(0)) is None
    assert (seen.count, seen.oldest) == (0, NO_DAY)


def test_an_id_is_remembered_with_its_content() -> None:
    seen = remembered(10, 10, 11)
    assert [seen.content_of(key(number)) for number in range(4)] == [0, 1, 2, None]
    assert (seen.count, seen.oldest) == (3, 10)


def test_a_content_may_be_any_check() -> None:
    seen = DedupeIndex(bytearray())
    seen.remember(10, key(1), 2**32 - 1)
    seen.remember(10, key(2), 0)
    again = DedupeIndex(seen.entries)
    assert (again.content_of(key(1)), again.content_of(key(2))) == (2**32 - 1, 0)


def test_days_are_forgotten_whole_and_in_order() -> None:
    seen = remembered(12, 10, 11, 12, 10)
    seen.expire(9)
    assert known(seen) == {0, 1, 2, 3, 4}
    seen.expire(10)
    assert (known(seen), seen.oldest, seen.count) == ({0, 2, 3}, 11, 3)
    seen.expire(12)
    assert (known(seen), seen.oldest, seen.count) == (set(), NO_DAY, 0)


def test_a_forgotten_id_may_come_again() -> None:
    seen = remembered(10)
    seen.expire(10)
    seen.remember(11, key(0), 77)
    assert seen.content_of(key(0)) == 77
    seen.expire(11)
    assert seen.content_of(key(0)) is None


def test_beyond_the_cap_the_oldest_by_their_own_day_go_first() -> None:
    seen = remembered(12, 10, 11, 10)
    assert seen.cap(4) == 0
    assert seen.cap(3) == 1
    assert known(seen) == {0, 2, 3}
    assert seen.cap(1) == 2
    assert (known(seen), seen.oldest, seen.count) == ({0}, 12, 1)


def test_within_a_day_the_first_that_came_goes_first() -> None:
    seen = remembered(10, 10, 10)
    assert seen.cap(1) == 2
    assert known(seen) == {2}


def test_what_is_stored_is_what_is_remembered() -> None:
    seen = remembered(*[10 + number // 5 for number in range(50)])
    seen.expire(13)
    seen.cap(28)
    again = DedupeIndex(bytearray(seen.entries))
    assert known(again) == known(seen) == set(range(22, 50))
    assert (again.count, again.oldest) == (seen.count, seen.oldest) == (28, 14)


def test_long_use_keeps_knowing_exactly_the_last_days() -> None:
    seen = DedupeIndex(bytearray())
    for day in range(400):
        seen.remember(day, key(day), day)
        seen.expire(day - 5)
        assert known(seen, 400) == set(range(max(0, day - 4), day + 1))
        assert seen.count == min(5, day + 1)
