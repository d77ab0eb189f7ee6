"""Posts that are out: take one down with a reason, put newer approved words in its place."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from campaign import afterwards
from campaign.models import Post
from campaign.panel.access import fetch, home, rule, user
from campaign.panel.previews import marked
from channels.registry import KINDS

bp = Blueprint("afterwards", __name__, url_prefix="/bai/<int:post_id>")

_HAS_TASK = "Kênh này không làm được từ đây; đã mở một việc ở trang Việc phải làm cho người làm trên kênh."


@bp.post("/go")
@rule("view")
def take_down(post_id: int) -> Any:
    """Have a post taken down; who may is decided below, since approvers may as well."""
    post = fetch(Post, post_id, "view")
    by_worker = afterwards.take_down(user(), post, request.form.get("reason", ""), home().clock.now())
    return _back(post, "Máy gửi sẽ gỡ bài khỏi kênh trong ít phút." if by_worker else _HAS_TASK)


@bp.get("/sua")
@rule("plan")
def compare(post_id: int) -> Any:
    """What is out beside the newest approved words."""
    post = fetch(Post, post_id, "plan")
    new = afterwards.proposal(post, home().freezer)
    parts = home().freezer, home().adapters
    reason = afterwards.obstacle(post, new.revision, new.payload, home().clock.now(), *parts) if new else ""
    return render_template(
        "posts/revise.html",
        post=post,
        new=new,
        reason=reason,
        differences=[(label, marked(old, words)) for label, old, words in new.changes] if new else [],
        by_worker=bool(KINDS[post.channel.kind].revises and post.remote_id),
    )


@bp.post("/sua")
@rule("plan")
def revise(post_id: int) -> Any:
    """Have the words that the person saw take the place of those that are out."""
    post = fetch(Post, post_id, "plan")
    seen_hash = request.form.get("seen_hash", "")
    by_worker = afterwards.revise(
        user(), post, home().freezer, home().adapters, home().clock.now(), seen_hash=seen_hash
    )  # fmt: skip
    return _back(post, "Máy gửi sẽ thay lời bài trên kênh trong ít phút." if by_worker else _HAS_TASK)


def _back(post: Post, sentence: str) -> Any:
    flash(sentence, "success")
    return redirect(url_for("posts.show", post_id=post.id), 303)
