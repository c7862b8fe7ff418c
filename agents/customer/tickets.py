"""Which record of each ticket is its contact: the customer's first, or else the first of ours.

Of a ticket that one is remembered, with what it was counted as; the others of it cost their
handling time alone. Where an earlier one comes late it takes the place, and what was counted for
the other is taken back. So the order of arrival makes no difference while the ticket is remembered.
"""

from agents.policy.compiled import TicketRules
from schemas.base.times import DAY_US
from schemas.state.signal_rows import TicketRow


def settle(
    tickets: list[TicketRow], of_it: TicketRow, day: int, rules: TicketRules
) -> TicketRow | None:
    """Which of two is not the contact of its ticket: the one that was, or this one; None: neither.

    What is older than tickets are remembered is a contact of its own.
    """
    if day - of_it.at_us // DAY_US >= rules.days:
        return None
    for place, known in enumerate(tickets):
        if known.key == of_it.key:
            if _rank(of_it) >= _rank(known):
                return of_it
            tickets[place] = of_it
            return known
    tickets.append(of_it)
    if len(tickets) > rules.max:
        tickets.remove(min(tickets, key=_age))
    return None


def forget(tickets: list[TicketRow], day: int, rules: TicketRules) -> None:
    """Forgets tickets that are too old, and the earliest beyond the bound."""
    begin_us = (day - rules.days + 1) * DAY_US
    old = [ticket for ticket in tickets if ticket.at_us < begin_us]
    for ticket in old:
        tickets.remove(ticket)
    while len(tickets) > rules.max:
        tickets.remove(min(tickets, key=_age))


def _rank(ticket: TicketRow) -> tuple[bool, int, int, int, bool, int, int]:
    """The contact has the least; of equal ones it makes no difference which it is."""
    return (
        ticket.is_outbound,
        ticket.at_us,
        ticket.channel,
        ticket.fixed,
        ticket.at_fault,
        ticket.saves,
        ticket.complaint_cost,
    )


def _age(ticket: TicketRow) -> tuple[int, bytes]:
    return ticket.at_us, ticket.key
