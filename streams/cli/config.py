"""`whalecurve config`: what a worker started here would run by."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any, Final, NamedTuple

import click
import orjson

from streams.cli.errors import one_line, settings_here
from streams.config.memory import partition_bytes
from streams.config.parsing import Secret
from streams.config.policy import load_policy
from streams.config.reading import unknown
from streams.config.settings import Settings, variable

ENVIRONMENT: Final = "environment"
DEFAULT: Final = "default"
LIMIT: Final = "memory limit"


class Shown(NamedTuple):
    """One setting as it is."""

    name: str
    value: str | int | None
    source: str
    """`ENVIRONMENT`, `DEFAULT`, or `LIMIT`: reckoned from what the process may take."""


@click.group()
def config() -> None:
    """Look at the settings.

    \b
    Example:
      whalecurve config show
    """


@config.command()
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
def show(*, as_json: bool) -> None:
    """Show every setting, its value and where it comes from, as a worker started here would.

    Of secrets the file is told, never what it holds. Variables that look like settings and are
    none are named: mistyped, as it seems. The policy is read, too: its version and its hash.

    \b
    Example:
      whalecurve config show
      WHALECURVE_POLICY=policy.toml whalecurve config show --json
    """
    settings = settings_here()
    with one_line():
        policy = load_policy(settings.policy)
    shown, unread = list(settings_shown(settings, os.environ)), unknown(os.environ)
    if as_json:
        facts = {
            "settings": {its.name: {"value": its.value, "source": its.source} for its in shown},
            "unknown": unread,
            "policy": {"version": policy.version, "hash": policy.hash},
        }
        click.echo(orjson.dumps(facts).decode())
        return
    widths = [max(len(_text(part)) for part in column) for column in zip(*shown, strict=True)]
    for its in shown:
        cells = (_text(part).ljust(width) for part, width in zip(its, widths, strict=True))
        click.echo("  ".join(cells).rstrip())
    click.echo(f"policy {policy.version}, hash {policy.hash}")
    for name in unread:
        click.echo(f"{name}: no setting has this name")


def settings_shown(settings: Settings, environment: Mapping[str, str]) -> Iterator[Shown]:
    """All of them, in the order of the reference."""
    for its in fields(Settings):
        name, value = variable(its.name), getattr(settings, its.name)
        source = ENVIRONMENT if name in environment else DEFAULT
        if its.name == "partition_bytes" and value is None:
            value, source = partition_bytes(settings), LIMIT
        yield Shown(name, _plain(value), source)


def _plain(value: Any) -> str | int | None:
    if isinstance(value, Secret):
        return str(value.path)
    return value if value is None or isinstance(value, int) else str(value)


def _text(value: str | int | None) -> str:
    return "-" if value is None or value == "" else str(value)
