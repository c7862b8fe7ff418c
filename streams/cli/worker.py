"""`whalecurve worker`: runs one worker until it is told to stop."""

import os
import sys

import click

from streams.cli.errors import one_line, settings_here
from streams.config.reading import unknown
from streams.observe.logs import configure_logs, note


@click.command()
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Where /livez, /readyz, /metrics listen."
)
def worker(host: str) -> None:
    """Run one worker: join the group, restore its partitions, and keep customers up to date.

    The log is JSON, a line an event of note, on stderr. SIGTERM and SIGINT end it with 0 after a
    last commit. It ends with 1 when a commit failed: start it again, nothing is lost or doubled.

    \b
    Example:
      WHALECURVE_BROKER=127.0.0.1:9092 WHALECURVE_WEB_PORT=8080 whalecurve worker
    """
    # Faust takes as long to import as all else together, and no other command needs it
    from streams.runtime.worker import run_worker  # noqa: PLC0415

    settings = settings_here()
    configure_logs()
    if names := unknown(os.environ):
        note("these are no settings", names=names)
    with one_line():
        status = run_worker(settings, host)
    sys.stdout.flush()
    sys.stderr.flush()
    # threads of the Kafka clients may still wait for a broker that is away: nothing is owed them
    os._exit(status)
