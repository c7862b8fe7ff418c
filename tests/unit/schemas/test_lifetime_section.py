"""The policy's `[lifetime]`: taken with its defaults, refused with the key and what is wrong."""

import pytest

from agents.policy_file.reading import PolicyError, read_policy
from tests.support.lifetime import SECTION
from tests.support.making import POLICY_TEXT

FROM_TO = "expected a decimal text from 0.01 to 10000, found "
FAULTS = {
    ('\nr = "0.242594"', '\nr = "0.009"'): f"lifetime.purchases.r: {FROM_TO}'0.009'",
    ('"4.413598"', '"10000.1"'): f"lifetime.purchases.alpha: {FROM_TO}'10000.1'",
    ('"0.891351"', '"-1"'): f"lifetime.one_purchase.a: {FROM_TO}'-1'",
    ('"1.613957"', '"some"'): f"lifetime.one_purchase.b: {FROM_TO}'some'",
    ('"6.249502"', '"0"'): "lifetime.margins.p: expected a decimal text above 0, found '0'",
    ('"3.744235"', '"1.0"'): "lifetime.margins.q: expected a decimal text above 1, found '1.0'",
    ('"15.443756"', '"0.0"'): "lifetime.margins.v: expected a decimal text above 0, found '0.0'",
    ('"35.077848"', '"-3"'): "lifetime.margins.mean: expected a decimal text above 0, found '-3'",
    (
        '"1997-09-30"',
        '"30.9.1997"',
    ): "lifetime.fitted_on: expected a date as YYYY-MM-DD, found '30.9.1997'",
    ("repeat_customers = 946", "repeat_customers = 2358"): (
        "lifetime.repeat_customers: expected at most lifetime.customers (2357), found 2358"
    ),
    ("\ncustomers = 2357", "\ncustomers = 0"): "lifetime.customers: expected `int` >= 1, found 0",
    ('"-9582.4"', '"--9"'): "lifetime.log_likelihood: expected a decimal text, found '--9'",
    ("[lifetime]", "[lifetime]\nhorizon_weeks = 521"): (
        "lifetime.horizon_weeks: expected `int` <= 520, found 521"
    ),
    ("[lifetime]", '[lifetime]\nyearly_discount = "1.1"'): (
        "lifetime.yearly_discount: expected a decimal text from 0 to 1, found '1.1'"
    ),
    ("\ncustomers = 2357", ""): "lifetime.customers: expected a value, found nothing",
}


@pytest.mark.parametrize(("change", "told"), FAULTS.items(), ids=FAULTS.values())
def test_a_fault_is_told(change: tuple[str, str], told: str) -> None:
    assert SECTION.count(change[0]) == 1
    with pytest.raises(PolicyError) as refused:
        read_policy(POLICY_TEXT + SECTION.replace(*change), "my.toml")
    assert str(refused.value) == f"my.toml: {told}"


def test_what_is_not_told_is_39_weeks_at_10_percent_a_year() -> None:
    lifetime = read_policy(POLICY_TEXT + SECTION, "my.toml").lifetime
    assert lifetime is not None
    assert (lifetime.horizon_weeks, lifetime.yearly_discount) == (39, "0.10")


def test_without_the_section_there_is_none() -> None:
    assert read_policy(POLICY_TEXT, "my.toml").lifetime is None
