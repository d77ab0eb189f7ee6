"""The places at which a channel may have a post, and how much of the campaign lies before each. Pure.

Windows or sessions, quiet hours, closures and dates leave open time. Each stretch of it weighs as much as its window
or session and its day's peak say; what lies before a place is its position. Posts the same distance apart in position
are evenly spread over the whole campaign, whatever days are open and whenever people listen. Weights are whole
numbers, so that equal is equal on every machine; instants are seconds since 1970 UTC, days ordinals of local days.
"""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from campaign.planner.openings import Opening, Timetable, openings, seconds
from campaign.planner.values import ChannelRules, PlanInput, Standing

_MINUTE = 60


@dataclass(frozen=True, eq=False)
class Track:
    """The places of one channel in order of time; the sequences have an entry a place.

    - `instants`  when a post there goes out (in a session: about when; `conduct` sets the second)
    - `positions` the weight of the campaign that lies before it, from 0 to `total`, never falling
    - `days`      its local day
    - `after`     the number of the first place that the next post may have
    - `room`      how many posts its day takes beside the frozen ones
    - `sessions`  the number of its session in `airtimes`, -1 outside sessions
    - `standing`  by number of the place, the campaign's own posts that stand there: those that are not movable must
                  stay and need no room, movable ones are left only where there is need

    Places nearer than the gap to a frozen post are left out, so that all limits hold wherever `after` and `room` do.
    """

    instants: Sequence[int]
    positions: Sequence[int]
    total: int
    days: Sequence[int]
    after: Sequence[int]
    room: Sequence[int]
    sessions: Sequence[int]
    standing: Mapping[int, Standing] = field(default_factory=dict)
    airtimes: Sequence["Airtime"] = ()

    @property
    def fixed(self) -> list[int]:
        """The places of posts that are never moved, in order."""
        return sorted(place for place, post in self.standing.items() if not post.movable)

    @property
    def kept(self) -> list[int]:
        """The places of posts that are moved only where there is need, in order."""
        return sorted(place for place, post in self.standing.items() if post.movable)


class Airtime(NamedTuple):
    """One session of one day: when it begins, the seconds and the instant from which frozen posts leave it free, and
    the instant at which its last item is over."""

    at: int
    seconds: int
    free_from: int
    ends: int


class _Place(NamedTuple):
    at: int
    position: int
    day: int
    session: int = -1
    post: Standing | None = None


def instant(at: int) -> datetime:
    """The instant so many seconds after 1970 began, UTC."""
    return datetime.fromtimestamp(at, UTC)


@dataclass(frozen=True)
class _Bounds:
    """All that a track depends on."""

    table: Timetable
    not_before: int
    gap: int
    max_per_day: int
    interval: int
    standing: tuple[Standing, ...]
    served: frozenset[int] | None
    shortest: int


def lay(what: PlanInput, channel: ChannelRules, served: frozenset[int] | None = None, shortest: int = 0) -> Track:
    """The track of a channel. `served` are the local days on which it has a message at all (None is every day),
    `shortest` the seconds of the shortest message it has."""
    bounds = _Bounds(
        table=Timetable.of(what, channel),
        not_before=seconds(what.not_before),
        gap=max(1, round(channel.min_gap.total_seconds())),
        max_per_day=channel.max_per_day,
        interval=channel.interval,
        standing=channel.standing,
        served=served,
        shortest=shortest,
    )
    return _lay(bounds)


@lru_cache(maxsize=64)  # channels of the same hours share a track, and so do the plans of a slider that moves
def _lay(bounds: _Bounds) -> Track:
    layer = _Layer(bounds)
    return layer.sessions() if bounds.table.sessions else layer.windows()


class _Layer:
    """Lays one track."""

    def __init__(self, bounds: _Bounds) -> None:
        self.bounds, self.zone = bounds, bounds.table.zone
        self.openings = openings(bounds.table)
        self.edges = list(accumulate((opening.weight for opening in self.openings), initial=0))
        self.starts = [opening.at for opening in self.openings]
        self.frozen = sorted(seconds(post.at) for post in bounds.standing if not post.movable)
        self.taken = Counter(self.day_of(post) for post in bounds.standing if not post.movable)

    def windows(self) -> Track:
        days = {opening.day for opening in self.openings if self.is_usable(opening.day)}
        rows = {
            opening.at: _Place(opening.at, position, opening.day)
            for opening, position in zip(self.openings, self.edges, strict=False)
            if opening.day in days and opening.at >= self.bounds.not_before
        }
        for at in self.frozen:  # too near to it
            first, last = (
                bisect_right(self.starts, at - self.bounds.gap),
                bisect_left(self.starts, at + self.bounds.gap),
            )
            for near in self.starts[first:last]:
                rows.pop(near, None)
        for post in self.own():
            at = seconds(post.at)
            if not post.movable or self.may_stay(post):
                rows[at] = self.standing(post)
        return self.track(sorted(rows.values(), key=lambda row: row.at))

    def sessions(self) -> Track:
        rows: list[_Place] = []
        airtimes: list[Airtime] = []
        inside = self.by_session()
        for number, (opening, position) in enumerate(zip(self.openings, self.edges, strict=False)):
            posts = sorted(inside.pop(number, ()), key=lambda post: (post.movable, post.at, post.key))
            frozen = [post for post in posts if not post.movable]
            airtime = self.airtime(opening, frozen)
            held: list[Standing | None] = [post if post.own else None for post in frozen]
            if self.takes_more(opening):
                held += self.held(opening, airtime, posts)
            for item, post in enumerate(held):
                if item >= len(frozen) or post is not None:
                    share = opening.weight * item // len(held)
                    rows.append(_Place(opening.at + item, position + share, opening.day, number, post))
            airtimes.append(airtime)
        # Those outside every session by now: frozen ones stay, the others have to move.
        rows += [self.standing(post) for post in inside.pop(-1, ()) if not post.movable and self.counts(post)]
        return self.track(sorted(rows, key=lambda row: (row.at, row.position)), airtimes)

    def airtime(self, opening: Opening, frozen: Sequence[Standing]) -> Airtime:
        """What the frozen posts leave of a session."""
        interval = self.bounds.interval
        budget = opening.session.seconds if opening.session else 0
        spent = sum(post.seconds + interval for post in frozen)
        over = [opening.at, *(seconds(post.at) + post.seconds + interval for post in frozen)]
        free_from, ends = next_minute(max(over)), opening.at + self.length(opening)
        return Airtime(opening.at, max(0, min(budget - spent, ends - free_from)), free_from, ends)

    def takes_more(self, opening: Opening) -> bool:
        """Whether a session may have anything beside its frozen posts."""
        return opening.at >= self.bounds.not_before and self.is_usable(opening.day)

    def held(self, opening: Opening, airtime: Airtime, posts: Sequence[Standing]) -> list[Standing | None]:
        """The items of a session beside the frozen ones, by number and by seconds: movable posts that may stay, and for
        how many others there is room if all were the shortest."""
        interval = self.bounds.interval
        movable = [post for post in posts if post.movable]
        room = max(0, (opening.session.items if opening.session else 0) - len(posts) + len(movable))
        held: list[Standing | None] = []
        left, free_from = airtime.seconds, airtime.free_from
        for post in movable[:room]:
            over = seconds(post.at) + post.seconds
            if post.seconds <= left and over <= airtime.ends:
                held.append(post)
                left -= post.seconds + interval
                free_from = max(free_from, next_minute(over + interval))
        item = self.bounds.shortest + interval
        fitting = (min(left, airtime.ends - free_from) + interval) // item if item else room
        return held + [None] * max(0, min(room - len(held), fitting))

    def by_session(self) -> dict[int, list[Standing]]:
        """The standing posts by the number of the session they fall into, -1 for those outside every session."""
        found: dict[int, list[Standing]] = defaultdict(list)
        for post in self.bounds.standing:
            at = seconds(post.at)
            number = bisect_right(self.starts, at) - 1
            is_inside = number >= 0 and at < self.starts[number] + self.length(self.openings[number])
            found[number if is_inside else -1].append(post)
        return found

    def length(self, opening: Opening) -> int:
        """The seconds a session may last, as each of its items begins on a whole minute."""
        return opening.session.longest if opening.session else opening.span

    def track(self, rows: Sequence[_Place], airtimes: Sequence[Airtime] = ()) -> Track:
        instants = [row.at for row in rows]
        return Track(
            instants=instants,
            positions=[row.position for row in rows],
            total=self.edges[-1],
            days=[row.day for row in rows],
            after=self.following(instants),
            room=[max(0, self.bounds.max_per_day - self.taken[row.day]) for row in rows],
            sessions=[row.session for row in rows],
            standing={number: row.post for number, row in enumerate(rows) if row.post is not None},
            airtimes=airtimes,
        )

    def following(self, instants: Sequence[int]) -> list[int]:
        """The first place that may follow each: beyond the gap, or simply the next one where there are sessions."""
        if self.bounds.table.sessions:
            return list(range(1, len(instants) + 1))
        found: list[int] = []
        following = 0
        for number, at in enumerate(instants):
            following = max(following, number + 1)
            while following < len(instants) and instants[following] < at + self.bounds.gap:
                following += 1
            found.append(following)
        return found

    # ------------------------------------------------------------ what may be where

    def own(self) -> Iterator[Standing]:
        """The campaign's own posts within its days."""
        return filter(self.counts, self.bounds.standing)

    def counts(self, post: Standing) -> bool:
        first, last = self.bounds.table.starts_on.toordinal(), self.bounds.table.ends_on.toordinal()
        return post.own and first <= self.day_of(post) <= last

    def standing(self, post: Standing) -> _Place:
        """The place of a post that stands outside sessions."""
        at = seconds(post.at)
        return _Place(at, self.position(at), self.day_of(post), post=post)

    def may_stay(self, post: Standing) -> bool:
        """Whether a movable post stands in open time and far enough from frozen ones."""
        at = seconds(post.at)
        number = bisect_right(self.starts, at) - 1
        if number < 0 or at >= self.starts[number] + self.openings[number].span:
            return False
        return self.is_usable(self.day_of(post)) and self.is_clear(at)

    def is_usable(self, day: int) -> bool:
        """Whether the channel has a message on a day, and room beside the frozen posts."""
        return (self.bounds.served is None or day in self.bounds.served) and self.taken[day] < self.bounds.max_per_day

    def is_clear(self, at: int) -> bool:
        number = bisect_left(self.frozen, at)
        return all(abs(at - other) >= self.bounds.gap for other in self.frozen[max(0, number - 1) : number + 1])

    def position(self, at: int) -> int:
        """The weight that lies before an instant, in proportion where it falls into open time."""
        number = bisect_right(self.starts, at) - 1
        if number < 0:
            return 0
        opening = self.openings[number]
        return self.edges[number] + opening.weight * min(opening.span, at - opening.at) // opening.span

    def day_of(self, post: Standing) -> int:
        return post.at.astimezone(self.zone).toordinal()


def next_minute(at: int) -> int:
    """The first whole minute that is not before an instant."""
    return -(-at // _MINUTE) * _MINUTE
