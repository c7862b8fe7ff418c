"""A batch may be cut into slices that together are what it was."""

from itertools import chain

from hypothesis import given
from hypothesis import strategies as st

from tests.support.batches import batch_of

VALUES = st.lists(st.none() | st.binary(max_size=9), max_size=30)


@given(VALUES, st.integers(0, 5), st.integers(0, 5), st.integers(1, 9), st.integers(1, 40))
def test_slices_go_on_where_the_last_one_ended_and_are_bounded(
    values: list[bytes | None], before: int, behind: int, records_max: int, bytes_max: int
) -> None:
    # what was aborted or compacted away stands before, between and behind
    batch = batch_of(0, before + 2 * len(values) + behind, values)
    batch.offsets = [before + 2 * at for at in range(len(values))]
    parts = list(batch.slices(records_max, bytes_max))
    reached = 0
    for part in parts:
        assert part.position == reached
        reached = part.next_position
        sizes = [0 if value is None else len(value) for value in part.values]
        assert len(sizes) <= records_max
        assert sum(sizes[:-1]) < bytes_max
        assert all(part.position <= offset < reached for offset in part.offsets)
    assert reached == batch.next_position
    assert list(chain.from_iterable(part.values for part in parts)) == values
    assert list(chain.from_iterable(part.offsets for part in parts)) == batch.offsets
