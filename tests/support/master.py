"""Parts of a record of master data, changed one field at a time."""

from typing import Any

from tests.support.making import ABSENT, COMMITMENT, OVERRIDE, WALLET


def wallet(**fields: Any) -> dict[str, Any]:
    """A record's wallet."""
    return {"wallet": changed(WALLET, fields)}


def commitment(**fields: Any) -> dict[str, Any]:
    """A record's commitment."""
    return {"commitment": changed(COMMITMENT, fields)}


def override(**fields: Any) -> dict[str, Any]:
    """A record's override."""
    return {"override": changed(OVERRIDE, fields)}


def changed(its: dict[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
    """An object with some fields changed, and those left out that are to be absent."""
    return {name: held for name, held in (its | fields).items() if held is not ABSENT}
