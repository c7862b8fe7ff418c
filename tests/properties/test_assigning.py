"""Partitions are dealt evenly, move no more than that takes, and stale claims lose."""

from collections.abc import Mapping
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from streams.kafka.assigning import Claim, assign

NAMES = "abcdefgh"


def claims_of(members: int, partitions: int) -> st.SearchStrategy[dict[str, Claim]]:
    """Any claims at all, of partitions that are no more and held by several, too."""
    held = st.frozensets(st.integers(0, partitions + 2))
    one = st.builds(Claim, st.integers(0, 3), held)
    return st.dictionaries(st.sampled_from(NAMES[:members]), one, min_size=1)


SMALL = st.integers(0, 5).flatmap(lambda n: st.tuples(claims_of(4, n), st.just(n)))
LARGE = st.integers(0, 130).flatmap(lambda n: st.tuples(claims_of(8, n), st.just(n)))


def owners(claims: Mapping[str, Claim], partitions: int) -> dict[int, set[str]]:
    """Who may keep which partition: the latest to have got it, told from nobody else."""
    found: dict[int, set[str]] = {}
    for partition in range(partitions):
        rounds = {n: c.round for n, c in claims.items() if partition in c.partitions}
        found[partition] = {n for n in rounds if rounds[n] == max(rounds.values())}
    return found


def moves(owner: list[str], rightful: dict[int, set[str]]) -> int:
    """How many partitions change hands: one that several claim alike stays with any of them."""
    return sum(name not in rightful[partition] for partition, name in enumerate(owner))


@given(LARGE)
def test_every_partition_is_dealt_once_and_evenly_whatever_is_claimed(
    case: tuple[dict[str, Claim], int],
) -> None:
    claims, partitions = case
    dealt = assign(claims, partitions)
    assert set(dealt) == set(claims)
    assert sorted(one for mine in dealt.values() for one in mine) == list(range(partitions))
    sizes = [len(mine) for mine in dealt.values()]
    assert max(sizes) - min(sizes) <= 1
    assert assign(dict(reversed(claims.items())), partitions) == dealt


def told_once(claims: dict[str, Claim]) -> dict[str, Claim]:
    """The same with rounds of their own, late ones first: no two claim one partition alike."""
    last = len(NAMES)
    return {n: Claim(last - NAMES.index(n), claim.partitions) for n, claim in claims.items()}


@given(SMALL)
def test_no_even_assignment_moves_less(case: tuple[dict[str, Claim], int]) -> None:
    claims, partitions = told_once(case[0]), case[1]
    rightful = owners(claims, partitions)
    dealt = assign(claims, partitions)
    owner = [next(n for n in dealt if one in dealt[n]) for one in range(partitions)]

    def is_even(names: tuple[str, ...]) -> bool:
        sizes = [names.count(name) for name in claims]
        return max(sizes) - min(sizes) <= 1

    least = min(
        moves(list(names), rightful)
        for names in product(claims, repeat=partitions)
        if is_even(names)
    )
    assert moves(owner, rightful) == least


@given(LARGE)
def test_what_was_just_dealt_stays(case: tuple[dict[str, Claim], int]) -> None:
    claims, partitions = case
    dealt = assign(claims, partitions)
    again = {name: Claim(9, frozenset(mine)) for name, mine in dealt.items()}
    assert assign(again, partitions) == dealt


def test_a_member_that_slept_through_a_round_gives_way() -> None:
    awake = Claim(2, frozenset({0, 1}))
    stale = Claim(1, frozenset({0, 1, 2}))
    assert assign({"a": stale, "b": awake}, 4) == {"a": [2, 3], "b": [0, 1]}


def test_a_member_that_came_back_to_three_others_gets_its_share() -> None:
    held = {"a": {0, 3}, "b": {1, 4}, "c": {2, 5}}
    claims = {name: Claim(3, frozenset(mine)) for name, mine in held.items()}
    dealt = assign({**claims, "d": Claim()}, 6)
    assert sorted(len(mine) for mine in dealt.values()) == [1, 1, 2, 2]
    assert sum(set(dealt[name]) <= held[name] for name in held) == len(held)
