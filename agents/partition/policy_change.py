"""Taking over a partition's rows under the policy at hand: what is refused, who is judged again.

A worker that starts with another policy than the partition saw last makes it the partition's. Every
customer is then judged by it once, spread over `tiers.review_days`, or earlier when it moves.
"""

from typing import Final
from zlib import crc32

import msgspec

from agents.policy.compiled import Policy
from agents.ports import UnfitPolicyError
from schemas.base.times import DAY_US
from schemas.state.rows import PartitionRow

POLICIES_MAX: Final = 64
"""So many policies of the past are remembered, to refuse a worker that still has one of them."""


class Adoption(msgspec.Struct, frozen=True):
    """By which policies a partition was judged, and since when by the last."""

    policies: list[str]
    """Their hashes, the newest last."""
    since_day: int
    """The UTC day of the partition's stream time when the newest was adopted."""


def adopt(row: PartitionRow | None, policy: Policy, partition: int) -> Adoption:
    """What becomes of a partition under a policy; UnfitPolicyError where it must not be."""
    if row is None:
        return Adoption([policy.hash], 0)
    _check_figures(row, policy, partition)
    if row.policies[-1] == policy.hash:
        return Adoption(row.policies, row.policy_since_day)
    if policy.hash in row.policies:
        raise UnfitPolicyError(
            f"partition {partition} was judged by a newer policy than {policy.version!r} already: "
            "start this worker with the newer one, or give the older one a new version"
        )
    since_day = 0 if row.stream_time_us is None else row.stream_time_us // DAY_US
    return Adoption([*row.policies, policy.hash][-POLICIES_MAX:], since_day)


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


def review_day(adoption: Adoption, policy: Policy, customer_id: str) -> int:
    """The UTC day at whose start a customer is judged by the adopted policy at the latest."""
    if not policy.review_days:
        return adoption.since_day
    return adoption.since_day + 1 + crc32(customer_id.encode()) % policy.review_days
