"""The policy a worker runs by: the file that the settings name, or the default one."""

import time
from importlib import resources
from pathlib import Path
from typing import Final

from agents.policy.compiled import Policy
from agents.policy_file.compiling import compile_policy
from agents.policy_file.form import FILE_BYTES_MAX
from agents.policy_file.keys import PolicyFile
from agents.policy_file.reading import PolicyError, decoded, read_policy, require_head_room
from schemas.base.times import day_of

DEFAULT: Final = "the default policy"


def load_policy(path: Path | None, days_ahead: int = 0) -> Policy:
    """The compiled policy; PolicyError says what is wrong with it.

    It has to last so many UTC days from today on: who only starts is not turned away by what a
    later year brings.
    """
    return compile_policy(load_policy_file(path, days_ahead))


def load_policy_file(path: Path | None, days_ahead: int = 0) -> PolicyFile:
    """The policy as it is written, checked as `load_policy` has it."""
    if path is None:
        text = (
            resources.files("agents.policy_file")
            .joinpath("default.toml")
            .read_text(encoding="utf-8")
        )
        return read_policy(text, DEFAULT)
    try:
        with path.open("rb") as file:
            data = file.read(FILE_BYTES_MAX + 1)
    except OSError as error:
        raise PolicyError(f"{path}: expected a policy file, found {error.strerror}") from error
    text = decoded(data, str(path))
    policy = read_policy(text, str(path))
    today = day_of(time.time_ns() // 1_000)
    require_head_room(policy, today, today + days_ahead, str(path), text)
    return policy
