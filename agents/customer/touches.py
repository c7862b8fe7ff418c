"""When a customer and the company last met, and which contacts were said to be due."""

from agents.customer.part import Part
from agents.events.booking import Booking
from agents.policy.compiled import Policy
from schemas.inputs.events import Kind
from schemas.state.rows import TouchRow


class Touches(Part):
    """The last touch, and what was said of those that are due."""

    __slots__ = ("touch",)

    def __init__(self, row: TouchRow) -> None:
        self.touch = row

    def book(self, event: Booking, as_of_us: int, day: int, policy: Policy) -> None:
        """A purchase or a contact."""
        if event.touches:
            last_us = self.touch.last_us
            if event.kind == Kind.PURCHASES:
                self.touch.has_bought = True
            self.touch.last_us = event.at_us if last_us is None else max(last_us, event.at_us)

    def row(self, policy: Policy) -> TouchRow:
        """As it is."""
        return self.touch
