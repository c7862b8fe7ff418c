"""Master data: what a record may not say, by name, and which reason comes first."""

from typing import Any

from agents.events.booking import Booking
from schemas.inputs.events import Kind
from schemas.inputs.rejects import Rejection
from tests.support.feeding import on
from tests.support.making import (
    ABSENT,
    COMMITMENT,
    FULL,
    OVERRIDE,
    WALLET,
    admit,
    booked,
    master_data,
)
from tests.support.master import changed, commitment, override, wallet
from tests.support.tables import table


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
TIME = "expected an RFC 3339 time with an offset"


@table(
    "place wrong start",
    ("segment", ["both"], "expected 'business' or 'individual', found '\"both\"'"),
    ("region", [5], "expected a text of at most 1000 characters, found '5'"),
    ("industry", [[]], "expected a text of at most 1000 characters, found '[]'"),
    ("joined_at", ["2019-05-01", "0001-01-01T00:00:00+00:01"], TIME),
    ("wallet", ["5000"], "expected an object, found '\"5000\"'"),
    ("wallet", [[]], "expected an object, found '[]'"),
    ("wallet", [False], "expected an object, found 'false'"),
    ("wallet.amount", [5], f"{MONEY} than the currency has, found '5'"),
    ("wallet.amount", ["-5", "5.001", "9" * 16], MONEY),
    ("wallet.currency", [840], "expected an ISO 4217 code, found '840'"),
    ("commitment", [1], "expected an object, found '1'"),
    ("commitment.amount", ["1.001"], MONEY),
    ("commitment.currency", [[]], "expected an ISO 4217 code"),
    ("commitment.discount_rate", ["1.01", "-0.1", ".1", "1e-1", "0." + "1" * 15, 0.1], SHARE),
    ("commitment.starts_on", ["2026-02-29", "20260101", "2026-1-1", "0000-01-01", on(1)], DATE),
    ("commitment.ends_on", ["2026-W01-1", "10000-01-01"], DATE),
    ("commitment.ends_on", ["2025-12-31"], "expected not before starts_on (2026-01-01), found"),
    ("override.tier", ["gold"], "expected 'key', 'important', 'ordinary' or"),
    ("override.tier", ["Key"], "expected"),
    ("override.mode", ["ceiling"], "expected 'floor' or 'lock'"),
    ("override.reason", ["", "x" * 1_001, 5], "expected a text of 1 to 1000 characters"),
    ("override.expires_at", ["2026-07-01", "9999-12-31T23:59:59-00:01"], TIME),
)
def test_a_wrong_field_is_named_with_its_object(place: str, wrong: Any, start: str) -> None:
    outer, _, inner = place.partition(".")
    for value in wrong:
        fields = changed(FULL[Kind.CUSTOMERS][outer], {inner: value}) if inner else value
        reason, detail = refused(**{outer: fields})
        assert reason == "invalid_field"
        assert detail.startswith(f"{place}: {start}")


def test_an_amount_has_no_more_digits_than_its_currency_and_what_is_absent_no_fault() -> None:
    assert refused(**wallet(amount="5.0", currency="JPY"))[1].startswith(f"wallet.amount: {MONEY}")
    assert refused(override=None, wallet=1)[1].startswith("wallet: expected an object")


@table("missing", ABSENT, None)
@table(
    "outer inner",
    *(("wallet", name) for name in WALLET),
    *(("commitment", name) for name in COMMITMENT),
    *(("override", name) for name in OVERRIDE if name != "expires_at"),
)
def test_what_an_object_lacks_is_missed_by_name(outer: str, inner: str, missing: object) -> None:
    its = FULL[Kind.CUSTOMERS][outer]
    reason, detail = refused(**{outer: changed(its, {inner: missing})})
    assert reason == "missing_field"
    assert detail.startswith(f"{outer}.{inner}: expected ")
    assert detail.endswith("found nothing")


@table("outer inner", ("wallet", "amount"), ("commitment", "amount"), ("override", "tier"))
def test_an_empty_object_lacks_its_first_field(outer: str, inner: str) -> None:
    assert refused(**{outer: {}})[1].startswith(f"{outer}.{inner}: ")


@table(
    "fields",
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
)
def test_what_lies_on_the_edge_is_taken(fields: dict[str, Any]) -> None:
    book(**fields)


@table(
    "fields first",
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
    (commitment(starts_on="2026-01-01", ends_on="2026-01-01") | {"override": 1}, "override"),
    (override(tier="x", mode="x"), "override.tier"),
    (override(mode="x", reason=""), "override.mode"),
    (override(reason="", expires_at="x"), "override.reason"),
    ({"occurred_at": "x", "segment": "x"}, "occurred_at"),
)
def test_of_several_faults_the_first_is_named_depth_first(fields: Any, first: str) -> None:
    assert refused(**fields)[1].startswith(f"{first}:")


# currencies


@table("currency", "XXX", "usd", "", "GBP")
@table("which of", ("wallet", wallet), ("commitment", commitment))
def test_a_currency_without_a_rate_is_unknown(which: str, of: Any, currency: str) -> None:
    told = "expected one with a rate in the policy for the event's day, found"
    expected = ("unknown_currency", f"{which}.currency: {told} {currency!r}")
    assert refused(**of(currency=currency)) == expected


def test_a_currency_before_its_first_rate_is_unknown() -> None:
    before = "2025-12-31T23:59:59Z"
    assert refused(occurred_at=before, **commitment())[0] == "unknown_currency"
    book(occurred_at=before, **wallet())


def test_of_an_unknown_currency_an_amount_may_have_any_number_of_digits() -> None:
    assert refused(**wallet(amount="5.00001", currency="XXX"))[0] == "unknown_currency"
    assert refused(**wallet(amount="5.000010", currency="GBP"))[0] == "invalid_field"


@table("currency", "XXX", "GBP")
@table(
    "fault",
    commitment(amount="1.001"),
    commitment(discount_rate="2"),
    commitment(ends_on="2025-12-31"),
    override(tier="x"),
)
def test_a_wrong_field_comes_before_an_unknown_currency(fault: Any, currency: str) -> None:
    assert refused(**wallet(currency=currency), **fault)[0] == "invalid_field"
