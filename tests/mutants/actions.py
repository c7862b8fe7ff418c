"""Mistakes in what the company did: its contacts, and steps of the ladder that it took."""

from typing import Final

from tests.mutants.mutant import Mutant

BOOK: Final = "agents/events/actions.py"
LADDER: Final = "agents/decide/ladder.py"
TOUCHES: Final = "agents/customer/touches.py"
TESTS: Final = ("tests/unit/agents/decide/test_actions.py",)
FAULTS: Final = ("tests/unit/schemas/inputs/test_action_faults.py",)

ACTIONS: Final = (
    Mutant(
        "N1", "a role that got in touch begins everybody's cadence anew", BOOK,
        'met_by = (wire.by or "") if',
        'met_by = "" if',
        TESTS,
    ),
    Mutant(
        "N2", "what we did costs by the customers' card", BOOK,
        "billed_s, outbound=True)",
        "billed_s, outbound=False)",
        TESTS,
    ),
    Mutant(
        "N3", "a step's event may name a channel, and a contact's a step", BOOK,
        "not _is_whole(wire)",
        "False",
        FAULTS,
    ),
    Mutant(
        "N4", "a late contact of a role takes a newer one back", TOUCHES,
        "said_days[role] = max(said_days.get(role, day), day)",
        "said_days[role] = day",
        TESTS,
    ),
    Mutant(
        "N5", "a step that was taken before it was there counts", LADDER,
        "return step == row.step and taken_day >= row.since_day",
        "return step == row.step",
        TESTS,
    ),
    Mutant(
        "N6", "a late answer takes a newer one back", LADDER,
        "answered_day = taken_day if row.answered_day is None else "
        "max(row.answered_day, taken_day)",
        "answered_day = taken_day",
        TESTS,
    ),
    Mutant(
        "N7", "whatever step is approved, the relation ends", LADDER,
        "return row.step == TERMINATE and master.step_taken[2]",
        "return master.step_taken[2]",
        TESTS,
    ),
    Mutant(
        "N8", "a step that was done is approved, too", LADDER,
        "row.step == TERMINATE and master.step_taken[2] and",
        "row.step == TERMINATE and",
        TESTS,
    ),
)  # fmt: skip
"""By id, as they are told."""
