"""Bringing messages into a home. Loading twice changes nothing; a changed text is a new draft to approve, unless people
here are at work on that message: their draft is never buried."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from importlib.resources import as_file, files
from pathlib import Path

from campaign import audit
from campaign.db import write
from campaign.models import Audit, Message, Revision, RevisionState, Unit, User
from campaign.workflow import latest_revision, new_library_revision
from content.message import Message as Content
from content.message_file import MessageError, load_library


@dataclass(frozen=True)
class Loaded:
    """What a load did: ids of new and changed messages, of those left alone because somebody here is at work on them,
    how many were unchanged, and what was wrong with what gave nothing."""

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
    return take_in(messages, unit, now, FOLDER, errors=errors)


@dataclass(frozen=True)
class Origin:
    """Where messages come from: what their files end in, what is no news from there, and what the log notes."""

    suffix: str
    heard: Callable[[Message], Collection[str]]
    user: User | None = None
    detail: Mapping[str, str] = field(default_factory=dict)


def take_in(
    messages: Iterable[Content], unit: Unit, now: datetime, origin: Origin, errors: Iterable[MessageError] = ()
) -> Loaded:
    """Add messages as drafts of a unit, all or none; `errors` are those of the files that gave no message."""
    did: dict[_Outcome, list[str]] = defaultdict(list)
    with write():
        for content in messages:
            did[_take(content, unit, now, origin)].append(content.id)
    foreign = [
        MessageError(f"{slug}{origin.suffix}", 1, f'Mã "{slug}" đã có ở đơn vị khác; hãy đặt mã khác.')
        for slug in did[_Outcome.FOREIGN]
    ]
    unchanged = len(did[_Outcome.UNCHANGED])
    return Loaded(did[_Outcome.ADDED], did[_Outcome.CHANGED], did[_Outcome.KEPT], unchanged, [*errors, *foreign])


def _take(content: Content, unit: Unit, now: datetime, origin: Origin) -> _Outcome:
    message = Message.get_or_none(Message.slug == content.id)
    if message is None:
        message = Message.create(slug=content.id, unit=unit, created_by=None, created_at=now)
        outcome = _Outcome.ADDED
    elif message.unit_id != unit.id:
        return _Outcome.FOREIGN
    else:
        outcome = _compared(content, message, origin)
    if outcome in (_Outcome.ADDED, _Outcome.CHANGED):
        revision = new_library_revision(message, content, now)
        audit.record(
            "load", message, user=origin.user, unit=unit, now=now, content_hash=revision.content_hash, **origin.detail
        )
    return outcome


def _compared(content: Content, message: Message, origin: Origin) -> _Outcome:
    """What a text from outside means to a message that is here already."""
    latest = latest_revision(message)
    if content.content_hash == latest.content_hash or content.content_hash in origin.heard(message):
        return _Outcome.UNCHANGED
    return _Outcome.KEPT if _is_at_work(latest) else _Outcome.CHANGED


def loads(message: Message) -> list[Audit]:
    """The times that a text of the message came from outside, oldest first."""
    return [row for row in audit.history(message) if row.action == "load"]


def _last_from_folder(message: Message) -> list[str]:
    """What a folder said last: where it stays as it was, it is no news even if people here have written on since."""
    return [row.content_hash for row in loads(message) if "pack" not in row.detail][-1:]


FOLDER = Origin(".md", _last_from_folder)


def _is_at_work(latest: Revision) -> bool:
    """Whether a person has this revision in hand: wrote an open draft, or waits for an approver's word."""
    is_open = latest.state in (RevisionState.DRAFT, RevisionState.RETURNED)
    return latest.state == RevisionState.SUBMITTED or (is_open and latest.author_id is not None)
