"""A worker that tells of every attempt to write to a file system; run as a program.

Python's audit hooks see what Python opens, makes, moves and removes; they can't be taken off again.
With WRITES in the environment it makes a file: whoever looks for attempts has to find that one.
"""

import os
import sys
from typing import Any

WRITES = "TESTS_WRITES"
SAYS = "wrote to the file system:"
_MEANS_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_CHANGES = (
    "os.chmod", "os.chown", "os.link", "os.mkdir", "os.remove", "os.rename", "os.rmdir",
    "os.symlink", "os.truncate", "os.utime", "shutil.", "sqlite3.connect", "tempfile.",
)  # fmt: skip


def _look(event: str, about: tuple[Any, ...]) -> None:
    if event == "open":
        path, _, flags = about
        if isinstance(path, int) or path == os.devnull or not flags & _MEANS_WRITING:
            return
    elif not event.startswith(_CHANGES):
        return
    sys.stderr.write(f"{SAYS} {event} {about}\n")


if __name__ == "__main__":
    sys.addaudithook(_look)
    if WRITES in os.environ:
        with open(os.environ[WRITES], "w"):  # noqa: PTH123 - as any library may
            pass
    from streams.__main__ import main

    main()
