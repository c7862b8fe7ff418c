"""What the types of `[lifetime]` can't say: bounds of its decimal texts, and what goes together."""

from collections.abc import Iterator
from typing import Final

from agents.policy_file.lifetime_keys import LIFETIME_MAX, LIFETIME_MIN, Lifetime, LifetimeMargins
from schemas.base.money import parse_ratio
from schemas.inputs.fields import is_date

_PARAMETERS: Final = ("r", "alpha", "a", "b")
PURCHASES_MAX: Final = 300_000
"""Of a new customer within the horizon, by the model: each is a step of a sum, and more of them
would hold up the stream. No fit comes near: that of CDNOW expects two."""


def lifetime_faults(lifetime: Lifetime) -> Iterator[tuple[str, str, object]]:
    """(key, expected, found) of each fault."""
    for name, model in (("purchases", lifetime.purchases), ("one_purchase", lifetime.one_purchase)):
        texts = (model.r, model.alpha, model.a, model.b)
        for key, text in zip(_PARAMETERS, texts, strict=True):
            ratio = parse_ratio(text)
            if ratio is None or _less(ratio, LIFETIME_MIN) or _less(LIFETIME_MAX, ratio):
                yield f"lifetime.{name}.{key}", "a decimal text from 0.01 to 10000", text
        yield from _pace_faults(f"lifetime.{name}", model.r, model.alpha, lifetime.horizon_weeks)
    yield from _margin_faults(lifetime.margins)
    discount = parse_ratio(lifetime.yearly_discount)
    if discount is None or _less((1, 1), discount):
        yield "lifetime.yearly_discount", "a decimal text from 0 to 1", lifetime.yearly_discount
    if not is_date(lifetime.fitted_on):
        yield "lifetime.fitted_on", "a date as YYYY-MM-DD", lifetime.fitted_on
    if lifetime.repeat_customers > lifetime.customers:
        expected = f"at most lifetime.customers ({lifetime.customers})"
        yield "lifetime.repeat_customers", expected, lifetime.repeat_customers
    if parse_ratio(lifetime.log_likelihood.removeprefix("-")) is None:
        yield "lifetime.log_likelihood", "a decimal text", lifetime.log_likelihood


def _pace_faults(
    section: str, r_text: str, alpha_text: str, weeks: int
) -> Iterator[tuple[str, str, object]]:
    r, alpha = parse_ratio(r_text), parse_ratio(alpha_text)
    if r is None or alpha is None:
        return
    # r / alpha is the mean purchase rate a week
    if r[0] * alpha[1] * weeks > PURCHASES_MAX * r[1] * alpha[0]:
        expected = (
            f"at most {PURCHASES_MAX} purchases within lifetime.horizon_weeks ({weeks}) at "
            f"{section}.alpha ({alpha_text})"
        )
        yield f"{section}.r", expected, r_text


def _margin_faults(margins: LifetimeMargins) -> Iterator[tuple[str, str, object]]:
    texts = {"p": margins.p, "q": margins.q, "v": margins.v, "mean": margins.mean}
    for key, text in texts.items():
        ratio, above = parse_ratio(text), int(key == "q")
        if ratio is None or not _less((above, 1), ratio):
            yield f"lifetime.margins.{key}", f"a decimal text above {above}", text


def _less(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] * other[1] < other[0] * one[1]
