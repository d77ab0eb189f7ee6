"""Connections that end: asked about once a day, told 14, 7 and 1 days before, and what to do when one is dead.

A service says when a person must connect a channel anew (`Channel.login_ends`). Asking also keeps alive what would die
of lying idle, so a machine that is switched on once a month keeps its Official Account. A connection that is dead
already pauses its channel: the posts wait, and connecting it again lets them go.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from campaign import pacing
from campaign.adapters import Adapters
from campaign.clock import Clock, day_bounds, local_day
from campaign.db import connected, write
from campaign.models import Channel, Secret
from campaign.session import ChannelSession
from campaign.strangers import Strangers
from campaign.vault import Vault
from channels.base import ChannelError

log = logging.getLogger(__name__)

# Days before the end at which it is told, each more urgently.
WARNED = (14, 7, 1)
EVERY = timedelta(days=1)
# How long a channel that did not answer is left alone.
AGAIN = timedelta(hours=1)


@dataclass(frozen=True)
class Ending:
    """A connection that ends soon. `days` are left, local calendar days; `stage` counts the warnings, from 1."""

    at: datetime
    days: int

    @classmethod
    def of(cls, at: datetime, now: datetime) -> "Ending":
        """The end at this instant as it looks now."""
        return cls(at, (local_day(at) - local_day(now)).days)

    @property
    def stage(self) -> int:
        """How many of the warnings have been reached."""
        return sum(self.days <= days for days in WARNED)

    @property
    def sentence(self) -> str:
        """What ends when, and what to do."""
        left = f"còn {self.days} ngày" if self.days > 0 else "hôm nay" if self.days == 0 else "đã qua"
        return (
            f"Kết nối của kênh hết hạn ngày {local_day(self.at):%d/%m/%Y} ({left}); "
            "hãy vào trang Kênh, nhập mã mới ở phần Kết nối để bài không bị dừng."
        )


def ending(channel: Channel, now: datetime) -> Ending | None:
    """How the connection of a channel ends, once that must be told."""
    if channel.login_ends_at is None:
        return None
    ends = Ending.of(channel.login_ends_at, now)
    return ends if ends.stage else None


def ends_soon(now: datetime) -> Any:
    """The condition on a channel whose connection ends soon or has ended, and that still speaks."""
    _, until = day_bounds(local_day(now) + timedelta(days=WARNED[0]))
    return (Channel.login_ends_at < until) & (Channel.paused == "")


class Watch:
    """Looks after the connections of a home's channels, for one worker."""

    def __init__(self, adapters: Adapters, strangers: Strangers, vault: Vault, clock: Clock) -> None:
        self._adapters, self._strangers, self._vault, self._clock = adapters, strangers, vault, clock

    def due(self) -> list[Channel]:
        """The connected channels whose turn has come. A channel that was just connected comes at once."""
        now = self._clock.now()
        return list(
            Channel.select()
            .join(Secret)
            .where(
                Channel.look_at.is_null() | (Channel.look_at <= now),
                Channel.parked_until.is_null() | (Channel.parked_until <= now),
            )
            .order_by(Channel.id)
        )

    def look(self, channel: Channel) -> None:
        """Ask a channel's service about its connection, unless another worker does. Never raises for one channel."""
        if not self._is_mine(channel):
            return
        try:
            with connected():
                adapter = self._adapters.of(channel)
            ends_at = adapter.login_ends(ChannelSession(channel.id, self._vault, self._clock))
            self._note(channel, login_ends_at=ends_at, look_at=self._clock.now() + EVERY)
            if channel.unread:
                self._strangers.look(channel)
        except ChannelError as error:
            log.info("channel %s: its connection: %s", channel.id, error)
            pacing.heed(channel.id, error, self._clock)

    def _is_mine(self, channel: Channel) -> bool:
        """Take the turn: of several workers one asks. Where it learns nothing, the next turn is in an hour."""
        known = Channel.look_at.is_null() if channel.look_at is None else Channel.look_at == channel.look_at
        with connected(), write():
            turn = Channel.update(look_at=self._clock.now() + AGAIN).where(Channel.id == channel.id, known)
            taken: int = turn.execute()
        return taken == 1

    def _note(self, channel: Channel, **changes: Any) -> None:
        # A person may have connected it anew meanwhile: then it is asked about again.
        with connected(), write():
            Channel.update(**changes).where(Channel.id == channel.id, Channel.look_at.is_null(False)).execute()
