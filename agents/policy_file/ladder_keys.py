"""The policy file's keys for the ladder of measures."""

from typing import Annotated

from agents.policy.key_types import Days, DaysOrNone, Section
from schemas.base.meanings import means


class Playbook(Section, frozen=True):
    """`[ladder.playbook]`: what a step means to whoever takes it; passed on as it stands."""

    reassess: Annotated[str | None, means("at `reassess`")] = None
    educate: Annotated[str | None, means("at `educate`")] = None
    renegotiate: Annotated[str | None, means("at `renegotiate`")] = None
    migrate: Annotated[str | None, means("at `migrate`: prepaid, self-service, partner")] = None
    terminate: Annotated[str | None, means("at `terminate`")] = None


class Ladder(Section, frozen=True):
    """`[ladder]`: which step is recommended for a customer that costs; absent: none."""

    dwell_days: Annotated[Days, means("a step is followed by the next after so many UTC days")] = 30
    clear_days: Annotated[Days, means("no step any more so many after the last signal")] = 30
    young_days: Annotated[DaysOrNone, means("below this tenure never beyond `educate`")] = 180
    notice_days: Annotated[DaysOrNone, means("goes out with `terminate`")] = 30
    playbook: Playbook = Playbook()
