"""The worker: it notices what is due, is seen, and stops when told, whatever its jobs run into."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import peewee as pw
import pytest

from campaign import aftermath
from campaign.db import connected
from campaign.delivery import Delivery
from campaign.errors import Problem
from campaign.ledger import SILENT
from campaign.models import Attempt, Post, PostState, Worker
from campaign.scheduling import send_now, settle_doubt
from campaign.together import Together
from campaign.worker import WorkerLoop
from campaign.workers import silent_workers
from channels.base import Outgoing, Receipt, Session
from channels.facebook import FacebookPage
from tests.campaign.world import World, fresh, state
from tests.engines import on_both_engines


class Running:
    """A worker in a thread of its own."""

    def __init__(self, world: World, threads: int = 4, name: str = "thử") -> None:
        self.loop = WorkerLoop(world.home, name, threads)
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self.loop.run, args=(self.stop,))

    def __enter__(self) -> "Running":
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        self.thread.join(20)
        assert not self.thread.is_alive()


def eventually(holds: Callable[[], bool]) -> None:
    give_up = time.monotonic() + 15
    while not holds():
        assert time.monotonic() < give_up
        time.sleep(0.02)


def test_a_worker_delivers_what_is_due_and_leaves_the_rest(world: World) -> None:
    due = [world.post("facebook", f"bai-{n}", world.clock.now() - n * timedelta(seconds=1)) for n in range(5)]
    due.append(world.post("zalo", "bai-z"))
    later = world.post("facebook", "sau", world.clock.now() + timedelta(hours=1))
    with Running(world):
        eventually(lambda: all(state(post) is PostState.PUBLISHED for post in due))
    assert state(later) is PostState.SCHEDULED
    assert len(world.feed) == 5


def test_what_becomes_due_while_it_runs_goes_out_within_seconds(world: World) -> None:
    with Running(world):
        post = world.post("facebook", "mot", world.clock.now() + timedelta(minutes=1))
        world.clock.advance(timedelta(minutes=1))
        eventually(lambda: state(post) is PostState.PUBLISHED)


def test_a_worker_is_seen_while_it_runs_and_says_goodbye(world: World) -> None:
    with Running(world):
        eventually(lambda: Worker.select().where(Worker.name == "thử").exists())
    assert not Worker.select().exists()


def test_a_worker_that_went_silent_is_named(world: World) -> None:
    Worker.create(name="máy cũ", started_at=world.clock.now(), seen_at=world.clock.now())
    assert silent_workers(world.clock.now() + SILENT) == []
    assert [row.name for row in silent_workers(world.clock.now() + SILENT + timedelta(seconds=1))] == ["máy cũ"]


def test_one_job_that_fails_does_not_starve_the_others(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    post = world.post("facebook", "mot")
    with Running(world) as running:
        monkeypatch.setitem(running.loop._tasks, "reap", _no_database)
        eventually(lambda: state(post) is PostState.PUBLISHED)
        eventually(lambda: "did not answer" in caplog.text)


def _no_database() -> None:
    raise pw.OperationalError("database is locked")


def test_the_clock_put_back_an_hour_does_not_stop_the_worker(world: World) -> None:
    with Running(world):
        world.clock.advance(timedelta(hours=-1))
        post = world.post("facebook", "mot", world.clock.now())
        eventually(lambda: state(post) is PostState.PUBLISHED)
    with connected():
        assert Post.select().where(Post.state == PostState.UNSURE).count() == 0


# ---------------------------------------------------------------- beside delivery


@dataclass
class Gate:
    """A request that does not come back until the gate is opened."""

    waiting: list[str] = field(default_factory=list)
    opened: threading.Event = field(default_factory=threading.Event)

    def wait(self, name: str) -> None:
        self.waiting.append(name)
        assert self.opened.wait(20)


@pytest.fixture
def gate() -> Iterator[Gate]:
    made = Gate()
    yield made
    made.opened.set()


def published(world: World, count: int) -> None:
    """So many posts that are due for measuring."""
    for n in range(count):
        world.post("facebook", f"cu-{n}", world.clock.now() - n * timedelta(seconds=1))
    world.deliver()
    world.clock.advance(timedelta(hours=1))


def test_posts_go_out_while_the_figures_of_others_keep_a_service_waiting(
    world: World, monkeypatch: pytest.MonkeyPatch, gate: Gate
) -> None:
    published(world, 6)
    monkeypatch.setattr(FacebookPage, "measure", lambda _self, receipt, _session: gate.wait(receipt.remote_id) or [])
    with Running(world):
        eventually(lambda: len(gate.waiting) == 1)
        posts = [world.post(kind, f"moi-{kind}") for kind in ("facebook", "zalo")]
        eventually(lambda: all(state(post) is PostState.PUBLISHED for post in posts))
        gate.opened.set()


def test_only_a_few_posts_are_measured_a_beat(world: World, monkeypatch: pytest.MonkeyPatch, gate: Gate) -> None:
    published(world, 6)
    gate.opened.set()
    monkeypatch.setattr(FacebookPage, "measure", lambda _self, receipt, _session: gate.wait(receipt.remote_id) or [])
    with Running(world, threads=12) as running:
        eventually(lambda: len(gate.waiting) == 3)
        eventually(lambda: "measure" in running.loop._beside and running.loop._beside["measure"].done())
    assert len(gate.waiting) == 3


def test_a_worker_that_is_told_to_stop_measures_no_further_post(
    world: World, monkeypatch: pytest.MonkeyPatch, gate: Gate
) -> None:
    published(world, 3)
    monkeypatch.setattr(FacebookPage, "measure", lambda _self, receipt, _session: gate.wait(receipt.remote_id) or [])
    with Running(world, threads=12) as running:
        eventually(lambda: len(gate.waiting) == 1)
        running.stop.set()
        gate.opened.set()
    assert len(gate.waiting) == 1


def test_taking_posts_back_from_a_slow_service_stops_neither_the_heartbeat_nor_delivery(
    world: World, monkeypatch: pytest.MonkeyPatch, gate: Gate
) -> None:
    monkeypatch.setattr(Delivery, "withdraw_remote", lambda _self: gate.wait("withdraw"))
    with Running(world) as running:
        eventually(lambda: gate.waiting == ["withdraw"])
        running.loop._flags.add("withdraw")
        post = world.post("facebook", "mot")
        eventually(lambda: state(post) is PostState.PUBLISHED)
        eventually(lambda: "withdraw" not in running.loop._flags)
        assert gate.waiting == ["withdraw"]
        gate.opened.set()


# ---------------------------------------------------------------- leases, clocks, a second worker


def held_up(monkeypatch: pytest.MonkeyPatch, gate: Gate) -> None:
    """Every post to the Page waits at the gate, then goes out."""
    publish = FacebookPage.publish

    def slowly(self: FacebookPage, outgoing: Outgoing, session: Session) -> Receipt:
        gate.wait(outgoing.key)
        return publish(self, outgoing, session)

    monkeypatch.setattr(FacebookPage, "publish", slowly)


def lease_of(post: Post) -> datetime | None:
    with connected():
        until: datetime | None = Post.get_by_id(post.id).lease_until
    return until


def test_a_lease_is_renewed_while_a_long_upload_keeps_its_thread(
    world: World, monkeypatch: pytest.MonkeyPatch, gate: Gate
) -> None:
    world.home.config.values["worker.lease_seconds"] = 1
    held_up(monkeypatch, gate)
    post = world.post("facebook", "mot")
    with Running(world):
        eventually(lambda: gate.waiting == [post.key])
        for _ in range(4):
            world.clock.advance(timedelta(seconds=0.6))
            eventually(lambda: lease_of(post) == world.clock.now() + timedelta(seconds=1))
        gate.opened.set()
        eventually(lambda: state(post) is PostState.PUBLISHED)
    assert world.feed == ["Lời của mot."]


@pytest.mark.parametrize("jump", [timedelta(hours=1), timedelta(hours=-1), timedelta(days=1), timedelta(days=-1)])
def test_whatever_the_clock_does_while_a_post_is_under_way_it_goes_out_once(
    world: World, monkeypatch: pytest.MonkeyPatch, gate: Gate, jump: timedelta
) -> None:
    """Two workers: the second sees a lease that looks over, or one that looks as if it never ended. Where the post has
    come to a person meanwhile, in doubt or a day too late, they have the last word."""
    held_up(monkeypatch, gate)
    post = world.post("facebook", "mot")
    with Running(world):
        eventually(lambda: gate.waiting == [post.key])
        world.clock.advance(jump)
        aftermath.reap(world.home.ledger("khác"))
        gate.opened.set()
        eventually(lambda: Attempt.select().where(Attempt.outcome != "").exists() and lease_of(post) is None)
        world.clock.advance(-jump)
        eventually(lambda: state(post) is PostState.PUBLISHED or _released_by_a_person(world, post))
        eventually(lambda: state(post) is PostState.PUBLISHED)
    assert world.feed == ["Lời của mot."]


def _released_by_a_person(world: World, post: Post) -> bool:
    editor, now = world.people["editor"], world.clock.now()
    with suppress(Problem):
        match state(post):
            case PostState.UNSURE:
                settle_doubt(editor, fresh(post), is_out=False, now=now)
                return True
            case PostState.MISSED:
                send_now(editor, fresh(post), now)
                return True
    return False


@on_both_engines
def test_two_workers_on_one_home_send_every_post_once(world: World) -> None:
    posts = [world.post("facebook", f"bai-{n}", world.clock.now() - n * timedelta(seconds=1)) for n in range(12)]
    posts += [world.post("zalo", f"za-{n}", world.clock.now() - n * timedelta(seconds=1)) for n in range(4)]
    with Running(world, name="một"), Running(world, name="hai"):
        eventually(lambda: all(state(post) is PostState.PUBLISHED for post in posts))
    assert sorted(world.feed) == sorted(f"Lời của bai-{n}." for n in range(12))
    assert sorted(world.shown_articles) == sorted(f"Bài za-{n}" for n in range(4))
    assert Attempt.select().count() == 16


def test_a_database_that_is_locked_when_the_answer_comes_loses_no_answer(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = iter([pw.OperationalError("database is locked")] * 2)
    commit = Together.commit

    def sometimes(self: Together, key: int, work: Callable[[], Any]) -> Any:
        if Attempt.select().where(Attempt.outcome == "").exists() and (error := next(refused, None)):
            raise error
        return commit(self, key, work)

    monkeypatch.setattr(Together, "commit", sometimes)
    post = world.post("facebook", "mot")
    world.deliver()
    assert state(post) is PostState.PUBLISHED
    assert [row.outcome for row in Attempt.select()] == ["accepted"]
