"""A slow, obvious recount of the contract, to check the product's outputs against.

Nothing of the product is imported here: the recount reads the same records and the same policy
and arrives at its own answer, so that the two can only agree where both are right. Records go
through `judge` (is it an event?), `ledger` (what does it book?), `invoices` (what is open?),
`master` (what does the seller say of the customer?), `customer` (what is the customer worth?),
`verdict` (which outputs follow?) and `dues` (when does something change by itself?); `recount`
puts the inputs of each partition in order. `sample` makes traffic to run both on.

What the recount leaves out: the wall clock, a change of the policy, `event_id` and `evaluated_at`
of the outputs.
"""

from .records import Record
from .recount import Outcome, recount

__all__ = ["Outcome", "Record", "recount"]
