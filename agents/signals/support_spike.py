"""`support_spike`: many contacts in few days."""

from collections.abc import Iterator
from typing import ClassVar

from agents.customer.state import Customer
from agents.policy.compiled import Policy
from agents.policy.keeps import Keeps
from agents.policy.key_types import ChannelsIfAny, Count, CountOrNone, Days
from agents.signals.keys import Fault, Key, Values, fewer_than
from agents.signals.rule import CALLS, NONE, WATCH, Signal
from schemas.base.times import DAY_US, NO_DUE_US, day_start
from schemas.inputs.events import Kind
from schemas.outputs.parts import Finding


class SupportSpike(Signal):
    """Many contacts in few days, whoever's fault: it tells of a service that fails, too.

    Where the policy names channels, those on others are no plea for help, and not counted.
    """

    name: ClassVar[str] = "support_spike"
    keys: ClassVar[tuple[Key, ...]] = (
        Key("contacts", Count, "raised at so many contacts or more in the window"),
        Key("clear_at", CountOrNone, "cleared at so many or fewer; less than `contacts`"),
        Key("window_days", Days, "the signal's own window, in UTC days"),
        Key("channels", ChannelsIfAny, "contacts on these channels count; absent: on any", None),
    )
    fed_by: ClassVar[frozenset[Kind]] = CALLS
    teaches: ClassVar[bool] = True
    weight: ClassVar[int] = 15
    words: ClassVar[dict[str, tuple[str, ...]]] = {
        "clear_at": ("contacts", "<="),
        "contacts": ("contacts", ">="),
    }

    def __init__(self, values: Values, policy: Policy) -> None:
        self._contacts, self._clear_at = values.integer("contacts"), values.integer("clear_at")
        self._window_days = values.integer("window_days")
        self._sees_all = policy.keeps.contact_days == self._window_days

    @staticmethod
    def faults(values: Values) -> Iterator[Fault]:
        """It is not cleared where it is raised."""
        return fewer_than(values, "clear_at", "contacts")

    @staticmethod
    def keeps(values: Values) -> Keeps:
        """The contacts of its window, on its channels."""
        return Keeps(
            contact_days=values.integer("window_days"),
            contact_channels=frozenset(values.channels("channels")),
        )

    def _counted(self, customer: Customer, at_us: int) -> int:
        """The contacts in the window as it will be at a time."""
        if at_us > customer.as_of_us or not self._sees_all:
            return customer.contacts.after(at_us // DAY_US - self._window_days)
        return customer.contacts.total

    def severity(self, customer: Customer, tier: int, at_us: int) -> int:
        """At `contacts`."""
        if customer.contacts.total < self._contacts:
            return NONE
        return WATCH if self._counted(customer, at_us) >= self._contacts else NONE

    def clears(self, customer: Customer, tier: int, at_us: int) -> bool:
        """At `clear_at`."""
        return self._counted(customer, at_us) <= self._clear_at

    def next_us(self, customer: Customer, tier: int, at_us: int, is_open: bool) -> int:
        """When enough contacts have left the window."""
        if not is_open:
            return NO_DUE_US
        leaving = customer.contacts.day_leaving_at_most(self._clear_at)
        due_us = NO_DUE_US if leaving is None else day_start(leaving + self._window_days)
        return due_us if due_us > at_us else NO_DUE_US

    def evidence(self, customer: Customer, severity: int) -> list[Finding]:
        """How many there are."""
        key, bound = "clear_at", self._clear_at
        if severity != NONE:
            key, bound = "contacts", self._contacts
        return [self.finding(key, customer.contacts.total, bound)]
