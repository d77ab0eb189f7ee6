"""Pacing: the minimum gap and the bucket of tokens, shared by all workers, and channels that rest."""

from datetime import datetime, timedelta

import pytest

from campaign import pacing
from campaign.models import Attempt, Channel, PostState
from campaign.reach import Measuring
from channels.base import Pace
from channels.facebook import FacebookPage
from tests.campaign.world import World, fresh, state
from tests.engines import on_both_engines

pytestmark = on_both_engines

SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
THREE = Pace(burst=3, every=MINUTE)


def turn(world: World, gap: timedelta | None = None, pace: Pace | None = THREE, post: int = 1) -> datetime | None:
    return pacing.take_turn(world.channels["facebook"].id, post, gap, pace, world.clock.now())


def test_a_full_bucket_gives_its_tokens_at_once_and_then_one_as_it_fills(world: World) -> None:
    assert [turn(world) for _ in range(3)] == [None] * 3
    assert turn(world) == world.clock.now() + MINUTE
    world.clock.advance(MINUTE - SECOND)
    assert turn(world) == world.clock.now() + SECOND
    world.clock.advance(SECOND)
    assert turn(world) is None and turn(world) is not None
    world.clock.advance(DAY)
    assert [turn(world) for _ in range(3)] == [None] * 3
    assert turn(world) is not None


def test_a_refused_turn_costs_neither_a_token_nor_a_place_in_the_gap(world: World) -> None:
    assert turn(world, gap=HOUR, post=1) is None
    for _ in range(5):
        assert turn(world, gap=HOUR, post=2) == world.clock.now() + HOUR
    world.clock.advance(HOUR)
    assert turn(world, gap=HOUR, post=2) is None


@pytest.mark.parametrize("back", [HOUR, DAY])
def test_a_clock_put_back_keeps_no_channel_waiting_for_longer_than_its_gap_or_its_bucket(
    world: World, back: timedelta
) -> None:
    for _ in range(3):
        turn(world, gap=timedelta(0))
    world.clock.advance(-back)
    free_at = turn(world, gap=30 * MINUTE, post=2)
    assert free_at == world.clock.now() + 30 * MINUTE
    world.clock.advance(30 * MINUTE)
    assert turn(world, gap=30 * MINUTE, post=2) is None


def test_without_a_token_a_post_waits_without_an_attempt_and_goes_out_when_there_is_one(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FacebookPage, "pace", Pace(burst=1, every=10 * MINUTE))
    posts = [world.post("facebook", slug, world.clock.now() + n * SECOND) for n, slug in enumerate("ab")]
    world.deliver(MINUTE)
    assert [state(post) for post in posts] == [PostState.PUBLISHED, PostState.SCHEDULED]
    assert Attempt.select().count() == 1
    assert fresh(posts[1]).act_at == world.clock.now() + 10 * MINUTE
    world.deliver(10 * MINUTE)
    assert state(posts[1]) is PostState.PUBLISHED


def test_a_channel_paused_between_claim_and_attempt_does_not_speak(world: World) -> None:
    post = world.post("facebook", "mot")
    delivery = world.home.delivery("thử")
    (claim,) = delivery.ledger.claim(1)
    Channel.update(paused="Đang kiểm tra.").where(Channel.id == claim.channel_id).execute()
    delivery.carry_out(claim)
    assert (state(post), Attempt.select().count(), world.feed) == (PostState.SCHEDULED, 0, [])


# ---------------------------------------------------------------- rest


def parked(world: World, kind: str = "facebook") -> datetime | None:
    until: datetime | None = Channel.get_by_id(world.channels[kind].id).parked_until
    return until


def test_a_resting_channel_keeps_its_posts_where_they_are_and_the_others_go_on(world: World) -> None:
    world.facebook.fault("rate_limit")
    first = world.post("facebook", "mot")
    rest = [world.post("facebook", f"bai-{n}", world.clock.now() + n * SECOND) for n in range(1, 4)]
    other = world.post("zalo", "hai")
    world.deliver(5 * SECOND)
    assert state(other) is PostState.PUBLISHED
    assert [fresh(post).act_at for post in rest] == [post.due_at for post in rest]
    assert parked(world) == fresh(first).act_at == world.clock.now() + 30 * MINUTE
    assert "tạm nghỉ" in Channel.get_by_id(world.channels["facebook"].id).parked_why
    calls = len(world.facebook.calls)
    world.deliver(30 * MINUTE - SECOND)
    assert len(world.facebook.calls) == calls
    world.deliver(SECOND)
    assert len(world.feed) == 4


def test_a_post_taken_when_the_allowance_is_nearly_spent_is_out_and_the_next_one_waits(world: World) -> None:
    first, second = world.post("facebook", "mot"), world.post("facebook", "hai", world.clock.now() + MINUTE)
    world.facebook.tune(page_usage=93)
    world.deliver()
    assert (state(first), fresh(first).error) == (PostState.PUBLISHED, "")
    world.facebook.tune(page_usage=40)
    world.deliver(MINUTE)
    assert state(second) is PostState.SCHEDULED
    world.deliver(HOUR)
    assert state(second) is PostState.PUBLISHED


def test_a_shorter_rest_does_not_end_a_longer_one(world: World) -> None:
    channel, now = world.channels["facebook"].id, world.clock.now()
    pacing.park(channel, now + HOUR, "Lâu.", world.clock)
    pacing.park(channel, now + MINUTE, "Ngắn.", world.clock)
    assert parked(world) == now + HOUR


@pytest.mark.parametrize(("fault", "wait"), [("http_429", HOUR), ("http_429_retry_after", 10 * MINUTE)])
def test_too_many_requests_parks_the_channel_for_as_long_as_the_service_says(
    world: World, fault: str, wait: timedelta
) -> None:
    world.facebook.fault(fault)
    post = world.post("facebook", "mot")
    world.deliver()
    assert parked(world) == world.clock.now() + wait
    world.deliver(wait)
    assert state(post) is PostState.PUBLISHED and world.feed == ["Lời của mot."]


def test_what_zalo_refuses_for_haste_waits_two_minutes_and_comes_out_once(world: World) -> None:
    world.zalo.fault("rate_limit", match="article/update")
    post = world.post("zalo", "mot")
    world.deliver()
    assert parked(world, "zalo") == world.clock.now() + 2 * MINUTE
    world.deliver(2 * MINUTE)
    assert state(post) is PostState.PUBLISHED and world.shown_articles == ["Bài mot"]


def test_a_resting_channel_is_not_measured_and_one_refused_while_measuring_rests(world: World) -> None:
    world.post("facebook", "mot")
    world.deliver()
    world.clock.advance(2 * HOUR)
    measuring = Measuring(world.home.adapters, world.home.ledger(), world.home.vault)
    (post,) = measuring.due(5)
    world.facebook.fault("rate_limit", match="insights")
    measuring.take(post)
    assert parked(world) == world.clock.now() + 30 * MINUTE
    assert Measuring(world.home.adapters, world.home.ledger(), world.home.vault).due(5) == []


def test_a_long_rest_ends_in_missed_not_in_a_flood(world: World) -> None:
    posts = [world.post("facebook", f"bai-{n}", world.clock.now() + n * MINUTE) for n in range(5)]
    pacing.park(world.channels["facebook"].id, world.clock.now() + DAY, "Nghỉ.", world.clock)
    world.deliver(DAY + MINUTE)
    assert {state(post) for post in posts} == {PostState.MISSED}
    assert world.feed == []
