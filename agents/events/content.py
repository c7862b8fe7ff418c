"""What an event says, as one number: the same id with another number is a conflict, no duplicate.

Derived from the declared fields: a field that nobody sent takes no part, so a new optional field
changes no event that lacks it, and none can be forgotten.
"""

from collections.abc import Callable
from operator import attrgetter
from typing import Any, Final
from zlib import crc32

import msgspec

from schemas.base.times import micros
from schemas.inputs.events import WIRE_OF_KIND, Kind, Moment, Wire
from schemas.inputs.fields import FIELDS, Field, is_share

IDENTITY: Final = frozenset({"event_id", "customer_id"})
"""They say which event it is, not what it says."""
# not as msgpack, whose maps begin with the number of fields that there might be
_PACK: Final = msgspec.json.Encoder().encode


class _Shape:
    """How the struct of one event, or of an object in it, becomes what is packed."""

    def __init__(self, fields: tuple[Field, ...]) -> None:
        fields = tuple(field for field in fields if field.name not in IDENTITY)
        names = [field.name for field in fields]
        self._values_of: Callable[[Any], tuple[Any, ...]] = attrgetter(*names)
        places = list(enumerate(fields))
        self._decimals = [at for at, field in places if field.money or field.is_valid is is_share]
        self._moments = [at for at, field in places if field.type is Moment]
        self._defaults = [(at, field.default) for at, field in places if field.default is not None]
        self._objects = [(at, _Shape(field.inner)) for at, field in places if field.inner]
        self._content: Any = msgspec.defstruct(
            "Content", [(field.name, Any, field.default) for field in fields], omit_defaults=True
        )

    def of(self, wire: Any) -> Any:
        """The fields that say something, each in the one form of its value."""
        values = list(self._values_of(wire))
        for at in self._decimals:
            text = values[at]
            if text is not None:
                values[at] = plain_decimal(text)
        for at in self._moments:
            moment = values[at]
            if moment is not None:
                values[at] = micros(moment)
        for at, default in self._defaults:
            value = values[at]
            if value is None or value == default:
                values[at] = default
        for at, shape in self._objects:
            if values[at] is not None:
                values[at] = shape.of(values[at])
        return self._content(*values)


_SHAPES: Final = {kind: _Shape(FIELDS[kind]) for kind in WIRE_OF_KIND}


def content_check(kind: Kind, wire: Wire) -> int:
    """CRC-32 of what a valid event says, whatever form its values came in."""
    return crc32(_PACK(_SHAPES[kind].of(wire)))


def plain_decimal(text: str) -> str:
    """A valid decimal without zeros that say nothing: 5 for 5.00 and 05."""
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    if text[:1] == "0":
        text = text.lstrip("0")
        if text[:1] in {"", "."}:
            return "0" + text
    return text
