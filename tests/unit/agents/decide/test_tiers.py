"""Tiers: the highest whose entry is reached, how they hold still, and the words for it."""

from typing import Any

import pytest

from agents.customer.tier_state import TierState
from agents.decide.entries import entries_of, tier_rank
from agents.decide.tiers import TierRules
from agents.policy.compiled import Policy
from schemas.base.vocabulary import TIERS
from schemas.outputs.records import TIER_CHANGES
from schemas.state.rows import CutoffsRow
from tests.oracle.sample_policy import POLICY_TOML
from tests.support.hearing import proof_of
from tests.support.making import POLICY, purchase, support_call
from tests.support.overriding import Tiered
from tests.support.policies import Change, policy, section
from tests.support.shards import by_share, policy_of
from tests.support.signalling import bought, day_us, gave_back, midnight, tick
from tests.support.tables import table

BELOW_ZERO: Change = {"tiers.entry.ordinary": "-50.00"}
LONG: Change = {"value.window_days": 300}
STILL: Change = {
    **section("hold"),
    "tiers.hold.min_band": "2.00",
    "tiers.hold.min_dwell_days": 14,
    "tiers.hold.grace_days": 30,
    "tiers.hold.downgrade": "full",
}
"""Entries at 0, 500 and 2,000; up at 2, 525 and 2,100, down below -2, 425 and 1,700."""
WORTH = {"maintenance": -10_000, "ordinary": 0, "important": 50_000, "key": 200_000}


KEEPS_NO_BAND: Change = {"tiers.hold.min_band": "0", "tiers.hold.dwell_holds": "reversals"}
TO_PROSPECTS: Change = {"tiers.review_days": 0, "tiers.before_first_sale": "ordinary"}


def worths(tier: str, *later: tuple[int, int]) -> list[dict[str, Any]]:
    """Events at noon of day 1 and of later days by which a contribution becomes so much."""
    events, before = [], 0
    for day, minor in ((1, WORTH[tier]), *later):
        gain, before = minor - before, minor
        cents = f"{abs(gain) // 100}.{abs(gain) % 100:02d}"
        events.append(bought(day, cents if gain > 0 else "0", cost="0" if gain > 0 else cents))
    return events


def still(*changes: Change, **hold: Any) -> Policy:
    """Tiers that hold still, and a window that nothing leaves."""
    return policy(STILL, LONG, {f"tiers.hold.{key}": its for key, its in hold.items()}, *changes)


@pytest.mark.parametrize(
    ("tier", "least", "most"),
    [
        ("maintenance", -(10**18), -1),
        ("ordinary", 0, 49_999),
        ("important", 50_000, 199_999),
        ("key", 200_000, 10**18),
    ],
)
def test_a_tier_begins_exactly_at_its_entry(tier: str, least: int, most: int) -> None:
    assert {TIERS[tier_rank(its, POLICY.entries)] for its in (least, most)} == {tier}


def test_entries_may_lie_below_zero() -> None:
    entries = policy(BELOW_ZERO).entries
    assert [tier_rank(minor, entries) for minor in (-5_001, -5_000)] == [0, 1]


@pytest.mark.parametrize(
    ("amount", "tier", "found"),
    [
        ("0.79", "maintenance", [("ordinary", "-0.80", "0.00")]),
        ("1.80", "ordinary", [("ordinary", "1.00", "0.00"), ("important", "1.00", "500.00")]),
        ("500.80", "important", [("important", "500.00", "500.00"), ("key", "500.00", "2000.00")]),
        ("2000.80", "key", [("key", "2000.00", "2000.00")]),
    ],
)
def test_the_reasons_are_the_entry_reached_and_the_next_one(
    amount: str, tier: str, found: list[tuple[str, str, str]]
) -> None:
    # a chat costs 0.80: maintenance; of 0.79 it stays the first change: still below zero
    ada = Tiered(POLICY, support_call(channel="chat"), purchase(amount=amount, cost="0"))
    *_, change = ada.hears(TIER_CHANGES)
    assert change["to_tier"] == tier
    assert proof_of(change, "reasons") == [(f"tiers.entry.{its[0]}", *its[1:]) for its in found]


# tiers that hold still


@pytest.mark.parametrize(
    ("tier", "minor", "move"),
    [
        ("important", 209_999, ""),
        ("important", 210_000, "upgrade key"),
        ("ordinary", 210_000, "upgrade key"),
        ("ordinary", 209_999, "upgrade important"),
        ("ordinary", 52_499, ""),
        ("maintenance", 199, ""),
        ("maintenance", 200, "upgrade ordinary"),
        ("important", 42_500, ""),
        ("important", 42_499, "notice ordinary"),
        ("key", 169_999, "notice important"),
        ("key", 170_000, ""),
        ("ordinary", -200, ""),
        ("ordinary", -201, "notice maintenance"),
        ("key", -201, "notice maintenance"),
        ("maintenance", -(10**13), ""),
        # around an entry at -50.00 it goes outwards
        ("maintenance", -4_751, "-50.00"),
        ("maintenance", -4_750, "-50.00 upgrade ordinary"),
        ("ordinary", -5_750, "-50.00"),
        ("ordinary", -5_751, "-50.00 notice maintenance"),
    ],
)
def test_a_band_around_each_entry_holds_a_tier(tier: str, minor: int, move: str) -> None:
    changes = [BELOW_ZERO] if move.startswith("-50.00") else []
    words = "/".join(move.removeprefix("-50.00").split()) or "-"
    Tiered.plays(still(*changes), worths(tier, (20, minor)), f"assigned/{tier} {words}")


FALLS = [*worths("key", (20, 60_000), (40, 10_000)), tick(50)]
RECOVERS = [*worths("key", (20, 60_000), (48, 169_999), (49, 170_000)), tick(60)]
RISES = worths("important", (20, 10_000), (23, 300_000))
DROPS = [*worths("important", (2, 0)), tick(15)]
STEPS = [*worths("key", (20, -1_000)), tick(50)]
BOTH = "downgrade/key/important+notice/important/ordinary"
MOVES: dict[str, Any] = {
    "when it has stayed": (still(), [*worths("ordinary", (2, 60_000)), tick(15)], "- upgrade"),
    "when its grace has passed": (still(), FALLS, "notice/important - downgrade/key/ordinary"),
    "not by one who recovers": (still(), RECOVERS, "notice - notice_withdrawn/key/key -"),
    "upwards by one who recovers well": (still(), RISES, "notice notice_withdrawn+upgrade/key"),
    "when it has stayed, after its grace": (still(grace_days=3), DROPS, "notice downgrade"),
    "with no grace when it has stayed": (still(grace_days=0), DROPS, "- downgrade"),
    "step by step": (still(downgrade="one_step"), STEPS, f"notice/key/important {BOTH}"),
}


@pytest.mark.parametrize(("by", "events", "words"), MOVES.values(), ids=MOVES)
def test_a_tier_is_left(by: Policy, events: list[dict[str, Any]], words: str) -> None:
    Tiered.plays(by, events, "assigned " + words)


@pytest.mark.parametrize(
    ("name", "day"), [("when it has stayed", 15), ("when its grace has passed", 50)]
)
def test_a_tier_counts_from_the_day_on_which_the_other_was_left(name: str, day: int) -> None:
    by, events, _ = MOVES[name]
    found = Tiered(by, *events).snapshot()
    assert (found["tier_since"], found["downgrade_at"]) == (midnight(day), None)


@pytest.mark.parametrize(
    ("by", "events", "day"),
    [
        pytest.param(still(), worths("ordinary", (2, 60_000)), 15, id="an upgrade"),
        pytest.param(still(), FALLS[:2], 50, id="a downgrade after its grace"),
        pytest.param(still(grace_days=3), DROPS[:2], 15, id="one that waits for the least stay"),
        pytest.param(still(grace_days=0), DROPS[:2], 15, id="one that is not announced"),
        pytest.param(still(downgrade="one_step"), STEPS, 80, id="the next step"),
        # just within its band nothing is, until its first day leaves the window
        pytest.param(still(), worths("important", (2, 42_500)), 301, id="nothing"),
    ],
)
def test_there_is_due(by: Policy, events: list[dict[str, Any]], day: int) -> None:
    ada = Tiered(by, *events)
    assert ada.due_us == day_us(day)
    last = ada.hears(TIER_CHANGES)[-1]
    assert last["takes_effect_at"] == (midnight(day) if last["direction"] == "notice" else None)


REVERSALS = still(dwell_holds="reversals", grace_days=3)
BACK_AND_FORTH = [*worths("ordinary", (2, 300_000), (3, 0)), tick(15), tick(16)]
DOWN_AND_UP = [*worths("key", (2, 60_000)), tick(5), *worths("important", (6, 300_000))[1:]]
TWICE = [*worths("ordinary", (2, 60_000), (3, 300_000))]
FALLS_TWICE = [*worths("key", (2, 60_000)), tick(5), bought(6, "0", cost="600"), tick(9)]
HOLDS: dict[str, Any] = {
    "not the first upgrade": (worths("ordinary", (2, 300_000)), "upgrade/ordinary/key"),
    "nor one after an upgrade": (TWICE, "upgrade upgrade"),
    "nor a downgrade after a downgrade": (FALLS_TWICE, "notice downgrade notice downgrade"),
    "a downgrade after an upgrade": (BACK_AND_FORTH, "upgrade notice - downgrade"),
    "an upgrade after a downgrade": (
        [*worths("key", (2, 60_000)), tick(5), bought(6, "2400"), tick(18), tick(19)],
        "notice downgrade - - upgrade/important/key",
    ),
}


@pytest.mark.parametrize(("events", "words"), HOLDS.values(), ids=HOLDS)
def test_where_it_is_for_reversals_the_least_stay_holds_back(events: Any, words: str) -> None:
    Tiered.plays(REVERSALS, events, "assigned " + words)


PATIENT = still(dwell_holds="reversals", notice_after_days=5, grace_days=10)
WAITS: dict[str, Any] = {
    "when it was below for so long": (
        [*worths("key", (2, 60_000)), tick(6, "23:59:59"), tick(7)],
        "- - notice/key/important",
    ),
    "not where it recovers before": ([*worths("key", (2, 60_000), (6, 200_000)), tick(7)], "- - -"),
    "counted anew where it falls again": (
        [*worths("key", (2, 60_000), (6, 200_000), (7, 60_000)), tick(11), tick(12)],
        "- - - - notice",
    ),
    "and again where another tier would come": (
        [*worths("key", (2, 60_000)), tick(7), bought(8, "0", cost="300"), tick(16), tick(17)],
        "- notice/key/important notice/key/ordinary - downgrade/key/ordinary",
    ),
    "not again where the same would": (
        [*worths("key", (2, 60_000)), tick(7), bought(8, "0", cost="50")],
        "- notice -",
    ),
}


@pytest.mark.parametrize(("events", "words"), WAITS.values(), ids=WAITS)
def test_where_the_policy_is_patient_there_is_a_notice(events: Any, words: str) -> None:
    Tiered.plays(PATIENT, events, "assigned " + words)


def test_a_notice_that_is_renewed_keeps_its_day() -> None:
    ada = Tiered(PATIENT, *worths("key", (2, 60_000)), tick(7), bought(8, "0", cost="300"))
    told = [its for its in ada.hears(TIER_CHANGES) if its["direction"] == "notice"]
    assert [its["takes_effect_at"] for its in told] == [midnight(17)] * 2


def test_without_a_notice_a_downgrade_waits_as_long() -> None:
    by = still(dwell_holds="reversals", notice_after_days=5, grace_days=0)
    ada = Tiered(by, *worths("key", (2, 60_000))).moves("assigned None key event")
    assert ada.due_us == day_us(7)
    ada.waits(7).moves("downgrade key important timer", at=midnight(7))


# before the first sale

PROSPECT = policy(STILL, LONG, {"tiers.before_first_sale": "ordinary"})
CHATS = [support_call(channel="chat", event_id=f"chat-{number}") for number in range(9)]


def test_before_the_first_sale_a_customer_is_of_the_tier_for_such() -> None:
    ada = Tiered(PROSPECT, *CHATS)
    (said,) = ada.hears(TIER_CHANGES)
    assert (said["to_tier"], said["direction"]) == ("ordinary", "assigned")
    assert proof_of(said, "reasons") == [("tiers.before_first_sale", "no sale", "ordinary")]
    # the window empties, and that is all
    ada.waits(400).moves()


@pytest.mark.parametrize(
    ("first", "said"),
    [
        (bought(2, "3000"), "upgrade ordinary key event"),
        (bought(2, "1"), "notice ordinary maintenance event"),
        # what comes back was sold before anything was known of it
        (gave_back(2, amount="1.00"), "notice ordinary maintenance event"),
    ],
)
def test_with_the_first_sale_its_value_counts(first: dict[str, Any], said: str) -> None:
    by = policy(STILL, LONG, {"tiers.before_first_sale": "ordinary"}, KEEPS_NO_BAND)
    Tiered(by, *CHATS).hears(TIER_CHANGES)
    ada = Tiered(by, *CHATS)
    ada.moves("assigned None ordinary event")
    ada.does(first).moves(said)


def test_who_was_judged_by_another_policy_before_the_first_sale_comes_to_its_tier() -> None:
    plain = policy(STILL, LONG, {"tiers.review_days": 0})
    ada = Tiered(plain, *CHATS).moves("assigned None maintenance event")
    again = ada.restarted(policy(STILL, LONG, TO_PROSPECTS))
    again.waits(3).moves("upgrade maintenance ordinary policy")


def test_where_nothing_is_announced_nothing_takes_effect() -> None:
    assert TierRules(POLICY).takes_effect_day(TierState(1, 20_000)) is None


@pytest.mark.parametrize("before", WORTH)
@pytest.mark.parametrize("minor", [-1, 0, 49_999, 50_000, 199_999, 200_000])
def test_without_the_section_it_is_the_plain_rule(before: str, minor: int) -> None:
    now = TIERS[tier_rank(minor, POLICY.entries)]
    way = "upgrade" if WORTH[now] > WORTH[before] else "downgrade"
    move = "-" if now == before else f"{way}/{before}/{now}/event"
    Tiered.plays(policy(LONG), worths(before, (2, minor)), f"assigned/{before} {move}")


def test_a_notice_goes_out_with_its_day_its_reasons_and_the_treatment_in_force() -> None:
    ada = Tiered(policy(STILL), purchase(amount="2500.00", cost="0"))
    ada.does(purchase(event_id="back", type="return", amount="1500.00", cost="0", items=1))
    assert ada.hears(TIER_CHANGES, "direction", "from_tier", "to_tier", "takes_effect_at") == [
        ("assigned", None, "key", None),
        ("notice", "key", "important", "2026-03-31T00:00:00Z"),
    ]
    keep = ("tiers.hold.keep_margin", "991.00", "1700.00")
    assert proof_of(ada.record, "reasons")[-1] == keep
    assert ada.record["treatment"] == {"support_priority": 1}
    found = [ada.snapshot()[its] for its in ("tier", "tier_since", "downgrade_at")]
    assert found == ["key", "2026-03-01T00:00:00Z", "2026-03-31T00:00:00Z"]


def cut_at(important: int, key: int) -> CutoffsRow:
    return CutoffsRow(version=1, important=important, key=key, policy_hash="", made_us=0)


SHARES = policy_of(by_share(POLICY_TOML))
ORDINARY = SHARES.entries[1]
assert ORDINARY is not None


@table(
    "important key entries",
    ("as they are", 500, 900, (500, 900)),
    ("none below that of a lower tier", 500, 300, (500, 500)),
    ("nor below that of ordinary", -700, -800, (ORDINARY, ORDINARY)),
)
def test_cut_offs_are_the_entries(important: int, key: int, entries: tuple[int, int]) -> None:
    assert entries_of(SHARES, cut_at(important, key)) == (None, ORDINARY, *entries)


def rules(important: int, key: int) -> TierRules:
    """Of a policy whose tiers hold still, with these cut-offs for entries."""
    return TierRules(still(), (None, 0, important, key))


@table(
    "after noticed index moves",
    ("nobody who stays in its tier", (51_000, 200_000), False, 60_000, False),
    ("who falls below its bound", (80_000, 200_000), False, 60_000, True),
    ("who rises above that of the next", (50_000, 55_000), False, 60_000, True),
    ("who has a notice and recovers", (20_000, 200_000), True, 30_000, True),
    ("who has a notice, recovers and rises", (10_000, 20_000), True, 30_000, True),
    ("nobody who has a notice and stays below", (40_000, 200_000), True, 30_000, False),
)
def test_new_cut_offs_move(after: tuple[int, int], noticed: bool, index: int, moves: bool) -> None:
    important = TIERS.index("important")
    before = rules(50_000, 200_000)
    assert rules(*after).moves_from(before, important, index, falling=noticed) == moves
