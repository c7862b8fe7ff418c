"""What a policy turns away although its type admits it: times long ago, and ids of nobody."""

from typing import Final

import msgspec

from schemas.base.times import FIRST_DAY


class IntakeRules(msgspec.Struct, frozen=True):
    """`earliest`, `earliest_joined` and `[ids]` of a policy; without them every time and id holds.

    Days are UTC days since 1970.
    """

    earliest_day: int = FIRST_DAY
    """No time of an event lies before it, and none that an event names."""
    earliest_joined_day: int = FIRST_DAY
    """The same of the day since which somebody is a customer, which may be long ago."""
    ignored: frozenset[str] | None = None
    """Ids that name nobody, byte for byte, and blanks beside them; None: every id is a customer's.
    """

    def first_day_of(self, field: str) -> int:
        """The first UTC day that a field may name."""
        return self.earliest_joined_day if field == "joined_at" else self.earliest_day

    def names_nobody(self, customer_id: str) -> bool:
        """Whether an id is one that sources send where they know no customer."""
        if self.ignored is None:
            return False
        return customer_id in self.ignored or not customer_id or customer_id.isspace()


ANY: Final = IntakeRules()
"""Of a policy that says nothing of it."""
