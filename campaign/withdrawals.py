"""Taking back: a person withdraws their consent, or it runs out. What is unsent stops, what is out becomes a task.

The days are those of Decree 356/2025/NĐ-CP as two law firms report it (cdlaf.vn, frasersvn.com, read 2026-11-20):
answer within 2 working days, stop the processing within 15 days, have third parties stop within 20.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from campaign import audit, scheduling, tasks, workflow
from campaign.clock import local, local_day
from campaign.consents import WITHDRAWN
from campaign.db import write
from campaign.errors import Problem
from campaign.models import Channel, Consent, Post, PostState, Revision, RevisionState, Task, User
from campaign.rights import need

ANSWER_WORKING_DAYS = 2
STOP = timedelta(days=15)
THIRD_PARTIES = timedelta(days=20)
# Kinds of channel that are our own hands: nobody else has to take anything down.
_OWN = frozenset({"loudspeaker"})
_OUT = (PostState.PUBLISHED, PostState.AIRED, PostState.PROCESSING, PostState.UNSURE, PostState.SENDING)


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
        for revision in Revision.select().where(Revision.message == message):
            if revision.state == RevisionState.APPROVED:
                workflow.retire(revision, user, WITHDRAWN, now)
            scheduling.stop_revision(user, revision, now)
        return [task.title for task in _open_tasks(consent, now)]


def _open_tasks(consent: Consent, now: datetime) -> Iterator[Task]:
    today, unit = local_day(now), consent.message.unit
    title = f"Trả lời người rút đồng ý ({consent.alias})"
    yield tasks.add(unit, "answer", title, after_working_days(today, ANSWER_WORKING_DAYS), now, consent=consent)
    posts = (
        Post.select(Post, Channel)
        .join(Channel)
        .where(Post.revision.in_(Revision.select().where(Revision.message == consent.message)), Post.state.in_(_OUT))
        .order_by(Post.due_at)
    )
    for post in posts:
        when = f"{local(post.published_at or post.due_at):%d/%m/%Y}"
        if post.channel.kind in _OWN:
            what, due = f"Thu lại bản đọc đã phát ngày {when} ở {post.channel.name}", today + STOP
        else:
            what, due = f"Gỡ bài ngày {when} trên {post.channel.name}", today + THIRD_PARTIES
        yield tasks.add(post.channel.unit, "take_down", what, due, now, post=post, consent=consent)


def after_working_days(day: date, number: int) -> date:
    """The day that lies so many working days (Monday to Friday) after another."""
    while number:
        day += timedelta(days=1)
        number -= day.weekday() < 5
    return day


def expire(today: date, now: datetime) -> int:
    """Cancel unsent posts of stories whose consent does not reach to the post's day; gives their number."""
    stopped = 0
    for consent in Consent.select().where(Consent.ends_on < today, Consent.withdrawn_at.is_null()):
        renewed = Consent.select().where(
            Consent.message == consent.message_id, Consent.ends_on >= today, Consent.withdrawn_at.is_null()
        )
        if renewed.exists():
            continue
        for revision in Revision.select().where(Revision.message == consent.message_id):
            stopped += scheduling.stop_revision(None, revision, now, "Đồng ý của người kể đã hết hạn.")
    return stopped
