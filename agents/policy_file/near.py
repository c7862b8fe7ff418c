"""Which key a file may have meant by one that there is not."""

from collections.abc import Iterator
from difflib import get_close_matches
from functools import cache
from typing import Any, Final

import msgspec.inspect as inspected

from agents.policy_file.keys import PolicyFile

ENTRY: Final = "*"
"""Stands for the names that a file gives itself: a currency, a channel, a signal."""
ALIKE: Final = 0.75


def key_meant(key: str) -> str | None:
    """The key of the file's head if it has that name, or else the one beside it spelt most alike.

    A key of the head that stands below a section belongs to that section. None where there is none.
    """
    section, _, name = key.rpartition(".")
    if (name,) in _paths():
        is_section = any(path[0] == name and len(path) > 1 for path in _paths())
        return f"[{name}]" if is_section else f"{name} above all sections"
    pattern = _pattern(section)
    beside = [path[-1] for path in _paths() if path[:-1] == pattern and path[-1] != ENTRY]
    alike = get_close_matches(name, sorted(beside), 1, ALIKE)
    if not alike:
        return None
    return f"{section}.{alike[0]}" if section else alike[0]


def _pattern(section: str) -> tuple[str, ...]:
    """The path of a section, names that the file gave itself written as `ENTRY`."""
    parts: tuple[str, ...] = ()
    for part in filter(None, section.split(".")):
        name = part.partition("[")[0]
        parts += (name if (*parts, name) in _paths() else ENTRY,)
    return parts


def _below(of: Any, at: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """All keys below a type, by section."""
    if isinstance(of, inspected.Metadata):
        yield from _below(of.type, at)
    elif isinstance(of, inspected.UnionType):
        for each in of.types:
            yield from _below(each, at)
    elif isinstance(of, inspected.ListType | inspected.VarTupleType):
        yield from _below(of.item_type, at)
    elif isinstance(of, inspected.DictType):
        yield (*at, ENTRY)
        yield from _below(of.value_type, (*at, ENTRY))
    elif isinstance(of, inspected.StructType):
        for field in of.fields:
            yield (*at, field.encode_name)
            yield from _below(field.type, (*at, field.encode_name))


@cache
def _paths() -> frozenset[tuple[str, ...]]:
    """All keys of a file: only who made a mistake waits for them."""
    return frozenset(_below(inspected.type_info(PolicyFile)))
