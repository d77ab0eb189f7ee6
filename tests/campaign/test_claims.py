"""Many workers on one database: no post twice, and one post at a time on a channel."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from campaign.db import connected, write
from campaign.leases import Claim
from campaign.ledger import Ledger
from campaign.models import Post, PostState
from tests.campaign.world import World
from tests.engines import on_both_engines


@pytest.mark.parametrize("engine", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
def test_while_one_worker_is_claiming_another_takes_no_second_post_of_the_same_channel(world: World) -> None:
    _due(world, "facebook", 9)
    first, second = world.home.ledger("a"), world.home.ledger("b")
    with connected(), write():
        (held,) = first._claim(world.clock.now(), 1)
        assert _in_another_thread(second) == []
    assert _in_another_thread(second) == []
    first.record(held, state=PostState.PUBLISHED)
    assert len(_in_another_thread(second)) == 1


@on_both_engines
def test_eight_workers_at_once_share_the_posts_and_never_a_channel(world: World) -> None:
    for kind in ("facebook", "zalo", "loudspeaker"):
        _due(world, kind, 12)
    busy: Counter[int] = Counter()
    worked: list[int] = []
    crowded: list[int] = []
    guard = threading.Lock()

    def work(name: str) -> None:
        ledger = world.home.ledger(name)
        with connected():
            while Post.select().where(Post.state != PostState.PUBLISHED).exists():
                for claim in ledger.claim(1):
                    channel = Post.get_by_id(claim.post_id).channel_id
                    with guard:
                        busy[channel] += 1
                        worked.append(claim.post_id)
                        if busy[channel] > 1:
                            crowded.append(channel)
                    with guard:
                        busy[channel] -= 1
                    ledger.record(claim, state=PostState.PUBLISHED)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, [f"w{n}" for n in range(8)]))
    assert sorted(worked) == sorted(post.id for post in Post.select())
    assert crowded == []


def _due(world: World, kind: str, count: int) -> None:
    words = world.approved(f"bai-{kind}", "Xét nghiệm HIV sớm giúp điều trị sớm và sống khỏe mạnh bên gia đình. " * 9)
    now = world.clock.now()
    for n in range(count):
        due = now - timedelta(seconds=n)
        Post.create(
            key=f"{kind}-{n}", channel=world.channels[kind], revision=words, content_hash=words.content_hash,
            payload={}, payload_hash="", due_at=due, act_at=due, created_at=now,
        )  # fmt: skip


def _in_another_thread(ledger: Ledger) -> list[Claim]:
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(ledger.claim, 5).result()
