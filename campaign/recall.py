"""Taking back from the services what was given ahead of its hour and may no longer go out, or goes out at another."""

import logging
from typing import Any

import peewee as pw

from campaign import clearance, pacing, removal
from campaign.adapters import Adapters
from campaign.clock import local_day
from campaign.db import connected, write
from campaign.ledger import Ledger, forget_answers
from campaign.models import Amendment, Channel, Post, PostState, Revision, RevisionState, Step
from campaign.scheduling import first_act
from campaign.session import LedgerSession
from campaign.vault import Vault
from channels.base import ChannelError, Receipt, State

log = logging.getLogger(__name__)

# Holds a post that a service keeps while it is on its way to another hour.
MOVING = "Đang rút khỏi dịch vụ để đổi giờ."
_TAKEN = "Kênh vừa có bài khác vào giờ mới; hãy chọn giờ khác."
_BEGINS_ANEW: dict[str, Any] = {"state": PostState.SCHEDULED, "remote_id": None, "link": None}


class Recall:
    """Takes posts back, for one worker."""

    def __init__(self, ledger: Ledger, adapters: Adapters, vault: Vault) -> None:
        self._ledger, self._adapters, self._vault = ledger, adapters, vault

    def run(self) -> int:
        """Withdraw all that may no longer go out or is to go out at another hour; gives the number withdrawn.

        What only needs a person's word (a changed local fact, a newer rule) waits here again, with the reason.
        """
        with connected():
            _hold_withdrawn()
            now = self._ledger.clock.now()
            rested = Channel.parked_until.is_null() | (Channel.parked_until <= now)
            rows = Post.select(Post, Channel).join(Channel).where(Post.state == PostState.SCHEDULED_REMOTELY, rested)
            kept = list(rows.order_by(Post.due_at))
            done = sum(self._withdraw(post) for post in kept if post.hold)
            for post in kept:
                if not post.hold and post.due_at > now and (reason := clearance.hold(post, local_day(post.due_at))):
                    done += self._withdraw(post, reason)
            return done

    def _withdraw(self, post: Post, reason: str = "") -> int:
        """Withdraw one post: for good, for another hour, or until a person has done what `reason` says. One that the
        service has published meanwhile is taken down, and recorded as that; one that was to move has its hour."""
        adapter = self._adapters.of(post.channel)
        session = LedgerSession(post, None, self._ledger, self._vault)
        receipt = Receipt(post.remote_id, State.SCHEDULED_REMOTELY, post.link)
        try:
            seen = adapter.refresh(receipt, session)
            is_public = seen.state is State.PUBLISHED
            if is_public and post.hold == MOVING:
                return self._stay(post, seen)
            removal.remove(adapter, receipt, session)
        except Exception as error:
            self._note(post, error, reason)
            return 0
        if is_public:
            return self._let_go(post, state=PostState.REMOVED, published_at=post.due_at)
        put_back = self._move_here(post) if post.hold == MOVING else reason and self._keep_here(post, reason)
        return put_back or self._let_go(post, state=PostState.CANCELLED)

    def _note(self, post: Post, error: Exception, reason: str) -> None:
        if not isinstance(error, ChannelError):
            log.exception("post %s: withdrawing failed in an unforeseen way", post.id)
        pacing.heed(post.channel_id, error, self._ledger.clock)
        sentence = str(error) if isinstance(error, ChannelError) else "Chưa rút được bài; sẽ tự thử lại."
        with write():
            Post.update(error=f"{reason} {sentence}".strip()).where(*_still_there(post)).execute()

    def _let_go(self, post: Post, *unless: Any, hold: str = "", outcome: str = "overtaken", **changes: Any) -> int:
        """The service no longer keeps the post, unless somebody was faster."""
        with write():
            done: int = (
                Post.update(hold=hold, error="", fence=Post.fence + 1, lease_until=None, **changes)
                .where(*_still_there(post), *unless)
                .execute()
            )
            if done:
                Amendment.update(outcome=outcome, ended_at=self._ledger.clock.now()).where(
                    *_wants_to_move(post)
                ).execute()
        return done

    def _stay(self, post: Post, seen: Receipt) -> int:
        """The service was faster than the person who wanted another hour: the post is out, once, at its old hour."""
        public = {"state": PostState.PUBLISHED, "published_at": post.due_at, "link": seen.link}
        self._let_go(post, Post.hold == MOVING, **public)
        return 0

    def _keep_here(self, post: Post, reason: str) -> int:
        """The post waits for a person and begins anew, unless one has cancelled it at this very moment."""
        with write():
            done = self._let_go(post, Post.hold == "", hold=reason, **_BEGINS_ANEW)
            if done:
                _forget(post)
        return done

    def _move_here(self, post: Post) -> int:
        """The post waits for its new hour, unless a person has cancelled it at this very moment."""
        wanted = Amendment.select().where(*_wants_to_move(post)).first()
        if wanted is None:
            return 0
        act_at = max(self._ledger.clock.now(), first_act(post.channel, wanted.due_at))
        hour = {"due_at": wanted.due_at, "act_at": act_at, "reason": "Do người lập lịch đổi giờ."}
        still_moves = Post.hold == MOVING
        try:
            with write():
                done = self._let_go(post, still_moves, outcome="done", **_BEGINS_ANEW, **hour)
                if done:
                    _forget(post)
        except pw.IntegrityError:
            with write():
                done = self._let_go(post, still_moves, hold=_TAKEN, **_BEGINS_ANEW)
                if done:
                    _forget(post)
        return done


def _still_there(post: Post) -> tuple[Any, ...]:
    return Post.id == post.id, Post.state == PostState.SCHEDULED_REMOTELY


def _wants_to_move(post: Post) -> tuple[Any, ...]:
    return Amendment.post == post, Amendment.kind == "move", Amendment.ended_at.is_null()


def _forget(post: Post) -> None:
    """Nothing of what the service had counts for the next try."""
    forget_answers(post)
    Step.delete().where(Step.post == post).execute()


def _hold_withdrawn() -> None:
    """Posts that were being given to the service while their approval was withdrawn."""
    withdrawn = Revision.select(Revision.id).where(Revision.state == RevisionState.WITHDRAWN)
    with write():
        Post.update(hold="Bản đã bị thu hồi; đang rút khỏi dịch vụ.").where(
            Post.state == PostState.SCHEDULED_REMOTELY, Post.hold == "", Post.revision.in_(withdrawn)
        ).execute()
