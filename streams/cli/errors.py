"""How commands fail: one line on stderr that says what is wrong and what to do."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import click

from agents.policy_file.reading import PolicyError
from streams.config.reading import read_settings
from streams.config.settings import Settings, SettingsError
from streams.demo.embedded_broker import BrokerError
from streams.kafka.access import AccessError
from streams.kafka.stored_rows import StoredRowsError
from streams.kafka.topics import BrokerMissingError, TopicsError
from streams.runtime.open_files import OpenFilesError

MENDABLE: Final = (
    SettingsError,
    PolicyError,
    TopicsError,
    BrokerMissingError,
    BrokerError,
    AccessError,
    OpenFilesError,
    StoredRowsError,
)
"""Errors whose text is the one line."""


class Failure(Exception):  # noqa: N818 - the word for the user, not for the programmer
    """The command failed; its text is the one line."""


def failed(text: str) -> int:
    """Says it and returns the exit status."""
    click.echo("whalecurve: " + " ".join(text.split()), err=True)
    return 1


@contextmanager
def one_line() -> Iterator[None]:
    """Turns what a user can mend into one line."""
    try:
        yield
    except MENDABLE as error:
        raise Failure(str(error)) from error
    except OSError as error:
        raise Failure(f"{error.filename or 'the system'}: {error.strerror or error}") from error


def settings_here() -> Settings:
    """The settings of this process's environment."""
    with one_line():
        return read_settings(os.environ)
