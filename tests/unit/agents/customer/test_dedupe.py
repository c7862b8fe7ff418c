"""Remembered ids: what came before under the same id, and when that is forgotten."""

from agents.customer.dedupe import INDEXED_FROM, DedupeIndex
from schemas.base.times import NO_DAY


def key(number: int) -> bytes:
    return number.to_bytes(8, "big")


def remembered(*days: int) -> DedupeIndex:
    """One id a day in this order, numbered from 0, with its number as content."""
    seen = DedupeIndex(bytearray())
    for number, day in enumerate(days):
        seen.remember(day, key(number), number)
    return seen


def known(seen: DedupeIndex, most: int = 50) -> dict[int, int]:
    """What is remembered, by number."""
    found = {number: seen.content_of(key(number)) for number in range(most)}
    return {number: content for number, content in found.items() if content is not None}


def of(*numbers: int) -> dict[int, int]:
    return {number: number for number in numbers}


def test_an_id_is_remembered_with_its_content_which_may_be_any_check() -> None:
    assert (known(remembered()), remembered().count, remembered().oldest) == ({}, 0, NO_DAY)
    seen = remembered(10, 10, 11)
    assert (known(seen), seen.count, seen.oldest) == (of(0, 1, 2), 3, 10)
    seen.remember(11, key(3), 2**32 - 1)
    assert known(DedupeIndex(seen.entries)) == of(0, 1, 2) | {3: 2**32 - 1}


def test_days_are_forgotten_whole_and_in_order_and_an_id_may_come_again() -> None:
    seen = remembered(12, 10, 11, 12, 10)
    seen.expire(9)
    assert known(seen) == of(0, 1, 2, 3, 4)
    seen.expire(10)
    assert (known(seen), seen.oldest, seen.count) == (of(0, 2, 3), 11, 3)
    seen.remember(12, key(1), 77)
    assert known(seen) == of(0, 2, 3) | {1: 77}
    seen.expire(12)
    assert (known(seen), seen.oldest, seen.count) == ({}, NO_DAY, 0)


def test_beyond_the_cap_the_oldest_by_their_own_day_go_first_and_of_a_day_the_first() -> None:
    seen = remembered(12, 10, 11, 10)
    assert seen.cap(4) == 0
    assert (seen.cap(3), known(seen)) == (1, of(0, 2, 3))
    assert (seen.cap(1), known(seen), seen.oldest, seen.count) == (2, of(0), 12, 1)


def test_what_is_stored_is_what_is_remembered() -> None:
    seen = remembered(*[10 + number // 5 for number in range(50)])
    seen.expire(13)
    seen.cap(28)
    other = DedupeIndex(bytearray(seen.entries))
    assert known(other) == known(seen) == of(*range(22, 50))
    assert (other.count, other.oldest) == (seen.count, seen.oldest) == (28, 14)


def test_long_use_with_few_or_many_ids_keeps_knowing_exactly_the_last_days() -> None:
    for days in (5, INDEXED_FROM + 2):
        seen = DedupeIndex(bytearray())
        for day in range(400):
            seen.remember(day, key(day), day)
            seen.expire(day - days)
            assert known(seen, 400) == of(*range(max(0, day + 1 - days), day + 1))
            assert seen.count == min(days, day + 1)
