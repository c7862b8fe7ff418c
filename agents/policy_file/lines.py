"""Where in a policy's text a key stands: the TOML reader does not say.

Nothing is decided by it. A text that looks like a key within a text of many lines may mislead it,
to a wrong line and never to a wrong refusal.
"""

import re
from collections.abc import Iterator
from typing import Final

PATH_NAMES_MAX: Final = 64
"""Of one key: the TOML reader takes time by the square of them."""

_NAME: Final = r"""(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')"""
_PATH: Final = rf"{_NAME}(?:\s*\.\s*{_NAME})*"
_LIST_ENTRY: Final = re.compile(rf"\s*\[\[\s*({_PATH})\s*\]\]")
_TABLE: Final = re.compile(rf"\s*\[\s*({_PATH})\s*\]")
_KEY: Final = re.compile(rf"\s*({_PATH})\s*=")
_ONE_NAME: Final = re.compile(_NAME)


def line_of(text: str, key: str) -> int | None:
    """The line, from 1 on, of a key such as `service.card[0].from`, or of what it stands in.

    None where not even that is there.
    """
    found, length = None, 0
    for line, path in _paths(text):
        within = key == path or key.startswith((f"{path}.", f"{path}["))
        if within and len(path) > length:
            found, length = line, len(path)
    return found


def endless_path(text: str) -> int | None:
    """The line of a key of `PATH_NAMES_MAX` names or more; None where there is none."""
    for line, content in enumerate(text.split("\n"), 1):
        if content.count(".") < PATH_NAMES_MAX:
            continue
        names = 0
        for part in content.split("."):
            names = names + 1 if _ONE_NAME.fullmatch(part.strip()) else 0
            if names >= PATH_NAMES_MAX:
                return line
    return None


def longest_number(text: str) -> int:
    """The line of the longest run of digits."""
    return _line_with_most(text, re.compile(r"[0-9_]+"))


def deepest(text: str) -> int:
    """The line that begins the most lists and tables."""
    return _line_with_most(text, re.compile(r"[\[{][\[{\s]*"))


def _line_with_most(text: str, pattern: re.Pattern[str]) -> int:
    lengths = [
        max((len(found) for found in pattern.findall(line)), default=0) for line in text.split("\n")
    ]
    return lengths.index(max(lengths)) + 1


def _paths(text: str) -> Iterator[tuple[int, str]]:
    """(line, key) of each line that begins a table or a value, as refusals write the key."""
    table, entries = "", dict[str, int]()
    for line, content in enumerate(text.split("\n"), 1):
        if (opened := _LIST_ENTRY.match(content)) is not None:
            plain = _joined(opened[1], "", {})
            entries[plain] = entries.get(plain, -1) + 1
            table = _joined(opened[1], "", entries)
            yield line, table
        elif (opened := _TABLE.match(content)) is not None:
            table = _joined(opened[1], "", entries)
            yield line, table
        elif (opened := _KEY.match(content)) is not None:
            yield line, _joined(opened[1], table, {})


def _joined(path: str, table: str, entries: dict[str, int]) -> str:
    """A path behind its table's, with the number of a list's newest entry behind the list."""
    key = plain = table
    for name in _ONE_NAME.findall(path):
        bare = name.strip("\"'")
        plain = f"{plain}.{bare}" if plain else bare
        key = f"{key}.{bare}" if key else bare
        if plain in entries:
            key += f"[{entries[plain]}]"
    return key
