"""The commands of the list of rights grant what the list says, and nothing else."""

import itertools
import re
import shlex
from pathlib import Path

import pytest

from schemas.topics.acls import (
    Right,
    downstream_rights,
    operator_rights,
    upstream_rights,
    worker_rights,
)
from streams.config.settings import Settings
from streams.docs.security_reference import GROUP
from streams.kafka.access import LIST

TEXT = (Path(__file__).parents[4] / LIST).read_text(encoding="utf-8")
NAMES = Settings().names
PARTS = {
    "The worker": worker_rights(NAMES),
    "The operator": operator_rights(NAMES),
    "Upstream": upstream_rights(NAMES),
    "Downstream": downstream_rights(NAMES, GROUP),
}


def part(title: str) -> str:
    [found] = re.findall(rf"^## {title}$(.*?)(?=^## |\Z)", TEXT, re.MULTILINE | re.DOTALL)
    return str(found)


def granted(command: str) -> set[str]:
    """What one call of kafka-acls grants, in the words of rights."""
    words = shlex.split(command.replace("\\\n", " "))
    pairs = list(itertools.pairwise(words))
    operations = [after for word, after in pairs if word == "--operation"]
    prefixed = " (prefixed)" if ("--resource-pattern-type", "prefixed") in pairs else ""
    resources = [
        (word.removeprefix("--"), after)
        for word, after in pairs
        if word in {"--topic", "--group", "--transactional-id"}
    ]
    return {
        f"{operation} on {resource} {name}{prefixed}"
        for operation in operations
        for resource, name in resources
    }


@pytest.mark.parametrize("title", PARTS)
def test_the_commands_grant_what_the_table_says(title: str) -> None:
    rights: tuple[Right, ...] = PARTS[title]
    [block] = re.findall(r"```\n(.*?)```", part(title), re.DOTALL)
    commands = re.split(r"^(?=kafka-acls)", block, flags=re.MULTILINE)[1:]
    calls = [granted(command) for command in commands]
    assert set().union(*calls) == {right.words for right in rights}
    assert sum(map(len, calls)) == len(rights)
    rows = re.findall(r"^\| (\w+) \| ([a-z-]+) \| `([^`]+)`", part(title), re.MULTILINE)
    assert [f"{a} on {b} {c}" for a, b, c in rows] == [
        right.words.removesuffix(" (prefixed)") for right in rights
    ]
