"""Spreading posts evenly over the time a channel may speak. Pure arithmetic on whole numbers.

Every open instant lies on one axis whose unit is a post: a day weighs in proportion to its open time, but never more
than it can carry. Posts one unit apart there are evenly spread. The work has three steps:

1. Ideal places: as many as wanted, even between the posts that stand already.
2. Snap: each goes to the nearest instant its predecessor leaves open, and never so late that a later one is lost.
3. Settle: a dynamic programme in a band around the snapped instants makes the sum of squared distances between
   neighbours least, until it stands still (engine.md section 2).

Instants and spans are whole microseconds, instants counted from any one epoch; days are ordinals of local days.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

UNIT = 1_000_000  # places are millionths of a post: whole numbers tie, or do not tie, alike on every machine
_BAND = 12  # instants to either side that one pass of step 3 considers
_PASSES = 4
_START = -1


@dataclass(frozen=True)
class Track:
    """The open instants of one channel in ascending order, and what stands or must be kept beside them.

    `standing` are the instants and days of posts that exist already, in ascending order. `step` is the open time that
    one instant stands for; where the next one is nearer, it stands for less.
    """

    instants: Sequence[int]
    days: Sequence[int]
    standing: Sequence[tuple[int, int]]
    gap: int
    max_per_day: int
    step: int


def capacity(track: Track) -> int:
    """The largest number of posts the track can take beside the standing ones."""
    return len(_Free.beside_standing(track).earliest())


def spread(track: Track, posts: int, phase: float = 0.5) -> list[int]:
    """The instants of `posts` posts (at most `capacity`), as even as the limits allow.

    `phase`, from 0 to 1, is the distance of the first post to the start of the axis, in parts of the distance between
    two posts; the last one has the rest of it to the end. Channels with different phases do not speak all at once.
    """
    if posts <= 0:
        return []
    free = _Free.beside_standing(track)
    axis = _Axis(track, free, posts, round(UNIT * phase))
    picks = free.snap(axis.wishes(posts), free.latest(posts))
    for _ in range(_PASSES):
        settled = _settle(free, axis, picks)
        if settled == picks:
            break
        picks = settled
    return [free.instants[pick] for pick in picks]


@dataclass(frozen=True)
class _Free:
    """The instants the standing posts leave free, with what the day of each still takes.

    Standing posts are done with here: whatever keeps this gap and these limits keeps them beside standing posts too.
    """

    instants: Sequence[int]
    days: Sequence[int]
    limits: Sequence[int]
    gap: int

    @classmethod
    def beside_standing(cls, track: Track) -> "_Free":
        gap = max(track.gap, 1)
        taken = [instant for instant, _ in track.standing]
        booked = Counter(day for _, day in track.standing)
        rows = []
        for instant, day in zip(track.instants, track.days, strict=True):
            number = bisect_left(taken, instant)
            near = taken[max(0, number - 1) : number + 1]
            if booked[day] < track.max_per_day and all(abs(instant - other) >= gap for other in near):
                rows.append((instant, day))
        limits = [track.max_per_day - booked[day] for _, day in rows]
        return cls([instant for instant, _ in rows], [day for _, day in rows], limits, gap)

    def after(self, pick: int, used: int) -> int:
        """The first place open to the next post when `pick` is post number `used` of its day; later ones are too."""
        first = bisect_left(self.instants, self.instants[pick] + self.gap)
        return first if used < self.limits[pick] else max(first, bisect_right(self.days, self.days[pick]))

    def snap(self, wishes: Sequence[int], bounds: Sequence[int]) -> list[int]:
        """The nearest place to each wish that its predecessor leaves open and that is not beyond its bound.

        With `latest` as bounds no post is lost: one that is not later than its bound leaves room for all that follow.
        """
        picks: list[int] = []
        first = 0
        used = 0
        for wish, bound in zip(wishes, bounds, strict=True):
            if first >= len(self.instants):
                break
            pick = min(max(wish, first), bound)
            used = used + 1 if picks and self.days[picks[-1]] == self.days[pick] else 1
            picks.append(pick)
            first = self.after(pick, used)
        return picks

    def earliest(self) -> list[int]:
        """Every post as early as it can be. No other choice has more posts: none has its k-th post any earlier."""
        size = len(self.instants)
        return self.snap([0] * size, [size] * size)

    def latest(self, posts: int) -> list[int]:
        """The last `posts` posts, each as late as it can be: `earliest` seen in a mirror."""
        mirror = _Free(
            [-instant for instant in reversed(self.instants)],
            [-day for day in reversed(self.days)],
            self.limits[::-1],
            self.gap,
        )
        return [len(self.instants) - 1 - pick for pick in reversed(mirror.earliest()[:posts])]

    def carries(self) -> Counter[int]:
        """How many posts each day could take if it stood alone."""
        counts: Counter[int] = Counter()
        for day in dict.fromkeys(self.days):
            part = slice(bisect_left(self.days, day), bisect_right(self.days, day))
            alone = _Free(self.instants[part], self.days[part], self.limits[part], self.gap)
            counts[day] = len(alone.earliest())
        return counts


class _Axis:
    """The places of free instants and of fixed points: the standing posts, and one imaginary neighbour beyond each end.

    They stand where the next posts would be if the track went on, so that ends need no rule of their own.
    """

    def __init__(self, track: Track, free: _Free, posts: int, phase: int) -> None:
        first, last = track.instants[0], track.instants[-1]
        standing = [(instant, day) for instant, day in track.standing if first <= instant <= last]
        edges = _edges(track, free, posts, Counter(day for _, day in standing))
        middles = {instant: (a + b) // 2 for instant, (a, b) in zip(track.instants, pairwise(edges), strict=True)}
        taken = [instant for instant, _ in standing]
        points = [middles.get(instant, edges[bisect_left(track.instants, instant)]) for instant in taken]
        self.fixed = [phase - UNIT, *points, edges[-1] + phase]
        self.squares = [0, *accumulate((b - a) ** 2 for a, b in pairwise(self.fixed))]
        # Two places more, for the imaginary neighbours: index `end`, and _START, which Python reads as the last one.
        self.end = len(free.instants)
        self.places = [*(middles[instant] for instant in free.instants), self.fixed[-1], self.fixed[0]]
        self.passed = [*(bisect_left(taken, instant) + 1 for instant in free.instants), len(points) + 1, 1]

    def cost(self, left: int, right: int) -> int:
        """The squared distances on the way from one pick to the next, by the fixed points between them."""
        here, there = self.places[left], self.places[right]
        first, beyond = self.passed[left], self.passed[right]
        if first == beyond:
            return (there - here) ** 2
        between = self.squares[beyond - 1] - self.squares[first]
        return (self.fixed[first] - here) ** 2 + between + (there - self.fixed[beyond - 1]) ** 2

    def wishes(self, posts: int) -> list[int]:
        """The free instants nearest to the ideal places, in order.

        Every post goes to the stretch between two fixed points where it saves most (which is optimal, since the cost
        of a stretch is convex in its posts); the posts of one stretch divide it evenly.
        """
        lengths = [b - a for a, b in pairwise(self.fixed)]
        counts = [0] * len(lengths)
        for _ in range(posts):
            gains = [length**2 / ((n + 1) * (n + 2)) for length, n in zip(lengths, counts, strict=True)]
            counts[gains.index(max(gains))] += 1
        return [
            self._nearest(start + length * number // (count + 1))
            for start, length, count in zip(self.fixed[:-1], lengths, counts, strict=True)
            for number in range(1, count + 1)
        ]

    def _nearest(self, place: int) -> int:
        right = bisect_left(self.places, place, hi=self.end)
        options = range(max(0, right - 1), min(self.end, right + 1))
        return min(options, key=lambda option: abs(self.places[option] - place))


def _edges(track: Track, free: _Free, posts: int, booked: Mapping[int, int]) -> list[int]:
    """Where the time of each open instant begins on the axis, and at last where all of it ends."""
    nexts = [*track.instants[1:], track.instants[-1] + track.step]
    spans = [min(track.step, b - a) for a, b in zip(track.instants, nexts, strict=True)]
    open_time: Counter[int] = Counter()
    for day, span in zip(track.days, spans, strict=True):
        open_time[day] += span
    carries = free.carries()
    loads = {day: carries[day] + booked.get(day, 0) for day in open_time}
    weights = _weights(open_time, loads, posts + sum(booked.get(day, 0) for day in open_time))
    parts = (weights[day] * span / open_time[day] for day, span in zip(track.days, spans, strict=True))
    return [round(UNIT * edge) for edge in accumulate(parts, initial=0.0)]


def _weights(open_time: Mapping[int, int], loads: Mapping[int, int], posts: int) -> dict[int, float]:
    """What each day weighs, in posts: in proportion to its open time, but no more than its load. All weigh `posts`."""
    weights: dict[int, float] = {}
    left, time_left = float(posts), sum(open_time.values())
    for day in sorted(open_time, key=lambda day: (loads[day] / open_time[day], day)):
        weights[day] = min(loads[day], left * open_time[day] / time_left)
        left -= weights[day]
        time_left -= open_time[day]
    return weights


_State = tuple[int, int]  # a pick, and which post of its day it is


def _settle(free: _Free, axis: _Axis, picks: Sequence[int]) -> list[int]:
    """The picks of least cost within the band around these. They are never worse, as these are among them."""
    costs: dict[_State, int] = {(_START, 0): 0}
    trails: list[dict[_State, _State]] = []
    for pick in picks:
        costs, trail = _extend(free, axis, costs, range(max(0, pick - _BAND), min(axis.end, pick + _BAND + 1)))
        trails.append(trail)
    state = min(costs, key=lambda state: (costs[state] + axis.cost(state[0], axis.end), state))
    settled = []
    for trail in reversed(trails):
        settled.append(state[0])
        state = trail[state]
    return settled[::-1]


def _extend(
    free: _Free, axis: _Axis, costs: Mapping[_State, int], band: range
) -> tuple[dict[_State, int], dict[_State, _State]]:
    """The cheapest way to put one more post on every place of the band, and the state it comes from."""
    best: dict[_State, int] = {}
    trail: dict[_State, _State] = {}
    for pick in band:
        newest = free.instants[pick] - free.gap
        for state, cost in costs.items():
            before, used = state
            if before != _START and free.instants[before] > newest:
                continue
            used = used + 1 if before != _START and free.days[before] == free.days[pick] else 1
            total = cost + axis.cost(before, pick)
            reached = (pick, used)
            if used <= free.limits[pick] and (reached not in best or total < best[reached]):
                best[reached], trail[reached] = total, state
    return best, trail
