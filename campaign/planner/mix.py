"""How many posts each pillar has: in the whole campaign, and on each channel. Pure arithmetic on whole numbers."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from operator import add

# Costs of one more post in a cell of the table, far enough apart that no sum of one reaches the next.
_FULL = 1 << 20  # for every part of its fair part that a cell has already
_STRAY = 1 << 100  # outside the whole numbers around the fair part
_TURN = 1 << 140  # for every part of its quota that a pillar has already, once it has all of it
_OVER = 1 << 200  # beyond the quota
_NEVER = 1 << 250  # no room


def apportion(shares: Mapping[str, float], posts: int, floors: Mapping[str, int]) -> dict[str, int]:
    """How many of `posts` each pillar with a positive share (there is one) gets: the Webster (Sainte-Laguë)
    apportionment in which every pillar has at least its floor.

    A pillar without one has at least one post, as soon as there are enough for all of these beside the floors. Floors
    that add up to more than `posts` give way in proportion: then they are what is apportioned. A share means the
    decimal it is written as; of equal claims the pillar first in the alphabet wins.
    """
    exact = {pillar: Fraction(str(share)) for pillar, share in sorted(shares.items()) if share > 0}
    asked = {pillar: max(0, floors.get(pillar, 0)) for pillar in exact}
    free = posts - sum(asked.values())
    if free < 0:
        return apportion({pillar: max(1, floor) for pillar, floor in asked.items()}, posts, {})
    bare = [pillar for pillar, floor in asked.items() if floor == 0]
    counts = asked | (dict.fromkeys(bare, 1) if len(bare) <= free else {})
    return _fill(exact, posts, counts)


def _fill(exact: Mapping[str, Fraction], posts: int, counts: dict[str, int]) -> dict[str, int]:
    """Post by post to the pillar with the strongest claim, from a start that is surely below what each ends with."""
    sure = max(0, posts - sum(counts.values()) - len(exact))
    total = sum(exact.values())
    counts = {pillar: max(low, int(sure * exact[pillar] / total)) for pillar, low in counts.items()}
    for _ in range(posts - sum(counts.values())):
        counts[max(exact, key=lambda pillar: exact[pillar] / (2 * counts[pillar] + 1))] += 1
    return counts


def share_out(
    quotas: Mapping[str, int], rows: Mapping[int, int], may: Mapping[int, Mapping[str, int]]
) -> dict[int, dict[str, int]]:
    """Deals the posts of each pillar (`quotas`) to channels that have so many posts each (`rows`).

    A channel gets at most `may[channel][pillar]` of a pillar (nothing where none is named) and fewer posts than its row
    says only where all of these are too few. Of all such tables it is the one that, in this order,

    1. misses the quotas by the fewest posts; what cannot be of its pillar goes to the others in proportion to quotas;
    2. has the fewest posts outside the two whole numbers around the fair part, quota times row by total;
    3. is nearest to the fair parts: the least sum of squared differences, each by its fair part.
    """
    table = _Table(quotas, rows, may)
    for number in range(len(table.channels)):
        while table.lacks[number] and table.place(number):
            pass
    return {
        channel: {pillar: table.counts[column][number] for column, pillar in enumerate(table.pillars)}
        for number, channel in enumerate(table.channels)
    }


class _Table:
    """A flow of least cost from channels to pillars, made larger by shortest augmenting paths.

    All costs are convex, and the start is the cheapest table there is: no cell above the whole part of its fair part.
    A path begins with a post for a channel and may push posts of other channels from pillar to pillar: so only the
    pillars are its knots, and each leg between two of them is the cheapest exchange that any channel offers.
    Lists by pillar, then channel: `counts`, what one more costs (`gives`) and what one less does (`takes`).
    """

    def __init__(
        self, quotas: Mapping[str, int], rows: Mapping[int, int], may: Mapping[int, Mapping[str, int]]
    ) -> None:
        self.channels, self.pillars = sorted(rows), sorted(quotas)
        self.quotas = [max(0, quotas[pillar]) for pillar in self.pillars]
        self.rows = [rows[channel] for channel in self.channels]
        self.total = max(1, sum(self.quotas), sum(self.rows))
        self.may = [[may.get(channel, {}).get(pillar, 0) for channel in self.channels] for pillar in self.pillars]
        self.counts = [
            [min(most, quota * row // self.total) for most, row in zip(mays, self.rows, strict=True)]
            for mays, quota in zip(self.may, self.quotas, strict=True)
        ]
        self.sums = [sum(column) for column in self.counts]
        self.lacks = [row - sum(cells) for row, cells in zip(self.rows, zip(*self.counts, strict=True), strict=True)]
        everywhere = range(len(self.channels))
        self.gives = [[self.give(column, number) for number in everywhere] for column in range(len(self.pillars))]
        self.takes = [[self.take(column, number) for number in everywhere] for column in range(len(self.pillars))]

    def give(self, column: int, number: int) -> int:
        """What one more post of a pillar costs a channel."""
        count = self.counts[column][number]
        return self.cost(column, number, count + 1) if count < self.may[column][number] else _NEVER

    def take(self, column: int, number: int) -> int:
        """What one less costs it; saves, where it is below zero."""
        count = self.counts[column][number]
        return -self.cost(column, number, count) if count else _NEVER

    def cost(self, column: int, number: int, count: int) -> int:
        """What the last of `count` posts costs: the more the fuller the cell is for its fair part."""
        fair = self.quotas[column] * self.rows[number]
        low, high = fair // self.total, -(-fair // self.total)
        stray = (count > high) - (count <= low)
        return stray * _STRAY + _FULL * (2 * count - 1) * self.total // max(1, fair)

    def surplus(self, column: int) -> int:
        """What one more post of a pillar costs the campaign: nothing up to the quota, then in Webster's order."""
        quota, count = self.quotas[column], self.sums[column]
        return _OVER + _TURN * (2 * count + 1) // max(1, quota) if count >= quota else 0

    def place(self, number: int) -> bool:
        """Give a channel one more post by the cheapest path; whether there was one."""
        columns = range(len(self.pillars))
        legs = {
            (one, other): min(map(add, self.takes[one], self.gives[other]))
            for one in columns
            for other in columns
            if one != other
        }
        costs = [column[number] for column in self.gives]
        origins: list[int | None] = [None for _ in columns]
        for _ in columns:
            for (one, other), leg in legs.items():
                if costs[one] + leg < costs[other]:
                    costs[other], origins[other] = costs[one] + leg, one
        end = min(columns, key=lambda column: costs[column] + self.surplus(column))
        if costs[end] >= _NEVER >> 1:
            return False
        self.push(number, end, origins)
        return True

    def push(self, number: int, end: int, origins: Sequence[int | None]) -> None:
        """Move one post along a path, from its end to its beginning."""
        self.sums[end] += 1
        self.lacks[number] -= 1
        column, origin = end, origins[end]
        while origin is not None:
            swaps = list(map(add, self.takes[origin], self.gives[column]))
            channel = swaps.index(min(swaps))
            self.change(column, channel, 1)
            self.change(origin, channel, -1)
            column, origin = origin, origins[origin]
        self.change(column, number, 1)

    def change(self, column: int, number: int, by: int) -> None:
        self.counts[column][number] += by
        self.gives[column][number] = self.give(column, number)
        self.takes[column][number] = self.take(column, number)
