"""The ledger: who may act on a post, and what is known about it. Every promise about delivery rests on these writes.

A worker acts only under a claim: a lease with a fencing token. The token grows with every claim, and every record
names it, so that a worker which slept through its lease changes nothing. Before a request leaves, an attempt row is
committed; what the service answered is written into that row first. So a worker killed at any point leaves one of
four things behind, and `reap` can tell them apart:

* no attempt                      nothing left this machine: the post is scheduled again;
* an attempt with an answer       the answer is adopted;
* an attempt without one, resumable   sending again cannot make a second public post: scheduled again;
* an attempt without one          `unsure`: read back, and never sent again blindly.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import peewee as pw

from campaign.clock import Clock
from campaign.db import connected, is_sqlite, write
from campaign.models import AWAITING, Attempt, Channel, Post, PostState, Step, note
from campaign.vault import StoredCredentials, Vault
from channels.base import Credentials, Receipt, State
from channels.registry import KINDS

PAUSED = "sending_paused"
# A worker not seen for this long counts as stopped.
SILENT = timedelta(seconds=60)
# How often a post is asked about that the service still works on, or should have published by now.
REFRESH_EVERY = timedelta(minutes=2)
NEVER = timedelta(days=36500)


class LostLease(Exception):
    """Another worker has the post now: whatever this one knows is in its attempt row, and it must stop."""


@dataclass(frozen=True)
class Claim:
    """The right to act on one post until the lease ends, under one fencing token."""

    post_id: int
    fence: int
    state: PostState


class Ledger:
    """Claims and records, for one worker."""

    def __init__(self, clock: Clock, worker: str, lease: timedelta) -> None:
        self.clock, self.worker, self.lease = clock, worker, lease

    # ------------------------------------------------------------ claiming

    def claim(self, limit: int) -> list[Claim]:
        """Take up to `limit` posts whose time to act has come, one a channel, none on a silent channel."""
        now = self.clock.now()
        with connected():
            if note(PAUSED):
                return []
            with write():
                return self._claim(now, limit)

    def _claim(self, now: datetime, limit: int) -> list[Claim]:
        rows = (
            Post.select(Post.id, Post.fence, Post.state, Post.channel)
            .join(Channel)
            .where(
                Post.state.in_(AWAITING),
                Post.act_at <= now,
                Post.hold == "",
                Post.lease_until.is_null() | (Post.lease_until < now),
                Channel.paused == "",
                ~pw.fn.EXISTS(_in_flight(now)),
            )
            .order_by(Post.act_at, Post.id)
            .limit(limit * 4)
        )
        if not is_sqlite():
            # The channels too: else two workers take two posts of one channel. NO KEY lets attempts refer to the post.
            rows = rows.for_update("FOR NO KEY UPDATE", of=(Post, Channel), skip_locked=True)
        claims: dict[int, Claim] = {}
        for row in rows:
            if row.channel_id not in claims and len(claims) < limit:
                claims[row.channel_id] = Claim(row.id, row.fence + 1, PostState(row.state))
        return [claim for claim in claims.values() if self._take(claim, now)]

    def _take(self, claim: Claim, now: datetime) -> bool:
        """Take one post. Its channel is looked at again: another worker may have taken it before we held the locks."""
        # Only what is to be sent becomes `sending`; a post that is looked at keeps its state under the lease.
        state = PostState.SENDING if claim.state is PostState.SCHEDULED else claim.state
        taken: int = (
            Post.update(state=state, fence=claim.fence, lease_until=now + self.lease, worker=self.worker)
            .where(Post.id == claim.post_id, Post.fence == claim.fence - 1, ~pw.fn.EXISTS(_in_flight(now)))
            .execute()
        )
        return taken == 1

    # ------------------------------------------------------------ sending

    def open_attempt(self, claim: Claim, payload_hash: str, gap: timedelta | None) -> Attempt | datetime:
        """Commit the intent to send. Gives the attempt, or the instant before which the minimum gap forbids it.

        Raises LostLease. `gap` None: this channel keeps no gap at this step.
        """
        now = self.clock.now()
        with connected(), write():
            if not self._update(claim, lease_until=now + self.lease):
                raise LostLease
            post = Post.get_by_id(claim.post_id)
            if gap is not None:
                free_at = self._take_turn(post, gap, now)
                if free_at is not None:
                    return free_at
            attempt: Attempt = Attempt.create(
                post=post, fence=claim.fence, worker=self.worker, payload_hash=payload_hash, started_at=now
            )
        return attempt

    def _take_turn(self, post: Post, gap: timedelta, now: datetime) -> datetime | None:
        taken = (
            Channel.update(spoke_at=now, spoke_post=post.id)
            .where(
                Channel.id == post.channel_id,
                Channel.spoke_at.is_null() | (Channel.spoke_at <= now - gap) | (Channel.spoke_post == post.id),
            )
            .execute()
        )
        if taken:
            return None
        spoke_at: datetime = Channel.get_by_id(post.channel_id).spoke_at
        return spoke_at + gap

    def answered(self, attempt: Attempt, receipt: Receipt) -> None:
        """Write down what the service answered, before anything else: it must survive whatever happens next."""
        with connected(), write():
            Attempt.update(
                outcome="accepted", remote_id=receipt.remote_id, link=receipt.link, remote_state=receipt.state,
                ended_at=self.clock.now(),
            ).where(Attempt.id == attempt.id).execute()  # fmt: skip

    def close_attempt(self, attempt: Attempt, outcome: str, error: str) -> None:
        """Write down how an attempt ended that brought no receipt."""
        with connected(), write():
            Attempt.update(outcome=outcome, error=error, ended_at=self.clock.now()).where(
                Attempt.id == attempt.id
            ).execute()

    def give_turn_back(self, post: Post) -> None:
        """The channel did not speak after all: the next post need not keep its distance from this one."""
        with connected(), write():
            Channel.update(spoke_at=None, spoke_post=None).where(
                Channel.id == post.channel_id, Channel.spoke_post == post.id
            ).execute()

    # ------------------------------------------------------------ recording

    def record(self, claim: Claim, **changes: Any) -> None:
        """Change the post and end the claim. Raises LostLease where another worker has it."""
        with connected(), write():
            if not self._update(claim, lease_until=None, **changes):
                raise LostLease

    def adopt(self, claim: Claim, receipt: Receipt) -> None:
        """Record what the service has: id and link first and alone in `answered`, then the state."""
        now = self.clock.now()
        with connected():
            due = Post.get_by_id(claim.post_id).due_at
            try:
                self.record(claim, **receipt_changes(receipt, now, due))
            except pw.IntegrityError:
                self.record(claim, **taken_id(now))

    def _update(self, claim: Claim, **changes: Any) -> bool:
        done: int = (
            Post.update(**changes)
            .where(Post.id == claim.post_id, Post.fence == claim.fence, Post.lease_until.is_null(False))
            .execute()
        )
        return done == 1

    # ------------------------------------------------------------ after a crash

    def reap(self) -> int:
        """Sort out posts whose worker did not come back before its lease ended; gives their number."""
        now = self.clock.now()
        with connected():
            lost = list(Post.select().where(Post.state == PostState.SENDING, Post.lease_until < now))
            return sum(self._reap_one(post, now) for post in lost)

    def _reap_one(self, post: Post, now: datetime) -> int:
        """A transaction a post: what is wrong with one must not keep the others lying."""
        # The lease once more: its worker may have woken, renewed it and be sending at this moment.
        still_lost = (
            Post.id == post.id, Post.fence == post.fence, Post.state == PostState.SENDING, Post.lease_until < now,
        )  # fmt: skip
        changes = self._after_crash(post, now)
        try:
            with write():
                done: int = Post.update(fence=Post.fence + 1, lease_until=None, **changes).where(*still_lost).execute()
        except pw.IntegrityError:
            with write():
                done = Post.update(fence=Post.fence + 1, lease_until=None, **taken_id(now)).where(*still_lost).execute()
        return done

    def _after_crash(self, post: Post, now: datetime) -> dict[str, Any]:
        attempt = Attempt.get_or_none(Attempt.post == post, Attempt.fence == post.fence)
        if attempt is None or attempt.outcome in {"refused", "not_sent"}:
            return {"state": PostState.SCHEDULED}
        if attempt.remote_id:
            receipt = Receipt(attempt.remote_id, State(attempt.remote_state), attempt.link)
            return receipt_changes(receipt, now, post.due_at)
        if is_resumable(post):
            return {"state": PostState.SCHEDULED}
        return {"state": PostState.UNSURE, "act_at": now, "looks": 0, "error": "Máy gửi dừng giữa chừng; đang đọc lại."}


def _in_flight(now: datetime) -> pw.Query:
    """The posts of the same channel that some worker has under a living lease."""
    busy = Post.alias()
    return busy.select(pw.SQL("1")).where(
        busy.channel == Post.channel, busy.lease_until.is_null(False), busy.lease_until >= now
    )


def is_resumable(post: Post) -> bool:
    """Whether an earlier attempt has saved a step after which sending again cannot make a second public post."""
    steps = KINDS[post.channel.kind].resumable_after
    return bool(steps) and bool(Step.select().where(Step.post == post, Step.step.in_(steps)).exists())


def taken_id(now: datetime) -> dict[str, Any]:
    """What becomes of a post for which the service named another post's id: only a person can tell them apart."""
    sentence = "Kênh trả về mã của một bài khác; hãy mở kênh để xem bài này đã lên chưa."
    return {"state": PostState.UNSURE, "act_at": now + NEVER, "looks": 1, "error": sentence}


def receipt_changes(receipt: Receipt, now: datetime, due: datetime) -> dict[str, Any]:
    """What a receipt makes of a post that is due at `due`, and when it must be looked at again."""
    changes: dict[str, Any] = {
        "state": PostState(receipt.state),
        "remote_id": receipt.remote_id,
        "link": receipt.link,
        "error": receipt.note if receipt.state is State.FAILED else "",
        "looks": 0,
    }
    if receipt.state is State.PUBLISHED:
        changes["published_at"] = now
    elif receipt.state is State.PROCESSING:
        changes["act_at"] = now + REFRESH_EVERY
    elif receipt.state is State.SCHEDULED_REMOTELY:
        changes["act_at"] = max(now, due) + REFRESH_EVERY
    return changes


def forget_answers(post: Post) -> None:
    """The service no longer has what earlier attempts were told of: a later one must not be taken for it."""
    Attempt.update(outcome="gone", remote_id=None).where(
        Attempt.post == post, Attempt.remote_id.is_null(False)
    ).execute()


class LedgerSession:
    """The `Session` of one post over the ledger (channels/base.py)."""

    def __init__(self, post: Post, claim: Claim | None, ledger: Ledger, vault: Vault) -> None:
        self._post, self._claim, self._ledger = post, claim, ledger
        self.credentials: Credentials = StoredCredentials(post.channel_id, vault, ledger.clock)

    def now(self) -> datetime:
        """The present instant, UTC."""
        return self._ledger.clock.now()

    def saved(self, step: str) -> str | None:
        """What an earlier attempt saved."""
        with connected():
            row = Step.get_or_none(Step.post == self._post, Step.step == step)
        return None if row is None else str(row.handle)

    def save(self, step: str, handle: str) -> None:
        """Commit what must survive a crash; the lease begins anew. Raises LostLease."""
        now = self.now()
        with connected(), write():
            if self._claim is not None and not self._ledger._update(self._claim, lease_until=now + self._ledger.lease):
                raise LostLease
            row: Mapping[str, Any] = {"post": self._post, "step": step, "handle": handle, "saved_at": now}
            Step.insert(**row).on_conflict(
                conflict_target=[Step.post, Step.step], update={"handle": handle, "saved_at": now}
            ).execute()

    def is_taken(self, remote_id: str) -> bool:
        """Whether another post of this channel owns this remote id: by record, by an answer not yet recorded, or by a
        step saved on the way."""
        others = (Post.channel == self._post.channel_id) & (Post.id != self._post.id)
        with connected():
            return any(
                (
                    Post.select().where(others, Post.remote_id == remote_id).exists(),
                    Attempt.select().join(Post).where(others, Attempt.remote_id == remote_id).exists(),
                    Step.select().join(Post).where(others, Step.handle == remote_id).exists(),
                )
            )
