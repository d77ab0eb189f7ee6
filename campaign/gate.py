"""The gate: just before a post is sent, everything is looked at again that was true when it was scheduled."""

import json
import logging
import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

import peewee as pw

from campaign import clearance
from campaign.adapters import Adapters, missing_settings
from campaign.clock import local, monotonic
from campaign.db import Unreachable
from campaign.errors import Problem
from campaign.freezer import Freezer
from campaign.hours import is_quiet
from campaign.models import Channel, Message, Post, Revision
from campaign.workflow import is_approved
from channels.base import Outgoing
from channels.registry import KINDS
from content.message import hash_document

log = logging.getLogger(__name__)

UNREADABLE = "Chương trình không đọc được bài này; hãy hủy bài và lên lịch lại, hoặc báo người quản trị."
# When the machine itself stands in the way: a file that cannot be opened now.
_AGAIN = timedelta(minutes=1)
# Seconds for which an answer counts, and how many are remembered.
_COUNTS, _MOST = 1.0, 4096
T = TypeVar("T")


@dataclass(frozen=True)
class Hold:
    """The post may not go out until a person has done what `reason` says."""

    reason: str


@dataclass(frozen=True)
class Later:
    """Not yet: its time to act is `at`."""

    at: datetime


@dataclass(frozen=True)
class Late:
    """Its hour passed longer ago than the channel's grace allows."""


def goes_ahead(post: Post, now: datetime) -> bool:
    """Whether the service can be given the post now to keep until its hour."""
    window = KINDS[post.channel.kind].remote_window
    return post.channel.ahead and window is not None and window[0] <= post.due_at - now <= window[1]


class _Memory:
    """Answers that count for a second. Bounded. Of threads that ask the same, one finds out for all of them."""

    def __init__(self) -> None:
        self._known: dict[Hashable, tuple[float, Any]] = {}
        self._finding = threading.Lock()

    def ask(self, key: Hashable, find: Callable[[], T]) -> T:
        """What was found for `key` within the last second, else what `find` gives now."""
        known = self._known.get(key)
        if known is None or monotonic() - known[0] > _COUNTS:
            with self._finding:
                known = self._known.get(key)
                if known is None or monotonic() - known[0] > _COUNTS:
                    known = self._find(key, find)
        return known[1]  # type: ignore[no-any-return]

    def _find(self, key: Hashable, find: Callable[[], Any]) -> tuple[float, Any]:
        tick = monotonic()
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[key] = tick, find()
        return self._known[key]


class Gate:
    """Lets a post out as the value that its channel takes, or says why not.

    A text goes to many channels in the same minute. What was found about it counts for all of them for a second, which
    is no longer than a request takes to leave.
    """

    def __init__(self, adapters: Adapters, freezer: Freezer) -> None:
        self._adapters, self._freezer = adapters, freezer
        self._memory = _Memory()

    def look(self, post: Post, now: datetime, ahead: bool) -> Outgoing | Hold | Later | Late:
        """Never raises for what is wrong with one post; only where the database does not answer."""
        try:
            return self._look(post, now, ahead)
        except (pw.PeeweeException, Unreachable):
            raise
        except OSError:
            log.exception("post %s: this machine could not look at it now", post.id)
            return Later(now + _AGAIN)
        except Exception:
            log.exception("post %s: looking at it again failed in an unforeseen way", post.id)
            return Hold(UNREADABLE)

    def _look(self, post: Post, now: datetime, ahead: bool) -> Outgoing | Hold | Later | Late:
        channel, kind = post.channel, KINDS[post.channel.kind]
        earliest = now if ahead else post.due_at - kind.lead
        if now < earliest:
            return Later(earliest)
        if now > post.due_at + timedelta(minutes=channel.grace_minutes):
            return Late()
        hold = self._hold(post, channel)
        if hold:
            return Hold(hold)
        speaks_at = post.due_at if ahead or kind.confirmed_by_person else now
        if is_quiet(channel.quiet, local(speaks_at).time()):
            return Hold("Đang giờ yên lặng của kênh nên bài không được gửi; hãy đổi giờ.")
        try:
            outgoing = self._freezer.outgoing(post.payload, post.key, post.due_at)
        except Problem as problem:
            return Hold(str(problem))
        problems = self._adapters.of(channel).problems(outgoing)
        # The words are frozen: mending the message does not mend this post.
        return Hold(f"{problems[0]} Nếu phải sửa lời, hãy hủy bài này và lên lịch bản mới.") if problems else outgoing

    def _hold(self, post: Post, channel: Channel) -> str:
        if hash_document(post.payload) != post.payload_hash:
            return "Nội dung đã đóng băng bị thay đổi ngoài chương trình; hãy hủy bài và lên lịch lại."
        post.revision = self._memory.ask(post.revision_id, lambda: _revision(post.revision_id))
        if post.content_hash != post.revision.content_hash or not post.revision.stands:
            return "Bản này không còn được duyệt; hãy duyệt lại hoặc hủy bài."
        day = local(post.due_at).date()
        document = post.revision.document
        if not date.fromisoformat(document["valid_from"]) <= day <= date.fromisoformat(document["valid_until"]):
            return "Thông điệp không còn trong thời hạn dùng; hãy gia hạn và duyệt lại, hoặc hủy bài."
        if missing_settings(channel, has_secrets=channel.has_secrets):
            return "Kênh chưa kết nối; hãy vào trang Kênh để kết nối."
        # What a text says of its place is looked at place by place.
        place = channel.unit_id if post.revision.names_places else None
        local_values = tuple(sorted(post.payload.get("local", {}).items()))
        key = (post.revision_id, channel.kind, place, local_values, day)
        return self._memory.ask(key, lambda: clearance.hold(post, day))


def _revision(number: int) -> Revision:
    """A revision with its message, whether its approval stands, and whether its text has marks for local facts."""
    revision: Revision = Revision.select(Revision, Message).join(Message).where(Revision.id == number).get()
    revision.stands = is_approved(revision)
    revision.names_places = "{{" in json.dumps(revision.document, ensure_ascii=False)
    return revision
