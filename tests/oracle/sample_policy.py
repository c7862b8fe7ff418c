"""Policies under which sample traffic moves: the files `sample*.toml` of `tests/policies/`."""

import tomllib
from pathlib import Path
from typing import Any


def policy_text(name: str) -> str:
    """Read a file of `tests/policies/`."""
    path = Path(__file__).parents[1] / "policies" / f"{name}.toml"
    return path.read_text(encoding="utf-8")


def decayed(text: str) -> str:
    """The same policy, with tiers by a value that halves; the landmark lies within the sample."""
    halving = 'measure = "decayed"\nhalf_life_days = 17\nlandmark = "2026-03-20"\n'
    return text.replace("window_days = 45\n", f"window_days = 45\n{halving}")


POLICY_TOML = policy_text("sample")
POLICY: dict[str, Any] = tomllib.loads(POLICY_TOML)

HOLD_TOML = policy_text("sample_hold")
CARDS_TOML = policy_text("sample_cards")
"""Additions to the policy."""

WHOLE_TOML = (
    policy_text("intake")
    + POLICY_TOML.replace(
        "min_tenure_days = 30\n", "min_tenure_days = 30\nexcuse_seller_fault = true\n"
    ).replace('note = "call first"\n', 'note = "call first"\ncontact_every_days = 21\n')
    + policy_text("sample_whole")
)
DECAYED_TOML = decayed(WHOLE_TOML)
RISKS_TOML = WHOLE_TOML.replace("min_tenure_days = 30\n", "min_tenure_days = 30\nactive_days = 9\n")
RISKS_TOML = RISKS_TOML.replace("clear_on_time = 2\n", "clear_on_time = 2\nage_days = 12\n")
RISKS_TOML = RISKS_TOML.replace(
    'downgrade = "one_step"\n', 'dwell_holds = "reversals"\nnotice_after_days = 3\n'
).replace("[tiers.entry]", '[tiers]\nbefore_first_sale = "ordinary"\n\n[tiers.entry]')
RISKS_TOML = RISKS_TOML.replace("[value]\n", "[value]\nexcuse_seller_fault = true\n")
RISKS_TOML = RISKS_TOML.replace("[contacts_due]\n", "[contacts_due]\n\n" + policy_text("cadences"))
RISKS_TOML = RISKS_TOML.replace('rise = "40.00"\n', 'rise = "40.00"\nwhole_window = true\n')
RISKS_TOML += policy_text("sample_signals")
ANSWERED_TOML = RISKS_TOML.replace(
    """notice_days = 30

[ladder.playbook]
reassess = "Look at it again."
""",
    """notice_days = 30
waits_for_answer = true
at_rest_days = 8
service_share = "0.3"
cheaper_channel = "email"

[ladder.reach]
commitment_shortfall = "renegotiate"
late_payer = "migrate"
call_abuse = "reassess"
habitual_complainer = "educate"

[ladder.guards]
unanswered_complaint = true
earned_share = "0.2"

[ladder.playbook.reassess]
late_payer = "Look at the payments again."
support_spike = "nobody sees this"
any = "Look at it again."

[ladder.playbook]
""",
)
ANSWERED_TOML = (
    ANSWERED_TOML.replace("[tiers]\n", '[tiers]\ntells = ["treatment", "stage", "segments"]\n')
    .replace(
        "[contacts_due]\n",
        "[treatment.when.late_payer]\ncredit_days = 0\n\n[treatment.when.leaving]\nbonus = true\n\n"
        "[treatment.when.prompt_payer]\ncredit_days = 45\nbonus = false\n\n"
        "[contacts_due]\nquiet_days = 5\nreasons = "
        '["interval", "complaint", "notice", "notice_withdrawn", "seller_fault", '
        '"termination_notice", "termination_withdrawn"]\n'
        'channel_days = 25\ntouches = ["phone", "store"]\n',
    )
    .replace("window_days = 20\n", 'window_days = 20\nchannels = ["phone", "chat", "email"]\n', 1)
)
ANSWERED_TOML = ANSWERED_TOML.replace("[risk.spend_drop]\n", '[risk.spend_drop]\nmin_gaps = "2"\n')
ANSWERED_TOML = ANSWERED_TOML.replace(
    "[risk.return_abuse]\n", '[risk.return_abuse]\nreturns = 1\ncost_share = "0.05"\n'
)
ANSWERED_TOML = ANSWERED_TOML.replace(
    "[risk.habitual_complainer]\n",
    '[risk.habitual_complainer]\ncost_share = "0.02"\nage_days = 9\n',
)
ANSWERED_TOML += """
[stage]
lost_days = 11
lost_gaps = "2.5"
new_days = 9

[risk.leaving]
of = ["no_second_purchase", "overdue", "spend_drop"]
"""
ANSWERED_TOML += policy_text("sample_kinds")
"""The same with a ladder that waits for people, all reasons for contacts, and kinds."""
CANCELLED_TOML = ANSWERED_TOML.replace(
    "open_max = 4\nunmatched_max = 3\n", "open_max = 64\nunmatched_max = 64\n"
)
CANCELLED_TOML += """
[orders]
remember_days = 20
orders_max = 5
"""
"""The same where orders are remembered, and no invoice goes for want of room."""
