"""The policy file's keys for segments: what is remarkable beside the tier."""

from typing import Annotated

from agents.policy.key_types import Amount, Payments, Rate, Section
from schemas.base.meanings import means


class Best(Section, frozen=True):
    """`[segments.best]`: those who bring most."""

    contribution_from: Annotated[Amount, means("holds when the contribution is this or more")]


class FakeBig(Section, frozen=True):
    """`[segments.fake_big]`: buys like a key customer and brings nothing."""

    revenue_from: Annotated[Amount, means("holds when the revenue is this or more")]
    contribution_below: Annotated[Amount, means("and the contribution below this")]


class Latent(Section, frozen=True):
    """`[segments.latent]`: the wallet is known, and most of it is spent elsewhere."""

    wallet_share_below: Annotated[Rate, means("holds when `wallet_share` is below this")]


class OverServed(Section, frozen=True):
    """`[segments.over_served]`: `ordinary` or below, and much of the margin goes into service."""

    service_share: Annotated[Rate, means("holds when service costs more than this of the margin")]


class Potential(Section, frozen=True):
    """`[segments.potential]`: `ordinary` or below, and rising beside the window before."""

    growth: Annotated[Rate, means("holds when a contribution above 0 is so many times that before")]
    rise: Annotated[Amount, means("and this much more")]
    whole_window: Annotated[
        bool,
        means("and the customer has been known for two windows: the whole one before is its own"),
    ] = False


class PromptPayer(Section, frozen=True):
    """`[segments.prompt_payer]`: pays on time again and again."""

    payments: Annotated[
        Payments,
        means(
            "holds when so many of the last payments were on time, none was late in the window, "
            "and no open invoice is past due"
        ),
    ]


class Worst(Section, frozen=True):
    """`[segments.worst]`: those who cost most."""

    contribution_below: Annotated[Amount, means("holds when the contribution is below this")]


class Segments(Section, frozen=True):
    """`[segments]`: a segment whose section is absent is off."""

    best: Best | None = None
    fake_big: FakeBig | None = None
    latent: Latent | None = None
    over_served: OverServed | None = None
    potential: Potential | None = None
    prompt_payer: PromptPayer | None = None
    worst: Worst | None = None
