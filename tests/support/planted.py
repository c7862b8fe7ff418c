"""A worker with an error planted in it that quotes what it was given; run as a program.

It shows that what nobody foresaw gets no payload into the log. With LEAKS in the environment its
log tells every error's text, as a careless one would: whoever searches it has to find that.
"""

import os

from agents.ports import Batch, InvariantError
from streams.cli.main import main
from streams.runtime.assignment import Assignment
from streams.runtime.worker import Worker

LEAKS = "TESTS_LEAKS"

_take = Assignment.take


async def _take_and_quote(self: Assignment, batch: Batch) -> None:
    if batch.values:
        self._context.fail(ValueError(f"can't take {batch.values[0]!r} of {batch.keys[0]!r}"))
        return
    await _take(self, batch)


_fail = Worker.fail


def _fail_and_tell_all(self: Worker, error: BaseException) -> None:
    """As it does, but with the text of an error that was not made for operators."""
    _fail(self, InvariantError(str(error)))


if __name__ == "__main__":
    Assignment.take = _take_and_quote  # type: ignore[method-assign]
    if LEAKS in os.environ:
        Worker.fail = _fail_and_tell_all  # type: ignore[method-assign]
    main()
