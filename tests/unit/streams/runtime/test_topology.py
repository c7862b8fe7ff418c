"""The end of a worker's application, without a broker."""

import asyncio
from unittest.mock import AsyncMock, Mock, patch

import pytest

from schemas.inputs.events import Kind
from streams.config.settings import Settings
from streams.runtime.topology import Topology
from tests.oracle.sample_policy import POLICY_TOML
from tests.support.shards import policy_of


def topology() -> Topology:
    with patch("streams.runtime.assignment.GroupMetadata"):
        return Topology(Settings(), policy_of(POLICY_TOML), 4, list(Kind), lambda _: None)


@pytest.mark.parametrize("broken", [asyncio.CancelledError(), OSError("cut off")])
def test_a_group_that_can_t_be_told_is_left_all_the_same(broken: BaseException) -> None:
    made = topology()
    made.shards.close = Mock()  # type: ignore[method-assign]
    with patch.object(made.app, "stop", AsyncMock(side_effect=broken)):
        asyncio.run(made.leave())
    made.shards.close.assert_called_once()
