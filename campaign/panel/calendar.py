"""The calendar of a campaign: days in weeks, and which stretch of them one page shows."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from campaign.clock import local_day
from campaign.models import Post

WEEK = timedelta(days=7)
# A page shows at most this many weeks: a longer campaign is turned like the leaves of a wall calendar.
LEAF = 6


@dataclass(frozen=True)
class Day:
    """One day of the calendar with its posts. `inside`: it belongs to the campaign."""

    date: date
    inside: bool
    posts: Sequence[Any] = ()


@dataclass(frozen=True)
class Week:
    """Seven days from a Monday."""

    days: Sequence[Day]

    @property
    def first(self) -> date:
        """Its Monday."""
        return self.days[0].date

    @property
    def last(self) -> date:
        """Its Sunday."""
        return self.days[-1].date

    @property
    def posts(self) -> int:
        """How many posts it holds."""
        return sum(len(day.posts) for day in self.days)


def monday(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def mondays(first: date, last: date) -> list[date]:
    """The Mondays of all weeks that days from first to last lie in."""
    begin = monday(first)
    return [begin + number * WEEK for number in range((monday(last) - begin) // WEEK + 1)]


def leaf(weeks: Sequence[date], around: date) -> Sequence[date]:
    """The stretch of at most `LEAF` weeks that holds a day; the first or last one for a day outside."""
    at = max(0, min(len(weeks) - 1, (monday(around) - weeks[0]) // WEEK))
    begin = at // LEAF * LEAF
    return weeks[begin : begin + LEAF]


def fill(weeks: Iterable[date], first: date, last: date, posts: Iterable[Post]) -> list[Week]:
    """The weeks with their posts in the order given; first and last are the days of the campaign."""
    by_day: dict[date, list[Post]] = defaultdict(list)
    for post in posts:
        by_day[local_day(post.due_at)].append(post)
    return weeks_of(weeks, first, last, by_day)


def weeks_of(weeks: Iterable[date], first: date, last: date, by_day: Mapping[date, Sequence[Any]]) -> list[Week]:
    """The weeks with what there is on each day, in the order given."""
    return [Week([Day(day, first <= day <= last, by_day.get(day, ())) for day in _days(begin)]) for begin in weeks]


def _days(begin: date) -> list[date]:
    return [begin + timedelta(days=number) for number in range(7)]
