"""The limit of open files is raised as far as it goes, and has to be enough for all partitions."""

import resource
from unittest.mock import patch

import pytest

from streams.runtime.open_files import OpenFilesError, require_open_files

FILES = resource.RLIMIT_NOFILE
ENDLESS = resource.RLIM_INFINITY


class System:
    """A system with these limits."""

    def __init__(self, soft: int, hard: int, admits: int | None = None) -> None:
        self.limits = soft, hard
        self._admits = hard if admits is None else admits

    def getrlimit(self, _: int) -> tuple[int, int]:
        return self.limits

    def setrlimit(self, _: int, limits: tuple[int, int]) -> None:
        if limits[0] != self._admits:
            raise ValueError("not allowed to raise maximum limit")
        self.limits = limits


def require(system: System, partitions: int, brokers: int) -> None:
    with (
        patch("streams.runtime.open_files.resource.getrlimit", system.getrlimit),
        patch("streams.runtime.open_files.resource.setrlimit", system.setrlimit),
    ):
        require_open_files(partitions, brokers)


@pytest.mark.parametrize("hard", [4096, ENDLESS])
def test_the_limit_is_raised_as_far_as_it_goes(hard: int) -> None:
    system = System(1024, hard)
    require(system, 128, 1)
    assert system.limits == (hard, hard)


def test_a_limit_that_can_t_be_raised_is_taken_as_it_is() -> None:
    require(System(4096, ENDLESS, admits=10_240), 128, 1)


@pytest.mark.parametrize(("partitions", "brokers"), [(128, 1), (64, 3)])
def test_too_few_are_refused_with_what_is_needed_and_what_was_found(
    partitions: int, brokers: int
) -> None:
    require(System(512, 2048), partitions, brokers)
    with pytest.raises(OpenFilesError, match=rf"all {partitions} partitions.* a limit of 900: "):
        require(System(512, 900), partitions, brokers)
