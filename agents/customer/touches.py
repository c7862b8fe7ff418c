"""When a customer and the company last met, and which contacts were said to be due."""

from agents.customer import channels
from agents.customer.part import Part
from agents.events.booking import NO_CHANNEL, Booking
from agents.policy.compiled import Policy
from schemas.base.vocabulary import ContactChannel
from schemas.inputs.events import Kind
from schemas.state.rows import CareRow, TouchRow


class Touches(Part):
    """The last touch, and what was said of those that are due."""

    __slots__ = ("touch",)

    def __init__(self, row: TouchRow) -> None:
        self.touch = row

    def book(self, event: Booking, as_of_us: int, day: int, policy: Policy) -> None:
        """A purchase or a contact; one of ours begins cadences anew, and is nothing that he did."""
        if event.met_by is not None:
            self._met_by(event.met_by, event.day, policy)
        if not event.touches:
            return
        touch, last_us, rules = self.touch, self.touch.last_us, policy.contacts
        if event.kind == Kind.PURCHASES:
            touch.has_bought = True
        touch.last_us = event.at_us if last_us is None else max(last_us, event.at_us)
        if rules.tells_touches:
            care = self.care()
            if not care.told_apart:
                # whatever it was: nothing falls due because the policy asks for more
                care.told_apart, care.met_us = True, last_us
            if event.meets:
                met_us = care.met_us
                care.met_us = event.at_us if met_us is None else max(met_us, event.at_us)
        if event.channel != NO_CHANNEL and day - event.day < rules.channel_days:
            channels.count(self.care().channels, event.day, event.channel)

    def _met_by(self, role: str, day: int, policy: Policy) -> None:
        """A contact that the company made: the role's cadence begins anew; nobody's: all do."""
        touch = self.touch
        if not role:
            touch.interval_day = max(touch.interval_day, day)
        elif role in policy.contacts.roles:
            said_days = self.care().said_days
            said_days[role] = max(said_days.get(role, day), day)

    def advance(self, as_of_us: int, day: int, policy: Policy) -> None:
        """Days leave the window of channels."""
        care = self.touch.care
        if care is not None and care.channels:
            channels.expire(care.channels, day - policy.contacts.channel_days)

    def fit(self, as_of_us: int, day: int, policy: Policy) -> None:
        """Roles may be gone, a window shorter, and touches no longer told apart."""
        care, rules = self.touch.care, policy.contacts
        if care is None:
            return
        if not rules.tells_touches:
            care.told_apart, care.met_us = False, None
        care.said_days = {role: its for role, its in care.said_days.items() if role in rules.roles}
        self.advance(as_of_us, day, policy)
        if care == CareRow():
            self.touch.care = None

    def row(self, policy: Policy) -> TouchRow:
        """As it is."""
        return self.touch

    def latest(self) -> tuple[int | None, int | None]:
        """The latest touch, and the latest that counts for contacts due."""
        touch = self.touch
        if touch.care is None or not touch.care.told_apart:
            return touch.last_us, touch.last_us
        return touch.last_us, touch.care.met_us

    def set_latest(self, last_us: int | None, met_us: int | None, *, has_bought: bool) -> None:
        """Some touches never were: these are left."""
        touch = self.touch
        touch.last_us, touch.has_bought = last_us, has_bought
        if touch.care is not None and touch.care.told_apart:
            touch.care.met_us = met_us

    def care(self) -> CareRow:
        """What is kept beside the last touch, from now on."""
        care = self.touch.care
        if care is None:
            care = self.touch.care = CareRow()
        return care

    def met_us(self, policy: Policy) -> int | None:
        """The latest touch that counts for contacts due; None: none did yet."""
        care = self.touch.care
        if policy.contacts.tells_touches and care is not None and care.told_apart:
            return care.met_us
        return self.touch.last_us

    def said_day(self, role: str | None) -> int:
        """The day of the last record by a role's cadence.

        One that named nobody stands for every role, and any role's for nobody's.
        """
        day, care = self.touch.interval_day, self.touch.care
        if care is not None:
            for name, said_day in care.said_days.items():
                if role is None or role == name:
                    day = max(day, said_day)
        return day

    def channel(self) -> ContactChannel | None:
        """The channel it uses most, where the policy asks; None: it made no contact."""
        care = self.touch.care
        return None if care is None else channels.most_used(care.channels)
