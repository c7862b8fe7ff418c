"""What `policy diff` found: as JSON, as words, and a line of a CSV file a customer."""

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from agents.policy.compiled import Policy
from agents.whatif.compare import Compared, Moment, Stand
from agents.whatif.tally import Movement, Tally
from agents.whatif.untold import Untold
from schemas.base.money import format_minor
from schemas.base.vocabulary import STEPS, TIERS
from streams.cli.finding_words import findings
from streams.cli.lines import plain

NONE: Final = "none"
COLUMNS: Final = (
    "customer_id",
    "contribution",
    "tier_today",
    "tier_today_candidate",
    "tier_later",
    "tier_later_candidate",
    "falls_to",
    "falls_to_candidate",
    "signals_appearing",
    "signals_vanishing",
    "step",
    "step_candidate",
    "treatment_changes",
    "contacts",
    "contacts_candidate",
    "why",
)
"""Of the file of `--list`; from `falls_to` on as of later."""
Facts = dict[str, Any]


class Report(msgspec.Struct, frozen=True):
    """All that was found."""

    base: Policy
    candidate: Policy
    days: int
    changed: list[str]
    untold: list[Untold]
    doubts: list[str]
    tally: Tally

    def facts(self) -> Facts:
        """As one JSON object; amounts are text in the base currency."""
        tally = self.tally
        return {
            "base": _named(self.base),
            "candidate": _named(self.candidate),
            "currency": self.base.base_currency,
            "days": self.days,
            "customers": tally.customers,
            "differing": tally.differing,
            "changed_keys": self.changed,
            "untold": [{"key": its.key, "why": its.why} for its in self.untold],
            "warnings": self.doubts,
            "today": self._movement(tally.today),
            "later": self._movement(tally.later),
            "movers": [self._mover(its) for its in tally.movers()],
        }

    def line(self, its: Compared) -> list[str]:
        """A customer's cells under COLUMNS."""
        later, digits = its.later, self.base.digits
        return [
            its.customer_id,
            format_minor(its.contribution, digits),
            TIERS[its.today.base.tier],
            TIERS[its.today.candidate.tier],
            TIERS[later.base.tier],
            TIERS[later.candidate.tier],
            *(_falls(stand) for stand in (later.base, later.candidate)),
            *(" ".join(names) for names in _signals(later)),
            step_name(later.base.step),
            step_name(later.candidate.step),
            "yes" if later.base.treated != later.candidate.treated else "no",
            " ".join(later.base_contacts),
            " ".join(later.candidate_contacts),
            why(its),
        ]

    def _mover(self, its: Compared) -> Facts:
        return dict(zip(COLUMNS, self.line(its), strict=True))

    def _movement(self, its: Movement) -> Facts:
        digits = self.base.digits
        return {
            "upgrades": its.upgrades,
            "downgrades": its.downgrades,
            "tiers": [
                {
                    "base": TIERS[base],
                    "candidate": TIERS[candidate],
                    "customers": many,
                    "contribution": format_minor(its.contributions[base, candidate], digits),
                }
                for (base, candidate), many in sorted(its.tiers.items(), reverse=True)
            ],
            "notices": {
                "appearing": its.notices[False, True],
                "vanishing": its.notices[True, False],
            },
            "signals": {"appearing": dict(its.appearing), "vanishing": dict(its.vanishing)},
            "steps": [
                {"base": step_name(base), "candidate": step_name(candidate), "customers": many}
                for (base, candidate), many in sorted(its.steps.items())
            ],
            "treatments": its.treatments,
            "segments": its.segments,
            "contacts": {
                "base": dict(its.base_contacts),
                "candidate": dict(its.candidate_contacts),
            },
        }


def why(its: Compared) -> str:
    """What a customer's last record rests on, in words."""
    return plain(findings([msgspec.to_builtins(finding) for finding in its.why]))


def step_name(step: int) -> str:
    """A step on the ladder by its word."""
    return STEPS[step - 1] if step else NONE


def _named(policy: Policy) -> Facts:
    return {"version": policy.version, "hash": policy.hash}


def _falls(stand: Stand) -> str:
    return NONE if stand.falls_to is None else TIERS[stand.falls_to]


def _signals(moment: Moment) -> Iterator[list[str]]:
    """Those that the candidate alone has open, and those that the base alone has."""
    base, candidate = moment.base.signals.keys(), moment.candidate.signals.keys()
    yield sorted(candidate - base)
    yield sorted(base - candidate)
