"""Amounts beyond 64 bits, as absurd rates of exchange make them: nothing stops, nothing is lost."""

from fractions import Fraction
from typing import Any

import pytest

from agents.customer.credits import Credits
from agents.policy.compiled import Policy
from schemas.state.rows import LARGEST, decode_customer, stored_int
from tests.support.customers import at
from tests.support.feeding import (
    WITH_CUSTOMERS,
    Desk,
    clock,
    contribution,
    erasure,
    newest,
    on,
    record,
    sale,
)
from tests.support.making import (
    COMMITMENT,
    CONTACTS_DUE,
    DECAYED,
    DISCOUNT,
    INVOICES,
    SEGMENTS,
    payment,
    policy,
)
from tests.support.signalling import ALL_SIGNALS

C, P, S, Y = WITH_CUSTOMERS
MOST = "9" * 15
ABSURD = ('"2026-01-01" = "0.0065"', f'"2026-01-01" = "{MOST}"')
"""One yen is so many dollars."""
TINY = ('"2026-01-01" = "0.0065"', '"2026-01-01" = "0.00000000000001"')
SECTIONS = INVOICES + DISCOUNT + SEGMENTS + CONTACTS_DUE
ROLLING, FADING = policy(ABSURD, more=SECTIONS), policy(ABSURD, DECAYED, more=SECTIONS)
LARGE = int(MOST) ** 2 * 100
"""The largest amount of yen, in cents."""


def yen(day: int, number: int = 0, amount: str = MOST, **fields: Any) -> dict[str, Any]:
    """A sale of an amount in yen that cost nothing."""
    return sale(day, number, amount=amount, currency="JPY", **fields)


def desk_of(by: Policy = ROLLING) -> Desk:
    return Desk(by, inputs=WITH_CUSTOMERS)


def cents(desk: Desk) -> int:
    """The contribution, in minor units."""
    return int(contribution(desk).replace(".", ""))


@pytest.mark.parametrize("by", [ROLLING, FADING], ids=["rolling", "fading"])
def test_sums_are_exact_and_survive_restarts(by: Policy) -> None:
    desk = desk_of(by)
    desk.feed(P, sale(1, amount="5.00"), yen(1, 1), yen(2))
    desk.commit(stop=True)
    assert cents(desk) == 500 + 2 * LARGE
    again = desk.restarted()
    again.feed(P, sale(3, amount="0.01"), yen(3, 1, type="return", cost="0"))
    again.commit(stop=True)
    # a return costs 9.00
    assert cents(again) == 500 + LARGE + 1 - 900
    assert newest(again)["value"]["lines"]["returns"] == "9.00"
    assert again.customer_rows.keys() == {"ada"}


def test_what_has_left_the_window_leaves_nothing_behind() -> None:
    desk = desk_of()
    desk.feed(P, yen(1), sale(5, amount="7.00"))
    desk.commit()
    assert isinstance(decode_customer(desk.customer_rows["ada"]).value_cells, list)
    desk.feed(S, clock(11))
    desk.commit(stop=True)
    assert contribution(desk) == "7.00"
    row = decode_customer(desk.customer_rows["ada"])
    assert isinstance(row.value_cells, bytes)
    # the window before holds it
    assert row.days_before == [at(1) // 86_400_000_000, f"{LARGE:x}"]
    again = desk.restarted()
    again.feed(S, clock(24))
    again.commit(stop=True)
    assert contribution(again) == "0.00"
    assert decode_customer(again.customer_rows["ada"]).days_before[1::2] == [700]


def test_what_cancels_out_leaves_nothing_behind() -> None:
    free = policy(ABSURD, ('per_order = "8.00"\nper_item = "1.00"', ""), more=SECTIONS)
    desk = desk_of(free)
    desk.feed(P, yen(1), yen(1, 1, type="return", cost="0"))
    desk.commit(stop=True)
    assert contribution(desk) == "0.00"
    assert decode_customer(desk.customer_rows["ada"]).value_cells in (b"", [])


def test_a_late_payment_costs_what_it_costs() -> None:
    desk = desk_of()
    made = {"currency": "JPY", "amount": MOST, "due_at": "2025-03-01T12:00:00Z"}
    desk.feed(Y, payment(**made))
    desk.commit(stop=True)
    # 5.00 and a year's 12 %
    assert cents(desk) == -(500 + LARGE * 12 // 100)
    assert newest(desk)["tier"] == "maintenance"


def test_an_invoice_too_large_to_be_kept_is_written_off_and_counted() -> None:
    desk = desk_of()
    desk.feed(P, yen(1, invoice_id="i", due_at=on(2)))
    desk.feed(S, clock(9))
    changes = desk.commit(stop=True)
    assert changes is not None
    assert changes.counters.invoices_written_off == 1
    assert cents(desk) == LARGE
    assert decode_customer(desk.customer_rows["ada"]).invoices == []


def test_an_invoice_that_grows_too_large_is_written_off_too() -> None:
    desk = desk_of()
    credit: dict[str, Any] = {"invoice_id": "i", "due_at": on(2)}
    desk.feed(P, sale(1, amount="100.00", **credit), yen(1, 1, **credit))
    changes = desk.commit()
    assert changes is not None
    assert changes.counters.invoices_written_off == 1
    desk.feed(P, sale(1, 2, amount="100.00", **credit))
    desk.commit()
    (invoice,) = decode_customer(desk.customer_rows["ada"]).invoices
    assert (invoice.amount, invoice.base_amount) == (10_000, 10_000)


def test_the_largest_that_is_kept_survives_a_restart_and_costs_what_it_costs() -> None:
    desk = desk_of()
    # 46116860184273879.04 dollars are 2^62 cents
    amount = f"{LARGEST // 100 // int(MOST)}"
    desk.feed(P, yen(1, amount=amount, invoice_id="i", due_at=on(2)))
    desk.commit()
    again = desk.restarted()
    again.feed(S, clock(3, "12:00:00"))
    again.commit(stop=True)
    base = int(amount) * int(MOST) * 100
    assert LARGEST * 99 // 100 < base <= LARGEST
    interest = round(500 + Fraction(base * 12, 100 * 365)) - 500
    told = newest(again)["value"]["lines"]["late_payment"]
    assert int(told.replace(".", "")) == interest


def test_a_payment_that_is_worth_far_more_closes_an_invoice() -> None:
    desk = desk_of()
    desk.feed(P, sale(1, amount="100.00", invoice_id="i", due_at=on(2)))
    desk.feed(Y, payment(invoice_id="i", currency="JPY", amount=MOST, due_at=on(2)))
    desk.commit()
    row = decode_customer(desk.customer_rows["ada"])
    assert (row.invoices, row.unmatched) == ([], bytearray())


@pytest.mark.parametrize("amount", [MOST, "0.01"])
def test_a_payment_in_dollars_of_an_invoice_in_next_to_nothing_closes_it(amount: str) -> None:
    desk = desk_of(policy(TINY, more=SECTIONS))
    desk.feed(P, yen(1, amount="1000", invoice_id="i", due_at=on(2)))
    desk.feed(Y, payment(invoice_id="i", amount=amount, due_at=on(2)))
    desk.commit()
    assert decode_customer(desk.customer_rows["ada"]).invoices == []


def test_the_largest_payment_in_a_currency_of_four_digits_is_kept() -> None:
    desk = desk_of(policy(("[rates.KWD]", "[rates.CLF]"), more=SECTIONS))
    desk.feed(Y, payment(currency="CLF", amount=MOST, invoice_id="i"))
    desk.commit()
    row = decode_customer(desk.customer_rows["ada"])
    (credit,) = Credits(bytearray(row.unmatched)).all()
    assert credit.amount == int(MOST) * 10**4 > 2**63
    again = desk.restarted()
    again.feed(P, sale(2, amount="100.00", invoice_id="i", due_at=on(9)))
    again.commit()
    assert decode_customer(again.customer_rows["ada"]).unmatched == b""


def test_what_was_bought_in_a_term_may_be_beyond_all_reason() -> None:
    desk = desk_of()
    promised = COMMITMENT | {"starts_on": "2026-03-01", "ends_on": "2026-03-20"}
    desk.feed(C, record(1, commitment=promised))
    desk.feed(P, yen(5))
    desk.commit(stop=True)
    again = desk.restarted()
    again.feed(P, sale(6, amount="100.00"))
    again.commit(stop=True)
    master = decode_customer(again.customer_rows["ada"]).master
    assert master is not None
    assert master.commitment is not None
    assert stored_int(master.commitment.revenue) == LARGE + 10_000
    # 10 % granted and 5 % earned: half of a tenth of it
    leaked = newest(again)["value"]["lines"]["discount_leakage"]
    assert int(leaked.replace(".", "")) == round(Fraction((LARGE + 10_000) * 5, 100))
    assert newest(again)["wallet_share"] is None


def test_the_share_of_a_wallet_may_be_beyond_all_reason() -> None:
    desk = desk_of()
    desk.feed(P, yen(1))
    desk.feed(C, record(1, wallet={"amount": "0.01", "currency": "USD"}))
    desk.commit(stop=True)
    # 365 days for ten, a cent
    assert newest(desk)["wallet_share"] == f"{LARGE * 365 // 10}.{LARGE * 365 % 10}000"


def test_the_largest_wallet_makes_next_to_nothing_of_a_sale() -> None:
    desk = desk_of()
    desk.feed(P, sale(1, amount="100.00"))
    desk.feed(C, record(1, wallet={"amount": MOST, "currency": "JPY"}))
    desk.commit(stop=True)
    assert newest(desk)["wallet_share"] == "0.0000"


def test_a_fading_value_fades_from_there() -> None:
    desk = desk_of(FADING)
    desk.feed(P, yen(1))
    desk.feed(S, clock(8))
    desk.feed(P, sale(8, amount="0.00", occurred_at=on(8, "00:00:00")))
    desk.commit(stop=True)
    found = newest(desk)
    assert int(found["value"]["index"].replace(".", "")) == LARGE // 2
    assert found["tier"] == "key"
    again = desk.restarted()
    again.shard.fire_due(at(1) + 7 * 86_400_000_000 * 200, 1_000, 0)
    again.commit(stop=True)
    # it is key until less than 2000.00 are left of it, and important until less than 500.00
    days = next(days for days in range(2_000) if round(LARGE / 2 ** (days / 7)) < 50_000)
    left = round(LARGE / 2 ** (days / 7))
    assert [its["to_tier"] for its in again.tier_changes] == ["important", "ordinary"]
    assert newest(again)["value"]["index"] == f"{left // 100}.{left % 100:02d}"
    assert newest(again)["tenure_days"] == days


def test_it_can_be_erased() -> None:
    desk = desk_of()
    desk.feed(P, yen(1))
    desk.commit()
    again = desk.restarted()
    again.feed(C, erasure(2))
    again.commit()
    assert again.customer_rows == {}
    assert again.receipts[0]["held"] is True


# signals and lifetime value

FORESEEN = policy(
    ABSURD,
    more=SECTIONS + ALL_SIGNALS + '[value.index]\nhistory = "0.99999999999999"\nfuture = "1"\n',
)


def test_signals_and_lifetime_value_of_sums_beyond_64_bits_survive_restarts() -> None:
    desk = desk_of(FORESEEN)
    promised = COMMITMENT | {"amount": MOST, "currency": "JPY"}
    desk.feed(C, record(1, "00:00:00", commitment=promised))
    desk.feed(P, yen(1), yen(3, invoice_id="i", due_at=on(4)), yen(5, cost=MOST, amount="1"))
    desk.feed(P, yen(6, type="return"), yen(7))
    desk.commit(stop=True)
    figures = newest(desk)["lifetime"]
    # of three repeat purchase days: two of yen that cost nothing, one that cost as much, one back
    margin = 2 * LARGE - int(MOST) * (int(MOST) - 1) * 100 - LARGE
    assert Fraction(figures["mean_margin"]) * 100 == round(Fraction(margin, 3))
    after = desk.restarted()
    for day in (12, 20, 31):
        desk.feed(S, clock(day))
        after.feed(S, clock(day))
    desk.commit(stop=True)
    after.commit(stop=True)
    assert newest(after) == newest(desk)
    assert after.rows == desk.rows
    # the invoice was too large to be followed
    assert "overdue" in {its["signal"] for its in newest(desk)["risks"]}
