"""The policy file's keys for the ladder of measures."""

from typing import Annotated

import msgspec

from agents.policy.key_types import Days, DaysIfAny, DaysOrNone, RateIfAny, Section
from schemas.base.meanings import means
from schemas.base.vocabulary import ContactChannel, StepName

Text = Annotated[
    str | dict[str, str] | None, msgspec.Meta(title="a text, or a table of texts by signal")
]
"""What a step means; or by signal, `any` for those that are not named."""


class Playbook(Section, frozen=True):
    """`[ladder.playbook]`: what a step means to whoever takes it; passed on as it stands.

    A step has a text, or a table with one for each signal, and `any` for those it does not name.
    """

    reassess: Annotated[Text, means("at `reassess`")] = None
    educate: Annotated[Text, means("at `educate`")] = None
    renegotiate: Annotated[Text, means("at `renegotiate`")] = None
    migrate: Annotated[Text, means("at `migrate`: prepaid, self-service, partner")] = None
    terminate: Annotated[Text, means("at `terminate`")] = None


class Guards(Section, frozen=True):
    """`[ladder.guards]`: what keeps a customer from going beyond `educate`."""

    unanswered_complaint: Annotated[
        bool, means("while a complaint of his on an issue that is unresolved is not answered")
    ] = False
    earned_share: Annotated[
        RateIfAny,
        means(
            "while he brought something in all his time, and his service in the window costs "
            "less than so much of it; absent: whatever he costs"
        ),
    ] = None


class Ladder(Section, frozen=True):
    """`[ladder]`: which step is recommended for a customer that costs; absent: none."""

    dwell_days: Annotated[Days, means("a step is followed by the next after so many UTC days")] = 30
    clear_days: Annotated[Days, means("no step any more so many after the last signal")] = 30
    young_days: Annotated[DaysOrNone, means("below this tenure never beyond `educate`")] = 180
    notice_days: Annotated[DaysOrNone, means("goes out with `terminate`")] = 30
    waits_for_answer: Annotated[
        bool,
        means(
            "whether a step is followed by the next only when a human has answered to it; "
            "without an answer one reminder comes after `dwell_days`"
        ),
    ] = False
    at_rest_days: Annotated[
        DaysIfAny,
        means(
            "no step at all while the last purchase, return or contact is so many UTC days old; "
            "absent: whatever its age"
        ),
    ] = None
    service_share: Annotated[
        RateIfAny,
        means(
            "`support_spike` leads to `educate` where contacts cost more than this of the "
            "margin; absent: nowhere"
        ),
    ] = None
    cheaper_channel: Annotated[
        ContactChannel | None,
        means(
            "records of what costs tell what the customer's contacts would have cost less by this "
            "channel, one with costs in a rate card; absent: they don't"
        ),
    ] = None
    reach: Annotated[
        Annotated[dict[str, StepName], msgspec.Meta(title="a step for each signal")],
        means(
            "`[ladder.reach]`: the last step a signal leads to; `terminate` where it is not named"
        ),
    ] = {}
    guards: Guards = Guards()
    playbook: Playbook = Playbook()
