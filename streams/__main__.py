"""`whalecurve`, and `python -m streams`: the first thing is where the rooms come from."""

import os
import signal
import sys
from types import FrameType


def main() -> None:
    """Runs the command, on the compiled rooms where they are."""
    if sys.argv[1:2] == ["worker"]:
        # until it listens to them itself: as a container's first process it would not hear them
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, _end_at_once)
    # nothing is imported before a stop is heard, and no room before it is known which
    from streams.build.compiled import prefer  # noqa: PLC0415

    prefer()
    from streams.config.environment import hide_from_libraries  # noqa: PLC0415

    hide_from_libraries(os.environ)
    from streams.cli.main import main as command  # noqa: PLC0415

    command()


def _end_at_once(number: int, frame: FrameType | None) -> None:
    """A worker is told to stop before it has begun: nothing is owed anybody."""
    del number, frame
    os._exit(0)


if __name__ == "__main__":
    main()
