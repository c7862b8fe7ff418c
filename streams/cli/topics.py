"""`whalecurve topics`: creates and checks the topics."""

import click
import orjson

from streams.cli.errors import Failure, one_line, settings_here
from streams.kafka.topics import State, check_topics, create_topics


@click.group()
def topics() -> None:
    """Create or check the topics that Whalecurve reads and writes.

    \b
    Example:
      whalecurve topics check --json
    """


@topics.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a topic.")
def create(*, as_json: bool) -> None:
    """Create the topics that are missing; those that exist are left alone.

    Fails where one that exists has other partitions (WHALECURVE_PARTITIONS) or another cleanup
    policy than it needs.

    \b
    Example:
      WHALECURVE_PARTITIONS=12 whalecurve topics create
    """
    settings = settings_here()
    with one_line():
        states = create_topics(settings)
    _show(states, as_json=as_json)


@topics.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a topic.")
def check(*, as_json: bool) -> None:
    """Hold the broker's topics against what Whalecurve needs.

    \b
    Example:
      whalecurve topics check
    """
    settings = settings_here()
    with one_line():
        states = check_topics(settings)
    _show(states, as_json=as_json)


def _show(states: list[State], *, as_json: bool) -> None:
    for state in states:
        word = "created" if state.created else "there" if state.exists else "missing"
        if as_json:
            line = {
                "topic": state.name,
                "state": word,
                "direction": state.topic.direction,
                "fault": state.fault,
                "advice": state.advice,
            }
            click.echo(orjson.dumps(line).decode())
        else:
            meaning = state.topic.meaning + (" (optional)" if state.topic.optional else "")
            said = state.fault or state.advice or meaning
            click.echo(f"{state.name:<40} {word:<8} {said}")
    faults = [state.fault for state in states if state.fault is not None]
    if faults:
        raise Failure(
            "; ".join(faults) + ": create what is missing (whalecurve topics create), and mend or "
            "rename what is different"
        )
