"""How far a record may move a partition's time where time passes with the wall clock."""

from typing import Final

from agents.ports import ClockError
from schemas.base.times import DAY_US, format_micros
from schemas.inputs.events import TOPIC_OF_KIND, Kind

AHEAD_MAX_US: Final = DAY_US
"""So far beyond the wall clock: producers' clocks may be off by hours, hardly by days."""


def clock_error(
    kind: Kind, partition: int, offset: int, at_us: int, stream_time_us: int, now_us: int
) -> ClockError:
    """What is wrong where a record would move time further: the record, or the clock."""
    record = f"offset {offset} of {TOPIC_OF_KIND[kind]}-{partition} is of {format_micros(at_us)}"
    clock = f"the clock of this machine says {format_micros(now_us)}"
    if stream_time_us > now_us + AHEAD_MAX_US:
        before = format_micros(stream_time_us)
        return ClockError(
            f"{record}, {clock}, and the partition had come to {before} before: "
            "the clock was set back; set it right"
        )
    return ClockError(
        f"{record}, {clock}: all customers of the partition would be taken along; where the clock "
        "is wrong, set it right; where the record is, let the input refuse its like "
        "(message.timestamp.after.max.ms), and begin anew without it"
    )
