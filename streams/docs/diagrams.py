"""Diagrams of the guides: made of the very tables by which lives are decided."""

import re
from typing import Any, Final

from agents.decide.lives import (
    NEW,
    OVERRIDE_LIFE,
    QUIET,
    SIGNAL_LIFE,
    STAGE_LIFE,
    TIER_LIFE,
    UNSEEN,
    Life,
)

LIVES: Final[dict[str, tuple[Life[Any], str]]] = {
    "tier": (TIER_LIFE, NEW),
    "notice": (OVERRIDE_LIFE, UNSEEN),
    "signal": (SIGNAL_LIFE, QUIET),
    "customer": (STAGE_LIFE, "prospect"),
}
"""By name the table, and the state in which such a life begins."""
_PLACE: Final = re.compile(
    r"(<!-- the life of a (\w+), made .*? -->\n)```mermaid\n.*?```\n", re.DOTALL
)


def diagram(name: str) -> str:
    """A life as a Mermaid diagram, without its fence."""
    life, beginning = LIVES[name]
    lines = [] if beginning == NEW else [f"    [*] --> {beginning}"]
    starts = beginning if beginning == NEW else ""
    lines += [
        _arrow("[*]" if state == starts else state, why, *life[state, why]) for state, why in life
    ]
    return "\n".join(["stateDiagram-v2", *lines, ""])


def _arrow(begin: str, why: str, word: str, after: str) -> str:
    said = f"{word} - {why}" if word not in {"", after} else why
    return f"    {begin} --> {after}: {said}"


def with_diagrams(text: str) -> str:
    """A guide with its diagrams made anew."""
    return _PLACE.sub(lambda place: f"{place[1]}```mermaid\n{diagram(place[2])}```\n", text)
