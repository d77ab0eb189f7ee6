"""After a post has left: taken down, reworded, given another hour, each once and only as approved; and what no service
does becomes a person's task."""

from datetime import timedelta
from typing import Any

import pytest

import channels.http
from campaign import afterwards, local_facts, scheduling, tasks, workflow
from campaign.clock import local_day
from campaign.errors import NotAllowed, Problem
from campaign.ledger import PAUSED
from campaign.models import (
    Amendment,
    Attempt,
    Audit,
    Channel,
    Edition,
    Post,
    PostState,
    Revision,
    Secret,
    Task,
    set_note,
)
from campaign.session import LedgerSession
from channels.base import Channel as Adapter
from channels.base import Receipt, State
from channels.facebook import FacebookPage
from channels.registry import KINDS
from content.placeholders import PLACEHOLDERS
from tests.campaign.world import World, fresh, state
from tests.engines import on_both_engines

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
WHY = "Nêu tên người chưa đồng ý."


def amend(world: World, after: timedelta = timedelta(0)) -> int:
    """What a worker does about amendments."""
    world.clock.advance(after)
    return world.home.amending(world.home.ledger("thử")).run()


def withdraw(world: World) -> int:
    return world.home.delivery("thử").withdraw_remote()


def published(world: World, kind: str = "facebook", slug: str = "mot") -> Post:
    world.clock.advance(MINUTE)
    post = world.post(kind, slug)
    world.deliver()
    assert state(post) is PostState.PUBLISHED
    return fresh(post)


def reword(world: World, post: Post, text: str = "Lời đã sửa.", **more: Any) -> Revision:
    """A newer revision of the post's message, approved."""
    words = workflow.content_of(post.revision)
    changed = type(words).from_document({**words.document(), "text": text, **more})
    editor, approver, now = world.people["editor"], world.people["approver"], world.clock.now()
    message = post.revision.message
    seen = workflow.latest_revision(message).content_hash
    revision = workflow.save(editor, message, changed, now, seen)
    workflow.submit(editor, revision, now)
    workflow.decide(approver, revision, workflow.Decision.APPROVE, now, seen_hash=revision.content_hash)
    found: Revision = Revision.get_by_id(revision.id)
    return found


def revise(world: World, post: Post) -> bool:
    new = afterwards.proposal(post, world.home.freezer)
    assert new is not None
    return afterwards.revise(
        world.people["editor"], post, world.home.freezer, world.home.adapters, world.clock.now(),
        seen_hash=new.payload_hash,
    )  # fmt: skip


def take_down(world: World, post: Post, who: str = "editor") -> bool:
    return afterwards.take_down(world.people[who], post, WHY, world.clock.now())


def remove_behind_our_back(world: World, post: Post) -> None:
    """As a person does on the service's own pages."""
    session = LedgerSession(post, None, world.home.ledger(), world.home.vault)
    world.home.adapters.of(post.channel).remove(Receipt(post.remote_id, State.PUBLISHED), session)


def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channels.http, "TIMEOUT", (1.0, 0.5))


@pytest.fixture
def by_hand_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the Page were of a kind that neither takes down nor rewords."""
    for name, value in {"removes": False, "revises": frozenset(), "remove": Adapter.remove}.items():
        monkeypatch.setattr(KINDS["facebook"], name, value)


# ---------------------------------------------------------------- take down


@on_both_engines
@pytest.mark.parametrize("kind", ["facebook", "zalo"])
@pytest.mark.parametrize("who", ["editor", "approver"])
def test_a_post_is_taken_down_by_the_worker_and_the_log_says_who_and_why(world: World, kind: str, who: str) -> None:
    post = published(world, kind)
    assert take_down(world, post, who)
    assert state(post) is PostState.PUBLISHED
    assert amend(world) == 1
    assert (state(post), world.feed, world.shown_articles) == (PostState.REMOVED, [], [])
    asked, done = (Audit.get(Audit.action == action) for action in ("take_down", "taken_down"))
    assert (asked.user, asked.detail["reason"], asked.content_hash) == (world.people[who], WHY, post.content_hash)
    assert (done.user, done.detail["asked_by"], done.detail["reason"]) == (None, f"Người {who}", WHY)
    assert amend(world, DAY) == 0


def test_only_that_very_post_is_taken_down(world: World) -> None:
    posts = [published(world, slug=slug) for slug in ("mot", "hai")]
    take_down(world, posts[0])
    amend(world)
    assert [state(post) for post in posts] == [PostState.REMOVED, PostState.PUBLISHED]
    assert world.feed == ["Lời của hai."]


@pytest.mark.parametrize("fault", ["timeout_after_accept", "cut", "html_502", "empty_200", "cut_before", "http_500"])
def test_a_take_down_without_a_clear_answer_is_read_back_and_asked_again(
    world: World, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = published(world)
    take_down(world, post)
    world.facebook.fault(fault, match="DELETE")
    impatient(monkeypatch)
    amend(world)
    assert state(post) is PostState.PUBLISHED
    assert Amendment.get().error
    amend(world, MINUTE)
    assert (state(post), world.feed, Task.select().count()) == (PostState.REMOVED, [], 0)


def test_an_article_that_is_taken_down_without_an_answer_is_read_back(world: World) -> None:
    post = published(world, "zalo")
    take_down(world, post)
    world.zalo.fault("cut", match="article/remove")
    amend(world)
    amend(world, MINUTE)
    assert (state(post), world.shown_articles, Task.select().count()) == (PostState.REMOVED, [], 0)


def test_a_worker_that_dies_after_asking_leaves_it_to_the_next(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    post = published(world)
    take_down(world, post)
    remove = FacebookPage.remove

    def and_die(self: FacebookPage, *args: Any) -> None:
        remove(self, *args)
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(FacebookPage, "remove", and_die)
        with pytest.raises(SystemExit):
            amend(world)
    assert state(post) is PostState.PUBLISHED
    assert amend(world, MINUTE) == 0, "the lease of the dead worker holds"
    amend(world, 5 * MINUTE)
    assert (state(post), Task.select().count()) == (PostState.REMOVED, 0)


def test_a_post_that_the_page_does_not_show_though_nobody_asked_is_left_to_a_person(world: World) -> None:
    """A lost permission looks the same, and then the post is still up."""
    post = published(world)
    remove_behind_our_back(world, post)
    take_down(world, post)
    amend(world)
    assert state(post) is PostState.PUBLISHED
    task = Task.get()
    assert (task.kind, task.post, task.due_on) == ("take_down", post, local_day(world.clock.now()) + DAY)
    assert "hãy mở Trang" in Amendment.get().error
    assert amend(world, DAY) == 0


def test_a_kind_that_takes_nothing_down_gives_a_person_a_task_and_their_word_ends_it(
    world: World, by_hand_only: None
) -> None:
    post = published(world)
    assert not take_down(world, post)
    assert amend(world) == 0
    task = Task.get()
    assert WHY in task.title
    afterwards.finish_task(world.people["editor"], task, "Đã xóa trên Trang.", world.clock.now())
    assert state(post) is PostState.REMOVED
    assert Audit.get(Audit.action == "taken_down").user == world.people["editor"]
    assert afterwards.open_amendments(post) == []


def test_a_post_known_by_a_persons_word_alone_has_no_id_to_remove_and_becomes_a_task(world: World) -> None:
    world.facebook.fault("cut_before")
    post = world.post("facebook", "mot")
    world.deliver()
    scheduling.settle_doubt(world.people["editor"], fresh(post), is_out=True, now=world.clock.now())
    other = published(world, slug="hai")
    assert not take_down(world, fresh(post))
    assert amend(world) == 0
    assert Task.get().post == post
    assert state(other) is PostState.PUBLISHED


def test_a_take_down_closes_the_task_that_asked_for_it(world: World) -> None:
    post = published(world)
    task = tasks.ask_to_take_down(post, local_day(world.clock.now()), world.clock.now())
    assert task is not None
    take_down(world, post)
    amend(world)
    assert (Task.get_by_id(task.id).done_by, state(post)) == (world.people["editor"], PostState.REMOVED)


def test_a_post_is_taken_down_once_with_a_reason_by_who_may(world: World) -> None:
    post = published(world)
    with pytest.raises(NotAllowed):
        take_down(world, post, "reviewer")
    with pytest.raises(Problem, match="lý do"):
        afterwards.take_down(world.people["editor"], post, "  ", world.clock.now())
    take_down(world, post)
    with pytest.raises(Problem, match="đang được gỡ"):
        take_down(world, post)
    amend(world)
    with pytest.raises(Problem, match="tải lại trang"):
        take_down(world, fresh(post))


def test_a_dead_token_pauses_the_channel_and_the_take_down_waits_for_a_new_one(world: World) -> None:
    post, channel = published(world), world.channels["facebook"]
    world.facebook.end_token(world.home.vault.open(Secret.get(Secret.channel == channel).sealed)["token"], 463)
    take_down(world, post)
    amend(world)
    assert Channel.get_by_id(channel.id).paused
    assert amend(world, HOUR) == 0
    world.home.vault.store(channel, {"token": world.facebook.renew_token(world.page_id)}, world.clock)
    Channel.update(paused="").where(Channel.id == channel.id).execute()
    amend(world)
    assert state(post) is PostState.REMOVED


def test_a_restored_home_takes_nothing_down_before_a_person_has_looked(world: World) -> None:
    post = published(world)
    take_down(world, post)
    set_note(PAUSED, "Vừa khôi phục.", world.clock.now())
    assert amend(world) == 0
    set_note(PAUSED, "", world.clock.now())
    assert amend(world) == 1


# ---------------------------------------------------------------- revise


@on_both_engines
@pytest.mark.parametrize("kind", ["facebook", "zalo"])
def test_the_newest_approved_words_take_the_place_of_those_that_are_out(world: World, kind: str) -> None:
    post = published(world, kind)
    revision = reword(world, post)
    assert revise(world, post)
    assert fresh(post).payload == post.payload, "what is public changes only when the service says so"
    world.clock.advance(HOUR)
    amend(world)
    now = fresh(post)
    assert public(world) == ["Lời đã sửa."]
    assert (now.state, now.revision, now.content_hash) == (PostState.PUBLISHED, revision, revision.content_hash)
    assert (now.remote_id, now.payload["text"]) == (post.remote_id, "Lời đã sửa.")
    edition = Edition.get()
    assert (edition.payload, edition.payload_hash) == (post.payload, post.payload_hash)
    assert (edition.public_from, edition.public_until) == (post.published_at, world.clock.now())
    asked, done = (Audit.get(Audit.action == action) for action in ("revise", "revised"))
    assert (asked.user, done.detail["before"]) == (world.people["editor"], post.content_hash)
    assert afterwards.proposal(now, world.home.freezer) is None


def public(world: World) -> list[str]:
    articles = [row for row in world.zalo.articles(world.oa_id) if row.public]
    return [*world.feed, *("\n\n".join(block["content"] for block in row.body) for row in articles)]


@pytest.mark.parametrize("fault", ["timeout_after_accept", "cut", "html_502", "cut_before", "http_500"])
def test_a_revision_without_a_clear_answer_is_sent_again_and_changes_one_post(
    world: World, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = published(world)
    reword(world, post)
    revise(world, post)
    world.facebook.fault(fault, match=f"POST /v26.0/{post.remote_id}")
    impatient(monkeypatch)
    amend(world)
    assert Edition.select().count() == 0
    amend(world, MINUTE)
    assert (world.feed, Edition.select().count()) == (["Lời đã sửa."], 1)


def test_a_facebook_post_keeps_its_picture_and_the_person_is_told(world: World) -> None:
    cover = world.home.store.card_for("Ảnh mới", world.unit)
    post = published(world)
    reword(world, post, picture=vars(cover))
    new = afterwards.proposal(post, world.home.freezer)
    assert new is not None
    assert new.payload["media"] == post.payload["media"]
    assert (new.stays, [row[0] for row in new.changes]) == (["Ảnh"], ["Nội dung"])


def test_a_new_local_fact_is_a_reason_to_reword_a_post_of_the_same_revision(world: World) -> None:
    name = next(name for name, row in PLACEHOLDERS.items() if row.kind == "phone")
    today = local_day(world.clock.now())

    def say(value: str) -> None:
        local_facts.save(world.people["editor"], world.unit, name, value, today, world.clock.now(), today)

    say("0212 3850 101")
    revision = world.approved("mot", f"Hãy gọi {{{{{name}}}}}.")
    post = scheduling.schedule(
        world.home.freezer, user=None, campaign=None, channel=world.channels["facebook"], revision=revision,
        due=world.clock.now(), now=world.clock.now(),
    )  # fmt: skip
    world.deliver()
    post = fresh(post)
    assert afterwards.proposal(post, world.home.freezer) is None
    say("0212 3850 202")
    revise(world, post)
    amend(world)
    assert world.feed == ["Hãy gọi 0212 3850 202."]
    assert Edition.get().payload["text"] == "Hãy gọi 0212 3850 101."


def test_words_that_changed_since_they_were_seen_are_not_put_up(world: World) -> None:
    post = published(world)
    reword(world, post)
    seen = afterwards.proposal(post, world.home.freezer)
    reword(world, post, "Lời sửa lần nữa.")
    assert seen is not None
    with pytest.raises(Problem, match="vừa thay đổi"):
        afterwards.revise(
            world.people["editor"], post, world.home.freezer, world.home.adapters, world.clock.now(),
            seen_hash=seen.payload_hash,
        )  # fmt: skip


def test_only_a_planner_rewords_and_not_while_the_post_is_being_taken_down(world: World) -> None:
    post = published(world)
    assert afterwards.proposal(post, world.home.freezer) is None
    reword(world, post)
    new = afterwards.proposal(post, world.home.freezer)
    assert new is not None
    parts = world.home.freezer, world.home.adapters, world.clock.now()
    with pytest.raises(NotAllowed):
        afterwards.revise(world.people["approver"], post, *parts, seen_hash=new.payload_hash)
    take_down(world, post)
    with pytest.raises(Problem, match="đang được gỡ"):
        revise(world, post)


def test_an_approval_withdrawn_before_the_worker_comes_keeps_the_old_words(world: World) -> None:
    post = published(world)
    revision = reword(world, post)
    revise(world, post)
    workflow.withdraw(world.people["approver"], revision, "Sai số liệu.", world.clock.now())
    amend(world)
    assert world.feed == ["Lời của mot."]
    ended = Amendment.get()
    assert (ended.outcome, "không còn được duyệt" in ended.error) == ("held", True)
    assert amend(world, DAY) == 0


def test_a_take_down_overtakes_a_revision(world: World) -> None:
    post = published(world)
    reword(world, post)
    revise(world, post)
    take_down(world, post)
    amend(world)
    amend(world)
    assert (state(post), world.feed) == (PostState.REMOVED, [])
    assert {row.kind: row.outcome for row in Amendment.select()} == {"revise": "overtaken", "take_down": "done"}


def test_an_article_that_somebody_hid_is_not_brought_back_by_new_words(world: World) -> None:
    post = published(world, "zalo")
    reword(world, post)
    revise(world, post)
    remove_behind_our_back(world, post)
    amend(world)
    assert world.shown_articles == []
    assert (Task.get().kind, Edition.select().count()) == ("revise", 0)


def test_a_kind_that_rewords_nothing_gives_a_person_a_task_and_their_word_changes_the_ledger(
    world: World, by_hand_only: None
) -> None:
    post = published(world)
    reword(world, post)
    assert not revise(world, post)
    assert amend(world) == 0
    afterwards.finish_task(world.people["editor"], Task.get(), "Đã sửa trên Trang.", world.clock.now())
    assert fresh(post).payload["text"] == "Lời đã sửa."
    assert Edition.get().payload == post.payload
    assert afterwards.open_amendments(post) == []


# ---------------------------------------------------------------- what a service keeps until its hour


@pytest.fixture
def ahead(world: World) -> World:
    """A world whose Page is given its posts ahead of time."""
    Channel.update(ahead=True).where(Channel.id == world.channels["facebook"].id).execute()
    world.channels["facebook"] = Channel.get_by_id(world.channels["facebook"].id)
    return world


def kept(world: World, slug: str = "mot") -> Post:
    post = world.post("facebook", slug, world.clock.now() + 5 * HOUR)
    world.deliver()
    assert state(post) is PostState.SCHEDULED_REMOTELY
    return fresh(post)


def remote(world: World) -> list[str]:
    """What the Page has, out or waiting."""
    return [row.message for row in world.facebook.posts(world.page_id) if not row.removed]


def test_a_kept_post_that_is_taken_down_is_withdrawn_at_the_service(ahead: World) -> None:
    post = kept(ahead)
    assert take_down(ahead, post, "approver")
    assert WHY in fresh(post).hold
    withdraw(ahead)
    assert (state(post), remote(ahead)) == (PostState.CANCELLED, [])


@on_both_engines
def test_a_new_hour_reaches_the_service_and_the_post_goes_out_at_it_once(ahead: World) -> None:
    post = kept(ahead)
    hour = post.due_at + HOUR
    afterwards.move(ahead.people["editor"], post, hour, ahead.clock.now())
    assert "đổi giờ" in fresh(post).hold
    assert fresh(post).due_at == post.due_at, "until then the service keeps the old hour"
    assert withdraw(ahead) == 1
    assert (state(post), fresh(post).due_at, remote(ahead)) == (PostState.SCHEDULED, hour, [])
    ahead.deliver()
    assert state(post) is PostState.SCHEDULED_REMOTELY
    ahead.deliver(5 * HOUR + 5 * MINUTE)
    assert ahead.feed == []
    ahead.deliver(HOUR)
    assert (state(post), ahead.feed) == (PostState.PUBLISHED, ["Lời của mot."])
    assert Amendment.get().outcome == "done"


def test_a_post_that_the_service_published_first_keeps_its_old_hour_and_stays_up(ahead: World) -> None:
    post = kept(ahead)
    afterwards.move(ahead.people["editor"], post, post.due_at + HOUR, ahead.clock.now())
    ahead.clock.advance(5 * HOUR + MINUTE)
    withdraw(ahead)
    assert (state(post), ahead.feed) == (PostState.PUBLISHED, ["Lời của mot."])
    assert (fresh(post).published_at, fresh(post).hold) == (post.due_at, "")
    assert Amendment.get().outcome == "overtaken"


def test_a_post_that_is_cancelled_while_it_moves_is_withdrawn_for_good(ahead: World) -> None:
    post = kept(ahead)
    afterwards.move(ahead.people["editor"], post, post.due_at + HOUR, ahead.clock.now())
    scheduling.cancel(ahead.people["editor"], fresh(post), ahead.clock.now())
    withdraw(ahead)
    assert (state(post), remote(ahead), Amendment.get().outcome) == (PostState.CANCELLED, [], "overtaken")


def test_an_hour_that_another_post_took_meanwhile_leaves_the_post_waiting_for_a_person(ahead: World) -> None:
    post = kept(ahead)
    hour = post.due_at + HOUR
    afterwards.move(ahead.people["editor"], post, hour, ahead.clock.now())
    ahead.post("facebook", "hai", hour)
    withdraw(ahead)
    assert state(post) is PostState.SCHEDULED
    assert "chọn giờ khác" in fresh(post).hold
    assert remote(ahead) == []


@pytest.mark.parametrize("fault", ["cut", "html_502", "cut_before"])
def test_a_withdrawal_without_a_clear_answer_is_read_back(ahead: World, fault: str) -> None:
    post = kept(ahead)
    scheduling.cancel(ahead.people["editor"], post, ahead.clock.now())
    ahead.facebook.fault(fault, match="DELETE")
    assert withdraw(ahead) == 0
    assert fresh(post).error
    withdraw(ahead)
    assert (state(post), remote(ahead)) == (PostState.CANCELLED, [])


# ---------------------------------------------------------------- given ahead without a clear answer


def test_a_post_given_ahead_without_an_answer_is_adopted_before_its_hour_where_the_service_shows_it(
    ahead: World,
) -> None:
    ahead.facebook.fault("cut")
    post = ahead.post("facebook", "mot", ahead.clock.now() + 5 * HOUR)
    ahead.deliver()
    assert state(post) is PostState.SCHEDULED_REMOTELY


@on_both_engines
def test_one_that_it_does_not_show_waits_for_its_hour_and_is_read_back_then(ahead: World) -> None:
    ahead.facebook.fault("cut_before")
    post = ahead.post("facebook", "mot", ahead.clock.now() + 10 * DAY)
    ahead.deliver()
    for wait in (MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR):
        ahead.deliver(wait)
    waiting = fresh(post)
    assert (waiting.state, waiting.act_at) == (PostState.UNSURE, post.due_at + 2 * MINUTE)
    assert "Trước giờ hẹn" in waiting.error and "hãy mở Trang" not in waiting.error
    assert scheduling.is_unseen(waiting, ahead.clock.now())
    for is_out in (True, False):
        with pytest.raises(Problem, match="chưa đến giờ"):
            scheduling.settle_doubt(ahead.people["editor"], waiting, is_out=is_out, now=ahead.clock.now())
    ahead.clock.advance(post.due_at + 3 * MINUTE - ahead.clock.now())
    ahead.deliver()
    assert "hãy mở Trang" in fresh(post).error
    assert fresh(post).act_at == ahead.clock.now() + MINUTE
    scheduling.settle_doubt(ahead.people["editor"], fresh(post), is_out=False, now=ahead.clock.now())
    ahead.deliver()
    assert (state(post), ahead.feed) == (PostState.PUBLISHED, ["Lời của mot."])


# ---------------------------------------------------------------- a late article


def test_a_late_article_that_may_be_shown_and_cannot_be_read_is_in_doubt_not_missed(world: World) -> None:
    world.zalo.fault("cut", match="article/update")
    post = world.post("zalo", "mot")
    world.deliver()
    world.zalo.fault("html_502", times=2, match="getdetail")
    world.deliver(3 * HOUR)
    assert (state(post), world.shown_articles) == (PostState.UNSURE, ["Bài mot"])
    world.deliver(MINUTE)
    assert state(post) is PostState.UNSURE
    world.deliver(5 * MINUTE)
    assert (state(post), Attempt.select().count()) == (PostState.PUBLISHED, 1)


def test_a_late_article_that_is_surely_hidden_is_missed(world: World) -> None:
    world.zalo.fault("cut_before", match="article/update")
    post = world.post("zalo", "mot")
    world.deliver()
    world.deliver(3 * HOUR)
    assert (state(post), world.shown_articles) == (PostState.MISSED, [])
