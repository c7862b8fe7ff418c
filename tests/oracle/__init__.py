"""A slow, obvious recount of the contract, to check the product's outputs against.

Nothing of the product is imported here: the recount reads the same records and the same policy
and arrives at its own answer, so that the two can only agree where both are right. Records go
through `judge` (is it an event?), `ledger` (what does it book?), `invoices` (what is open?),
`master` (what does the seller say of the customer?), `kept` (what is known for its signals?),
`customer` (what is the customer worth?), `opinions` and `episodes` (is it at risk?), `climbing`
(which step follows?), `verdict` (which outputs?) and `dues` (when does something change by
itself?); `recount` puts the inputs of each partition in order. `sample` makes traffic to run both
on.

What the recount leaves out: the wall clock, `event_id` and `evaluated_at` of the outputs, and of a
lifetime what is expected of the future (`wire.ESTIMATES`). By another policy it judges everybody
at once (`recount.Partition.adopt`).
"""

from .records import Record
from .recount import Outcome, recount

__all__ = ["Outcome", "Record", "recount"]
