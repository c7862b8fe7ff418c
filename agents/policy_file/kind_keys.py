"""The policy file's keys for one kind of customer: what is laid over what holds for all."""

from typing import Annotated, Any

from agents.policy.key_types import Amount, Section
from schemas.base.meanings import means


class KindEntries(Section, frozen=True):
    """`[for.KIND.tiers.entry]`: the entries that are others; absent ones are those of all."""

    key: Annotated[Amount | None, means("entry of `key`")] = None
    important: Annotated[Amount | None, means("entry of `important`")] = None
    ordinary: Annotated[Amount | None, means("entry of `ordinary`")] = None


class KindTiers(Section, frozen=True):
    """`[for.KIND.tiers]`: with `tiers.mode` = `entry` only."""

    entry: KindEntries = KindEntries()


class ForKind(Section, frozen=True):
    """`[for.KIND]`: what holds for customers whose master data say that they are of this kind."""

    tiers: KindTiers = KindTiers()
    treatment: Annotated[
        dict[str, dict[str, Any]],
        means("as `[treatment]`, laid over it key by key"),
    ] = {}
    risk: Annotated[
        dict[str, dict[str, Any]],
        means(
            "`[for.KIND.risk.SIGNAL]`: keys laid over those of a signal that is on; not those that "
            "say what is kept of a customer, which are the same for all"
        ),
    ] = {}


class Kinds(Section, frozen=True):
    """`[for]`: by `segment` of the topic `customers`; whose kind is unknown goes by the rest."""

    business: ForKind | None = None
    individual: ForKind | None = None
