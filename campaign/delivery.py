"""Delivery: what a worker does with a claimed post. The order of the steps is the promise "no post twice, none lost".

Sending: look at everything again (gate), commit the intent (attempt), let the request leave, write down the answer,
record. An answer that is not clear makes the post `unsure`; `unsure` is only ever left through what the service shows
(`find`), through a resumable step, or through a person's word. No connection to the database is held while a service
is waited for, so that hundreds of threads need only a few.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import peewee as pw

from campaign import aftermath, pacing, strangers
from campaign.adapters import Adapters
from campaign.db import connected
from campaign.errors import Problem
from campaign.freezer import Freezer
from campaign.gate import UNREADABLE, Gate, Hold, Late, Later, goes_ahead
from campaign.leases import Claim, LostLease
from campaign.ledger import NEVER, REFRESH_EVERY, Ledger, forget_answers, is_resumable
from campaign.loading import load
from campaign.models import Attempt, Post, PostState
from campaign.recall import Recall
from campaign.session import LedgerSession
from campaign.vault import Vault
from channels.base import (
    Absent,
    CannotSay,
    ChannelError,
    Found,
    NeedsLogin,
    Outgoing,
    RateLimited,
    Receipt,
    Rejected,
    Sighting,
    State,
    Temporary,
    Unsure,
)
from channels.base import Channel as Adapter
from channels.http import asking_first
from channels.registry import KINDS

log = logging.getLogger(__name__)

# When an unsure post is read back: at once, after 1, 5 and 15 minutes, then hourly for a day.
LOOKS = (timedelta(0), timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15)) + (timedelta(hours=1),) * 24
# How many of them come before the hour of a post that was given ahead.
_LOOKS_AHEAD = 4


class Delivery:
    """Carries out claims for one worker."""

    def __init__(
        self,
        ledger: Ledger,
        adapters: Adapters,
        freezer: Freezer,
        vault: Vault,
        jitter: Callable[[], float] = pacing.RANDOM,
    ) -> None:
        self.ledger, self._adapters, self._freezer, self._vault = ledger, adapters, freezer, vault
        self._gate = Gate(adapters, freezer)
        self._strangers = strangers.Strangers(adapters, vault, ledger.clock)
        self._jitter = jitter

    def run_due(self, limit: int = 1000) -> int:
        """Claim and carry out, in this thread, until nothing is due; gives the number of claims carried out."""
        done = 0
        while done < limit:
            aftermath.reap(self.ledger)
            aftermath.give_up_overdue(self.ledger)
            claims = self.ledger.claim(limit - done, overdue=True)
            if not claims:
                break
            for claim in claims:
                self.carry_out(claim)
            done += len(claims)
        return done

    def load(self, claims: Sequence[Claim]) -> dict[int, Post]:
        """The posts of claims by id, read in one question; none of them where one cannot be read."""
        try:
            with connected():
                return load([claim.post_id for claim in claims])
        except (ValueError, TypeError):
            return {}

    def carry_out(self, claim: Claim, loaded: Post | None = None) -> None:
        """Do what the post needs. Never raises for what one post or its channel does wrong."""
        try:
            post = loaded or self._load(claim)
            if post is None:
                return
            if claim.state is PostState.SCHEDULED:
                self._send(claim, post)
            elif claim.state is PostState.UNSURE:
                self._read_back(claim, post)
            else:
                self._look_again(claim, post)
        except LostLease:
            log.warning("post %s: lease lost, another worker carries on", claim.post_id)
        finally:
            self.ledger.leases.drop(claim)

    def _load(self, claim: Claim) -> Post | None:
        """The post, or None where its row cannot be read: it is then held, and waits for a person."""
        try:
            with connected():
                return load([claim.post_id])[claim.post_id]
        except (ValueError, TypeError):
            log.exception("post %s: its row cannot be read", claim.post_id)
            self.ledger.record(claim, state=claim.state, hold=UNREADABLE)
            return None

    # ------------------------------------------------------------ sending

    def _send(self, claim: Claim, post: Post) -> None:
        now = self.ledger.clock.now()
        ahead = goes_ahead(post, now)
        with connected():
            seen = self._gate.look(post, now, ahead)
        match seen:
            case Hold(reason):
                self.ledger.record(claim, state=PostState.SCHEDULED, hold=reason)
            case Later(at):
                self.ledger.record(claim, state=PostState.SCHEDULED, act_at=at)
            case Late() if is_resumable(post):
                self._settle_late(claim, post)
            case Late():
                self.ledger.record(claim, state=PostState.MISSED, error=aftermath.LATE)
            case Outgoing() as outgoing if not post.channel.unread or self._is_alone(claim, post):
                self._attempt(claim, post, outgoing, ahead)

    def _settle_late(self, claim: Claim, post: Post) -> None:
        """A late post whose last step may have been taken, its answer lost: missed only if it surely is not out."""
        sighting = self._find(self._adapter(post), post, claim, post.created_at)
        if isinstance(sighting, Found):
            self.ledger.adopt(claim, sighting.receipt)
        elif isinstance(sighting, Absent) or sighting.is_hidden:
            self.ledger.record(claim, state=PostState.MISSED, error=aftermath.LATE)
        else:
            next_look = _next_look(post, self.ledger.clock.now())
            self.ledger.record(claim, state=PostState.UNSURE, error=sighting.reason, **next_look)

    def _is_alone(self, claim: Claim, post: Post) -> bool:
        """Before the first post of a channel since a person connected it: whether no other installation sends there."""
        try:
            meets_others = self._strangers.look(post.channel)
        except ChannelError as error:
            if isinstance(error, Temporary) and post.tries >= strangers.PATIENCE:
                return True
            pacing.heed(post.channel_id, error, self.ledger.clock)
            self._retry(claim, post, str(error), pacing.back_off(post.tries, self._jitter))
            return False
        if meets_others:
            self.ledger.record(claim, state=PostState.SCHEDULED)
        else:
            strangers.mark_read(post.channel)
        return not meets_others

    def _attempt(self, claim: Claim, post: Post, outgoing: Outgoing, ahead: bool) -> None:
        channel, kind = post.channel, KINDS[post.channel.kind]
        adapter = self._adapter(post)
        keeps_gap = not ahead and not kind.confirmed_by_person
        gap = timedelta(minutes=channel.min_gap_minutes) if keeps_gap else None
        attempt = self.ledger.open_attempt(claim, post.payload_hash, gap, kind.pace)
        if isinstance(attempt, datetime):
            self.ledger.record(claim, state=PostState.SCHEDULED, act_at=attempt)
            return
        session = LedgerSession(post, claim, self.ledger, self._vault)
        send = adapter.schedule_remotely if ahead else adapter.publish
        passage = _Passage(self.ledger, claim)
        try:
            with asking_first(passage.ask):
                receipt = send(outgoing, session)
        except LostLease:
            if not passage.used:
                self.ledger.nothing_left(claim, attempt)
            raise
        except ChannelError as error:
            self._after_error(claim, post, attempt, error)
        except Exception:
            # A fault of ours after the request may have left: as unclear as a cut line.
            log.exception("post %s: the channel failed in an unforeseen way", post.id)
            self._after_error(claim, post, attempt, Unsure("Lỗi bất ngờ khi gửi; bài có thể đã lên."))
        else:
            self.ledger.answered(attempt, receipt)
            self.ledger.adopt(claim, receipt)

    def _after_error(self, claim: Claim, post: Post, attempt: Attempt, error: ChannelError) -> None:
        """Each error of the family has one consequence (channels/base.py)."""
        now = self.ledger.clock.now()
        sentence = str(error)
        if isinstance(error, Unsure):
            self.ledger.close_attempt(attempt, "unsure", sentence)
            if is_resumable(post):
                self._retry(claim, post, sentence, pacing.back_off(post.tries, self._jitter))
            else:
                self.ledger.record(claim, **aftermath.doubt(post, now, sentence))
            return
        self.ledger.close_attempt(attempt, "refused" if isinstance(error, Rejected) else "not_sent", sentence)
        pacing.give_turn_back(post.channel_id, post.id)
        if isinstance(error, Temporary):
            self._retry(claim, post, sentence, error.retry_after or pacing.back_off(post.tries, self._jitter))
        elif isinstance(error, RateLimited):
            pacing.park(post.channel_id, error.until, sentence, self.ledger.clock)
            self.ledger.record(claim, state=PostState.SCHEDULED, act_at=error.until, error=sentence)
        elif isinstance(error, NeedsLogin):
            pacing.pause(post.channel_id, sentence)
            self.ledger.record(claim, state=PostState.SCHEDULED, error=sentence)
        else:
            self.ledger.record(claim, state=PostState.FAILED, error=sentence)

    def _retry(self, claim: Claim, post: Post, sentence: str, wait: timedelta) -> None:
        at = self.ledger.clock.now() + wait
        self.ledger.record(claim, state=PostState.SCHEDULED, act_at=at, tries=post.tries + 1, error=sentence)

    # ------------------------------------------------------------ looking

    def withdraw_remote(self) -> int:
        """Take back from the services what was given ahead and may no longer go out; gives the number withdrawn."""
        return Recall(self.ledger, self._adapters, self._vault).run()

    def _read_back(self, claim: Claim, post: Post) -> None:
        """An unsure post: adopt it where the service shows it, release it where that is safe, else look later."""
        with connected():
            known = list(Attempt.select().where(Attempt.post == post).order_by(Attempt.id))
        answer = next((row for row in known if row.remote_id), None)
        if answer is not None:
            self.ledger.adopt(claim, Receipt(answer.remote_id, State(answer.remote_state), answer.link))
            return
        sighting = self._find(self._adapter(post), post, claim, known[0].started_at if known else post.created_at)
        now = self.ledger.clock.now()
        if isinstance(sighting, Found):
            self.ledger.adopt(claim, sighting.receipt)
        elif isinstance(sighting, Absent) or (is_resumable(post) and (sighting.is_hidden or not _is_late(post, now))):
            pacing.give_turn_back(post.channel_id, post.id)
            self.ledger.record(claim, state=PostState.SCHEDULED, act_at=now, error="")
        else:
            sentence = aftermath.UNSEEN if now < post.due_at else sighting.reason or post.error
            self.ledger.record(claim, error=sentence, **_next_look(post, now))

    def _find(self, adapter: Adapter, post: Post, claim: Claim, since: datetime) -> Sighting:
        """What the channel says; where it says nothing, a sentence that says why."""
        session = LedgerSession(post, claim, self.ledger, self._vault)
        try:
            outgoing = self._freezer.outgoing(post.payload, post.key, post.due_at)
            return adapter.find(outgoing, since, session)
        except LostLease:
            raise
        except (ChannelError, Problem) as error:
            pacing.heed(post.channel_id, error, self.ledger.clock)
            return CannotSay(str(error))
        except Exception:
            log.exception("post %s: reading back failed in an unforeseen way", post.id)
            return CannotSay("Chưa đọc lại được kênh; sẽ tự thử lại.")

    def _look_again(self, claim: Claim, post: Post) -> None:
        """A post that is processing or scheduled remotely: ask how it stands."""
        session = LedgerSession(post, claim, self.ledger, self._vault)
        receipt = Receipt(post.remote_id, State(post.state), post.link)
        now = self.ledger.clock.now()
        try:
            answer = self._adapter(post).refresh(receipt, session)
        except (LostLease, pw.PeeweeException):
            raise
        except (ChannelError, Problem) as error:
            pacing.heed(post.channel_id, error, self.ledger.clock)
            self.ledger.record(claim, act_at=now + REFRESH_EVERY, error=str(error))
            return
        except Exception:
            log.exception("post %s: asking about it failed in an unforeseen way", post.id)
            sentence = "Chưa đọc lại được kênh; sẽ tự thử lại."
            self.ledger.record(claim, act_at=now + REFRESH_EVERY, error=sentence)
            return
        if answer.state is State.REMOVED:
            # "Not there" may also mean "not for us any more" (channels.md section 2.5, 100/33): read back, then ask.
            sentence = "Dịch vụ không còn cho thấy bài hẹn giờ này; đang đọc lại kênh."
            changes = aftermath.doubt(post, now, sentence)
            self.ledger.record(claim, also=lambda: forget_answers(post), remote_id=None, link=None, **changes)
        elif answer.state == receipt.state:
            self.ledger.record(claim, act_at=max(now, post.due_at) + REFRESH_EVERY, error="")
        else:
            self.ledger.adopt(claim, answer)

    def _adapter(self, post: Post) -> Adapter:
        with connected():
            return self._adapters.of(post.channel)


def _is_late(post: Post, now: datetime) -> bool:
    """Whether the hour passed longer ago than the channel's grace allows."""
    return bool(now > post.due_at + timedelta(minutes=post.channel.grace_minutes))


def _next_look(post: Post, now: datetime) -> dict[str, Any]:
    """When an unsure post is read back again. What a service may keep shows itself after its hour only: the looks begin
    anew then."""
    looks = post.looks + 1
    if now < post.due_at and looks >= _LOOKS_AHEAD:
        return {"looks": 0, "act_at": post.due_at + REFRESH_EVERY}
    return {"looks": looks, "act_at": now + (LOOKS[looks] if looks < len(LOOKS) else NEVER)}


class _Passage:
    """What a request must pass before it leaves: the worker still has the post. `used`: one has left."""

    def __init__(self, ledger: Ledger, claim: Claim) -> None:
        self._ledger, self._claim = ledger, claim
        self.used = False

    def ask(self) -> None:
        """Raises LostLease where another worker has the post."""
        self._ledger.confirm(self._claim)
        self.used = True
