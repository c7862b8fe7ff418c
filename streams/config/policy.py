"""The policy a worker runs by: the file that the settings name, or the default one."""

from importlib import resources
from pathlib import Path
from typing import Final

from agents.policy.compiled import Policy
from agents.policy_file.compiling import compile_policy
from agents.policy_file.keys import PolicyFile
from agents.policy_file.reading import PolicyError, read_policy

DEFAULT: Final = "the default policy"


def load_policy(path: Path | None) -> Policy:
    """The compiled policy; PolicyError says what is wrong with it."""
    return compile_policy(load_policy_file(path))


def load_policy_file(path: Path | None) -> PolicyFile:
    """The policy as it is written, checked; PolicyError says what is wrong with it."""
    if path is None:
        text = (
            resources.files("agents.policy_file")
            .joinpath("default.toml")
            .read_text(encoding="utf-8")
        )
        return read_policy(text, DEFAULT)
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise PolicyError(f"{path}: expected a policy file, found {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise PolicyError(f"{path}: expected UTF-8, found other bytes") from error
    return read_policy(text, str(path))
