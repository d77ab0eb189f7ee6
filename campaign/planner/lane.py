"""The places of one channel of a template: where its posts stand, whatever the phase. Pure."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time
from itertools import accumulate, pairwise
from typing import Self

import numpy as np
from numpy.typing import NDArray

from campaign.planner.ground import Ground
from campaign.planner.track import Track, lay
from campaign.planner.values import PlanInput

UNIT = 1 << 20  # what the distance between two posts measures: whole numbers tie alike on every machine
_PARTS = 2520  # parts of a weight: up to ten items of a session divide it without rest


class Lane:
    """The places of a channel, and where on the axis of `posts` posts each begins. A post measures `UNIT` there."""

    def __init__(self, track: Track, weights: Sequence[int], posts: int) -> None:
        self.posts = posts
        self.room = track.room
        self.instants = np.array(track.instants, dtype=np.int64)
        self.days = np.array(track.days, dtype=np.int32)
        self.after = np.array(track.after, dtype=np.int32)
        self.sessions = np.array(track.sessions, dtype=np.int32)
        self.begins = [airtime.free_from for airtime in track.airtimes]
        self.latest = np.array(_latest(track, posts), dtype=np.int64)
        self.edges = np.array(_edges(track, weights, posts), dtype=np.int64)
        self.steps = np.arange(posts, dtype=np.int64) * UNIT

    @classmethod
    def laid(cls, what: PlanInput, found: Ground, posts: int) -> Self:
        """The lane of a ground. What lies between places and can have none weighs nothing here."""
        is_whole = len(found.served) == what.days and what.not_before <= _start(what)
        rules = found.rules
        whole = found.track if is_whole else lay(replace(what, not_before=_start(what)), rules, None, longest(found))
        weights = _weights(whole)
        return cls(found.track, [weights[at] for at in found.track.instants], posts)

    def places(self, phase: int) -> NDArray[np.int64]:
        """The places of the posts. Mostly each has the place at its point of the axis, and all limits hold."""
        wishes = np.searchsorted(self.edges, self.steps + phase, side="right") - 1
        if bool((wishes <= self.latest).all()) and bool((self.after[wishes[:-1]] <= wishes[1:]).all()):
            return wishes
        return np.array(self.snapped(wishes.tolist()), dtype=np.int64)

    def snapped(self, wishes: Sequence[int]) -> list[int]:
        """The first place from each wish on that its predecessor leaves open, but none so late that one is lost."""
        days, after, latest = self.days.tolist(), self.after.tolist(), self.latest.tolist()
        picks: list[int] = []
        first, used, day = 0, 0, 0
        for wish, bound in zip(wishes, latest, strict=True):
            pick = min(max(wish, first), bound)
            used = used + 1 if days[pick] == day else 1
            day = days[pick]
            first = after[pick] if used < self.room[pick] else max(after[pick], bisect_left(days, day + 1))
            picks.append(pick)
        return picks


def _start(what: PlanInput) -> datetime:
    return datetime.combine(what.starts_on, time.min, what.zone)


def longest(found: Ground) -> int:
    """The seconds of the longest message of a channel."""
    return max((message.fits[found.rules.id].seconds for message in found.pool), default=0)


def _weights(track: Track) -> dict[int, int]:
    """What each place weighs, by its instant; the items of a session alike."""
    ends = [*track.positions[1:], track.total]
    weights = [_PARTS * (end - start) for start, end in zip(track.positions, ends, strict=False)]
    if track.airtimes:
        items, sums = Counter(track.sessions), Counter[int]()
        for session, weight in zip(track.sessions, weights, strict=True):
            sums[session] += weight
        weights = [sums[session] // items[session] for session in track.sessions]
    return dict(zip(track.instants, weights, strict=True))


def _latest(track: Track, posts: int) -> list[int]:
    """The last `posts` posts, each as late as it can be: whoever is not later leaves room for all that follow."""
    nearest = [-1] * (len(track.after) + 1)
    for place, following in enumerate(track.after):
        nearest[following] = place
    before = list(accumulate(nearest, max))
    picks: list[int] = []
    place, used = len(track.days) - 1, 0
    while len(picks) < posts:
        picks.append(place)
        used += 1
        eve = bisect_left(track.days, track.days[place]) - 1
        following = before[place] if used < track.room[place] else min(before[place], eve)
        used = used if following > eve else 0
        place = following
    return picks[::-1]


def _edges(track: Track, weights: Sequence[int], posts: int) -> list[int]:
    """Where each place begins on the axis: every day has its weight's part of the posts, but no more than it takes."""
    starts = [number for number, day in enumerate(track.days) if number == 0 or track.days[number - 1] != day]
    days = [range(start, end) for start, end in pairwise([*starts, len(track.days)])]
    loads = [_carries(track, places) for places in days]
    totals = [sum(weights[place] for place in places) for places in days]
    parts = [0] * len(days)
    left, weight_left = posts * UNIT, sum(totals)
    for number in sorted(range(len(days)), key=lambda number: (loads[number] / max(totals[number], 1), number)):
        parts[number] = min(loads[number] * UNIT, left * totals[number] // max(weight_left, 1))
        left -= parts[number]
        weight_left -= totals[number]
    edges: list[int] = []
    base = 0
    for places, part, total in zip(days, parts, totals, strict=True):
        before = accumulate((weights[place] for place in places), initial=0)
        edges += [base + part * weight // max(total, 1) for weight, _ in zip(before, places, strict=False)]
        base += part
    return edges


def _carries(track: Track, places: range) -> int:
    """How many posts a day takes if it stands alone."""
    place, posts = places.start, 0
    while place < places.stop and posts < track.room[places.start]:
        posts += 1
        place = track.after[place]
    return posts
