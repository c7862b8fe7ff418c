"""What a field or a key holds, in words, from its declared type."""

from typing import Any, Final, Literal, get_args, get_origin

from msgspec import inspect

from schemas.base import vocabulary

# msgspec sorts a Literal's words, and their order tells: tiers and steps have a rank
_IN_ORDER: Final = {
    frozenset(get_args(kind)): get_args(kind)
    for kind in vars(vocabulary).values()
    if get_origin(kind) is Literal
}


def unwrapped(kind: inspect.Type) -> tuple[inspect.Type, dict[str, Any]]:
    """The bare type, and what was said of it in Annotated."""
    told: dict[str, Any] = {}
    while isinstance(kind, inspect.Metadata):
        told = (kind.extra_json_schema or {}) | told
        kind = kind.type
    return kind, told


def without_null(kind: inspect.Type) -> inspect.Type:
    """What a field that may be null holds otherwise; any other as it is."""
    if not isinstance(kind, inspect.UnionType):
        return kind
    held = [one for one in kind.types if not isinstance(one, inspect.NoneType)]
    return held[0] if len(held) == 1 else kind


def holds(kind: inspect.Type) -> str:
    """In words; that it may be null is not said."""
    kind, told = unwrapped(kind)
    if "title" in told:
        return str(told["title"])
    match kind:
        case inspect.UnionType():
            words = holds(without_null(kind))
        case inspect.IntType():
            words = _integer(kind)
        case inspect.BoolType():
            words = "`true` or `false`"
        case inspect.LiteralType():
            words = _one_of(_IN_ORDER.get(frozenset(kind.values), kind.values))
        case inspect.EnumType():
            words = _one_of(tuple(its.value for its in kind.cls))
        case inspect.StructType():
            words = f"an object: `{kind.cls.__name__}` below"
        case inspect.ListType() | inspect.VarTupleType():
            words = f"a list of {_several(kind.item_type)}"
        case inspect.DictType():
            number = isinstance(unwrapped(kind.value_type)[0], inspect.IntType)
            words = "an integer for each name" if number else "tables"
        case _:
            assert isinstance(kind, inspect.StrType), kind
            words = "a text"
    return words


def _integer(kind: inspect.IntType) -> str:
    words = "an integer"
    words += "" if kind.ge is None else f" from {kind.ge}"
    return words + ("" if kind.le is None else f" to {kind.le}")


def _one_of(words: tuple[str | int, ...]) -> str:
    shown = [f"`{word}`" for word in words]
    return " or ".join(filter(None, (", ".join(shown[:-1]), shown[-1])))


def _several(kind: inspect.Type) -> str:
    bare, told = unwrapped(kind)
    if isinstance(bare, inspect.StructType):
        return f"`{bare.cls.__name__}` below"
    return "texts" if isinstance(bare, inspect.StrType) and not told else holds(kind)
