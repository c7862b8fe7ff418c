"""Bounds, each at its edge: what just fits is taken, what is beyond gets its typed no."""

import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from agents.customer.rows import stored
from agents.events.booking import Booking
from agents.ports import GivenUpError, InvariantError, LimitError
from schemas.inputs import events
from schemas.inputs.events import Kind
from schemas.inputs.first_fault import first_fault
from schemas.inputs.rejects import FOUND_MAX_CHARS, Reason, Rejection
from schemas.outputs.headers import rejected_headers
from schemas.outputs.records import subject_of
from schemas.state.codec import ROW_MAX_BYTES, RowError
from schemas.topics.declared import BY_NAME, CHANGELOG, REJECTED_EXTRA_BYTES
from tests.support.canaries import AMOUNT, CUSTOMER, MAIL, leaks
from tests.support.feeding import SECRET, Desk, Erasure, sale
from tests.support.happening import Story, happened
from tests.support.making import LATER_MS, MINIMAL, POLICY, admission
from tests.support.master import override
from tests.support.tables import table

P, S, C = Kind.PURCHASES, Kind.SUPPORT_CALLS, Kind.CUSTOMERS
EVENT_BYTES = 65_536


def verdict(kind: Kind, value: bytes) -> Reason | None:
    """Why intake turns an event away; None where it takes it."""
    raw = msgspec.json.decode(value, type=dict[str, msgspec.Raw])
    key = msgspec.json.decode(raw["customer_id"]).encode()
    found = admission().admit(kind, key, value, LATER_MS)
    return None if isinstance(found, Booking) else found.reason


def wire(kind: Kind, **fields: Any) -> bytes:
    return json.dumps(MINIMAL[kind] | fields).encode()


def padded(size: int) -> bytes:
    """A purchase of so many bytes."""
    return wire(P, note="x" * (size - len(wire(P, note=""))))


def nested(depth: int) -> bytes:
    """A purchase that nests so deep; the event itself is the first level."""
    return wire(P)[:-1] + b', "note": ' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"


def of(kind: Kind, field: str, char: str) -> Callable[[int], bytes]:
    return lambda many: wire(kind, **{field: char * many})


@table(
    "kind made_of most",
    (P, of(P, "event_id", "e"), events.MAX_ID_CHARS),
    (P, of(P, "customer_id", "ü"), events.MAX_ID_CHARS),
    (P, of(P, "amount", "9"), 15),
    (P, of(P, "amount", "0"), 15),
    (P, lambda items: wire(P, items=items), events.MAX_ITEMS),
    (S, lambda seconds: wire(S, duration_s=seconds), events.MAX_DURATION_S),
    (C, of(C, "region", "ü"), events.MAX_KEPT_CHARS),
    (C, of(C, "industry", "i"), events.MAX_KEPT_CHARS),
    (C, lambda many: wire(C, **override(reason="r" * many)), events.MAX_REASON_CHARS),
)
def test_a_field_s_bound_holds_at_its_edge(kind: Kind, made_of: Any, most: int) -> None:
    assert verdict(kind, made_of(most)) is None
    assert verdict(kind, made_of(most + 1)) is Reason.INVALID_FIELD


@table(
    "of_size most reason",
    (padded, EVENT_BYTES, Reason.TOO_LARGE),
    (nested, events.MAX_DEPTH, Reason.MALFORMED),
)
def test_size_and_depth_are_bounded(of_size: Any, most: int, reason: Reason) -> None:
    assert [verdict(P, of_size(most)), verdict(P, of_size(most + 1))] == [None, reason]


@table("number", "9" * 60_000, "-" + "9" * 60_000, "1e400", "-1E999999999", "1." + "0" * 60_000)
def test_endless_numbers_are_turned_away_in_fields_and_ignored_elsewhere(number: str) -> None:
    assert verdict(P, wire(P, amount="0" * 60_000)) is Reason.INVALID_FIELD
    for field in ("items", "amount", "event_id", "due_at"):
        value = wire(P, **{field: "?"}).replace(b'"?"', number.encode(), 1)
        found = first_fault(P, value)
        assert isinstance(found, Rejection)
        assert found.reason is verdict(P, value) is Reason.INVALID_FIELD
        assert len(found.detail) < 300
    assert verdict(P, wire(P)[:-1] + b', "note": ' + number.encode() + b"}") is None


def test_what_a_rejection_adds_fits_into_what_its_topic_admits_more() -> None:
    rejection = Rejection(Reason.ID_CONFLICT, "x" * 1_000 + "\U0001f40b" * FOUND_MAX_CHARS)
    added = rejected_headers((), rejection, "purchases", 1023, 2**63)
    assert sum(len(name) + len(text or b"") + 10 for name, text in added) < REJECTED_EXTRA_BYTES


def test_a_rejected_event_keeps_its_headers_however_many() -> None:
    own = tuple((f"header-{number}", b"x") for number in range(100_000))
    found = rejected_headers(own, Rejection(Reason.TOO_LARGE, "no"), "purchases", 0, 0)
    assert found[:-5] == own


# rows


def test_a_row_that_the_changelog_would_not_admit_is_refused_before() -> None:
    assert int(dict(BY_NAME[CHANGELOG].config)["max.message.bytes"]) > ROW_MAX_BYTES + 65_536
    customer = happened(MINIMAL[C]).shard._store.memory.find("ada")
    assert customer is not None
    assert customer.master is not None
    customer.master.region = "r" * 1_000_000
    customer.master.region += "r" * (ROW_MAX_BYTES - len(stored(customer, POLICY)))
    assert len(stored(customer, POLICY)) == ROW_MAX_BYTES
    customer.master.region += "r"
    with pytest.raises(LimitError, match="4000001 bytes, more than the 4000000"):
        stored(customer, POLICY)


# customers of a partition

BOTH = [sale(1), sale(1, 1, customer_id="bob")]
ROOM_FOR_BOTH = happened(*BOTH).committed().shard.bytes_held


def room_for(partition_bytes: int, rows: dict[bytes, bytes] | None = None) -> Story:
    return happened(partition_bytes=partition_bytes, rows=rows)


def test_the_customer_beyond_the_limit_stops_the_process_and_nothing_of_it_is_kept() -> None:
    desk = room_for(ROOM_FOR_BOTH).then(*BOTH).committed()
    assert desk.shard.bytes_held == desk.shard.bytes_max == ROOM_FOR_BOTH
    with pytest.raises(LimitError, match="customers, more than WHALECURVE_PARTITION_BYTES = "):
        desk.then(sale(1, 3, customer_id="cid"))
    assert "cid" not in desk.shard.customers


def test_a_row_that_grows_beyond_the_limit_is_not_committed() -> None:
    desk = room_for(ROOM_FOR_BOTH).then(*BOTH, sale(2))
    with pytest.raises(LimitError, match=f"WHALECURVE_PARTITION_BYTES = {ROOM_FOR_BOTH}"):
        desk.commit()
    assert desk.rows == {}


def test_who_is_erased_makes_room_and_an_erasure_of_nobody_needs_none() -> None:
    room = happened(sale(1)).committed().shard.bytes_held
    desk = room_for(room).committed(sale(1), Erasure("nobody", LATER_MS), Erasure("ada", LATER_MS))
    assert desk.shard.bytes_held == 0
    assert desk.committed(sale(20, customer_id="eve")).order == ["eve"]


def test_a_lowered_limit_is_refused_at_the_restore() -> None:
    desk = happened(*BOTH).committed()
    assert room_for(ROOM_FOR_BOTH, desk.rows).shard.bytes_held == ROOM_FOR_BOTH
    with pytest.raises(LimitError, match=f"partition 0 would hold {ROOM_FOR_BOTH} bytes of"):
        room_for(ROOM_FOR_BOTH - 1, desk.rows)


def test_a_restore_that_nobody_wants_any_more_ends_soon() -> None:
    source, desk = happened(*BOTH), happened()
    source.commit()
    with pytest.raises(GivenUpError):
        desk.shard.restore(dict(source.rows), lambda: True)
    assert len(desk.shard.customers) == 0


# what is said of a row that can't be read

CORRUPT = b"\x01" + bytes(31) + msgspec.msgpack.encode([MAIL, {AMOUNT: MAIL}])
NAMED = [subject_of(CUSTOMER, SECRET), "start a new WHALECURVE_APP_ID"]


@table(
    "read said",
    *(
        (name, lambda row=row: Desk(rows={CUSTOMER.encode(): row}), NAMED)
        for name, row in {"no row": MAIL.encode(), "empty": b"", "corrupt": CORRUPT}.items()
    ),
    (
        "the key",
        lambda: Desk(rows={b"\xc3" + MAIL.encode(): b""}),
        ["a key that is no customer_id"],
    ),
)
def test_what_can_t_be_read_is_told_by_the_hash_that_erasures_have(read: Any, said: Any) -> None:
    with pytest.raises(RowError) as error:
        read()
    assert [its for its in said if its not in str(error.value)] == []
    assert leaks(str(error.value)) == []


def test_two_judges_that_disagree_are_told_without_the_event(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("agents.events.admit.decode", lambda *_: None)
    monkeypatch.setattr("agents.events.admit.first_fault", first_fault)
    with pytest.raises(InvariantError, match="an event of PURCHASES can't be booked") as error:
        admission()._judged_first(P, wire(P, order_id=MAIL), None)
    assert leaks(str(error.value)) == []
