"""The guides' diagrams show each arrow of the tables, from the state where it begins."""

import pytest

from streams.docs.diagrams import LIVES, diagram


@pytest.mark.parametrize("name", LIVES)
def test_a_life_begins_in_one_place_and_has_an_arrow_for_each_entry(name: str) -> None:
    life, beginning = LIVES[name]
    arrows = [line.split(" --> ") for line in diagram(name).splitlines()[1:]]
    drawn = [(begin.strip(), told.partition(":")[0]) for begin, told in arrows]
    assert [begin for begin, _ in drawn].count("[*]") == 1
    # a tier has no state before the first event: that is the beginning itself
    entries = [(state, after) for (state, _), (_, after) in life.items()]
    begun = [("[*]" if state == "new" == beginning else state, after) for state, after in entries]
    assert drawn[-len(begun) :] == begun
