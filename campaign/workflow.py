"""From a draft to an approved revision: who may do what, and what stays for good.

Approval belongs to a content hash. A revision is changed only while it is a draft or was returned; every other change
makes a new revision, which needs an approval of its own. Nobody approves what they wrote or submitted.
"""

from datetime import date, datetime
from enum import StrEnum

from campaign import audit, clearance, search
from campaign.clock import local_day
from campaign.db import write
from campaign.errors import Problem
from campaign.models import Message, Revision, RevisionState, Unit, User, Verdict
from campaign.rights import need
from content.message import Message as Content
from content.message import hash_document

CHANGEABLE = (RevisionState.DRAFT, RevisionState.RETURNED)


class Decision(StrEnum):
    """What an approver can say, and the state it leads to."""

    APPROVE = "approve"
    RETURN = "return"
    REJECT = "reject"


_WORDS = ("document", "content_hash", "title", "pillar", "author", "changed_at", "state")
_LEADS_TO = {
    Decision.APPROVE: RevisionState.APPROVED,
    Decision.RETURN: RevisionState.RETURNED,
    Decision.REJECT: RevisionState.REJECTED,
}


def create(user: User, unit: Unit, content: Content, now: datetime) -> Revision:
    """A new message with its first draft."""
    need(user, "write", unit)
    with write():
        if Message.get_or_none(Message.slug == content.id):
            raise Problem(f'Mã thông điệp "{content.id}" đã có; hãy đặt mã khác.')
        message = Message.create(slug=content.id, unit=unit, created_by=user, created_at=now)
        revision = _new_revision(message, content, user, now)
        _note_draft(message, revision, user, now)
    return revision


def save(user: User, message: Message, content: Content, now: datetime, seen_hash: str) -> Revision:
    """Store changed words: in the open draft where there is one, else as a new revision.

    `seen_hash` is the content hash the writer started from; where somebody else has saved since, nothing is lost
    and a Problem says so.
    """
    need(user, "write", message.unit)
    with write():
        latest = latest_revision(message)
        if latest.content_hash != seen_hash:
            raise Problem("Người khác vừa lưu thông điệp này; hãy mở lại bản mới rồi sửa tiếp.")
        if latest.state == RevisionState.SUBMITTED:
            raise Problem("Bản này đang chờ duyệt; hãy rút lại để sửa.")
        if latest.state in CHANGEABLE:
            revision = _rewrite(latest, content, user, now)
        else:
            revision = _new_revision(message, content, user, now)
        _note_draft(message, revision, user, now)
    return revision


def _rewrite(revision: Revision, content: Content, user: User, now: datetime) -> Revision:
    """Put other words into an open draft, unless it was submitted or rewritten at this very moment."""
    unchanged = (
        Revision.id == revision.id, Revision.state.in_(CHANGEABLE), Revision.content_hash == revision.content_hash,
    )  # fmt: skip
    _fill(revision, content, user, now)
    revision.state = RevisionState.DRAFT
    changes = {name: getattr(revision, name) for name in _WORDS}
    if not Revision.update(**changes).where(*unchanged).execute():
        raise Problem("Người khác vừa lưu hoặc gửi thông điệp này; hãy mở lại bản mới rồi sửa tiếp.")
    search.index(revision.message, content)
    return revision


def _note_draft(message: Message, revision: Revision, user: User, now: datetime) -> None:
    audit.record(
        "draft", message, user=user, unit=message.unit, now=now, content_hash=revision.content_hash,
        revision=revision.number,
    )  # fmt: skip


def submit(user: User, revision: Revision, now: datetime) -> None:
    """Hand a draft to the approvers."""
    need(user, "write", revision.message.unit)
    _step(revision, CHANGEABLE, RevisionState.SUBMITTED, user, now, "submit", submitted_by=user)


def take_back(user: User, revision: Revision, now: datetime) -> None:
    """The writer's side thinks again: a submitted revision becomes a draft."""
    need(user, "write", revision.message.unit)
    _step(revision, (RevisionState.SUBMITTED,), RevisionState.DRAFT, user, now, "take_back")


def decide(
    user: User, revision: Revision, decision: Decision, now: datetime, *, seen_hash: str, comment: str = ""
) -> None:
    """An approver's word on exactly the text they saw (`seen_hash`). Returning and rejecting need a comment.

    Raises Problem where the text may not be approved, with the first thing in its way (`clearance.obstacles`).
    """
    need(user, "approve", revision.message.unit)
    if user.id in audit.writers(revision):
        raise Problem("Bạn đã viết hoặc gửi bản này; người khác phải duyệt.")
    if revision.content_hash != seen_hash or hash_document(revision.document) != seen_hash:
        raise Problem("Bản này đã thay đổi sau khi bạn mở; hãy xem lại rồi quyết định.")
    if decision is Decision.APPROVE and (obstacles := clearance.obstacles(revision, local_day(now))):
        raise Problem(obstacles[0])
    comment = comment.strip()
    if decision is not Decision.APPROVE and not comment:
        raise Problem("Hãy ghi lý do để người viết biết cần sửa gì.")
    with write():
        _step(
            revision, (RevisionState.SUBMITTED,), _LEADS_TO[decision], user, now, decision.value, detail_comment=comment
        )
        _say(revision, decision.value, user, comment, now)


def withdraw(user: User, revision: Revision, comment: str, now: datetime) -> None:
    """Take an approval back. What is scheduled with it is stopped by the caller (`scheduling.stop_revision`)."""
    need(user, "approve", revision.message.unit)
    if not comment.strip():
        raise Problem("Hãy ghi lý do thu hồi.")
    retire(revision, user, comment.strip(), now)


def retire(revision: Revision, user: User, comment: str, now: datetime) -> None:
    """End an approval for a reason that needs no approver: a consent withdrawn, a pack called back."""
    with write():
        _step(
            revision, (RevisionState.APPROVED,), RevisionState.WITHDRAWN, user, now, "withdraw", detail_comment=comment
        )
        _say(revision, "withdraw", user, comment, now)


def expire(today: date, now: datetime) -> int:
    """Mark approved revisions whose validity has ended; gives their number."""
    ended = 0
    for revision in Revision.select().where(Revision.state == RevisionState.APPROVED):
        if date.fromisoformat(revision.document["valid_until"]) < today:
            _step(revision, (RevisionState.APPROVED,), RevisionState.EXPIRED, None, now, "expire")
            ended += 1
    return ended


def is_approved(revision: Revision) -> bool:
    """Whether the revision's very text has an approval that still stands."""
    if revision.state != RevisionState.APPROVED or hash_document(revision.document) != revision.content_hash:
        return False
    last = Verdict.select().where(Verdict.revision == revision).order_by(Verdict.id.desc()).first()
    return last is not None and last.verdict == Decision.APPROVE and last.content_hash == revision.content_hash


def latest_revision(message: Message) -> Revision:
    """The newest revision of a message, whatever its state."""
    found: Revision = Revision.select().where(Revision.message == message).order_by(Revision.number.desc()).get()
    return found


def approved_revision(message: Message) -> Revision | None:
    """The newest revision of a message whose approval stands: what may be scheduled."""
    found: Revision | None = (
        Revision.select()
        .where(Revision.message == message, Revision.state == RevisionState.APPROVED)
        .order_by(Revision.number.desc())
        .first()
    )
    return found


def content_of(revision: Revision) -> Content:
    """The revision as a message of the content house."""
    return Content.from_document(revision.document)


def _new_revision(message: Message, content: Content, author: User | None, now: datetime) -> Revision:
    last = Revision.select().where(Revision.message == message).order_by(Revision.number.desc()).first()
    revision = Revision(message=message, number=last.number + 1 if last else 1, created_at=now)
    _fill(revision, content, author, now)
    revision.save(force_insert=True)
    search.index(message, content)
    return revision


def new_library_revision(message: Message, content: Content, now: datetime) -> Revision:
    """A draft that comes from a library and has no author here."""
    return _new_revision(message, content, None, now)


def _fill(revision: Revision, content: Content, author: User | None, now: datetime) -> None:
    revision.document = content.document()
    revision.content_hash = content.content_hash
    revision.title = content.title
    revision.pillar = content.pillar
    revision.author = author
    revision.changed_at = now


def _step(
    revision: Revision,
    before: tuple[RevisionState, ...],
    after: RevisionState,
    user: User | None,
    now: datetime,
    action: str,
    *,
    detail_comment: str = "",
    **changes: User,
) -> None:
    """Move a revision on, only from the states it may come from: two people at once cannot both win."""
    with write():
        moved = (
            Revision.update(state=after, changed_at=now, **changes)
            .where(
                Revision.id == revision.id,
                Revision.state.in_(before),
                # Whoever takes a step takes it with the words they had before them.
                Revision.content_hash == revision.content_hash,
            )
            .execute()
        )
        if not moved:
            raise Problem("Bản này vừa được người khác xử lý; hãy tải lại trang.")
        detail = {"comment": detail_comment} if detail_comment else {}
        audit.record(
            action, revision, user=user, unit=revision.message.unit, now=now, content_hash=revision.content_hash,
            **detail,
        )  # fmt: skip
    revision.state = after


def _say(revision: Revision, verdict: str, user: User, comment: str, now: datetime) -> None:
    Verdict.create(
        revision=revision, content_hash=revision.content_hash, verdict=verdict, user=user, comment=comment, at=now
    )
