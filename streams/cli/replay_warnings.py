"""What a replay warns of: events that count for nothing, count twice, or lie out of order."""

from dataclasses import dataclass
from datetime import timedelta

import click

from agents.policy.compiled import Policy
from schemas.base.times import DAY_US
from streams.cli.replay_lines import Replayed
from streams.cli.replay_merge import Source
from streams.config.settings import Settings


@dataclass
class Tally:
    """What a replay has come across."""

    window_begin_s: float
    remembered_begin_s: float
    """An event before it has an id that workers no longer remember."""
    old: int = 0
    """Events that lie before the policy's window."""
    beyond: int = 0
    """Events whose ids are not remembered."""
    there: int = 0
    """Events that an earlier attempt had sent."""

    def look(self, event: Replayed) -> None:
        """Look at an event's age."""
        if event.occurred_at is not None:
            at_s = event.occurred_at.timestamp()
            self.old += at_s < self.window_begin_s
            self.beyond += at_s < self.remembered_begin_s


def warn(
    tally: Tally, sources: list[Source], policy: Policy, settings: Settings, *, held_records: bool
) -> None:
    """Say it on stderr, a line each."""
    if tally.old and settings.clock != "event":
        say(
            f"{tally.old} events lie before the policy's window of {policy.window_days} days: by "
            "the wall clock they count for nothing; run workers with WHALECURVE_CLOCK=event to let "
            "time follow the events"
        )
    if tally.beyond and held_records:
        say(
            f"the inputs held records before, and {tally.beyond} events are older than the "
            f"{policy.dedupe_days} days (dedupe_days) for which workers remember ids: those of "
            "them that were published before count twice; where they were, begin again with new "
            "topics and another WHALECURVE_APP_ID"
        )
    for source in sources:
        back = source.back
        if back is not None:
            say(
                f"{source.name}:{back.line}: goes back in time by {_span(back.by_us)}"
                + (f", and {back.lines - 1} lines more" if back.lines > 1 else "")
                + (f" by up to {_span(back.most_us)}" if back.most_us > back.by_us else "")
                + ": files are merged by time only where each lies in order; sort it, or give "
                "each of its sources as a file of its own"
                + _twice(back.most_us, policy.dedupe_days)
            )


def _twice(back_us: int, dedupe_days: int) -> str:
    if back_us < dedupe_days * DAY_US:
        return ""
    return (
        f"; an event that it holds twice, {dedupe_days} days (dedupe_days) or more apart, counts "
        "twice"
    )


def _span(span_us: int) -> str:
    return str(timedelta(microseconds=span_us))


def say(text: str) -> None:
    """A warning, as a line on stderr."""
    click.echo(f"whalecurve: warning: {text}", err=True)
