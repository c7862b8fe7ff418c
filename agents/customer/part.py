"""What every part of a customer answers: one thing that is kept, in a file of its own.

A part that is new needs its class, its field in `schemas.state.rows.CustomerRow` (with another
`ROW_VERSION`), a line each in `agents.customer.rows`, and its place in
`agents.customer.state.Customer`, which asks all parts alike.
"""

from typing import Any

from agents.events.booking import Booking
from agents.policy.compiled import Policy
from schemas.base.times import NO_DUE_US


class Part:
    """One thing that is kept of a customer.

    Times are the customer's own: `as_of_us` is the latest that it has reached and `day` its UTC
    day; neither ever goes back.
    """

    def book(self, event: Booking, as_of_us: int, day: int, policy: Policy) -> None:
        """Takes what an event brings.

        The event may be older than `as_of_us`. Where it comes late must make no difference later:
        what has left by `day` is not taken in.
        """

    def advance(self, as_of_us: int, day: int, policy: Policy) -> None:
        """Lets go of what has left when a later day has come; days may have been skipped."""

    def fit(self, as_of_us: int, day: int, policy: Policy) -> None:
        """Lets go of what another policy kept and this one would not have."""

    def next_due_us(self, day: int, policy: Policy) -> int:
        """When one of its figures changes with no event; NO_DUE_US: never.

        Later than it does would be a wrong figure in between; earlier costs an evaluation.
        """
        return NO_DUE_US

    def row(self, policy: Policy) -> Any:
        """What the changelog keeps of it; made into a part again it has to answer the same."""
        raise NotImplementedError
