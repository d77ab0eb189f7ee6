"""When a channel is open at all: its windows or sessions without quiet hours and closures, cut into slots. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache, reduce
from math import gcd
from typing import NamedTuple
from zoneinfo import ZoneInfo

from campaign.planner.values import ChannelRules, Closure, Peak, PlanInput, Session, Window

_DAY = timedelta(days=1)
_MINUTE = 60
_DAY_SECONDS = 24 * 60 * _MINUTE
_PERCENT = 100  # the factor of a peak counts in hundredths


class Opening(NamedTuple):
    """Open time that begins at an instant (seconds since 1970 UTC) of a local day (ordinal), lasts so many seconds and
    weighs so much."""

    at: int
    day: int
    span: int
    weight: int
    session: Session | None = None


@dataclass(frozen=True)
class Timetable:
    """All that open time depends on; the hours of many channels are the same."""

    starts_on: date
    ends_on: date
    zone: ZoneInfo
    slot_minutes: int
    peaks: tuple[Peak, ...]
    windows: tuple[Window, ...]
    sessions: tuple[Session, ...]
    quiet: tuple[time, time]
    closures: tuple[Closure, ...]

    @classmethod
    def of(cls, what: PlanInput, channel: ChannelRules) -> "Timetable":
        """The timetable of a channel in a campaign."""
        return cls(
            what.starts_on, what.ends_on, what.zone, what.slot_minutes, what.peaks,
            channel.windows, channel.sessions, channel.quiet, channel.closures,
        )  # fmt: skip


def seconds(at: datetime) -> int:
    """An instant as whole seconds since 1970 UTC."""
    return int(at.timestamp())


def is_quiet(quiet: tuple[time, time], at: time) -> bool:
    """Whether a local time lies in the quiet hours: from the first (included) to the second, across midnight or not."""
    start, end = quiet
    return start <= at < end if start <= end else at >= start or at < end


@lru_cache(maxsize=64)  # a slider that moves asks for the same hours again and again
def openings(table: Timetable) -> tuple[Opening, ...]:
    """The open time of the whole campaign in order. Where windows overlap the heavier one counts."""
    closed = {
        day for closure in table.closures for day in range(closure.first.toordinal(), closure.last.toordinal() + 1)
    }
    patterns = [list(_patterns(table, weekday)) for weekday in range(7)]
    first, last = table.starts_on.toordinal(), table.ends_on.toordinal()
    found: dict[int, Opening] = {}
    for eve in range(first - 1, last + 1):  # a window may begin on the eve
        midnights = [_Midnight.of(table, day) for day in (eve, eve + 1)]
        for start, span, weight, session in patterns[date.fromordinal(eve).weekday()]:
            days, second = divmod(start, _DAY_SECONDS)
            midnight = midnights[days]
            if first <= midnight.day <= last and midnight.day not in closed:
                at = midnight.instant(table, second)
                if at is not None and (at not in found or found[at].weight < weight * midnight.factor * span):
                    found[at] = Opening(at, midnight.day, span, weight * midnight.factor * span, session)
    # Small numbers, same proportions.
    common = reduce(gcd, {opening.weight for opening in found.values()}, 0)
    return tuple(
        Opening(at, day, span, weight // common, session) for at, day, span, weight, session in sorted(found.values())
    )


class _Midnight(NamedTuple):
    """The start of a local day. Its instants are counted from there unless clocks are changed that day."""

    at: int
    day: int
    factor: int
    is_steady: bool

    @classmethod
    def of(cls, table: Timetable, day: int) -> "_Midnight":
        start = datetime.combine(date.fromordinal(day), time(), table.zone)
        end = datetime.combine(date.fromordinal(day + 1), time(), table.zone)
        factors = [peak.factor for peak in table.peaks if peak.first <= start.date() <= peak.last]
        factor = max(1, round(_PERCENT * max(factors, default=1)))
        return cls(seconds(start), day, factor, start.utcoffset() == end.utcoffset())

    def instant(self, table: Timetable, second: int) -> int | None:
        """The instant of a second of the day on the wall clock; None in an hour that clocks put forward skip."""
        if self.is_steady:
            return self.at + second
        wall = datetime.combine(date.fromordinal(self.day), time()) + timedelta(seconds=second)
        aware = wall.replace(tzinfo=table.zone).astimezone(UTC)
        return seconds(aware) if aware.astimezone(table.zone).replace(tzinfo=None) == wall else None


class _Pattern(NamedTuple):
    """Open time of a kind of day: seconds from local midnight, seconds long, weight of a second, and its session."""

    start: int
    span: int
    weight: int
    session: Session | None = None


def _patterns(table: Timetable, weekday: int) -> Iterator[_Pattern]:
    """The open time that begins on a weekday; what lies after midnight begins beyond the day's seconds."""
    step = table.slot_minutes * _MINUTE
    for session in (_before_quiet(table.quiet, session) for session in table.sessions):
        if weekday in session.weekdays and session.seconds > 0:
            # A session weighs, like a window, as much as the time that it lasts.
            yield _Pattern(_second(session.start), session.seconds, session.weight, session)
    for window in table.windows:
        if weekday in window.weekdays:
            start, end = _second(window.start), _second(window.end)
            end += _DAY_SECONDS if end <= start else 0
            for at in range(start, end, step):
                if not is_quiet(table.quiet, _wall(at)):
                    yield _Pattern(at, min(step, end - at), window.weight)


def _before_quiet(quiet: tuple[time, time], session: Session) -> Session:
    """A session as far as it surely ends before the quiet hours begin."""
    if quiet[0] == quiet[1]:
        return session
    awake = 0 if is_quiet(quiet, session.start) else (_second(quiet[0]) - _second(session.start)) % _DAY_SECONDS
    return replace(session, seconds=session.seconds - max(0, session.longest - awake))


def _second(at: time) -> int:
    return at.hour * 3600 + at.minute * 60 + at.second


def _wall(second: int) -> time:
    minutes, rest = divmod(second % _DAY_SECONDS, 60)
    return time(minutes // 60, minutes % 60, rest)
