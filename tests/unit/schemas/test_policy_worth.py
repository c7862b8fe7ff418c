"""The policy file's keys about what a customer is worth: refused with these words, or taken."""

import pytest

from agents.policy_file.reading import PolicyError, read_policy
from tests.support.making import CONTACTS_DUE, POLICY_TEXT, SEGMENTS, changed
from tests.support.making import DISCOUNT as DISCOUNT_SECTION
from tests.support.making import INVOICES as INVOICES_SECTION

TWO_DIGITS = "of at most 2 digits behind the point"
CARD = '[[service.card]]\nfrom = "2026-07-01"\n'
WINDOW = "window_days = 10\n"

INVOICED = "[invoices]\n"
REMINDER = '[[service.reminder]]\nafter_days = 5\ncost = "1.00"\n'
STEP = '[[discount.schedule]]\nfrom = "1.00"\nrate = "0.1"\n'
DISCOUNT = '[discount]\nafter_share = "0.5"\n'
NOT_NEGATIVE = "expected a decimal text, not negative"

WORTH_FAULTS = {
    # open invoices
    "[invoices]\nopen_max = 0": "invoices.open_max: expected `int` >= 1, found 0",
    "[invoices]\nopen_max = 1001": "invoices.open_max: expected `int` <= 1000, found 1001",
    "[invoices]\nunmatched_max = 0": "invoices.unmatched_max: expected `int` >= 1, found 0",
    '[invoices]\nunmatched_max = "9"': "invoices.unmatched_max: expected `int`, found `str`",
    "[invoices]\nmax = 9": "invoices.max: expected no key of this name, found one",
    # reminders
    REMINDER: (
        "service.reminder[0]: expected a section [invoices], without which nobody is reminded, "
        "found 'none'"
    ),
    f'{CARD}[[service.card.reminder]]\nafter_days = 1\ncost = "1"': (
        "service.card[0].reminder[0]: expected a section [invoices], without which nobody is "
        "reminded, found 'none'"
    ),
    f"{INVOICED}{REMINDER}{REMINDER}": (
        "service.reminder[1].after_days: expected more days than the reminder before (5), found 5"
    ),
    INVOICED + REMINDER.replace("5", "0"): (
        "service.reminder[0].after_days: expected `int` >= 1, found 0"
    ),
    INVOICED + REMINDER.replace("5", "3661"): (
        "service.reminder[0].after_days: expected `int` <= 3660, found 3661"
    ),
    INVOICED + REMINDER.replace("after_days = 5\n", ""): (
        "service.reminder[0].after_days: expected a value, found nothing"
    ),
    INVOICED + REMINDER.replace('cost = "1.00"', ""): (
        "service.reminder[0].cost: expected a value, found nothing"
    ),
    INVOICED + REMINDER.replace("1.00", "1.001"): (
        f"service.reminder[0].cost: {NOT_NEGATIVE}, {TWO_DIGITS}, found '1.001'"
    ),
    INVOICED + REMINDER.replace("1.00", "-1"): (
        f"service.reminder[0].cost: {NOT_NEGATIVE}, {TWO_DIGITS}, found '-1'"
    ),
    f"{INVOICED}{CARD}" + REMINDER.replace("service", "service.card").replace("1.00", "x"): (
        f"service.card[0].reminder[0].cost: {NOT_NEGATIVE}, {TWO_DIGITS}, found 'x'"
    ),
    f"{INVOICED}{REMINDER}days = 1": (
        "service.reminder[0].days: expected no key of this name, found one"
    ),
    INVOICED + "".join(REMINDER.replace("5", str(days)) for days in range(1, 18)): (
        "service.reminder: expected `array` of length <= 16, found "
    ),
    # discounts
    f"[discount]\n{STEP}": "discount.after_share: expected a value, found nothing",
    DISCOUNT: "discount.schedule: expected a value, found nothing",
    f"{DISCOUNT}schedule = []": "discount.schedule: expected `array` of length >= 1, found []",
    DISCOUNT.replace("0.5", "1.01")
    + STEP: "discount.after_share: expected at most 1, found '1.01'",
    DISCOUNT.replace("0.5", "-1") + STEP: f"discount.after_share: {NOT_NEGATIVE}, found '-1'",
    DISCOUNT + STEP.replace("0.1", "1.1"): (
        "discount.schedule[0].rate: expected at most 1, found '1.1'"
    ),
    DISCOUNT
    + STEP.replace("0.1", "10%"): f"discount.schedule[0].rate: {NOT_NEGATIVE}, found '10%'",
    DISCOUNT + STEP.replace("1.00", "1.001"): (
        f"discount.schedule[0].from: {NOT_NEGATIVE}, {TWO_DIGITS}, found '1.001'"
    ),
    DISCOUNT + STEP.replace("1.00", "-1"): (
        f"discount.schedule[0].from: {NOT_NEGATIVE}, {TWO_DIGITS}, found '-1'"
    ),
    DISCOUNT + STEP + STEP.replace("1.00", "1"): (
        "discount.schedule[1].from: expected more than that of the step before, found '1'"
    ),
    DISCOUNT + STEP.replace('from = "1.00"\n', ""): (
        "discount.schedule[0].from: expected a value, found nothing"
    ),
    DISCOUNT + STEP.replace('rate = "0.1"\n', ""): (
        "discount.schedule[0].rate: expected a value, found nothing"
    ),
    # contacts due
    '[contacts_due]\nreasons = ["birthday"]': (
        "contacts_due.reasons[0]: invalid enum value 'birthday', found 'birthday'"
    ),
    '[contacts_due]\nreasons = "interval"': "contacts_due.reasons: expected `array`, found `str`",
    "[contacts_due]\nevery = 5": "contacts_due.every: expected no key of this name, found one",
    # treatments
    "[treatment.important]\ncontact_every_days = -1": (
        "treatment.important.contact_every_days: expected an integer from 0 to 3660, found -1"
    ),
    "[treatment.important]\ncontact_every_days = 3661": (
        "treatment.important.contact_every_days: expected an integer from 0 to 3660, found 3661"
    ),
    '[treatment.important]\ncontact_every_days = "30"': (
        "treatment.important.contact_every_days: expected an integer from 0 to 3660, found '30'"
    ),
    "[treatment.important]\ncontact_every_days = 30.0": (
        "treatment.important.contact_every_days: expected an integer from 0 to 3660, found 30.0"
    ),
    "[treatment.important]\ncontact_every_days = true": (
        "treatment.important.contact_every_days: expected an integer from 0 to 3660, found True"
    ),
    "[treatment.important]\ncredit_days = []": (
        "treatment.important.credit_days: expected an integer from 0 to 3660, found []"
    ),
    "[treatment.important]\nself_service_first = 1": (
        "treatment.important.self_service_first: expected true or false, found 1"
    ),
    # segments
    "[segments.gone]": "segments.gone: expected no key of this name, found one",
    "[segments.best]": "segments.best.contribution_from: expected a value, found nothing",
    '[segments.best]\ncontribution_from = "x"': (
        f"segments.best.contribution_from: expected a decimal text {TWO_DIGITS}, found 'x'"
    ),
    "[segments.best]\ncontribution_from = 5": (
        "segments.best.contribution_from: expected `str`, found `int`"
    ),
    '[segments.fake_big]\nrevenue_from = "1"': (
        "segments.fake_big.contribution_below: expected a value, found nothing"
    ),
    '[segments.fake_big]\nrevenue_from = "1.001"\ncontribution_below = "1"': (
        f"segments.fake_big.revenue_from: expected a decimal text {TWO_DIGITS}, found '1.001'"
    ),
    '[segments.fake_big]\nrevenue_from = "1"\ncontribution_below = "--1"': (
        f"segments.fake_big.contribution_below: expected a decimal text {TWO_DIGITS}, found '--1'"
    ),
    '[segments.over_served]\nservice_share = "-0.5"': (
        f"segments.over_served.service_share: {NOT_NEGATIVE}, found '-0.5'"
    ),
    '[segments.potential]\ngrowth = "1.5"': (
        "segments.potential.rise: expected a value, found nothing"
    ),
    '[segments.potential]\ngrowth = "-1"\nrise = "1"': (
        f"segments.potential.growth: {NOT_NEGATIVE}, found '-1'"
    ),
    '[segments.potential]\ngrowth = "1"\nrise = "1.001"': (
        f"segments.potential.rise: expected a decimal text {TWO_DIGITS}, found '1.001'"
    ),
    '[segments.worst]\ncontribution_below = ""': (
        f"segments.worst.contribution_below: expected a decimal text {TWO_DIGITS}, found ''"
    ),
}

VALUE_FAULTS = {
    'measure = "fading"': "value.measure: invalid enum value 'fading', found 'fading'",
    'measure = "decayed"': (
        "value.half_life_days: expected a value, as value.measure is decayed, found 'nothing'"
    ),
    "half_life_days = 90": (
        "value.half_life_days: expected no value, unless value.measure is decayed, found 90"
    ),
    'measure = "decayed"\nhalf_life_days = 6': (
        "value.half_life_days: expected `int` >= 7, found 6"
    ),
    'measure = "decayed"\nhalf_life_days = 3661': (
        "value.half_life_days: expected `int` <= 3660, found 3661"
    ),
    'measure = "decayed"\nhalf_life_days = 90\nlandmark = "2020-1-1"': (
        "value.landmark: expected a date as YYYY-MM-DD, found '2020-1-1'"
    ),
    'landmark = "2021-02-29"': "value.landmark: expected a date as YYYY-MM-DD, found '2021-02-29'",
    "landmark = 2020-01-01": "value.landmark: expected `str`, found `date`",
}


BY_SHARE = '[tiers]\nmode = "share"\n[tiers.entry]'
CUTS = """
[tiers.share.key]
by = "rank"
share = "0.05"
[tiers.share.important]
by = "profit"
share = "0.80"
"""
SHARE_FAULTS = {
    (BY_SHARE, ""): "tiers.share: expected a section, as tiers.mode is share, found 'none'",
    ("[tiers.entry]", CUTS): (
        "tiers.share: expected no section, unless tiers.mode is share, found 'one'"
    ),
    (BY_SHARE.replace('"share"', '"quota"'), CUTS): (
        "tiers.mode: invalid enum value 'quota', found 'quota'"
    ),
    (BY_SHARE, CUTS.replace('"rank"', '"luck"')): (
        "tiers.share.key.by: invalid enum value 'luck', found 'luck'"
    ),
    (BY_SHARE, CUTS.replace('by = "rank"\n', "")): (
        "tiers.share.key.by: expected a value, found nothing"
    ),
    (BY_SHARE, CUTS.replace('"0.05"', '"0.00"')): (
        "tiers.share.key.share: expected more than 0, found '0.00'"
    ),
    (BY_SHARE, CUTS.replace('"0.80"', '"1.01"')): (
        "tiers.share.important.share: expected at most 1, found '1.01'"
    ),
    (BY_SHARE, CUTS.replace('"0.80"', '"80 %"')): (
        "tiers.share.important.share: expected a decimal text, not negative, found '80 %'"
    ),
    (BY_SHARE, CUTS[: CUTS.index("[tiers.share.important]")]): (
        "tiers.share.important: expected a value, found nothing"
    ),
    (BY_SHARE, f'[tiers.share]\nmin_change = "1"\n{CUTS}'): (
        "tiers.share.min_change: expected less than 1, found '1'"
    ),
    (BY_SHARE, f"[tiers.share]\nevery_minutes = -1\n{CUTS}"): (
        "tiers.share.every_minutes: expected `int` >= 0, found -1"
    ),
    (BY_SHARE, f"[tiers.share]\nevery_minutes = 527041\n{CUTS}"): (
        "tiers.share.every_minutes: expected `int` <= 527040, found 527041"
    ),
}


def refused(text: str) -> str:
    with pytest.raises(PolicyError) as found:
        read_policy(text, "my.toml")
    return str(found.value)


@pytest.mark.parametrize(("more", "said"), WORTH_FAULTS.items(), ids=lambda its: str(its)[:60])
def test_a_fault_is_refused_with_these_words(more: str, said: str) -> None:
    assert refused(f"{POLICY_TEXT}{more}\n").startswith(f"my.toml: {said}")


@pytest.mark.parametrize(("more", "said"), VALUE_FAULTS.items(), ids=lambda its: str(its)[:60])
def test_a_fault_of_the_measure_is_refused_with_these_words(more: str, said: str) -> None:
    assert refused(changed((WINDOW, f"{WINDOW}{more}\n"))) == f"my.toml: {said}"


@pytest.mark.parametrize(("what", "said"), SHARE_FAULTS.items(), ids=lambda its: str(its)[:60])
def test_a_fault_of_shares_is_refused_with_these_words(what: tuple[str, str], said: str) -> None:
    entry, more = what
    assert refused(changed(("[tiers.entry]", entry)) + more) == f"my.toml: {said}"


def test_shares_of_a_decayed_value_know_no_money_of_the_day() -> None:
    decayed = (WINDOW, f'{WINDOW}measure = "decayed"\nhalf_life_days = 90\n')
    plain = changed(decayed, ("[tiers.entry]", BY_SHARE)) + CUTS
    read_policy(plain, "my.toml")
    said = "expected 0: shares of a decayed value are not in money of the day, found"
    entry = plain.replace('ordinary = "0.00"', 'ordinary = "1.00"')
    assert refused(entry) == f"my.toml: tiers.entry.ordinary: {said} '1.00'"
    band = f'{plain}[tiers.hold]\nmin_band = "0.01"\n'
    assert refused(band) == f"my.toml: tiers.hold.min_band: {said} '0.01'"


@pytest.mark.parametrize("flag", ["1", '"yes"'])
def test_what_is_excused_is_true_or_false(flag: str) -> None:
    kind = "int" if flag == "1" else "str"
    text = changed(("min_tenure_days = 4", f"min_tenure_days = 4\nexcuse_seller_fault = {flag}"))
    said = f"risk.unprofitable.excuse_seller_fault: expected `bool`, found `{kind}`"
    assert refused(text) == f"my.toml: {said}"


@pytest.mark.parametrize(
    "more",
    [
        INVOICES_SECTION,
        DISCOUNT_SECTION,
        SEGMENTS,
        CONTACTS_DUE,
        "[invoices]\nopen_max = 1000\nunmatched_max = 1\n",
        INVOICED + "".join(REMINDER.replace("5", str(days)) for days in range(1, 17)),
        f"{INVOICED}{CARD}" + REMINDER.replace("service", "service.card"),
        INVOICED + REMINDER.replace("1.00", "0"),
        DISCOUNT.replace("0.5", "0") + STEP.replace("1.00", "0").replace("0.1", "1"),
        DISCOUNT.replace("0.5", "1") + STEP.replace("0.1", "0"),
        # a larger volume may earn less: the seller's own affair
        DISCOUNT + STEP + STEP.replace("1.00", "2.00").replace("0.1", "0.05"),
        "[contacts_due]\nreasons = []\n",
        '[contacts_due]\nreasons = ["notice", "interval"]\n',
        "[treatment.important]\ncontact_every_days = 0\ncredit_days = 3660\n",
        "[treatment.important]\nself_service_first = false\n",
        '[segments.best]\ncontribution_from = "-5.00"\n',
        '[segments.over_served]\nservice_share = "2.5"\n',
        '[segments.potential]\ngrowth = "0"\nrise = "-10"\n',
    ],
)
def test_what_the_contract_allows_is_taken(more: str) -> None:
    read_policy(POLICY_TEXT + more, "my.toml")


def test_what_may_be_absent_has_a_default() -> None:
    policy = read_policy(f"{POLICY_TEXT}[invoices]\n[contacts_due]\n", "my.toml")
    assert policy.invoices is not None
    assert (policy.invoices.open_max, policy.invoices.unmatched_max) == (64, 64)
    assert policy.contacts_due is not None
    assert policy.contacts_due.reasons == ("interval", "complaint", "notice")
    assert (policy.value.measure, policy.value.half_life_days) == ("rolling", None)
    assert policy.value.landmark == "2020-01-01"
    assert policy.risk.unprofitable is not None
    assert policy.risk.unprofitable.excuse_seller_fault is False


def test_what_is_absent_is_off() -> None:
    policy = read_policy(POLICY_TEXT, "my.toml")
    assert (policy.invoices, policy.discount, policy.contacts_due) == (None, None, None)
    found = policy.segments
    assert (found.best, found.fake_big, found.over_served) == (None, None, None)
    assert (found.potential, found.worst) == (None, None)
    assert policy.service.reminder == []
