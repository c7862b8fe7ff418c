"""`erasures`: the receipt of an erased customer."""

from typing import Annotated

import msgspec

from schemas.base.meanings import means
from schemas.outputs.common import EvaluatedAt, EventId
from schemas.outputs.kinds import Digest, Moment


class Erasure(msgspec.Struct, gc=False):
    """A record on `erasures`."""

    event_id: EventId
    subject: Annotated[
        Digest,
        means("a hash of the customer_id, keyed by WHALECURVE_ERASURE_SECRET_FILE; also its key"),
    ]
    held: Annotated[bool, means("whether anything was kept of the customer")]
    erased_at: Annotated[Moment, means("event time: the timestamp of the record that asked")]
    evaluated_at: EvaluatedAt
