"""The fields of outputs and of the objects in them as rows of the reference, from the structs."""

from collections.abc import Iterator, Sequence

import msgspec
from msgspec import inspect

from schemas.outputs.registry import OUTPUTS
from streams.docs.holding import holds, unwrapped, without_null


def field_rows(struct: type[msgspec.Struct]) -> Iterator[Sequence[str]]:
    """(field, holds, means) of every field, in the order in which they go out."""
    for field in _fields(struct):
        kind, told = unwrapped(field.type)
        if "description" not in told:
            raise AssertionError(f"{struct.__name__}.{field.name} does not say what it means")
        null = isinstance(kind, inspect.UnionType) and kind.includes_none
        words = holds(field.type) + (", or null" if null else "")
        yield f"`{field.name}`", words, told["description"]


def objects() -> dict[str, type[msgspec.Struct]]:
    """Every object in outputs by its name, the outer ones first."""
    found: dict[str, type[msgspec.Struct]] = {}
    for struct in OUTPUTS.values():
        _find(struct, found)
    return found


def _find(struct: type[msgspec.Struct], found: dict[str, type[msgspec.Struct]]) -> None:
    for field in _fields(struct):
        kind = unwrapped(without_null(unwrapped(field.type)[0]))[0]
        if isinstance(kind, inspect.ListType):
            kind = kind.item_type
        if isinstance(kind, inspect.StructType) and kind.cls.__name__ not in found:
            found[kind.cls.__name__] = kind.cls
            _find(kind.cls, found)


def _fields(struct: type[msgspec.Struct]) -> tuple[inspect.Field, ...]:
    kind = inspect.type_info(struct)
    assert isinstance(kind, inspect.StructType)
    return kind.fields
