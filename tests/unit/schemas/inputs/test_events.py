"""Events: their inputs and channels; what they may hold is in `test_judge.py`."""

import re

from schemas.inputs.events import TOPIC_OF_KIND, Kind


def test_ties_go_to_customers_first_and_to_actions_last() -> None:
    in_order = ["customers", "purchases", "support-calls", "payments", "actions"]
    assert [TOPIC_OF_KIND[kind] for kind in sorted(Kind)] == in_order


def test_topics_are_named_with_hyphens() -> None:
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", topic) for topic in TOPIC_OF_KIND.values())
