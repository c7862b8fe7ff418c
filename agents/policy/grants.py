"""What a customer is granted: by its tier, and otherwise while certain signals are open."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple
from zlib import crc32

import msgspec
import orjson

from schemas.base.vocabulary import TIERS

KEPT_MAX: Final = 1_024
"""Combinations of a tier and open signals that are remembered ready to go out."""


class Granted(NamedTuple):
    """A treatment, ready to go out."""

    wire: msgspec.Raw
    check: int
    """CRC-32 of it: another one is another treatment."""


class Grants:
    """One policy's treatments."""

    __slots__ = ("_by_tier", "_ready", "_when")

    def __init__(
        self, by_tier: Mapping[str, dict[str, Any]], when: Mapping[str, dict[str, Any]]
    ) -> None:
        """`when` has by signal what is laid over the tier's while it is open."""
        self._by_tier = tuple(by_tier.get(tier, {}) for tier in TIERS)
        self._when = when
        self._ready: dict[tuple[int, tuple[str, ...]], Granted] = {}

    def of(self, tier: int, signals: Iterable[str]) -> Granted:
        """The treatment of a tier's rank while these signals are open, in the order of names."""
        when = self._when
        found = tuple([name for name in signals if name in when]) if when else ()
        ready = self._ready.get((tier, found))
        if ready is None:
            if len(self._ready) >= KEPT_MAX:
                self._ready.clear()
            ready = self._ready[tier, found] = self._made(tier, found)
        return ready

    def _made(self, tier: int, signals: tuple[str, ...]) -> Granted:
        grants = dict(self._by_tier[tier])
        for name in sorted(signals):
            grants |= self._when[name]
        wire = orjson.dumps(grants)
        return Granted(msgspec.Raw(wire), crc32(wire))

    def open_for(self, signals: Iterable[str]) -> list[str]:
        """Those of these open signals that change the treatment, in the order of names."""
        return sorted(name for name in signals if name in self._when)
