"""`events check` says beforehand what a worker would say, and what no worker reads."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from schemas.inputs.events import TOPIC_OF_KIND, Kind
from streams.cli import event_check
from streams.cli.event_check import EventCheck, Where
from tests.support.calling import Call
from tests.support.making import MAKE, POLICY, master_data, payment, purchase

NOW_MS = 1_800_000_000_000
HERE = "events.jsonl"


def line(value: Any, topic: str = "purchases", **fields: Any) -> bytes:
    return orjson.dumps({"topic": topic, "value": value, **fields})


def checked(*lines: bytes, max_event_bytes: int = 65_536) -> event_check.Report:
    its = EventCheck(POLICY, max_event_bytes, NOW_MS)
    for number, words in enumerate(lines, 1):
        its.look(words, Where(HERE, number))
    return its.report


@pytest.mark.parametrize("kind", Kind)
def test_what_a_worker_takes_is_good(kind: Kind) -> None:
    topic = TOPIC_OF_KIND[kind]
    report = checked(line(MAKE[kind](), topic), b"", b"\n")
    assert (report.good, report.events) == (1, {topic: 1})
    assert not report.rejected


REJECTED: dict[str, tuple[bytes, str, str]] = {
    "a field": (line(purchase(amount="ten")), "invalid_field", "amount: expected"),
    "no field": (line(payment(invoice_id=None), "payments"), "missing_field", "invoice_id: exp"),
    "a rate": (line(purchase(currency="CHF")), "unknown_currency", "currency: expected"),
    "the time of the record": (
        line(purchase(), timestamp_ms=1_000),
        "from_future",
        "occurred_at: expected",
    ),
    "a number for the customer": (line(purchase(customer_id=17)), "invalid_field", "customer_id"),
    "no line": (b'{"topic": "orders"}', "no_line", "topic: expected purchases"),
    "no JSON": (b"{", "no_line", "expected a JSON object"),
}


@pytest.mark.parametrize(("words", "reason", "detail"), REJECTED.values(), ids=REJECTED)
def test_what_a_worker_rejects_is_told_with_its_reason(
    words: bytes, reason: str, detail: str
) -> None:
    report = checked(line(master_data(), "customers"), words)
    assert (report.good, report.rejected) == (1, {reason: 1})
    (example,) = report.examples[reason]
    assert example.where == Where(HERE, 2)
    assert example.detail.startswith(detail)


def test_the_event_is_named_where_its_id_can_be_read() -> None:
    report = checked(line(purchase(event_id="e-7", amount="x")), line(purchase(event_id=7)))
    assert [its.event_id for its in report.examples["invalid_field"]] == ["e-7", ""]


def test_only_some_of_each_reason_are_shown_and_all_are_counted() -> None:
    report = checked(*[line(purchase(event_id=str(n), amount="x")) for n in range(9)])
    assert report.rejected["invalid_field"] == 9
    assert len(report.examples["invalid_field"]) == event_check.EXAMPLES_MAX


def test_too_large_is_too_large_for_the_worker_s_setting() -> None:
    assert checked(line(purchase()), max_event_bytes=50).rejected == {"too_large": 1}


def test_an_id_counts_once_and_with_another_content_not_at_all() -> None:
    report = checked(
        line(purchase()),
        line(purchase()),
        line(purchase(amount="11.00")),
        line(purchase(customer_id="bob", amount="11.00")),
        line(payment(event_id=purchase()["event_id"]), "payments"),
    )
    assert (report.good, report.twice, report.rejected) == (3, 1, {"id_conflict": 1})


def test_ids_are_held_against_each_other_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_check, "IDS_MAX", 1)
    twice = [line(purchase(event_id=name)) for name in ("a", "b", "a", "b")]
    report = checked(*twice)
    assert (report.good, report.twice, report.ids_beyond) == (3, 1, 2)


def test_an_erasure_is_good_as_often_as_it_comes() -> None:
    erasure = orjson.dumps({"topic": "customers", "key": "ada", "value": None})
    assert checked(erasure, erasure).good == 2


MEANT = {
    "dueAt": "due_at",
    "due-at": "due_at",
    "invoice": "invoice_id",
    "catgory": "category",
    "coupon": None,
    # the field itself is there
    "curency": None,
}


@pytest.mark.parametrize(("name", "meant"), MEANT.items())
def test_what_no_worker_reads_is_told_with_the_field_that_may_be_meant(
    name: str, meant: str | None
) -> None:
    report = checked(line(purchase()), *[line(purchase(event_id=n, **{name: "x"})) for n in "ab"])
    (unread,) = report.unread.items()
    assert unread[0] == ("purchases", name)
    assert (unread[1].where.line, unread[1].meant, unread[1].count) == (2, meant, 2)
    assert report.good == 3


def test_so_are_fields_within_a_field() -> None:
    wallet = {"amount": "3.00", "currency": "USD", "year": 2026}
    report = checked(line(master_data(wallet=wallet), "customers"))
    assert list(report.unread) == [("customers", "wallet.year")]


def test_so_many_fields_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_check, "UNKNOWN_MAX", 2)
    report = checked(*[line(purchase(event_id=n, **{f"x{n}": 1})) for n in "abc"])
    assert len(report.unread) == 2


# the command


def test_good_events_end_with_0(call: Call, tmp_path: Path) -> None:
    file = tmp_path / HERE
    file.write_bytes(line(purchase(currency="USD")) + b"\n")
    assert call("events", "check", file).done() == "1 of 1 events are good (1 purchases).\n"


def test_others_with_1_and_where_they_stand(call: Call, tmp_path: Path) -> None:
    first, second = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    first.write_bytes(line(purchase(dueAt="x")) + b"\n" + line(purchase()) + b"\n")
    second.write_bytes(line(purchase(event_id="e-7", amount="ten")) + b"\n" + b"{}\n")
    said = call("events", "check", first, second)
    assert said.status == 1
    assert said.err == "whalecurve: 2 of 4 events would be rejected\n"
    words = said.out.splitlines()
    assert words[0] == "1 of 4 events are good (3 purchases)."
    assert any(its.startswith(f"  {second}:1: event e-7: amount: expected") for its in words)
    assert "told twice: 1; each counts once within the policy's dedupe_days" in words
    assert words[-1] == f"not read: dueAt of purchases, 1 times, first {first}:1; is due_at meant?"


def test_the_same_as_json(call: Call, tmp_path: Path) -> None:
    file = tmp_path / HERE
    file.write_bytes(line(purchase(amount="ten", coupon="x")) + b"\n")
    facts = orjson.loads(call("events", "check", file, "--json").out)
    assert facts["rejected"]["invalid_field"]["count"] == 1
    assert facts["not_read"][0]["field"] == "coupon"
    assert (facts["good"], facts["events"]) == (0, {"purchases": 1})
