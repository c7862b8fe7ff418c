"""Mistakes in the stages of a life, and in how a relation ends."""

from typing import Final

from tests.mutants.mutant import Mutant

ROOM: Final = "agents/decide/"
TESTS: Final = ("tests/unit/agents/decide/test_stage.py",)

STAGES: Final = (
    Mutant(
        "L1", "whoever is lost is lost a day late", ROOM + "stage.py",
        "return sales.last_day + least + 1",
        "return sales.last_day + least + 2",
        TESTS,
    ),
    Mutant(
        "L2", "a stage changes with no event only when somebody looks", ROOM + "due.py",
        "            due = min(due, self._stages.due_day(customer, standing))\n",
        "            pass\n",
        TESTS,
    ),
    Mutant(
        "L3", "a sale on the day on which it was lost brings nobody back", ROOM + "stage.py",
        "BUYS_AGAIN if sales.last_day >= standing.since_day else TOLD_LATE",
        "BUYS_AGAIN if sales.last_day > standing.since_day else TOLD_LATE",
        TESTS,
    ),
    Mutant(
        "L4", "who is lost is led on", ROOM + "guards.py",
        "    if is_left_alone(customer, policy):\n        return []\n",
        "",
        TESTS,
    ),
    Mutant(
        "L5", "an approval said again begins the notice anew", ROOM + "ending.py",
        "    if row.ends_day is not None:\n        return row\n",
        "",
        TESTS,
    ),
    Mutant(
        "L6", "the tier of a closed one moves", ROOM + "evaluate.py",
        'before, on_change = before.free_of_notice(), "keep"',
        "before = before.free_of_notice()",
        TESTS,
    ),
    Mutant(
        "L7", "a closed one that buys is asked only for what a sale feeds", ROOM + "episodes.py",
        "return self._stages is not None and customer.standing.stage == CLOSED",
        "return False",
        TESTS,
    ),
    Mutant(
        "L8", "a termination that has come is told as taken back", ROOM + "ending.py",
        "if after is None and not relation_ends(customer, customer.day) else []",
        "if after is None else []",
        TESTS,
    ),
    Mutant(
        "L9", "signals of leaving stay open of who is lost", ROOM + "episodes.py",
        "return LEAVING if stages.is_lost(customer, day) else SPEAKING",
        "return SPEAKING",
        TESTS,
    ),
    Mutant(
        "L10", "the mean of its gaps counts one gap too many", ROOM + "stage.py",
        "numerator * span // (denominator * (sales.days - 1))",
        "numerator * span // (denominator * sales.days)",
        TESTS,
    ),
)  # fmt: skip
"""By id, as they are told."""
