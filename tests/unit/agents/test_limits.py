"""Bounds, each at its edge: what just fits is taken, what is beyond gets its typed no."""

import json
from typing import Any

import msgspec
import pytest

from agents.customer.rows import stored
from agents.events.admit import Admission, Placement
from agents.events.booking import Booking
from agents.partition.pending import Bounds
from agents.partition.shard import Shard, ShardSettings
from agents.ports import GivenUpError, InvariantError, LimitError
from schemas.base.partitioners import murmur2_partition
from schemas.inputs.events import (
    MAX_DEPTH,
    MAX_DURATION_S,
    MAX_ID_CHARS,
    MAX_ITEMS,
    MAX_KEPT_CHARS,
    MAX_REASON_CHARS,
    Kind,
)
from schemas.inputs.first_fault import first_fault
from schemas.inputs.rejects import FOUND_MAX_CHARS, Reason, Rejection
from schemas.outputs.records import rejected_headers, subject_of
from schemas.state.rows import ROW_MAX_BYTES, RowError, stored_int
from schemas.topics.declared import BY_NAME, CHANGELOG, REJECTED_EXTRA_BYTES
from tests.support.canaries import AMOUNT, CUSTOMER, MAIL, leaks
from tests.support.feeding import SECRET, WITH_CUSTOMERS, Desk, Erasure, sale
from tests.support.making import LATER_MS, MINIMAL, POLICY

P, S, C = Kind.PURCHASES, Kind.SUPPORT_CALLS, Kind.CUSTOMERS
EVENT_BYTES = 65_536


def verdict(kind: Kind, value: bytes) -> Reason | None:
    """Why intake turns an event away; None where it takes it."""
    name = msgspec.json.decode(
        msgspec.json.decode(value, type=dict[str, msgspec.Raw])["customer_id"]
    )
    admission = Admission(POLICY, Placement(0, 1, murmur2_partition), EVENT_BYTES, {})
    found = admission.admit(kind, name.encode(), value, LATER_MS)
    return None if isinstance(found, Booking) else found.reason


def wire(kind: Kind, **fields: Any) -> bytes:
    return json.dumps(MINIMAL[kind] | fields).encode()


def padded(size: int) -> bytes:
    """A purchase of so many bytes."""
    bare = wire(P, note="")
    return wire(P, note="x" * (size - len(bare)))


def nested(depth: int) -> bytes:
    """A purchase that nests so deep; the event itself is the first level."""
    return wire(P)[:-1] + b', "note": ' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"


def overridden(reason: str) -> bytes:
    return wire(C, override={"tier": "key", "mode": "lock", "reason": reason})


@pytest.mark.parametrize(
    ("kind", "fits", "beyond", "reason"),
    [
        (P, padded(EVENT_BYTES), padded(EVENT_BYTES + 1), Reason.TOO_LARGE),
        (P, nested(MAX_DEPTH), nested(MAX_DEPTH + 1), Reason.MALFORMED),
        (
            P,
            wire(P, event_id="e" * MAX_ID_CHARS),
            wire(P, event_id="e" * (MAX_ID_CHARS + 1)),
            Reason.INVALID_FIELD,
        ),
        (
            P,
            wire(P, customer_id="ü" * MAX_ID_CHARS),
            wire(P, customer_id="ü" * (MAX_ID_CHARS + 1)),
            Reason.INVALID_FIELD,
        ),
        (P, wire(P, amount="9" * 15), wire(P, amount="9" * 16), Reason.INVALID_FIELD),
        (P, wire(P, amount="0" * 15), wire(P, amount="0" * 60_000), Reason.INVALID_FIELD),
        (P, wire(P, items=MAX_ITEMS), wire(P, items=MAX_ITEMS + 1), Reason.INVALID_FIELD),
        (
            S,
            wire(S, duration_s=MAX_DURATION_S),
            wire(S, duration_s=MAX_DURATION_S + 1),
            Reason.INVALID_FIELD,
        ),
        (
            C,
            wire(C, region="ü" * MAX_KEPT_CHARS),
            wire(C, region="ü" * (MAX_KEPT_CHARS + 1)),
            Reason.INVALID_FIELD,
        ),
        (
            C,
            wire(C, industry="i" * MAX_KEPT_CHARS),
            wire(C, industry="i" * (MAX_KEPT_CHARS + 1)),
            Reason.INVALID_FIELD,
        ),
        (
            C,
            overridden("r" * MAX_REASON_CHARS),
            overridden("r" * (MAX_REASON_CHARS + 1)),
            Reason.INVALID_FIELD,
        ),
    ],
)
def test_a_bound_holds_at_its_edge(kind: Kind, fits: bytes, beyond: bytes, reason: Reason) -> None:
    assert verdict(kind, fits) is None
    assert verdict(kind, beyond) is reason


@pytest.mark.parametrize(
    "number", ["9" * 60_000, "-" + "9" * 60_000, "1e400", "-1E999999999", "1." + "0" * 60_000]
)
def test_endless_numbers_are_turned_away_where_a_field_is_and_ignored_elsewhere(
    number: str,
) -> None:
    for field in ("items", "amount", "event_id", "due_at"):
        fields = MINIMAL[P] | {field: "?"}
        value = json.dumps(fields).replace('"?"', number, 1).encode()
        found = first_fault(P, value)
        assert isinstance(found, Rejection)
        assert found.reason is Reason.INVALID_FIELD
        assert len(found.detail) < 300
        assert verdict(P, value) is Reason.INVALID_FIELD
    unknown = wire(P)[:-1] + b', "note": ' + number.encode() + b"}"
    assert verdict(P, unknown) is None


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
    desk = Desk(inputs=WITH_CUSTOMERS)
    desk.feed(C, MINIMAL[C])
    customer = desk.shard._store.find("ada")
    assert customer is not None
    assert customer.master is not None
    customer.master.region = "r" * 1_000_000
    spare = ROW_MAX_BYTES - len(stored(customer, POLICY))
    customer.master.region += "r" * spare
    assert len(stored(customer, POLICY)) == ROW_MAX_BYTES
    customer.master.region += "r"
    with pytest.raises(LimitError, match="4000001 bytes, more than the 4000000"):
        stored(customer, POLICY)


# customers of a partition


def shard_for(customers_max: int, rows: dict[bytes, bytes] | None = None) -> Desk:
    desk = Desk(rows=rows)
    settings = ShardSettings(
        Placement(0, 1, murmur2_partition), EVENT_BYTES, 0, True, Bounds(), SECRET,
        customers_max=customers_max,
    )  # fmt: skip
    desk.shard = Shard(POLICY, settings)
    offsets = desk.shard.restore(dict(desk.rows)) if rows else {}
    desk.shard.open_inputs({kind: offsets.get(kind, 0) for kind in desk.inputs})
    for kind in desk.inputs:
        desk.end(kind, offsets.get(kind, 0))
    return desk


def test_the_customer_beyond_the_limit_stops_the_process_and_nothing_of_it_is_kept() -> None:
    desk = shard_for(2)
    desk.feed(P, sale(1), sale(1, 1, customer_id="bob"), sale(1, 2))
    assert len(desk.shard.customers) == desk.shard.customers_max == 2
    with pytest.raises(LimitError, match="3 customers, more than WHALECURVE_CUSTOMERS_MAX = 2"):
        desk.feed(P, sale(1, 3, customer_id="cid"))
    assert "cid" not in desk.shard.customers


def test_who_is_erased_makes_room_and_an_erasure_of_nobody_needs_none() -> None:
    desk = Desk(inputs=WITH_CUSTOMERS)
    desk.shard._store._customers_max = 1
    desk.feed(P, sale(1))
    desk.feed(C, Erasure("nobody", LATER_MS), Erasure("ada", LATER_MS))
    desk.feed(P, sale(20, 1, customer_id="bob"))
    assert list(desk.shard.customers) == ["bob"]


def test_a_lowered_limit_is_refused_at_the_restore() -> None:
    desk = Desk()
    desk.feed(P, sale(1), sale(1, 1, customer_id="bob"))
    desk.commit()
    shard_for(2, desk.rows)
    with pytest.raises(LimitError, match="partition 0 would hold 2 customers, more than"):
        shard_for(1, desk.rows)


# what is said of a row that can't be read


def refused(rows: dict[bytes, bytes]) -> str:
    with pytest.raises(RowError) as error:
        Desk(rows=rows)
    return str(error.value)


def test_a_corrupt_row_is_told_by_the_hash_that_erasures_have() -> None:
    subject = subject_of(CUSTOMER, SECRET)
    corrupt = b"\x01" + bytes(31) + msgspec.msgpack.encode([MAIL, {AMOUNT: MAIL}])
    for row in (MAIL.encode(), b"", corrupt):
        text = refused({CUSTOMER.encode(): row})
        assert subject in text
        assert "start a new WHALECURVE_APP_ID" in text
        assert leaks(text) == []


def test_a_key_that_is_no_customer_id_is_told_without_it() -> None:
    text = refused({b"\xc3" + MAIL.encode(): b""})
    assert "a key that is no customer_id" in text
    assert leaks(text) == []


def test_a_number_that_is_none_in_a_row_is_told_without_it() -> None:
    with pytest.raises(RowError) as error:
        stored_int(MAIL)
    assert leaks(str(error.value)) == []


def test_two_judges_that_disagree_are_told_without_the_event(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("agents.events.admit.decode", lambda *_: None)
    monkeypatch.setattr("agents.events.admit.first_fault", first_fault)
    admission = Admission(POLICY, Placement(0, 1, murmur2_partition), EVENT_BYTES, {})
    with pytest.raises(InvariantError, match="an event of PURCHASES can't be booked") as error:
        admission._judged_first(P, wire(P, order_id=MAIL), None)
    assert leaks(str(error.value)) == []


def test_a_restore_that_nobody_wants_any_more_ends_soon() -> None:
    source = shard_for(10)
    source.feed(P, sale(1), sale(1, 1, customer_id="bob"))
    source.commit()
    desk = Desk()
    with pytest.raises(GivenUpError):
        desk.shard.restore(dict(source.rows), lambda: True)
    assert len(desk.shard.customers) == 0
