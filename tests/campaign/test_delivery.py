"""Delivery: what is due goes out once, at its hour, as approved; and doubt is never resolved by sending again."""

from datetime import timedelta

import pytest

import channels.http
from campaign import scheduling, workflow
from campaign.delivery import LOOKS
from campaign.ledger import PAUSED
from campaign.models import Attempt, Channel, Post, PostState, Revision, Secret, Step, set_note
from content.message import hash_document
from tests.campaign.world import World, fresh, state
from tests.engines import on_both_engines

pytestmark = on_both_engines

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


# ---------------------------------------------------------------- the plain way


def test_a_due_post_is_published_once_with_its_remote_id_and_link(world: World) -> None:
    post = world.post("facebook", "mot")
    assert world.deliver() == 1
    assert world.feed == ["Lời của mot."]
    done = fresh(post)
    assert (done.state, done.published_at) == (PostState.PUBLISHED, world.clock.now())
    assert done.remote_id.startswith(world.page_id) and done.link
    assert world.deliver(HOUR) == 0
    assert world.feed == ["Lời của mot."]


def test_nothing_goes_out_before_its_hour(world: World) -> None:
    post = world.post("facebook", "mot", world.clock.now() + HOUR)
    assert world.deliver(HOUR - timedelta(seconds=1)) == 0
    assert state(post) is PostState.SCHEDULED
    assert world.deliver(timedelta(seconds=1)) == 1
    assert state(post) is PostState.PUBLISHED


def test_an_article_is_shown_once_with_the_bundled_cover(world: World) -> None:
    post = world.post("zalo", "mot")
    world.deliver()
    assert state(post) is PostState.PUBLISHED
    assert world.shown_articles == ["Bài mot"]


def test_a_script_is_handed_over_two_days_ahead_and_waits_for_a_person(world: World) -> None:
    long_enough = "Xét nghiệm HIV sớm giúp điều trị sớm và sống khỏe mạnh lâu dài bên gia đình. " * 8
    post = scheduling.schedule(
        world.home.freezer,
        user=None,
        campaign=None,
        channel=world.channels["loudspeaker"],
        revision=world.approved("loa", long_enough),
        due=world.clock.now() + 3 * DAY,
        now=world.clock.now(),
    )
    world.deliver(DAY - MINUTE)
    assert state(post) is PostState.SCHEDULED
    world.deliver(MINUTE)
    assert state(post) is PostState.HANDED_OVER


# ---------------------------------------------------------------- what was approved is what is sent


def test_a_withdrawn_approval_stops_what_was_scheduled_with_it(world: World) -> None:
    post = world.post("facebook", "mot", world.clock.now() + HOUR)
    workflow.withdraw(world.people["approver"], post.revision, "Số liệu đã cũ.", world.clock.now())
    world.deliver(HOUR)
    assert world.feed == []
    assert "không còn được duyệt" in fresh(post).hold


def test_words_changed_behind_the_programs_back_are_not_sent(world: World) -> None:
    post = world.post("facebook", "mot")
    Post.update(payload={**post.payload, "text": "Lời khác."}).where(Post.id == post.id).execute()
    world.deliver()
    assert world.feed == []
    assert fresh(post).hold


def test_an_approved_text_changed_in_the_database_is_not_sent(world: World) -> None:
    post = world.post("facebook", "mot")
    document = {**post.revision.document, "text": "Lời khác."}
    Revision.update(document=document).where(Revision.id == post.revision_id).execute()
    world.deliver()
    assert world.feed == []


def test_an_edit_does_not_change_what_is_already_scheduled(world: World) -> None:
    post = world.post("facebook", "mot", world.clock.now() + HOUR)
    message = post.revision.message
    words = workflow.content_of(post.revision)
    changed = type(words).from_document({**words.document(), "text": "Lời mới."})
    workflow.save(world.people["editor"], message, changed, world.clock.now(), post.content_hash)
    world.deliver(HOUR)
    assert world.feed == ["Lời của mot."]


def test_a_message_past_its_validity_is_held(world: World) -> None:
    post = world.post("facebook", "mot")
    document = {**post.revision.document, "valid_until": "2026-11-01"}
    expired = Revision.update(document=document).where(Revision.id == post.revision_id)
    expired.execute()
    world.deliver()
    assert fresh(post).hold and world.feed == []


# ---------------------------------------------------------------- nothing at night, no flood


def test_nothing_is_sent_in_quiet_hours(world: World) -> None:
    post = world.post("facebook", "mot", world.clock.now() + timedelta(hours=13))  # 22:00 in Vietnam
    world.deliver(timedelta(hours=13))
    assert world.feed == []
    assert "yên lặng" in fresh(post).hold


def test_after_three_days_asleep_what_is_overdue_is_missed_not_sent(world: World) -> None:
    posts = [world.post("facebook", f"bai-{n}", world.clock.now() + n * HOUR) for n in range(1, 9)]
    world.deliver(3 * DAY)
    assert world.feed == []
    assert {state(post) for post in posts} == {PostState.MISSED}


def test_catching_up_keeps_the_minimum_gap(world: World) -> None:
    Channel.update(min_gap_minutes=30).where(Channel.id == world.channels["facebook"].id).execute()
    for n in range(3):
        world.post("facebook", f"bai-{n}", world.clock.now() + n * MINUTE)
    world.deliver(5 * MINUTE)
    assert len(world.feed) == 1
    world.deliver(29 * MINUTE)
    assert len(world.feed) == 1
    world.deliver(MINUTE)
    assert len(world.feed) == 2
    world.deliver(30 * MINUTE)
    assert len(world.feed) == 3


def test_a_paused_home_sends_nothing_until_it_is_told_to(world: World) -> None:
    world.post("facebook", "mot")
    set_note(PAUSED, "Vừa khôi phục.", world.clock.now())
    assert world.deliver() == 0
    set_note(PAUSED, "", world.clock.now())
    assert world.deliver() == 1


# ---------------------------------------------------------------- doubt


@pytest.mark.parametrize("fault", ["timeout_after_accept", "cut", "html_502", "empty_200"])
def test_an_accepted_post_without_an_answer_is_found_and_adopted(world: World, fault: str) -> None:
    world.facebook.fault(fault)
    post = world.post("facebook", "mot")
    short = pytest.MonkeyPatch()
    short.setattr(channels.http, "TIMEOUT", (1.0, 0.5))
    try:
        world.deliver()
    finally:
        short.undo()
    assert state(post) is PostState.PUBLISHED
    assert fresh(post).remote_id
    assert [row.outcome for row in Attempt.select().where(Attempt.post == post)] == ["unsure"]
    world.deliver(DAY)
    assert world.feed == ["Lời của mot."]


def test_a_post_that_the_service_cannot_show_is_never_sent_again_by_itself(world: World) -> None:
    world.facebook.fault("cut_before")
    post = world.post("facebook", "mot")
    for wait in (timedelta(0), *LOOKS, 2 * DAY):
        world.deliver(wait)
    assert state(post) is PostState.UNSURE
    assert world.feed == []
    assert Attempt.select().where(Attempt.post == post).count() == 1


def test_a_person_who_says_it_is_not_out_releases_it(world: World) -> None:
    world.facebook.fault("cut_before")
    post = world.post("facebook", "mot")
    world.deliver()
    scheduling.settle_doubt(world.people["editor"], fresh(post), is_out=False, now=world.clock.now())
    world.deliver()
    assert world.feed == ["Lời của mot."]
    assert state(post) is PostState.PUBLISHED


def test_a_person_who_says_it_is_out_ends_the_doubt(world: World) -> None:
    world.facebook.fault("cut_before")
    post = world.post("facebook", "mot")
    world.deliver()
    link = "https://www.facebook.com/1_2"
    scheduling.settle_doubt(world.people["editor"], fresh(post), is_out=True, now=world.clock.now(), link=link)
    world.deliver(DAY)
    assert world.feed == [] and fresh(post).link == link
    assert state(post) is PostState.PUBLISHED


@pytest.mark.parametrize("fault", ["cut", "html_502", "empty_200", "cut_before"])
def test_an_article_goes_on_from_the_step_that_was_saved(world: World, fault: str) -> None:
    world.zalo.fault(fault, match="article/update")
    post = world.post("zalo", "mot")
    world.deliver()
    world.deliver(HOUR)
    assert state(post) is PostState.PUBLISHED
    assert world.shown_articles == ["Bài mot"]
    assert len(world.zalo.articles(world.oa_id)) == 1


def test_a_hidden_article_whose_answer_was_lost_is_found_and_shown(world: World) -> None:
    world.zalo.fault("cut", match="article/create")
    post = world.post("zalo", "mot")
    world.deliver()
    world.deliver(HOUR)
    assert state(post) is PostState.PUBLISHED
    assert world.shown_articles == ["Bài mot"]


# ---------------------------------------------------------------- refusals


def test_a_service_that_cannot_be_reached_is_tried_again_with_growing_pauses(world: World) -> None:
    address = world.home.config.values["services.facebook.api_url"]
    world.home.config.values["services.facebook.api_url"] = "http://127.0.0.1:9"
    post = world.post("facebook", "mot")
    world.deliver()
    first = fresh(post).act_at - world.clock.now()
    world.deliver(MINUTE)
    second = fresh(post).act_at - world.clock.now()
    assert timedelta(0) < first <= timedelta(seconds=30) < second <= MINUTE
    world.home.config.values["services.facebook.api_url"] = address
    world.deliver(2 * MINUTE)
    assert world.feed == ["Lời của mot."]


def test_a_dead_token_pauses_the_channel_and_its_posts_wait(world: World) -> None:
    world.facebook.end_token(world.home.vault.open(_sealed(world)).get("token"), 463)
    first, second = world.post("facebook", "mot"), world.post("facebook", "hai", world.clock.now() + MINUTE)
    world.deliver(MINUTE)
    assert Channel.get_by_id(world.channels["facebook"].id).paused
    assert {state(first), state(second)} == {PostState.SCHEDULED}
    assert Attempt.select().count() == 1


def test_a_rate_limited_channel_parks_and_the_others_go_on(world: World) -> None:
    world.facebook.fault("rate_limit")
    limited, other = world.post("facebook", "mot"), world.post("zalo", "hai")
    world.deliver()
    assert state(other) is PostState.PUBLISHED
    assert state(limited) is PostState.SCHEDULED
    assert fresh(limited).act_at > world.clock.now() + MINUTE
    Channel.update(grace_minutes=60 * 24).where(Channel.id == world.channels["facebook"].id).execute()
    world.deliver(timedelta(hours=2))
    assert world.feed == ["Lời của mot."]


def test_a_refused_post_fails_with_what_to_mend_and_the_next_goes_out(world: World) -> None:
    first = world.post("facebook", "mot")
    payload = {**first.payload, "link": "not an address"}
    Post.update(payload=payload, payload_hash=hash_document(payload)).where(Post.id == first.id).execute()
    world.deliver()
    assert state(first) is PostState.FAILED
    assert fresh(first).error
    second = world.post("facebook", "hai", world.clock.now() + MINUTE)
    world.deliver(MINUTE)
    assert state(second) is PostState.PUBLISHED


# ---------------------------------------------------------------- kept by the service until its hour


def test_a_post_given_ahead_is_kept_by_the_service_and_confirmed_after_its_hour(world: World) -> None:
    Channel.update(ahead=True).where(Channel.id == world.channels["facebook"].id).execute()
    world.channels["facebook"] = Channel.get_by_id(world.channels["facebook"].id)
    post = world.post("facebook", "mot", world.clock.now() + 5 * HOUR)
    world.deliver()
    assert state(post) is PostState.SCHEDULED_REMOTELY
    assert world.feed == []
    world.deliver(5 * HOUR + 5 * MINUTE)
    assert state(post) is PostState.PUBLISHED
    assert world.feed == ["Lời của mot."]


def test_a_post_given_ahead_is_withdrawn_from_the_service_when_it_is_cancelled(world: World) -> None:
    Channel.update(ahead=True).where(Channel.id == world.channels["facebook"].id).execute()
    world.channels["facebook"] = Channel.get_by_id(world.channels["facebook"].id)
    post = world.post("facebook", "mot", world.clock.now() + 5 * HOUR)
    world.deliver()
    scheduling.cancel(world.people["editor"], fresh(post), world.clock.now())
    assert fresh(post).hold
    assert world.home.delivery("thử").withdraw_remote() == 1
    assert state(post) is PostState.CANCELLED
    world.deliver(DAY)
    assert world.feed == []


# ---------------------------------------------------------------- leases


def test_a_worker_that_lost_its_lease_cannot_record(world: World) -> None:
    post = world.post("facebook", "mot")
    slow = world.home.delivery("chậm")
    (claim,) = slow.ledger.claim(5)
    world.clock.advance(timedelta(seconds=world.home.config["worker.lease_seconds"] + 1))
    assert world.deliver() == 1
    slow.carry_out(claim)
    assert world.feed == ["Lời của mot."]
    assert state(post) is PostState.PUBLISHED


def test_two_workers_never_hold_one_post_or_one_channel(world: World) -> None:
    for n in range(4):
        world.post("facebook", f"bai-{n}", world.clock.now() + n * timedelta(seconds=1))
    world.post("zalo", "bai-z")
    world.clock.advance(MINUTE)
    first, second = world.home.delivery("a").ledger.claim(10), world.home.delivery("b").ledger.claim(10)
    assert len(first) == 2 and second == []


def test_a_worker_killed_before_the_request_leaves_nothing_unsure(world: World) -> None:
    post = world.post("facebook", "mot")
    world.home.delivery("chết").ledger.claim(1)
    world.deliver(timedelta(seconds=world.home.config["worker.lease_seconds"] + 1))
    assert state(post) is PostState.PUBLISHED
    assert Attempt.select().count() == 1


def test_an_answer_that_was_written_down_is_adopted_after_a_crash(world: World) -> None:
    """Killed after the answer was noted and before the post was: the attempt row knows."""
    post = world.post("facebook", "mot")
    dying = world.home.delivery("chết")
    (claim,) = dying.ledger.claim(1)
    dying.ledger.adopt = _die  # type: ignore[method-assign, assignment]
    with pytest.raises(KeyboardInterrupt):
        dying.carry_out(claim)
    assert state(post) is PostState.SENDING
    world.deliver(timedelta(seconds=world.home.config["worker.lease_seconds"] + 1))
    assert state(post) is PostState.PUBLISHED
    assert world.feed == ["Lời của mot."]


def test_what_a_step_saved_outlives_the_attempt(world: World) -> None:
    post = world.post("zalo", "mot")
    world.deliver()
    assert {row.step for row in Step.select().where(Step.post == post)} >= {"article_token", "article"}


def _die(*_args: object) -> None:
    raise KeyboardInterrupt


def _sealed(world: World) -> str:
    return str(Secret.get(Secret.channel == world.channels["facebook"]).sealed)
