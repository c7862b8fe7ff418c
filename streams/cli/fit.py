"""`whalecurve fit`: finds the parameters of lifetime value in purchases."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import click
import msgspec
import orjson

from agents.policy_file.lifetime import lifetime_params
from agents.policy_file.lifetime_keys import Lifetime
from schemas.base.times import day_of_date
from streams.cli.errors import Failure, one_line, settings_here
from streams.cli.reading import Reader
from streams.cli.replay_lines import LINE_BYTES_MAX, LineError, read_line
from streams.config.policy import load_policy
from streams.fitting.found import TooLittleError
from streams.fitting.purchases import Days, Purchases, customer_at, span
from streams.fitting.section import section as section_of
from streams.fitting.section import toml
from streams.fitting.validation import TooShortError, Validation, validate

TOPIC: Final = "purchases"
MISSING: Final = "fitting needs numpy and scipy: pip install 'whalecurve[fit]'"


@click.command()
@click.argument(
    "file", type=click.Path(path_type=Path, allow_dash=True), required=False, default=None
)
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="The last UTC day to fit, as YYYY-MM-DD. [default: that of the last purchase]",
)
@click.option(
    "--policy", "policy_file", type=click.Path(path_type=Path),
    help="Margins by its default margin rate and exchange rates, in its base currency.",
)  # fmt: skip
@click.option("--validate", "with_scores", is_flag=True, help="Judge it by the time after --until.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
def fit(
    file: Path | None,
    until: datetime | None,
    policy_file: Path | None,
    *,
    with_scores: bool,
    as_json: bool,
) -> None:
    """Fit lifetime value to the purchases of FILE, and print the policy's [lifetime] section.

    FILE holds an event a line, bare or as `whalecurve replay` takes it; - reads standard input.
    Without FILE the topic purchases is read, from its beginning to its present end. Returns are no
    purchases; an event that came twice counts once. Without --policy a margin is the amount less
    the cost, where one is told, and all amounts have to be in one currency. To be used by a worker,
    fit with its policy.

    It needs numpy and scipy (pip install 'whalecurve[fit]'), at least 100 customers, and 30 who
    bought on another day again.

    \b
    Example:
      whalecurve fit events.jsonl --policy policy.toml > lifetime.toml
      whalecurve fit events.jsonl --until 2026-03-31 --validate --json
    """
    with one_line():
        policy = None if policy_file is None else load_policy(policy_file)
    purchases = Purchases(policy)
    for value in _topic() if file is None else _lines(file):
        purchases.take(value)
    histories = list(purchases.by_customer.values())
    if not histories:
        raise Failure("expected purchases, found none")
    if len(purchases.currencies) > 1:
        raise Failure(
            f"expected amounts in one currency, found {', '.join(sorted(purchases.currencies))}: "
            "name a policy with their rates (--policy)"
        )
    _, last = span(histories)
    day = last if until is None else day_of_date(until.date())
    section, validation = _fitted(histories, purchases.digits, day, with_scores=with_scores)
    if as_json:
        facts: dict[str, Any] = {
            "lifetime": msgspec.to_builtins(section),
            "counts": asdict(purchases.counts),
        }
        [facts["currency"]] = purchases.currencies
        if validation is not None:
            facts["validation"] = asdict(validation)
        click.echo(orjson.dumps(facts).decode())
    else:
        _print(purchases, section, validation)


def _fitted(
    histories: list[Days], digits: int, day: int, *, with_scores: bool
) -> tuple[Lifetime, Validation | None]:
    """(the section, its scores where they are wanted); Failure where there is none to be had."""
    try:
        from streams.fitting import models  # noqa: PLC0415 - an extra: only who fits needs it
    except ImportError:
        raise Failure(MISSING) from None
    scale = 10**digits
    customers = [
        customer for days in histories if (customer := customer_at(days, day, scale)) is not None
    ]
    try:
        section = section_of(models.fit(customers), day)
        params = lifetime_params(section, digits)
        return section, validate(histories, params, day) if with_scores else None
    except (TooLittleError, TooShortError) as error:
        raise Failure(str(error)) from error


def _topic() -> Iterator[bytes | None]:
    """The values of the topic's records, up to its end."""
    with one_line(), Reader(settings_here(), (TOPIC,), from_beginning=True) as reader:
        for _, record in reader.to_the_end():
            yield record.value


def _lines(file: Path) -> Iterator[bytes | None]:
    """The values of a file's lines; of lines of other topics none."""
    with one_line(), click.open_file(str(file), "rb") as lines:
        number = 0
        while line := lines.readline(LINE_BYTES_MAX + 1):
            number += 1
            try:
                purchase = _value(line)
            except LineError as error:
                raise Failure(f"{file}:{number}: {error}") from error
            if purchase is not None:
                yield purchase


def _value(line: bytes) -> bytes | None:
    """The purchase of a line, None where it holds none; LineError where it is no line of events."""
    try:
        parsed = orjson.loads(line) if line.strip() else None
    except ValueError:
        parsed = None
    if isinstance(parsed, dict) and "topic" not in parsed:
        return line
    record = read_line(line)
    return record.value if record is not None and record.topic == TOPIC else None


def _print(purchases: Purchases, section: Lifetime, validation: Validation | None) -> None:
    counts = purchases.counts
    [currency] = purchases.currencies
    margins = "amounts less costs" if purchases.by_amount else "the policy's"
    click.echo(
        f"# {counts.sales} sales ({counts.cancelled} cancelled, {counts.returns} returns, "
        f"{counts.repeated} repeated and {counts.unusable} unusable events left out); "
        f"margins in {currency}: {margins}"
    )
    click.echo(toml(section))
    if validation is None:
        return
    click.echo(
        f"\n# {validation.weeks:.1f} weeks after the fit: {validation.purchases} purchases of "
        f"{validation.customers} customers"
    )
    click.echo("#                         error  correlation  top fifth brings  purchases   money")
    for score in validation.scores:
        click.echo(
            f"# {score.rule:<22} {score.mean_absolute_error:>6.3f} {score.correlation:>12.3f} "
            f"{score.top_share:>17.1%} {score.total_ratio:>10.3f} {score.money_ratio:>7.3f}"
        )
