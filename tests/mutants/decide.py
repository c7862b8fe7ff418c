"""Mistakes in what is decided: tiers, overrides, the ladder, episodes, contacts, dues."""

from typing import Final

from tests.mutants.mutant import Mutant

ROOM: Final = "agents/decide/"
UNIT: Final = "tests/unit/agents/decide/"
TIERS: Final = (UNIT + "test_tiers.py",)
OVERRIDE: Final = (UNIT + "test_override.py", UNIT + "test_override_notices.py")
LADDER: Final = tuple(UNIT + f"test_ladder{part}.py" for part in ("", "_answers", "_guards"))
EPISODES: Final = (UNIT + "test_episodes.py",)
CONTACTS: Final = (UNIT + "test_contacts.py",)
POLICY_CHANGE: Final = ("tests/unit/agents/partition/test_policy_change.py",)

DECIDE: Final = (
    Mutant(
        "D1", "a value exactly at its tier's lower bound counts as fallen", ROOM + "tiers.py",
        "if contribution >= self._keeps[tier]:",
        "if contribution > self._keeps[tier]:",
        TIERS,
        hangs=True,
    ),
    Mutant(
        "D2", "a tier rises a day after the least stay has passed", ROOM + "tiers.py",
        "may_rise = day >= self._may_rise_day(tier_state)",
        "may_rise = day > self._may_rise_day(tier_state)",
        TIERS,
    ),
    Mutant(
        "D3", "a downgrade does not wait for the least stay", ROOM + "tiers.py",
        "return max(notice_day + self._grace_days, self._may_fall_day(tier_state))",
        "return notice_day + self._grace_days",
        TIERS,
    ),
    Mutant(
        "D4", "the band below an entry is as wide as that above", ROOM + "tiers.py",
        "[_less(entry, hold.keep_share, hold.min_band)",
        "[_less(entry, hold.upgrade_share, hold.min_band)",
        TIERS,
    ),
    Mutant(
        "D5", "a tier begins one cent above its entry", ROOM + "entries.py",
        "if entry is not None and contribution >= entry:",
        "if entry is not None and contribution > entry:",
        TIERS,
    ),
    Mutant(
        "D6", "a downgrade by one step falls as far as the value does", ROOM + "tiers.py",
        "return tier - 1 if self._one_step else min(",
        "return min(",
        TIERS,
    ),
    Mutant(
        "D7", "the cut-off of key may lie below that of important", ROOM + "entries.py",
        "return None, ordinary, important, max(cutoffs.key, important)",
        "return None, ordinary, important, cutoffs.key",
        TIERS,
    ),
    Mutant(
        "D8", "new cut-offs pass over who has a notice and recovers by them", ROOM + "tiers.py",
        "return low <= index or self._notice_after_days is not None",
        "return False",
        TIERS,
    ),
    Mutant(
        "D38", "the least stay holds back a first upgrade", ROOM + "tiers.py",
        "if self._only_reversals and tier_state.came != FELL:",
        "if False:",
        TIERS,
    ),
    Mutant(
        "D39", "the least stay holds back a second downgrade", ROOM + "tiers.py",
        "if self._only_reversals and tier_state.came != ROSE:",
        "if False:",
        TIERS,
    ),
    Mutant(
        "D40", "a notice comes a day early", ROOM + "tiers.py",
        "return min(tier_state.below_day, day) + self._notice_after_days",
        "return min(tier_state.below_day, day) + self._notice_after_days - 1",
        TIERS,
    ),
    Mutant(
        "D41", "who recovers and falls again has been below all the time", ROOM + "tiers.py",
        "        if is_below == (tier_state.below_day != NO_DAY):\n",
        "        if is_below == (tier_state.below_day != NO_DAY) or not is_below:\n",
        TIERS,
    ),
    Mutant(
        "D42", "a notice is not renewed", ROOM + "tiers.py",
        'return FALLS_ELSEWHERE if renews and is_other else ""',
        'return ""',
        TIERS,
    ),
    Mutant(
        "D43", "a renewed notice begins its days of grace anew", ROOM + "tier_decision.py",
        "first_day = day if tier_state.notice_day == NO_DAY else tier_state.notice_day",
        "first_day = day",
        TIERS,
    ),
    Mutant(
        "D44", "a prospect's costs are its value", ROOM + "tiers.py",
        "            return self._move_of_prospect(tier_state)\n",
        "            pass\n",
        TIERS,
    ),
    Mutant(
        "D45", "a prospect climbs the ladder", ROOM + "guards.py",
        "customer.is_prospect(policy) or is_at_rest",
        "is_at_rest",
        LADDER,
    ),
    Mutant(
        "D46", "the next step comes though nobody answered", ROOM + "ladder.py",
        "return self._rules.waits_for_answer and row.answered_day is None",
        "return False",
        LADDER,
    ),
    Mutant(
        "D47", "a reminder comes with every judgement", ROOM + "ladder.py",
        "return None if row.reminded else Step(step, why, reminds=True)",
        "return Step(step, why, reminds=True)",
        LADDER,
    ),
    Mutant(
        "D48", "a step counts from its own day, whenever it was answered", ROOM + "ladder.py",
        "row.open_since_day, row.answered_day or row.since_day)",
        "row.open_since_day)",
        LADDER,
        hangs=True,
    ),
    Mutant(
        "D49", "the signal that leads least far counts", ROOM + "guards.py",
        "furthest = max(costly",
        "furthest = min(costly",
        LADDER,
    ),
    Mutant(
        "D50", "rest comes a day late", ROOM + "guards.py",
        "rested_days(customer) >= rules.at_rest_days",
        "rested_days(customer) > rules.at_rest_days",
        LADDER,
        hangs=True,
    ),
    Mutant(
        "D51", "who costs just the share of what he earned is let be", ROOM + "guards.py",
        "cost * denominator < numerator * earned",
        "cost * denominator <= numerator * earned",
        LADDER,
    ),
    Mutant(
        "D52", "a complaint that nobody calls unresolved holds", ROOM + "guards.py",
        "if issue.complaints_us and issue.word is False",
        "if issue.complaints_us",
        LADDER,
    ),
    Mutant(
        "D53", "calls that the margin bears lead to a step", ROOM + "guards.py",
        "return cost > max(0, most)",
        "return cost >= max(0, most)",
        LADDER,
    ),
    Mutant(
        "D54", "an answer alone wipes what is known", "agents/customer/master_data.py",
        "if known is not None and is_answer_alone(master):",
        "if False:",
        LADDER,
    ),
    Mutant(
        "D9", "a notice that was never told is withdrawn aloud", ROOM + "tier_decision.py",
        "        if tier_state.announced:\n            announcements",
        "        if True:\n            announcements",
        OVERRIDE,
    ),
    Mutant(
        "D10", "a hidden notice shows though its downgrade comes at once",
        ROOM + "tier_decision.py",
        "if not direction or (direction == NOTICE and not rules.awaits(tier_state, index, day)):",
        "if not direction:",
        OVERRIDE,
    ),
    Mutant(
        "D11", "an override holds a microsecond too long", ROOM + "override.py",
        "if expires_us is None or at_us < expires_us else None",
        "if expires_us is None or at_us <= expires_us else None",
        OVERRIDE,
        hangs=True,
    ),
    Mutant(
        "D12", "a floor is a ceiling", ROOM + "override.py",
        "return max(tier, override.tier) if",
        "return min(tier, override.tier) if",
        OVERRIDE,
    ),
    Mutant(
        "D13", "a notice shows to who stands on its floor", ROOM + "override.py",
        'override.mode == "floor" and tier > override.tier',
        'override.mode == "floor" and tier >= override.tier',
        OVERRIDE,
    ),
    Mutant(
        "D14", "the ladder is left a day late", ROOM + "ladder.py",
        "if passed < clear_days:",
        "if passed <= clear_days:",
        LADDER,
        hangs=True,
    ),
    Mutant(
        "D15", "the next step is taken a day late", ROOM + "ladder.py",
        "if waits and passed < dwell_days:",
        "if waits and passed <= dwell_days:",
        LADDER,
        hangs=True,
    ),
    Mutant(
        "D16", "the last step that is allowed is not reached", ROOM + "guards.py",
        "if guard.allowed < step]",
        "if guard.allowed <= step]",
        LADDER,
    ),
    Mutant(
        "D17", "one is young a day longer", ROOM + "guards.py",
        "if tenure_days < rules.young_days:",
        "if tenure_days <= rules.young_days:",
        LADDER,
        hangs=True,
    ),
    Mutant(
        "D18", "what a human granted is taken back by the guard", ROOM + "ladder.py",
        "allowed = max(guards[0].allowed, granted(customer))",
        "allowed = guards[0].allowed",
        LADDER,
    ),
    Mutant(
        "D19", "a step dwells from its own day though no signal was open", ROOM + "ladder.py",
        "return max(row.since_day, row.open_since_day, row.answered_day or row.since_day)",
        "return row.since_day",
        LADDER,
    ),
    Mutant(
        "D20", "a step is held at the very end of its hold", ROOM + "ladder.py",
        "if customer.as_of_us < held_until_us(customer):",
        "if customer.as_of_us <= held_until_us(customer):",
        LADDER,
        hangs=True,
    ),
    Mutant(
        "D21", "a human's word is taken anew with every event", ROOM + "decisions.py",
        "    customer.master_data.heard()\n",
        "",
        LADDER,
    ),
    Mutant(
        "D22", "a cool-down lasts a day longer", ROOM + "episodes.py",
        "at_us // DAY_US < cools.day + self._cooldown_days:",
        "at_us // DAY_US <= cools.day + self._cooldown_days:",
        EPISODES,
    ),
    Mutant(
        "D23", "a signal raised again in its cool-down goes on cooling", ROOM + "episodes.py",
        "                cleared.pop(name, None)\n",
        "",
        EPISODES,
    ),
    Mutant(
        "D24", "a signal that escalates is open since then only", ROOM + "episodes.py",
        "RiskRow(name, severity, risks[name].since_us)",
        "RiskRow(name, severity, customer.as_of_us)",
        EPISODES,
    ),
    Mutant(
        "D25", "under a new policy an event is asked only for the signals that it feeds",
        ROOM + "episodes.py",
        "if event is not None and not customer.policy_is_new and",
        "if event is not None and",
        EPISODES,
    ),
    Mutant(
        "D31", "the end of an override makes nothing due", ROOM + "due.py",
        "        if override is not None:\n"
        "            due_us = min(due_us, override_ends_us(override))\n",
        "",
        OVERRIDE,
    ),
    Mutant(
        "D33", "an event too may move only what a policy's change may", ROOM + "evaluate.py",
        'on_change = self._policy.on_change if trigger is Trigger.POLICY else "full"',
        "on_change = self._policy.on_change",
        POLICY_CHANGE,
    ),
    Mutant(
        "D34", "a customer is new to its policy for ever", ROOM + "decisions.py",
        "    customer.policy_is_new = False\n",
        "",
        CONTACTS,
    ),
    Mutant(
        "D35", "the tier in force is signalled as the tier by value", ROOM + "evaluate.py",
        "tier, risks, cleared = tier_state.in_force, customer.risks",
        "tier, risks, cleared = tier_state.tier, customer.risks",
        ("tests/unit/agents/signals/test_complaint_open.py", *CONTACTS),
        hangs=True,
    ),
)  # fmt: skip
"""By id, as they are told."""
