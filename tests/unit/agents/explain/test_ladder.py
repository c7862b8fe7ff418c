"""What the next step of the ladder waits for."""

from typing import Any

import pytest

from tests.support.explaining import explained
from tests.support.hearing import Ada
from tests.support.policies import only, policy, section
from tests.support.signalling import bought, midnight, tick, told, when
from tests.support.stepping import LATE, START, YOUNG, answer, on_time

ANSWERS = policy(only("late_payer"), section("ladder"), {"ladder.waits_for_answer": True})
ENDS = policy(only("late_payer"), section("ladder"), {"stage": {"lost_days": 400}})
LAST = [*START, tick(7), tick(12), tick(17), tick(22)]


@pytest.mark.parametrize(
    ("by", "events", "place"),
    [
        pytest.param(LATE, START, ("reassess", "educate", "dwell", midnight(7)), id="dwell"),
        pytest.param(
            LATE,
            [*START, answer(3, hold_until=when(20))],
            ("reassess", "educate", "hold", when(20)),
            id="a human's hold",
        ),
        pytest.param(
            LATE, [*START, *on_time(4)], ("reassess", None, "clear", midnight(7)), id="clear"
        ),
        pytest.param(LATE, LAST, ("terminate", None, "human", None), id="a human's word"),
        pytest.param(
            ENDS,
            [*LAST, answer(23, set_step="terminate")],
            ("terminate", None, "end", midnight(53)),
            id="the end",
        ),
        pytest.param(
            ANSWERS,
            [*START, tick(8)],
            ("reassess", "educate", "answer", None),
            id="an answer",
        ),
        pytest.param(
            YOUNG,
            [*START, tick(7), tick(13)],
            ("educate", "renegotiate", "guard", None),
            id="a guard",
        ),
    ],
)
def test_what_it_waits_for(by: Any, events: list[Any], place: tuple[Any, ...]) -> None:
    ladder = explained(Ada(by, *events)).ladder
    assert ladder is not None
    assert (ladder.step, ladder.next_step, ladder.waits_for, ladder.until) == place


def test_the_guard_is_named_and_the_steps_have_their_days() -> None:
    ladder = explained(Ada(YOUNG, *START, tick(7), tick(13))).ladder
    assert ladder is not None
    assert ladder.held_by is not None
    assert (ladder.held_by.rule, ladder.held_by.threshold) == ("ladder.young_days", "educate")
    assert [(its.step, its.since) for its in ladder.steps] == [
        ("reassess", midnight(2)),
        ("educate", midnight(7)),
    ]


def test_who_never_stood_on_a_step_has_no_place() -> None:
    assert explained(Ada(LATE, bought(1))).ladder is None
    assert explained(Ada(policy(), told(1))).ladder is None
