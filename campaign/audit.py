"""The audit log: who did what, when, to which thing, under which content hash."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from peewee import chunked

from campaign.models import Audit, Post, Revision, Table, Unit, User

_BATCH = 500  # rows a statement: their values stay below what SQLite takes as parameters


def record(
    action: str,
    subject: Table,
    *,
    user: User | None,
    unit: Unit | None,
    now: datetime,
    content_hash: str | None = None,
    **detail: Any,
) -> None:
    """Add a row in the caller's transaction, so that no step exists without its trace. `user` None is the program."""
    Audit.create(
        at=now,
        user=user,
        unit=unit,
        action=action,
        subject=subject_name(subject),
        content_hash=content_hash,
        detail=detail,
    )


class OfPost(NamedTuple):
    """What a row says about one post (id) of a unit."""

    post: int
    unit: Unit
    content_hash: str
    detail: Mapping[str, Any]


def record_all(action: str, rows: Iterable[OfPost], *, user: User | None, now: datetime) -> None:
    """Add a row for each of many posts, in the caller's transaction."""
    table = Post._meta.table_name
    values = [
        {
            "at": now, "user": user, "unit": row.unit, "action": action, "subject": f"{table}:{row.post}",
            "content_hash": row.content_hash, "detail": row.detail,
        }
        for row in rows
    ]  # fmt: skip
    for batch in chunked(values, _BATCH):
        Audit.insert_many(batch).execute()


def subject_name(subject: Table) -> str:
    """How the log names a row: its table and its key."""
    return f"{subject._meta.table_name}:{subject.get_id()}"


def history(subject: Table) -> list[Audit]:
    """The rows about one thing, oldest first."""
    return list(Audit.select().where(Audit.subject == subject_name(subject)).order_by(Audit.id))


def writers(revision: Revision) -> set[int]:
    """The ids of all who have had a hand in a revision: whoever saved it, ever, and whoever submitted it."""
    saved = (row for row in history(revision.message) if row.action == "draft")
    hands = {row.user_id for row in saved if row.detail.get("revision") == revision.number}
    return (hands | {revision.author_id, revision.submitted_by_id}) - {None}
