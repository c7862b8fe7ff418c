"""Records in words: what happened and why, and nothing that could play with a terminal."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import orjson
import pytest

from streams.cli.finding_words import findings
from streams.cli.lines import describe
from streams.cli.tail import _json as as_json

AT_MS = 1_700_000_000_000  # 2023-11-14T22:13:20Z


def record(value: Any, key: str | None = "c-17", headers: Any = ()) -> Any:
    body = value if value is None or isinstance(value, bytes) else orjson.dumps(value)
    return SimpleNamespace(
        key=None if key is None else key.encode(),
        value=body,
        timestamp=AT_MS,
        headers=list(headers),
    )


def tier_change(**more: Any) -> dict[str, Any]:
    return {
        "from_tier": "ordinary",
        "to_tier": "key",
        "direction": "upgrade",
        "effective_at": "2026-03-01T10:20:30.123456Z",
        "reasons": [{"rule": "tiers.entry.key", "observed": "2100.00", "threshold": "2000.00"}],
    } | more


def test_a_tier_change_says_from_where_to_where_and_why() -> None:
    assert describe("tier-changes", record(tier_change())).text() == (
        "2026-03-01 10:20:30  c-17  ordinary → key  upgrade  contribution 2100.00 >= 2000.00"
    )


def test_a_first_tier_has_none_before_it_and_the_next_one_was_not_reached() -> None:
    reasons = [
        {"rule": "tiers.entry.ordinary", "observed": "30.00", "threshold": "0.00"},
        {"rule": "tiers.entry.important", "observed": "30.00", "threshold": "500.00"},
    ]
    first = tier_change(from_tier=None, to_tier="ordinary", direction="assigned", reasons=reasons)
    line = describe("tier-changes", record(first))
    assert line.what == "ordinary  assigned"
    assert line.why == "contribution 30.00 >= 0.00 and < 500.00"


def test_a_notice_says_from_when_a_downgrade_will_be_and_what_it_fell_below() -> None:
    notice = tier_change(
        from_tier="key",
        to_tier="ordinary",
        direction="notice",
        takes_effect_at="2026-03-31T00:00:00Z",
        reasons=[
            {"rule": "tiers.entry.ordinary", "observed": "60.00", "threshold": "0.00"},
            {"rule": "tiers.hold.keep_margin", "observed": "60.00", "threshold": "1700.00"},
        ],
    )
    line = describe("tier-changes", record(notice))
    assert line.what == "key → ordinary  notice, from 2026-03-31"
    assert line.why == "contribution 60.00 >= 0.00 and < 1700.00"
    off = tier_change(from_tier="key", to_tier="key", direction="notice_withdrawn")
    assert describe("tier-changes", record(off)).what == "key  notice withdrawn"


@pytest.mark.parametrize(
    ("rule", "observed", "threshold", "words"),
    [
        ("risk.support_spike.contacts", 5, 4, "contacts 5 >= 4"),
        ("risk.support_spike.clear_at", 1, 1, "contacts 1 <= 1"),
        ("risk.unprofitable.below", "-3.10", "0.00", "contribution -3.10 < 0.00"),
        ("risk.unprofitable.min_tenure_days", 31, 30, "days a customer 31 >= 30"),
        ("risk.unprofitable.clear_at", "12.00", "10.00", "contribution 12.00 >= 10.00"),
        ("risk.late_payer.late", 2, 2, "late payments 2 >= 2"),
        ("risk.late_payer.clear_on_time", 2, 2, "payments on time 2 >= 2"),
        ("risk.of.tomorrow", 7, 9, "risk.of.tomorrow 7 < 9"),
    ],
)
def test_every_rule_has_words(rule: str, observed: Any, threshold: Any, words: str) -> None:
    assert findings([{"rule": rule, "observed": observed, "threshold": threshold}]) == words


@pytest.mark.parametrize(
    ("status", "step", "action", "what", "why"),
    [
        ("raised", None, None, "late_payer  raised (watch)", "late payments 2 >= 2"),
        ("cleared", None, None, "late_payer  cleared", "late payments 2 >= 2"),
        (
            "escalated",
            "educate",
            None,
            "late_payer  escalated (watch)",
            "late payments 2 >= 2; next step: educate",
        ),
        (
            "raised",
            None,
            "call",
            "late_payer  raised (watch)",
            "late payments 2 >= 2; what to do: call",
        ),
    ],
)
def test_a_signal_says_what_became_of_it(
    status: str, step: str | None, action: str | None, what: str, why: str
) -> None:
    value = {
        "signal": "late_payer",
        "status": status,
        "severity": "watch",
        "evidence": [{"rule": "risk.late_payer.late", "observed": 2, "threshold": 2}],
        "recommended_step": step,
        "recommended_action": action,
        "effective_at": "2026-03-01T00:00:00Z",
    }
    line = describe("at-risk", record(value))
    assert (line.what, line.why) == (what, why)


def test_a_snapshot_says_what_the_customer_is_worth() -> None:
    value = {
        "as_of": "2026-03-01T00:00:00Z",
        "tier": "key",
        "value": {
            "currency": "USD",
            "revenue": "9.00",
            "service_cost": "1.00",
            "contribution": "3.00",
        },
        "segments": ["fake_big"],
        "risks": [{"signal": "late_payer"}],
    }
    assert describe("customer-values", record(value)).text() == (
        "2026-03-01 00:00:00  c-17  key  contribution 3.00 of revenue 9.00 USD, service cost 1.00; "
        "fake big; late_payer"
    )


def test_an_override_and_a_segment_are_told_with_what_they_rest_on() -> None:
    reasons = [
        {"rule": "tiers.share.key", "observed": "30.00", "threshold": "20.00"},
        {"rule": "override.floor", "observed": "ordinary", "threshold": "key"},
        {"rule": "segments.over_served.service_share", "observed": "9.00", "threshold": "5.00"},
    ]
    assert findings(reasons) == (
        "value 30.00 >= 20.00, by value ordinary with a floor of key, "
        "over-served: service cost 9.00 > 5.00"
    )


def test_a_contact_that_is_due_says_why_and_when_one_met() -> None:
    value = {
        "reason": "interval",
        "tier": "key",
        "last_touch_at": "2026-02-01T10:00:00Z",
        "effective_at": "2026-03-03T00:00:00Z",
    }
    assert describe("contacts-due", record(value)).text() == (
        "2026-03-03 00:00:00  c-17  contact due: interval  key, last met 2026-02-01"
    )
    assert describe("contacts-due", record(value | {"last_touch_at": None})).why.endswith(
        "never met"
    )


def test_an_erasure_says_whether_anything_was_kept() -> None:
    value = {"held": False, "erased_at": "2026-03-03T00:00:00Z"}
    line = describe("erasures", record(value, key="0f"))
    assert line.text() == "2026-03-03 00:00:00  0f  erased  nothing was kept"
    assert describe("erasures", record(value | {"held": True})).why == ""


def test_cutoffs_and_histograms_say_who_brings_how_much() -> None:
    curve = {"customers": 9, "peak_customers": 4, "peak": "80.00", "erosion": "5.00"}
    value = {
        "version": 3,
        "key": "20.00",
        "important": "10.00",
        "currency": "USD",
        "made_at": "2026-03-03T00:00:00Z",
        "whale_curve": curve,
    }
    assert describe("tier-cutoffs", record(value, key="cutoffs")).text() == (
        "2026-03-03 00:00:00  cutoffs  version 3: key from 20.00 USD  important from 10.00; "
        "4 of 9 customers bring 80.00, the rest loses 5.00"
    )
    counted = {"customers": 9, "total": "75.00", "cutoffs_version": 3}
    assert describe("value-histograms", record(counted, key="0")).text() == (
        "2023-11-14 22:13:20  partition 0  9 customers are worth 75.00  by cut-offs 3"
    )
    assert describe("value-histograms", record(b"x")).what == "not as declared:"


@pytest.mark.parametrize("topic", ["customer-values", "customers"])
def test_no_value_is_an_erased_customer(topic: str) -> None:
    assert describe(topic, record(None)).text() == "2023-11-14 22:13:20  c-17  erased"


@pytest.mark.parametrize(
    ("topic", "value", "words"),
    [
        (
            "purchases",
            {"amount": "5.00", "currency": "USD", "order_id": "o-1"},
            "sale  5.00 USD  order o-1",
        ),
        (
            "purchases",
            {"amount": "5.00", "currency": "USD", "order_id": "o-1", "type": "return"},
            "return  5.00 USD  order o-1",
        ),
        (
            "support-calls",
            {"channel": "phone", "duration_s": 90, "issue": "delivery"},
            "phone  90 s  delivery",
        ),
        (
            "payments",
            {"amount": "5.00", "currency": "USD", "invoice_id": "i-1", "due_at": "2026-03-09T"},
            "paid  5.00 USD  i-1, due 2026-03-09",
        ),
        ("customers", {"segment": "business"}, "master data  segment business"),
    ],
)
def test_inputs_have_words_too(topic: str, value: dict[str, Any], words: str) -> None:
    line = describe(topic, record(value | {"occurred_at": "2026-03-01T00:00:00+01:00"}))
    assert line.text() == f"2026-03-01 00:00:00  c-17  {words}"


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
        "2023-11-14 22:13:20  no key  missing_field  amount: expected a text, found nothing "
        "(purchases-3 at 41)"
    )


@pytest.mark.parametrize(
    "value",
    [
        b"not json",
        b"[]",
        b"5",
        b"{}",
        b'{"occurred_at": 5, "amount": 1}',
        b"\xff\xfe",
        b"x" * 9_999,
    ],
)
@pytest.mark.parametrize("topic", ["purchases", "support-calls", "payments", "tier-changes"])
def test_what_is_not_as_declared_is_quoted(topic: str, value: bytes) -> None:
    line = describe(topic, record(value))
    assert line.what == "not as declared:"
    assert 0 < len(line.why) <= 128


WITH_ESCAPE: tuple[Callable[[str], Any], ...] = (
    lambda text: ("purchases", record({"issue": text}, text)),
    lambda text: ("purchases", record(text.encode())),
    lambda text: ("tier-changes", record(tier_change(to_tier=text, effective_at=text))),
    lambda text: ("rejected-events", record(b"", text, [("detail", text.encode())])),
)


@pytest.mark.parametrize("make", WITH_ESCAPE)
def test_nothing_that_comes_can_play_with_the_terminal(make: Callable[[str], Any]) -> None:
    assert describe(*make("\x1b[2J\r\n\x07")).text().isprintable()


@pytest.mark.parametrize("timestamp_ms", [-1, 1_772_366_400_000_000, 2**63 - 1])
def test_a_timestamp_beyond_the_calendar_is_no_reason_to_end(timestamp_ms: int) -> None:
    strange = record(b"x")
    strange.timestamp = timestamp_ms
    assert describe("purchases", strange).what == "not as declared:"


def test_a_value_is_printed_as_it_is_on_one_line() -> None:
    value = '{"customer_id": "a\u2028b\x85c"\r\n}'
    assert as_json("purchases", record(value.encode())) == value.replace("\r\n", " ")
