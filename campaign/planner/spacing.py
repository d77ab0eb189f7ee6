"""How often messages can be said on the seats of one channel with enough days of rest between. Pure.

Messages and seats are numbers here.
"""

from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple


class Habit(NamedTuple):
    """When a message may be said: the seats it fits, and the days (ordinals) of its standing posts on the channel."""

    seats: frozenset[int]
    stood: frozenset[int] = frozenset()


class Spacing:
    """What each message (by its habit) can have if it needs so many days from one post to the next (`rests`), on seats
    of these local `days` (ordinals, in order). Lists by message:

    - `rested`  by seat, the first later seat at which it has rested
    - `near`    the seats too near a standing post
    - `packs`   by seat, the most seats from there on that it can have, rested each time
    """

    def __init__(self, days: Sequence[int], habits: Sequence[Habit], rests: Sequence[int]) -> None:
        rested = {rest: _rested(days, rest) for rest in {*rests}}
        near: dict[tuple[Habit, int], frozenset[int]] = {}
        packs: dict[tuple[Habit, int], list[int]] = {}
        keys = list(zip(habits, rests, strict=True))
        for habit, rest in {*keys}:
            near[habit, rest] = _near(days, habit.stood, rest)
            packs[habit, rest] = _pack(habit.seats - near[habit, rest], rested[rest])
        self.rested = [rested[rest] for rest in rests]
        self.near, self.packs = [near[key] for key in keys], [packs[key] for key in keys]

    def is_tired(self, number: int, seat: int, used: Sequence[int]) -> bool:
        """Whether a message has not rested on a seat, after the earlier seats (in order) that have it."""
        return seat in self.near[number] or (bool(used) and self.rested[number][used[-1]] > seat)


def longest_rest(days: Sequence[int], habits: Sequence[Habit], rest: int, posts: int) -> int:
    """The most days of rest, `rest` at most, with which these messages are enough for so many posts, or for all seats
    that they fit where these are fewer."""
    possible = len(frozenset().union(*(habit.seats for habit in habits)))
    needed = min(posts, possible)
    return next(span for span in range(rest, -1, -1) if _rested_posts(days, habits, span) >= needed)


def _rested_posts(days: Sequence[int], habits: Sequence[Habit], rest: int) -> int:
    """How many seats the messages fill, when each seat takes the rested one that goes out of season first."""
    spacing = Spacing(days, habits, [rest] * len(habits))
    ready = [0] * len(habits)
    season = sorted(range(len(habits)), key=lambda number: max(habits[number].seats, default=0))
    count = 0
    for seat in range(len(days)):
        for number in season:
            if seat in habits[number].seats and seat not in spacing.near[number] and ready[number] <= seat:
                ready[number] = spacing.rested[number][seat]
                count += 1
                break
    return count


def _rested(days: Sequence[int], rest: int) -> list[int]:
    return [max(seat + 1, bisect_left(days, day + rest)) for seat, day in enumerate(days)]


def _near(days: Sequence[int], stood: frozenset[int], rest: int) -> frozenset[int]:
    return frozenset(seat for seat, day in enumerate(days) for use in stood if abs(day - use) < rest)


def _pack(seats: frozenset[int], rested: Sequence[int]) -> list[int]:
    pack = [0] * (len(rested) + 1)
    for seat in reversed(range(len(rested))):
        pack[seat] = max(pack[seat + 1], (seat in seats) + pack[rested[seat]])
    return pack
