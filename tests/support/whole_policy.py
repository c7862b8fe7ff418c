"""A policy file with every section there is, tiers by shares; and what makes it another kind.

A test changes one of its values, by a path such as `service.card[0].from`, and looks what is said.
"""

import re
from typing import Any, Final

from agents.policy_file.reading import PolicyError, checked_policy
from schemas.base.vocabulary import TIERS
from tests.support.policies import Change, raw_policy, section

GONE: Final = object()
"""A key whose value is this is taken out."""
REMINDER: Final = {"after_days": 5, "cost": "1.00"}
STEP: Final = {"from": "1.00", "rate": "0.1"}
SHAPE: Final = dict.fromkeys(("r", "alpha", "a", "b"), "1.5")
EVERY_SECTION: Final[dict[str, Any]] = {
    "invoices": {},
    "orders": {"remember_days": 3},
    "service.reminder": [REMINDER],
    "service.outbound": {"phone": {"fixed": "0.50", "per_minute": "0.60"}},
    "service.card": [{"from": "2026-07-01", "reminder": [REMINDER]}],
    "discount": {"after_share": "0.5", "schedule": [STEP]},
    "contacts_due.cadence": {tier: [{"role": "a", "every_days": 9}] for tier in TIERS},
    "segments.potential.whole_window": True,
    "tiers.tells": ["treatment", "segments"],
    "tiers.hold": {},
    "tiers.mode": "share",
    "tiers.share.key": {"by": "rank", "share": "0.05"},
    "tiers.share.important": {"by": "profit", "share": "0.80"},
    **{
        f"risk.{name}": values
        for name, values in section("signals")["risk"].items()
        if name not in raw_policy()["risk"]
    },
    "ladder.playbook": {},
    "stage": {"lost_days": 180},
    "lifetime": {"fitted_on": "1997-09-30", "customers": 2357, "repeat_customers": 946},
    "lifetime.log_likelihood": "-9582.4",
    "lifetime.purchases": SHAPE,
    "lifetime.one_purchase": SHAPE,
    "lifetime.margins": {"p": "6.25", "q": "3.74", "v": "15.44", "mean": "35.08"},
}

DECAYED: Final = {"value.measure": "decayed", "value.half_life_days": 90}
BY_ENTRIES: Final = {"tiers.mode": "entry", "tiers.share": None}
FUTURE: Final = BY_ENTRIES | {"value.index": {"history": "1", "future": "0.5"}}
HISTORY: Final = {"value.index": {"history": "1", "future": "0.0"}}


def whole_policy(*changes: Change) -> dict[str, Any]:
    """A good file with every section, and then these changes."""
    return raw_policy(section("segments"), EVERY_SECTION, *changes)


def with_one_changed(path: str, value: Any) -> dict[str, Any]:
    """The whole file with one of its values another, or gone."""
    raw = whole_policy({"contacts_due.reasons": ["interval"]})
    *way, last = re.findall(r"[^.\[\]]+", path)
    table: Any = raw
    for step in way:
        table = table[int(step)] if isinstance(table, list) else table.setdefault(step, {})
    if value is GONE:
        table.pop(last, None)
    else:
        table[int(last) if isinstance(table, list) else last] = value
    return raw


def told(raw: dict[str, Any]) -> str:
    """What is said of this policy; nothing of a good one."""
    try:
        checked_policy(raw, "my.toml")
    except PolicyError as error:
        return str(error)
    return ""
