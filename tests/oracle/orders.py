"""Which orders are remembered, and how a customer stands without one that was cancelled.

A figure is taken back in the plainest way: all that ever happened to the customer happens once
more, without the order, and the figures are those that it leaves.
"""

from dataclasses import dataclass, field

from . import instants
from .fields import Event
from .money import Terms

PARTS_MAX = 64
"""No order of more parts is remembered."""


@dataclass
class Happening:
    """An event that was applied, and the day it counts on."""

    topic: str
    event: Event
    as_of: int
    """When the customer stood as it came."""
    on: int


@dataclass
class Order:
    """An order that is remembered by a day: of its first sale, or of the first of all."""

    day: int
    sold: bool = False
    cancelled: bool = False
    parts: list[Happening] = field(default_factory=list)


@dataclass
class Orders:
    """The remembered orders of a customer by their ids, and all that ever happened."""

    known: dict[str, Order] = field(default_factory=dict)
    gone: int | None = None
    """The latest day of an order that went for want of room."""
    log: list[Happening] = field(default_factory=list)

    def forget(self, today: int, terms: Terms) -> None:
        """Forget the orders of days that are too long ago."""
        if terms.orders is None:
            return
        begin = today - terms.orders["remember_days"]
        self.known = {name: order for name, order in self.known.items() if order.day > begin}

    def too_late(self, cancel: Event, today: int, terms: Terms) -> bool:
        """Tell whether an order can't be cancelled any more; `today` is the customer's by then."""
        if terms.orders is None:
            return True
        begin = today - terms.orders["remember_days"]
        alive = {name: order for name, order in self.known.items() if order.day > begin}
        order = alive.get(cancel["order_id"])
        if order is not None and (order.sold or order.cancelled):
            return False
        told = cancel["ordered_at"]
        if placed(cancel) <= begin:
            return True
        if told is not None and self.gone is not None and instants.day_of(told) <= self.gone:
            return True
        if told is None and self._bought_beside(alive):
            return True
        full = len(alive) >= terms.orders["orders_max"]
        return full and all(order.cancelled for order in alive.values())

    def _bought_beside(self, alive: dict[str, Order]) -> bool:
        """Tell whether something was bought or given back that is of none of these orders."""
        theirs = [id(part) for order in alive.values() for part in order.parts]
        return any(
            it.event.get("type") in {"sale", "return"} and id(it) not in theirs for it in self.log
        )

    def cancel(self, event: Event, terms: Terms) -> None:
        """Let an order never have been; one that is not known yet is not to be."""
        assert terms.orders is not None
        name = event["order_id"]
        if name not in self.known:
            if len(self.known) >= terms.orders["orders_max"]:
                self._push_out()
            self.known[name] = Order(placed(event))
        order = self.known[name]
        theirs = [id(part) for part in order.parts]
        self.log = [it for it in self.log if id(it) not in theirs]
        order.parts, order.cancelled = [], True
        if not order.sold:
            order.day = placed(event)

    def meet(self, happening: Happening, today: int, terms: Terms) -> bool:
        """Let an event become part of its order; tell whether what was known counts elsewhere."""
        assert terms.orders is not None
        name, day, sells = (
            happening.event["order_id"],
            happening.on,
            happening.event["type"] == "sale",
        )
        recent = day > today - terms.orders["remember_days"]
        order = self.known.get(name)
        if order is None:
            if not recent or not self._has_room(day, terms.orders["orders_max"]):
                return False
            order = self.known[name] = Order(day)
        moves = False
        if sells and (not order.sold or day < order.day):
            for part in order.parts:
                if recent and part.event["type"] != "sale":
                    moves, part.on = True, day
            order.day, order.sold = day, True
        elif order.sold and not sells:
            happening.on = order.day
        order.parts.append(happening)
        if len(order.parts) > PARTS_MAX:
            self._lose(self.known.pop(name).day)
        return moves

    def _has_room(self, day: int, most: int) -> bool:
        if len(self.known) < most:
            return True
        first = min(self.known.values(), key=_rank)
        if not first.cancelled and first.day <= day:
            self._push_out()
            return True
        self._lose(day)
        return False

    def _push_out(self) -> None:
        name = min(self.known, key=lambda name: _rank(self.known[name]))
        self._lose(self.known.pop(name).day)

    def _lose(self, day: int) -> None:
        self.gone = day if self.gone is None else max(self.gone, day)


def placed(cancel: Event) -> int:
    """Name the day on which a cancelled order was placed, as far as that is told."""
    told = cancel["ordered_at"]
    return instants.day_of(cancel["occurred_at"] if told is None else told)


def _rank(order: Order) -> tuple[bool, int]:
    return order.cancelled, order.day
