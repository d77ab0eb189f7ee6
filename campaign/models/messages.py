"""What we say: messages and their revisions, pictures, packs, local facts, consents and what was decided."""

from enum import StrEnum

import peewee as pw

from campaign.db import InstantField, JsonField
from campaign.models.people import Unit, User
from campaign.models.table import Table


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
    """A picture in the home's media folder, named by the SHA-256 of its bytes.

    `origin` is how it came: "upload" by a person, "card" drawn by us, "cover" with the program, or "fitted": another
    picture made small enough for a kind of channel.
    """

    sha256 = pw.TextField(primary_key=True)
    mime = pw.TextField()
    size = pw.IntegerField()
    width = pw.IntegerField(null=True)
    height = pw.IntegerField(null=True)
    alt = pw.TextField()
    origin = pw.TextField(default="upload")
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


class Waiver(Table):
    """An approver lets one finding of the language check pass, in one text (`content_hash`), for a reason."""

    revision = pw.ForeignKeyField(Revision, backref="waivers", on_delete="CASCADE")
    content_hash = pw.TextField()
    rule = pw.TextField()
    reason = pw.TextField()
    user = pw.ForeignKeyField(User)
    at = InstantField()

    class Meta:
        indexes = ((("content_hash", "rule"), True),)


class RuleReview(Table):
    """What reviewers of this home changed about a rule of the language check, or a rule that they added."""

    rule = pw.TextField(primary_key=True)
    values = JsonField()
    user = pw.ForeignKeyField(User, null=True)
    at = InstantField()


class LocalFact(Table):
    """What a placeholder stands for in a unit and everything below it; `verified_on` is the day it was checked."""

    unit = pw.ForeignKeyField(Unit, on_delete="CASCADE")
    name = pw.TextField()
    value = pw.TextField()
    verified_on = pw.DateField()
    user = pw.ForeignKeyField(User, null=True)
    at = InstantField()

    class Meta:
        indexes = ((("unit", "name"), True),)


class Pronunciation(Table):
    """How a unit and everything below it says an abbreviation (a row of content.speech.Lexicon)."""

    unit = pw.ForeignKeyField(Unit, on_delete="CASCADE")
    abbreviation = pw.TextField()
    expansion = pw.TextField(default="")
    phonetic = pw.TextField(default="")
    source = pw.TextField(default="")
    user = pw.ForeignKeyField(User, null=True)
    at = InstantField()

    class Meta:
        indexes = ((("unit", "abbreviation"), True),)


class Consent(Table):
    """The consent of the person whose story a message tells (language.md section 3), for one text of it.

    The evidence lies sealed in the home's `evidence` folder under `evidence_sha256` (of its clear bytes); the person
    appears here by alias only. `channels` are the kinds agreed to; `identity` is how much may be recognised;
    `starts_on` to `ends_on` are local days, both included. A withdrawn consent stays: nobody uses the story again.
    """

    message = pw.ForeignKeyField(Message, backref="consents", on_delete="CASCADE")
    content_hash = pw.TextField()
    alias = pw.TextField()
    identity = pw.TextField()
    purpose = pw.TextField()
    channels = JsonField()
    territory = pw.TextField()
    starts_on = pw.DateField()
    ends_on = pw.DateField()
    explained_by = pw.TextField()
    contact = pw.TextField()
    companions = pw.TextField(default="")
    guardian = pw.TextField(default="")
    no_inducement = pw.BooleanField()
    evidence_sha256 = pw.TextField()
    evidence_name = pw.TextField()
    evidence_mime = pw.TextField()
    user = pw.ForeignKeyField(User)
    at = InstantField()
    withdrawn_at = InstantField(null=True)
    withdrawn_by = pw.ForeignKeyField(User, null=True)
    withdrawal_note = pw.TextField(default="")


class Pack(Table):
    """Messages that came from another office as one file; `digest` is the SHA-256 of its manifest."""

    digest = pw.TextField(unique=True)
    name = pw.TextField()
    origin = pw.TextField()
    made_at = InstantField()
    unit = pw.ForeignKeyField(Unit)
    imported_by = pw.ForeignKeyField(User, null=True)
    imported_at = InstantField()
    recalled_at = InstantField(null=True)
    recall_note = pw.TextField(default="")


class PackItem(Table):
    """A message of a pack and the text that it brought."""

    pack = pw.ForeignKeyField(Pack, backref="items", on_delete="CASCADE")
    message = pw.ForeignKeyField(Message, on_delete="CASCADE")
    content_hash = pw.TextField()

    class Meta:
        indexes = ((("pack", "message"), True),)
