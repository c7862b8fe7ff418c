"""JSON Schema, as an independent implementation understands it."""

from typing import Any

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]


class Validator:
    """Checks values against one schema; a schema that is none is refused at once."""

    def __init__(self, schema: dict[str, Any]) -> None:
        Draft202012Validator.check_schema(schema)
        self._validator = Draft202012Validator(schema)

    def fits(self, value: object) -> bool:
        """Whether the value fits."""
        return bool(self._validator.is_valid(value))

    def check(self, value: object) -> None:
        """Raises with what is wrong where it does not."""
        self._validator.validate(value)
