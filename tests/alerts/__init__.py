"""The alerting rules, tried on series of figures: which fires when, and when none does.

`alerts_test.yml` is in promtool's own format. Where promtool is on PATH it judges; everywhere a
small evaluator of the part of PromQL that the rules use does.
"""
