"""What a field of an output may hold: each kind with its words for the reference as its title."""

from typing import Annotated

from msgspec import Meta, Raw

from schemas.base.money import CURRENCY_DIGITS
from schemas.inputs.events import MAX_ID_CHARS

_DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIME = r"[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{3}([0-9]{3})?)?"
_DIGITS_BEHIND = "a decimal text with 4 digits behind the point"

Id = Annotated[
    str,
    Meta(title=f"a text of 1 to {MAX_ID_CHARS} characters", min_length=1, max_length=MAX_ID_CHARS),
]
Moment = Annotated[
    str,
    Meta(
        title="an RFC 3339 time in UTC",
        pattern=f"^{_DATE}T{_TIME}Z$",
        extra_json_schema={"format": "date-time"},
    ),
]
Date = Annotated[str, Meta(title="a date as YYYY-MM-DD", pattern=f"^{_DATE}$")]
Currency = Annotated[
    str, Meta(title="an ISO 4217 code", extra_json_schema={"enum": sorted(CURRENCY_DIGITS)})
]
Amount = Annotated[
    str,
    Meta(title="a decimal text with the currency's digits", pattern=r"^-?[0-9]+(\.[0-9]{2,4})?$"),
]
Share = Annotated[str, Meta(title=_DIGITS_BEHIND, pattern=r"^-?[0-9]+\.[0-9]{4}$")]
Estimate = Annotated[str, Meta(title=_DIGITS_BEHIND, pattern=r"^[0-9]+\.[0-9]{4}$")]
Measure = Annotated[int | str, Meta(title="an integer, or money as decimal text")]
Whole = Annotated[int, Meta(ge=0)]
Counting = Annotated[int, Meta(ge=1)]
Points = Annotated[int, Meta(ge=0, le=100)]
Digest = Annotated[str, Meta(title="32 hexadecimal digits", pattern="^[0-9a-f]{32}$")]
Treatment = Annotated[
    Raw, Meta(title="an object, as the policy has it", extra_json_schema={"type": "object"})
]
"""JSON already: a policy's grants are encoded once, and not with every record."""
Bucket = tuple[int, Counting, Annotated[str, Meta(pattern="^-?[0-9]+$")]]
Buckets = Annotated[list[Bucket], Meta(title="a list of [bucket, count, sum]")]
Number = Annotated[str, Meta(title="digits", pattern="^[0-9]+$")]
CommitNumber = Annotated[str, Meta(title="digits", pattern="^[1-9][0-9]*$")]
