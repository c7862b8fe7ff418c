"""The parts that outputs are put together from."""

from fractions import Fraction
from typing import Any

from . import instants, ledger
from .customer import Customer, Figures
from .fields import CHANNELS, Event
from .money import Terms, decimal

Wire = dict[str, Any]


def finding(rule: str, observed: object, threshold: object) -> Wire:
    """Say which rule saw what, and what it compared that with."""
    return {"rule": rule, "observed": observed, "threshold": threshold}


def time(instant: int | None) -> str | None:
    """Write an instant, if there is one."""
    return None if instant is None else instants.text(instant)


def midnight(day: int | None) -> str | None:
    """Write the instant a day begins, if there is one."""
    return None if day is None else instants.text(instants.midnight(day))


def value(figures: Figures, terms: Terms) -> Wire:
    """Write what a customer is worth, and the lines that make it up."""
    lines = {name: terms.text(figures.lines[name]) for name in _LINES}
    contacts = {name: terms.text(figures.lines[name]) for name in CHANNELS}
    without_cost = figures.lines[ledger.WITHOUT_COST]
    return {
        "currency": terms.base,
        "window_days": terms.window_days,
        **{name: terms.text(getattr(figures, name)) for name in _FIGURES},
        "estimated": without_cost != 0,
        "lines": {name: contacts if name == "contacts" else lines[name] for name in _LINES},
    }


_FIGURES = ("revenue", "goods_cost", "margin", "service_cost", "contribution", "index")

_LINES = (
    ledger.REVENUE,
    ledger.DISCOUNTS,
    ledger.GOODS,
    ledger.FEES,
    "contacts",
    ledger.RETURNS,
    ledger.LATE,
    ledger.REMINDERS,
    ledger.LEAKAGE,
    ledger.FAULT,
    ledger.REFUNDS,
    ledger.WITHOUT_COST,
)


def override(given: Event | None) -> Wire | None:
    """Write the override that holds, if one does."""
    if given is None:
        return None
    plain = {name: given[name] for name in ("tier", "mode", "reason")}
    return plain | {"expires_at": time(given["expires_at"])}


def profile(customer: Customer) -> Wire:
    """Write what the seller says of a customer."""
    record = customer.master.record or {}
    plain = {name: record.get(name) for name in ("segment", "region", "industry")}
    return plain | {"joined_at": time(record.get("joined_at"))}


def ladder(customer: Customer, held_by: Wire | None) -> Wire | None:
    """Write the step that a customer stands on, and what a human said of it."""
    standing, said = customer.standing, customer.master.ladder() or {}
    if standing.step is None:
        return None
    return {
        "step": standing.step,
        "since": midnight(standing.since),
        "hold_until": time(said.get("hold_until")),
        "ends_at": midnight(standing.ends),
        "reason": said.get("reason"),
        "answered": standing.answered is not None,
        "held_by": held_by,
    }


def lifetime(customer: Customer, terms: Terms) -> Wire | None:
    """Write what is known of a customer's lifetime; what the model expects is not recounted."""
    sales, asked = customer.kept.sales, terms.risk.lifetime
    if asked is None or sales.first is None or sales.last is None:
        return None
    mean = sales.mean_margin()
    return {
        "first_purchase_on": date(sales.first),
        "last_purchase_on": date(sales.last),
        "purchase_days": sales.purchase_days,
        "mean_margin": None if mean is None else terms.text(mean),
        "p_alive": decimal(Fraction(sales.alive(customer.today(), asked))),
        **dict.fromkeys(ESTIMATES),
        "horizon_weeks": asked.horizon_weeks,
    }


ESTIMATES = ("expected_purchases", "expected_contribution")
"""The figures of a lifetime that are null here: they are to be left out where one compares."""


def without_estimates(picture: Wire) -> Wire:
    """Give a snapshot with null for what is not recounted, to compare it with one from here."""
    if picture["lifetime"] is None:
        return picture
    return picture | {"lifetime": picture["lifetime"] | dict.fromkeys(ESTIMATES)}


def date(day: int) -> str:
    """Write a UTC day."""
    return instants.text(instants.midnight(day))[:10]
