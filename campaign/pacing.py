"""Pacing: how often a channel may speak, whoever works for it. All of it stands in the channel's row.

The bucket of tokens is kept as one instant, when it will be full again: a token moves that instant on, and there is one
as long as it lies no farther ahead than the rest of the bucket takes to fill. So a turn of the minimum gap and a token
are taken in one conditional update, and nobody has to refill anything.

An instant that lies farther ahead than it ever can was written before the clock was put back; it counts as now.
"""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from campaign.clock import Clock
from campaign.db import connected, instant, micros, run, write
from campaign.models import Channel
from channels.base import NeedsLogin, Pace, RateLimited

BACK_OFF, MOST_BACK_OFF = timedelta(seconds=30), timedelta(minutes=30)
RANDOM = random.SystemRandom().random

# What a channel must be to be spoken to at all, as a condition on its row `c` with one value: now.
AWAKE = "c.paused = '' AND (c.parked_until IS NULL OR c.parked_until <= ?)"


def take_turn(channel: int, post: int, gap: timedelta | None, pace: Pace | None, now: datetime) -> datetime | None:
    """Let a channel speak now for a post, inside the transaction of its attempt. Gives None where it may, else when.

    `gap` None: it keeps none at this step. A channel that was paused or parked meanwhile may not: the answer is then
    now, since its posts are not claimed before it may speak again.
    """
    at = micros(now)
    changes, free = ["paused = c.paused"], [AWAKE]
    new: list[int] = []
    known: list[int] = [at]
    if gap is not None:
        changes += ["spoke_at = ?", "spoke_post = ?"]
        new += [at, post]
        free.append("(c.spoke_at IS NULL OR c.spoke_at <= ? OR c.spoke_post = ?)")
        known += [micros(now - gap), post]
    if pace is not None:
        token, full = pace.every // timedelta(microseconds=1), micros(now + pace.every * pace.burst)
        changes.append("paced_at = CASE WHEN c.paced_at > ? AND c.paced_at <= ? THEN c.paced_at ELSE ? END + ?")
        new += [at, full, at, token]
        free.append("(c.paced_at IS NULL OR c.paced_at <= ? OR c.paced_at > ?)")
        known += [full - token, full]
    # The row is written even where nothing changes: a pause comes before the attempt or after it.
    statement = f"UPDATE channel AS c SET {', '.join(changes)} WHERE c.id = ? AND {' AND '.join(free)}"  # noqa: S608
    taken: int = run(statement, [*new, channel, *known]).rowcount
    return None if taken == 1 else _free_at(channel, post, gap, pace, now)


def _free_at(channel: int, post: int, gap: timedelta | None, pace: Pace | None, now: datetime) -> datetime:
    columns = "SELECT spoke_at, spoke_post, paced_at FROM channel WHERE id = ?"
    spoke_at, spoke_post, paced_at = run(columns, [channel]).fetchone()
    at = now
    if gap is not None and spoke_at is not None and spoke_post != post:
        if spoke_at > micros(now):
            run("UPDATE channel SET spoke_at = ? WHERE id = ?", [micros(now), channel])
        at = max(at, min(instant(spoke_at), now) + gap)
    if pace is not None and paced_at is not None and paced_at <= micros(now + pace.every * pace.burst):
        at = max(at, instant(paced_at) - pace.every * (pace.burst - 1))
    return at


def back_off(tries: int, jitter: Callable[[], float] = RANDOM) -> timedelta:
    """How long to wait after so many tries: twice as long each time, with jitter (0 to 1), so that a service that
    recovers is not met by all at once."""
    longest: timedelta = min(BACK_OFF * 2 ** min(tries, 10), MOST_BACK_OFF)
    return longest * (0.5 + jitter() / 2)


def give_turn_back(channel: int, post: int) -> None:
    """The channel did not speak after all: the next post need not keep its distance from this one."""
    with connected(), write():
        mine: Any = (Channel.id == channel) & (Channel.spoke_post == post)
        Channel.update(spoke_at=None, spoke_post=None).where(mine).execute()


def park(channel: int, until: datetime, why: str, clock: Clock) -> None:
    """Let a channel rest: none of its posts is claimed before `until`. An earlier, longer rest stands."""
    if until <= clock.now():
        return
    with connected(), write():
        Channel.update(parked_until=until, parked_why=why).where(
            Channel.id == channel, Channel.parked_until.is_null() | (Channel.parked_until < until)
        ).execute()


def heed(channel: int, error: Exception, clock: Clock) -> None:
    """What an error, met while not sending, means for the whole channel."""
    if isinstance(error, NeedsLogin):
        pause(channel, str(error))
    elif isinstance(error, RateLimited):
        park(channel, error.until, str(error), clock)


def pause(channel: int, why: str) -> None:
    """The channel's secrets no longer work. A pause that a person made stays theirs."""
    with connected(), write():
        Channel.update(paused=why).where(Channel.id == channel, Channel.paused == "").execute()
