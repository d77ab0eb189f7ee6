"""What a browser sends, as values: each reader raises Problem with one sentence where it cannot."""

from collections.abc import Callable, Sequence
from datetime import date, time
from math import isfinite
from typing import Protocol, TypeVar

from campaign.errors import Problem
from campaign.hours import parse_time

SPARE_ROWS = 2

Row = TypeVar("Row")


class Typed(Protocol):
    """What a browser sends: `request.form`."""

    def get(self, key: str, default: str) -> str:
        """The first value under a name."""

    def getlist(self, key: str) -> list[str]:
        """All values under a name."""


def whole(text: str, label: str) -> int:
    """A whole number as typed. Raises Problem."""
    try:
        return int(text.strip())
    except ValueError:
        raise Problem(f"“{label}” phải là một số.") from None


def amount(text: str, label: str) -> float:
    """A number as typed, with a comma or a point before its decimals. Raises Problem."""
    try:
        found = float(text.strip().replace(",", "."))
    except ValueError:
        raise Problem(f"“{label}” phải là một số.") from None
    if not isfinite(found):
        raise Problem(f"“{label}” phải là một số.")
    return found


def shown(value: float | None) -> str:
    """A number as a number field shows it: without decimals where it has none; empty for None."""
    return "" if value is None else f"{value:g}"


def day(text: str, label: str) -> date:
    """A calendar day as a date field sends it. Raises Problem."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Problem(f"“{label}” chưa phải một ngày; hãy chọn ngày.") from None


def clock(text: str, label: str) -> time:
    """A wall-clock time as a time field sends it. Raises Problem."""
    try:
        return parse_time(text)
    except ValueError:
        raise Problem(f"“{label}” chưa phải một giờ; hãy nhập như 07:30.") from None


def ids(values: Sequence[str]) -> list[int]:
    """Row ids as check boxes send them; anything else is left out."""
    return [int(value) for value in values if value.isascii() and value.isdigit()]


def padded(rows: list[Row], empty: Callable[[], Row], least: int) -> list[Row]:
    """Rows with empty ones below to fill: at least so many in all, and at least two empty ones."""
    return rows + [empty() for _ in range(max(SPARE_ROWS, least - len(rows)))]
