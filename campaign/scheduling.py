"""Posts: made from an approved revision with a frozen payload (`campaign.freezer`), moved, stopped."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from peewee import fn

from campaign import audit, clearance, consents, local_facts
from campaign.clock import day_bounds, local, local_day
from campaign.db import write
from campaign.errors import NotAllowed, Problem
from campaign.freezer import Freezer
from campaign.hours import is_quiet
from campaign.ledger import PAUSED, forget_answers, is_resumable
from campaign.models import Attempt, Campaign, Channel, Note, Post, PostState, Revision, Step, Unit, User
from campaign.rights import need, subtree, units_where
from campaign.workflow import content_of, is_approved
from channels.registry import KINDS
from content.message import Message as Content
from content.message import hash_document
from content.placeholders import used_by

# What a post is that begins anew: nothing of an earlier try stands.
_AFRESH = {"state": PostState.SCHEDULED, "error": "", "hold": "", "tries": 0, "remote_id": None, "link": None}
# The states in which nothing has left this machine yet.
UNSENT = (PostState.SCHEDULED, PostState.MISSED, PostState.FAILED)
# The states of a post that has spoken, may have, or will.
SPEAKING = tuple(
    state
    for state in PostState
    if state not in {PostState.CANCELLED, PostState.MISSED, PostState.FAILED, PostState.NOT_AIRED, PostState.REMOVED}
)


def first_act(channel: Channel, due: datetime) -> datetime:
    """When a worker should take up a post: at its hour, or ahead where the kind prints or the service keeps it."""
    kind = KINDS[channel.kind]
    if channel.ahead and kind.remote_window is not None:
        return due - kind.remote_window[1]
    return due - kind.lead


def schedule(
    freezer: Freezer,
    *,
    user: User | None,
    campaign: Campaign | None,
    channel: Channel,
    revision: Revision,
    due: datetime,
    now: datetime,
    reason: str = "",
) -> Post:
    """One post in the ledger. Raises Problem where the revision is not approved or the hour is taken."""
    if not is_approved(revision):
        raise Problem("Chỉ bản đã duyệt mới được lên lịch.")
    content = content_of(revision)
    _need_clear(revision, content, channel, due)
    payload = freezer.payload(content, channel.kind, channel.unit, _times_said(revision, channel))
    with write():
        taken = Post.select().where(Post.channel == channel, Post.due_at == due, Post.state != PostState.CANCELLED)
        if taken.exists():
            raise Problem("Kênh đã có bài vào đúng giờ này; hãy chọn giờ khác.")
        post: Post = Post.create(
            campaign=campaign, created_by=user, created_at=now, reason=reason,
            **new_row(channel, revision, payload, due),
        )  # fmt: skip
        audit.record(
            "schedule", post, user=user, unit=channel.unit, now=now, content_hash=revision.content_hash,
            due=due.isoformat(),
        )  # fmt: skip
    return post


def new_row(channel: Channel, revision: Revision, payload: dict[str, Any], due: datetime) -> dict[str, Any]:
    """What a new post of the ledger says about what goes out, where and when."""
    return {
        "key": uuid.uuid4().hex,
        "channel": channel,
        "revision": revision,
        "content_hash": revision.content_hash,
        "payload": payload,
        "payload_hash": hash_document(payload),
        "due_at": due,
        "act_at": first_act(channel, due),
    }


def _need_clear(revision: Revision, content: Content, channel: Channel, due: datetime) -> None:
    """Raises Problem where a local fact of the channel's unit is missing or old, or a consent does not reach there."""
    day = local_day(due)
    found = local_facts.gaps(used_by(content, channel.kind), channel.unit, day)
    if found:
        raise Problem(found[0].sentence)
    consent = consents.obstacle(revision.message, content.register, revision.content_hash, [channel.kind], day)
    if consent:
        raise Problem(consent)


def _times_said(revision: Revision, channel: Channel) -> int:
    """How many posts of the message the channel has had or will have."""
    said: int = (
        Post.select()
        .join(Revision)
        .where(Post.channel == channel, Revision.message == revision.message_id, Post.state != PostState.CANCELLED)
        .count()
    )
    return said


def renew_local_facts(user: User, post: Post, freezer: Freezer, now: datetime, *, seen_hash: str) -> None:
    """Put the local facts that hold now into a post that has not gone out: a person saw the difference and agrees.

    `seen_hash` names the changes that they saw (`local_facts.seen_hash`). Raises Problem where others came since.
    """
    need(user, "plan", post.channel.unit)
    if seen_hash != local_facts.seen_hash(local_facts.changes(post)):
        raise Problem("Thông tin địa phương vừa đổi lần nữa; hãy xem lại rồi bấm Dùng thông tin mới.")
    if is_resumable(post):
        raise Problem("Kênh đã nhận bài này với thông tin cũ nhưng chưa rõ đã hiện chưa; hãy mở kênh xem, rồi hủy bài.")
    content = content_of(post.revision)
    _need_clear(post.revision, content, post.channel, post.due_at)
    payload = freezer.payload(content, post.channel.kind, post.channel.unit, post.payload.get("wording", 0))
    with write():
        before = post.payload.get("local", {})
        changes = {"payload": payload, "payload_hash": hash_document(payload), "hold": "", "act_at": now}
        unchanged = Post.payload_hash == post.payload_hash
        if not Post.update(**changes).where(Post.id == post.id, Post.state.in_(UNSENT), unchanged).execute():
            raise Problem("Bài này đã gửi hoặc đang gửi; hãy tải lại trang.")
        # What an earlier try laid ready at the service carries the old facts.
        Step.delete().where(Step.post == post).execute()
        audit.record(
            "renew_local_facts", post, user=user, unit=post.channel.unit, now=now, before=before,
            after=payload.get("local", {}),
        )  # fmt: skip


def hold_changed(unit: Unit, name: str) -> int:
    """Hold, at once and in sight, every scheduled post below a unit that carries an older value of a local fact, or
    lacks it; gives their number. A person then agrees to the new one (`renew_local_facts`)."""
    # As text: to compare with a JSON field would turn what is sought into JSON.
    needs = fn.COALESCE(Revision.document, "").contains(name)
    here = Channel.unit.in_(subtree([unit.id]))
    waiting = Post.select(Post, Channel, Revision).join(Channel).switch(Post).join(Revision)
    held = 0
    for post in waiting.where(here, needs, Post.state == PostState.SCHEDULED, Post.hold == ""):
        if local_facts.changes(post):
            sentence = clearance.hold(post, local_day(post.due_at))
            with write():
                held += _set(post, (PostState.SCHEDULED,), hold=sentence)
    return held


def cancel(user: User, post: Post, now: datetime, comment: str = "") -> None:
    """Stop a post that has not gone out. One that a service keeps already is withdrawn there by the worker."""
    need(user, "plan", post.channel.unit)
    with write():
        done = _set(post, (*UNSENT, PostState.HANDED_OVER), state=PostState.CANCELLED, lease_until=None)
        if not done:
            done = _set(post, (PostState.SCHEDULED_REMOTELY,), hold="Đang rút bài hẹn giờ khỏi dịch vụ.", act_at=now)
        if not done:
            raise Problem("Bài này đã gửi hoặc đang gửi; hãy tải lại trang.")
        audit.record("cancel", post, user=user, unit=post.channel.unit, now=now, comment=comment)


def move(user: User, post: Post, due: datetime, now: datetime) -> None:
    """Give an unsent post another hour."""
    need(user, "plan", post.channel.unit)
    need_hour(post, due, now)
    _heed_late_answer(post, now)
    with write():
        _need_free(post, due)
        act_at = max(now, first_act(post.channel, due))
        forget_answers(post)
        reason = "Do người lập lịch đổi giờ."
        if not _set(post, UNSENT, due_at=due, act_at=act_at, reason=reason, **_AFRESH):
            raise Problem("Bài này đã gửi hoặc đang gửi nên không đổi giờ được.")
        audit.record("move", post, user=user, unit=post.channel.unit, now=now, due=due.isoformat())


def need_hour(post: Post, due: datetime, now: datetime) -> None:
    """Raises Problem where a person may not move the post to that hour."""
    if due <= now:
        raise Problem("Giờ mới phải muộn hơn bây giờ.")
    if is_quiet(post.channel.quiet, local(due).time()):
        start, end = post.channel.quiet
        raise Problem(f"Giờ mới nằm trong giờ yên lặng của kênh ({start}–{end}); hãy chọn giờ khác.")
    _need_free(post, due)
    _need_room(post, due)


def send_now(user: User, post: Post, now: datetime, due: datetime | None = None) -> None:
    """Let a missed or failed post go out at once, or at `due` where it follows another, on a person's word."""
    need(user, "plan", post.channel.unit)
    _heed_late_answer(post, now)
    at = due or now
    with write():
        _need_free(post, at)
        forget_answers(post)
        if not _set(post, (PostState.MISSED, PostState.FAILED), due_at=at, act_at=at, **_AFRESH):
            raise Problem("Bài này vừa được xử lý; hãy tải lại trang.")
        audit.record("send_now", post, user=user, unit=post.channel.unit, now=now)


def is_unseen(post: Post, now: datetime) -> bool:
    """Whether a post that may be out was given ahead of an hour that has not come: nobody can see it yet."""
    return bool(post.state == PostState.UNSURE and post.due_at > now)


def settle_doubt(user: User, post: Post, *, is_out: bool, now: datetime, link: str = "") -> None:
    """A person has looked: "Đã lên" adopts the post as published, "Chưa lên" releases it for sending."""
    need(user, "plan", post.channel.unit)
    grace = timedelta(minutes=post.channel.grace_minutes)
    if is_unseen(post, now):
        raise Problem("Bài này chưa đến giờ nên chưa thấy được trên kênh; chương trình tự đọc lại sau giờ hẹn.")
    with write():
        if not is_out and Attempt.select().where(Attempt.post == post, Attempt.remote_id.is_null(False)).exists():
            raise Problem("Kênh vừa trả lời là đã nhận bài này; hãy bấm Đã lên, hoặc chờ chương trình tự ghi nhận.")
        if is_out:
            last = Attempt.select().where(Attempt.post == post).order_by(Attempt.id.desc()).first()
            sent_at = last.started_at if last else now
            changes: dict[str, Any] = {"state": PostState.PUBLISHED, "published_at": sent_at, "error": ""}
            changes["link"] = link or post.link
        elif now > post.due_at + grace:
            changes = {"state": PostState.MISSED, "error": "Đã qua giờ hẹn; hãy chọn gửi ngay, đổi giờ hoặc bỏ."}
        else:
            changes = {"state": PostState.SCHEDULED, "act_at": now, "error": ""}
        # The fence moves on, so that a reader who is looking at this moment cannot overrule the person.
        if not _set(post, (PostState.UNSURE,), fence=Post.fence + 1, lease_until=None, **changes):
            raise Problem("Bài này vừa được xử lý; hãy tải lại trang.")
        audit.record("settle_doubt", post, user=user, unit=post.channel.unit, now=now, is_out=is_out, link=link)


def recheck(user: User, post: Post, now: datetime) -> None:
    """Let the worker look again at a post on hold: what stood in its way has been mended, or it is held anew."""
    need(user, "plan", post.channel.unit)
    with write():
        held = Post.id == post.id, Post.state == PostState.SCHEDULED, Post.hold != ""
        if not Post.update(hold="", act_at=now).where(*held).execute():
            raise Problem("Bài này không còn bị giữ lại; hãy tải lại trang.")
        audit.record("recheck", post, user=user, unit=post.channel.unit, now=now)


def may_resume(user: User) -> bool:
    """Whether the user has a say over every channel of the home, and so over a pause that holds for all of them."""
    units = {channel.unit_id for channel in Channel.select(Channel.unit).distinct()}
    return any(units <= allowed for action in ("plan", "manage") if (allowed := units_where(user, action)))


def resume_sending(user: User, now: datetime) -> None:
    """End the pause in which a home that was restored or moved starts: a person has looked at what is due (promise 3).

    What was to be done since the backup may have been done by the home that was lost, or copied: it is read back, not
    sent.
    """
    pause = Note.get_or_none(Note.name == PAUSED)
    if pause is None:
        raise Problem("Việc gửi không còn tạm dừng.")
    if not may_resume(user):
        raise NotAllowed("Bạn không có quyền làm việc này.")
    by_service = [kind for kind, cls in KINDS.items() if not cls.confirmed_by_person]
    channels = Channel.select(Channel.id).where(Channel.kind.in_(by_service))
    sentence = "Nơi này vừa được khôi phục hoặc chuyển máy; đang đọc lại kênh xem bài đã lên chưa."
    with write():
        doubtful = (
            Post.update(state=PostState.UNSURE, act_at=now, looks=0, error=sentence)
            .where(Post.state == PostState.SCHEDULED, Post.act_at <= now, Post.channel.in_(channels))
            .execute()
        )
        Note.delete().where(Note.name == PAUSED).execute()
        audit.record("resume_sending", pause, user=user, unit=None, now=now, reason=pause.value, doubtful=doubtful)


def stop_revision(
    user: User | None, revision: Revision, now: datetime, reason: str = "Bản đã bị thu hồi.",
    given_from: datetime | None = None,
) -> int:  # fmt: skip
    """Stop everything scheduled with a revision that may no longer be used; gives the number of posts.

    Of what a station or a service has in hand already, `given_from` spares what was due before that instant.
    """
    stopped = 0
    given = Post.state.in_((PostState.HANDED_OVER, PostState.SCHEDULED_REMOTELY))
    if given_from is not None:
        given &= Post.due_at >= given_from
    for post in Post.select().where(Post.revision == revision, Post.state.in_(UNSENT) | given):
        with write():
            done = _set(post, (*UNSENT, PostState.HANDED_OVER), state=PostState.CANCELLED) or _set(
                post, (PostState.SCHEDULED_REMOTELY,), hold=f"{reason} Đang rút khỏi dịch vụ.", act_at=now
            )
            if done:
                audit.record("cancel", post, user=user, unit=post.channel.unit, now=now, comment=reason)
        stopped += done
    return stopped


def _need_free(post: Post, due: datetime) -> None:
    taken = Post.select().where(
        Post.channel == post.channel_id, Post.due_at == due, Post.state != PostState.CANCELLED, Post.id != post.id
    )
    if taken.exists():
        raise Problem("Kênh đã có bài vào đúng giờ này; hãy chọn giờ khác.")


def _heed_late_answer(post: Post, now: datetime) -> None:
    """Raises Problem where the service has accepted the post after all: its answer came when the post was no longer
    waiting for one. The worker then adopts it; sending anew would make a second post."""
    news = Attempt.select().where(Attempt.post == post, Attempt.remote_id.is_null(False))
    if post.remote_id:
        news = news.where(Attempt.remote_id != post.remote_id)
    if not news.exists():
        return
    with write():
        _set(post, (PostState.MISSED, PostState.FAILED), state=PostState.UNSURE, act_at=now, looks=0)
    raise Problem("Kênh đã trả lời là đã nhận bài này; chương trình đang ghi nhận và không gửi lại.")


def _need_room(post: Post, due: datetime) -> None:
    """A person moves a post within what the planner keeps: the campaign's days, the gap and the day's limit."""
    channel, campaign = post.channel, post.campaign
    if campaign is not None and not campaign.starts_on <= local_day(due) <= campaign.ends_on:
        span = f"{campaign.starts_on:%d/%m/%Y}–{campaign.ends_on:%d/%m/%Y}"
        raise Problem(f"Giờ mới nằm ngoài thời gian chiến dịch ({span}); hãy chọn ngày khác.")
    others = Post.select().where(Post.channel == channel, Post.id != post.id, Post.state.in_(SPEAKING))
    gap = timedelta(minutes=channel.min_gap_minutes)
    near = others.where(Post.due_at > due - gap, Post.due_at < due + gap).order_by(Post.due_at).first()
    if near is not None:
        raise Problem(
            f"Kênh đã có bài lúc {local(near.due_at):%H:%M %d/%m}; hai bài phải cách nhau ít nhất "
            f"{channel.min_gap_minutes} phút, hãy chọn giờ khác."
        )
    begin, end = day_bounds(local_day(due))
    if others.where(Post.due_at >= begin, Post.due_at < end).count() >= channel.max_per_day:
        raise Problem(f"Ngày này kênh đã có {channel.max_per_day} bài, nhiều nhất cho phép; hãy chọn ngày khác.")


def _set(post: Post, states: tuple[PostState, ...], **changes: Any) -> int:
    changed: int = Post.update(**changes).where(Post.id == post.id, Post.state.in_(states)).execute()
    return changed
