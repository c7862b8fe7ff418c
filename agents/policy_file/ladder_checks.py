"""What the types of the ladder's keys can't say."""

from collections.abc import Iterator

from agents.policy_file.keys import PolicyFile, Service
from agents.policy_file.ladder_keys import Ladder
from agents.signals.keys import Fault
from agents.signals.registry import COSTLY, SIGNALS
from schemas.base.money import parse_ratio
from schemas.base.vocabulary import STEPS


def ladder_faults(policy: PolicyFile, ladder: Ladder) -> Iterator[Fault]:
    """One at a time: (key, expected, found)."""
    for signal in ladder.reach:
        if signal not in COSTLY:
            yield f"ladder.reach.{signal}", "one of " + ", ".join(sorted(COSTLY)), signal
    for step in STEPS:
        texts = getattr(ladder.playbook, step)
        for name in texts if isinstance(texts, dict) else ():
            if name not in _LEADING and name != "any":
                expected = "any, or one of " + ", ".join(sorted(_LEADING))
                yield f"ladder.playbook.{step}.{name}", expected, name
    shares = {
        "service_share": ladder.service_share,
        "guards.earned_share": ladder.guards.earned_share,
    }
    for key, text in shares.items():
        if text is not None and parse_ratio(text) is None:
            yield f"ladder.{key}", "a decimal text, not negative", text
    if ladder.cheaper_channel is not None:
        yield from _channel_faults(policy.service, ladder.cheaper_channel)
    if ladder.guards.unanswered_complaint and not any(
        getattr(policy.risk, name) for name in ISSUES_KEPT_FOR
    ):
        expected = "false, unless one of these is on: " + ", ".join(ISSUES_KEPT_FOR)
        yield "ladder.guards.unanswered_complaint", expected, "true"


def _channel_faults(service: Service, channel: str) -> Iterator[Fault]:
    """A channel that costs nothing on any day would save all of what any contact costs."""
    known = {name for costs in (service, *service.card) for name in costs.contact}
    if channel not in known:
        expected = "a channel with costs: " + (", ".join(sorted(known)) or "none has any")
        yield "ladder.cheaper_channel", expected, channel


ISSUES_KEPT_FOR = ("call_abuse", "complaint_open", "repeat_issue")
"""Without any of these no complaints are known."""
_LEADING = COSTLY | {signal.name for signal in SIGNALS if signal.teaches}
