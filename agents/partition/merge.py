"""The merge: in which order the records of a partition's inputs are taken, by event time.

Of the next record of each input the earliest is taken; ties go to the smaller kind. An input that
has more on the broker and nothing here is waited for; one that is drained is not.
"""

from bisect import bisect_right

from agents.partition.input_buffer import KINDS, InputBuffer


def plan(buffers: list[InputBuffer]) -> list[int]:
    """The kinds of the next records, in the order in which they are to be taken.

    It ends where an input has nothing left here and more on the broker; empty where one has
    nothing at all, or all are drained.
    """
    merged: list[int] = []
    bound: int | None = None
    for buffer in buffers:
        turns = buffer.queue()
        if buffer.has_more:
            if not turns:
                return []
            bound = turns[-1] if bound is None else min(bound, turns[-1])
        merged += turns
    merged.sort()
    if bound is not None:
        del merged[bisect_right(merged, bound) :]
    return [turn % KINDS for turn in merged]
