"""By the wall clock no record moves time far beyond it: the record is at fault, or the clock."""

from collections.abc import Callable

import pytest

from agents.ports import ClockError
from schemas.base.times import DAY_US, format_micros
from schemas.inputs.events import Kind
from tests.support.feeding import Desk, Erasure, Event, sale
from tests.support.making import LATER_MS
from tests.support.tables import table

P, C = Kind.PURCHASES, Kind.CUSTOMERS
CLOCK_US = LATER_MS * 1_000 - 10 * DAY_US
Makes = Callable[[int], Event]


def bought(at_us: int) -> Event:
    return sale(1) | {"occurred_at": format_micros(at_us)}


def erased(at_us: int) -> Event:
    return Erasure("bob", at_us // 1_000)


def desk(kind: Kind, event: Event, *, by_wall: bool = True) -> Desk:
    """A partition with one customer of long ago, and this record before it."""
    made = Desk(inputs=(C, P), by_wall=by_wall)
    made.feed(
        P, sale(1) | {"event_id": "old", "occurred_at": format_micros(CLOCK_US - 90 * DAY_US)}
    )
    made.lay(kind, event)
    return made


@table("kind make", (P, bought), (C, erased))
def test_a_day_ahead_is_taken_and_what_is_later_changes_nothing(kind: Kind, make: Makes) -> None:
    taken = desk(kind, make(CLOCK_US + DAY_US))
    assert taken.take(now_us=CLOCK_US) > 0
    assert taken.shard.stream_time_us == CLOCK_US + DAY_US
    refused = desk(kind, make(CLOCK_US + DAY_US + 1_000))
    before = refused.shard.stream_time_us
    with pytest.raises(ClockError, match=f"offset {1 if kind is P else 0} of .+ set it right"):
        refused.take(now_us=CLOCK_US)
    assert refused.shard.stream_time_us == before
    assert refused.shard.buffer(kind).records == 1


def test_by_event_time_any_record_moves_it() -> None:
    replayed = desk(P, bought(CLOCK_US + 9 * DAY_US), by_wall=False)
    assert replayed.take(now_us=CLOCK_US) > 0


def test_where_the_clock_was_set_back_that_is_said_and_what_moves_nothing_goes_on() -> None:
    made = desk(P, bought(CLOCK_US))
    made.take(now_us=CLOCK_US)
    back_us = CLOCK_US - 5 * DAY_US
    made.lay(P, sale(1) | {"event_id": "e-2", "occurred_at": format_micros(CLOCK_US)})
    assert made.take(now_us=back_us) > 0
    made.lay(P, sale(1) | {"event_id": "e-3", "occurred_at": format_micros(CLOCK_US + 1)})
    with pytest.raises(ClockError, match="the clock was set back"):
        made.take(now_us=back_us)
