"""Mistakes that let one record, partition or neighbour hold up the others."""

from typing import Final

from tests.mutants.mutant import Mutant

RUNTIME: Final = "streams/runtime/"
KAFKA: Final = "streams/kafka/"
PARKING: Final = ("tests/unit/streams/runtime/test_parking.py",)
UNPACKING: Final = ("tests/unit/streams/kafka/test_unpacking.py",)
ASSIGNING: Final = ("tests/unit/streams/kafka/test_assigning.py",)
NESTING: Final = ("tests/unit/schemas/inputs/test_nesting.py",)
CLOCK: Final = ("tests/unit/agents/partition/test_clock.py",)

AVAILABILITY: Final = (
    Mutant(
        "V1", "a commit in doubt only parks its partition", RUNTIME + "parking.py",
        "isinstance(error, CommitError | AccessError | UnfitPolicyError)",
        "isinstance(error, AccessError | UnfitPolicyError)",
        PARKING,
    ),
    Mutant(
        "V2", "a worker with an older policy keeps a partition parked", RUNTIME + "parking.py",
        "isinstance(error, CommitError | AccessError | UnfitPolicyError)",
        "isinstance(error, CommitError | AccessError)",
        PARKING,
    ),
    Mutant(
        "V3", "pauses never grow", RUNTIME + "parking.py",
        "else before.tries + 1",
        "else before.tries",
        PARKING,
    ),
    Mutant(
        "V4", "whoever ran for a moment is well", RUNTIME + "parking.py",
        "return since is not None and time.monotonic() - since >= WELL_S",
        "return since is not None",
        PARKING,
    ),
    Mutant(
        "V5", "what goes on still shows as parked", RUNTIME + "parking.py",
        "            parked.runs_since_s = time.monotonic()\n"
        "            self._metrics.forget_parked(partition, parked.reason)\n",
        "            parked.runs_since_s = time.monotonic()\n",
        PARKING,
    ),
    Mutant(
        "V6", "a rebalance tries a parked partition at once", RUNTIME + "assignment.py",
        "return held.parked or (bool(held.shard.buffers) and self._settings.exactly_once)",
        "return bool(held.shard.buffers) and self._settings.exactly_once",
        PARKING,
    ),
    Mutant(
        "V7", "a refused commit is gone on from in memory", RUNTIME + "partition.py",
        "            self.failed(error)  # what the commit carried is in no memory any more\n",
        "            del error\n",
        PARKING,
    ),
    Mutant(
        "V8", "a partition that moved on stays in the list", RUNTIME + "assignment.py",
        "                self._parking.forget(partition)\n",
        "                pass\n",
        PARKING,
    ),
    Mutant(
        "V9", "what is parked is never tried again", RUNTIME + "assignment.py",
        "            again.start()\n",
        "",
        PARKING,
    ),
    Mutant(
        "V10", "a value of any size is held whole", KAFKA + "records.py",
        "        whole = size <= whole_max\n",
        "        whole = True\n",
        UNPACKING,
    ),
    Mutant(
        "V11", "many small records come all at once", KAFKA + "unpacking.py",
        "if len(batch.offsets) >= RECORDS_AT_ONCE or self._unpacked_bytes >= len(self._room):",
        "if self._unpacked_bytes >= len(self._room):",
        UNPACKING,
    ),
    Mutant(
        "V12", "what follows the first thousand records of a batch is lost",
        KAFKA + "unpacking.py",
        "        if len(chunk) < CHUNK:\n",
        "        if len(chunk) <= CHUNK:\n",
        UNPACKING,
    ),
    Mutant(
        "V13", "a batch that is damaged is taken", KAFKA + "unpacking.py",
        "            if not part.validate_crc():",
        "            if part.validate_crc() is None:",
        UNPACKING,
    ),
    Mutant(
        "V14", "NUL in a header's name is handed to clients", KAFKA + "unpacking.py",
        'text.replace("\\0", r"\\x00")',
        "text",
        UNPACKING,
    ),
    Mutant(
        "V15", "an escaped quote ends a text", "schemas/inputs/nesting.py",
        """.replace(b'\\\\"', b"")""",
        "",
        NESTING,
    ),
    Mutant(
        "V16", "how deep brackets go within eight of them is not looked at",
        "schemas/inputs/nesting.py",
        "        if level + _MOST[eight] > levels:",
        "        if level + _DEEPER[eight] > levels:",
        NESTING,
    ),
    Mutant(
        "V17", "a record may move time two days beyond the clock",
        "agents/partition/customers.py",
        "at_us > max(now_us + AHEAD_MAX_US, self.stream_time_us)",
        "at_us > max(now_us + 2 * AHEAD_MAX_US, self.stream_time_us)",
        CLOCK,
    ),
    Mutant(
        "V18", "a record without a time is taken", "agents/events/admit.py",
        "        if timestamp_ms < 0:\n",
        "        if timestamp_ms < -1:\n",
        ("tests/unit/agents/events/test_admit.py",),
    ),
    Mutant(
        "V19", "a stale claim to a partition wins", KAFKA + "assigning.py",
        'claim.round > owners.get(partition, (-1, ""))[0]',
        "claim.round >= 0",
        (*ASSIGNING, "tests/properties/test_assigning.py"),
    ),
    Mutant(
        "V20", "a slice of a batch claims what comes after it", "agents/ports.py",
        "yield self._part(begin, at + 1, offsets[at + 1])",
        "yield self._part(begin, at + 1, self.next_position)",
        ("tests/unit/agents/test_ports.py",),
    ),
)  # fmt: skip
