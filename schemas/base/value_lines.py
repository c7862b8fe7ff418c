"""The lines of a customer's value: what each stands for, and how it counts.

A line's number is its place in stored rows and in bookings: never change one, only add.
"""

from typing import Final

REVENUE: Final = 0
GOODS: Final = 1
FEES: Final = 2
CONTACTS: Final = 3
"""The first of the five channels that were there first."""
RETURNS: Final = 8
LATE_PAYMENT: Final = 9
REMINDERS: Final = 10
DISCOUNTS: Final = 11
SELLER_FAULT: Final = 12
WITHOUT_COST: Final = 13

ORDERS: Final = 14
"""No amount: how many sales there were.

A day that sold for more than came back counts as one by itself, and its cell holds those beyond:
one sale a day, as most are, takes no room of its own.
"""
RETURNED: Final = 15
"""No amount: how many returns there were, but for the seller's fault."""

SELLER_FAULT_REFUNDS: Final = 16

MORE_CONTACTS: Final = 17
"""The first of the four channels that came later."""

CHEAPER_CHANNEL: Final = 21
"""What contacts would have cost less by the channel that the policy names."""

COMPLAINTS: Final = 22
"""No amount: how many contacts complained, but for the seller's fault."""
COMPLAINT_COSTS: Final = 23
"""What these contacts cost."""

COUNTS: Final = frozenset({ORDERS, RETURNED, COMPLAINTS})
"""The lines that are no amounts."""
LINES: Final = 24
LINE_BITS: Final = 5
"""A day and a line together: day << LINE_BITS | line."""
LINE_MASK: Final = 31

SIGNS: Final = (1, -1, 1, *(-1,) * 8, *(0,) * 6, *(-1,) * 4, 0, 0, 0)
"""How a line counts in the contribution; 0: it is told beside, being in another line already."""

EXCUSING_SIGNS: Final = tuple(
    1 if line in {SELLER_FAULT, SELLER_FAULT_REFUNDS} else sign for line, sign in enumerate(SIGNS)
)
"""The same where what is the seller's own fault is excused."""

CONTACT_LINES: Final = (3, 4, 5, 6, 7, 17, 18, 19, 20)
"""Those of contacts, one a channel, in the order of CONTACT_CHANNELS."""
SERVICE: Final = (*CONTACT_LINES, RETURNS, LATE_PAYMENT, REMINDERS)
"""The lines whose sum is the service cost."""
