"""Order: inputs are merged by event time, and one that has more on the broker is waited for."""

import pytest

from agents.partition.input_buffer import InputBuffer
from agents.ports import Batch, InvariantError
from schemas.inputs.events import Kind
from schemas.inputs.rejects import Reason, Rejection
from schemas.outputs.records import Headers
from tests.support.feeding import INPUTS, Desk
from tests.support.making import payment, purchase, raw, support_call

MAKE = {
    Kind.PURCHASES: purchase,
    Kind.SUPPORT_CALLS: support_call,
    Kind.PAYMENTS: payment,
}
P, S, Y = INPUTS
BROKEN = b"{"


def event(kind: Kind, minute: int, name: str = "") -> dict[str, object]:
    """An event of a customer of its own, named after input and minute."""
    customer_id = name or f"{kind.name[:2].lower()}{minute:02d}"
    return MAKE[kind](customer_id=customer_id, occurred_at=f"2026-03-01T12:{minute:02d}:00Z")


def lay(desk: Desk, kind: Kind, *minutes: int) -> None:
    desk.lay(kind, *(event(kind, minute) for minute in minutes))


def test_the_earliest_of_the_next_records_is_taken() -> None:
    desk = Desk()
    lay(desk, P, 1, 4, 9)
    lay(desk, S, 2, 3, 8)
    lay(desk, Y, 0, 5, 7)
    desk.take()
    assert desk.order == ["pa00", "pu01", "su02", "su03", "pu04", "pa05", "pa07", "su08", "pu09"]


def test_ties_go_to_purchases_then_support_calls_then_payments() -> None:
    desk = Desk()
    for kind in (Y, S, P):
        lay(desk, kind, 5)
    lay(desk, P, 6)
    desk.take()
    assert desk.order == ["pu05", "su05", "pa05", "pu06"]


def test_of_one_input_records_are_taken_in_the_order_of_their_offsets() -> None:
    desk = Desk()
    lay(desk, P, 9, 1, 5)
    lay(desk, S, 2, 10)
    desk.take()
    # the late ones come right after the one that they stood behind
    assert desk.order == ["su02", "pu09", "pu01", "pu05", "su10"]


def test_a_late_record_waits_for_no_other_input_than_the_one_before_it_did() -> None:
    desk = Desk()
    lay(desk, S, 5, 1)
    lay(desk, P, 5)
    lay(desk, Y, 5)
    desk.take()
    assert desk.order == ["pu05", "su05", "su01", "pa05"]


def test_a_rejected_record_is_taken_as_soon_as_it_is_the_next() -> None:
    desk = Desk()
    desk.lay(Y, event(Y, 9), BROKEN)
    desk.lay(S, BROKEN, BROKEN, event(S, 5))
    lay(desk, P, 1)
    desk.take(2)
    assert desk.shard.buffer(S).taken_to == 2
    desk.take(1)
    assert desk.order == ["pu01"]
    desk.take(1)
    assert desk.order == ["pu01", "su05"]
    desk.take()
    desk.commit()
    assert desk.reasons == ["malformed"] * 3


def test_an_input_that_has_more_on_the_broker_is_waited_for() -> None:
    desk = Desk()
    desk.end(S, 1)
    lay(desk, P, 1, 2)
    assert desk.take() == 0
    lay(desk, S, 1)
    assert desk.take() == 3
    assert desk.order == ["pu01", "su01", "pu02"]


def test_an_input_that_has_more_is_waited_for_once_its_last_record_here_is_taken() -> None:
    desk = Desk()
    desk.end(S, 3)
    lay(desk, S, 1, 5)
    lay(desk, P, 2, 4, 5, 6)
    desk.take()
    # at 5 the purchase goes first; after the support call of 5 nothing may be taken
    assert desk.order == ["su01", "pu02", "pu04", "pu05", "su05"]
    lay(desk, S, 6)
    desk.take()
    assert desk.order[5:] == ["pu06", "su06"]


def test_an_input_of_which_nothing_was_heard_yet_is_waited_for() -> None:
    desk = Desk()
    desk.shard.open_inputs(dict.fromkeys(INPUTS, 0))
    lay(desk, P, 1)
    assert desk.take() == 0
    desk.end(S, 0)
    assert desk.take() == 0
    desk.end(Y, 0)
    assert desk.take() == 1


def test_an_input_that_is_drained_or_empty_is_not_waited_for() -> None:
    desk = Desk()
    lay(desk, S, 1)
    desk.take()
    lay(desk, P, 2)
    assert desk.take() == 1


def test_an_input_that_is_absent_is_not_waited_for() -> None:
    desk = Desk(inputs=(P, S))
    lay(desk, P, 1)
    assert desk.take() == 1
    with pytest.raises(KeyError):
        desk.shard.buffer(Kind.CUSTOMERS)


def test_the_broker_s_end_never_goes_back() -> None:
    desk = Desk()
    desk.end(S, 5)
    desk.end(S, 3)
    lay(desk, P, 1)
    assert desk.take() == 0
    assert desk.shard.buffer(S).end == 5


def test_a_batch_tells_how_far_the_other_inputs_go() -> None:
    desk = Desk()
    value = raw(event(P, 1))
    desk.shard.put(
        Batch(
            kind=P,
            partition=0,
            position=0,
            next_position=1,
            offsets=[0],
            timestamps_ms=[0],
            keys=[b"pu01"],
            values=[value],
            headers=[()],
            ends={S: 2, P: 1},
        )
    )
    assert desk.take() == 0
    assert desk.shard.buffer(S).has_more


def test_what_came_in_the_meantime_takes_its_place_among_what_lies_ready() -> None:
    desk = Desk()
    lay(desk, P, 1, 5)
    assert desk.take(1) == 1
    lay(desk, S, 3)
    desk.take()
    assert desk.order == ["pu01", "su03", "pu05"]


def test_steps_of_any_size_take_the_same_order() -> None:
    orders = []
    for step in (1, 2, 3, 100):
        desk = Desk()
        lay(desk, P, 1, 4, 9, 2)
        lay(desk, S, 2, 3, 8)
        lay(desk, Y, 0, 5, 7)
        while desk.take(step):
            pass
        orders.append(desk.order)
    assert all(order == orders[0] for order in orders)


def test_offsets_may_have_gaps_and_a_batch_may_hold_nothing() -> None:
    desk = Desk()
    buffer = desk.shard.buffer(P)
    value = raw(event(P, 1))
    desk.shard.put(
        Batch(
            kind=P,
            partition=0,
            position=0,
            next_position=10,
            offsets=[4],
            timestamps_ms=[0],
            keys=[b"pu01"],
            values=[value],
            headers=[()],
            ends={},
        )
    )
    assert (buffer.records, buffer.taken_to, buffer.position) == (1, 4, 10)
    desk.take()
    assert (buffer.records, buffer.taken_to) == (0, 10)
    desk.shard.put(
        Batch(
            kind=P,
            partition=0,
            position=10,
            next_position=12,
            offsets=[],
            timestamps_ms=[],
            keys=[],
            values=[],
            headers=[],
            ends={},
        )
    )
    assert (buffer.taken_to, buffer.drained) == (12, True)


def test_a_batch_that_does_not_go_on_where_the_last_one_ended_is_refused() -> None:
    desk = Desk()
    lay(desk, P, 1)
    for position in (0, 2):
        with pytest.raises(InvariantError, match="purchases-0 goes on at offset 1, yet what was"):
            desk.shard.put(
                Batch(
                    kind=P,
                    partition=0,
                    position=position,
                    next_position=position,
                    offsets=[],
                    timestamps_ms=[],
                    keys=[],
                    values=[],
                    headers=[],
                    ends={},
                )
            )


def test_lag_is_what_is_on_the_broker_and_not_taken() -> None:
    desk = Desk()
    desk.end(P, 10)
    lay(desk, P, 1, 2, 3)
    assert desk.shard.lag() == {P: 10, S: 0, Y: 0}
    desk.take(2)
    assert desk.shard.lag()[P] == 8
    assert not desk.shard.drained


def test_of_an_input_of_which_nothing_was_heard_no_lag_is_known() -> None:
    desk = Desk()
    desk.shard.open_inputs(dict.fromkeys(INPUTS, 7))
    assert desk.shard.lag() == dict.fromkeys(INPUTS, 0)
    assert not desk.shard.drained


def test_what_was_fetched_and_not_taken_is_forgotten_when_inputs_are_opened_anew() -> None:
    desk = Desk()
    lay(desk, P, 1, 2)
    desk.take(1)
    desk.shard.open_inputs({P: 1})
    assert desk.shard.buffer(P).records == 0
    lay(desk, P, 2)
    desk.take()
    assert desk.order == ["pu01", "pu02"]


def test_what_lies_here_weighs_what_its_keys_values_and_headers_do() -> None:
    buffer = InputBuffer(P, 0)
    headers: list[Headers] = [(), (("a", b"12"), ("bc", None))]
    rejected = Rejection(Reason.MALFORMED, "expected JSON")
    batch = Batch(
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
    buffer.put(batch, [rejected, rejected])
    assert buffer.held_bytes() == 3 + 2 + 3 + 2
    buffer.at = 1
    assert buffer.held_bytes() == 2 + 3 + 2
    buffer.put(
        Batch(
            kind=P,
            partition=0,
            position=2,
            next_position=3,
            offsets=[2],
            timestamps_ms=[0],
            keys=[b"k"],
            values=[b"v"],
            headers=[()],
            ends={},
        ),
        [rejected],
    )
    assert buffer.held_bytes() == 2 + 3 + 2 + 2
    buffer.at = 2
    assert buffer.held_bytes() == 0
