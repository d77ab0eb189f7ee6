"""Taking back: a person withdraws their consent, or it runs out. What is unsent stops, what is out becomes a task.

The days are those of Decree 356/2025/NĐ-CP as two law firms report it (cdlaf.vn, frasersvn.com, read 2026-11-20):
answer within 2 working days, stop the processing within 15 days, have third parties stop within 20.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta

from campaign import audit, scheduling, tasks, workflow
from campaign.clock import day_bounds, local, local_day
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
        if tasks.is_asked("take_down", post):
            continue
        when = f"{local(post.published_at or post.due_at):%d/%m/%Y}"
        if post.channel.kind in _OWN:
            what, due = f"Thu lại bản đọc ngày {when} ở {post.channel.name}", today + STOP
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
        # What others had in hand on a day that was agreed to may be out: that has yet to be confirmed.
        begin = day_bounds(consent.ends_on)[1]
        for revision in Revision.select().where(Revision.message == consent.message_id):
            reason = "Đồng ý của người kể đã hết hạn."
            stopped += scheduling.stop_revision(None, revision, now, reason, given_from=begin)
    return stopped
