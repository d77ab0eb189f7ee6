"""What came of it: reach, and what the home knows about its workers and itself."""

from datetime import datetime

import peewee as pw

from campaign.db import InstantField
from campaign.models.posts import Post
from campaign.models.table import Table, upsert


class Reach(Table):
    """One figure of one post at one moment. `value` null means that there was no figure, which is not zero."""

    post = pw.ForeignKeyField(Post, backref="figures", on_delete="CASCADE")
    metric = pw.TextField()
    value = pw.BigIntegerField(null=True)
    measured = pw.BooleanField()
    note = pw.TextField(default="")
    at = InstantField()

    class Meta:
        indexes = ((("post", "metric", "at"), True),)


class Worker(Table):
    """A running worker: on which machine, of which version of the program, and when it was last seen."""

    name = pw.TextField(primary_key=True)
    machine = pw.TextField(default="")
    version = pw.TextField(default="")
    started_at = InstantField()
    seen_at = InstantField()


class Note(Table):
    """What the home remembers about itself: whether sending is paused and why, which machine it lives on."""

    name = pw.TextField(primary_key=True)
    value = pw.TextField()
    at = InstantField()


def note(name: str) -> str | None:
    """What the home remembers under a name."""
    row: Note | None = Note.get_or_none(Note.name == name)
    return None if row is None else str(row.value)


def set_note(name: str, value: str, at: datetime) -> None:
    """Remember something about the home."""
    upsert(Note, [Note.name], {"name": name, "value": value, "at": at})
