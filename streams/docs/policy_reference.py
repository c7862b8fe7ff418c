"""The policy file's keys as rows of the reference, made from `agents.policy_file.keys`."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from msgspec import NODEFAULT, inspect

from agents.policy_file.keys import PolicyFile

_ENTRY: Final = {"contact": "CHANNEL", "actions": "SIGNAL"}
"""How the tables in a table are named that have a name of their own each."""


def policy_rows() -> Iterator[Sequence[str]]:
    """(key, holds, default, means) of every key, in the order of the file."""
    top = inspect.type_info(PolicyFile)
    assert isinstance(top, inspect.StructType)
    yield from _rows(top, "")


def _rows(struct: inspect.StructType, prefix: str) -> Iterator[Sequence[str]]:
    for field in struct.fields:
        kind, extra = _unwrapped(field.type)
        key = prefix + field.encode_name
        inner = _inner(kind, key)
        if inner is not None:
            yield from _rows(*inner)
            continue
        default = "" if field.required else "none"
        if field.default not in (NODEFAULT, None):
            default = f"`{_shown(field.default)}`"
        if "description" not in extra:
            raise AssertionError(f"{key} does not say what it means: agents/policy_file/keys.py")
        yield f"`{key}`", _holds(kind, extra), default, extra["description"]


def _unwrapped(kind: inspect.Type) -> tuple[inspect.Type, dict[str, Any]]:
    """The bare type, and what was said of it in Annotated."""
    extra: dict[str, Any] = {}
    while isinstance(kind, inspect.Metadata):
        extra = (kind.extra_json_schema or {}) | extra
        kind = kind.type
    return kind, extra


def _inner(kind: inspect.Type, key: str) -> tuple[inspect.StructType, str] | None:
    """The table that a key stands for, and the prefix of its keys; None for a plain key."""
    if isinstance(kind, inspect.UnionType):
        [kind] = [one for one in kind.types if not isinstance(one, inspect.NoneType)]
    if isinstance(kind, inspect.ListType):
        kind, key = kind.item_type, f"{key}[]"
    elif isinstance(kind, inspect.DictType) and isinstance(kind.value_type, inspect.StructType):
        kind, key = kind.value_type, f"{key}.{_ENTRY[key.rpartition('.')[2]]}"
    return (kind, f"{key}.") if isinstance(kind, inspect.StructType) else None


def _is_int(kind: inspect.Type) -> bool:
    return isinstance(_unwrapped(kind)[0], inspect.IntType)


def _shown(default: object) -> str:
    if isinstance(default, bool):
        return str(default).lower()
    return ", ".join(default) if isinstance(default, tuple) else str(default)


def _holds(kind: inspect.Type, extra: dict[str, Any]) -> str:
    if isinstance(kind, inspect.UnionType):
        [kind] = [one for one in kind.types if not isinstance(one, inspect.NoneType)]
    if isinstance(kind, inspect.IntType):
        return f"an integer from {kind.ge} to {kind.le}"
    if isinstance(kind, inspect.BoolType):
        return "`true` or `false`"
    if isinstance(kind, inspect.VarTupleType):
        inner, inner_extra = _unwrapped(kind.item_type)
        return f"a list of {_holds(inner, inner_extra)}"
    if isinstance(kind, inspect.LiteralType):
        return " or ".join(f"`{value}`" for value in kind.values)
    if isinstance(kind, inspect.DictType):
        return "an integer for each name" if _is_int(kind.value_type) else "tables"
    assert isinstance(kind, inspect.StrType)
    return str(extra.get("title", "a text"))
