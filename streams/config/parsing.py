"""How the text of a setting is read: numbers, names, addresses, files, and secrets in files.

A parser raises ValueError with what it expected. What a file holds is never part of an error, and
of a file with a secret not even its path: somebody may have written the secret there instead.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from stat import S_IWOTH
from typing import Final
from urllib.parse import urlsplit

PORT_MAX: Final = 65_535
NAME_MAX_CHARS: Final = 100
"""Of a prefix or an application id: a topic's name has at most 249 characters."""
URL_MAX_BYTES: Final = 1_000
"""Far more than an address has that somebody wrote."""
PEM_MAX_BYTES: Final = 1_048_576
"""Several times what all authorities of a system take."""


class UnfitError(ValueError):
    """A text that can't be used; `found` says why without what is to stay secret."""

    def __init__(self, expected: str, found: str) -> None:
        super().__init__(expected)
        self.found = found


@dataclass(frozen=True)
class Secret:
    """What a file holds; shown it tells only where it came from."""

    path: Path
    text: str = field(repr=False)


def whole(low: int, high: int) -> Callable[[str], int]:
    """A whole number within bounds."""

    def parse(text: str) -> int:
        number = int(text) if text.isascii() and text.isdigit() else -1
        if not low <= number <= high:
            raise ValueError(f"a whole number from {low} to {high}")
        return number

    return parse


def choice(*names: str) -> Callable[[str], str]:
    """One of these words."""

    def parse(text: str) -> str:
        if text not in names:
            raise ValueError(" or ".join(names))
        return text

    return parse


def protocol(text: str) -> str:
    """How to connect to the broker."""
    if text == "sasl_plaintext":
        raise ValueError(
            "sasl_ssl: without TLS whoever listens on the way could take the user's part"
        )
    return choice("plaintext", "ssl", "sasl_ssl")(text)


def name(text: str) -> str:
    """The name of an application."""
    if not _is_name(text) or not text or len(text) > NAME_MAX_CHARS:
        raise ValueError("1 to 100 letters, digits, dots, underscores or hyphens")
    return text


def prefix(text: str) -> str:
    """What is put before a name."""
    if not _is_name(text) or len(text) > NAME_MAX_CHARS:
        raise ValueError("at most 100 letters, digits, dots, underscores or hyphens")
    return text


def _is_name(text: str) -> bool:
    return text.isascii() and all(char.isalnum() or char in "._-" for char in text)


def printable(most_bytes: int) -> Callable[[str], str]:
    """A word of others': a user's name, a client's id, a rack."""

    def parse(text: str) -> str:
        if not _is_printable(text, most_bytes):
            raise ValueError(f"1 to {most_bytes} bytes of printable text")
        return text

    return parse


def _is_printable(text: str, most_bytes: int) -> bool:
    return 0 < len(text.encode(errors="replace")) <= most_bytes and text.isprintable()


def broker(text: str) -> str:
    """One address or several."""
    for address in text.split(","):
        host, _, port = address.rpartition(":")
        if not (_is_host(host) and _is_port(port)):
            raise ValueError("host:port, or several with commas and no blanks between them")
    return text


def https_url(text: str) -> str:
    """An address of the web by TLS, with no name or password in it."""
    expected = "https://host/path, or with a port, and no user, query or fragment"
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise ValueError(expected) from None
    host = parts.hostname or ""
    bare = parts.scheme == "https" and "@" not in parts.netloc
    if not (bare and _is_host(host) and port != 0 and _is_printable(text, URL_MAX_BYTES)):
        raise ValueError(expected)
    if parts.query or parts.fragment or " " in text:
        raise ValueError(expected)
    return text


def _is_port(text: str) -> bool:
    digits = text.isascii() and text.isdigit() and len(text) <= len(str(PORT_MAX))
    return digits and 0 < int(text) <= PORT_MAX


def _is_host(text: str) -> bool:
    """Whether it can be looked up: its parts are neither empty nor too long."""
    try:
        text.encode("idna")
    except UnicodeError:
        return False
    return text.strip(".") != "" and text.isprintable() and " " not in text


def policy_file(text: str) -> Path:
    """A policy file that is there."""
    path = Path(text)
    if not path.is_file():
        raise ValueError("the path of a policy file")
    return path


def pem_file(holds: str) -> Callable[[str], Path]:
    """A file in PEM that can be read; what it holds is looked at when a client is made of it."""
    expected = f"the path of a PEM file with {holds}, that not everybody may write to"

    def parse(text: str) -> Path:
        try:
            _content(text, PEM_MAX_BYTES)
        except OSError as error:
            raise UnfitError(expected, f"{text!r} ({error.strerror})") from error
        return Path(text)

    return parse


def secret_file(most_bytes: int) -> Callable[[str], Secret]:
    """A secret, from a file that holds nothing else but perhaps the end of its line."""
    expected = (
        f"the path of a file with 1 to {most_bytes} bytes of printable text, "
        "that not everybody may write to"
    )

    def parse(text: str) -> Secret:
        try:
            content = _content(text, most_bytes + len(b"\r\n")).decode()
        except OSError as error:
            raise UnfitError(expected, f"none that can be used ({error.strerror})") from None
        except UnicodeDecodeError:
            raise UnfitError(expected, "bytes that are no UTF-8") from None
        held = content.removesuffix("\n").removesuffix("\r")
        if not held:
            raise UnfitError(expected, "an empty file")
        if not _is_printable(held, most_bytes):
            raise UnfitError(expected, "more than one line, or what can't be printed")
        return Secret(Path(text), held)

    return parse


def _content(text: str, most_bytes: int) -> bytes:
    """All of a file; OSError where it is none, too large, or open to everybody's writing."""
    path = Path(text)
    if not path.is_file():
        raise OSError(0, "there is no such file")
    if path.stat().st_mode & S_IWOTH:
        raise OSError(0, "everybody may write to it: take that right away")
    with path.open("rb") as file:
        content = file.read(most_bytes + 1)
        if len(content) > most_bytes:
            raise OSError(0, f"it holds {os.fstat(file.fileno()).st_size} bytes")
    return content
