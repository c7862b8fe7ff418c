"""`whalecurve traffic`: publishes sample events to the input topics."""

import time

import click
import orjson

from schemas.base.times import DAY_US
from streams.cli.errors import one_line, settings_here
from streams.cli.publishing import Publisher, pump
from streams.cli.stopping import until_stopped
from streams.config.policy import load_policy
from streams.demo.traffic import DAYS_PER_SECOND, Lapse, currencies_of, events


def now_us() -> int:
    """Tell the wall clock in microseconds."""
    return time.time_ns() // 1000


@click.command()
@click.option("--seed", default=1, show_default=True, help="The same seed, the same customers.")
@click.option(
    "--rate", type=click.IntRange(1, 100_000), default=20, show_default=True, help="Events/second."
)
@click.option(
    "--customers", type=click.IntRange(1, 10_000_000), default=200, show_default=True,
    help="How many there are.",
)  # fmt: skip
@click.option(
    "--events", "number", type=click.IntRange(min=0), default=0, show_default=True,
    help="End after so many. 0: go on until Ctrl-C.",
)  # fmt: skip
@click.option(
    "--bad-share", type=click.FloatRange(0, 1), default=0.0, show_default=True,
    help="Of 1: so many events that a worker rejects, or that come twice.",
)  # fmt: skip
@click.option(
    "--days-back", type=click.IntRange(0, 10_000), default=0, show_default=True,
    help="Begin so many days ago, and pass two days a second until now.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print what was sent as a JSON object.")
def traffic(
    *,
    seed: int,
    rate: int,
    customers: int,
    number: int,
    bad_share: float,
    days_back: int,
    as_json: bool,
) -> None:
    """Publish events of sample customers, until Ctrl-C.

    A few of them make most of the profit, some cost more than they bring: they call for long about
    the same issue, pay late, return goods. Events happen now, in a sequence that depends on the
    seed alone. With --days-back they happen in a time-lapse: workers that are to see signals come
    and go in it run with WHALECURVE_CLOCK=event.

    \b
    Example:
      whalecurve traffic --rate 50 --events 10000 --bad-share 0.01
    """
    settings = settings_here()
    with one_line():
        policy = load_policy(settings.policy)
    began = time.monotonic()
    start_us = now_us() - days_back * DAY_US
    clock = Lapse(start_us, DAYS_PER_SECOND * DAY_US // rate, now_us)
    source = events(
        seed,
        customers,
        clock if days_back else now_us,
        currencies=currencies_of(policy, start_us),
        bad_share=bad_share,
    )
    with until_stopped() as stop, one_line(), Publisher(settings) as publisher:
        until = f"until {number} are sent" if number else "until Ctrl-C"
        click.echo(f"Publishing {rate} events/s to {settings.broker} {until}.", err=True)
        pump(publisher, source, rate, stop, number)
    sent = dict(sorted(publisher.delivered.items()))
    seconds = time.monotonic() - began
    if as_json:
        facts = {"seed": seed, "events": sum(sent.values()), "by_topic": sent, "seconds": seconds}
        click.echo(orjson.dumps(facts).decode())
    else:
        by_topic = ", ".join(f"{count} {topic}" for topic, count in sent.items()) or "none"
        click.echo(f"Published {sum(sent.values())} events in {seconds:.1f} s: {by_topic}.")
