"""The policy file's keys as rows of the reference, made from `agents.policy_file.keys`."""

from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import NODEFAULT, inspect

from agents.policy_file.keys import PolicyFile
from streams.docs.holding import holds, unwrapped, without_null

_ENTRY: Final = {"contact": "CHANNEL", "outbound": "CHANNEL", "actions": "SIGNAL"}
"""How the tables in a table are named that have a name of their own each."""


def policy_rows() -> Iterator[Sequence[str]]:
    """(key, holds, default, means) of every key, in the order of the file."""
    top = inspect.type_info(PolicyFile)
    assert isinstance(top, inspect.StructType)
    yield from _rows(top, "")


def _rows(struct: inspect.StructType, prefix: str) -> Iterator[Sequence[str]]:
    for field in struct.fields:
        kind, extra = unwrapped(field.type)
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
        yield f"`{key}`", holds(field.type), default, extra["description"]


def _inner(kind: inspect.Type, key: str) -> tuple[inspect.StructType, str] | None:
    """The table that a key stands for, and the prefix of its keys; None for a plain key."""
    kind = without_null(kind)
    if isinstance(kind, inspect.ListType):
        kind, key = kind.item_type, f"{key}[]"
    elif isinstance(kind, inspect.DictType) and isinstance(kind.value_type, inspect.StructType):
        kind, key = kind.value_type, f"{key}.{_ENTRY[key.rpartition('.')[2]]}"
    return (kind, f"{key}.") if isinstance(kind, inspect.StructType) else None


def _shown(default: object) -> str:
    if isinstance(default, bool):
        return str(default).lower()
    return ", ".join(default) if isinstance(default, tuple) else str(default)
