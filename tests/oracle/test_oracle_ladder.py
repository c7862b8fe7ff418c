"""The ladder worked out by hand: its rules one after the other, guards, and human answers."""

from typing import Any

import pytest

from .hand import HAND_POLICY, Feed, proof, told
from .judge import Gate, judge
from .money import Terms
from .recount import Outcome, Partition
from .wire import Wire

LADDER: dict[str, Any] = {
    "dwell_days": 4,
    "clear_days": 3,
    "young_days": 10,
    "notice_days": 30,
    "playbook": {"educate": "Explain."},
}
RISK: dict[str, Any] = {
    "late_payer": HAND_POLICY["risk"]["late_payer"],
    "support_spike": {"contacts": 1, "clear_at": 0, "window_days": 2},
}
OLD: dict[str, Any] = {"joined_at": "2020-01-01T00:00:00Z"}


def owing(**master: object) -> Feed:
    """A customer that paid late twice, and is a late payer from 2 February on."""
    feed = Feed().master("02-01", **(OLD | master))
    return feed.pay("02-01", "01-01").pay("02-02", "01-02")


def clear(feed: Feed, at: str) -> Feed:
    """Let it pay in time twice."""
    return feed.pay(at, "03-01").pay(at, "03-01")


def outcome(feed: Feed, **policy: Any) -> Outcome:
    return feed.outcome(risk=RISK, ladder=LADDER, **policy)


def steps(feed: Feed, **policy: Any) -> list[str]:
    """Show of each record that may recommend a step: the step, when, and what it is about."""
    shown = told(outcome(feed, **policy).at_risk, "recommended_step effective_at signal")
    return [its for its in shown if "support_spike" not in its]


def evidence(feed: Feed, at: int = -1, **policy: Any) -> str:
    return proof(outcome(feed, **policy).at_risk[at]["evidence"])


def test_the_steps_follow_each_other_while_it_costs() -> None:
    feed = owing().call("02-08").until("02-18")
    first, second, spike, *_, last = outcome(feed).at_risk
    assert steps(feed) == [
        "reassess 02-02 late_payer",
        "educate 02-06 ladder",
        "renegotiate 02-10 ladder",
        "migrate 02-14 ladder",
        "terminate 02-18 ladder",
    ]
    assert (second["status"], second["severity"]) == ("step_changed", "watch")
    assert evidence(feed, 1) == "dwell_days 4/4, late_payer 4/watch"
    assert (first["playbook"], second["playbook"]) == (None, "Explain.")
    assert (spike["recommended_step"], spike["steps"]) == (None, [])
    assert (last["requires_approval"], last["notice_days"]) == (True, 30)
    assert last["steps"][0] == {"step": "reassess", "since": "2026-02-02T00:00:00Z"}
    assert len(last["steps"]) == 5
    assert (first["requires_approval"], first["notice_days"]) == (False, None)
    assert outcome(feed).values["ada"]["ladder"] == {
        "step": "terminate",
        "since": "2026-02-18T00:00:00Z",
        "hold_until": None,
        "ends_at": None,
        "reason": None,
        "answered": False,
        "held_by": None,
    }


def test_no_step_after_some_days_with_nothing_that_costs() -> None:
    feed = clear(owing(), "02-07").until("02-10")
    assert steps(feed)[1:] == [
        "educate 02-06 ladder",
        "educate 02-07 late_payer",
        "None 02-10 ladder",
    ]
    assert evidence(feed) == "clear_days 3/3"
    assert outcome(feed).at_risk[-1]["steps"] == []
    assert outcome(feed).values["ada"]["ladder"] is None


def test_the_next_step_waits_for_days_without_a_gap() -> None:
    # Cleared on the 3rd and raised on the 5th: four days from then are over on the 9th.
    feed = clear(owing(), "02-03").pay("02-04", "01-01").pay("02-05", "01-01").until("02-09")
    assert steps(feed)[2:] == ["reassess 02-05 late_payer", "educate 02-09 ladder"]


@pytest.mark.parametrize(
    ("amount", "finding"),
    [("600", "tier important/renegotiate"), ("70", "segment potential/renegotiate")],
)
def test_a_good_customer_goes_back(amount: str, finding: str) -> None:
    segments = {"potential": {"growth": "1.5", "rise": "10.00"}}
    feed = owing().buy("02-15", amount).until("03-01")
    assert steps(feed, segments=segments)[4:] == ["renegotiate 02-15 ladder"]
    assert evidence(feed, segments=segments) == finding


def test_the_young_are_only_educated() -> None:
    # By its first event it is ten days old on the 11th; by what is said it joined on the 10th.
    feed = owing(joined_at=None).until("02-12")
    assert steps(feed)[1:] == ["educate 02-06 ladder", "renegotiate 02-11 ladder"]
    feed.master("02-12 12:00", joined_at="2026-02-10T05:00:00Z").until("02-20")
    assert steps(feed)[3:] == ["educate 02-12T12:00:00 ladder", "renegotiate 02-20 ladder"]
    assert evidence(feed, 3) == "young_days 2/educate"


def test_a_human_sets_the_step_while_the_record_says_so() -> None:
    # The same again is nothing new, and nor is an older record; a newer one ends it.
    said: dict[str, Any] = {"set_step": "terminate", "reason": "fraud"}
    feed = owing().buy("02-02", "600").master("02-03", ladder=said).master("02-04", ladder=said)
    feed.master("02-02 12:00", ladder={"set_step": "none", "reason": "late"}).until("02-28")
    assert steps(feed)[1:] == ["terminate 02-03 ladder"]
    assert evidence(feed) == "set_step terminate/fraud"
    assert outcome(feed).values["ada"]["ladder"]["reason"] == "fraud"
    feed.master("02-28 12:00", ladder={"reason": "so"})
    assert steps(feed)[2:] == ["renegotiate 02-28T12:00:00 ladder"]


def test_a_human_may_set_no_step_and_hold_it() -> None:
    # While it is held nothing follows; at its end the first step does, to the microsecond.
    said = {"set_step": "none", "hold_until": "2026-02-09T10:00:00.000001Z", "reason": "talks"}
    feed = owing().master("02-04", ladder=said, **OLD).until("02-09 10:00")
    assert steps(feed)[1:] == ["None 02-04 ladder"]
    feed.until("02-09 10:00:00.000001")
    assert steps(feed)[2:] == ["reassess 02-09T10:00:00.000001 ladder"]
    assert evidence(feed) == "late_payer 7/watch"
    # One without an end waits as long as a step does.
    feed = owing().master("02-03", ladder={"set_step": "none", "reason": "so"})
    assert steps(feed.until("02-06 23:59"))[1:] == ["None 02-03 ladder"]
    assert steps(feed.until("02-07"))[2:] == ["reassess 02-07 ladder"]


def test_a_step_is_held() -> None:
    feed = owing(ladder={"hold_until": "2026-02-09T10:00:00Z", "reason": "talks"})
    assert steps(feed.until("02-13")) == [
        "None 02-02 late_payer",
        "reassess 02-09T10:00:00 ladder",
        "educate 02-13 ladder",
    ]


def test_a_step_set_while_nothing_costs_goes_after_its_days() -> None:
    feed = Feed().master("02-01", ladder={"set_step": "educate", "reason": "rude"}).until("02-04")
    assert steps(feed) == ["educate 02-01 ladder", "None 02-04 ladder"]
    assert evidence(feed, 0) == "set_step educate/rude"


def test_one_move_at_a_time() -> None:
    # On the 18th three days have passed, but the loss of 19 January leaves, too: first it goes
    # back, then, at the same time, to no step.
    feed = Feed().buy("01-19", "0", cost="700").buy("01-20", "600").master("01-21", **OLD)
    feed.pay("02-01", "01-01").pay("02-02", "01-02")
    assert steps(clear(feed, "02-15").until("02-18"))[3:] == [
        "migrate 02-14 ladder",
        "migrate 02-15 late_payer",
        "renegotiate 02-18 ladder",
        "None 02-18 ladder",
    ]


def _changed(feed: Feed, later: Feed, **policy: object) -> list[Wire]:
    """Recount by one policy, adopt another, and go on; give what was said from there."""
    before = Terms(HAND_POLICY | {"risk": RISK, "ladder": LADDER})
    whole = Outcome()
    partition = Partition(Gate(before, 1, "murmur2", 65_536), whole)
    for record in feed.records:
        partition.take(record, judge(record, partition.gate))
    whole.at_risk.clear()
    partition.adopt(Gate(Terms(HAND_POLICY | policy), 1, "murmur2", 65_536))
    for record in later.records:
        partition.take(record, judge(record, partition.gate))
    return whole.at_risk


def test_what_a_policy_does_not_have_any_more_is_over_without_evidence() -> None:
    found = _changed(owing(), Feed(), risk={})
    assert told(found, "signal status evidence trigger") == [
        "late_payer cleared [] policy",
        "ladder step_changed [] policy",
    ]
    found = _changed(owing(), Feed(), risk=RISK)
    assert told(found, "signal recommended_step") == ["ladder None"]


def test_what_was_not_asked_for_begins_when_it_is() -> None:
    # Before the change nobody asked for purchase days: the next one is the first.
    rule = {"no_second_purchase": {"after_days": 2}}
    feed, later = Feed().buy("02-01", "1").buy("02-02", "1"), Feed().buy("02-03", "1", event_id="n")
    assert _changed(feed, later, risk=rule) == []
    found = _changed(feed, later.until("02-05"), risk=rule)
    assert told(found, "signal effective_at") == ["no_second_purchase 02-05"]
