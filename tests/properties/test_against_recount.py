"""The shard against the independent recount: the same outputs in any batching, with restarts."""

import tomllib
from collections.abc import Iterator
from functools import cache

import orjson
import pytest

from schemas.state.rows import PARTITION_KEY
from tests.oracle.fields import CHANNELS, STEPS, TIERS
from tests.oracle.records import Record
from tests.oracle.recount import Outcome, recount
from tests.oracle.risk_terms import SIGNALS
from tests.oracle.sample import sample
from tests.oracle.sample_policy import (
    ANSWERED_TOML,
    CANCELLED_TOML,
    CARDS_TOML,
    DECAYED_TOML,
    HOLD_TOML,
    POLICY_TOML,
    RISKS_TOML,
    WHOLE_TOML,
    decayed,
)
from tests.oracle.wire import Wire
from tests.support.against_recount import check
from tests.support.shards import Made, policy_of, run_all

PARTITIONS = 2
WORLDS: dict[str, tuple[str, str, tuple[int | None, ...]]] = {
    "plain": ("plain", POLICY_TOML, (None, 0, 1, 2, 3, 4)),
    "held, one step": (
        "plain",
        POLICY_TOML + HOLD_TOML.replace("DOWNGRADE", "one_step"),
        (None, 7),
    ),
    "held, full": ("plain", POLICY_TOML + HOLD_TOML.replace("DOWNGRADE", "full"), (None, 7)),
    "dated rate cards": ("plain", POLICY_TOML + CARDS_TOML, (None, 3)),
    "whole": ("whole", WHOLE_TOML, (None, 1, 2)),
    "whole, decayed": ("whole", DECAYED_TOML, (None, 1, 2)),
    "at risk": ("at risk", RISKS_TOML, (None, 1, 2)),
    "at risk, answered": ("at risk", ANSWERED_TOML, (None, 1, 2)),
    "at risk, cancelled": ("at risk", CANCELLED_TOML, (None, 1, 2)),
    "at risk, cancelled, decayed": ("at risk", decayed(CANCELLED_TOML), (None, 1, 2)),
    "at risk, answered, decayed": ("at risk", decayed(ANSWERED_TOML), (None, 1, 2)),
}
"""Which sample, by which policy, and how it is cut: in one go, or by a seed, with restarts."""


@cache
def records_of(sample_name: str) -> list[Record]:
    if sample_name == "at risk":
        return sample(21, 5000, 80, partitions=PARTITIONS, risks=True)
    return sample(11, 6000, 150, partitions=PARTITIONS, whole=sample_name == "whole")


@cache
def expected(world: str) -> Outcome:
    sample_name, text, _ = WORLDS[world]
    return recount(tomllib.loads(text), records_of(sample_name), partitions=PARTITIONS)


def made_of(world: str, seed: int | None) -> Made:
    sample_name, text, _ = WORLDS[world]
    return run_all(policy_of(text), records_of(sample_name), PARTITIONS, seed)


@pytest.mark.parametrize("world", WORLDS)
def test_equals_the_recount_in_any_batches_with_restarts(world: str) -> None:
    outputs = set()
    for seed in WORLDS[world][2]:
        made = made_of(world, seed)
        check(made, expected(world))
        outputs.add(tuple(sorted(map(orjson.dumps, made.of("tier-changes") + made.of("at-risk")))))
    assert len(outputs) == 1, "event_id and all"


def test_what_is_erased_leaves_no_row() -> None:
    rows = made_of("whole", 5).rows.values()
    kept = {key.decode() for its in rows for key in its if key != PARTITION_KEY}
    outcome = expected("whole")
    assert kept == set(outcome.values)
    assert {customer_id for customer_id, _, held in outcome.erased if held} - kept


# what the worlds are made of


def shown(outcome: Outcome) -> Iterator[str]:
    """All that a world shows, kind by kind."""
    for its in outcome.tier_changes:
        yield f"{its['direction']} by {its['trigger']['kind']}"
        yield f"from {its['from_stage']} to {its['stage']}"
        yield f"to {its['to_tier']}"
        yield from (reason["rule"] for reason in its["reasons"])
        if its["to_tier"] != its["tier_by_value"]:
            yield "another tier by value"
    for its in outcome.at_risk:
        yield from told_of_risk(its)
    for its in outcome.contacts_due:
        yield f"contact for {its['reason']} by {its['trigger']['kind']}"
        yield f"contact by {its['role']}"
        yield f"contact, mostly on {its['channel']}"
        yield f"contact for so many reasons: {len(its['reasons'])}"
    for _, _, held in outcome.erased:
        yield f"erased, held: {held}"
    if {name for name, _, held in outcome.erased if held} & outcome.values.keys():
        yield "come again"
    for its in outcome.values.values():
        yield from told(its)


def told_of_risk(its: Wire) -> Iterator[str]:
    """What a record of a signal tells."""
    yield f"{its['signal']} {its['status']}"
    yield f"{its['status']} at {its['severity']}"
    yield f"step {its['recommended_step']}"
    yield f"action {its['recommended_action']}"
    yield f"{len(its['evidence'])} findings of {its['signal']} {its['status']}"
    if its["status"] == "step_changed":
        yield from (finding["rule"] for finding in its["evidence"])
    if its["cheaper_channel"] is not None:
        yield f"cheaper, of {its['signal']}"
    if its["held_by"] is not None:
        yield f"held by {its['held_by']['rule']}"


def told(value: Wire) -> Iterator[str]:
    """What a snapshot tells of a customer."""
    lines = value["value"]["lines"] | value["value"]["lines"]["contacts"]
    yield from (f"line {name}" for name, its in lines.items() if name != "contacts" and float(its))
    yield f"estimated: {value['value']['estimated']}"
    yield f"of {value['profile']['segment']}"
    yield f"wallet: {value['wallet_share'] is not None}"
    yield from (f"segment {name}" for name in value["segments"])
    if value["ladder"] is not None:
        yield f"held: {value['ladder']['hold_until'] is not None}"
    if value["score"]["points"] == 100:
        yield "all points"


MOVES = ("upgrade", "downgrade")
NOTICES = ("notice", "notice_withdrawn")
KINDS = ("best", "fake_big", "latent", "over_served", "potential", "worst")
LINES = (
    *("revenue", "discounts_given", "goods", "restocking_fees", "returns", "late_payment"),
    *("reminders", "discount_leakage", "seller_fault", "revenue_without_cost"),
)
WHOLE = {
    "assigned by event",
    *(f"{way} by {kind}" for way in MOVES for kind in ("timer", "override")),
    *(f"{way} by {kind}" for way in NOTICES for kind in ("event", "timer", "override")),
    *(
        f"segments.{name}.{key}"
        for name, key in (("worst", "contribution_below"), ("potential", "growth"))
    ),
    *("override.floor", "override.lock", "another tier by value"),
    *("tiers.hold.keep_margin", "tiers.hold.upgrade_margin"),
    *(
        f"contact for {why} by {kind}"
        for why in ("notice", "interval")
        for kind in ("timer", "event")
    ),
    "contact for complaint by event",
    *("erased, held: True", "erased, held: False", "come again"),
    *(f"line {name}" for name in (*LINES, *(its for its in CHANNELS if its != "self_service"))),
    *(f"{what}: {so}" for what in ("estimated", "wallet") for so in (True, False)),
    *("of None", "of business", "of individual"),
    *(f"segment {name}" for name in KINDS),
    *(f"{many} findings of unprofitable raised" for many in (2, 3)),
    *(f"{many} findings of unprofitable cleared" for many in (1, 2)),
}
LIVES = (
    *(("prospect", "new"), ("new", "slipping"), ("active", "slipping"), ("slipping", "active")),
    *(("active", "lost"), ("slipping", "lost"), ("lost", "returned"), ("lost", "active")),
    *(("returned", "active"), ("returned", "slipping"), ("active", "closed"), ("lost", "closed")),
    ("closed", "returned"),
)
SHOWN: dict[str, set[str]] = {
    "plain": {
        *(
            "assigned by event",
            *(f"{way} by {kind}" for way in MOVES for kind in ("event", "timer")),
        ),
        *(f"to {tier}" for tier in TIERS),
        *(
            f"{name} {status}"
            for name in ("late_payer", "support_spike", "unprofitable")
            for status in ("raised", "cleared")
        ),
    },
    "held, one step": {f"{way} by timer" for way in NOTICES},
    "held, full": {f"{way} by timer" for way in NOTICES},
    "whole": WHOLE,
    "whole, decayed": WHOLE,
    "at risk": {
        *(
            f"{name} {status}"
            for name in SIGNALS
            for status in ("raised", "cleared")
            if name != "leaving"
        ),
        *(f"{name} escalated" for name in ("fading", "overdue", "overdue_invoice")),
        *("ladder step_changed", "raised at high", "all points", "held: True", "held: False"),
        *(f"step {step}" for step in (None, *STEPS)),
        *(f"action {name}" for name in (None, "call", "win_back", "fix_issue", "escalate")),
        *(
            f"ladder.{rule}"
            for rule in ("set_step", "tier", "segment", "young_days", "dwell_days", "clear_days")
        ),
    },
    "at risk, cancelled": {"from slipping to prospect"},
    "at risk, answered": {
        *("ladder step_reminded", "ladder.at_rest_days"),
        *(f"cheaper, of {name}" for name in ("ladder", "late_payer", "support_spike")),
        *(f"{what} by {kind}" for what in ("treatment", "segment") for kind in ("event", "timer")),
        *("segments.latent.wallet_share_below", "segments.prompt_payer.payments"),
        *(f"treatment.when.{name}" for name in ("late_payer", "leaving", "prompt_payer")),
        *(f"contact by {role}" for role in (None, "management", "inside_sales")),
        *(f"contact, mostly on {channel}" for channel in (None, *CHANNELS)),
        *(f"contact for {why} by event" for why in ("seller_fault", "notice_withdrawn")),
        *(f"contact for termination_{what} by event" for what in ("notice", "withdrawn")),
        *("leaving raised", "leaving escalated", "leaving cleared", "4 findings of leaving raised"),
        *(f"from {before} to {after}" for before, after in LIVES),
        *(f"step {step}" for step in (None, *STEPS)),
        *(f"held by ladder.{rule}" for rule in ("young_days", "tier", "reach")),
        *(f"held by ladder.guards.{rule}" for rule in ("unanswered_complaint", "earned_share")),
    },
}


@pytest.mark.parametrize("world", SHOWN)
def test_every_kind_of_change_signal_step_and_line_occurs(world: str) -> None:
    assert SHOWN[world] - set(shown(expected(world))) == set()


def test_dated_rate_cards_move_most_of_what_service_costs() -> None:
    dated, plain = (
        {its["value"]["service_cost"] for its in expected(world).values.values()}
        for world in ("dated rate cards", "plain")
    )
    assert len(dated - plain) > len(dated) / 2
