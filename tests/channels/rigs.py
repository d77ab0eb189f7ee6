"""What the tests of channels stand on: a ledger in memory, a network that fails on demand, one rig per kind."""

import threading
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from types import SimpleNamespace
from typing import Any, TypeVar

import requests
from PIL import Image

from channels.base import Channel, Media, Outgoing
from channels.facebook import FacebookPage
from channels.http import Http
from channels.simulators.facebook import GraphSimulator
from channels.simulators.zalo import ZaloSimulator
from channels.zalo import ZaloOfficialAccount

E = TypeVar("E", bound=BaseException)

NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)  # 12:00 in Vietnam


class Clock:
    """The time, as the tests set it."""

    def __init__(self) -> None:
        self.instant = NOON

    def __call__(self) -> datetime:
        return self.instant

    def advance(self, **parts: float) -> None:
        self.instant += timedelta(**parts)


class MemoryCredentials:
    """The secrets of one channel, replaced under one lock as the contract says. Remembers every secret there was."""

    def __init__(self, secrets: Mapping[str, str]) -> None:
        self.secrets = dict(secrets)
        self.seen = set(secrets.values())
        self._lock = threading.Lock()

    def read(self) -> Mapping[str, str]:
        return dict(self.secrets)

    def exchange(
        self, stale: Mapping[str, str], renew: Callable[[Mapping[str, str]], Mapping[str, str]]
    ) -> Mapping[str, str]:
        with self._lock:
            if self.secrets == dict(stale):
                self.secrets = dict(renew(dict(stale)))
                self.seen.update(self.secrets.values())
            return dict(self.secrets)


class Crash(Exception):
    """The process dies."""


class MemorySession:
    """The ledger's side of one post. `crash_at` is the number of the `save` right after which the process dies.

    `taken` are the remote ids of other posts of the channel, `others` what those have saved as steps.
    """

    def __init__(self, credentials: MemoryCredentials, clock: Clock, crash_at: int | None = None) -> None:
        self.credentials = credentials
        self.clock = clock
        self.steps: dict[str, str] = {}
        self.taken: set[str] = set()
        self.others: list[dict[str, str]] = []
        self.crash_at = crash_at
        self.saves = 0
        self.rests: list[datetime] = []

    def now(self) -> datetime:
        return self.clock()

    def saved(self, step: str) -> str | None:
        return self.steps.get(step)

    def save(self, step: str, handle: str) -> None:
        self.steps[step] = handle
        self.saves += 1
        if self.saves == self.crash_at:
            raise Crash

    def rest(self, until: datetime, why: str) -> None:
        self.rests.append(until)

    def is_taken(self, remote_id: str) -> bool:
        return remote_id in self.taken or any(remote_id in steps.values() for steps in self.others)

    def beside(self) -> "MemorySession":
        """The ledger's side of another post of the same channel. Each of the two knows what the other has saved."""
        neighbour = MemorySession(self.credentials, self.clock)
        neighbour.others.append(self.steps)
        self.others.append(neighbour.steps)
        return neighbour


class Wire(Http):
    """The session under test. It loses patience quickly, counts, and may lose the answer to its nth request."""

    def __init__(self, lose: int | None = None) -> None:
        super().__init__(pool_size=2)
        self.lose = lose
        self.count = 0

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
        self.count += 1
        number = self.count
        response = super().request(method, url, *args, **{**kwargs, "timeout": (2.0, 0.4)})
        if number == self.lose:
            response.close()
            raise requests.ReadTimeout(f"Read timed out: {url!r} {kwargs!r}")
        return response


@dataclass
class Rig:
    """One kind of channel wired to its simulated service.

    `words` gives what the public sees there, `fail` spoils the next deciding request ("cut", "html_502", ...),
    `kill` makes the channel's secrets useless, `steps` and `credentials` outlive a crash.
    """

    kind: str
    clock: Clock
    credentials: MemoryCredentials
    outgoing: Outgoing
    build: Callable[[Wire], Channel]
    words: Callable[[], list[str]]
    fail: Callable[[str], None]
    kill: Callable[[], None]
    nowhere: Callable[[Wire], Channel]
    wires: list[Wire] = field(default_factory=list)
    raised: list[str] = field(default_factory=list)
    steps: dict[str, str] = field(default_factory=dict)

    def channel(self, lose: int | None = None) -> Channel:
        """The channel, over a network of its own."""
        return self.build(self.wire(lose))

    def wire(self, lose: int | None = None) -> Wire:
        self.wires.append(Wire(lose))
        return self.wires[-1]

    def session(self, crash_at: int | None = None) -> MemorySession:
        """A connection to the ledger that knows the steps of earlier attempts."""
        session = MemorySession(self.credentials, self.clock, crash_at)
        session.steps = self.steps
        return session

    def catch(self, kind: type[E], call: Callable[[], object]) -> E:
        """The error a call raises, remembered with its traceback for the search for secrets."""
        try:
            call()
        except kind as error:
            self.raised += [repr(error), "".join(traceback.format_exception(error))]
            return error
        raise AssertionError(f"Nothing of kind {kind.__name__} was raised")

    def close(self) -> None:
        for wire in self.wires:
            wire.close()


def png(width: int = 8) -> bytes:
    """A small picture."""
    target = BytesIO()
    Image.new("RGB", (width, 8), "#c00").save(target, "PNG")
    return target.getvalue()


def post(**changes: Any) -> Outgoing:
    """A post as the ledger would freeze it, with one picture."""
    values: dict[str, Any] = {
        "key": "post-1",
        "title": "HIV chỉ lây qua ba đường",
        "description": "Đường máu, đường tình dục và từ mẹ sang con.",
        "text": "Bắt tay, ăn chung không lây HIV.\n\nHãy hỏi trạm y tế gần nhất.",
        "link": None,
        "media": (Media("0" * 64, "image/png", "Hai bàn tay nắm nhau", png()),),
        "due": NOON,
    }
    return Outgoing(**{**values, **changes})


# ---------------------------------------------------------------- one rig per kind; a new kind adds its own


def facebook_rig(services: SimpleNamespace, nowhere: str) -> Rig:
    """A Page with one picture post, so that both steps are under test."""
    graph: GraphSimulator = services.graph
    graph.clear_faults()
    page = graph.add_page("Đoàn xã Mẫu")
    public = {"page_id": page.id}
    return Rig(
        kind="facebook",
        clock=services.clock,
        credentials=MemoryCredentials({"token": page.token, "app_secret": page.app_secret}),
        outgoing=post(due=services.clock()),
        build=lambda wire: FacebookPage({**public, "api_url": services.graph_url}, wire),
        words=lambda: [row.message for row in graph.posts(page.id) if row.published and not row.removed],
        fail=graph.fault,
        kill=lambda: graph.end_token(page.token, 463),
        nowhere=lambda wire: FacebookPage({**public, "api_url": nowhere}, wire),
    )


def zalo_rig(services: SimpleNamespace, nowhere: str) -> Rig:
    """An Official Account whose cover picture lies on loopback."""
    zalo: ZaloSimulator = services.zalo
    account = zalo.add_oa("Trạm y tế xã Mẫu")
    outgoing = post(due=services.clock())
    public = {"oa_id": account.oa_id, "app_id": account.app_id}
    credentials = MemoryCredentials(
        {
            "app_secret": account.app_secret,
            "access_token": account.access_token,
            "refresh_token": account.refresh_token,
        }
    )

    def channel(url: str) -> Callable[[Wire], Channel]:
        return lambda wire: _impatient(ZaloOfficialAccount({**public, "api_url": url, "oauth_url": url}, wire))

    def kill() -> None:
        credentials.secrets |= {"access_token": "dead-access-token", "refresh_token": "dead-refresh-token"}
        credentials.seen |= set(credentials.secrets.values())

    return Rig(
        kind="zalo",
        clock=services.clock,
        credentials=credentials,
        outgoing=replace(outgoing, media=(replace(outgoing.media[0], url=services.cover_url),)),
        build=channel(services.zalo_url),
        words=lambda: [
            "\n\n".join(block["content"] for block in row.body) for row in zalo.articles(account.oa_id) if row.public
        ],
        fail=zalo.fault,
        kill=kill,
        nowhere=channel(nowhere),
    )


def _impatient(channel: ZaloOfficialAccount) -> ZaloOfficialAccount:
    channel.sleep = lambda _seconds: None
    return channel


RIGS: dict[str, Callable[[SimpleNamespace, str], Rig]] = {"facebook": facebook_rig, "zalo": zalo_rig}
