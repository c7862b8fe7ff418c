"""What a first look knows: built up from the outputs, record by record, and drawn by `live`."""

import time
from collections import Counter, deque
from typing import Any, Final, NamedTuple

import orjson

from schemas.base.vocabulary import TIERS
from schemas.outputs.records import AT_RISK, CUSTOMER_VALUES, TIER_CHANGES
from streams.cli.lines import Line, describe

WATCHED: Final = (TIER_CHANGES, AT_RISK, CUSTOMER_VALUES)
KEPT: Final = 50
"""The latest lines of a topic that are remembered."""
RATE_SECONDS: Final = 5.0
CURVE_POINTS: Final = 30


class Curve(NamedTuple):
    """The whale curve: customers by what they bring, best first."""

    points: list[float]
    """How much of the profit the best customers bring together, more and more of them."""
    best_tenth: float
    """What the best tenth brings, as a share of the profit."""
    losing: int
    """How many customers cost more than they bring."""
    lost: float
    """What these cost, as a share of the profit."""


class Scene:
    """The state of a first look."""

    def __init__(self) -> None:
        self.latest: dict[str, deque[Line]] = {
            TIER_CHANGES: deque(maxlen=KEPT),
            AT_RISK: deque(maxlen=KEPT),
        }
        self.counts: Counter[str] = Counter()
        """Records by topic."""
        self.open_risks: set[tuple[str, str]] = set()
        self.sent = 0
        self.began = time.monotonic()
        self._tiers: dict[str, str] = {}
        self._contributions: dict[str, float] = {}
        self._marks: deque[tuple[float, Counter[str]]] = deque()

    def take(self, topic: str, record: Any) -> Line | None:
        """Take one record; return it in words where it is worth a line."""
        if record.value is None:
            self._forget((record.key or b"").decode(errors="replace"))
            return None
        value = orjson.loads(record.value)
        customer = value["customer_id"]
        self.counts[topic] += 1
        if topic == AT_RISK:
            risk = (customer, value["signal"])
            if value["status"] == "cleared":
                self.open_risks.discard(risk)
            elif not value["status"].startswith("step_"):
                self.open_risks.add(risk)
        else:
            if topic == CUSTOMER_VALUES:
                self._tiers[customer] = value["tier"]
            elif not value["direction"].startswith("notice"):
                self._tiers[customer] = value["to_tier"]
            # a picture, not a figure: a float will do
            self._contributions[customer] = float(value["value"]["contribution"])
        if topic == CUSTOMER_VALUES:
            return None
        line = describe(topic, record)
        self.latest[topic].append(line)
        return line

    def _forget(self, customer: str) -> None:
        """A customer was erased."""
        self._tiers.pop(customer, None)
        self._contributions.pop(customer, None)
        self.open_risks = {risk for risk in self.open_risks if risk[0] != customer}

    @property
    def by_tier(self) -> dict[str, int]:
        """Count customers by tier, best first."""
        counted = Counter(self._tiers.values())
        return {tier: counted[tier] for tier in reversed(TIERS)}

    @property
    def customers_at_risk(self) -> int:
        """Count customers with an open signal."""
        return len({customer for customer, _ in self.open_risks})

    @property
    def seconds(self) -> float:
        """Tell how long it has been going on."""
        return time.monotonic() - self.began

    def rates(self) -> dict[str, float]:
        """Reckon records a second over the last seconds, by topic; `in` is what was sent."""
        now = time.monotonic()
        self._marks.append((now, self.counts + Counter({"in": self.sent})))
        while len(self._marks) > 2 and now - self._marks[1][0] > RATE_SECONDS:  # noqa: PLR2004
            self._marks.popleft()
        began, before = self._marks[0]
        newest = self._marks[-1][1]
        seconds = max(now - began, 0.001)
        return {name: (newest[name] - before[name]) / seconds for name in ("in", *WATCHED)}

    def curve(self) -> Curve | None:
        """Reckon the whale curve; None while there is no profit to share."""
        values = sorted(self._contributions.values(), reverse=True)
        profit = sum(values)
        if profit <= 0:
            return None
        cumulated, so_far = [], 0.0
        for value in values:
            so_far += value
            cumulated.append(so_far / profit)
        many = len(values)
        points = [
            cumulated[max(0, (at + 1) * many // CURVE_POINTS - 1)] for at in range(CURVE_POINTS)
        ]
        losses = [value for value in values if value < 0]
        best = cumulated[max(0, many // 10 - 1)]
        return Curve(points, best, len(losses), -sum(losses) / profit)
