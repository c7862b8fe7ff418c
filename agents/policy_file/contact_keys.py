"""The policy file's keys for contacts that are due: whom to get in touch with, and who does."""

from typing import Annotated

import msgspec

from agents.policy.key_types import (
    CADENCES_MAX,
    ROLE_CHARS,
    Days,
    DaysIfAny,
    DaysOrNone,
    Section,
)
from schemas.base.meanings import means
from schemas.base.vocabulary import ContactReason, Touch


class Cadence(Section, frozen=True):
    """`[[contacts_due.cadence.TIER]]`: how often one role gets in touch with a customer."""

    role: Annotated[
        str,
        msgspec.Meta(min_length=1, max_length=ROLE_CHARS),
        means(f"who does, on one line; goes out with the record; at most {CADENCES_MAX} a tier"),
    ]
    every_days: Annotated[
        Days, means("UTC days from the last touch, or the last such record, until it is due")
    ]


Roles = Annotated[list[Cadence], msgspec.Meta(max_length=CADENCES_MAX)]


class Cadences(Section, frozen=True):
    """`[contacts_due.cadence]`: a tier without a list goes by its `contact_every_days`."""

    key: Roles = []
    important: Roles = []
    ordinary: Roles = []
    maintenance: Roles = []


class ContactsDue(Section, frozen=True):
    """`[contacts_due]`: whom to get in touch with; absent: nothing is put out."""

    reasons: Annotated[
        tuple[ContactReason, ...],
        means(
            "`interval`: a cadence of the tier, or its `contact_every_days`, passed; `complaint`: "
            "of a key or important customer; `notice`: of a downgrade; `notice_withdrawn`: that it "
            "will not come; `seller_fault`: a return or contact of a key or important customer; "
            "`termination_notice`: a human approved the end; `termination_withdrawn`: and took "
            "that back"
        ),
    ] = ("interval", "complaint", "notice")
    quiet_days: Annotated[
        DaysOrNone,
        means(
            "for so many UTC days after any such record none comes for `interval` (it waits) or "
            "`seller_fault` alone; 0: they come whenever they are due"
        ),
    ] = 0
    touches: Annotated[
        tuple[Touch, ...] | None,
        means(
            "what is a touch, from which `interval` is counted: contacts on these channels, and "
            "`purchase` (sales and returns); absent: all of it; none: only its own records count"
        ),
    ] = None
    channel_days: Annotated[
        DaysIfAny,
        means(
            "records name the channel of most contacts within so many UTC days; absent: none is "
            "named"
        ),
    ] = None
    cadence: Cadences = Cadences()
