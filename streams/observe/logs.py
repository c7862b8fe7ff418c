"""Structured logs: one JSON line an event of note, without customer data.

What our own code says is said for operators. Of all else (an error that nobody foresaw, what a
library says) only that is told which can hold nothing of an event: what it is, and where it arose.
What libraries and errors say again and again is said once a minute.
"""

import logging
import re
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
from streams.observe.repeats import Repeats

_log = logging.getLogger("whalecurve")

_TELLABLE: Final = (OperatorError, KafkaException, KafkaError, OSError)
"""The texts of these hold names of topics, hosts and files, numbers and a broker's words."""
_ROOMS: Final = ("streams", "agents", "schemas")
_NAME_THINGS: Final = {"aiokafka", "librdkafka"}
"""Texts among what these log are names of hosts, topics and groups; other libraries' may not."""
_VARIES: Final = re.compile(r"\[[^]]*\]|\(after .*|\S*\d\S*")
"""Words that differ where the cause does not: which client, how long it waited, numbers."""


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
        if left_out := getattr(record, "left_out", 0):
            line["left_out"] = left_out
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = describe_safely(record.exc_info[1])
        return orjson.dumps(line).decode()


class _OncePerMinute(logging.Filter):
    """Lets a cause through once a minute; events of note of our own are told always."""

    def __init__(self) -> None:
        super().__init__()
        # whatever libraries complain of, why a worker failed is said
        self._own, self._foreign = Repeats(), Repeats()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is said, and marks it with how many like it were not."""
        own = record.name == _log.name
        if own and record.levelno < logging.ERROR:
            return True
        left_out = (self._own if own else self._foreign).ask(_cause(record))
        record.left_out = left_out
        return left_out is not None


def _cause(record: logging.LogRecord) -> str:
    """What a record complains of, whichever client, address or number it names."""
    words = [record.name]
    if record.name == _log.name:
        words += [record.getMessage(), str(getattr(record, "fields", {}))]
    else:
        words.append(_foreign(record))
    if record.exc_info and record.exc_info[1] is not None:
        words.append(describe_safely(record.exc_info[1]))
    return _VARIES.sub("", " ".join(words))


def _foreign(record: logging.LogRecord) -> str:
    """What a library says: its words, and of what it puts into them what can be no payload."""
    if record.name == "asyncio":
        return "something went wrong in a task or callback"  # its words quote arguments and errors
    words = str(record.msg).partition("\n")[0]
    if not isinstance(record.args, tuple) or not record.args:
        return words
    with_names = record.name.partition(".")[0] in _NAME_THINGS
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

    What is repeated is said once a minute. Errors that nobody catches become a line, too: a stack
    trace would quote their texts.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonLines())
    handler.addFilter(_OncePerMinute())
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
