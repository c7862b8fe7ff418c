"""The planned order of several inputs is that of a merge that looks at one record at a time."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from agents.partition.merge import plan
from schemas.inputs.events import Kind
from tests.support.feeding import INPUTS, Desk
from tests.support.making import payment, purchase, support_call

MAKE = {Kind.PURCHASES: purchase, Kind.SUPPORT_CALLS: support_call, Kind.PAYMENTS: payment}
REJECTED = None
TIMES = st.lists(st.integers(0, 12) | st.just(REJECTED), max_size=12)
"""Per record the minute of its event, or REJECTED; few minutes, so that there are many ties."""


class Input:
    """One input as the merge sees it."""

    def __init__(self, kind: Kind, times: list[int | None], *, has_more: bool) -> None:
        self.kind, self.left, self.has_more = kind, list(times), has_more

    @property
    def next_time(self) -> int:
        """What is rejected is taken at once."""
        found = self.left[0]
        return -1 if found is REJECTED else found


def merged_by_head(inputs: list[Input]) -> list[int]:
    """One record after the other, of all that are next; stops where it has to wait."""
    taken: list[int] = []
    while not any(its.has_more and not its.left for its in inputs):
        ready = [its for its in inputs if its.left]
        if not ready:
            break
        chosen = min(ready, key=lambda its: (its.next_time, its.kind))
        chosen.left.pop(0)
        taken.append(int(chosen.kind))
    return taken


def laid(kind: Kind, time: int | None, number: int) -> dict[str, Any] | bytes:
    if time is REJECTED:
        return b"{"
    return MAKE[kind](event_id=f"{kind}-{number}", occurred_at=f"2026-03-01T12:{time:02d}:00Z")


def desk_of(times: dict[Kind, list[int | None]], more: dict[Kind, bool]) -> Desk:
    desk = Desk()
    for kind in INPUTS:
        desk.lay(kind, *(laid(kind, time, at) for at, time in enumerate(times[kind])))
        desk.end(kind, len(times[kind]) + more[kind])
    return desk


EACH_TIMES = st.fixed_dictionaries(dict.fromkeys(INPUTS, TIMES))
EACH_MORE = st.fixed_dictionaries(dict.fromkeys(INPUTS, st.booleans()))


@settings(max_examples=300)
@given(EACH_TIMES, EACH_MORE)
def test_the_plan_is_a_merge_by_the_next_record(
    times: dict[Kind, list[int | None]], more: dict[Kind, bool]
) -> None:
    expected = merged_by_head([Input(kind, times[kind], has_more=more[kind]) for kind in INPUTS])
    assert [int(kind) for kind in plan(desk_of(times, more).shard.buffers)] == expected
