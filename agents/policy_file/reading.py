"""The policy file: read, and refused where it is wrong.

Its keys are in `agents.policy_file.keys`, what their types can't say is in
`agents.policy_file.checks`.

`read_policy` takes TOML text and gives a checked `PolicyFile`, or raises `PolicyError` with the
file, the line or key, what was expected and what was found. Amounts stay text;
`agents.policy.compiled` compiles them.
"""

import tomllib
from contextlib import suppress
from typing import Any

import msgspec

from agents.policy_file.checks import faults
from agents.policy_file.keys import PolicyFile
from schemas.inputs.rejects import excerpt


class PolicyError(Exception):
    """A policy that can't be used; the text names file, key, expectation and finding."""


def read_policy(text: str, source: str) -> PolicyFile:
    """The checked policy of a TOML text; `source` is the file's name for the refusal."""
    try:
        raw = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise PolicyError(f"{source}: expected TOML, found a mistake: {error}") from error
    return checked_policy(raw, source)


def checked_policy(raw: dict[str, Any], source: str) -> PolicyFile:
    """The checked policy of parsed TOML; PolicyError as `read_policy` has it."""
    try:
        policy = msgspec.convert(raw, PolicyFile)
    except msgspec.ValidationError as error:
        raise PolicyError(f"{source}: {_in_field_words(str(error), raw)}") from error
    for key, expected, found in faults(policy):
        raise PolicyError(f"{source}: {key}: expected {expected}, found {excerpt(found)}")
    return policy


def _in_field_words(message: str, raw: dict[str, Any]) -> str:
    """The 'Expected `int`, got `str` - at `$.value.window_days`', key first."""
    what, _, where = message.partition(" - at ")
    key = _named(where.strip("`").removeprefix("$").removeprefix("."), raw, message)
    inner = what.rpartition("field `")[2].rstrip("`")
    if what.startswith("Object missing"):
        return f"{_joined(key, inner)}: expected a value, found nothing"
    if what.startswith("Object contains unknown"):
        return f"{_joined(key, inner)}: expected no key of this name, found one"
    words = f"{key or 'the file'}: {what[:1].lower()}{what[1:].replace(', got', ', found')}"
    if ", found" in words:
        return words
    return f"{words}, found {excerpt(_at(raw, key))}"


def _at(raw: Any, key: str) -> Any:
    """What stands under a key such as `service.card[0].returns`; as far as there are tables.

    Names that hold dots or brackets themselves lead no further.
    """
    value = raw
    with suppress(LookupError, ValueError):
        for part in key.split("."):
            name, bracket, number = part.partition("[")
            value = value[name] if isinstance(value, dict) else value
            if bracket and isinstance(value, list):
                value = value[int(number.rstrip("]"))]
    return value


def _joined(key: str, inner: str) -> str:
    return f"{key}.{inner}" if key else inner


def _named(key: str, raw: dict[str, Any], message: str) -> str:
    """Puts the entry's own name where msgspec says `[...]`: the first that fails alike alone."""
    head, dots, rest = key.partition("[...]")
    if not dots:
        return key
    entries = _at(raw, head)
    for name, entry in entries.items() if isinstance(entries, dict) else ():
        alone: dict[str, Any] = {name: entry}
        for part in reversed(head.split(".")):
            alone = _within(part, alone)
        try:
            msgspec.convert(alone, PolicyFile)
        except msgspec.ValidationError as error:
            if str(error) == message:
                return _named(f"{head}.{name}{rest}", alone, message)
    return key


def _within(part: str, entry: dict[str, Any]) -> dict[str, Any]:
    """The entry alone under its key; in a list, whose cards need their day, too."""
    name, bracket, number = part.partition("[")
    if not bracket:
        return {name: entry}
    before = int(number.rstrip("]"))
    return {name: [{"from": ""} for _ in range(before)] + [{"from": ""} | entry]}
