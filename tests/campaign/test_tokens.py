"""Connections that end: asked about every day, told in time, and what happens where one is dead."""

from datetime import datetime, timedelta

import pytest
import requests

from campaign import channel_admin, doctor, tokens
from campaign.ledger import PAUSED
from campaign.models import Channel, PostState, set_note
from campaign.vault import StoredCredentials
from campaign.worker import WorkerLoop
from tests.campaign.test_worker import Running, eventually
from tests.campaign.world import World, fresh, state
from tests.engines import on_both_engines

DAY = timedelta(days=1)


def look(world: World) -> None:
    """What a worker does beside delivery."""
    watch = world.home.watch()
    for channel in watch.due():
        watch.look(channel)


def row(world: World, kind: str) -> Channel:
    found: Channel = Channel.get_by_id(world.channels[kind].id)
    return found


def ends_at(world: World, kind: str) -> datetime | None:
    at: datetime | None = row(world, kind).login_ends_at
    return at


@on_both_engines
def test_the_end_of_each_connection_is_learned_from_its_service(world: World) -> None:
    look(world)
    # What a person lets Facebook give us lasts 90 days, though the token of the Page has no end of its own.
    assert ends_at(world, "facebook") == world.clock.now() + 90 * DAY
    assert ends_at(world, "zalo") == world.clock.now() + 90 * DAY
    assert ends_at(world, "loudspeaker") is None


def test_the_earlier_of_the_two_ends_of_a_page_token_counts(world: World) -> None:
    api = world.home.config["services.facebook.api_url"]
    user = world.facebook.user_token(long_lived=False)
    pages = requests.get(f"{api}/v26.0/me/accounts", params={"access_token": user}, timeout=5).json()["data"]
    world.home.vault.store(world.channels["facebook"], {"token": pages[0]["access_token"]}, world.clock)
    look(world)
    assert ends_at(world, "facebook") == world.clock.now() + timedelta(hours=2)


def test_each_service_is_asked_once_a_day(world: World) -> None:
    look(world)
    asked = len(world.facebook.calls)
    world.clock.advance(timedelta(hours=23))
    look(world)
    assert len(world.facebook.calls) == asked
    world.clock.advance(timedelta(hours=1))
    look(world)
    assert len(world.facebook.calls) == asked + 1


def test_of_two_workers_one_asks(world: World) -> None:
    first, second = world.home.watch(), world.home.watch()
    due = [channel for channel in second.due() if channel.kind == "facebook"]
    for watch in (first, second):
        watch.look(due[0])
    assert [path for _, path in world.facebook.calls] == ["/v26.0/debug_token"]


def test_an_account_that_says_nothing_for_half_a_year_stays_connected(world: World) -> None:
    for _ in range(180):
        look(world)
        world.clock.advance(DAY)
    assert row(world, "zalo").paused == ""
    post = world.post("zalo", "sau-nua-nam")
    world.deliver()
    assert state(post) is PostState.PUBLISHED


@pytest.mark.parametrize(("days", "stage"), [(15, None), (14, 1), (8, 1), (7, 2), (2, 2), (1, 3), (0, 3), (-1, 3)])
def test_an_end_is_told_fourteen_seven_and_one_days_before(world: World, days: int, stage: int | None) -> None:
    channel = row(world, "facebook")
    channel.login_ends_at = world.clock.now() + days * DAY
    channel.save()
    ends = tokens.ending(channel, world.clock.now())
    assert (ends.stage if ends else None) == stage
    found = [each.id for each in Channel.select().where(tokens.ends_soon(world.clock.now()))]
    assert found == ([channel.id] if stage else [])


def test_the_doctor_names_a_connection_that_ends_soon_and_what_to_do(world: World) -> None:
    look(world)
    world.clock.advance(84 * DAY)
    [finding] = [each for each in doctor.examine(world.home) if "Kênh facebook" in each.what]
    assert not finding.ok
    assert "còn 6 ngày" in finding.advice and "nhập mã mới" in finding.advice


def kill_the_page_token(world: World) -> None:
    token = StoredCredentials(world.channels["facebook"].id, world.home.vault, world.clock).read()["token"]
    world.facebook.end_token(token, 460)


def reconnect(world: World) -> None:
    values = {"page_id": world.page_id, "token": world.facebook.renew_token(world.page_id)}
    channel_admin.connect(world.people["administrator"], row(world, "facebook"), values, world.home.vault, world.clock)


def test_a_dead_token_pauses_its_channel_and_reconnecting_lets_its_posts_go(world: World) -> None:
    kill_the_page_token(world)
    look(world)
    assert "nối lại kênh" in row(world, "facebook").paused
    post = world.post("facebook", "cho", world.clock.now() + timedelta(minutes=1))
    world.deliver(timedelta(minutes=90))
    assert (state(post), fresh(post).tries) == (PostState.SCHEDULED, 0)
    reconnect(world)
    assert row(world, "facebook").paused == ""
    world.deliver()
    assert state(post) is PostState.PUBLISHED
    look(world)
    assert ends_at(world, "facebook") == world.clock.now() + 90 * DAY


def test_posts_of_a_dead_connection_are_never_given_up(world: World) -> None:
    kill_the_page_token(world)
    look(world)
    post = world.post("facebook", "cho", world.clock.now() + timedelta(minutes=1))
    world.deliver(9 * DAY)
    assert state(post) is PostState.SCHEDULED


def test_a_service_that_is_down_is_asked_again_in_an_hour(world: World) -> None:
    world.facebook.fault("html_502", match="debug_token")
    look(world)
    assert (ends_at(world, "facebook"), row(world, "facebook").paused) == (None, "")
    world.clock.advance(tokens.AGAIN)
    look(world)
    assert ends_at(world, "facebook") is not None


def test_a_page_that_tells_nothing_about_its_token_goes_on(world: World) -> None:
    world.facebook.application.requires_proof = True  # refused as an invalid parameter, the token itself being alive
    look(world)
    assert (ends_at(world, "facebook"), row(world, "facebook").paused) == (None, "")


def test_a_person_who_connects_a_channel_anew_has_it_asked_about_at_once(world: World) -> None:
    look(world)
    assert world.home.watch().due() == []
    reconnect(world)
    assert ends_at(world, "facebook") is None
    assert [channel.kind for channel in world.home.watch().due()] == ["facebook"]


def test_new_zalo_tokens_are_not_judged_by_the_age_of_the_old_ones(world: World) -> None:
    look(world)
    world.clock.advance(60 * DAY)
    account = next(iter(world.zalo._store.accounts.values()))
    values = {
        "oa_id": account.oa_id, "app_id": account.app_id, "author": "Xã Thử",
        "access_token": account.access_token, "refresh_token": account.refresh_token,
    }  # fmt: skip
    channel_admin.connect(world.people["administrator"], row(world, "zalo"), values, world.home.vault, world.clock)
    look(world)
    assert ends_at(world, "zalo") == world.clock.now() + 90 * DAY


def test_the_worker_asks_beside_delivery(world: World) -> None:
    with Running(world):
        eventually(lambda: ends_at(world, "facebook") is not None and ends_at(world, "zalo") is not None)


def test_while_sending_is_paused_no_token_is_spent(world: World) -> None:
    set_note(PAUSED, "Nơi này được mở ở một máy khác.", world.clock.now())
    loop = WorkerLoop(world.home, "bản sao")
    loop._watch()
    assert ends_at(world, "zalo") is None
