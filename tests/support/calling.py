"""The command, called within this process: what it said, and how it ended."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from streams.cli.main import main


@dataclass(frozen=True)
class Said:
    """What a call left behind."""

    status: int | str | None
    out: str
    err: str

    def refused(self, status: int = 1) -> str:
        """The one line of a call that ended so and said nothing else."""
        assert (self.status, self.out, self.err.count("\n")) == (status, "", 1), self
        return self.err.removesuffix("\n")

    def done(self) -> str:
        """The output of a call that went well, and had nothing to complain of."""
        assert (self.status, self.err) == (0, ""), self
        return self.out


Call = Callable[..., Said]


def caller(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Call:
    """Calls of the command with these words."""

    def call(*words: object) -> Said:
        monkeypatch.setattr("sys.argv", ["whalecurve", *map(str, words)])
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        return Said(ended.value.code, *capfd.readouterr())

    return call
