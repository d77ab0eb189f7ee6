"""The places that posts can still have on a track, with those of posts that must stay. Pure arithmetic."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from heapq import heapify, heapreplace
from itertools import pairwise
from typing import Self

import numpy as np
from numpy.typing import NDArray

from campaign.planner.track import Track

Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Field:
    """The places of forced posts and those that are free beside them; arrays with an entry a place.

    What keeps `after` and `room` here keeps those of the track: forced posts are in nobody's way and need no room.
    """

    numbers: Numbers  # on the track
    at: Numbers
    total: int
    days: Numbers
    after: Numbers
    room: Numbers
    forced: Flags

    @classmethod
    def of(cls, track: Track) -> Self:
        """What the fixed posts of a track leave free."""
        at, days, room = (np.array(each, np.int64) for each in (track.positions, track.days, track.room))
        after = np.maximum.accumulate(np.array(track.after, np.int64))  # falls between sessions that are too near
        whole = cls(np.arange(len(at)), at, track.total, days, after, room, np.zeros(len(at), bool))
        return whole._beside(np.array(track.fixed, np.int64))

    def holding(self, held: Sequence[int]) -> Self:
        """The same with posts that agree with each other held where they stand (numbers on the track): forced ones
        that do need room."""
        rows = np.searchsorted(self.numbers, held)
        room = self.room.copy()
        for row in rows:
            room -= self.days == self.days[row]
        return replace(self, room=room)._beside(rows)

    def only(self, places: Sequence[int]) -> Self:
        """The same with no other free places than these (numbers on the track)."""
        return self._select(self.forced | np.isin(self.numbers, places))

    def _beside(self, rows: Numbers) -> Self:
        forced = self.forced.copy()
        forced[rows] = True
        marks, size = np.flatnonzero(forced), len(forced)
        passed = np.searchsorted(marks, np.arange(size))
        is_late_enough = np.append(0, self.after[marks])[passed] <= np.arange(size)
        is_early_enough = self.after <= np.append(marks, size)[passed]
        free = is_late_enough & is_early_enough & (self.room > 0)
        return replace(self, forced=forced)._select(forced | free)

    def _select(self, chosen: Flags) -> Self:
        rows = np.flatnonzero(chosen)
        forced = self.forced[rows]
        after = np.where(forced, np.arange(len(rows)) + 1, np.searchsorted(rows, self.after[rows]))
        numbers, at, days, room = self.numbers[rows], self.at[rows], self.days[rows], self.room[rows]
        return replace(self, numbers=numbers, at=at, days=days, after=after, room=room, forced=forced)._simplified()

    def _simplified(self) -> Self:
        """The same, with every place of a day that cannot be overfull as a day of its own: nothing to count there."""
        days, room = self.days.copy(), self.room.copy()
        after = self.after.tolist()
        for start, end in pairwise(dict.fromkeys([0, *self.ends])):
            pick, used = self.open_from[start], 0
            while pick < end and used <= room[start]:
                pick, used = self.open_from[after[pick]], used + 1
            if used <= room[start]:
                days[start:end] = -1 - np.arange(start, end)
                room[start:end] = 1
        return replace(self, days=days, room=room)

    @cached_property
    def ends(self) -> list[int]:
        """Where the next day begins, by place."""
        cuts = np.append(np.flatnonzero(np.diff(self.days)) + 1, len(self.days))
        ends: list[int] = cuts[np.searchsorted(cuts, np.arange(len(self.days)), "right")].tolist()
        return ends

    @cached_property
    def open_from(self) -> list[int]:
        """The first free place, by where one begins to look."""
        size = len(self.at)
        free = np.append(np.where(self.forced, size, np.arange(size)), size)
        found: list[int] = np.minimum.accumulate(free[::-1])[::-1].tolist()
        return found

    @cached_property
    def before(self) -> Numbers:
        """The last place that the post before may have, by place: `after` seen from the other side."""
        found: Numbers = np.searchsorted(self.after, np.arange(len(self.after)), "right") - 1
        return found

    def walk(self, wishes: Sequence[int], bounds: Sequence[int]) -> list[int]:
        """The nearest place to each wish that its predecessor leaves open and that is not beyond its bound.

        With `latest` as bounds no post is lost: one that is not later than its bound leaves room for all that follow.
        """
        after, days, room = self.after.tolist(), self.days.tolist(), self.room.tolist()
        picks: list[int] = []
        first, used = self.open_from[0], 0
        for wish, bound in zip(wishes, bounds, strict=True):
            if first >= len(days):
                break
            pick = min(max(wish, first), bound)
            used = used + 1 if picks and days[picks[-1]] == days[pick] else 1
            picks.append(pick)
            first = self.open_from[max(after[pick], self.ends[pick] if used == room[pick] else 0)]
        return picks

    @cached_property
    def earliest(self) -> list[int]:
        """As many posts as there can be, each as early as it can be."""
        size = len(self.at)
        return self.walk([0] * size, [size] * size)

    @cached_property
    def latest(self) -> list[int]:
        """As many posts as there can be, each as late as it can be: `earliest` seen in a mirror."""
        last = len(self.at) - 1
        days, room, forced = self.days[::-1], self.room[::-1], self.forced[::-1]
        mirror = replace(self, days=days, after=last - self.before[::-1], room=room, forced=forced)
        return [last - pick for pick in reversed(mirror.earliest)]

    def wishes(self, posts: int) -> list[int]:
        """The free places nearest to where `posts` posts between the forced ones would ideally be.

        Every post goes to the stretch between two forced ones where it saves most (which is optimal, since the
        squares of a stretch are convex in its posts); those of one stretch divide it evenly, with half a gap at
        either end of the track. Parts are counted in half gaps.
        """
        stretches = list(pairwise([0, *self.at[self.forced].tolist(), self.total]))
        leads = [1] + [2] * (len(stretches) - 1)
        parts = [lead + trail - 2 for lead, trail in zip(leads, reversed(leads), strict=True)]
        gains = [
            (_gain(stretch, part), number) for number, (stretch, part) in enumerate(zip(stretches, parts, strict=True))
        ]
        heapify(gains)
        for _ in range(posts):
            number = gains[0][1]
            parts[number] += 2
            heapreplace(gains, (_gain(stretches[number], parts[number]), number))
        ideals = [
            start + (end - start) * half // part
            for (start, end), lead, part in zip(stretches, leads, parts, strict=True)
            for half in range(lead, part, 2)
        ]
        return self._nearest(ideals)

    def _nearest(self, ideals: Sequence[int]) -> list[int]:
        """The free place nearest to each position, the earlier one of two."""
        free = np.flatnonzero(~self.forced)
        at = self.at[free]
        right = np.searchsorted(at, ideals).clip(0, len(at) - 1)
        left = (right - 1).clip(0)
        found: list[int] = free[np.where(ideals - at[left] <= at[right] - ideals, left, right)].tolist()
        return found


def _gain(stretch: tuple[int, int], parts: int) -> float:
    """What one more post saves of the squares of a stretch that is cut into so many parts, negative: least is best."""
    start, end = stretch
    return -((end - start) ** 2) / (max(1, parts) * (parts + 2))
