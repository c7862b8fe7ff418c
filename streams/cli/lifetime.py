"""`whalecurve lifetime`: what one customer will yet bring, by the policy's parameters."""

from math import isfinite
from pathlib import Path
from typing import Any, Final

import click
import orjson

from agents.models.bgnbd import LifetimeParams, alive_until_week, future, mean_margin
from agents.policy_file.keys import PolicyFile
from agents.policy_file.lifetime import lifetime_params
from agents.policy_file.reading import PolicyError
from schemas.base.money import CURRENCY_DIGITS
from streams.cli.errors import one_line, settings_here
from streams.config.policy import DEFAULT, load_policy_file

THRESHOLDS: Final = (0.5, 0.3)


@click.command()
@click.argument("x", type=click.IntRange(min=0, max=1_000_000))
@click.argument("t_x", type=click.FloatRange(min=0, max=100_000))
@click.argument("t", metavar="T", type=click.FloatRange(min=0, max=100_000))
@click.argument("mean", type=float)
@click.option(
    "--policy", "policy_file", type=click.Path(path_type=Path),
    help="The policy file. [default: WHALECURVE_POLICY, or the default policy]",
)  # fmt: skip
@click.option(
    "--threshold", "thresholds", multiple=True, default=THRESHOLDS, show_default=True,
    type=click.FloatRange(min=0, max=1, min_open=True, max_open=True),
    help="Tell when P(alive) falls below it; may be given several times.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
def lifetime(
    x: int,
    t_x: float,
    t: float,
    mean: float,
    policy_file: Path | None,
    thresholds: tuple[float, ...],
    *,
    as_json: bool,
) -> None:
    """Reckon what a customer will yet bring, exactly as in `docs/lifetime.md`.

    X: on how many days it bought again after its first; T_X: weeks from the first purchase to the
    last; T: weeks from the first one to now; MEAN: mean margin of those X days, in the base
    currency. A MEAN below 0 comes after --, as all that follows it.

    \b
    Example:
      whalecurve lifetime 2 30.43 38.86 22.35
      whalecurve lifetime 0 0 12 0 --policy policy.toml --threshold 0.4 --json
    """
    if not all(map(isfinite, (t_x, t, mean))):
        raise click.BadParameter("expected numbers that end.", param_hint="T_X, T, MEAN")
    if t_x > t:
        raise click.BadParameter(f"expected at most T ({t:g}), found {t_x:g}.", param_hint="T_X")
    if x == 0 and t_x > 0:
        raise click.BadParameter("expected 0, as X is 0.", param_hint="T_X")
    with one_line():
        path = policy_file or settings_here().policy
        file = load_policy_file(path)
        params = _params(file, path)
    facts = _facts(params, file, (x, t_x, t, mean), thresholds)
    if as_json:
        click.echo(orjson.dumps(facts).decode())
    else:
        _print(facts)


def _params(file: PolicyFile, path: Path | None) -> LifetimeParams:
    if file.lifetime is None:
        raise PolicyError(
            f"{path or DEFAULT}: lifetime: expected a section, found none: `whalecurve fit` prints "
            "one made from your purchases"
        )
    return lifetime_params(file.lifetime, CURRENCY_DIGITS[file.base_currency])


def _facts(
    params: LifetimeParams,
    file: PolicyFile,
    figures: tuple[int, float, float, float],
    thresholds: tuple[float, ...],
) -> dict[str, Any]:
    x, t_x, now, mean = figures
    chance, purchases, discounted = future(params, x, t_x, now)
    margin = mean_margin(params, x, mean)
    digits = CURRENCY_DIGITS[file.base_currency]
    return {
        "p_alive": round(chance, 6),
        "horizon_weeks": params.horizon_weeks,
        "expected_purchases": round(purchases, 6),
        "mean_margin": f"{margin:.{digits}f}",
        "value": f"{margin * purchases:.{digits}f}",
        "discounted_value": f"{margin * discounted:.{digits}f}",
        "currency": file.base_currency,
        "alive_until": [
            {
                "threshold": threshold,
                # with the last purchase it may be below already
                "week": round(max(t_x, alive_until_week(params, x, t_x, threshold)), 3),
                "from_now_weeks": round(
                    max(t_x, alive_until_week(params, x, t_x, threshold)) - now, 3
                ),
            }
            for threshold in thresholds
        ],
        "policy": file.version,
    }


def _print(facts: dict[str, Any]) -> None:
    currency, weeks = facts["currency"], facts["horizon_weeks"]
    click.echo(f"P(alive)            {facts['p_alive']:.3f}")
    click.echo(f"expected purchases  {facts['expected_purchases']:.3f} in {weeks} weeks")
    click.echo(f"mean margin         {facts['mean_margin']} {currency}")
    click.echo(
        f"value               {facts['value']} {currency} in {weeks} weeks, "
        f"{facts['discounted_value']} {currency} discounted"
    )
    for point in facts["alive_until"]:
        ahead = point["from_now_weeks"]
        when = f"in {ahead:.1f} weeks" if ahead > 0 else f"{-ahead:.1f} weeks ago"
        click.echo(
            f"P(alive) below {point['threshold']:<4g} from week {point['week']:.1f} on, {when}"
        )
