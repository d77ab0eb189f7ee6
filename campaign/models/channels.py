"""Where it goes: channels and their secrets."""

import peewee as pw

from campaign.db import InstantField, JsonField
from campaign.models.people import Unit
from campaign.models.table import Table


class Channel(Table):
    """One configured Page, Official Account or station, with its hours and limits.

    `windows` is a list of {"weekdays": [0..6], "start": "HH:MM", "end": "HH:MM", "weight": 1..9}, Monday 0, local time,
    weight 1 where it is left out. For a kind whose posts a person confirms each row is a session: "items" of a campaign
    that together take at most "seconds" (`campaign.hours.airtime`). `quiet` is ["HH:MM", "HH:MM"]. `closures` are
    {"first", "last", "why"}: days, both included, on which it is silent; so are public holidays where `holidays` is
    set. `audiences` (content.taxonomy) are whom it reaches, none being a public of its own; `priority` weighs it
    within an aim that it shares. `paused` says in Vietnamese why the channel is silent, empty where it is not.
    `spoke_at` and `spoke_post` mark the last attempt that may have spoken: the minimum gap is held against them.
    `paced_at` is when its bucket of tokens will be full again (`campaign.pacing`); until `parked_until` the service
    wants to hear nothing from it, for the reason `parked_why`. A person must have connected it anew by `login_ends_at`,
    null where the service names no end; `look_at` is when that is asked again, null for at once (`campaign.tokens`).
    `unread` is set from when a person connects it until its service was read before the first post
    (`campaign.strangers`).
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
    closures = JsonField(default=list)
    holidays = pw.BooleanField(default=False)
    audiences = JsonField(default=list)
    priority = pw.IntegerField(default=1)
    ahead = pw.BooleanField(default=False)
    paused = pw.TextField(default="")
    spoke_at = InstantField(null=True)
    spoke_post = pw.IntegerField(null=True)
    paced_at = InstantField(null=True)
    parked_until = InstantField(null=True)
    parked_why = pw.TextField(default="")
    login_ends_at = InstantField(null=True)
    look_at = InstantField(null=True)
    unread = pw.BooleanField(default=False)
    created_at = InstantField()


class Secret(Table):
    """The sealed secrets of a channel. `version` grows with every change; the lock lets one worker rotate at a time."""

    channel = pw.ForeignKeyField(Channel, primary_key=True, on_delete="CASCADE")
    sealed = pw.TextField()
    version = pw.IntegerField(default=1)
    lock_owner = pw.TextField(null=True)
    lock_until = InstantField(null=True)
    changed_at = InstantField()
