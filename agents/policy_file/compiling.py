"""From a checked policy file to the policy that the rooms use."""

from collections.abc import Iterator
from dataclasses import replace
from hashlib import blake2b
from typing import Any
from zlib import crc32

import msgspec

from agents.models.decay import Decay
from agents.models.expected import Future, IndexRules
from agents.policy.compiled import (
    DiscountRules,
    HoldRules,
    InvoiceRules,
    LadderRules,
    OrderRules,
    Policy,
    RiskRules,
    SegmentRules,
    ShareRules,
    StageRules,
    TicketRules,
)
from agents.policy.grants import Grants
from agents.policy.keeps import SALES_LEAST_DAYS, IssueRule, Keeps, combined
from agents.policy.rates import Rates, checked_ratio
from agents.policy_file.compiling_contacts import contact_rules
from agents.policy_file.compiling_rates import rate_cards
from agents.policy_file.keys import PolicyFile
from agents.policy_file.kinds import file_of, parts_of
from agents.policy_file.ladder_keys import Ladder
from agents.policy_file.lifetime import lifetime_params
from agents.policy_file.segment_keys import Segments as SegmentsFile
from agents.signals.registry import COSTLY, SIGNALS, WEIGHTS, keeps_of
from schemas.base.money import CURRENCY_DIGITS, Ratio, parse_signed_minor
from schemas.base.times import FIRST_DAY, MINUTE_US, day_of_text
from schemas.base.vocabulary import STEPS, TIERS
from schemas.inputs.intake_rules import IntakeRules


def compile_policy(file: PolicyFile) -> Policy:
    """The policy of a checked file, with that of each kind of customer that has its own."""
    digest = blake2b(msgspec.json.encode(stated(file), order="sorted"), digest_size=16).hexdigest()
    for_all = _compiled(file, digest)
    own = {
        kind: replace(
            _compiled(file_of(file, part), digest), kind=kind, own_signals=frozenset(part.risk)
        )
        for kind, part in parts_of(file)
    }
    # a customer's kind may change, and what counts for it is then as if it always had been
    apart = [rule for policy in own.values() for rule in _issue_rules_apart(policy)]
    keeps = msgspec.structs.replace(for_all.keeps, issue_rules=(*for_all.keeps.issue_rules, *apart))
    kinds = {kind: replace(policy, keeps=keeps) for kind, policy in own.items()}
    return replace(for_all, keeps=keeps, kinds=kinds)


def stated(file: PolicyFile) -> Any:
    """What a file says, for its hash: a key that it lacks makes no other policy of it."""
    return _without_none(msgspec.to_builtins(file))


def _without_none(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {name: _without_none(inner) for name, inner in value.items() if inner is not None}


def _issue_rules_apart(policy: Policy) -> Iterator[IssueRule]:
    for rule in policy.keeps.issue_rules:
        name = policy.counted_as(rule.signal)
        if name != rule.signal:
            rule.signal = name
            yield rule


def _compiled(file: PolicyFile, digest: str) -> Policy:
    """The policy of a file that has no kinds."""
    digits = CURRENCY_DIGITS[file.base_currency]
    margin_numerator, margin_denominator = checked_ratio(file.value.default_margin_rate)
    entry, signals = file.tiers.entry, _signals(file)
    future = None if file.lifetime is None else Future(lifetime_params(file.lifetime, digits))
    invoices, orders, value = file.invoices, file.orders, file.value
    keeps, prompt = keeps_of(signals, digits), file.segments.prompt_payer
    if prompt is not None:
        keeps = combined((keeps, Keeps(payments=prompt.payments)))
    if file.lifetime is not None or file.stage is not None:
        keeps = combined((keeps, Keeps(sales_days=SALES_LEAST_DAYS)))
    return Policy(
        version=file.version,
        base_currency=file.base_currency,
        digits=digits,
        dedupe_days=file.dedupe_days,
        dedupe_ids_max=file.dedupe_ids_max,
        intake=_intake(file),
        window_days=value.window_days,
        default_cost_rate=(margin_denominator - margin_numerator, margin_denominator),
        excuses=value.excuse_seller_fault,
        cards=rate_cards(file.service, digits),
        billed_max_s=None if file.service.max_minutes is None else 60 * file.service.max_minutes,
        tickets=TicketRules(file.service.tickets_max, file.service.ticket_days),
        orders=None if orders is None else OrderRules(orders.remember_days, orders.orders_max),
        invoices=None
        if invoices is None
        else InvoiceRules(invoices.open_max, invoices.unmatched_max),
        discount=_discount(file, digits),
        decay=None
        if value.half_life_days is None
        else Decay(value.half_life_days, day_of_text(value.landmark)),
        segments=_segments(file.segments, digits),
        contacts=contact_rules(file.contacts_due, file.treatment),
        entries=(
            None,
            *(_minor(text, digits) for text in (entry.ordinary, entry.important, entry.key)),
        ),
        on_change=file.tiers.on_change,
        review_days=file.tiers.review_days,
        share=_share(file),
        hold=_hold(file, digits),
        before_first_sale=None
        if file.tiers.before_first_sale is None
        else TIERS.index(file.tiers.before_first_sale),
        grants=Grants(file.treatment, file.treatment.get("when", {})),
        tells_treatment="treatment" in file.tiers.tells,
        stage=None
        if file.stage is None
        else StageRules(
            file.stage.lost_days, checked_ratio(file.stage.lost_gaps), file.stage.new_days
        ),
        tells_stage="stage" in file.tiers.tells,
        tells_segments="segments" in file.tiers.tells,
        risk=_risk(file),
        ladder=_ladder(file.ladder),
        signals=signals,
        keeps=keeps,
        rates=Rates(file.base_currency, file.rates),
        hash=digest,
        future=future,
        index_rules=None
        if value.index is None
        else IndexRules(
            checked_ratio(value.index.history), checked_ratio(value.index.future), future
        ),
        check=crc32(digest.encode()),
        asks_signals=bool(keeps.anything or file.ladder is not None or file.risk.cooldown_days),
    )


def _intake(file: PolicyFile) -> IntakeRules:
    earliest = FIRST_DAY if file.earliest is None else day_of_text(file.earliest)
    joined = earliest if file.earliest_joined is None else day_of_text(file.earliest_joined)
    return IntakeRules(earliest, joined, None if file.ids is None else frozenset(file.ids.ignore))


def _signals(file: PolicyFile) -> dict[str, dict[str, Any]]:
    sections = {signal.name: getattr(file.risk, signal.name) for signal in SIGNALS}
    return {
        name: msgspec.structs.asdict(section)
        for name, section in sections.items()
        if section is not None
    }


def _risk(file: PolicyFile) -> RiskRules:
    return RiskRules(
        cooldown_days=file.risk.cooldown_days,
        weights=WEIGHTS | file.risk.weights,
        actions={
            signal: tuple(getattr(actions, tier) for tier in TIERS)
            for signal, actions in file.risk.actions.items()
        },
    )


def _ladder(ladder: Ladder | None) -> LadderRules | None:
    if ladder is None:
        return None
    return LadderRules(
        dwell_days=ladder.dwell_days,
        clear_days=ladder.clear_days,
        young_days=ladder.young_days,
        notice_days=ladder.notice_days,
        waits_for_answer=ladder.waits_for_answer,
        at_rest_days=ladder.at_rest_days,
        service_share=_ratio_if_any(ladder.service_share),
        cheaper_channel=ladder.cheaper_channel,
        reach={signal: STEPS.index(ladder.reach.get(signal, "terminate")) + 1 for signal in COSTLY},
        guards_complaint=ladder.guards.unanswered_complaint,
        earned_share=_ratio_if_any(ladder.guards.earned_share),
        playbook=({}, *(_texts(getattr(ladder.playbook, step)) for step in STEPS)),
    )


def _texts(text: str | dict[str, str] | None) -> dict[str, str]:
    return {"any": text} if isinstance(text, str) else text or {}


def _ratio_if_any(text: str | None) -> Ratio | None:
    return None if text is None else checked_ratio(text)


def _minor(text: str, digits: int) -> int:
    amount = parse_signed_minor(text, digits)
    assert amount is not None
    return amount


def _hold(file: PolicyFile, digits: int) -> HoldRules:
    hold = file.tiers.hold
    if hold is None:
        return HoldRules()
    return HoldRules(
        checked_ratio(hold.upgrade_margin),
        checked_ratio(hold.keep_margin),
        _minor(hold.min_band, digits),
        hold.min_dwell_days,
        hold.dwell_holds == "reversals",
        hold.notice_after_days,
        hold.grace_days,
        hold.downgrade == "one_step",
    )


def _share(file: PolicyFile) -> ShareRules | None:
    share = file.tiers.share
    if share is None:
        return None
    return ShareRules(
        (
            (share.important.by, checked_ratio(share.important.share)),
            (share.key.by, checked_ratio(share.key.share)),
        ),
        checked_ratio(share.min_change),
        share.every_minutes * MINUTE_US,
    )


def _discount(file: PolicyFile, digits: int) -> DiscountRules | None:
    discount = file.discount
    if discount is None:
        return None
    steps = [
        (_minor(step.from_amount, digits), checked_ratio(step.rate)) for step in discount.schedule
    ]
    return DiscountRules(checked_ratio(discount.after_share), tuple(steps))


def _segments(file: SegmentsFile, digits: int) -> SegmentRules:
    best, fake, over = file.best, file.fake_big, file.over_served
    potential, worst = file.potential, file.worst
    latent, prompt = file.latent, file.prompt_payer
    return SegmentRules(
        None if best is None else _minor(best.contribution_from, digits),
        None
        if fake is None
        else (_minor(fake.revenue_from, digits), _minor(fake.contribution_below, digits)),
        None if over is None else checked_ratio(over.service_share),
        None
        if potential is None
        else (checked_ratio(potential.growth), _minor(potential.rise, digits)),
        None if worst is None else _minor(worst.contribution_below, digits),
        potential is not None and potential.whole_window,
        None if latent is None else checked_ratio(latent.wallet_share_below),
        None if prompt is None else prompt.payments,
    )
