"""What the panel says about connections that end, machines that fell silent and homes that moved."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from campaign import machine
from campaign.ledger import PAUSED
from campaign.models import Channel, Worker, note
from tests.campaign.world import World

Browsers = Callable[[str], FlaskClient]
DAY = timedelta(days=1)
PEOPLE = ("editor", "approver", "operator", "reviewer", "administrator")


def ends_in(world: World, days: int) -> Channel:
    channel: Channel = Channel.get_by_id(world.channels["facebook"].id)
    channel.login_ends_at = world.clock.now() + days * DAY
    channel.save()
    return channel


@pytest.mark.parametrize("login", ["editor", "administrator"])
def test_a_connection_that_ends_soon_waits_for_planners_and_administrators(
    world: World, client_of: Browsers, login: str
) -> None:
    channel = ends_in(world, 7)
    shown = client_of(login).get("/").text
    assert "Kết nối sắp hết hạn" in shown
    assert "hết hạn ngày 23/11/2026 (còn 7 ngày)" in shown and "nhập mã mới" in shown
    assert f"/kenh/{channel.id}#connect" in shown
    gone_by = client_of("reviewer").get("/").text
    assert "Kết nối sắp hết hạn" not in gone_by


def test_a_connection_that_lasts_is_not_spoken_of(world: World, client_of: Browsers) -> None:
    ends_in(world, 15)
    assert "sắp hết hạn" not in client_of("administrator").get("/").text


def test_the_channel_itself_says_when_its_connection_ends(world: World, client_of: Browsers) -> None:
    channel = ends_in(world, 1)
    for address in ("/kenh", f"/kenh/{channel.id}"):
        shown = client_of("editor").get(address).text
        assert "Sắp hết hạn" in shown and "còn 1 ngày" in shown


def test_a_channel_whose_connection_ends_soon_does_not_count_as_silent(world: World, client_of: Browsers) -> None:
    ends_in(world, 3)
    world.home.config.values["public_url"] = "https://lantoa.example"
    assert "Kênh chưa gửi được" not in client_of("administrator").get("/").text


@pytest.mark.parametrize("login", PEOPLE)
def test_a_worker_that_fell_silent_is_named_where_each_person_begins(
    world: World, client_of: Browsers, login: str
) -> None:
    now = world.clock.now()
    Worker.create(name="pc-van-phong-12", machine="pc", started_at=now, seen_at=now)
    browser = client_of(login)
    assert "pc-van-phong-12" not in browser.get("/", follow_redirects=True).text
    world.clock.advance(timedelta(seconds=61))
    shown = browser.get("/", follow_redirects=True).text
    assert "Máy gửi pc-van-phong-12 im lặng từ 09:00" in shown


def test_the_status_page_lists_every_worker_and_the_end_of_each_connection(world: World, client_of: Browsers) -> None:
    now = world.clock.now()
    Worker.create(name="pc-1", machine="pc", version="0.3.0", started_at=now - DAY, seen_at=now - timedelta(hours=2))
    Worker.create(name="may-chu-7", machine="may-chu", version="0.3.1", started_at=now - DAY, seen_at=now)
    ends_in(world, 60)
    shown = client_of("administrator").get("/trang-thai").text
    for words in ("pc-1", "Im lặng", "2 giờ trước", "may-chu-7", "Máy may-chu", "Bản 0.3.1", "Đang chạy", "15/01/2027"):
        assert words in shown


def test_without_any_worker_the_status_page_says_what_to_do(world: World, client_of: Browsers) -> None:
    assert "hãy chạy lantoa run" in client_of("editor").get("/trang-thai").text


def test_moving_a_home_on_purpose_is_one_click(
    world: World, client_of: Browsers, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    machine.settle_in(world.home)
    monkeypatch.setenv("LANTOA_STATE", str(tmp_path_factory.mktemp("khác")))
    machine.settle_in(world.home)
    browser = client_of("administrator")
    assert "được mở ở một máy khác" in browser.get("/can-xu-ly").text
    assert "được mở ở một máy khác" in browser.get("/trang-thai").text
    browser.post("/can-xu-ly/gui-tiep")
    assert note(PAUSED) is None
    assert machine.settle_in(world.home) == ""
