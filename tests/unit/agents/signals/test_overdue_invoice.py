"""`overdue_invoice`: unpaid for 3 days, high for 5."""

from typing import Any

import pytest

from tests.support.hearing import plays
from tests.support.policies import only, policy
from tests.support.signalling import asked, bought, gave_back, paid_late, tick, when

UNPAID = policy(only("overdue_invoice"))
AT = "12:34:56.789012"


def on_credit(day: int, due: int, name: str = "i", at: str = AT) -> dict[str, Any]:
    its = {"event_id": f"sold-{name}-{day}", "invoice_id": name, "due_at": when(due, at)}
    return bought(day, "100.00", **its)


def pays(day: int, name: str = "i", amount: str = "100.00") -> dict[str, Any]:
    return paid_late(day, 0, event_id=f"pays-{name}-{day}", invoice_id=name, amount=amount)


A, RAISED, HIGH = on_credit(1, 2, "a"), tick(5, AT), tick(7, AT)
OWES = [on_credit(1, 2), RAISED]
BACK = gave_back(6, amount="100.00", invoice_id="i")
BOTH = [A, on_credit(1, 4, "b"), RAISED, HIGH, pays(8, "a"), pays(9, "b")]
PAID = [*OWES, HIGH, pays(9, amount="99.99"), pays(10, amount="0.01")]
SHORT = [A, on_credit(1, 4, "b", "12:00:00"), RAISED, pays(6, "a")]
FUTURE = [A, on_credit(1, 20, "b"), RAISED, pays(6, "a")]
LATE = [asked(10), on_credit(1, 5, at="12:00:00"), on_credit(10, 20)]
PROMISES: dict[str, Any] = {
    "for three days, to the microsecond": (OWES, "- raised/watch", {"days": (3, 3)}),
    "for five": ([*OWES, HIGH], "- raised escalated/high", {"high_days": (5, 5)}),
    "until the last cent is paid": (PAID, "- raised escalated - cleared/high", {"days": (0, 3)}),
    "until goods come back": ([*OWES, BACK], "- raised cleared"),
    # at noon of day 8 the other one is three whole days past due
    "until all such are paid": (BOTH, "- - raised escalated - cleared"),
    "not for what is left for a shorter time": (SHORT, "- - raised cleared", {"days": (2, 3)}),
    "until that is due, too": ([*SHORT, tick(7, "12:00:00")], "- - raised cleared raised"),
    "and no days for what is not due": (FUTURE, "- - raised cleared", {"days": (0, 3)}),
    "at once if it comes late": (LATE[:2], "- raised/high", {"high_days": (5, 5)}),
    "not if another sale puts it off": (LATE, "- raised cleared"),
    "never if not on credit": ([bought(1), bought(2, invoice_id="i"), tick(300)], "- - -"),
}


@pytest.mark.parametrize("promise", PROMISES.values(), ids=PROMISES)
def test_an_invoice_is_overdue(promise: Any) -> None:
    plays(UNPAID, *promise)
