"""What a policy says of customers at risk: its signals, the ladder, and the model of a lifetime."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from .fields import CHANNELS

Rule = Mapping[str, Any]
"""A section of the policy, its decimals read as exact fractions or as minor units."""

WEIGHTS = {
    "call_abuse": 20,
    "commitment_shortfall": 15,
    "complaint_open": 25,
    "dissatisfied": 20,
    "fading": 20,
    "habitual_complainer": 15,
    "late_payer": 15,
    "leaving": 20,
    "no_second_purchase": 10,
    "overdue": 20,
    "overdue_invoice": 20,
    "repeat_issue": 15,
    "return_abuse": 15,
    "spend_drop": 20,
    "support_spike": 15,
    "unprofitable": 30,
}
"""The points of each signal where the policy names none; the signals in their order."""

SIGNALS = tuple(WEIGHTS)

TEACHING = ("support_spike",)
"""The signals that lead to `educate`, where contacts cost much."""

COSTLY = (
    "call_abuse",
    "commitment_shortfall",
    "habitual_complainer",
    "late_payer",
    "overdue_invoice",
    "return_abuse",
    "unprofitable",
)
"""The signals that the ladder is for."""

_SALES_KEPT_DAYS = 64
_DEFAULTS: dict[str, Rule] = {
    "commitment_shortfall": {"ends_with_term": False},
    "dissatisfied": {"age_days": None},
    "habitual_complainer": {"cost_share": None, "age_days": None},
    "late_payer": {"age_days": None},
    "return_abuse": {"returns": 0, "cost_share": None},
    "spend_drop": {"min_gaps": Fraction(0)},
    "overdue": {"min_purchase_days": 3, "min_days": 0},
    "support_spike": {"channels": CHANNELS},
    "unprofitable": {"active_days": None, "excuse_seller_fault": False},
}


class Model(NamedTuple):
    """The parameters of BG/NBD, or of MBG/NBD."""

    r: Decimal
    alpha: Decimal
    a: Decimal
    b: Decimal


class Lifetime(NamedTuple):
    """What the section `[lifetime]` says that is recounted."""

    horizon_weeks: int
    purchases: Model
    one_purchase: Model


class RiskTerms:
    """The sections `[risk]`, `[ladder]` and `[lifetime]`; what is absent is off."""

    def __init__(self, policy: Mapping[str, Any], minor: Callable[[str], int]) -> None:
        """Read them from the parsed TOML; `minor` reads a sum as whole minor units."""
        risk = policy.get("risk", {})
        sections: dict[str, Rule] = {
            name: _rule(name, risk[name], minor) for name in SIGNALS if name in risk
        }
        parts = sections["leaving"]["of"] if "leaving" in sections else ()
        self.rules = {name: its for name, its in sections.items() if name not in parts}
        self.signs = {name: its for name, its in sections.items() if name in parts}
        """Those that are evidence of `leaving`, and nothing by themselves."""
        self.counting = [(name, name, its) for name, its in self.rules.items()]
        """(mark, signal, rule) of all that an issue may count for."""
        self.labels: Mapping[str, str] = {}
        self.cooldown_days: int = risk.get("cooldown_days", 0)
        self.weights: Mapping[str, int] = WEIGHTS | risk.get("weights", {})
        self.actions: Mapping[str, Mapping[str, str]] = risk.get("actions", {})
        self.ladder: Rule | None = _ladder(policy["ladder"]) if "ladder" in policy else None
        self.cheaper_channel: str | None = policy.get("ladder", {}).get("cheaper_channel")
        """By which contacts would have cost less."""
        self.lifetime = _lifetime(policy["lifetime"]) if "lifetime" in policy else None
        self.tells_stages = "stage" in policy

    def asks(self, *signals: str) -> bool:
        """Tell whether one of these signals at least is on."""
        return any(signal in self.rules or signal in self.signs for signal in signals)

    def asks_sales(self) -> bool:
        """Tell whether a customer's purchase days are kept."""
        buying = self.asks("overdue", "fading", "no_second_purchase", "spend_drop")
        return buying or self.lifetime is not None or self.tells_stages

    def asks_issues(self) -> bool:
        """Tell whether a customer's issues are kept."""
        return self.asks("repeat_issue", "call_abuse", "complaint_open")

    def sales_kept_days(self) -> int:
        """Count the days on which sales are known one by one."""
        drop = (self.rules | self.signs).get("spend_drop")
        return max(_SALES_KEPT_DAYS, drop["recent_days"] + drop["before_days"] if drop else 0)

    def contacts_kept_days(self) -> int:
        """Count the days on which contacts on an issue are known one by one."""
        return self._longest("window_days", "repeat_issue", "call_abuse")

    def issues_kept_days(self) -> int:
        """Count the days after which an issue that nobody brings up any more is forgotten."""
        return max(self.contacts_kept_days(), self._longest("quiet_days", "repeat_issue"), 14)

    def _longest(self, key: str, *signals: str) -> int:
        return max((self.rules[name][key] for name in signals if name in self.rules), default=0)


def _rule(name: str, section: Rule, minor: Callable[[str], int]) -> Rule:
    """Read a signal's section."""
    read: Callable[[str], Any] = minor if name == "unprofitable" else Fraction
    given = {key: read(its) if isinstance(its, str) else its for key, its in section.items()}
    return {**_DEFAULTS.get(name, {}), **given}


def _ladder(section: Rule) -> Rule:
    """Read the ladder's section."""
    guards = section.get("guards", {})
    shares = {
        "service_share": section.get("service_share"),
        "earned_share": guards.get("earned_share"),
    }
    return {
        "waits_for_answer": False,
        "at_rest_days": None,
        "reach": {},
        "playbook": {},
        **section,
        "unanswered_complaint": guards.get("unanswered_complaint", False),
        **{key: None if text is None else Fraction(text) for key, text in shares.items()},
    }


def _lifetime(section: Mapping[str, Any]) -> Lifetime:
    models = (
        Model(*(Decimal(section[name][key]) for key in Model._fields))
        for name in ("purchases", "one_purchase")
    )
    return Lifetime(section["horizon_weeks"], *models)
