"""`python -m tests.mutants`: makes mistakes in copies of the product, and looks who finds them.

Exit status 0: each was found, or stands for a reason; 1: one was not, or could not be played.
"""

import sys
import time

import click

from tests.mutants.listed import MUTANTS, fault_of
from tests.mutants.running import NotPlayedError, Verdict, play
from tests.mutants.table import TABLE, outcomes_in, written


@click.command(help="Plays small mistakes in the product, and renews their lines of the table.")
@click.option("--only", default="", help="ids with commas between them; all where none is named")
def main(only: str) -> None:
    """Plays all mistakes, or some."""
    names = [name for name in only.split(",") if name]
    unknown = sorted(set(names) - {mutant.id for mutant in MUTANTS})
    if unknown:
        raise click.BadParameter(f"expected ids of tests/mutants, found {', '.join(unknown)}")
    chosen = [mutant for mutant in MUTANTS if not names or mutant.id in names]
    faults = [fault for mutant in chosen if (fault := fault_of(mutant))]
    if faults:
        raise click.ClickException("\n".join(faults))
    began, verdicts = time.monotonic(), dict[str, Verdict]()
    click.echo(f"{len(chosen)} mistakes; first their tests without any")
    try:
        for verdict in play(chosen):
            verdicts[verdict.mutant.id] = verdict
            click.echo(_line(verdict, len(verdicts), len(chosen), time.monotonic() - began))
    except NotPlayedError as error:
        raise click.ClickException(str(error)) from error
    wrong = [its.mutant.id for its in verdicts.values() if its.is_wrong]
    outcomes = outcomes_in() if names else {}
    outcomes |= {name: its.outcome for name, its in verdicts.items()}
    TABLE.write_text(written(outcomes), encoding="utf-8")
    click.echo(f"{len(wrong)} of {len(chosen)} are not found: {', '.join(wrong) or 'none'}")
    sys.exit(1 if wrong else 0)


def _line(verdict: Verdict, number: int, whole: int, seconds: float) -> str:
    mutant = verdict.mutant
    line = f"{number} of {whole}, {seconds:.0f} s: {mutant.id} {verdict.outcome}"
    return f"{line}: {mutant.breaks}; {verdict.said}" if verdict.is_wrong else line


if __name__ == "__main__":
    main()
