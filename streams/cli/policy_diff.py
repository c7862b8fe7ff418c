"""`whalecurve policy diff`: what a candidate would do to the customers there are."""

import csv
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import click
import orjson

from agents.policy_file.compiling import compile_policy
from agents.whatif.compare import Compared
from agents.whatif.tally import Tally
from agents.whatif.untold import changed_keys, untold
from streams.cli.diff_report import COLUMNS, Report
from streams.cli.diff_run import Diff
from streams.cli.diff_words import told
from streams.cli.errors import Failure, one_line, settings_here
from streams.cli.fail_if import Limit, LimitType
from streams.config.policy import load_policy_file

DAYS_MAX: Final = 30
Keep = Callable[[Report, Compared], None]


@click.command()
@click.argument("candidate", type=click.Path(path_type=Path))
@click.option(
    "--base",
    type=click.Path(path_type=Path),
    help="The policy that judges now. Without it: WHALECURVE_POLICY, or the default one.",
)
@click.option(
    "--days",
    type=click.IntRange(0, DAYS_MAX),
    default=DAYS_MAX,
    show_default=True,
    help="So many days ahead, as holds run out and nothing comes. 0: today alone.",
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
@click.option(
    "--list",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write a CSV file with a line for each customer that differs.",
)
@click.option(
    "--fail-if",
    "limits",
    type=LimitType(),
    multiple=True,
    help="Exit with 1 where that is so, as in 'downgrades > 2%'; may be given more than once.",
)
def diff(
    candidate: Path,
    base: Path | None,
    days: int,
    *,
    as_json: bool,
    file: Path | None,
    limits: tuple[Limit, ...],
) -> None:
    """Judge every stored customer by the running policy and by CANDIDATE, and say what differs.

    Only rows are read: nothing is written to Kafka, no group is joined, and workers may run. What
    is said is what workers do that start with CANDIDATE and `review_days = 0`, as long as nothing
    comes. --fail-if counts the worse of today and later. Memory holds one partition's rows at once.

    \b
    Words of --fail-if: moves, upgrades, downgrades, signals, appearing, vanishing, steps,
    treatments, contacts; with > or >=, and a number or percent of the customers.

    \b
    Example:
      whalecurve policy diff candidate.toml
      whalecurve policy diff candidate.toml --list who.csv --fail-if 'downgrades > 2%'
    """
    settings = settings_here()
    with one_line():
        base_file = load_policy_file(base or settings.policy)
        candidate_file = load_policy_file(candidate)
        one, other = compile_policy(base_file), compile_policy(candidate_file)
        if one.base_currency != other.base_currency:
            raise Failure(
                f"{candidate}: base_currency: expected {one.base_currency} as of the base, found "
                f"{other.base_currency}: rows are in the first"
            )
        changed, tally = changed_keys(base_file, candidate_file), Tally()
        run = Diff(settings, one, other, days)
        kept = untold(one, other, changed)
        with _listing(file) as keep:
            report = Report(one, other, days, changed, kept, [], tally)
            for compared in run.customers(time.time_ns() // 1_000):
                tally.take(compared)
                if compared.differs:
                    keep(report, compared)
        report.doubts.extend(run.doubts.texts())
    if as_json:
        click.echo(orjson.dumps(report.facts()).decode())
    else:
        for line in told(report):
            click.echo(line)
    broken = [text for limit in limits if (text := limit.broken_by(tally)) is not None]
    if broken:
        raise Failure("; ".join(broken))


@contextmanager
def _listing(file: Path | None) -> Iterator[Keep]:
    """What writes a customer's line, where there is a file for it."""
    if file is None:
        yield lambda _, __: None
        return
    with file.open("w", newline="", encoding="utf-8") as opened:
        lines = csv.writer(opened)
        lines.writerow(COLUMNS)
        yield lambda report, compared: lines.writerow(report.line(compared))
