"""Every signal of the policy with its bounds, whether it is open or not."""

import pytest

from agents.explain.found import Gauge, SignalFound
from agents.signals.registry import SIGNALS
from tests.support.explaining import explained
from tests.support.hearing import Ada
from tests.support.policies import only, policy
from tests.support.signalling import EVERY_SIGNAL, asked, bought, day_us, midnight, paid_late, when
from tests.support.stepping import LATE, START, on_time


def of(name: str, *found: SignalFound) -> SignalFound:
    return next(its for its in found if its.signal == name)


def test_all_signals_of_the_policy_are_there_by_name() -> None:
    its = explained(Ada(EVERY_SIGNAL, bought(1)))
    names = [signal.signal for signal in its.signals]
    assert names == sorted(names)
    assert set(names) | {"leaving"} == {signal.name for signal in SIGNALS}


def test_a_quiet_one_tells_what_would_raise_it() -> None:
    its = explained(Ada(policy(), asked(1), asked(2)))
    spike = of("support_spike", *its.signals)
    gauge = Gauge("risk.support_spike.contacts", "contacts", 2, ">=", 4)
    assert (spike.severity, spike.raised_by, spike.cleared_by) == (None, [gauge], [])


def test_an_open_one_tells_what_would_clear_it_and_when_time_does() -> None:
    its = explained(Ada(policy(), *(asked(1, f"12:00:0{n}") for n in range(4))))
    spike = of("support_spike", *its.signals)
    assert (spike.severity, spike.since) == ("watch", when(1, "12:00:03"))
    gauge = Gauge("risk.support_spike.clear_at", "contacts", 4, "<=", 1)
    assert (spike.cleared_by, spike.turns_at, spike.turns_to) == ([gauge], midnight(4), "cleared")


def test_a_run_of_payments_on_time_is_counted() -> None:
    its = explained(Ada(LATE, *START, on_time(4)[0]))
    [late] = its.signals
    assert late.cleared_by == [
        Gauge("risk.late_payer.clear_on_time", "payments on time", 1, ">=", 2)
    ]


def test_one_that_was_cleared_tells_until_when_it_rests() -> None:
    by = policy(only("late_payer"), {"risk.cooldown_days": 3})
    [late] = explained(Ada(by, *START, *on_time(4))).signals
    assert (late.severity, late.cooling_until) == (None, midnight(7))


def test_of_who_is_lost_signs_of_leaving_are_not_asked() -> None:
    by = policy(only("overdue", "late_payer"), {"stage": {"lost_days": 5}})
    its = explained(Ada(by, *map(bought, (1, 2, 3))), day_us(90))
    assert {signal.signal: signal.silent for signal in its.signals} == {
        "late_payer": False,
        "overdue": True,
    }


@pytest.mark.parametrize("days", [0, 3, 40])
def test_every_signal_can_tell_its_bounds_of_anybody(days: int) -> None:
    stories = ([bought(1)], [asked(1)], [paid_late(1)], [asked(1, resolved=True, complaint=True)])
    for story in stories:
        for signal in explained(Ada(EVERY_SIGNAL, *story), day_us(2 + days)).signals:
            assert all(gauge.what for gauge in signal.raised_by + signal.cleared_by)
