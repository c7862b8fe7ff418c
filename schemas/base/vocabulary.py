"""Every closed list of words that crosses Kafka."""

from typing import Final

STEPS: Final = ("reassess", "educate", "renegotiate", "migrate", "terminate")
"""Of the ladder, the mildest first; a step's number is its place here, from 1."""
