"""What leads a customer onto the ladder of measures, and what keeps it from going further."""

from typing import Final, NamedTuple

from agents.customer.margin import cost_of, margin_of
from agents.customer.state import Customer
from agents.decide.ending import is_closed
from agents.decide.segments import is_potential
from agents.decide.stage import stages_of
from agents.policy.compiled import LadderRules, Policy
from agents.signals.registry import COSTLY, TEACHING
from schemas.base.money import Ratio, format_minor, half_even
from schemas.base.times import day_of
from schemas.base.value_lines import CONTACT_LINES, SERVICE
from schemas.base.vocabulary import HIGH_RANK, STEPS, TIERS
from schemas.outputs.parts import Finding
from schemas.state.rows import AnswerRow, RiskRow
from schemas.state.signal_rows import NO_STEP

EDUCATE, RENEGOTIATE = 2, 3
YOUNG: Final = "ladder.young_days"


class Guard(NamedTuple):
    """What keeps a customer from going beyond a step."""

    allowed: int
    """The last step that it allows."""
    rule: str
    observed: int | str

    def finding(self, customer: Customer) -> Finding:
        """As a record tells it: further than it says where a human said so."""
        step = STEPS[max(self.allowed, granted(customer)) - 1]
        return Finding(self.rule, self.observed, step)


def leading(
    customer: Customer, risks: dict[str, RiskRow], rules: LadderRules, policy: Policy
) -> list[RiskRow]:
    """The open signals that lead onto the ladder; none of a prospect, or of who is at rest."""
    if not risks:
        return []
    costly = [risk for risk in risks.values() if risk.signal in COSTLY or risk.signal in TEACHING]
    if not costly or customer.is_prospect(policy) or is_at_rest(customer, rules):
        return []
    if is_left_alone(customer, policy):
        return []
    teaches = any(risk.signal in TEACHING for risk in costly)
    if not teaches or contacts_cost_much(customer, rules, policy):
        return costly
    return [risk for risk in costly if risk.signal in COSTLY]


def rested_days(customer: Customer) -> int:
    """UTC days since it bought, gave back or called; of one who never did, since it is known."""
    last_us = customer.touch.last_us
    return customer.day - (customer.first_day if last_us is None else day_of(last_us))


def is_at_rest(customer: Customer, rules: LadderRules) -> bool:
    """Whether nothing went on for so long that nothing is asked of it."""
    return rules.at_rest_days is not None and rested_days(customer) >= rules.at_rest_days


def is_left_alone(customer: Customer, policy: Policy) -> bool:
    """Whether its stage is one of which nothing is asked any more."""
    stages = stages_of(policy)
    if stages is None:
        return False
    return is_closed(customer, customer.day) or stages.is_lost(customer, customer.day)


def contacts_cost_much(customer: Customer, rules: LadderRules, policy: Policy) -> bool:
    """Whether contacts cost more than the policy's share of the margin; never without a share."""
    if rules.service_share is None:
        return False
    cost, most = contacts_and_most(customer, rules.service_share, policy)
    return cost > max(0, most)


def contacts_and_most(customer: Customer, share: Ratio, policy: Policy) -> tuple[int, int]:
    """(what contacts cost in the window, a share of the margin), in minor units."""
    totals = customer.totals()
    most = half_even(share[0] * margin_of(totals, policy), share[1])
    return cost_of(totals, CONTACT_LINES, policy), most


def guards_before(
    customer: Customer, tier: int, step: int, costly: list[RiskRow], policy: Policy
) -> list[Guard]:
    """What keeps a customer from a step, the one to be told first; none where a human said so."""
    rules = policy.ladder
    if rules is None or step <= granted(customer):
        return []
    guards = [_of_reach(costly, rules)] if costly else []
    if step > EDUCATE:
        guards = [
            *_for_educate(customer, rules, policy),
            *_of_worth(customer, tier, policy),
            *guards,
        ]
    return sorted([guard for guard in guards if guard.allowed < step], key=_allowed)


def _allowed(guard: Guard) -> int:
    return guard.allowed


def _of_reach(costly: list[RiskRow], rules: LadderRules) -> Guard:
    """As far as one of the open signals leads, the first that leads furthest."""
    furthest = max(costly, key=lambda risk: rules.reach.get(risk.signal, EDUCATE))
    return Guard(rules.reach.get(furthest.signal, EDUCATE), "ladder.reach", furthest.signal)


def _for_educate(customer: Customer, rules: LadderRules, policy: Policy) -> list[Guard]:
    guards = []
    tenure_days = customer.day - joined_day(customer)
    if tenure_days < rules.young_days:
        guards.append(Guard(EDUCATE, YOUNG, tenure_days))
    if rules.guards_complaint:
        waiting = [
            issue.complaints_us[0]
            for issue in customer.signals.issues
            if issue.complaints_us and issue.word is False
        ]
        if waiting:
            days = customer.day - day_of(min(waiting))
            guards.append(Guard(EDUCATE, "ladder.guards.unanswered_complaint", days))
    if rules.earned_share is not None:
        numerator, denominator = rules.earned_share
        earned = customer.earned
        cost = cost_of(customer.totals(), SERVICE, policy)
        if earned > 0 and cost * denominator < numerator * earned:
            text = format_minor(cost, policy.digits)
            guards.append(Guard(EDUCATE, "ladder.guards.earned_share", text))
    return guards


def _of_worth(customer: Customer, tier: int, policy: Policy) -> list[Guard]:
    if tier >= HIGH_RANK:
        return [Guard(RENEGOTIATE, "ladder.tier", TIERS[tier])]
    if is_potential(customer, tier, policy):
        return [Guard(RENEGOTIATE, "ladder.segment", "potential")]
    return []


def held_by(customer: Customer, policy: Policy) -> Finding | None:
    """What holds a customer back from its next step, as it stands; None: nothing does."""
    row, rules = customer.signals.ladder, policy.ladder
    if rules is None or row is None or row.step in {NO_STEP, len(STEPS)}:
        return None
    costly = leading(customer, customer.risks, rules, policy)
    if not costly:
        return None
    assert customer.tier is not None
    guards = guards_before(customer, customer.tier, row.step + 1, costly, policy)
    return guards[0].finding(customer) if guards else None


def answer_of(customer: Customer) -> AnswerRow | None:
    """What a human said last."""
    return None if customer.master is None else customer.master.ladder


def granted(customer: Customer) -> int:
    """The step that a human allows, whatever the guards say."""
    answer = answer_of(customer)
    return NO_STEP if answer is None or answer.set_step is None else answer.set_step


def joined_day(customer: Customer) -> int:
    """The day since which it is a customer."""
    master = customer.master
    if master is None or master.joined_us is None:
        return customer.first_day
    return day_of(master.joined_us)
