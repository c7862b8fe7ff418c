"""Cut-offs: from which value on customers are `important` and `key`, by shares of the whole.

Every partition counts its customers in a histogram. The first partition adds them all up and makes
cut-offs, by versions; every partition adopts a version with a commit of its own, so that what it
puts out follows from its inputs and its adoptions.
"""

from typing import Any

import msgspec

from agents.models.histogram import Histogram, cut_by_profit, cut_by_rank, merged
from agents.models.whale_curve import WhaleCurve, whale_curve
from agents.policy.compiled import Policy
from agents.ports import InvariantError
from schemas.base.money import format_minor, format_share
from schemas.base.times import format_micros
from schemas.outputs import parts
from schemas.outputs.cutoffs import TierCutoffs
from schemas.outputs.histograms import ValueHistogram
from schemas.state.rows import CutoffsRow


class Published(msgspec.Struct, frozen=True):
    """A partition's histogram as it was put out."""

    partition: int
    policy_hash: str
    commit_number: int
    caught_up: bool
    """Nothing was left to take then."""
    histogram: Histogram


def are_due(before: CutoffsRow | None, policy: Policy, now_us: int) -> bool:
    """Whether new cut-offs may be made: the last by this policy are old enough."""
    rules = policy.share
    if rules is None:
        return False
    own = _own(before, policy)
    return own is None or now_us - own.made_us >= rules.every_us


def _own(before: CutoffsRow | None, policy: Policy) -> CutoffsRow | None:
    """The last cut-offs, where they were made by this policy."""
    return before if before is not None and before.policy_hash == policy.hash else None


def make_cutoffs(
    published: list[Published], before: CutoffsRow | None, policy: Policy, now_us: int
) -> tuple[CutoffsRow, Histogram] | None:
    """New cut-offs and the whole they were made of; None where there are none, or hardly moved.

    They have to be due (`are_due`).
    """
    rules = policy.share
    assert rules is not None
    if any(its.policy_hash != policy.hash for its in published):
        return None
    if before is None and not all(its.caught_up for its in published):
        return None
    whole = merged([its.histogram for its in published])
    found: list[int] = []
    for by, share in rules.cuts:
        cut = cut_by_rank(whole, share) if by == "rank" else cut_by_profit(whole, share)
        if cut is None:
            return None
        found.append(cut)
    important, key = found[0], max(found)
    own = _own(before, policy)
    if own is not None:
        numerator, denominator = rules.min_change
        pairs = (important, own.important), (key, own.key)
        if all(abs(now - then) * denominator <= numerator * then for now, then in pairs):
            return None
    version = 1 if before is None else before.version + 1
    row = CutoffsRow(
        version=version,
        important=important,
        key=key,
        policy_hash=policy.hash,
        made_us=now_us,
    )
    return row, whole


def histogram_of(
    histogram: Histogram,
    policy: Policy,
    partition: int,
    commit_number: int,
    cutoffs_version: int,
    *,
    caught_up: bool,
) -> ValueHistogram:
    """A partition's record for `value-histograms`; sums are texts: they may be large."""
    return ValueHistogram(
        partition=partition,
        commit_number=commit_number,
        cutoffs_version=cutoffs_version,
        caught_up=caught_up,
        policy_hash=policy.hash,
        policy_version=policy.version,
        customers=histogram.customers,
        total=format_minor(histogram.total, policy.digits),
        buckets=[(bucket, count, str(amount)) for bucket, count, amount in histogram.rows()],
    )


def read_histogram(wire: dict[str, Any]) -> Published:
    """A partition's record, read again; InvariantError where it can't be one."""
    try:
        rows = [[bucket, count, int(amount)] for bucket, count, amount in wire["buckets"]]
        return Published(
            wire["partition"],
            wire["policy_hash"],
            wire["commit_number"],
            bool(wire["caught_up"]),
            Histogram.from_rows(rows),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise InvariantError(
            "value-histograms holds a record that is none: another program writes there; give "
            "Whalecurve a WHALECURVE_OUTPUT_PREFIX of its own"
        ) from error


def cutoffs_of(
    cutoffs: CutoffsRow, whole: Histogram, published: list[Published], policy: Policy
) -> TierCutoffs:
    """A version of the cut-offs for `tier-cutoffs`, with the whale curve of that moment."""
    digits = policy.digits
    return TierCutoffs(
        version=cutoffs.version,
        currency=policy.base_currency,
        important=format_minor(cutoffs.important, digits),
        key=format_minor(cutoffs.key, digits),
        made_at=format_micros(cutoffs.made_us),
        policy_hash=cutoffs.policy_hash,
        policy_version=policy.version,
        whale_curve=curve_of(whale_curve(whole), digits),
        partitions=[parts.Source(its.partition, its.commit_number) for its in published],
    )


def curve_of(curve: WhaleCurve, digits: int) -> parts.WhaleCurve:
    """The whale curve as it goes out."""
    share = curve.top_fifth_share
    return parts.WhaleCurve(
        customers=curve.customers,
        total=format_minor(curve.total, digits),
        peak=format_minor(curve.peak, digits),
        peak_customers=curve.peak_customers,
        erosion=format_minor(curve.erosion, digits),
        top_fifth=format_minor(curve.top_fifth, digits),
        top_fifth_share=None if share is None else format_share(*share),
        points=[
            parts.Point(customers, format_minor(value, digits)) for customers, value in curve.points
        ],
    )


def read_cutoffs(wire: dict[str, Any], policy: Policy) -> CutoffsRow | None:
    """A version of the cut-offs, read again; None where it is of another policy."""
    if wire["policy_hash"] != policy.hash:
        return None
    minor = [int(str(wire[name]).replace(".", "")) for name in ("important", "key")]
    return CutoffsRow(
        version=wire["version"],
        important=minor[0],
        key=minor[1],
        policy_hash=policy.hash,
        made_us=0,
    )
