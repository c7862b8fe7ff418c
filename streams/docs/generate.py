"""Writes what is made from the declarations: JSON Schemas, AsyncAPI, the reference, the rights.

Run `python -m streams.docs.generate` after a change of a declaration, and commit what it writes;
with `--check` it writes nothing and fails where a file is not what would be written.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import click

import schemas
from schemas.topics.asyncapi import asyncapi, file_name
from schemas.topics.json_schemas import schemas as json_schemas
from streams.docs.diagrams import with_diagrams
from streams.docs.reference import reference
from streams.docs.security_reference import security_reference
from streams.kafka.access import LIST

ROOM: Final = Path(schemas.__file__).parent
DOCUMENTS: Final = ROOM / "documents"
GUIDES: Final = ("upstream", "downstream")
"""Those with diagrams of lives."""
COMMAND: Final = "python -m streams.docs.generate"


def documents() -> dict[Path, str]:
    """Make the text of every generated file, by its path."""
    texts = {
        DOCUMENTS / file_name(topic): _json(schema) for topic, schema in json_schemas().items()
    }
    texts[DOCUMENTS / "asyncapi.json"] = _json(asyncapi())
    texts[ROOM.parent / "docs" / "reference.md"] = reference(COMMAND)
    texts[ROOM.parent / LIST] = security_reference(COMMAND)
    texts |= {
        path: with_diagrams(path.read_text(encoding="utf-8"))
        for path in (ROOM.parent / "docs" / f"{name}.md" for name in GUIDES)
    }
    return texts


def stale(texts: Mapping[Path, str], folder: Path = DOCUMENTS) -> list[Path]:
    """Find the files that are missing, other than they should be, or no longer made."""
    wrong = [
        path
        for path, text in texts.items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]
    return wrong + sorted(path for path in folder.glob("*") if path not in texts)


def write(texts: Mapping[Path, str]) -> None:
    """Write every file."""
    DOCUMENTS.mkdir(exist_ok=True)
    for path, text in texts.items():
        path.write_text(text, encoding="utf-8")


@click.command(epilog=f"Example: {COMMAND} --check")
@click.option("--check", is_flag=True, help="Write nothing; fail where a file is not current.")
def main(*, check: bool) -> None:
    """Write the documents that are made from the declarations."""
    texts = documents()
    if not check:
        write(texts)
        click.echo(f"{len(texts)} files written")
        return
    wrong = stale(texts)
    if wrong:
        names = ", ".join(str(path.relative_to(ROOM.parent)) for path in wrong)
        raise click.ClickException(f"not current: {names}: run {COMMAND}, or delete what is left")


def _json(document: Mapping[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    main()
