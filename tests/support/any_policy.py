"""Good policies and events that intake takes, both at the ends of what is allowed.

All of it follows from a `random.Random`: the same in another process, on compiled rooms too.
"""

import re
from copy import deepcopy
from hashlib import blake2b
from random import Random
from typing import Any, Final

from agents.partition.pending import Bounds
from agents.policy.compiled import Policy
from agents.policy_file.compiling import compile_policy
from agents.policy_file.reading import checked_policy
from schemas.state.rows import CutoffsRow
from tests.support.feeding import ALL, NOW_US, WITH_CUSTOMERS, Desk, Erasure
from tests.support.happening import batch, kind_of
from tests.support.making import master_data, payment, purchase, support_call
from tests.support.policies import Change
from tests.support.whole_policy import (
    BY_ENTRIES,
    DECAYED,
    FUTURE,
    told,
    whole_policy,
)

SHARES_OF_ALL: Final[Change] = {"tiers.entry.ordinary": "0", "tiers.hold.min_band": "0"}
MODES: Final[tuple[Change, ...]] = (
    {},
    BY_ENTRIES,
    FUTURE,
    {**DECAYED, **SHARES_OF_ALL},
    {**DECAYED, **BY_ENTRIES},
)
INTEGERS: Final = (0, 1, 2, 3, 7, 64, 1_000, 3_660, 10_000, 1_000_000)
HALF_LIVES: Final = (7, 8, 90)
"""The longest take seconds to be made."""
DECIMALS: Final = (
    *("0", "0.01", "0.5", "0.99", "1", "1.01", "3", "10000", "999999999999999", "-999999999999999"),
    *("9999999999999.99", "-9999999999999.99", "0.00000000000001", "1.00000000000001"),
)
DATES: Final = ("0001-01-01", "1970-01-01", "2020-01-01", "2026-02-28", "9999-12-31")
CURRENCIES: Final = ("USD", "USD", "EUR", "JPY", "KWD")
CUSTOMERS: Final = ("ada", "bob")
DAYS: Final = (
    *("0001-01-01", "1969-12-31", "1970-01-01", "2026-01-01", "2026-02-27", "2026-02-28"),
    *("2026-03-01", "2026-03-02", "2026-03-31", "2036-03-31", "9999-12-30", "9999-12-31"),
)
WINDOWS: Final = (("value", "window_days"), ("risk", "support_spike", "window_days"))
"""What a later policy may not lengthen."""
MUTATIONS: Final = 25
"""So many keys are tried; most texts do not suit them."""


def two_policies(rng: Random) -> tuple[Policy, Policy]:
    """Two with some values at the ends of what the check allows, and of the same windows."""
    one = _any_raw(rng, {"version": "one"})
    windows = {path: _at(one, path) for path in WINDOWS}
    other = _any_raw(rng, {"version": "two"}, {".".join(path): windows[path] for path in WINDOWS})
    first, second = (compile_policy(checked_policy(raw, "any.toml")) for raw in (one, other))
    return first, second


def _any_raw(rng: Random, *changes: Change) -> dict[str, Any]:
    raw = whole_policy(rng.choice(MODES), *changes)
    keeps = len(changes) > 1
    for _ in range(MUTATIONS):
        path, value = rng.choice(list(_leaves(raw)))
        values = HALF_LIVES if path[-1] == "half_life_days" else _others(value)
        if values and not (keeps and path in WINDOWS):
            changed = _changed(raw, path, rng.choice(values))
            raw = raw if told(changed) else changed
    return raw


def _at(raw: Any, path: tuple[str | int, ...]) -> Any:
    for step in path:
        raw = raw[step]
    return raw


def _leaves(value: Any, path: tuple[str | int, ...] = ()) -> Any:
    if isinstance(value, dict | list):
        entries = value.items() if isinstance(value, dict) else enumerate(value)
        for name, entry in entries:
            yield from _leaves(entry, (*path, name))
    elif path != ("version",):
        yield path, value


def _others(value: Any) -> tuple[Any, ...]:
    if isinstance(value, bool):
        return True, False
    if isinstance(value, int):
        return INTEGERS
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        return DATES
    if isinstance(value, str) and re.fullmatch(r"-?[0-9.]+", value):
        return DECIMALS
    return {"by": ("rank", "profit"), "on_change": ("keep", "full")}.get(value, ())


def _changed(raw: dict[str, Any], path: tuple[str | int, ...], value: Any) -> dict[str, Any]:
    copied = deepcopy(raw)
    _at(copied, path[:-1])[path[-1]] = value
    return copied


def any_event(rng: Random, number: int) -> dict[str, Any] | Erasure:
    """An event of one of two customers, on an ordinary or on an outermost day."""
    customer_id, currency = rng.choice(CUSTOMERS), rng.choice(CURRENCIES)
    common = {
        "event_id": f"e{number}",
        "customer_id": customer_id,
        "occurred_at": f"{rng.choice(DAYS)}T{rng.choice(('00:00:00', '12:00:00', '23:59:59'))}Z",
    }
    paid = {"amount": _amount(rng), "currency": currency, "invoice_id": f"i{rng.randrange(4)}"}
    due = {"due_at": f"{rng.choice(DAYS)}T00:00:00Z"}
    which = rng.randrange(10)
    if which < 4:
        sold = {
            "cost": _amount(rng),
            "list_amount": _amount(rng),
            "items": rng.choice((1, 100_000)),
        }
        return purchase(**common, **paid, **due, **sold)
    if which == 4:
        back = {"type": "return", "fee": _amount(rng), "items": rng.choice((1, 100_000))}
        return purchase(**common, **paid, **back)
    if which == 5:
        said = {"satisfaction": rng.randint(1, 5), "complaint": rng.random() < 0.5}
        return support_call(**common, **said, duration_s=rng.choice((0, 604_800)))
    if which in {6, 7}:
        return payment(**common, **paid, **due)
    if which == 8 and rng.random() < 0.2:
        return Erasure(customer_id, 1_772_366_400_000)
    promised = {"starts_on": rng.choice(DAYS[:9]), "ends_on": "9999-12-31", "discount_rate": "1"}
    money = {"amount": _amount(rng), "currency": currency}
    override = {"tier": "important", "mode": rng.choice(("floor", "lock")), "reason": "so"}
    return master_data(**common, wallet=money, commitment=money | promised, override=override)


def _amount(rng: Random) -> str:
    return rng.choice(("0", "1", "700", "2100", "99999999999", "999999999999"))


def digest_of_a_story(rng: Random, events: int) -> str:
    """Of all that goes out and is stored under two policies, with a restart between them."""
    first, second = two_policies(rng)
    hasher = blake2b(digest_size=16)
    desk = Desk(first, inputs=WITH_CUSTOMERS)
    for number in range(events):
        event = any_event(rng, number)
        kind = kind_of(event)
        key = event.customer_id if isinstance(event, Erasure) else event["customer_id"]
        stamp_ms = event.timestamp_ms if isinstance(event, Erasure) else -1
        at = desk.shard.buffer(kind).position
        desk.shard.put(batch(kind, event, key=key.encode(), at=at, stamp_ms=stamp_ms))
        if rng.random() < 0.4:
            _go_on(desk, hasher)
        if number == events // 2:
            desk = Desk(second, inputs=WITH_CUSTOMERS, rows=desk.rows, bounds=Bounds(changed_max=2))
        elif rng.random() < 0.1 and desk.shard.policy.share is not None:
            own = desk.shard.policy.hash
            lowest = rng.choice((1, 50_000, 10**30))
            version = desk.shard.cutoffs_version + 1
            desk.shard.offer(
                CutoffsRow(
                    version=version, important=lowest, key=2 * lowest, policy_hash=own, made_us=0
                )
            )
    _go_on(desk, hasher)
    desk.shard.fire_due(2**61, 50, NOW_US)
    _go_on(desk, hasher)
    return hasher.hexdigest()


def _go_on(desk: Desk, hasher: Any) -> None:
    """Takes and commits until nothing is left."""
    while True:
        taken = desk.take(ALL)
        changes = desk.commit(stop=True)
        if changes is not None:
            for message in changes.outputs:
                hasher.update(repr((message.topic, message.key, message.value)).encode())
            hasher.update(repr(changes.rows).encode())
        elif not taken:
            return
