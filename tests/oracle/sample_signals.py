"""Every signal, the ladder and the lifetime, as an addition to a policy."""

SIGNALS_TOML = """\
[risk]
cooldown_days = 3

[risk.overdue]
min_purchase_days = 3
watch = "2"
high = "2.4"

[risk.fading]
below = "0.75"
high_below = "0.7"
clear_at = "0.8"

[risk.no_second_purchase]
after_days = 4

[risk.spend_drop]
recent_days = 5
before_days = 11
min_purchases = 2
below = "0.45"
clear_at = "0.7"

[risk.repeat_issue]
contacts = 2
window_days = 6
quiet_days = 4

[risk.call_abuse]
contacts = 3
clear_at = 1
window_days = 8

[risk.complaint_open]
after_hours = 20

[risk.dissatisfied]
answers = 3
at_most = "2.5"
clear_at = "3.5"

[risk.overdue_invoice]
days = 2
high_days = 6

[risk.return_abuse]
orders = 2
above = "0.3"
clear_below = "0.25"

[risk.commitment_shortfall]
after_share = "0.15"
below = "0.8"
clear_at = "0.9"

[risk.weights]
overdue = 21
complaint_open = 0
unprofitable = 37

[risk.actions.overdue]
key = "call"
important = "call"
ordinary = "win_back"

[risk.actions.repeat_issue]
important = "fix_issue"
ordinary = "fix_issue"
maintenance = "fix_issue"

[risk.actions.overdue_invoice]
key = "escalate"
maintenance = "call"

[ladder]
dwell_days = 4
clear_days = 3
young_days = 10
notice_days = 30

[ladder.playbook]
reassess = "Look at it again."
renegotiate = "Prices, terms, minimum orders: über alles reden."
terminate = "Only with the head of sales."

[lifetime]
horizon_weeks = 39
yearly_discount = "0.10"
fitted_on = "1997-09-30"
customers = 2357
repeat_customers = 946
log_likelihood = "-9582.4"

[lifetime.purchases]
r = "0.243"
alpha = "4.414"
a = "0.793"
b = "2.426"

[lifetime.one_purchase]
r = "0.525"
alpha = "6.183"
a = "0.891"
b = "1.614"

[lifetime.margins]
p = "6.25"
q = "3.74"
v = "15.44"
mean = "30.00"
"""
