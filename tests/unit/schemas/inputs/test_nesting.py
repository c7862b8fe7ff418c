"""How deep brackets nest outside of texts; over all JSON see tests/properties/test_decoding.py."""

import pytest

from schemas.inputs.nesting import is_deeper


@pytest.mark.parametrize("ahead", [b"", b"[]" * 9, b'"[[",' * 9, b'"\\\\","\\"[",' * 9])
@pytest.mark.parametrize(
    ("levels", "value"),
    [
        (0, b""),
        (0, b'1 "[[["'),
        (1, b"{"),
        (1, b'{"a":"[[["}'),
        (1, b'{"a":"\\"[[["}'),
        (1, b'{"a":"\\\\"}'),
        (2, b"[[]]"),
        (2, b'{"a":"\\\\",['),
        (3, b"[[],[[]]]"),
        (9, b"[" * 9 + b"]" * 9),
        (70, b"[{" * 35 + b"}]" * 35),
    ],
)
def test_brackets_count_that_are_open_at_once(levels: int, value: bytes, ahead: bytes) -> None:
    levels = max(levels, b"[]" in ahead)
    assert not is_deeper(ahead + value, levels)
    assert levels == 0 or is_deeper(ahead + value, levels - 1)


def test_one_that_was_never_opened_makes_no_room() -> None:
    assert not is_deeper(b"]" * 8 + b"[" * 8, 8)
