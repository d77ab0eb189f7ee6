"""What happens to a post after it has left this machine."""

import peewee as pw

from campaign.db import InstantField, JsonField
from campaign.models.messages import Revision
from campaign.models.people import User
from campaign.models.posts import Post
from campaign.models.table import Table


class Amendment(Table):
    """What a person wants done with a post that has left this machine.

    `kind` is "take_down", "revise" (to the frozen `payload` of `revision`) or "move" (to the hour `due_at`, of a post
    that a service keeps). A worker carries it out, next at `act_at`; `error` says why the last try failed, `fence`
    grows with every claim. `by_hand`: the service cannot or will not, so it waits for a person's task. `outcome` is
    empty while it is open, then "done", "held" (the new words may not go out) or "overtaken".
    """

    post = pw.ForeignKeyField(Post, backref="amendments", on_delete="CASCADE")
    kind = pw.TextField()
    reason = pw.TextField(default="")
    user = pw.ForeignKeyField(User)
    at = InstantField()
    revision = pw.ForeignKeyField(Revision, null=True)
    payload = JsonField(null=True)
    payload_hash = pw.TextField(null=True)
    due_at = InstantField(null=True)
    act_at = InstantField()
    tries = pw.IntegerField(default=0)
    fence = pw.IntegerField(default=0)
    lease_until = InstantField(null=True)
    by_hand = pw.BooleanField(default=False)
    error = pw.TextField(default="")
    outcome = pw.TextField(default="")
    ended_at = InstantField(null=True)


Amendment.add_index(
    Amendment.index(Amendment.post, Amendment.kind, unique=True, name="amendment_open").where(
        Amendment.ended_at.is_null()
    )
)


class Edition(Table):
    """A text that a post had before another took its place, frozen as it went out: what was public when."""

    post = pw.ForeignKeyField(Post, backref="editions", on_delete="CASCADE")
    revision = pw.ForeignKeyField(Revision)
    content_hash = pw.TextField()
    payload = JsonField()
    payload_hash = pw.TextField()
    public_from = InstantField()
    public_until = InstantField()
