"""What sample traffic at risk promises, and its due times against a look at every instant."""

import tomllib
from collections import Counter
from importlib import import_module

import pytest

from . import instants
from .customer import Customer
from .dues import find_next_due
from .money import Terms
from .recount import recount
from .sample import sample
from .sample_policy import RISKS_TOML
from .test_oracle_sample_whole import first_change, need_not_happen
from .verdict import judged
from .wire import Wire


def test_due_times_miss_nothing_that_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: Counter[str] = Counter()

    def checked(customer: Customer, terms: Terms) -> None:
        find_next_due(customer, terms)
        due, first = customer.next_due, first_change(customer, terms)
        pending = _at_once(customer, terms)
        if pending is not None:
            assert pending["signal"] == "ladder"
            first_step = pending["recommended_step"] == "reassess"
            assert first_step or (due is not None and due <= customer.as_of)
            looked["first step" if first_step else "at once"] += 1
            return
        if due == first:
            looked["none" if due is None else "midnight" if due % instants.DAY == 0 else "odd"] += 1
            return
        assert due is not None
        assert first is None or due < first
        assert due in need_not_happen(customer, terms), instants.text(due)
        looked["early"] += 1

    monkeypatch.setattr(import_module("tests.oracle.recount"), "find_next_due", checked)
    policy = tomllib.loads(RISKS_TOML.replace("window_days = 45", "window_days = 25"))
    recount(policy, sample(3, 400, 12, partitions=1, risks=True), partitions=1)


def _at_once(customer: Customer, terms: Terms) -> Wire | None:
    """Give what another judgement at the same time would put out."""
    timer: Wire = {"kind": "timer", "topic": None, "event_id": None}
    found = judged(customer.at(customer.as_of), terms, timer)
    assert not found.tier_changes
    assert len(found.at_risk) < 2
    return found.at_risk[0] if found.at_risk else None
