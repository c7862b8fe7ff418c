"""The compiled policy: integers, exact ratios, rates by their day."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from agents.policy.compiled import Policy
from agents.policy_file.compiling import compile_policy
from agents.policy_file.reading import read_policy
from agents.signals.keys import Values
from schemas.base.vocabulary import TIERS
from schemas.inputs.events import Kind
from tests.support.making import (
    POLICY,
    amounts,
    booked,
    figures,
    payment,
    purchase,
    support_call,
)
from tests.support.policies import POLICIES, policy
from tests.support.tables import table


def day(text: str) -> int:
    return (date.fromisoformat(text) - date(1970, 1, 1)).days


def rate(code: str, on: str, by: Policy = POLICY) -> float | None:
    """What a minor unit is in the base currency's minor units."""
    ratio = by.rates.ratio(code, day(on))
    return None if ratio is None else ratio[0] / ratio[1]


def test_amounts_are_minor_units_of_the_base_currency() -> None:
    assert POLICY.entries == (None, 0, 50_000, 200_000)
    costs = POLICY.cards.at(0)
    assert (costs.return_per_order, costs.return_per_item, costs.late_fee) == (800, 100, 500)
    loss = Values(POLICY.signals["unprofitable"], POLICY.digits)
    assert (loss.minor("below"), loss.minor("clear_at")) == (0, 1000)


@table("margin cost_rate", ("0.30", (70, 100)), ("0.3333", (6667, 10_000)), ("1", (0, 1)))
def test_a_share_is_an_exact_ratio(margin: str, cost_rate: tuple[int, int]) -> None:
    assert policy({"value.default_margin_rate": margin}).default_cost_rate == cost_rate


TURNED = policy({"rates.EUR": None}, {"rates.EUR": {"2026-02-01": "1.25", "2026-01-01": "1.10"}})


@pytest.mark.parametrize("by", [POLICY, TURNED], ids=["as written", "in any order"])
@table(
    "code rates",
    ("EUR", dict.fromkeys(["0001-01-01", "1969-12-31", "2025-12-31"])),
    ("EUR", {"2026-01-01": 1.10, "2026-01-31": 1.10, "2026-02-01": 1.25, "2099-12-31": 1.25}),
    ("from minor units to minor units", "JPY", {"2026-03-01": 0.65}),
    ("of three digits", "KWD", {"2026-03-01": 0.325}),
    ("a currency without a section", "GBP", {"2026-03-01": None}),
    ("one that there isn't", "XXX", {"2026-03-01": None}),
    ("the base currency", "USD", {"0001-01-01": 1}),
)
def test_a_rate_holds_from_its_day_until_the_next_one(by: Policy, code: str, rates: Any) -> None:
    # what it was once it stays
    for _ in range(2):
        assert {on: rate(code, on, by) for on in rates} == rates


def test_many_days_do_not_confuse_the_rates() -> None:
    rates, first = policy().rates, day("2026-01-01")
    for on in range(first - 15_000, first + 15_000):
        assert (rates.ratio("JPY", on) is None) == (on < first)


def test_a_tier_without_a_treatment_is_granted_nothing() -> None:
    grants = [json.loads(bytes(POLICY.grants.of(rank, [], []).wire)) for rank in range(len(TIERS))]
    assert grants == [{}, {}, {}, {"support_priority": 1}]


def test_a_treatment_goes_out_as_it_has_gone_out_ever_since() -> None:
    until = datetime(2027, 1, 1, tzinfo=UTC)
    grants = {"rate": 1e16, "until": until, "gifts": [{"name": "caf\u00e9", "price": 0.5}]}
    assert bytes(policy({"treatment.key": grants}).grants.of(3, [], []).wire) == (
        b'{"support_priority":1,"rate":1e+16,"until":"2027-01-01T00:00:00+00:00",'
        b'"gifts":[{"name":"caf\xc3\xa9","price":0.5}]}'
    )


def test_a_signal_whose_section_is_absent_is_off() -> None:
    by = policy({"risk.late_payer": None})
    assert by.signals.keys() == {"support_spike", "unprofitable"}


def test_two_files_that_decide_alike_share_a_hash() -> None:
    text = (POLICIES / "plain.toml").read_text(encoding="utf-8").replace(" = ", "  =  ")
    assert compile_policy(read_policy("# a remark\n" + text, "x")).hash == POLICY.hash


@table(
    "change",
    {"version": "test-2"},
    {"dedupe_days": 6},
    {"rates.EUR": {"2026-02-01": "1.26"}},
    {"value.window_days": 11},
    {"service.returns.per_item": "1.01"},
    {"treatment.key.support_priority": 2},
    {"risk.late_payer.clear_on_time": 3},
)
def test_any_other_policy_has_another_hash(change: dict[str, Any]) -> None:
    assert policy(change).hash != POLICY.hash


def test_the_base_currency_may_have_other_digits_than_two() -> None:
    in_yen = policy(
        {"base_currency": "JPY", "rates.JPY": None, "rates.USD": {"2026-01-01": "153.85"}},
        {"service": None, "tiers.entry": {"key": "2000", "important": "500", "ordinary": "0"}},
        {"risk.unprofitable": {"below": "0", "clear_at": "10"}},
    )
    # 1.01 USD are 155.3885 JPY, 0.01 USD are 1.5385
    found = booked(Kind.PURCHASES, purchase(amount="1.01", cost="0.01"), in_yen)
    assert amounts(found) == {"revenue": 155, "goods": 2}


DATED = policy(
    {
        "service.card": [
            {
                "from": "2026-03-02",
                "contact": {"phone": {"fixed": "2.00"}},
                "returns": {"per_order": "9.00"},
            },
            {"from": "2026-03-04", "late_payment": {"late_fee": "7.50"}},
        ]
    }
)


@table(
    "by at costs",
    (POLICY, "01T00:00:00Z", [270, 1_000, 592]),
    (DATED, "01T00:00:00Z", [270, 1_000, 592]),
    (DATED, "01T23:59:59.999999Z", [270, 1_000, 592]),
    # a card has nothing of the one before
    (DATED, "02T00:00:00Z", [200, 900, 0]),
    (DATED, "03T23:59:59.999999Z", [200, 900, 0]),
    (DATED, "04T00:00:00Z", [0, 0, 750]),
    (DATED, "05T00:00:00Z", [0, 0, 750]),
)
def test_the_rate_card_of_an_event_s_own_utc_day_applies(by: Policy, at: str, costs: Any) -> None:
    # a phone call of two minutes, a return of two items, 100.00 paid 28 days late
    when = {"occurred_at": f"2026-03-{at}"}
    events = {
        Kind.SUPPORT_CALLS: support_call(**when),
        Kind.PURCHASES: purchase(**when, type="return", items=2),
        Kind.PAYMENTS: payment(**when, due_at="2026-02-01T00:00:00Z"),
    }
    assert [figures(booked(kind, event, by))[3] for kind, event in events.items()] == costs
