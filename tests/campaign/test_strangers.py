"""Two installations on one Page by mistake: the second is noticed and told before its first post."""

from datetime import timedelta

import pytest

from campaign import channel_admin
from campaign.models import Attempt, Channel, Post, PostState
from campaign.scheduling import settle_doubt
from campaign.strangers import PATIENCE
from tests.campaign.world import World, fresh, state
from tests.engines import on_both_engines

HOUR = timedelta(hours=1)


def connect(world: World, kind: str) -> Channel:
    """A person of this home connects a channel that another home may be using."""
    channel = Channel.get_by_id(world.channels[kind].id)
    secrets = world.home.vault.open(channel.secret_set.get().sealed)
    channel_admin.connect(
        world.people["administrator"], channel, {**channel.settings, **secrets}, world.home.vault, world.clock
    )
    world.channels[kind] = Channel.get_by_id(channel.id)
    return world.channels[kind]


def other_home_sends(world: World, kind: str, slug: str) -> None:
    """What a home with the same messages sends: as this one would, but in another database."""
    post = world.post(kind, slug)
    world.deliver()
    assert state(post) is PostState.PUBLISHED
    post.delete_instance(recursive=True)


def reloaded(channel: Channel) -> Channel:
    found: Channel = Channel.get_by_id(channel.id)
    return found


@on_both_engines
@pytest.mark.parametrize("kind", ["facebook", "zalo"])
def test_the_second_home_on_a_page_is_told_before_its_first_post(world: World, kind: str) -> None:
    other_home_sends(world, kind, "bai-chung")
    channel = connect(world, kind)
    public = len(world.feed) + len(world.shown_articles)
    post = world.post(kind, "bai-rieng")
    world.deliver()
    assert "Một máy khác cũng đang gửi lên kênh này" in reloaded(channel).paused
    assert state(post) is PostState.SCHEDULED
    assert Attempt.select().where(Attempt.post == post).count() == 0
    assert len(world.feed) + len(world.shown_articles) == public


def test_it_is_told_as_soon_as_the_channel_is_connected(world: World) -> None:
    other_home_sends(world, "facebook", "bai-chung")
    channel = connect(world, "facebook")
    watch = world.home.watch()
    for due in watch.due():
        watch.look(due)
    assert "Một máy khác" in reloaded(channel).paused


def test_a_person_who_has_looked_lets_the_channel_speak(world: World) -> None:
    other_home_sends(world, "facebook", "bai-chung")
    channel = connect(world, "facebook")
    post = world.post("facebook", "bai-rieng")
    world.deliver()
    channel_admin.resume(world.people["administrator"], reloaded(channel), world.clock.now())
    world.deliver()
    assert state(post) is PostState.PUBLISHED


def test_a_post_that_the_other_home_has_left_with_facebook_counts_too(world: World) -> None:
    Channel.update(ahead=True).where(Channel.id == world.channels["facebook"].id).execute()
    world.channels["facebook"] = reloaded(world.channels["facebook"])
    left = world.post("facebook", "hen-truoc", world.clock.now() + 5 * HOUR)
    world.deliver()
    assert state(left) is PostState.SCHEDULED_REMOTELY
    left.delete_instance(recursive=True)
    channel = connect(world, "facebook")
    world.post("facebook", "bai-rieng")
    world.deliver()
    assert "Một máy khác" in reloaded(channel).paused


def test_posts_of_its_own_are_no_strangers_after_a_reconnection(world: World) -> None:
    for slug in ("mot", "hai"):
        world.post("facebook", slug)
        world.deliver(timedelta(minutes=1))
    channel = connect(world, "facebook")
    post = world.post("facebook", "ba")
    world.deliver()
    assert state(post) is PostState.PUBLISHED
    assert (reloaded(channel).paused, reloaded(channel).unread) == ("", False)


def test_what_people_write_on_the_page_is_no_stranger(world: World) -> None:
    world.facebook.write_by_hand(world.page_id, "Thông báo lịch tiêm chủng tháng 11.")
    channel = connect(world, "facebook")
    post = world.post("facebook", "mot")
    world.deliver()
    assert (state(post), reloaded(channel).paused) == (PostState.PUBLISHED, "")


def test_a_post_that_a_person_knows_to_be_out_is_no_stranger(world: World) -> None:
    world.facebook.fault("cut", match="feed")
    world.facebook.fault("html_502_before", times=3, match="published_posts")
    doubtful = world.post("facebook", "chua-chac")
    world.deliver()
    assert state(doubtful) is PostState.UNSURE and len(world.feed) == 1
    settle_doubt(world.people["editor"], doubtful, is_out=True, now=world.clock.now())
    world.facebook.clear_faults()
    world.clock.advance(timedelta(minutes=1))
    channel = connect(world, "facebook")
    post = world.post("facebook", "mot")
    world.deliver()
    assert (state(post), reloaded(channel).paused) == (PostState.PUBLISHED, "")


def test_two_channels_of_one_home_may_lead_to_one_page(world: World) -> None:
    post = world.post("facebook", "mot")
    world.deliver()
    twin = channel_admin.create_channel(None, world.unit, "facebook", "Kênh thứ hai", world.clock.now())
    Post.update(channel=twin).where(Post.id == post.id).execute()
    channel = connect(world, "facebook")
    world.post("facebook", "hai")
    world.deliver()
    assert reloaded(channel).paused == ""


def test_a_page_that_lets_nothing_be_read_back_is_posted_to_all_the_same(world: World) -> None:
    connect(world, "facebook")
    page = world.facebook._store.pages[world.page_id]
    page.scopes.discard("pages_read_user_content")
    post = world.post("facebook", "mot")
    world.deliver()
    assert state(post) is PostState.PUBLISHED


def test_a_listing_that_stays_broken_does_not_keep_the_channel_silent(world: World) -> None:
    connect(world, "facebook")
    world.facebook.fault("html_502_before", times=PATIENCE, match="published_posts")
    post = world.post("facebook", "mot")
    world.deliver()
    assert (state(post), fresh(post).tries) == (PostState.SCHEDULED, 1)
    for _ in range(PATIENCE):
        world.deliver(timedelta(minutes=10))
    assert state(post) is PostState.PUBLISHED


def test_once_read_a_service_is_not_read_before_every_post(world: World) -> None:
    connect(world, "facebook")
    world.post("facebook", "mot")
    world.deliver()
    before = len(world.facebook.calls)
    world.post("facebook", "hai", world.clock.now() + timedelta(minutes=1))
    world.deliver(timedelta(minutes=1))
    assert [path.rpartition("/")[2] for _, path in world.facebook.calls[before:]] == ["feed"]
