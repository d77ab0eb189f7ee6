"""From a campaign to posts: what was previewed is what is applied, all of it or nothing."""

from datetime import date, timedelta

import pytest

from campaign import planning
from campaign.clock import local, local_day
from campaign.errors import NotAllowed, Problem
from campaign.models import Audit, Campaign, CampaignChannel, CampaignMessage, Post, PostState
from campaign.scheduling import cancel
from content.taxonomy import PILLARS
from tests.campaign.world import World

SHARES = dict.fromkeys(PILLARS, 0.2)


@pytest.fixture
def campaign(world: World) -> Campaign:
    row: Campaign = Campaign.create(
        unit=world.unit, name="Thử", starts_on=date(2026, 11, 17), ends_on=date(2026, 11, 30), shares=SHARES,
        created_by=world.people["editor"], created_at=world.clock.now(),
    )  # fmt: skip
    for kind in ("facebook", "zalo"):
        CampaignChannel.create(campaign=row, channel=world.channels[kind], posts_per_week=7)
    for pillar in PILLARS:
        for number in range(3):
            revision = world.approved(f"{pillar}-{number}", f"Lời {pillar} {number}.", pillar=pillar)
            CampaignMessage.create(campaign=row, message=revision.message)
    return row


def apply(world: World, campaign: Campaign) -> int:
    now = world.clock.now()
    fingerprint = planning.propose(campaign, now).fingerprint
    return planning.apply(world.people["editor"], campaign, fingerprint, now, now, world.home.freezer)


def test_an_applied_plan_is_in_the_ledger_slot_by_slot(world: World, campaign: Campaign) -> None:
    proposal = planning.propose(campaign, world.clock.now())
    assert apply(world, campaign) == 28
    posts = {(post.channel_id, post.due_at, post.revision.message_id, post.reason) for post in Post.select()}
    assert posts == {(slot.channel_id, slot.at, slot.message_id, slot.reason) for slot in proposal.slots}
    days = [local_day(post.due_at) for post in Post.select()]
    assert {days.count(day) for day in days} == {2}


def test_looking_changes_nothing(world: World, campaign: Campaign) -> None:
    planning.propose(campaign, world.clock.now())
    assert Post.select().count() == 0


def test_a_plan_that_is_no_longer_what_was_shown_is_not_applied(world: World, campaign: Campaign) -> None:
    now = world.clock.now()
    seen = planning.propose(campaign, now).fingerprint
    Campaign.update(ends_on=date(2026, 12, 4)).where(Campaign.id == campaign.id).execute()
    changed = Campaign.get_by_id(campaign.id)
    with pytest.raises(Problem, match="vừa thay đổi"):
        planning.apply(world.people["editor"], changed, seen, now, now, world.home.freezer)
    assert Post.select().count() == 0


def test_a_preview_of_an_hour_ago_must_be_looked_at_again(world: World, campaign: Campaign) -> None:
    then = world.clock.now()
    seen = planning.propose(campaign, then).fingerprint
    world.clock.advance(timedelta(hours=1))
    with pytest.raises(Problem, match="mở đã lâu"):
        planning.apply(world.people["editor"], campaign, seen, then, world.clock.now(), world.home.freezer)


def test_planning_again_fills_only_what_is_missing_and_moves_nothing(world: World, campaign: Campaign) -> None:
    apply(world, campaign)
    before = {post.id: post.due_at for post in Post.select()}
    assert planning.propose(campaign, world.clock.now()).slots == ()
    lost = Post.select().order_by(Post.due_at.desc()).first()
    cancel(world.people["editor"], lost, world.clock.now())
    assert apply(world, campaign) == 1
    after = {post.id: post.due_at for post in Post.select().where(Post.state == PostState.SCHEDULED)}
    assert {key: due for key, due in after.items() if key in before} == {
        key: due for key, due in before.items() if key != lost.id
    }


def test_only_approved_messages_of_the_campaign_are_planned(world: World, campaign: Campaign) -> None:
    outside = world.approved("ngoai-chien-dich")
    apply(world, campaign)
    assert not Post.select().where(Post.revision == outside).exists()


def test_a_plan_is_applied_by_those_who_may_plan_and_leaves_a_row(world: World, campaign: Campaign) -> None:
    now = world.clock.now()
    seen = planning.propose(campaign, now).fingerprint
    with pytest.raises(NotAllowed):
        planning.apply(world.people["reviewer"], campaign, seen, now, now, world.home.freezer)
    apply(world, campaign)
    row = Audit.get(Audit.action == "apply_plan")
    assert (row.user, row.detail["posts"], row.detail["fingerprint"]) == (world.people["editor"], 28, seen)


def test_planned_posts_keep_out_of_the_quiet_hours(world: World, campaign: Campaign) -> None:
    apply(world, campaign)
    hours = {local(post.due_at).hour for post in Post.select()}
    assert min(hours) >= 6 and max(hours) < 21
