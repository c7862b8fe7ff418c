"""How billing systems pay invoices, by the default policy: what comes of what was seen."""

from typing import Any

from streams.config.policy import load_policy
from tests.support.making import payment, purchase
from tests.support.owing import Owing

BY = load_policy(None)


def sold(day: str, amount: str, due: str, invoice_id: str = "i-1") -> dict[str, Any]:
    made = {"event_id": f"sold-{day}-{invoice_id}", "occurred_at": f"2026-{day}T10:00:00Z"}
    owed = {"cost": "30.00", "invoice_id": invoice_id, "due_at": f"2026-{due}T00:00:00Z"}
    return purchase(amount=amount, **made, **owed)


def paid(day: str, amount: str, due: str, invoice_id: str = "i-1", **fields: Any) -> dict[str, Any]:
    made = {"event_id": f"paid-{day}-{fields}", "occurred_at": f"2026-{day}T10:00:00Z"}
    return payment(
        amount=amount, invoice_id=invoice_id, due_at=f"2026-{due}T00:00:00Z", **(made | fields)
    )


def clock(day: str) -> dict[str, Any]:
    at = f"2026-{day}T00:00:00Z"
    return purchase(event_id=day, customer_id="clock", occurred_at=at, amount="0", cost="0")


def after(*events: Any) -> Owing:
    return Owing(BY).then(*events)


def signals(desk: Owing) -> list[tuple[str, str]]:
    desk.commit()
    its = (risk for risk in desk.risks if risk["signal"] in {"overdue_invoice", "late_payer"})
    return [(risk["signal"], risk["status"]) for risk in its]


def test_a_cent_short_or_two_percent_for_early_payment_is_paid() -> None:
    for amount in ("999.99", "980.00"):
        desk = after(sold("03-01", "1000.00", "03-31"), paid("03-08", amount, "03-31"))
        assert signals(desk.then(clock("07-15"))) == []
        assert desk.waiting == (0, 0)


def test_a_debit_that_bounced_leaves_the_invoice_open() -> None:
    story = sold("03-01", "600.00", "03-31"), paid("03-20", "600.00", "03-31")
    back = paid("03-28", "600.00", "03-31", status="reversed")
    desk = after(*story, back, clock("07-15"))
    assert signals(desk) == [("overdue_invoice", "raised"), ("overdue_invoice", "escalated")]
    # 106 days of 600.00: 20.91
    assert desk.waiting == (2091, 650)


def test_one_payment_told_by_two_webhooks_is_late_once() -> None:
    told = paid("02-15", "900.00", "02-01", payment_id="pi-1")
    desk = after(sold("01-10", "900.00", "02-01"), told, told | {"event_id": "again"})
    assert signals(desk) == []
    # 5.00 and fourteen days of 900.00: 4.14
    assert desk.waiting == (914, 250)


def test_one_invoice_paid_in_three_late_parts_is_late_once() -> None:
    parts = [paid(day, "300.00", "02-01") for day in ("02-15", "02-20", "02-25")]
    desk = after(sold("01-10", "900.00", "02-01"), *parts)
    assert signals(desk) == []
    # 5.00 and 1.38, 1.87 and 2.37
    assert desk.waiting == (1062, 250)


def test_what_was_paid_too_much_pays_the_other_invoice() -> None:
    sales = sold("01-10", "50.00", "02-01"), sold("01-11", "70.00", "02-01", "i-2")
    payments = paid("01-20", "20.00", "02-01"), paid("01-21", "100.00", "02-01", "i-2")
    desk = after(*sales, *payments, clock("05-01"))
    assert (desk.open, signals(desk), desk.waiting) == ([], [], (0, 0))


def test_no_signal_is_cleared_for_want_of_room() -> None:
    old = [sold(f"01-0{day}", "500.00", "01-20", f"old-{day}") for day in range(1, 7)]
    new = [sold("03-01", "50.00", "06-01", f"new-{number}") for number in range(70)]
    desk = after(*old, clock("02-25"), *new, clock("03-25"))
    assert signals(desk) == [("overdue_invoice", "raised"), ("overdue_invoice", "escalated")]
    assert sum(its.remaining for its in desk.open) == 6 * 50_000 + 70 * 5_000
    assert len(desk.open) == 64 + 1
