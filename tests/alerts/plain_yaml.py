"""The part of YAML in which the rules and their tests are written; anything else is refused.

Blocks of mappings and lists by indentation; flow mappings and lists on one line; plain, single and
double quoted texts; `>-` for a text over several lines; comments on lines of their own. Every
scalar is a text.
"""

import json
from collections.abc import Iterator
from typing import Final

Node = str | list["Node"] | dict[str, "Node"]

_FOLDED: Final = ">-"


class YamlError(ValueError):
    """What is not in this part of YAML, and in which line."""


class _Line:
    def __init__(self, number: int, text: str) -> None:
        self.number = number
        self.indent = len(text) - len(text.lstrip(" "))
        self.text = text.strip()


def read_yaml(text: str) -> Node:
    """The document."""
    lines = [
        _Line(number, line)
        for number, line in enumerate(text.splitlines(), 1)
        if line.strip() and not line.lstrip().startswith("#")
    ]
    if any("\t" in line.text for line in lines):
        raise YamlError("a tab")
    return _Reader(lines).block(lines[0].indent)


class _Reader:
    def __init__(self, lines: list[_Line]) -> None:
        self._lines = lines
        self._at = 0

    def _here(self, indent: int) -> Iterator[_Line]:
        """The lines of a block, as long as they stand at its indentation."""
        while self._at < len(self._lines) and self._lines[self._at].indent == indent:
            yield self._lines[self._at]
        if self._at < len(self._lines) and self._lines[self._at].indent > indent:
            raise YamlError(f"line {self._lines[self._at].number}: indented too far")

    def block(self, indent: int) -> Node:
        if self._lines[self._at].text.startswith("- "):
            return [self._item(line, indent) for line in self._here(indent)]
        found: dict[str, Node] = {}
        for line in self._here(indent):
            if line.text.startswith("- "):
                break
            key, value = self._pair(line)
            if key in found:
                raise YamlError(f"line {line.number}: {key} for the second time")
            found[key] = value
        return found

    def _item(self, line: _Line, indent: int) -> Node:
        """One of a list: what follows the dash stands as if on a line of its own."""
        line.text = line.text.removeprefix("- ").lstrip()
        if _is_pair(line.text):
            line.indent = indent + 2
            return self.block(line.indent)
        self._at += 1
        return _scalar(line.text, line.number)

    def _pair(self, line: _Line) -> tuple[str, Node]:
        if not _is_pair(line.text):
            raise YamlError(f"line {line.number}: no key")
        key, _, rest = line.text.partition(":")
        rest = rest.strip()
        self._at += 1
        if rest == _FOLDED:
            return key, " ".join(self._deeper(line.indent))
        if rest:
            return key, _scalar(rest, line.number)
        if self._at < len(self._lines) and self._lines[self._at].indent > line.indent:
            return key, self.block(self._lines[self._at].indent)
        raise YamlError(f"line {line.number}: nothing for {key}")

    def _deeper(self, indent: int) -> Iterator[str]:
        while self._at < len(self._lines) and self._lines[self._at].indent > indent:
            self._at += 1
            yield self._lines[self._at - 1].text


def _is_pair(text: str) -> bool:
    key, colon, rest = text.partition(":")
    return bool(colon) and key.replace("_", "").isalnum() and (not rest or rest.startswith(" "))


def _scalar(text: str, number: int) -> Node:
    if text[0] in "{[":
        value, rest = _flow(text, number)
        if rest:
            raise YamlError(f"line {number}: {rest!r} after {text[0]}")
        return value
    if text[0] in "'\"":
        value, rest = _quoted(text, number)
        if rest:
            raise YamlError(f"line {number}: {rest!r} after a quoted text")
        return value
    if text[0] in "&*!|>%@`" or " #" in text or ": " in text:
        raise YamlError(f"line {number}: {text!r} has to be quoted")
    return text


def _quoted(text: str, number: int) -> tuple[str, str]:
    """A quoted text and what follows it."""
    if text[0] == '"':
        value, end = json.JSONDecoder().raw_decode(text)
        return str(value), text[end:].lstrip()
    end = 1
    while (end := text.find("'", end)) >= 0:
        if text[end + 1 : end + 2] != "'":
            return text[1:end].replace("''", "'"), text[end + 1 :].lstrip()
        end += 2
    raise YamlError(f"line {number}: a quoted text that does not end")


def _flow(text: str, number: int) -> tuple[Node, str]:
    """A mapping or list on one line, and what follows it."""
    closing = {"{": "}", "[": "]"}[text[0]]
    rest, items, pairs = text[1:].lstrip(), list[Node](), dict[str, Node]()
    while rest and rest[0] != closing:
        key = ""
        if closing == "}":
            key, colon, rest = rest.partition(":")
            if not colon:
                raise YamlError(f"line {number}: no key in {text!r}")
            rest = rest.lstrip()
        value: Node
        if rest[0] in "{[":
            value, rest = _flow(rest, number)
        elif rest[0] in "'\"":
            value, rest = _quoted(rest, number)
        else:
            end = min(rest.find(mark) % (len(rest) + 1) for mark in (",", closing))
            value, rest = rest[:end].strip(), rest[end:]
        items.append(value)
        pairs[key.strip()] = value
        rest = rest.removeprefix(",").lstrip()
    if not rest:
        raise YamlError(f"line {number}: {text!r} does not end")
    return (pairs if closing == "}" else items), rest[1:].lstrip()
