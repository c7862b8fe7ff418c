"""A human's answer to a step: it is held, set, or taken off, and what follows then."""

from tests.support.overriding import word
from tests.support.signalling import (
    M,
    Y,
    desk_of,
    evidence,
    midnight,
    nothing_before,
    of_ada,
    paid_late,
    told,
    wait,
    when,
)
from tests.support.stepping import LATE, YOUNG, answer, late_payer, moves, on_time


def test_until_a_human_says_the_step_stays_to_the_microsecond() -> None:
    desk = late_payer(LATE, answer(1, "00:00:00", hold_until=when(15, "10:11:12.131415")))
    assert of_ada(desk)[0]["recommended_step"] is None
    nothing_before(desk, 15, "10:11:12.131415")
    assert moves(desk) == [("reassess", when(15, "10:11:12.131415"))]
    assert evidence(desk) == [("risk.late_payer", 13, "watch")]


def test_it_stays_on_its_way_up_and_on_its_way_off() -> None:
    desk = late_payer()
    desk.feed(M, answer(3, hold_until=when(9)))
    nothing_before(desk, 9, "12:00:00")
    assert moves(desk) == [("educate", when(9))]
    assert evidence(desk)[0] == ("ladder.dwell_days", 7, 5)
    on_time(desk, 10)
    desk.feed(M, answer(11, hold_until=when(20)))
    nothing_before(desk, 20, "12:00:00")
    assert moves(desk)[1:] == [(None, when(20))]
    assert evidence(desk) == [("ladder.clear_days", 10, 3)]


def test_a_guard_does_not_wait_for_it() -> None:
    desk = late_payer()
    wait(desk, 17)
    lock = word("lock", "important")
    desk.feed(M, answer(18, hold_until=when(60)) | {"override": lock})
    assert moves(desk)[-1] == ("renegotiate", when(18))


def test_a_step_that_a_human_sets_is_taken_as_it_is() -> None:
    desk = late_payer(YOUNG)
    desk.feed(M, answer(3, set_step="terminate"))
    assert moves(desk) == [("terminate", when(3))]
    assert evidence(desk) == [("ladder.set_step", "terminate", "because")]
    assert desk.risks[-1]["trigger"]["topic"] == "customers"
    assert desk.risks[-1]["requires_approval"]
    wait(desk, 10)
    assert len(moves(desk)) == 1


def test_it_is_allowed_as_long_as_the_newest_record_says_so() -> None:
    desk = late_payer(YOUNG)
    desk.feed(M, answer(3, set_step="migrate"))
    # another record that says the same, and more
    desk.feed(M, answer(4, set_step="migrate") | {"override": word("lock", "key")})
    assert len(moves(desk)) == 1
    desk.feed(M, told(5, override=word("lock", "key")))
    assert moves(desk)[1:] == [("educate", when(5))]


def test_an_answer_is_taken_once() -> None:
    desk = late_payer()
    desk.feed(M, answer(3, set_step="reassess"))
    wait(desk, 8)
    assert moves(desk) == [("educate", midnight(7))]
    # the same answer on another record changes nothing; one with other words does
    desk.feed(M, answer(8, set_step="reassess"))
    assert len(moves(desk)) == 1
    desk.feed(M, answer(9, set_step="reassess", reason="again"))
    assert moves(desk)[1:] == [("reassess", when(9))]
    nothing_before(desk, 14)
    assert moves(desk)[2:] == [("educate", midnight(14))]
    # after a record without an answer the same words are new
    desk.feed(M, told(15), answer(15, "13:00:00", set_step="reassess", reason="again"))
    assert moves(desk)[3:] == [("reassess", when(15, "13:00:00"))]


def test_an_older_record_that_comes_late_is_no_answer() -> None:
    desk = late_payer()
    desk.feed(M, told(4), answer(3, set_step="terminate"))
    assert moves(desk) == []


def test_a_step_set_where_nothing_is_open_is_left_after_its_days() -> None:
    desk = desk_of(LATE)
    desk.feed(M, answer(1, set_step="educate"))
    assert moves(desk) == [("educate", when(1))]
    nothing_before(desk, 4)
    assert moves(desk)[1:] == [(None, midnight(4))]


def test_no_step_that_a_human_sets_waits_as_any_other() -> None:
    desk = late_payer()
    wait(desk, 8)
    desk.feed(M, answer(9, set_step="none"))
    assert moves(desk)[1:] == [(None, when(9))]
    assert evidence(desk) == [("ladder.set_step", "none", "because")]
    nothing_before(desk, 14)
    assert moves(desk)[2:] == [("reassess", midnight(14))]
    assert evidence(desk) == [("risk.late_payer", 12, "watch")]


def test_nor_does_a_signal_that_opens_later_begin_it_at_once() -> None:
    desk = desk_of(LATE)
    desk.feed(M, answer(1, set_step="none"))
    desk.feed(Y, paid_late(20), paid_late(21))
    assert of_ada(desk)[0]["recommended_step"] is None
    nothing_before(desk, 26)
    assert moves(desk) == [("reassess", midnight(26))]


def test_a_record_without_an_answer_ends_that() -> None:
    desk = late_payer()
    desk.feed(M, answer(3, set_step="none"), told(4))
    assert moves(desk) == [(None, when(3)), ("reassess", when(4))]


def test_none_set_where_there_is_none_yet_waits_from_then_on() -> None:
    desk = late_payer(LATE, answer(1, "00:00:00", hold_until=when(10)))
    desk.feed(M, answer(9, set_step="none"))
    assert moves(desk) == []
    nothing_before(desk, 14)
    assert moves(desk) == [("reassess", midnight(14))]
