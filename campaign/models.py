"""The tables. What a row means stands here; what may be done with it stands in the module that does it."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import peewee as pw

from campaign.db import InstantField, JsonField, database


class Table(pw.Model):
    """What all tables share."""

    class Meta:
        database = database
        legacy_table_names = False


# ---------------------------------------------------------------- who


class Unit(Table):
    """A node of the tree province ... commune ... cell. Tiers are data: `kind` is what the unit calls itself."""

    parent = pw.ForeignKeyField("self", null=True, backref="children")
    name = pw.TextField()
    kind = pw.TextField()
    since = pw.DateField(null=True)
    until = pw.DateField(null=True)


class User(Table):
    """A person who logs in. The password is an argon2id hash."""

    login = pw.TextField(unique=True)
    name = pw.TextField()
    password_hash = pw.TextField()
    active = pw.BooleanField(default=True)
    created_at = InstantField()


class Membership(Table):
    """A role of a user in a unit and everything below it."""

    user = pw.ForeignKeyField(User, backref="memberships", on_delete="CASCADE")
    unit = pw.ForeignKeyField(Unit, on_delete="CASCADE")
    role = pw.TextField()

    class Meta:
        indexes = ((("user", "unit", "role"), True),)


class Login(Table):
    """A session of the panel, kept here so that it can be ended here. The browser holds the token, we its SHA-256."""

    token_hash = pw.TextField(primary_key=True)
    user = pw.ForeignKeyField(User, on_delete="CASCADE")
    created_at = InstantField()
    expires_at = InstantField()


class Audit(Table):
    """Who did what, when, to which thing. Rows are only ever added."""

    at = InstantField(index=True)
    user = pw.ForeignKeyField(User, null=True)
    unit = pw.ForeignKeyField(Unit, null=True)
    action = pw.TextField()
    subject = pw.TextField()
    content_hash = pw.TextField(null=True)
    detail = JsonField(default=dict)

    class Meta:
        indexes = ((("subject",), False),)


# ---------------------------------------------------------------- what we say


class RevisionState(StrEnum):
    """Where a revision stands in the workflow (ARCHITECTURE.md, the life of a post)."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    RETURNED = "returned"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class MediaFile(Table):
    """A picture in the home's media folder, named by the SHA-256 of its bytes."""

    sha256 = pw.TextField(primary_key=True)
    mime = pw.TextField()
    size = pw.IntegerField()
    alt = pw.TextField()
    unit = pw.ForeignKeyField(Unit, null=True)
    added_by = pw.ForeignKeyField(User, null=True)
    added_at = InstantField()


class Message(Table):
    """What we say; its words stand in its revisions."""

    slug = pw.TextField(unique=True)
    unit = pw.ForeignKeyField(Unit)
    created_by = pw.ForeignKeyField(User, null=True)
    created_at = InstantField()


class Revision(Table):
    """One text of a message with its variants and picture. Frozen once submitted; approval belongs to its hash."""

    message = pw.ForeignKeyField(Message, backref="revisions", on_delete="CASCADE")
    number = pw.IntegerField()
    title = pw.TextField()
    pillar = pw.TextField()
    document = JsonField()
    content_hash = pw.TextField()
    state = pw.TextField(default=RevisionState.DRAFT)
    author = pw.ForeignKeyField(User, null=True)
    submitted_by = pw.ForeignKeyField(User, null=True)
    created_at = InstantField()
    changed_at = InstantField()

    class Meta:
        indexes = ((("message", "number"), True), (("state",), False))


class Verdict(Table):
    """What an approver said about one revision: approve, return, reject or withdraw, bound to its content hash."""

    revision = pw.ForeignKeyField(Revision, backref="verdicts", on_delete="CASCADE")
    content_hash = pw.TextField()
    verdict = pw.TextField()
    user = pw.ForeignKeyField(User)
    comment = pw.TextField(default="")
    at = InstantField()


# ---------------------------------------------------------------- where it goes


class Channel(Table):
    """One configured Page, Official Account or station, with its hours and limits.

    `windows` is a list of {"weekdays": [0..6], "start": "HH:MM", "end": "HH:MM"}, Monday 0, local time; `quiet` is
    ["HH:MM", "HH:MM"]. `paused` says in Vietnamese why the channel is silent, empty where it is not. `spoke_at` and
    `spoke_post` mark the last attempt that may have spoken: the minimum gap is held against them.
    """

    unit = pw.ForeignKeyField(Unit)
    kind = pw.TextField()
    name = pw.TextField()
    settings = JsonField(default=dict)
    windows = JsonField()
    quiet = JsonField()
    min_gap_minutes = pw.IntegerField()
    max_per_day = pw.IntegerField()
    grace_minutes = pw.IntegerField()
    ahead = pw.BooleanField(default=False)
    paused = pw.TextField(default="")
    spoke_at = InstantField(null=True)
    spoke_post = pw.IntegerField(null=True)
    created_at = InstantField()


class Secret(Table):
    """The sealed secrets of a channel. `version` grows with every change; the lock lets one worker rotate at a time."""

    channel = pw.ForeignKeyField(Channel, primary_key=True, on_delete="CASCADE")
    sealed = pw.TextField()
    version = pw.IntegerField(default=1)
    lock_owner = pw.TextField(null=True)
    lock_until = InstantField(null=True)
    changed_at = InstantField()


# ---------------------------------------------------------------- when


class Campaign(Table):
    """Dates (local calendar days, both included) and the pillar mix: `shares` maps pillar to share."""

    unit = pw.ForeignKeyField(Unit)
    name = pw.TextField()
    starts_on = pw.DateField()
    ends_on = pw.DateField()
    shares = JsonField()
    min_repeat_days = pw.IntegerField(default=4)
    created_by = pw.ForeignKeyField(User, null=True)
    created_at = InstantField()


class CampaignChannel(Table):
    """A channel of a campaign and how many posts a week it aims at."""

    campaign = pw.ForeignKeyField(Campaign, backref="aims", on_delete="CASCADE")
    channel = pw.ForeignKeyField(Channel, on_delete="CASCADE")
    posts_per_week = pw.IntegerField()

    class Meta:
        indexes = ((("campaign", "channel"), True),)


class CampaignMessage(Table):
    """A message that belongs to a campaign."""

    campaign = pw.ForeignKeyField(Campaign, backref="picks", on_delete="CASCADE")
    message = pw.ForeignKeyField(Message, on_delete="CASCADE")

    class Meta:
        indexes = ((("campaign", "message"), True),)


class PostState(StrEnum):
    """Where a post stands (ARCHITECTURE.md, the life of a post)."""

    SCHEDULED = "scheduled"
    SENDING = "sending"
    SCHEDULED_REMOTELY = "scheduled_remotely"
    PROCESSING = "processing"
    HANDED_OVER = "handed_over"
    PUBLISHED = "published"
    AIRED = "aired"
    NOT_AIRED = "not_aired"
    UNSURE = "unsure"
    FAILED = "failed"
    MISSED = "missed"
    CANCELLED = "cancelled"
    REMOVED = "removed"


class Post(Table):
    """One revision on one channel at one due time: the ledger.

    `act_at` is when a worker must next do something about it (send, try again, look again); `payload` is frozen and
    hashed; `fence` grows with every claim, so that a worker whose lease has passed cannot record. `hold` says in
    Vietnamese why a scheduled post may not go out; `reason` why the planner put it here.
    """

    key = pw.TextField(unique=True)
    campaign = pw.ForeignKeyField(Campaign, null=True, backref="posts")
    channel = pw.ForeignKeyField(Channel, backref="posts")
    revision = pw.ForeignKeyField(Revision, backref="posts")
    content_hash = pw.TextField()
    payload = JsonField()
    payload_hash = pw.TextField()
    due_at = InstantField()
    act_at = InstantField()
    state = pw.TextField(default=PostState.SCHEDULED)
    hold = pw.TextField(default="")
    reason = pw.TextField(default="")
    fence = pw.IntegerField(default=0)
    lease_until = InstantField(null=True)
    worker = pw.TextField(null=True)
    tries = pw.IntegerField(default=0)
    looks = pw.IntegerField(default=0)
    remote_id = pw.TextField(null=True)
    link = pw.TextField(null=True)
    error = pw.TextField(default="")
    published_at = InstantField(null=True)
    created_by = pw.ForeignKeyField(User, null=True)
    created_at = InstantField()

    class Meta:
        indexes = ((("campaign", "due_at"), False), (("channel", "published_at"), False))


# The states in which a worker has something to do once `act_at` has come.
AWAITING = (PostState.SCHEDULED, PostState.PROCESSING, PostState.SCHEDULED_REMOTELY, PostState.UNSURE)

Post.add_index(
    Post.index(Post.channel, Post.due_at, unique=True, name="post_slot").where(Post.state != PostState.CANCELLED)
)
Post.add_index(
    Post.index(Post.channel, Post.remote_id, unique=True, name="post_remote").where(Post.remote_id.is_null(False))
)
Post.add_index(Post.index(Post.act_at, Post.id, name="post_awaiting").where(Post.state.in_(AWAITING)))
Post.add_index(Post.index(Post.lease_until, name="post_sending").where(Post.state == PostState.SENDING))


class Attempt(Table):
    """One try at delivering a post, committed before the request leaves. `outcome` is empty until an answer came.

    The row belongs to the worker that made it: what the service answered is written here first, so that it is known
    even where the worker has lost its lease meanwhile.
    """

    post = pw.ForeignKeyField(Post, backref="attempts", on_delete="CASCADE")
    fence = pw.IntegerField()
    worker = pw.TextField()
    payload_hash = pw.TextField()
    started_at = InstantField()
    ended_at = InstantField(null=True)
    outcome = pw.TextField(default="")
    remote_id = pw.TextField(null=True)
    link = pw.TextField(null=True)
    remote_state = pw.TextField(null=True)
    error = pw.TextField(default="")

    class Meta:
        indexes = ((("post", "fence"), True),)


class Step(Table):
    """What an attempt saved that must survive a crash (`session.save`)."""

    post = pw.ForeignKeyField(Post, backref="steps", on_delete="CASCADE")
    step = pw.TextField()
    handle = pw.TextField()
    saved_at = InstantField()

    class Meta:
        indexes = ((("post", "step"), True),)


class Confirmation(Table):
    """What a person said about a broadcast: aired (when, how many times) or not aired (why). The last row counts."""

    post = pw.ForeignKeyField(Post, backref="confirmations", on_delete="CASCADE")
    aired = pw.BooleanField()
    aired_at = InstantField(null=True)
    times = pw.IntegerField(default=1)
    reason = pw.TextField(default="")
    user = pw.ForeignKeyField(User)
    at = InstantField()


# ---------------------------------------------------------------- what came of it


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
    """A running worker and when it was last seen."""

    name = pw.TextField(primary_key=True)
    started_at = InstantField()
    seen_at = InstantField()


class Note(Table):
    """What the home remembers about itself: whether sending is paused, when it was restored."""

    name = pw.TextField(primary_key=True)
    value = pw.TextField()
    at = InstantField()


TABLES: tuple[type[Table], ...] = (
    Unit, User, Membership, Login, Audit, MediaFile, Message, Revision, Verdict, Channel, Secret, Campaign,
    CampaignChannel, CampaignMessage, Post, Attempt, Step, Confirmation, Reach, Worker, Note,
)  # fmt: skip


def note(name: str) -> str | None:
    """What the home remembers under a name."""
    row: Note | None = Note.get_or_none(Note.name == name)
    return None if row is None else str(row.value)


def set_note(name: str, value: str, at: datetime) -> None:
    """Remember something about the home."""
    upsert(Note, [Note.name], {"name": name, "value": value, "at": at})


def upsert(table: type[Table], keys: list[Any], values: dict[str, Any]) -> None:
    """Insert a row, or change the one that has the same `keys`."""
    changed = {field: value for field, value in values.items() if field not in {key.name for key in keys}}
    table.insert(**values).on_conflict(conflict_target=keys, update=changed).execute()
