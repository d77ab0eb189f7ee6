"""The channels of a plan file: what its tables [[channels]] say, and where they say nothing, what their kinds do."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from campaign import channel_admin
from campaign.hours import parse_time
from campaign.plan_file.keys import SESSION, WINDOW
from campaign.plan_file.shapes import Mistakes
from campaign.planner.values import ChannelRules, Closure, Session, Standing, Window
from channels.registry import KINDS
from content.observances import public_holidays
from content.speech.spoken import LOUDSPEAKER_RATE

Row = Mapping[str, Any]


class Channels:
    """The channels by number, from 1 in the order of the file; `first` and `last` are the campaign's days."""

    def __init__(self, rows: Sequence[Row], mistakes: Mistakes, first: date, last: date) -> None:
        self.rows = dict(enumerate(rows, start=1))
        self.mistakes, self.first, self.last = mistakes, first, last
        self.numbers: dict[str, int] = {}
        for number, row in self.rows.items():
            mistakes.unless(row["id"] not in self.numbers, f"channels[{number}].id", "trùng kênh khác; hãy đặt mã khác")
            self.numbers.setdefault(row["id"], number)

    def number(self, id: str, path: str) -> int | None:
        """The number of a channel. An id that no channel has is a mistake and gives None."""
        known = ", ".join(self.numbers)
        self.mistakes.unless(id in self.numbers, path, f'đang là "{id}"; hãy ghi một trong: {known}')
        return self.numbers.get(id)

    def named(self, names: Collection[str]) -> list[int]:
        """The channels whose id or kind is among these names."""
        return [number for number, row in self.rows.items() if row["id"] in names or row["kind"] in names]

    def is_spoken(self, number: int) -> bool:
        """Whether a channel is read aloud, in sessions."""
        return KINDS[self.rows[number]["kind"]].confirmed_by_person

    def rate(self, number: int) -> float:
        """Syllables a minute at which a channel is read aloud."""
        return float(self.rows[number]["rate"] or LOUDSPEAKER_RATE)

    def rules(self, number: int, standing: Sequence[Standing]) -> ChannelRules:
        """The limits of a channel that has these posts already."""
        row, is_spoken = self.rows[number], self.is_spoken(number)
        cls, usual = KINDS[row["kind"]], channel_admin.defaults(row["kind"])
        for key in ("windows",) if is_spoken else ("sessions", "rate"):
            path, sentence = f"channels[{number}].{key}", f"không dùng cho {cls.label}; hãy bỏ khóa này"
            self.mistakes.unless(row[key] is None, path, sentence)
        start, end = map(parse_time, usual.quiet)
        return ChannelRules(
            id=number,
            name=row["name"] or cls.label,
            kind=row["kind"],
            quiet=row["quiet"] or (start, end),
            min_gap=timedelta(minutes=given(row["min_gap_minutes"], usual.min_gap_minutes)),
            max_per_day=given(row["max_per_day"], usual.max_per_day),
            windows=() if is_spoken else tuple(_windows(row)),
            sessions=tuple(_sessions(row)) if is_spoken else (),
            closures=tuple(self.closures(number)),
            standing=tuple(standing),
            audiences=frozenset(row["audiences"]),
            priority=row["priority"],
            interval=row["interval"],
        )

    def closures(self, number: int) -> Iterator[Closure]:
        """The days on which a channel is silent: as declared, paused, and public holidays."""
        row = self.rows[number]
        for key in ("closures", "pauses"):
            for place, closure in enumerate(row[key], start=1):
                first, last = closure["first"], closure["last"] or closure["first"]
                path = f"channels[{number}].{key}[{place}].last"
                self.mistakes.unless(first <= last, path, f"là {last}; hãy ghi một ngày từ first ({first}) trở đi")
                yield Closure(first, last, closure["why"])
        if given(row["holidays"], self.is_spoken(number)):
            yield from (Closure(day, day, name) for day, name in public_holidays(self.first, self.last).items())


def given(value: Any, otherwise: Any) -> Any:
    """What the file says, or else the usual."""
    return otherwise if value is None else value


def _windows(row: Row) -> Iterator[Window]:
    hours = KINDS[row["kind"]].hours
    usual = (
        WINDOW.blank() | {"days": frozenset(hours.weekdays), "start": parse_time(start), "end": parse_time(end)}
        for start, end in hours.windows
    )
    for window in given(row["windows"], usual):
        yield Window(window["days"], window["start"], window["end"], window["weight"])


def _sessions(row: Row) -> Iterator[Session]:
    hours = KINDS[row["kind"]].hours
    usual = (
        SESSION.blank() | {"days": frozenset(hours.weekdays), "start": parse_time(start)} for start, _ in hours.windows
    )
    for session in given(row["sessions"], usual):
        yield Session(session["days"], session["start"], session["items"], session["seconds"], session["weight"])
