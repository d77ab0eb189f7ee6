"""Campaigns anchored to an observance, and rolled on to its next occurrence."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from campaign import campaign_admin, rolling
from campaign.campaign_admin import AimTerms, Terms, terms_of, trace
from campaign.errors import NotAllowed, Problem
from campaign.models import Audit, Campaign, Post
from campaign.planner.values import Peak
from content.taxonomy import PILLARS
from tests.campaign.world import World


def terms(world: World, anchor: str, starts_on: date, ends_on: date, name: str = "Tháng hành động 2026") -> Terms:
    message = world.approved("neo").message
    return Terms(
        name=name,
        starts_on=starts_on,
        ends_on=ends_on,
        shares=dict.fromkeys(PILLARS, 20),
        aims=[AimTerms((world.channels["facebook"].id,), per_week=3)],
        messages=[message.id],
        weights={message.id: 2},
        min_repeat_days=5,
        anchor=anchor,
    )


def anchored(world: World, anchor: str, starts_on: date, ends_on: date, **changes: str) -> Campaign:
    chosen = terms(world, anchor, starts_on, ends_on, **changes)
    return campaign_admin.create(world.people["editor"], world.unit, chosen, world.clock.now())


def test_a_campaign_keeps_its_distance_to_the_observance_when_it_is_rolled_on(world: World) -> None:
    campaign = anchored(world, "thang_hanh_dong", date(2026, 11, 3), date(2026, 12, 12))
    rolled = rolling.roll_on(world.people["editor"], campaign, world.clock.now())
    assert (rolled.starts_on, rolled.ends_on) == (date(2027, 11, 3), date(2027, 12, 12))
    assert rolled.name == "Tháng hành động 2027"


def test_a_campaign_for_tet_follows_the_moon(world: World) -> None:
    campaign = anchored(world, "tet", date(2026, 2, 8), date(2026, 2, 23), name="Tết an lành")
    world.clock.set(datetime(2026, 3, 1, tzinfo=UTC))
    rolled = rolling.roll_on(world.people["editor"], campaign, world.clock.now())
    assert (rolled.starts_on, rolled.ends_on, rolled.name) == (date(2027, 1, 28), date(2027, 2, 12), "Tết an lành 2027")


def test_aims_shares_and_messages_go_along_and_posts_do_not(world: World) -> None:
    campaign = anchored(world, "ngay_the_gioi", date(2026, 11, 25), date(2026, 12, 1))
    rolled = rolling.roll_on(world.people["editor"], campaign, world.clock.now())
    own = {"name", "starts_on", "ends_on"}
    before, after = (trace(terms_of(row)) for row in (campaign, rolled))
    assert {key: after[key] for key in after.keys() - own} == {key: before[key] for key in before.keys() - own}
    assert Post.select().where(Post.campaign == rolled).count() == 0
    assert Audit.select().where(Audit.action == "roll_campaign").count() == 1


def test_peaks_stay_as_far_from_the_first_day(world: World) -> None:
    chosen = replace(
        terms(world, "thang_hanh_dong", date(2026, 11, 10), date(2026, 12, 10)),
        peaks=[Peak(date(2026, 11, 25), date(2026, 12, 1), 2, "Ngày 1/12")],
    )
    campaign = campaign_admin.create(world.people["editor"], world.unit, chosen, world.clock.now())
    rolled = rolling.roll_on(world.people["editor"], campaign, world.clock.now())
    assert terms_of(rolled).peaks == [Peak(date(2027, 11, 25), date(2027, 12, 1), 2, "Ngày 1/12")]


def test_a_campaign_of_long_ago_is_rolled_to_the_occurrence_ahead(world: World) -> None:
    campaign = anchored(world, "thang_me_con", date(2021, 6, 1), date(2021, 6, 30))
    starts_on, _ = rolling.next_dates(campaign, date(2026, 11, 22))
    assert starts_on == date(2027, 6, 1)


@pytest.mark.parametrize(
    ("name", "rolled"),
    [
        ("Hướng tới mục tiêu 2030: Tháng hành động 2026", "Hướng tới mục tiêu 2030: Tháng hành động 2027"),
        ("Tháng hành động", "Tháng hành động 2027"),
    ],
)
def test_only_the_campaigns_own_year_moves_on_in_its_name(world: World, name: str, rolled: str) -> None:
    first = anchored(world, "thang_hanh_dong", date(2026, 11, 10), date(2026, 12, 10), name=name)
    assert rolling.roll_on(world.people["editor"], first, world.clock.now()).name == rolled


def test_a_campaign_is_rolled_on_once(world: World) -> None:
    campaign = anchored(world, "thang_hanh_dong", date(2026, 11, 10), date(2026, 12, 10))
    rolling.roll_on(world.people["editor"], campaign, world.clock.now())
    with pytest.raises(Problem, match="đã được lập lại"):
        rolling.roll_on(world.people["editor"], campaign, world.clock.now())


def test_a_campaign_with_dates_of_its_own_cannot_be_rolled_on(world: World) -> None:
    campaign = anchored(world, "", date(2026, 11, 10), date(2026, 12, 10))
    with pytest.raises(Problem, match="ngày cố định"):
        rolling.roll_on(world.people["editor"], campaign, world.clock.now())


def test_an_observance_that_does_not_exist_is_no_anchor(world: World) -> None:
    with pytest.raises(Problem, match="Không có dịp này"):
        anchored(world, "ngay_khac", date(2026, 11, 10), date(2026, 12, 10))


def test_who_may_not_plan_cannot_roll_a_campaign_on(world: World) -> None:
    campaign = anchored(world, "thang_hanh_dong", date(2026, 11, 10), date(2026, 12, 10))
    with pytest.raises(NotAllowed):
        rolling.roll_on(world.people["approver"], campaign, world.clock.now())
