"""`whalecurve policy schema`: what a policy file may hold, as editors understand it."""

from typing import Any, Final

import click
import msgspec
import orjson

from agents.policy_file.keys import PolicyFile
from streams import __version__

DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"


@click.command()
def schema() -> None:
    """Print the JSON Schema of a policy file.

    An editor that knows TOML schemas completes keys by it, shows what they mean and marks mistakes:
    save it beside the policy and begin the policy with the line `#:schema ./policy.schema.json`.
    What one key asks of another only `policy check` can tell.

    \b
    Example:
      whalecurve policy schema > policy.schema.json
    """
    click.echo(orjson.dumps(schema_of_policies(), option=orjson.OPT_INDENT_2).decode())


def schema_of_policies() -> dict[str, Any]:
    """The JSON Schema, as draft 2020-12 has it."""
    plain = orjson.loads(orjson.dumps(msgspec.json.schema(PolicyFile)))
    made: dict[str, Any] = _without_null(plain)
    title = f"Whalecurve {__version__}: a policy file"
    return {"$schema": DRAFT, "title": title} | made


def _without_null(part: Any) -> Any:
    """The same without null, which TOML does not know: a key that may be null may be absent."""
    if isinstance(part, list):
        return [_without_null(its) for its in part if its != {"type": "null"}]
    if not isinstance(part, dict):
        return part
    kept = {name: _without_null(its) for name, its in part.items() if its is not None}
    choices = kept.get("anyOf")
    if choices is not None and len(choices) == 1:
        del kept["anyOf"]
        kept = choices[0] | kept
    if isinstance(kept.get("enum"), list):
        kept["enum"] = [its for its in kept["enum"] if its is not None]
    return kept
