"""Taking over a partition's rows under the policy at hand: what is refused, who is judged again.

A worker that starts with another policy than the partition saw last makes it the partition's. Every
customer is then judged by it once, spread over `tiers.review_days`, or earlier when it moves.
Nothing takes effect before the moment of its adoption: then customers are as old as that, at least.
"""

from typing import Final
from zlib import crc32

import msgspec

from agents.policy.compiled import Policy
from agents.ports import UnfitPolicyError
from schemas.base.times import NO_DUE_US, day_of, day_start
from schemas.state.rows import PartitionRow

POLICIES_MAX: Final = 64
"""So many policies of the past are remembered, to refuse a worker that still has one of them."""


class Adoption(msgspec.Struct, frozen=True):
    """By which policies a partition was judged, and since when by the last."""

    policies: dict[str, str]
    """By hash the version, the newest last."""
    since_us: int
    """When the newest was adopted: nothing by it takes effect earlier."""


def adopt(
    row: PartitionRow | None, policy: Policy, partition: int, now_us: int = -NO_DUE_US
) -> Adoption:
    """What becomes of a partition under a policy; UnfitPolicyError where it must not be.

    A policy is adopted at the partition's stream time, or at `now_us` where that is later: the wall
    clock, where time passes by it.
    """
    if row is None:
        return Adoption({policy.hash: policy.version}, -NO_DUE_US)
    _check_figures(row, policy, partition)
    newest = next(reversed(row.policies))
    if newest == policy.hash:
        return Adoption(row.policies, row.policy_since_us)
    if policy.hash in row.policies:
        raise UnfitPolicyError(
            f"partition {partition} was judged by a newer policy than {policy.version!r} already: "
            "start this worker with the newer one, or give the older one a new version"
        )
    if policy.version in row.policies.values():
        raise UnfitPolicyError(
            f"partition {partition} was judged by another policy of version {policy.version!r}: "
            "give this one a version of its own, so that records tell by which they were made"
        )
    reached_us = -NO_DUE_US if row.stream_time_us is None else row.stream_time_us
    policies = list({**row.policies, policy.hash: policy.version}.items())
    return Adoption(dict(policies[-POLICIES_MAX:]), max(reached_us, now_us))


def _check_figures(row: PartitionRow, policy: Policy, partition: int) -> None:
    if row.base_currency != policy.base_currency:
        raise UnfitPolicyError(
            f"the rows of partition {partition} are in {row.base_currency}, the policy in "
            f"{policy.base_currency}: start it under a new WHALECURVE_APP_ID and replay"
        )
    windows = {
        "value.window_days": (row.window_days, policy.window_days),
        "risk.support_spike.window_days": (row.contact_days, policy.keeps.contact_days),
    }
    for key, (kept, wanted) in windows.items():
        # 0: nobody asked before; a new signal begins with what comes from now on
        if 0 < kept < wanted:
            raise UnfitPolicyError(
                f"the rows of partition {partition} hold {kept} days, the policy wants "
                f"{key} = {wanted}: start it under a new WHALECURVE_APP_ID and replay"
            )


def review_us(adoption: Adoption, policy: Policy, customer_id: str) -> int:
    """When a customer is judged by the adopted policy at the latest: at a midnight, or at once."""
    if not policy.review_days:
        return adoption.since_us
    nth = 1 + crc32(customer_id.encode()) % policy.review_days
    return day_start(day_of(adoption.since_us) + nth)
