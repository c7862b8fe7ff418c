"""Episodes: raised, escalated and cleared once each, and not again so soon."""

from typing import Any

import pytest

from schemas.outputs.records import AT_RISK
from tests.support.feeding import on
from tests.support.hearing import Ada, plays
from tests.support.policies import only, policy
from tests.support.signalling import (
    EVERY_SIGNAL,
    asked,
    bought,
    gave_back,
    paid_late,
    tick,
    told,
    when,
)

SPIKE = policy(only("support_spike"), {"risk.cooldown_days": 5})
AT_ONCE = policy(only("support_spike"))
UNPAID = policy(only("overdue_invoice"), {"risk.cooldown_days": 10})


def calls(day: int, number: int = 4) -> list[dict[str, Any]]:
    return [asked(day, f"12:00:0{n}") for n in range(number)]


def on_credit(day: int) -> dict[str, Any]:
    """A sale that is due at once."""
    return bought(day, invoice_id=f"i-{day}", due_at=when(day), event_id=f"sold-{day}")


def pays(day: int, sold: int) -> dict[str, Any]:
    fields = {"invoice_id": f"i-{sold}", "amount": "1.00"}
    return paid_late(day, 0, event_id=f"pays-{day}-{sold}", **fields)


SPIKED, SPIKE_WAS = [*calls(1), tick(4)], "- - - raised cleared - - - "
PAID = [on_credit(1), tick(4, "12:00:00"), pays(4, 1), on_credit(5), tick(10, "12:00:00")]
SIX = tick(6, "12:00:00")
HIGH = [on_credit(1), tick(4, "12:00:00"), SIX, pays(6, 1), on_credit(7), tick(16)]
HIGH_AGAIN = "- raised/watch escalated/high cleared/high - raised/high"
TWO = [on_credit(1), on_credit(3), tick(4, "12:00:00"), SIX, pays(7, 1), tick(30), pays(30, 3)]
EPISODES: dict[str, Any] = {
    "at the end of the cool-down": (SPIKE, [*SPIKED, *calls(8), tick(9)], SPIKE_WAS + "- raised"),
    "not if it has passed by then": (SPIKE, [*SPIKED, *calls(5), tick(30)], SPIKE_WAS + "- -"),
    "at once after it": (SPIKE, [*SPIKED, *calls(9)], SPIKE_WAS + "raised"),
    "on the same day without one": (AT_ONCE, [*SPIKED, *calls(4)], SPIKE_WAS + "raised"),
    # three days past due at noon of day 8, five at noon of day 10
    "within it at a higher severity": (UNPAID, PAID, "- raised/watch cleared/watch - raised/high"),
    "at its end at the severity it had": (UNPAID, HIGH, HIGH_AGAIN),
    # what is left on day 7 is four days past due: watch
    "high for good, escalated once": (UNPAID, TWO, "- - raised escalated - - cleared/high"),
    "high at once, and not escalated": (UNPAID, [asked(20), on_credit(1)], "- raised/high"),
}


@pytest.mark.parametrize("episode", EPISODES.values(), ids=EPISODES)
def test_a_signal_is_raised(episode: Any) -> None:
    plays(*episode)


def test_a_signal_without_a_section_is_cleared_without_evidence_by_that_policy() -> None:
    ada = Ada(policy(only("late_payer", "overdue_invoice")), on_credit(1))
    ada.does(paid_late(2), paid_late(3)).says("late_payer raised").waits(7)
    assert [status for status, _ in ada.turned()] == ["raised", "escalated"]
    after = ada.restarted(policy(only("late_payer"))).does(asked(8))
    assert after.says("overdue_invoice cleared high").record["evidence"] == []
    after.waits(30).says()


def test_of_a_signal_that_is_open_again_no_cool_down_is_kept() -> None:
    row = Ada(UNPAID, *PAID).row
    assert (list(row.risks), row.signals) == (["overdue_invoice"], None)


def test_a_signal_that_escalates_is_open_since_it_was_raised() -> None:
    ada = Ada(UNPAID, on_credit(1), on_credit(3), tick(4, "12:00:00"))
    raised = ada.row.risks["overdue_invoice"]
    grown = ada.does(SIX).row.risks["overdue_invoice"]
    assert (raised.severity, grown.severity) == ("watch", "high")
    assert grown.since_us == raised.since_us


def test_an_event_asks_for_every_signal_of_a_policy_that_is_new() -> None:
    ada = Ada(policy(only("late_payer")), paid_late(1, 11), asked(2))
    eager = {"risk.late_payer.late": 1, "risk.late_payer.clear_on_time": 3}
    after = ada.restarted(policy(only("late_payer"), eager, {"version": "eager"}))
    after.does(asked(3)).says("late_payer raised")


def test_several_that_turn_at_once_are_told_by_name() -> None:
    ada = Ada(policy(only("dissatisfied", "repeat_issue", "support_spike")))
    ada.does(*(asked(1, f"12:00:0{n}", satisfaction=(None, 1, 1)[n]) for n in range(3))).says()
    ada.does(asked(1, "13:00:00", satisfaction=1, resolved=False))
    assert ada.hears(AT_RISK, "signal", "sequence", "score.points") == [
        ("dissatisfied", 2, 20 + 15 + 15),
        ("repeat_issue", 3, 20 + 15 + 15),
        ("support_spike", 4, 20 + 15 + 15),
    ]


# restarts

TERM = {
    "amount": "5000.00",
    "currency": "USD",
    "discount_rate": "0.10",
    "starts_on": "2026-03-01",
    "ends_on": "2026-04-30",
}
LIFE = [
    told(1, "00:00:00", commitment=TERM),
    bought(1, "900.00", invoice_id="a", due_at=on(3)),
    asked(2, complaint=True, resolved=False, satisfaction=1),
    asked(3, satisfaction=1),
    asked(3, "13:00:00", satisfaction=2),
    *(bought(day, "20.00") for day in (4, 6)),
    *(paid_late(day) for day in (7, 8)),
    *(asked(9, at, resolved=True, satisfaction=5) for at in ("12:00:00", "13:00:00", "14:00:00")),
    *(gave_back(12, number, amount="20.00") for number in range(3)),
    *(paid_late(day, 0) for day in (14, 15)),
    told(16, ladder={"set_step": "terminate", "reason": "enough"}),
    bought(21, "5.00"),
    told(22, ladder={"hold_until": on(28), "reason": "later"}),
    asked(31, resolved=False),
    asked(80),
]


def lived(*, restarts: bool) -> tuple[list[Any], dict[bytes, bytes]]:
    """All that was said of the signals, and the rows in the end."""
    ada, heard = Ada(EVERY_SIGNAL), []
    for number, event in enumerate(LIFE, 1):
        ada.does(event)
        if number == len(LIFE):
            ada.waits(90)
        ada.desk.commit(stop=True)
        heard += ada.hears(AT_RISK)
        ada = ada.restarted() if restarts else ada
    return heard, ada.desk.rows


def test_a_restart_in_the_middle_of_an_episode_changes_nothing() -> None:
    whole = lived(restarts=False)
    assert lived(restarts=True) == whole
    assert len({its["signal"] for its in whole[0]}) >= 9


@pytest.mark.parametrize("days", [0, 5])
def test_a_signal_in_its_cool_down_is_kept_in_the_row_until_it_has_passed(days: int) -> None:
    by = policy(only("support_spike", "dissatisfied"), {"risk.cooldown_days": days})
    ada = Ada(by, *calls(1), asked(8, satisfaction=5))
    assert list(ada.kept.cleared) == (["support_spike"] if days else [])
    assert ada.does(asked(9)).kept.cleared == {}
