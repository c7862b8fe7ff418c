"""Counts of one partition between two commits: they are made known only once committed."""

from collections import Counter
from dataclasses import dataclass, field

from schemas.inputs.events import Kind


def _by_kind() -> list[int]:
    return [0] * len(Kind)


@dataclass
class Counters:
    """What became of the events, what was put out, and how old the events were."""

    consumed: list[int] = field(default_factory=_by_kind)
    """Events taken of each input: applied, dropped and rejected together."""
    applied: list[int] = field(default_factory=_by_kind)
    duplicates: list[int] = field(default_factory=_by_kind)
    rejected: Counter[tuple[Kind, str]] = field(default_factory=Counter)
    outputs: Counter[tuple[str, str]] = field(default_factory=Counter)
    due_times: int = 0
    ids_forgotten: int = 0
    invoices_written_off: int = 0
    excess_s: int = 0
    """Seconds of handling time beyond what a contact is billed at most."""
    taken_at_ms: list[int] = field(default_factory=list)
    """Record timestamps of a sample of the events: for the latency from record to commit."""
