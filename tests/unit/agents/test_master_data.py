"""Master data: what a record says of a customer, word by word, and what becomes of it."""

from typing import Any

import pytest

from agents.events.booking import Booking
from agents.events.customers import book_erasure
from agents.policy.compiled import Policy
from schemas.base.times import DAY_US
from schemas.inputs.events import Kind
from schemas.inputs.rejects import Rejection
from schemas.state.rows import LARGEST, MasterRow, OverrideRow
from tests.support.customers import at
from tests.support.feeding import WITH_CUSTOMERS, Desk, newest, on, record, sale
from tests.support.making import (
    ABSENT,
    FULL,
    LATER_MS,
    POLICY,
    admission,
    booked,
    master_data,
    policy,
)
from tests.support.master import commitment, override, wallet

C, P, S, Y = WITH_CUSTOMERS
NOON_MS = 1_772_366_400_000
"""2026-03-01T12:00:00Z, of when the records are."""


def book(its_policy: Policy = POLICY, **fields: Any) -> Booking:
    return booked(Kind.CUSTOMERS, master_data(**fields), its_policy)


def master(its_policy: Policy = POLICY, **fields: Any) -> MasterRow:
    found = book(its_policy, **fields).master
    assert found is not None
    return found


# booking


def test_a_record_books_nothing_and_is_remembered_like_any_event() -> None:
    found = booked(Kind.CUSTOMERS, FULL[Kind.CUSTOMERS])
    assert (found.kind, found.customer_id, found.event_id) == (Kind.CUSTOMERS, "ada", "record-1")
    assert (found.at_us, found.day) == (at(1), at(1) // DAY_US)
    assert (list(found.cells), found.contacts, found.complains, found.days_late) == (
        [],
        0,
        False,
        None,
    )
    assert (found.brought, found.excused, found.touches) == (0, 0, False)
    assert (found.invoice, found.erases) == (None, False)
    assert len(found.id_key) == 8


def test_a_record_says_all_that_may_be_said() -> None:
    found = booked(Kind.CUSTOMERS, FULL[Kind.CUSTOMERS]).master
    assert found is not None
    assert (found.at_us, found.segment, found.region) == (at(1), "business", "Styria")
    assert found.industry == "printing"
    assert found.joined_us == 1_556_661_600_000_000  # 2019-04-30T22:00:00Z
    assert found.wallet == 500_000
    promised = found.commitment
    assert promised is not None
    assert (promised.amount, promised.rate) == (1_500_000, (10, 100))
    # 2026-01-01 to 2026-12-31
    assert (promised.starts_day, promised.ends_day, promised.revenue) == (20_454, 20_818, 0)
    # important, until 2026-06-30T22:00:00Z
    assert found.override == OverrideRow("floor", 2, "founding customer", 1_782_856_800_000_000)


def test_a_record_that_says_nothing_has_nothing() -> None:
    assert master() == MasterRow(at_us=at(1))


@pytest.mark.parametrize(
    ("amount", "currency", "occurred_at", "cents"),
    [
        ("5000.00", "USD", on(1), 500_000),
        ("0", "USD", on(1), 0),
        ("80", "EUR", on(1), 10_000),
        ("80", "EUR", "2026-01-31T23:59:59Z", 8_800),
        ("10", "JPY", on(1), 6),  # 6.5, a tie
        ("30", "JPY", on(1), 20),  # 19.5, a tie
        ("0.001", "KWD", on(1), 0),
        ("1.234", "KWD", on(1), 401),  # 401.05
    ],
)
def test_amounts_are_converted_at_the_record_s_day_and_rounded_half_even(
    amount: str, currency: str, occurred_at: str, cents: int
) -> None:
    money = {"amount": amount, "currency": currency}
    found = master(occurred_at=occurred_at, **wallet(**money), **commitment(**money))
    assert found.wallet == cents
    assert found.commitment is not None
    assert found.commitment.amount == cents


def test_wallet_and_commitment_have_each_its_own_currency() -> None:
    found = master(
        **wallet(amount="1000", currency="JPY"), **commitment(amount="1.001", currency="KWD")
    )
    assert found.wallet == 650
    assert found.commitment is not None
    assert found.commitment.amount == 325


def test_an_amount_beyond_all_reason_is_kept_as_the_largest() -> None:
    absurd = policy(('"2026-01-01" = "0.0065"', '"2026-01-01" = "999999999999999"'))
    money = {"amount": "999999999999999", "currency": "JPY"}
    found = master(absurd, **wallet(**money), **commitment(**money))
    assert found.wallet == LARGEST
    assert found.commitment is not None
    assert found.commitment.amount == LARGEST


@pytest.mark.parametrize(
    ("rate", "ratio"),
    [("0", (0, 1)), ("1", (1, 1)), ("0.125", (125, 1_000)), ("1.0", (10, 10)), ("00.5", (5, 10))],
)
def test_a_discount_rate_is_exact(rate: str, ratio: tuple[int, int]) -> None:
    found = master(**commitment(discount_rate=rate)).commitment
    assert found is not None
    assert found.rate == ratio


@pytest.mark.parametrize(
    ("tier", "rank"), [("maintenance", 0), ("ordinary", 1), ("important", 2), ("key", 3)]
)
def test_an_override_s_tier_is_kept_by_its_rank(tier: str, rank: int) -> None:
    found = master(**override(tier=tier, mode="lock", expires_at=ABSENT)).override
    assert found == OverrideRow("lock", rank, "founding customer", None)


# the same in other words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({}, {"segment": None, "wallet": None, "commitment": None, "override": None}),
        ({}, {"unknown": {"deep": [1]}}),
        ({}, {"occurred_at": "2026-03-01T13:00:00+01:00"}),
        (wallet(), wallet(amount="5000")),
        (wallet(), wallet(amount="05000.0", source="survey")),
        (commitment(), commitment(discount_rate="0.1")),
        (commitment(), commitment(discount_rate="00.100000000000")),
        (commitment(), commitment(amount="12000")),
        (override(), override(expires_at="2026-07-01T00:00:00+02:00")),
        (override(expires_at=None), override(expires_at=ABSENT)),
        ({"joined_at": "2019-05-01T00:00:00Z"}, {"joined_at": "2019-05-01T02:00:00.000+02:00"}),
    ],
)
def test_two_ways_to_say_the_same_are_the_same(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert book(**one).content == book(**other).content


@pytest.mark.parametrize(
    "change",
    [
        {"occurred_at": "2026-03-01T12:00:00.000001Z"},
        {"segment": "individual"},
        {"segment": ABSENT},
        {"region": "Graz"},
        {"industry": "paper"},
        {"joined_at": "2019-05-02T00:00:00+02:00"},
        {"wallet": ABSENT},
        wallet(amount="5000.01"),
        wallet(currency="EUR"),
        {"commitment": ABSENT},
        commitment(amount="12000.01"),
        commitment(currency="USD"),
        commitment(discount_rate="0.10000000000001"),
        commitment(starts_on="2026-01-02"),
        commitment(ends_on="2026-12-30"),
        {"override": ABSENT},
        override(tier="key"),
        override(mode="lock"),
        override(reason="Founding customer"),
        override(expires_at=ABSENT),
        override(expires_at="2026-06-30T22:00:00.000001Z"),
    ],
)
def test_another_content_of_any_known_field_is_another_content(change: dict[str, Any]) -> None:
    full = FULL[Kind.CUSTOMERS]
    assert book(**(full | change)).content != book(**full).content


def test_the_same_record_is_dropped_and_another_one_under_its_id_is_a_conflict() -> None:
    desk = Desk(inputs=WITH_CUSTOMERS)
    desk.feed(C, record(1, **wallet(), event_id="r"))
    desk.feed(C, record(1, **wallet(amount="5000"), event_id="r"))
    desk.feed(C, record(1, **wallet(amount="5000.01"), event_id="r"))
    changes = desk.commit()
    assert changes is not None
    assert (changes.counters.applied[C], changes.counters.duplicates[C]) == (1, 1)
    assert desk.reasons == ["id_conflict"]


# what becomes of it


def profile(desk: Desk) -> dict[str, Any]:
    desk.commit(stop=True)
    found: dict[str, Any] = newest(desk)["profile"]
    return found


def test_a_snapshot_tells_the_profile() -> None:
    desk = Desk(inputs=WITH_CUSTOMERS)
    desk.feed(C, FULL[Kind.CUSTOMERS])
    assert profile(desk) == {
        "segment": "business",
        "region": "Styria",
        "industry": "printing",
        "joined_at": "2019-04-30T22:00:00Z",
    }


def test_a_newer_record_replaces_the_whole() -> None:
    desk = Desk(inputs=WITH_CUSTOMERS)
    desk.feed(C, record(2, region="Styria", segment="business"), record(3, region="Tyrol"))
    found = profile(desk)
    assert (found["segment"], found["region"]) == (None, "Tyrol")


def test_an_older_record_is_applied_and_changes_no_master_data() -> None:
    desk = Desk(inputs=WITH_CUSTOMERS)
    desk.feed(C, record(3, region="Tyrol"), record(2, region="Styria"))
    changes = desk.commit(stop=True)
    assert changes is not None
    assert changes.counters.applied[C] == 2
    assert profile(desk)["region"] == "Tyrol"
    # it makes the customer older all the same
    assert newest(desk)["tenure_days"] == 1


def test_of_two_of_one_time_the_later_applied_counts() -> None:
    desk = Desk(inputs=WITH_CUSTOMERS)
    desk.feed(C, record(3, region="Tyrol"), record(3, region="Styria", event_id="other"))
    assert profile(desk)["region"] == "Styria"


def test_a_record_of_an_earlier_time_than_other_events_is_the_newest_of_records() -> None:
    desk = Desk(inputs=WITH_CUSTOMERS)
    desk.feed(P, sale(9))
    desk.feed(C, record(2, region="Styria"))
    assert profile(desk)["region"] == "Styria"
    assert newest(desk)["as_of"] == on(9)


@pytest.mark.parametrize(
    ("revenue", "money", "share"),
    [
        ("100.00", {"amount": "36500.00"}, "0.1000"),  # 3650.00 a year
        ("100.00", {"amount": "0.01"}, "365000.0000"),
        ("0.01", {"amount": "100.00"}, "0.0036"),  # 0.00365
        ("0.02", {"amount": "1000.00"}, "0.0007"),  # 0.00073
        ("0.00", {"amount": "100.00"}, "0.0000"),
        ("100.00", {"amount": "0"}, None),
        ("100.00", {"amount": "29200.00", "currency": "EUR"}, "0.1000"),
    ],
)
def test_the_share_of_the_wallet_goes_by_the_window_brought_to_a_year(
    revenue: str, money: dict[str, str], share: str | None
) -> None:
    desk = Desk(inputs=WITH_CUSTOMERS)
    desk.feed(P, sale(1, amount=revenue))
    desk.feed(C, record(1, **wallet(**money)))
    desk.commit(stop=True)
    assert newest(desk)["wallet_share"] == share


@pytest.mark.parametrize(
    ("revenue", "share"), [("0.02", "0.0002"), ("0.06", "0.0008"), ("0.10", "0.0012")]
)
def test_half_of_the_last_digit_goes_to_the_even_one(revenue: str, share: str) -> None:
    # 0.02 in ten days are 0.73 a year: of 2920.00 2.5 in ten thousand; then 7.5 and 12.5
    desk = Desk(inputs=WITH_CUSTOMERS)
    desk.feed(P, sale(1, amount=revenue))
    desk.feed(C, record(1, **wallet(amount="2920.00")))
    desk.commit(stop=True)
    assert newest(desk)["wallet_share"] == share


def test_more_returns_than_sales_make_a_negative_share() -> None:
    desk = Desk(inputs=WITH_CUSTOMERS)
    desk.feed(P, sale(1, type="return", amount="100.00"))
    desk.feed(C, record(1, **wallet(amount="36500.00")))
    desk.commit(stop=True)
    assert newest(desk)["wallet_share"] == "-0.1000"


# no value


def test_no_value_erases_whom_the_key_names_at_the_record_s_time() -> None:
    found = admission().admit(Kind.CUSTOMERS, "Ad\u00e4".encode(), None, NOON_MS)
    assert found == book_erasure("Ad\u00e4", NOON_MS)
    assert isinstance(found, Booking)
    assert found.erases
    assert (found.customer_id, found.at_us, found.day) == ("Ad\u00e4", at(1), at(1) // DAY_US)
    assert found.master is None


@pytest.mark.parametrize(("timestamp_ms", "at_us"), [(0, 0), (-1, 0), (1, 1_000)])
def test_a_record_without_a_timestamp_erases_as_of_the_epoch(timestamp_ms: int, at_us: int) -> None:
    assert book_erasure("ada", timestamp_ms).at_us == at_us


@pytest.mark.parametrize("key", [None, b"", b"\xff", b"ada\xc3", b"x" * 129])
def test_a_key_that_names_nobody_erases_nobody(key: bytes | None) -> None:
    found = admission().admit(Kind.CUSTOMERS, key, None, NOON_MS)
    assert isinstance(found, Rejection)
    assert found.reason.value == "key_mismatch"
    assert found.detail.startswith("key: expected the customer_id, found ")


@pytest.mark.parametrize("name", ["x", "x" * 128, "\u00e9" * 128, "\U0001f600" * 128])
def test_a_key_of_1_to_128_characters_names_somebody(name: str) -> None:
    found = admission().admit(Kind.CUSTOMERS, name.encode(), None, LATER_MS)
    assert isinstance(found, Booking)


@pytest.mark.parametrize("kind", [P, S, Y])
def test_no_value_elsewhere_is_malformed(kind: Kind) -> None:
    found = admission().admit(kind, b"ada", None, NOON_MS)
    assert isinstance(found, Rejection)
    assert found.reason.value == "malformed"
