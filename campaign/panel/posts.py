"""Posts: one post with all that is known about it, and the list of what needs a person."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from peewee import JOIN

from campaign import audit, broadcasts, ledger, local_facts, scheduling
from campaign.channel_admin import missing_by_channel
from campaign.clock import day_bounds, local_day
from campaign.errors import Problem
from campaign.ledger import SILENT
from campaign.models import Attempt, Audit, Channel, Note, Post, PostState, Reach, Revision, Unit, User, Worker
from campaign.panel.access import SIGNED_IN, fetch, home, rule, user
from campaign.panel.forms_campaign import MoveForm
from campaign.panel.labels import Look, audit_look
from campaign.reach import latest_figures
from campaign.rights import can, units_where
from campaign.workflow import content_of
from channels.registry import KINDS
from content.render import wordings

bp = Blueprint("posts", __name__)

_MOST = 50
MOVABLE = scheduling.UNSENT
CANCELLABLE = (*scheduling.UNSENT, PostState.HANDED_OVER, PostState.SCHEDULED_REMOTELY)
SENDABLE = (PostState.MISSED, PostState.FAILED)

# How the tries at delivering ended (`Attempt.outcome`).
OUTCOMES: Mapping[str, Look] = {
    "": Look("Chưa có câu trả lời", "hourglass-split", "amber"),
    "accepted": Look("Kênh đã nhận", "check-circle", "green"),
    "refused": Look("Kênh từ chối", "x-circle", "red"),
    "not_sent": Look("Chưa gửi được", "wifi-off", "grey"),
    "unsure": Look("Chưa chắc đã đăng", "question-circle", "amber"),
    "gone": Look("Dịch vụ không còn giữ bài", "cloud-check", "grey"),
}
# Where a person looks whether a post is out, by kind: address made from the channel's public settings.
_PAGES = {"facebook": "{page_url}/{page_id}", "zalo": "{page_url}/{oa_id}"}


@dataclass(frozen=True)
class Group:
    """Posts that need the same step: why they are here, what to do, and how many there are in all."""

    key: str
    title: str
    icon: str
    tone: str
    advice: str
    posts: list[Post]
    total: int


# ---------------------------------------------------------------- one post


@bp.get("/bai/<int:post_id>")
@rule("view")
def show(post_id: int) -> Any:
    """One post."""
    post = fetch(Post, post_id, "view")
    return _show(post, MoveForm.of(post))


def _show(post: Post, form: MoveForm, sentence: str = "") -> str:
    kind = KINDS[post.channel.kind]
    changes = local_facts.changes(post.payload.get("local", {}), post.channel.unit) if post.state in MOVABLE else []
    return render_template(
        "posts/show.html",
        post=post,
        form=form,
        sentence=sentence,
        kind=kind,
        page=page_of(post.channel),
        attempts=list(Attempt.select().where(Attempt.post == post).order_by(Attempt.id)),
        outcomes=OUTCOMES,
        metrics=kind.metrics,
        figures=latest_figures(post),
        measured_at=max((row.at for row in post.figures.select(Reach.at)), default=None),
        history=_history(post),
        words=broadcasts.words_of([post.id]).get(post.id, []),
        plans=can(user(), "plan", post.channel.unit),
        movable=post.state in MOVABLE,
        cancellable=post.state in CANCELLABLE and not (post.state == PostState.SCHEDULED_REMOTELY and post.hold),
        sendable=post.state in SENDABLE,
        is_held=post.state == PostState.SCHEDULED and bool(post.hold),
        changes=changes,
        seen_hash=local_facts.seen_hash(changes),
        wording=_wording(post),
    )


def _wording(post: Post) -> tuple[int, int] | None:
    """Which of its wordings the message has in this post, and of how many; None where there is but one."""
    ways = len(wordings(content_of(post.revision), post.channel.kind))
    return (post.payload.get("wording", 0) % ways + 1, ways) if ways > 1 else None


def page_of(channel: Channel) -> str | None:
    """Where the public sees the channel, if that can be told from its settings."""
    needed = _PAGES.get(channel.kind)
    known = {name: value for name, value in channel.settings.items() if value} | home().config.service(channel.kind)
    try:
        return needed.format(**known) if needed else None
    except KeyError:
        return None


def _history(post: Post) -> list[tuple[Audit, Look]]:
    """What people and the program did to the post, the newest first."""
    rows = (
        Audit.select(Audit, User)
        .join(User, JOIN.LEFT_OUTER)
        .where(Audit.subject == audit.subject_name(post))
        .order_by(Audit.id.desc())
    )
    return [(row, audit_look(row.action)) for row in rows]


# ---------------------------------------------------------------- steps


@bp.post("/bai/<int:post_id>/doi-gio")
@rule("plan")
def move(post_id: int) -> Any:
    """Another hour."""
    post = fetch(Post, post_id, "plan")
    form = MoveForm.typed(request.form)
    try:
        scheduling.move(user(), post, form.instant(), home().clock.now())
    except Problem as problem:
        return _show(post, form, str(problem)), 400
    return _done(post, "Đã đổi giờ.")


@bp.post("/bai/<int:post_id>/huy")
@rule("plan")
def cancel(post_id: int) -> Any:
    """Take a post out of the plan."""
    post = fetch(Post, post_id, "plan")
    scheduling.cancel(user(), post, home().clock.now(), request.form.get("comment", "").strip())
    remote = post.state == PostState.SCHEDULED_REMOTELY
    return _done(post, "Đang rút bài hẹn giờ khỏi kênh." if remote else "Đã hủy bài.")


@bp.post("/bai/<int:post_id>/gui-ngay")
@rule("plan")
def send_now(post_id: int) -> Any:
    """Let a missed or failed post go out."""
    post = fetch(Post, post_id, "plan")
    scheduling.send_now(user(), post, home().clock.now())
    return _done(post, "Bài sẽ được gửi trong ít phút.")


@bp.post("/bai/<int:post_id>/xac-nhan")
@rule("plan")
def settle(post_id: int) -> Any:
    """A person has looked at the channel: "Đã lên" or "Chưa lên"."""
    post = fetch(Post, post_id, "plan")
    is_out = request.form.get("is_out") == "1"
    link = request.form.get("link", "").strip()
    if link and not link.startswith(("https://", "http://")):
        raise Problem("Đường dẫn phải bắt đầu bằng https://.")
    scheduling.settle_doubt(user(), post, is_out=is_out, now=home().clock.now(), link=link)
    return _done(post, "Đã ghi: bài đã lên." if is_out else "Đã ghi: bài chưa lên.")


@bp.post("/bai/<int:post_id>/kiem-tra-lai")
@rule("plan")
def recheck(post_id: int) -> Any:
    """Let the worker look again at a post on hold."""
    post = fetch(Post, post_id, "plan")
    scheduling.recheck(user(), post, home().clock.now())
    return _done(post, "Chương trình sẽ kiểm tra lại bài này ngay.")


@bp.post("/bai/<int:post_id>/thong-tin-moi")
@rule("plan")
def renew(post_id: int) -> Any:
    """Put the local facts that hold now into a post: a person has seen the difference."""
    post = fetch(Post, post_id, "plan")
    scheduling.renew_local_facts(
        user(), post, home().freezer, home().clock.now(), seen_hash=request.form.get("seen_hash", "")
    )
    return _done(post, "Đã đưa thông tin mới vào bài.")


def _done(post: Post, sentence: str) -> Any:
    flash(sentence, "success")
    if request.form.get("back") == "attention":
        return redirect(url_for("posts.attention"), 303)
    return redirect(url_for("posts.show", post_id=post.id), 303)


# ---------------------------------------------------------------- what needs a person


@bp.get("/can-xu-ly")
@rule("view")
def attention() -> Any:
    """Everything that goes on only when a person does something, each with its cause and the next step."""
    units = units_where(user(), "view")
    now = home().clock.now()
    pause = Note.get_or_none(Note.name == ledger.PAUSED)
    groups = [group for group in _groups(units, now) if group.total]
    channels = list(Channel.select().where(Channel.unit.in_(units)).order_by(Channel.kind, Channel.name))
    missing = missing_by_channel(channels)
    silent = _silent_since(now)
    paused = [channel for channel in channels if channel.paused]
    unconnected = [channel for channel in channels if missing[channel.id]]
    return render_template(
        "posts/attention.html",
        groups=groups,
        pause=pause,
        due=_group("due", units, (Post.state == PostState.SCHEDULED) & (Post.hold == "") & (Post.act_at <= now))
        if pause
        else None,
        may_resume=scheduling.may_resume(user()),
        paused=paused,
        unconnected=unconnected,
        missing=missing,
        silent=silent,
        quiet=not (groups or pause or paused or unconnected or silent),
        plans=units_where(user(), "plan"),
        pages={post.id: page_of(post.channel) for group in groups for post in group.posts},
    )


_HEADS = {
    "unsure": (
        "Chưa chắc đã đăng", "question-circle", "amber",
        "Đã gửi nhưng kênh không trả lời rõ. Hãy mở kênh xem bài đã có chưa, rồi bấm một trong hai nút. "
        "Chương trình không tự gửi lại, để không đăng hai lần.",
    ),
    "failed": (
        "Không gửi được", "exclamation-octagon", "red",
        "Kênh từ chối. Hãy sửa theo lý do dưới mỗi bài, rồi chọn gửi ngay, đổi giờ hoặc bỏ.",
    ),
    "missed": (
        "Lỡ giờ", "clock-history", "red",
        "Đã qua giờ hẹn lâu hơn mức kênh cho phép. Hãy chọn gửi ngay, đổi giờ hoặc bỏ.",
    ),
    "held": (
        "Đang giữ lại", "pause-circle", "violet",
        "Có điều chưa đúng nên bài chưa được gửi. Sửa xong, hãy bấm “Kiểm tra lại”.",
    ),
    "remote": (
        "Chưa rõ trên dịch vụ", "cloud-check", "amber",
        "Dịch vụ đang giữ bài hẹn giờ này mà chưa đăng, hoặc chưa cho rút. Hãy mở kênh để xem và xử lý ngay tại đó.",
    ),
    "unconfirmed": (
        "Chưa xác nhận phát", "volume-mute", "amber",
        "Đã qua ngày phát mà chưa ai báo đã phát hay không. Hãy nhắc người trực đài ghi ở trang Phát thanh.",
    ),
    "due": ("Bài đến giờ trong lúc tạm dừng", "clock", "blue", ""),
}  # fmt: skip


def _groups(units: set[int], now: datetime) -> list[Group]:
    midnight = day_bounds(local_day(now))[0]
    return [
        _group("unsure", units, Post.state == PostState.UNSURE),
        _group("failed", units, Post.state == PostState.FAILED),
        _group("missed", units, Post.state == PostState.MISSED),
        _group("held", units, (Post.state == PostState.SCHEDULED) & (Post.hold != "")),
        _group("remote", units, (Post.state == PostState.SCHEDULED_REMOTELY) & _is_stuck(now)),
        _group("unconfirmed", units, (Post.state == PostState.HANDED_OVER) & (Post.due_at < midnight)),
    ]


def _is_stuck(now: datetime) -> Any:
    """A post that the service should have published by now, or will not let go of."""
    return (Post.due_at < now - timedelta(minutes=15)) | ((Post.hold != "") & (Post.error != ""))


def _group(key: str, units: set[int], wanted: Any) -> Group:
    rows = (
        Post.select(
            Post.id, Post.due_at, Post.state, Post.hold, Post.error, Post.link, Post.channel, Post.revision, Channel,
            Unit, Revision.id, Revision.title, Revision.pillar,
        )
        .join(Channel)
        .join(Unit)
        .switch(Post)
        .join(Revision)
        .where(Channel.unit.in_(units), wanted)
        .order_by(Post.due_at.desc(), Post.id)
    )  # fmt: skip
    posts = list(rows.limit(_MOST))
    total = len(posts) if len(posts) < _MOST else rows.count()
    return Group(key, *_HEADS[key], posts, total)


def _silent_since(now: datetime) -> datetime | str | None:
    """When the last worker was seen, where all are silent; "never" where none ever was."""
    last = Worker.select(Worker.seen_at).order_by(Worker.seen_at.desc()).first()
    if last is None:
        return "never"
    seen: datetime = last.seen_at
    return seen if seen < now - SILENT else None


@bp.post("/can-xu-ly/gui-tiep")
@rule(SIGNED_IN)
def resume_sending() -> Any:
    """A person has looked at what is due since the restore: sending goes on."""
    scheduling.resume_sending(user(), home().clock.now())
    flash("Việc gửi đã tiếp tục.", "success")
    return redirect(url_for("posts.attention"), 303)
