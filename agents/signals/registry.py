"""Every signal, a line each: policy keys, checks, reference and words are made from this."""

from collections.abc import Iterable, Mapping
from typing import Final

from agents.policy.compiled import Policy
from agents.policy.keeps import Keeps, combined
from agents.signals.call_abuse import CallAbuse
from agents.signals.commitment_shortfall import CommitmentShortfall
from agents.signals.complaint_open import ComplaintOpen
from agents.signals.dissatisfied import Dissatisfied
from agents.signals.fading import Fading
from agents.signals.habitual_complainer import HabitualComplainer
from agents.signals.keys import Values
from agents.signals.late_payer import LatePayer
from agents.signals.leaving import Leaving, grouped
from agents.signals.no_second_purchase import NoSecondPurchase
from agents.signals.overdue import Overdue
from agents.signals.overdue_invoice import OverdueInvoice
from agents.signals.repeat_issue import RepeatIssue
from agents.signals.return_abuse import ReturnAbuse
from agents.signals.rule import Signal
from agents.signals.spend_drop import SpendDrop
from agents.signals.support_spike import SupportSpike
from agents.signals.unprofitable import Unprofitable


def _name(signal: type[Signal]) -> str:
    return signal.name


def _in_order(signals: Iterable[type[Signal]]) -> tuple[type[Signal], ...]:
    return tuple(sorted(signals, key=_name))


SIGNALS: Final[tuple[type[Signal], ...]] = _in_order(
    (
        CallAbuse,
        CommitmentShortfall,
        ComplaintOpen,
        Dissatisfied,
        Fading,
        HabitualComplainer,
        LatePayer,
        Leaving,
        NoSecondPurchase,
        Overdue,
        OverdueInvoice,
        RepeatIssue,
        ReturnAbuse,
        SpendDrop,
        SupportSpike,
        Unprofitable,
    )
)
"""In the order of their names: the order in which they are judged."""
SIGNAL_NAMES: Final = tuple(signal.name for signal in SIGNALS)
COSTLY: Final = frozenset(signal.name for signal in SIGNALS if signal.costs)
"""Signals of what costs: these lead onto the ladder."""
TEACHING: Final = frozenset(signal.name for signal in SIGNALS if signal.teaches)
"""Signals that lead to `educate` at most, where contacts cost much."""
LEAVING: Final = frozenset(signal.name for signal in SIGNALS if signal.leaves)
"""Signals of one who leaves."""
WEIGHTS: Final = {signal.name: signal.weight for signal in SIGNALS}


def rules_of(policy: Policy) -> tuple[Signal, ...]:
    """The signals that a policy has on, ready to judge; without those that are part of another."""
    parts = grouped(policy.signals)
    return tuple(
        signal(values, policy)
        for signal in SIGNALS
        if signal.name not in parts
        and (values := values_of(policy.signals, signal.name, policy.digits)) is not None
    )


def values_of(
    sections: Mapping[str, Mapping[str, object]], name: str, digits: int
) -> Values | None:
    """The values of a signal's keys; None: it is off."""
    section = sections.get(name)
    return None if section is None else Values(section, digits)


def keeps_of(sections: Mapping[str, Mapping[str, object]], digits: int) -> Keeps:
    """What has to be kept of customers for the signals that are on."""
    return combined(
        signal.keeps(values)
        for signal in SIGNALS
        if (values := values_of(sections, signal.name, digits)) is not None
    )
