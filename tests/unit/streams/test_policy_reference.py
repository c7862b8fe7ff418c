"""The reference of the policy: every key, with what it holds, its default and what it means."""

from agents.signals.registry import SIGNAL_NAMES
from streams.docs.policy_reference import policy_rows

ROWS = {key.strip("`"): (holds, default, means) for key, holds, default, means in policy_rows()}


def test_every_key_says_what_it_means() -> None:
    assert len(ROWS) > 40
    assert all(holds and means for holds, _, means in ROWS.values())


def test_a_key_says_what_it_holds_and_its_default() -> None:
    assert ROWS["value.window_days"][:2] == ("an integer from 1 to 3660", "")
    assert ROWS["dedupe_ids_max"][:2] == ("an integer from 1 to 200000", "`10000`")
    assert ROWS["tiers.hold.downgrade"][:2] == ("`full` or `one_step`", "`full`")
    assert ROWS["tiers.entry.key"][:2] == ("amount", "")
    assert ROWS["treatment"][:2] == ("tables", "none")


def test_tables_with_names_of_their_own_and_lists_are_walked_too() -> None:
    assert "service.contact.CHANNEL.per_minute" in ROWS
    assert "service.card[].contact.CHANNEL.per_minute" in ROWS
    assert "service.card[].from" in ROWS


def test_signals_the_ladder_and_lifetime_value_are_among_them() -> None:
    assert ROWS["risk.cooldown_days"][:2] == ("an integer from 0 to 3660", "`0`")
    assert ROWS["risk.weights"][:2] == ("an integer for each name", "none")
    action = ("`call` or `escalate` or `fix_issue` or `win_back`", "none")
    assert ROWS["risk.actions.SIGNAL.key"][:2] == action
    assert ROWS["risk.overdue.min_purchase_days"][:2] == ("an integer from 2 to 1000000", "`3`")
    assert ROWS["risk.dissatisfied.answers"][:2] == ("an integer from 1 to 20", "`3`")
    assert ROWS["ladder.dwell_days"][:2] == ("an integer from 1 to 3660", "`30`")
    assert ROWS["ladder.playbook.terminate"][:2] == ("a text", "none")
    assert ROWS["lifetime.purchases.r"][:2] == ("decimal text from 0.01 to 10000", "")
    assert ROWS["value.index.future"][:2] == ("decimal text", "`0.0`")
    signals = {key.split(".")[1] for key in ROWS if key.startswith("risk.") and key.count(".") > 1}
    assert signals == {*SIGNAL_NAMES, "actions"}
