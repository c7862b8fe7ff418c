"""Mistakes on the way from bytes to a booking and out again: schemas, events, policy, records."""

from typing import Final

from tests.mutants.mutant import Mutant

EVENTS: Final = "tests/unit/agents/events/"
FIRST_FAULT: Final = ("tests/unit/schemas/inputs/test_first_fault.py",)
FINE: Final = ("tests/unit/schemas/inputs/test_fine_times.py",)
CODEC: Final = ("tests/unit/schemas/state/test_codec.py",)
REFUSED: Final = ("tests/unit/agents/policy_file/test_policy_refused.py",)
ADVICE: Final = ("tests/unit/agents/records/test_advice.py",)
LIMITS: Final = "tests/unit/agents/partition/test_limits.py"

INTAKE: Final = (
    Mutant(
        "C1", "an event just as far ahead as it may be is from the future",
        "agents/events/admit.py",
        "booked.at_us > timestamp_ms * 1000 + FUTURE_LIMIT_US:",
        "booked.at_us >= timestamp_ms * 1000 + FUTURE_LIMIT_US:",
        (EVENTS + "test_admit.py",),
    ),
    Mutant(
        "C2", "just as many levels of nesting as may be are too many", "schemas/inputs/events.py",
        "and is_deeper(value, MAX_DEPTH):",
        "and is_deeper(value, MAX_DEPTH - 1):",
        (LIMITS, "tests/unit/schemas/inputs/test_events.py"),
        may_stand="what the fast decoder leaves to the slow judge is judged alike, only slower",
    ),
    Mutant(
        "C3", "half a cent is always rounded up", "schemas/base/money.py",
        "(twice == denominator and quotient & 1)",
        "(twice == denominator)",
        ("tests/unit/schemas/base/test_money.py",),
    ),
    Mutant(
        "C5", "a term of one day is refused", "schemas/inputs/first_fault.py",
        'if field.name == "ends_on" and content < known["starts_on"]:',
        'if field.name == "ends_on" and content <= known["starts_on"]:',
        (EVENTS + "test_customers_rejected.py", *FIRST_FAULT),
    ),
    Mutant(
        "C7", "the policy's first day is before the first", "schemas/base/times.py",
        "return first_day <= (moment - EPOCH).days <= LAST_DAY",
        "return first_day < (moment - EPOCH).days <= LAST_DAY",
        (EVENTS + "test_intake_rules.py",),
    ),
    Mutant(
        "C8", "a term may begin before the policy's first day", "agents/events/customers.py",
        "if day_of_text(starts_on) < policy.intake.earliest_day:",
        "if day_of_text(starts_on) < -1_000_000:",
        (EVENTS + "test_intake_rules.py",),
    ),
    Mutant(
        "C9", "whoever joined before the first event is refused", "schemas/inputs/intake_rules.py",
        'return self.earliest_joined_day if field == "joined_at" else self.earliest_day',
        "return self.earliest_day",
        (EVENTS + "test_intake_rules.py",),
    ),
    Mutant(
        "C10", "a blank is a customer", "schemas/inputs/intake_rules.py",
        "return customer_id in self.ignored or not customer_id or customer_id.isspace()",
        "return customer_id in self.ignored or not customer_id",
        (EVENTS + "test_intake_rules.py",),
    ),
    Mutant(
        "C11", "nobody is found out only where the decoder fails", "agents/events/admit.py",
        "if wire is None or self._policy.intake.names_nobody(wire.customer_id):",
        "if wire is None:",
        (EVENTS + "test_intake_rules.py",),
    ),
    Mutant(
        "C12", "the last nanosecond is of the next day", "schemas/inputs/events.py",
        "return _TIMES[kind].cut_off(wire, value) if may_be_fine(value) else wire",
        "return wire",
        FINE,
    ),
    Mutant(
        "C13", "the judge rounds times up", "schemas/inputs/first_fault.py",
        "msgspec.convert(without_rest(text), Moment)",
        "msgspec.convert(text, Moment)",
        FINE,
    ),
    Mutant(
        "C14", "a time in escapes is rounded up", "schemas/inputs/fine_times.py",
        r"""return _FINE.search(value) is not None or b"\\u002" in value or b"\\u003" in value""",
        "return _FINE.search(value) is not None",
        FINE,
    ),
    Mutant(
        "C15", "times in objects are rounded up", "schemas/inputs/fine_times.py",
        "self._objects = [(name, times) for name, times in inner.items() if times.any]",
        "self._objects = [(name, times) for name, times in inner.items() if not times.any]",
        FINE,
    ),
    Mutant(
        "I1", "a rate holds from the day after its own", "agents/policy/rates.py",
        "            at = bisect_right(days, day)\n",
        "            at = bisect_right(days, day - 1)\n",
        (EVENTS + "test_purchases.py",),
    ),
    Mutant(
        "I2", "a rate card holds from the day after its own", "agents/policy/rates.py",
        "return self._cards[bisect_right(self._days, day)]",
        "return self._cards[bisect_right(self._days, day - 1)]",
        ("tests/unit/agents/policy/test_compiled.py", EVENTS + "test_payments.py"),
    ),
    Mutant(
        "I3", "amounts are converted by the rate upside down", "agents/policy/rates.py",
        "return minor if numerator == denominator else half_even(minor * numerator, denominator)",
        "return minor if numerator == denominator else half_even(minor * denominator, numerator)",
        (EVENTS + "test_purchases.py",),
    ),
    Mutant(
        "I4", "what a return keeps is not counted", "agents/events/purchases.py",
        "return amounts, cost - paid + kept - handling",
        "return amounts, cost - paid - handling",
        (EVENTS + "test_purchases.py",),
    ),
    Mutant(
        "I5", "a payment that failed counts as made", "agents/events/payments.py",
        "days_late=None if failed else days_late,",
        "days_late=days_late,",
        (EVENTS + "test_payments.py", "tests/unit/agents/signals/test_late_payer.py"),
    ),
    Mutant(
        "I6", "a value just as large as allowed is too large", "agents/events/admit.py",
        "if value is not None and len(value) > self._max_event_bytes:",
        "if value is not None and len(value) >= self._max_event_bytes:",
        (EVENTS + "test_admit.py",),
    ),
    Mutant(
        "I7", "the longest id names nobody to erase", "agents/events/admit.py",
        "if key is None or not 0 < len(customer_id) <= MAX_ID_CHARS:",
        "if key is None or not 0 < len(customer_id) < MAX_ID_CHARS:",
        (EVENTS + "test_customers.py",),
    ),
    Mutant(
        "I8", "another partition's null value erases", "agents/events/admit.py",
        "        elsewhere = self._wrong_partition(key)\n"
        "        if elsewhere is not None:\n"
        "            return elsewhere\n",
        "",
        (EVENTS + "test_customers.py",),
    ),
    Mutant(
        "I9", "a wrong key is told before a wrong field", "agents/events/admit.py",
        "return self._judged_first(kind, value, _key_mismatch(key))",
        "return _key_mismatch(key)",
        (EVENTS + "test_admit.py",),
    ),
    Mutant(
        "I10", "ids of two topics are one", "agents/events/booking.py",
        "return xxh3_64_digest(_KIND_BYTE[kind] + event_id.encode())",
        "return xxh3_64_digest(event_id.encode())",
        (EVENTS + "test_booking.py",),
    ),
    Mutant(
        "I11", "a fee on a sale is let pass", "schemas/inputs/first_fault.py",
        "if types is not None and its not in types:",
        'if types is not None and its != "sale" and its not in types:',
        FIRST_FAULT,
    ),
    Mutant(
        "I12", "an amount of fifteen digits is refused", "schemas/base/money.py",
        "        or len(whole) + length > MAX_DIGITS\n",
        "        or len(whole) + length >= MAX_DIGITS\n",
        ("tests/unit/schemas/base/test_money.py",),
    ),
    Mutant(
        "I13", "what cost half of two amounts is lost below zero", "schemas/base/money.py",
        "{'-' if minor < 0 else ''}",
        "",
        ("tests/unit/schemas/base/test_money.py",),
    ),
    Mutant(
        "I14", "the midnight that is now comes again", "schemas/base/times.py",
        "if day != NO_DAY and at_us < day_start(day) < next_us:",
        "if day != NO_DAY and at_us <= day_start(day) < next_us:",
        ("tests/unit/agents/signals/test_overdue.py",),
        hangs=True,
    ),
    Mutant(
        "I15", "two topics give one id", "schemas/outputs/records.py",
        'name = f"{topic}\\n{sequence}\\n{origin.topic}',
        'name = f"{sequence}\\n{origin.topic}',
        ("tests/unit/schemas/outputs/test_records.py",),
    ),
    Mutant(
        "R1", "an owed snapshot is not kept in the row", "schemas/state/codec.py",
        "        head.owed + 2 * head.falling,\n",
        "        2 * head.falling,\n",
        CODEC,
    ),
    Mutant(
        "R2", "a row of another version is read", "schemas/state/codec.py",
        "    if version != ROW_VERSION:\n",
        "    if version > ROW_VERSION:\n",
        CODEC,
    ),
    Mutant(
        "R3", "a sum beyond 64 bits loses its sign", "schemas/state/codec.py",
        "size = value.bit_length() // 8 + 1",
        "size = (value.bit_length() + 7) // 8",
        CODEC,
    ),
    Mutant(
        "R4", "a score may be more than a hundred", "agents/records/advice.py",
        "return Score(min(total, POINTS_MAX), parts)",
        "return Score(total, parts)",
        ADVICE,
    ),
    Mutant(
        "R5", "a signal at high counts twice", "agents/records/advice.py",
        "points += points // 2",
        "points += points",
        ADVICE,
    ),
    Mutant(
        "R6", "a step that a signal tells of is told once more", "agents/records/at_risk.py",
        "any(said.signal in COSTLY and said.status != CLEARED for said",
        "any(False for said",
        ("tests/unit/agents/decide/test_ladder.py",),
    ),
    Mutant(
        "R20", "what a signal changes is not laid over a tier's treatment",
        "agents/policy/grants.py",
        "            grants |= self._when[name]\n",
        "            pass\n",
        ("tests/unit/agents/records/test_treatment.py",),
    ),
    Mutant(
        "R21", "another treatment is told beside a change of the tier",
        "agents/decide/evaluate.py",
        "        if announcements:\n",
        "        if False:\n",
        ("tests/unit/agents/records/test_treatment.py",),
    ),
    Mutant(
        "R7", "a hidden notice stands in the snapshot", "agents/records/snapshots.py",
        "effect_day = self._tiers.takes_effect_day(tier_state) if tier_state.announced else None",
        "effect_day = self._tiers.takes_effect_day(tier_state)",
        ("tests/unit/agents/decide/test_override_notices.py",),
    ),
    Mutant(
        "R8", "the share of a wallet is not brought to a year", "agents/decide/segments.py",
        "return revenue * DAYS_A_YEAR, policy.window_days * master.wallet",
        "return revenue, master.wallet",
        (EVENTS + "test_customers.py",),
    ),
    Mutant(
        "R9", "a snapshot tells the tier by value as the one in force",
        "agents/records/snapshots.py",
        "totals, tier, standing = customer.totals(), tier_state.in_force",
        "totals, tier, standing = customer.totals(), tier_state.tier",
        ("tests/unit/agents/decide/test_override.py",),
    ),
    Mutant(
        "P1", "two steps of a schedule may be the same", "agents/policy_file/checks.py",
        "        if amount <= before:\n",
        "        if amount < before:\n",
        REFUSED,
    ),
    Mutant(
        "P2", "a margin of the whole entry is let pass", "agents/policy_file/checks.py",
        "elif key.startswith(BELOW_ONE) and ratio[0] >= ratio[1]:",
        "elif key.startswith(BELOW_ONE) and ratio[0] > ratio[1]:",
        REFUSED,
    ),
    Mutant(
        "P3", "two reminders on one day are let pass", "agents/policy_file/checks.py",
        "if reminder.after_days <= before:",
        "if reminder.after_days < before:",
        REFUSED,
    ),
    Mutant(
        "P4", "two tiers may begin at one value", "agents/policy_file/checks.py",
        "if not minor(entry.key) > minor(entry.important):",
        "if not minor(entry.key) >= minor(entry.important):",
        REFUSED,
    ),
    Mutant(
        "P5", "a rate of nothing is let pass", "agents/policy_file/checks.py",
        "            if ratio is None or ratio[0] == 0:\n",
        "            if ratio is None:\n",
        REFUSED,
    ),
    Mutant(
        "P6", "the cards of one day are let pass", "agents/policy_file/checks.py",
        "if card.from_day <= before:",
        "if card.from_day < before:",
        REFUSED,
    ),
    Mutant(
        "M1", "a share that is just reached takes in one bucket more",
        "agents/models/histogram.py",
        "if reached * share[1] >= asked:",
        "if reached * share[1] > asked:",
        ("tests/unit/agents/models/test_histogram.py",),
    ),
    Mutant(
        "M2", "a value that moves within its bucket keeps the sum", "agents/models/histogram.py",
        "            self._cell_with(bucket, before)[1] += after - before\n",
        "            self._cell_with(bucket, before)\n",
        ("tests/unit/agents/models/test_histogram.py",),
    ),
    Mutant(
        "M3", "a value that fades leaves its tier a day late", "agents/models/decay.py",
        "        while far - near > 1:\n",
        "        while far - near > 2:\n",
        ("tests/unit/agents/models/test_decay.py",),
    ),
    Mutant(
        "M4", "weeks are seven days of the wrong figure", "agents/models/bgnbd.py",
        "            return future(self._params, x, t_x_days / 7.0, weeks)",
        "            return future(self._params, x, weeks, t_x_days / 7.0)",
        ("tests/unit/agents/models/test_bgnbd.py", "tests/unit/agents/models/test_expected.py"),
    ),
)  # fmt: skip
"""By id, as they are told."""
