"""What a plan is made from and what it is: plain frozen values, no database, no clock.

Instants are aware datetimes in UTC; days, windows, sessions and quiet hours are those of the zone's wall clock.
Spans of speech are whole seconds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from content.message import hash_document

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


# ---------------------------------------------------------------- channels


@dataclass(frozen=True)
class Window:
    """When a channel may speak: weekdays (Monday is 0), from `start` up to but not including `end`.

    An end that is not after the start lies on the next day, so 00:00 to 00:00 is a whole day. `weight` says how many
    people listen then, beside the channel's other windows: an hour of weight 2 gets twice the posts of one of weight 1.
    """

    weekdays: frozenset[int]
    start: time
    end: time
    weight: int = 1


@dataclass(frozen=True)
class Session:
    """A station's time on air: on these weekdays, from `start`, with room for `items` of this campaign that together
    take at most `seconds`. A channel with sessions has no windows: it speaks in its sessions only."""

    weekdays: frozenset[int]
    start: time
    items: int
    seconds: int
    weight: int = 1

    @property
    def longest(self) -> int:
        """Seconds from its start until its last item is surely over: each item begins on a whole minute."""
        return self.seconds + 60 * self.items


@dataclass(frozen=True)
class Closure:
    """Local calendar days, both included, on which a channel is silent: a holiday, a day without staff, a pause.
    `why` names it in Vietnamese."""

    first: date
    last: date
    why: str


@dataclass(frozen=True)
class Standing:
    """A post that exists already. It counts for gaps, day limits, budgets and the rest of its message.

    `key` tells it from others (the row's id). `own` posts belong to this campaign and count for its aims, its evenness
    and its mix. A `movable` one may be given another time or message where it no longer fits; others are frozen.
    """

    key: int
    at: datetime
    message_id: int
    pillar: str
    wording: int = 0
    seconds: int = 0
    own: bool = True
    movable: bool = False


@dataclass(frozen=True)
class ChannelRules:
    """The limits of one channel. `quiet` holds from its first time up to but not including its second and may cross
    midnight; two equal times mean no quiet hours. `max_per_day` counts local calendar days. `min_gap` parts any two
    posts in windows; the items of a session follow each other `interval` seconds apart, and sessions need no gap.

    `audiences` are the people it reaches (content.taxonomy.AUDIENCES); none means: a public of its own. `priority`
    weighs it within a group's aim (an area at higher risk gets more).
    """

    id: int
    name: str
    kind: str
    quiet: tuple[time, time]
    min_gap: timedelta
    max_per_day: int
    windows: tuple[Window, ...] = ()
    sessions: tuple[Session, ...] = ()
    closures: tuple[Closure, ...] = ()
    standing: tuple[Standing, ...] = ()
    audiences: frozenset[str] = frozenset()
    priority: int = 1
    interval: int = 30


# ---------------------------------------------------------------- messages


@dataclass(frozen=True)
class Fit:
    """A message on one channel: the local days, both included, on which it may go out there, and the seconds it takes
    on air (0 where nothing is spoken). The last day is the earliest end of validity, consent and local facts.
    `wordings` texts say it there, in turn: the same text never comes twice running."""

    first: date
    last: date
    seconds: int = 0
    wordings: int = 1


@dataclass(frozen=True)
class Candidate:
    """An approved message. `fits` has an entry for every channel (id) that it fits.

    `weight` is its share within its pillar, beside the others'. `last_used` is the local day on which any channel of
    the unit carried it last, in whatever campaign.
    """

    id: int
    pillar: str
    fits: Mapping[int, Fit]
    title: str = ""
    weight: int = 1
    audiences: frozenset[str] = frozenset()
    spokespersons: frozenset[str] = frozenset()
    last_used: date | None = None

    def fit(self, channel_id: int, day: date) -> Fit | None:
        """How it fits a channel on a local day; None where it may not go out there."""
        found = self.fits.get(channel_id)
        return found if found is not None and found.first <= day <= found.last else None


# ---------------------------------------------------------------- what the campaign asks for


class Measure(StrEnum):
    """What an aim counts, a week."""

    POSTS = "posts"
    MINUTES = "minutes"


@dataclass(frozen=True)
class Aim:
    """What a channel, or several together, are to carry a week: posts, or minutes on air.

    Either `per_week`, or `raise_percent` over `baseline`, which is what they carried a week before.
    """

    channels: tuple[int, ...]
    measure: Measure = Measure.POSTS
    per_week: float = 0
    raise_percent: float | None = None
    baseline: float | None = None
    name: str = ""

    @property
    def weekly(self) -> Fraction:
        """Posts or minutes a week, exactly."""
        if self.raise_percent is None:
            return Fraction(str(self.per_week))
        return Fraction(str(self.baseline or 0)) * (100 + Fraction(str(self.raise_percent))) / 100


@dataclass(frozen=True)
class Peak:
    """Local days, both included, on which the campaign speaks more densely: `factor` times as much as on others."""

    first: date
    last: date
    factor: float
    name: str = ""


class Exposures(NamedTuple):
    """How often an audience is to meet a message that is used at all: at least, and at most before it rests."""

    least: int
    most: int


@dataclass(frozen=True)
class PlanInput:
    """All a plan depends on. `ends_on` is included; nothing is planned before the instant `not_before`.

    Aims count from `counts_from` (the first day where it is None), so that a campaign set up late does not cram what
    it never could have sent. `shares` weigh the pillars; every pillar with a share has at least `floors` posts (1
    where nothing is said) in the whole campaign. `min_repeat_days` parts two posts of one message on a channel; None
    scales it with the campaign. `exact` finds the most even times there are; otherwise nearly so, much faster.
    Raises ValueError, in Vietnamese, for values no plan can be made from.
    """

    starts_on: date
    ends_on: date
    not_before: datetime
    channels: tuple[ChannelRules, ...]
    candidates: tuple[Candidate, ...]
    shares: Mapping[str, float]
    aims: tuple[Aim, ...]
    floors: Mapping[str, int] = field(default_factory=dict)
    peaks: tuple[Peak, ...] = ()
    exposures: Exposures = field(default=Exposures(3, 10))
    min_repeat_days: int | None = None
    counts_from: date | None = None
    slot_minutes: int = 15
    zone: ZoneInfo = ZONE
    exact: bool = True

    def __post_init__(self) -> None:
        channels = [channel.id for channel in self.channels]
        aimed = [channel for aim in self.aims for channel in aim.channels]
        standing = [post.at for channel in self.channels for post in channel.standing]
        shares = self.shares.values()
        demands = {
            "Ngày kết thúc phải bằng hoặc sau ngày bắt đầu.": self.starts_on <= self.ends_on,
            "Bước khung giờ phải từ 1 phút trở lên.": self.slot_minutes >= 1,
            "Mọi thời điểm phải kèm múi giờ.": all(at.utcoffset() is not None for at in [self.not_before, *standing]),
            "Tỷ lệ của trụ cột không được âm.": all(share >= 0 for share in shares),
            "Cần ít nhất một trụ cột có tỷ lệ lớn hơn 0.": any(share > 0 for share in shares),
            "Mỗi kênh chỉ được khai báo một lần.": _are_distinct(channels),
            "Mỗi thông điệp chỉ được khai báo một lần.": _are_distinct([message.id for message in self.candidates]),
            "Mỗi kênh chỉ thuộc một mục tiêu.": _are_distinct(aimed),
            "Mục tiêu phải thuộc về một kênh của chiến dịch.": set(aimed) <= set(channels),
            "Mục tiêu không được âm.": all(aim.weekly >= 0 for aim in self.aims),
            "Mục tiêu tăng so với trước cần số liệu của kỳ gốc.": all(
                aim.raise_percent is None or aim.baseline is not None for aim in self.aims
            ),
            "Trọng số của thông điệp phải từ 1 trở lên.": all(message.weight >= 1 for message in self.candidates),
            "Hệ số cao điểm phải lớn hơn 0.": all(peak.factor > 0 for peak in self.peaks),
            "Số lần tiếp xúc ít nhất phải từ 1 và không quá số nhiều nhất.": (
                1 <= self.exposures.least <= self.exposures.most
            ),
            "Một kênh có khung giờ hoặc có buổi phát, không có cả hai.": all(
                not (channel.windows and channel.sessions) for channel in self.channels
            ),
        }
        for sentence, holds in demands.items():
            if not holds:
                raise ValueError(sentence)

    @property
    def days(self) -> int:
        """Days of the campaign."""
        return (self.ends_on - self.starts_on).days + 1

    @property
    def weeks(self) -> Fraction:
        """Weeks over which the aims count."""
        return Fraction((self.ends_on - max(self.counts_from or self.starts_on, self.starts_on)).days + 1, 7)

    @property
    def rest(self) -> int:
        """Days between two posts of one message on a channel: as set, else five in a month, scaled with the length."""
        return self.min_repeat_days if self.min_repeat_days is not None else min(14, max(2, round(self.days / 6)))


def _are_distinct(ids: Sequence[int]) -> bool:
    return len(set(ids)) == len(ids)


# ---------------------------------------------------------------- the plan


@dataclass(frozen=True)
class Slot:
    """One post to be made: what, where, when, and one Vietnamese sentence that says why here. `wording` counts from 0.

    `replaces` is the key of the standing post that it moves or gives another message.
    """

    channel_id: int
    at: datetime
    message_id: int
    pillar: str
    wording: int
    seconds: int
    reason: str
    replaces: int | None = None


@dataclass(frozen=True)
class Dropped:
    """A movable post that no longer fits and that nothing replaces; `reason` says in Vietnamese why."""

    channel_id: int
    key: int
    at: datetime
    reason: str


@dataclass(frozen=True)
class Relaxed:
    """A rule that gave way so that a slot is not empty, in the order of `RELAXATIONS`; `sentence` says by how much."""

    channel_id: int
    at: datetime
    rule: str
    sentence: str


@dataclass(frozen=True)
class Unmet:
    """An aim that is not met in full. `aim` says which: posts, minutes, share, exposures or slot; `rule` names what
    stands in the way, `reason` says in Vietnamese by how much, and `change` what would meet it. `channels` are those
    concerned."""

    aim: str
    channels: tuple[int, ...]
    wanted: float
    planned: float
    rule: str
    reason: str
    change: str

    @property
    def sentence(self) -> str:
        """Reason and change in one sentence."""
        return f"{self.reason}; {self.change}."


# Rules that give way where they would leave a slot empty, the first one first (radio schedulers do so: peers.md section
# a). Never: quiet hours, closures, validity, consent, local facts, approval, gap, day limit, budget, same text twice.
RELAXATIONS: Mapping[str, str] = {
    "wear": "thông điệp đã dùng đủ số lần thì nghỉ",
    "pillar": "không đăng hai bài liền nhau cùng trụ cột",
    "rest": "số ngày nghỉ giữa hai lần của một thông điệp",
    "share": "số bài của từng trụ cột",
}


@dataclass(frozen=True)
class Plan:
    """Slots by instant and channel, what happened to movable posts, rules that gave way, and aims that are not met.

    `kept` counts the movable posts that stay as they are; `evenness` is, by channel, the cost of `spread.cost` as a
    share of the target gap per post: 0 is perfectly even. `targets` are the posts that each pillar is to have in the
    whole campaign, by the shares and floors.
    """

    slots: tuple[Slot, ...]
    unmet: tuple[Unmet, ...]
    relaxed: tuple[Relaxed, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    kept: int = 0
    evenness: Mapping[int, float] = field(default_factory=dict)
    targets: Mapping[str, int] = field(default_factory=dict)

    @property
    def moves(self) -> int:
        """Standing posts that are moved, given another message or dropped."""
        return len(self.dropped) + sum(slot.replaces is not None for slot in self.slots)

    def document(self) -> dict[str, Any]:
        """The plan as plain JSON values; instants in ISO 8601, UTC."""
        return {
            "slots": [{**vars(slot), "at": slot.at.isoformat()} for slot in self.slots],
            "dropped": [{**vars(post), "at": post.at.isoformat()} for post in self.dropped],
            "relaxed": [{**vars(post), "at": post.at.isoformat()} for post in self.relaxed],
            "unmet": [{**vars(unmet), "channels": list(unmet.channels)} for unmet in self.unmet],
            "kept": self.kept,
            "moves": self.moves,
            "targets": dict(self.targets),
            "evenness": {str(channel): value for channel, value in sorted(self.evenness.items())},
        }

    @property
    def fingerprint(self) -> str:
        """SHA-256 (hex) of the document in canonical JSON: two plans with one fingerprint are the same plan."""
        return hash_document(self.document())
