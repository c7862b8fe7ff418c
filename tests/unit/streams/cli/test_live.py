"""A first look shows what the outputs say: tiers, signals, the whale curve, the latest reasons."""

import io
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import orjson
import pytest
from rich.console import Console

from streams.cli import live as module
from streams.cli.live import LiveView, PlainView
from streams.cli.scene import Scene

SINCE = "2026-03-01T00:00:00Z"


def record(customer: str, **value: Any) -> Any:
    body = orjson.dumps({"customer_id": customer, "effective_at": SINCE, **value})
    return SimpleNamespace(key=customer.encode(), value=body, timestamp=0, headers=[])


def tier_change(
    customer: str, before: str | None, after: str, contribution: str, **more: Any
) -> Any:
    rule = {"rule": f"tiers.entry.{after}", "observed": contribution, "threshold": "0.00"}
    value = {
        "from_tier": before,
        "to_tier": after,
        "direction": "assigned" if before is None else "upgrade",
        "value": {"contribution": contribution},
        "reasons": [rule],
    }
    return record(customer, **value | more)


def risk(customer: str, signal: str, status: str) -> Any:
    advice = {"recommended_step": None, "recommended_action": None}
    said = {"signal": signal, "status": status, "severity": "watch", "evidence": []}
    return record(customer, **advice, **said)


def snapshot(customer: str, tier: str, contribution: str) -> Any:
    return record(customer, tier=tier, value={"contribution": contribution})


@pytest.fixture
def scene() -> Scene:
    made = Scene()
    made.take("tier-changes", tier_change("a", None, "ordinary", "10.00"))
    made.take("tier-changes", tier_change("a", "ordinary", "key", "3000.00"))
    made.take("tier-changes", tier_change("b", None, "maintenance", "-500.00"))
    made.take("customer-values", snapshot("c", "ordinary", "0.00"))
    made.take("at-risk", risk("b", "late_payer", "raised"))
    made.take("at-risk", risk("b", "unprofitable", "raised"))
    made.take("at-risk", risk("b", "late_payer", "cleared"))
    return made


def test_customers_are_counted_by_their_newest_tier_and_a_notice_moves_none(scene: Scene) -> None:
    notice = {"direction": "notice", "takes_effect_at": "2026-03-31T00:00:00Z"}
    scene.take("tier-changes", tier_change("a", "key", "ordinary", "10.00", **notice))
    assert scene.by_tier == {"key": 1, "important": 0, "ordinary": 1, "maintenance": 1}


def test_a_signal_is_open_until_it_is_cleared(scene: Scene) -> None:
    assert scene.open_risks == {("b", "unprofitable")}
    assert scene.customers_at_risk == 1


def test_a_step_on_the_ladder_is_a_line_and_no_signal(scene: Scene) -> None:
    line = scene.take("at-risk", risk("a", "ladder", "step_changed"))
    assert line is not None
    assert line.what == "ladder  step_changed (watch)"
    assert scene.open_risks == {("b", "unprofitable")}


def test_snapshots_and_erased_customers_are_worth_no_line(scene: Scene) -> None:
    assert scene.take("customer-values", snapshot("a", "key", "1.00")) is None
    gone = SimpleNamespace(key=b"a", value=None, timestamp=0, headers=[])
    assert scene.take("customer-values", gone) is None


def test_the_whale_curve_rises_above_the_profit_and_comes_back_to_it(scene: Scene) -> None:
    curve = scene.curve()
    assert curve is not None
    assert curve.points[0] == curve.best_tenth == 3000 / 2500
    assert curve.points[-1] == 1.0
    assert (curve.losing, curve.lost) == (1, 500 / 2500)
    # without a profit there is none
    assert Scene().curve() is None


def test_rates_are_those_of_the_last_seconds(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr("streams.cli.scene.time.monotonic", lambda: now)
    scene.rates()
    for _ in range(20):
        now += 1
        scene.sent += 40
        rates = scene.rates()
    assert rates["in"] == pytest.approx(40)
    assert rates["tier-changes"] == 0


def test_the_plain_view_writes_lines(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    now = 100.0
    monkeypatch.setattr("streams.cli.live.time.monotonic", lambda: now)
    with PlainView(scene) as view:
        line = scene.take("tier-changes", tier_change("d", None, "ordinary", "1.00"))
        assert line is not None
        view.line(line)
        view.show("day 1 of 2")
        now += 10
        view.show("day 2 of 2")
    written = capfd.readouterr().out.splitlines()
    assert written[0] == "2026-03-01 00:00:00  d  ordinary  assigned  contribution 1.00 >= 0.00"
    assert written[1].startswith("-- day 2 of 2; ")
    assert "1 key, 0 important, 2 ordinary, 1 maintenance; 1 signals open" in written[1]
    assert len(written) == 2


@pytest.fixture
def paper(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, int], io.StringIO]:
    """What is drawn on a terminal of this width and height."""

    def of_size(width: int, height: int) -> io.StringIO:
        drawn = io.StringIO()
        terminal = Console(file=drawn, force_terminal=True, width=width, height=height)
        monkeypatch.setattr(module, "Console", lambda: terminal)
        return drawn

    return of_size


@pytest.mark.parametrize("width", [80, 140])
@pytest.mark.parametrize("height", [24, 50])
def test_the_live_table_fits_its_terminal(
    scene: Scene, paper: Callable[[int, int], io.StringIO], width: int, height: int
) -> None:
    for number in range(100):
        scene.take("tier-changes", tier_change(f"c-{number}", "ordinary", "key", "3000.00"))
        scene.take("at-risk", risk(f"c-{number}", "support_spike", "raised"))
    drawn = paper(width, height)
    view = LiveView(scene, "Whalecurve: a title", ["look here", "and there"])
    view._console.print(view._table("day 1 of 2", scene.rates()))
    text = drawn.getvalue()
    assert height - 4 <= len(text.splitlines()) < height
    said = ["Whalecurve: a title", "day 1 of 2", "key", "maintenance", "whale curve", "c-99"]
    for word in (*said, "Latest changes", "Latest signals", "look here"):
        assert word in text


def test_the_live_view_draws_and_leaves_the_terminal_as_it_was(
    scene: Scene, paper: Callable[[int, int], io.StringIO]
) -> None:
    drawn = paper(100, 30)
    with LiveView(scene, "Whalecurve", []) as view:
        view.show("day 1 of 2")
    assert "Latest signals" in drawn.getvalue()
    assert drawn.getvalue().endswith("\x1b[?25h")  # the cursor is back
