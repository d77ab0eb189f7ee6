"""Time: the only place that reads it. UTC inside, Asia/Ho_Chi_Minh at the edges."""

import time
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


class Clock(Protocol):
    """Where the program learns the time."""

    def now(self) -> datetime:
        """The present instant, aware, UTC."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present instant, aware, UTC."""
        return datetime.now(UTC)  # noqa: TID251


class SetClock:
    """A clock that stands where it is put: for tests, the demo's past days and rehearsals."""

    def __init__(self, at: datetime) -> None:
        self._at = at.astimezone(UTC)

    def now(self) -> datetime:
        """The instant it was last put at."""
        return self._at

    def set(self, at: datetime) -> None:
        """Put the clock at an instant."""
        self._at = at.astimezone(UTC)

    def advance(self, by: timedelta) -> None:
        """Move the clock on."""
        self._at += by


def monotonic() -> float:
    """Seconds of a clock that never jumps, for measuring spans."""
    return time.monotonic()


def local(instant: datetime) -> datetime:
    """The instant on Vietnam's clock."""
    return instant.astimezone(ZONE)


def local_day(instant: datetime) -> date:
    """The calendar day in Vietnam at an instant."""
    return local(instant).date()


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """The instants (UTC) at which a calendar day in Vietnam begins and the next one does.

    Raises OverflowError for the first and the last day that a `date` can name.
    """
    begin = datetime(day.year, day.month, day.day, tzinfo=ZONE)
    return begin.astimezone(UTC), (begin + timedelta(days=1)).astimezone(UTC)
