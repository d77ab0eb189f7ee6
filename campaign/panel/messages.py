"""Messages: the list, the writing and one message with its exact words per channel."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, flash, make_response, redirect, render_template, request, url_for
from peewee import JOIN, fn

from campaign import scheduling, workflow
from campaign.audit import subject_name
from campaign.clock import local_day
from campaign.db import write
from campaign.errors import Problem
from campaign.models import Audit, Message, Revision, RevisionState, Unit, User
from campaign.panel.access import fetch, home, may, readable_units, rule, user
from campaign.panel.forms import MessageForm, StepForm, blank_values, values_of, with_spare_sources
from campaign.panel.labels import REVISION_LOOKS
from campaign.panel.previews import previews
from campaign.rights import can, units_where
from campaign.workflow import CHANGEABLE, content_of
from channels.registry import KINDS
from content.message import Message as Content
from content.message import Picture
from content.taxonomy import PILLARS

bp = Blueprint("messages", __name__)

PAGE = 30
MOST_HISTORY = 50


# ---------------------------------------------------------------- the list


@dataclass(frozen=True)
class Filter:
    """What the address asks the list for."""

    words: str
    pillar: str
    state: str

    @classmethod
    def of_request(cls) -> "Filter":
        """The filter in the address; what it does not know counts as nothing."""
        pillar, state = request.args.get("tru-cot", ""), request.args.get("trang-thai", "")
        return cls(
            request.args.get("tim", "").strip()[:200],
            pillar if pillar in PILLARS else "",
            state if state in REVISION_LOOKS else "",
        )

    @property
    def is_on(self) -> bool:
        """Whether the list is narrowed at all."""
        return bool(self.words or self.pillar or self.state)

    def address(self, **more: int) -> str:
        """The address of the list with this filter."""
        values: dict[str, Any] = {"tim": self.words, "tru-cot": self.pillar, "trang-thai": self.state, **more}
        return url_for("messages.index", **{name: value for name, value in values.items() if value})


@bp.get("/thong-diep")
@rule("view")
def index() -> str:
    """The messages this person may read, newest first."""
    wanted = Filter.of_request()
    before, after = request.args.get("truoc", type=int), request.args.get("sau", type=int)
    query = _narrowed(_newest_revisions(), wanted)
    if after:
        rows = list(query.where(Message.id > after).order_by(Message.id).limit(PAGE + 1))[::-1]
        newer, older, rows = len(rows) > PAGE, True, rows[-PAGE:]
    else:
        older_than = query.where(Message.id < before) if before else query
        rows = list(older_than.order_by(Message.id.desc()).limit(PAGE + 1))
        newer, older, rows = bool(before), len(rows) > PAGE, rows[:PAGE]
    return render_template(
        "messages/index.html",
        rows=rows,
        in_use=_in_use(rows),
        filter=wanted,
        pillars=PILLARS,
        states=REVISION_LOOKS,
        newer=wanted.address(sau=rows[0].message_id) if newer and rows else None,
        older=wanted.address(truoc=rows[-1].message_id) if older and rows else None,
    )


def _newest_revisions() -> Any:
    numbers = (
        Revision.select(Revision.message.alias("message_id"), fn.MAX(Revision.number).alias("number"))
        .group_by(Revision.message)
        .alias("newest")
    )
    return (
        Revision.select(Revision, Message, Unit)
        .join(Message)
        .join(Unit)
        .switch(Revision)
        .join(numbers, on=(Revision.message == numbers.c.message_id) & (Revision.number == numbers.c.number))
        .where(Message.unit.in_(readable_units()))
    )


def _narrowed(query: Any, wanted: Filter) -> Any:
    if wanted.pillar:
        query = query.where(Revision.pillar == wanted.pillar)
    if wanted.state:
        query = query.where(Revision.state == wanted.state)
    if wanted.words:
        # Neither engine folds Vietnamese letters, so that titles are compared here.
        sought = folded(wanted.words)
        names = query.select(Message.id, Message.slug, Revision.title).tuples()
        found = [key for key, slug, title in names if sought in folded(title) or sought in slug]
        query = query.where(Message.id.in_(found))
    return query


def folded(text: str) -> str:
    """Text for comparing: lower case, without tone marks, đ as d."""
    bare = "".join(letter for letter in unicodedata.normalize("NFD", text) if not unicodedata.combining(letter))
    return bare.casefold().replace("đ", "d")


def _in_use(rows: list[Revision]) -> dict[int, int]:
    """For messages whose newest revision is not the approved one: the number of the revision that is in use."""
    pending = [row.message_id for row in rows if row.state != RevisionState.APPROVED]
    approved = (
        Revision.select(Revision.message, fn.MAX(Revision.number))
        .where(Revision.message.in_(pending), Revision.state == RevisionState.APPROVED)
        .group_by(Revision.message)
    )
    return dict(approved.tuples())


# ---------------------------------------------------------------- writing


@bp.route("/thong-diep/moi", methods=["GET", "POST"])
@rule("write")
def new() -> Any:
    """Write a new message."""
    form = MessageForm(data=blank_values(local_day(home().clock.now())))
    units = Unit.select().where(Unit.id.in_(units_where(user(), "write"))).order_by(Unit.id)
    form.unit.choices = {unit.id: f"{unit.kind} {unit.name}" for unit in units}

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
        form=with_spare_sources(form),
        message=message,
        picture=known.picture if known else None,
        kinds=KINDS,
        sentence=sentence,
        filled_sources=max(1, len(known.sources) if known else 1),
    )
    return make_response(page, code)


def _after_saving(message: Message) -> Any:
    if "submit" in request.form:
        workflow.submit(user(), workflow.latest_revision(message), home().clock.now())
        flash("Đã lưu và gửi duyệt. Người duyệt sẽ thấy bản này ở trang Duyệt.", "success")
    else:
        flash("Đã lưu bản nháp.", "success")
    return redirect(url_for("messages.show", message_id=message.id), 303)


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
    base = re.sub(r"[^a-z0-9]+", "-", folded(title)).strip("-")[:60].strip("-") or "thong-diep"
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
    return render_template(
        "messages/show.html",
        message=message,
        revisions=revisions,
        revision=shown,
        content=content,
        previews=previews(content, message.unit),
        history=_history(message, revisions),
        steps=_steps(message, revisions),
        approved=next((row for row in revisions if row.state == RevisionState.APPROVED), None),
        form=StepForm(seen_hash=shown.content_hash),
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
