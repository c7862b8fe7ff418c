"""The reference of the policy: every key, with what it holds, its default and what it means."""

from streams.policy_reference import policy_rows

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
