"""From a campaign to posts: what was looked at is what is applied, all of it or nothing, and it can be taken back.

The days of the campaign are 17 to 30 November 2026, four weeks' worth of posts on two channels; the clock stands on
Monday the 16th, 09:00 in Vietnam.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from campaign import campaign_admin, channel_admin, planning, scheduling, workflow
from campaign.broadcasts import Airing, confirm
from campaign.clock import local, local_day
from campaign.db import connected
from campaign.errors import NotAllowed, Problem
from campaign.models import AppliedPlan, Audit, Campaign, CampaignAim, CampaignMessage, Channel, Post, PostState
from campaign.planning import FRESH, KEEP
from content.message import Variant
from content.taxonomy import PILLARS
from tests.campaign.world import World, fresh
from tests.engines import on_both_engines

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SHARES = dict.fromkeys(PILLARS, 20)
SPOKEN = "Xét nghiệm HIV sớm giúp điều trị sớm và sống khỏe mạnh lâu dài bên gia đình. " * 8


@pytest.fixture
def campaign(world: World) -> Campaign:
    row: Campaign = Campaign.create(
        unit=world.unit, name="Thử", starts_on=date(2026, 11, 17), ends_on=date(2026, 11, 30), shares=SHARES,
        created_by=world.people["editor"], created_at=world.clock.now(),
    )  # fmt: skip
    world.aim(row, "facebook")
    world.aim(row, "zalo")
    for pillar in PILLARS:
        for number in range(3):
            revision = world.approved(f"{pillar}-{number}", f"Lời {pillar} {number}.", pillar=pillar)
            CampaignMessage.create(campaign=row, message=revision.message)
    return row


def apply(world: World, campaign: Campaign, mode: str = KEEP) -> AppliedPlan:
    now = world.clock.now()
    fingerprint = planning.propose(campaign, now, mode=mode).fingerprint
    return planning.apply(world.people["editor"], campaign, fingerprint, now, now, world.home.freezer, mode=mode)


def calendar() -> dict[int, tuple[object, ...]]:
    """Every post that is not cancelled, with all that says where, when and what it is."""
    rows = Post.select().where(Post.state != PostState.CANCELLED)
    return {
        row.id: (row.channel_id, row.due_at, row.state, row.payload_hash, row.hold, row.reason) for row in rows
    }  # fmt: skip


def scheduled(*where: object) -> list[Post]:
    return list(Post.select().where(Post.state == PostState.SCHEDULED, *where).order_by(Post.due_at, Post.id))


# ---------------------------------------------------------------- applying


@on_both_engines
def test_an_applied_plan_is_in_the_ledger_slot_by_slot(world: World, campaign: Campaign) -> None:
    proposal = planning.propose(campaign, world.clock.now())
    applied = apply(world, campaign)
    assert len(applied.changes["added"]) == len(proposal.slots) == 28
    posts = {(post.channel_id, post.due_at, post.revision.message_id, post.reason) for post in Post.select()}
    assert posts == {(slot.channel_id, slot.at, slot.message_id, slot.reason) for slot in proposal.slots}
    days = [local_day(post.due_at) for post in Post.select()]
    assert {days.count(day) for day in days} == {2}


def test_looking_changes_nothing(world: World, campaign: Campaign) -> None:
    planning.propose(campaign, world.clock.now())
    planning.propose(campaign, world.clock.now(), mode=FRESH)
    assert Post.select().count() == 0


def test_a_post_carries_the_wording_that_was_planned_and_shown(world: World, campaign: Campaign) -> None:
    """A Page refuses one text twice running: a message that comes again says it in other words."""
    CampaignMessage.delete().execute()
    for pillar in PILLARS:
        ways = {"facebook": Variant(text=f"{pillar} một.", wordings=(f"{pillar} hai.", f"{pillar} ba."))}
        revision = world.approved(f"cach-noi-{pillar}", pillar=pillar, variants=ways, channels=("facebook",))
        CampaignMessage.create(campaign=campaign, message=revision.message)
    proposal = planning.propose(campaign, world.clock.now())
    apply(world, campaign)
    texts = {post.due_at: post.payload["text"] for post in Post.select()}
    words = ("một", "hai", "ba")
    assert texts == {slot.at: f"{slot.pillar} {words[slot.wording]}." for slot in proposal.slots}
    assert {text.split()[1] for text in texts.values()} == {"một.", "hai.", "ba."}


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
    world.clock.advance(HOUR)
    with pytest.raises(Problem, match="mở đã lâu"):
        planning.apply(world.people["editor"], campaign, seen, then, world.clock.now(), world.home.freezer)


def test_only_approved_messages_of_the_campaign_are_planned(world: World, campaign: Campaign) -> None:
    outside = world.approved("ngoai-chien-dich")
    apply(world, campaign)
    assert not Post.select().where(Post.revision == outside).exists()


def test_a_plan_is_applied_by_those_who_may_plan_and_leaves_its_rows(world: World, campaign: Campaign) -> None:
    now = world.clock.now()
    seen = planning.propose(campaign, now).fingerprint
    with pytest.raises(NotAllowed):
        planning.apply(world.people["reviewer"], campaign, seen, now, now, world.home.freezer)
    apply(world, campaign)
    row = Audit.get(Audit.action == "apply_plan")
    assert (row.user, row.detail["posts"], row.detail["fingerprint"]) == (world.people["editor"], 28, seen)
    assert Audit.select().where(Audit.action == "schedule").count() == 28


def test_planned_posts_keep_out_of_the_quiet_hours(world: World, campaign: Campaign) -> None:
    apply(world, campaign)
    hours = {local(post.due_at).hour for post in Post.select()}
    assert min(hours) >= 6 and max(hours) < 21


@on_both_engines
def test_of_two_who_apply_at_once_one_wins_and_the_other_is_told(world: World, campaign: Campaign) -> None:
    now = world.clock.now()
    seen = planning.propose(campaign, now).fingerprint

    def press(_: int) -> str:
        with connected():
            try:
                planning.apply(world.people["editor"], campaign, seen, now, now, world.home.freezer)
            except Problem as problem:
                return str(problem)
            return ""

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(press, range(2)))
    assert answers[0] == "" and "vừa thay đổi" in answers[1]
    assert Post.select().count() == 28


# ---------------------------------------------------------------- terms that are tried


def test_terms_that_are_tried_are_stored_only_when_they_are_applied(world: World, campaign: Campaign) -> None:
    now, stored = world.clock.now(), campaign_admin.terms_of(campaign)
    raised = replace(stored, aims=[replace(aim, per_week=10) for aim in stored.aims])
    proposal = planning.propose(campaign, now, raised)
    assert len(proposal.slots) == 40
    assert campaign_admin.terms_of(campaign) == stored
    planning.apply(world.people["editor"], campaign, proposal.fingerprint, now, now, world.home.freezer, raised)
    assert {aim.per_week for aim in CampaignAim.select()} == {10}
    assert Post.select().count() == 40


def test_terms_that_no_campaign_can_have_are_not_applied(world: World, campaign: Campaign) -> None:
    now = world.clock.now()
    wrong = replace(campaign_admin.terms_of(campaign), weights=dict.fromkeys([CampaignMessage.get().message_id], 99))
    proposal = planning.propose(campaign, now, wrong)
    with pytest.raises(Problem, match="từ 1 đến 9"):
        planning.apply(world.people["editor"], campaign, proposal.fingerprint, now, now, world.home.freezer, wrong)
    assert Post.select().count() == 0


# ---------------------------------------------------------------- planning again


def test_planning_again_without_a_reason_changes_nothing(world: World, campaign: Campaign) -> None:
    apply(world, campaign)
    proposal = planning.propose(campaign, world.clock.now())
    assert (proposal.slots, proposal.dropped, proposal.kept) == ((), (), 28)
    with pytest.raises(Problem, match="đã đúng như kế hoạch"):
        apply(world, campaign)


def test_planning_again_fills_only_what_is_missing_and_moves_nothing(world: World, campaign: Campaign) -> None:
    apply(world, campaign)
    lost = scheduled()[10]
    scheduling.cancel(world.people["editor"], lost, world.clock.now())
    before = calendar()
    changes = apply(world, campaign).changes
    assert [len(changes[kind]) for kind in ("added", "moved", "replaced", "cancelled")] == [1, 0, 0, 0]
    after = calendar()
    assert {key: after[key] for key in before} == before


def test_a_message_that_is_withdrawn_leaves_its_hours_to_others(world: World, campaign: Campaign) -> None:
    apply(world, campaign)
    revision = scheduled()[5].revision
    hours = {(post.channel_id, post.due_at) for post in scheduled(Post.revision == revision)}
    workflow.withdraw(world.people["approver"], revision, "Sai số liệu.", world.clock.now())
    scheduling.stop_revision(world.people["approver"], revision, world.clock.now())
    before = calendar()
    changes = apply(world, campaign).changes
    assert not changes["moved"] and not changes["cancelled"]
    added = {(post.channel_id, post.due_at) for post in scheduled(Post.id.in_(changes["added"]))}
    assert len(added) == len(hours)
    assert {local_day(at) for _, at in added} == {local_day(at) for _, at in hours}
    assert not scheduled(Post.revision == revision)
    after = calendar()
    assert {key: after[key] for key in before} == before


def test_a_post_that_waits_on_hold_because_its_text_may_not_go_out_is_given_another_message(
    world: World, campaign: Campaign
) -> None:
    """Its revision was withdrawn while nobody stopped its posts: it would wait until its hour has passed."""
    apply(world, campaign)
    post = scheduled()[5]
    workflow.retire(post.revision, world.people["approver"], "Bị thu hồi.", world.clock.now())
    held = scheduled(Post.revision == post.revision)
    Post.update(hold="Bản này không còn được duyệt; hãy duyệt lại hoặc hủy bài.").where(
        Post.revision == post.revision
    ).execute()
    changes = apply(world, campaign).changes
    assert {row["old"] for row in changes["replaced"]} == {row.id for row in held}
    pairs = [(fresh_of(row["old"]), fresh_of(row["new"])) for row in changes["replaced"]]
    for old, new in pairs:
        assert old.state == PostState.CANCELLED
        assert (new.channel_id, new.due_at, new.hold) == (old.channel_id, old.due_at, "")
        assert new.revision_id != old.revision_id


def test_a_raised_target_adds_and_keeps_what_stands(world: World, campaign: Campaign) -> None:
    apply(world, campaign)
    CampaignAim.update(per_week=8).execute()
    before = {key: row[1] for key, row in calendar().items()}
    changes = apply(world, campaign).changes
    assert len(changes["added"]) == 4 and not changes["cancelled"]
    stayed = sum(fresh_of(key).due_at == at for key, at in before.items())
    assert stayed + len(changes["moved"]) == 28


def test_a_day_on_which_a_channel_closes_moves_the_posts_of_that_day_only(world: World, campaign: Campaign) -> None:
    apply(world, campaign)
    page = Channel.get_by_id(world.channels["facebook"].id)
    closed = date(2026, 11, 24)
    closures = [{"first": f"{closed}", "last": f"{closed}", "why": "Ngày Văn hóa Việt Nam"}]
    hours = replace(hours_of(page), closures=closures)
    channel_admin.set_hours(world.people["administrator"], page, hours, world.clock.now())
    lost = {post.id for post in scheduled(Post.channel == page) if local_day(post.due_at) == closed}
    proposal = planning.propose(campaign, world.clock.now())
    touched = {slot.replaces for slot in proposal.slots} | {row.key for row in proposal.dropped}
    assert lost and touched == lost
    apply(world, campaign)
    assert closed not in {local_day(post.due_at) for post in scheduled(Post.channel == page)}


def test_a_broadcast_that_was_not_aired_is_made_up_for(world: World, campaign: Campaign) -> None:
    CampaignMessage.delete().execute()
    CampaignAim.delete().execute()
    station = world.channels["loudspeaker"]
    world.aim(campaign, "loudspeaker", per_week=3)
    for number, pillar in enumerate(PILLARS):
        revision = world.approved(f"loa-{number}", f"{SPOKEN} Lời {number}.", pillar=pillar)
        CampaignMessage.create(campaign=campaign, message=revision.message)
    apply(world, campaign)
    first = scheduled(Post.channel == station)[0]
    world.clock.set(first.due_at - HOUR)
    world.deliver()
    world.clock.set(first.due_at + HOUR)
    assert planning.propose(campaign, world.clock.now()).slots == ()
    confirm(world.people["operator"], fresh(first), Airing(False, reason="Mất điện"), world.clock.now())
    changes = apply(world, campaign).changes
    assert len(changes["added"]) == 1
    assert fresh_of(changes["added"][0]).due_at > world.clock.now()


def test_a_post_that_a_person_moved_stays_where_they_put_it(world: World, campaign: Campaign) -> None:
    apply(world, campaign)
    page = world.channels["facebook"]
    post = scheduled(Post.channel == page)[3]
    scheduling.move(world.people["editor"], post, post.due_at + timedelta(minutes=7), world.clock.now())
    for mode in (KEEP, FRESH):
        proposal = planning.propose(campaign, world.clock.now(), mode=mode)
        touched = {slot.replaces for slot in proposal.slots} | {row.key for row in proposal.dropped}
        assert post.id not in touched


def test_what_was_given_away_is_never_moved(world: World, campaign: Campaign) -> None:
    apply(world, campaign)
    post = scheduled()[0]
    world.clock.set(post.due_at)
    world.deliver()
    gone = {row.id for row in Post.select().where(Post.state != PostState.SCHEDULED)}
    assert gone
    Channel.update(quiet=["06:00", "20:00"]).execute()
    proposal = planning.propose(campaign, world.clock.now(), mode=FRESH)
    assert not gone & {slot.replaces for slot in proposal.slots}


def test_planning_anew_is_told_as_changes_of_what_stands(world: World, campaign: Campaign) -> None:
    apply(world, campaign)
    assert planning.propose(campaign, world.clock.now(), mode=FRESH).moves == 0
    CampaignAim.update(per_week=5).execute()
    proposal = planning.propose(campaign, world.clock.now(), mode=FRESH)
    assert len(proposal.dropped) == 8
    apply(world, campaign, FRESH)
    assert len(scheduled()) == 20
    assert planning.propose(campaign, world.clock.now(), mode=FRESH).moves == 0


# ---------------------------------------------------------------- taking back


@on_both_engines
def test_an_undone_plan_leaves_the_calendar_as_it_was_to_the_letter(world: World, campaign: Campaign) -> None:
    apply(world, campaign)
    unhappy = scheduled()[5].revision
    workflow.retire(unhappy, world.people["approver"], "Bị thu hồi.", world.clock.now())
    Post.update(hold="Bản này không còn được duyệt; hãy duyệt lại hoặc hủy bài.").where(
        Post.revision == unhappy
    ).execute()
    windows = [{"weekdays": [0, 1, 2, 3, 4, 5, 6], "start": "16:00", "end": "21:00"}]
    Channel.update(windows=windows).where(Channel.kind == "zalo").execute()
    CampaignAim.update(per_week=6).execute()
    before, rows = calendar(), act_times()
    applied = apply(world, campaign)
    changes = applied.changes
    assert changes["moved"] and changes["replaced"] and changes["cancelled"]
    assert calendar() != before
    planning.undo(world.people["editor"], applied, world.clock.now())
    assert calendar() == before
    assert {key: at for key, at in act_times().items() if key in before} == rows
    assert planning.undoable(campaign, world.clock.now()) is None


def test_a_plan_can_be_undone_until_its_first_post_has_gone(world: World, campaign: Campaign) -> None:
    applied = apply(world, campaign)
    assert planning.undoable(campaign, world.clock.now()) == applied
    world.clock.set(scheduled()[0].due_at)
    world.deliver()
    assert planning.undoable(campaign, world.clock.now()) is None
    before = calendar()
    with pytest.raises(Problem, match="không hoàn tác được nữa"):
        planning.undo(world.people["editor"], applied, world.clock.now())
    assert calendar() == before


def test_an_undone_plan_cannot_be_undone_again(world: World, campaign: Campaign) -> None:
    applied = apply(world, campaign)
    planning.undo(world.people["editor"], applied, world.clock.now())
    with pytest.raises(Problem, match="không hoàn tác được nữa"):
        planning.undo(world.people["editor"], AppliedPlan.get_by_id(applied.id), world.clock.now())
    row = AppliedPlan.get()
    assert (row.undone_by, row.undone_at) == (world.people["editor"], world.clock.now())


def test_only_the_newest_plan_can_be_undone(world: World, campaign: Campaign) -> None:
    first = apply(world, campaign)
    CampaignAim.update(per_week=8).execute()
    second = apply(world, campaign)
    with pytest.raises(Problem, match="không hoàn tác được nữa"):
        planning.undo(world.people["editor"], first, world.clock.now())
    planning.undo(world.people["editor"], second, world.clock.now())
    assert len(scheduled()) == 28


def test_who_may_not_plan_cannot_undo(world: World, campaign: Campaign) -> None:
    applied = apply(world, campaign)
    with pytest.raises(NotAllowed):
        planning.undo(world.people["approver"], applied, world.clock.now())


# ---------------------------------------------------------------- somebody is faster


@on_both_engines
def test_a_worker_that_takes_a_post_up_between_looking_and_applying_leaves_the_calendar_as_it_was(
    world: World, campaign: Campaign
) -> None:
    apply(world, campaign)
    Channel.update(quiet=["06:00", "14:00"]).execute()  # everything has to move
    first = scheduled()[0]
    looked_at = first.due_at - HOUR
    seen = planning.propose(campaign, looked_at).fingerprint
    world.clock.set(first.due_at - timedelta(minutes=40))
    Post.update(act_at=world.clock.now()).where(Post.id == first.id).execute()
    assert world.home.ledger("nhanh").claim(5)
    before = calendar()
    with pytest.raises(Problem, match="vừa thay đổi"):
        planning.apply(world.people["editor"], campaign, seen, looked_at, world.clock.now(), world.home.freezer)
    assert calendar() == before


@on_both_engines
def test_a_worker_that_takes_a_post_up_while_the_plan_is_applied_stops_the_whole_of_it(
    world: World, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    apply(world, campaign)
    Channel.update(quiet=["06:00", "14:00"]).execute()
    now, post = world.clock.now(), scheduled()[0]
    seen = planning.propose(campaign, now).fingerprint
    real = planning.plan_changes.Application.carry_out

    def while_claimed(*args: object) -> object:
        Post.update(state=PostState.SENDING, fence=1, lease_until=now + HOUR).where(Post.id == post.id).execute()
        return real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(planning.plan_changes.Application, "carry_out", while_claimed)
    before = calendar()
    with pytest.raises(Problem, match="vừa được gửi"):
        planning.apply(world.people["editor"], campaign, seen, now, now, world.home.freezer)
    assert calendar() == before
    assert AppliedPlan.select().count() == 1


@on_both_engines
def test_an_hour_that_another_post_took_meanwhile_stops_the_whole_plan(
    world: World, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = world.clock.now()
    proposal = planning.propose(campaign, now)
    taken = proposal.slots[10]
    channel = Channel.get_by_id(taken.channel_id)
    outside = world.approved("chen-ngang", "Lời chen ngang.")
    real = planning.plan_changes.Application.carry_out

    def while_taken(*args: object) -> object:
        scheduling.schedule(
            world.home.freezer, user=None, campaign=None, channel=channel, revision=outside, due=taken.at, now=now
        )
        return real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(planning.plan_changes.Application, "carry_out", while_taken)
    with pytest.raises(Problem, match="vừa có bài khác"):
        planning.apply(world.people["editor"], campaign, proposal.fingerprint, now, now, world.home.freezer)
    assert Post.select().count() == 0


# ---------------------------------------------------------------- what it changes, told


def test_the_difference_shows_what_is_added_moved_changed_dropped_and_kept(world: World, campaign: Campaign) -> None:
    now = world.clock.now()
    first = planning.differences(campaign, planning.propose(campaign, now))
    assert {change.kind for change in first} == {"added"} and len(first) == 28
    apply(world, campaign)
    unhappy = scheduled()[5].revision
    workflow.retire(unhappy, world.people["approver"], "Bị thu hồi.", now)
    windows = [{"weekdays": [0, 1, 2, 3, 4, 5, 6], "start": "16:00", "end": "21:00"}]
    Channel.update(windows=windows).where(Channel.kind == "zalo").execute()
    CampaignAim.update(per_week=6).execute()
    changes = planning.differences(campaign, planning.propose(campaign, now))
    assert {change.kind for change in changes} == {"moved", "message", "dropped", "kept"}
    assert len(changes) == 28
    assert [change.at for change in changes] == sorted(change.at for change in changes)
    moved = next(change for change in changes if change.kind == "moved")
    assert moved.was_at not in {None, moved.at} and moved.channel.kind == "zalo"
    message = next(change for change in changes if change.kind == "message")
    assert message.was_title == unhappy.title != message.title
    assert all(change.reason for change in changes)


# ---------------------------------------------------------------- in a line


def fresh_of(key: int) -> Post:
    post: Post = Post.get_by_id(key)
    return post


def act_times() -> dict[int, datetime]:
    return {post.id: post.act_at for post in Post.select()}


def hours_of(channel: Channel) -> channel_admin.Hours:
    return channel_admin.Hours(
        windows=channel.windows,
        quiet=(channel.quiet[0], channel.quiet[1]),
        min_gap_minutes=channel.min_gap_minutes,
        max_per_day=24,
        grace_minutes=channel.grace_minutes,
    )
