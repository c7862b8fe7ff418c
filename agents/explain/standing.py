"""A customer brought to a time by what is due until then, as its partition would do it."""

from typing import Final

from agents.customer.rows import restored
from agents.customer.state import Customer
from agents.decide.decisions import Decision
from agents.partition.judges import Judge, Judges
from agents.policy.compiled import Policy
from schemas.base.times import format_micros
from schemas.state.rows import CutoffsRow

DUE_MAX: Final = 10_000
"""So many due times at most lie between a row and the time that is asked for."""


class TimeError(ValueError):
    """A time at which the customer can't be explained.

    For whoever asked, not for logs: it tells of a time of the customer's.
    """


class Standing:
    """One customer of a stored row, and who judges it."""

    def __init__(
        self, customer_id: str, row: bytes, policy: Policy, cutoffs: CutoffsRow | None
    ) -> None:
        """RowError where the row can't be read."""
        self._policy = policy
        self._judges = Judges(policy)
        self._judges.adopt(cutoffs)
        self.customer: Customer = restored(customer_id, row, policy)
        self.last_event_us = self.customer.as_of_us
        self.is_judged_anew = self.customer.policy_is_new
        if self.is_judged_anew:
            self.customer.fit(policy)

    @property
    def judge(self) -> Judge:
        """Who judges it: that of its kind."""
        return self._judges.of(self.customer)

    def reach(self, at_us: int, due_max: int = DUE_MAX) -> None:
        """Lets happen what is due until a time; TimeError where its row is already later."""
        customer = self.customer
        if at_us < customer.as_of_us:
            raise TimeError(
                f"--at: expected {format_micros(customer.as_of_us)} or later, the customer's last "
                f"event, found {format_micros(at_us)}: what it was before is not kept"
            )
        if customer.policy_is_new:
            customer.advance(at_us, self._policy)
            self._judges.judged(customer)
        for _ in range(due_max):
            if customer.due_us > at_us:
                customer.advance(at_us, self._policy)
                return
            self.fire()
        raise TimeError(
            f"--at: expected a time before which at most {due_max} due times lie, "
            f"found {format_micros(at_us)}"
        )

    def fire(self) -> list[Decision]:
        """What is due next, and what follows from that at the same time."""
        return list(self._judges.fire(self.customer, self._policy))
