"""A customer and its stored row: from one to the other."""

from array import array
from typing import Final

from agents.booking import Booking
from agents.customer import Customer
from agents.policy import Policy
from agents.ports import LimitError
from agents.window import NO_DAY
from schemas.events import Kind
from schemas.outputs import Origin
from schemas.row import (
    ROW_MAX_BYTES,
    CustomerRow,
    RowHead,
    WeightedRow,
    decode_customer,
    encode_customer,
    read_head,
    wide,
)

NEVER: Final = -1
"""No record of that input was taken yet."""


def stored(customer: Customer, policy: Policy) -> bytes:
    """The row to store, judged by this policy; LimitError where it is too large."""
    standing, cells = customer.standing, customer.value.cells
    assert standing is not None
    invoices, before = customer.invoices, customer.before
    row = CustomerRow(
        customer.origin,
        customer.first_day,
        customer.as_of_us,
        customer.sequence,
        customer.offsets,
        customer.risks,
        cells.tobytes() if isinstance(cells, array) else [str(number) for number in cells],
        customer.contacts.cells.tobytes(),
        customer.payments,
        standing.since_day,
        standing.notice_day,
        standing.told,
        standing.in_force_since_day,
        [] if invoices is None else invoices.open,
        bytearray() if invoices is None else invoices.unmatched.entries,
        customer.master,
        [] if before is None else [wide(number) for number in before.cells],
        None
        if policy.decay is None
        else WeightedRow(
            policy.decay.half_life_days, policy.decay.landmark_day, wide(customer.weighted)
        ),
        customer.touch,
        customer.signals.row(),
        customer.seen.entries,
    )
    head = RowHead(
        customer.due_us,
        customer.owed,
        standing.notice_day != NO_DAY,
        standing.in_force,
        standing.tier,
        # by none, as long as this policy has not judged it: whoever reads it next has it judged
        0 if customer.policy_is_new else policy.check,
        customer.ranked,
    )
    data = encode_customer(row, head)
    if len(data) > ROW_MAX_BYTES:
        raise LimitError(
            f"a customer's row has {len(data)} bytes, more than the {ROW_MAX_BYTES} that the "
            "changelog admits: lower dedupe_ids_max, invoices.open_max or the window of the policy"
        )
    return data


def newcomer(
    customer_id: str, origin: Origin, first: Booking, policy: Policy, taken: list[int] | None = None
) -> Customer:
    """A customer as its first event finds it; that event is still to be applied.

    `taken` has by input the offset of the last record taken in the partition: what came before is
    none of this customer's, even if it was once another's of the same id.
    """
    day = first.day
    row = CustomerRow(
        origin,
        day,
        first.at_us,
        0,
        [NEVER] * len(Kind) if taken is None else taken,
        {},
        b"",
        b"",
        [],
        day,
        NO_DAY,
        False,  # noqa: FBT003 - a row's field
        day,
        [],
        bytearray(),
        None,
        [],
        None,
        None,
        None,
        bytearray(),
    )
    return Customer(customer_id, row, None, policy)


def restored(customer_id: str, data: bytes, policy: Policy) -> Customer:
    """The customer of a stored row; RowError where it can't be read."""
    return Customer(customer_id, decode_customer(data), read_head(data), policy)
