"""One mistake: where it is made, what it breaks, and which tests should find it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    """One text of one file is replaced by another."""

    id: str
    breaks: str
    """In a few words what is wrong with it."""
    file: str
    old: str
    """It stands in the file exactly once."""
    new: str
    tests: tuple[str, ...]
    """The narrowest that should find it: files, or single tests."""
    hangs: bool = False
    """It lets a loop run for ever: tests that do not end have found it."""
    may_stand: str = ""
    """Why no test needs to find it; empty: one has to."""
