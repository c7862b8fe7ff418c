"""What time alone brings: the next due time, and the first of all that goes out."""

from agents.explain.ahead import look_ahead
from agents.explain.found import Turn
from tests.support.explaining import explained, standing_of
from tests.support.feeding import sale
from tests.support.hearing import Ada
from tests.support.overriding import HELD, Tiered, spent
from tests.support.policies import only, policy
from tests.support.signalling import bought, day_us, midnight
from tests.support.stepping import LATE, START


def test_a_noticed_downgrade_comes_on_its_day() -> None:
    its = explained(Tiered(HELD, sale(1, amount="3000"), spent(3, "2900")))
    due = its.ahead.next_due
    assert due is not None
    assert (due.at, due.turns) == (
        midnight(6),
        [Turn(midnight(6), "tier", "downgrade", "ordinary")],
    )
    assert its.ahead.turns[0] == due.turns[0]


def test_a_day_that_leaves_the_window_changes_the_figures() -> None:
    its = explained(Ada(policy(), sale(1, amount="100"), sale(3, amount="20")))
    due = its.ahead.next_due
    assert due is not None
    assert (due.at, due.turns) == (midnight(11), [])
    assert (due.contribution_before, due.contribution_after) == ("120.00", "20.00")
    assert (due.index_before, due.index_after) == ("120.00", "20.00")


def test_once_all_has_left_nothing_is_due() -> None:
    its = explained(Ada(policy(), sale(1, amount="100")), day_us(200))
    assert (its.ahead.next_due, its.ahead.turns, its.ahead.looked_until) == (None, [], None)


def test_each_signal_knows_when_it_turns() -> None:
    by = policy(only("no_second_purchase"))
    [signal] = explained(Ada(by, bought(1))).signals
    assert (signal.severity, signal.turns_to) == (None, "raised")
    [later] = explained(Ada(by, bought(1)), day_us(400)).signals
    assert later.since == signal.turns_at


def test_a_step_to_come_is_told() -> None:
    its = explained(Ada(LATE, *START))
    assert Turn(midnight(7), "ladder", "educate", "step_changed") in its.ahead.turns


def test_of_what_comes_again_and_again_the_first_is_told() -> None:
    every = {"contacts_due": {"reasons": ["interval"]}, "treatment.key.contact_every_days": 3}
    its = explained(Ada(policy(every), sale(1, amount="9000")))
    contacts = [turn for turn in its.ahead.turns if turn.what == "contact"]
    assert contacts == [Turn(midnight(4), "contact", "interval", "")]


def test_it_looks_no_further_than_its_bound() -> None:
    standing = standing_of(Ada(policy(), sale(1, amount="100"), sale(3, amount="20")))
    ahead = look_ahead(standing, policy(), 1)
    assert ahead.next_due is not None
    assert (ahead.next_due.at, ahead.looked_until) == (midnight(11), midnight(13))
