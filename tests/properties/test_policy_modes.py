"""Every kind of policy goes on from what any other left, wherever that one was interrupted."""

from collections.abc import Iterator
from typing import Any, Final

import pytest

from agents.decide.entries import entries_of, tier_rank
from agents.models.histogram import Histogram
from agents.partition.pending import Bounds
from agents.policy.compiled import Policy
from schemas.inputs.events import Kind
from schemas.state.codec import decode_partition, read_head
from schemas.state.rows import PARTITION_KEY, CutoffsRow
from tests.support.feeding import ALL, NOW_US, WITH_CUSTOMERS, Desk, clock, erasure, sale
from tests.support.policies import Change, policy

SHARE: Final[Change] = {
    "tiers.mode": "share",
    "tiers.share.key": {"by": "rank", "share": "0.10"},
    "tiers.share.important": {"by": "profit", "share": "0.80"},
}
FADING: Final[Change] = {
    "value.measure": "decayed",
    "value.half_life_days": 30,
    "value.landmark": "2026-01-01",
}
MODES: Final[dict[str, Change]] = {
    "entry": {},
    "share": SHARE,
    "fading": FADING,
    "fading shares": {**FADING, **SHARE},
    "slower shares": {**FADING, **SHARE, "value.half_life_days": 60},
}
NAMES: Final = [
    f"buyer-{number}" for number in (0, 1, 2, 12, 18, 1256, 1257, 1254, 308, 302, 77, 88)
]
"""Two each of five groups (`agents.partition.shares`), and two of others."""
BOUGHT: Final = 20_513
"""The first of March 2026, as a UTC day."""
STEP: Final = Bounds(changed_max=2)
"""So few customers a commit: an adoption takes several."""
COMMITS: Final = 14
"""More than any adoption here takes."""


def by(mode: str, version: str) -> Policy:
    """A policy of a mode; whom it does not move by itself it reviews within two days."""
    return policy({"version": version, "tiers": {"review_days": 2}}, MODES[mode])


def cutoffs(of: Policy, version: int, *minor: int) -> CutoffsRow:
    """Cut-offs in the policy's own measure."""
    weight = 1 << 32 if of.decay is None else of.decay.weight(BOUGHT)
    important, key = (its * weight >> 32 for its in minor)
    return CutoffsRow(version=version, important=important, key=key, policy_hash=of.hash, made_us=0)


class Place(Desk):
    """A desk of which nothing may be said of a customer but under its own key."""

    def commit(self, now_us: int = NOW_US, *, stop: bool = False) -> Any:
        changes = super().commit(now_us, stop=stop)
        row = self.rows.get(PARTITION_KEY, b"")
        assert not any(name.encode() in row for name in NAMES)
        return changes

    def next_by(self, its: Policy) -> "Place":
        """Another worker goes on from what was committed."""
        return Place(its, inputs=WITH_CUSTOMERS, rows=self.rows, bounds=STEP)

    def finish(self) -> None:
        """Takes and commits until nothing is left."""
        for _ in range(COMMITS):
            while self.take():
                pass
            self.commit()
        assert not self.shard.run(1, NOW_US)

    def days(self, first: int, last: int) -> None:
        """Days pass."""
        for day in range(first, last + 1):
            self.lay(Kind.SUPPORT_CALLS, clock(day))
            self.finish()


def opened(its: Policy) -> Place:
    """Twelve customers, of 100.00 to 1,200.00."""
    place = Place(its, inputs=WITH_CUSTOMERS, bounds=STEP)
    bought = [
        sale(1, number, customer_id=name, amount=f"{100 * (number + 1)}.00")
        for number, name in enumerate(NAMES)
    ]
    place.lay(Kind.PURCHASES, *bought)
    place.finish()
    return place


def interrupted(its: Policy, versions: int) -> Iterator[Place]:
    """What is left at each commit of so many adoptions, one after the other."""
    place = opened(its)
    yield place
    for version in range(1, versions + 1):
        lowest = 30_000 * version
        place.shard.offer(cutoffs(its, version, lowest, lowest + 40_000))
        for _ in range(COMMITS):
            place.take()
            if place.commit() is None:
                break
            yield place


def has_its_tiers(place: Place, found: tuple[int | None, ...]) -> None:
    """Everybody has the tier of these entries, and is counted where it stands."""
    heads = {key: read_head(row) for key, row in place.rows.items() if key != PARTITION_KEY}
    customers = {name: place.shard._store.memory.find(name) for name in NAMES}
    for name, customer in customers.items():
        assert customer is not None
        index = customer.index(place.shard.policy)
        assert heads[name.encode()].by_value == tier_rank(index, found), (name, index, found)
    counted = Histogram()
    if place.shard.policy.share is not None:
        for customer_id in place.shard.customers:
            customer = place.shard._store.memory.find(customer_id)
            assert customer is not None
            counted.add(customer.index(place.shard.policy))
    assert place.shard._shares._histogram.rows() == counted.rows()


def same_measure(one: Policy, other: Policy) -> bool:
    """Whether cut-offs of one are in the money of the other."""
    kinds = [
        (its.share is not None, its.decay and (its.decay.half_life_days, its.decay.landmark_day))
        for its in (one, other)
    ]
    return kinds[0] == kinds[1] and kinds[0][0]


@pytest.mark.parametrize("second", MODES)
@pytest.mark.parametrize("first", MODES)
def test_any_policy_goes_on_from_what_any_other_left(first: str, second: str) -> None:
    before, after = by(first, "one"), by(second, "two")
    versions = 2 if before.share is not None else 0
    rows_left = [dict(place.rows) for place in interrupted(before, versions)]
    assert len(rows_left) > versions * 2
    for rows in rows_left:
        place = Place(after, inputs=WITH_CUSTOMERS, rows=rows, bounds=STEP)
        adopted = decode_partition(rows[PARTITION_KEY]).adopted
        holding = adopted if same_measure(before, after) else None
        place.days(2, 4)
        has_its_tiers(place, entries_of(after, holding))
        if after.share is not None:
            own = cutoffs(after, 9, 45_000, 85_000)
            place.shard.offer(own)
            place.commit()
            place = place.next_by(after)
            place.finish()
            has_its_tiers(place, entries_of(after, own))
        place.lay(Kind.CUSTOMERS, *(erasure(5, customer_id=name) for name in NAMES))
        place.lay(Kind.SUPPORT_CALLS, clock(6))
        place.finish()
        assert not any(name.encode() in row for name in NAMES for row in place.rows.values())
        assert not {*NAMES} & {key.decode() for key in place.rows if key != PARTITION_KEY}


def test_cutoffs_from_before_a_time_of_entries_do_not_come_back() -> None:
    *_, place = interrupted(by("share", "one"), 1)
    place = place.next_by(by("entry", "two"))
    place.days(2, 4)
    assert {wire["cutoffs_version"] for wire in place.tier_changes} == {None}
    again = by("share", "three")
    place = place.next_by(again)
    place.days(5, 7)
    has_its_tiers(place, entries_of(again, None))


@pytest.mark.parametrize("mode", ["share", "fading shares"])
def test_an_adoption_that_is_interrupted_at_each_commit_says_what_a_whole_one_says(
    mode: str,
) -> None:
    its = by(mode, "one")
    said: list[Any] = []
    for restarts in (False, True):
        place = opened(its)
        messages = list(place.messages)
        for version in (1, 2, 3):
            place.shard.offer(cutoffs(its, version, 30_000 * version, 90_000))
            for _ in range(COMMITS):
                place.take(ALL)
                place.commit()
                if restarts:
                    messages += place.messages
                    place = place.next_by(its)
        messages += place.messages
        place.messages = messages
        changes = place.tier_changes
        said.append(
            sorted((its["customer_id"], its["sequence"], its["to_tier"]) for its in changes)
        )
    assert said[0] == said[1]
    assert len(said[0]) > 2 * len(NAMES)
