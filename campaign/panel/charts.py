"""Bar charts as numbers for an SVG: where each bar stands. The template draws them and sets the figures in a table."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil, log10

from campaign.panel.calendar import mondays

WIDTH, HEIGHT = 960, 280
_LEFT, _RIGHT, _TOP, _BOTTOM = 48, 8, 12, 36
_MOST_DAYS = 45
_MOST_LABELS = 12

Figures = Mapping[date, Mapping[str, int]]


@dataclass(frozen=True)
class Bar:
    """A rectangle: one series of one day (or week)."""

    series: str
    day: date
    value: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Mark:
    """A label at a place on an axis."""

    at: float
    label: str


@dataclass(frozen=True)
class Chart:
    """A chart of stacked bars. `rows` are the figures behind it, for the table; `weekly`: a bar is a week."""

    bars: Sequence[Bar]
    days: Sequence[Mark]
    lines: Sequence[Mark]
    series: Sequence[str]
    rows: Sequence[tuple[date, Mapping[str, int]]]
    weekly: bool
    width: int = WIDTH
    height: int = HEIGHT
    left: int = _LEFT
    right: int = WIDTH - _RIGHT
    base: int = HEIGHT - _BOTTOM

    @property
    def total(self) -> int:
        """The sum of all bars."""
        return sum(bar.value for bar in self.bars)


def stacked(figures: Figures, first: date, last: date) -> Chart:
    """Figures by day and series over a stretch of days, both included; a long stretch is added up by weeks."""
    weekly = (last - first).days >= _MOST_DAYS
    figures = _by_week(figures) if weekly else figures
    days = (
        mondays(first, last)
        if weekly
        else [date.fromordinal(n) for n in range(first.toordinal(), last.toordinal() + 1)]
    )
    series = sorted({name for of_day in figures.values() for name in of_day})
    top = _round_up(max((sum(of_day.values()) for of_day in figures.values()), default=0))
    step = (WIDTH - _LEFT - _RIGHT) / len(days)
    scale = (HEIGHT - _TOP - _BOTTOM) / top
    bars = []
    for number, day in enumerate(days):
        y = float(HEIGHT - _BOTTOM)
        for name in series:
            value = figures.get(day, {}).get(name, 0)
            y -= value * scale
            if value:
                x = _LEFT + number * step + step * 0.15
                bars.append(
                    Bar(name, day, value, round(x, 1), round(y, 1), round(step * 0.7, 1), round(value * scale, 1))
                )
    every = ceil(len(days) / _MOST_LABELS)
    labels = [
        Mark(round(_LEFT + (number + 0.5) * step, 1), f"{day:%d/%m}")
        for number, day in enumerate(days)
        if number % every == 0
    ]
    lines = [Mark(round(HEIGHT - _BOTTOM - value * scale, 1), f"{value:,}".replace(",", ".")) for value in _ticks(top)]
    rows = [(day, figures[day]) for day in days if figures.get(day)]
    return Chart(bars, labels, lines, series, rows, weekly)


def _by_week(figures: Figures) -> Figures:
    weeks: dict[date, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for day, of_day in figures.items():
        for name, value in of_day.items():
            weeks[mondays(day, day)[0]][name] += value
    return weeks


def _round_up(most: int) -> int:
    """The next number that divides well by four: 4, 8, 12, 20, 40, ..."""
    if most <= 4:
        return 4
    power = 10 ** int(log10(most))
    return next(
        (size for factor in (1, 1.2, 2, 4, 6, 8, 10, 12) if (size := int(factor * power)) >= most and size % 4 == 0),
        most,
    )


def _ticks(top: int) -> Sequence[int]:
    return [top * number // 4 for number in range(5)]
