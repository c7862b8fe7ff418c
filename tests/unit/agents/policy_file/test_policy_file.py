"""The policy file: what is taken, what is meant where nothing is said, and what is no policy."""

from datetime import date
from operator import attrgetter
from pathlib import Path

import pytest

import agents
from agents.policy_file.reading import PolicyError, read_policy
from agents.signals.registry import SIGNAL_NAMES
from tests.support.policies import Change, policy_file
from tests.support.whole_policy import (
    BY_ENTRIES,
    DECAYED,
    FUTURE,
    HISTORY,
    REMINDER,
    STEP,
    told,
    whole_policy,
)

FLAT = BY_ENTRIES | HISTORY
FIFTEEN_MORE = [REMINDER | {"after_days": days} for days in range(6, 21)]

TAKEN: list[Change] = [
    {},
    BY_ENTRIES,
    DECAYED,
    DECAYED | {"tiers.hold": None},
    FUTURE,
    FLAT | {"lifetime": None, "risk.fading": None},
    # bounds
    {"dedupe_days": 0},
    {"value.default_margin_rate": "0.3333"},
    {"value.default_margin_rate": "1"},
    {"value.default_margin_rate": "0"},
    {"service.contact.phone.per_minute": "0.61803"},
    {"service.late_payment.annual_rate": "0.1175"},
    {"service.reminder": FIFTEEN_MORE},
    {"invoices": {"open_max": 1000, "unmatched_max": 1}},
    {"discount.after_share": "0", "discount.schedule": [{"from": "2.00", "rate": "1"}]},
    {"discount.after_share": "1", "discount.schedule": [{"from": "2.00", "rate": "0"}]},
    {"tiers.entry.ordinary": "-100.00"},
    {"segments.best.contribution_from": "-5.00"},
    {"segments.over_served.service_share": "2.5"},
    {"segments.potential": {"growth": "0", "rise": "-10"}},
    {"contacts_due": None, "contacts_due.reasons": []},
    {"contacts_due.reasons": ["notice", "interval"]},
    {"treatment.important": {"contact_every_days": 0, "credit_days": 3660}},
    {"treatment.important": {"self_service_first": False}},
    {"treatment.key": {"note": "call first", "gifts": [2**63 - 1, -(2**63), 0.5, True]}},
    {"risk.unprofitable": {"below": "-5.00"}},
    {"risk.unprofitable": {"clear_at": "0.00"}},
    {"risk.support_spike.clear_at": 0},
    {"risk.late_payer.late": 3},
    {"risk.overdue.high": "2.0"},
    {"risk.overdue_invoice.high_days": 3},
    {"risk.fading": {"high_below": "0.500", "clear_at": "0.50"}},
    {"risk.spend_drop.before_days": 3657},
    {"risk.return_abuse.clear_below": "0.5"},
    {"risk.habitual_complainer": {"complaints": 1, "above": "2", "clear_below": "1.5"}},
    {"risk.commitment_shortfall.after_share": "0"},
    {"risk.commitment_shortfall.clear_at": "0.5"},
    {"risk.repeat_issue.quiet_days": 1},
    {"risk.weights": {"overdue": 0, "fading": 100}},
    {"risk.actions": {"overdue": {"key": "call"}, "late_payer": {}}},
    {"lifetime.repeat_customers": 2357},
    # the seller's own affair: a larger volume may earn less
    {"discount.schedule": [STEP | {"from": "2.00", "rate": "0.05"}]},
]
OFF = [
    *("invoices", "discount", "contacts_due", "ladder", "lifetime", "tiers.hold", "tiers.share"),
    *("value.half_life_days", "value.index"),
]
SMALLEST = """\
version = "1"
base_currency = "JPY"
[value]
window_days = 1
default_margin_rate = "0"
[tiers.entry]
key = "2"
important = "1"
ordinary = "-5"
"""
BARE_DATES = """
[rates.EUR]
2026-01-01 = "160"
[treatment.key]
since = 2026-01-01
"""


@pytest.mark.parametrize("changes", TAKEN)
def test_what_the_contract_allows_is_taken(changes: Change) -> None:
    assert told(whole_policy(changes)) == ""


def test_what_is_absent_is_off() -> None:
    found = read_policy(SMALLEST, "my.toml")
    assert [path for path in OFF if attrgetter(path)(found) is not None] == []
    assert [name for name in SIGNAL_NAMES if getattr(found.risk, name) is not None] == []
    segments = found.segments
    assert {getattr(segments, name) for name in segments.__struct_fields__} == {None}
    assert (found.service.contact, found.service.reminder, found.service.card) == ({}, [], [])
    assert (found.rates, found.treatment) == ({}, {})
    assert (found.dedupe_days, found.dedupe_ids_max) == (35, 10_000)


def test_only_the_first_of_several_faults_is_told() -> None:
    two_faults = {"risk.late_payer.late": 4, "rates.YEN": {"2026-01-01": "1"}}
    said = told(whole_policy(two_faults))
    assert said == "my.toml: rates.YEN: expected an ISO 4217 code, found 'YEN'"


@pytest.mark.parametrize("text", ["", "\x00", "version", '{"version": "1"}'])
def test_what_is_no_policy_at_all_is_refused(text: str) -> None:
    with pytest.raises(PolicyError, match=r"^my\.toml: "):
        read_policy(text, "my.toml")


def test_dates_may_stand_as_toml_has_them() -> None:
    found = read_policy(SMALLEST + BARE_DATES, "my.toml")
    assert found.rates == {"EUR": {"2026-01-01": "160"}}
    assert found.treatment == {"key": {"since": date(2026, 1, 1)}}


def test_a_mistake_in_toml_is_told_with_its_line() -> None:
    with pytest.raises(PolicyError) as refused:
        read_policy("version = \n" + SMALLEST, "my.toml")
    assert str(refused.value) == (
        "my.toml: expected TOML, found a mistake: Invalid value (at line 1, column 11)"
    )


def test_the_default_policy_is_good_and_has_the_oldest_signals_on() -> None:
    path = Path(agents.__file__).parent / "policy_file" / "default.toml"
    risk = read_policy(path.read_text(encoding="utf-8"), path.name).risk
    assert None not in (risk.support_spike, risk.unprofitable, risk.late_payer)


def test_the_tests_own_policy_is_good() -> None:
    assert policy_file().version == "test-1"
