"""How a field says what it means, beside its type: documents and schemas are made from that."""

import msgspec


def means(text: str) -> msgspec.Meta:
    """What a field or a key is for, in a few words."""
    return msgspec.Meta(description=text)
