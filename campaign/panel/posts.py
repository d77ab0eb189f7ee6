"""Posts: one post with all that is known about it, and the list of what needs a person."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from peewee import JOIN

from campaign import afterwards, audit, broadcasts, ledger, local_facts, missed, scheduling
from campaign.channel_admin import missing_by_channel
from campaign.errors import Problem
from campaign.models import Attempt, Audit, Channel, Edition, Note, Post, PostState, Reach, User
from campaign.panel import attention as inbox
from campaign.panel.access import SIGNED_IN, fetch, home, rule, user
from campaign.panel.forms_post import MoveForm
from campaign.panel.labels import Look, audit_look
from campaign.reach import latest_figures
from campaign.recall import MOVING
from campaign.rights import can, units_where
from campaign.workflow import approved_revision, content_of
from channels.registry import KINDS
from content.render import wordings

bp = Blueprint("posts", __name__)

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

# ---------------------------------------------------------------- one post


@bp.get("/bai/<int:post_id>")
@rule("view")
def show(post_id: int) -> Any:
    """One post."""
    post = fetch(Post, post_id, "view")
    return _show(post, MoveForm.of(post))


def _show(post: Post, form: MoveForm, sentence: str = "") -> str:
    kind = KINDS[post.channel.kind]
    now = home().clock.now()
    changes = local_facts.changes(post) if post.state in (*MOVABLE, PostState.SCHEDULED_REMOTELY) else []
    return render_template(
        "posts/show.html",
        post=post,
        form=form,
        sentence=sentence,
        kind=kind,
        page=inbox.page_of(post.channel),
        is_unseen=scheduling.is_unseen(post, now),
        next_look=inbox.next_look(post, now),
        amendments=afterwards.open_amendments(post),
        editions=list(post.editions.order_by(Edition.id.desc())),
        **_steps_afterwards(post),
        attempts=list(Attempt.select().where(Attempt.post == post).order_by(Attempt.id)),
        outcomes=OUTCOMES,
        metrics=kind.metrics,
        figures=latest_figures(post),
        measured_at=max((row.at for row in post.figures.select(Reach.at)), default=None),
        history=_history(post),
        words=broadcasts.words_of([post.id]).get(post.id, []),
        plans=can(user(), "plan", post.channel.unit),
        movable=post.state in MOVABLE or (post.state == PostState.SCHEDULED_REMOTELY and post.hold in ("", MOVING)),
        cancellable=post.state in CANCELLABLE and not (post.state == PostState.SCHEDULED_REMOTELY and post.hold),
        sendable=post.state in SENDABLE,
        is_held=post.state == PostState.SCHEDULED and bool(post.hold),
        changes=changes,
        seen_hash=local_facts.seen_hash(changes),
        wording=_wording(post),
    )


def _steps_afterwards(post: Post) -> dict[str, bool]:
    """What the person may still do with a post that is out."""
    if post.state != PostState.PUBLISHED:
        return {"may_take_down": False, "may_revise": False}
    newest, going = approved_revision(post.revision.message), {row.kind for row in afterwards.open_amendments(post)}
    is_newer = newest is not None and newest.number > post.revision.number
    plans = can(user(), "plan", post.channel.unit)
    return {
        "may_take_down": "take_down" not in going and afterwards.may_take_down(user(), post),
        "may_revise": not going and plans and (is_newer or bool(local_facts.changes(post))),
    }


def _wording(post: Post) -> tuple[int, int] | None:
    """Which of its wordings the message has in this post, and of how many; None where there is but one."""
    ways = len(wordings(content_of(post.revision), post.channel.kind))
    return (post.payload.get("wording", 0) % ways + 1, ways) if ways > 1 else None


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
        give = afterwards.move if post.state == PostState.SCHEDULED_REMOTELY else scheduling.move
        give(user(), post, form.instant(), home().clock.now())
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
    groups = [group for group in inbox.groups(units, now) if group.total]
    channels = list(Channel.select().where(Channel.unit.in_(units)).order_by(Channel.kind, Channel.name))
    missing = missing_by_channel(channels)
    silent = inbox.silent_since(now)
    paused = [channel for channel in channels if channel.paused]
    unconnected = [channel for channel in channels if missing[channel.id]]
    return render_template(
        "posts/attention.html",
        groups=groups,
        pause=pause,
        due=inbox.due_while_paused(units, now) if pause else None,
        may_resume=scheduling.may_resume(user()),
        paused=paused,
        unconnected=unconnected,
        missing=missing,
        silent=silent,
        quiet=not (groups or pause or paused or unconnected or silent),
        plans=units_where(user(), "plan"),
        pages={post.id: inbox.page_of(post.channel) for group in groups for post in group.posts},
        looks={post.id: inbox.next_look(post, now) for group in groups for post in group.posts},
    )


@bp.post("/can-xu-ly/lo-gio")
@rule("plan")
def settle_missed() -> Any:
    """The missed posts that a person has seen and ticked: they go out one after another, or are dropped."""
    posts = [fetch(Post, number, "plan") for number in request.form.getlist("post", type=int)]
    if not posts:
        raise Problem("Hãy đánh dấu ít nhất một bài.")
    step = missed.send_now if request.form.get("step") == "send" else missed.skip
    problems = step(user(), posts, home().clock.now())
    for sentence in problems:
        flash(sentence, "warning")
    if done := len(posts) - len(problems):
        flash(
            f"Sẽ gửi {done} bài, lần lượt theo từng kênh." if step is missed.send_now else f"Đã bỏ {done} bài.",
            "success",
        )
    return redirect(url_for("posts.attention"), 303)


@bp.post("/can-xu-ly/gui-tiep")
@rule(SIGNED_IN)
def resume_sending() -> Any:
    """A person has looked at what is due since the restore: sending goes on."""
    scheduling.resume_sending(user(), home().clock.now())
    flash("Việc gửi đã tiếp tục.", "success")
    return redirect(url_for("posts.attention"), 303)
