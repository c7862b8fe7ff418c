"""Policies with a few signals on, and events, one by one, for what each of them goes by."""

import re
from datetime import datetime, timedelta
from typing import Any, Final

from agents.policy.compiled import Policy
from agents.signals.registry import SIGNAL_NAMES
from schemas.base.times import DAY_US, micros
from tests.support.feeding import WITH_CUSTOMERS, Desk
from tests.support.making import (
    CONTACTS_DUE,
    DISCOUNT,
    INVOICES,
    SEGMENTS,
    master_data,
    payment,
    policy,
    purchase,
    support_call,
)
from tests.support.policies import POLICIES

M, P, S, Y = WITH_CUSTOMERS
"""The inputs: master data, purchases, support calls, payments."""
OLD: Final = (
    ("[risk.support_spike]\ncontacts = 4\nclear_at = 1\nwindow_days = 3\n", ""),
    ('[risk.unprofitable]\nbelow = "0.00"\nclear_at = "10.00"\nmin_tenure_days = 4\n', ""),
    ("[risk.late_payer]\nlate = 2\nof = 3\ndays = 10\nclear_on_time = 2\n", ""),
)
"""Replacements: without the signals that the tests' policy has."""
LIFETIME: Final = """
[lifetime]
fitted_on = "1997-09-30"
customers = 2357
repeat_customers = 946
log_likelihood = "-9582.4"
[lifetime.purchases]
r = "0.243"
alpha = "4.414"
a = "0.793"
b = "2.426"
[lifetime.one_purchase]
r = "0.525"
alpha = "6.183"
a = "0.891"
b = "1.614"
[lifetime.margins]
p = "6.25"
q = "3.74"
v = "15.44"
mean = "35.09"
"""
_SPLIT: Final = re.split(
    r"^\[risk\.(\w+)\]\n",
    (POLICIES / "signals.toml").read_text(encoding="utf-8"),
    flags=re.MULTILINE,
)
SECTIONS: Final = dict(zip(_SPLIT[1::2], _SPLIT[2::2], strict=True))
"""By signal the text of its section in `tests/policies/signals.toml`."""
LADDER: Final = """
[ladder]
dwell_days = 5
clear_days = 3
young_days = 0
notice_days = 30
[ladder.playbook]
reassess = "look"
terminate = "end it"
"""
PLAIN_INVOICES: Final = "[invoices]\nopen_max = 3\nunmatched_max = 3\n"


def sections(*names: str) -> str:
    """The sections of these signals, and of what they rest on."""
    text = "".join(f"[risk.{name}]\n{SECTIONS[name]}" for name in names)
    if "fading" in names:
        text += LIFETIME
    return text + (PLAIN_INVOICES if "overdue_invoice" in names else "")


def only(
    *names: str, more: str = "", also: tuple[tuple[str, str], ...] = (), **changes: tuple[str, str]
) -> Policy:
    """The tests' policy with these signals and no others.

    `changes` says by signal which text of its section is to be another, `also` which of the rest.
    """
    text = sections(*names)
    for name, (old, new) in changes.items():
        section = f"[risk.{name}]\n{SECTIONS[name]}"
        assert section.count(old) == 1, f"expected {old!r} once in {section!r}"
        text = text.replace(section, section.replace(old, new))
    return policy(*OLD, *also, more=text + more)


def cooling(days: int) -> str:
    """The section that gives signals a cool-down."""
    return f"[risk]\ncooldown_days = {days}\n"


_KEPT: Final = ("late_payer", "support_spike", "unprofitable", "leaving")
ALL_SIGNALS: Final = (
    sections(*(name for name in SIGNAL_NAMES if name not in _KEPT)).replace(PLAIN_INVOICES, "")
    + cooling(3)
    + LADDER
)
"""Those that the tests' policy lacks, each by itself, where invoices are followed already."""
EVERY_SIGNAL: Final = policy(more=INVOICES + DISCOUNT + SEGMENTS + CONTACTS_DUE + ALL_SIGNALS)
"""All of them, the ladder, and all that is asked of a customer's worth."""


# moments: day 1 is 2026-03-01, day 32 the first of April


def day_us(day: int, at: str = "00:00:00") -> int:
    """A moment of a day, in microseconds."""
    return micros(_moment(day, at))


def when(day: int, at: str = "12:00:00") -> str:
    """A moment of a day, as events and records have it."""
    return _moment(day, at).isoformat().replace("+00:00", "Z")


def midnight(day: int) -> str:
    """The beginning of a day."""
    return when(day, "00:00:00")


def _moment(day: int, at: str) -> datetime:
    return datetime.fromisoformat(f"2026-03-01T{at}Z") + timedelta(day - 1)


def day_number(day: int) -> int:
    """A day as rows have it."""
    return day_us(day) // DAY_US


def bought(day: int, amount: str = "1.00", at: str = "12:00:00", **fields: Any) -> dict[str, Any]:
    """A sale of a day that costs nothing."""
    made = {"event_id": f"bought-{day}-{at}-{amount}", "occurred_at": when(day, at)}
    return purchase(**(made | {"amount": amount, "cost": "0"} | fields))


def gave_back(day: int, number: int = 0, **fields: Any) -> dict[str, Any]:
    """A return of a day, of nothing."""
    made = {"event_id": f"back-{day}-{number}", "occurred_at": when(day), "type": "return"}
    return purchase(**(made | {"amount": "0", "cost": "0"} | fields))


def asked(day: int, at: str = "12:00:00", **fields: Any) -> dict[str, Any]:
    """A free contact of a day."""
    told = ",".join(f"{name}={its}" for name, its in fields.items())
    made = {"event_id": f"asked-{day}-{at}-{told}", "occurred_at": when(day, at)}
    return support_call(**(made | {"channel": "email"} | fields))


def paid_late(day: int, days_late: int = 11, **fields: Any) -> dict[str, Any]:
    """A payment of a day, so many days late."""
    made = {"event_id": f"paid-{day}-{days_late}", "occurred_at": when(day)}
    return payment(**(made | {"due_at": when(day - days_late)} | fields))


def told(day: int, at: str = "12:00:00", **fields: Any) -> dict[str, Any]:
    """Master data of a day."""
    made = {"event_id": f"told-{day}-{at}", "occurred_at": when(day, at)}
    return master_data(**(made | fields))


def tick(day: int, at: str = "00:00:00") -> dict[str, Any]:
    """Another customer's event that adds nothing: the partition's time passes."""
    return asked(day, at, customer_id="clock", issue="time")


# what came of it


def desk_of(its_policy: Policy) -> Desk:
    """A partition that reads all four inputs."""
    return Desk(its_policy, inputs=WITH_CUSTOMERS)


def of_ada(desk: Desk) -> list[dict[str, Any]]:
    """All that was said of the customer's signals."""
    desk.commit()
    return [its for its in desk.risks if its["customer_id"] == "ada"]


def said(desk: Desk, signal: str) -> list[tuple[str, str]]:
    """(status, effective_at) of all that was said of one."""
    return [(its["status"], its["effective_at"]) for its in of_ada(desk) if its["signal"] == signal]
