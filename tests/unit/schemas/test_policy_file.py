"""The policy file: taken whole or refused with the file, the key, what was expected and found."""

from pathlib import Path

import pytest

import agents
from agents.policy_file.reading import PolicyError, read_policy
from tests.support.making import POLICY_TEXT, changed

MINIMAL = """\
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
TWO_DIGITS = "of at most 2 digits behind the point"

TIERS = "[tiers.entry]"
CARD = '[[service.card]]\nfrom = "2026-07-01"\n'

FAULTS = {
    # the file as a whole
    ('version = "test-1"', "version = "): (
        "expected TOML, found a mistake: Invalid value (at line 1, column 11)"
    ),
    ('version = "test-1"\n', ""): "version: expected a value, found nothing",
    ("[risk.late_payer]", "[risk.late_player]"): (
        "risk.late_player: expected no key of this name, found one"
    ),
    ("dedupe_days = 5", "dedupe_day = 5"): "dedupe_day: expected no key of this name, found one",
    (
        "[value]",
        "[value]\nwindow_weeks = 2",
    ): "value.window_weeks: expected no key of this name, found one",
    # plain values
    ('version = "test-1"', 'version = ""'): "version: expected `str` of length >= 1, found ''",
    ('version = "test-1"', "version = 1"): "version: expected `str`, found `int`",
    ('base_currency = "USD"', 'base_currency = "XXX"'): (
        "base_currency: expected an ISO 4217 code, found 'XXX'"
    ),
    ("dedupe_days = 5", "dedupe_days = -1"): "dedupe_days: expected `int` >= 0, found -1",
    ("dedupe_days = 5", "dedupe_days = 3661"): "dedupe_days: expected `int` <= 3660, found 3661",
    ("dedupe_days = 5", "dedupe_days = 5.0"): "dedupe_days: expected `int`, found `float`",
    ("dedupe_days = 5", "dedupe_days = true"): "dedupe_days: expected `int`, found `bool`",
    ("dedupe_ids_max = 100", "dedupe_ids_max = 0"): "dedupe_ids_max: expected `int` >= 1, found 0",
    (
        "dedupe_ids_max = 100",
        "dedupe_ids_max = 200001",
    ): "dedupe_ids_max: expected `int` <= 200000, found 200001",
    ("window_days = 10", "window_days = 0"): "value.window_days: expected `int` >= 1, found 0",
    (
        "window_days = 10",
        "window_days = 3661",
    ): "value.window_days: expected `int` <= 3660, found 3661",
    # rates
    ("[rates.JPY]", "[rates.YEN]"): "rates.YEN: expected an ISO 4217 code, found 'YEN'",
    ("[rates.JPY]", "[rates.USD]"): (
        "rates.USD: expected no rate for the base currency: it is 1, found 'USD'"
    ),
    ('"2026-01-01" = "0.0065"', ""): "rates.JPY: expected at least one dated rate, found {}",
    ('"2026-01-01" = "0.0065"', '"2026-1-1" = "0.0065"'): (
        "rates.JPY.2026-1-1: expected a date as YYYY-MM-DD, found '2026-1-1'"
    ),
    ('"2026-01-01" = "0.0065"', '"20260101" = "0.0065"'): (
        "rates.JPY.20260101: expected a date as YYYY-MM-DD, found '20260101'"
    ),
    ('"2026-01-01" = "0.0065"', '"2026-02-30" = "0.0065"'): (
        "rates.JPY.2026-02-30: expected a date as YYYY-MM-DD, found '2026-02-30'"
    ),
    ('"2026-01-01" = "0.0065"', '"2026-01-01" = "0.00"'): (
        "rates.JPY.2026-01-01: expected a decimal text above 0, found '0.00'"
    ),
    ('"2026-01-01" = "0.0065"', '"2026-01-01" = "-1"'): (
        "rates.JPY.2026-01-01: expected a decimal text above 0, found '-1'"
    ),
    ('"2026-01-01" = "0.0065"', '"2026-01-01" = 0.0065'): (
        "rates.JPY.2026-01-01: expected `str`, found `float`"
    ),
    ('[rates.JPY]\n"2026-01-01" = "0.0065"', '[rates]\nJPY = "0.0065"'): (
        "rates.JPY: expected `object`, found `str`"
    ),
    ("[rates.JPY]", '[rates."U.S"]\n"2026-01-01" = 5\n[rates.JPY]'): (
        "rates.U.S[...]: expected `str`, found `int`"
    ),
    ("[rates.JPY]", '[rates."a[0]"]\n"2026-01-01" = 5\n[rates.JPY]'): (
        "rates.a[0][...]: expected `str`, found `int`"
    ),
    # amounts and shares
    ('fixed = "0.80"', "fixed = 0.80"): (
        "service.contact.chat.fixed: expected `str`, found `float`"
    ),
    ('fixed = "0.80"', 'fix = "0.80"'): (
        "service.contact.chat.fix: expected no key of this name, found one"
    ),
    ('per_order = "8.00"', 'per_order = "8.001"'): (
        f"service.returns.per_order: expected a decimal text, not negative, {TWO_DIGITS}, "
        "found '8.001'"
    ),
    ('per_item = "1.00"', 'per_item = "-1"'): (
        f"service.returns.per_item: expected a decimal text, not negative, {TWO_DIGITS}, found '-1'"
    ),
    ('per_order = "8.00"', "per_order = 8.0"): (
        "service.returns.per_order: expected `str`, found `float`"
    ),
    ('late_fee = "5.00"', 'late_fee = "five"'): (
        f"service.late_payment.late_fee: expected a decimal text, not negative, {TWO_DIGITS}, "
        "found 'five'"
    ),
    ('annual_rate = "0.12"', 'annual_rate = "12%"'): (
        "service.late_payment.annual_rate: expected a decimal text, not negative, found '12%'"
    ),
    ('fixed = "0.80"', 'fixed = "0.801"'): (
        f"service.contact.chat.fixed: expected a decimal text, not negative, {TWO_DIGITS}, "
        "found '0.801'"
    ),
    ('per_minute = "0.60"', 'per_minute = "-0.60"'): (
        "service.contact.phone.per_minute: expected a decimal text, not negative, found '-0.60'"
    ),
    ("[service.contact.chat]", "[service.contact.fax]"): (
        "service.contact.fax: expected one of phone, chat, email, store, self_service, found 'fax'"
    ),
    ('default_margin_rate = "0.30"', 'default_margin_rate = "1.01"'): (
        "value.default_margin_rate: expected at most 1, found '1.01'"
    ),
    ('default_margin_rate = "0.30"', 'default_margin_rate = "-0.1"'): (
        "value.default_margin_rate: expected a decimal text, not negative, found '-0.1'"
    ),
    # tiers
    ('key = "2000.00"', 'key = "2000.001"'): (
        f"tiers.entry.key: expected a decimal text {TWO_DIGITS}, found '2000.001'"
    ),
    ('key = "2000.00"\n', ""): "tiers.entry.key: expected a value, found nothing",
    ('key = "2000.00"', 'key = "500.00"'): (
        "tiers.entry.key: expected more than tiers.entry.important (500.00), found '500.00'"
    ),
    ('important = "500.00"', 'important = "0"'): (
        "tiers.entry.important: expected more than tiers.entry.ordinary (0.00), found '0'"
    ),
    ("[treatment.key]", "[treatment.gold]"): (
        "treatment.gold: expected one of maintenance, ordinary, important, key, found 'gold'"
    ),
    ("[treatment.key]\nsupport_priority = 1", "[treatment]\nkey = 1"): (
        "treatment.key: expected `object`, found `int`"
    ),
    ("support_priority = 1", f"support_priority = {2**63}"): (
        f"treatment.key.support_priority: expected what JSON can carry, found {2**63}"
    ),
    ("support_priority = 1", "support_priority = [1, {least = -inf}]"): (
        "treatment.key.support_priority: expected what JSON can carry, found [1, {'least': -inf}]"
    ),
    (TIERS, f'[tiers.hold]\nupgrade_margin = "1.00"\n{TIERS}'): (
        "tiers.hold.upgrade_margin: expected less than 1, found '1.00'"
    ),
    (TIERS, f'[tiers.hold]\nkeep_margin = "-0.1"\n{TIERS}'): (
        "tiers.hold.keep_margin: expected a decimal text, not negative, found '-0.1'"
    ),
    (TIERS, f'[tiers.hold]\nmin_band = "0.001"\n{TIERS}'): (
        f"tiers.hold.min_band: expected a decimal text, not negative, {TWO_DIGITS}, found '0.001'"
    ),
    (TIERS, f"[tiers.hold]\ngrace_days = -1\n{TIERS}"): (
        "tiers.hold.grace_days: expected `int` >= 0, found -1"
    ),
    (TIERS, f'[tiers.hold]\ndowngrade = "slow"\n{TIERS}'): (
        "tiers.hold.downgrade: invalid enum value 'slow', found 'slow'"
    ),
    (TIERS, f'[tiers]\non_change = "never"\n{TIERS}'): (
        "tiers.on_change: invalid enum value 'never', found 'never'"
    ),
    # rate cards
    (TIERS, f"[[service.card]]\n{TIERS}"): (
        "service.card[0].from: expected a value, found nothing"
    ),
    (TIERS, f"[[service.card]]\nfrom = 2026-01-01\n{TIERS}"): (
        "service.card[0].from: expected `str`, found `date`"
    ),
    (TIERS, f'[[service.card]]\nfrom = "2026-1-1"\n{TIERS}'): (
        "service.card[0].from: expected a date as YYYY-MM-DD, found '2026-1-1'"
    ),
    (TIERS, f"{CARD}{CARD}{TIERS}"): (
        "service.card[1].from: expected a later day than that of the card before (2026-07-01), "
        "found '2026-07-01'"
    ),
    (TIERS, f"{CARD}fees = 1\n{TIERS}"): (
        "service.card[0].fees: expected no key of this name, found one"
    ),
    (TIERS, f'{CARD}[service.card.returns]\nper_item = "1.001"\n{TIERS}'): (
        "service.card[0].returns.per_item: expected a decimal text, not negative, "
        f"{TWO_DIGITS}, found '1.001'"
    ),
    (TIERS, f'{CARD}[service.card.contact.fax]\nfixed = "1"\n{TIERS}'): (
        "service.card[0].contact.fax: expected one of phone, chat, email, store, self_service, "
        "found 'fax'"
    ),
    (TIERS, f"{CARD}[service.card.contact.chat]\nfixed = 1\n{TIERS}"): (
        "service.card[0].contact.chat.fixed: expected `str`, found `int`"
    ),
    (TIERS, f'{CARD}[service.card.late_payment]\nannual_rate = "x"\n{TIERS}'): (
        "service.card[0].late_payment.annual_rate: expected a decimal text, not negative, found 'x'"
    ),
    # signals
    ("contacts = 4", "contacts = 0"): "risk.support_spike.contacts: expected `int` >= 1, found 0",
    ("clear_at = 1\n", "clear_at = 4\n"): (
        "risk.support_spike.clear_at: expected less than 4, found 4"
    ),
    (
        "window_days = 3",
        "window_days = 0",
    ): "risk.support_spike.window_days: expected `int` >= 1, found 0",
    ('below = "0.00"', 'below = "0.001"'): (
        f"risk.unprofitable.below: expected a decimal text {TWO_DIGITS}, found '0.001'"
    ),
    ('clear_at = "10.00"', 'clear_at = "-0.01"'): (
        "risk.unprofitable.clear_at: expected at least below (0.00), found '-0.01'"
    ),
    ("min_tenure_days = 4", "min_tenure_days = -1"): (
        "risk.unprofitable.min_tenure_days: expected `int` >= 0, found -1"
    ),
    ("late = 2", "late = 4"): "risk.late_payer.late: expected at most of (3), found 4",
    ("late = 2", "late = 0"): "risk.late_payer.late: expected `int` >= 1, found 0",
    ("of = 3", "of = 101"): "risk.late_payer.of: expected `int` <= 100, found 101",
    ("clear_on_time = 2", "clear_on_time = 1"): (
        "risk.late_payer.clear_on_time: expected more than of - late (1): it would flap, found 1"
    ),
}


@pytest.mark.parametrize(("replacement", "said"), FAULTS.items(), ids=lambda its: str(its)[:60])
def test_a_fault_is_refused_with_these_words(replacement: tuple[str, str], said: str) -> None:
    with pytest.raises(PolicyError) as refused:
        read_policy(changed(replacement), "my.toml")
    assert str(refused.value) == f"my.toml: {said}"


@pytest.mark.parametrize(
    "replacement",
    [
        ("dedupe_days = 5", "dedupe_days = 0"),
        ("dedupe_ids_max = 100\n", ""),
        ('per_minute = "0.60"', 'per_minute = "0.61803"'),
        ('annual_rate = "0.12"', 'annual_rate = "0.1175"'),
        ('default_margin_rate = "0.30"', 'default_margin_rate = "0.3333"'),
        ('default_margin_rate = "0.30"', 'default_margin_rate = "1"'),
        ('default_margin_rate = "0.30"', 'default_margin_rate = "0"'),
        ('"2026-01-01" = "0.0065"', '2026-01-01 = "0.0065"'),
        ('ordinary = "0.00"', 'ordinary = "-100.00"'),
        ('below = "0.00"', 'below = "-5.00"'),
        ('clear_at = "10.00"', 'clear_at = "0.00"'),
        ("clear_at = 1\n", "clear_at = 0\n"),
        ("min_tenure_days = 4\n", ""),
        ("support_priority = 1", f"gifts = [{2**63 - 1}, {-(2**63)}, 0.5, true]"),
        ("support_priority = 1", "since = 2026-01-01"),
        ("support_priority = 1", 'support_priority = 1\nnote = "call first"\ngifts = [1, 2]'),
    ],
)
def test_what_the_contract_allows_is_taken(replacement: tuple[str, str]) -> None:
    read_policy(changed(replacement), "my.toml")


def test_what_may_be_absent_has_a_default() -> None:
    policy = read_policy(MINIMAL, "my.toml")
    assert (policy.dedupe_days, policy.dedupe_ids_max) == (35, 10_000)
    assert policy.rates == {}
    assert policy.treatment == {}
    assert policy.service.contact == {}
    returns, late = policy.service.returns, policy.service.late_payment
    assert (returns.per_order, returns.per_item) == ("0", "0")
    assert (late.late_fee, late.annual_rate) == ("0", "0")
    assert policy.risk.support_spike is None
    assert policy.risk.unprofitable is None
    assert policy.risk.late_payer is None


def test_without_a_tenure_a_loss_counts_from_the_first_day() -> None:
    policy = read_policy(changed(("min_tenure_days = 4\n", "")), "my.toml")
    assert policy.risk.unprofitable is not None
    assert policy.risk.unprofitable.min_tenure_days == 0


def test_a_contact_costs_nothing_where_its_section_does_not_say() -> None:
    text = changed(('fixed = "0.80"\n', ""), ('per_minute = "0.60"\n', ""))
    contact = read_policy(text, "my.toml").service.contact
    assert (contact["chat"].fixed, contact["chat"].per_minute) == ("0", "0")
    assert (contact["phone"].fixed, contact["phone"].per_minute) == ("1.50", "0")


def test_amounts_have_the_digits_of_the_base_currency() -> None:
    with pytest.raises(PolicyError, match=r"tiers\.entry\.key: expected .* at most 0 digits"):
        read_policy(MINIMAL.replace('"2"', '"2.0"'), "my.toml")


def test_only_the_first_of_several_faults_is_told() -> None:
    text = changed(("late = 2", "late = 4"), ("[rates.JPY]", "[rates.YEN]"))
    with pytest.raises(PolicyError, match=r"^my\.toml: rates\.YEN: ") as refused:
        read_policy(text, "my.toml")
    assert "late_payer" not in str(refused.value)


@pytest.mark.parametrize("text", ["", "\x00", "version", '{"version": "1"}'])
def test_what_is_no_policy_at_all_is_refused(text: str) -> None:
    with pytest.raises(PolicyError, match=r"^my\.toml: "):
        read_policy(text, "my.toml")


def test_the_default_policy_is_good() -> None:
    path = Path(agents.__file__).parent / "policy_file" / "default.toml"
    policy = read_policy(path.read_text(encoding="utf-8"), path.name)
    assert policy.risk.support_spike is not None
    assert policy.risk.unprofitable is not None
    assert policy.risk.late_payer is not None


def test_the_tests_own_policy_is_good() -> None:
    assert read_policy(POLICY_TEXT, "test.toml").version == "test-1"
