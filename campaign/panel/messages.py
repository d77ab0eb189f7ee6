"""Messages: the writing, and one message with its exact words per channel. The list is `message_list.py`."""

import re
from typing import Any

from flask import Blueprint, abort, flash, jsonify, make_response, redirect, render_template, request, url_for
from peewee import JOIN

from campaign import scheduling, search, workflow
from campaign.audit import subject_name
from campaign.clock import local_day
from campaign.db import write
from campaign.errors import Problem
from campaign.models import Audit, Message, Revision, RevisionState, Unit, User
from campaign.panel import message_list
from campaign.panel.access import fetch, home, may, readable_units, rule, user
from campaign.panel.findings import SEVERITIES, as_typed, standing
from campaign.panel.forms import StepForm
from campaign.panel.forms_message import MOST_TEXT, MessageForm, blank_values, values_of, with_spare_rows
from campaign.panel.previews import NAMES, previews, reading_seconds
from campaign.rights import can, units_where
from campaign.workflow import CHANGEABLE, content_of
from channels.loudspeaker import Loudspeaker
from channels.registry import KINDS
from channels.script import duration
from content.message import Message as Content
from content.message import Picture
from content.placeholders import PLACEHOLDERS

bp = Blueprint("messages", __name__)

MOST_HISTORY = 50


@bp.get("/thong-diep")
@rule("view")
def index() -> str:
    """The messages this person may read, as the address asks for them."""
    return message_list.page()


# ---------------------------------------------------------------- writing


@bp.route("/thong-diep/moi", methods=["GET", "POST"])
@rule("write")
def new() -> Any:
    """Write a new message."""
    form = MessageForm(data=blank_values(local_day(home().clock.now())))
    units = Unit.select().where(Unit.id.in_(units_where(user(), "write"))).order_by(Unit.id)
    form.unit.choices = {unit.id: unit.full_name for unit in units}

    def store() -> Message:
        unit = fetch(Unit, form.unit.data, "write")
        content = form.content(_free_slug(form.title.data), None, _picture(form, None, unit))
        message: Message = workflow.create(user(), unit, content, home().clock.now()).message
        return message

    return _written(form, store, message=None, known=None)


@bp.route("/thong-diep/<int:message_id>/sua", methods=["GET", "POST"])
@rule("write")
def edit(message_id: int) -> Any:
    """Change a message: its open draft, or a new revision where there is none."""
    message = fetch(Message, message_id, "write")
    latest = workflow.latest_revision(message)
    known = content_of(latest)
    form = MessageForm(data=values_of(known))
    del form.unit
    if latest.state == RevisionState.SUBMITTED:
        flash("Bản này đang chờ duyệt; hãy rút lại để sửa.", "warning")
        return redirect(url_for("messages.show", message_id=message.id), 303)

    def store() -> Message:
        content = form.content(message.slug, known, _picture(form, known.picture, message.unit))
        workflow.save(user(), message, content, home().clock.now(), form.seen_hash.data)
        return message

    return _written(form, store, message=message, known=known)


def _written(form: MessageForm, store: Any, *, message: Message | None, known: Content | None) -> Any:
    """Store what a valid form says; else the form again, with what was typed and what to mend."""
    sentence, code = "", 200
    if form.validate_on_submit():
        try:
            stored = store()
        except Problem as problem:
            sentence, code = str(problem), 409
        else:
            return _after_saving(stored)
    elif form.is_submitted():
        sentence, code = "Chưa lưu được. Hãy xem các ô được đánh dấu bên dưới.", 422
    page = render_template(
        "messages/form.html",
        form=with_spare_rows(form),
        message=message,
        picture=known.picture if known else None,
        kinds=KINDS,
        sentence=sentence,
        places=PLACEHOLDERS.values(),
        severities=SEVERITIES,
    )
    return make_response(page, code)


def _after_saving(message: Message) -> Any:
    if "submit" in request.form:
        revision = workflow.latest_revision(message)
        workflow.submit(user(), revision, home().clock.now())
        flash("Đã lưu và gửi duyệt. Người duyệt sẽ thấy bản này ở trang Duyệt.", "success")
        _warn_of_errors(revision)
    else:
        flash("Đã lưu bản nháp.", "success")
    return redirect(url_for("messages.show", message_id=message.id), 303)


def _warn_of_errors(revision: Revision) -> None:
    """Say to whoever submits words with errors what will come of it."""
    found = standing(revision, content_of(revision), local_day(home().clock.now())).errors
    if found:
        flash(f"Bản vừa gửi còn {len(found)} lỗi về lời. Người duyệt sẽ phải bỏ qua có lý do, hoặc trả lại.", "warning")


@bp.post("/thong-diep/kiem-tra")
@rule("write")
def check() -> Any:
    """The findings in what is being typed: {"register": ..., "fields": {name: text}} in, {name: [finding]} out."""
    asked = request.get_json(silent=True)
    if not isinstance(asked, dict):
        abort(400)
    return jsonify(as_typed(asked.get("fields"), asked.get("register")))


@bp.post("/thong-diep/thoi-gian-doc")
@rule("write")
def reading_time() -> Any:
    """How long a loudspeaker text takes to read: {"text": ...} in, its seconds and the words for them out."""
    asked = request.get_json(silent=True)
    if not isinstance(asked, dict) or not isinstance(asked.get("text"), str):
        abort(400)
    seconds = reading_seconds(asked["text"][:MOST_TEXT], Loudspeaker.kind)
    return jsonify(seconds=round(seconds), words=duration(seconds))


def _picture(form: MessageForm, known: Picture | None, unit: Unit) -> Picture | None:
    """The picture of the message after this form. Raises Problem where it cannot be read or has no description."""
    upload = form.picture.data
    alt = (form.picture_alt.data or "").strip()
    if upload and upload.filename:
        return home().store.add(upload.read(), alt, user=user(), unit=unit, now=home().clock.now())
    if known is None or form.picture_remove.data:
        return None
    if not alt:
        raise Problem("Hãy viết một câu mô tả ảnh cho người không xem được ảnh.")
    return Picture(known.sha256, known.mime, alt)


def _free_slug(title: str) -> str:
    """An id for a new message, from its title: "Bảy điều" becomes "bay-dieu", the next one "bay-dieu-2"."""
    base = re.sub(r"[^a-z0-9]+", "-", search.folded(title)).strip("-")[:60].strip("-") or "thong-diep"
    taken = {slug for (slug,) in Message.select(Message.slug).where(Message.slug.startswith(base)).tuples()}
    names = (base if number == 1 else f"{base}-{number}" for number in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)


# ---------------------------------------------------------------- one message


@bp.get("/thong-diep/<int:message_id>")
@rule("view")
def show(message_id: int) -> str:
    """One message: its words per channel, its sources, where it stands and what has happened."""
    message = _readable(message_id)
    revisions = list(
        Revision.select(Revision, User)
        .join(User, JOIN.LEFT_OUTER, on=(Revision.author == User.id))
        .where(Revision.message == message)
        .order_by(Revision.number.desc())
    )
    wanted = request.args.get("ban", type=int)
    shown = next((row for row in revisions if row.number == wanted), revisions[0])
    content = content_of(shown)
    stands = standing(shown, content, local_day(home().clock.now()))
    return render_template(
        "messages/show.html",
        message=message,
        revisions=revisions,
        revision=shown,
        content=content,
        standing=stands,
        previews=previews(content, message.unit, stands.rules),
        history=_history(message, revisions),
        steps=_steps(message, revisions),
        approved=next((row for row in revisions if row.state == RevisionState.APPROVED), None),
        form=StepForm(seen_hash=shown.content_hash),
        **NAMES,
    )


def _readable(message_id: int) -> Message:
    message: Message | None = Message.get_or_none(Message.id == message_id)
    if message is None or message.unit_id not in readable_units():
        abort(404)
    return message


def _history(message: Message, revisions: list[Revision]) -> list[Audit]:
    subjects = [subject_name(row) for row in (message, *revisions)]
    rows = (
        Audit.select(Audit, User)
        .join(User, JOIN.LEFT_OUTER)
        .where(Audit.subject.in_(subjects))
        .order_by(Audit.id.desc())
        .limit(MOST_HISTORY)
    )
    return list(rows)


def _steps(message: Message, revisions: list[Revision]) -> set[str]:
    """What this person may do with the message as it stands: the names of the buttons."""
    newest = revisions[0]
    steps = set()
    if can(user(), "write", message.unit):
        steps |= {"take_back"} if newest.state == RevisionState.SUBMITTED else {"edit"}
        if newest.state in CHANGEABLE:
            steps.add("submit")
    if may("approve", message) and any(row.state == RevisionState.APPROVED for row in revisions):
        steps.add("withdraw")
    return steps


@bp.post("/thong-diep/<int:message_id>/gui-duyet")
@rule("write")
def submit(message_id: int) -> Any:
    """Hand the newest revision to the approvers."""
    revision = _seen(fetch(Message, message_id, "write"))
    workflow.submit(user(), revision, home().clock.now())
    _warn_of_errors(revision)
    return _back(message_id, "Đã gửi duyệt.")


@bp.post("/thong-diep/<int:message_id>/rut-lai")
@rule("write")
def take_back(message_id: int) -> Any:
    """Take the submitted revision back to change it."""
    revision = _seen(fetch(Message, message_id, "write"))
    workflow.take_back(user(), revision, home().clock.now())
    return _back(message_id, "Đã rút lại; bạn sửa tiếp được rồi.")


@bp.post("/thong-diep/<int:message_id>/thu-hoi")
@rule("approve")
def withdraw(message_id: int) -> Any:
    """Take an approval back and stop everything that was scheduled with it."""
    message = fetch(Message, message_id, "approve")
    revision = workflow.approved_revision(message)
    form = StepForm()
    if revision is None or revision.content_hash != form.seen_hash.data:
        raise Problem("Bản này vừa được người khác xử lý; hãy tải lại trang.")
    now = home().clock.now()
    with write():
        workflow.withdraw(user(), revision, form.comment.data or "", now)
        stopped = scheduling.stop_revision(user(), revision, now)
    return _back(message_id, f"Đã thu hồi bản {revision.number} và dừng {stopped} bài đăng đang chờ.")


def _seen(message: Message) -> Revision:
    """The newest revision, if it is the one that the page showed."""
    revision = workflow.latest_revision(message)
    if revision.content_hash != StepForm().seen_hash.data:
        raise Problem("Thông điệp vừa thay đổi; hãy xem lại rồi làm tiếp.")
    return revision


def _back(message_id: int, sentence: str) -> Any:
    flash(sentence, "success")
    return redirect(url_for("messages.show", message_id=message_id), 303)
