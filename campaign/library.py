"""Bringing message files into a home. Loading twice changes nothing; a changed file is a new draft to approve, unless
people here are at work on that message: their draft is never buried."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from importlib.resources import as_file, files
from pathlib import Path

from campaign import audit
from campaign.db import write
from campaign.models import Message, Revision, RevisionState, Unit
from campaign.workflow import latest_revision, new_library_revision
from content.message import Message as Content
from content.message_file import MessageError, load_library


@dataclass(frozen=True)
class Loaded:
    """What a load did: ids of new and changed messages, of those left alone because somebody here is at work on them,
    how many were unchanged, and what was wrong with the files that gave nothing."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    unchanged: int = 0
    errors: list[MessageError] = field(default_factory=list)


class _Outcome(StrEnum):
    ADDED = "added"
    CHANGED = "changed"
    KEPT = "kept"
    UNCHANGED = "unchanged"
    FOREIGN = "foreign"


def load_starter(unit: Unit, now: datetime) -> Loaded:
    """Load the messages that come with the program."""
    with as_file(files("content") / "library") as folder:
        return load_folder(folder, unit, now)


def load_folder(folder: Path, unit: Unit, now: datetime) -> Loaded:
    """Load every message file below a folder as drafts of a unit."""
    messages, errors = load_library(folder)
    did: dict[_Outcome, list[str]] = defaultdict(list)
    with write():
        for content in messages:
            did[_load(content, unit, now)].append(content.id)
    foreign = [
        MessageError(f"{slug}.md", 1, f'Mã "{slug}" đã có ở đơn vị khác; hãy đặt mã khác.')
        for slug in did[_Outcome.FOREIGN]
    ]
    unchanged = len(did[_Outcome.UNCHANGED])
    return Loaded(did[_Outcome.ADDED], did[_Outcome.CHANGED], did[_Outcome.KEPT], unchanged, [*errors, *foreign])


def _load(content: Content, unit: Unit, now: datetime) -> _Outcome:
    message = Message.get_or_none(Message.slug == content.id)
    if message is None:
        message = Message.create(slug=content.id, unit=unit, created_by=None, created_at=now)
        outcome = _Outcome.ADDED
    elif message.unit_id != unit.id:
        return _Outcome.FOREIGN
    else:
        outcome = _compared(content, message)
    if outcome in (_Outcome.ADDED, _Outcome.CHANGED):
        revision = new_library_revision(message, content, now)
        audit.record("load", message, user=None, unit=unit, now=now, content_hash=revision.content_hash)
    return outcome


def _compared(content: Content, message: Message) -> _Outcome:
    """What a file means to a message that is here already."""
    latest = latest_revision(message)
    # A file that stays as it was is no news either where people here have written on since.
    if content.content_hash in {latest.content_hash, _last_loaded(message)}:
        return _Outcome.UNCHANGED
    return _Outcome.KEPT if _is_at_work(latest) else _Outcome.CHANGED


def _last_loaded(message: Message) -> str | None:
    loads = [row.content_hash for row in audit.history(message) if row.action == "load"]
    return loads[-1] if loads else None


def _is_at_work(latest: Revision) -> bool:
    """Whether a person has this revision in hand: wrote an open draft, or waits for an approver's word."""
    is_open = latest.state in (RevisionState.DRAFT, RevisionState.RETURNED)
    return latest.state == RevisionState.SUBMITTED or (is_open and latest.author_id is not None)
