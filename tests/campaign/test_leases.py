"""Leases: renewed by id for exactly what is in flight, and looked at just before every request."""

from datetime import timedelta
from typing import Any

import pytest

import campaign.leases
from campaign import aftermath
from campaign.leases import Claim, LostLease
from campaign.ledger import Ledger
from campaign.models import Attempt, Post, PostState
from campaign.session import LedgerSession
from channels.base import Receipt
from channels.facebook import FacebookPage
from channels.http import Http
from tests.campaign.world import World, fresh, state
from tests.engines import on_both_engines

LEASE = timedelta(seconds=90)


class Tick:
    """The clock that never jumps, as the test sets it."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def tick(monkeypatch: pytest.MonkeyPatch) -> Tick:
    tick = Tick()
    monkeypatch.setattr(campaign.leases, "monotonic", tick)
    return tick


def claimed(world: World, ledger: Ledger, slug: str = "mot") -> Claim:
    world.post("facebook", slug)
    (claim,) = ledger.claim(1)
    return claim


def pass_by(world: World, tick: Tick, span: timedelta) -> None:
    world.clock.advance(span)
    tick.seconds += span.total_seconds()


@on_both_engines
def test_a_renewed_lease_outlives_a_long_upload(world: World, tick: Tick) -> None:
    ledger = world.home.ledger("chậm")
    claim = claimed(world, ledger)
    for _ in range(6):
        pass_by(world, tick, LEASE / 3)
        ledger.renew()
    assert aftermath.reap(world.home.ledger("khác")) == 0
    ledger.confirm(claim)
    ledger.record(claim, state=PostState.PUBLISHED)


@on_both_engines
def test_only_what_is_in_flight_is_renewed_and_never_all_that_a_worker_ever_claimed(world: World, tick: Tick) -> None:
    """A claim whose thread never learned of it must run out, though its worker lives."""
    ledger = world.home.ledger("một máy")
    stranded = claimed(world, ledger)
    ledger.leases.drop(stranded)
    world.post("zalo", "hai")
    (known,) = ledger.claim(1)
    before = fresh(Post(id=stranded.post_id)).lease_until
    pass_by(world, tick, LEASE / 3)
    ledger.renew()
    assert Post.get_by_id(stranded.post_id).lease_until == before
    assert Post.get_by_id(known.post_id).lease_until == world.clock.now() + LEASE


@on_both_engines
def test_a_renewal_under_an_old_token_renews_nothing_and_the_claim_is_lost(world: World, tick: Tick) -> None:
    ledger = world.home.ledger("chậm")
    claim = claimed(world, ledger)
    pass_by(world, tick, LEASE + timedelta(seconds=1))
    aftermath.reap(world.home.ledger("khác"))
    (taken,) = world.home.ledger("khác").claim(1)
    until = Post.get_by_id(claim.post_id).lease_until
    world.clock.advance(timedelta(seconds=1))
    ledger.renew()
    assert ledger.leases.is_lost(claim)
    assert taken.fence > claim.fence and Post.get_by_id(claim.post_id).lease_until == until
    with pytest.raises(LostLease):
        ledger.confirm(claim)


def test_within_half_of_a_lease_no_question_is_asked_and_after_it_the_lease_is_renewed(
    world: World, tick: Tick
) -> None:
    ledger = world.home.ledger("máy")
    claim = claimed(world, ledger)
    until = Post.get_by_id(claim.post_id).lease_until
    pass_by(world, tick, LEASE / 2 - timedelta(seconds=1))
    ledger.confirm(claim)
    assert Post.get_by_id(claim.post_id).lease_until == until
    pass_by(world, tick, timedelta(seconds=1))
    ledger.confirm(claim)
    assert Post.get_by_id(claim.post_id).lease_until == world.clock.now() + LEASE


@pytest.mark.parametrize("awake", ["monotonic only", "wall only"])
def test_a_machine_that_slept_asks_before_it_sends_whichever_clock_noticed(
    world: World, tick: Tick, awake: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = world.home.ledger("máy")
    claim = claimed(world, ledger)
    asked: list[Claim] = []
    monkeypatch.setattr(ledger, "_renew", asked.extend)
    if awake == "wall only":
        world.clock.advance(timedelta(hours=8))
    else:
        tick.seconds += 8 * 3600
    ledger.confirm(claim)
    assert asked == [claim]


@on_both_engines
def test_a_worker_that_lost_its_lease_before_the_request_sends_nothing_and_says_that_nothing_left(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = world.post("facebook", "mot")
    slow = world.home.delivery("chậm")
    (claim,) = slow.ledger.claim(1)
    publish = FacebookPage.publish

    def after_a_nap(self: FacebookPage, *args: Any) -> Receipt:
        world.clock.advance(LEASE + timedelta(seconds=1))
        aftermath.reap(world.home.ledger("khác"))
        return publish(self, *args)

    monkeypatch.setattr(FacebookPage, "publish", after_a_nap)
    slow.carry_out(claim)
    assert world.feed == []
    assert [row.outcome for row in Attempt.select().where(Attempt.post == post)] == ["not_sent"]
    monkeypatch.undo()
    world.deliver()
    assert state(post) is PostState.PUBLISHED and world.feed == ["Lời của mot."]


def test_each_of_several_requests_is_covered(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """An article takes several; another worker has the post after the first, and the second stays here."""
    world.post("zalo", "mot")
    slow = world.home.delivery("chậm")
    (claim,) = slow.ledger.claim(1)
    save, request = LedgerSession.save, Http.request
    sent: list[str] = []

    def and_then_lose(self: LedgerSession, step: str, handle: str) -> None:
        save(self, step, handle)
        world.clock.advance(LEASE / 2)
        Post.update(fence=Post.fence + 1).where(Post.id == claim.post_id).execute()

    def listened(self: Http, method: Any, url: Any, *args: Any, **kwargs: Any) -> Any:
        answer = request(self, method, url, *args, **kwargs)
        sent.append(str(url).rpartition("/")[2])
        return answer

    monkeypatch.setattr(LedgerSession, "save", and_then_lose)
    monkeypatch.setattr(Http, "request", listened)
    slow.carry_out(claim)
    assert sent == ["create"]
    assert world.shown_articles == []


def test_a_process_does_not_bury_what_it_has_in_flight_itself(world: World) -> None:
    """The clock on the wall jumped a day ahead; the lease looks long over."""
    ledger = world.home.ledger("máy")
    claim = claimed(world, ledger)
    world.clock.advance(timedelta(days=1))
    assert aftermath.reap(ledger) == 0
    ledger.confirm(claim)
    ledger.record(claim, state=PostState.PUBLISHED)
    assert not ledger.leases.living()
