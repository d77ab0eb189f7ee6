"""The picture library: where a picture is used, and what people may change about it.

A revision keeps its picture with alternative text of its own, so that nothing done here changes what was approved.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import peewee as pw
from peewee import fn

from campaign import audit, workflow
from campaign.db import database, write
from campaign.errors import Problem
from campaign.models import Channel, MediaFile, Message, Post, Revision, Unit, User
from campaign.pictures import NEEDS_ALT, PictureStore
from campaign.rights import need
from campaign.workflow import CHANGEABLE, content_of
from content.card_ground import parse_colour
from content.message import Picture

# How a picture stands in the JSON of a revision or a payload; quotes inside words are escaped, so nothing else does.
_KEY = '"sha256": "'
# The first column of the query: PostgreSQL does not see that two expressions with parameters are one.
_BY_PICTURE = pw.SQL("1")


@dataclass(frozen=True)
class Uses:
    """How many messages have a picture, in any of their revisions, and how many posts carry it, shrunk or not."""

    messages: int = 0
    posts: int = 0

    def __bool__(self) -> bool:
        return bool(self.messages or self.posts)


# ---------------------------------------------------------------- where pictures are used


def uses() -> dict[str, Uses]:
    """How often each picture is used, by its hash; what is not used is not in it."""
    in_text, in_payload = _picture_of(Revision.document), _picture_of(Post.payload)
    has_picture = _has(Revision.document, _KEY)
    messages = dict(
        Revision.select(in_text, fn.COUNT(Revision.message.distinct()))
        .where(has_picture)
        .group_by(_BY_PICTURE)
        .tuples()
    )
    carrying = Post.select(in_payload, fn.COUNT(Post.id)).where(_has(Post.payload, _KEY)).group_by(_BY_PICTURE)
    shrunk = (
        Post.select(in_text, fn.COUNT(Post.id))
        .join(Revision)
        .where(has_picture, _has(Post.payload, _KEY), in_text != in_payload)
        .group_by(_BY_PICTURE)
    )
    posts = Counter(dict(carrying.tuples())) + Counter(dict(shrunk.tuples()))
    return {sha256: Uses(messages.get(sha256, 0), posts[sha256]) for sha256 in {*messages, *posts}}


def messages_with(sha256: str, units: Iterable[int]) -> list[Revision]:
    """The newest revision with the picture of each message of these units."""
    numbers = Revision.select(fn.MAX(Revision.id)).where(_has(Revision.document, sha256)).group_by(Revision.message)
    return list(
        Revision.select(Revision, Message)
        .join(Message)
        .where(Revision.id.in_(numbers), Message.unit.in_(list(units)))
        .order_by(Revision.id.desc())
    )


def posts_with(sha256: str, units: Iterable[int], most: int) -> list[Post]:
    """The latest posts on channels of these units that carry the picture."""
    in_text = _has(Revision.document, sha256) & _has(Post.payload, _KEY)
    return list(
        Post.select(Post, Revision, Channel)
        .join(Revision)
        .switch(Post)
        .join(Channel)
        .where(_has(Post.payload, sha256) | in_text, Channel.unit.in_(list(units)))
        .order_by(Post.due_at.desc())
        .limit(most)
    )


def is_used(sha256: str) -> bool:
    """Whether any revision or post, whoever may see it, refers to the picture."""
    tables: tuple[tuple[Any, Any], ...] = ((Revision, Revision.document), (Post, Post.payload))
    return any(table.select().where(_has(column, sha256)).exists() for table, column in tables)


def _has(column: Any, words: str) -> Any:
    return _position(column, words) > 0


def _picture_of(column: Any) -> Any:
    return fn.SUBSTR(column, _position(column, _KEY) + len(_KEY), 64).coerce(False)


def _position(column: Any, words: str) -> Any:
    place = fn.STRPOS if isinstance(database.obj, pw.PostgresqlDatabase) else fn.INSTR
    return place(column, words).coerce(False)


# ---------------------------------------------------------------- what people change


def change_alt(user: User, row: MediaFile, alt: str, now: datetime) -> None:
    """Describe a picture in other words, for whoever uses it from now on."""
    _need_own(user, row)
    alt = " ".join(alt.split())
    if not alt:
        raise Problem(NEEDS_ALT)
    with write():
        MediaFile.update(alt=alt).where(MediaFile.sha256 == row.sha256).execute()
        audit.record("change_alt", row, user=user, unit=row.unit, now=now, before=row.alt, after=alt)


def delete(user: User, row: MediaFile, store: PictureStore, now: datetime) -> None:
    """Take a picture away that no revision and no post refers to. Raises Problem for any other."""
    _need_own(user, row)
    with write():
        if is_used(row.sha256):
            raise Problem("Ảnh này đang nằm trong thông điệp hoặc bài đăng nên không xóa được.")
        MediaFile.delete().where(MediaFile.sha256 == row.sha256).execute()
        audit.record("delete_picture", row, user=user, unit=row.unit, now=now, alt=row.alt)
    store.forget(row.sha256)


def _need_own(user: User, row: MediaFile) -> None:
    if row.unit is None:
        raise Problem("Ảnh bìa này đi cùng chương trình; hãy tải ảnh của đơn vị lên để dùng thay.")
    need(user, "write", row.unit)


def drafts(units: Iterable[int]) -> list[Revision]:
    """The drafts of these units' messages, open ones and returned ones, the latest first."""
    newest = Revision.select(fn.MAX(Revision.id)).group_by(Revision.message)
    return list(
        Revision.select(Revision, Message)
        .join(Message)
        .where(Revision.id.in_(newest), Revision.state.in_(CHANGEABLE), Message.unit.in_(list(units)))
        .order_by(Revision.changed_at.desc())
    )


def use_in(user: User, message: Message, picture: Picture, seen_hash: str, now: datetime) -> Revision:
    """Make a picture that of a draft. Raises Problem where the draft is no more what the writer saw (`seen_hash`)."""
    latest = workflow.latest_revision(message)
    if latest.state not in CHANGEABLE:
        raise Problem("Thông điệp này không còn là bản nháp; hãy mở thông điệp để sửa.")
    return workflow.save(user, message, replace(content_of(latest), picture=picture), now, seen_hash)


def set_colour(user: User, unit: Unit, colour: str, now: datetime) -> None:
    """Choose the colour of a unit's cards, "#rrggbb"; empty takes it away, so that the unit above decides again."""
    need(user, "manage", unit)
    try:
        known = "#{:02x}{:02x}{:02x}".format(*parse_colour(colour)) if colour else ""
    except ValueError:
        raise Problem("Hãy chọn màu dạng #a8242c.") from None
    with write():
        Unit.update(colour=known).where(Unit.id == unit.id).execute()
        audit.record("set_colour", unit, user=user, unit=unit, now=now, before=unit.colour, after=known)
