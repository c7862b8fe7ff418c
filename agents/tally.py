"""Counts of one partition between two commits: they are made known only once committed."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Tally:
    """What became of the events, what was put out, and how old the events were."""

    consumed: Counter[str] = field(default_factory=Counter)
    applied: Counter[str] = field(default_factory=Counter)
    dropped: Counter[tuple[str, str]] = field(default_factory=Counter)
    rejected: Counter[tuple[str, str]] = field(default_factory=Counter)
    outputs: Counter[tuple[str, str]] = field(default_factory=Counter)
    due_times: int = 0
    ids_forgotten: int = 0
    taken_at_ms: list[int] = field(default_factory=list)
    """Record timestamps of a sample of the events: for the latency from record to commit."""
