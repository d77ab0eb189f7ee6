"""When: campaigns, and the ledger of posts with all that belongs to one."""

from enum import StrEnum

import peewee as pw

from campaign.db import InstantField, JsonField
from campaign.models.channels import Channel
from campaign.models.messages import Consent, Message, Revision
from campaign.models.people import Unit, User
from campaign.models.table import Table


class Campaign(Table):
    """Dates (local calendar days, both included), the pillar mix and its rules.

    `shares` maps pillar to share and `floors` pillar to the fewest posts it may have; `peaks` are {"name", "first",
    "last", "factor"}: days on which the campaign speaks more densely. An audience is to meet a message that is used at
    least `least_exposures` times, and `most_exposures` times before it rests. `min_repeat_days` parts two posts of one
    message on a channel; null scales it with the length of the campaign.
    """

    unit = pw.ForeignKeyField(Unit)
    name = pw.TextField()
    starts_on = pw.DateField()
    ends_on = pw.DateField()
    shares = JsonField()
    floors = JsonField(default=dict)
    peaks = JsonField(default=list)
    least_exposures = pw.IntegerField(default=3)
    most_exposures = pw.IntegerField(default=10)
    min_repeat_days = pw.IntegerField(null=True)
    # The observance its dates follow (content.observances), empty for fixed dates; and last year's campaign.
    anchor = pw.TextField(default="")
    rolled_from = pw.ForeignKeyField("self", null=True)
    created_by = pw.ForeignKeyField(User, null=True)
    created_at = InstantField()


class CampaignAim(Table):
    """What one channel, or several together, are to carry a week: posts, or minutes on air (`measure`).

    Where `raise_percent` is set the aim is that much over `baseline` a week; a baseline that is null is counted in what
    the channels carried from `baseline_from` to `baseline_until`, local days, both included.
    """

    campaign = pw.ForeignKeyField(Campaign, backref="aims", on_delete="CASCADE")
    name = pw.TextField(default="")
    measure = pw.TextField(default="posts")
    per_week = pw.DoubleField(default=0)
    raise_percent = pw.DoubleField(null=True)
    baseline = pw.DoubleField(null=True)
    baseline_from = pw.DateField(null=True)
    baseline_until = pw.DateField(null=True)


class CampaignChannel(Table):
    """A channel of a campaign and the aim that it serves, alone or with others."""

    campaign = pw.ForeignKeyField(Campaign, backref="channels", on_delete="CASCADE")
    channel = pw.ForeignKeyField(Channel, on_delete="CASCADE")
    aim = pw.ForeignKeyField(CampaignAim, backref="channels", on_delete="CASCADE")

    class Meta:
        indexes = ((("campaign", "channel"), True),)


class CampaignMessage(Table):
    """A message that belongs to a campaign; `weight` is its share within its pillar, beside the others'."""

    campaign = pw.ForeignKeyField(Campaign, backref="picks", on_delete="CASCADE")
    message = pw.ForeignKeyField(Message, on_delete="CASCADE")
    weight = pw.IntegerField(default=1)

    class Meta:
        indexes = ((("campaign", "message"), True),)


class AppliedPlan(Table):
    """A plan that was put into the calendar, with what is needed to take it back (`campaign.undo`).

    `changes` name posts by id: {"added": [...], "moved": [{"post", "from", "to", "hold", "reason"}], "replaced":
    [{"old", "new"}], "cancelled": [...]}; instants in ISO 8601, `hold` and `reason` as they were before.
    """

    campaign = pw.ForeignKeyField(Campaign, backref="applications", on_delete="CASCADE")
    user = pw.ForeignKeyField(User)
    at = InstantField()
    fingerprint = pw.TextField()
    mode = pw.TextField()
    changes = JsonField()
    undone_at = InstantField(null=True)
    undone_by = pw.ForeignKeyField(User, null=True)


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
    campaign = pw.ForeignKeyField(Campaign, null=True, backref="posts", index=False)
    channel = pw.ForeignKeyField(Channel, backref="posts", index=False)
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
    created_by = pw.ForeignKeyField(User, null=True, index=False)
    created_at = InstantField()

    class Meta:
        # Every claim and every record writes all indexes of a row in PostgreSQL, so there is none more than needed.
        indexes = ((("campaign", "due_at"), False), (("channel", "published_at"), False))


# The states in which a worker has something to do once `act_at` has come.
AWAITING = (PostState.SCHEDULED, PostState.PROCESSING, PostState.SCHEDULED_REMOTELY, PostState.UNSURE)

Post.add_index(
    Post.index(Post.channel, Post.due_at, unique=True, name="post_slot").where(Post.state != PostState.CANCELLED)
)
Post.add_index(
    Post.index(Post.channel, Post.remote_id, unique=True, name="post_remote").where(Post.remote_id.is_null(False))
)
Post.add_index(Post.index(Post.act_at, Post.id, name="post_awaiting").where(Post.state.in_(AWAITING), Post.hold == ""))
Post.add_index(Post.index(Post.channel, name="post_leased").where(Post.lease_until.is_null(False)))
Post.add_index(Post.index(Post.due_at, name="post_kept").where(Post.state == PostState.SCHEDULED_REMOTELY))
Post.add_index(Post.index(Post.published_at, name="post_shown").where(Post.state == PostState.PUBLISHED))


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


Attempt.add_index(Attempt.index(Attempt.remote_id, name="attempt_remote").where(Attempt.remote_id.is_null(False)))


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


class Task(Table):
    """Something a person of a unit must do by a day: take a published post down, answer who withdrew a consent."""

    unit = pw.ForeignKeyField(Unit)
    kind = pw.TextField()
    title = pw.TextField()
    post = pw.ForeignKeyField(Post, null=True, on_delete="CASCADE")
    consent = pw.ForeignKeyField(Consent, null=True, on_delete="CASCADE")
    due_on = pw.DateField()
    created_at = InstantField()
    done_at = InstantField(null=True)
    done_by = pw.ForeignKeyField(User, null=True)
    note = pw.TextField(default="")

    class Meta:
        indexes = ((("done_at", "due_on"), False),)
