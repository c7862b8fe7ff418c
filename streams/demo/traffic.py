"""The sample traffic: events of a believable population, the same for the same seed.

Pure: no clock and no network. Event time is what `clock` says, one call an event, so it can run
in two ways:

- as it happens: `clock` is the wall clock. What was sold before the run is paid for and comes
  back in it;
- in a time-lapse (`Lapse`): days pass in seconds, from some time back until now and never into
  the future. Tiers change and signals come and go while one looks. A worker that watches one
  should keep event time (WHALECURVE_CLOCK=event): by the wall clock, weeks would have passed
  since every event.

An event's id is made from seed, start and number: a second run sends other events.
"""

import heapq
from collections.abc import Callable, Iterator
from itertools import accumulate
from random import Random
from typing import Any, Final

from agents.policy.compiled import Policy
from schemas.base.times import DAY_US, MINUTE_US, day_of, format_micros
from streams.demo.market import (
    KNOWN_SHARE,
    TERMS_DAYS,
    Body,
    Shopper,
    answer,
    called_back,
    contact,
    goods_back,
    master_data,
    money,
    paid_late_us,
    population,
    put_right,
    sale,
)

DAYS_PER_SECOND: Final = 2
"""How quickly a time-lapse passes where a command shows one."""
ABROAD: Final = ("USD", "EUR", "GBP")

Event = tuple[str, dict[str, Any]]
"""(topic, value)."""

EARLIER_DAYS: Final = 30
"""So long after the start what was sold before it is still paid for and comes back."""
EARLIER_SHARE: Final = 0.3
CHOICES_MAX: Final = 8
ANSWERED_SHARE: Final = 0.02
"""Of what those in trouble bring up so much is a clerk's answer to a recommended step."""
PENDING_MAX: Final = 20_000
"""Payments and returns to come that are remembered; of more nothing comes."""


class Lapse:
    """A clock that runs by steps from a start up to now, and then is now."""

    def __init__(self, start_us: int, step_us: int, now: Callable[[], int]) -> None:
        self.at_us = start_us
        self.arrived = False
        self._step_us, self._now = step_us, now

    def __call__(self) -> int:
        """Tell the next event's time."""
        now_us = self._now()
        self.at_us += self._step_us
        if self.at_us >= now_us:
            self.at_us, self.arrived = now_us, True
        return self.at_us


def currencies_of(policy: Policy, start_us: int) -> tuple[str, ...]:
    """Name the policy's base currency, and of some others those that it has a rate for by then."""
    base, day = policy.base_currency, day_of(start_us)
    others = (code for code in ABROAD if code != base and policy.rates.ratio(code, day))
    return (base, *others)


def events(
    seed: int,
    customers: int,
    clock: Callable[[], int],
    *,
    currencies: tuple[str, ...] = ABROAD,
    bad_share: float = 0.0,
) -> Iterator[Event]:
    """Make events without end; `clock` gives each its time in microseconds.

    `currencies`: the home currency, then those of a few customers abroad. `bad_share`: of the
    events so many are such as a worker rejects, or come twice.
    """
    rng = Random(seed)  # noqa: S311 - the same seed, the same traffic
    faults = Random(seed + 1)  # noqa: S311 - the good events do not depend on the bad ones
    market = _Market(rng, seed, customers, currencies, clock)
    last: Event | None = None
    while True:
        if last is not None and faults.random() < bad_share:
            yield _spoilt(faults, last)
        else:
            last = market.next()
            yield last


class _Market:
    """Who comes next and what follows from earlier sales."""

    def __init__(
        self,
        rng: Random,
        seed: int,
        customers: int,
        currencies: tuple[str, ...],
        clock: Callable[[], int],
    ) -> None:
        self._rng, self._clock = rng, clock
        self._shoppers = population(rng, customers, currencies)
        self._pulls = list(accumulate(shopper.habits.pull for shopper in self._shoppers))
        self._start_us = clock()
        self._run = f"{seed}-{self._start_us // 1000:x}"
        self._number = 0
        self._met: set[str] = set()
        self._pending: list[tuple[int, int, str, Shopper, Body]] = []

    def next(self) -> Event:
        """Make the next event."""
        at_us = self._clock()
        self._number += 1
        if self._pending and self._pending[0][0] <= at_us:
            _, _, topic, shopper, body = heapq.heappop(self._pending)
        else:
            shopper = self._comes(at_us)
            topic, body = self._does(shopper, at_us)
            if shopper.customer_id not in self._met:
                topic, body = self._meets(shopper, at_us, topic, body)
        head = {
            "event_id": f"{topic[0]}-{self._run}-{self._number}",
            "customer_id": shopper.customer_id,
            "occurred_at": format_micros(at_us // 1000 * 1000),
        }
        return topic, head | body

    def _comes(self, at_us: int) -> Shopper:
        """Choose who comes: seldom one of those who stay away."""
        shopper = self._shoppers[0]
        for _ in range(CHOICES_MAX):
            shopper = self._rng.choices(self._shoppers, cum_weights=self._pulls)[0]
            if not shopper.away(at_us):
                break
        return shopper

    def _meets(self, shopper: Shopper, at_us: int, topic: str, body: Body) -> tuple[str, Body]:
        """Tell of a customer who comes for the first time, where the CRM knows him."""
        self._met.add(shopper.customer_id)
        if self._rng.random() >= KNOWN_SHARE:
            return topic, body
        self._later(at_us, topic, shopper, body)
        return "customers", master_data(self._rng, shopper, at_us)

    def _does(self, shopper: Shopper, at_us: int) -> tuple[str, Body]:
        rng, habits = self._rng, shopper.habits
        if habits.trouble_days[1] and rng.random() < ANSWERED_SHARE:
            return "customers", answer(rng)
        troubled = shopper.troubled(at_us)
        if rng.random() < (habits.trouble if troubled else habits.contacts):
            body = contact(rng, shopper, at_us)
            if body.get("complaint"):
                right = put_right(body["issue"])
                self._later(at_us + MINUTE_US, "actions", shopper, called_back(body["issue"]))
                self._later(at_us + rng.randint(3, 10) * DAY_US, "support-calls", shopper, right)
            return "support-calls", body
        order_id = f"o-{self._run}-{self._number}"
        body, paid, cost = sale(rng, shopper, order_id)
        early = at_us < self._start_us + EARLIER_DAYS * DAY_US
        if early and rng.random() < EARLIER_SHARE:
            order_id = f"o-{self._run}-before-{self._number}"
            if rng.random() < habits.returns:
                return "purchases", goods_back(rng, shopper, order_id, paid, cost)
            if habits.credit:
                due_us = at_us - paid_late_us(rng, shopper, at_us)
                return "payments", _payment(order_id, body, due_us, "paid")
        if rng.random() < habits.credit:
            self._on_credit(shopper, at_us, order_id, body)
        if rng.random() < habits.returns:
            back = goods_back(rng, shopper, order_id, paid, cost)
            self._later(at_us + rng.randint(2, 12) * DAY_US, "purchases", shopper, back)
        return "purchases", body

    def _on_credit(self, shopper: Shopper, at_us: int, order_id: str, body: Body) -> None:
        rng, due_us = self._rng, at_us + TERMS_DAYS * DAY_US
        body["invoice_id"] = f"i-{order_id}"
        body["due_at"] = format_micros(due_us // 1000 * 1000)
        paid_us = due_us + paid_late_us(rng, shopper, at_us)
        if rng.random() < shopper.habits.fails:
            failed = _payment(order_id, body, due_us, "failed")
            self._later(paid_us - 2 * DAY_US, "payments", shopper, failed)
        self._later(paid_us, "payments", shopper, _payment(order_id, body, due_us, "paid"))

    def _later(self, at_us: int, topic: str, shopper: Shopper, body: Body) -> None:
        if len(self._pending) < PENDING_MAX:
            self._number += 1  # no two are alike: the heap compares no further
            heapq.heappush(self._pending, (at_us, self._number, topic, shopper, body))


def _payment(order_id: str, sold: Body, due_us: int, status: str) -> Body:
    return {
        "invoice_id": f"i-{order_id}",
        "amount": sold["amount"],
        "currency": sold["currency"],
        "due_at": format_micros(due_us // 1000 * 1000),
        "status": status,
    }


def _spoilt(rng: Random, last: Event) -> Event:
    """Give the last event again: as it was (it is dropped), or with a fault (it is rejected)."""
    topic, value = last[0], dict(last[1])
    fault = rng.randrange(6)
    if fault == 0:
        return topic, value
    if fault == 1:
        del value["occurred_at"]
    elif fault == 2:  # noqa: PLR2004 - one of six
        value["occurred_at"] = "2999-01-01T00:00:00Z"
    elif fault == 3:  # noqa: PLR2004 - one of six
        value["customer_id"] = ""
    elif topic == "customers":
        value["segment"] = "friend" if fault == 4 else "business"  # noqa: PLR2004
        value["region"] = "nowhere"
    elif topic == "support-calls":
        value["duration_s"] = -1 if fault == 4 else value["duration_s"] + 1  # noqa: PLR2004
    elif topic == "actions":
        value["channel"] = "fax" if fault == 4 else "email"  # noqa: PLR2004
    elif fault == 4:  # noqa: PLR2004 - one of six
        value["currency"] = "XXX"
    else:
        value["amount"] = money(rng.randrange(100_000, 200_000), value["currency"])
    return topic, value
