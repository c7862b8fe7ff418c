"""A partition adopts cut-offs customer by customer, and goes on where it was interrupted."""

from zlib import crc32

from agents.models.histogram import Histogram
from agents.partition.cutoffs import Published, make_cutoffs, read_histogram
from agents.partition.shares import GROUPS, PartitionShares, measure_of
from schemas.outputs.records import HISTOGRAMS
from schemas.state.rows import CutoffsRow, PartitionRow
from tests.oracle.sample_policy import POLICY_TOML
from tests.support.feeding import erasure, sale
from tests.support.happening import happened
from tests.support.shards import by_share, policy_of

POLICY = policy_of(by_share(POLICY_TOML))

CUSTOMERS = ["cyd", "ada", "dee", "bob"]
"""As a partition holds them: in no order."""
IN_ORDER = sorted(CUSTOMERS, key=lambda its: (crc32(its.encode()) % GROUPS, its))


def cutoffs(version: int) -> CutoffsRow:
    return CutoffsRow(version=version, important=1, key=2, policy_hash="", made_us=0)


def adopting() -> PartitionShares:
    """A partition whose customers are to be judged by the first version."""
    shares = PartitionShares(POLICY, 0)
    assert shares.takes(cutoffs(1))
    shares.adopt(cutoffs(1))
    shares.wait_for(CUSTOMERS)
    return shares


def row_of(shares: PartitionShares) -> PartitionRow:
    """What a commit stores of it."""
    return PartitionRow(
        stream_time_us=None,
        offsets=(0, 0, 0, 0, 0),
        commit_number=1,
        policies={POLICY.hash: POLICY.version},
        policy_since_us=0,
        window_days=1,
        contact_days=0,
        base_currency="USD",
        adopted=shares.adopted,
        adopted_before=shares.adopted_before,
        adopting_from=shares.next_group,
        made=shares.made,
        measure=measure_of(POLICY),
        changelog_id="",
    )


def judged(shares: PartitionShares) -> list[str]:
    """Who is judged from now on, in order."""
    found = []
    while shares.is_adopting:
        found.append(shares.next_waiting())
        shares.look_if_done()
    return found


def test_customers_adopt_by_groups_and_in_the_order_of_their_ids() -> None:
    assert judged(adopting()) == IN_ORDER


def test_after_a_restart_those_follow_who_were_not_judged_yet() -> None:
    before = adopting()
    first = []
    for _ in range(2):
        first.append(before.next_waiting())
        before.look_if_done()
    shares = PartitionShares(POLICY, 0)
    shares.restore(row_of(before))
    shares.wait_for(CUSTOMERS)
    assert first + judged(shares) == IN_ORDER


def test_a_version_is_adopted_once_and_none_before_all_were_judged_by_the_last() -> None:
    shares = adopting()
    assert not shares.takes(cutoffs(2))
    judged(shares)
    assert [version for version in (0, 1, 2) if shares.takes(cutoffs(version))] == [2]


def told(
    *, caught_up: bool = True, policy_hash: str = POLICY.hash, value: int = 100
) -> list[Published]:
    """What two partitions put out of a customer each; the second is as said."""
    histograms = [Histogram(), Histogram()]
    for histogram in histograms:
        histogram.add(value)
    first, second = histograms
    return [
        Published(0, POLICY.hash, 1, True, first),
        Published(1, policy_hash, 1, caught_up, second),
    ]


def version_of(published: list[Published], before: CutoffsRow | None) -> int | None:
    """Of the cut-offs that are made; None: of none."""
    made = make_cutoffs(published, before, POLICY, 0)
    return None if made is None else made[0].version


def test_the_first_cut_offs_wait_for_all_partitions_to_have_read_everything() -> None:
    assert version_of(told(caught_up=False), None) is None
    assert version_of(told(), None) == 1
    assert version_of(told(caught_up=False), cutoffs(1)) == 2


def test_cut_offs_are_made_of_what_one_policy_judged() -> None:
    assert version_of(told(policy_hash="another"), cutoffs(1)) is None


def test_versions_count_on_under_another_policy() -> None:
    assert version_of(told(), cutoffs(6)) == 7


def test_who_is_erased_is_counted_no_more() -> None:
    desk = happened(sale(1), sale(1, customer_id="bob"), by=POLICY).stopped(erasure(2))
    newest = read_histogram(desk.of(HISTOGRAMS)[-1])
    assert newest.histogram.customers == 1
