"""Records in words: what happened and why, and nothing that could play with a terminal."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import orjson
import pytest

import schemas
from streams.cli.lines import describe
from streams.cli.tail import _json as as_json

AT_MS = 1_700_000_000_000
SENT = "2023-11-14 22:13:20"
"""How that reads."""


def record(value: Any, key: str | None = "c-17", headers: Any = ()) -> Any:
    body = value if value is None or isinstance(value, bytes) else orjson.dumps(value)
    return SimpleNamespace(
        key=None if key is None else key.encode(),
        value=body,
        timestamp=AT_MS,
        headers=list(headers),
    )


def example(name: str) -> Any:
    """The value of a valid example of the contract."""
    topic, _, rest = name.partition("/")
    path = Path(schemas.__file__).with_name("examples") / topic / f"valid-{rest}.json"
    return orjson.loads(path.read_bytes())["value"]


NOTICE = "contribution 400.00 >= 0.00 and < 500.00 and < 425.00"
WITHDRAWN = "contribution 500.00 >= 500.00 and < 2000.00 and >= 425.00"
LOSS = "contribution -2.70 < 0.00, days a customer 30 >= 30"
LATE = "days since a purchase 61 > 60, purchase days 4 >= 3"
STEP = "days on its step 30 >= 30, days overdue_invoice 90 at high, days unprofitable 120 at watch"
WORTH = "contribution 359.35 of revenue 1300.00 USD, service cost 104.65"
RISKY = "contribution 43.05 of revenue 129.90 USD, service cost 5.50; late_payer, support_spike"
CURVE = "3 of 5 customers bring 170.00, the rest loses 10.00"
WORDS = {
    "tier-changes/assigned": "ordinary  assigned  contribution 48.55 >= 0.00 and < 500.00",
    "tier-changes/by-share": "ordinary → important  upgrade  value 48.55 >= 45.00 and < 410.00",
    "tier-changes/downgrade-by-time": (
        "important → maintenance  downgrade  contribution -2.70 < 0.00"
    ),
    "tier-changes/notice": f"important → ordinary  notice, from 2026-04-13  {NOTICE}",
    "tier-changes/notice-withdrawn": f"important  notice withdrawn  {WITHDRAWN}",
    "at-risk/raised": "support_spike  raised (watch)  contacts 4 >= 4",
    "at-risk/cleared-by-time": "support_spike  cleared  contacts 1 <= 1",
    "at-risk/unprofitable": (
        f"unprofitable  raised (watch)  {LOSS}; next step: reassess; by self service 5.40 less"
    ),
    "at-risk/overdue-escalated": f"overdue  escalated (high)  {LATE}; what to do: call",
    "at-risk/ladder-terminate": f"ladder  step_changed (high)  {STEP}; next step: terminate",
    "at-risk/ladder-set-to-none": (
        "ladder  step_changed (watch)  set to none for: new terms agreed on; no step any more"
    ),
    "customer-values/with-everything": f"important  {WORTH}; fake big",
    "customer-values/with-risks": f"ordinary  {RISKY}",
    "contacts-due/interval": "contact due: interval  important, last met 2026-03-14",
    "contacts-due/notice-merged-with-a-cadence": "contact due: notice, interval, for "
    "account_manager  important, last met 2026-03-14, mostly by email",
    "contacts-due/notice-to-one-never-met": "contact due: notice  important, never met",
    "tier-cutoffs/first": f"version 1: key from 99.70 USD  important from 49.94; {CURVE}",
    "value-histograms/five-customers": "5 customers are worth 160.00  by cut-offs 0",
    "erasures/held": "erased",
    "erasures/nobody": "erased  nothing was kept",
    "purchases/minimal": "sale  129.90 USD  order O-77120",
    "purchases/full": "sale  129.90 USD  order O-77120, on credit: I-9001",
    "purchases/return-with-fee": "return  129.90 USD  order O-77120",
    "support-calls/full": "phone  412 s  parcel lost",
    "payments/minimal": "paid  129.90 USD  I-9001, due 2026-04-13",
    "payments/failed": "failed  129.90 USD  I-9001, due 2026-04-13",
    "customers/minimal": "master data",
    "customers/wallet-of-nothing": "master data  wallet {'amount': '0', 'currency': 'JPY'}",
}


@pytest.mark.parametrize("name", WORDS)
def test_a_record_says_what_happened_and_why(name: str) -> None:
    line = describe(name.partition("/")[0], record(example(name)))
    assert "  ".join(filter(None, (line.what, line.why))) == WORDS[name]


@pytest.mark.parametrize(
    ("name", "when", "who"),
    [
        ("purchases/offset-and-fraction", "2026-03-14 14:56:53", "c-17"),
        ("tier-changes/notice", "2026-03-14 09:26:53", "c-17"),
        ("customer-values/with-risks", "2026-04-20 08:00:00", "c-17"),
        ("tier-cutoffs/first", "2026-05-28 20:26:40", "c-17"),
        ("value-histograms/nobody", SENT, "partition c-17"),
        ("erasures/held", "2026-05-28 20:26:40", "c-17"),
    ],
)
def test_it_says_first_when_and_of_whom(name: str, when: str, who: str) -> None:
    line = describe(name.partition("/")[0], record(example(name)))
    assert line.text().startswith(f"{when}  {who}  {line.what}")


def test_segments_and_signals_are_told_one_after_the_other() -> None:
    risks = example("customer-values/with-risks")["risks"]
    both = example("customer-values/with-everything") | {"risks": risks}
    told = describe("customer-values", record(both)).why
    assert told == f"{WORTH}; fake big; late_payer, support_spike"


@pytest.mark.parametrize("topic", ["customer-values", "customers"])
def test_no_value_is_an_erased_customer(topic: str) -> None:
    assert describe(topic, record(None)).text() == f"{SENT}  c-17  erased"


def test_a_rejected_event_says_why_and_from_where() -> None:
    headers = [
        ("trace", b"abc"),
        ("reason", b"missing_field"),
        ("detail", b"amount: expected a text, found nothing"),
        ("source_topic", b"purchases"),
        ("source_partition", b"3"),
        ("source_offset", b"41"),
    ]
    assert describe("rejected-events", record(b"{}", None, headers)).text() == (
        f"{SENT}  no key  missing_field  amount: expected a text, found nothing (purchases-3 at 41)"
    )


# of what is none of this


@pytest.mark.parametrize(
    "value",
    [
        *(b"not json", b"[]", b"5", b"{}", b"\xff\xfe", b"x" * 9_999),
        b'{"occurred_at": 5, "amount": 1}',
    ],
)
@pytest.mark.parametrize(
    "topic", ["purchases", "support-calls", "payments", "tier-changes", "value-histograms"]
)
def test_what_is_not_as_declared_is_quoted(topic: str, value: bytes) -> None:
    line = describe(topic, record(value))
    assert line.what == "not as declared:"
    assert 0 < len(line.why) <= 128


CHANGE = example("tier-changes/assigned")
ESCAPE = "\x1b[2J\r\n\x07"


@pytest.mark.parametrize(
    ("topic", "odd"),
    [
        ("purchases", record({"issue": ESCAPE}, ESCAPE)),
        ("purchases", record(ESCAPE.encode())),
        ("tier-changes", record(CHANGE | {"to_tier": ESCAPE, "effective_at": ESCAPE})),
        ("rejected-events", record(b"", ESCAPE, [("detail", ESCAPE.encode())])),
    ],
)
def test_nothing_that_comes_can_play_with_the_terminal(topic: str, odd: Any) -> None:
    assert describe(topic, odd).text().isprintable()


@pytest.mark.parametrize("timestamp_ms", [-1, 1_772_366_400_000_000, 2**63 - 1])
def test_a_timestamp_beyond_the_calendar_is_no_reason_to_end(timestamp_ms: int) -> None:
    strange = record(b"x")
    strange.timestamp = timestamp_ms
    assert describe("purchases", strange).what == "not as declared:"


def test_a_value_is_printed_as_it_is_on_one_line() -> None:
    value = '{"customer_id": "a\u2028b\x85c"\r\n}'
    assert as_json("purchases", record(value.encode())) == value.replace("\r\n", " ")
