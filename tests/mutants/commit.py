"""Mistakes in how bytes move: taking over, committing, rebalances, fetching, topics, settings."""

from typing import Final

from tests.mutants.mutant import Mutant

RUNTIME: Final = "streams/runtime/"
KAFKA: Final = "streams/kafka/"
UNIT: Final = "tests/unit/streams/"
PARTITION: Final = (UNIT + "runtime/test_partition.py",)
REBALANCE: Final = (UNIT + "runtime/test_rebalance.py",)
TAKE_OVER: Final = (UNIT + "runtime/test_take_over.py",)
COMMIT: Final = (UNIT + "kafka/test_commit.py",)
SETTINGS: Final = (UNIT + "config/test_settings.py",)
TOPICS: Final = (UNIT + "kafka/test_topics.py",)
READER: Final = (UNIT + "kafka/test_cutoffs_reader.py",)
TRANSPORT: Final = (UNIT + "kafka/test_transport.py",)
UNPACKING: Final = (UNIT + "kafka/test_unpacking.py",)

COMMIT_PATH: Final = (
    Mutant(
        "S1", "one event that was deleted unread is passed over", RUNTIME + "take_over.py",
        "            if positions[kind] < first:",
        "            if positions[kind] < first - 1:",
        TAKE_OVER,
    ),
    Mutant(
        "S2", "offsets that no commit of ours set count as late", RUNTIME + "take_over.py",
        "late = group < own and 0 < number < self.shard.commit_number",
        "late = group < own and 0 <= number < self.shard.commit_number",
        TAKE_OVER,
    ),
    Mutant(
        "S3", "what failed once is committed", RUNTIME + "committer.py",
        "            if self._context.failed:\n"
        "                return False  # memory is not trusted any more\n",
        "",
        REBALANCE,
    ),
    Mutant(
        "S4", "a partition is given up while its changelog is still read",
        RUNTIME + "partition.py",
        "        await asyncio.gather(*tasks, return_exceptions=True)\n",
        "",
        REBALANCE,
    ),
    Mutant(
        "S5", "what was lost on the way through a rebalance is not fetched again",
        RUNTIME + "partition.py",
        "            self._spawn(self._context.inputs.open_inputs({tp: buffer.position}))\n",
        "",
        REBALANCE,
    ),
    Mutant(
        "S6", "a partition given up while it opens is taken from", RUNTIME + "partition.py",
        "        if self._given_up:\n            return\n        self._restored",
        "        self._restored",
        REBALANCE,
    ),
    Mutant(
        "S7", "what was fetched under an earlier assignment is taken", RUNTIME + "assignment.py",
        "if held is None or part.epoch != self._flow.epoch:",
        "if held is None:",
        REBALANCE,
    ),
    Mutant(
        "S8", "without fences a partition keeps its memory through a rebalance",
        RUNTIME + "assignment.py",
        "return held.parked or (bool(held.shard.buffers) and self._settings.exactly_once)",
        "return held.parked or bool(held.shard.buffers)",
        REBALANCE,
    ),
    Mutant(
        "S9", "an end that may have been sent twice is taken for one", KAFKA + "commit.py",
        "        if seconds > SENT_TWICE_S:",
        "        if seconds > 1000 * SENT_TWICE_S:",
        COMMIT,
    ),
    Mutant(
        "S10", "offsets go out before the records that they stand for", KAFKA + "commit.py",
        "            self._outbox.deliver()\n",
        "",
        COMMIT,
    ),
    Mutant(
        "S11", "a restore ends before another program's open transaction",
        KAFKA + "changelog.py",
        "    waits = message.offset() < high\n",
        "    waits = False\n",
        (UNIT + "kafka/test_changelog.py",),
    ),
    Mutant(
        "S12", "who was erased comes back with a restore", KAFKA + "changelog.py",
        "                rows.pop(key, None)\n",
        "                pass\n",
        (UNIT + "kafka/test_changelog.py",),
    ),
    Mutant(
        "S13", "an input counts as drained only behind what is still open",
        KAFKA + "fetching.py",
        "end = state.lso if exactly_once else state.highwater",
        "end = state.highwater",
        TRANSPORT,
    ),
    Mutant(
        "S14", "records before the offset that was asked for are taken again",
        KAFKA + "unpacking.py",
        "if record.offset >= fetched.next_fetch_offset]",
        "if record.offset >= 0]",
        UNPACKING,
    ),
    Mutant(
        "S15", "aborted records are taken", KAFKA + "unpacking.py",
        "        return aborted or part.is_control_batch\n",
        "        return part.is_control_batch\n",
        UNPACKING,
    ),
    Mutant(
        "S16", "without transactions the partition's row goes first", KAFKA + "commit.py",
        "            self._outbox.send_rows(changes.rows[:-1])\n"
        "            self._outbox.flush()\n"
        "            self._outbox.send_rows(changes.rows[-1:])",
        "            self._outbox.send_rows(changes.rows[-1:])\n"
        "            self._outbox.flush()\n"
        "            self._outbox.send_rows(changes.rows[:-1])",
        COMMIT,
    ),
    Mutant(
        "S17", "a clean stop leaves snapshots owed", RUNTIME + "assignment.py",
        "await asyncio.gather(*(runtime.suspend(last=True) for runtime in held))",
        "await asyncio.gather(*(runtime.suspend() for runtime in held))",
        REBALANCE,
    ),
    Mutant(
        "S18", "a changelog one commit behind the group is taken for whole",
        RUNTIME + "take_over.py",
        "            if number > self.shard.commit_number:",
        "            if number > self.shard.commit_number + 1:",
        TAKE_OVER,
    ),
    Mutant(
        "S19", "two assignments have one number", KAFKA + "flow_control.py",
        "        self.epoch += 1\n",
        "",
        REBALANCE,
    ),
    Mutant(
        "S20", "a commit that fails while its partition is given up is not told",
        RUNTIME + "committer.py",
        "                self._context.fail(error)\n"
        "                raise\n"
        "            except asyncio.CancelledError",
        "                raise\n            except asyncio.CancelledError",
        PARTITION,
    ),
    Mutant(
        "S21", "a worker that stops takes partitions over", RUNTIME + "assignment.py",
        "            if self._is_ending:\n                return\n            if partition in self",
        "            if partition in self",
        PARTITION,
    ),
    Mutant(
        "T1", "the changelog is read before the fence", RUNTIME + "take_over.py",
        "        await context.hear_within(FENCE_WORD_DEADLINE_S, self._log.start)\n"
        "        offsets = await context.restoring(self.restore)\n",
        "        offsets = await context.restoring(self.restore)\n"
        "        await context.hear_within(FENCE_WORD_DEADLINE_S, self._log.start)\n",
        REBALANCE,
    ),
    Mutant(
        "T2", "a partition that is given up is fetched on", RUNTIME + "partition.py",
        "        self._pump.close_flow()\n",
        "",
        REBALANCE,
    ),
    Mutant(
        "T3", "a full buffer is fetched on", RUNTIME + "pump.py",
        "if buffer.records >= BUFFER_HIGH or held_bytes >= BUFFER_BYTES_HIGH:",
        "if buffer.records >= BUFFER_HIGH:",
        PARTITION,
    ),
    Mutant(
        "T4", "a buffer that was full is never fetched again", RUNTIME + "pump.py",
        "                flow.resume(buffer.kind, partition)\n",
        "                pass\n",
        REBALANCE,
    ),
    Mutant(
        "T5", "what is due waits though nothing is left to take", RUNTIME + "pump.py",
        "until = now if by_wall else shard.stream_time_us",
        "until = now if by_wall else None",
        PARTITION,
    ),
    Mutant(
        "T6", "a failed message is not looked at before a commit is taken for done",
        KAFKA + "commit.py",
        "        if self._outbox.failure is not None:\n            raise CommitError(",
        "        if self._outbox.failure is None:\n            str(",
        COMMIT,
    ),
    Mutant(
        "T7", "an input is read on from the wrong beginning", RUNTIME + "take_over.py",
        "positions[kind] = first if own is None else own",
        "positions[kind] = first if not own else own",
        TAKE_OVER,
    ),
    Mutant(
        "T8", "one input with fewer partitions passes", RUNTIME + "assignment.py",
        "if any(partitions != assignments[0] for partitions in assignments):",
        "if any(partitions != assignments[0] for partitions in assignments[:1]):",
        REBALANCE,
    ),
    Mutant(
        "T9", "the zero byte that ends a number makes it none", KAFKA + "transport.py",
        'text = metadata.rstrip("\\0")',
        "text = metadata",
        TRANSPORT,
    ),
    Mutant(
        "T10", "an older version of the cut-offs replaces a newer one",
        KAFKA + "cutoffs_reader.py",
        'cutoffs["version"] > self._cutoffs["version"]:',
        'cutoffs["version"] != self._cutoffs["version"]:',
        READER,
    ),
    Mutant(
        "T11", "what is known is told before all was read once", KAFKA + "cutoffs_reader.py",
        "if not self._unread and time.monotonic()",
        "if time.monotonic()",
        READER,
    ),
    Mutant(
        "T12", "a topic that is compacted and deleted passes", KAFKA + "topics.py",
        "broker_topic.cleanup != {wanted}:",
        "wanted not in broker_topic.cleanup:",
        TOPICS,
    ),
    Mutant(
        "T13", "the topic of rejected events may admit a byte too little", KAFKA + "topics.py",
        "broker_topic.max_message_bytes < rejected_bytes:",
        "broker_topic.max_message_bytes < rejected_bytes - 1:",
        TOPICS,
    ),
    Mutant(
        "T14", "an optional topic has to be there", KAFKA + "topics.py",
        'return None if topic.optional else f"{name}: expected the topic, found none"',
        'return f"{name}: expected the topic, found none"',
        TOPICS,
    ),
    Mutant(
        "T15", "a login without its TLS is let pass", "streams/config/reading.py",
        '("sasl_user", user, user, BY_PASSWORD),',
        '("sasl_user", True, user, BY_PASSWORD),',
        SETTINGS,
    ),
    Mutant(
        "T16", "a client's certificate without TLS is let pass", "streams/config/reading.py",
        '("tls_certificate_file", tls, key, ',
        '("tls_certificate_file", True, key, ',
        SETTINGS,
    ),
    Mutant(
        "T17", "port 0 is one", "streams/config/parsing.py",
        "return digits and 0 < int(text) <= PORT_MAX",
        "return digits and 0 <= int(text) <= PORT_MAX",
        SETTINGS,
    ),
    Mutant(
        "T18", "the secret of the environment is not refused", "streams/config/reading.py",
        "    if kind == Secret | None and bare in environment:",
        "    if kind == Secret and bare in environment:",
        SETTINGS,
    ),
    Mutant(
        "T19", "a broker's certificate is not checked by name", "streams/config/connecting.py",
        '"ssl.endpoint.identification.algorithm": "https",',
        '"ssl.endpoint.identification.algorithm": "none",',
        SETTINGS,
    ),
)  # fmt: skip
"""By id, as they are told."""
