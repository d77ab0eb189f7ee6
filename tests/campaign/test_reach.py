"""Reach: figures as the services give them, airtime as people confirm it, and no figure is not zero."""

from datetime import date, timedelta

import pytest

from campaign import reach
from campaign.broadcasts import Airing, confirm, of_day
from campaign.clock import local_day
from campaign.errors import NotAllowed, Problem
from campaign.models import Campaign, Channel, Confirmation, Post, PostState, Reach
from campaign.scheduling import schedule, stop_revision
from channels.base import ChannelError, Figure, NeedsLogin, RateLimited, Receipt, Session, Temporary
from channels.facebook import FacebookPage
from content.taxonomy import PILLARS
from tests.campaign.world import World, fresh, state
from tests.engines import on_both_engines

pytestmark = on_both_engines

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SPOKEN = "Xét nghiệm HIV sớm giúp điều trị sớm và sống khỏe mạnh lâu dài bên gia đình. " * 8


@pytest.fixture
def campaign(world: World) -> Campaign:
    row: Campaign = Campaign.create(
        unit=world.unit, name="Thử", starts_on=date(2026, 11, 10), ends_on=date(2026, 12, 10),
        shares=dict.fromkeys(PILLARS, 0.2), created_at=world.clock.now(),
    )  # fmt: skip
    for kind in world.channels:
        world.aim(row, kind)
    return row


def published(world: World, campaign: Campaign, kind: str, slug: str) -> Post:
    post = world.post(kind, slug)
    Post.update(campaign=campaign).where(Post.id == post.id).execute()
    world.deliver()
    assert state(post) is PostState.PUBLISHED
    return post


def broadcast(world: World, campaign: Campaign, slug: str = "loa") -> Post:
    post = schedule(
        world.home.freezer, user=None, campaign=campaign, channel=world.channels["loudspeaker"],
        revision=world.approved(slug, SPOKEN), due=world.clock.now() + HOUR, now=world.clock.now(),
    )  # fmt: skip
    world.deliver(HOUR)
    assert state(post) is PostState.HANDED_OVER
    return post


def measure(world: World) -> int:
    home, ledger = world.home, world.home.ledger("thử")
    due = reach.due_for_measuring(world.clock.now())
    return sum(reach.collect(post, home.adapters, ledger, home.vault) for post in due)


# ---------------------------------------------------------------- figures of the services


def test_a_post_is_measured_at_its_ages_and_not_in_between(world: World, campaign: Campaign) -> None:
    post = published(world, campaign, "facebook", "mot")
    assert measure(world) == 0
    world.clock.advance(HOUR)
    assert measure(world) > 0
    assert measure(world) == 0
    world.clock.advance(DAY)
    assert measure(world) > 0
    assert {row.at for row in Reach.select().where(Reach.post == post)} == {
        fresh(post).published_at + HOUR,
        fresh(post).published_at + HOUR + DAY,
    }


def test_the_sum_is_of_the_newest_figures_of_each_post(world: World, campaign: Campaign) -> None:
    posts = [published(world, campaign, "facebook", slug) for slug in ("mot",)]
    world.clock.advance(HOUR)
    measure(world)
    world.clock.advance(3 * DAY)
    measure(world)
    row = next(row for row in reach.campaign_reach(campaign, world.home.adapters) if row.channel.kind == "facebook")
    newest = reach.latest_figures(posts[0])["post_media_view"]
    assert newest.value and row.totals["post_media_view"].value == newest.value
    assert (row.planned, row.done) == (1, 1)


def test_no_figure_is_said_and_is_not_zero(world: World, campaign: Campaign) -> None:
    post = published(world, campaign, "zalo", "mot")
    Reach.create(
        post=post, metric="total_view", value=None, measured=True, note="Zalo chưa trả số liệu.", at=world.clock.now()
    )
    row = next(row for row in reach.campaign_reach(campaign, world.home.adapters) if row.channel.kind == "zalo")
    total = row.totals["total_view"]
    assert (total.value, total.posts, total.missing) == (None, 0, 1)
    assert total.notes == {"Zalo chưa trả số liệu."}


def test_a_channel_that_cannot_answer_leaves_no_figure(world: World, campaign: Campaign) -> None:
    published(world, campaign, "facebook", "mot")
    world.home.config.values["services.facebook.api_url"] = "http://127.0.0.1:9"
    world.clock.advance(HOUR)
    measure(world)
    assert all(row.value is None for row in Reach.select())


def test_every_metric_says_whether_it_is_measured(world: World, campaign: Campaign) -> None:
    published(world, campaign, "facebook", "mot")
    world.clock.advance(HOUR)
    measure(world)
    declared = {metric.name: metric.measured for metric in world.home.adapters.of_kind("facebook").metrics}
    assert {row.metric: row.measured for row in Reach.select()} == declared


# ---------------------------------------------------------------- airtime


def test_airtime_is_what_a_person_confirmed_by_reading_time(world: World, campaign: Campaign) -> None:
    post = broadcast(world, campaign)
    row = loudspeaker(world, campaign)
    assert (row.airtime, row.done, row.open) == (0.0, 0, 1)
    confirm(world.people["operator"], post, Airing(True, times=2), world.clock.now())
    from campaign.broadcasts import script_of

    seconds = script_of(fresh(post), world.home.adapters).seconds
    row = loudspeaker(world, campaign)
    assert row.airtime == pytest.approx(2 * seconds / 60)
    assert (row.done, row.open) == (1, 0)


def loudspeaker(world: World, campaign: Campaign) -> reach.ChannelReach:
    rows = reach.campaign_reach(campaign, world.home.adapters)
    return next(row for row in rows if row.channel.kind == "loudspeaker")


def test_a_broadcast_that_was_not_aired_counts_no_minutes(world: World, campaign: Campaign) -> None:
    post = broadcast(world, campaign)
    confirm(world.people["operator"], post, Airing(False, reason="Mất điện"), world.clock.now())
    row = loudspeaker(world, campaign)
    assert (row.airtime, row.failed) == (0.0, 1)


def test_a_correction_counts_and_the_earlier_word_stays(world: World, campaign: Campaign) -> None:
    post = broadcast(world, campaign)
    confirm(world.people["operator"], post, Airing(False, reason="Mất điện"), world.clock.now())
    confirm(world.people["operator"], post, Airing(True), world.clock.now())
    assert state(post) is PostState.AIRED
    assert [row.aired for row in Confirmation.select().order_by(Confirmation.id)] == [False, True]


@pytest.mark.parametrize(
    ("airing", "sentence"),
    [
        (Airing(False), "lý do"),
        (Airing(True, times=0), "Số lần"),
        (Airing(True, times=11), "Số lần"),
    ],
)
def test_a_report_that_cannot_be_is_refused(world: World, campaign: Campaign, airing: Airing, sentence: str) -> None:
    post = broadcast(world, campaign)
    with pytest.raises(Problem, match=sentence):
        confirm(world.people["operator"], post, airing, world.clock.now())
    assert state(post) is PostState.HANDED_OVER


def test_a_broadcast_cannot_have_been_aired_tomorrow(world: World, campaign: Campaign) -> None:
    post = broadcast(world, campaign)
    with pytest.raises(Problem, match="muộn hơn"):
        confirm(world.people["operator"], post, Airing(True, world.clock.now() + HOUR), world.clock.now())


def test_only_the_operator_confirms(world: World, campaign: Campaign) -> None:
    post = broadcast(world, campaign)
    with pytest.raises(NotAllowed):
        confirm(world.people["editor"], post, Airing(True), world.clock.now())


def test_a_recalled_script_stays_in_sight_and_cannot_be_aired(world: World, campaign: Campaign) -> None:
    post = broadcast(world, campaign)
    assert stop_revision(world.people["approver"], post.revision, world.clock.now()) == 1
    assert post in of_day(world.people["operator"], local_day(post.due_at))
    with pytest.raises(Problem, match="thu hồi"):
        confirm(world.people["operator"], fresh(post), Airing(True), world.clock.now())


# ---------------------------------------------------------------- a channel that cannot answer


class Asked:
    """A Page that answers every question for figures with the same error, or with none."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, error: ChannelError | None) -> None:
        self.posts: list[str] = []

        def measure(_self: FacebookPage, receipt: Receipt, _session: Session) -> list[Figure]:
            self.posts.append(receipt.remote_id)
            if error is not None:
                raise error
            return []

        monkeypatch.setattr(FacebookPage, "measure", measure)


def beat(world: World, measuring: reach.Measuring, most: int = 10) -> None:
    for post in measuring.due(most):
        measuring.take(post)


@pytest.fixture
def measuring(world: World, campaign: Campaign) -> reach.Measuring:
    """Three posts of a Page and one of Zalo, an hour old."""
    for slug in ("mot", "hai", "ba"):
        published(world, campaign, "facebook", slug)
        world.clock.advance(timedelta(minutes=1))
    published(world, campaign, "zalo", "bon")
    world.clock.advance(HOUR)
    return reach.Measuring(world.home.adapters, world.home.ledger("thử"), world.home.vault)


@pytest.mark.parametrize(("named", "silence"), [(2 * HOUR, 2 * HOUR), (None, HOUR / 2)])
def test_a_channel_that_cannot_answer_is_asked_once_and_then_left_alone(
    world: World, measuring: reach.Measuring, monkeypatch: pytest.MonkeyPatch, named: timedelta | None,
    silence: timedelta,
) -> None:  # fmt: skip
    error = RateLimited("Hết lượt.", world.clock.now() + named) if named else Temporary("Chưa kết nối được.")
    page = Asked(monkeypatch, error)
    beat(world, measuring)
    assert len(page.posts) == 1
    assert Reach.select().join(Post).where(Post.channel == world.channels["zalo"]).exists()
    world.clock.advance(silence - timedelta(seconds=1))
    beat(world, measuring)
    assert len(page.posts) == 1
    world.clock.advance(timedelta(seconds=1))
    beat(world, measuring)
    assert len(page.posts) == 2 and page.posts[0] != page.posts[1]


def test_a_channel_that_is_logged_out_pauses(
    world: World, measuring: reach.Measuring, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = Asked(monkeypatch, NeedsLogin("Hãy kết nối lại trang."))
    beat(world, measuring)
    assert Channel.get_by_id(world.channels["facebook"].id).paused == "Hãy kết nối lại trang."
    assert len(page.posts) == 1


def test_the_reason_of_an_earlier_pause_stays(
    world: World, measuring: reach.Measuring, monkeypatch: pytest.MonkeyPatch
) -> None:
    Asked(monkeypatch, NeedsLogin("Hãy kết nối lại trang."))
    (first, *_) = measuring.due(1)
    Channel.update(paused="Tạm dừng theo yêu cầu: lũ.").where(Channel.id == first.channel_id).execute()
    measuring.take(first)
    assert Channel.get_by_id(first.channel_id).paused == "Tạm dừng theo yêu cầu: lũ."


def test_a_post_without_figures_does_not_keep_the_others_from_their_turn(
    world: World, measuring: reach.Measuring, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = Asked(monkeypatch, None)
    Channel.update(paused="Tạm dừng").where(Channel.id == world.channels["zalo"].id).execute()
    for _ in range(3):
        world.clock.advance(timedelta(minutes=1))
        beat(world, measuring, most=1)
    assert len(set(page.posts)) == 3
