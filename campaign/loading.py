"""Reading the posts of claims, many in one question and only what delivery needs of them.

Peewee would spend as long on building the question and the rows as on all else that is done for a post.
"""

from collections.abc import Sequence
from typing import Any

import peewee as pw

from campaign.db import run
from campaign.models import Channel, Post
from campaign.models.table import Table

_OF_POST = (
    Post.id, Post.key, Post.channel, Post.revision, Post.content_hash, Post.payload, Post.payload_hash, Post.due_at,
    Post.state, Post.tries, Post.looks, Post.remote_id, Post.link, Post.error, Post.created_at,
)  # fmt: skip
_OF_CHANNEL = (
    Channel.id, Channel.unit, Channel.kind, Channel.settings, Channel.quiet, Channel.min_gap_minutes,
    Channel.grace_minutes, Channel.ahead, Channel.unread,
)  # fmt: skip
_COLUMNS = ", ".join(
    [f"p.{field.column_name}" for field in _OF_POST] + [f"c.{field.column_name}" for field in _OF_CHANNEL]
)
_LOAD = (
    f"SELECT {_COLUMNS}, EXISTS (SELECT 1 FROM secret AS s WHERE s.channel_id = c.id) "  # noqa: S608 no values
    "FROM post AS p JOIN channel AS c ON c.id = p.channel_id WHERE p.id IN ({ids})"
)


def load(ids: Sequence[int]) -> dict[int, Post]:
    """Posts by id with their channels, each of which also says `has_secrets`. Raises ValueError for a spoilt row."""
    found = {}
    for *values, has_secrets in run(_LOAD.format(ids=", ".join("?" * len(ids))), ids).fetchall():
        channel = _row(Channel, _OF_CHANNEL, values[len(_OF_POST) :])
        channel.has_secrets = bool(has_secrets)
        post = _row(Post, _OF_POST, values)
        post.channel = channel
        post._dirty.clear()
        found[post.id] = post
    return found


def _row(table: type[Table], fields: Sequence[pw.Field], values: Sequence[Any]) -> Any:
    row = table(__no_default__=1)
    for field, value in zip(fields, values, strict=False):
        row.__data__[field.name] = field.python_value(value)
    return row
