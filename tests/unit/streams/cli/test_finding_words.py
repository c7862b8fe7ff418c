"""Findings in words: there are words for every rule that the code can put out."""

import ast
from pathlib import Path

import pytest

import agents
from agents.signals.registry import SIGNAL_NAMES, SIGNALS
from streams.cli.finding_words import findings

AGENTS = Path(agents.__file__).parent
Found = str | int


def words(*found: tuple[str, Found, Found]) -> str:
    names = ("rule", "observed", "threshold")
    return findings([dict(zip(names, finding, strict=True)) for finding in found])


def rules_in_code() -> set[str]:
    """The names of rules in the code, a `*` for each part that a variable fills in."""
    found: set[str] = set()
    for path in [
        AGENTS / "decide" / f"{name}.py" for name in ("ladder", "guards", "ending", "stage")
    ]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = _text(node)
            if name.startswith(("risk.", "ladder.", "stage.")) and name[-1] != ".":
                found.add(name)
    return found


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        parts = [its.value if isinstance(its, ast.Constant) else "*" for its in node.values]
        return "".join(str(part) for part in parts)
    return ""


SAID: list[tuple[str, Found, Found, str]] = [
    ("risk.call_abuse.contacts", 3, 3, "contacts on one issue 3 >= 3"),
    ("risk.call_abuse.issue", "delivery", "resolved", "issue delivery is resolved"),
    ("risk.call_abuse", 0, 1, "issues called about too often 0 < 1"),
    ("risk.commitment_shortfall.below", "1.00", "2.00", "bought 1.00 < 2.00"),
    ("risk.commitment_shortfall.after_share", "0.6000", "0.5000", "of the term 0.6000 >= 0.5000"),
    ("risk.commitment_shortfall.clear_at", "2.00", "2.00", "bought 2.00 >= 2.00"),
    (
        "risk.commitment_shortfall.ends_with_term",
        "2026-03-10",
        "past",
        "the last day of its term 2026-03-10 is past",
    ),
    ("risk.commitment_shortfall", 0, 1, "commitments 0 < 1"),
    ("risk.complaint_open.after_hours", 25, 24, "hours since a complaint 25 >= 24"),
    ("risk.complaint_open.issue", "delivery", "unresolved", "issue delivery is unresolved"),
    ("risk.complaint_open", 0, 1, "complaints open 0 < 1"),
    ("risk.dissatisfied.at_most", "1.67", "2.00", "satisfaction 1.67 <= 2.00"),
    ("risk.dissatisfied.clear_at", "4.00", "4.00", "satisfaction 4.00 >= 4.00"),
    ("risk.dissatisfied.age_days", 365, 365, "days since the last answer 365 >= 365"),
    ("risk.fading.below", "0.4999", "0.5000", "chance that it is alive 0.4999 < 0.5000"),
    ("risk.fading.high_below", "0.2999", "0.3000", "chance that it is alive 0.2999 < 0.3000"),
    ("risk.fading.clear_at", "0.7000", "0.6500", "chance that it is alive 0.7000 >= 0.6500"),
    ("risk.no_second_purchase.after_days", 7, 7, "days since the only purchase 7 >= 7"),
    ("risk.no_second_purchase", 2, 2, "purchase days 2 >= 2"),
    ("ladder.notice_days", 30, 30, "days of notice 30 of 30"),
    ("stage", "active", "lost", "stage active becomes lost"),
    ("stage.lost_days", 271, 270, "days since a purchase 271 > 270"),
    ("risk.return_abuse.returns", 5, 5, "returns 5 >= 5"),
    ("risk.return_abuse.cost_share", "9.00", "2.50", "returns cost 9.00 > 2.50"),
    ("risk.habitual_complainer.above", "0.7500", "0.5000", "complained of 0.7500 > 0.5000"),
    ("risk.habitual_complainer.complaints", 5, 5, "complaints 5 >= 5"),
    ("risk.habitual_complainer.cost_share", "9.00", "2.50", "complaints cost 9.00 > 2.50"),
    ("risk.habitual_complainer.clear_below", "0.2000", "0.2500", "complained of 0.2000 < 0.2500"),
    ("risk.habitual_complainer.age_days", 90, 90, "days since a complaint 90 >= 90"),
    ("risk.leaving.bought", 0, 12, "days since a purchase 0 <= days open 12"),
    ("risk.leaving", 0, 1, "signs of leaving 0 < 1"),
    ("risk.overdue.watch", 7, 6, "days since a purchase 7 > 6"),
    ("risk.overdue.watch", 6, 6, "days since a purchase 6 <= 6"),
    ("risk.overdue.watch", 0, 0, "days since a purchase 0 <= 0"),
    ("risk.overdue.high", 10, 9, "days since a purchase 10 > 9"),
    ("risk.overdue.min_purchase_days", 3, 3, "purchase days 3 >= 3"),
    ("risk.overdue_invoice.days", 3, 3, "days past due 3 >= 3"),
    ("risk.overdue_invoice.days", 2, 3, "days past due 2 < 3"),
    ("risk.overdue_invoice.high_days", 5, 5, "days past due 5 >= 5"),
    ("risk.repeat_issue.contacts", 3, 3, "contacts on one issue 3 >= 3"),
    ("risk.repeat_issue.issue", "delivery", "unresolved", "issue delivery is unresolved"),
    ("risk.repeat_issue", 0, 1, "issues that repeat 0 < 1"),
    ("risk.return_abuse.above", "0.7500", "0.5000", "sent back 0.7500 > 0.5000"),
    ("risk.return_abuse.orders", 4, 4, "of sales 4 >= 4"),
    ("risk.return_abuse.clear_below", "0.2000", "0.2500", "sent back 0.2000 < 0.2500"),
    ("risk.spend_drop.below", "1.00", "5.00", "spent 1.00 < 5.00"),
    ("risk.spend_drop.clear_at", "5.00", "5.00", "spent 5.00 >= 5.00"),
    ("risk.spend_drop.min_purchases", 2, 2, "sales before 2 >= 2"),
    ("risk.support_spike.contacts", 5, 4, "contacts 5 >= 4"),
    ("risk.support_spike.clear_at", 1, 1, "contacts 1 <= 1"),
    ("risk.unprofitable.below", "-3.10", "0.00", "contribution -3.10 < 0.00"),
    ("risk.unprofitable.active_days", 90, 90, "days at rest 90 >= 90"),
    ("risk.unprofitable.min_tenure_days", 31, 30, "days a customer 31 >= 30"),
    ("risk.unprofitable.clear_at", "12.00", "10.00", "contribution 12.00 >= 10.00"),
    ("risk.unprofitable.excuse_seller_fault", "9", "excused", "the seller's fault 9 is excused"),
    ("risk.late_payer.late", 2, 2, "late payments 2 >= 2"),
    ("risk.late_payer.late", 0, 2, "late payments 0 < 2"),
    ("risk.late_payer.clear_on_time", 2, 2, "payments on time 2 >= 2"),
    ("ladder.set_step", "none", "because", "set to none for: because"),
    ("ladder.tier", "key", "renegotiate", "tier key goes as far as renegotiate"),
    ("ladder.segment", "potential", "renegotiate", "segment potential goes as far as renegotiate"),
    ("ladder.young_days", 8, "educate", "days a customer 8 go as far as educate"),
    ("treatment.when.late_payer", "watch", "open", "late_payer watch is open"),
    ("treatment.when.prompt_payer", "segment", "held", "prompt_payer segment is held"),
    (
        *("segments.latent.wallet_share_below", "0.1234", "0.2500"),
        "latent: share of the wallet 0.1234 < 0.2500",
    ),
    ("segments.prompt_payer.payments", 6, 6, "prompt payer: payments on time 6 >= 6"),
    ("tiers.before_first_sale", "no sale", "ordinary", "with no sale is ordinary"),
    ("ladder.reach", "late_payer", "migrate", "signal late_payer leads as far as migrate"),
    ("ladder.at_rest_days", 91, 90, "days at rest 91 >= 90"),
    ("ladder.service_share", "8.40", "8.38", "contacts cost 8.40 > 8.38"),
    (
        *("ladder.guards.earned_share", "8.40", "educate"),
        "service cost 8.40 goes as far as educate",
    ),
    (
        *("ladder.guards.unanswered_complaint", 3, "educate"),
        "days since a complaint 3 go as far as educate",
    ),
    ("ladder.dwell_days", 5, 5, "days on its step 5 >= 5"),
    ("ladder.clear_days", 3, 3, "days without a signal 3 >= 3"),
    # of a step: a costly signal, by the days that it is open
    ("risk.unprofitable", 12, "watch", "days unprofitable 12 at watch"),
    ("risk.overdue_invoice", 4, "high", "days overdue_invoice 4 at high"),
    ("risk.call_abuse", 12, "watch", "days call_abuse 12 at watch"),
    ("risk.habitual_complainer", 3, "watch", "days habitual_complainer 3 at watch"),
    ("risk.commitment_shortfall", 12, "watch", "days commitment_shortfall 12 at watch"),
    # what a newer Whalecurve says
    ("risk.of.tomorrow", 7, 9, "risk.of.tomorrow 7 < 9"),
]
TOLD = {rule for rule, *_ in SAID}


@pytest.mark.parametrize(("rule", "observed", "threshold", "expected"), SAID)
def test_a_rule_has_words(rule: str, observed: Found, threshold: Found, expected: str) -> None:
    assert words((rule, observed, threshold)) == expected


def test_so_has_every_rule_that_is_in_the_code_and_every_signal() -> None:
    patterns = rules_in_code()
    assert len(patterns) > 5
    patterns |= {f"risk.{signal.name}.{key}" for signal in SIGNALS for key in signal.words if key}
    for pattern in patterns:
        head, star, tail = pattern.partition("*")
        fitting = {its for its in TOLD if its.startswith(head) and its.endswith(tail)}
        assert fitting if star else pattern in TOLD, pattern
    spoken = {rule.split(".")[1] for rule in TOLD if rule.startswith("risk.")}
    assert spoken == {*SIGNAL_NAMES, "of"}


def test_what_is_told_together_is_told_in_one_line() -> None:
    steps = ("risk.late_payer", 30, "watch"), ("risk.unprofitable", 35, "high")
    assert words(("ladder.dwell_days", 30, 30), *steps) == (
        "days on its step 30 >= 30, days late_payer 30 at watch, days unprofitable 35 at high"
    )
    by_share = ("tiers.share.key", "30.00", "20.00"), ("override.floor", "ordinary", "key")
    assert words(*by_share, ("segments.over_served.service_share", "9.00", "5.00")) == (
        "value 30.00 >= 20.00, by value ordinary with a floor of key, "
        "over-served: service cost 9.00 > 5.00"
    )
