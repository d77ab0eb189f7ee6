"""Two installations on one Page by mistake: the second one notices before its first post, and says so.

No service of ours has a place where a home could leave its name, so what stands there is compared with what this home
would say. A post in exactly the words of this home, which this home never sent, was sent by another installation (or by
hand): the channel pauses until a person has looked. Read is when a person connects a channel, and once more right
before its first post; a channel that cannot be read back, or will not let itself be read, speaks without it.
"""

import logging
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import peewee as pw
from peewee import fn

from campaign import local_facts, pacing
from campaign.adapters import Adapters
from campaign.clock import Clock
from campaign.db import connected, write
from campaign.models import Attempt, Channel, Message, Post, PostState, Revision, RevisionState
from campaign.rights import ancestors
from campaign.session import ChannelSession
from campaign.vault import Vault
from campaign.workflow import content_of
from channels.base import ChannelError, Media, Outgoing, Receipt, Rejected, Unsure
from channels.registry import KINDS
from content.placeholders import fill
from content.render import wordings

log = logging.getLogger(__name__)

# How far back the service is read: an installation that has been quiet for longer does no harm.
LOOKS_BACK = timedelta(days=30)
# How often a post waits for a service that cannot be read; then it goes out all the same.
PATIENCE = 3
# A post that may be out, or was, whatever its attempts say: a person or a backup may know more than they do.
_MAYBE_OUT = (PostState.UNSURE, PostState.PUBLISHED, PostState.REMOVED)
_DID_NOT_LEAVE = ("refused", "not_sent")


class Strangers:
    """Compares channels with what stands on their services."""

    def __init__(self, adapters: Adapters, vault: Vault, clock: Clock) -> None:
        self._adapters, self._vault, self._clock = adapters, vault, clock

    def look(self, channel: Channel) -> bool:
        """Read the service; gives whether another installation sends there, and then has paused the channel.

        Raises NeedsLogin, RateLimited or Temporary where the service cannot be read now.
        """
        if not KINDS[channel.kind].reads_back:
            return False
        try:
            found = self._find(channel)
        except (Rejected, Unsure) as error:
            log.warning("channel %s: not compared with what stands there: %s", channel.id, error)
            return False
        except (ChannelError, pw.PeeweeException):
            raise
        except Exception:
            log.exception("channel %s: comparing it failed in an unforeseen way", channel.id)
            return False
        if found:
            pacing.pause(channel.id, _sentence(found))
            mark_read(channel)
        return bool(found)

    def _find(self, channel: Channel) -> list[Receipt]:
        with connected():
            adapter = self._adapters.of(channel)
            ours = list(self._ours(channel))
        session = ChannelSession(channel.id, self._vault, self._clock)
        return adapter.strangers(ours, self._clock.now() - LOOKS_BACK, session)

    def _ours(self, channel: Channel) -> Iterator[Outgoing]:
        """All that this home says there: what is approved for it, and what its posts carry; without what may be out
        under an id that is not known here."""
        since = self._clock.now() - LOOKS_BACK
        posts = Post.select(Post.id, Post.payload).where(Post.channel == channel, Post.due_at >= since)
        left = Attempt.select().where(Attempt.post == Post.id, Attempt.outcome.not_in(_DID_NOT_LEAVE))
        nameless = posts.where(Post.remote_id.is_null(), Post.state.in_(_MAYBE_OUT) | fn.EXISTS(left))
        doubtful = {_words(post.payload) for post in nameless}
        said = {_words(post.payload): post.payload for post in posts}
        said.update((_words(payload), payload) for payload in self._approved(channel))
        for words, payload in said.items():
            if words not in doubtful:
                media = tuple(Media(item["sha256"], item["mime"], item["alt"], b"") for item in payload["media"])
                title, description, text = words
                yield Outgoing("", title, description, text, payload["link"], media, self._clock.now())

    def _approved(self, channel: Channel) -> Iterator[dict[str, Any]]:
        """The words of every approved message that the channel's unit may use, in each of its wordings."""
        adapter, values = self._adapters.of(channel), local_facts.values_of(channel.unit)
        usable = Message.unit.in_(ancestors(channel.unit))
        rows = Revision.select().join(Message).where(Revision.state == RevisionState.APPROVED, usable)
        for content in map(content_of, rows):
            for wording in range(len(wordings(content, channel.kind))):
                words = adapter.compose(fill(content, values), wording)
                yield {**vars(words), "link": None, "media": []}


def mark_read(channel: Channel) -> None:
    """The service was read: posts go out without it, until a person connects the channel anew."""
    with connected(), write():
        Channel.update(unread=False).where(Channel.id == channel.id).execute()


def _words(payload: dict[str, Any]) -> tuple[str, str, str]:
    return payload["title"], payload["description"], payload["text"]


def _sentence(found: Sequence[Receipt]) -> str:
    return (
        f"Một máy khác cũng đang gửi lên kênh này: có {len(found)} bài mang đúng lời của nơi này mà nơi này chưa từng "
        f"gửi, ví dụ {found[0].link}. Hãy dừng máy kia; nếu đó là bài đăng tay thì bấm “Cho hoạt động lại”."
    )
