"""What `policy diff` found, in words for a terminal."""

from collections.abc import Iterator
from typing import Any, Final

from schemas.base.vocabulary import TIERS
from streams.cli.diff_report import NONE, Report
from streams.cli.lines import plain

WIDTH: Final = 26
CHANGED_SHOWN: Final = 12
Facts = dict[str, Any]


def told(report: Report) -> Iterator[str]:
    """The lines of a report."""
    facts = report.facts()
    base, candidate = facts["base"]["version"], facts["candidate"]["version"]
    yield f"{facts['customers']} customers, {base} against {candidate}; {_changed(facts)}"
    yield from (f"warning: {text}" for text in facts["warnings"])
    yield from (f"not told by rows: {its['key']}: {its['why']}" for its in facts["untold"])
    if not facts["differing"]:
        yield "no customer differs"
        return
    yield f"{facts['differing']} customers differ"
    yield from _movement("today", facts["today"], facts["currency"])
    if facts["days"]:
        later = f"in {facts['days']} days, as holds run out and nothing comes"
        yield from _movement(later, facts["later"], facts["currency"])
    yield ""
    yield "who moves most"
    for its in facts["movers"]:
        yield f"  {plain(its['customer_id'])}  {its['contribution']}  {_move(its)}  {its['why']}"


def _changed(facts: Facts) -> str:
    keys = facts["changed_keys"]
    more = f" and {len(keys) - CHANGED_SHOWN} more" if len(keys) > CHANGED_SHOWN else ""
    return f"keys that differ: {', '.join(keys[:CHANGED_SHOWN]) or NONE}{more}"


def _movement(when: str, facts: Facts, currency: str) -> Iterator[str]:
    cells = {(its["base"], its["candidate"]): its for its in facts["tiers"]}
    columns = TIERS[::-1]
    yield ""
    yield f"{when}: {facts['upgrades']} upgrades, {facts['downgrades']} downgrades"
    yield f"  customers, contribution in {currency}; rows: now, columns: by the candidate"
    yield f"  {'':<12}" + "".join(f"{tier:>{WIDTH}}" for tier in columns)
    for base in columns:
        row = (_cell(cells.get((base, candidate))) for candidate in columns)
        yield f"  {base:<12}" + "".join(f"{cell:>{WIDTH}}" for cell in row)
    yield from _counts("signals that appear", facts["signals"]["appearing"])
    yield from _counts("signals that vanish", facts["signals"]["vanishing"])
    steps = {f"{its['base']} -> {its['candidate']}": its["customers"] for its in facts["steps"]}
    yield from _counts("steps", steps)
    notices = facts["notices"]
    if any(notices.values()):
        yield f"  notices of a downgrade: {notices['appearing']} more, {notices['vanishing']} fewer"
    if facts["treatments"]:
        yield f"  treatment changes: {facts['treatments']}"
    if facts["segments"]:
        yield f"  segments change: {facts['segments']}"
    contacts = facts["contacts"]
    if contacts["base"] != contacts["candidate"]:
        yield from _counts("contacts due now", contacts["base"])
        yield from _counts("contacts due by the candidate", contacts["candidate"])


def _cell(its: Facts | None) -> str:
    return "." if its is None else f"{its['customers']} ({its['contribution']})"


def _counts(what: str, counts: dict[str, int]) -> Iterator[str]:
    if counts:
        yield f"  {what}: " + ", ".join(f"{name} {many}" for name, many in sorted(counts.items()))


def _move(its: Facts) -> str:
    today = _both(its["tier_today"], its["tier_today_candidate"])
    later = _both(its["tier_later"], its["tier_later_candidate"])
    return today if today == later else f"{today}, later {later}"


def _both(base: str, candidate: str) -> str:
    return base if base == candidate else f"{base} -> {candidate}"
