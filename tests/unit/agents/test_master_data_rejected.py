"""Master data: what a record may not say, by name, and which reason comes first."""

from typing import Any

import pytest

from agents.events.booking import Booking
from schemas.base.partitioners import murmur2_partition
from schemas.inputs.events import Kind
from schemas.inputs.rejects import Rejection
from tests.support.feeding import on
from tests.support.making import (
    ABSENT,
    COMMITMENT,
    FULL,
    OVERRIDE,
    WALLET,
    admission,
    admit,
    booked,
    master_data,
    raw,
)
from tests.support.master import changed, commitment, override, wallet

NOON_MS = 1_772_366_400_000
"""2026-03-01T12:00:00Z, of when the records are."""
TWO = 2
ELSEWHERE = 1 - murmur2_partition(b"ada", TWO)


def book(**fields: Any) -> Booking:
    return booked(Kind.CUSTOMERS, master_data(**fields))


def refused(**fields: Any) -> tuple[str, str]:
    """(reason, detail) of a record that is rejected."""
    found = admit(Kind.CUSTOMERS, master_data(**fields))
    assert isinstance(found, Rejection), found
    return found.reason.value, found.detail


# what is rejected, by name

MONEY = "expected a decimal text of at most 15 digits, no more behind the point"
SHARE = "expected a decimal text of at most 15 digits from 0 to 1"
DATE = "expected a date as YYYY-MM-DD"


@pytest.mark.parametrize(
    ("fields", "start"),
    [
        ({"segment": "both"}, "segment: expected 'business' or 'individual', found '\"both\"'"),
        ({"region": 5}, "region: expected a text of at most 1000 characters, found '5'"),
        ({"industry": []}, "industry: expected a text of at most 1000 characters, found '[]'"),
        ({"joined_at": "2019-05-01"}, "joined_at: expected an RFC 3339 time with an offset"),
        ({"joined_at": "0001-01-01T00:00:00+00:01"}, "joined_at: expected an RFC 3339 time"),
        ({"wallet": "5000"}, "wallet: expected an object, found '\"5000\"'"),
        ({"wallet": []}, "wallet: expected an object, found '[]'"),
        ({"wallet": False}, "wallet: expected an object, found 'false'"),
        (wallet(amount=5), f"wallet.amount: {MONEY} than the currency has, found '5'"),
        (wallet(amount="-5"), f"wallet.amount: {MONEY}"),
        (wallet(amount="5.001"), f"wallet.amount: {MONEY}"),
        (wallet(amount="5.0", currency="JPY"), f"wallet.amount: {MONEY}"),
        (wallet(amount="9" * 16), f"wallet.amount: {MONEY}"),
        (wallet(currency=840), "wallet.currency: expected an ISO 4217 code, found '840'"),
        ({"commitment": 1}, "commitment: expected an object, found '1'"),
        (commitment(amount="1.001"), f"commitment.amount: {MONEY}"),
        (commitment(currency=[]), "commitment.currency: expected an ISO 4217 code"),
        (commitment(discount_rate="1.01"), f"commitment.discount_rate: {SHARE}"),
        (commitment(discount_rate="-0.1"), f"commitment.discount_rate: {SHARE}"),
        (commitment(discount_rate=".1"), f"commitment.discount_rate: {SHARE}"),
        (commitment(discount_rate="1e-1"), f"commitment.discount_rate: {SHARE}"),
        (commitment(discount_rate="0." + "1" * 15), f"commitment.discount_rate: {SHARE}"),
        (commitment(discount_rate=0.1), f"commitment.discount_rate: {SHARE}"),
        (commitment(starts_on="2026-02-29"), f"commitment.starts_on: {DATE}"),
        (commitment(starts_on="20260101"), f"commitment.starts_on: {DATE}"),
        (commitment(starts_on="2026-1-1"), f"commitment.starts_on: {DATE}"),
        (commitment(starts_on="0000-01-01"), f"commitment.starts_on: {DATE}"),
        (commitment(starts_on=on(1)), f"commitment.starts_on: {DATE}"),
        (commitment(ends_on="2026-W01-1"), f"commitment.ends_on: {DATE}"),
        (commitment(ends_on="10000-01-01"), f"commitment.ends_on: {DATE}"),
        (
            commitment(ends_on="2025-12-31"),
            "commitment.ends_on: expected not before starts_on (2026-01-01), found",
        ),
        ({"override": None, "wallet": 1}, "wallet: expected an object"),
        (override(tier="gold"), "override.tier: expected 'key', 'important', 'ordinary' or"),
        (override(tier="Key"), "override.tier: expected"),
        (override(mode="ceiling"), "override.mode: expected 'floor' or 'lock'"),
        (override(reason=""), "override.reason: expected a text of 1 to 1000 characters"),
        (override(reason="x" * 1_001), "override.reason: expected a text of 1 to 1000"),
        (override(reason=5), "override.reason: expected a text of 1 to 1000 characters"),
        (override(expires_at="2026-07-01"), "override.expires_at: expected an RFC 3339 time"),
        (
            override(expires_at="9999-12-31T23:59:59-00:01"),
            "override.expires_at: expected an RFC 3339 time",
        ),
    ],
)
def test_a_wrong_field_is_named_with_the_object_it_stands_in(
    fields: dict[str, Any], start: str
) -> None:
    reason, detail = refused(**fields)
    assert reason == "invalid_field"
    assert detail.startswith(start)


@pytest.mark.parametrize("missing", [ABSENT, None])
@pytest.mark.parametrize(
    ("outer", "inner"),
    [
        *(("wallet", name) for name in WALLET),
        *(("commitment", name) for name in COMMITMENT),
        *(("override", name) for name in OVERRIDE if name != "expires_at"),
    ],
)
def test_what_an_object_lacks_is_missed_by_name(outer: str, inner: str, missing: object) -> None:
    its = FULL[Kind.CUSTOMERS][outer]
    reason, detail = refused(**{outer: changed(its, {inner: missing})})
    assert reason == "missing_field"
    assert detail.startswith(f"{outer}.{inner}: expected ")
    assert detail.endswith("found nothing")


def test_an_empty_object_lacks_its_first_field() -> None:
    for outer, inner in (
        ("wallet", "amount"),
        ("commitment", "amount"),
        ("override", "tier"),
    ):
        assert refused(**{outer: {}})[1].startswith(f"{outer}.{inner}: ")


@pytest.mark.parametrize(
    "fields",
    [
        override(reason="x" * 1_000),
        override(reason="\u00e9" * 1_000),
        override(reason=" "),
        wallet(amount="9" * 13 + ".99"),
        commitment(ends_on="2026-01-01"),
        commitment(starts_on="0001-01-01", ends_on="9999-12-31"),
        commitment(starts_on="2024-02-29", ends_on="2024-02-29"),
        commitment(discount_rate="0.00000000000001"),
        {"joined_at": "0001-01-01T00:00:00Z"},
        {"joined_at": "9999-12-31T23:59:59.999999Z"},
        {"region": "", "industry": ""},
    ],
)
def test_what_lies_on_the_edge_is_taken(fields: dict[str, Any]) -> None:
    book(**fields)


@pytest.mark.parametrize(
    ("fields", "first"),
    [
        ({"segment": "x", "region": 5}, "segment"),
        ({"region": 5, "industry": 5}, "region"),
        ({"industry": 5, "joined_at": "x"}, "industry"),
        ({"joined_at": "x", "wallet": 5}, "joined_at"),
        ({"wallet": {"amount": "x"}, "commitment": 5}, "wallet.amount"),
        (wallet(amount="x", currency=ABSENT), "wallet.amount"),
        (wallet(currency=5) | commitment(amount="x"), "wallet.currency"),
        (commitment(amount="x", currency=5), "commitment.amount"),
        (commitment(currency=5, discount_rate="x"), "commitment.currency"),
        (commitment(discount_rate="x", starts_on="x"), "commitment.discount_rate"),
        (commitment(starts_on="x", ends_on="x"), "commitment.starts_on"),
        (commitment(ends_on="x") | {"override": {}}, "commitment.ends_on"),
        (commitment(ends_on="2025-01-01") | {"override": 1}, "commitment.ends_on"),
        (override(tier="x", mode="x"), "override.tier"),
        (override(mode="x", reason=""), "override.mode"),
        (override(reason="", expires_at="x"), "override.reason"),
        ({"occurred_at": "x", "segment": "x"}, "occurred_at"),
    ],
)
def test_of_several_faults_the_first_is_named_depth_first(
    fields: dict[str, Any], first: str
) -> None:
    assert refused(**fields)[1].startswith(f"{first}:")


# the order of reasons


@pytest.mark.parametrize("currency", ["XXX", "usd", "", "GBP"])
@pytest.mark.parametrize("which", ["wallet", "commitment"])
def test_a_currency_without_a_rate_is_unknown(which: str, currency: str) -> None:
    fields = wallet(currency=currency) if which == "wallet" else commitment(currency=currency)
    reason, detail = refused(**fields)
    assert reason == "unknown_currency"
    assert detail == (
        f"{which}.currency: expected one with a rate in the policy for the event's day, "
        f"found {currency!r}"
    )


def test_a_currency_before_its_first_rate_is_unknown() -> None:
    before = "2025-12-31T23:59:59Z"
    assert refused(occurred_at=before, **commitment())[0] == "unknown_currency"
    book(occurred_at=before, **wallet())


def test_of_an_unknown_currency_an_amount_may_have_any_number_of_digits() -> None:
    assert refused(**wallet(amount="5.00001", currency="XXX"))[0] == "unknown_currency"
    assert refused(**wallet(amount="5.000010", currency="GBP"))[0] == "invalid_field"


@pytest.mark.parametrize(
    "fault",
    [
        commitment(amount="1.001"),
        commitment(discount_rate="2"),
        commitment(ends_on="2025-12-31"),
        override(tier="x"),
    ],
)
def test_a_wrong_field_comes_before_an_unknown_currency_wherever_it_stands(
    fault: dict[str, Any],
) -> None:
    assert refused(**wallet(currency="XXX"), **fault)[0] == "invalid_field"
    assert refused(**wallet(currency="GBP"), **fault)[0] == "invalid_field"


def turned_away(value: bytes | None, key: bytes | None, *, elsewhere: bool = False) -> str:
    its = admission(partition=ELSEWHERE, partitions=TWO) if elsewhere else admission()
    found = its.admit(Kind.CUSTOMERS, key, value, NOON_MS)
    assert isinstance(found, Rejection)
    return found.reason.value


def test_reasons_come_in_the_contract_s_order() -> None:
    early = {"occurred_at": "2026-03-01T12:05:00.000001Z"}
    everything = master_data(**early, **wallet(currency="XXX"), **override(mode="x"))
    assert turned_away(raw(everything), b"bob", elsewhere=True) == "invalid_field"
    known = master_data(**early, **wallet(currency="XXX"))
    assert turned_away(raw(known), b"bob", elsewhere=True) == "key_mismatch"
    assert turned_away(raw(known), b"ada", elsewhere=True) == "wrong_partition"
    assert turned_away(raw(known), b"ada") == "unknown_currency"
    assert turned_away(raw(master_data(**early)), b"ada") == "from_future"
    assert turned_away(raw(everything)[:-1], b"bob") == "malformed"
    assert turned_away(raw(everything) + b" " * 65_536, b"bob") == "too_large"


def test_an_erasure_in_another_partition_is_rejected() -> None:
    assert turned_away(None, b"ada", elsewhere=True) == "wrong_partition"
    assert turned_away(None, b"\xff", elsewhere=True) == "key_mismatch"


def test_an_empty_value_is_no_erasure() -> None:
    assert turned_away(b"", b"ada") == "malformed"
    assert turned_away(b"null", b"ada") == "malformed"
