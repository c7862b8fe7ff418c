"""Tiers by shares of the whole: eight partitions count, one cuts, all adopt, through every kill.

What the partitions counted is held against the customers' rows and snapshots, and every tier
against the cut-offs that were made last.
"""

import random
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from statistics import median
from typing import Final

import orjson
import pytest

from agents.decide.entries import entries_of, tier_rank
from agents.models.histogram import cut_by_profit, cut_by_rank, merged
from agents.partition.cutoffs import read_cutoffs, read_histogram
from schemas.base.vocabulary import TIERS
from schemas.outputs.records import CUTOFFS, HISTOGRAMS
from schemas.state.codec import RowHead, read_head
from schemas.state.rows import PARTITION_KEY
from tests.oracle.records import Record
from tests.oracle.sample_policy import POLICY_TOML
from tests.support.counting import counted
from tests.support.reading import Outputs, Wire, last_values, newest, read, sequences_are_whole
from tests.support.shards import by_share, policy_of
from tests.support.topics import (
    CHANGELOG,
    Place,
    Watch,
    create_topics,
    keep_master_data,
    load,
)
from tests.support.traffic import whole_sample
from tests.support.waiting import tell, wait_until
from tests.support.workers import Crew, Worker

SEED: Final = 29
PARTITIONS: Final = 8
WORKERS: Final = 3
CUSTOMERS: Final = 2_000
PORTION: Final = 16_000
"""So many events come at a time."""
UNREAD_LEAST: Final = 500
"""A kill in the middle that finds less to do proves nothing."""
READ_SECONDS: Final = 120.0
QUIET_SECONDS: Final = 3.0
"""Cut-offs are looked at every second: so long without new ones and there will be none."""

POLICY_TEXT: Final = by_share(POLICY_TOML)
POLICY: Final = policy_of(POLICY_TEXT)

pytestmark = pytest.mark.kafka


# what lies on the topics


def versions(place: Place) -> list[Wire]:
    """The cut-offs that were made, in order."""
    return [one.wire for one in read(place, CUTOFFS)]


def histograms(place: Place) -> dict[int, Wire]:
    """What each partition counted last."""
    found = {
        int(key): orjson.loads(value or b"")
        for key, value in newest(read(place, HISTOGRAMS)).items()
    }
    assert all(number == wire["partition"] for number, wire in found.items())
    return found


def is_settled(place: Place, version: int) -> bool:
    """All partitions took all there is, and judge by this version, which is the newest."""
    found = histograms(place).values()
    return (
        len(found) == PARTITIONS
        and all(wire["caught_up"] and wire["cutoffs_version"] == version for wire in found)
        and len(versions(place)) == version
    )


def wait_until_settled(place: Place) -> None:
    """Waits until nobody makes or adopts cut-offs any more."""

    def holds() -> bool:
        version = len(versions(place))
        if not is_settled(place, version):
            return False
        time.sleep(QUIET_SECONDS)
        return is_settled(place, version)

    wait_until("all judge by the newest cut-offs", holds, READ_SECONDS)


# who works


@dataclass
class Market:
    """Events come in portions, and meanwhile workers die, end and come."""

    place: Place
    crew: Crew
    watch: Watch
    portions: list[list[Record]]
    rng: random.Random = field(default_factory=lambda: random.Random(SEED))
    unread: list[int] = field(default_factory=list)
    """At each kill, how many events the group had not committed."""

    def open(self) -> None:
        """The first portion lies ready, and the first cut-offs are made."""
        self.come()
        for _ in range(WORKERS):
            self.crew.start(self.place)
        self.read_all()
        wait_until("cut-offs are made", lambda: bool(versions(self.place)), READ_SECONDS)

    def come(self) -> None:
        load(self.place, self.portions.pop(0))

    def read_all(self) -> None:
        self.crew.wait_until_read(self.watch, READ_SECONDS)

    def maker(self) -> Worker:
        """Who holds the first partition, and makes the cut-offs."""

        def found() -> list[Worker]:
            return [one for one in self.crew.running() if 0 in held(one)]

        wait_until("somebody holds the first partition", lambda: len(found()) == 1, READ_SECONDS)
        return found()[0]

    def other(self) -> Worker:
        """Somebody else."""
        maker = self.maker()
        return self.rng.choice([one for one in self.crew.running() if one is not maker])

    def kill(self, victim: Worker) -> None:
        """Somebody dies, and another one is started."""
        self.crew.all_are_well()
        victim.kill()
        self.unread.append(self.watch.unread())
        self.crew.start(self.place)

    def kill_in_the_middle(self, victim: Worker) -> None:
        """Somebody dies while events are taken."""
        self.come()
        wait_until("they take some", lambda: self.watch.unread() < PORTION, READ_SECONDS)
        self.kill(victim)

    def kill_as_soon_as_cut_anew(self) -> None:
        """Who made cut-offs dies before everybody can have adopted them."""
        before = len(versions(self.place))
        self.come()
        wait_until("they are cut", lambda: len(versions(self.place)) > before, READ_SECONDS)
        self.kill(self.maker())

    def replace(self, leaver: Worker) -> None:
        """Somebody comes, and somebody goes in order."""
        self.crew.start_ready(self.place)
        leaver.wait_for_start()
        leaver.stop()


def held(worker: Worker) -> list[int]:
    """The partitions that were assigned to a worker last."""
    found = [note["partitions"] for note in worker.notes() if note["event"] == "assigned"]
    return list(found[-1]) if found else []


@dataclass
class Ended:
    """What lies on the topics in the end."""

    market: Market
    outputs: Outputs
    heads: dict[str, RowHead]
    histograms: dict[int, Wire]
    versions: list[Wire]

    @property
    def snapshots(self) -> dict[str, Wire]:
        found = last_values(self.outputs.customer_values)
        return {customer_id: orjson.loads(value) for customer_id, value in found.items()}


@pytest.fixture(scope="module")
def ended(kafka: str, tmp_path_factory: pytest.TempPathFactory) -> Ended:
    policy = tmp_path_factory.mktemp("policies") / "shares.toml"
    policy.write_text(POLICY_TEXT)
    place = Place(kafka, "shares.", "shares", PARTITIONS).telling(
        clock="event", policy=policy, snapshot_seconds=1
    )
    create_topics(place)
    keep_master_data(place)
    records = whole_sample(SEED, 5 * PORTION, CUSTOMERS, partitions=PARTITIONS)
    portions = [records[at : at + PORTION] for at in range(0, len(records), PORTION)]
    with closing(Crew(tmp_path_factory.mktemp("shares"))) as crew, closing(Watch(place)) as watch:
        market = Market(place, crew, watch, portions)
        market.open()
        market.kill_in_the_middle(market.maker())
        market.read_all()
        market.kill_as_soon_as_cut_anew()
        market.read_all()
        market.kill_in_the_middle(market.other())
        market.replace(market.other())
        market.read_all()
        market.kill_in_the_middle(market.maker())
        market.read_all()
        wait_until_settled(place)
        crew.stop_all()
    rows = newest(read(place, CHANGELOG))
    heads = {
        key.decode(): read_head(row)
        for key, row in rows.items()
        if row is not None and key != PARTITION_KEY
    }
    return Ended(market, Outputs(place), heads, histograms(place), versions(place))


def test_kills_found_work_to_do_and_cutoffs_that_moved(ended: Ended) -> None:
    market = ended.market
    tell(f"unread: {market.unread}, versions of the cut-offs: {len(ended.versions)}")
    assert not market.portions
    assert len(market.unread) >= 4
    # one comes when it comes, with new cut-offs, and others are as quick as the machine lets them
    assert median(market.unread) >= UNREAD_LEAST
    assert len(ended.versions) > len(market.unread)


def test_versions_have_no_gap_and_all_partitions_judge_by_the_newest(ended: Ended) -> None:
    numbers = [wire["version"] for wire in ended.versions]
    assert numbers == list(range(1, len(numbers) + 1))
    assert set(ended.histograms) == set(range(PARTITIONS))
    assert {wire["cutoffs_version"] for wire in ended.histograms.values()} == {numbers[-1]}


def test_what_was_counted_is_a_recount_of_rows_and_of_snapshots(ended: Ended) -> None:
    whole = merged([read_histogram(wire).histogram for wire in ended.histograms.values()])
    assert ended.heads.keys() == ended.snapshots.keys()
    of_rows = counted(*(head.index for head in ended.heads.values()))
    of_snapshots = counted(*(minor(wire["value"]["index"]) for wire in ended.snapshots.values()))
    assert whole.rows() == of_rows.rows() == of_snapshots.rows()
    assert whole.customers == len(ended.snapshots) > CUSTOMERS // 2
    assert ended.outputs.erasures


def test_the_newest_cutoffs_are_those_of_the_whole(ended: Ended) -> None:
    whole = merged([read_histogram(wire).histogram for wire in ended.histograms.values()])
    rules = POLICY.share
    assert rules is not None
    important, key = cut_by_profit(whole, rules.cuts[0][1]), cut_by_rank(whole, rules.cuts[1][1])
    assert important is not None
    assert key is not None
    for cut, name in ((important, "important"), (max(important, key), "key")):
        made = minor(ended.versions[-1][name])
        assert abs(cut - made) * 100 <= made  # min_change


def test_every_tier_by_value_is_what_the_newest_cutoffs_say(ended: Ended) -> None:
    entries = entries_of(POLICY, read_cutoffs(ended.versions[-1], POLICY))
    tiers: Counter[str] = Counter()
    for customer_id, wire in ended.snapshots.items():
        tier = TIERS[tier_rank(minor(wire["value"]["index"]), entries)]
        assert wire["tier_by_value"] == tier, customer_id
        assert TIERS[ended.heads[customer_id].by_value] == tier, customer_id
        tiers[tier] += 1
    assert set(tiers) == set(TIERS)


def test_sequences_have_no_gap_tiers_connect_and_ids_are_unique(ended: Ended) -> None:
    sequences_are_whole(ended.outputs)


def minor(text: str) -> int:
    """An amount in cents."""
    return int(text.replace(".", ""))
