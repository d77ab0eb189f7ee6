"""Carrying out what people want done with posts that are public: a worker takes them down or replaces their words.

Both may be asked of a service twice, so that a worker that dies, or an answer that is lost, only means another try.
"""

import logging
from datetime import datetime, timedelta

from campaign import afterwards, pacing, removal
from campaign.adapters import Adapters
from campaign.channel_admin import PAUSED_BY_HAND
from campaign.db import connected, write
from campaign.freezer import Freezer
from campaign.ledger import PAUSED, Ledger
from campaign.models import Amendment, Channel, Post, PostState, Unit, User, note
from campaign.session import LedgerSession
from campaign.vault import Vault
from channels.base import ChannelError, RateLimited, Receipt, Rejected, State

log = logging.getLogger(__name__)

# Longer than the slowest revision takes: a new token, an article submitted and asked for four times, 35 s each.
_LEASE = timedelta(minutes=5)
_AT_ONCE = 20
_KINDS = ("take_down", "revise")
_GONE = "Kênh không còn cho thấy bài này, hoặc không còn cho phép; hãy mở kênh để xem."
_TAKEN_DOWN, _REVISED = "Chương trình đã gỡ bài trên kênh.", "Chương trình đã sửa bài trên kênh."


class Held(Exception):
    """The new words may not go out after all; the text says why."""


class Amending:
    """Carries amendments out, for one worker."""

    def __init__(self, ledger: Ledger, adapters: Adapters, freezer: Freezer, vault: Vault) -> None:
        self._ledger, self._adapters, self._freezer, self._vault = ledger, adapters, freezer, vault

    def run(self) -> int:
        """Try what is due, a few at a time; gives the number tried."""
        with connected():
            claimed = [row for number in self._due() if (row := self._claim(number)) is not None]
        for amendment in claimed:
            self._carry_out(amendment)
        return len(claimed)

    def _due(self) -> list[int]:
        """The ids of what waits on channels that may be spoken to. A pause that a person made is about new posts."""
        now = self._ledger.clock.now()
        if note(PAUSED):
            return []
        awake = (Channel.paused == "") | Channel.paused.startswith(PAUSED_BY_HAND)
        rested = Channel.parked_until.is_null() | (Channel.parked_until <= now)
        rows = Amendment.select(Amendment.id).join(Post).join(Channel)
        waiting = rows.where(*_is_free(now), Amendment.act_at <= now, awake, rested)
        return [row.id for row in waiting.order_by(Amendment.act_at, Amendment.id).limit(_AT_ONCE)]

    def _claim(self, number: int) -> Amendment | None:
        now = self._ledger.clock.now()
        with write():
            taken = Amendment.update(lease_until=now + _LEASE, fence=Amendment.fence + 1)
            if not taken.where(Amendment.id == number, *_is_free(now)).execute():
                return None
        rows = Amendment.select(Amendment, User, Post, Channel, Unit).join(User).switch(Amendment).join(Post)
        found: Amendment = rows.join(Channel).join(Unit).where(Amendment.id == number).get()
        return found

    def _carry_out(self, amendment: Amendment) -> None:
        """Never raises for what one post or its channel does wrong."""
        now = self._ledger.clock.now()
        try:
            self._ask(amendment, now)
        except Held as held:
            self._record(amendment, outcome="held", ended_at=now, error=str(held))
        except Rejected as error:
            with connected(), write():
                if self._holds(amendment):
                    afterwards.hand_over(amendment, str(error), now)
        except Exception as error:
            if not isinstance(error, ChannelError):
                log.exception("post %s: the channel failed in an unforeseen way", amendment.post_id)
            pacing.heed(amendment.post.channel_id, error, self._ledger.clock)
            sentence = str(error) if isinstance(error, ChannelError) else "Lỗi bất ngờ; sẽ tự thử lại."
            self._record(amendment, tries=amendment.tries + 1, act_at=_next_try(amendment, error, now), error=sentence)

    def _ask(self, amendment: Amendment, now: datetime) -> None:
        """Have the service do it and write that down. Raises Held, a ChannelError, or whatever a channel does wrong."""
        post = amendment.post
        if post.state != PostState.PUBLISHED or not post.remote_id:
            self._record(amendment, outcome="overtaken", ended_at=now)
            return
        receipt = Receipt(post.remote_id, State.PUBLISHED, post.link)
        session = LedgerSession(post, None, self._ledger, self._vault)
        with connected():
            adapter = self._adapters.of(post.channel)
        if amendment.kind == "take_down":
            removal.remove(adapter, receipt, session)
        else:
            with connected():
                self._gate(amendment, now)
            if adapter.refresh(receipt, session).state is State.REMOVED:
                raise Rejected(_GONE)
            adapter.revise(receipt, self._freezer.outgoing(amendment.payload, post.key, post.due_at), session)
        self._done(amendment)

    def _gate(self, amendment: Amendment, now: datetime) -> None:
        post, revision = amendment.post, amendment.revision
        reason = afterwards.obstacle(post, revision, amendment.payload, now, self._freezer, self._adapters)
        if reason:
            raise Held(reason)

    def _done(self, amendment: Amendment) -> None:
        now = self._ledger.clock.now()
        with connected(), write():
            if amendment.kind == "take_down":
                # Whoever else has the amendment by now: the post is down.
                afterwards.removed(amendment.post, now, user=None, note=_TAKEN_DOWN)
            elif self._holds(amendment):
                afterwards.revised(amendment, now, user=None, note=_REVISED)

    def _holds(self, amendment: Amendment) -> bool:
        """Whether it is still wanted, and this worker's to do."""
        mine = Amendment.id == amendment.id, Amendment.fence == amendment.fence, Amendment.ended_at.is_null()
        return bool(Amendment.select().where(*mine).exists())

    def _record(self, amendment: Amendment, **changes: object) -> None:
        mine = Amendment.id == amendment.id, Amendment.fence == amendment.fence, Amendment.ended_at.is_null()
        with connected(), write():
            Amendment.update(lease_until=None, **changes).where(*mine).execute()


def _is_free(now: datetime) -> tuple[object, ...]:
    """Whether a worker may take an amendment up."""
    unleased = Amendment.lease_until.is_null() | (Amendment.lease_until < now)
    return Amendment.kind.in_(_KINDS), Amendment.ended_at.is_null(), ~Amendment.by_hand, unleased


def _next_try(amendment: Amendment, error: Exception, now: datetime) -> datetime:
    """Soon, then less and less often; where the service names a time, then."""
    if isinstance(error, RateLimited):
        return error.until
    return now + pacing.back_off(amendment.tries)
