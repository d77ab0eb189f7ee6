"""The consent of the person whose story a message tells: how it stands, its record, its evidence, its end."""

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, send_file, url_for

from campaign import audit, consents, scheduling, withdrawals, workflow
from campaign.clock import local_day
from campaign.consents import IDENTITIES
from campaign.errors import Problem
from campaign.models import Audit, Consent, Message, Post, PostState, Revision, User
from campaign.panel.access import fetch, home, rule, user
from campaign.panel.forms_consent import ConsentForm, blank_values
from campaign.panel.labels import Look, kind_look
from campaign.workflow import content_of

bp = Blueprint("consents", __name__, url_prefix="/thong-diep/<int:message_id>/dong-y")

# What a withdrawal cancels or takes back (`scheduling.stop_revision`), and what has spoken or may have.
STOPS = (*scheduling.UNSENT, PostState.HANDED_OVER, PostState.SCHEDULED_REMOTELY)
IS_OUT = withdrawals.OUT
_MOST_LOOKS = 20

AGREED = Look("Đã đồng ý", "check-circle", "green")
LACKING = Look("Chưa đủ đồng ý", "exclamation-triangle", "amber")
WITHDRAWN = Look("Đã rút đồng ý", "x-circle", "red")
OTHER_TEXT = Look("Cho bản lời khác", "file-earmark-x", "grey")
NOT_YET = Look("Chưa đến ngày", "calendar-event", "blue")
RUN_OUT = Look("Hết hạn", "calendar-x", "grey")


@dataclass(frozen=True)
class Standing:
    """How the consent to one text stands today, in a look and a sentence."""

    look: Look
    sentence: str


@dataclass(frozen=True)
class Record:
    """One consent as the page shows it; `times` counts how often its evidence was opened, `looks` are the last."""

    consent: Consent
    look: Look
    times: int
    looks: list[Audit]


@dataclass(frozen=True)
class Effects:
    """What taking the consent back does: unsent posts that stop, and posts that are out and become tasks."""

    stops: int
    tasks: int

    @property
    def sentences(self) -> list[str]:
        """The same, for the person who is about to do it."""
        return [
            f"{self.stops} bài chưa gửi sẽ dừng ngay." if self.stops else "Không có bài nào đang chờ gửi.",
            f"{self.tasks} bài đã ra hoặc đã giao bản đọc sẽ thành việc phải gỡ, có ngày hạn."
            if self.tasks
            else "Chưa có bài nào đã ra.",
            "Bản đã duyệt bị thu hồi và câu chuyện này không bao giờ được dùng lại.",
        ]


@bp.app_template_global()
def consent_standing(message: Message, revision: Revision) -> Standing | None:
    """How the consent to this text stands today; None where no story of a person is told."""
    content, today = content_of(revision), local_day(home().clock.now())
    obstacle = consents.obstacle(message, content.register, revision.content_hash, content.channels, today)
    if obstacle:
        return Standing(WITHDRAWN if obstacle == consents.WITHDRAWN else LACKING, obstacle)
    rows = Consent.select().where(Consent.message == message, Consent.content_hash == revision.content_hash)
    last = max((row.ends_on for row in rows), default=None)
    if last is None:
        return None
    return Standing(AGREED, f"Người kể đồng ý với đúng bản lời này, đến hết ngày {last:%d/%m/%Y}.")


# ---------------------------------------------------------------- the page


@bp.get("")
@rule("consent")
def show(message_id: int) -> Any:
    """How the consent stands, what was recorded, and the form for another record."""
    message = fetch(Message, message_id, "consent")
    revision = _shown(message)
    form = ConsentForm(formdata=None, data=blank_values(local_day(home().clock.now())))
    return _page(message, revision, form)


def _shown(message: Message) -> Revision:
    """The revision that the address asks for, else the newest."""
    number = request.args.get("ban", type=int)
    row = Revision.get_or_none(Revision.message == message, Revision.number == number) if number else None
    return row or workflow.latest_revision(message)


def _page(message: Message, revision: Revision, form: ConsentForm, sentence: str = "") -> str:
    kinds = content_of(revision).channels
    form.channels.choices = _names(kinds)
    form.seen_hash.data = revision.content_hash
    records = _records(message, revision.content_hash)
    return render_template(
        "consents/show.html",
        message=message,
        revision=revision,
        form=form,
        sentence=sentence,
        standing=consent_standing(message, revision),
        records=records,
        is_withdrawn=consents.is_withdrawn(message),
        is_agreed=any(record.look is AGREED for record in records),
        has_loudspeaker="loudspeaker" in kinds,
        effects=effects(message),
        identities=IDENTITIES,
        most_looks=_MOST_LOOKS,
    )


def _names(kinds: Iterable[str]) -> dict[str, str]:
    return {kind: kind_look(kind).label for kind in kinds}


def _records(message: Message, content_hash: str) -> list[Record]:
    """The consents of a message, the newest first."""
    found = Consent.select(Consent, User).join(User, on=(Consent.user == User.id)).where(Consent.message == message)
    rows = list(found.order_by(Consent.id.desc()))
    looks, today = _looks(rows), local_day(home().clock.now())
    return [
        Record(row, _look(row, content_hash, today), len(looks[row.id]), looks[row.id][:_MOST_LOOKS]) for row in rows
    ]


def _looks(rows: Iterable[Consent]) -> Mapping[int, list[Audit]]:
    """Who opened the evidence of each consent, the last first."""
    subjects = {audit.subject_name(row): row.id for row in rows}
    found: dict[int, list[Audit]] = {key: [] for key in subjects.values()}
    query = (
        Audit.select(Audit, User)
        .join(User)
        .where(Audit.action == "view_evidence", Audit.subject.in_(list(subjects)))
        .order_by(Audit.id.desc())
    )
    for look in query if subjects else ():
        found[subjects[look.subject]].append(look)
    return found


def _look(consent: Consent, content_hash: str, today: date) -> Look:
    if consent.withdrawn_at is not None:
        return WITHDRAWN
    if consent.content_hash != content_hash:
        return OTHER_TEXT
    if today < consent.starts_on:
        return NOT_YET
    return RUN_OUT if today > consent.ends_on else AGREED


def effects(message: Message) -> Effects:
    """What would happen to the posts of a message if consent to it were taken back now."""
    posts = Post.select().join(Revision).where(Revision.message == message)
    return Effects(posts.where(Post.state.in_(STOPS)).count(), posts.where(Post.state.in_(IS_OUT)).count())


# ---------------------------------------------------------------- steps


@bp.post("")
@rule("consent")
def record(message_id: int) -> Any:
    """Write down that the person agreed to exactly the text that the page showed."""
    message = fetch(Message, message_id, "consent")
    revision = _shown(message)
    form = ConsentForm()
    form.channels.choices = _names(content_of(revision).channels)
    if not form.validate():
        sentence = "Chưa ghi được. Hãy xem các ô được đánh dấu, rồi chọn lại tệp bằng chứng."
        return _page(message, revision, form, sentence), 422
    try:
        _record(revision, form, home().clock.now())
    except Problem as problem:
        return _page(message, revision, form, f"{problem} Tệp bằng chứng phải chọn lại."), 409
    flash("Đã ghi đồng ý của người kể. Bằng chứng đã được niêm phong.", "success")
    return _back(message, revision)


def _record(revision: Revision, form: ConsentForm, now: datetime) -> None:
    if form.seen_hash.data != revision.content_hash:
        raise Problem("Bản lời vừa thay đổi; hãy cho người kể xem lại rồi mới ghi.")
    upload = form.evidence.data
    # People name such files after the person: only the ending is kept.
    name = f"dong-y-{revision.message.slug}{Path(upload.filename).suffix.lower()[:6]}"
    consents.record(user(), revision, form.terms(), upload.read(), name, home().evidence, now)


@bp.get("/<int:consent_id>/bang-chung")
@rule("consent")
def evidence(message_id: int, consent_id: int) -> Response:
    """The evidence as a file to save. Who opened it, and when, stands in the log."""
    consent = _consent(message_id, consent_id)
    data = home().evidence.open(user(), consent, home().clock.now())
    response = send_file(
        io.BytesIO(data), mimetype=consent.evidence_mime, as_attachment=True, download_name=consent.evidence_name,
        conditional=False, etag=False,
    )  # fmt: skip
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.post("/<int:consent_id>/rut")
@rule("consent")
def withdraw(message_id: int, consent_id: int) -> Any:
    """The person took their consent back: everything unsent stops, everything that is out becomes a task."""
    consent = _consent(message_id, consent_id)
    stopped = effects(consent.message).stops
    opened = withdrawals.withdraw(user(), consent, request.form.get("note", ""), home().clock.now())
    flash(f"Đã ghi người kể rút đồng ý: dừng {stopped} bài chưa gửi, mở {len(opened)} việc phải làm.", "success")
    return _back(consent.message, _shown(consent.message))


def _consent(message_id: int, consent_id: int) -> Consent:
    message = fetch(Message, message_id, "consent")
    found: Consent | None = Consent.get_or_none(Consent.id == consent_id, Consent.message == message)
    if found is None:
        abort(404)
    return found


def _back(message: Message, revision: Revision) -> Any:
    return redirect(url_for("consents.show", message_id=message.id, ban=revision.number), 303)
