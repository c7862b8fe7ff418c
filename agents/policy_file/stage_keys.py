"""The policy file's keys for the stages of a customer's life."""

from typing import Annotated

from agents.policy.key_types import Days, Rate, Section
from schemas.base.meanings import means


class Stage(Section, frozen=True):
    """`[stage]`: where a customer stands in its life; absent: that is not told."""

    lost_days: Annotated[
        Days, means("`lost` when no sale has come for more than so many UTC days,")
    ]
    lost_gaps: Annotated[
        Rate, means("and for more than so many of its own mean gaps between purchase days")
    ] = "0"
    new_days: Annotated[
        Days,
        means(
            "`new` for so many UTC days from its first sale on, and `returned` for so many from "
            "the day on which it was back"
        ),
    ] = 90
