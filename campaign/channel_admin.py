"""Setting up channels: create, connect, set the hours, pause and resume. The panel, the command line and the demo use
these same functions; every step needs the right `manage` and is in the audit log. A secret is never."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import requests

from campaign import audit
from campaign.adapters import is_connected, missing_settings
from campaign.clock import Clock
from campaign.db import write
from campaign.errors import Problem, WrongUse
from campaign.hours import ITEMS, LONGEST_AIRTIME, airtime, is_quiet, length, parse_time
from campaign.models import Channel, Post, PostState, Secret, Unit, User
from campaign.rights import need
from campaign.vault import Vault
from channels.base import NeedsLogin, Rejected, Setting
from channels.loudspeaker import Loudspeaker
from channels.registry import KINDS
from content.taxonomy import AUDIENCES

# How delivery begins the sentence with which it holds a post of a channel that is not connected.
NOT_CONNECTED = "Kênh chưa kết nối"
# How a pause made by a person begins; any other was made by the program, and connecting the channel anew ends it.
PAUSED_BY_HAND = "Tạm dừng theo yêu cầu"

_STEP = timedelta(minutes=15)
_LONGEST_GAP, _MOST_A_DAY, _LONGEST_GRACE = 24 * 60, 24, 7 * 24 * 60
_MOST_ITEMS, _SHORTEST_AIRTIME, _MOST_WEIGHT, _MOST_PRIORITY = 10, 30, 9, 9


@dataclass(frozen=True)
class Hours:
    """When, how often and to whom a channel may speak; the fields are those of `models.Channel`."""

    windows: Sequence[Mapping[str, Any]]
    quiet: tuple[str, str]
    min_gap_minutes: int
    max_per_day: int
    grace_minutes: int
    ahead: bool = False
    closures: Sequence[Mapping[str, str]] = ()
    holidays: bool = False
    audiences: Collection[str] = ()
    priority: int = 1


def defaults(kind: str) -> Hours:
    """The hours a new channel of a kind begins with. A service may be posted to rather late and often; a loudspeaker
    is listened to at its hour or not at all (peers.md section b, complaints about loudspeakers), and nobody may be at
    the station on a public holiday."""
    cls = KINDS[kind]
    windows = [{"weekdays": list(cls.hours.weekdays), "start": start, "end": end} for start, end in cls.hours.windows]
    if not cls.confirmed_by_person:
        return Hours(windows, cls.hours.quiet, min_gap_minutes=60, max_per_day=3, grace_minutes=120)
    sessions = [{**window, "items": ITEMS, "seconds": LONGEST_AIRTIME} for window in windows]
    most = ITEMS * len(sessions)
    return Hours(sessions, cls.hours.quiet, min_gap_minutes=60, max_per_day=most, grace_minutes=60, holidays=True)


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
            unit=unit, kind=kind, name=name, settings=dict(settings), created_at=now, **_row(kind, hours)
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
    names = {setting.name for setting in asked}
    with write():
        # Take the row first: a rotation by a worker comes before this or after it, and neither loses the other's.
        Secret.update(version=Secret.version).where(Secret.channel == channel).execute()
        # What a rotation noted beside the secrets, when they end, is about the old ones.
        kept = {name: value for name, value in _stored(channel, vault).items() if name in names}
        secrets = {**kept, **fresh}
        _check_settings(channel.kind, asked, {**public, **secrets})
        if fresh:
            vault.store(channel, secrets, clock)
        resumes = not channel.paused.startswith(PAUSED_BY_HAND) and bool(fresh)
        channel.paused = "" if resumes else channel.paused
        # Its service is asked about the connection at once, and read before the first post (tokens, strangers).
        is_new = bool(fresh) or public != channel.settings
        anew = {"look_at": None, "login_ends_at": None, "unread": KINDS[channel.kind].reads_back} if is_new else {}
        channel.settings = public
        Channel.update(settings=public, paused=channel.paused, **anew).where(Channel.id == channel.id).execute()
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
        if setting.secret and not (value.isascii() and value.isprintable()):
            raise Problem(f"“{setting.label}” có ký tự lạ, có thể do gõ dấu; hãy chép lại từ trang của dịch vụ.")
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
    row = _row(channel.kind, hours)
    with write():
        Channel.update(**row).where(Channel.id == channel.id).execute()
        audit.record("set_hours", channel, user=user, unit=channel.unit, now=now, **row)
    for field, value in row.items():
        setattr(channel, field, value)


def _row(kind: str, hours: Hours) -> dict[str, Any]:
    return {
        **asdict(hours),
        "windows": [_stored_window(kind, window) for window in hours.windows],
        "quiet": list(hours.quiet),
        "closures": [{name: row[name].strip() for name in ("first", "last", "why")} for row in hours.closures],
        "audiences": [name for name in AUDIENCES if name in hours.audiences],
    }


def _stored_window(kind: str, window: Mapping[str, Any]) -> dict[str, Any]:
    """A window with what a session says beside it, and its weight where it has one."""
    row = {name: window[name] for name in ("weekdays", "start", "end")}
    weight = {"weight": window["weight"]} if window.get("weight", 1) != 1 else {}
    return {**row, **(airtime(window)._asdict() if KINDS[kind].confirmed_by_person else {}), **weight}


def check_hours(kind: str, hours: Hours) -> None:
    """Raises Problem where no channel could keep these hours."""
    for text in hours.quiet:
        _time(text, "Giờ yên lặng")
    if not hours.windows:
        raise Problem("Hãy nhập ít nhất một khung giờ.")
    for window in hours.windows:
        _check_window(window, hours.quiet)
        if KINDS[kind].confirmed_by_person:
            _check_session(window, hours.quiet)
    for label, value, least, most in (
        ("Khoảng cách giữa hai bài", hours.min_gap_minutes, 0, _LONGEST_GAP),
        ("Số bài nhiều nhất mỗi ngày", hours.max_per_day, 1, _MOST_A_DAY),
        ("Thời gian được phép gửi muộn", hours.grace_minutes, 5, _LONGEST_GRACE),
        ("Mức ưu tiên của kênh", hours.priority, 1, _MOST_PRIORITY),
    ):
        if not least <= value <= most:
            raise Problem(f"{label} phải từ {least} đến {most}.")
    for closure in hours.closures:
        _check_closure(closure)
    if not set(hours.audiences) <= set(AUDIENCES):
        raise Problem("Có nhóm đối tượng không tồn tại; hãy tải lại trang.")
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
    if not 1 <= window.get("weight", 1) <= _MOST_WEIGHT:
        raise Problem(f"{name}: mức ưu tiên phải từ 1 đến {_MOST_WEIGHT}.")


def _check_session(session: Mapping[str, Any], quiet: tuple[str, str]) -> None:
    """A session begins at its hour or not at all, so its very first moment must not be quiet."""
    start = _time(session["start"], "Buổi phát")
    name = f"Buổi phát {start:%H:%M}"
    items, seconds = airtime(session)
    if is_quiet(quiet, start):
        raise Problem(f"{name} bắt đầu trong giờ yên lặng {quiet[0]}–{quiet[1]}; hãy dời buổi phát.")
    if not 1 <= items <= _MOST_ITEMS:
        raise Problem(f"{name}: số bài mỗi buổi phải từ 1 đến {_MOST_ITEMS}.")
    if not _SHORTEST_AIRTIME <= seconds <= length(session):
        raise Problem(f"{name}: thời lượng phải từ {_SHORTEST_AIRTIME} giây và không dài hơn buổi phát.")


def _check_closure(closure: Mapping[str, str]) -> None:
    try:
        first, last = (date.fromisoformat(closure[edge]) for edge in ("first", "last"))
    except ValueError:
        raise Problem("Ngày nghỉ của kênh phải là ngày có thật, ví dụ 24/11/2026.") from None
    if last < first:
        raise Problem(f"Đợt nghỉ từ {first:%d/%m/%Y}: ngày cuối phải bằng hoặc sau ngày đầu.")
    if not closure["why"].strip():
        raise Problem(f"Hãy ghi vì sao kênh nghỉ từ {first:%d/%m/%Y}.")


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
