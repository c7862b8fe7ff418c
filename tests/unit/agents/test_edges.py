"""At the edges of numbers, time and policy: nothing stops the stream, nothing is missed."""

import pytest

from agents.policy_file.reading import PolicyError, read_policy
from agents.ports import Batch
from schemas.inputs.events import Kind
from streams.config.policy import load_policy
from tests.support.feeding import INPUTS, WITH_CUSTOMERS, Desk, Erasure, clock, contribution, sale
from tests.support.making import (
    DECAYED,
    changed,
    master_data,
    payment,
    policy,
    purchase,
    raw,
    support_call,
)

P, S, Y = INPUTS


def test_the_largest_amount_ever_so_late_does_not_stop_the_stream() -> None:
    desk = Desk()
    desk.feed(Y, payment(amount="9" * 15, due_at="0001-01-01T00:00:00Z"))
    assert desk.commit() is not None


def test_many_of_the_largest_amounts_do_not_stop_the_stream() -> None:
    desk = Desk(policy(("dedupe_ids_max = 100", "dedupe_ids_max = 1000")))
    desk.feed(P, *(sale(1, number, amount="9" * 15) for number in range(100)))
    desk.commit(stop=True)
    assert contribution(desk) == "99999999999999900.00"


def test_the_first_moments_of_the_calendar_do_not_stop_the_stream() -> None:
    desk = Desk()
    desk.feed(P, purchase(occurred_at="0001-01-01T00:00:00+10:00"))
    assert desk.commit() is not None


def test_under_a_shorter_window_old_days_leave_customers_at_rest() -> None:
    desk = Desk()
    desk.feed(P, sale(1, amount="600"), sale(8))
    desk.commit()
    again = desk.restarted(policy(("window_days = 10", "window_days = 5")))
    again.feed(S, clock(20))
    again.commit(stop=True)
    changes = [its for its in again.tier_changes if its["customer_id"] == "ada"]
    assert [its["to_tier"] for its in changes] == ["ordinary"]
    assert contribution(again) == "0.00"


def test_an_input_that_got_more_on_the_broker_is_waited_for_from_then_on() -> None:
    desk = Desk()
    desk.lay(P, sale(1), sale(3))
    assert desk.take(1) == 1
    desk.end(S, 1)
    assert desk.take() == 0


def test_a_treatment_that_can_t_go_out_is_refused() -> None:
    number = "support_priority = 99999999999999999999"
    with pytest.raises(PolicyError, match=r"^my\.toml: treatment\.key\.support_priority: "):
        read_policy(changed(("support_priority = 1", number)), "my.toml")


LAST_MS = 253_402_300_799_999
"""The last millisecond of the year 9999."""


def test_an_erasure_at_the_end_of_the_calendar_does_not_stop_the_stream() -> None:
    desk = Desk(inputs=WITH_CUSTOMERS)
    desk.feed(Kind.CUSTOMERS, Erasure("ada", LAST_MS))
    desk.commit()
    assert desk.receipts[0]["erased_at"] == "9999-12-31T23:59:59.999Z"


@pytest.mark.parametrize("timestamp_ms", [LAST_MS + 1, 1_772_366_400_000_000, 2**62])
def test_an_erasure_beyond_the_calendar_does_not_stop_the_stream(timestamp_ms: int) -> None:
    desk = Desk(inputs=WITH_CUSTOMERS)
    desk.feed(P, sale(1))
    desk.feed(Kind.CUSTOMERS, Erasure("ada", timestamp_ms))
    assert desk.commit() is not None
    assert desk.reasons == ["from_future"]
    assert list(desk.customer_rows) == ["ada"]


@pytest.mark.parametrize(
    ("landmark", "occurred_at"),
    [
        # half-lives since the landmark: 105,000 and 416,000
        ("0001-01-01", "2026-03-01T12:00:00Z"),
        ("2020-01-01", "9999-12-31T23:59:59Z"),
    ],
)
def test_a_fading_value_far_from_its_landmark_does_not_stop_the_stream(
    landmark: str, occurred_at: str
) -> None:
    fading = policy((DECAYED[0], f'{DECAYED[1]}landmark = "{landmark}"\n'))
    desk = Desk(fading)
    event = purchase(occurred_at=occurred_at)
    # a record without a timestamp has no future
    desk.shard.put(
        Batch(
            kind=P,
            partition=0,
            position=0,
            next_position=1,
            offsets=[0],
            timestamps_ms=[-1],
            keys=[b"ada"],
            values=[raw(event)],
            headers=[()],
            ends={},
        )
    )
    desk.take()
    assert desk.commit() is not None


def test_long_before_its_landmark_a_value_does_not_fade() -> None:
    later = policy((DECAYED[0], f'{DECAYED[1]}landmark = "2030-01-01"\n'))
    desk = Desk(later)
    desk.feed(P, sale(1, amount="1000"), sale(8, amount="0"))
    desk.commit(stop=True)
    assert desk.snapshots[-1]["value"]["index"] == "1000.00"


@pytest.mark.parametrize(
    "occurred_at", ["0001-01-01T00:00:00Z", "1970-01-01T00:00:00+01:00", "1969-12-31T23:59:59Z"]
)
def test_a_date_before_1970_does_not_stop_the_stream(occurred_at: str) -> None:
    desk = Desk(load_policy(None), inputs=WITH_CUSTOMERS)
    desk.feed(P, purchase(occurred_at=occurred_at))
    desk.feed(Kind.CUSTOMERS, master_data(occurred_at=occurred_at))
    desk.feed(S, support_call(occurred_at=occurred_at))
    desk.feed(Y, payment(occurred_at=occurred_at, due_at=occurred_at))
    assert desk.commit(stop=True) is not None
    assert desk.reasons == []
    assert desk.risks == []


def test_a_downgrade_that_takes_effect_after_the_year_9999_does_not_stop_the_stream() -> None:
    desk = Desk(load_policy(None), inputs=WITH_CUSTOMERS)
    events = [
        purchase(occurred_at="9999-12-31T00:00:00Z", amount="600.00"),
        purchase(
            occurred_at="9999-12-31T01:00:00Z", amount="600.00", type="return", event_id="back"
        ),
    ]
    keys: list[bytes | None] = [b"ada"] * 2
    values: list[bytes | None] = [raw(event) for event in events]
    desk.shard.put(
        Batch(
            kind=P,
            partition=0,
            position=0,
            next_position=2,
            offsets=[0, 1],
            timestamps_ms=[-1, -1],
            keys=keys,
            values=values,
            headers=[()] * 2,
            ends={},
        )
    )
    desk.take()
    assert desk.commit() is not None
    assert [its["direction"] for its in desk.tier_changes] == ["assigned", "notice"]
    assert desk.tier_changes[-1]["takes_effect_at"] == "9999-12-31T23:59:59.999999Z"
