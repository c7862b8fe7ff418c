"""Mistakes in what makes a partition: order, due times, what is committed, shares, restores."""

from typing import Final

from tests.mutants.mutant import Mutant

ROOM: Final = "agents/partition/"
UNIT: Final = "tests/unit/agents/partition/"
EDGES: Final = (UNIT + "test_edges.py",)
ERASURE: Final = (UNIT + "test_erasure.py",)
PENDING: Final = (UNIT + "test_pending.py",)
BUFFER: Final = (UNIT + "test_input_buffer.py",)
RESTART: Final = (UNIT + "test_shard_restart.py",)
LIMITS: Final = (UNIT + "test_limits.py",)
DUE: Final = (UNIT + "test_shard_due.py",)
KINDS: Final = ("tests/unit/agents/partition/test_judges.py",)
CHANGE: Final = (UNIT + "test_policy_change.py",)
SHARES: Final = (UNIT + "test_shares.py",)

PARTITION: Final = (
    Mutant(
        "A3", "what is due at an event's own time happens behind it", ROOM + "customers.py",
        "        if self._timers.next_us <= at_us:\n"
        "            self.fire_due(at_us, SWEEP, now_us)\n"
        "            if self._timers.next_us <= at_us:",
        "        if self._timers.next_us < at_us:\n"
        "            self.fire_due(at_us, SWEEP, now_us)\n"
        "            if self._timers.next_us < at_us:",
        (*EDGES, *DUE),
    ),
    Mutant(
        "A4", "what a late event makes due just now waits", ROOM + "customers.py",
        "        if customer.due_us <= self.stream_time_us:\n            self._fire_all",
        "        if customer.due_us < self.stream_time_us:\n            self._fire_all",
        (*EDGES, *DUE),
    ),
    Mutant(
        "A5", "a newcomer takes for its own what came before it", ROOM + "customers.py",
        "customer_id, origin, event, self._policy, self._taken()",
        "customer_id, origin, event, self._policy, None",
        (*ERASURE, *RESTART),
    ),
    Mutant(
        "A6", "an erased customer's snapshot still goes out", ROOM + "pending.py",
        "        self._publish.pop(customer_id, None)\n        key",
        "        key",
        ERASURE,
    ),
    Mutant(
        "A7", "a snapshot is owed of who was erased", ROOM + "pending.py",
        "        self.owed.pop(customer_id, None)\n        self._publish.pop",
        "        self._publish.pop",
        ERASURE,
        may_stand="who picks snapshots finds nobody and drops it; who comes again is news first",
    ),
    Mutant(
        "A8", "an erased customer's row is written behind its tombstone", ROOM + "pending.py",
        "            self._changed.remove(customer)",
        "            pass",
        ERASURE,
    ),
    Mutant(
        "A9", "the last record that may be taken waits", ROOM + "merge.py",
        "del merged[bisect_right(merged, bound) :]",
        "del merged[bisect_right(merged, bound) - 1 :]",
        (*BUFFER, "tests/properties/test_merging.py"),
        hangs=True,
    ),
    Mutant(
        "A10", "the end of an input goes back", ROOM + "input_buffer.py",
        "self.end = end if self.end == UNKNOWN_END else max(self.end, end)",
        "self.end = end",
        BUFFER,
    ),
    Mutant(
        "A11", "who comes under a time that is being taken is not sorted in", ROOM + "timers.py",
        "            ids[customer_id] = None\n"
        "            if at_us == self._swept_us:\n                self._sort_anew()\n",
        "            ids[customer_id] = None\n",
        (UNIT + "test_timers.py",),
    ),
    Mutant(
        "A13", "a clock set back lets a snapshot wait for long", ROOM + "customers.py",
        "if now_us < due_us <= now_us + pending.snapshot_us and not all_snapshots:",
        "if now_us < due_us and not all_snapshots:",
        PENDING,
    ),
    Mutant(
        "A14", "the row says that all was taken that was fetched", ROOM + "shard.py",
        "            offsets[buffer.kind] = buffer.taken_to\n",
        "            offsets[buffer.kind] = buffer.position\n",
        (UNIT + "test_shard.py", *RESTART),
    ),
    Mutant(
        "A15", "a plan made for a drained input stays when it has more", ROOM + "shard.py",
        "            if buffer.has_more and not had_more:\n                self._plan_anew()",
        "            if buffer.has_more and not had_more:\n                pass",
        BUFFER,
    ),
    Mutant(
        "A16", "a plan made for a drained input stays when it gets a batch", ROOM + "shard.py",
        "        if not buffer.has_more:\n            self._plan_anew()",
        "        if False:\n            self._plan_anew()",
        BUFFER,
    ),
    Mutant(
        "A17", "what is seen again moves no time", ROOM + "customers.py",
        "        if event.at_us > self.stream_time_us:\n"
        "            self.stream_time_us = event.at_us\n"
        "        self._pending.counters.applied[event.kind] += 1",
        "        self._pending.counters.applied[event.kind] += 1",
        RESTART,
    ),
    Mutant(
        "A18", "a plan outlives the buffers it was made of", ROOM + "shard.py",
        "        self._store.buffers = self.buffers\n        self._plan, self._planned_to = [], 0",
        "        self._store.buffers = self.buffers",
        BUFFER,
    ),
    Mutant(
        "A19", "the group that comes next is left out after a restart", ROOM + "shares.py",
        "if its[0] >= self.next_group), reverse=True)",
        "if its[0] > self.next_group), reverse=True)",
        SHARES,
    ),
    Mutant(
        "A20", "customers adopt from the last to the first: a restart forgets the others",
        ROOM + "shares.py",
        "if its[0] >= self.next_group), reverse=True)",
        "if its[0] >= self.next_group))",
        SHARES,
    ),
    Mutant(
        "A21", "who was erased is counted on among all", ROOM + "customers.py",
        "            self.shares.forget(customer.ranked)\n",
        "",
        SHARES,
    ),
    Mutant(
        "A25", "a new policy is made a partition's only with its next event", ROOM + "shard.py",
        "        self._moved = row.policies != self._adoption.policies\n",
        "",
        CHANGE,
    ),
    Mutant(
        "A26", "rejected events may fill a commit without end", ROOM + "pending.py",
        "            or self._rejected_bytes >= bounds.output_bytes_max\n",
        "",
        PENDING,
    ),
    Mutant(
        "A27", "after a restart nothing is owed", ROOM + "customers.py",
        "        if head.owed:\n            self._pending.owed[customer_id] = 0\n",
        "",
        (*RESTART, *PENDING, "tests/unit/agents/decide/test_evaluate.py"),
    ),
    Mutant(
        "C6", "one byte less has room", ROOM + "memory.py",
        "        if self.bytes + more > self.bytes_max:",
        "        if self.bytes + more >= self.bytes_max:",
        LIMITS,
    ),
    Mutant(
        "B1", "outputs may fill a commit without end", ROOM + "pending.py",
        "            or len(self._outputs) >= bounds.changed_max\n",
        "",
        PENDING,
    ),
    Mutant(
        "B2", "the bytes of rows are counted on after a commit", ROOM + "pending.py",
        "        self._rejected_bytes = self._row_bytes = 0\n        self._changed.clear()",
        "        self._rejected_bytes = 0\n        self._changed.clear()",
        PENDING,
        hangs=True,
    ),
    Mutant(
        "B3", "a customer whose row went out is never written again", ROOM + "pending.py",
        "            customer.changed = False\n",
        "",
        (*PENDING, *RESTART),
    ),
    Mutant(
        "B4", "a contact that is due publishes a snapshot", ROOM + "pending.py",
        "is_news = is_news or output.topic != CONTACTS_DUE",
        "is_news = True",
        ("tests/unit/agents/decide/test_contacts.py",),
    ),
    Mutant(
        "B5", "newer cut-offs are adopted before all were judged by the last", ROOM + "shares.py",
        "return self.is_on and not self.is_adopting and cutoffs.version > self.version",
        "return self.is_on and cutoffs.version > self.version",
        SHARES,
    ),
    Mutant(
        "B6", "the same cut-offs are adopted again and again", ROOM + "shares.py",
        "and cutoffs.version > self.version",
        "and cutoffs.version >= self.version",
        SHARES,
    ),
    Mutant(
        "B7", "the first cut-offs are made though a partition has more to read",
        ROOM + "cutoffs.py",
        "    if before is None and not all(its.caught_up for its in published):\n"
        "        return None\n",
        "",
        SHARES,
    ),
    Mutant(
        "B8", "cut-offs are made of histograms of two policies", ROOM + "cutoffs.py",
        "    if any(its.policy_hash != policy.hash for its in published):\n        return None\n",
        "",
        SHARES,
    ),
    Mutant(
        "B9", "the versions of cut-offs begin anew with a policy", ROOM + "cutoffs.py",
        "version = 1 if before is None else before.version + 1",
        "version = 1 if own is None else own.version + 1",
        SHARES,
    ),
    Mutant(
        "B10", "a late record comes before those that came before it", ROOM + "input_buffer.py",
        "return list(accumulate(self.turns[self.at :], max))",
        "return self.turns[self.at :]",
        ("tests/properties/test_merging.py", *BUFFER),
    ),
    Mutant(
        "B11", "an input with nothing here and more on the broker is not waited for",
        ROOM + "merge.py",
        "            if not turns:\n                return []\n",
        "            if not turns:\n                continue\n",
        BUFFER,
    ),
    Mutant(
        "B12", "a policy of the past is taken for a new one", ROOM + "policy_change.py",
        "    if policy.hash in row.policies:\n",
        "    if False:\n",
        CHANGE,
    ),
    Mutant(
        "B13", "the newest policies are forgotten first", ROOM + "policy_change.py",
        "dict(policies[-POLICIES_MAX:])",
        "dict(policies[:POLICIES_MAX])",
        CHANGE,
    ),
    Mutant(
        "B14", "a signal that is new is refused for what nobody kept", ROOM + "policy_change.py",
        "if 0 < kept < wanted:",
        "if kept < wanted:",
        (*CHANGE, *RESTART),
    ),
    Mutant(
        "B15", "a sweep forgets those it had no turn for", ROOM + "timers.py",
        "        if not ids:\n            self._end(at_us)\n        return at_us, taken\n",
        "        self._end(at_us)\n        return at_us, taken\n",
        DUE,
    ),
    Mutant(
        "B29", "who has changed since its row was written is put to rest", ROOM + "memory.py",
        "if customer.changed or customer.touched_us > seen_us:",
        "if customer.touched_us > seen_us:",
        ("tests/unit/agents/partition/test_memory.py", "tests/properties/test_model.py"),
    ),
    Mutant(
        "B16", "a conflict is dropped as a duplicate", ROOM + "customers.py",
        "        if content == event.content:\n",
        "        if content:\n",
        (UNIT + "test_shard.py",),
    ),
    Mutant(
        "B17", "an erasure is dropped where an id is known already", ROOM + "customers.py",
        "        if event.erases:\n            return False\n",
        "",
        ERASURE,
    ),
    Mutant(
        "B18", "a rejected record's own headers are left out", "schemas/outputs/headers.py",
        "        *original,\n",
        "",
        (UNIT + "test_shard.py", *LIMITS),
    ),
    Mutant(
        "B19", "a due time of before the adoption stays", ROOM + "customers.py",
        "due_us=max(adoption.since_us, min(due_us, review)),",
        "due_us=min(due_us, review),",
        ("tests/unit/agents/decide/test_contacts.py",),
    ),
    Mutant(
        "B20", "an event of before the adoption is judged as of then", ROOM + "customers.py",
        "                known.advance(self._adopted_us, self._policy)\n",
        "                pass\n",
        CHANGE,
    ),
    Mutant(
        "B21", "by the wall clock a policy is adopted at the latest event's time",
        ROOM + "policy_change.py",
        "max(reached_us, now_us))",
        "reached_us)",
        CHANGE,
    ),
    Mutant(
        "B22", "a kind's policy is not asked", ROOM + "judges.py",
        "        return self._kinds.get(master.segment, self.for_all)\n",
        "        return self.for_all\n",
        KINDS,
    ),
    Mutant(
        "B23", "who turns out to be of another kind goes on by the old bounds",
        "agents/decide/episodes.py",
        "    if kind is Kind.CUSTOMERS and (policy.kinds or policy.kind is not None):\n",
        "    if kind is Kind.CUSTOMERS and False:\n",
        KINDS,
    ),
    Mutant(
        "B24", "an issue counts by the bounds of all alone", "agents/policy_file/compiling.py",
        "        if name != rule.signal:\n",
        "        if name == rule.signal:\n",
        KINDS,
    ),
)  # fmt: skip
"""By id, as they are told."""
