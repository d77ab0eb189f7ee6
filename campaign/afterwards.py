"""What a person may still do with a post that has left this machine: take it down, replace its words, give it another
hour while a service keeps it. Here it is asked for and recorded; `campaign.amending` and `campaign.recall` carry it
out. What a service cannot do, or will not, becomes a task for a person.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from campaign import audit, clearance, tasks
from campaign.adapters import Adapters
from campaign.clock import local_day
from campaign.db import write
from campaign.errors import NotAllowed, Problem
from campaign.freezer import Freezer
from campaign.models import Amendment, Edition, Post, PostState, Revision, Task, User
from campaign.recall import MOVING
from campaign.rights import can, need
from campaign.scheduling import need_hour
from campaign.workflow import approved_revision, content_of, is_approved
from channels.registry import KINDS
from content.message import hash_document

# How long a person has for what only a person can do.
BY_HAND_WITHIN = timedelta(days=1)
FASTER = "Bài này vừa được xử lý; hãy tải lại trang."
# The parts of a payload a reader sees, and what they are called on screen.
PARTS = {"title": "Tiêu đề", "description": "Mô tả", "text": "Nội dung", "media": "Ảnh"}
# What in a payload says how it was made, and goes with the words.
_MAKING = ("local", "wording")


def open_amendments(post: Post) -> list[Amendment]:
    """What people want done with the post and is not done yet, oldest first."""
    rows = Amendment.select(Amendment, User).join(User)
    return list(rows.where(Amendment.post == post, Amendment.ended_at.is_null()).order_by(Amendment.id))


def may_take_down(user: User, post: Post) -> bool:
    """Whoever planned it or approved it may take it down."""
    return any(can(user, action, post.channel.unit) for action in ("plan", "approve"))


# ---------------------------------------------------------------- take down


def take_down(user: User, post: Post, reason: str, now: datetime) -> bool:
    """Have a post taken down, or withdrawn where a service keeps it. Gives whether a worker does it: else a person has
    a task. Raises Problem or NotAllowed."""
    if not may_take_down(user, post):
        raise NotAllowed("Bạn không có quyền làm việc này.")
    reason = " ".join(reason.split())
    if not reason:
        raise Problem("Hãy ghi lý do gỡ bài, để người sau còn biết.")
    by_hand = not (KINDS[post.channel.kind].removes and post.remote_id)
    with write():
        if not _withdraw(post, reason, now):
            _begin(post, user, now, kind="take_down", reason=reason, by_hand=by_hand)
            if by_hand:
                tasks.ask_to_take_down(post, _last_day(now), now, why=f": {reason}")
        audit.record(
            "take_down", post, user=user, unit=post.channel.unit, now=now, content_hash=post.content_hash, reason=reason
        )
    return not by_hand


def _withdraw(post: Post, reason: str, now: datetime) -> int:
    hold = f"{reason} Đang rút khỏi dịch vụ."
    kept = Post.id == post.id, Post.state == PostState.SCHEDULED_REMOTELY
    done: int = Post.update(hold=hold, act_at=now).where(*kept).execute()
    return done


def removed(post: Post, now: datetime, *, user: User | None, note: str) -> None:
    """Record, in the caller's transaction, that a published post is down: `user` None is the program itself."""
    asked = Amendment.select(Amendment, User).join(User)
    why = asked.where(Amendment.post == post, Amendment.kind == "take_down", Amendment.ended_at.is_null()).first()
    public = Post.id == post.id, Post.state == PostState.PUBLISHED
    if not Post.update(state=PostState.REMOVED, error="").where(*public).execute():
        return
    _end(post, now, "take_down", "done")
    _end(post, now, "revise", "overtaken")
    who = {"asked_by": why.user.name, "reason": why.reason} if why else {}
    audit.record(
        "taken_down", post, user=user, unit=post.channel.unit, now=now, content_hash=post.content_hash, **who
    )  # fmt: skip
    done_by = user or (why.user if why else None)
    for kind in ("take_down", "revise"):
        _close_tasks(post, kind, done_by, note, now)


# ---------------------------------------------------------------- revise


@dataclass(frozen=True)
class Proposal:
    """The newest approved words for a post that is out. `changes` are parts with the old and the new; `stays` names
    parts that would be new too, and that the service does not let anybody replace."""

    revision: Revision
    payload: dict[str, Any]
    payload_hash: str
    changes: list[tuple[str, str, str]]
    stays: list[str]


def proposal(post: Post, freezer: Freezer) -> Proposal | None:
    """What would take the place of a post's words, rendered with the local facts of today; None where nothing would."""
    revision = approved_revision(post.revision.message)
    if revision is None or revision.number < post.revision.number:
        return None
    channel, old = post.channel, post.payload
    fresh = freezer.payload(content_of(revision), channel.kind, channel.unit, old.get("wording", 0))
    replaces = KINDS[channel.kind].revises or PARTS.keys()
    kept = {name: value for name, value in old.items() if name not in replaces and name not in _MAKING}
    payload = {**kept, **{name: fresh[name] for name in (*replaces, *_MAKING) if name in fresh}}
    changed = [name for name in PARTS if payload[name] != old[name]]
    if not changed:
        return None
    changes = [(PARTS[name], _words(old[name]), _words(payload[name])) for name in changed]
    stays = [label for name, label in PARTS.items() if name not in replaces and fresh[name] != old[name]]
    return Proposal(revision, payload, hash_document(payload), changes, stays)


def _words(part: str | list[dict[str, str]]) -> str:
    """A part as a person compares it; a picture by its description and the beginning of its hash."""
    return part if isinstance(part, str) else ", ".join(f"{row['alt']} [{row['sha256'][:8]}]" for row in part)


def obstacle(
    post: Post, revision: Revision, payload: dict[str, Any], now: datetime, freezer: Freezer, adapters: Adapters
) -> str:
    """Why these words may not take the place of the post's today, in one sentence, or nothing: what is looked at before
    a text goes out."""
    day = local_day(now)
    if not is_approved(revision):
        return "Bản mới không còn được duyệt; hãy duyệt lại rồi sửa bài."
    valid = date.fromisoformat(revision.document["valid_from"]), date.fromisoformat(revision.document["valid_until"])
    if not valid[0] <= day <= valid[1]:
        return "Bản mới không ở trong thời hạn dùng; hãy gia hạn và duyệt lại."
    candidate = Post(channel=post.channel, revision=revision, payload=payload)
    if reason := clearance.hold(candidate, day):
        return reason
    problems = adapters.of(post.channel).problems(freezer.outgoing(payload, post.key, post.due_at))
    return problems[0] if problems else ""


def revise(user: User, post: Post, freezer: Freezer, adapters: Adapters, now: datetime, *, seen_hash: str) -> bool:
    """Have the newest approved words take the place of a published post's, exactly as the person saw them
    (`seen_hash`). Gives whether a worker does it: else a person has a task. Raises Problem or NotAllowed."""
    need(user, "plan", post.channel.unit)
    new = proposal(post, freezer)
    if new is None or new.payload_hash != seen_hash:
        raise Problem("Lời mới vừa thay đổi; hãy xem lại rồi bấm Sửa bài.")
    if reason := obstacle(post, new.revision, new.payload, now, freezer, adapters):
        raise Problem(reason)
    if any(row.kind == "take_down" for row in open_amendments(post)):
        raise Problem("Bài này đang được gỡ nên không sửa nữa.")
    by_hand = not (KINDS[post.channel.kind].revises and post.remote_id)
    words = {"revision": new.revision, "payload": new.payload, "payload_hash": new.payload_hash}
    with write():
        _begin(post, user, now, kind="revise", by_hand=by_hand, **words)
        if by_hand:
            tasks.ask_to_revise(post, _last_day(now), now)
        audit.record(
            "revise", post, user=user, unit=post.channel.unit, now=now, content_hash=new.revision.content_hash,
            before=post.content_hash,
        )  # fmt: skip
    return not by_hand


def revised(amendment: Amendment, now: datetime, *, user: User | None, note: str) -> None:
    """Record, in the caller's transaction, that the new words are public; the old ones are kept with their days."""
    post = amendment.post
    last = post.editions.order_by(Edition.id.desc()).first()
    old = {name: getattr(post, name) for name in ("revision", "content_hash", "payload", "payload_hash")}
    new = {
        "revision": amendment.revision, "content_hash": amendment.revision.content_hash,
        "payload": amendment.payload, "payload_hash": amendment.payload_hash,
    }  # fmt: skip
    unchanged = Post.id == post.id, Post.state == PostState.PUBLISHED, Post.payload_hash == post.payload_hash
    if not Post.update(**new).where(*unchanged).execute():
        return
    public_from = last.public_until if last else post.published_at or post.due_at
    Edition.create(post=post, public_from=public_from, public_until=now, **old)
    _end(post, now, "revise", "done")
    audit.record(
        "revised", post, user=user, unit=post.channel.unit, now=now, content_hash=new["content_hash"],
        before=post.content_hash, asked_by=amendment.user.name,
    )  # fmt: skip
    _close_tasks(post, "revise", user or amendment.user, note, now)


# ---------------------------------------------------------------- another hour


def move(user: User, post: Post, due: datetime, now: datetime) -> None:
    """Give a post that a service keeps another hour: a worker withdraws it there, then it waits for the new one."""
    need(user, "plan", post.channel.unit)
    need_hour(post, due, now)
    kept = Post.state == PostState.SCHEDULED_REMOTELY, Post.hold.in_(("", MOVING))
    with write():
        if not Post.update(hold=MOVING, error="", act_at=now).where(Post.id == post.id, *kept).execute():
            raise Problem("Bài này đang được rút hoặc đã đăng nên không đổi giờ được; hãy tải lại trang.")
        _end(post, now, "move", "overtaken")
        Amendment.create(post=post, user=user, at=now, act_at=now, kind="move", due_at=due)
        audit.record("move", post, user=user, unit=post.channel.unit, now=now, due=due.isoformat())


# ---------------------------------------------------------------- by a person


def hand_over(amendment: Amendment, sentence: str, now: datetime) -> None:
    """The service will not do it, in the caller's transaction: from here on it is a person's task."""
    post = amendment.post
    Amendment.update(by_hand=True, error=sentence, lease_until=None).where(Amendment.id == amendment.id).execute()
    if amendment.kind == "take_down":
        tasks.ask_to_take_down(post, _last_day(now), now, why=f": {amendment.reason}")
    else:
        tasks.ask_to_revise(post, _last_day(now), now)


def finish_task(user: User, task: Task, note: str, now: datetime) -> None:
    """A person has done a task. A post that they took down or reworded on its channel is recorded so."""
    with write():
        tasks.done(user, task, note, now)
        post = task.post
        if post is None or post.state != PostState.PUBLISHED:
            return
        if task.kind == "take_down":
            removed(post, now, user=user, note=note)
        for amendment in open_amendments(post):
            if task.kind == amendment.kind == "revise":
                revised(amendment, now, user=user, note=note)


# ---------------------------------------------------------------- rows


def _begin(post: Post, user: User, now: datetime, *, kind: str, **words: Any) -> None:
    """A new amendment of a post that is public; it takes the place of an open one of its kind, and a take-down of any.
    Raises Problem."""
    if not Post.select().where(Post.id == post.id, Post.state == PostState.PUBLISHED).exists():
        raise Problem(FASTER)
    if kind == "take_down" and any(row.kind == kind for row in open_amendments(post)):
        raise Problem("Bài này đang được gỡ; hãy tải lại trang.")
    _end(post, now, "revise", "overtaken")
    Amendment.create(post=post, user=user, at=now, act_at=now, kind=kind, **words)


def _end(post: Post, now: datetime, kind: str, outcome: str) -> None:
    still_open = Amendment.post == post, Amendment.kind == kind, Amendment.ended_at.is_null()
    Amendment.update(outcome=outcome, ended_at=now, lease_until=None).where(*still_open).execute()


def _close_tasks(post: Post, kind: str, user: User | None, note: str, now: datetime) -> None:
    still_open = Task.post == post, Task.kind == kind, Task.done_at.is_null()
    if user is not None:
        Task.update(done_at=now, done_by=user, note=note).where(*still_open).execute()


def _last_day(now: datetime) -> date:
    return local_day(now) + BY_HAND_WITHIN
