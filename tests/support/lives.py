"""What is said of one customer over its lives: an erased one that comes again begins anew."""

from typing import Any

Wire = dict[str, Any]
NOTICES = {"notice", "notice_withdrawn", "treatment", "segment"}


def lives(tier_changes: list[Wire]) -> list[list[int]]:
    """The sequences of one customer's tier changes, life by life; its tiers connect."""
    found: list[list[int]] = []
    tier: str | None = None
    for wire in tier_changes:
        if wire["direction"] == "assigned":
            found.append([])
            tier = None
        assert found, wire
        assert wire["from_tier"] == tier, wire
        found[-1].append(wire["sequence"])
        if wire["direction"] not in NOTICES:
            tier = wire["to_tier"]
    return found


def are_whole(told: list[list[int]], risks: list[int]) -> bool:
    """Whether each life, with the next of what came at risk, counts 1, 2, 3 … in order."""
    if not told:
        return not risks
    first, *others = told
    return any(
        _count(first, risks[:more]) and are_whole(others, risks[more:])
        for more in (range(len(risks) + 1) if others else [len(risks)])
    )


def _count(one: list[int], other: list[int]) -> bool:
    """Whether two rising lines make 1, 2, 3 … together."""
    both = sorted([*one, *other])
    rise = one == sorted(one) and other == sorted(other)
    return rise and both == list(range(1, len(both) + 1))


def begin_anew(numbers: list[int]) -> int:
    """How often a line counts 1, 2, 3 … from the beginning; AssertionError where it does not."""
    begun, newest = 0, 0
    for number in numbers:
        begun += number == 1
        assert begun, numbers
        assert number in {1, newest + 1}, numbers
        newest = number
    return begun
