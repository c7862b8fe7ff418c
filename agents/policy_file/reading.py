"""The policy file: read, and refused where it is wrong.

Its keys are in `agents.policy_file.keys`. What any value may be is in `agents.policy_file.form`,
what the keys' types can't say in `agents.policy_file.checks`.

`decoded` gives the text of a file, `read_policy` the checked `PolicyFile` of a text. Both raise
`PolicyError` with the file, the line and key, what was expected and what was found. Amounts stay
text; `agents.policy.compiled` compiles them.
"""

import codecs
import tomllib
from contextlib import suppress
from typing import Any, Final

import msgspec

from agents.policy_file.checks import faults
from agents.policy_file.form import DEPTH_MAX, FILE_BYTES_MAX, form_faults
from agents.policy_file.head_room import head_room_faults
from agents.policy_file.keys import PolicyFile
from agents.policy_file.lines import deepest, endless_path, line_of, longest_number
from agents.policy_file.near import key_meant
from agents.signals.keys import Fault
from schemas.inputs.rejects import excerpt

NO_SUCH_KEY: Final = "expected no key of this name, found one"
_UTF_16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class PolicyError(Exception):
    """A policy that can't be used; the text names file, line and key, expectation and finding."""


def decoded(data: bytes, source: str) -> str:
    """The text of a file's first `FILE_BYTES_MAX` bytes and one more; PolicyError if it is none."""
    if len(data) > FILE_BYTES_MAX:
        raise PolicyError(f"{source}: expected at most {FILE_BYTES_MAX} bytes, found more")
    if data.startswith(_UTF_16):
        raise PolicyError(f"{source}: expected UTF-8, found UTF-16: save it as UTF-8")
    try:
        return data.removeprefix(codecs.BOM_UTF8).decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise PolicyError(f"{source}: line {line}: expected UTF-8, found other bytes") from error


def read_policy(text: str, source: str) -> PolicyFile:
    """The checked policy of a TOML text; `source` is the file's name for the refusal."""
    endless = endless_path(text)
    if endless is not None:
        raise _too_deep(endless, source)
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(f"{source}: expected TOML, found a mistake: {error}") from error
    except RecursionError as error:
        raise _too_deep(deepest(text), source) from error
    except ValueError as error:
        # Python reads no decimal integer of more than 4,300 digits
        raise PolicyError(
            f"{source}: line {longest_number(text)}: expected an integer of at most 64 bits, found "
            "thousands of digits"
        ) from error
    return checked_policy(raw, source, text)


def _too_deep(line: int, source: str) -> PolicyError:
    expected = f"expected at most {DEPTH_MAX} tables and lists within each other"
    return PolicyError(f"{source}: line {line}: {expected}, found more")


def checked_policy(raw: dict[str, Any], source: str, text: str = "") -> PolicyFile:
    """The checked policy of parsed TOML, and of its text; PolicyError as `read_policy` has it."""
    for fault in form_faults(raw):
        raise _refused(fault, source, text)
    try:
        policy = msgspec.convert(raw, PolicyFile)
    except msgspec.ValidationError as error:
        key, words = _in_field_words(str(error), raw)
        raise _refusal(key, words, source, text) from error
    for fault in faults(policy):
        raise _refused(fault, source, text)
    return policy


def require_head_room(
    policy: PolicyFile, today: int, until: int, source: str, text: str = ""
) -> None:
    """Refuses what does not last up to a UTC day; PolicyError as `read_policy` has it."""
    for fault in head_room_faults(policy, today, until):
        raise _refused(fault, source, text)


def _refused(fault: Fault, source: str, text: str) -> PolicyError:
    key, expected, found = fault
    return _refusal(key, f"expected {expected}, found {excerpt(found)}", source, text)


def _refusal(key: str, words: str, source: str, text: str) -> PolicyError:
    line = line_of(text, key)
    where = source if line is None else f"{source}: line {line}"
    return PolicyError(f"{where}: {key or 'the file'}: {words}")


def _in_field_words(message: str, raw: dict[str, Any]) -> tuple[str, str]:
    """The 'Expected `int`, got `str` - at `$.value.window_days`' as key and words."""
    what, _, where = message.partition(" - at ")
    key = _named(where.strip("`").removeprefix("$").removeprefix("."), raw, message)
    inner = what.rpartition("field `")[2].rstrip("`")
    if what.startswith("Object missing"):
        return _joined(key, inner), "expected a value, found nothing"
    if what.startswith("Object contains unknown"):
        key = _joined(key, inner)
        meant = key_meant(key)
        return key, NO_SUCH_KEY if meant is None else f"{NO_SUCH_KEY}; is {meant} meant?"
    words = f"{what[:1].lower()}{what[1:].replace(', got', ', found')}"
    return key, words if ", found" in words else f"{words}, found {excerpt(_at(raw, key))}"


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
