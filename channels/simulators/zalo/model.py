"""What the simulated Zalo knows: packages, accounts, articles, work in progress, and its two kinds of refusal."""

import math
from collections import deque
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

Payload = dict[str, Any]

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


class Refusal(Exception):
    """An API call is refused: HTTP 200 with a negative `code` and a `message` (channels.md section 3.6)."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


class OAuthRefusal(Exception):
    """The log-in host refuses: `code` is one of -14xxx (channels.md section 3.1)."""

    def __init__(self, code: int, name: str, description: str) -> None:
        super().__init__(description)
        self.code, self.name, self.description = code, name, description


@dataclass(frozen=True)
class Package:
    """What an OA pays for. No documented number of broadcasts a day is None (channels.md section 3.4, unsure)."""

    articles: bool
    broadcasts_a_month: int
    broadcasts_a_day: int | None


PACKAGES = {
    "Cơ bản": Package(articles=False, broadcasts_a_month=1, broadcasts_a_day=None),
    "Dùng thử": Package(articles=True, broadcasts_a_month=4, broadcasts_a_day=1),
    "Nâng cao": Package(articles=True, broadcasts_a_month=4, broadcasts_a_day=1),
    "Premium": Package(articles=True, broadcasts_a_month=6, broadcasts_a_day=None),
}


@dataclass(kw_only=True)
class Content:
    """What a client says of an article, after the checks."""

    type: str
    title: str
    description: str
    author: str = ""
    body: list[Payload] = field(default_factory=list)
    cover: Payload = field(default_factory=dict)
    video_id: str = ""
    avatar: str = ""
    tracking_link: str = ""
    status: str = "show"
    comment: str = "show"

    def pictures(self) -> list[str]:
        """The addresses of all pictures that Zalo would fetch for this article."""
        blocks = [block["url"] for block in self.body if block["type"] == "image"]
        return [url for url in (self.cover.get("photo_url"), self.avatar, *blocks) if url]


@dataclass(kw_only=True)
class Article(Content):
    """An article as stored. `shown_at` is when it first became public, `times_shown` how often it did."""

    id: str
    created_at: datetime
    updated_at: datetime
    shown_at: datetime | None = None
    times_shown: int = 0
    removed: bool = False

    @property
    def public(self) -> bool:
        """Whether followers can read it."""
        return self.status == "show" and not self.removed

    @property
    def thumb(self) -> str:
        """The address of its picture, empty where it has none."""
        url: str = self.cover.get("photo_url", self.avatar)
        return url

    def become(self, content: Content, at: datetime) -> None:
        """Take over new content; becoming public is counted."""
        was_public = self.times_shown > 0 and self.status == "show"
        for item in fields(Content):
            setattr(self, item.name, getattr(content, item.name))
        self.updated_at = at
        if self.status == "show" and not was_public:
            self.times_shown += 1
            self.shown_at = self.shown_at or at

    def views(self, now: datetime) -> int:
        """Views by now: quick in the first days, then slow; a function of the id and the age alone."""
        if self.shown_at is None:
            return 0
        hours = max((now - self.shown_at).total_seconds(), 0) / 3600
        taste = int(self.id[:8], 16)
        return int((40 + taste % 360) * (1 - math.exp(-hours / (18 + taste % 24))) + hours / 30)

    def shares(self, now: datetime) -> int:
        """Shares by now: a few for every hundred views."""
        return self.views(now) * (1 + int(self.id[8:12], 16) % 5) // 100


@dataclass
class Job:
    """An article being processed. `media_ok` is None while its pictures are still being fetched."""

    token: str
    article_id: str
    content: Content
    opened_at: datetime
    ready_at: datetime
    polls_left: int
    media_ok: bool | None = None
    done: bool = False

    def ready(self, now: datetime) -> bool:
        """Whether processing is over: its pictures are known, and it was polled or has waited long enough."""
        return self.media_ok is not None and (self.polls_left <= 0 or now >= self.ready_at)


@dataclass(frozen=True)
class Broadcast:
    """Articles sent to the followers in `target`, an empty one being everybody."""

    message_id: str
    article_ids: tuple[str, ...]
    target: Payload
    at: datetime


@dataclass
class Account:
    """One Official Account and the app that manages it. A test may change any of its plain fields."""

    oa_id: str
    name: str
    app_id: str
    app_secret: str
    followers: int
    package: str
    verified: bool
    authorised: bool = True
    proof_required: bool = False
    calls_per_minute: int = 300
    access_token: str = ""
    refresh_token: str = ""
    articles: dict[str, Article] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)
    uploads: dict[str, str] = field(default_factory=dict)  # token of an uploaded video -> its video_id
    broadcasts: list[Broadcast] = field(default_factory=list)
    calls: deque[datetime] = field(default_factory=deque)
