"""Structured logs: one JSON line an event of note, without customer data.

What our own code says is said for operators. Of all else (an error that nobody foresaw, what a
library says) only that is told which can hold nothing of an event: what it is, and where it arose.
"""

import logging
import sys
import threading
import traceback
from datetime import UTC, datetime
from pathlib import PurePath
from types import TracebackType
from typing import Any, Final

import orjson
from aiokafka.errors import KafkaError
from confluent_kafka import KafkaException

from schemas.base.errors import OperatorError

_log = logging.getLogger("whalecurve")

_TELLABLE: Final = (OperatorError, KafkaException, KafkaError, OSError)
"""The texts of these hold names of topics, hosts and files, numbers and a broker's words."""
_ROOMS: Final = ("streams", "agents", "schemas")
_NAMES_THINGS: Final = "aiokafka"
"""Its texts among what it logs are names of hosts, topics and groups; other libraries' may not."""


def describe_safely(error: BaseException) -> str:
    """An error as a log may tell it: its text only where that was made for operators."""
    name = type(error).__name__
    if isinstance(error, _TELLABLE):
        return f"{name}: {error}"
    return f"{name} {_place(error)}: its text is not told, it may hold customer data"


def _place(error: BaseException) -> str:
    """Where an error arose: in our code, where it came by there."""
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return "of unknown origin"
    # compiled rooms have relative names
    mine = [frame for frame in frames if _is_ours(frame.filename)]
    frame = (mine or frames)[-1]
    return f"at {'/'.join(PurePath(frame.filename).parts[-2:])}:{frame.lineno}"


def _is_ours(filename: str) -> bool:
    return any(part in _ROOMS for part in PurePath(filename).parts[-3:-1])


class _JsonLines(logging.Formatter):
    """A record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        own = record.name == _log.name
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage() if own else _foreign(record),
        }
        if not own:
            line["logger"] = record.name
        line |= getattr(record, "fields", {})
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = describe_safely(record.exc_info[1])
        return orjson.dumps(line).decode()


def _foreign(record: logging.LogRecord) -> str:
    """What a library says: its words, and of what it puts into them what can be no payload."""
    if record.name == "asyncio":
        return "something went wrong in a task or callback"  # its words quote arguments and errors
    words = str(record.msg).partition("\n")[0]
    if not isinstance(record.args, tuple) or not record.args:
        return words
    with_names = record.name.partition(".")[0] == _NAMES_THINGS
    try:
        return words % tuple(_harmless(argument, with_names=with_names) for argument in record.args)
    except (TypeError, ValueError):
        return words


def _harmless(argument: object, *, with_names: bool) -> object:
    if isinstance(argument, BaseException):
        return describe_safely(argument)
    if isinstance(argument, bool | int | float) or (with_names and isinstance(argument, str)):
        return argument
    return f"<{type(argument).__name__}>"


def configure_logs() -> None:
    """Sends our events to stderr, and of the libraries what is worse than a warning.

    Errors that nobody catches become a line, too: a stack trace would quote their texts.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonLines())
    logging.basicConfig(level=logging.ERROR, handlers=[handler], force=True)
    # what can't be logged would be printed as it is
    logging.raiseExceptions = False
    _log.setLevel(logging.INFO)
    sys.excepthook = _say_uncaught
    threading.excepthook = lambda args: _say_uncaught(
        args.exc_type, args.exc_value, args.exc_traceback
    )
    sys.unraisablehook = lambda args: _say_uncaught(
        args.exc_type, args.exc_value, args.exc_traceback
    )


def _say_uncaught(
    kind: type[BaseException], error: BaseException | None, _: TracebackType | None
) -> None:
    complain(
        "nobody caught an error", error=kind.__name__ if error is None else describe_safely(error)
    )


def note(event: str, **fields: object) -> None:
    """An event of note."""
    _log.info(event, extra={"fields": fields})


def complain(event: str, **fields: object) -> None:
    """Something went wrong."""
    _log.error(event, extra={"fields": fields})
