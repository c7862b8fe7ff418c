"""An action that lacks what its type needs, or has what another type has, is named by the judge."""

from typing import Any

import pytest

from schemas.inputs.events import Kind
from schemas.inputs.first_fault import first_fault
from schemas.inputs.rejects import Rejection
from tests.support.making import ABSENT, action, admit, raw, step_taken

STEP = step_taken("educate")
ACTIONS_WRONG: dict[str, tuple[dict[str, Any], str, str]] = {
    "no channel": (action(channel=ABSENT), "missing_field", "channel: expected 'phone'"),
    "null for a channel": (action(channel=None), "missing_field", "channel: expected 'phone'"),
    "no step": (STEP | {"step": None}, "missing_field", "step: expected 'reassess'"),
    "no outcome": (STEP | {"outcome": None}, "missing_field", "outcome: expected 'done'"),
    "a step on a contact": (
        action(step="educate"),
        "invalid_field",
        "step: expected with type 'step' only, found '\"educate\"' with another",
    ),
    "a role on a step": (STEP | {"by": "a"}, "invalid_field", "by: expected with type 'contact'"),
    "a duration on a step": (STEP | {"duration_s": 0}, "invalid_field", "duration_s: expected wi"),
    "no type": (action(type=ABSENT), "missing_field", "type: expected 'contact' or 'step'"),
}


@pytest.mark.parametrize(("event", "reason", "words"), ACTIONS_WRONG.values(), ids=ACTIONS_WRONG)
def test_an_action_has_what_its_type_needs_and_nothing_of_the_other(
    event: dict[str, Any], reason: str, words: str
) -> None:
    # the fast decoder takes it: booking is who finds out, and asks
    its = first_fault(Kind.ACTIONS, raw(event))
    assert isinstance(its, Rejection)
    assert its.reason == reason
    assert its.detail.startswith(words)
    assert admit(Kind.ACTIONS, event) == its
