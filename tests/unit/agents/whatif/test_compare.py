"""Two policies side by side: nothing differs of one and itself, and cells add up to the whole."""

import pytest

from agents.whatif.compare import Compared
from agents.whatif.tally import MOVERS, Tally
from schemas.base.vocabulary import TIERS
from tests.support.tables import table
from tests.support.trying import BASE, candidate, pair, stored

LOWER = candidate(
    ('key = "900.00"', 'key = "300.00"'), ('important = "250.00"', 'important = "90.00"')
)
GRACE = candidate(("grace_days = 9", "grace_days = 0"), ("notice_after_days = 3\n", ""))
WARY = candidate(("quiet_days = 5", "quiet_days = 1"), ('below = "0.45"', 'below = "0.65"'))
STRICT = candidate(('below = "0.00"\nclear_at = "10.00"', 'below = "60.00"\nclear_at = "70.00"'))


def compared(other: str, days: int = 30) -> tuple[list[Compared], Tally]:
    """All customers by the sample's policy and by this one."""
    row, rows = stored()
    both, tally = pair(BASE, other, row, days), Tally()
    every = [both.compare(key.decode(), data) for key, data in rows.items()]
    for its in every:
        tally.take(its)
    return every, tally


@pytest.mark.parametrize("seed", [3, 5])
def test_nothing_differs_of_a_policy_and_itself(seed: int) -> None:
    row, rows = stored(seed)
    both = pair(BASE, BASE, row)
    assert not any(both.compare(key.decode(), data).differs for key, data in rows.items())


def test_another_version_and_nothing_else_moves_nobody() -> None:
    _, tally = compared(candidate())
    assert (tally.today.upgrades, tally.today.downgrades) == (0, 0)
    assert (tally.later.upgrades, tally.later.downgrades) == (0, 0)
    assert not tally.today.appearing + tally.today.vanishing


@table("text", ("lower entries", LOWER), ("no grace", GRACE), ("wary", WARY))
def test_cells_add_up_to_all_customers_and_all_they_bring(text: str) -> None:
    every, tally = compared(text)
    for movement in (tally.today, tally.later):
        assert movement.tiers.total() == tally.customers == len(every)
        assert movement.contributions.total() == sum(its.contribution for its in every)
        assert sum(its.distance > 0 for its in every) >= movement.upgrades + movement.downgrades
    assert tally.differing == sum(its.differs for its in every) > 0


def test_lower_entries_lift_and_say_why() -> None:
    every, tally = compared(LOWER, days=0)
    lifted = [its for its in every if its.today.candidate.tier > its.today.base.tier]
    assert len(lifted) == tally.today.upgrades > 0
    assert tally.today.downgrades == 0
    for its in lifted:
        rules = {finding.rule for finding in its.why}
        assert any(rule.startswith("tiers.entry.") for rule in rules)
        assert its.later is its.today


def test_who_moves_most_comes_first_and_no_more_are_named_than_asked() -> None:
    every, tally = compared(LOWER)
    movers = tally.movers()
    ranks = [(its.distance, abs(its.contribution)) for its in movers]
    assert ranks == sorted(ranks, reverse=True)
    assert len(movers) == min(MOVERS, tally.differing)
    assert ranks[0] == max((its.distance, abs(its.contribution)) for its in every if its.differs)
    assert movers[0].distance < len(TIERS)


def test_a_downgrade_held_today_is_seen_in_the_days_ahead() -> None:
    _, tally = compared(candidate(('ordinary = "0.00"', 'ordinary = "40.00"')))
    assert tally.today.downgrades == 0
    assert tally.later.downgrades > 0


def test_a_bound_of_a_signal_lets_some_appear() -> None:
    _, tally = compared(STRICT)
    assert tally.today.appearing["unprofitable"] > 0
    assert not tally.today.vanishing["unprofitable"]


def test_fewer_quiet_days_let_contacts_fall_due() -> None:
    _, tally = compared(WARY)
    assert tally.today.contacts == tally.today.candidate_contacts["interval"] > 0
    assert not tally.today.base_contacts
