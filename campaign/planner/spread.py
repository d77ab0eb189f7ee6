"""The most even times on a track. Pure arithmetic on whole numbers: the same track has the same times on any machine.

With n posts on a track that weighs W the target gap is G = W/n. A choice of places costs the sum of |gap - G| over
neighbours, plus |position of the first - G/2| and |W - position of the last - G/2|. All is counted 2n times, so that
nothing is rounded. Many choices cost the same (gaps of G/2, G, 3G/2 cost what gaps of G/2, 5G/4, 5G/4 do): the one
whose deviations have the least sum of squares is taken, and of those the one whose last post is earliest, then its
last but one, and so on.

1. Field: the places that fixed posts leave free. Kept posts that can all stay are fixed from here on.
2. Snap: each ideal place goes to the nearest one its predecessor leaves open, never so late that a later one is lost.
3. Settle: a dynamic programme over (posts so far, place, posts so far that day), in a band around what is there.
4. Prove: the same programme over every place that can be part of anything better (or, where those are too many to
   compare in about a second, as in a season under strong peaks, in a band as wide as time allows).

Step 4 loses nothing. Deviations up to a post add up to at least the distance from its place to its ideal one, and so
do those after it: in a choice that costs at most U every post lies within U/2 of its ideal place, and for the same
reason every gap within U/2 of G. Nor does a post lie beyond the earliest or the latest place that its number allows.
U is what step 3 has found; what a state has cost so far, with the distance of its post from the ideal place, is
already more than that where it leads to nothing better. Fees for kept posts left out count alike: what has been paid
and the fewest that must still be paid.
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from math import isqrt
from typing import NamedTuple, Self

import numpy as np

from campaign.planner.field import Field, Flags, Numbers
from campaign.planner.track import Track

_BAND = 24  # places to either side that a pass of step 3 considers
# Ways to compare, about half a second's work; beyond, step 4 looks in the widest band that this allows.
_EFFORT = 10**8
_WIDEST = 1 << 60  # keys stay below it, so that no sum of them overflows
_NEVER = 1 << 61


def capacity(track: Track) -> int:
    """The most posts that a track takes beside the fixed ones: each as early as it can be.

    No other choice has more. None has its k-th post any earlier: what may follow its k-th post may follow ours as
    well, which is no later and, if it is on the same day, has at least as many of that day's posts up to it.
    """
    return len(Field.of(track).earliest)


def spread(track: Track, posts: int, *, exact: bool = True) -> list[int]:
    """The places of `posts` posts beside the fixed ones, in order: as few kept ones left out as can be, then as even
    as can be. `exact` makes sure of that; otherwise it is nearly so, much faster.

    Raises ValueError for fewer posts than none or more than the `capacity`.
    """
    return list(_spread(track, posts, exact))


@lru_cache(maxsize=64)  # channels of the same hours share their times, and so do plans in which only the mix changes
def _spread(track: Track, posts: int, exact: bool) -> tuple[int, ...]:
    free = Field.of(track)
    most = len(free.earliest)
    if not 0 <= posts <= most:
        raise ValueError(f"a track for {most} posts cannot take {posts}")
    kept = free.only(track.kept)
    is_contended = False
    if posts <= len(kept.earliest):  # nothing is new: all there is to say is which of the kept ones stay
        programme = _Programme(kept, posts)
    else:
        held = _holdable(free, kept, posts)
        is_contended = len(held) < int(np.count_nonzero(~kept.forced))
        programme = _Programme(free.holding(held), posts - len(held))
    places = programme.settle()
    if exact:
        places = (_Programme(free, posts, kept) if is_contended else programme).improve(places)
    fixed = set(track.fixed)
    return tuple(place for place in places if place not in fixed)


def cost(track: Track, places: Sequence[int]) -> int:
    """How uneven the campaign's posts on a track are, 2n times: `places` has all of them in order, fixed ones too.
    0 is perfectly even."""
    if not places:
        return 0
    twice, total = 2 * len(places), track.total
    at = [track.positions[place] for place in places]
    ends = abs(twice * at[0] - total) + abs(twice * (total - at[-1]) - total)
    return ends + sum(abs(twice * (there - here) - 2 * total) for here, there in pairwise(at))


def evenness(track: Track, places: Sequence[int]) -> float:
    """The cost per post as a share of the target gap."""
    whole = 2 * len(places) * track.total
    return cost(track, places) / whole if whole else 0.0


def _holdable(free: Field, kept: Field, posts: int) -> list[int]:
    """Kept places that agree with each other and leave room for `posts` posts in all; no other could join them."""
    agreeing: list[int] = kept.numbers[kept.earliest].tolist()
    if len(agreeing) + len(free.holding(agreeing).earliest) >= posts:
        return agreeing
    held: list[int] = []
    field = free
    for place in kept.numbers[~kept.forced].tolist():
        if place in field.numbers:
            closer = field.holding([place])
            if len(held) + 1 + len(closer.earliest) >= posts:
                field = closer
                held.append(place)
    return held


# ---------------------------------------------------------------- the dynamic programme


class _Row(NamedTuple):
    """The least keys of k posts: by how many of its day the last one is, and by its place, from `first` on."""

    first: int
    keys: Numbers

    @property
    def places(self) -> slice:
        return slice(self.first, self.first + self.keys.shape[1])


class _Scale(NamedTuple):
    """How costs become keys, whose order is that of cost, then of the squares: `unit` times the cost, plus the squares
    without their last `shift` bits. No deviation above `slack` and no key above `limit` matters."""

    slack: int
    limit: int
    unit: int
    shift: int

    @classmethod
    def within(cls, worst: int, deviations: int) -> Self:
        """For costs up to `worst`, of which deviations make up so much."""
        unit = _WIDEST // (worst + 1)
        shift = max(0, deviations.bit_length() - isqrt(unit - 1).bit_length() + 1)
        return cls(deviations // 2, (worst + 1) * unit - 1, unit, shift)

    def keys(self, deviations: Numbers) -> Numbers:
        near = np.minimum(deviations, self.slack)
        keys: Numbers = near * self.unit + (near >> self.shift) ** 2
        return keys


class _Programme:
    """Chooses `posts` free places of a field. Positions are taken 2n times here, as costs are.

    Where not all `kept` places can stay, every other place costs a fee that is dearer than any unevenness.
    """

    def __init__(self, field: Field, posts: int, kept: Field | None = None) -> None:
        kept = kept or field
        self.field, self.posts = field, posts
        self.numbers = np.arange(len(field.at))
        self.marks = np.flatnonzero(field.forced)
        self.n, self.total = posts + len(self.marks), field.total
        self.at = 2 * self.n * field.at
        self.ideals = (2 * np.arange(self.n) + 1) * self.total
        self.gate = np.append(-1, self.marks)[np.searchsorted(self.marks, self.numbers)]  # no post skips a forced one
        self.full = np.arange(field.room.max(initial=0) + 1)[:, None] > field.room
        self.fee = 4 * self.n * self.total + 1
        self.fees = np.where(np.isin(field.numbers, kept.numbers), 0, self.fee)
        freely = np.sort(np.append(self.marks, np.searchsorted(field.numbers, kept.numbers[kept.latest])))
        self.least = max(0, self.n - len(freely))  # fees of any choice
        self.spare = len(freely) - np.searchsorted(freely, self.numbers, "right")  # posts without a fee beyond a place

    def settle(self) -> list[int]:
        """Nearly the best choice (numbers on the track): snapped, then improved within a band."""
        if self.posts == 0:
            return self.on_track(self.marks)
        snapped = self.field.walk(self.field.wishes(self.posts), self.field.latest[-self.posts :])
        return self.improve(self.on_track(np.sort([*self.marks, *snapped])), _BAND)

    def improve(self, places: list[int], band: int | None = None) -> list[int]:
        """The best choice of all, or of those in a band around these places. It is never worse than they are."""
        if self.posts == 0:
            return places
        picks = np.searchsorted(self.field.numbers, places)
        scale = self.scale(picks)
        ranges = self.ranges(scale, picks, band)
        if self.effort(ranges) > _EFFORT:
            ranges = self.ranges(scale, picks, isqrt(_EFFORT // (self.n * len(self.full))) // 2)
        keys = np.full((len(self.full), ranges[0].stop - ranges[0].start), _NEVER)
        starts = scale.keys(np.abs(self.at - self.total))
        keys[0] = np.where(self.gate < 0, starts, _NEVER)[ranges[0]]
        rows = [self.land(scale, 0, ranges[0], keys)]
        for number in range(1, self.n):
            rows.append(self.land(scale, number, ranges[number], self.leap(scale, rows[-1], ranges[number])))
        return self.on_track(np.array(self.trace(scale, rows)))

    def on_track(self, picks: Numbers) -> list[int]:
        places: list[int] = self.field.numbers[picks].tolist()
        return places

    def scale(self, picks: Numbers) -> _Scale:
        """For costs up to that of these places."""
        at = self.at[picks]
        ends = abs(at[0] - self.total) + abs(self.ideals[-1] - at[-1])
        spent = int(ends + np.abs(np.diff(at) - 2 * self.total).sum())
        fees = int(np.count_nonzero(self.fees[picks]))
        return _Scale.within(spent + fees * self.fee, spent + (fees - self.least) * self.fee)

    def ranges(self, scale: _Scale, picks: Numbers, band: int | None) -> list[slice]:
        """The places that each post may have."""
        earliest = np.sort([*self.marks, *self.field.earliest[: self.posts]])
        latest = np.sort([*self.marks, *self.field.latest[-self.posts :]])
        lows = np.maximum(np.searchsorted(self.at, self.ideals - scale.slack), earliest)
        highs = np.minimum(np.searchsorted(self.at, self.ideals + scale.slack, "right") - 1, latest)
        if band is not None:
            lows, highs = np.maximum(lows, picks - band), np.minimum(highs, picks + band)
        return [slice(low, high + 1) for low, high in zip(lows.tolist(), highs.tolist(), strict=True)]

    def effort(self, ranges: Sequence[slice]) -> int:
        """How many ways from one place to the next there are to compare."""
        widths: list[int] = [places.stop - places.start for places in ranges]
        return len(self.full) * sum(here * there for here, there in pairwise(widths))

    def steps(self, scale: _Scale, before: slice, places: slice) -> Numbers:
        """The keys of the gaps to places (rows) from those `before` (columns)."""
        gaps = np.abs(self.at[places, None] - self.at[before] - 2 * self.total)
        numbers = self.numbers[before]
        legal = (
            (numbers <= self.field.before[places, None]) & (numbers >= self.gate[places, None]) & (gaps <= scale.slack)
        )
        return np.where(legal, scale.keys(gaps), _NEVER)

    def leap(self, scale: _Scale, row: _Row, places: slice) -> Numbers:
        """The least keys on the way to places, by how many posts their day has before."""
        steps = self.steps(scale, row.places, places)
        same = self.field.days[places, None] == self.field.days[row.places]
        keys: Numbers = (row.keys[:, None] + np.where(same, steps, _NEVER)).min(-1)
        others = (row.keys.min(0) + np.where(same, _NEVER, steps)).min(-1)
        np.minimum(keys[0], others, out=keys[0])
        return keys

    def land(self, scale: _Scale, number: int, places: slice, keys: Numbers) -> _Row:
        """The row of a post, without states that lead to nothing better: `keys` are those on the way there."""
        one_more = np.vstack([np.full_like(keys[:1], _NEVER), keys[:-1]])
        keys = np.where(self.field.forced[places], keys, one_more) + self.fees[places] * scale.unit
        ahead = np.abs(self.at[places] - self.ideals[number])
        ahead += self.fee * (self.n - 1 - number - self.spare[places]).clip(0)
        most = scale.limit - np.minimum(ahead, scale.limit // scale.unit) * scale.unit
        keys[self.full[:, places] | (keys > most)] = _NEVER
        (used,) = (keys.min(0) < _NEVER).nonzero()
        return _Row(places.start + int(used[0]), keys[:, used[0] : used[-1] + 1])

    def trace(self, scale: _Scale, rows: list[_Row]) -> list[int]:
        """The choice that the rows lead to: of equal ones, always the earlier place."""
        row = rows[-1]
        ends = scale.keys(np.abs(self.ideals[-1] - self.at[row.places]))
        keys = row.keys + np.where(self.numbers[row.places] >= self.marks.max(initial=0), ends, _NEVER)
        states = keys == keys.min()
        picks = []
        for number in reversed(range(self.n)):
            row = rows[number]
            column = int(states.any(0).argmax())
            counts = states[:, column]
            pick = row.first + column
            picks.append(pick)
            if number:
                key = row.keys[counts, column][0] - self.fees[pick] * scale.unit
                states = self.origins(scale, rows[number - 1], pick, counts, key)
        return picks[::-1]

    def origins(self, scale: _Scale, row: _Row, pick: int, counts: Flags, key: np.int64) -> Flags:
        """The states of a row from which one comes, at that key, to a pick that is one of `counts` of its day."""
        steps = self.steps(scale, row.places, slice(pick, pick + 1))
        already = counts if self.field.forced[pick] else np.append(counts[1:], False)
        fits = np.where(self.field.days[row.places] == self.field.days[pick], already[:, None], already[0])
        states: Flags = fits & (row.keys + steps == key)
        return states
