"""How a first look is shown: a live table on a terminal, plain lines elsewhere."""

import time
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Final, Protocol, Self

import click
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from schemas.outputs.records import AT_RISK, TIER_CHANGES
from streams.cli.lines import Line
from streams.cli.scene import Curve, Scene

DRAWN_EVERY_SECONDS: Final = 0.25
STATUS_EVERY_SECONDS: Final = 5.0
BAR_WIDTH: Final = 40
FRAME_LINES: Final = 15
"""Of the live table, all that is neither a line of a record nor of the footer."""
NARROW_COLUMNS: Final = 110
DATE_CHARS: Final = 19
STYLES: Final = {
    "key": "bold green",
    "important": "green",
    "ordinary": "default",
    "maintenance": "yellow",
    "upgrade": "green",
    "downgrade": "red",
    "notice": "yellow",
    "raised": "red",
    "escalated": "bold red",
    "cleared": "green",
}
_BLOCKS: Final = " ▁▂▃▄▅▆▇█"


class View(Protocol):
    """What shows a scene."""

    def line(self, line: Line) -> None:
        """Show one record."""

    def show(self, state: str) -> None:
        """Bring what is shown up to date; `state`: where the sample traffic is."""

    def __enter__(self) -> Self:
        """Begin."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End."""


class PlainView:
    """A line a record, and now and then one on how it goes."""

    def __init__(self, scene: Scene) -> None:
        self._scene, self._shown_at = scene, time.monotonic()

    def line(self, line: Line) -> None:
        """Show one record."""
        click.echo(line.text())

    def show(self, state: str) -> None:
        """Tell how it goes, every few seconds."""
        rates = self._scene.rates()
        if time.monotonic() - self._shown_at < STATUS_EVERY_SECONDS:
            return
        self._shown_at = time.monotonic()
        tiers = ", ".join(f"{number} {tier}" for tier, number in self._scene.by_tier.items())
        click.echo(
            f"-- {state}; {_speed(rates)}; {tiers}; {len(self._scene.open_risks)} signals open"
        )

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End."""


class LiveView:
    """A table that changes while one looks."""

    def __init__(self, scene: Scene, title: str, footer: list[str]) -> None:
        self._scene, self._title, self._footer = scene, title, footer
        self._console = Console()
        self._live = Live(console=self._console, auto_refresh=False, redirect_stderr=False)
        self._drawn = 0.0

    def line(self, line: Line) -> None:
        """Show one record: the table has it already."""

    def show(self, state: str) -> None:
        """Draw the table, a few times a second."""
        rates = self._scene.rates()
        if time.monotonic() - self._drawn < DRAWN_EVERY_SECONDS:
            return
        self._drawn = time.monotonic()
        self._live.update(self._table(state, rates), refresh=True)

    def __enter__(self) -> Self:
        """Begin."""
        self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End; the last table stays."""
        self._live.stop()

    def _table(self, state: str, rates: dict[str, float]) -> RenderableType:
        scene = self._scene
        room = max(2, (self._console.height - FRAME_LINES - len(self._footer)) // 2)
        narrow = self._console.width < NARROW_COLUMNS
        return Group(
            Text(self._title, style="bold"),
            Text(f"{int(scene.seconds)} s, {state}; {_speed(rates)}", style="dim"),
            Text(),
            _tiers(scene),
            Text(
                f"signals     {len(scene.open_risks):>5} open "
                f"on {scene.customers_at_risk} customers"
            ),
            _curve(scene.curve(), narrow=narrow),
            Text(),
            _lines("Latest changes", scene.latest[TIER_CHANGES], room, narrow=narrow),
            _lines("Latest signals", scene.latest[AT_RISK], room, narrow=narrow),
            Text(),
            *(Text(line, style="dim", no_wrap=True, overflow="ellipsis") for line in self._footer),
        )


def _tiers(scene: Scene) -> RenderableType:
    table = Table.grid(padding=(0, 1))
    by_tier = scene.by_tier
    most = max(1, *by_tier.values())
    for tier, number in by_tier.items():
        bar = "█" * round(number / most * BAR_WIDTH) or ("▏" if number else "")
        table.add_row(Text(f"{tier:<11}"), Text(f"{number:>5}"), Text(bar), style=STYLES[tier])
    return table


def _curve(curve: Curve | None, *, narrow: bool) -> RenderableType:
    if curve is None:
        return Text("whale curve no profit yet", style="dim")
    top = max(*curve.points, 1.0)
    drawn = "".join(_BLOCKS[max(0, round(point / top * 8))] for point in curve.points)
    said = f"best tenth {curve.best_tenth:.0%}, losers -{curve.lost:.0%}"
    if not narrow:
        said = (
            f"the best tenth brings {curve.best_tenth:.0%} of the profit; "
            f"{curve.losing} customers cost {curve.lost:.0%} of it"
        )
    return Text.assemble("whale curve ", (drawn, "cyan"), f" {said}", no_wrap=True)


def _lines(title: str, lines: Sequence[Line], room: int, *, narrow: bool) -> RenderableType:
    return _double_lines(title, lines, room) if narrow else _single_lines(title, lines, room)


def _double_lines(title: str, lines: Sequence[Line], room: int) -> RenderableType:
    """On a narrow terminal the reason has a line of its own, so that it can be read."""
    shown = list(lines)[: -(room // 2) - 1 : -1]
    rows = [Text(title, style="bold italic")]
    for line in shown:
        head = Text.assemble((f" {line.when[5:10]}", "dim"), f"  {line.who}  ")
        for row in (head + _coloured(line.what), Text(f"        {line.why}")):
            row.no_wrap, row.overflow = True, "ellipsis"
            rows.append(row)
    rows += [Text() for _ in range(room - 2 * len(shown))]
    return Group(*rows)


def _single_lines(title: str, lines: Sequence[Line], room: int) -> RenderableType:
    table = Table(
        title=title,
        title_justify="left",
        title_style="bold",
        show_header=False,
        expand=True,
        box=None,
        padding=(0, 1),
    )
    widths: tuple[dict[str, Any], ...] = (
        {"width": DATE_CHARS},
        {"width": 8},
        {"width": 34},
        {"ratio": 1},
    )
    for width in widths:
        table.add_column(no_wrap=True, overflow="ellipsis", **width)
    for line in list(lines)[: -room - 1 : -1]:
        table.add_row(Text(line.when[:DATE_CHARS], "dim"), line.who, _coloured(line.what), line.why)
    for _ in range(room - len(lines)):
        table.add_row()
    return table


def _coloured(what: str) -> Text:
    text = Text(what)
    text.highlight_words(["upgrade", "cleared"], STYLES["upgrade"])
    text.highlight_words(["downgrade", "raised", "escalated"], STYLES["downgrade"])
    text.highlight_words(["notice"], STYLES["notice"])
    return text


def _speed(rates: dict[str, float]) -> str:
    return (
        f"{rates['in']:.0f} events/s in, {rates[TIER_CHANGES]:.1f} changes/s, "
        f"{rates[AT_RISK]:.1f} signals/s"
    )
