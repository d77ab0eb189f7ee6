"""The times that wait for a message, and what the campaign says already on all its channels. Pure."""

from bisect import bisect_left, insort
from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date, datetime
from typing import NamedTuple

from campaign.planner.values import ChannelRules, PlanInput


class Seat(NamedTuple):
    """A time of one channel that waits for a message; `airtime` is the number of its session, -1 outside sessions."""

    at: datetime
    day: date
    airtime: int = -1


class Met(NamedTuple):
    """How often a channel's audiences have met a message: the one that met it least, and the one that met it most."""

    least: int
    most: int


class Uses:
    """Who has met which message how often, and when it was said: one for the whole plan, fed post by post.

    An audience is one of a channel's `audiences`; a channel without any has a public of its own. It meets a message
    once with every post on a channel that reaches it. Standing posts count where they are the campaign's own.
    """

    def __init__(self, what: PlanInput, channels: Mapping[int, ChannelRules]) -> None:
        self._met: Counter[tuple[int, str | int]] = Counter()
        self._days: dict[int, list[int]] = defaultdict(list)
        for channel in channels.values():
            for post in channel.standing:
                if post.own:
                    self.add(channel, post.message_id, post.at.astimezone(what.zone).date())

    def add(self, channel: ChannelRules, message_id: int, day: date) -> None:
        """One more post of a message."""
        insort(self._days[message_id], day.toordinal())
        self._met.update((message_id, audience) for audience in _audiences(channel))

    def count(self, message_id: int) -> int:
        """How many posts of the campaign carry a message, on all channels."""
        return len(self._days[message_id])

    def met(self, message_id: int, channel: ChannelRules) -> Met:
        """How often those whom a channel reaches have met a message, wherever that was."""
        times = [self._met[message_id, audience] for audience in _audiences(channel)]
        return Met(min(times), max(times))

    def nearest(self, message_id: int, day: int) -> int | None:
        """How many days lie between a local day (ordinal) and the nearest post of a message, on whatever channel."""
        if not (days := self._days[message_id]):
            return None
        number = bisect_left(days, day)
        return min(abs(other - day) for other in days[max(0, number - 1) : number + 1])


def _audiences(channel: ChannelRules) -> tuple[str | int, ...]:
    return tuple(channel.audiences) or (channel.id,)
