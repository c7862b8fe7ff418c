"""Stories by the default policy: a zero date, an id of nobody, a last nanosecond, a moved end."""

from typing import Any

from streams.config.policy import load_policy
from tests.support.happening import Story, happened
from tests.support.making import COMMITMENT, master_data, payment, purchase
from tests.support.tables import table

DEFAULT = load_policy(None)


def sold(at: str, amount: str = "600.00", cost: str = "60.00", **fields: Any) -> dict[str, Any]:
    made = {"event_id": f"sold-{at}", "occurred_at": at, "amount": amount, "cost": cost}
    return purchase(**(made | fields))


def clock(at: str) -> dict[str, Any]:
    """Moves time, by a sale of next to nothing to somebody else."""
    return sold(at, "1.00", customer_id="clock")


def story(*events: dict[str, Any]) -> Story:
    desk = happened(by=DEFAULT)
    return desk.stopped(*events)


def of_ada(desk: Story) -> dict[str, Any]:
    return [its for its in desk.snapshots if its["customer_id"] == "ada"][-1]


def signals(desk: Story) -> list[tuple[str, str]]:
    return [(its["signal"], its["status"]) for its in desk.risks if its["customer_id"] == "ada"]


MONTHLY = [sold(f"2026-0{month}-01T10:00:00Z") for month in range(1, 7)]
LATER = clock("2026-11-20T00:00:00Z")


def test_a_sale_of_the_year_1_makes_no_customer_two_thousand_years_old() -> None:
    zero = sold("0001-01-01T00:00:00Z", "20.00")
    desk, without = story(*MONTHLY, zero, LATER), story(*MONTHLY, LATER)
    assert desk.reasons == ["invalid_field"]
    assert of_ada(desk)["tenure_days"] == of_ada(without)["tenure_days"] < 365
    assert ("leaving", "raised") in signals(desk) == signals(without)


@table("due_at", "0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "1970-01-21T12:13:20Z")
def test_a_payment_due_at_zero_is_not_centuries_late(due_at: str) -> None:
    paid = payment(occurred_at="2026-03-20T10:00:00Z", due_at=due_at)
    desk = story(sold("2026-03-01T10:00:00Z"), paid)
    assert desk.reasons == ["invalid_field"]
    assert of_ada(desk)["value"]["lines"]["late_payment"] == "0.00"


def test_a_word_of_the_year_1_asks_for_no_contact_of_two_thousand_years() -> None:
    lock = {"tier": "key", "mode": "lock", "reason": "VIP"}
    zero = master_data(occurred_at="0001-01-01T00:00:00Z", override=lock)
    desk = story(zero, clock("2026-03-01T00:00:00Z"))
    assert (desk.reasons, desk.contacts_due) == (["invalid_field"], [])


@table("nobody", "0", "null", "undefined", "guest", "", " ", "\t", "\u00a0\u3000")
def test_nobody_is_no_customer_however_much_nobody_buys(nobody: str) -> None:
    bought = [
        sold(f"2026-03-{day:02d}T10:00:00Z", customer_id=nobody, event_id=str(day))
        for day in range(1, 29)
    ]
    desk = story(*bought)
    assert (set(desk.reasons), len(desk.reasons)) == ({"no_customer"}, 28)
    assert (desk.tier_changes, desk.snapshots, desk.customer_rows) == ([], [], {})


@table("somebody", "00", "Guest", "guest ", "c", " 0")
def test_an_id_that_is_only_like_one_of_nobody_is_somebody_s(somebody: str) -> None:
    desk = story(sold("2026-03-01T10:00:00Z", customer_id=somebody))
    assert (desk.reasons, list(desk.customer_rows)) == ([], [somebody])


def test_the_last_nanosecond_of_a_year_is_of_that_year() -> None:
    desk = story(sold("2025-12-31T23:59:59.999999999Z"))
    assert of_ada(desk)["as_of"] == "2025-12-31T23:59:59.999999Z"


def test_a_word_until_the_last_nanosecond_of_all_holds() -> None:
    last = "9999-12-31T23:59:59.9999999Z"
    word = {"tier": "key", "mode": "floor", "reason": "vip", "expires_at": last}
    desk = story(master_data(occurred_at="2026-03-02T00:00:00Z", override=word))
    assert desk.reasons == []
    assert of_ada(desk)["override"]["expires_at"] == "9999-12-31T23:59:59.999999Z"


def promised(at: str, ends_on: str) -> dict[str, Any]:
    term = {"amount": "20000.00", "currency": "USD", "discount_rate": "0.06"}
    days = {"starts_on": "2025-01-01", "ends_on": ends_on}
    return master_data(event_id=f"m-{at}", occurred_at=at, commitment=COMMITMENT | term | days)


def test_a_term_that_is_extended_after_a_year_and_a_half_is_not_called_short() -> None:
    months = [(year, month) for year in (2025, 2026) for month in range(1, 13)][:19]
    bought = [sold(f"{y}-{m:02d}-10T10:00:00Z", "1000.00", "500.00") for y, m in months]
    longer = promised("2026-07-20T00:00:00Z", "2027-01-31")
    end = clock("2026-07-31T00:00:00Z")
    desk = story(promised("2025-01-01T00:00:00Z", "2026-12-31"), *bought, longer, end)
    assert [its for its in signals(desk) if its[0] == "commitment_shortfall"] == []
    assert of_ada(desk)["value"]["lines"]["discount_leakage"] == "0.00"
