"""A plan put into the calendar, and taken back: which posts are added, moved, given another message or cancelled.

Both happen in the caller's transaction, under `lock`. Whatever is touched must still wait here untried: where a worker
or a person was faster, a Problem says so and nothing has changed. Posts that change places are first taken off the
calendar, all of them, and then put back: no two ever hold one hour.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from typing import Any

import peewee as pw

from campaign import audit
from campaign.audit import OfPost
from campaign.db import is_sqlite
from campaign.errors import Problem
from campaign.freezer import Freezer
from campaign.models import AppliedPlan, Attempt, Campaign, Channel, Post, PostState, Revision, Unit, User
from campaign.planner.values import Plan, Slot
from campaign.scheduling import first_act, new_row
from campaign.workflow import content_of

_BATCH = 200  # posts a statement
FASTER = "Có bài vừa được gửi, giao đi hoặc thay đổi; hãy tải lại trang rồi xem lại."
_TAKEN = "Kênh vừa có bài khác vào đúng một giờ của kế hoạch; hãy tải lại trang rồi xem lại."


def lock(campaign: Campaign, channels: Iterable[int]) -> None:
    """Nobody else plans this campaign or takes up a post of these channels (ids) until the transaction ends. SQLite
    has one writer at a time anyway."""
    if not is_sqlite():
        list(Campaign.select(Campaign.id).where(Campaign.id == campaign.id).for_update())
        list(Channel.select(Channel.id).where(Channel.id.in_(list(channels))).order_by(Channel.id).for_update())


def is_waiting() -> pw.Expression:
    """Whether a post waits here, and nobody has tried to send it."""
    tried = Attempt.select(pw.Value(1)).where(Attempt.post == Post.id)
    return (Post.state == PostState.SCHEDULED) & Post.lease_until.is_null() & ~pw.fn.EXISTS(tried)


# ---------------------------------------------------------------- put in


class Application:
    """One plan on its way into the calendar. `stays` says whether a slot leaves its post (id) the message it has."""

    def __init__(
        self, user: User, campaign: Campaign, freezer: Freezer, now: datetime, stays: Callable[[Slot, int], bool]
    ) -> None:
        self._user, self._campaign, self._freezer, self._now, self._stays = user, campaign, freezer, now, stays

    def carry_out(self, plan: Plan, revisions: Mapping[int, Revision]) -> dict[str, Any]:
        """Change the calendar as the plan says, with these revisions by message (id); gives `AppliedPlan.changes`.

        Raises Problem where a post is no longer what the plan takes it for.
        """
        cancelled = {row.key: row.reason for row in plan.dropped}
        heirs = {slot.replaces: slot for slot in plan.slots if slot.replaces is not None}
        before = _with_units([*heirs, *cancelled])
        moved = {key: slot for key, slot in heirs.items() if self._stays(slot, key)}
        new = [slot for slot in plan.slots if slot.replaces not in moved]
        _take_off([*heirs, *cancelled])
        with _free_hours():
            changes = [self._move(before[key], slot) for key, slot in moved.items()]
            added = self._add(new, revisions)
        replaced = {slot.replaces: post for slot, post in zip(new, added, strict=True) if slot.replaces is not None}
        gone = cancelled | {key: heirs[key].reason for key in replaced}
        dues = {key: {"due": slot.at.isoformat()} for key, slot in moved.items()}
        self._trace("apply_plan", [_of(before[key], detail) for key, detail in dues.items()])
        self._trace("cancel", [_of(before[key], {"comment": reason}) for key, reason in gone.items()])
        return {
            "added": [post for slot, post in zip(new, added, strict=True) if slot.replaces is None],
            "moved": changes,
            "replaced": [{"old": old, "new": post} for old, post in replaced.items()],
            "cancelled": list(cancelled),
        }

    def _move(self, post: Post, slot: Slot) -> dict[str, Any]:
        act_at = max(self._now, first_act(post.channel, slot.at))
        _put_back(post.id, due_at=slot.at, act_at=act_at, reason=slot.reason, hold="")
        return {
            "post": post.id,
            "from": post.due_at.isoformat(),
            "to": slot.at.isoformat(),
            "hold": post.hold,
            "reason": post.reason,
        }

    def _add(self, slots: Sequence[Slot], revisions: Mapping[int, Revision]) -> list[int]:
        """Add the posts of the slots; gives their ids in the same order. What goes out is rendered once for each text,
        kind of channel, unit and wording."""
        rows = Channel.select(Channel, Unit).join(Unit).where(Channel.id.in_({slot.channel_id for slot in slots}))
        channels = {channel.id: channel for channel in rows}

        @cache
        def payload(message: int, kind: str, unit: Unit, wording: int) -> dict[str, Any]:
            return self._freezer.payload(content_of(revisions[message]), kind, unit, wording)

        shared = {"campaign": self._campaign, "created_by": self._user, "created_at": self._now}
        posts = []
        for slot in slots:
            channel = channels[slot.channel_id]
            words = payload(slot.message_id, channel.kind, channel.unit, slot.wording)
            row = new_row(channel, revisions[slot.message_id], words, slot.at)
            posts.append({**row, **shared, "reason": slot.reason})
        ids: dict[str, int] = {}
        for batch in pw.chunked(posts, _BATCH):
            Post.insert_many(batch).execute()
            keys = [row["key"] for row in batch]
            ids |= dict(Post.select(Post.key, Post.id).where(Post.key.in_(keys)).tuples())
        self._trace(
            "schedule",
            [
                OfPost(ids[row["key"]], row["channel"].unit, row["content_hash"], {"due": row["due_at"].isoformat()})
                for row in posts
            ],
        )
        return [ids[row["key"]] for row in posts]

    def _trace(self, action: str, rows: Sequence[OfPost]) -> None:
        audit.record_all(action, rows, user=self._user, now=self._now)


# ---------------------------------------------------------------- taken back


def can_undo(applied: AppliedPlan, now: datetime) -> bool:
    """Whether the calendar before can be had again: no post that the plan touched has gone out or was given away, none
    that it moved stands elsewhere by now, and no hour to which one would go back has passed."""
    changes = applied.changes
    moved = {row["post"]: row for row in changes["moved"]}
    posts = {post.id: post for post in Post.select().where(Post.id.in_([*_new(changes), *moved, *_old(changes)]))}
    waiting = {number for (number,) in Post.select(Post.id).where(Post.id.in_(list(posts)), is_waiting()).tuples()}
    return bool(posts) and all(
        (
            applied.undone_at is None,
            all(post in waiting or posts[post].state == PostState.CANCELLED for post in _new(changes)),
            all(post in waiting and posts[post].due_at == _at(row["to"]) for post, row in moved.items()),
            all(_at(row["from"]) > now for row in moved.values()),
            all(posts[post].state == PostState.CANCELLED and posts[post].due_at > now for post in _old(changes)),
        )
    )


def take_back(applied: AppliedPlan, user: User, now: datetime) -> None:
    """The calendar as it was before, to the letter. Raises Problem where somebody was faster."""
    changes = applied.changes
    moved = {row["post"]: row for row in changes["moved"]}
    rows = _with_units([*_new(changes), *moved, *_old(changes)])
    new = [post for post in _new(changes) if rows[post].state == PostState.SCHEDULED]
    _take_off([*new, *moved])
    with _free_hours():
        for post in _old(changes):
            _put_back(post)
        for post, row in moved.items():
            due = _at(row["from"])
            act_at = max(now, first_act(rows[post].channel, due))
            _put_back(post, due_at=due, act_at=act_at, hold=row["hold"], reason=row["reason"])
    touched = [*new, *moved, *_old(changes)]
    audit.record_all("undo_plan", [_of(rows[post], {}) for post in touched], user=user, now=now)


def _new(changes: Mapping[str, Any]) -> list[int]:
    return [*changes["added"], *(row["new"] for row in changes["replaced"])]


def _old(changes: Mapping[str, Any]) -> list[int]:
    return [*changes["cancelled"], *(row["old"] for row in changes["replaced"])]


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


# ---------------------------------------------------------------- off the calendar and back


def _with_units(posts: Sequence[int]) -> dict[int, Post]:
    rows = Post.select(Post, Channel, Unit).join(Channel).join(Unit).where(Post.id.in_(posts))
    return {post.id: post for post in rows}


def _of(post: Post, detail: Mapping[str, Any]) -> OfPost:
    return OfPost(post.id, post.channel.unit, post.content_hash, detail)


def _take_off(posts: Sequence[int]) -> None:
    for batch in pw.chunked(posts, _BATCH):
        done = Post.update(state=PostState.CANCELLED).where(Post.id.in_(list(batch)), is_waiting()).execute()
        if done != len(batch):
            raise Problem(FASTER)


def _put_back(post: int, **changes: Any) -> None:
    here = Post.id == post, Post.state == PostState.CANCELLED
    if not Post.update(state=PostState.SCHEDULED, **changes).where(*here).execute():
        raise Problem(FASTER)


@contextmanager
def _free_hours() -> Iterator[None]:
    """Raises Problem where another post has taken an hour meanwhile: the ledger holds one a channel and instant."""
    try:
        yield
    except pw.IntegrityError as error:
        raise Problem(_TAKEN) from error
