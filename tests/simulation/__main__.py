"""`python -m tests.simulation`: plays many seeds, or one with its story.

Exit status 0: nothing was wrong; 1: a seed found something, or a step or fault never struck.
"""

# ruff: noqa: E402 - first of all where the rooms come from; processes for seeds begin here, too
from streams.build.compiled import prefer

prefer()

import logging
import sys
import time
from typing import Final

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from tests.simulation import faults
from tests.simulation.plan import plan_of
from tests.simulation.running import Report, play_many, story
from tests.simulation.world import STEPS

ENOUGH: Final = 1_000
"""From so many seeds on each step and each fault has to have struck."""
ENOUGH_FOR_REQUESTS: Final = 10_000
"""From so many on each request has to have been struck in every way."""
TOLD_EVERY: Final = 5_000
"""So many seeds are a line where no bar can be shown."""
SHOWN_MAX: Final = 20


@click.command(help="Plays seeded worlds: workers, faults and a simulated Kafka.")
@click.option("--seeds", default=1_000, show_default=True, help="how many seeds")
@click.option("--first-seed", default=0, show_default=True, help="the first of them")
@click.option("--steps", default=STEPS, show_default=True, help="steps of a seed that may fail")
@click.option("--seed", type=int, help="plays this one alone and tells its story")
def main(seeds: int, first_seed: int, steps: int, seed: int | None) -> None:
    """Plays many seeds, or one."""
    if seed is not None:
        sys.exit(_tell(seed, steps))
    began = time.monotonic()
    report = Report()
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    )  # fmt: skip
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("seeds", total=seeds)
        for part in play_many(first_seed, seeds, steps):
            report.add(part)
            progress.update(task, advance=part.seeds, description=f"{len(report.wrong)} wrong,")
            for wrong, text in part.wrong.items():
                console.print(f"seed {wrong} is wrong: {text}", markup=False, soft_wrap=True)
            if progress.disable and report.seeds % TOLD_EVERY < part.seeds:
                seconds = time.monotonic() - began
                console.print(
                    f"{report.seeds} of {seeds} seeds, {len(report.wrong)} wrong, {seconds:.0f} s"
                )
    sys.exit(_say(report, time.monotonic() - began, steps))


def _tell(seed: int, steps: int) -> int:
    lines, report = story(seed, steps)
    click.echo(f"seed {seed}: {plan_of(seed)}")
    for line in lines:
        click.echo(line)
    click.echo(f"{report.commits} commits, {report.virtual_s:.1f} s of virtual time")
    for text in report.wrong.values():
        click.echo(f"wrong: {text}")
    return 1 if report.wrong else 0


def _say(report: Report, seconds: float, steps: int) -> int:
    console = Console(highlight=False)
    console.print(_table("crashes at a step", _by_step(report), report.counts.visits))
    console.print(_requests(report))
    console.print(_table("faults", {its: report.counts.strikes[its] for its in faults.ALL_FAULTS}))
    passages = {its: report.counts.strikes[its] for its in faults.PASSAGES}
    console.print(_table("came about", passages))
    pace = report.seeds / seconds * 60
    console.print(
        f"{report.seeds} seeds, {report.commits} commits, {report.virtual_s / 3600:.1f} hours of "
        f"virtual time in {seconds:.0f} s: {pace:.0f} seeds a minute"
    )
    missing = report.counts.missing() if report.seeds >= ENOUGH else []
    if report.seeds >= ENOUGH_FOR_REQUESTS:
        missing += report.counts.missing_requests()
    for what in missing:
        console.print(f"never struck: {what}")
    for seed, text in sorted(report.wrong.items())[:SHOWN_MAX]:
        console.print(f"seed {seed} is wrong: {text}", markup=False, soft_wrap=True)
        again = "" if steps == STEPS else f" STEPS={steps}"
        console.print(f"  see it again: make sim SEED={seed}{again}")
    if len(report.wrong) > SHOWN_MAX:
        console.print(f"and {len(report.wrong) - SHOWN_MAX} more")
    return 1 if missing or report.wrong else 0


def _by_step(report: Report) -> dict[str, int]:
    steps = (*faults.REQUEST_STEPS, *faults.PLAIN_STEPS)
    return {step: report.counts.crashes[step] for step in steps}


def _requests(report: Report) -> Table:
    heads = ("late", "answer late", "no answer", "twice", "held up", "overrun")
    table = Table("", *heads, title="requests, and their answers", title_justify="left")
    for step in faults.REQUEST_STEPS:
        struck = (report.counts.requests[step, fault] for fault in faults.REQUESTS_ONLY)
        table.add_row(step, *map(str, struck))
    return table


def _table(title: str, rows: dict[str, int], of: dict[str, int] | None = None) -> Table:
    table = Table(
        "", "struck", *([] if of is None else ["reached"]), title=title, title_justify="left"
    )
    for name, number in rows.items():
        table.add_row(name, str(number), *([] if of is None else [str(of[name])]))
    return table


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)  # a story tells what workers would log
    main()
