"""Order: inputs are merged by event time, and one that has more on the broker is waited for.

Events are told by their customers: `pu05` buys, `su05` calls, `pa05` pays, all at 12:05.
"""

import pytest

from agents.partition.input_buffer import InputBuffer
from agents.ports import Batch, InvariantError
from schemas.inputs.events import Kind
from schemas.inputs.rejects import Reason, Rejection
from schemas.outputs.headers import Headers
from tests.support.feeding import ALL, INPUTS, Desk, Event
from tests.support.happening import batch
from tests.support.making import payment, purchase, support_call
from tests.support.tables import table

P, S, Y = INPUTS
MAKE = {"pu": (P, purchase), "su": (S, support_call), "pa": (Y, payment)}
BROKEN = b"{"


def event(name: str) -> Event:
    if name == "?":
        return BROKEN
    _, make = MAKE[name[:2]]
    return make(customer_id=name, occurred_at=f"2026-03-01T12:{name[2:]}:00Z")


def lay(desk: Desk, names: str) -> None:
    """A batch of one input, whose first record is no broken one."""
    kind, _ = MAKE[names[:2]]
    desk.lay(kind, *map(event, names.split()))


def taken(desk: Desk, limit: int = ALL) -> str:
    """The customers that the next step takes, in order."""
    before = len(desk.order)
    desk.take(limit)
    return " ".join(desk.order[before:])


@table("step", 1, 2, 3, ALL)
@table(
    "batches order",
    (
        "the earliest of the next records",
        ["pu01 pu04 pu09 pu02", "su02 su03 su08", "pa00 pa05 pa07"],
        "pa00 pu01 su02 su03 pu04 pa05 pa07 su08 pu09 pu02",
    ),
    ("ties by input", ["pa05", "su05", "pu05 pu06"], "pu05 su05 pa05 pu06"),
    # the late ones come right after the one that they stood behind
    ("in one input by offset", ["pu09 pu01 pu05", "su02 su10"], "su02 pu09 pu01 pu05 su10"),
    (
        "a late one waits for no other input than the one before it did",
        ["su05 su01", "pu05", "pa05"],
        "pu05 su05 su01 pa05",
    ),
)
def test_what_is_taken_whatever_the_steps(batches: list[str], order: str, step: int) -> None:
    desk = Desk()
    for names in batches:
        lay(desk, names)
    while desk.take(step):
        pass
    assert " ".join(desk.order) == order


def test_a_rejected_record_is_taken_as_soon_as_it_is_the_next() -> None:
    desk = Desk()
    lay(desk, "pa09 ?")
    desk.lay(S, BROKEN, BROKEN, event("su05"))
    lay(desk, "pu01")
    assert [taken(desk, 2), desk.shard.buffer(S).taken_to] == ["", 2]
    assert [taken(desk, 1), taken(desk, 1), taken(desk)] == ["pu01", "su05", "pa09"]
    desk.commit()
    assert desk.reasons == ["malformed"] * 3


# what is waited for


@table(
    "ends steps",
    ("that has more", [1], {"pu01 pu02": "", "su01": "pu01 su01 pu02"}),
    ("whose end never goes back", [1, 0], {"pu01": "", "su02": "pu01 su02"}),
    # at 5 the purchase goes first; after the support call of 5 nothing may be taken
    (
        "once its last record here is taken",
        [3],
        {"pu00 pu02 pu04 pu05 pu06": "", "su01 su05": "pu00 su01 pu02 pu04 pu05 su05"}
        | {"su06": "pu06 su06"},
    ),
    ("but not where it is drained", [0], {"su01": "su01", "pu02": "pu02"}),
)
def test_an_input_is_waited_for(ends: list[int], steps: dict[str, str]) -> None:
    desk = Desk()
    for end in ends:
        desk.end(S, end)
    for names, order in steps.items():
        lay(desk, names)
        assert taken(desk) == order


def test_an_input_that_got_more_on_the_broker_is_waited_for_from_then_on() -> None:
    desk = Desk()
    lay(desk, "pu01 pu03")
    assert taken(desk, 1) == "pu01"
    desk.end(S, 1)
    assert desk.take() == 0


def test_an_input_of_which_nothing_was_heard_yet_is_waited_for_and_has_no_lag() -> None:
    desk = Desk()
    desk.shard.open_inputs(dict.fromkeys(INPUTS, 7))
    assert (desk.shard.lag(), desk.shard.drained) == (dict.fromkeys(INPUTS, 0), False)
    lay(desk, "pu01")
    assert desk.take() == 0
    desk.end(S, 7)
    assert desk.take() == 0
    desk.end(Y, 7)
    assert desk.take() == 1


def test_an_input_that_is_absent_is_not_waited_for() -> None:
    desk = Desk(inputs=(P, S))
    lay(desk, "pu01")
    assert taken(desk) == "pu01"
    with pytest.raises(KeyError):
        desk.shard.buffer(Kind.CUSTOMERS)


def test_a_batch_tells_how_far_the_other_inputs_go() -> None:
    desk = Desk()
    desk.shard.put(batch(P, event("pu01"), key=b"pu01", ends={S: 2, P: 1}))
    assert (desk.take(), desk.shard.buffer(S).has_more) == (0, True)


def test_what_came_in_the_meantime_takes_its_place_among_what_lies_ready() -> None:
    desk = Desk()
    lay(desk, "pu01 pu05")
    assert taken(desk, 1) == "pu01"
    lay(desk, "su03")
    assert taken(desk) == "su03 pu05"


# offsets


def test_offsets_may_have_gaps_and_a_batch_may_hold_nothing() -> None:
    desk = Desk()
    buffer = desk.shard.buffer(P)
    desk.shard.put(batch(P, event("pu01"), key=b"pu01", first=0, at=4, after=10))
    assert (buffer.records, buffer.taken_to, buffer.position) == (1, 4, 10)
    desk.take()
    assert (buffer.records, buffer.taken_to) == (0, 10)
    desk.shard.put(batch(P, first=10, after=12))
    assert (buffer.taken_to, buffer.drained) == (12, True)


@table("position", 0, 2)
def test_a_batch_that_does_not_go_on_where_the_last_one_ended_is_refused(position: int) -> None:
    desk = Desk()
    lay(desk, "pu01")
    with pytest.raises(InvariantError, match="purchases-0 goes on at offset 1, yet what was"):
        desk.shard.put(batch(P, at=position))


def test_lag_is_what_is_on_the_broker_and_not_taken() -> None:
    desk = Desk()
    desk.end(P, 10)
    lay(desk, "pu01 pu02 pu03")
    assert desk.shard.lag() == {P: 10, S: 0, Y: 0}
    desk.take(2)
    assert (desk.shard.lag()[P], desk.shard.drained) == (8, False)


def test_what_was_fetched_and_not_taken_is_forgotten_when_inputs_are_opened_anew() -> None:
    desk = Desk()
    lay(desk, "pu01 pu02")
    desk.take(1)
    desk.shard.open_inputs({P: 1})
    assert desk.shard.buffer(P).records == 0
    lay(desk, "pu02")
    assert taken(desk) == "pu02"


def test_what_was_planned_is_forgotten_with_it() -> None:
    desk = Desk()
    lay(desk, "pu01 pu02 pu03")
    desk.take(1)
    desk.shard.open_inputs(dict.fromkeys(INPUTS, 0) | {P: 1})
    lay(desk, "pu02 pu03")
    assert desk.take() == 0  # of the other inputs nothing is heard yet


def test_what_lies_here_weighs_what_its_keys_values_and_headers_do() -> None:
    buffer = InputBuffer(P, 0)
    headers: list[Headers] = [(), (("a", b"12"), ("bc", None))]
    rejected = Rejection(Reason.MALFORMED, "expected JSON")
    two = Batch(
        kind=P,
        partition=0,
        position=0,
        next_position=2,
        offsets=[0, 1],
        timestamps_ms=[0, 0],
        keys=[b"ada", None],
        values=[None, b"{}"],
        headers=headers,
        ends={},
    )
    buffer.put(two, [rejected, rejected])
    assert buffer.held_bytes() == 3 + 2 + 3 + 2
    buffer.at = 1
    assert buffer.held_bytes() == 2 + 3 + 2
    buffer.put(batch(P, b"v", key=b"k", at=2), [rejected])
    assert buffer.held_bytes() == 2 + 3 + 2 + 2
    buffer.at = 2
    assert buffer.held_bytes() == 0


def test_how_old_the_next_record_is_shows_as_far_as_it_is_known() -> None:
    buffer, rejected = InputBuffer(P, 0), Rejection(Reason.MALFORMED, "expected JSON")
    told = [buffer.oldest_ms]
    buffer.put(batch(P, b"v", stamp_ms=10), [rejected])
    buffer.put(batch(P, b"v", at=1, stamp_ms=20), [rejected])
    # the third look: what follows is on the broker, and not here yet
    for buffer.at in (0, 1, 2):
        told.append(buffer.oldest_ms)
    # a record without a timestamp
    buffer.put(batch(P, b"v", at=2, stamp_ms=-1), [rejected])
    told.append(buffer.oldest_ms)
    assert told == [None, 10, 20, 20, None]
