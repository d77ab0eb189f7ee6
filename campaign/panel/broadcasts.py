"""The loudspeaker desk: made for the operator's phone, one big card for each broadcast of the day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from io import BytesIO
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for

from campaign import broadcasts
from campaign.clock import day_bounds, local, local_day
from campaign.errors import Problem
from campaign.models import Confirmation, Post, PostState
from campaign.panel.access import fetch, home, rule, user
from campaign.panel.forms_post import CAUSES, AiringForm
from channels.base import ChannelError
from channels.script import Script, file_stem, to_text
from channels.script_docx import to_docx

bp = Blueprint("broadcasts", __name__)

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
# The states in which a script must not be read.
WITHDRAWN = (PostState.CANCELLED, PostState.REMOVED)


@dataclass(frozen=True)
class Card:
    """One broadcast as the operator sees it: its script, or the sentence that says why there is none."""

    post: Post
    script: Script | None
    fault: str
    words: Sequence[Confirmation]
    form: AiringForm
    sentence: str = ""

    @property
    def is_withdrawn(self) -> bool:
        """Whether it must not be read."""
        return self.post.state in WITHDRAWN

    @property
    def is_held(self) -> bool:
        """Whether it must not be read until somebody has mended what `hold` says."""
        return is_held(self.post)

    @property
    def can_confirm(self) -> bool:
        """Whether a person may say now that it was aired or not."""
        return self.post.state in broadcasts.OPEN and not self.is_held

    @property
    def is_answered(self) -> bool:
        """Whether a person has said so already."""
        return self.post.state in (PostState.AIRED, PostState.NOT_AIRED)


def is_held(post: Post) -> bool:
    """Whether a broadcast waits for something to be mended. What is printed already is beyond holding."""
    return post.state == PostState.SCHEDULED and bool(post.hold)


@bp.get("/phat-thanh")
@rule("air")
def today() -> Any:
    """The broadcasts of a day, today unless `ngay` names another."""
    return _show(_wanted_day())


def _wanted_day() -> date:
    try:
        day = date.fromisoformat(request.args.get("ngay", ""))
        day_bounds(day)
    except (ValueError, OverflowError):
        return local_day(home().clock.now())
    return day


def _show(day: date, typed: dict[int, tuple[AiringForm, str]] | None = None) -> str:
    posts = broadcasts.of_day(user(), day)
    words = broadcasts.words_of(post.id for post in posts)
    cards = [_card(post, words.get(post.id, []), (typed or {}).get(post.id)) for post in posts]
    now = home().clock.now()
    return render_template(
        "broadcasts/today.html",
        day=day,
        today=local_day(now),
        cards=cards,
        causes=CAUSES,
        left=sum(card.can_confirm and not card.is_answered for card in cards) if day <= local_day(now) else 0,
        before=day - timedelta(days=1),
        after=day + timedelta(days=1),
    )


def _card(post: Post, words: Sequence[Confirmation], typed: tuple[AiringForm, str] | None) -> Card:
    try:
        script, fault = broadcasts.script_of(post, home().adapters), ""
    except (ValueError, ChannelError, Problem) as error:
        script, fault = None, str(error)
    form, sentence = typed or (_form(post, script, words), "")
    return Card(post, script, fault, words, form, sentence)


def _form(post: Post, script: Script | None, words: Sequence[Confirmation]) -> AiringForm:
    """What was said last, else what was planned."""
    if words and words[0].aired:
        return AiringForm(f"{local(words[0].aired_at):%H:%M}", str(words[0].times))
    return AiringForm(f"{local(post.due_at):%H:%M}", str(script.repeats if script else 1))


@bp.get("/phat-thanh/<int:post_id>/ban-doc.<any(docx, txt):form>")
@rule("air")
def script(post_id: int, form: str) -> Any:
    """The script as a file to print. Raises Problem for one that must not be read."""
    post = fetch(Post, post_id, "air")
    if post.state in WITHDRAWN or is_held(post):
        raise Problem("Bài này đã bị thu hồi hoặc giữ lại nên không tải bản đọc được; đừng phát.")
    try:
        made = broadcasts.script_of(post, home().adapters)
    except (ValueError, ChannelError) as error:
        raise Problem(str(error)) from error
    data, mime = (to_docx(made), _WORD) if form == "docx" else (to_text(made).encode("utf-8"), "text/plain")
    return send_file(BytesIO(data), mime, as_attachment=True, download_name=f"{file_stem(made)}.{form}")


@bp.post("/phat-thanh/<int:post_id>/xac-nhan")
@rule("air")
def confirm(post_id: int) -> Any:
    """Record what the operator says."""
    post = fetch(Post, post_id, "air")
    form = AiringForm.typed(request.form)
    aired = request.form.get("aired") == "1"
    day = local_day(post.due_at)
    try:
        broadcasts.confirm(user(), post, form.airing(post, aired=aired), home().clock.now())
    except Problem as problem:
        return _show(day, {post.id: (form, str(problem))}), 400
    flash("Đã ghi: đã phát." if aired else "Đã ghi: không phát.", "success")
    return redirect(url_for("broadcasts.today", ngay=day.isoformat(), _anchor=f"bai-{post.id}"), 303)
