"""The stage of one customer's life, as it is kept."""

from typing import Final, NamedTuple

NO_STAGE: Final = -1


class Standing(NamedTuple):
    """Where a customer stands in its life, and since when."""

    stage: int
    """Its place in the list of stages; NO_STAGE: none is kept."""
    since_day: int


UNKNOWN: Final = Standing(NO_STAGE, 0)
