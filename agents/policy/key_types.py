"""What the policy's keys are made of: kinds of numbers and texts, and the table."""

from typing import Annotated, Final

import msgspec

from schemas.base.vocabulary import ContactChannel

MAX_WINDOW_DAYS: Final = 3660
MAX_DEDUPE_IDS: Final = 200_000
REMEMBER_DAYS_MAX: Final = 64
"""Of orders: so far back purchase days are told apart at least."""
ORDERS_MAX: Final = 256
MINUTES_MAX: Final = 366 * 24 * 60
CARDS_MAX: Final = 1_000
IGNORED_IDS_MAX: Final = 1_000
REMINDERS_MAX: Final = 16
STEPS_MAX: Final = 100
CADENCES_MAX: Final = 4
"""Of a tier: so many roles get in touch with its customers."""
ROLE_CHARS: Final = 32
KEPT_MAX: Final = 1_000
"""Of what is kept of one customer besides its days."""

Days = Annotated[int, msgspec.Meta(ge=1, le=MAX_WINDOW_DAYS)]
DaysOrNone = Annotated[int, msgspec.Meta(ge=0, le=MAX_WINDOW_DAYS)]
Count = Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
CountOrNone = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]
HalfLife = Annotated[int, msgspec.Meta(ge=7, le=MAX_WINDOW_DAYS)]
Minutes = Annotated[int, msgspec.Meta(ge=0, le=MINUTES_MAX)]
MinutesBilled = Annotated[int, msgspec.Meta(ge=1, le=MINUTES_MAX)]
Kept = Annotated[int, msgspec.Meta(ge=1, le=KEPT_MAX)]
RememberDays = Annotated[int, msgspec.Meta(ge=1, le=REMEMBER_DAYS_MAX)]
OrdersKept = Annotated[int, msgspec.Meta(ge=1, le=ORDERS_MAX)]
Payments = Annotated[int, msgspec.Meta(ge=1, le=100)]
Amount = Annotated[str, msgspec.Meta(title="amount")]
"""Decimal text in the base currency, with no more digits than it has."""
Rate = Annotated[str, msgspec.Meta(title="decimal text")]
"""Decimal text, not negative, as fine as it likes."""
RateIfAny = Rate | None
"""The same, or absent."""
DaysIfAny = Days | None
"""So many days, or absent."""
ChannelsIfAny = Annotated[tuple[ContactChannel, ...], msgspec.Meta(min_length=1)] | None
"""At least one channel, or absent."""


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table of the file: a key it does not know is a mistake, not a wish."""
