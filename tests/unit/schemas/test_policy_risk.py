"""The policy file's keys about signals and the ladder: refused with these words, or taken."""

import pytest

from agents.policy_file.reading import PolicyError, read_policy
from agents.signals.registry import SIGNAL_NAMES
from tests.support.making import changed
from tests.support.signalling import (
    ALL_SIGNALS,
    LADDER,
    LIFETIME,
    OLD,
    SECTIONS,
    cooling,
    sections,
)

NOT_NEGATIVE = "expected a decimal text, not negative"
NAMES = ", ".join(SIGNAL_NAMES)

Change = tuple[str, str]

SECTION_FAULTS: dict[tuple[str, Change], str] = {
    # texts that are no factors
    ("overdue", ('"2"', '"-2"')): f"overdue.watch: {NOT_NEGATIVE}, found '-2'",
    ("overdue", ('"2"', '"0.0"')): "overdue.watch: expected more than 0, found '0.0'",
    ("overdue", ('"3"', '"x"')): f"overdue.high: {NOT_NEGATIVE}, found 'x'",
    ("fading", ('high_below = "0.3"', 'high_below = "0"')): (
        "fading.high_below: expected more than 0, found '0'"
    ),
    ("fading", ('below = "0.5"', 'below = "1"')): "fading.below: expected less than 1, found '1'",
    ("fading", ('"0.65"', '"1.01"')): "fading.clear_at: expected at most 1, found '1.01'",
    ("spend_drop", ('below = "0.5"', 'below = "0"')): (
        "spend_drop.below: expected more than 0, found '0'"
    ),
    ("spend_drop", ('below = "0.5"', 'below = "1.0"')): (
        "spend_drop.below: expected less than 1, found '1.0'"
    ),
    ("dissatisfied", ('"2"', '"2%"')): f"dissatisfied.at_most: {NOT_NEGATIVE}, found '2%'",
    ("return_abuse", ('"0.5"', '"1"')): "return_abuse.above: expected less than 1, found '1'",
    ("return_abuse", ('"0.25"', '"0"')): (
        "return_abuse.clear_below: expected more than 0, found '0'"
    ),
    ("commitment_shortfall", ('after_share = "0.5"', 'after_share = "1.1"')): (
        "commitment_shortfall.after_share: expected at most 1, found '1.1'"
    ),
    ("commitment_shortfall", ('"0.75"', '"1.1"')): (
        "commitment_shortfall.clear_at: expected at most 1, found '1.1'"
    ),
    # bounds between which a signal would flap
    ("overdue", ('"3"', '"1.99"')): "overdue.high: expected at least watch (2), found '1.99'",
    ("fading", ('high_below = "0.3"', 'high_below = "0.51"')): (
        "fading.high_below: expected at most below (0.5), found '0.51'"
    ),
    ("fading", ('"0.65"', '"0.49"')): (
        "fading.clear_at: expected at least below (0.5), found '0.49'"
    ),
    ("spend_drop", ('"0.75"', '"0.49"')): (
        "spend_drop.clear_at: expected at least below (0.5), found '0.49'"
    ),
    ("dissatisfied", ('"4"', '"2.0"')): (
        "dissatisfied.clear_at: expected more than at_most (2), found '2.0'"
    ),
    ("return_abuse", ('"0.25"', '"0.51"')): (
        "return_abuse.clear_below: expected at most above (0.5), found '0.51'"
    ),
    ("commitment_shortfall", ('"0.75"', '"0.49"')): (
        "commitment_shortfall.clear_at: expected at least below (0.5), found '0.49'"
    ),
    ("call_abuse", ("clear_at = 1", "clear_at = 3")): (
        "call_abuse.clear_at: expected less than 3, found 3"
    ),
    ("overdue_invoice", ("high_days = 5", "high_days = 2")): (
        "overdue_invoice.high_days: expected at least days (3), found 2"
    ),
    ("spend_drop", ("before_days = 6", "before_days = 3658")): (
        "spend_drop.before_days: expected at most 3660 with recent_days (3), found 3658"
    ),
    # numbers
    ("overdue", ('high = "3"', 'high = "3"\nmin_purchase_days = 1')): (
        "overdue.min_purchase_days: expected `int` >= 2, found 1"
    ),
    ("no_second_purchase", ("7", "0")): (
        "no_second_purchase.after_days: expected `int` >= 1, found 0"
    ),
    ("complaint_open", ("24", "8785")): (
        "complaint_open.after_hours: expected `int` <= 8784, found 8785"
    ),
    ("dissatisfied", ('"4"', '"4"\nanswers = 21')): (
        "dissatisfied.answers: expected `int` <= 20, found 21"
    ),
}
MORE_FAULTS = {
    # what a signal rests on
    f"[risk.fading]\n{SECTIONS['fading']}": (
        "risk.fading: expected a section [lifetime], by which it is reckoned, found 'none'"
    ),
    f"[risk.overdue_invoice]\n{SECTIONS['overdue_invoice']}": (
        "risk.overdue_invoice: expected a section [invoices], by which they are known, found 'none'"
    ),
    # weights and actions
    "[risk.weights]\nlateness = 3": f"risk.weights.lateness: expected one of {NAMES}, found ",
    "[risk.weights]\noverdue = 101": "risk.weights.overdue: expected `int` <= 100, found 101",
    "[risk.weights]\noverdue = -1": "risk.weights.overdue: expected `int` >= 0, found -1",
    '[risk.actions.ladder]\nkey = "call"': f"risk.actions.ladder: expected one of {NAMES}, found ",
    '[risk.actions.overdue]\nkey = "sue"': (
        "risk.actions.overdue.key: invalid enum value 'sue', found 'sue'"
    ),
    '[risk.actions.overdue]\ngold = "call"': (
        "risk.actions.overdue.gold: expected no key of this name, found one"
    ),
    cooling(-1): "risk.cooldown_days: expected `int` >= 0, found -1",
    # the ladder
    "[ladder]\ndwell_days = 0": "ladder.dwell_days: expected `int` >= 1, found 0",
    "[ladder]\nclear_days = 0": "ladder.clear_days: expected `int` >= 1, found 0",
    "[ladder]\nyoung_days = -1": "ladder.young_days: expected `int` >= 0, found -1",
    "[ladder]\nnotice_days = 3661": "ladder.notice_days: expected `int` <= 3660, found 3661",
    '[ladder.playbook]\nnone = "rest"': (
        "ladder.playbook.none: expected no key of this name, found one"
    ),
    "[ladder.playbook]\neducate = 1": (
        "ladder.playbook.educate: expected `str | null`, found `int`"
    ),
}


def refused(text: str) -> str:
    with pytest.raises(PolicyError) as found:
        read_policy(text, "my.toml")
    return str(found.value)


@pytest.mark.parametrize(("fault", "said"), SECTION_FAULTS.items(), ids=lambda its: str(its)[:60])
def test_a_fault_of_a_signal_is_refused_with_these_words(
    fault: tuple[str, Change], said: str
) -> None:
    name, (old, new) = fault
    section = sections(name)
    assert section.count(old) == 1
    assert refused(changed(*OLD) + section.replace(old, new)) == f"my.toml: risk.{said}"


@pytest.mark.parametrize(("more", "said"), MORE_FAULTS.items())
def test_a_fault_is_refused_with_these_words(more: str, said: str) -> None:
    found = refused(changed() + more)
    assert (
        found.startswith(f"my.toml: {said}") if said.endswith(" ") else found == f"my.toml: {said}"
    )


@pytest.mark.parametrize(
    "more",
    [
        ALL_SIGNALS + "[invoices]\n",
        LADDER,
        "[ladder]\n",
        *(
            sections(name)
            for name in SIGNAL_NAMES
            if name not in {"late_payer", *SIGNAL_NAMES[-2:]}
        ),
        sections("overdue").replace('"3"', '"2.0"'),
        sections("fading").replace('"0.65"', '"0.50"').replace('"0.3"', '"0.500"'),
        sections("spend_drop").replace("before_days = 6", "before_days = 3657"),
        sections("return_abuse").replace('"0.25"', '"0.5"'),
        sections("commitment_shortfall").replace('after_share = "0.5"', 'after_share = "0"'),
        sections("commitment_shortfall").replace('"0.75"', '"0.5"'),
        sections("repeat_issue").replace("quiet_days = 6", "quiet_days = 1"),
        sections("overdue_invoice").replace("high_days = 5", "high_days = 3"),
        "[risk.weights]\noverdue = 0\nfading = 100\n",
        '[risk.actions.overdue]\nkey = "call"\n[risk.actions.late_payer]\n',
        LIFETIME,
    ],
)
def test_what_the_contract_allows_is_taken(more: str) -> None:
    read_policy(changed() + more, "my.toml")


def test_what_may_be_absent_has_a_default() -> None:
    found = read_policy(changed() + sections("overdue", "dissatisfied") + "[ladder]\n", "my.toml")
    assert found.risk.overdue is not None
    assert found.risk.overdue.min_purchase_days == 3
    assert found.risk.dissatisfied is not None
    assert found.risk.dissatisfied.answers == 3
    assert found.risk.cooldown_days == 0
    ladder = found.ladder
    assert ladder is not None
    days = (ladder.dwell_days, ladder.clear_days, ladder.young_days, ladder.notice_days)
    assert days == (30, 30, 180, 30)


def test_what_is_absent_is_off() -> None:
    found = read_policy(changed(*OLD), "my.toml")
    assert [name for name in SIGNAL_NAMES if getattr(found.risk, name) is not None] == []
    assert (found.ladder, found.lifetime) == (None, None)


# what tiers are judged by

INDEX = '[value.index]\nhistory = "1"\nfuture = "0.5"\n'
SHARES = """
[tiers.share.key]
by = "rank"
share = "0.10"
[tiers.share.important]
by = "profit"
share = "0.80"
"""


def test_a_future_part_needs_a_model_entries_and_the_rolling_measure() -> None:
    read_policy(changed() + INDEX + LIFETIME, "my.toml")
    assert "value.index.future" in refused(changed() + INDEX)
    decayed = ("window_days = 10\n", 'window_days = 10\nmeasure = "decayed"\nhalf_life_days = 7\n')
    assert "value.index" in refused(changed(decayed) + INDEX + LIFETIME)
    by_share = ("[tiers.entry]", '[tiers]\nmode = "share"\n[tiers.entry]')
    assert "value.index" in refused(changed(by_share) + SHARES + INDEX + LIFETIME)
    negative = INDEX.replace("0.5", "-0.5")
    assert refused(changed() + negative + LIFETIME) == (
        f"my.toml: value.index.future: {NOT_NEGATIVE}, found '-0.5'"
    )
    without = INDEX.replace('"0.5"', '"0.0"')
    read_policy(changed() + without, "my.toml")
    assert refused(changed(decayed) + without) == (
        "my.toml: value.index: expected no section, unless tiers go by entries and a rolling "
        "value, found 'one'"
    )
