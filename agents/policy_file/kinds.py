"""One kind's policy file: what holds for all, with what stands under `[for.KIND]` laid over it."""

from collections.abc import Iterator
from typing import Any

import msgspec

from agents.policy_file.keys import PolicyFile
from agents.policy_file.kind_keys import ForKind
from schemas.base.vocabulary import CustomerSegment


def parts_of(file: PolicyFile) -> Iterator[tuple[CustomerSegment, ForKind]]:
    """The kinds that have something of their own."""
    kinds = file.for_kinds
    if kinds is not None and kinds.business is not None:
        yield "business", kinds.business
    if kinds is not None and kinds.individual is not None:
        yield "individual", kinds.individual


def file_of(file: PolicyFile, part: ForKind) -> PolicyFile:
    """The whole file as it is for a kind; msgspec.ValidationError where the part does not fit."""
    whole: dict[str, Any] = msgspec.to_builtins(file)
    del whole["for"]
    return msgspec.convert(_laid_over(whole, _said(part)), PolicyFile)


def _said(part: ForKind) -> dict[str, Any]:
    said: dict[str, Any] = msgspec.to_builtins(part)
    entry = {tier: amount for tier, amount in said["tiers"]["entry"].items() if amount is not None}
    return {**said, "tiers": {"entry": entry}}


def _laid_over(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    laid = dict(below)
    for name, value in above.items():
        before = laid.get(name)
        if isinstance(before, dict) and isinstance(value, dict):
            laid[name] = _laid_over(before, value)
        else:
            laid[name] = value
    return laid
