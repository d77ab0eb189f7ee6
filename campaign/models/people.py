"""Who: units, users, their roles and sessions, and the log of what they did."""

import peewee as pw

from campaign.db import InstantField, JsonField
from campaign.models.table import Table


class Unit(Table):
    """A node of the tree province ... commune ... cell. Tiers are data: `kind` is what the unit calls itself."""

    parent = pw.ForeignKeyField("self", null=True, backref="children")
    name = pw.TextField()
    kind = pw.TextField()
    since = pw.DateField(null=True)
    until = pw.DateField(null=True)
    # "#rrggbb", the ground of its quote cards; empty: that of the unit above, else of the program.
    colour = pw.TextField(default="")

    @property
    def full_name(self) -> str:
        """Kind and name as they are read: "xã Hòa Bình". A name that says its kind itself stands alone."""
        says_it = str(self.name).casefold().startswith(str(self.kind).casefold())
        return str(self.name) if says_it else f"{self.kind} {self.name}".strip()


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
