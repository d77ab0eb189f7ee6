"""The ledger: who may act on a post, and what is known about it. Every promise about delivery rests on these writes.

A worker acts only under a claim: a lease with a fencing token. The token grows with every claim, and every record
names it, so that a worker which slept through its lease changes nothing. Before a request leaves, an attempt row is
committed; what the service answered is written into that row first. What a worker leaves behind that is killed at any
point, `campaign.aftermath` can tell apart.

Claims come in groups, and so do the commits of what many threads write (`campaign.together`); nobody goes on before
what they wrote is on disk.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import peewee as pw

from campaign import pacing
from campaign.clock import Clock
from campaign.db import connected, instant, is_sqlite, micros, run, write
from campaign.leases import Claim, Leases, LostLease
from campaign.models import AWAITING, Attempt, Post, PostState, Step
from campaign.together import Together, patiently
from channels.base import Pace, Receipt, State
from channels.registry import KINDS

PAUSED = "sending_paused"
# A worker not seen for this long counts as stopped.
SILENT = timedelta(seconds=60)
# How often a post is asked about that the service still works on, or should have published by now.
REFRESH_EVERY = timedelta(minutes=2)
NEVER = timedelta(days=36500)
# How far back a claim looks. What has waited for longer stands before the live part of the index, among entries that
# are dead or may not be taken; it is looked for once a minute (`overdue`).
RECENT = timedelta(hours=1)

# Plain SQL, since every post passes here; no value in it comes from outside the program.
_AWAITING = ", ".join(f"'{state}'" for state in AWAITING)
_IN_FLIGHT = (
    "EXISTS (SELECT 1 FROM post AS busy WHERE busy.channel_id = {post}.channel_id "
    "AND busy.lease_until IS NOT NULL AND busy.lease_until >= ?)"
)
_DUE = (
    "SELECT p.id, p.channel_id FROM post AS p JOIN channel AS c ON c.id = p.channel_id "  # noqa: S608
    f"WHERE p.state IN ({_AWAITING}) AND p.hold = '' AND p.act_at <= ? AND p.act_at >= ? "
    f"AND (p.lease_until IS NULL OR p.lease_until < ?) AND {pacing.AWAKE} "
    f"AND NOT {_IN_FLIGHT.format(post='p')} "
    f"AND NOT EXISTS (SELECT 1 FROM note WHERE name = '{PAUSED}' AND value <> '') ORDER BY p.act_at, p.id LIMIT ?"
)
_NEXT = (
    "SELECT act_at FROM post "  # noqa: S608
    f"WHERE state IN ({_AWAITING}) AND hold = '' AND act_at > ? ORDER BY act_at LIMIT 1"
)
# The channels too: else two workers take two posts of one channel. NO KEY lets attempts refer to the post.
_LOCK = " FOR NO KEY UPDATE OF p, c SKIP LOCKED"
# Only what is to be sent becomes `sending`; a post that is looked at keeps its state under the lease. The channel is
# looked at again: another worker may have taken a post of it before we held the locks.
_TAKE = (
    "UPDATE post SET state = CASE WHEN state = 'scheduled' THEN 'sending' ELSE state END, fence = fence + 1, "
    "lease_until = ?, worker = ? WHERE id IN ({ids})"
)
_STILL_FREE = f" AND NOT {_IN_FLIGHT.format(post='post')}"
_RETURNING = " RETURNING id, channel_id, fence, state, due_at"
_RENEW = (
    "UPDATE post SET lease_until = ? FROM (VALUES {rows}) AS held "
    "WHERE post.id = held.column1 AND post.fence = held.column2 AND post.lease_until IS NOT NULL RETURNING id"
)
_EXTEND = "UPDATE post SET lease_until = ? WHERE id = ? AND fence = ? AND lease_until IS NOT NULL"
_ATTEMPT = (
    "INSERT INTO attempt (post_id, fence, worker, payload_hash, started_at, outcome, error) "
    "VALUES (?, ?, ?, ?, ?, '', '') RETURNING id"
)
_NO_DOUBT = (
    "UPDATE post SET state = 'scheduled', act_at = CASE WHEN due_at < ? THEN due_at ELSE ? END, error = '' "
    "WHERE id = ? AND fence = ? AND state = 'unsure' AND lease_until IS NULL"
)
_ANSWERED = (
    "UPDATE attempt SET outcome = 'accepted', remote_id = ?, link = ?, remote_state = ?, ended_at = ? WHERE id = ?"
)


class Ledger:
    """Claims and records, for one worker."""

    def __init__(self, clock: Clock, worker: str, lease: timedelta) -> None:
        self.clock, self.worker, self.lease = clock, worker, lease
        self.leases = Leases(clock, lease)
        self._together = Together()

    # ------------------------------------------------------------ claiming

    def claim(self, limit: int, *, overdue: bool = False) -> list[Claim]:
        """Take up to `limit` posts whose time to act has come, one a channel, none on a silent or busy channel.

        There may be more to take although fewer came: only none at all means that none is left. `overdue`: also what
        has waited for more than an hour.
        """
        now = self.clock.now()
        with connected(), write():
            claims = self._claim(now, limit, None if overdue else now - RECENT)
        self.leases.renewed(claims, now)
        return claims

    def _claim(self, now: datetime, limit: int, since: datetime | None = None) -> list[Claim]:
        at = micros(now)
        bound = 0 if since is None else micros(since)
        due = run(_DUE if is_sqlite() else _DUE + _LOCK, [at, bound, at, at, at, limit]).fetchall()
        first_of: dict[int, int] = {}
        for post, channel in due:
            first_of.setdefault(channel, post)
        if not first_of:
            return []
        ids = list(first_of.values())
        statement, values = _TAKE.format(ids=", ".join("?" * len(ids))), [micros(now + self.lease), self.worker, *ids]
        # SQLite has had the only write lock since before it looked.
        if not is_sqlite():
            statement, values = statement + _STILL_FREE, [*values, at]
        claims = {row[0]: _claim_of(*row) for row in run(statement + _RETURNING, values).fetchall()}
        return [claims[post] for post in ids if post in claims]

    def next_act(self) -> datetime | None:
        """When a worker must next do something, after now; None where nothing is planned."""
        with connected():
            row = run(_NEXT, [micros(self.clock.now())]).fetchall()
        return instant(row[0][0]) if row else None

    # ------------------------------------------------------------ leases

    def renew(self) -> None:
        """Renew the leases of exactly the claims that are in flight here; those that others have are marked lost."""
        claims = self.leases.living()
        if claims:
            self._renew(claims)

    def _renew(self, claims: Sequence[Claim]) -> None:
        now = self.clock.now()
        rows = ", ".join(["(?, ?)"] * len(claims))
        pairs = [number for claim in claims for number in (claim.post_id, claim.fence)]
        with connected(), write():
            kept = {row[0] for row in run(_RENEW.format(rows=rows), [micros(now + self.lease), *pairs]).fetchall()}
        self.leases.renewed([claim for claim in claims if claim.post_id in kept], now)
        self.leases.lose(claim for claim in claims if claim.post_id not in kept)

    def confirm(self, claim: Claim) -> None:
        """Just before a request leaves: raises LostLease unless this worker has the post, surely and for long enough.

        Where half of the lease has passed since it was renewed, the ledger is asked.
        """
        if not self.leases.is_fresh(claim) and not self.leases.is_lost(claim):
            self._renew([claim])
        if self.leases.is_lost(claim):
            raise LostLease

    # ------------------------------------------------------------ sending

    def open_attempt(
        self, claim: Claim, payload_hash: str, gap: timedelta | None, pace: Pace | None = None
    ) -> Attempt | datetime:
        """Commit the intent to send. Gives the attempt, or the instant before which the channel may not speak.

        Raises LostLease. `gap` None: this channel keeps no gap at this step; `pace` None: it spends no token.
        """
        now = self.clock.now()
        at = micros(now)

        def work() -> Attempt | datetime:
            self._extend(claim, now)
            free_at = pacing.take_turn(claim.channel_id, claim.post_id, gap, pace, now)
            if free_at is not None:
                return free_at
            row = [claim.post_id, claim.fence, self.worker, payload_hash, at]
            [(number,)] = run(_ATTEMPT, row).fetchall()
            return Attempt(id=number, post=claim.post_id, fence=claim.fence, worker=self.worker, started_at=now)

        opened = self._together.commit(claim.post_id, work)
        self.leases.renewed([claim], now)
        return opened

    def _extend(self, claim: Claim, now: datetime) -> None:
        if run(_EXTEND, [micros(now + self.lease), claim.post_id, claim.fence]).rowcount != 1:
            raise LostLease

    def answered(self, attempt: Attempt, receipt: Receipt) -> None:
        """Write down what the service answered, before anything else: it must survive whatever happens next."""
        ended = micros(self.clock.now())
        row = [receipt.remote_id, receipt.link, str(receipt.state), ended, attempt.id]
        patiently(lambda: self._together.commit(attempt.post_id, lambda: run(_ANSWERED, row)))

    def close_attempt(self, attempt: Attempt, outcome: str, error: str) -> None:
        """Write down how an attempt ended that brought no receipt."""
        ended = Attempt.update(outcome=outcome, error=error, ended_at=self.clock.now()).where(Attempt.id == attempt.id)
        patiently(lambda: self._together.commit(attempt.post_id, ended.execute))

    def nothing_left(self, claim: Claim, attempt: Attempt) -> None:
        """The lease was lost before the first request of an attempt: close it, and take back the doubt that whoever
        buried the claim had to have, unless somebody has acted on it since.

        It is due at its hour: the clock that ended the lease too soon may be put right again.
        """
        at = micros(self.clock.now())

        def work() -> None:
            run("UPDATE attempt SET outcome = 'not_sent', ended_at = ? WHERE id = ?", [at, attempt.id])
            run(_NO_DOUBT, [at, at, claim.post_id, claim.fence + 1])

        self._together.commit(claim.post_id, work)

    # ------------------------------------------------------------ recording

    def record(self, claim: Claim, also: Callable[[], object] | None = None, **changes: Any) -> None:
        """Change the post and end the claim, and do what `also` says in the same transaction.

        Raises LostLease where another worker has it.
        """
        statement, values = _recording(claim, changes)

        def work() -> None:
            if run(statement, values).rowcount != 1:
                raise LostLease
            if also is not None:
                also()

        patiently(lambda: self._together.commit(claim.post_id, work))
        self.leases.drop(claim)

    def adopt(self, claim: Claim, receipt: Receipt) -> None:
        """Record what the service has: id and link first and alone in `answered`, then the state."""
        now = self.clock.now()
        try:
            self.record(claim, **receipt_changes(receipt, now, claim.due_at))
        except pw.IntegrityError:
            self.record(claim, **taken_id(now))

    def save_step(self, claim: Claim | None, post: Post, step: str, handle: str) -> None:
        """Commit what must survive a crash; the lease begins anew. Raises LostLease."""
        now = self.clock.now()

        def work() -> None:
            if claim is not None:
                self._extend(claim, now)
            Step.insert(post=post, step=step, handle=handle, saved_at=now).on_conflict(
                conflict_target=[Step.post, Step.step], update={"handle": handle, "saved_at": now}
            ).execute()

        self._together.commit(post.id, work)
        if claim is not None:
            self.leases.renewed([claim], now)


def _claim_of(post: int, channel: int, fence: int, state: str, due_at: int) -> Claim:
    held = PostState(state)
    return Claim(post, channel, fence, PostState.SCHEDULED if held is PostState.SENDING else held, instant(due_at))


def _recording(claim: Claim, changes: dict[str, Any]) -> tuple[str, list[Any]]:
    """The statement that changes a claimed post and ends the claim, with its values."""
    fields = [Post._meta.fields[name] for name in changes]
    columns = "".join(f"{field.column_name} = ?, " for field in fields)
    values = [field.db_value(value) for field, value in zip(fields, changes.values(), strict=True)]
    statement = (
        f"UPDATE post SET {columns}lease_until = NULL "  # noqa: S608 names of columns, no values
        "WHERE id = ? AND fence = ? AND lease_until IS NOT NULL"
    )
    return statement, [*values, claim.post_id, claim.fence]


def is_resumable(post: Post) -> bool:
    """Whether an earlier attempt has saved a step after which sending again cannot make a second public post."""
    steps = KINDS[post.channel.kind].resumable_after
    if not steps:
        return False
    with connected():
        return bool(Step.select().where(Step.post == post, Step.step.in_(steps)).exists())


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
