"""`whalecurve` itself: its subcommands, and how all of them fail."""

import logging
import sys

import click
from click.exceptions import NoArgsIsHelpError

from streams import __version__
from streams.cli.errors import Failure, failed
from streams.cli.events import events
from streams.cli.fit import fit
from streams.cli.lifetime import lifetime
from streams.cli.policy import policy
from streams.cli.replay import replay
from streams.cli.tail import tail
from streams.cli.topics import topics
from streams.cli.traffic import traffic
from streams.cli.up import up
from streams.cli.worker import worker
from streams.observe.logs import describe_safely


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="whalecurve")
def whalecurve() -> None:
    """What customers are worth, what they cost, and which need attention, as it happens.

    Settings come from the environment (WHALECURVE_BROKER, WHALECURVE_POLICY …), listed in
    docs/reference.md. Exit status: 0, 1 where it failed, 2 where it was called wrongly.

    \b
    Example:
      whalecurve up
    """


for command in (up, worker, topics, traffic, replay, events, tail, policy, fit, lifetime):
    whalecurve.add_command(command)


def main() -> None:
    """Runs the command; errors are one line on stderr that says what to do."""
    # kafka-python tells of every attempt to connect: the one line says it once
    logging.getLogger("kafka").setLevel(logging.CRITICAL)
    try:
        status = whalecurve(prog_name="whalecurve", standalone_mode=False)
    except NoArgsIsHelpError as error:
        error.show()
        sys.exit(2)
    except click.ClickException as error:
        hint = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else ""
        failed(f"{error.format_message()} See `{hint or 'whalecurve'} --help`.")
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(1)
    except Failure as error:
        sys.exit(failed(str(error)))
    except Exception as error:  # noqa: BLE001 - a stack trace would quote what it had in hand
        sys.exit(failed(f"nobody foresaw this, please report it: {describe_safely(error)}"))
    sys.exit(status if isinstance(status, int) else 0)
