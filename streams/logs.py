"""Structured logs: one JSON line an event of note, without customer data."""

import logging
import sys
from datetime import UTC, datetime
from typing import Any

import orjson

_log = logging.getLogger("whalecurve")


class _JsonLines(logging.Formatter):
    """A record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
        }
        if record.name != _log.name:
            line["logger"] = record.name
        line |= getattr(record, "fields", {})
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = f"{record.exc_info[0].__name__}: {record.exc_info[1]}"
        return orjson.dumps(line).decode()


def configure_logs() -> None:
    """Sends our events to stderr, and of the libraries what is worse than a warning."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonLines())
    logging.basicConfig(level=logging.ERROR, handlers=[handler], force=True)
    _log.setLevel(logging.INFO)


def note(event: str, **fields: object) -> None:
    """An event of note."""
    _log.info(event, extra={"fields": fields})


def complain(event: str, **fields: object) -> None:
    """Something went wrong."""
    _log.error(event, extra={"fields": fields})
