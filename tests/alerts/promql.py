"""The part of PromQL that the rules use, parsed; anything else is refused.

Selectors with `=` and `!=`, ranges, `offset` and subqueries; aggregations with `by`; calls of
functions; numbers; `and`, `unless`, comparisons, `*` and `/`, in their order of precedence.
"""

import re
from dataclasses import dataclass
from typing import Final

_TOKEN: Final = re.compile(
    r"\s*(?:(?P<duration>\d+[smhdw](?![\w.]))|(?P<number>\d+(?:\.\d+)?)|(?P<name>[a-zA-Z_]\w*)"
    r'|(?P<text>"[^"\\]*")|(?P<mark>==|!=|>=|<=|[-+*/<>=(){}\[\],:]))'
)
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_LEVELS: Final = (("and", "unless"), ("==", "!=", "<", ">", "<=", ">="), ("*", "/"))
"""Of binary operators, the loosest first."""
_AGGREGATIONS: Final = ("sum", "max", "count")
_FUNCTIONS: Final = ("absent", "changes", "deriv", "histogram_quantile", "increase", "rate")


class PromqlError(ValueError):
    """What is not in this part of PromQL."""


@dataclass(frozen=True)
class Number:
    """A scalar."""

    value: float


@dataclass(frozen=True)
class Selector:
    """Series by name and labels, as they were so many seconds ago."""

    name: str
    matchers: tuple[tuple[str, str, str], ...]
    offset_s: float = 0.0


@dataclass(frozen=True)
class Range:
    """What an expression was over so many seconds; in steps, where it is no selector."""

    of: "Expression"
    seconds: float
    step_s: float | None


@dataclass(frozen=True)
class Call:
    """A function of its arguments."""

    function: str
    arguments: tuple["Expression", ...]


@dataclass(frozen=True)
class Aggregation:
    """One figure a group."""

    how: str
    by: tuple[str, ...]
    of: "Expression"


@dataclass(frozen=True)
class Binary:
    """Two sides and an operator."""

    operator: str
    left: "Expression"
    right: "Expression"


Expression = Number | Selector | Range | Call | Aggregation | Binary


def seconds_of(text: str) -> float:
    """A duration."""
    return float(text[:-1]) * _SECONDS[text[-1]]


def parse(text: str) -> Expression:
    """An expression; PromqlError where it holds anything else."""
    parser = _Parser(text)
    found = parser.binary(0)
    parser.expect("end")
    return found


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens: list[tuple[str, str]] = []
        at = 0
        text = text.rstrip()
        while at < len(text):
            match = _TOKEN.match(text, at)
            if match is None:
                raise PromqlError(f"{text[at:]!r}")
            kind = match.lastgroup or ""
            self._tokens.append((kind, match[kind]))
            at = match.end()
        self._tokens.append(("end", "end"))

    def _next(self) -> str:
        return self._tokens[0][1]

    def _take(self, kind: str) -> str:
        found, text = self._tokens.pop(0)
        if found != kind:
            raise PromqlError(f"expected a {kind}, found {text!r}")
        return text

    def expect(self, text: str) -> None:
        """The next token is this one."""
        if self._next() != text:
            raise PromqlError(f"expected {text!r}, found {self._next()!r}")
        self._tokens.pop(0)

    def _accept(self, text: str) -> bool:
        found = self._next() == text
        if found:
            self._tokens.pop(0)
        return found

    def binary(self, level: int) -> Expression:
        """Operators of this level and tighter ones."""
        if level == len(_LEVELS):
            return self._ranged()
        left = self.binary(level + 1)
        while self._next() in _LEVELS[level]:
            operator = self._tokens.pop(0)[1]
            left = Binary(operator, left, self.binary(level + 1))
        return left

    def _ranged(self) -> Expression:
        found = self._primary()
        if self._accept("["):
            seconds, step_s = seconds_of(self._take("duration")), None
            if self._accept(":"):
                step_s = seconds_of(self._take("duration"))
            self.expect("]")
            if isinstance(found, Selector) == (step_s is not None):
                raise PromqlError("a range is of a selector, a subquery of all else")
            found = Range(self._offset(found), seconds, step_s)
        return self._offset(found)

    def _offset(self, found: Expression) -> Expression:
        if self._next() != "offset":
            return found
        if not isinstance(found, Selector):
            raise PromqlError("an offset stands after a selector")
        self._tokens.pop(0)
        return Selector(found.name, found.matchers, seconds_of(self._take("duration")))

    def _primary(self) -> Expression:
        if self._accept("("):
            found = self.binary(0)
            self.expect(")")
            return found
        if self._tokens[0][0] == "number":
            return Number(float(self._take("number")))
        name = self._take("name")
        if name in _AGGREGATIONS:
            by = self._by()
            self.expect("(")
            of = self.binary(0)
            self.expect(")")
            return Aggregation(name, by, of)
        if self._accept("("):
            if name not in _FUNCTIONS:
                raise PromqlError(f"no such function: {name}")
            arguments = [self.binary(0)]
            while self._accept(","):
                arguments.append(self.binary(0))
            self.expect(")")
            return Call(name, tuple(arguments))
        return Selector(name, tuple(self._matchers()))

    def _by(self) -> tuple[str, ...]:
        labels: list[str] = []
        if self._accept("by"):
            self.expect("(")
            labels.append(self._take("name"))
            while self._accept(","):
                labels.append(self._take("name"))
            self.expect(")")
        return tuple(labels)

    def _matchers(self) -> list[tuple[str, str, str]]:
        found: list[tuple[str, str, str]] = []
        if self._accept("{"):
            while not self._accept("}"):
                label, operator = self._take("name"), self._take("mark")
                if operator not in {"=", "!="}:
                    raise PromqlError(f"{label}{operator}")
                found.append((label, operator, self._take("text")[1:-1]))
                self._accept(",")
        return found
