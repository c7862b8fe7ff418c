"""Master data: what a record says of a customer, word by word, and what becomes of it."""

from typing import Any

from agents.events.booking import Booking
from agents.events.customers import book_erasure
from agents.policy.compiled import Policy
from schemas.base.partitioners import murmur2_partition
from schemas.base.times import DAY_US
from schemas.inputs.events import Kind
from schemas.inputs.rejects import Rejection
from schemas.state.rows import LARGEST, MasterRow, OverrideRow
from tests.support.customers import at
from tests.support.feeding import on, record, sale
from tests.support.happening import happened
from tests.support.making import ABSENT, FULL, LATER_MS, POLICY, admission, booked, master_data
from tests.support.master import commitment, override, wallet
from tests.support.policies import policy
from tests.support.tables import table

C = Kind.CUSTOMERS
NOON_MS = 1_772_366_400_000
"""2026-03-01T12:00:00Z, of when the records are."""


def master(by: Policy = POLICY, **fields: Any) -> MasterRow:
    found = booked(C, master_data(**fields), by).master
    assert found is not None
    return found


# booking


def test_a_record_books_nothing_and_is_remembered_like_any_event() -> None:
    found = booked(C, FULL[C])
    assert (found.kind, found.customer_id, found.event_id) == (C, "ada", "record-1")
    assert (found.at_us, found.day) == (at(1), at(1) // DAY_US)
    assert (list(found.cells), found.contacts, found.complains) == ([], 0, False)
    assert (found.brought, found.excused, found.touches, found.days_late) == (0, 0, False, None)
    assert (found.invoice, found.erases) == (None, False)
    assert len(found.id_key) == 8


def test_a_record_says_all_that_may_be_said() -> None:
    found = master(**FULL[C])
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
    assert master() == MasterRow(at_us=at(1))


ABSURD = policy({"rates.JPY": {"2026-01-01": "9" * 15}})


@table(
    "by currency at cents",
    (POLICY, "USD", on(1), {"5000.00": 500_000, "0": 0}),
    (POLICY, "EUR", on(1), {"80": 10_000}),
    (POLICY, "EUR", "2026-01-31T23:59:59Z", {"80": 8_800}),
    # ties are 6.5 and 19.5
    (POLICY, "JPY", on(1), {"1000": 650, "10": 6, "30": 20}),
    # 325.325 and 401.05
    (POLICY, "KWD", on(1), {"0.001": 0, "1.001": 325, "1.234": 401}),
    ("beyond all reason", ABSURD, "JPY", on(1), {"9" * 15: LARGEST}),
)
def test_amounts_are_converted_at_the_record_s_day_and_rounded_half_even(
    by: Policy, currency: str, at: str, cents: dict[str, int]
) -> None:
    for amount, wanted in cents.items():
        its = {"amount": amount, "currency": currency}
        # each has a currency of its own
        assert master(by, occurred_at=at, **wallet(**its), **commitment()).wallet == wanted
        promised = master(by, occurred_at=at, **wallet(), **commitment(**its)).commitment
        assert promised is not None
        assert promised.amount == wanted


RATES = {"0": (0, 1), "1": (1, 1), "0.125": (125, 1_000), "1.0": (10, 10), "00.5": (5, 10)}


@table("rate ratio", *RATES.items())
def test_a_discount_rate_is_exact(rate: str, ratio: tuple[int, int]) -> None:
    found = master(**commitment(discount_rate=rate)).commitment
    assert found is not None
    assert found.rate == ratio


@table("tier rank", ("maintenance", 0), ("ordinary", 1), ("important", 2), ("key", 3))
def test_an_override_s_tier_is_kept_by_its_rank(tier: str, rank: int) -> None:
    found = master(**override(tier=tier, mode="lock", expires_at=ABSENT)).override
    assert found == OverrideRow("lock", rank, "founding customer", None)


# what becomes of it


def test_the_same_record_is_dropped_and_another_one_under_its_id_is_a_conflict() -> None:
    amounts = ("5000.00", "5000", "5000.01")
    desk = happened(*(record(1, **wallet(amount=its), event_id="r") for its in amounts))
    counters = desk.changes().counters
    assert (counters.applied[C], counters.duplicates[C]) == (1, 1)
    assert desk.reasons == ["id_conflict"]


STYRIA, TYROL = {"region": "Styria", "segment": "business"}, {"region": "Tyrol"}
NO_PROFILE = dict.fromkeys(("segment", "region", "industry", "joined_at"))


@table(
    "events profile tenure_days",
    (
        "is told",
        [FULL[C]],
        STYRIA | {"industry": "printing", "joined_at": "2019-04-30T22:00:00Z"},
        0,
    ),
    ("is replaced whole", [record(2, **STYRIA), record(3, **TYROL)], TYROL, 1),
    # it makes the customer older all the same
    ("not by an older one", [record(3, **TYROL), record(2, **STYRIA)], TYROL, 1),
    (
        "of one time the later applied counts",
        [record(3, **TYROL), record(3, **STYRIA, event_id="other")],
        STYRIA,
        0,
    ),
    ("the newest of records counts", [sale(9), record(2, **STYRIA)], STYRIA, 7),
)
def test_the_profile(events: list[Any], profile: dict[str, str], tenure_days: int) -> None:
    desk = happened(*events)
    assert sum(desk.changes(stop=True).counters.applied) == len(events)
    assert desk.newest()["profile"] == NO_PROFILE | profile
    assert desk.newest()["tenure_days"] == tenure_days
    assert desk.newest()["as_of"] == max(its["occurred_at"] for its in events)


@table(
    "revenue money share",
    ("100.00", {"amount": "36500.00"}, "0.1000"),  # 3650.00 a year
    ("100.00", {"amount": "0.01"}, "365000.0000"),
    ("0.01", {"amount": "100.00"}, "0.0036"),  # 0.00365
    ("0.02", {"amount": "1000.00"}, "0.0007"),  # 0.00073
    ("0.00", {"amount": "100.00"}, "0.0000"),
    ("100.00", {"amount": "0"}, None),
    ("100.00", {"amount": "29200.00", "currency": "EUR"}, "0.1000"),
    ("-100.00", {"amount": "36500.00"}, "-0.1000"),
    # half of the last digit goes to the even one: 0.02 in ten days are 0.73 a year,
    # of 2920.00 2.5 in ten thousand; then 7.5 and 12.5
    ("0.02", {"amount": "2920.00"}, "0.0002"),
    ("0.06", {"amount": "2920.00"}, "0.0008"),
    ("0.10", {"amount": "2920.00"}, "0.0012"),
)
def test_the_share_of_the_wallet_goes_by_the_window_brought_to_a_year(
    revenue: str, money: dict[str, str], share: str | None
) -> None:
    kind = "return" if revenue.startswith("-") else "sale"
    bought = sale(1, amount=revenue.removeprefix("-"), type=kind)
    assert happened(bought, record(1, **wallet(**money))).newest()["wallet_share"] == share


# no value


def test_no_value_erases_whom_the_key_names_at_the_record_s_time() -> None:
    found = admission().admit(C, "Ad\u00e4".encode(), None, NOON_MS)
    assert found == book_erasure("Ad\u00e4", NOON_MS)
    assert isinstance(found, Booking)
    assert (found.erases, found.master) == (True, None)
    assert (found.customer_id, found.at_us, found.day) == ("Ad\u00e4", at(1), at(1) // DAY_US)


@table("timestamp_ms at_us", (0, 0), (1, 1_000))
def test_a_null_erases_at_its_record_s_time(timestamp_ms: int, at_us: int) -> None:
    assert book_erasure("ada", timestamp_ms).at_us == at_us


TWO = 2
HERE = murmur2_partition(b"ada", TWO)


@table(
    "key value partition reason",
    *((key, None, HERE, "key_mismatch") for key in (None, b"", b"\xff", b"ada\xc3", b"x" * 129)),
    (b"ada", None, 1 - HERE, "wrong_partition"),
    (b"\xff", None, 1 - HERE, "key_mismatch"),
    (b"ada", b"", HERE, "malformed"),
    (b"ada", b"null", HERE, "malformed"),
)
def test_what_erases_nobody_is_rejected(key: Any, value: Any, partition: int, reason: str) -> None:
    found = admission(partition=partition, partitions=TWO).admit(C, key, value, NOON_MS)
    assert isinstance(found, Rejection)
    assert found.reason.value == reason
    if reason == "key_mismatch":
        assert found.detail.startswith("key: expected the customer_id, found ")


@table("name", "x", "x" * 128, "\u00e9" * 128, "\U0001f600" * 128)
def test_a_key_of_1_to_128_characters_names_somebody(name: str) -> None:
    assert isinstance(admission().admit(C, name.encode(), None, LATER_MS), Booking)
