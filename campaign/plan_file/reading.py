"""From the text of a plan file to what the planner takes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from campaign.clock import day_bounds, local_day
from campaign.plan_file.channels import Channels
from campaign.plan_file.keys import EXACT, PLAN
from campaign.plan_file.messages import Messages
from campaign.plan_file.shapes import Mistakes, parsed
from campaign.planner.values import Aim, Exposures, Measure, Peak, PlanInput, Standing
from content.observances import OBSERVANCES, nearest
from content.taxonomy import PILLARS

LONGEST = 366  # days
NO_MESSAGE = 0  # the number of the message of a post that names none; messages count from 1
_AMOUNTS = ("posts_per_week", "minutes_per_week", "raise_percent")

Row = Mapping[str, Any]


@dataclass(frozen=True)
class PlanFile:
    """A campaign as its file describes it. A plan knows channels and messages by number: `channels` and `messages`
    give the ids that the file has for them."""

    name: str
    what: PlanInput
    channels: Mapping[int, str]
    messages: Mapping[int, str]


def read_plan(source: str, file: str, folder: Path) -> PlanFile:
    """The campaign in the text of a plan file; `file` is its name in errors, `folder` where `messages_from` begins.

    Raises WrongUse with one Vietnamese sentence a line: file, key, what stands there, and what is allowed.
    """
    mistakes = Mistakes(file)
    tables = PLAN.take(parsed(source, file), "", mistakes)
    mistakes.check()
    days = _stretch(tables["campaign"], "campaign", ("starts_on", "ends_on"), mistakes)
    if days is None:  # without them nothing else of a campaign can be judged
        mistakes.fail()
    return _Reader(tables, mistakes, folder, *days).plan_file()


def _stretch(
    row: Row, path: str, names: tuple[str, str], mistakes: Mistakes, near: date | None = None
) -> tuple[date, date] | None:
    """The days that a table gives by two dates, or by an observance in a year (or nearest to a day)."""
    first, last, anchor, year = (row[name] for name in (*names, "anchor", "year"))
    if first and last and not (anchor or year):
        if first <= last:
            return first, last
        mistakes.add(f"{path}.{names[1]}", f"là {last}; hãy ghi một ngày từ {names[0]} ({first}) trở đi")
        return None
    if anchor and (year or near) and not (first or last):
        observance = OBSERVANCES[anchor]
        occurrence = nearest(observance, near) if near and not year else observance.of(year)
        return occurrence.starts, occurrence.ends
    mistakes.add(path, f"chưa rõ ngày; hãy ghi {names[0]} và {names[1]}, hoặc anchor và year, không trộn hai cách")
    return None


class _Reader:
    """What the values mean together."""

    def __init__(self, tables: Row, mistakes: Mistakes, folder: Path, first: date, last: date) -> None:
        self.tables, self.mistakes, self.first, self.last = tables, mistakes, first, last
        self.channels = Channels(tables["channels"], mistakes, first, last)
        self.messages = Messages(tables, self.channels, mistakes, folder).candidates

    def plan_file(self) -> PlanFile:
        """The whole file. Raises WrongUse."""
        what = self.what()
        channels = {number: row["id"] for number, row in self.channels.rows.items()}
        messages = {message.id: name for name, message in self.messages.items()}
        return PlanFile(self.tables["campaign"]["name"], what, channels, messages)

    def what(self) -> PlanInput:
        """What is asked of the planner. Raises WrongUse."""
        campaign, pillars = self.tables["campaign"], self.tables["pillars"]
        posts = list(self.posts())
        channels = [
            self.channels.rules(number, [post for at, post in posts if at == number]) for number in self.channels.rows
        ]
        aims, peaks, exposures, shares = list(self.aims()), list(self.peaks()), self.exposures(), self.shares()
        days = (self.last - self.first).days + 1
        sentence = f"dài {days} ngày; hãy chia thành các đợt không quá {LONGEST} ngày"
        self.mistakes.unless(days <= LONGEST, "campaign", sentence)
        self.mistakes.check()
        return PlanInput(
            starts_on=self.first,
            ends_on=self.last,
            not_before=campaign["not_before"] or day_bounds(self.first)[0],
            channels=tuple(channels),
            candidates=tuple(self.messages.values()),
            shares=shares,
            aims=tuple(aims),
            floors={name: row["floor"] for name, row in pillars.items() if row["floor"] is not None},
            peaks=tuple(peaks),
            exposures=exposures,
            min_repeat_days=campaign["min_repeat_days"],
            counts_from=campaign["counts_from"],
            slot_minutes=campaign["slot_minutes"],
            exact=campaign["mode"] == EXACT,
        )

    def shares(self) -> dict[str, float]:
        """The weight of every pillar that is named; of all, alike, where none is."""
        shares = {name: row["share"] for name, row in self.tables["pillars"].items()} or dict.fromkeys(PILLARS, 1)
        self.mistakes.unless(
            any(shares.values()), "pillars", "đều có share bằng 0; hãy cho ít nhất một trụ cột lớn hơn 0"
        )
        return shares

    def exposures(self) -> Exposures:
        """How often an audience is to meet a message."""
        found = Exposures(**self.tables["exposures"])
        sentence = f"là {found.least}; hãy ghi không quá exposures.most ({found.most})"
        self.mistakes.unless(found.least <= found.most, "exposures.least", sentence)
        return found

    def peaks(self) -> Iterator[Peak]:
        """The days on which the campaign speaks more densely."""
        for number, row in enumerate(self.tables["peaks"], start=1):
            days = _stretch(row, f"peaks[{number}]", ("first", "last"), self.mistakes, near=self.first)
            if days is not None:
                name = row["name"] or (OBSERVANCES[row["anchor"]].name if row["anchor"] else "")
                yield Peak(*days, factor=row["factor"], name=name)

    # ------------------------------------------------------------ aims

    def aims(self) -> Iterator[Aim]:
        """What the channels are to carry a week."""
        aimed: set[int] = set()
        for number, row in enumerate(self.tables["aims"], start=1):
            path = f"aims[{number}]"
            found = [self.channels.number(name, f"{path}.channels[{at}]") for at, name in enumerate(row["channels"], 1)]
            channels = [channel for channel in found if channel is not None]
            is_first = len(set(channels)) == len(channels) and not aimed & set(channels)
            sentence = "có kênh đã nằm trong một mục tiêu; hãy để mỗi kênh ở một mục tiêu"
            self.mistakes.unless(is_first, f"{path}.channels", sentence)
            aimed.update(channels)
            yield self.aim(path, row, channels)

    def aim(self, path: str, row: Row, channels: Sequence[int]) -> Aim:
        """One aim; mistakes where its keys do not go together."""
        given = [key for key in _AMOUNTS if row[key] is not None]
        is_raised = row["raise_percent"] is not None
        is_timed = row["minutes_per_week"] is not None or row["measure"] == Measure.MINUTES
        silent = [self.channels.rows[channel]["id"] for channel in channels if not self.channels.is_spoken(channel)]
        for key, holds, what in (
            ("", len(given) == 1, f"cần một con số; hãy ghi đúng một trong: {', '.join(_AMOUNTS)}"),
            (
                ".baseline",
                is_raised == (row["baseline"] is not None),
                "phải đi cùng raise_percent; hãy ghi cả hai hoặc bỏ",
            ),
            (".measure", is_raised or row["measure"] is None, "chỉ dùng với raise_percent; hãy bỏ khóa này"),
            (
                "",
                not (is_timed and silent),
                f"tính phút phát mà {', '.join(silent)} không đọc trên loa; hãy tính số bài",
            ),
        ):
            self.mistakes.unless(holds, f"{path}{key}", what)
        measure = Measure.MINUTES if is_timed else Measure.POSTS
        per_week = row["minutes_per_week"] or row["posts_per_week"] or 0
        return Aim(tuple(channels), measure, per_week, row["raise_percent"], row["baseline"], row["name"])

    # ------------------------------------------------------------ posts

    def posts(self) -> Iterator[tuple[int, Standing]]:
        """The posts that exist already, with the numbers of their channels."""
        taken: set[tuple[int, datetime]] = set()
        for number, row in enumerate(self.tables["posts"], start=1):
            path = f"posts[{number}]"
            channel = self.channels.number(row["channel"], f"{path}.channel")
            if channel is not None:
                is_first = (channel, row["at"]) not in taken
                self.mistakes.unless(is_first, f"{path}.at", "trùng kênh và giờ với một bài khác; hãy đổi giờ")
                taken.add((channel, row["at"]))
                yield channel, self.post(number, path, row, channel)

    def post(self, number: int, path: str, row: Row, channel: int) -> Standing:
        """One post; mistakes where its keys do not go together."""
        message = self.messages.get(row["message"])
        fit = message.fits.get(channel) if message else None
        seconds = row["seconds"] or (fit.seconds if fit else 0)
        is_said = row["message"] is None or row["pillar"] is None
        is_within = self.first <= local_day(row["at"]) <= self.last
        for key, holds, what in (
            (
                ".message",
                row["message"] is None or message,
                f'đang là "{row["message"]}"; hãy ghi mã một thông điệp của tệp',
            ),
            ("", row["message"] or row["pillar"] or not row["own"], "chưa rõ nói gì; hãy ghi message hoặc pillar"),
            (".pillar", is_said, "đã rõ từ message; hãy bỏ khóa này"),
            (".movable", not row["movable"] or row["own"], "chỉ dùng cho bài của chiến dịch (own); hãy ghi false"),
            (".movable", not row["movable"] or row["message"], "cần biết thông điệp; hãy ghi message hoặc bỏ movable"),
            (".at", is_within or not row["own"], "nằm ngoài chiến dịch; hãy đổi giờ, hoặc ghi own = false"),
            (".seconds", seconds or not self.channels.is_spoken(channel), "còn thiếu; hãy ghi số giây đọc trên loa"),
        ):
            self.mistakes.unless(bool(holds), f"{path}{key}", what)
        return Standing(
            key=number,
            at=row["at"],
            message_id=message.id if message else NO_MESSAGE,
            pillar=message.pillar if message else row["pillar"] or "",
            wording=row["wording"],
            seconds=seconds,
            own=row["own"],
            movable=row["movable"],
        )
