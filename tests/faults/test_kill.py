"""`lantoa run` is killed with kill -9 while it delivers posts, over and over: no post twice, none lost.

Everything is real: processes, an SQLite file, HTTP on loopback. Counted is what the simulated services accepted; their
own refusal of repeated texts is off, since it would hide a post sent twice.
"""

import random
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from campaign.clock import SystemClock
from campaign.config import FILE_NAME
from campaign.db import connected
from campaign.home import create_home
from campaign.models import Attempt, Channel, Membership, Post, PostState, Unit, User
from campaign.scheduling import schedule, settle_doubt
from campaign.workflow import Decision, create, decide, submit
from channels.simulators.facebook import GraphSimulator
from channels.simulators.server import serving
from channels.simulators.zalo import ZaloSimulator
from tests.campaign.world import content, covers

CHANNELS_OF_A_KIND = 10
# Few enough that every round is cut short in the middle of its work; slow answers keep requests under way.
POSTS_A_ROUND = 8
ANSWER_SECONDS = 0.1
PATIENCE = 90.0


class Stage:
    """The services, the home, and the process that is to die."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        clock = SystemClock()
        self.facebook = GraphSimulator(clock.now)
        self.facebook.tune(refuses_duplicates=False)
        self.zalo = ZaloSimulator(clock.now, polls_until_ready=0)
        self.facebook.fault("latency", times=10_000, match="feed", seconds=ANSWER_SECONDS)
        self.zalo.faults.latency = ANSWER_SECONDS
        self.zalo.fault("latency", times=10_000, match="article/")
        graph = stack.enter_context(serving(self.facebook.app))
        zalo = stack.enter_context(serving(self.zalo.app))
        self.home = create_home(_configured(folder, graph, zalo), clock)
        cover_server = stack.enter_context(serving(covers(self.home)))
        _configured(folder, graph, zalo, cover_server)
        self.folder = folder
        self.pages: list[str] = []
        self.accounts: list[str] = []

    def fill(self, posts: int) -> User:
        """So many approved posts on twenty channels, all due now; gives an editor."""
        home, now = self.home, self.home.clock.now()
        home.store.add_bundled_cover(now)
        unit = Unit.create(name="Xã Thử", kind="xã")
        editor, approver = _person(unit, "editor", now), _person(unit, "approver", now)
        channels = [self._page(unit, now) for _ in range(CHANNELS_OF_A_KIND)]
        channels += [self._account(unit, now) for _ in range(CHANNELS_OF_A_KIND)]
        for number in range(posts):
            revision = create(editor, unit, content(f"bai-{number}", f"Lời của bài {number}."), now)
            submit(editor, revision, now)
            decide(approver, revision, Decision.APPROVE, now, seen_hash=revision.content_hash)
            schedule(
                home.freezer, user=editor, campaign=None, channel=channels[number % len(channels)], revision=revision,
                due=now - timedelta(seconds=number), now=now,
            )  # fmt: skip
        return editor

    def _page(self, unit: Unit, now: datetime) -> Channel:
        page = self.facebook.add_page("Trang Thử")
        self.pages.append(page.id)
        return self._channel(unit, now, "facebook", {"page_id": page.id}, {"token": page.token})

    def _account(self, unit: Unit, now: datetime) -> Channel:
        account = self.zalo.add_oa("OA Thử")
        self.accounts.append(account.oa_id)
        names = ("app_secret", "access_token", "refresh_token")
        settings = {"oa_id": account.oa_id, "app_id": account.app_id, "author": "Xã Thử"}
        return self._channel(unit, now, "zalo", settings, {name: getattr(account, name) for name in names})

    def _channel(
        self, unit: Unit, now: datetime, kind: str, settings: dict[str, str], secrets: dict[str, str]
    ) -> Channel:
        channel: Channel = Channel.create(
            unit=unit, kind=kind, name="Kênh", settings=settings, windows=[], quiet=["00:00", "00:00"],
            min_gap_minutes=0, max_per_day=1000, grace_minutes=600, created_at=now,
        )  # fmt: skip
        self.home.vault.store(channel, secrets, self.home.clock)
        return channel

    def public(self) -> Counter[str]:
        """How often each message is public at the services, by its number."""
        texts = Counter(
            post.message.removeprefix("Lời của bài ").rstrip(".")
            for page in self.pages
            for post in self.facebook.posts(page)
            if post.published and not post.removed
        )
        texts.update(
            article.title.removeprefix("Bài bai-")
            for account in self.accounts
            for article in self.zalo.articles(account)
            if article.status == "show"
        )
        return texts

    def has_delivered(self, posts: int) -> bool:
        """Whether at least so many posts are public."""
        return sum(self.public().values()) >= posts

    @contextmanager
    def running(self) -> Iterator["subprocess.Popen[bytes]"]:
        """`lantoa run`, killed without a word when the block ends."""
        command = [sys.executable, "-m", "campaign", "run", "--home", str(self.folder)]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
            try:
                yield process
            finally:
                process.kill()


def _configured(folder: Path, graph: str, zalo: str, public_url: str = "") -> Path:
    folder.mkdir(exist_ok=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    text = f"""
        public_url = "{public_url}"
        panel.port = {port}
        worker.lease_seconds = 5
        services.facebook.api_url = "{graph}"
        services.zalo.api_url = "{zalo}"
        services.zalo.oauth_url = "{zalo}"
    """
    (folder / FILE_NAME).write_text(text, encoding="utf-8")
    return folder


def _person(unit: Unit, role: str, now: datetime) -> User:
    person: User = User.create(login=role, name=role, password_hash="-", created_at=now)
    Membership.create(user=person, unit=unit, role=role)
    return person


def _wait(process: "subprocess.Popen[bytes]", done: Callable[[], bool], what: str) -> None:
    give_up = time.monotonic() + PATIENCE
    while not done():
        if process.poll() is not None:
            words = process.stderr.read().decode() if process.stderr else ""
            pytest.fail(f"lantoa run ended by itself: {words}")
        assert time.monotonic() < give_up, what
        time.sleep(0.02)


def _left_to_do() -> int:
    """Posts that are not out yet and not in the hands of a person: a doubt counts until it was looked into once."""
    waiting = Post.state.in_((PostState.SCHEDULED, PostState.SENDING))
    doubtful = (Post.state == PostState.UNSURE) & (Post.looks == 0)
    with connected():
        return int(Post.select().where(waiting | doubtful).count())


@pytest.mark.parametrize(
    ("posts", "kills"),
    [
        pytest.param(200, 10, marks=pytest.mark.timeout(280)),
        pytest.param(1500, 75, marks=[pytest.mark.long, pytest.mark.timeout(1800)]),
    ],
)
def test_kills_during_delivery_leave_no_post_twice_and_none_lost(tmp_path: Path, posts: int, kills: int) -> None:
    dice = random.Random(20261122)  # noqa: S311
    with ExitStack() as stack:
        stage = Stage(tmp_path / "home", stack)
        with connected():
            editor = stage.fill(posts)
        for _ in range(kills):
            enough = sum(stage.public().values()) + POSTS_A_ROUND
            with stage.running() as process:
                _wait(process, partial(stage.has_delivered, enough), "nothing was delivered")
                time.sleep(dice.uniform(0, ANSWER_SECONDS))
        assert sum(stage.public().values()) < posts, "the last kill must still interrupt something"

        with stage.running() as process:
            _wait(process, lambda: not _left_to_do(), "posts are left lying")

        public = stage.public()
        assert [number for number, times in public.items() if times > 1] == [], "sent twice"
        with connected():
            states = {post.revision.message.slug.removeprefix("bai-"): PostState(post.state) for post in Post.select()}
        assert set(states.values()) <= {PostState.PUBLISHED, PostState.UNSURE}
        assert {number for number, state in states.items() if state is PostState.PUBLISHED} == set(public)

        # A person looks at the Pages: what is in doubt is not there, and says so.
        with connected():
            for post in list(Post.select().where(Post.state == PostState.UNSURE)):
                settle_doubt(editor, post, is_out=False, now=stage.home.clock.now())
        with stage.running() as process:
            _wait(process, lambda: not _left_to_do(), "released posts are left lying")
        assert stage.public() == {str(number): 1 for number in range(posts)}
        with connected():
            assert Attempt.select().where(Attempt.outcome == "").count() >= kills // 2, (
                "no kill met a request under way"
            )
