"""Times finer than microseconds: the rest is cut off, so the last nanosecond keeps its day.

The decoder rounds to the nearest microsecond. Events that may have such a time are looked at once
more, for their times alone, as text.
"""

import re
from datetime import datetime
from types import UnionType
from typing import Any, Final, TypeVar, Union, get_args, get_origin

import msgspec

_FINE: Final = re.compile(rb"\.[0-9]{7}")
_BEYOND_MICROS: Final = re.compile(r"(\.[0-9]{6})[0-9]+")
_Event = TypeVar("_Event", bound=msgspec.Struct)


def may_be_fine(value: bytes) -> bool:
    """Whether a value may hold a time finer than microseconds: no is certain.

    A point or digit may be written as JSON's escape.
    """
    return _FINE.search(value) is not None or b"\\u002" in value or b"\\u003" in value


def without_rest(text: str) -> str:
    """The text of a time without what is finer than microseconds."""
    return _BEYOND_MICROS.sub(r"\1", text, count=1)


class FineTimes:
    """Where the times of an event stand, and those of objects in it."""

    def __init__(self, struct: type[msgspec.Struct]) -> None:
        """Of events of this shape."""
        hints = {field.name: _choices(field.type) for field in msgspec.structs.fields(struct)}
        self._moments = [
            name
            for name, choices in hints.items()
            if any(get_args(choice)[:1] == (datetime,) for choice in choices)
        ]
        inner = {
            name: FineTimes(choice)
            for name, choices in hints.items()
            for choice in choices
            if isinstance(choice, type) and issubclass(choice, msgspec.Struct)
        }
        self._objects = [(name, times) for name, times in inner.items() if times.any]
        self._texts: Any = msgspec.defstruct(
            "Times",
            [
                *((name, str | None, None) for name in self._moments),
                *((name, times._texts | None, None) for name, times in self._objects),
            ],
        )
        self._decoder = msgspec.json.Decoder(self._texts)

    @property
    def any(self) -> bool:
        """Whether there are any."""
        return bool(self._moments or self._objects)

    def cut_off(self, decoded: _Event, value: bytes) -> _Event:
        """What was decoded of a value, without what its times say beyond microseconds."""
        exact: _Event = self._cut(decoded, self._decoder.decode(value))
        return exact

    def _cut(self, decoded: Any, texts: Any) -> Any:
        exact: dict[str, Any] = {}
        for name in self._moments:
            text = getattr(texts, name)
            if text is not None and (cut := without_rest(text)) != text:
                exact[name] = msgspec.convert(cut, datetime)
        for name, times in self._objects:
            inner = getattr(texts, name)
            if inner is not None:
                exact[name] = times._cut(getattr(decoded, name), inner)
        return msgspec.structs.replace(decoded, **exact) if exact else decoded


def _choices(hint: Any) -> tuple[Any, ...]:
    """What a field may hold: the sides of a union, or the one type."""
    return get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
