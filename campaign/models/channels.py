"""Where it goes: channels and their secrets."""

import peewee as pw

from campaign.db import InstantField, JsonField
from campaign.models.people import Unit
from campaign.models.table import Table


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
