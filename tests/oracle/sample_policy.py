"""A policy under which sample traffic moves: short windows, every signal, awkward rates."""

import tomllib
from typing import Any

from .sample_signals import SIGNALS_TOML

POLICY_TOML = """\
version = "sample-7"
base_currency = "USD"
dedupe_days = 21
dedupe_ids_max = 150

[rates.EUR]
"2025-06-01" = "1.0837"
"2026-02-01" = "1.1049"
"2026-05-17" = "1.09"

[rates.JPY]
"2025-06-01" = "0.006713"
"2026-04-01" = "0.00705"

[rates.KWD]
"2025-06-01" = "3.2571"

[value]
window_days = 45
default_margin_rate = "0.315"

[service.contact.phone]
fixed = "1.50"
per_minute = "0.37"

[service.contact.chat]
fixed = "0.75"
per_minute = "0.213"

[service.contact.email]
fixed = "2.05"
per_minute = "0.11"

[service.contact.store]
fixed = "3.00"
per_minute = "0.455"

[service.contact.self_service]
fixed = "0.00"
per_minute = "0.00"

[service.returns]
per_order = "8.00"
per_item = "1.25"

[service.late_payment]
late_fee = "5.00"
annual_rate = "0.1175"

[tiers.entry]
key = "900.00"
important = "250.00"
ordinary = "0.00"

[treatment.key]
support_priority = 1
contact_every_days = 30
gifts = true

[treatment.important]
support_priority = 2
note = "call first"

[risk.support_spike]
contacts = 4
clear_at = 1
window_days = 20

[risk.unprofitable]
below = "0.00"
clear_at = "10.00"
min_tenure_days = 30

[risk.late_payer]
late = 2
of = 3
days = 10
clear_on_time = 2
"""

CARDS_TOML = """
[[service.card]]
from = "2026-01-20"
[service.card.contact.phone]
fixed = "2.50"
per_minute = "0.61"
[service.card.contact.chat]
fixed = "0.95"
[service.card.returns]
per_order = "9.10"
per_item = "0.75"
[service.card.late_payment]
late_fee = "7.00"

[[service.card]]
from = "2026-02-15"
[service.card.contact.email]
per_minute = "0.333"
[service.card.late_payment]
annual_rate = "0.21"
"""
"""Two dated rate cards, as an addition to the policy; the sample crosses both days."""

HOLD_TOML = """
[tiers.hold]
upgrade_margin = "0.05"
keep_margin = "0.15"
min_band = "2.50"
min_dwell_days = 5
grace_days = 9
downgrade = "DOWNGRADE"
"""
"""Tiers that hold still, as an addition to the policy; DOWNGRADE is one_step or full."""

VALUE_TOML = """
[invoices]
open_max = 4
unmatched_max = 3

[[service.reminder]]
after_days = 2
cost = "0.80"
[[service.reminder]]
after_days = 9
cost = "3.15"

[treatment.ordinary]
contact_every_days = 13

[treatment.maintenance]
contact_every_days = 0

[discount]
after_share = "0.15"
[[discount.schedule]]
from = "150.00"
rate = "0.015"
[[discount.schedule]]
from = "600.00"
rate = "0.045"
[[discount.schedule]]
from = "2500.00"
rate = "0.11"

[segments.best]
contribution_from = "400.00"

[segments.fake_big]
revenue_from = "500.00"
contribution_below = "100.00"

[segments.over_served]
service_share = "0.333"

[segments.potential]
growth = "1.25"
rise = "40.00"

[segments.worst]
contribution_below = "-60.00"

[contacts_due]
"""
"""All that is asked of a customer's worth, as an addition to the policy."""

WHOLE_TOML = (
    POLICY_TOML.replace(
        "min_tenure_days = 30\n", "min_tenure_days = 30\nexcuse_seller_fault = true\n"
    ).replace('note = "call first"\n', 'note = "call first"\ncontact_every_days = 21\n')
    + VALUE_TOML
    + HOLD_TOML.replace("DOWNGRADE", "one_step")
    + CARDS_TOML
    + """
[[service.card.reminder]]
after_days = 1
cost = "0.45"
[[service.card.reminder]]
after_days = 6
cost = "2.35"

[[service.card]]
from = "2026-05-03"
[service.card.contact.phone]
fixed = "1.95"
per_minute = "0.404"
[service.card.contact.chat]
per_minute = "0.195"
[service.card.contact.email]
fixed = "1.45"
[service.card.contact.store]
fixed = "2.75"
[service.card.returns]
per_order = "6.60"
[service.card.late_payment]
late_fee = "4.05"
annual_rate = "0.185"
[[service.card.reminder]]
after_days = 3
cost = "1.05"
[[service.card.reminder]]
after_days = 50
cost = "9.95"
"""
)
"""A policy with everything on: tiers that hold still, dated cards, a customer's whole worth."""


def decayed(text: str) -> str:
    """The same policy, with tiers by a value that halves."""
    return text.replace(
        "window_days = 45\n",
        'window_days = 45\nmeasure = "decayed"\nhalf_life_days = 17\nlandmark = "2026-03-20"\n',
    )


DECAYED_TOML = decayed(WHOLE_TOML)
"""The same, with tiers by a value that halves; the landmark lies within the sample."""

RISKS_TOML = f"{WHOLE_TOML}\n{SIGNALS_TOML}"
"""Every signal, at thresholds so low that each comes and goes, the ladder and the lifetime."""

POLICY: dict[str, Any] = tomllib.loads(POLICY_TOML)
