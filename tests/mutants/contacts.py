"""Mistakes in contacts that are due: when, who, since which touch, and on which channel."""

from typing import Final

from tests.mutants.mutant import Mutant

ROOM: Final = "agents/decide/"
UNIT: Final = "tests/unit/agents/decide/"
CONTACTS: Final = (UNIT + "test_contacts.py",)
CADENCES: Final = (UNIT + "test_cadences.py",)

CONTACTS_DUE: Final = (
    Mutant(
        "D26", "an interval ends a day late", ROOM + "contacts.py",
        "if (day := _day_passed(customer, cadence, policy)) <= customer.day",
        "if (day := _day_passed(customer, cadence, policy)) < customer.day",
        CONTACTS,
        hangs=True,
    ),
    Mutant(
        "D27", "everybody's complaint asks for a contact", ROOM + "contacts.py",
        "event.complains and tier >= HIGH_RANK and COMPLAINT in asked:",
        "event.complains and COMPLAINT in asked:",
        CONTACTS,
    ),
    Mutant(
        "D55", "our fault asks for a contact on quiet days, too", ROOM + "contacts.py",
        "return bool(quiet_days) and customer.day < customer.touch.said_day + quiet_days",
        "return False",
        CONTACTS,
    ),
    Mutant(
        "D56", "quiet days end a day late", ROOM + "contacts.py",
        "return bool(quiet_days) and customer.day < customer.touch.said_day + quiet_days",
        "return bool(quiet_days) and customer.day <= customer.touch.said_day + quiet_days",
        CONTACTS,
        hangs=True,
    ),
    Mutant(
        "D57", "an interval waits for no quiet days", ROOM + "contacts.py",
        "day = max(day, (customer.day if said else customer.touch.said_day) + quiet_days)",
        "pass",
        CONTACTS,
        hangs=True,
    ),
    Mutant(
        "D28", "an interval that was told of comes again with each event", ROOM + "contacts.py",
        "return max(since, customer.touches.said_day(cadence.role)) + cadence.every_days",
        "return since + cadence.every_days",
        CONTACTS,
        hangs=True,
    ),
    Mutant(
        "D32", "an interval makes nothing due", ROOM + "due.py",
        "        if self._asks_contacts and standing.stage != CLOSED:\n"
        "            due = min(due, next_contact_day(customer, tier, self._policy, "
        "contacts))\n",
        "",
        CONTACTS,
    ),
    Mutant(
        "D58", "on quiet days several roles come at once", ROOM + "contacts.py",
        "    if not policy.contacts.quiet_days:\n",
        "    if True:\n",
        CADENCES,
    ),
    Mutant(
        "D59", "of several roles the first of the list comes, and the others never",
        ROOM + "contacts.py",
        "for _, place in sorted(passed)]",
        "for _, place in passed]",
        CADENCES,
    ),
    Mutant(
        "D60", "what others are told of begins the cadence of all roles anew", ROOM + "contacts.py",
        "INTERVAL in its.reasons and its.role == cadence.role for its in said",
        "INTERVAL in its.reasons for its in said",
        CADENCES,
    ),
    Mutant(
        "D61", "a role's own record is not told of it", ROOM + "decisions.py",
        "customer.touches.care().said_days[due.role] = customer.day",
        "customer.touches.care().said_days[due.role] = customer.first_day",
        CADENCES,
        hangs=True,
    ),
    Mutant(
        "K17", "a late event moves the last touch back", "agents/customer/touches.py",
        "touch.last_us = event.at_us if last_us is None else max(last_us, event.at_us)",
        "touch.last_us = event.at_us",
        CONTACTS,
    ),
    Mutant(
        "K22", "a late touch moves the last that counts back", "agents/customer/touches.py",
        "care.met_us = event.at_us if met_us is None else max(met_us, event.at_us)",
        "care.met_us = event.at_us",
        CADENCES,
    ),
    Mutant(
        "K23", "whatever goes on is a touch", "agents/customer/touches.py",
        "            if event.meets:\n",
        "            if True:\n",
        CADENCES,
    ),
    Mutant(
        "K24", "who was met before touches were told apart was never met",
        "agents/customer/touches.py",
        "care.told_apart, care.met_us = True, last_us",
        "care.told_apart, care.met_us = True, None",
        CADENCES,
    ),
    Mutant(
        "K25", "a role that is gone is kept for ever", "agents/customer/touches.py",
        "for role, its in care.said_days.items() if role in rules.roles}",
        "for role, its in care.said_days.items()}",
        CADENCES,
    ),
    Mutant(
        "K26", "a contact counts for its channel after its day has left",
        "agents/customer/touches.py",
        "day - event.day < rules.channel_days:",
        "day - event.day < 99 * rules.channel_days:",
        CADENCES,
    ),
    Mutant(
        "K27", "a channel's day leaves a day late", "agents/customer/touches.py",
        "channels.expire(care.channels, day - policy.contacts.channel_days)",
        "channels.expire(care.channels, day - policy.contacts.channel_days - 1)",
        CADENCES,
    ),
    Mutant(
        "K28", "of equal channels the first of the list is named", "agents/customer/channels.py",
        "numbers[place] = numbers[place][0] + cells[at + 1], cells[at] >> _BITS",
        "numbers[place] = numbers[place][0] + cells[at + 1], 0",
        CADENCES,
    ),
)  # fmt: skip
"""By id, as they are told."""
