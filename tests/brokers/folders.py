"""Temporary data folders: claimed by whoever uses them, removed by the next who comes otherwise."""

import fcntl
import shutil
import tempfile
from pathlib import Path
from typing import IO

CLAIM = "claim"


class Folder:
    """A folder of one's own, until `close` or the end of the process."""

    def __init__(self, prefix: str, parent: Path | None = None) -> None:
        """Removes those of this prefix whose process was killed."""
        parent = parent or Path(tempfile.gettempdir())
        for left in parent.glob(f"{prefix}*/{CLAIM}"):
            _remove_unclaimed(left)
        self.path = Path(tempfile.mkdtemp(prefix=prefix, dir=parent)).resolve()
        # under its own name only once it is locked: nobody takes it for one that was left
        unnamed = self.path / f"{CLAIM}.new"
        self._claim: IO[bytes] = unnamed.open("wb")
        fcntl.flock(self._claim, fcntl.LOCK_EX)
        unnamed.rename(self.path / CLAIM)

    def close(self) -> None:
        """Removes it."""
        shutil.rmtree(self.path, ignore_errors=True)
        self._claim.close()


def _remove_unclaimed(claim: Path) -> None:
    try:
        with claim.open("rb") as held:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(claim.parent, ignore_errors=True)
    except OSError:
        return  # in use, or gone already
