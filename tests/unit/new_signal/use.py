"""Run in a copy of the house that has the toy: everything knows it."""

import re

import pytest

from agents.policy_file.reading import PolicyError
from schemas.inputs.events import Kind
from streams.cli.finding_words import findings
from streams.docs.policy_reference import policy_rows
from tests.support.feeding import Desk
from tests.support.making import purchase
from tests.support.policies import policy, policy_file

WRONG = (
    ({"above": "-1.00", "days": 3}, "above: expected an amount that is not negative"),
    ({"above": "1.001", "days": 3}, "above: expected a decimal text of at most 2 digits"),
    ({"above": "1.00", "days": 0}, "days: expected `int` >= 1"),
    ({"above": "1.00"}, "days: expected a value, found nothing"),
)


def judge() -> None:
    """It is raised and cleared with its evidence, counts in the score, leads onto the ladder."""
    desk = Desk(policy({"risk.big_order": {"above": "150.00", "days": 3}, "ladder": {}}))
    desk.feed(Kind.PURCHASES, purchase(amount="151.00"))
    desk.feed(Kind.PURCHASES, purchase(customer_id="bob", event_id="2", amount="150.00"))
    late = purchase(customer_id="bob", event_id="3", occurred_at="2026-03-09T00:00:00Z")
    desk.feed(Kind.PURCHASES, late)
    desk.commit()
    raised, cleared = [wire for wire in desk.risks if wire["signal"] == "big_order"]
    assert (raised["status"], cleared["status"]) == ("raised", "cleared")
    assert cleared["effective_at"] == "2026-03-04T00:00:00Z"
    assert raised["recommended_step"] == "reassess"
    assert raised["score"]["points"] == 7
    assert findings(raised["evidence"]) == "bought at once 15100 > 15000"


def declare() -> None:
    """The reference shows its keys, and a policy that misuses them is refused by name."""
    assert [row[:2] for row in policy_rows() if "big_order" in row[0]] == [
        ("`risk.big_order.above`", "amount"),
        ("`risk.big_order.days`", "an integer from 1 to 3660"),
    ]
    for section, words in WRONG:
        with pytest.raises(PolicyError, match=re.escape(f"risk.big_order.{words}")):
            policy_file({"risk.big_order": section})


if __name__ == "__main__":
    judge()
    declare()
