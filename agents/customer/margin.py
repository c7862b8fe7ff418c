"""Margin and cost to serve of the lines of a value, as the policy judges by them."""

from agents.policy.compiled import Policy
from schemas.base.value_lines import FEES, GOODS, REVENUE, SELLER_FAULT, SELLER_FAULT_REFUNDS


def margin_of(totals: list[int], policy: Policy) -> int:
    """The margin of these lines, without refunds that the policy excuses."""
    margin = totals[REVENUE] - totals[GOODS] + totals[FEES]
    return margin + totals[SELLER_FAULT_REFUNDS] if policy.excuses else margin


def cost_of(totals: list[int], lines: tuple[int, ...], policy: Policy) -> int:
    """What these lines of service cost, without what the policy excuses."""
    cost = sum([totals[line] for line in lines])
    return cost - totals[SELLER_FAULT] if policy.excuses else cost
