"""The worker: it notices what is due, is seen, and stops when told, whatever its jobs run into."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import peewee as pw
import pytest

from campaign.db import connected
from campaign.delivery import Delivery
from campaign.ledger import SILENT
from campaign.models import Post, PostState, Worker
from campaign.worker import WorkerLoop, silent_workers
from channels.facebook import FacebookPage
from tests.campaign.world import World, state


class Running:
    """A worker in a thread of its own."""

    def __init__(self, world: World, threads: int = 4) -> None:
        self.loop = WorkerLoop(world.home, "thử", threads)
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
