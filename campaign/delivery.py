"""Delivery: what a worker does with a claimed post. The order of the steps is the promise "no post twice, none lost".

Sending: look at everything again (gate), commit the intent (attempt), let the request leave, write down the answer,
record. An answer that is not clear makes the post `unsure`; `unsure` is only ever left through what the service shows
(`find`), through a resumable step, or through a person's word.
"""

import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from campaign import clearance
from campaign.adapters import Adapters, is_connected
from campaign.clock import local, local_day
from campaign.db import connected, write
from campaign.errors import Problem
from campaign.hours import is_quiet
from campaign.ledger import (
    NEVER,
    REFRESH_EVERY,
    Claim,
    Ledger,
    LedgerSession,
    LostLease,
    forget_answers,
    is_resumable,
)
from campaign.models import Attempt, Channel, Post, PostState, Revision, RevisionState, Step
from campaign.scheduling import Freezer
from campaign.vault import Vault
from campaign.workflow import is_approved
from channels.base import (
    Absent,
    ChannelError,
    Found,
    NeedsLogin,
    Outgoing,
    RateLimited,
    Receipt,
    Rejected,
    State,
    Temporary,
    Unsure,
)
from channels.base import Channel as Adapter
from channels.registry import KINDS
from content.message import hash_document

log = logging.getLogger(__name__)

BACK_OFF = timedelta(seconds=30)
MOST_BACK_OFF = timedelta(minutes=30)
# When an unsure post is read back: at once, after 1, 5 and 15 minutes, then hourly for a day.
LOOKS = (timedelta(0), timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15)) + (timedelta(hours=1),) * 23
_RANDOM = random.SystemRandom()


@dataclass(frozen=True)
class Hold:
    """The post may not go out until a person has done what `reason` says."""

    reason: str


@dataclass(frozen=True)
class Later:
    """Not yet: its time to act is `at`."""

    at: datetime


@dataclass(frozen=True)
class Late:
    """Its hour passed longer ago than the channel's grace allows."""


class Delivery:
    """Carries out claims for one worker."""

    def __init__(
        self,
        ledger: Ledger,
        adapters: Adapters,
        freezer: Freezer,
        vault: Vault,
        jitter: Callable[[], float] = _RANDOM.random,
    ) -> None:
        self.ledger, self._adapters, self._freezer, self._vault = ledger, adapters, freezer, vault
        self._jitter = jitter

    def run_due(self, limit: int = 1000) -> int:
        """Claim and carry out, in this thread, until nothing is due; gives the number of claims carried out."""
        done = 0
        while done < limit:
            self.ledger.reap()
            claims = self.ledger.claim(limit - done)
            if not claims:
                break
            for claim in claims:
                self.carry_out(claim)
            done += len(claims)
        return done

    def carry_out(self, claim: Claim) -> None:
        """Do what the post needs. Never raises for what one post or its channel does wrong."""
        try:
            with connected():
                post = Post.get_by_id(claim.post_id)
                if claim.state is PostState.SCHEDULED:
                    self._send(claim, post)
                elif claim.state is PostState.UNSURE:
                    self._read_back(claim, post)
                else:
                    self._look_again(claim, post)
        except LostLease:
            log.warning("post %s: lease lost, another worker carries on", claim.post_id)

    # ------------------------------------------------------------ sending

    def _send(self, claim: Claim, post: Post) -> None:
        now = self.ledger.clock.now()
        channel = post.channel
        ahead = self._goes_ahead(post, channel, now)
        match self._gate(post, channel, now, ahead):
            case Hold(reason):
                self.ledger.record(claim, state=PostState.SCHEDULED, hold=reason)
            case Later(at):
                self.ledger.record(claim, state=PostState.SCHEDULED, act_at=at)
            case Late() if self._is_out_already(claim, post):
                return
            case Late():
                sentence = "Đã qua giờ hẹn quá lâu; hãy chọn gửi ngay, đổi giờ hoặc bỏ."
                self.ledger.record(claim, state=PostState.MISSED, error=sentence)
            case Outgoing() as outgoing:
                self._attempt(claim, post, outgoing, ahead)

    def _is_out_already(self, claim: Claim, post: Post) -> bool:
        """Adopt a late post whose last step had been taken: only the answer to it was lost."""
        if not is_resumable(post):
            return False
        sighting = self._find(self._adapters.of(post.channel), post, claim, post.created_at)
        if isinstance(sighting, Found):
            self.ledger.adopt(claim, sighting.receipt)
        return isinstance(sighting, Found)

    def _goes_ahead(self, post: Post, channel: Channel, now: datetime) -> bool:
        """Whether the service can be given the post now to keep until its hour."""
        window = KINDS[channel.kind].remote_window
        return channel.ahead and window is not None and window[0] <= post.due_at - now <= window[1]

    def _gate(self, post: Post, channel: Channel, now: datetime, ahead: bool) -> Outgoing | Hold | Later | Late:
        """Look again, just before sending, at all that was true when the post was scheduled."""
        kind = KINDS[channel.kind]
        earliest = now if ahead else post.due_at - kind.lead
        if now < earliest:
            return Later(earliest)
        if now > post.due_at + timedelta(minutes=channel.grace_minutes):
            return Late()
        hold = self._hold(post, channel, now)
        if hold:
            return Hold(hold)
        speaks_at = post.due_at if ahead or kind.confirmed_by_person else now
        if is_quiet(channel.quiet, local(speaks_at).time()):
            return Hold("Đang giờ yên lặng của kênh nên bài không được gửi; hãy đổi giờ.")
        try:
            outgoing = self._freezer.outgoing(post.payload, post.key, post.due_at)
        except Problem as problem:
            return Hold(str(problem))
        problems = self._adapters.of(channel).problems(outgoing)
        # The words are frozen: mending the message does not mend this post.
        return Hold(f"{problems[0]} Nếu phải sửa lời, hãy hủy bài này và lên lịch bản mới.") if problems else outgoing

    def _hold(self, post: Post, channel: Channel, now: datetime) -> str:
        if hash_document(post.payload) != post.payload_hash:
            return "Nội dung đã đóng băng bị thay đổi ngoài chương trình; hãy hủy bài và lên lịch lại."
        if post.content_hash != post.revision.content_hash or not is_approved(post.revision):
            return "Bản này không còn được duyệt; hãy duyệt lại hoặc hủy bài."
        day = local(post.due_at).date()
        document = post.revision.document
        if not date.fromisoformat(document["valid_from"]) <= day <= date.fromisoformat(document["valid_until"]):
            return "Thông điệp không còn trong thời hạn dùng; hãy gia hạn và duyệt lại, hoặc hủy bài."
        if not is_connected(channel):
            return "Kênh chưa kết nối; hãy vào trang Kênh để kết nối."
        return clearance.hold(post, day)

    def _attempt(self, claim: Claim, post: Post, outgoing: Outgoing, ahead: bool) -> None:
        channel = post.channel
        keeps_gap = not ahead and not KINDS[channel.kind].confirmed_by_person
        gap = timedelta(minutes=channel.min_gap_minutes) if keeps_gap else None
        attempt = self.ledger.open_attempt(claim, post.payload_hash, gap)
        if isinstance(attempt, datetime):
            self.ledger.record(claim, state=PostState.SCHEDULED, act_at=attempt)
            return
        adapter = self._adapters.of(channel)
        session = LedgerSession(post, claim, self.ledger, self._vault)
        send = adapter.schedule_remotely if ahead else adapter.publish
        try:
            receipt = send(outgoing, session)
        except LostLease:
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
                self._retry(claim, post, sentence, self._pause_after(post))
            else:
                self.ledger.record(claim, state=PostState.UNSURE, act_at=now + LOOKS[0], looks=0, error=sentence)
            return
        self.ledger.close_attempt(attempt, "refused" if isinstance(error, Rejected) else "not_sent", sentence)
        self.ledger.give_turn_back(post)
        if isinstance(error, Temporary):
            self._retry(claim, post, sentence, error.retry_after or self._pause_after(post))
        elif isinstance(error, RateLimited):
            self.ledger.record(claim, state=PostState.SCHEDULED, act_at=error.until, error=sentence)
            self._park(post.channel, error.until)
        elif isinstance(error, NeedsLogin):
            self.ledger.record(claim, state=PostState.SCHEDULED, error=sentence)
            _pause(post.channel, sentence)
        else:
            self.ledger.record(claim, state=PostState.FAILED, error=sentence)

    def _retry(self, claim: Claim, post: Post, sentence: str, wait: timedelta) -> None:
        at = self.ledger.clock.now() + wait
        self.ledger.record(claim, state=PostState.SCHEDULED, act_at=at, tries=post.tries + 1, error=sentence)

    def _pause_after(self, post: Post) -> timedelta:
        """Exponential back-off with jitter, so that a service that recovers is not met by all at once."""
        longest: timedelta = min(BACK_OFF * 2 ** min(post.tries, 10), MOST_BACK_OFF)
        return longest * (0.5 + self._jitter() / 2)

    def _park(self, channel: Channel, until: datetime) -> None:
        """A rate-limited channel is silent until its time; moving its posts keeps them out of every claim's way."""
        with write():
            Post.update(act_at=until).where(
                Post.channel == channel, Post.state == PostState.SCHEDULED, Post.act_at < until
            ).execute()

    # ------------------------------------------------------------ looking

    def _read_back(self, claim: Claim, post: Post) -> None:
        """An unsure post: adopt it where the service shows it, release it where that is safe, else look later."""
        known = Attempt.select().where(Attempt.post == post).order_by(Attempt.id)
        answer = next((row for row in known if row.remote_id), None)
        if answer is not None:
            self.ledger.adopt(claim, Receipt(answer.remote_id, State(answer.remote_state), answer.link))
            return
        adapter = self._adapters.of(post.channel)
        sighting = self._find(adapter, post, claim, known[0].started_at if len(known) else post.created_at)
        now = self.ledger.clock.now()
        if isinstance(sighting, Found):
            self.ledger.adopt(claim, sighting.receipt)
        elif isinstance(sighting, Absent) or is_resumable(post):
            self.ledger.give_turn_back(post)
            self.ledger.record(claim, state=PostState.SCHEDULED, act_at=now, error="")
        else:
            looks = post.looks + 1
            wait = LOOKS[looks] if looks < len(LOOKS) else NEVER
            self.ledger.record(claim, looks=looks, act_at=now + wait, error=sighting if sighting else post.error)

    def _find(self, adapter: Adapter, post: Post, claim: Claim, since: datetime) -> Found | Absent | str:
        """What the channel says, or the sentence that says why it cannot say."""
        session = LedgerSession(post, claim, self.ledger, self._vault)
        try:
            outgoing = self._freezer.outgoing(post.payload, post.key, post.due_at)
            sighting = adapter.find(outgoing, since, session)
        except LostLease:
            raise
        except (ChannelError, Problem) as error:
            if isinstance(error, NeedsLogin):
                _pause(post.channel, str(error))
            return str(error)
        except Exception:
            log.exception("post %s: reading back failed in an unforeseen way", post.id)
            return "Chưa đọc lại được kênh; sẽ tự thử lại."
        return sighting if isinstance(sighting, Found | Absent) else sighting.reason

    def _look_again(self, claim: Claim, post: Post) -> None:
        """A post that is processing or scheduled remotely: ask how it stands."""
        adapter = self._adapters.of(post.channel)
        session = LedgerSession(post, claim, self.ledger, self._vault)
        receipt = Receipt(post.remote_id, State(post.state), post.link)
        now = self.ledger.clock.now()
        try:
            answer = adapter.refresh(receipt, session)
        except (ChannelError, Problem) as error:
            if isinstance(error, NeedsLogin):
                _pause(post.channel, str(error))
            self.ledger.record(claim, act_at=now + REFRESH_EVERY, error=str(error))
            return
        if answer.state is State.REMOVED:
            # "Not there" may also mean "not for us any more" (channels.md section 2.5, 100/33): read back, then ask.
            with write():
                forget_answers(post)
                sentence = "Dịch vụ không còn cho thấy bài hẹn giờ này; đang đọc lại kênh."
                self.ledger.record(
                    claim, state=PostState.UNSURE, act_at=now, looks=0, error=sentence, remote_id=None, link=None
                )
        elif answer.state == receipt.state:
            self.ledger.record(claim, act_at=max(now, post.due_at) + REFRESH_EVERY, error="")
        else:
            self.ledger.adopt(claim, answer)

    def withdraw_remote(self) -> int:
        """Take back from the services what was given ahead and may no longer go out; gives the number withdrawn.

        What only needs a person's word (a changed local fact, a newer rule) waits here again, with the reason.
        """
        with connected():
            _hold_withdrawn()
            kept = list(Post.select().where(Post.state == PostState.SCHEDULED_REMOTELY).order_by(Post.due_at))
            done = sum(self._withdraw(post) for post in kept if post.hold)
            now = self.ledger.clock.now()
            for post in kept:
                if not post.hold and post.due_at > now and (reason := clearance.hold(post, local_day(post.due_at))):
                    done += self._withdraw(post, reason)
            return done

    def _withdraw(self, post: Post, reason: str = "") -> int:
        """Withdraw one post: for good, or until a person has done what `reason` says. One that the service has
        published meanwhile is taken down, and recorded as that."""
        adapter = self._adapters.of(post.channel)
        session = LedgerSession(post, None, self.ledger, self._vault)
        receipt = Receipt(post.remote_id, State.SCHEDULED_REMOTELY, post.link)
        try:
            was_public = adapter.refresh(receipt, session).state is State.PUBLISHED
            adapter.remove(receipt, session)
        except Exception as error:
            if not isinstance(error, ChannelError):
                log.exception("post %s: withdrawing failed in an unforeseen way", post.id)
            sentence = str(error) if isinstance(error, ChannelError) else "Chưa rút được bài; sẽ tự thử lại."
            with write():
                Post.update(error=f"{reason} {sentence}".strip()).where(Post.id == post.id).execute()
            return 0
        if was_public:
            return _let_go(post, state=PostState.REMOVED, published_at=post.due_at)
        return (_keep_here(post, reason) if reason else 0) or _let_go(post, state=PostState.CANCELLED)


def _let_go(post: Post, *unless: Any, hold: str = "", **changes: Any) -> int:
    """The service no longer has the post, unless somebody was faster."""
    with write():
        done: int = (
            Post.update(hold=hold, error="", fence=Post.fence + 1, lease_until=None, **changes)
            .where(Post.id == post.id, Post.state == PostState.SCHEDULED_REMOTELY, *unless)
            .execute()
        )
    return done


def _keep_here(post: Post, reason: str) -> int:
    """The post waits for a person and begins anew, unless one has cancelled it at this very moment."""
    with write():
        afresh = {"state": PostState.SCHEDULED, "remote_id": None, "link": None}
        done = _let_go(post, Post.hold == "", hold=reason, **afresh)
        if done:
            forget_answers(post)
            Step.delete().where(Step.post == post).execute()
    return done


def _hold_withdrawn() -> None:
    """Posts that were being given to the service while their approval was withdrawn."""
    withdrawn = Revision.select(Revision.id).where(Revision.state == RevisionState.WITHDRAWN)
    with write():
        Post.update(hold="Bản đã bị thu hồi; đang rút khỏi dịch vụ.").where(
            Post.state == PostState.SCHEDULED_REMOTELY, Post.hold == "", Post.revision.in_(withdrawn)
        ).execute()


def _pause(channel: Channel, sentence: str) -> None:
    """The channel's secrets no longer work. A pause that a person made stays theirs."""
    with write():
        Channel.update(paused=sentence).where(Channel.id == channel.id, Channel.paused == "").execute()
