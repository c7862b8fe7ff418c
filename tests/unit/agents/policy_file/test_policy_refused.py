"""What a policy file refuses beyond what its types say, each with the words for it.

What a type says, as bounds and digits, is tried of every key in
`tests/unit/streams/docs/test_policy_reference.py`.
"""

import datetime as dt
from typing import Any

import pytest

from agents.policy_file.checks import name_faults
from agents.signals.registry import SIGNAL_NAMES
from schemas.base.vocabulary import SEGMENTS
from tests.support.policies import Change, policy_file
from tests.support.whole_policy import (
    BY_ENTRIES,
    DECAYED,
    FUTURE,
    GONE,
    HISTORY,
    REMINDER,
    STEP,
    told,
    whole_policy,
    with_one_changed,
)

DAY = "a date as YYYY-MM-DD"
ABOVE_0 = "a decimal text above 0"
NOT_NEGATIVE = "a decimal text, not negative"
DAYS = "an integer from 0 to 3660"
CHANNEL = "one of phone, chat, email, store, self_service, sms, whatsapp, social, video"
TIER = "one of maintenance, ordinary, important, key"

ROLE = {"role": "a", "every_days": 3}
WRONG_VALUES: list[tuple[str, Any, str]] = [
    # plain values
    ("version", "", "`str` of length >= 1"),
    ("version", "v 1\n", "one line of printable characters"),
    ("base_currency", "XXX", "an ISO 4217 code"),
    ("value.default_margin_rate", "1.01", "at most 1"),
    ("value.landmark", "2021-02-29", DAY),
    ("value.landmark", "2020-1-1", DAY),
    ("value.landmark", dt.date(2020, 1, 1), "`str`, found `date`"),
    # what is turned away
    ("earliest", "2000-1-1", f"{DAY}, found '2000-1-1'"),
    ("earliest", dt.date(2000, 1, 1), "`str | null`, found `date`"),
    ("earliest_joined", "1970-02-30", DAY),
    ("ids.ignore", "guest", "`array`, found `str`"),
    # rates
    ("rates.YEN", {"2026-01-01": "1"}, "an ISO 4217 code, found 'YEN'"),
    ("rates.USD", {"2026-01-01": "1"}, "no rate for the base currency: it is 1, found 'USD'"),
    ("rates.JPY", {}, "at least one dated rate"),
    ("rates.JPY", "0.0065", "`object`, found `str`"),
    ("rates.JPY.2026-1-1", "1", f"{DAY}, found '2026-1-1'"),
    ("rates.JPY.20260101", "1", f"{DAY}, found '20260101'"),
    ("rates.JPY.2026-02-30", "1", f"{DAY}, found '2026-02-30'"),
    ("rates.JPY.2026-01-01", "0.00", ABOVE_0),
    ("rates.JPY.2026-01-01", "-1", ABOVE_0),
    ("rates.JPY.2026-01-01", 0.0065, "`str`, found `float`"),
    # what service costs
    ("service.contact.fax", {}, f"{CHANNEL}, found 'fax'"),
    ("service.card[0].from", dt.date(2026, 1, 1), "`str`, found `date`"),
    ("service.card[0].from", "2026-1-1", DAY),
    ("service.card[0].contact.fax", {}, f"{CHANNEL}, found 'fax'"),
    # discounts, segments and contacts that are due
    ("discount.schedule", [], "`array` of length >= 1"),
    ("discount.after_share", "1.01", "at most 1"),
    ("discount.schedule[0].rate", "1.1", "at most 1"),
    ("contacts_due.reasons", "interval", "`array`, found `str`"),
    ("contacts_due.channel_days", 0, "`int` >= 1, found 0"),
    ("contacts_due.cadence.key[0].role", "", "`str` of length >= 1"),
    ("contacts_due.cadence.key[0].role", "x" * 33, "`str` of length <= 32"),
    ("contacts_due.cadence.key[0].role", "a\nb", "one line of printable characters"),
    ("contacts_due.cadence.key[0].every_days", 0, "`int` >= 1, found 0"),
    ("risk.support_spike.channels", [], "`array` of length >= 1"),
    # tiers and how they are treated
    ("tiers.entry.key", "500.00", "more than tiers.entry.important (500.00)"),
    ("tiers.entry.important", "0", "more than tiers.entry.ordinary (0.00)"),
    ("tiers.hold.upgrade_margin", "1.00", "less than 1"),
    ("tiers.share.key.share", "0.00", "more than 0"),
    ("tiers.share.important.share", "1.01", "at most 1"),
    ("tiers.share.min_change", "1", "less than 1"),
    ("treatment.gold", {}, f"{TIER}, when, found 'gold'"),
    ("treatment.key", 1, "`object`, found `int`"),
    ("treatment.key.support_priority", 2**63, "an integer of at most 64 bits"),
    ("treatment.key.contact_every_days", -1, DAYS),
    ("treatment.key.contact_every_days", 3661, DAYS),
    ("treatment.key.contact_every_days", "30", DAYS),
    ("treatment.key.contact_every_days", 30.0, DAYS),
    ("treatment.key.contact_every_days", True, DAYS),
    ("treatment.key.credit_days", [], DAYS),
    ("treatment.key.self_service_first", 1, "true or false"),
    # numbers of signals and of the ladder
    ("risk.overdue.watch", "0.0", "more than 0"),
    ("risk.fading.high_below", "0", "more than 0"),
    ("risk.fading.below", "1", "less than 1"),
    ("risk.fading.clear_at", "1.01", "at most 1"),
    ("risk.spend_drop.below", "0", "more than 0"),
    ("risk.spend_drop.below", "1.0", "less than 1"),
    ("risk.return_abuse.above", "1", "less than 1"),
    ("risk.habitual_complainer.clear_below", "0", "more than 0"),
    ("risk.return_abuse.clear_below", "0", "more than 0"),
    ("risk.commitment_shortfall.after_share", "1.1", "at most 1"),
    ("risk.commitment_shortfall.clear_at", "1.1", "at most 1"),
    ("risk.weights.overdue", 101, "`int` <= 100"),
    ("risk.weights.overdue", -1, "`int` >= 0"),
    # bounds between which a signal would flap
    ("risk.support_spike.clear_at", 4, "less than 4"),
    ("risk.call_abuse.clear_at", 3, "less than 3"),
    ("risk.unprofitable.clear_at", "-0.01", "at least below (0.00)"),
    ("risk.late_payer.late", 4, "at most of (3)"),
    ("risk.late_payer.clear_on_time", 1, "more than of - late (1): it would flap"),
    ("risk.overdue.high", "1.99", "at least watch (2)"),
    ("risk.overdue_invoice.high_days", 2, "at least days (3)"),
    ("risk.fading.high_below", "0.51", "at most below (0.5)"),
    ("risk.fading.clear_at", "0.49", "at least below (0.5)"),
    ("risk.spend_drop.clear_at", "0.49", "at least below (0.5)"),
    ("risk.spend_drop.before_days", 3658, "at most 3660 with recent_days (3)"),
    ("risk.dissatisfied.clear_at", "2.0", "more than at_most (2)"),
    ("risk.habitual_complainer.clear_below", "0.51", "at most above (0.5)"),
    ("risk.return_abuse.clear_below", "0.51", "at most above (0.5)"),
    ("risk.commitment_shortfall.clear_at", "0.49", "at least below (0.5)"),
    # lifetime value
    ("lifetime.margins.q", "1.0", "a decimal text above 1"),
    ("lifetime.fitted_on", "30.9.1997", DAY),
    ("lifetime.repeat_customers", 2358, "at most lifetime.customers (2357)"),
    ("lifetime.log_likelihood", "--9", "a decimal text"),
    ("lifetime.yearly_discount", "1.1", "a decimal text from 0 to 1"),
]
NEEDED = [
    "version",
    "tiers.entry.key",
    "tiers.share.key.by",
    "tiers.share.important",
    "service.reminder[0].after_days",
    "service.reminder[0].cost",
    "service.card[0].from",
    "discount.after_share",
    "discount.schedule",
    "discount.schedule[0].from",
    "discount.schedule[0].rate",
    "segments.best.contribution_from",
    "segments.fake_big.contribution_below",
    "segments.potential.rise",
    "lifetime.customers",
]
UNKNOWN = [
    "dedupe_day",
    "value.window_weeks",
    "service.contact.chat.fix",
    "service.card[0].fees",
    "service.reminder[0].days",
    "invoices.max",
    "segments.gone",
    "contacts_due.every",
    "risk.late_player",
    "risk.actions.overdue.gold",
    "ladder.playbook.none",
]
NO_INVOICES = "a section [invoices], without which nobody is reminded, found 'none'"
LATER_DAY = "a later day than that of the card before (2026-07-01), found '2026-07-01'"
MORE_DAYS = "more days than the reminder before (5), found 5"
MORE_VOLUME = "more than that of the step before, found '1'"
NO_INDEX = "no section, unless tiers go by entries and a rolling value, found 'one'"
NEGATIVE = f"{NOT_NEGATIVE}, found '-0.5'"
NO_MODEL = "0, without a section [lifetime], found '0.5'"
NO_MONEY = "0: shares of a decayed value are not in money of the day, found"
NO_LIFETIME = "a section [lifetime], by which it is reckoned, found 'none'"
UNKNOWN_INVOICES = "a section [invoices], by which they are known, found 'none'"
NO_DIGITS = "a decimal text of at most 0 digits behind the point, found '2000.00'"
IN_YEN = {"base_currency": "JPY", "rates": None, "service": None, "discount": None}

TOO_FAST = (
    "at most 300000 purchases within lifetime.horizon_weeks (520) at lifetime.purchases.alpha "
    "(0.01), found '10000'"
)
DO_NOT_GO_TOGETHER: list[tuple[Change, str, str]] = [
    (
        {"lifetime": {"horizon_weeks": 520, "purchases": {"r": "10000", "alpha": "0.01"}}},
        "lifetime.purchases.r",
        TOO_FAST,
    ),
    (
        {"value.measure": "decayed"},
        "value.half_life_days",
        "a value, as value.measure is decayed, found 'nothing'",
    ),
    (
        {"value.half_life_days": 90},
        "value.half_life_days",
        "no value, unless value.measure is decayed, found 90",
    ),
    (DECAYED | {"value.half_life_days": 6}, "value.half_life_days", "`int` >= 7, found 6"),
    (DECAYED | {"value.half_life_days": 3661}, "value.half_life_days", "`int` <= 3660, found 3661"),
    (HISTORY, "value.index", NO_INDEX),
    (HISTORY | BY_ENTRIES | DECAYED, "value.index", NO_INDEX),
    (
        FUTURE | {"value.index.future": "-0.5"},
        "value.index.future",
        NEGATIVE,
    ),
    (
        FUTURE | {"lifetime": None},
        "value.index.future",
        NO_MODEL,
    ),
    ({"tiers.share": None}, "tiers.share", "a section, as tiers.mode is share, found 'none'"),
    ({"tiers.mode": "entry"}, "tiers.share", "no section, unless tiers.mode is share, found 'one'"),
    (DECAYED | {"tiers.entry.ordinary": "1.00"}, "tiers.entry.ordinary", f"{NO_MONEY} '1.00'"),
    (DECAYED | {"tiers.hold.min_band": "0.01"}, "tiers.hold.min_band", f"{NO_MONEY} '0.01'"),
    (IN_YEN, "tiers.entry.key", NO_DIGITS),
    ({"service.card": [{"from": "2026-07-01"}]}, "service.card[1].from", LATER_DAY),
    ({"service.reminder": [REMINDER]}, "service.reminder[1].after_days", MORE_DAYS),
    ({"invoices": None}, "service.reminder[0]", NO_INVOICES),
    ({"invoices": None, "service.reminder": None}, "service.card[0].reminder[0]", NO_INVOICES),
    ({"invoices": None, "service": None}, "risk.overdue_invoice", UNKNOWN_INVOICES),
    ({"discount.schedule": [STEP | {"from": "1"}]}, "discount.schedule[1].from", MORE_VOLUME),
    ({"lifetime": None}, "risk.fading", NO_LIFETIME),
    # a name of the seller's own that holds a dot or a bracket
    ({"rates": {"U.S": {"2026-01-01": 5}}}, "rates.U.S[...]", "`str`, found `int`"),
    ({"rates": {"a[0]": {"2026-01-01": 5}}}, "rates.a[0][...]", "`str`, found `int`"),
]


TWICE = "cadence.key[1].role: expected a role that this tier does not have yet, found 'a'"
NEVER = "cadence.key[0]: expected no cadence, unless contacts_due.reasons has interval, found 'one'"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"contacts_due.cadence.key": [ROLE, ROLE]}, TWICE),
        ({"contacts_due.cadence.key": [ROLE] * 5}, "cadence.key: expected `array` of length <= 4"),
        ({"contacts_due": {"reasons": ["notice"], "cadence": {"key": [ROLE]}}}, NEVER),
    ],
)
def test_a_cadence_that_can_t_be_kept_is_refused(change: Change, said: str) -> None:
    raw = whole_policy({"contacts_due": None}, {"contacts_due.cadence": {}}, change)
    assert told(raw).startswith(f"my.toml: contacts_due.{said}")


@pytest.mark.parametrize(("path", "wrong", "expected"), WRONG_VALUES)
def test_a_wrong_value_is_told_with_its_key_and_what_was_expected(
    path: str, wrong: Any, expected: str
) -> None:
    found = "" if ", found " in expected else f", found {wrong!r}"
    assert told(with_one_changed(path, wrong)) == f"my.toml: {path}: expected {expected}{found}"


def test_a_reason_for_a_contact_that_there_is_not_is_told() -> None:
    said = "my.toml: contacts_due.reasons[0]: invalid enum value 'birthday', found 'birthday'"
    assert told(with_one_changed("contacts_due.reasons[0]", "birthday")) == said


@pytest.mark.parametrize("path", NEEDED)
def test_a_key_that_is_needed_is_missed_by_name(path: str) -> None:
    said = f"my.toml: {path}: expected a value, found nothing"
    assert told(with_one_changed(path, GONE)) == said


@pytest.mark.parametrize("path", UNKNOWN)
def test_a_key_of_another_name_is_a_mistake(path: str) -> None:
    said = f"my.toml: {path}: expected no key of this name, found one"
    assert told(with_one_changed(path, {})) == said


@pytest.mark.parametrize(("changes", "path", "expected"), DO_NOT_GO_TOGETHER)
def test_values_that_do_not_go_together_are_told(changes: Change, path: str, expected: str) -> None:
    assert told(whole_policy(changes)) == f"my.toml: {path}: expected {expected}"


@pytest.mark.parametrize("path", ["risk.weights.lateness", "risk.actions.ladder"])
def test_a_signal_that_there_is_not_is_told_with_those_there_are(path: str) -> None:
    wrong = 3 if path.startswith("risk.weights") else {"key": "call"}
    said = f"my.toml: {path}: expected one of {', '.join(SIGNAL_NAMES)}, found "
    assert told(with_one_changed(path, wrong)).startswith(said)


@pytest.mark.parametrize(
    ("when", "said"),
    [
        (
            {"lateness": {"credit_days": 0}},
            "lateness: expected a signal or segment that is on: one of best, call_abuse, ",
        ),
        ({"late_payer": 0}, "late_payer: expected a table, found 0"),
        ({"late_payer": {"credit_days": -1}}, "late_payer.credit_days: expected an integer from 0"),
        (
            {"late_payer": {"contact_every_days": 3}},
            "late_payer.contact_every_days: expected no such key: it goes by the tier alone",
        ),
    ],
)
def test_a_treatment_by_signal_that_never_comes_is_refused(when: Any, said: str) -> None:
    assert told(whole_policy({"treatment.when": when})).startswith(
        f"my.toml: treatment.when.{said}"
    )


def test_a_treatment_by_segment_wants_the_segment_on() -> None:
    when = {"treatment.when.prompt_payer": {"bonus": "0.02"}}
    assert told(whole_policy(when)) == ""
    said = told(whole_policy(when, {"segments.prompt_payer": None}))
    assert said.startswith("my.toml: treatment.when.prompt_payer: expected a signal or segment ")


def test_a_name_under_when_means_a_signal_or_a_segment_and_never_both() -> None:
    assert not {*SIGNAL_NAMES} & {*SEGMENTS}
    both = "the name of a signal or of a segment: this is both"
    found = list(name_faults(["twin", "best"], {"twin", "overdue"}, {"twin", "best"}))
    assert found == [("treatment.when.twin", both, "twin")]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"ladder.reach": {"overdue": "educate"}}, "reach.overdue: expected one of call_abuse, "),
        (
            {"ladder.playbook.educate": {"overdue": "so"}},
            "playbook.educate.overdue: expected any, ",
        ),
        ({"ladder.service_share": "half"}, "service_share: expected a decimal text"),
        (
            {"ladder.cheaper_channel": "fax"},
            "cheaper_channel: invalid enum value 'fax', found 'fax'",
        ),
        (
            {"ladder.cheaper_channel": "store"},
            "cheaper_channel: expected a channel with costs: chat, phone, found 'store'",
        ),
        (
            {"ladder.guards.earned_share": "-1"},
            "guards.earned_share: expected a decimal text, not negative, found '-1'",
        ),
        (
            {
                "ladder.guards.unanswered_complaint": True,
                **{f"risk.{name}": None for name in ("call_abuse", "complaint_open")},
                "risk.repeat_issue": None,
            },
            "guards.unanswered_complaint: expected false, unless one of these is on: call_abuse, ",
        ),
    ],
)
def test_a_ladder_that_leads_nowhere_is_refused(changes: Change, said: str) -> None:
    assert told(whole_policy(changes)).startswith(f"my.toml: ladder.{said}")


def test_a_seventeenth_reminder_is_one_too_many() -> None:
    many = [{"after_days": days, "cost": "1.00"} for days in range(6, 22)]
    said = "my.toml: service.reminder: expected `array` of length <= 16, found "
    assert told(whole_policy({"service.reminder": many})).startswith(said)


@pytest.mark.parametrize(
    ("ignored", "said"),
    [
        (["guest", "x" * 129], "ids.ignore[1]: expected `str` of length <= 128"),
        (["guest"] * 1_001, "ids.ignore: expected `array` of length <= 1000"),
        ([0], "ids.ignore[0]: expected `str`, found `int`"),
    ],
)
def test_ids_of_nobody_are_bounded(ignored: list[Any], said: str) -> None:
    assert told(whole_policy({"ids.ignore": ignored})).startswith(f"my.toml: {said}")
    assert policy_file({"ids.ignore": ["x" * 128] * 1_000}).ids is not None
