"""The policy file's keys for risk signals: each section is made from its signal's own keys."""

from typing import TYPE_CHECKING, Annotated, Any, Final

import msgspec

from agents.policy.key_types import DaysOrNone, Section
from agents.signals.registry import SIGNALS
from agents.signals.rule import Signal
from schemas.base.meanings import means
from schemas.base.vocabulary import Action

Points = Annotated[int, msgspec.Meta(ge=0, le=100)]


class TierActions(Section, frozen=True):
    """`[risk.actions.SIGNAL]`: what to do for a customer of a tier."""

    key: Annotated[Action | None, means("for key customers")] = None
    important: Annotated[Action | None, means("for important ones")] = None
    ordinary: Annotated[Action | None, means("for ordinary ones")] = None
    maintenance: Annotated[Action | None, means("for the rest")] = None


class AllSignals(Section, frozen=True):
    """What `[risk]` says of all signals; a signal whose section is absent is off."""

    cooldown_days: Annotated[
        DaysOrNone, means("a cleared signal is not raised again for so many UTC days")
    ] = 0
    weights: Annotated[
        dict[str, Points], means("`[risk.weights]`: by signal its points in the score")
    ] = {}
    actions: Annotated[
        dict[str, TierActions], means("`[risk.actions.SIGNAL]`: what is recommended, by tier")
    ] = {}


def section_type(signal: type[Signal]) -> type[Section]:
    """The struct of a signal's section."""
    fields = [key.field for key in signal.keys]
    made: Any = msgspec.defstruct(
        signal.__name__, fields, bases=(Section,), frozen=True, kw_only=True, module=__name__
    )
    section: type[Section] = made
    return section


SECTIONS: Final = {signal.name: section_type(signal) for signal in SIGNALS}

if TYPE_CHECKING:

    class Risk(AllSignals, frozen=True):
        """`[risk]`."""

        def __getattr__(self, signal: str) -> Any:
            """A signal's section; None: it is off."""

else:
    Risk = msgspec.defstruct(
        "Risk",
        [(name, section | None, None) for name, section in SECTIONS.items()],
        bases=(AllSignals,),
        frozen=True,
        module=__name__,
    )
