"""The compiled policy: integers, exact ratios, rates by their day."""

from datetime import date

import pytest

from agents.events.booking import Booking
from agents.policy.compiled import Policy
from agents.policy_file.compiling import compile_policy
from agents.policy_file.reading import read_policy
from agents.signals.keys import Values
from schemas.inputs.events import Kind
from schemas.inputs.rejects import Reason, Rejection
from schemas.outputs.records import Tier
from tests.support.making import (
    MINIMAL,
    POLICY,
    POLICY_TEXT,
    admit,
    amounts,
    booked,
    changed,
    figures,
    payment,
    policy,
    purchase,
    support_call,
)


def day(text: str) -> int:
    return (date.fromisoformat(text) - date(1970, 1, 1)).days


def exact(code: str, on: str) -> float:
    ratio = POLICY.rates.ratio(code, day(on))
    assert ratio is not None
    return ratio[0] / ratio[1]


def test_amounts_are_minor_units_of_the_base_currency() -> None:
    assert POLICY.entries == (None, 0, 50_000, 200_000)
    costs = POLICY.cards.at(0)
    assert (costs.return_per_order, costs.return_per_item, costs.late_fee) == (800, 100, 500)
    loss = Values(POLICY.signals["unprofitable"], POLICY.digits)
    assert (loss.minor("below"), loss.minor("clear_at")) == (0, 1000)


def test_a_share_is_an_exact_ratio() -> None:
    assert POLICY.default_cost_rate == (70, 100)
    assert policy(('"0.30"', '"0.3333"')).default_cost_rate == (6667, 10_000)
    assert policy(('"0.30"', '"1"')).default_cost_rate == (0, 1)


@pytest.mark.parametrize(
    ("on", "rate"),
    [
        ("2026-01-01", 1.10),
        ("2026-01-31", 1.10),
        ("2026-02-01", 1.25),
        ("2099-12-31", 1.25),
    ],
)
def test_a_rate_holds_from_its_day_until_the_next_one(on: str, rate: float) -> None:
    assert exact("EUR", on) == rate


@pytest.mark.parametrize("on", ["2025-12-31", "1969-12-31", "0001-01-01"])
def test_before_its_first_day_a_currency_has_no_rate(on: str) -> None:
    assert POLICY.rates.ratio("EUR", day(on)) is None


def test_a_currency_without_a_section_has_no_rate() -> None:
    assert POLICY.rates.ratio("GBP", day("2026-03-01")) is None
    assert POLICY.rates.ratio("XXX", day("2026-03-01")) is None


def test_the_base_currency_is_one_on_every_day() -> None:
    assert POLICY.rates.ratio("USD", day("0001-01-01")) == (1, 1)


@pytest.mark.parametrize(
    ("code", "in_minor_units"),
    [("JPY", 0.65), ("KWD", 0.325), ("EUR", 1.25)],
)
def test_a_rate_leads_from_minor_units_to_minor_units(code: str, in_minor_units: float) -> None:
    assert exact(code, "2026-03-01") == in_minor_units


def test_rates_may_be_written_in_any_order() -> None:
    turned = policy(
        (
            '"2026-01-01" = "1.10"\n"2026-02-01" = "1.25"',
            '"2026-02-01" = "1.25"\n"2026-01-01" = "1.10"',
        )
    )
    for on in ("2025-12-31", "2026-01-31", "2026-02-01"):
        assert turned.rates.ratio("EUR", day(on)) == POLICY.rates.ratio("EUR", day(on))


def test_what_a_rate_was_once_it_stays() -> None:
    for _ in range(2):
        assert POLICY.rates.ratio("EUR", day("2025-12-31")) is None
        assert exact("EUR", "2026-03-01") == 1.25


def test_many_days_do_not_confuse_the_rates() -> None:
    rates = policy().rates
    first = day("2026-01-01")
    for on in range(first - 15_000, first + 15_000):
        assert (rates.ratio("JPY", on) is None) == (on < first)


def test_a_tier_without_a_treatment_is_granted_nothing() -> None:
    assert POLICY.treatment == {
        Tier.MAINTENANCE: {},
        Tier.ORDINARY: {},
        Tier.IMPORTANT: {},
        Tier.KEY: {"support_priority": 1},
    }


def test_a_signal_whose_section_is_absent_is_off() -> None:
    section = POLICY_TEXT[POLICY_TEXT.index("[risk.late_payer]") :]
    assert policy((section, "")).signals.keys() == {"support_spike", "unprofitable"}


def test_two_files_that_decide_alike_share_a_hash() -> None:
    spaced = read_policy("# a remark\n" + POLICY_TEXT.replace(" = ", "  =  "), "x")
    assert compile_policy(spaced).hash == POLICY.hash


@pytest.mark.parametrize(
    "replacement",
    [
        ('version = "test-1"', 'version = "test-2"'),
        ("dedupe_days = 5", "dedupe_days = 6"),
        ('"2026-02-01" = "1.25"', '"2026-02-01" = "1.26"'),
        ("window_days = 10", "window_days = 11"),
        ('per_item = "1.00"', 'per_item = "1.01"'),
        ("support_priority = 1", "support_priority = 2"),
        ("clear_on_time = 2", "clear_on_time = 3"),
    ],
)
def test_any_other_policy_has_another_hash(replacement: tuple[str, str]) -> None:
    assert policy(replacement).hash != POLICY.hash


def test_the_base_currency_may_have_other_digits_than_two() -> None:
    text = changed(
        ('base_currency = "USD"', 'base_currency = "JPY"'),
        ("[rates.JPY]", "[rates.USD]"),
        ('"0.0065"', '"153.85"'),
    )
    in_yen = compile_policy(
        read_policy(
            text.replace('.00"', '"').replace('.50"', '"').replace('fixed = "0.80"', 'fixed = "1"'),
            "x",
        )
    )
    found = admit(Kind.PURCHASES, purchase(amount="1.01", cost="0.01"), in_yen)
    assert isinstance(found, Booking)
    # 1.01 USD are 155.3885 JPY, 0.01 USD are 1.5385
    assert amounts(found) == {"revenue": 155, "goods": 2}


def test_an_event_before_the_first_rate_is_of_an_unknown_currency() -> None:
    event = MINIMAL[Kind.PAYMENTS] | {"currency": "EUR", "occurred_at": "2025-12-31T23:59:59Z"}
    found = admit(Kind.PAYMENTS, event)
    assert isinstance(found, Rejection)
    assert found.reason is Reason.UNKNOWN_CURRENCY


CARDS = """\
[[service.card]]
from = "2026-03-02"
[service.card.contact.phone]
fixed = "2.00"
[service.card.returns]
per_order = "9.00"

[[service.card]]
from = "2026-03-04"
[service.card.late_payment]
late_fee = "7.50"

[tiers.entry]"""


def test_the_rate_card_of_an_event_s_own_day_applies() -> None:
    dated = policy(("[tiers.entry]", CARDS))

    def costs(on: int, its_policy: Policy = dated) -> list[int]:
        at = f"2026-03-0{on}T00:00:00Z"
        events = (
            (Kind.SUPPORT_CALLS, support_call(occurred_at=at)),
            (Kind.PURCHASES, purchase(occurred_at=at, type="return")),
            (Kind.PAYMENTS, payment(occurred_at=at, due_at="2026-02-01T00:00:00Z")),
        )
        return [figures(booked(kind, event, its_policy))[3] for kind, event in events]

    # a phone call of two minutes, a return of one item, 100.00 paid 28 days late
    assert costs(1) == costs(1, POLICY) == [270, 900, 592]
    assert costs(2) == costs(3) == [200, 900, 0]
    assert costs(4) == costs(5) == [0, 0, 750]


def test_a_card_begins_with_its_utc_day() -> None:
    dated = policy(("[tiers.entry]", CARDS))

    def handling(at: str) -> int:
        event = purchase(occurred_at=at, type="return", items=2)
        return figures(booked(Kind.PURCHASES, event, dated))[3]

    # 8.00 an order and 1.00 for each of its items before, 9.00 and nothing after
    assert handling("2026-03-01T23:59:59.999999Z") == 1_000
    assert handling("2026-03-02T00:00:00Z") == 900
