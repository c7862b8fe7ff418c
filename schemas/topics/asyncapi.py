"""The AsyncAPI 3.0 document: every topic that others write or read, made from the declarations.

It refers to the JSON Schemas that lie beside it (`schemas.topics.json_schemas`). The names are
those without prefix; state of Whalecurve's own (the changelog) is nobody's contract and not in it.
"""

from typing import Any, Final

import msgspec

from schemas.outputs.headers import CommitHeaders
from schemas.outputs.records import REJECTED_EVENTS
from schemas.topics.declared import TOPICS, Topic
from schemas.topics.json_schemas import DIALECT, schema_of

CONTRACT_VERSION: Final = "1.0.0"
"""Of all topics together: a field more is a minor one, anything that breaks a reader a major."""
BINDING_VERSION: Final = "0.5.0"
SCHEMA_FORMAT: Final = f"application/schema+json;version={DIALECT}"


def file_name(topic: str) -> str:
    """Name the file of a topic's JSON Schema."""
    return f"{topic}.schema.json"


def asyncapi() -> dict[str, Any]:
    """Make the document."""
    topics = [topic for topic in TOPICS if schema_of(topic.name) is not None]
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Whalecurve",
            "version": CONTRACT_VERSION,
            "description": "Rolling customer value, cost to serve, tiers and risks from events. "
            "Names are without WHALECURVE_TOPIC_PREFIX and WHALECURVE_OUTPUT_PREFIX. Read the "
            "outputs with isolation.level=read_committed.",
        },
        "defaultContentType": "application/json",
        "channels": {topic.name: _channel(topic) for topic in topics},
        "operations": {_operation_name(topic): _operation(topic) for topic in topics},
        "components": {"messages": {topic.name: _message(topic) for topic in topics}},
    }


def _channel(topic: Topic) -> dict[str, Any]:
    cleanup = "compact" if topic.compacted else "delete"
    configuration = {key: _number_or_text(text) for key, text in topic.config}
    return {
        "address": topic.name,
        "description": f"{topic.meaning}. Written by: {topic.written_by}. "
        f"Read by: {topic.read_by}.",
        "messages": {topic.name: {"$ref": f"#/components/messages/{topic.name}"}},
        "bindings": {
            "kafka": {
                "topicConfiguration": {"cleanup.policy": [cleanup]} | configuration,
                "bindingVersion": BINDING_VERSION,
            }
        },
    }


def _operation_name(topic: Topic) -> str:
    return f"{_action(topic)}-{topic.name}"


def _action(topic: Topic) -> str:
    return "receive" if topic.direction == "in" else "send"


def _operation(topic: Topic) -> dict[str, Any]:
    return {
        "action": _action(topic),
        "channel": {"$ref": f"#/channels/{topic.name}"},
        "summary": topic.meaning,
        "messages": [{"$ref": f"#/channels/{topic.name}/messages/{topic.name}"}],
    }


def _message(topic: Topic) -> dict[str, Any]:
    message: dict[str, Any] = {"name": topic.name, "summary": topic.meaning}
    schema = {"schemaFormat": SCHEMA_FORMAT, "schema": {"$ref": f"./{file_name(topic.name)}"}}
    if topic.name == REJECTED_EVENTS:
        # the value is whatever came, so only the headers have a form
        return message | {"contentType": "application/octet-stream", "headers": schema}
    key = {"type": "string", "description": topic.key}
    headers = {"headers": _headers()} if topic.direction == "out" else {}
    return (
        message
        | headers
        | {
            "payload": schema,
            "bindings": {"kafka": {"key": key, "bindingVersion": BINDING_VERSION}},
        }
    )


def _headers() -> dict[str, Any]:
    """Of an output: none is required, since without transactions there is none."""
    _, found = msgspec.json.schema_components([CommitHeaders])
    return {"type": "object", "properties": found[CommitHeaders.__name__]["properties"]}


def _number_or_text(text: str) -> int | str:
    return int(text) if text.removeprefix("-").isdigit() else text
