"""Every closed list of words that crosses Kafka."""

from typing import Final

STEPS: Final = ("reassess", "educate", "renegotiate", "migrate", "terminate")
"""The steps of the ladder, the mildest first."""
