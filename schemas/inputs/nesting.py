"""How deep brackets nest in JSON, without reading it: quick whatever the bytes are.

What is no bracket goes first, in few steps over all bytes. What is left becomes bits, and is looked
up eight brackets at a time.
"""

from typing import Final

_OPENS: Final = b"{["
_ZERO_ONE: Final = bytes.maketrans(b"[{]}", b"1100")
_NO_BRACKETS: Final = bytes(byte for byte in range(256) if byte not in b"[{]}")


def _walk(eight: int) -> tuple[int, int]:
    """(how much deeper it is after eight brackets, how much deeper at most on the way)."""
    level = most = 0
    for bit in range(7, -1, -1):
        level += 1 if eight >> bit & 1 else -1
        most = max(most, level)
    return level, most


_WALKS: Final = [_walk(eight) for eight in range(256)]
_DEEPER: Final = [deeper for deeper, _ in _WALKS]
_MOST: Final = [most for _, most in _WALKS]


def is_deeper(value: bytes, levels: int) -> bool:
    """Whether brackets outside of strings nest deeper than so many levels; a lone one counts 1.

    Of what is no JSON it says whether the brackets that open are ever so many more.
    """
    if value.count(b"[") + value.count(b"{") <= levels:
        return False
    brackets = _outside_strings(value).translate(_ZERO_ONE, _NO_BRACKETS)
    if brackets.count(b"1") <= levels:
        return False
    # closing ones fill up the last eight
    brackets += b"0" * (-len(brackets) % 8)
    level = 0
    for eight in int(brackets, 2).to_bytes(len(brackets) // 8):
        if level + _MOST[eight] > levels:
            return True
        level += _DEEPER[eight]
    return False


def _outside_strings(value: bytes) -> bytes:
    if b"\\" in value:
        value = value.replace(b"\\\\", b"").replace(b'\\"', b"")
    return b"".join(value.split(b'"')[::2])
