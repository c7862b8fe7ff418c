"""Mistakes in the segments: what they hold by, when they turn, and how that is told."""

from typing import Final

from tests.mutants.mutant import Mutant

ROOM: Final = "agents/decide/"
UNIT: Final = "tests/unit/agents/"
SEGMENTS: Final = (UNIT + "decide/test_segments.py",)
PROMPT: Final = (UNIT + "decide/test_prompt_payer.py",)
TOLD: Final = (UNIT + "records/test_segments_told.py",)
WINDOWS: Final = (UNIT + "customer/test_windows.py",)

SEGMENT: Final = (
    Mutant(
        "D29", "a share that is just reached is over-served", ROOM + "segments.py",
        "cost > 0 and cost * share[1] > share[0] * margin_of",
        "cost > 0 and cost * share[1] >= share[0] * margin_of",
        SEGMENTS,
    ),
    Mutant(
        "D30", "potential has to rise by more than the least rise", ROOM + "segments.py",
        "contribution - before.total >= rise",
        "contribution - before.total > rise",
        SEGMENTS,
    ),
    Mutant(
        "E1", "the window before counts as whole a day early", ROOM + "segments.py",
        "if rules.potential_is_whole and customer.day < _known_day(customer, policy):",
        "if rules.potential_is_whole and customer.day + 1 < _known_day(customer, policy):",
        SEGMENTS,
    ),
    Mutant(
        "E2", "what turns a segment by the time alone makes nothing due", ROOM + "due.py",
        "        due_us = min(due_us, next_turn_us(customer, self._policy))\n",
        "",
        (*SEGMENTS, *PROMPT, *TOLD),
    ),
    Mutant(
        "E3", "who spends just the share here is latent", ROOM + "segments.py",
        "share[0] * below[1] < below[0] * share[1]",
        "share[0] * below[1] <= below[0] * share[1]",
        SEGMENTS,
    ),
    Mutant(
        "E4", "a late payment is held against one a day longer", ROOM + "segments.py",
        "customer.day - payments.late_day < policy.window_days:",
        "customer.day - payments.late_day <= policy.window_days:",
        PROMPT,
    ),
    Mutant(
        "E5", "a payment less is enough", ROOM + "segments.py",
        "if len(last) < count or any(",
        "if len(last) + 1 < count or any(",
        PROMPT,
    ),
    Mutant(
        "E6", "who owes what is past due pays promptly", ROOM + "segments.py",
        "return not customer.invoices.is_late(customer.as_of_us)",
        "return True",
        PROMPT,
    ),
    Mutant(
        "E7", "another segment is told beside another treatment", ROOM + "evaluate.py",
        "        elif self._has_moved(",
        "        if self._has_moved(",
        TOLD,
    ),
    Mutant(
        "E8", "what nobody asked for before is told as new", ROOM + "evaluate.py",
        "before not in (NOT_ASKED, after)",
        "before != after",
        TOLD,
    ),
    Mutant(
        "E9", "the totals keep what left the window", "agents/customer/windows.py",
        "            self._totals[line] -= amount\n",
        "",
        WINDOWS,
    ),
    Mutant(
        "E10", "a late payment that comes late takes the place of a later one",
        "agents/customer/payments.py",
        "self.late_day = max(self.late_day, event.day)",
        "self.late_day = event.day",
        PROMPT,
    ),
    Mutant(
        "E11", "whoever asks now has not seen the late ones that are kept",
        "agents/customer/payments.py",
        "            self.late_day = max([self.late_day, *late])\n",
        "",
        PROMPT,
    ),
    Mutant(
        "E12", "the same grants laid together otherwise are another treatment",
        "agents/policy/grants.py",
        ", option=orjson.OPT_SORT_KEYS",
        "",
        TOLD,
    ),
    Mutant(
        "E13", "a segment's grants are not in a snapshot", "agents/records/snapshots.py",
        "policy.grants.of(tier, customer.risks, segments).wire",
        "policy.grants.of(tier, customer.risks, ()).wire",
        TOLD,
    ),
)  # fmt: skip
"""By id, as they are told."""
