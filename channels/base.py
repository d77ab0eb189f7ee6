"""The contract between a channel and the rest of the program.

A channel is one file: a subclass of `Channel` that declares itself by class data and implements `publish`.
Everything else has an honest default. Online methods get a `Session`, through which they save what must
survive a crash, read and rotate secrets, and learn the time; a channel never opens a database or reads a clock.

All instants are aware datetimes in UTC. Sentences in errors and reasons are Vietnamese, for the person at the panel.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Protocol

import requests

from content.message import Message
from content.render import Rendered, render
from content.speech import DEFAULT, Lexicon

# ---------------------------------------------------------------- what goes out and what comes back


@dataclass(frozen=True)
class Media:
    """One picture of a post. `url` is where the outside world can fetch it: None without a `public_url`."""

    sha256: str
    mime: str
    alt: str
    data: bytes
    url: str | None = None


@dataclass(frozen=True)
class Outgoing:
    """A post as it leaves, frozen when it was scheduled. `key` names the post and never changes between attempts."""

    key: str
    title: str
    description: str
    text: str
    link: str | None
    media: tuple[Media, ...]
    due: datetime


class State(StrEnum):
    """Where a channel says a post stands; values are the states of a post of the same name."""

    PUBLISHED = "published"
    PROCESSING = "processing"
    SCHEDULED_REMOTELY = "scheduled_remotely"
    HANDED_OVER = "handed_over"
    FAILED = "failed"
    REMOVED = "removed"


@dataclass(frozen=True)
class Receipt:
    """What the channel answered. `remote_id` is the service's own name for the post, `link` where people see it."""

    remote_id: str
    state: State
    link: str | None = None
    note: str = ""


@dataclass(frozen=True)
class Found:
    """The service has the post: adopt this receipt."""

    receipt: Receipt


@dataclass(frozen=True)
class Absent:
    """The service surely does not have it. Only where its listing is complete, or keyed by a name of ours."""


@dataclass(frozen=True)
class CannotSay:
    """The service gives no proof either way; a person has to look. `reason` is one Vietnamese sentence.

    `is_hidden`: it has the post, but surely shows it to nobody yet.
    """

    reason: str
    is_hidden: bool = False


Sighting = Found | Absent | CannotSay


@dataclass(frozen=True)
class Figure:
    """One reach figure of one post. `value` None means the service gave no figure, which is not zero;
    `note` then says why, in Vietnamese. `measured` is False where the figure is an estimate."""

    metric: str
    value: int | None
    measured: bool = True
    note: str = ""


# ---------------------------------------------------------------- errors: one family


class ChannelError(Exception):
    """A channel could not do it. The text is one Vietnamese sentence that says what to do, without any secret."""


class Temporary(ChannelError):
    """Surely not accepted, and worth trying again, after `retry_after` if the service named a time."""

    def __init__(self, sentence: str, retry_after: timedelta | None = None) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after


class RateLimited(ChannelError):
    """Surely not accepted: the channel has used up its allowance and must stay silent until `until`."""

    def __init__(self, sentence: str, until: datetime) -> None:
        super().__init__(sentence)
        self.until = until


class Rejected(ChannelError):
    """Refused for good: this post must be mended before it can go out."""


class NeedsLogin(ChannelError):
    """The channel's secrets no longer work: the channel pauses, its posts wait."""


class Unsure(ChannelError):
    """The request left and no clear answer came back: the post may or may not be out."""


# ---------------------------------------------------------------- what the campaign house provides


class Credentials(Protocol):
    """The secrets of one channel, by the names of its secret settings."""

    def read(self) -> Mapping[str, str]:
        """The secrets as last stored."""

    def exchange(
        self, stale: Mapping[str, str], renew: Callable[[Mapping[str, str]], Mapping[str, str]]
    ) -> Mapping[str, str]:
        """Replace the secrets under the channel's one lock and return those now in force.

        If another worker has replaced `stale` meanwhile, its secrets are returned and `renew` is not called.
        Otherwise `renew(current)` fetches new ones, which are durable before this returns, so that a single-use
        refresh token is never spent twice and never lost once its successor is known.
        """


class Session(Protocol):
    """One channel's connection to the ledger during one call."""

    credentials: Credentials

    def now(self) -> datetime:
        """The present instant, UTC."""

    def saved(self, step: str) -> str | None:
        """What an earlier attempt of this post saved under `step`."""

    def save(self, step: str, handle: str) -> None:
        """Commit at once what must survive a crash: a photo id, an article token, an upload address."""

    def rest(self, until: datetime, why: str) -> None:
        """The service took the request and is close to taking no more: nothing is asked of it for this channel before
        `until`. What is under way goes on. `why` is one Vietnamese sentence."""

    def is_taken(self, remote_id: str) -> bool:
        """Whether another post of this channel already owns this remote id."""


# ---------------------------------------------------------------- what a kind of channel declares


@dataclass(frozen=True)
class Setting:
    """One thing a channel needs to know. Forms, masking, checks and docs come from these rows.

    A person enters it in the panel, except where `from_config` says that it comes from `[services.<kind>]` of the
    configuration file: service addresses, which nobody may point elsewhere from a form.
    """

    name: str
    label: str
    help: str
    secret: bool = False
    required: bool = True
    default: str = ""
    from_config: bool = False
    # The only values it takes, each with its words on screen; and whether it is a number of the service's.
    choices: tuple[tuple[str, str], ...] = ()
    digits: bool = False


@dataclass(frozen=True)
class Limits:
    """What a service accepts: characters of text, bytes and types of a picture. None means no limit known."""

    text: int | None = None
    title: int | None = None
    description: int | None = None
    pictures: int = 0
    picture_required: bool = False
    picture_bytes: int | None = None
    picture_types: tuple[str, ...] = ("image/jpeg", "image/png")


@dataclass(frozen=True)
class Metric:
    """A reach figure this kind can give: its name, its label on screen and whether it is measured or estimated."""

    name: str
    label: str
    measured: bool = True


@dataclass(frozen=True)
class Hours:
    """Local wall-clock defaults of a kind: weekday windows and the quiet hours in which it never speaks.

    Each window is `("HH:MM", "HH:MM")`; quiet hours may cross midnight. Channels override both.
    """

    windows: tuple[tuple[str, str], ...]
    weekdays: tuple[int, ...]
    quiet: tuple[str, str]


@dataclass(frozen=True)
class Pace:
    """How fast a channel may speak: `burst` posts at once, and one more `every` so often."""

    burst: int
    every: timedelta


class Channel(ABC):
    """One configured channel: a Page, an Official Account, a station."""

    kind: ClassVar[str]
    label: ClassVar[str]
    icon: ClassVar[str]
    settings: ClassVar[tuple[Setting, ...]] = ()
    limits: ClassVar[Limits] = Limits()
    metrics: ClassVar[tuple[Metric, ...]] = ()
    hours: ClassVar[Hours] = Hours(
        windows=(("07:00", "08:30"), ("11:30", "13:00"), ("19:00", "21:00")),
        weekdays=(0, 1, 2, 3, 4, 5, 6),
        quiet=("21:00", "06:00"),
    )
    # How long before its due time a post is handed to the channel: a script must be printed before it is read.
    lead: ClassVar[timedelta] = timedelta(0)
    # The nearest and farthest distance ahead at which the service itself can keep a post until it is due.
    remote_window: ClassVar[tuple[timedelta, timedelta] | None] = None
    # Once one of these steps is saved, sending again cannot make a second public post.
    resumable_after: ClassVar[frozenset[str]] = frozenset()
    # Whether its words are read aloud, as the lexicon of its place says them.
    speaks: ClassVar[bool] = False
    # Whether a person, not a service, says that the post went out.
    confirmed_by_person: ClassVar[bool] = False
    # Whether `find` reads the service. Where it cannot, a post in doubt is put before a person at once.
    reads_back: ClassVar[bool] = False
    # What of a post `revise` replaces, as fields of `Outgoing`: none where the service lets nobody edit.
    revises: ClassVar[frozenset[str]] = frozenset()
    # Whether `remove` takes a post down. Where it does not, a person has to.
    removes: ClassVar[bool] = False
    # What the service surely bears, whatever a campaign asks for. None: no service listens.
    pace: ClassVar[Pace | None] = None

    def __init__(self, settings: Mapping[str, str], http: requests.Session, lexicon: Lexicon = DEFAULT) -> None:
        """`settings` are the public ones; secrets come from `session.credentials` call by call.

        `lexicon` is how the place of this channel says abbreviations and names.
        """
        self.lexicon = lexicon
        self.options = {setting.name: settings.get(setting.name) or setting.default for setting in self.settings}
        self.http = http

    # -- before approval, offline

    def compose(self, message: Message, wording: int = 0) -> Rendered:
        """The exact words this kind of channel will carry: what the approver sees and what is frozen.

        `wording` counts the times that the message was said there before.
        """
        return render(message, self.kind, wording)

    def problems(self, outgoing: Outgoing) -> list[str]:
        """What the service would refuse, as Vietnamese sentences. Needs no network; checks the declared limits."""
        return limit_problems(self.limits, outgoing)

    # -- delivery

    @abstractmethod
    def publish(self, outgoing: Outgoing, session: Session) -> Receipt:
        """Make the post public now. Raises a ChannelError; any other exception is treated as Unsure."""

    def find(self, outgoing: Outgoing, since: datetime, session: Session) -> Sighting:
        """Read the service back after doubt: is this post, sent at or after `since`, there? Changes nothing there."""
        return CannotSay(f"Không đọc lại được bài trên {self.label}; hãy tự mở kênh để xem.")

    def refresh(self, receipt: Receipt, session: Session) -> Receipt:
        """Ask again how a post stands: REMOVED where the service does not show it (any more). Read-only."""
        return receipt

    def schedule_remotely(self, outgoing: Outgoing, session: Session) -> Receipt:
        """Give the service the post ahead of `outgoing.due`. Only for kinds with a `remote_window`."""
        raise Rejected(f"{self.label} không nhận bài hẹn giờ; bài sẽ được đăng đúng giờ từ máy này.")

    def revise(self, receipt: Receipt, outgoing: Outgoing, session: Session) -> Receipt:
        """Replace what `revises` names of a post that is out. Doing it twice is doing it once, so that an answer that
        is not clear is Temporary."""
        raise Rejected(f"{self.label} không cho sửa bài đã đăng; hãy sửa trực tiếp trên kênh.")

    def remove(self, receipt: Receipt, session: Session) -> Receipt:
        """Take the post down, or withdraw it where it is scheduled remotely. Rejected where the service does not show
        it. An answer that is not clear is Temporary: whether it is down, `refresh` tells."""
        raise Rejected(f"{self.label} không cho gỡ bài từ đây; hãy gỡ trực tiếp trên kênh.")

    def measure(self, receipt: Receipt, session: Session) -> list[Figure]:
        """The reach figures of one published post, as they stand now."""
        return []

    # -- about the connection; the session is that of no post

    def login_ends(self, session: Session) -> datetime | None:
        """By when a person must connect the channel anew; None where the service names no end or does not say.

        Keeps alive what ends only by lying idle. Raises NeedsLogin where the connection is dead already.
        """
        return None

    def strangers(self, ours: Sequence[Outgoing], since: datetime, session: Session) -> list[Receipt]:
        """What the service shows since then in the words of one of `ours`, and this home never sent (`is_taken`).

        Changes nothing there. Only for kinds that `reads_back`.
        """
        return []


def limit_problems(limits: Limits, outgoing: Outgoing) -> list[str]:
    """Where a post goes beyond declared limits: one Vietnamese sentence each."""
    problems = []
    for name, value, most in (
        ("Nội dung", outgoing.text, limits.text),
        ("Tiêu đề", outgoing.title, limits.title),
        ("Mô tả", outgoing.description, limits.description),
    ):
        if most is not None and len(value) > most:
            problems.append(f"{name} dài {len(value)} ký tự, nhiều nhất là {most}; hãy rút ngắn.")
    if limits.picture_required and not outgoing.media:
        problems.append("Kênh này cần ảnh bìa; hãy thêm một ảnh vào thông điệp.")
    if len(outgoing.media) > limits.pictures:
        problems.append(f"Có {len(outgoing.media)} ảnh, kênh này nhận nhiều nhất {limits.pictures}.")
    for media in outgoing.media:
        if media.mime not in limits.picture_types:
            problems.append(f"Ảnh dạng {media.mime} không dùng được; hãy dùng ảnh JPEG hoặc PNG.")
        if limits.picture_bytes is not None and len(media.data) > limits.picture_bytes:
            most_kb = limits.picture_bytes // 1024
            problems.append(f"Ảnh nặng {len(media.data) // 1024} KB, nhiều nhất là {most_kb} KB; hãy thu nhỏ ảnh.")
        if not media.alt.strip():
            problems.append("Ảnh chưa có lời mô tả thay thế; hãy viết một câu cho người không xem được ảnh.")
    if not outgoing.text.strip():
        problems.append("Bài chưa có nội dung.")
    return problems
