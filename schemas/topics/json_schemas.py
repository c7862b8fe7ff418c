"""JSON Schemas (draft 2020-12) of all topics' values, made from the declared fields.

They say what can be said of one value by itself. What depends on the policy, the record around it
or the customer's past (the last six reject reasons) no schema can say.
"""

from typing import Any, Final

import msgspec

from schemas.base.money import CURRENCY_DIGITS, MAX_DIGITS
from schemas.inputs.events import TOPIC_OF_KIND, Kind
from schemas.inputs.fields import FIELDS, NOT_OF_CANCELS, TYPES_WITH, Field
from schemas.outputs.headers import RejectedHeaders
from schemas.outputs.records import REJECTED_EVENTS
from schemas.outputs.registry import OUTPUTS
from schemas.topics.declared import BY_NAME, TOPICS

Schema = dict[str, Any]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
MOMENT_PATTERN: Final = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})$"
)
_BY_DIGITS: Final = {
    digits: sorted(code for code, its in CURRENCY_DIGITS.items() if its == digits)
    for digits in sorted(set(CURRENCY_DIGITS.values()))
}


def schema_of(name: str) -> Schema | None:
    """Make the schema of a topic's values (of rejected-events: headers); None if it has none."""
    if name == REJECTED_EVENTS:
        return _of_struct(name, f"headers of {name}", RejectedHeaders)
    if name in OUTPUTS:
        return _of_struct(name, name, OUTPUTS[name])
    kinds = [kind for kind, topic in TOPIC_OF_KIND.items() if topic == name and kind in FIELDS]
    return _of_input(kinds[0]) if kinds else None


def schemas() -> dict[str, Schema]:
    """Make all schemas, by topic and in the order of the topics."""
    found = {topic.name: schema_of(topic.name) for topic in TOPICS}
    return {name: schema for name, schema in found.items() if schema is not None}


def _head(name: str, title: str) -> Schema:
    return {"$schema": DIALECT, "title": title, "description": BY_NAME[name].meaning}


# what comes in


def _of_input(kind: Kind) -> Schema:
    name, fields = TOPIC_OF_KIND[kind], FIELDS[kind]
    schema = _head(name, name) | {
        "type": "object",
        "required": [field.name for field in fields if field.required],
        "properties": {field.name: _of_field(field) for field in fields},
    }
    rules = _digits_rules(fields)
    if kind is Kind.PURCHASES:
        schema["required"] = [name for name in schema["required"] if name not in NOT_OF_CANCELS]
        rules.append(_WHOLE_RULE)
        for name in NOT_OF_CANCELS:
            schema["properties"][name] = _of_optional(schema["properties"][name])
        rules += [_type_rule(name, types) for name, types in TYPES_WITH.items()]
        rules += [_FREE_RULE, _PIECES_RULE]
    rules += _type_rules(fields)
    if rules:
        schema["allOf"] = rules
    if any(its.money for field in fields for its in (field, *field.inner)):
        schema["$defs"] = {_codes(digits): {"enum": codes} for digits, codes in _BY_DIGITS.items()}
    return schema


def _digits_rules(fields: tuple[Field, ...]) -> list[Schema]:
    """No amount has more digits than the currency beside it."""
    money = [field for field in fields if field.money]
    return [_digits_rule(digits, money) for digits in _BY_DIGITS] if money else []


def _of_inner(fields: tuple[Field, ...]) -> Schema:
    schema: Schema = {
        "type": "object",
        "required": [field.name for field in fields if field.required],
        "properties": {field.name: _of_field(field) for field in fields},
    }
    rules = _digits_rules(fields)
    return schema | ({"allOf": rules} if rules else {})


def _of_field(field: Field) -> Schema:
    if field.inner:
        its: Schema = _of_inner(field.inner)
    elif field.name == "currency":
        its = {"anyOf": [{"$ref": f"#/$defs/{_codes(digits)}"} for digits in _BY_DIGITS]}
    elif field.money:
        its = {"type": "string", "pattern": _money_pattern(max(_BY_DIGITS))}
    else:
        its = msgspec.json.schema(field.type)
        if its.get("format") == "date-time":
            its["pattern"] = MOMENT_PATTERN
        if field.pattern is not None:
            its["pattern"] = field.pattern
    if not field.required:
        its = _or_null(its)
        if field.default is not None:
            its["default"] = field.default
    return {"description": field.meaning} | its


def _or_null(schema: Schema) -> Schema:
    """Let the field be null, too: that counts as absent."""
    if "enum" in schema:
        return schema | {"enum": [*schema["enum"], None]}
    return schema | {"type": [schema["type"], "null"]}


def _of_optional(schema: Schema) -> Schema:
    """The same field where it may be null; a text of several kinds is one of them."""
    return schema | (
        {"anyOf": [*schema["anyOf"], {"type": "null"}]} if "anyOf" in schema else _or_null(schema)
    )


def _codes(digits: int) -> str:
    return f"currencies_of_{digits}_digits"


def _money_pattern(digits: int) -> str:
    """Match at most 15 digits, and no more behind the point than the currency has."""
    bounded = rf"(?=([0-9]\.?){{1,{MAX_DIGITS}}}$)"
    behind = rf"(\.[0-9]{{1,{digits}}})?" if digits else ""
    return f"^{bounded}[0-9]+{behind}$"


def _digits_rule(digits: int, money: list[Field]) -> Schema:
    pattern = _money_pattern(digits)
    return {
        "if": {"properties": {"currency": {"$ref": f"#/$defs/{_codes(digits)}"}}},
        "then": {"properties": {field.name: {"pattern": pattern} for field in money}},
    }


def _type_rule(name: str, types: tuple[str, ...]) -> Schema:
    """Only some types of a purchase may carry a field; without a type it is a sale."""
    if "sale" in types:
        its: Schema = {"properties": {"type": {"enum": [*types, None]}}}
    else:
        its = {"properties": {"type": {"enum": [*types]}}, "required": ["type"]}
    return {"if": its, "else": {"properties": {name: {"type": "null"}}}}


_WHOLE_RULE: Final[Schema] = {
    "if": {"properties": {"type": {"const": "cancel"}}, "required": ["type"]},
    "else": {
        "required": [*NOT_OF_CANCELS],
        "properties": {name: {"type": "string"} for name in NOT_OF_CANCELS},
    },
}
"""Only a cancel may leave out what was paid."""
_FREE_RULE: Final[Schema] = {
    "if": {"properties": {"type": {"const": "replacement"}}, "required": ["type"]},
    "then": {"properties": {"amount": {"pattern": r"^[0.]+$"}}},
}
"""Nothing is paid for a replacement."""
_PIECES_RULE: Final[Schema] = {
    "if": {"properties": {"type": {"const": "refund"}}, "required": ["type"]},
    "else": {"properties": {"items": {"minimum": 1}}},
}
"""Only where money alone goes back there may be no piece."""


def _type_rules(fields: tuple[Field, ...]) -> list[Schema]:
    """Which fields stand with one `type` alone, and which of them have to."""
    rules: list[Schema] = []
    for only in dict.fromkeys(field.only for field in fields if field.only is not None):
        its = [field for field in fields if field.only == only]
        needed = [field.name for field in its if field.needed]
        rules.append(
            {
                "if": {"properties": {"type": {"const": only}}},
                "then": {
                    "required": needed,
                    "properties": {name: {"not": {"type": "null"}} for name in needed},
                },
                "else": {"properties": {field.name: {"type": "null"} for field in its}},
            }
        )
    return rules


# what goes out


def _of_struct(name: str, title: str, struct: type[msgspec.Struct]) -> Schema:
    """Of an output: msgspec's own, with the objects in it by their names in `$defs`."""
    _, found = msgspec.json.schema_components([struct], ref_template="#/$defs/{name}")
    head = _head(name, title)
    schema: Schema = head | found.pop(struct.__name__) | head
    return schema | {"$defs": found} if found else schema
