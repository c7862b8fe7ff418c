"""Mistakes that somebody would make in explaining a customer."""

from typing import Final

from tests.mutants.mutant import Mutant

ROOM: Final = "agents/explain/"
TIER: Final = ("tests/unit/agents/explain/test_tier.py",)
AHEAD: Final = ("tests/unit/agents/explain/test_ahead.py",)
STANDING: Final = ("tests/unit/agents/explain/test_standing.py",)
LADDER: Final = ("tests/unit/agents/explain/test_ladder.py",)
EXPLAIN: Final = (
    Mutant(
        "X1", "the loss that is told is a minor unit short", ROOM + "tier.py",
        "loses = max(0, index - bound + 1)",
        "loses = max(0, index - bound)",
        TIER,
    ),
    Mutant(
        "X2", "the sale that is told is not the least", ROOM + "tier.py",
        "    while amount > 0 and _margin(amount - 1, policy) >= lacks:\n        amount -= 1\n",
        "",
        TIER,
    ),
    Mutant(
        "X3", "a row is explained at a time before its last event", ROOM + "standing.py",
        "if at_us < customer.as_of_us:",
        "if at_us < 0:",
        STANDING,
    ),
    Mutant(
        "X4", "what is due until a time has not happened then", ROOM + "standing.py",
        "            if customer.due_us > at_us:\n",
        "            if customer.due_us >= at_us:\n",
        STANDING,
    ),
    Mutant(
        "X5", "a look ahead tells the last of a kind", ROOM + "ahead.py",
        "first.setdefault((turn.what, turn.name, turn.becomes), turn)",
        "first[turn.what, turn.name, turn.becomes] = turn",
        AHEAD,
    ),
    Mutant(
        "X6", "a human's hold is told behind the days on a step", ROOM + "ladder.py",
        "    if hold_us > customer.as_of_us:\n",
        "    if hold_us < customer.as_of_us:\n",
        LADDER,
    ),
    Mutant(
        "X7", "the least stay is told where a notice has its days of grace",
        "agents/decide/tiers.py",
        'Wait("grace" if is_grace else "dwell", tier_state.notice_tier, ends_day)',
        'Wait("dwell" if is_grace else "grace", tier_state.notice_tier, ends_day)',
        TIER,
    ),
    Mutant(
        "X8", "texts to our own people are shown to the customer", ROOM + "for_customer.py",
        "for name, held in granted.items() if not isinstance(held, str)",
        "for name, held in granted.items()",
        ("tests/unit/agents/explain/test_for_customer.py",),
    ),
)  # fmt: skip
"""By id, as they are told."""
