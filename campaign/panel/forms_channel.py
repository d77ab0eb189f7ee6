"""The forms of channels. A form holds what was typed, so that it can be shown again, and turns it into values, raising
Problem with one sentence where it cannot."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from campaign.channel_admin import Hours, settings_of
from campaign.hours import ITEMS, airtime
from campaign.models import Channel
from campaign.panel.typed import Typed, ids, padded, whole
from channels.base import Setting

WINDOW_ROWS, CLOSURE_ROWS = 6, 5
WINDOW_WEIGHTS: Mapping[str, str] = {"1": "bình thường", "2": "đông người (gấp đôi)", "3": "rất đông (gấp ba)"}


@dataclass
class WindowRow:
    """One row of hours as typed; a station's row is a session and also says how much of one campaign it carries."""

    start: str = ""
    end: str = ""
    weekdays: Sequence[int] = ()
    weight: str = "1"
    items: str = str(ITEMS)
    seconds: str = ""

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "WindowRow":
        """The row as it is stored."""
        items, seconds = airtime(row)
        weight = str(row.get("weight", 1))
        return cls(row["start"], row["end"], row["weekdays"], weight, str(items), str(seconds))

    @classmethod
    def typed(cls, form: Typed, row: int) -> "WindowRow":
        """The row as a person sent it."""
        return cls(
            start=form.get(f"start-{row}", ""),
            end=form.get(f"end-{row}", ""),
            weekdays=ids(form.getlist(f"days-{row}")),
            weight=form.get(f"weight-{row}", "1"),
            items=form.get(f"items-{row}", ""),
            seconds=form.get(f"seconds-{row}", ""),
        )

    def window(self, *, is_session: bool) -> dict[str, Any]:
        """The row as it is to be stored. What a session leaves open has a default. Raises Problem."""
        window = {
            "weekdays": sorted(set(self.weekdays) & set(range(7))),
            "start": self.start,
            "end": self.end,
            "weight": whole(self.weight, "Mức ưu tiên của khung giờ"),
        }
        if is_session and self.items.strip():
            window["items"] = whole(self.items, "Số mục của một buổi")
        if is_session and self.seconds.strip():
            window["seconds"] = whole(self.seconds, "Số giây của một buổi")
        return window


@dataclass
class ClosureRow:
    """Days on which a channel is silent, as typed."""

    first: str = ""
    last: str = ""
    why: str = ""

    @classmethod
    def typed(cls, form: Typed, row: int) -> "ClosureRow":
        """The row as a person sent it."""
        return cls(*(form.get(f"closed-{part}-{row}", "") for part in ("first", "last", "why")))

    def closure(self) -> dict[str, str]:
        """The row as it is to be stored; one day where no last one is given."""
        return {"first": self.first, "last": self.last or self.first, "why": self.why}


@dataclass
class HoursForm:
    """A channel's hours, limits and public as typed. There are always some empty rows to fill."""

    windows: list[WindowRow]
    closures: list[ClosureRow]
    quiet: tuple[str, str]
    min_gap_minutes: str
    max_per_day: str
    grace_minutes: str
    priority: str
    holidays: bool
    audiences: Sequence[str]
    ahead: bool

    @classmethod
    def of(cls, channel: Channel) -> "HoursForm":
        """The form as it stands for a channel."""
        return cls(
            windows=padded([WindowRow.of(row) for row in channel.windows], WindowRow, WINDOW_ROWS),
            closures=padded([ClosureRow(**row) for row in channel.closures], ClosureRow, CLOSURE_ROWS),
            quiet=(channel.quiet[0], channel.quiet[1]),
            min_gap_minutes=str(channel.min_gap_minutes),
            max_per_day=str(channel.max_per_day),
            grace_minutes=str(channel.grace_minutes),
            priority=str(channel.priority),
            holidays=channel.holidays,
            audiences=channel.audiences,
            ahead=channel.ahead,
        )

    @classmethod
    def typed(cls, form: Typed) -> "HoursForm":
        """The form as a person sent it."""
        return cls(
            windows=[WindowRow.typed(form, row) for row in ids(form.getlist("row"))],
            closures=[ClosureRow.typed(form, row) for row in ids(form.getlist("closed"))],
            quiet=(form.get("quiet_from", ""), form.get("quiet_to", "")),
            min_gap_minutes=form.get("min_gap_minutes", ""),
            max_per_day=form.get("max_per_day", ""),
            grace_minutes=form.get("grace_minutes", ""),
            priority=form.get("priority", "1"),
            holidays=bool(form.get("holidays", "")),
            audiences=form.getlist("audience"),
            ahead=bool(form.get("ahead", "")),
        )

    def hours(self, *, has_sessions: bool) -> Hours:
        """The hours; `has_sessions` where the channel is a station. A row without times is none. Raises Problem."""
        return Hours(
            windows=[row.window(is_session=has_sessions) for row in self.windows if row.start or row.end],
            closures=[row.closure() for row in self.closures if row.first or row.last or row.why.strip()],
            quiet=self.quiet,
            min_gap_minutes=whole(self.min_gap_minutes, "Khoảng cách giữa hai bài"),
            max_per_day=whole(self.max_per_day, "Số bài nhiều nhất mỗi ngày"),
            grace_minutes=whole(self.grace_minutes, "Thời gian được phép gửi muộn"),
            priority=whole(self.priority, "Mức ưu tiên của kênh"),
            holidays=self.holidays,
            audiences=self.audiences,
            ahead=self.ahead,
        )


@dataclass(frozen=True)
class SettingBox:
    """One box of the connect form. A secret never comes back: `is_stored` says that there is one."""

    setting: Setting
    value: str
    is_stored: bool = False


def connect_form(channel: Channel, stored: Collection[str], typed: Mapping[str, Any] | None = None) -> list[SettingBox]:
    """The boxes of a channel's connect form, filled with what was typed or stored. Secrets are always empty; `stored`
    names those that are known."""
    known = channel.settings if typed is None else typed
    return [
        SettingBox(setting, "", setting.name in stored)
        if setting.secret
        else SettingBox(setting, known.get(setting.name) or setting.default)
        for setting in settings_of(channel.kind)
    ]
