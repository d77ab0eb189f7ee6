"""What happens when two things happen at once, or a service says something odd: each was once a fault."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest

from campaign import aftermath, channel_admin, scheduling, workflow
from campaign.clock import local_day
from campaign.errors import Problem
from campaign.leases import Claim
from campaign.ledger import PAUSED
from campaign.models import Attempt, Campaign, Channel, Membership, Post, PostState, Revision, Unit, set_note
from campaign.session import LedgerSession
from campaign.workflow import Decision
from channels.base import Receipt, Rejected, State
from channels.facebook import FacebookPage
from tests.campaign.world import World, content, fresh, state
from tests.engines import on_both_engines

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SPOKEN = "Xét nghiệm HIV sớm giúp điều trị sớm và sống khỏe mạnh lâu dài bên gia đình. " * 8


@pytest.fixture
def ahead(world: World) -> World:
    """A world whose Page is given its posts ahead of time."""
    Channel.update(ahead=True).where(Channel.id == world.channels["facebook"].id).execute()
    world.channels["facebook"] = Channel.get_by_id(world.channels["facebook"].id)
    return world


def given_ahead(world: World, slug: str = "mot") -> Post:
    post = world.post("facebook", slug, world.clock.now() + 5 * HOUR)
    world.deliver()
    assert state(post) is PostState.SCHEDULED_REMOTELY
    return post


def lease_over(world: World) -> None:
    world.clock.advance(timedelta(seconds=world.home.config["worker.lease_seconds"] + 1))


# ---------------------------------------------------------------- nothing at night, whoever speaks


def test_a_script_is_not_printed_for_the_night(world: World) -> None:
    night = world.clock.now() + 14 * HOUR  # 23:00 in Vietnam
    post = scheduling.schedule(
        world.home.freezer, user=None, campaign=None, channel=world.channels["loudspeaker"],
        revision=world.approved("loa", SPOKEN), due=night, now=world.clock.now(),
    )  # fmt: skip
    world.deliver()
    assert "yên lặng" in fresh(post).hold


def test_a_post_is_not_given_ahead_for_the_night(ahead: World) -> None:
    post = ahead.post("facebook", "mot", ahead.clock.now() + 14 * HOUR)
    ahead.deliver()
    assert "yên lặng" in fresh(post).hold


def test_a_post_cannot_be_moved_into_the_night(world: World) -> None:
    post = world.post("facebook", "mot", world.clock.now() + HOUR)
    with pytest.raises(Problem, match="giờ yên lặng"):
        scheduling.move(world.people["editor"], post, world.clock.now() + 14 * HOUR, world.clock.now())


def test_a_post_is_moved_only_within_what_the_planner_keeps(world: World) -> None:
    """The gap to its neighbours, the limit of a day, and the days of its campaign."""
    editor, now, channel = world.people["editor"], world.clock.now(), world.channels["facebook"]
    post, _ = world.post("facebook", "mot", now + DAY), world.post("facebook", "hai", now + HOUR)
    Channel.update(min_gap_minutes=60).where(Channel.id == channel.id).execute()
    with pytest.raises(Problem, match="cách nhau ít nhất 60 phút"):
        scheduling.move(editor, fresh(post), now + HOUR + MINUTE, now)
    Channel.update(max_per_day=1).where(Channel.id == channel.id).execute()
    with pytest.raises(Problem, match="nhiều nhất cho phép"):
        scheduling.move(editor, fresh(post), now + 4 * HOUR, now)
    campaign = Campaign.create(
        unit=world.unit, name="Thử", starts_on=local_day(now), ends_on=local_day(now + 2 * DAY), shares={},
        created_at=now,
    )  # fmt: skip
    Post.update(campaign=campaign).where(Post.id == post.id).execute()
    with pytest.raises(Problem, match="ngoài thời gian chiến dịch"):
        scheduling.move(editor, fresh(post), now + 3 * DAY, now)
    scheduling.move(editor, fresh(post), now + 2 * DAY, now)
    assert fresh(post).due_at == now + 2 * DAY
    assert "đổi giờ" in fresh(post).reason


# ---------------------------------------------------------------- withdrawn, cancelled, gone


def test_an_approval_withdrawn_while_the_post_is_given_ahead_still_stops_it(
    ahead: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = ahead.post("facebook", "mot", ahead.clock.now() + 5 * HOUR)
    give = FacebookPage.schedule_remotely

    def while_withdrawn(self: FacebookPage, *args: Any) -> Receipt:
        revision = fresh(post).revision
        workflow.withdraw(ahead.people["approver"], revision, "Sai số liệu.", ahead.clock.now())
        scheduling.stop_revision(ahead.people["approver"], revision, ahead.clock.now())
        return give(self, *args)

    monkeypatch.setattr(FacebookPage, "schedule_remotely", while_withdrawn)
    ahead.deliver()
    assert ahead.home.delivery("thử").withdraw_remote() == 1
    ahead.deliver(DAY)
    assert state(post) is PostState.CANCELLED and ahead.feed == []


def test_what_the_service_published_before_it_was_withdrawn_is_taken_down_and_says_so(ahead: World) -> None:
    post = given_ahead(ahead)
    scheduling.cancel(ahead.people["editor"], fresh(post), ahead.clock.now())
    ahead.clock.advance(5 * HOUR + MINUTE)
    assert ahead.feed == ["Lời của mot."]
    ahead.home.delivery("thử").withdraw_remote()
    assert state(post) is PostState.REMOVED and ahead.feed == []
    assert fresh(post).published_at == post.due_at


def test_one_post_that_will_not_be_withdrawn_does_not_keep_the_others(
    ahead: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    posts = [ahead.post("facebook", slug, ahead.clock.now() + 5 * HOUR + n * MINUTE) for n, slug in enumerate("ab")]
    ahead.deliver()
    for post in posts:
        scheduling.cancel(ahead.people["editor"], fresh(post), ahead.clock.now())
    stuck, remove = fresh(posts[0]).remote_id, FacebookPage.remove

    def sometimes(self: FacebookPage, receipt: Receipt, session: Any) -> Receipt:
        if receipt.remote_id == stuck:
            raise Rejected("Thiếu quyền gỡ bài.")
        return remove(self, receipt, session)

    monkeypatch.setattr(FacebookPage, "remove", sometimes)
    assert ahead.home.delivery("thử").withdraw_remote() == 1
    assert fresh(posts[0]).error == "Thiếu quyền gỡ bài."


def test_a_kept_post_that_the_service_no_longer_shows_is_in_doubt_not_missed(ahead: World) -> None:
    """The same answer is given where the Page took away our rights, and then the post does go out."""
    post = given_ahead(ahead)
    row = fresh(post)
    session = LedgerSession(row, None, ahead.home.ledger(), ahead.home.vault)
    ahead.home.adapters.of(row.channel).remove(Receipt(row.remote_id, State.SCHEDULED_REMOTELY), session)
    ahead.deliver(5 * HOUR + 5 * MINUTE)
    ahead.deliver()
    assert state(post) is PostState.UNSURE
    scheduling.settle_doubt(ahead.people["editor"], fresh(post), is_out=False, now=ahead.clock.now())
    ahead.facebook.fault("cut")
    ahead.deliver()
    ahead.deliver(MINUTE)
    assert (state(post), ahead.feed) == (PostState.PUBLISHED, ["Lời của mot."])


def test_a_kept_post_is_asked_about_after_its_hour_not_before(ahead: World, monkeypatch: pytest.MonkeyPatch) -> None:
    post = given_ahead(ahead)
    assert fresh(post).act_at > post.due_at
    monkeypatch.setattr(FacebookPage, "refresh", lambda _self, receipt, _session: receipt)
    Post.update(act_at=ahead.clock.now()).where(Post.id == post.id).execute()
    ahead.deliver()
    assert fresh(post).act_at > post.due_at


# ---------------------------------------------------------------- crashes and late answers


@on_both_engines
def test_a_worker_that_wakes_while_it_is_being_buried_keeps_its_post(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = world.post("facebook", "mot")
    slow = world.home.delivery("chậm").ledger
    (claim,) = slow.claim(1)
    lease_over(world)
    gravedigger = world.home.ledger("khác")
    look = aftermath.after_crash

    def and_meanwhile(lost: Post, now: datetime) -> dict[str, Any]:
        changes = look(lost, now)
        with ThreadPoolExecutor(1) as pool:
            pool.submit(slow.open_attempt, claim, post.payload_hash, None).result(20)
        return changes

    monkeypatch.setattr(aftermath, "after_crash", and_meanwhile)
    assert aftermath.reap(gravedigger) == 0
    assert state(post) is PostState.SENDING


def test_a_person_cannot_release_what_the_service_has_meanwhile_accepted(world: World) -> None:
    post = world.post("facebook", "mot")
    slow = world.home.delivery("chậm").ledger
    (claim,) = slow.claim(1)
    attempt = slow.open_attempt(claim, post.payload_hash, None)
    assert isinstance(attempt, Attempt)
    lease_over(world)
    aftermath.reap(world.home.ledger("khác"))
    assert state(post) is PostState.UNSURE
    slow.answered(attempt, Receipt(f"{world.page_id}_7", State.PUBLISHED))
    with pytest.raises(Problem, match="đã nhận"):
        scheduling.settle_doubt(world.people["editor"], fresh(post), is_out=False, now=world.clock.now())
    world.deliver()
    assert state(post) is PostState.PUBLISHED


@pytest.mark.parametrize("step", ["send_now", "move"])
def test_an_answer_that_comes_after_a_person_gave_up_is_adopted_not_sent_over(world: World, step: str) -> None:
    post = world.post("facebook", "mot")
    slow = world.home.delivery("chậm").ledger
    (claim,) = slow.claim(1)
    attempt = slow.open_attempt(claim, post.payload_hash, None)
    assert isinstance(attempt, Attempt)
    lease_over(world)
    aftermath.reap(world.home.ledger("khác"))
    world.clock.advance(3 * HOUR)
    scheduling.settle_doubt(world.people["editor"], fresh(post), is_out=False, now=world.clock.now())
    assert state(post) is PostState.MISSED
    slow.answered(attempt, Receipt(f"{world.page_id}_7", State.PUBLISHED))
    now = world.clock.now()
    with pytest.raises(Problem, match="không gửi lại"):
        if step == "send_now":
            scheduling.send_now(world.people["editor"], fresh(post), now)
        else:
            scheduling.move(world.people["editor"], fresh(post), now + HOUR, now)
    world.deliver()
    assert (state(post), fresh(post).remote_id) == (PostState.PUBLISHED, f"{world.page_id}_7")
    assert world.feed == []


def test_an_article_that_was_shown_is_adopted_though_its_hour_has_passed(world: World) -> None:
    world.zalo.fault("cut", match="article/update")
    post = world.post("zalo", "mot")
    world.deliver()
    assert world.shown_articles == ["Bài mot"]
    world.deliver(3 * HOUR)
    assert state(post) is PostState.PUBLISHED


@on_both_engines
def test_one_row_that_cannot_be_recorded_does_not_keep_the_others_lying(world: World) -> None:
    first = world.post("facebook", "mot")
    world.deliver()
    world.clock.advance(MINUTE)
    odd, other = world.post("facebook", "hai"), world.post("zalo", "ba")
    dying = world.home.ledger("chết")
    claims: dict[int, Claim] = {claim.post_id: claim for claim in dying.claim(5)}
    attempt = dying.open_attempt(claims[odd.id], odd.payload_hash, None)
    assert isinstance(attempt, Attempt)
    dying.answered(attempt, Receipt(fresh(first).remote_id, State.PUBLISHED))
    lease_over(world)
    aftermath.reap(world.home.ledger("khác"))
    assert (state(odd), state(other)) == (PostState.UNSURE, PostState.SCHEDULED)
    assert "bài khác" in fresh(odd).error


def test_two_lost_articles_with_the_same_words_both_come_out_once(world: World) -> None:
    revision = world.approved("mot")
    posts = [
        scheduling.schedule(
            world.home.freezer, user=None, campaign=None, channel=world.channels["zalo"], revision=revision,
            due=world.clock.now() + n * 15 * MINUTE, now=world.clock.now(),
        )
        for n in range(2)
    ]  # fmt: skip
    world.zalo.fault("html_502", times=4, match="getslice")
    for _ in posts:
        world.zalo.fault("cut", match="article/create")
        world.deliver()
        world.clock.advance(15 * MINUTE)
    for _ in range(8):
        world.deliver(5 * MINUTE)
    assert [state(post) for post in posts] == [PostState.PUBLISHED] * 2
    assert len({fresh(post).remote_id for post in posts}) == 2
    assert world.shown_articles == ["Bài mot"] * 2


# ---------------------------------------------------------------- after a restore


def test_after_a_restore_what_was_due_is_read_back_before_anything_is_sent(ahead: World) -> None:
    """Facebook got the post after the backup was taken; the restored ledger knows nothing of it."""
    post = ahead.post("facebook", "mot", ahead.clock.now() + 5 * HOUR)
    names = ("state", "fence", "remote_id", "link", "act_at", "lease_until")
    as_backed_up = {name: getattr(fresh(post), name) for name in names}
    ahead.deliver(MINUTE)
    Attempt.delete().execute()
    Post.update(**as_backed_up).where(Post.id == post.id).execute()
    set_note(PAUSED, "Vừa khôi phục.", ahead.clock.now())

    scheduling.resume_sending(ahead.people["editor"], ahead.clock.now())
    ahead.deliver()
    assert state(post) is PostState.SCHEDULED_REMOTELY
    assert len([row for row in ahead.facebook.posts(ahead.page_id) if not row.removed]) == 1


def test_the_people_of_the_only_office_can_resume_though_a_province_stands_above_it(world: World) -> None:
    commune = Unit.create(name="Xã", kind="xã", parent=world.unit)
    Membership.update(unit=commune).execute()
    Channel.update(unit=commune).execute()
    assert scheduling.may_resume(world.people["editor"])
    assert scheduling.may_resume(world.people["administrator"])
    assert not scheduling.may_resume(world.people["reviewer"])
    Channel.update(unit=world.unit).where(Channel.kind == "zalo").execute()
    assert not scheduling.may_resume(world.people["editor"])


# ---------------------------------------------------------------- approval


def test_who_ever_saved_a_revision_does_not_approve_it(world: World) -> None:
    editor, approver = world.people["editor"], world.people["approver"]
    Membership.create(user=approver, unit=world.unit, role="editor")
    words = content("x", "Lời của người duyệt.")
    revision = workflow.create(approver, world.unit, words, world.clock.now())
    workflow.save(editor, revision.message, words, world.clock.now(), revision.content_hash)
    workflow.submit(editor, Revision.get_by_id(revision.id), world.clock.now())
    revision = Revision.get_by_id(revision.id)
    with pytest.raises(Problem, match="người khác"):
        workflow.decide(approver, revision, Decision.APPROVE, world.clock.now(), seen_hash=revision.content_hash)


@on_both_engines
def test_an_approval_of_words_that_change_at_that_very_moment_does_not_count(world: World) -> None:
    editor, now = world.people["editor"], world.clock.now()
    revision = workflow.create(editor, world.unit, content("x", "Một."), now)
    workflow.submit(editor, revision, now)
    seen = Revision.get_by_id(revision.id)
    workflow.take_back(editor, Revision.get_by_id(revision.id), now)
    workflow.save(editor, revision.message, content("x", "Hai."), now, revision.content_hash)
    workflow.submit(editor, Revision.get_by_id(revision.id), now)
    with pytest.raises(Problem):
        workflow.decide(world.people["approver"], seen, Decision.APPROVE, now, seen_hash=seen.content_hash)
    assert not workflow.is_approved(Revision.get_by_id(revision.id))
    assert Revision.get_by_id(revision.id).state == "submitted"


def test_words_that_changed_meanwhile_are_not_submitted_unseen(world: World) -> None:
    editor, now = world.people["editor"], world.clock.now()
    seen = workflow.create(editor, world.unit, content("x", "Một."), now)
    workflow.save(editor, seen.message, content("x", "Hai."), now, seen.content_hash)
    stale = Revision.get_by_id(seen.id)
    stale.content_hash = content("x", "Một.").content_hash
    with pytest.raises(Problem):
        workflow.submit(editor, stale, now)


# ---------------------------------------------------------------- pauses


def test_a_dead_token_does_not_overwrite_a_pause_that_a_person_made(world: World) -> None:
    world.post("facebook", "mot")
    delivery = world.home.delivery("thử")
    (claim,) = delivery.ledger.claim(1)
    channel_admin.pause(world.people["administrator"], world.channels["facebook"], "Đang kiểm tra.", world.clock.now())
    world.home.vault.store(world.channels["facebook"], {"token": "sai"}, world.clock)
    delivery.carry_out(claim)
    assert "Đang kiểm tra." in Channel.get_by_id(world.channels["facebook"].id).paused


@pytest.mark.parametrize(
    ("kind", "name", "value", "sentence"),
    [
        ("facebook", "page_id", "<b>x", "chỉ gồm chữ số"),
        ("zalo", "comments", "có", "chỉ nhận: Tắt, Mở"),
        ("zalo", "access_token", "mã của tỉnh", "có ký tự lạ"),
    ],
)
def test_what_no_service_would_take_is_not_stored_as_connected(
    world: World, kind: str, name: str, value: str, sentence: str
) -> None:
    channel = world.channels[kind]
    values = {**channel.settings, name: value}
    with pytest.raises(Problem, match=sentence):
        channel_admin.connect(world.people["administrator"], channel, values, world.home.vault, world.clock)
    assert Channel.get_by_id(channel.id).settings == channel.settings
