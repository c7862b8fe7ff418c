"""Segments: each by its rule, to the cent, with what it rests on."""

from typing import Any

import pytest

from schemas.base.times import NO_DUE_US
from schemas.outputs.records import TIER_CHANGES
from tests.support.customers import at
from tests.support.feeding import on, record, sale
from tests.support.hearing import Ada, proof_of
from tests.support.making import OVERRIDE, payment, support_call
from tests.support.policies import policy, section
from tests.support.signalling import midnight

BY_SEGMENT = policy(section("segments"))
Events = list[dict[str, Any]]
Findings = list[tuple[str, str, str]]


def call(seconds: int, number: int = 1) -> dict[str, Any]:
    """A phone call of March 1: 1.50 and a cent a second."""
    return support_call(event_id=f"call-{number}", duration_s=seconds)


def sold(amount: str, cost: str = "0", day: int = 1, number: int = 0) -> dict[str, Any]:
    return sale(day, number, amount=amount, cost=cost)


def grown(before: str, now: str, days: tuple[int, int] = (1, 11)) -> Events:
    """Somebody who brought so much in the window before and so much in this one."""
    return [sold(before, day=days[0]), sold(now, day=days[1])]


def findings(ada: Ada) -> Findings:
    """What the newest tier change says of segments."""
    *_, change = ada.hears(TIER_CHANGES)
    return [
        (str(rule).removeprefix("segments."), str(observed), str(threshold))
        for rule, observed, threshold in proof_of(change, "reasons")
        if str(rule).startswith("segments.")
    ]


TEN = sold("12.00", "2.00")
"""A margin of 10.00."""
SERVED = [sold("1100.00"), call(54_950)]
LOSS = [sold("0.00", "40.00"), sold("0.00", "10.00", day=11)]
LOCKED = record(1, override=OVERRIDE | {"mode": "lock"})
WALLET = record(1, wallet={"amount": "3650.00", "currency": "USD"})
NONE = {"amount": "0.00", "currency": "USD"}
BACK = sale(1, 1, type="return", amount="2.00")
MEMBERS = {
    "the best bring 1000.00": ([sold("1000.00")], "best"),
    "and not a cent less": ([sold("999.99")], ""),
    "a fake big one brings less than 100.00": ([sold("1000.00", "900.01")], "fake_big potential"),
    "and neither brings that much": ([sold("1000.00", "900.00")], "potential"),
    "nor buys for less": ([sold("999.99", "900.00")], "potential"),
    "however much it buys": ([sold("5000.00", "4920.00")], "fake_big potential"),
    "the worst bring less than -50.00": ([sold("1.00", "51.01")], "worst"),
    "and not just that": ([sold("1.00", "51.00")], ""),
    "350 seconds cost 5.00, half of the margin": ([TEN, call(350)], ""),
    "an over-served one costs more than half": ([TEN, call(351)], "over_served"),
    "nobody does without service, whatever the margin": ([sold("0.00", "10.00")], ""),
    "anybody does where there is no margin": ([sold("0.00", "10.00"), call(0)], "over_served"),
    "nor one above ordinary": (SERVED, ""),
    "but once it is ordinary": ([*SERVED, call(4_900, 2)], "over_served potential"),
    "by the tier in force": ([TEN, call(1_000), LOCKED], ""),
    "potential is half as much again": (grown("100.00", "150.00"), "potential"),
    "and not a cent less than that": (grown("100.00", "149.99"), ""),
    "and a rise of 20.00: not 49.99 after 30.00": (grown("30.00", "49.99"), ""),
    "but 50.00 after 30.00": (grown("30.00", "50.00"), "potential"),
    "20.00 after nothing": (grown("0.00", "20.00"), "potential"),
    "not 19.99 after nothing": (grown("0.00", "19.99"), ""),
    "both just so": (grown("40.00", "60.00"), "potential"),
    "60.01 where 60.015 would be it": (grown("40.01", "60.01"), ""),
    "60.02 is more": (grown("40.01", "60.02"), "potential"),
    "to the last cent of an ordinary one": (grown("100.00", "499.99"), "potential"),
    "none is left above": (grown("100.00", "500.00"), ""),
    "not for losing less": (LOSS, ""),
    "nor for losing nothing": ([*LOSS, sold("10.00", day=11, number=1)], ""),
    "but for bringing a cent": ([*LOSS, sold("10.01", day=11, number=1)], "potential"),
    "a quarter of 3650.00 a year is 25.00 in ten days": (
        [WALLET, sold("24.99")],
        "latent potential",
    ),
    "and not a cent more": ([WALLET, sold("25.00")], "potential"),
    "who never bought spends all of it elsewhere": ([WALLET], "latent"),
    "and who gave more back than it bought": ([WALLET, sold("1", "0"), BACK], "latent over_served"),
    "nobody does whose wallet is not known": ([record(1), sold("1.00")], ""),
    "nor who spends nothing at all": ([record(1, wallet=NONE), sold("1.00")], ""),
    "on the 10th the 1st is in the window": (grown("50.00", "60.00", (1, 10)), "potential"),
    "from the 11th in that before": (grown("50.00", "60.00", (1, 11)), ""),
    "to the 20th": (grown("50.00", "60.00", (1, 20)), ""),
    "and no more on the 21st": (grown("50.00", "60.00", (1, 21)), "potential"),
    "nor on the 22nd": (grown("50.00", "60.00", (1, 22)), "potential"),
    "a late event of the window": (grown("30.00", "50.00", (24, 15)), "potential"),
    "of the last day before": (grown("30.00", "50.00", (24, 14)), ""),
    "of the first day before": (grown("30.00", "50.00", (24, 5)), ""),
    "and before that": (grown("30.00", "50.00", (24, 4)), "potential"),
}


@pytest.mark.parametrize(("events", "found"), MEMBERS.values(), ids=MEMBERS)
def test_a_segment_holds_to_the_cent_and_the_day(events: Events, found: str) -> None:
    assert Ada(BY_SEGMENT, *events).snapshot()["segments"] == found.split()


def over_served(cost: str, most: str) -> Findings:
    return [("over_served.service_share", cost, most)]


def fake_big(revenue: str, contribution: str) -> Findings:
    return [
        ("fake_big.revenue_from", revenue, "1000.00"),
        ("fake_big.contribution_below", contribution, "100.00"),
    ]


BEST = [("best.contribution_from", "1234.56", "1000.00")]
WORST = [("worst.contribution_below", "-52.70", "-50.00")]
# -1 + 1 + 10 is a margin of 10.00, and a return costs 9.00
FEE = sale(1, 1, type="return", amount="1.00", cost="1.00", fee="10.00")
ALL = [call(120), sold("1000.00", "1050.00"), sold("60", number=1), sold("0", "60", number=2)]
EACH = [*fake_big("1060.00", "-52.70"), *over_served("2.70", "-25.00"), *WORST]
REASONS: dict[str, tuple[Events, Findings]] = {
    "the best by what they bring": ([sold("1234.56")], BEST),
    "a fake big one by both": ([sold("1000.00", "990.00")], fake_big("1000.00", "10.00")),
    "an over-served one by its part of the margin": (
        [TEN, call(1_000)],
        over_served("11.50", "5.00"),
    ),
    "fees that were kept are margin": ([FEE], over_served("9.00", "5.00")),
    "who bought nothing has none": ([call(0)], over_served("1.50", "0.00")),
    "a tier that a human holds": ([TEN, call(1_000), LOCKED], []),
    "all, by their names": (ALL, EACH),
}


@pytest.mark.parametrize(("events", "found"), REASONS.values(), ids=REASONS)
def test_a_tier_change_tells_what_segments_rest_on(events: Events, found: Findings) -> None:
    assert findings(Ada(BY_SEGMENT, *events)) == found


@pytest.mark.parametrize(
    ("margin", "threshold", "call_first"),
    [("0.01", "0.00", False), ("0.02", "0.01", True), ("0.03", "0.02", True)],
)
def test_the_share_is_compared_exactly_and_told_half_even(
    margin: str, threshold: str, *, call_first: bool
) -> None:
    # 2 cents of service are more than the half of 1, 2 or 3 cents
    ada = Ada(policy(section("segments"), {"service.contact.chat.fixed": "0.02"}))
    laid = [support_call(channel="chat", duration_s=0), sold(margin)]
    ada.does(*(laid if call_first else laid[::-1]))
    assert findings(ada) == over_served("0.02", threshold)


@pytest.mark.parametrize(
    ("amount", "cost", "threshold"),
    [("0", "0.01", "-0.02"), ("0.01", "0", "0.02"), ("0.03", "0", "0.04")],
)
def test_potential_is_told_with_what_it_had_to_be_half_even(
    amount: str, cost: str, threshold: str
) -> None:
    # maintenance, and ordinary again
    turns = sold("0", "90", 11), sold("130", day=11, number=1)
    ada = Ada(BY_SEGMENT, sold(amount, cost), *turns)
    assert findings(ada) == [("potential.growth", "40.00", threshold)]


# the window before, as time passes


def test_a_day_that_leaves_the_window_before_is_a_due_time() -> None:
    ada = Ada(BY_SEGMENT, *grown("80.00", "100.00", (1, 12)))
    assert ada.due_us == at(21, "00:00:00")
    assert ada.waits(20, "23:59:59.999999").snapshot()["segments"] == []
    found = ada.waits(21).snapshot()
    assert (found["segments"], found["as_of"]) == (["potential"], midnight(21))


@pytest.mark.parametrize(
    ("cost", "days"), [("0", [11, 21]), ("80.00", [11])], ids=["in both windows", "worth nothing"]
)
def test_a_day_is_due_in_the_window_before_if_anything_came_of_it(
    cost: str, days: list[int]
) -> None:
    ada = Ada(BY_SEGMENT, sold("80.00", cost))
    for day in days:
        assert ada.due_us == at(day, "00:00:00")
        assert ada.waits(day).snapshot()["as_of"] == midnight(day)
    assert ada.due_us == NO_DUE_US


def before(ada: Ada) -> int:
    """What was brought in the window before, as stored."""
    return sum(int(its) for its in ada.row.worth.days_before[1::2])


def test_reminders_that_were_booked_count_in_the_window_before_and_what_waits_does_not() -> None:
    on_credit: dict[str, Any] = {"invoice_id": "i", "due_at": on(1)}
    ada = Ada(policy(section("segments"), section("invoices")))
    ada.does(sale(1, amount="13.00", **on_credit))
    ada.does(sale(1, 1, amount="100.00", cost="100.00", **on_credit | {"invoice_id": "never"}))
    ada.does(payment(amount="13.00", occurred_at=on(3), **on_credit), sold("0", day=13))
    # 13.00 less a fee of 5.00, 0.01 of interest and a reminder of 1.00
    assert before(ada) == 699


def test_the_window_before_survives_a_restart() -> None:
    again = Ada(BY_SEGMENT, *grown("100.00", "10.00", (1, 12))).restarted()
    for amount, number, found in (("139.99", 1, []), ("0.01", 2, ["potential"])):
        assert again.does(sold(amount, "0", 12, number)).snapshot()["segments"] == found


# a whole window before

WHOLE = policy(section("segments"), {"segments.potential.whole_window": True})


@pytest.mark.parametrize(("first", "found"), [(1, ["potential"]), (2, []), (12, [])])
def test_potential_needs_the_whole_window_before_where_the_policy_says_so(
    first: int, found: list[str]
) -> None:
    events = [sold("0.00", day=first), sold("60.00", day=21)]
    assert Ada(WHOLE, *events).snapshot()["segments"] == found
    assert Ada(BY_SEGMENT, *events).snapshot()["segments"] == ["potential"]


def test_the_day_from_which_it_is_whole_is_a_due_time() -> None:
    ada = Ada(WHOLE, sold("0.00", day=1), sold("60.00", day=15))
    assert ada.due_us == at(21, "00:00:00")
    assert ada.waits(20, "23:59:59.999999").snapshot()["segments"] == []
    assert ada.waits(21).snapshot()["segments"] == ["potential"]


def test_an_earlier_event_that_comes_late_makes_it_whole() -> None:
    ada = Ada(WHOLE, sold("60.00", day=21))
    assert ada.does(sold("0.00", day=2)).snapshot()["segments"] == []
    assert ada.does(sold("0.00", day=1)).snapshot()["segments"] == ["potential"]


def test_the_share_of_the_wallet_is_told_as_the_snapshot_has_it() -> None:
    ada = Ada(BY_SEGMENT, WALLET, sold("20.00"), sold("0", "60", number=1))
    assert findings(ada)[0] == ("latent.wallet_share_below", "0.2000", "0.2500")
    assert ada.snapshot()["wallet_share"] == "0.2000"


# which sections there are


def test_findings_of_segments_come_after_those_of_the_tier() -> None:
    [change] = Ada(BY_SEGMENT, sold("3000")).hears(TIER_CHANGES)
    rules = [rule for rule, _, _ in proof_of(change, "reasons")]
    assert rules == ["tiers.entry.key", "segments.best.contribution_from"]


def test_without_the_sections_there_are_none() -> None:
    ada = Ada(policy(), sold("3000"))
    assert (ada.snapshot()["segments"], findings(ada)) == ([], [])
    assert before(ada.does(sale(12))) == 0


def test_only_the_sections_that_are_there_count() -> None:
    potential = {"segments.potential": section("segments")["segments"]["potential"]}
    assert Ada(policy(potential), sold("100", "70")).snapshot()["segments"] == ["potential"]
