"""The forms of campaigns, posts, broadcasts and channels. A form holds what was typed, so that it can be shown again,
and turns it into values, raising Problem with one sentence where it cannot."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, Protocol

from campaign.broadcasts import Airing
from campaign.campaign_admin import Terms
from campaign.channel_admin import Hours, settings_of
from campaign.clock import ZONE, local
from campaign.errors import Problem
from campaign.hours import parse_time
from campaign.models import Campaign, Channel, Post
from channels.base import Setting
from content.taxonomy import PILLARS

WINDOW_ROWS = 6
OTHER = "Khác"
CAUSES = ("Mất điện", "Loa hỏng", "Trùng chương trình khác", OTHER)


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


# ---------------------------------------------------------------- campaigns


@dataclass
class CampaignForm:
    """A campaign as typed. `whole_pillars` are pillars of which every message is chosen."""

    name: str = ""
    starts_on: str = ""
    ends_on: str = ""
    shares: Mapping[str, str] = field(default_factory=lambda: dict.fromkeys(PILLARS, "20"))
    min_repeat_days: str = "4"
    aims: Mapping[int, str] = field(default_factory=dict)
    messages: Sequence[int] = ()
    whole_pillars: Sequence[str] = ()
    anchor: str = ""

    @classmethod
    def of(cls, campaign: Campaign) -> "CampaignForm":
        """The form as it stands for a campaign."""
        return cls(
            name=campaign.name,
            starts_on=campaign.starts_on.isoformat(),
            ends_on=campaign.ends_on.isoformat(),
            shares={pillar: str(campaign.shares.get(pillar, "")) for pillar in PILLARS},
            min_repeat_days=str(campaign.min_repeat_days),
            aims={aim.channel_id: str(aim.posts_per_week) for aim in campaign.aims},
            messages=[pick.message_id for pick in campaign.picks],
            anchor=campaign.anchor,
        )

    @classmethod
    def typed(cls, form: Typed) -> "CampaignForm":
        """The form as a person sent it."""
        return cls(
            name=form.get("name", ""),
            starts_on=form.get("starts_on", ""),
            ends_on=form.get("ends_on", ""),
            shares={pillar: form.get(f"share-{pillar}", "") for pillar in PILLARS},
            min_repeat_days=form.get("min_repeat_days", ""),
            aims={channel: form.get(f"aim-{channel}", "") for channel in ids(form.getlist("channel"))},
            messages=ids(form.getlist("message")),
            whole_pillars=[pillar for pillar in form.getlist("whole_pillar") if pillar in PILLARS],
            anchor=form.get("anchor", ""),
        )

    def terms(self, pillar_of: Mapping[int, str]) -> Terms:
        """What the campaign is to be. `pillar_of` names the pillar of every message on offer. Raises Problem."""
        whole_pillars = {message for message, pillar in pillar_of.items() if pillar in self.whole_pillars}
        return Terms(
            name=self.name,
            starts_on=day(self.starts_on, "Từ ngày"),
            ends_on=day(self.ends_on, "Đến hết ngày"),
            shares={pillar: whole(share, f"Tỷ lệ {PILLARS[pillar]}") for pillar, share in self.shares.items()},
            min_repeat_days=whole(self.min_repeat_days, "Số ngày nghỉ"),
            aims={channel: whole(posts, "Số bài mỗi tuần") for channel, posts in self.aims.items()},
            messages=whole_pillars | set(self.messages),
            anchor=self.anchor,
        )


# ---------------------------------------------------------------- posts


@dataclass
class MoveForm:
    """Another hour for a post, local time."""

    day: str
    time: str

    @classmethod
    def of(cls, post: Post) -> "MoveForm":
        """The hour the post has now."""
        due = local(post.due_at)
        return cls(f"{due:%Y-%m-%d}", f"{due:%H:%M}")

    @classmethod
    def typed(cls, form: Typed) -> "MoveForm":
        """The hour a person asks for."""
        return cls(form.get("day", ""), form.get("time", ""))

    def instant(self) -> datetime:
        """The hour as an instant. Raises Problem."""
        return datetime.combine(day(self.day, "Ngày"), clock(self.time, "Giờ"), ZONE)


# ---------------------------------------------------------------- broadcasts


@dataclass
class AiringForm:
    """What the operator says about one broadcast, as typed."""

    at: str
    times: str
    cause: str = ""
    reason: str = ""

    @classmethod
    def typed(cls, form: Typed) -> "AiringForm":
        """The form as the operator sent it."""
        return cls(form.get("at", ""), form.get("times", ""), form.get("cause", ""), form.get("reason", "").strip())

    def airing(self, post: Post, *, aired: bool) -> Airing:
        """The word on the post. The time is one of the broadcast's own day. Raises Problem."""
        if not aired:
            cause = "" if self.cause == OTHER else self.cause
            return Airing(aired=False, reason=": ".join(filter(None, (cause, self.reason))))
        at = datetime.combine(local(post.due_at).date(), clock(self.at, "Giờ phát"), ZONE)
        return Airing(aired=True, aired_at=at, times=whole(self.times, "Số lần"))


# ---------------------------------------------------------------- channels


@dataclass
class WindowRow:
    """One row of hours as typed."""

    start: str = ""
    end: str = ""
    weekdays: Sequence[int] = ()


@dataclass
class HoursForm:
    """A channel's hours and limits as typed. There are always some empty rows to fill."""

    windows: list[WindowRow]
    quiet: tuple[str, str]
    min_gap_minutes: str
    max_per_day: str
    grace_minutes: str
    ahead: bool

    @classmethod
    def of(cls, channel: Channel) -> "HoursForm":
        """The form as it stands for a channel."""
        windows = [WindowRow(row["start"], row["end"], row["weekdays"]) for row in channel.windows]
        return cls(
            windows=windows + [WindowRow() for _ in range(max(2, WINDOW_ROWS - len(windows)))],
            quiet=(channel.quiet[0], channel.quiet[1]),
            min_gap_minutes=str(channel.min_gap_minutes),
            max_per_day=str(channel.max_per_day),
            grace_minutes=str(channel.grace_minutes),
            ahead=channel.ahead,
        )

    @classmethod
    def typed(cls, form: Typed) -> "HoursForm":
        """The form as a person sent it."""
        rows = ids(form.getlist("row"))
        return cls(
            windows=[
                WindowRow(form.get(f"start-{row}", ""), form.get(f"end-{row}", ""), ids(form.getlist(f"days-{row}")))
                for row in rows
            ],
            quiet=(form.get("quiet_from", ""), form.get("quiet_to", "")),
            min_gap_minutes=form.get("min_gap_minutes", ""),
            max_per_day=form.get("max_per_day", ""),
            grace_minutes=form.get("grace_minutes", ""),
            ahead=bool(form.get("ahead", "")),
        )

    def hours(self) -> Hours:
        """The hours. A row without times is none. Raises Problem."""
        return Hours(
            windows=[
                {"weekdays": sorted(set(row.weekdays) & set(range(7))), "start": row.start, "end": row.end}
                for row in self.windows
                if row.start or row.end
            ],
            quiet=self.quiet,
            min_gap_minutes=whole(self.min_gap_minutes, "Khoảng cách giữa hai bài"),
            max_per_day=whole(self.max_per_day, "Số bài nhiều nhất mỗi ngày"),
            grace_minutes=whole(self.grace_minutes, "Thời gian được phép gửi muộn"),
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
