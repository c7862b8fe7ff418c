"""Explaining: a stored row, a policy and a time in; everything that holds and turns it out."""

from agents.customer.state import Customer
from agents.decide.override import active_override
from agents.decide.segments import names_of, proofs_of, segments_held
from agents.decide.stage import stage_name, stages_of
from agents.explain.ahead import look_ahead
from agents.explain.changes import changes_of
from agents.explain.found import Explanation
from agents.explain.ladder import ladder_found
from agents.explain.signals import signals_of
from agents.explain.standing import Standing
from agents.explain.texts import day_text
from agents.explain.tier import holds_of, needs_of
from agents.policy.compiled import Policy
from agents.records.override import override_of
from schemas.base.times import format_micros
from schemas.outputs.parts import Finding
from schemas.state.rows import CutoffsRow


def explain(
    customer_id: str, row: bytes, policy: Policy, at_us: int, cutoffs: CutoffsRow | None = None
) -> Explanation:
    """The customer of a row at a time, if no event comes after those that the row holds.

    `cutoffs` are those by which its partition judges. RowError where the row can't be read,
    TimeError where it is already later than the time.
    """
    standing = _brought(customer_id, row, policy, at_us, cutoffs)
    ahead = look_ahead(_brought(customer_id, row, policy, at_us, cutoffs), policy)
    customer, judge = standing.customer, standing.judge
    rules, own = judge.evaluator.tiers, judge.policy
    snapshot = judge.renderer.snapshot(customer)
    return Explanation(
        at=format_micros(customer.as_of_us),
        last_event_at=format_micros(standing.last_event_us),
        judged_anew=standing.is_judged_anew,
        now=snapshot,
        override=override_of(active_override(customer.master, customer.as_of_us)),
        holds=holds_of(customer, rules, own),
        tiers=needs_of(customer, rules, own),
        stage=stage_name(customer.standing),
        stage_turns_at=_stage_turns_at(customer, own),
        segment_reasons=_segment_reasons(customer, own),
        signals=signals_of(customer, own, ahead),
        ladder=ladder_found(customer, own),
        ahead=ahead,
        changes=changes_of(customer),
    )


def _brought(
    customer_id: str, row: bytes, policy: Policy, at_us: int, cutoffs: CutoffsRow | None
) -> Standing:
    standing = Standing(customer_id, row, policy, cutoffs)
    standing.reach(at_us)
    return standing


def _stage_turns_at(customer: Customer, policy: Policy) -> str | None:
    stages = stages_of(policy)
    return None if stages is None else day_text(stages.due_day(customer, customer.standing))


def _segment_reasons(customer: Customer, policy: Policy) -> list[Finding]:
    assert customer.tier is not None
    totals = customer.totals()
    held = segments_held(customer, customer.tier, totals, policy)
    return proofs_of(customer, held, totals, policy) if names_of(held) else []
