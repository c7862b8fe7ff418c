"""`whalecurve policy`: checks a policy file, and says what it would do, before a worker gets it."""

from pathlib import Path
from typing import Final

import click
import orjson

from streams.cli.errors import one_line
from streams.cli.policy_diff import diff
from streams.cli.policy_schema import schema
from streams.config.policy import load_policy

LASTS_DAYS: Final = 3_653
"""A policy that is good today is good in ten years: nobody looks at it every year."""


@click.group()
def policy() -> None:
    """Work with policy files.

    \b
    Example:
      whalecurve policy check policy.toml
      whalecurve policy diff candidate.toml
    """


policy.add_command(schema)
policy.add_command(diff)


@policy.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
def check(file: Path, *, as_json: bool) -> None:
    """Check FILE whole: its form, its keys, its amounts, and that its rules do not contradict.

    \b
    Example:
      whalecurve policy check policy.toml --json
    """
    with one_line():
        checked = load_policy(file, LASTS_DAYS)
    if as_json:
        facts = {
            "file": str(file),
            "version": checked.version,
            "base_currency": checked.base_currency,
            "window_days": checked.window_days,
            "hash": checked.hash,
        }
        click.echo(orjson.dumps(facts).decode())
    else:
        click.echo(
            f"{file}: good: version {checked.version}, {checked.base_currency}, "
            f"{checked.window_days} days"
        )
