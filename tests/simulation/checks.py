"""What has to be true: at every commit, and in the end of the whole.

At every commit (when it is decided, whatever becomes of the worker):
- a transaction is whole: outputs, rows and the group's offsets, all of one partition, with one row
  of the partition, the last (I5);
- its number is the next one; its row and the group name the same offsets and, as its outputs do,
  this number. Where offsets were sent twice the group may be told those of an earlier commit;
- the records it stands for are those between the last commit's offsets and its own, each once, in
  the order of their input (I4).

When a worker has stopped cleanly its metrics say, of each input, that what it consumed is what it
applied, dropped and rejected, and what lies in its commits (I4).

In the end, when all is read and all workers have stopped:
- nothing is open anywhere, and every input is committed to its end (I6);
- all outputs are those of a shard that was never interrupted and took the same records in the same
  order, byte for byte but for `evaluated_at`; rejected records carry the bytes of the input (I1);
- they are those of the recount in `tests/oracle` too, where the plan asks for it. Where all inputs
  lay ready and time is event time the recount takes them in the contract's order, otherwise in the
  order in which the shard took them: the product promises no other then;
- sequences count from 1 without a gap, ids are unique (I2);
- the changelog's rows are those of the uninterrupted shard, and a fresh shard reads them (I3).

Where commits are no transactions only the end is looked at (`plain_checks`). Where tiers go by
shares the uninterrupted shard makes and adopts the same cut-offs at the same places in the order.
"""

from collections import defaultdict

from prometheus_client import Counter

from schemas.inputs.events import TOPIC_OF_KIND
from schemas.outputs.headers import COMMIT_HEADER
from schemas.outputs.records import REJECTED_EVENTS
from schemas.state.codec import decode_partition
from schemas.state.rows import PARTITION_KEY, PartitionRow
from schemas.topics.declared import CHANGELOG
from streams.observe.metrics import Metrics
from tests.simulation.broker import Broker
from tests.simulation.faults import HELD_UP, Faults
from tests.simulation.log import Entry, GroupOffset, Place, Transaction
from tests.simulation.plain_checks import PlainChecks
from tests.simulation.plan import APP, Plan
from tests.simulation.recording import TAKE, Act, History
from tests.simulation.reference import compare


class WrongError(AssertionError):
    """A seed found something that must not be."""


def expect(what: bool, text: str) -> None:
    """WrongError unless it is so."""
    if not what:
        raise WrongError(text)


def _sum_of(counter: Counter, topic: str) -> float:
    """Over all labels but the first, the topic."""
    [metric] = counter.collect()
    return sum(
        its.value
        for its in metric.samples
        if its.labels["topic"] == topic and its.name.endswith("_total")
    )


class Checks:
    """Watches one broker."""

    def __init__(self, plan: Plan, broker: Broker, history: History, its_faults: Faults) -> None:
        self.commits = 0
        self._plan, self._broker, self._history = plan, broker, history
        self._faults = its_faults
        self._names = plan.settings.names
        self._numbers: dict[int, int] = defaultdict(int)
        self._taken: dict[Place, int] = defaultdict(int)
        self._counted: dict[tuple[str, str], int] = defaultdict(int)
        """By worker and input the records in its commits."""
        self._told: set[tuple[Place, GroupOffset]] = set()
        """What commits told the group."""
        self._acts: dict[int, list[Act]] = defaultdict(list)
        self._inputs = {kind: self._names.of(topic) for kind, topic in TOPIC_OF_KIND.items()}
        broker.watched.committed.append(self._committed)

    # at every commit

    def _committed(self, transaction: Transaction) -> None:
        partition = int(transaction.transactional_id.removeprefix(f"{APP}-"))
        where = f"partition {partition}, a commit of {transaction.owner}"
        entries = transaction.entries
        if not entries and self._is_of_late_ones(transaction):
            return
        self.commits += 1
        expect(all(its.place.partition == partition for its in entries), f"{where}: others' too")
        row = self._partition_row(entries, where)
        number = row.commit_number
        where = f"partition {partition}, commit {number} of {transaction.owner}"
        expect(
            number == self._numbers[partition] + 1,
            f"{where}: the one before was {self._numbers[partition]}",
        )
        self._numbers[partition] = number
        self._check_offsets(transaction, row, where)
        self._check_numbers(entries, number, where)
        key = transaction.owner, partition, number
        expect(key in self._history.acts, f"{where}: no shard made it")
        acts = self._history.acts.pop(key)
        self._acts[partition] += acts
        self._check_taken(partition, acts, row, where)
        for act in acts:
            if act.what == TAKE:
                self._counted[transaction.owner, TOPIC_OF_KIND[act.kind]] += 1

    def _check_offsets(self, transaction: Transaction, row: PartitionRow, where: str) -> None:
        number, told = str(row.commit_number), transaction.offsets
        partition = transaction.entries[0].place.partition
        own = {
            Place(topic, partition): GroupOffset(row.offsets[kind], number)
            for kind, topic in self._inputs.items()
        }
        expect(
            transaction.has_offsets
            and told.keys() == own.keys()
            and all(its == own[place] or self._is_late(place, its) for place, its in told.items()),
            f"{where}: its row says {own}, the group is told {told}",
        )
        self._told |= own.items()

    def _is_of_late_ones(self, transaction: Transaction) -> bool:
        """Whether it began and ended with what came late of an earlier one: no shard made it."""
        late = all(self._is_late(place, told) for place, told in transaction.offsets.items())
        return self._was_any_held_up and late

    def _is_late(self, place: Place, told: GroupOffset) -> bool:
        """Whether it is what an earlier commit told, sent twice and late."""
        return self._was_any_held_up and (place, told) in self._told

    @property
    def _was_any_held_up(self) -> bool:
        return self._faults.counts.strikes[HELD_UP] > 0

    def _check_numbers(self, entries: list[Entry], number: int, where: str) -> None:
        """Outputs that carry no headers of their own carry the commit's number."""
        changelog = self._names.of(CHANGELOG)
        named = [dict(its.headers) for its in entries if its.place.topic != changelog]
        found = {its[COMMIT_HEADER] for its in named if COMMIT_HEADER in its}
        expect(found <= {str(number).encode()}, f"{where}: outputs say {found}")
        without = sum(COMMIT_HEADER not in its for its in named)
        rejected = self._names.of(REJECTED_EVENTS)
        expect(
            without == sum(its.place.topic == rejected for its in entries),
            f"{where}: {without} outputs are without the commit's number",
        )

    def _partition_row(self, entries: list[Entry], where: str) -> PartitionRow:
        changelog = self._names.of(CHANGELOG)
        rows = [its for its in entries if its.place.topic == changelog]
        expect(
            [its.key for its in rows].count(PARTITION_KEY) == 1 and rows[-1].key == PARTITION_KEY,
            f"{where}: expected one row of the partition, the last",
        )
        assert rows[-1].value is not None
        return decode_partition(rows[-1].value)

    def _check_taken(self, partition: int, acts: list[Act], row: PartitionRow, where: str) -> None:
        for kind, topic in self._inputs.items():
            place = Place(topic, partition)
            taken = [act.at for act in acts if act.what == TAKE and act.kind is kind]
            begin, end = self._taken[place], row.offsets[kind]
            log = self._broker.logs[place]
            lying = [its.offset for its in log.entries[begin:end] if its.is_visible]
            expect(
                taken == lying,
                f"{where}: of {topic} {begin} to {end} it took {taken}, there were {lying}",
            )
            self._taken[place] = end

    # when a worker has stopped

    def counted(self, metrics: Metrics, who: str) -> None:
        """Its metrics add up."""
        for topic in TOPIC_OF_KIND.values():
            consumed = _sum_of(metrics.consumed, topic)
            taken = self._counted[who, topic]
            expect(
                self._plan.is_plain or consumed == taken,
                f"{who} consumed {consumed:.0f} of {topic}, took {taken}",
            )
            parts = [metrics.applied, metrics.dropped, metrics.rejected]
            became = [_sum_of(its, topic) for its in parts]
            expect(
                consumed == sum(became),
                f"{who} consumed {consumed:.0f} of {topic}, and of these were applied, dropped "
                f"and rejected {became}",
            )

    # in the end

    def behind(self) -> str:
        """What is not read and committed yet; empty where everything is."""
        left = []
        for topic in self._inputs.values():
            for partition in range(self._plan.partitions):
                place = Place(topic, partition)
                end = self._broker.logs[place].end
                told = self._broker.offsets.get(place)
                done = 0 if told is None else told.offset
                if told is not None and done < self._taken[place] and self._is_late(place, told):
                    done = self._taken[place]
                if done != end:
                    left.append(f"{topic}-{partition} is read to {done} of {end}")
        return "; ".join(left)

    def whole(self) -> None:
        """Everything together."""
        for place, log in self._broker.logs.items():
            expect(log.stable_end == log.end, f"{place}: a transaction is open at the end")
        expect(not self.behind(), self.behind())
        if self._plan.is_plain:
            for partition in range(self._plan.partitions):
                plain = PlainChecks(self._plan, self._broker, partition, self._faults.strike)
                told = plain.wrong()
                expect(not told, f"partition {partition}: {told}")
                self.commits += plain.commits
            return
        for partition in range(self._plan.partitions):
            acts = self._acts[partition]
            if not acts:  # nobody had a word of its empty inputs before all were told to stop
                place = Place(self._names.of(CHANGELOG), partition)
                expect(not self._broker.logs[place].visible(), f"{place} has rows of nobody")
                continue
            told = compare(self._plan, self._broker, partition, acts)
            expect(not told, told)
