"""Setting up channels: create, connect, set the hours, pause and resume. The panel, the command line and the demo use
these same functions; every step needs the right `manage` and is in the audit log. A secret is never."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, time, timedelta
from typing import Any

import requests

from campaign import audit
from campaign.adapters import is_connected, missing_settings
from campaign.clock import Clock
from campaign.db import write
from campaign.errors import Problem, WrongUse
from campaign.hours import is_quiet, parse_time
from campaign.models import Channel, Post, PostState, Secret, Unit, User
from campaign.rights import need
from campaign.vault import Vault
from channels.base import NeedsLogin, Rejected, Setting
from channels.loudspeaker import Loudspeaker
from channels.registry import KINDS

# How delivery begins the sentence with which it holds a post of a channel that is not connected.
NOT_CONNECTED = "Kênh chưa kết nối"
# How a pause made by a person begins; any other was made by the program, and connecting the channel anew ends it.
PAUSED_BY_HAND = "Tạm dừng theo yêu cầu"

_STEP = timedelta(minutes=15)
_LONGEST_GAP, _MOST_A_DAY, _LONGEST_GRACE = 24 * 60, 24, 7 * 24 * 60


@dataclass(frozen=True)
class Hours:
    """When and how often a channel may speak; the fields are those of `models.Channel`. Minutes are minutes."""

    windows: Sequence[Mapping[str, Any]]
    quiet: tuple[str, str]
    min_gap_minutes: int
    max_per_day: int
    grace_minutes: int
    ahead: bool = False


def defaults(kind: str) -> Hours:
    """The hours a new channel of a kind begins with. A service may be posted to rather late and often; a loudspeaker
    is listened to at its hour or not at all (peers.md section b, complaints about loudspeakers)."""
    cls = KINDS[kind]
    windows = [{"weekdays": list(cls.hours.weekdays), "start": start, "end": end} for start, end in cls.hours.windows]
    most, grace = (2, 60) if cls.confirmed_by_person else (3, 120)
    return Hours(windows, cls.hours.quiet, min_gap_minutes=60, max_per_day=most, grace_minutes=grace)


def create_channel(user: User | None, unit: Unit, kind: str, name: str, now: datetime, **overrides: Any) -> Channel:
    """A new channel with the defaults of its kind, changed by `overrides` (fields of `Hours`, or `settings`).

    `user` None is the program itself. Raises Problem, WrongUse or NotAllowed.
    """
    if kind not in KINDS:
        raise WrongUse(f'Không có loại kênh "{kind}"; hãy dùng một trong: {", ".join(KINDS)}.')
    if user is not None:
        need(user, "manage", unit)
    name = name.strip()
    if not name:
        raise Problem("Hãy đặt tên cho kênh.")
    settings = overrides.pop("settings", {})
    hours = Hours(**{**vars(defaults(kind)), **overrides})
    check_hours(kind, hours)
    with write():
        if Channel.select().where(Channel.unit == unit, Channel.kind == kind, Channel.name == name).exists():
            raise Problem(f'Đơn vị đã có kênh "{name}"; hãy đặt tên khác.')
        channel: Channel = Channel.create(
            unit=unit, kind=kind, name=name, settings=dict(settings), created_at=now, **_row(hours)
        )
        audit.record("create_channel", channel, user=user, unit=unit, now=now, kind=kind, name=name)
    return channel


# ---------------------------------------------------------------- connecting


def settings_of(kind: str) -> list[Setting]:
    """What a person enters to connect a channel of a kind; service addresses come from the configuration."""
    return [setting for setting in KINDS[kind].settings if not setting.from_config]


def missing_by_channel(channels: Sequence[Channel]) -> dict[int, list[Setting]]:
    """What each channel (id) still needs before it is connected: the required settings without a value."""
    sealed = set(Secret.select(Secret.channel).where(Secret.channel.in_([row.id for row in channels])).tuples())
    return {channel.id: missing_settings(channel, has_secrets=(channel.id,) in sealed) for channel in channels}


def connect(user: User | None, channel: Channel, values: Mapping[str, str], vault: Vault, clock: Clock) -> None:
    """Store what a person entered. An empty secret keeps the one that is stored. Raises Problem or NotAllowed.

    Posts that waited for the connection go on, and so does a channel that the service had silenced.
    """
    if user is not None:
        need(user, "manage", channel.unit)
    asked = settings_of(channel.kind)
    entered = {setting.name: values.get(setting.name, "").strip() for setting in asked}
    public = {setting.name: entered[setting.name] for setting in asked if not setting.secret}
    fresh = {setting.name: entered[setting.name] for setting in asked if setting.secret and entered[setting.name]}
    with write():
        secrets = {**_stored(channel, vault), **fresh} if fresh else _stored(channel, vault)
        _check_settings(channel.kind, asked, {**public, **secrets})
        if fresh:
            vault.store(channel, secrets, clock)
        resumes = not channel.paused.startswith(PAUSED_BY_HAND) and bool(fresh)
        channel.settings = public
        channel.paused = "" if resumes else channel.paused
        Channel.update(settings=public, paused=channel.paused).where(Channel.id == channel.id).execute()
        _release(channel)
        audit.record(
            "connect_channel", channel, user=user, unit=channel.unit, now=clock.now(), secrets_changed=sorted(fresh)
        )


def stored_secrets(channel: Channel, vault: Vault) -> set[str]:
    """The names of the secrets that are stored for a channel, for forms that never show a secret again."""
    return {name for name, value in _stored(channel, vault).items() if value}


def _stored(channel: Channel, vault: Vault) -> dict[str, str]:
    """The secrets as stored; none where they were sealed with the key of another machine."""
    row = Secret.get_or_none(Secret.channel == channel)
    if row is None:
        return {}
    try:
        return vault.open(row.sealed)
    except NeedsLogin:
        return {}


def _check_settings(kind: str, asked: Sequence[Setting], values: Mapping[str, str]) -> None:
    for setting in asked:
        if setting.required and not setting.default and not values.get(setting.name):
            raise Problem(f"Hãy nhập “{setting.label}”.")
        value = values.get(setting.name, "")
        if setting.digits and value and not (value.isascii() and value.isdigit()):
            raise Problem(f"“{setting.label}” chỉ gồm chữ số; hãy chép lại từ trang của dịch vụ.")
        if setting.choices and value and value not in dict(setting.choices):
            raise Problem(f"“{setting.label}” chỉ nhận: {', '.join(words for _, words in setting.choices)}.")
    if KINDS[kind] is Loudspeaker:
        with requests.Session() as http:
            station = Loudspeaker(values, http)
            try:
                _ = station.rate, station.repeats
            except Rejected as error:
                raise Problem(str(error)) from error


def _release(channel: Channel) -> None:
    """Let go on what was held only because the channel was not connected."""
    if is_connected(channel):
        Post.update(hold="").where(
            Post.channel == channel, Post.state == PostState.SCHEDULED, Post.hold.startswith(NOT_CONNECTED)
        ).execute()


# ---------------------------------------------------------------- hours


def set_hours(user: User | None, channel: Channel, hours: Hours, now: datetime) -> None:
    """Change when and how often a channel may speak. Posts that are scheduled keep their hours. Raises Problem."""
    if user is not None:
        need(user, "manage", channel.unit)
    check_hours(channel.kind, hours)
    row = _row(hours)
    with write():
        Channel.update(**row).where(Channel.id == channel.id).execute()
        audit.record("set_hours", channel, user=user, unit=channel.unit, now=now, **row)
    for field, value in row.items():
        setattr(channel, field, value)


def _row(hours: Hours) -> dict[str, Any]:
    return {**asdict(hours), "windows": [dict(window) for window in hours.windows], "quiet": list(hours.quiet)}


def check_hours(kind: str, hours: Hours) -> None:
    """Raises Problem where no channel could keep these hours."""
    for text in hours.quiet:
        _time(text, "Giờ yên lặng")
    if not hours.windows:
        raise Problem("Hãy nhập ít nhất một khung giờ.")
    for window in hours.windows:
        _check_window(window, hours.quiet)
    for label, value, least, most in (
        ("Khoảng cách giữa hai bài", hours.min_gap_minutes, 0, _LONGEST_GAP),
        ("Số bài nhiều nhất mỗi ngày", hours.max_per_day, 1, _MOST_A_DAY),
        ("Thời gian được phép gửi muộn", hours.grace_minutes, 5, _LONGEST_GRACE),
    ):
        if not least <= value <= most:
            raise Problem(f"{label} phải từ {least} đến {most}.")
    if hours.ahead and KINDS[kind].remote_window is None:
        raise Problem(f"{KINDS[kind].label} không nhận bài hẹn giờ; hãy bỏ chọn “Giao trước cho dịch vụ”.")


def _check_window(window: Mapping[str, Any], quiet: tuple[str, str]) -> None:
    start, end = (_time(window[edge], "Khung giờ") for edge in ("start", "end"))
    name = f"Khung giờ {start:%H:%M}–{end:%H:%M}"
    if not window["weekdays"]:
        raise Problem(f"{name} chưa có ngày nào; hãy chọn ít nhất một ngày trong tuần.")
    if end <= start and end != time():
        raise Problem(f"{name}: giờ kết thúc phải sau giờ bắt đầu.")
    if all(is_quiet(quiet, moment) for moment in _moments(start, end)):
        raise Problem(f"{name} nằm trọn trong giờ yên lặng {quiet[0]}–{quiet[1]}; hãy dời khung giờ.")


def _moments(start: time, end: time) -> list[time]:
    """The quarter hours from start up to but not including end; an end of 00:00 is midnight."""
    day = datetime(2026, 1, 1)  # noqa: DTZ001  # a day to reckon on, of no zone
    at = day.replace(hour=start.hour, minute=start.minute)
    last = day.replace(hour=end.hour, minute=end.minute) + (timedelta(days=1) if end <= start else timedelta())
    return [(at + step * _STEP).time() for step in range(-((at - last) // _STEP))]


def _time(text: str, label: str) -> time:
    try:
        return parse_time(text)
    except ValueError:
        raise Problem(f"{label}: “{text}” không phải giờ; hãy nhập như 07:30.") from None


# ---------------------------------------------------------------- silence


def pause(user: User, channel: Channel, reason: str, now: datetime) -> None:
    """Silence a channel until someone resumes it; its posts wait, and are missed where the wait is too long."""
    need(user, "manage", channel.unit)
    if not reason.strip():
        raise Problem("Hãy ghi lý do tạm dừng để người khác biết.")
    _set_paused(user, channel, f"{PAUSED_BY_HAND}: {reason.strip()}", "pause_channel", now)


def resume(user: User, channel: Channel, now: datetime) -> None:
    """Let a paused channel speak again."""
    need(user, "manage", channel.unit)
    _set_paused(user, channel, "", "resume_channel", now)


def _set_paused(user: User, channel: Channel, paused: str, action: str, now: datetime) -> None:
    with write():
        Channel.update(paused=paused).where(Channel.id == channel.id).execute()
        _release(channel)
        audit.record(action, channel, user=user, unit=channel.unit, now=now, paused=paused)
    channel.paused = paused
