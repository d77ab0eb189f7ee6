"""Time: never early, no flood after a sleep, doubt looked into on its schedule, and one bad post spoils no other."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from campaign import aftermath
from campaign.channel_admin import pause
from campaign.db import database, run
from campaign.delivery import LOOKS
from campaign.gate import Gate
from campaign.models import Attempt, Channel, Post, PostState
from channels.facebook import FacebookPage
from channels.zalo import ZaloOfficialAccount
from tests.campaign.world import World, fresh, state
from tests.engines import on_both_engines

pytestmark = on_both_engines

MICROSECOND, SECOND = timedelta(microseconds=1), timedelta(seconds=1)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


# ---------------------------------------------------------------- never early


def test_a_post_is_not_sent_a_microsecond_before_its_hour(world: World) -> None:
    post = world.post("facebook", "mot", world.clock.now() + HOUR + 7 * MICROSECOND)
    assert world.deliver(HOUR + 6 * MICROSECOND) == 0
    assert Attempt.select().count() == 0
    assert world.deliver(MICROSECOND) == 1
    assert state(post) is PostState.PUBLISHED
    assert Attempt.get().started_at >= post.due_at


@pytest.mark.parametrize("back", [MICROSECOND, HOUR, DAY])
def test_a_clock_put_back_between_claim_and_gate_lets_nothing_out_early(world: World, back: timedelta) -> None:
    post = world.post("facebook", "mot")
    delivery = world.home.delivery("thử")
    (claim,) = delivery.ledger.claim(1)
    world.clock.advance(-back)
    delivery.carry_out(claim)
    assert (state(post), world.feed) == (PostState.SCHEDULED, [])
    world.deliver(back)
    assert state(post) is PostState.PUBLISHED


# ---------------------------------------------------------------- after a sleep


def test_hundreds_of_overdue_posts_are_given_up_in_one_step_and_what_is_in_time_goes_out(world: World) -> None:
    channel, model = world.channels["facebook"], world.post("facebook", "mot")
    copies = [
        {
            "key": f"cu-{n}", "channel": channel, "revision": model.revision, "content_hash": model.content_hash,
            "payload": model.payload, "payload_hash": model.payload_hash, "due_at": model.due_at + n * SECOND,
            "act_at": model.due_at + n * SECOND, "created_at": model.created_at,
        }
        for n in range(1, 700)
    ]  # fmt: skip
    Post.insert_many(copies).execute()
    world.clock.advance(3 * DAY)
    in_time = world.post("facebook", "hai", world.clock.now() - MINUTE)
    ledger = world.home.ledger("thử")
    assert aftermath.give_up_overdue(ledger) == 700
    assert [claim.post_id for claim in ledger.claim(64)] == [in_time.id]


def test_what_may_be_out_is_not_given_up_unseen(world: World) -> None:
    """An article whose last answer was lost: its hour is long past, and it is on the account."""
    world.zalo.fault("cut", match="article/update")
    post = world.post("zalo", "mot")
    world.deliver()
    world.clock.advance(3 * DAY)
    assert aftermath.give_up_overdue(world.home.ledger("thử")) == 0
    world.deliver()
    assert state(post) is PostState.PUBLISHED


def test_the_posts_of_a_paused_channel_wait_for_its_login(world: World) -> None:
    post = world.post("facebook", "mot")
    pause(world.people["administrator"], world.channels["facebook"], "Đang kiểm tra.", world.clock.now())
    world.deliver(3 * DAY)
    assert state(post) is PostState.SCHEDULED


def test_what_has_long_been_due_and_is_still_in_time_is_found_by_the_sweep(world: World) -> None:
    Channel.update(grace_minutes=24 * 60).execute()
    post = world.post("facebook", "mot")
    world.clock.advance(5 * HOUR)
    ledger = world.home.ledger("thử")
    assert ledger.claim(5) == []
    assert [claim.post_id for claim in ledger.claim(5, overdue=True)] == [post.id]


# ---------------------------------------------------------------- doubt


def test_a_doubt_is_looked_into_at_once_after_1_5_and_15_minutes_then_hourly_for_a_day(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[Any] = []
    find = FacebookPage.find

    def seen(self: FacebookPage, *args: Any) -> Any:
        looked.append(world.clock.now() - began)
        return find(self, *args)

    monkeypatch.setattr(FacebookPage, "find", seen)
    world.facebook.fault("cut_before")
    world.post("facebook", "mot")
    began = world.clock.now()
    for _ in range(2 * 24 * 60):
        world.clock.advance(MINUTE)
        due = Post.get().act_at
        if due <= world.clock.now():
            world.home.delivery("thử").run_due()
        elif due > world.clock.now() + 2 * DAY:
            break
        else:
            world.clock.set(due - MINUTE)
    waits = [after - before for before, after in pairwise(looked)]
    assert looked[0] <= MINUTE
    assert waits == [MINUTE, 5 * MINUTE, 15 * MINUTE] + [HOUR] * 24
    assert len(LOOKS) == 4 + 24


def test_a_doubt_on_a_channel_that_cannot_be_read_is_put_before_a_person_at_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FacebookPage, "reads_back", False)
    world.facebook.fault("cut_before")
    post = world.post("facebook", "mot")
    world.deliver()
    calls = len(world.facebook.calls)
    assert state(post) is PostState.UNSURE and fresh(post).looks == 1
    world.deliver(2 * DAY)
    assert len(world.facebook.calls) == calls


# ---------------------------------------------------------------- one bad post


def spoil_payload(world: World, post: Post) -> None:
    run("UPDATE post SET payload = ? WHERE id = ?", ["{not json", post.id])


def spoil_document(world: World, post: Post) -> None:
    run("UPDATE revision SET document = ? WHERE id = ?", ["[]", post.revision_id])


def lose_picture(world: World, post: Post) -> None:
    world.home.store.path(post.payload["media"][0]["sha256"]).unlink()


@pytest.mark.parametrize(
    ("kind", "spoil"), [("facebook", spoil_payload), ("facebook", spoil_document), ("zalo", lose_picture)]
)
def test_a_post_that_cannot_be_read_is_held_with_a_sentence_and_the_others_go_out(
    world: World, kind: str, spoil: Any
) -> None:
    bad, good = world.post(kind, "mot"), world.post("zalo" if kind == "facebook" else "facebook", "hai")
    spoil(world, bad)
    world.deliver()
    ((held, state_of_bad),) = run("SELECT hold, state FROM post WHERE id = ?", [bad.id]).fetchall()
    assert "hãy" in held.lower() and state_of_bad == "scheduled"
    assert state(good) is PostState.PUBLISHED
    assert database.is_closed() is False


def test_a_gate_that_fails_holds_that_post_and_says_so_in_the_log(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: Any) -> list[str]:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(ZaloOfficialAccount, "problems", broken)
    good = world.post("facebook", "hai")
    monkeypatch.undo()
    bad = world.post("zalo", "mot")
    monkeypatch.setattr(ZaloOfficialAccount, "problems", broken)
    world.deliver()
    assert fresh(bad).hold and state(good) is PostState.PUBLISHED
    assert "a fault of ours" in caplog.text


def test_a_machine_that_cannot_open_a_file_now_tries_again_and_holds_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def exhausted(*_: Any) -> None:
        raise OSError(24, "Too many open files")

    post = world.post("facebook", "mot")
    monkeypatch.setattr(Gate, "_look", exhausted)
    world.deliver()
    assert (fresh(post).hold, state(post)) == ("", PostState.SCHEDULED)
    monkeypatch.undo()
    world.deliver(MINUTE)
    assert state(post) is PostState.PUBLISHED


def test_a_channel_whose_refresh_breaks_is_asked_again_and_keeps_no_lease(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    Channel.update(ahead=True).where(Channel.id == world.channels["facebook"].id).execute()
    world.channels["facebook"] = Channel.get_by_id(world.channels["facebook"].id)
    post = world.post("facebook", "mot", world.clock.now() + 5 * HOUR)
    world.deliver()

    def broken(*_: Any) -> None:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(FacebookPage, "refresh", broken)
    world.deliver(5 * HOUR + 5 * MINUTE)
    assert fresh(post).lease_until is None and fresh(post).error
    monkeypatch.undo()
    world.deliver(5 * MINUTE)
    assert state(post) is PostState.PUBLISHED
