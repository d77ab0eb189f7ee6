"""The planner: when each channel speaks, and which message it carries. Pure: one input has one plan, byte for byte.

Channels are planned one by one, so that the plan of one does not depend on the others:

- *Times.* Windows, quiet hours, closed days and dates leave a track of open instants; `campaign.spread` puts the
  posts on it, as evenly as gaps, day limits and frozen posts allow. The number is the smaller of aim and capacity.
- *Mix.* The shares give every pillar a number of turns, the turns are dealt by largest deficit, and inside a pillar
  the message that has rested longest on this channel goes first. Where the rules leave nothing they give way one
  after the other, and the slot's reason says so.
- *Unmet.* An aim that finds no room names the rule in the way and the smallest change that would meet it.

Instants are aware datetimes in UTC; days, windows and quiet hours are those of the zone's wall clock.
"""

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from campaign.mix import Candidate, Frozen, Mixer, seats
from campaign.spread import Track, capacity, spread
from content.message import hash_document

__all__ = [
    "Aim",
    "Candidate",
    "ChannelRules",
    "Frozen",
    "Plan",
    "PlanInput",
    "Slot",
    "Unmet",
    "Window",
    "plan",
]

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
_GOLDEN = 0.6180339887498949
_LONGEST_EXTENSION = 92  # days: a campaign that needs more has the wrong aim, not the wrong end
_DAY = timedelta(days=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Window:
    """When a channel may speak: weekdays (Monday is 0), from `start` up to but not including `end`.

    An end that is not after the start lies on the next day, so 00:00 to 00:00 is a whole day.
    """

    weekdays: frozenset[int]
    start: time
    end: time


@dataclass(frozen=True)
class ChannelRules:
    """The limits of one channel. `quiet` holds from its first time up to but not including its second and may cross
    midnight; two equal times mean no quiet hours. `max_per_day` counts local calendar days."""

    id: int
    name: str
    kind: str
    windows: tuple[Window, ...]
    quiet: tuple[time, time]
    min_gap: timedelta
    max_per_day: int
    closed_days: frozenset[date] = frozenset()
    frozen: tuple[Frozen, ...] = ()


@dataclass(frozen=True)
class Aim:
    """How many posts to plan on a channel. Frozen posts come on top: whoever counts them in subtracts them first."""

    channel_id: int
    posts: int


@dataclass(frozen=True)
class PlanInput:
    """All a plan depends on. `ends_on` is included; nothing is planned before the instant `not_before`; only pillars
    with a share above 0 are planned. Raises ValueError, in Vietnamese, for values no plan can be made from."""

    starts_on: date
    ends_on: date
    not_before: datetime
    channels: tuple[ChannelRules, ...]
    candidates: tuple[Candidate, ...]
    shares: Mapping[str, float]
    aims: tuple[Aim, ...]
    min_repeat_days: int = 4
    slot_minutes: int = 15
    zone: ZoneInfo = ZONE

    def __post_init__(self) -> None:
        channels = [channel.id for channel in self.channels]
        aims = [aim.channel_id for aim in self.aims]
        instants = [self.not_before, *(post.at for channel in self.channels for post in channel.frozen)]
        shares = self.shares.values()
        demands = {
            "Bước khung giờ phải từ 1 phút trở lên.": self.slot_minutes >= 1,
            "Mọi thời điểm phải kèm múi giờ.": all(at.utcoffset() is not None for at in instants),
            "Tỷ lệ của trụ cột không được âm.": all(share >= 0 for share in shares),
            "Cần ít nhất một trụ cột có tỷ lệ lớn hơn 0.": any(share > 0 for share in shares),
            "Mỗi kênh chỉ được khai báo một lần.": _are_distinct(channels),
            "Mỗi thông điệp chỉ được khai báo một lần.": _are_distinct([message.id for message in self.candidates]),
            "Mỗi kênh chỉ có một mục tiêu.": _are_distinct(aims),
            "Mục tiêu phải thuộc về một kênh của chiến dịch.": set(aims) <= set(channels),
        }
        for sentence, holds in demands.items():
            if not holds:
                raise ValueError(sentence)


def _are_distinct(ids: Sequence[int]) -> bool:
    return len(set(ids)) == len(ids)


@dataclass(frozen=True)
class Slot:
    """One planned post: what, where, when, and one Vietnamese sentence that says why here."""

    channel_id: int
    at: datetime
    message_id: int
    pillar: str
    reason: str


@dataclass(frozen=True)
class Unmet:
    """An aim that is not met in full. `rule` names what stands in the way: quiet, messages, max_per_day, min_gap,
    closed_days, dates, windows or several; `reason` says in Vietnamese by how much, and what would meet the aim."""

    channel_id: int
    wanted: int
    planned: int
    rule: str
    reason: str


@dataclass(frozen=True)
class Plan:
    """Slots by instant and channel, and one entry for every aim that is not met in full."""

    slots: tuple[Slot, ...]
    unmet: tuple[Unmet, ...]

    def document(self) -> dict[str, Any]:
        """The plan as plain JSON values; instants in ISO 8601, UTC."""
        slots = [{**vars(slot), "at": slot.at.isoformat()} for slot in self.slots]
        return {"slots": slots, "unmet": [dict(vars(unmet)) for unmet in self.unmet]}

    @property
    def fingerprint(self) -> str:
        """SHA-256 (hex) of the document in canonical JSON: two plans with one fingerprint are the same plan."""
        return hash_document(self.document())


def plan(what: PlanInput) -> Plan:
    """Fill the windows of every channel that has an aim. The order in which channels, messages, shares or aims are
    listed does not matter."""
    channels = {channel.id: channel for channel in what.channels}
    slots: list[Slot] = []
    unmet: list[Unmet] = []
    for aim in sorted(what.aims, key=lambda aim: aim.channel_id):
        channel = channels[aim.channel_id]
        track = _track(what, channel, _with_message(what, channel, _spots(what, channel, what.ends_on)))
        posts = max(0, min(aim.posts, capacity(track)))
        slots += _fill(what, channel, spread(track, posts, _phase(channel)))
        if posts < aim.posts:
            unmet.append(_Shortfall(what, channel, aim.posts, posts).unmet())
    return Plan(tuple(sorted(slots, key=lambda slot: (slot.at, slot.channel_id))), tuple(unmet))


def _fill(what: PlanInput, channel: ChannelRules, instants: Sequence[int]) -> list[Slot]:
    places = seats([_EPOCH + timedelta(microseconds=at) for at in instants], channel.frozen, what.zone)
    mixer = Mixer(_pool(what, channel), what.shares, what.min_repeat_days, places, channel.frozen, what.zone)
    return [
        Slot(channel.id, seat.at, chosen.message.id, chosen.message.pillar, chosen.reason)
        for seat, chosen in zip(places, mixer.choices(), strict=True)
    ]


# ---------------------------------------------------------------- when a channel may speak


class _Spot(NamedTuple):
    """An open instant and its local calendar day."""

    at: datetime
    day: date


def _spots(what: PlanInput, channel: ChannelRules, until: date) -> list[_Spot]:
    """Every instant, in order, that windows, quiet hours, closed days and dates leave open."""
    found = set()
    step = timedelta(minutes=what.slot_minutes)
    for number in range(-1, (until - what.starts_on).days + 1):  # a window may begin on the eve
        day = what.starts_on + number * _DAY
        for window in channel.windows:
            wall = datetime.combine(day, window.start, what.zone)
            end = datetime.combine(day, window.end, what.zone)
            end += _DAY if end <= wall else timedelta()
            while day.weekday() in window.weekdays and wall < end:
                if what.starts_on <= wall.date() <= until and _may_speak(what, channel, wall):
                    found.add(_Spot(wall.astimezone(UTC), wall.date()))
                wall += step
    return sorted(found)


def _may_speak(what: PlanInput, channel: ChannelRules, wall: datetime) -> bool:
    if wall.date() in channel.closed_days or _is_quiet(channel.quiet, wall.time()):
        return False
    instant = wall.astimezone(UTC)
    exists = instant.astimezone(what.zone).time() == wall.time()  # clocks put forward skip an hour
    return exists and instant >= what.not_before


def _is_quiet(quiet: tuple[time, time], at: time) -> bool:
    start, end = quiet
    return start <= at < end if start <= end else at >= start or at < end


def _pool(what: PlanInput, channel: ChannelRules) -> list[Candidate]:
    """The messages that fit the channel and belong to a pillar with a share."""
    fits = (c for c in what.candidates if channel.kind in c.kinds and what.shares.get(c.pillar, 0) > 0)
    return list(fits)


def _with_message(what: PlanInput, channel: ChannelRules, spots: Sequence[_Spot]) -> list[_Spot]:
    """The spots on whose day the channel has a message at all."""
    pool = _pool(what, channel)
    days = {day for day in {spot.day for spot in spots} if any(c.is_valid_on(day) for c in pool)}
    return [spot for spot in spots if spot.day in days]


def _track(what: PlanInput, channel: ChannelRules, spots: Sequence[_Spot]) -> Track:
    standing = sorted((_micros(post.at - _EPOCH), _local_day(what, post.at)) for post in channel.frozen)
    return Track(
        instants=[_micros(spot.at - _EPOCH) for spot in spots],
        days=[spot.day.toordinal() for spot in spots],
        standing=[(at, day.toordinal()) for at, day in standing],
        gap=_micros(channel.min_gap),
        max_per_day=channel.max_per_day,
        step=_micros(timedelta(minutes=what.slot_minutes)),
    )


def _micros(span: timedelta) -> int:
    return span // timedelta(microseconds=1)


def _local_day(what: PlanInput, at: datetime) -> date:
    return at.astimezone(what.zone).date()


def _phase(channel: ChannelRules) -> float:
    """Where a channel begins: between a quarter and three quarters of a distance. Golden steps keep channels that share
    their windows from speaking in the same minute (engine.md section 2)."""
    return 0.25 + 0.5 * (channel.id * _GOLDEN % 1)


# ---------------------------------------------------------------- what stands in the way of an aim


@dataclass(frozen=True)
class _Shortfall:
    """Looks for the one rule whose change would meet the aim, trying them in the order of `unmet`.

    Each rule is a method that gives the rest of a Vietnamese sentence, or None where it is not what stands in the way.
    Quiet hours are named only where they swallow a whole window, and the advice is never to give them up.
    """

    what: PlanInput
    channel: ChannelRules
    wanted: int
    planned: int

    def unmet(self) -> Unmet:
        rules = {
            "quiet": self._quiet,
            "messages": self._messages,
            "max_per_day": self._max_per_day,
            "min_gap": self._min_gap,
            "closed_days": self._closed_days,
            "dates": self._dates,
            "windows": self._windows,
        }
        found = ((rule, change) for rule, change_of in rules.items() if (change := change_of()) is not None)
        rule, change = next(found, ("several", self._several()))
        sentence = f"Thiếu {self.wanted - self.planned} trong {self.wanted} bài: {change}."
        return Unmet(self.channel.id, self.wanted, self.planned, rule, sentence)

    def _spots(self, channel: ChannelRules | None = None, more_days: int = 0) -> list[_Spot]:
        return _spots(self.what, channel or self.channel, self.what.ends_on + more_days * _DAY)

    def _meets(self, spots: Sequence[_Spot], channel: ChannelRules | None = None) -> bool:
        return capacity(_track(self.what, channel or self.channel, spots)) >= self.wanted

    def _usable(self, spots: Sequence[_Spot]) -> list[_Spot]:
        return _with_message(self.what, self.channel, spots)

    def _quiet(self) -> str | None:
        awake = replace(self.channel, quiet=(time(), time()))
        swallowed = [
            window
            for window in self.channel.windows
            if self._spots(replace(awake, windows=(window,)))
            and not self._spots(replace(self.channel, windows=(window,)))
        ]
        helps = not self._spots() or self._meets(self._usable(self._spots(awake)), awake)
        if not swallowed or not helps:
            return None
        hours = ", ".join(sorted(f"{window.start:%H:%M}–{window.end:%H:%M}" for window in swallowed))
        quiet = "–".join(f"{edge:%H:%M}" for edge in self.channel.quiet)
        return f"khung giờ {hours} nằm trọn trong giờ yên lặng {quiet}; hãy dời khung giờ ra ngoài giờ này"

    def _messages(self) -> str | None:
        spots = self._spots()
        days, served = ({spot.day for spot in some} for some in (spots, self._usable(spots)))
        if days and not served:
            return "không có thông điệp nào hợp kênh này và còn hạn trong chiến dịch; hãy thêm thông điệp như vậy"
        if not self._meets(spots):
            return None
        return (
            f"{len(days - served)} trong {len(days)} ngày có khung giờ mà không có thông điệp hợp kênh còn hạn; "
            f"hãy thêm thông điệp dùng được từ ngày {min(days - served):%d/%m/%Y}"
        )

    def _max_per_day(self) -> str | None:
        spots, limit = self._usable(self._spots()), self.channel.max_per_day
        most = _first(
            range(limit + 1, len(spots) + len(self.channel.frozen) + 1),
            lambda posts: self._meets(spots, replace(self.channel, max_per_day=posts)),
        )
        return None if most is None else f"mỗi ngày chỉ được {limit} bài; nâng lên {most} bài mỗi ngày thì đủ"

    def _min_gap(self) -> str | None:
        spots, gap = self._usable(self._spots()), self.channel.min_gap // timedelta(minutes=1)
        step = self.what.slot_minutes
        less = _first(
            range(step, gap, step),
            lambda minutes: self._meets(spots, replace(self.channel, min_gap=timedelta(minutes=gap - minutes))),
        )
        if less is None:
            return None
        return f"hai bài phải cách nhau ít nhất {gap} phút; giảm còn {gap - less} phút thì đủ"

    def _closed_days(self) -> str | None:
        closed = sum(self.what.starts_on <= day <= self.what.ends_on for day in self.channel.closed_days)
        if not closed or not self._meets(self._usable(self._spots(replace(self.channel, closed_days=frozenset())))):
            return None
        return f"kênh nghỉ {closed} ngày trong chiến dịch; mở lại những ngày này thì đủ"

    def _dates(self) -> str | None:
        spots = self._usable(self._spots(more_days=_LONGEST_EXTENSION))
        ends = self.what.ends_on
        days = _first(
            range(1, _LONGEST_EXTENSION + 1),
            lambda more: self._meets([spot for spot in spots if spot.day <= ends + more * _DAY]),
        )
        if days is None:
            return None
        return (
            f"đến hết ngày {ends:%d/%m/%Y} các khung giờ chỉ đủ chỗ cho {self.planned} bài; "
            f"mở thêm khung giờ, hoặc kéo dài chiến dịch thêm {days} ngày, đến {ends + days * _DAY:%d/%m/%Y}, thì đủ"
        )

    def _windows(self) -> str | None:
        none = "kênh không có khung giờ nào mở trong thời gian chiến dịch; hãy thêm khung giờ hoặc đổi ngày chiến dịch"
        return None if self._spots() else none

    def _several(self) -> str:
        return (
            f"nhiều giới hạn cùng chặn, đổi một giới hạn chưa đủ; hãy hạ mục tiêu còn {self.planned} bài, "
            "hoặc vừa mở thêm khung giờ vừa kéo dài chiến dịch"
        )


def _first(options: range, suffices: Callable[[int], bool]) -> int | None:
    """The first option that suffices; whatever follows one that does, does too."""
    number = bisect_left(options, True, key=suffices)
    return options[number] if number < len(options) else None
