"""Events: their inputs, channels and brackets; what they may hold is in `test_judge.py`."""

import re

import pytest

from schemas.inputs.events import TOPIC_OF_KIND, Kind, depth


@pytest.mark.parametrize(
    ("levels", "values"),
    [
        (0, [b"", b"1", b"]]]]{"]),
        (1, [b"{", b"{}", b'{"a":"[[["}', b'{"a":"\\"[[["}', b'{"a":"\\\\"}']),
        (2, [b"[[]]", b'{"a":"\\\\",[']),
        (3, [b"[[],[[]]]"]),
    ],
)
def test_depth_counts_brackets_that_are_open_at_once_outside_of_texts(
    levels: int, values: list[bytes]
) -> None:
    assert [max(depth(value), 0) for value in values] == [levels] * len(values)


def test_ties_go_to_customers_then_purchases_then_support_calls_then_payments() -> None:
    in_order = ["customers", "purchases", "support-calls", "payments"]
    assert [TOPIC_OF_KIND[kind] for kind in sorted(Kind)] == in_order


def test_topics_are_named_with_hyphens() -> None:
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", topic) for topic in TOPIC_OF_KIND.values())
