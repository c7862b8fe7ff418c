"""`whalecurve explain`: why a customer is what it is, and what would change that."""

from datetime import datetime
from pathlib import Path
from typing import Final

import click
import msgspec

from agents.explain.explain import explain as explained
from agents.explain.for_customer import for_customer
from agents.explain.found import Explanation
from agents.explain.standing import TimeError
from agents.policy.compiled import Policy
from schemas.base.partitioners import PARTITIONERS
from schemas.base.times import micros
from schemas.inputs.events import MAX_ID_CHARS
from schemas.outputs.records import subject_of
from schemas.state.codec import RowError, decode_customer
from schemas.state.rows import PARTITION_KEY
from streams.cli.errors import Failure, one_line, settings_here
from streams.cli.explain_lines import Teller
from streams.cli.explain_phrases import LANGS, Lang
from streams.config.policy import load_policy
from streams.config.settings import Settings
from streams.kafka.stored_rows import StoredPartition, StoredRows

WRONG_TIME: Final = "expected an RFC 3339 time with an offset, such as 2026-11-01T00:00:00Z"


class _Moment(click.ParamType):
    name = "TIME"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """Microseconds since the epoch."""
        try:
            moment = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{WRONG_TIME}, found {value}", param, ctx)
        if moment.tzinfo is None:
            self.fail(f"{WRONG_TIME}, found none of {value}", param, ctx)
        return micros(moment)


@click.command()
@click.argument("customer")
@click.option(
    "--at", "at_us", type=_Moment(),
    help="Judge at this event time, if no event comes. [default: the partition's stream time]",
)  # fmt: skip
@click.option(
    "--policy", "policy_file", type=click.Path(path_type=Path),
    help="Judge by this policy file. [default: WHALECURVE_POLICY, or the default policy]",
)  # fmt: skip
@click.option(
    "--lang", type=click.Choice(LANGS), default="en", show_default=True, help="The language."
)
@click.option(
    "--customer-facing", is_flag=True,
    help="Only what may be shown to the customer: level, benefits, what lifts it, until when.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
def explain(
    customer: str,
    at_us: int | None,
    policy_file: Path | None,
    lang: Lang,
    *,
    customer_facing: bool,
    as_json: bool,
) -> None:
    """Explain CUSTOMER, a customer_id: tier, figures, signals, ladder, and what would turn them.

    Reads the customer's row as the last commit left it; a worker may go on meanwhile. What time
    alone will bring is what goes out if no event comes. By another policy than the worker's the
    customer is judged anew, from what the worker's policy keeps.

    \b
    Example:
      whalecurve explain c-4711
      whalecurve explain c-4711 --at 2026-12-31T00:00:00Z --json
      whalecurve explain c-4711 --customer-facing --lang zh
    """
    key = customer.encode()
    if not 0 < len(customer) <= MAX_ID_CHARS or key == PARTITION_KEY:
        raise click.BadParameter(
            f"expected a customer_id of 1 to {MAX_ID_CHARS} characters.", param_hint="CUSTOMER"
        )
    settings = settings_here()
    with one_line():
        policy = load_policy(policy_file or settings.policy)
        stored = _stored(settings, key)
    its = _explained(customer, stored, policy, at_us)
    teller = Teller(lang)
    if customer_facing:
        view = for_customer(its, policy)
        if as_json:
            click.echo(msgspec.json.encode(view))
        else:
            click.echo("\n".join(teller.for_customer(view)))
    elif as_json:
        click.echo(msgspec.json.encode(its))
    else:
        click.echo("\n".join(teller.lines(its)))


def _stored(settings: Settings, key: bytes) -> StoredPartition:
    """The customer's row and that of its partition; no other partition is read."""
    rows = StoredRows(settings)
    partition = PARTITIONERS[settings.partitioner](key, rows.partitions)
    stored = rows.read(partition, only={key})
    if stored is None or key not in stored.customers:
        raise Failure(
            f"{rows.topic}-{partition}: expected a row of this customer_id, found none: it never "
            "came, or was erased; check WHALECURVE_APP_ID and WHALECURVE_PARTITIONER"
        )
    return stored


def _explained(
    customer: str, stored: StoredPartition, policy: Policy, at_us: int | None
) -> Explanation:
    row, own = stored.customers[customer.encode()], stored.row
    if own.base_currency != policy.base_currency:
        raise Failure(
            f"base_currency: expected {own.base_currency} as in the rows, found "
            f"{policy.base_currency}: name the policy of the worker"
        )
    try:
        if at_us is None:
            as_of_us = decode_customer(row).as_of_us
            at_us = as_of_us if own.stream_time_us is None else max(as_of_us, own.stream_time_us)
        return explained(customer, row, policy, at_us, own.adopted)
    except TimeError as error:
        raise Failure(str(error)) from error
    except (RowError, ValueError, IndexError) as error:
        why = str(error) if isinstance(error, RowError) else "the row is corrupt"
        raise Failure(f"customer {subject_of(customer, b'')}: {why}") from error
