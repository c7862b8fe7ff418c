"""Errors whose text an operator may read: it names no customer and quotes nothing of an event.

Of every other error a log tells only what it is and where it arose (`streams.observe.logs`), for
its text may hold whatever the code had in hand.
"""


class OperatorError(Exception):
    """Its text is made for logs: of a customer it holds no more than `subject_of` leaves."""
