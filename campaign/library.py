"""Bringing message files into a home. Loading twice changes nothing; a changed file is a new draft to approve."""

from dataclasses import dataclass
from datetime import datetime
from importlib.resources import as_file, files
from pathlib import Path

from campaign import audit
from campaign.db import write
from campaign.models import Message, Revision, Unit
from campaign.workflow import new_library_revision
from content.message import Message as Content
from content.message import MessageError, load_library


@dataclass(frozen=True)
class Loaded:
    """What a load did: ids of new and changed messages, how many were unchanged, and the files that were broken."""

    added: list[str]
    changed: list[str]
    unchanged: int
    errors: list[MessageError]


def load_starter(unit: Unit, now: datetime) -> Loaded:
    """Load the messages that come with the program."""
    with as_file(files("content") / "library") as folder:
        return load_folder(folder, unit, now)


def load_folder(folder: Path, unit: Unit, now: datetime) -> Loaded:
    """Load every message file below a folder as drafts of a unit."""
    messages, errors = load_library(folder)
    result = Loaded([], [], 0, errors)
    unchanged = 0
    with write():
        for content in messages:
            outcome = _load(content, unit, now)
            if outcome is None:
                unchanged += 1
            else:
                (result.added if outcome else result.changed).append(content.id)
    return Loaded(result.added, result.changed, unchanged, errors)


def _load(content: Content, unit: Unit, now: datetime) -> bool | None:
    """True for a new message, False for a changed one, None where this text is known already."""
    message = Message.get_or_none(Message.slug == content.id)
    if message is None:
        message = Message.create(slug=content.id, unit=unit, created_by=None, created_at=now)
        is_new = True
    else:
        known = Revision.select().where(Revision.message == message, Revision.content_hash == content.content_hash)
        if known.exists():
            return None
        is_new = False
    revision = new_library_revision(message, content, now)
    audit.record("load", message, user=None, unit=message.unit, now=now, content_hash=revision.content_hash)
    return is_new
