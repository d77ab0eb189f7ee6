"""What the simulated service remembers: Pages, users, tokens, photos, posts and the calls it has answered."""

import hashlib
import itertools
from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from channels.simulators.facebook.errors import GraphError, dead_token

UNPUBLISHED_PHOTO_LIFE = timedelta(hours=24)
LONG_USER_TOKEN = timedelta(seconds=5_183_944)
SHORT_USER_TOKEN = timedelta(hours=2)
DATA_ACCESS = timedelta(days=90)
CALLS_PER_ENGAGED_USER = 4800

SCOPES = (
    "pages_show_list",
    "pages_read_engagement",
    "pages_read_user_content",
    "pages_manage_posts",
    "read_insights",
)


class Holder(StrEnum):
    """Whose token it is."""

    APP = "APP"
    PAGE = "PAGE"
    USER = "USER"


@dataclass
class Token:
    """An issued token. `expires_at` None means never; `dead` is the subcode of code 190 once it has died."""

    value: str
    holder: Holder
    owner_id: str
    scopes: set[str]
    issued_at: datetime
    expires_at: datetime | None = None
    dead: int | None = None

    def death(self, now: datetime) -> int | None:
        """Why the token does not work at `now`, None while it works."""
        if self.dead is None and self.expires_at is not None and now >= self.expires_at:
            return 463
        return self.dead


@dataclass
class Application:
    """The one app of the simulated service."""

    id: str = "1029384756"
    name: str = "Lan Tỏa (mô phỏng)"
    secret: str = "simulated-app-secret"
    requires_proof: bool = False

    @property
    def token(self) -> str:
        """The app access token."""
        return f"{self.id}|{self.secret}"


@dataclass
class Page:
    """A Page. `scopes` may be changed at any time; `daily_calls` is its allowance per 24 hours."""

    id: str
    name: str
    followers: int
    token: str
    app_secret: str
    scopes: set[str]
    daily_calls: int
    calls: deque[datetime] = field(default_factory=deque, repr=False)


@dataclass(frozen=True)
class User:
    """A person who manages every simulated Page."""

    id: str
    name: str


@dataclass
class Photo:
    """An uploaded picture. `post_id` is the post that shows it, None while it is staged."""

    id: str
    page_id: str
    data: bytes
    mime: str
    alt: str
    caption: str
    uploaded_at: datetime
    temporary: bool
    post_id: str | None = None


@dataclass
class Post:
    """A post of a Page, also an unpublished, scheduled or removed one. `by_app` is False where a person wrote it."""

    id: str
    page_id: str
    message: str
    link: str
    created_at: datetime
    photos: tuple[Photo, ...] = ()
    scheduled_at: datetime | None = None
    published: bool = True
    removed: bool = False
    by_app: bool = True

    @property
    def picture(self) -> bytes | None:
        """The bytes of the first picture."""
        return self.photos[0].data if self.photos else None

    @property
    def content(self) -> tuple[str, str, tuple[str, ...]]:
        """What makes two posts the same to a reader: words, link and pictures."""
        return self.message, self.link, tuple(hashlib.sha256(photo.data).hexdigest() for photo in self.photos)


class Store:
    """The state of the service. Not locked: `GraphSimulator` holds one lock around every use."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now
        self.application = Application()
        self.pages: dict[str, Page] = {}
        self.users: dict[str, User] = {}
        self.tokens: dict[str, Token] = {}
        self.photos: dict[str, Photo] = {}
        self.posts: dict[str, Post] = {}
        self.accepted: Counter[tuple[str, str]] = Counter()
        self.refuses_duplicates = True
        self.empty_pages = 1
        self.permalink_base = ""
        # Per cent of the app's allowance, and of the Page's (0: as counted), that its headers show.
        self.app_usage, self.page_usage = 1, 0
        self._serial = itertools.count(122_100_000_000_001)

    def new_id(self) -> str:
        """An object id nobody has yet."""
        return str(next(self._serial))

    # -- tokens

    def issue(self, holder: Holder, owner_id: str, scopes: Iterable[str], expires_at: datetime | None = None) -> Token:
        """A new token. A Page's token shares the set of scopes with its Page, so that both change together."""
        digest = hashlib.sha256(f"{holder} {owner_id} {self.new_id()}".encode()).hexdigest()
        shared = scopes if isinstance(scopes, set) else set(scopes)
        token = Token(f"EAASIM{digest[:40]}", holder, owner_id, shared, self.now(), expires_at)
        self.tokens[token.value] = token
        return token

    def live_token(self, value: str) -> Token:
        """The token of this value. Raises GraphError (190) where it is unknown or dead."""
        if value == self.application.token:
            return Token(value, Holder.APP, self.application.id, set(), self.now())
        token = self.tokens.get(value)
        subcode = 467 if token is None else token.death(self.now())
        if token is None or subcode is not None:
            raise dead_token(subcode or 467)
        return token

    # -- allowance (Graph API, channels.md section 2.6)

    def usage(self, page: Page) -> int:
        """Per cent of the Page's allowance used in the last 24 hours."""
        since = self.now() - timedelta(hours=24)
        while page.calls and page.calls[0] <= since:
            page.calls.popleft()
        return 100 * len(page.calls) // page.daily_calls

    def minutes_to_regain(self, page: Page) -> int:
        """Minutes until a Page that is at its limit may call again; 0 below the limit."""
        if self.usage(page) < 100:
            return 0
        return int((page.calls[0] + timedelta(hours=24) - self.now()).total_seconds() // 60) + 1

    def count_call(self, page: Page) -> None:
        """Count one call. Raises GraphError (80001) where the allowance is used up."""
        if self.usage(page) >= 100:
            raise GraphError(80001, "(#80001) There have been too many calls to this Page account.")
        page.calls.append(self.now())

    # -- posts and photos

    def advance(self) -> None:
        """Publish what was scheduled and is now due."""
        now = self.now()
        for post in self.posts.values():
            due = post.scheduled_at
            if due is not None and due <= now and not post.published and not post.removed:
                post.published, post.created_at = True, due

    def add_photo(self, page_id: str, data: bytes, mime: str, *, alt: str, caption: str, temporary: bool) -> Photo:
        """Keep an uploaded picture, staged."""
        photo = Photo(self.new_id(), page_id, data, mime, alt, caption, self.now(), temporary)
        self.photos[photo.id] = photo
        return photo

    def add_post(self, post: Post) -> Post:
        """Keep a post and count its words as accepted once more."""
        self.posts[post.id] = post
        for photo in post.photos:
            photo.post_id = post.id
        if post.by_app:
            self.accepted[post.page_id, post.message] += 1
        return post

    def posts_of(self, page_id: str) -> list[Post]:
        """The Page's posts in the order in which they were accepted, removed ones included."""
        return [post for post in self.posts.values() if post.page_id == page_id]

    def staged(self, photo: Photo) -> bool:
        """Whether an unpublished photo is still alive."""
        return self.now() - photo.uploaded_at <= UNPUBLISHED_PHOTO_LIFE

    def permalink(self, post: Post) -> str:
        """Where a reader finds the post; `permalink_base` leads to the simulated feed instead of facebook.com."""
        if self.permalink_base:
            return f"{self.permalink_base}/_feed/{post.page_id}#{post.id}"
        return f"https://www.facebook.com/{post.id}"
