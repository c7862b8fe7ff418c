"""An approved termination: from a human's word to the day on which the relation is over."""

from typing import Final

from msgspec.structs import replace

from agents.customer.state import Customer
from agents.decide.decisions import END_NOTICE, END_OFF, Step
from schemas.base.vocabulary import STAGES, STEPS, ContactReason
from schemas.outputs.parts import Finding
from schemas.state.signal_rows import NO_STEP, LadderRow

CLOSED: Final = STAGES.index("closed")
TERMINATE: Final = STEPS.index("terminate") + 1


def approved(row: LadderRow, day: int, step_to_set: int, notice_days: int) -> LadderRow:
    """A human lets the relation end, the day after at the earliest; or took that back."""
    if step_to_set != TERMINATE:
        return row if row.ends_day is None else replace(row, ends_day=None)
    if row.ends_day is not None:
        return row
    return replace(row, ends_day=day + max(1, notice_days))


def end_of(row: LadderRow, day: int, notice_days: int) -> Step | None:
    """What a human approved waits for its day, whatever happens; then there is no step."""
    if row.ends_day is None or day < row.ends_day:
        return None
    return Step(NO_STEP, [Finding("ladder.notice_days", notice_days, notice_days)])


def ends_day_of(row: LadderRow | None) -> int | None:
    """The day on which an approved termination closes the relation; None: none is."""
    return None if row is None else row.ends_day


def reasons_of_the_end(customer: Customer, ladder: LadderRow | None) -> list[ContactReason]:
    """What to tell of a termination that was approved just now, or is off before its day."""
    before, after = ends_day_of(customer.signals.ladder), ends_day_of(ladder)
    if before is None:
        return [] if after is None else [END_NOTICE]
    return [END_OFF] if after is None and not relation_ends(customer, customer.day) else []


def relation_ends(customer: Customer, day: int) -> bool:
    """Whether an approved termination has reached its day."""
    ends_day = ends_day_of(customer.signals.ladder)
    return ends_day is not None and day >= ends_day


def is_closed(customer: Customer, day: int) -> bool:
    """Whether the relation is over on a day, if it buys no more: nothing is said by itself then."""
    standing = customer.standing
    if standing.stage == CLOSED:
        sales = customer.signals.sales
        return sales is None or sales.last_day < standing.since_day
    return relation_ends(customer, day)
