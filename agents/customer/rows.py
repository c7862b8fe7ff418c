"""A customer and its stored row: from one to the other."""

from agents.customer.stage import NO_STAGE
from agents.customer.state import Customer
from agents.customer.tier_state import CAME
from agents.events.booking import Booking
from agents.policy.compiled import Policy
from agents.ports import LimitError
from schemas.base.times import BEFORE_ALL_DAYS, NO_DAY
from schemas.inputs.events import Kind
from schemas.outputs.records import Origin
from schemas.state.codec import (
    JUDGED_BY_NONE,
    ROW_MAX_BYTES,
    RowHead,
    decode_customer,
    encode_customer,
    read_head,
)
from schemas.state.rows import (
    NO_OFFSET,
    NOT_ASKED,
    CustomerRow,
    InvoicesRow,
    TouchRow,
    WorthRow,
    with_tickets,
)


def stored(customer: Customer, policy: Policy) -> bytes:
    """The row to store, judged by this policy; LimitError where it is too large."""
    tier_state = customer.tier_state
    assert tier_state is not None
    row = CustomerRow(
        origin=customer.origin,
        first_day=customer.first_day,
        as_of_us=customer.as_of_us,
        sequence=customer.sequence,
        offsets=customer.offsets,
        risks=customer.risks,
        by_value_since_day=tier_state.since_day,
        notice_day=_if_any(tier_state.notice_day),
        notice_tier=tier_state.notice_tier,
        announced=tier_state.announced,
        below_day=_if_any(tier_state.below_day),
        by_value_came=tier_state.came,
        in_force_since_day=tier_state.in_force_since_day,
        treated=customer.treated,
        stage=customer.standing.stage,
        stage_since_day=customer.standing.since_day,
        worth=customer.worth.row(policy),
        contacts=customer.contacts.row(policy),
        payments=customer.payments.row(policy),
        invoices=customer.invoices.row(policy),
        master=customer.master_data.row(policy),
        touch=customer.touches.row(policy),
        signals=customer.signals.row(policy),
        dedupe=customer.dedupe.row(policy),
        segments=customer.segments,
        late_day=_if_any(customer.payments.late_day),
        orders=customer.orders.row(policy),
    )
    if customer.tickets:
        row = with_tickets(row, customer.tickets)
    head = RowHead(
        due_us=customer.due_us,
        owed=customer.owed,
        falling=tier_state.is_falling,
        tier=tier_state.in_force,
        by_value=tier_state.tier,
        # by none, as long as this policy has not judged it: whoever reads it next has it judged
        policy_check=JUDGED_BY_NONE if customer.policy_is_new else policy.check,
        index=customer.ranked,
    )
    data = encode_customer(row, head)
    if len(data) > ROW_MAX_BYTES:
        raise LimitError(
            f"a customer's row has {len(data)} bytes, more than the {ROW_MAX_BYTES} that the "
            "changelog admits: lower dedupe_ids_max, invoices.open_max or the window of the policy"
        )
    return data


def _if_any(day: int) -> int | None:
    """A day as a row has it: one that never comes, or never was, costs a byte."""
    return None if day in (NO_DAY, BEFORE_ALL_DAYS) else day


def newcomer(
    customer_id: str, origin: Origin, first: Booking, policy: Policy, taken: list[int] | None = None
) -> Customer:
    """A customer as its first event finds it; that event is still to be applied.

    `taken` has by input the offset of the last record taken in the partition: what came before is
    none of this customer's, even if it was once another's of the same id.
    """
    day = first.day
    row = CustomerRow(
        origin=origin,
        first_day=day,
        as_of_us=first.at_us,
        sequence=0,
        offsets=[NO_OFFSET] * len(Kind) if taken is None else taken,
        risks={},
        by_value_since_day=day,
        notice_day=None,
        notice_tier=0,
        announced=False,
        below_day=None,
        by_value_came=CAME,
        in_force_since_day=day,
        treated=0,
        stage=NO_STAGE,
        stage_since_day=0,
        worth=WorthRow(b"", [], None),
        contacts=b"",
        payments=[],
        invoices=InvoicesRow([], bytearray()),
        master=None,
        touch=TouchRow(),
        signals=None,
        dedupe=bytearray(),
        segments=NOT_ASKED,
        late_day=None,
        orders=None,
    )
    return Customer(customer_id, row, None, policy)


def restored(customer_id: str, data: bytes, policy: Policy) -> Customer:
    """The customer of a stored row; RowError where it can't be read."""
    customer = Customer(customer_id, decode_customer(data), read_head(data), policy)
    customer.row = data
    return customer
