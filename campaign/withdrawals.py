"""Taking back: a person withdraws their consent, or it runs out. What is unsent stops, what is out becomes a task.

The days are those of Decree 356/2025/NĐ-CP as two law firms report it (cdlaf.vn, frasersvn.com, read 2026-11-20):
answer within 2 working days, stop the processing within 15 days, have third parties stop within 20.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from peewee import fn

from campaign import audit, scheduling, tasks, workflow
from campaign.clock import day_bounds, local_day
from campaign.consents import WITHDRAWN, last_words
from campaign.db import write
from campaign.errors import Problem
from campaign.models import Channel, Consent, Post, PostState, Revision, RevisionState, Task, User
from campaign.rights import need

ANSWER_WORKING_DAYS = 2
STOP = timedelta(days=15)
THIRD_PARTIES = timedelta(days=20)
# What has spoken, may have, or lies as a script in somebody's hands.
OUT = (
    PostState.PUBLISHED, PostState.AIRED, PostState.PROCESSING, PostState.UNSURE, PostState.SENDING,
    PostState.HANDED_OVER,
)  # fmt: skip


def withdraw(user: User, consent: Consent, note: str, now: datetime) -> list[str]:
    """The person took their consent back: gives the tasks that this opened, by title.

    All in one transaction: approvals of the story end, unsent posts stop, posts that a service keeps are taken back by
    the worker, and whatever is out becomes a task with its legal day.
    """
    message = consent.message
    need(user, "consent", message.unit)
    if not note.strip():
        raise Problem("Hãy ghi người kể báo rút bằng cách nào, ngày nào.")
    with write():
        changes = {"withdrawn_at": now, "withdrawn_by": user, "withdrawal_note": note.strip()}
        if not Consent.update(**changes).where(Consent.id == consent.id, Consent.withdrawn_at.is_null()).execute():
            raise Problem("Đồng ý này vừa được ghi là đã rút; hãy tải lại trang.")
        audit.record("withdraw_consent", consent, user=user, unit=message.unit, now=now, comment=note.strip())
        revisions = list(Revision.select().where(Revision.message == message))
        out = posts_out(revisions)
        for revision in revisions:
            if revision.state == RevisionState.APPROVED:
                workflow.retire(revision, user, WITHDRAWN, now)
            scheduling.stop_revision(user, revision, now)
        return [task.title for task in _open_tasks(consent, out, now)]


def posts_out(revisions: Sequence[Revision]) -> list[Post]:
    """The posts of these revisions that are out or in somebody's hands. To be asked before anything is stopped."""
    rows = Post.select(Post, Channel).join(Channel).where(Post.revision.in_(revisions), Post.state.in_(OUT))
    return list(rows.order_by(Post.due_at))


def _open_tasks(consent: Consent, out: Iterable[Post], now: datetime) -> Iterator[Task]:
    today, unit = local_day(now), consent.message.unit
    title = f"Trả lời người rút đồng ý ({consent.alias})"
    yield tasks.add(unit, "answer", title, after_working_days(today, ANSWER_WORKING_DAYS), now, consent=consent)
    for post in out:
        due = today + (STOP if tasks.is_own(post.channel) else THIRD_PARTIES)
        task = tasks.ask_to_take_down(post, due, now, consent=consent)
        if task is not None:
            yield task


def is_picture_withdrawn(sha256: str) -> bool:
    """Whether every text and post that shows a picture was taken back. One that nothing shows was not."""
    showing = Revision.select().where(_holds(Revision.document, sha256) | fn.EXISTS(_posts_showing(sha256)))
    # What was taken back is little: for nearly every picture nothing else is looked through.
    taken_back = Revision.id.in_(_taken_back())
    return bool(showing.where(taken_back).exists()) and not showing.where(~taken_back).exists()


def _posts_showing(sha256: str) -> Any:
    """The posts of a revision whose frozen picture it is: made smaller than the text's, or drawn for the post."""
    return Post.select().where(Post.revision == Revision.id, _holds(Post.payload, sha256))


def _taken_back() -> Any:
    """Every revision of a story whose consent was withdrawn; else those whose approval was, and what led to them."""
    told, kept, later = Revision.alias(), Revision.alias(), Revision.alias()
    stories = told.select(told.id).join(Consent, on=(Consent.message == told.message))
    overtaken = (later.message == kept.message) & (later.number >= kept.number)
    texts = kept.select(kept.id).join(later, on=overtaken)
    return stories.where(Consent.withdrawn_at.is_null(False)) | texts.where(
        later.state == RevisionState.WITHDRAWN, kept.state != RevisionState.APPROVED
    )


def _holds(column: Any, sha256: str) -> Any:
    # As text: to compare with a JSON field would turn what is sought into JSON.
    return fn.COALESCE(column, "").contains(sha256)


def after_working_days(day: date, number: int) -> date:
    """The day that lies so many working days (Monday to Friday) after another."""
    while number:
        day += timedelta(days=1)
        number -= day.weekday() < 5
    return day


def expire(today: date, now: datetime) -> int:
    """Cancel unsent posts of texts to which somebody's consent has run out unrenewed; gives their number."""
    stopped = 0
    for consent in Consent.select().where(Consent.ends_on < today, Consent.withdrawn_at.is_null()):
        if consent not in last_words(consent.message, consent.content_hash):
            continue
        # What others had in hand on a day that was agreed to may be out: that has yet to be confirmed.
        begin = day_bounds(consent.ends_on)[1]
        same_text = Revision.message == consent.message_id, Revision.content_hash == consent.content_hash
        for revision in Revision.select().where(*same_text):
            reason = "Đồng ý của người kể đã hết hạn."
            stopped += scheduling.stop_revision(None, revision, now, reason, given_from=begin)
    return stopped
