"""What a customer is granted: by its tier, and otherwise by its open signals and segments."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple
from zlib import crc32

import msgspec
import orjson

from schemas.base.vocabulary import SEGMENTS, TIERS

KEPT_MAX: Final = 1_024
"""Combinations of a tier, open signals and segments that are remembered ready to go out."""


class Granted(NamedTuple):
    """A treatment, ready to go out."""

    wire: msgspec.Raw
    check: int
    """CRC-32 of it, its keys in order: another one is another treatment."""


class Grants:
    """One policy's treatments."""

    __slots__ = ("_by_tier", "_ready", "_when", "ask_segments")

    def __init__(
        self, by_tier: Mapping[str, dict[str, Any]], when: Mapping[str, dict[str, Any]]
    ) -> None:
        """`when` has by signal or segment what is laid over the tier's while that holds."""
        self._by_tier = tuple(by_tier.get(tier, {}) for tier in TIERS)
        self._when = when
        self.ask_segments = any(name in when for name in SEGMENTS)
        """Whether any segment changes what is granted."""
        self._ready: dict[tuple[int, tuple[str, ...]], Granted] = {}

    def of(self, tier: int, signals: Iterable[str], segments: Iterable[str]) -> Granted:
        """The treatment of a tier's rank while these signals are open and these segments hold."""
        when = self._when
        found = tuple([name for name in (*signals, *segments) if name in when]) if when else ()
        ready = self._ready.get((tier, found))
        if ready is None:
            if len(self._ready) >= KEPT_MAX:
                self._ready.clear()
            ready = self._ready[tier, found] = self._made(tier, found)
        return ready

    def _made(self, tier: int, found: tuple[str, ...]) -> Granted:
        grants = dict(self._by_tier[tier])
        for name in sorted(found):
            grants |= self._when[name]
        # in which order it was laid together makes no other treatment
        check = crc32(orjson.dumps(grants, option=orjson.OPT_SORT_KEYS))
        return Granted(msgspec.Raw(orjson.dumps(grants)), check)

    def changed_by(self, names: Iterable[str]) -> list[str]:
        """Those of these open signals and segments that change the treatment, in order."""
        return sorted(name for name in names if name in self._when)
