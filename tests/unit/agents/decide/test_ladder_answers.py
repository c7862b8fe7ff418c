"""A human's answer to a step: it is held, set, or taken off, and what follows then."""

from typing import Any

import pytest

from tests.support.hearing import plays
from tests.support.overriding import word
from tests.support.signalling import paid_late, tick, told, when
from tests.support.stepping import LATE, START, YOUNG, answer, on_time, waits

AT = "10:11:12.131415"
TERMINATE = answer(3, set_step="terminate")
MIGRATE = [answer(day, set_step="migrate") for day in (3, 4)]
KEY = word("lock", "key")
WORDS: dict[str, Any] = {"set_step": "reassess", "reason": "again"}
HELD_UP = [*START, answer(3, hold_until=when(9)), tick(9, "12:00:00")]
HELD_OFF = [*HELD_UP, *on_time(10), answer(11, hold_until=when(20)), tick(20, "12:00:00")]
IMPORTANT = {"override": word("lock", "important")}
GUARDED = [*START, tick(7), tick(12), tick(17), answer(18, hold_until=when(60)) | IMPORTANT]
ONCE = [*START, answer(3, set_step="reassess"), tick(7), answer(8, set_step="reassess")]
TWICE = [*ONCE, answer(9, **WORDS), tick(14)]
AGAIN = [*TWICE, told(15), answer(15, "13:00:00", **WORDS)]
TAKEN_OFF = [*START, tick(7), answer(9, set_step="none")]
HELD = [answer(1, "00:00:00", hold_until=when(15, AT)), *START, tick(15, AT)]
OPEN_12, OPEN_13 = ({"risk.late_payer": (days, "watch")} for days in (12, 13))
UP_7 = waits("dwell_days", 7, 5, late_payer=(7, "watch"))
OFF_10 = waits("clear_days", 10, 3)
EARLY = [answer(1, set_step="none"), paid_late(20), paid_late(21), tick(26)]
NONE = [answer(1, "00:00:00", hold_until=when(10)), *START, answer(9, set_step="none"), tick(14)]
SET_NONE = {"ladder.set_step": ("none", "because")}
WITHOUT = [*START, answer(3, set_step="none"), told(4)]
PROMISES: dict[str, Any] = {
    "it is held to the microsecond": (HELD, "- - raised/None reassess", OPEN_13),
    "it is held on its way up": (HELD_UP, "- raised - educate", UP_7),
    "it is held on its way off": (HELD_OFF, "- raised - educate - cleared - None", OFF_10),
    "a guard does not wait for it": (GUARDED, "- raised educate renegotiate migrate renegotiate"),
    "an answer is taken once": (ONCE, "- raised - educate -"),
    "other words are another answer": (TWICE, "- raised - educate - reassess educate"),
    "and the same ones after none": (AGAIN, "- raised - educate - reassess educate - reassess"),
    "an older record that comes late is none": ([*START, told(4), TERMINATE], "- raised - -"),
    "a step where nothing is open is left": (
        [answer(1, set_step="educate"), tick(4)],
        "educate None",
    ),
    "it may be none": (TAKEN_OFF, "- raised educate None", SET_NONE),
    "which waits": ([*TAKEN_OFF, tick(14)], "- raised educate None reassess", OPEN_12),
    "also for a signal that opens later": (EARLY, "- - raised/None reassess"),
    "until a record without an answer": (WITHOUT, "- raised None reassess"),
    "also where there is no step yet": (NONE, "- - raised/None - reassess"),
}


@pytest.mark.parametrize("promise", PROMISES.values(), ids=PROMISES)
def test_of_a_human_s_answer(promise: Any) -> None:
    plays(LATE, *promise)


def test_a_step_that_a_human_sets_is_taken_as_it_is() -> None:
    proof = {"ladder.set_step": ("terminate", "because")}
    ada = plays(YOUNG, [*START, TERMINATE], "- raised terminate", proof)
    assert ada.record["trigger"]["topic"] == "customers"
    assert ada.record["requires_approval"]
    ada.waits(10).says()


def test_it_is_allowed_as_long_as_the_newest_record_says_so() -> None:
    # the second says the same, and more
    events = [*START, MIGRATE[0], MIGRATE[1] | {"override": KEY}, told(5, override=KEY)]
    plays(YOUNG, events, "- raised migrate - educate")
