"""Errors whose text an operator may read: it names no customer and quotes nothing of an event.

Of every other error a log tells only what it is and where it arose (`streams.logs`), for its text
may hold whatever the code had in hand.
"""


class ToldError(Exception):
    """Its text is made for logs: a customer stands there as `schemas.outputs.subject_of` has it."""
