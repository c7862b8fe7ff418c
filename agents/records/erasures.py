"""Records for `erasures`: the receipt of an erased customer."""

from schemas.base.times import format_micros
from schemas.outputs.erasures import Erasure
from schemas.outputs.records import NOT_YET, Origin, erasure_id


def receipt_of(subject: str, origin: Origin, at_us: int, *, held: bool) -> Erasure:
    """The receipt; `origin` is the record that asked for it."""
    return Erasure(
        event_id=erasure_id(subject, origin),
        subject=subject,
        held=held,
        erased_at=format_micros(at_us),
        evaluated_at=NOT_YET,
    )
