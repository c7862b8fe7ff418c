"""Bookings: the keys under which ids are remembered, and what tells two contents apart."""

from itertools import combinations

from agents.booking import content_check, id_key
from schemas.events import Kind
from schemas.row import ID_BYTES


def test_an_id_is_remembered_under_eight_bytes() -> None:
    assert len(id_key(Kind.PURCHASES, "x" * 128)) == ID_BYTES == 8


def test_the_same_id_in_another_topic_is_another_id() -> None:
    ids = ["event-1", *(str(number) for number in range(2000))]
    keys = {id_key(kind, event_id) for kind in Kind for event_id in ids}
    assert len(keys) == len(Kind) * len(ids)


def test_the_key_of_an_id_never_changes() -> None:
    # stored rows hold it: after a change, every event that came before would be applied again
    assert id_key(Kind.PURCHASES, "purchase-1").hex() == "c3db9ce709de36d4"


def test_the_check_of_a_content_never_changes() -> None:
    content = (1_772_366_400_000_000, "order-1", 10_000, "USD", False, None)
    assert content_check(content) == 1_234_567_562


def test_contents_are_told_apart_by_value_type_and_place() -> None:
    contents: list[tuple[object, ...]] = [
        ("1", None),
        (1, None),
        (None, "1"),
        (None, 1),
        (True, None),
        ("", "1"),
        ("1", ""),
        ("1",),
    ]
    checks = [content_check(content) for content in contents]
    assert all(one != other for one, other in combinations(checks, 2))


def test_checks_fit_in_four_bytes() -> None:
    assert all(0 <= content_check((number,)) < 2**32 for number in range(1000))
