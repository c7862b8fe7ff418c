"""Segments: each by its rule, to the cent, with what it rests on."""

from typing import Any

import pytest

from agents.policy.compiled import Policy
from schemas.base.times import NO_DUE_US
from schemas.state.rows import decode_customer, read_head
from tests.support.customers import at
from tests.support.feeding import WITH_CUSTOMERS, Desk, clock, newest, on, record, sale
from tests.support.making import INVOICES, OVERRIDE, POLICY, SEGMENTS, policy, support_call

C, P, S, Y = WITH_CUSTOMERS
BY_SEGMENT = policy(more=SEGMENTS)
POTENTIAL = SEGMENTS[SEGMENTS.index("[segments.potential]") : SEGMENTS.index("[segments.worst]")]


def desk_of(*sales: dict[str, Any], by: Policy = BY_SEGMENT) -> Desk:
    desk = Desk(by, inputs=WITH_CUSTOMERS)
    desk.feed(P, *sales)
    return desk


def segments(desk: Desk) -> list[str]:
    """As the newest snapshot has them."""
    desk.commit(stop=True)
    found: list[str] = newest(desk)["segments"]
    return found


def findings(desk: Desk) -> list[tuple[str, str, str]]:
    """What the newest tier change says of segments."""
    desk.commit()
    change = [its for its in desk.tier_changes if its["customer_id"] == "ada"][-1]
    return [
        (its["rule"].removeprefix("segments."), its["observed"], its["threshold"])
        for its in change["reasons"]
        if its["rule"].startswith("segments.")
    ]


def call(seconds: int, **fields: Any) -> dict[str, Any]:
    """A phone call of March 1: 1.50 and a cent a second."""
    return support_call(duration_s=seconds, **fields)


# best, fake_big, worst


@pytest.mark.parametrize(("amount", "found"), [("1000.00", ["best"]), ("999.99", [])])
def test_the_best_bring_so_much_or_more(amount: str, found: list[str]) -> None:
    assert segments(desk_of(sale(1, amount=amount))) == found


def test_the_best_are_told_with_what_they_bring() -> None:
    desk = desk_of(sale(1, amount="1234.56"))
    assert findings(desk) == [("best.contribution_from", "1234.56", "1000.00")]


@pytest.mark.parametrize(
    ("amount", "cost", "found"),
    [
        ("1000.00", "900.01", ["fake_big"]),
        ("1000.00", "900.00", []),
        ("999.99", "900.00", []),
        ("5000.00", "4920.00", ["fake_big"]),
    ],
)
def test_a_fake_big_one_buys_much_and_brings_little(
    amount: str, cost: str, found: list[str]
) -> None:
    # what it rises by, from nothing, is potential too
    told = segments(desk_of(sale(1, amount=amount, cost=cost)))
    assert [its for its in told if its != "potential"] == found


def test_a_fake_big_one_is_told_with_both() -> None:
    desk = desk_of(sale(1, amount="1000.00", cost="990.00"))
    assert findings(desk) == [
        ("fake_big.revenue_from", "1000.00", "1000.00"),
        ("fake_big.contribution_below", "10.00", "100.00"),
    ]


@pytest.mark.parametrize(("cost", "found"), [("51.01", ["worst"]), ("51.00", [])])
def test_the_worst_bring_less_than_so_much(cost: str, found: list[str]) -> None:
    assert segments(desk_of(sale(1, amount="1.00", cost=cost))) == found


# over_served


@pytest.mark.parametrize(("seconds", "found"), [(350, []), (351, ["over_served"])])
def test_an_over_served_one_costs_more_service_than_its_share_of_the_margin(
    seconds: int, found: list[str]
) -> None:
    # a margin of 10.00; 350 seconds cost 5.00
    desk = desk_of(sale(1, amount="12.00", cost="2.00"))
    desk.feed(S, call(seconds))
    assert segments(desk) == found


def test_an_over_served_one_is_told_with_its_share_of_the_margin() -> None:
    desk = desk_of(sale(1, amount="12.00", cost="2.00"))
    desk.feed(S, call(1_000))
    assert findings(desk) == [("over_served.service_share", "11.50", "5.00")]


def test_fees_that_were_kept_are_margin() -> None:
    # -1 + 1 + 10 is a margin of 10.00, and a return costs 9.00
    goods_back = sale(1, 1, type="return", amount="1.00", cost="1.00", fee="10.00")
    desk = desk_of(goods_back)
    assert findings(desk) == [("over_served.service_share", "9.00", "5.00")]


CHAT = support_call(channel="chat", duration_s=0)


@pytest.mark.parametrize(
    ("margin", "threshold", "call_first"),
    [("0.01", "0.00", False), ("0.02", "0.01", True), ("0.03", "0.02", True)],
)
def test_the_share_is_compared_exactly_and_told_half_even(
    margin: str, threshold: str, *, call_first: bool
) -> None:
    # 2 cents of service are more than the half of 1, 2 or 3 cents
    desk = desk_of(by=policy(('fixed = "0.80"', 'fixed = "0.02"'), more=SEGMENTS))
    laid = [(P, sale(1, amount=margin)), (S, CHAT)]
    for kind, event in reversed(laid) if call_first else laid:
        desk.feed(kind, event)
    assert findings(desk) == [("over_served.service_share", "0.02", threshold)]


def test_without_service_nobody_is_over_served_whatever_the_margin() -> None:
    assert segments(desk_of(sale(1, amount="0.00", cost="10.00"))) == []


def test_any_service_is_too_much_where_there_is_no_margin() -> None:
    desk = desk_of(sale(1, amount="0.00", cost="10.00"))
    desk.feed(S, call(0))
    assert segments(desk) == ["over_served"]
    fresh = desk_of(by=BY_SEGMENT)
    fresh.feed(S, call(0))
    assert findings(fresh) == [("over_served.service_share", "1.50", "0.00")]


def test_above_ordinary_nobody_is_over_served() -> None:
    # a margin of 1100.00 and 551.00 of service
    desk = desk_of(sale(1, amount="1100.00"))
    desk.feed(S, call(54_950))
    assert (segments(desk), newest(desk)["tier"]) == ([], "important")
    desk.feed(S, call(4_900, event_id="call-2"))
    assert newest_tier(desk) == "ordinary"
    assert "over_served" in segments(desk)


def newest_tier(desk: Desk) -> str:
    desk.commit(stop=True)
    return str(newest(desk)["tier"])


def test_the_tier_that_counts_is_the_one_in_force() -> None:
    desk = desk_of(sale(1, amount="12.00", cost="2.00"))
    desk.feed(S, call(1_000))
    assert segments(desk) == ["over_served"]
    desk.feed(C, record(1, override=OVERRIDE | {"mode": "lock"}))
    assert segments(desk) == []
    assert findings(desk) == []


# potential


def grown(before: str, now: str, **policies: Policy) -> Desk:
    """Somebody who brought so much in the window before and so much in this one."""
    desk = desk_of(sale(1, amount=before), **policies)
    desk.feed(P, sale(11, amount=now))
    return desk


@pytest.mark.parametrize(
    ("before", "now", "found"),
    [
        ("100.00", "150.00", ["potential"]),
        ("100.00", "149.99", []),
        ("30.00", "49.99", []),  # more than 45.00, yet no rise of 20.00
        ("30.00", "50.00", ["potential"]),
        ("0.00", "20.00", ["potential"]),
        ("0.00", "19.99", []),
        ("40.00", "60.00", ["potential"]),
        ("40.01", "60.01", []),  # 60.015 would be it
        ("40.01", "60.02", ["potential"]),
    ],
)
def test_potential_is_growth_and_rise_beside_the_window_before(
    before: str, now: str, found: list[str]
) -> None:
    assert segments(grown(before, now)) == found


def test_above_ordinary_there_is_no_potential_left() -> None:
    assert segments(grown("100.00", "499.99")) == ["potential"]
    assert segments(grown("100.00", "500.00")) == []


def test_who_brings_nothing_is_not_promising_however_much_less_it_loses() -> None:
    desk = desk_of(sale(1, amount="0.00", cost="40.00"))
    desk.feed(P, sale(11, amount="0.00", cost="10.00"))
    assert segments(desk) == []
    desk.feed(P, sale(11, 1, amount="10.00"))
    assert segments(desk) == []
    desk.feed(P, sale(11, 2, amount="0.01"))
    assert segments(desk) == ["potential"]


@pytest.mark.parametrize(
    ("amount", "cost", "threshold"),
    [("0", "0.01", "-0.02"), ("0.01", "0", "0.02"), ("0.03", "0", "0.04")],
)
def test_potential_is_told_with_what_it_had_to_be_half_even(
    amount: str, cost: str, threshold: str
) -> None:
    desk = desk_of(sale(1, amount=amount, cost=cost))
    # maintenance, and ordinary again
    desk.feed(P, sale(11, amount="0", cost="90"), sale(11, 1, amount="130"))
    assert findings(desk) == [("potential.growth", "40.00", threshold)]


@pytest.mark.parametrize(
    ("day", "counts"), [(10, False), (11, True), (20, True), (21, False), (22, False)]
)
def test_the_window_before_is_as_long_and_ends_where_this_one_begins(
    day: int, *, counts: bool
) -> None:
    # 50.00 of the 1st are in the window until the 10th, in that before until the 20th
    desk = desk_of(sale(1, amount="50.00"))
    desk.feed(P, sale(day, amount="60.00"))
    found = segments(desk)
    if day == 10:
        assert found == ["potential"]  # 110.00 beside nothing
    else:
        assert (found == []) == counts


@pytest.mark.parametrize(("day", "counts"), [(15, False), (14, True), (5, True), (4, False)])
def test_a_late_event_counts_in_the_window_before(day: int, *, counts: bool) -> None:
    desk = desk_of(sale(24, amount="30.00"), sale(day, amount="50.00"))
    # 30.00 alone are potential beside nothing, 80.00 as well; beside 50.00 they are not
    assert (segments(desk) == []) == counts


def test_a_day_that_leaves_the_window_before_is_a_due_time() -> None:
    desk = desk_of(sale(1, amount="80.00"))
    desk.feed(P, sale(12, amount="100.00"))
    assert segments(desk) == []
    assert read_head(desk.customer_rows["ada"]).due_us == at(21, "00:00:00")
    desk.feed(S, clock(20, "23:59:59.999999"))
    assert segments(desk) == []
    desk.feed(S, clock(21))
    assert segments(desk) == ["potential"]
    assert newest(desk)["as_of"] == on(21, "00:00:00")


def test_a_day_is_due_in_both_windows_one_after_the_other() -> None:
    desk = desk_of(sale(1, amount="80.00"))
    found = []
    while (due_us := read_head(row(desk)).due_us) != NO_DUE_US:
        found.append(due_us)
        desk.shard.fire_due(due_us, 10, 0)
    assert found == [at(11, "00:00:00"), at(21, "00:00:00")]


def row(desk: Desk) -> bytes:
    desk.commit()
    return desk.customer_rows["ada"]


def test_a_day_on_which_nothing_came_of_it_is_no_due_time_of_the_window_before() -> None:
    desk = desk_of(sale(1, amount="80.00", cost="80.00"))
    desk.feed(S, clock(11))
    desk.commit(stop=True)
    assert newest(desk)["as_of"] == on(11, "00:00:00")
    assert read_head(desk.customer_rows["ada"]).due_us == NO_DUE_US


def test_reminders_that_were_booked_count_in_the_window_before_and_what_waits_does_not() -> None:
    desk = desk_of(by=policy(more=SEGMENTS + INVOICES))
    desk.feed(P, sale(1, amount="13.00", invoice_id="i", due_at=on(1)))
    desk.feed(P, sale(1, 1, amount="100.00", cost="100.00", invoice_id="never", due_at=on(1)))
    desk.feed(Y, paid_on(3))
    desk.feed(P, sale(13, amount="0"))
    # 13.00 less a fee of 5.00, 0.01 of interest and a reminder of 1.00
    assert before(desk) == 699


def before(desk: Desk) -> int:
    """What was brought in the window before, as stored."""
    return sum(int(its) for its in decode_customer(row(desk)).days_before[1::2])


def paid_on(day: int) -> dict[str, Any]:
    return {
        "event_id": "paid",
        "customer_id": "ada",
        "occurred_at": on(day),
        "invoice_id": "i",
        "amount": "13.00",
        "currency": "USD",
        "due_at": on(1),
    }


def test_the_window_before_survives_a_restart() -> None:
    desk = desk_of(sale(1, amount="100.00"), sale(12, amount="10.00"))
    desk.commit(stop=True)
    again = desk.restarted()
    again.feed(P, sale(12, 1, amount="139.99"))
    assert segments(again) == []
    again.feed(P, sale(12, 2, amount="0.01"))
    assert segments(again) == ["potential"]


# all of them


def test_segments_come_in_the_order_of_their_names_with_all_they_rest_on() -> None:
    desk = desk_of(by=BY_SEGMENT)
    desk.feed(S, call(120))
    desk.feed(P, sale(1, amount="1000.00", cost="1050.00"), sale(1, 1, amount="60"))
    desk.feed(P, sale(1, 2, amount="0", cost="60"))
    assert segments(desk) == ["fake_big", "over_served", "worst"]
    assert findings(desk) == [
        ("fake_big.revenue_from", "1060.00", "1000.00"),
        ("fake_big.contribution_below", "-52.70", "100.00"),
        ("over_served.service_share", "2.70", "-25.00"),
        ("worst.contribution_below", "-52.70", "-50.00"),
    ]


def test_findings_of_segments_come_after_those_of_the_tier() -> None:
    desk = desk_of(sale(1, amount="3000"))
    desk.commit()
    assert [its["rule"] for its in desk.tier_changes[0]["reasons"]] == [
        "tiers.entry.key",
        "segments.best.contribution_from",
    ]


def test_without_the_sections_there_are_none() -> None:
    desk = desk_of(sale(1, amount="3000"), by=POLICY)
    assert (segments(desk), findings(desk)) == ([], [])
    desk.feed(P, sale(12))
    assert before(desk) == 0


def test_only_the_sections_that_are_there_count() -> None:
    desk = desk_of(sale(1, amount="100", cost="70"), by=policy(more=POTENTIAL))
    assert segments(desk) == ["potential"]
