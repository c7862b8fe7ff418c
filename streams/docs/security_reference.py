"""The list of rights in Markdown: who needs which on the broker, and what grants them."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Final

from schemas.topics.acls import (
    Resource,
    Right,
    downstream_rights,
    operator_rights,
    upstream_rights,
    worker_rights,
)
from streams.config.settings import Settings, variable
from streams.docs.reference import table

GROUP: Final = "crm"
"""An example: a consumer's group is the consumer's to name."""
WORDS: Final = (
    "What each user needs on Kafka, and nothing more. No user needs a right on the cluster. Who "
    "may `Read` or `Write` a topic may also `Describe` it, and who may `Write` one may do so "
    "idempotently: Kafka implies both. A client that lacks one of these rights says so in the "
    "words of these tables. A worker looks at start whether it has those on topics and on its "
    "group."
)
NAMES: Final = (
    f"Names are those of the default settings. Put `{variable('topic_prefix')}` or "
    f"`{variable('output_prefix')}` before the topics, and `{variable('app_id')}` in place of "
    "`whalecurve` in the changelog, the group and the transactional ids. The users' names are "
    "examples, and `admin.properties` is how you yourself come in. A principal is `User:` and the "
    "user's name by a password, or what the token names (its `sub`, unless Kafka is told "
    "otherwise); by a client certificate alone it is `User:` and its subject."
)
ACLS: Final = "kafka-acls.sh --bootstrap-server 127.0.0.1:9092 --command-config admin.properties"


def security_reference(command: str) -> str:
    """Make the whole document; `command` is what makes it anew."""
    names = Settings().names
    blocks = [
        "# Rights on Kafka",
        f"Made from the declarations by `{command}`; changes by hand are lost.",
        WORDS,
        NAMES,
        *_part(
            "The worker",
            "`whalecurve worker`. Let no other application's id begin as these ids do.",
            "whalecurve-worker",
            worker_rights(names),
        ),
        *_part(
            "The operator",
            "`whalecurve topics create`; `whalecurve topics check` needs all but `Create`.",
            "whalecurve-operator",
            operator_rights(names),
        ),
        *_part(
            "Upstream",
            "Each producer on its own topics; `traffic` and `replay` on those they send to.",
            "shop",
            upstream_rights(names),
        ),
        *_part(
            "Downstream",
            "Each consumer on the topics it reads; `whalecurve tail` needs no group. What reads "
            "inputs, as `whalecurve fit` does purchases, needs `Read` on these. "
            "`whalecurve explain` needs `Read` on the changelog, which holds all that is kept of "
            "every customer.",
            "crm",
            downstream_rights(names, GROUP),
        ),
    ]
    return "\n\n".join(blocks) + "\n"


def _part(title: str, who: str, user: str, rights: tuple[Right, ...]) -> Iterator[str]:
    yield f"## {title}"
    yield who
    yield table(("operation", "on", "name", "why"), map(_row, rights))
    yield "\n".join(("```", *_commands(user, rights), "```"))


def _row(right: Right) -> tuple[str, str, str, str]:
    name = f"`{right.name}`{' and all that begins so' if right.prefixed else ''}"
    return right.operation, right.resource, name, right.why


def _commands(user: str, rights: Iterable[Right]) -> Iterator[str]:
    """One command for each set of operations, with all the names that it goes for."""
    granted: dict[tuple[Resource, str, bool], list[str]] = {}
    for right in rights:
        granted.setdefault((right.resource, right.name, right.prefixed), []).append(right.operation)
    alike = sorted((operations, target) for target, operations in granted.items())
    for (operations, resource, prefixed), whats in groupby(
        alike, lambda one: (one[0], one[1][0], one[1][2])
    ):
        words = [
            ACLS,
            f"  --add --allow-principal User:{user}",
            "  " + " ".join(f"--operation {operation}" for operation in operations),
            *(["  --resource-pattern-type prefixed"] if prefixed else []),
            *(f"  --{resource} {name}" for _, (_, name, _) in whats),
        ]
        yield " \\\n".join(words)
