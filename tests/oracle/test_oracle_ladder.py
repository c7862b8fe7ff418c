"""The ladder worked out by hand: its rules one after the other, guards, and human answers."""

import json
from typing import Any

import pytest

from .hand import HAND_POLICY, Feed
from .instants import parse
from .judge import Gate, judge
from .money import Terms
from .records import CUSTOMERS
from .recount import Outcome, Partition, recount
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
Steps = list[tuple[str | None, str, str]]


def owing(**master: object) -> Feed:
    """A customer that paid late twice, and is a late payer from 2 February on."""
    feed = Feed().master("02-01", **(OLD | master))
    return feed.pay("02-01", "01-01").pay("02-02", "01-02")


def clear(feed: Feed, at: str) -> Feed:
    """Let it pay in time twice."""
    return feed.pay(at, "03-01").pay(at, "03-01")


def outcome(feed: Feed, **policy: Any) -> Outcome:
    return feed.outcome(**({"risk": RISK, "ladder": LADDER} | policy))


def steps(feed: Feed, **policy: Any) -> Steps:
    """Show of each record that may recommend a step: the step, when, and what it is about."""
    return [
        (its["recommended_step"], its["effective_at"][5:10], its["signal"])
        for its in outcome(feed, **policy).at_risk
        if its["signal"] != "support_spike"
    ]


def evidence(record: Wire) -> list[tuple[object, ...]]:
    return [tuple(its.values()) for its in record["evidence"]]


def test_the_steps_follow_each_other_while_it_costs() -> None:
    feed = owing().call("02-08").until("02-18")
    found = outcome(feed).at_risk
    assert steps(feed) == [
        ("reassess", "02-02", "late_payer"),
        ("educate", "02-06", "ladder"),
        ("renegotiate", "02-10", "ladder"),
        ("migrate", "02-14", "ladder"),
        ("terminate", "02-18", "ladder"),
    ]
    assert (found[1]["status"], found[1]["severity"]) == ("step_changed", "watch")
    assert evidence(found[1]) == [("ladder.dwell_days", 4, 4), ("risk.late_payer", 4, "watch")]
    assert [its["playbook"] for its in found[:2]] == [None, "Explain."]
    spike, last = found[2], found[-1]
    assert (spike["recommended_step"], spike["steps"]) == (None, [])
    assert (last["requires_approval"], last["notice_days"]) == (True, 30)
    assert last["steps"][0] == {"step": "reassess", "since": "2026-02-02T00:00:00Z"}
    assert len(last["steps"]) == 5
    assert (found[0]["requires_approval"], found[0]["notice_days"]) == (False, None)
    assert outcome(feed).values["ada"]["ladder"] == {
        "step": "terminate",
        "since": "2026-02-18T00:00:00Z",
        "hold_until": None,
        "reason": None,
    }


def test_no_step_after_some_days_with_nothing_that_costs() -> None:
    feed = clear(owing(), "02-07").until("02-10")
    assert steps(feed)[1:] == [
        ("educate", "02-06", "ladder"),
        ("educate", "02-07", "late_payer"),
        (None, "02-10", "ladder"),
    ]
    assert evidence(outcome(feed).at_risk[-1]) == [("ladder.clear_days", 3, 3)]
    assert outcome(feed).at_risk[-1]["steps"] == []
    assert outcome(feed).values["ada"]["ladder"] is None


def test_the_next_step_waits_for_days_without_a_gap() -> None:
    # Cleared on the 3rd and raised on the 5th: four days from then are over on the 9th.
    feed = clear(owing(), "02-03").pay("02-04", "01-01").pay("02-05", "01-01").until("02-09")
    assert steps(feed)[2:] == [("reassess", "02-05", "late_payer"), ("educate", "02-09", "ladder")]


@pytest.mark.parametrize(
    ("amount", "finding"),
    [
        ("600", ("ladder.tier", "important", "renegotiate")),
        ("70", ("ladder.segment", "potential", "renegotiate")),
    ],
)
def test_a_good_customer_goes_back(amount: str, finding: tuple[object, ...]) -> None:
    segments = {"potential": {"growth": "1.5", "rise": "10.00"}}
    feed = owing().buy("02-15", amount).until("03-01")
    record = outcome(feed, segments=segments).at_risk[-1]
    assert steps(feed, segments=segments)[4:] == [("renegotiate", "02-15", "ladder")]
    assert evidence(record) == [finding]


def test_the_young_are_only_educated() -> None:
    # By its first event it is ten days old on the 11th; by what is said it joined on the 10th.
    feed = owing(joined_at=None).until("02-12")
    assert steps(feed)[1:] == [("educate", "02-06", "ladder"), ("renegotiate", "02-11", "ladder")]
    feed.master("02-12 12:00", joined_at="2026-02-10T05:00:00Z").until("02-20")
    found = outcome(feed)
    assert steps(feed)[3:] == [("educate", "02-12", "ladder"), ("renegotiate", "02-20", "ladder")]
    assert evidence(found.at_risk[3]) == [("ladder.young_days", 2, "educate")]


def test_a_human_sets_the_step_while_the_record_says_so() -> None:
    # The same again is nothing new, and nor is an older record; a newer one ends it.
    said: dict[str, Any] = {"set_step": "terminate", "reason": "fraud"}
    feed = owing().buy("02-02", "600").master("02-03", ladder=said).master("02-04", ladder=said)
    feed.master("02-02 12:00", ladder={"set_step": "none", "reason": "late"})
    assert steps(feed.until("02-28"))[1:] == [("terminate", "02-03", "ladder")]
    assert evidence(outcome(feed).at_risk[-1]) == [("ladder.set_step", "terminate", "fraud")]
    assert outcome(feed).values["ada"]["ladder"]["reason"] == "fraud"
    feed.master("02-28 12:00", ladder={"reason": "so"})
    assert steps(feed)[2:] == [("renegotiate", "02-28", "ladder")]


def test_a_human_may_set_no_step_and_hold_it() -> None:
    # While it is held nothing follows; at its end the first step does, to the microsecond.
    said = {"set_step": "none", "hold_until": "2026-02-09T10:00:00.000001Z", "reason": "talks"}
    feed = owing().master("02-04", ladder=said, **OLD).until("02-09 10:00")
    assert steps(feed)[1:] == [(None, "02-04", "ladder")]
    feed.until("02-09 10:00:00.000001")
    assert steps(feed)[2:] == [("reassess", "02-09", "ladder")]
    assert evidence(outcome(feed).at_risk[-1]) == [("risk.late_payer", 7, "watch")]


def test_a_step_is_held() -> None:
    said = {"hold_until": "2026-02-09T10:00:00Z", "reason": "talks"}
    feed = owing(ladder=said).until("03-01")
    assert steps(feed)[:3] == [
        (None, "02-02", "late_payer"),
        ("reassess", "02-09", "ladder"),
        ("educate", "02-13", "ladder"),
    ]


def test_a_step_set_while_nothing_costs_goes_after_its_days() -> None:
    feed = Feed().master("02-01", ladder={"set_step": "educate", "reason": "rude"}).until("02-04")
    found = outcome(feed).at_risk
    assert [its["recommended_step"] for its in found] == ["educate", None]
    assert [evidence(its) for its in found] == [
        [("ladder.set_step", "educate", "rude")],
        [("ladder.clear_days", 3, 3)],
    ]


def test_one_move_at_a_time() -> None:
    # On the 18th three days have passed, but the loss of 19 January leaves, too: first it goes
    # back, then, at the same time, to no step.
    feed = Feed().buy("01-19", "0", cost="700").buy("01-20", "600").master("01-21", **OLD)
    feed.pay("02-01", "01-01").pay("02-02", "01-02")
    assert steps(clear(feed, "02-15").until("02-18"))[3:] == [
        ("migrate", "02-14", "ladder"),
        ("migrate", "02-15", "late_payer"),
        ("renegotiate", "02-18", "ladder"),
        (None, "02-18", "ladder"),
    ]


def test_after_a_human_set_none_the_first_step_waits_too() -> None:
    feed = owing().master("02-03", ladder={"set_step": "none", "reason": "so"})
    assert steps(feed.until("02-06 23:59"))[1:] == [(None, "02-03", "ladder")]
    assert steps(feed.until("02-07"))[2:] == [("reassess", "02-07", "ladder")]


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
    assert [(its["signal"], its["status"], its["evidence"]) for its in found] == [
        ("late_payer", "cleared", []),
        ("ladder", "step_changed", []),
    ]
    assert {its["trigger"]["kind"] for its in found} == {"policy"}
    found = _changed(owing(), Feed(), risk=RISK)
    assert [(its["signal"], its["recommended_step"]) for its in found] == [("ladder", None)]


def test_what_was_not_asked_for_begins_when_it_is() -> None:
    # Before the change nobody asked for purchase days: the next one is the first.
    rule = {"no_second_purchase": {"after_days": 2}}
    feed, later = Feed().buy("02-01", "1").buy("02-02", "1"), Feed().buy("02-03", "1", event_id="n")
    assert _changed(feed, later, risk=rule) == []
    (raised,) = _changed(feed, later.until("02-05"), risk=rule)
    assert (raised["signal"], raised["effective_at"]) == (
        "no_second_purchase",
        "2026-02-05T00:00:00Z",
    )


@pytest.mark.parametrize(
    ("ladder", "verdict"),
    [
        ({"reason": "x" * 1_000}, None),
        ({"set_step": None, "hold_until": None, "reason": "so", "x": 1}, None),
        ({"set_step": "none", "hold_until": "9999-12-31T23:59:59.999999Z", "reason": "so"}, None),
        ("none", ("invalid_field", "ladder")),
        ({}, ("missing_field", "ladder.reason")),
        ({"reason": ""}, ("invalid_field", "ladder.reason")),
        ({"reason": "x" * 1_001}, ("invalid_field", "ladder.reason")),
        ({"set_step": "gold", "hold_until": 5}, ("invalid_field", "ladder.set_step")),
        ({"hold_until": "soon"}, ("invalid_field", "ladder.hold_until")),
        ({"hold_until": "9999-12-31T23:59:59-01:00"}, ("invalid_field", "ladder.hold_until")),
        ({"reason": "\ud800"}, ("malformed", None)),
    ],
)
def test_a_humans_answer_is_judged(ladder: Any, verdict: tuple[str, str | None] | None) -> None:
    record = {"event_id": "e", "customer_id": "ada", "occurred_at": "2026-03-01T12:00:00Z"}
    value = json.dumps(record | {"ladder": ladder}).encode()
    feed = Feed().raw(CUSTOMERS, value, b"ada", parse("2026-04-01T00:00:00Z") // 1_000)
    refused = recount(HAND_POLICY, feed.records, partitions=1).rejected
    assert ((refused[0][1], refused[0][2]) if refused else None) == verdict


def test_an_override_that_is_judged_first_is_named_first() -> None:
    feed = Feed().master("02-01", override={"tier": "gold"}, ladder=5)
    assert feed.outcome().rejected[0][2] == "override.tier"
