"""How many files this process may have open, and how many its partitions will need.

A worker that runs out of them loses connections one by one, in places that can't say why: so it is
reckoned before it begins.
"""

import resource
from contextlib import suppress
from typing import Final

from schemas.base.errors import OperatorError

OF_THE_WORKER: Final = 100
"""What a worker has open whatever it holds: measured 20 to 32, and room for restores and pages."""
OF_A_PARTITION: Final = 5
"""Of its producer, whatever the brokers. Measured with `OF_A_BROKER`: 8 on one broker (4 and 32
partitions), 12.8 on three, at rest (4 and 16)."""
OF_A_BROKER: Final = 3
"""Of its producer for each broker: a connection, and the pipe that wakes its thread."""


class OpenFilesError(OperatorError):
    """The process may not open as many files as it will need."""


def require_open_files(partitions: int, brokers: int) -> None:
    """Raises the soft limit as far as it goes; OpenFilesError where that won't be enough.

    All partitions count: a worker that is left alone has them all.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    # some systems have a hard limit that none may reach
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        soft = hard
    needed = OF_THE_WORKER + partitions * (OF_A_PARTITION + OF_A_BROKER * brokers)
    if soft != resource.RLIM_INFINITY and soft < needed:
        raise OpenFilesError(
            f"a worker may come to hold all {partitions} partitions, and needs {needed} open files "
            f"for them on {brokers} broker(s), found a limit of {soft}: raise it (ulimit -Hn, "
            "LimitNOFILE of systemd, ulimits.nofile of compose)"
        )
