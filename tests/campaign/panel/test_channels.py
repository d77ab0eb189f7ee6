"""Channels in the panel: health, connection, hours, silence; and the pictures that services fetch."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from campaign import channel_admin
from campaign.errors import NotAllowed, Problem, WrongUse
from campaign.home import add_user
from campaign.models import Audit, Channel, MediaFile, Post, PostState, Unit
from campaign.panel.access import COOKIE
from channels.registry import KINDS
from tests.campaign.world import World, fresh, state
from tests.conftest import PASSWORD

Browsers = Callable[[str], FlaskClient]


@pytest.fixture
def administrator(world: World, client_of: Browsers) -> FlaskClient:
    return client_of("administrator")


@pytest.fixture
def page(world: World) -> Channel:
    """A Facebook Page that nobody has connected yet."""
    return channel_admin.create_channel(
        world.people["administrator"], world.unit, "facebook", "Trang mới", world.clock.now()
    )


def hours(**changes: Any) -> dict[str, Any]:
    """What a browser sends for the hours of a channel."""
    values = {
        "row": ["0", "1"],
        "start-0": "07:00",
        "end-0": "08:00",
        "days-0": ["0", "2"],
        "start-1": "",
        "end-1": "",
        "quiet_from": "21:00",
        "quiet_to": "06:00",
        "min_gap_minutes": "45",
        "max_per_day": "2",
        "grace_minutes": "90",
        "priority": "1",
    }
    return {**values, **changes}


# ---------------------------------------------------------------- health


def test_the_list_says_of_each_channel_how_it_does_and_what_to_do_next(
    administrator: FlaskClient, world: World, page: Channel
) -> None:
    world.channels["facebook"].paused = "Trang cần kết nối lại."
    world.channels["facebook"].save()
    shown = administrator.get("/kenh").text
    for words in ("Tạm dừng", "Trang cần kết nối lại.", "Chưa kết nối", "Mã truy cập Trang", "Sẵn sàng"):
        assert words in shown
    assert "Thiếu địa chỉ công khai" in shown
    assert "public_url" in shown
    world.home.config.values["public_url"] = "https://lantoa.example"
    assert "Thiếu địa chỉ công khai" not in administrator.get("/kenh").text


def test_the_list_tells_the_last_and_the_next_post(administrator: FlaskClient, world: World) -> None:
    world.post("facebook", "vua-dang")
    world.deliver()
    world.post("facebook", "sap-dang", world.clock.now() + timedelta(days=1))
    shown = administrator.get("/kenh").text
    assert "Bài gần nhất: vừa xong" in shown
    assert "Bài tới: 09:00, Thứ Ba, 17/11/2026" in shown


def test_an_editor_sees_health_and_hours_but_no_forms(world: World, client_of: Browsers) -> None:
    channel = world.channels["facebook"]
    shown = client_of("editor").get(f"/kenh/{channel.id}").text
    assert "06:00 – 21:00" in shown
    assert "<form" not in shown.split("<main")[1]
    for step in ("ket-noi", "gio", "tam-dung", "chay-tiep"):
        assert client_of("editor").post(f"/kenh/{channel.id}/{step}").status_code == 404


def test_a_channel_of_another_unit_does_not_exist(world: World, client_of: Browsers) -> None:
    other = Unit.create(name="Xã Khác", kind="xã")
    add_user(world.home, login="khac", name="Người khác", password=PASSWORD, unit=other, roles=["administrator"])
    stranger = client_of("khac")
    assert stranger.get(f"/kenh/{world.channels['zalo'].id}").status_code == 404
    assert stranger.post(f"/kenh/{world.channels['zalo'].id}/tam-dung", data={"reason": "x"}).status_code == 404
    assert "Kênh zalo" not in stranger.get("/kenh").text


# ---------------------------------------------------------------- a new one


def test_a_new_channel_begins_with_the_hours_and_limits_of_its_kind(administrator: FlaskClient, world: World) -> None:
    for kind, cls in KINDS.items():
        name = f"{cls.label} của xã"
        answer = administrator.post("/kenh/moi", data={"unit": world.unit.id, "kind": kind, "name": name})
        made = Channel.get(Channel.name == name)
        assert answer.location == f"/kenh/{made.id}"
        assert [(row["start"], row["end"]) for row in made.windows] == list(cls.hours.windows)
        limits = (60, 4, 60) if kind == "loudspeaker" else (60, 3, 120)
        assert (made.min_gap_minutes, made.max_per_day, made.grace_minutes) == limits
    assert Audit.select().where(Audit.action == "create_channel").count() == len(KINDS)


def test_a_channel_that_cannot_be_made_comes_back_with_a_sentence(administrator: FlaskClient, world: World) -> None:
    for changes, sentence in (
        ({"name": " "}, "Hãy đặt tên"),
        ({"name": "Kênh facebook"}, "đã có kênh"),
        ({"kind": "x"}, "loại kênh"),
    ):
        form = {"unit": world.unit.id, "kind": "facebook", "name": "Trang", **changes}
        answer = administrator.post("/kenh/moi", data=form)
        assert answer.status_code == 400, changes
        assert sentence in answer.text
    assert Channel.select().count() == 3


def test_the_command_line_makes_channels_without_a_user_and_a_user_needs_the_right(world: World) -> None:
    now = world.clock.now()
    made = channel_admin.create_channel(None, world.unit, "zalo", "OA", now, max_per_day=1, settings={"oa_id": "1"})
    assert (made.max_per_day, made.settings) == (1, {"oa_id": "1"})
    with pytest.raises(NotAllowed):
        channel_admin.create_channel(world.people["editor"], world.unit, "zalo", "OA 2", now)
    with pytest.raises(WrongUse):
        channel_admin.create_channel(None, world.unit, "email", "Thư", now)


# ---------------------------------------------------------------- connecting


def test_connecting_stores_secrets_sealed_and_never_shows_them_again(
    administrator: FlaskClient, world: World, page: Channel
) -> None:
    form = {"page_id": "123", "token": "bi-mat-khong-lo"}
    assert administrator.post(f"/kenh/{page.id}/ket-noi", data=form).status_code == 303
    shown = administrator.get(f"/kenh/{page.id}").text
    assert "Đã kết nối" in shown
    assert "đã lưu" in shown
    assert shown.count("đã lưu</span>") == 1  # the app secret was left empty
    assert 'value="123"' in shown
    assert "bi-mat-khong-lo" not in shown
    assert "bi-mat-khong-lo" not in "".join(str(row.detail) for row in Audit.select())


def test_an_empty_secret_keeps_the_one_that_is_stored(administrator: FlaskClient, world: World, page: Channel) -> None:
    administrator.post(f"/kenh/{page.id}/ket-noi", data={"page_id": "123", "token": "cu", "app_secret": "khoa"})
    administrator.post(f"/kenh/{page.id}/ket-noi", data={"page_id": "124", "token": "moi"})
    assert channel_admin.stored_secrets(page, world.home.vault) == {"token", "app_secret"}
    assert channel_admin._stored(page, world.home.vault) == {"token": "moi", "app_secret": "khoa"}
    assert Channel.get_by_id(page.id).settings == {"page_id": "124"}


def test_what_is_missing_is_named_and_a_failed_form_shows_no_secret(
    administrator: FlaskClient, world: World, page: Channel
) -> None:
    answer = administrator.post(f"/kenh/{page.id}/ket-noi", data={"page_id": "", "token": "bi-mat-khong-lo"})
    assert answer.status_code == 400
    assert "Hãy nhập “Mã Trang”." in answer.text
    assert "bi-mat-khong-lo" not in answer.text


def test_service_addresses_are_not_asked_for_and_not_taken_from_a_form(
    administrator: FlaskClient, world: World, page: Channel
) -> None:
    assert "Địa chỉ Graph API" not in administrator.get(f"/kenh/{page.id}").text
    form = {"page_id": "1", "token": "t", "api_url": "https://evil.example"}
    administrator.post(f"/kenh/{page.id}/ket-noi", data=form)
    assert Channel.get_by_id(page.id).settings == {"page_id": "1"}


def test_a_station_that_reads_too_fast_is_told_so(administrator: FlaskClient, world: World) -> None:
    station = world.channels["loudspeaker"]
    form = {"station": "Đài", "reading_rate": "900", "repeat": "1"}
    answer = administrator.post(f"/kenh/{station.id}/ket-noi", data=form)
    assert answer.status_code == 400
    assert "hãy nhập một số từ 100 đến 260" in answer.text
    assert 'value="900"' in answer.text


def test_connecting_lets_go_what_was_held_for_the_connection_and_nothing_else(
    administrator: FlaskClient, world: World
) -> None:
    channel = world.channels["facebook"]
    waiting, other = (
        world.post("facebook", "cho-ket-noi"),
        world.post("facebook", "cho-khac", world.clock.now() + timedelta(1)),
    )
    Post.update(hold="Kênh chưa kết nối; hãy vào trang Kênh để kết nối.").where(Post.id == waiting.id).execute()
    Post.update(hold="Thiếu ảnh.").where(Post.id == other.id).execute()
    administrator.post(f"/kenh/{channel.id}/ket-noi", data={"page_id": world.page_id})
    world.deliver()
    assert state(waiting) == PostState.PUBLISHED
    assert fresh(other).hold == "Thiếu ảnh."


def test_connecting_anew_ends_a_pause_by_the_program_but_not_one_by_a_person(
    administrator: FlaskClient, world: World
) -> None:
    channel = world.channels["facebook"]
    form = {"page_id": world.page_id, "token": "moi"}
    Channel.update(paused="Mã truy cập đã hết hạn.").where(Channel.id == channel.id).execute()
    administrator.post(f"/kenh/{channel.id}/ket-noi", data=form)
    assert not Channel.get_by_id(channel.id).paused
    administrator.post(f"/kenh/{channel.id}/tam-dung", data={"reason": "Bảo trì"})
    administrator.post(f"/kenh/{channel.id}/ket-noi", data=form)
    assert Channel.get_by_id(channel.id).paused == "Tạm dừng theo yêu cầu: Bảo trì"


# ---------------------------------------------------------------- hours and silence


def test_hours_are_stored_row_by_row_and_an_empty_row_is_none(
    administrator: FlaskClient, world: World, page: Channel
) -> None:
    assert administrator.post(f"/kenh/{page.id}/gio", data=hours(ahead="1")).status_code == 303
    stored = Channel.get_by_id(page.id)
    assert stored.windows == [{"weekdays": [0, 2], "start": "07:00", "end": "08:00"}]
    assert (stored.min_gap_minutes, stored.max_per_day, stored.grace_minutes, stored.ahead) == (45, 2, 90, True)


def test_windows_may_weigh_more_than_others(administrator: FlaskClient, page: Channel) -> None:
    administrator.post(f"/kenh/{page.id}/gio", data=hours(**{"weight-0": "3"}))
    assert Channel.get_by_id(page.id).windows[0]["weight"] == 3
    assert '<option value="3" selected>' in administrator.get(f"/kenh/{page.id}").text


def test_a_weight_that_is_not_on_the_list_is_kept(administrator: FlaskClient, page: Channel) -> None:
    Channel.update(windows=[{**page.windows[0], "weight": 7}]).where(Channel.id == page.id).execute()
    assert '<option value="7" selected>gấp 7</option>' in administrator.get(f"/kenh/{page.id}").text


def test_a_stations_rows_are_sessions_with_room_for_so_much_of_one_campaign(
    administrator: FlaskClient, world: World
) -> None:
    station = world.channels["loudspeaker"]
    administrator.post(f"/kenh/{station.id}/gio", data=hours(**{"items-0": "3", "seconds-0": "240"}))
    assert Channel.get_by_id(station.id).windows == [
        {"weekdays": [0, 2], "start": "07:00", "end": "08:00", "items": 3, "seconds": 240}
    ]
    shown = " ".join(administrator.get(f"/kenh/{station.id}").text.split())
    assert 'name="items-0" value="3"' in shown
    assert 'name="seconds-0" value="240"' in shown
    assert 'name="items-0"' not in administrator.get(f"/kenh/{world.channels['facebook'].id}").text


def test_a_session_that_says_nothing_has_the_usual_room(administrator: FlaskClient, world: World) -> None:
    station = world.channels["loudspeaker"]
    administrator.post(f"/kenh/{station.id}/gio", data=hours(**{"items-0": "", "seconds-0": ""}))
    (row,) = Channel.get_by_id(station.id).windows
    assert (row["items"], row["seconds"]) == (2, 900)


def test_days_off_public_audiences_and_priority_are_stored_and_come_back(
    administrator: FlaskClient, page: Channel, client_of: Browsers
) -> None:
    form = hours(
        holidays="1",
        audience=["youth", "women"],
        priority="3",
        closed=["0", "1", "2"],
        **{"closed-first-0": "2026-12-20", "closed-last-0": "2026-12-24", "closed-why-0": "Bảo trì"},
        **{"closed-first-1": "2026-12-31", "closed-last-1": "", "closed-why-1": "Không có người trực"},
    )
    assert administrator.post(f"/kenh/{page.id}/gio", data=form).status_code == 303
    stored = Channel.get_by_id(page.id)
    assert stored.closures == [
        {"first": "2026-12-20", "last": "2026-12-24", "why": "Bảo trì"},
        {"first": "2026-12-31", "last": "2026-12-31", "why": "Không có người trực"},
    ]
    assert (stored.holidays, set(stored.audiences), stored.priority) == (True, {"youth", "women"}, 3)
    shown = " ".join(administrator.get(f"/kenh/{page.id}").text.split())
    assert 'value="Bảo trì"' in shown
    assert 'name="audience" value="women" checked' in shown
    seen = " ".join(client_of("editor").get(f"/kenh/{page.id}").text.split())
    assert "Nghỉ ngày lễ" in seen
    assert "20/12/2026 – 24/12/2026: Bảo trì" in seen


IMPOSSIBLE_HOURS: tuple[tuple[dict[str, Any], str], ...] = (
    ({"start-0": "", "end-0": ""}, "Hãy nhập ít nhất một khung giờ."),
    ({"end-0": "06:30"}, "giờ kết thúc phải sau giờ bắt đầu"),
    ({"end-0": ""}, "không phải giờ"),
    ({"days-0": []}, "hãy chọn ít nhất một ngày trong tuần"),
    ({"start-0": "22:00", "end-0": "23:00"}, "nằm trọn trong giờ yên lặng 21:00–06:00"),
    ({"quiet_to": "26:00"}, "không phải giờ"),
    ({"max_per_day": "0"}, "phải từ 1 đến 24"),
    ({"min_gap_minutes": "nhiều"}, "phải là một số"),
    ({"priority": "0"}, "phải từ 1 đến 9"),
    ({"weight-0": "12"}, "mức ưu tiên phải từ 1 đến 9"),
    ({"closed": ["0"], "closed-first-0": "2026-12-20"}, "vì sao kênh nghỉ"),
    ({"closed": ["0"], "closed-why-0": "Bảo trì"}, "phải là ngày có thật"),
    ({"audience": ["aliens"]}, "nhóm đối tượng không tồn tại"),
)


def test_hours_no_channel_could_keep_come_back_as_typed(
    administrator: FlaskClient, world: World, page: Channel
) -> None:
    for changes, sentence in IMPOSSIBLE_HOURS:
        answer = administrator.post(f"/kenh/{page.id}/gio", data=hours(**changes))
        assert answer.status_code == 400, changes
        assert sentence in answer.text
        assert 'value="90"' in answer.text
    assert Channel.get_by_id(page.id).windows == page.windows


def test_only_a_service_that_keeps_posts_can_be_given_them_ahead(administrator: FlaskClient, world: World) -> None:
    zalo = world.channels["zalo"]
    assert "Giao trước cho dịch vụ" not in administrator.get(f"/kenh/{zalo.id}").text
    assert administrator.post(f"/kenh/{zalo.id}/gio", data=hours(ahead="1")).status_code == 400


def test_a_window_until_midnight_is_a_window() -> None:
    channel_admin.check_hours(
        "zalo",
        channel_admin.Hours([{"weekdays": [0], "start": "20:00", "end": "00:00"}], ("00:00", "05:00"), 60, 3, 120),
    )
    with pytest.raises(Problem):
        channel_admin.check_hours(
            "zalo",
            channel_admin.Hours([{"weekdays": [0], "start": "22:00", "end": "00:00"}], ("21:00", "05:00"), 60, 3, 120),
        )


def test_a_pause_needs_a_reason_and_keeps_posts_waiting_until_someone_resumes(
    administrator: FlaskClient, world: World
) -> None:
    channel, post = world.channels["facebook"], world.post("facebook", "cho")
    assert administrator.post(f"/kenh/{channel.id}/tam-dung", data={"reason": " "}).status_code == 400
    administrator.post(f"/kenh/{channel.id}/tam-dung", data={"reason": "Bảo trì"})
    assert world.deliver() == 0
    assert "Bảo trì" in administrator.get(f"/kenh/{channel.id}").text
    administrator.post(f"/kenh/{channel.id}/chay-tiep")
    world.deliver()
    assert state(post) == PostState.PUBLISHED
    log = Audit.select().where(Audit.subject == f"channel:{channel.id}").order_by(Audit.id)
    assert [row.action for row in log] == ["pause_channel", "resume_channel"]


# ---------------------------------------------------------------- pictures


def test_a_picture_is_open_to_the_world_under_a_name_that_never_changes(world: World, client_of: Browsers) -> None:
    cover = MediaFile.get()
    anyone = client_of("editor")
    anyone.delete_cookie(COOKIE)
    answer = anyone.get(f"/media/{cover.sha256}.jpg")
    assert (answer.status_code, answer.mimetype, len(answer.data)) == (200, "image/jpeg", cover.size)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_what_is_no_picture_of_this_home_is_not_found(world: World, client_of: Browsers) -> None:
    anyone = client_of("editor")
    for name in ("0" * 64, "..%2f..%2fkeys%2fvault", "x"):
        assert anyone.get(f"/media/{name}.jpg").status_code == 404, name


def test_a_picture_whose_file_was_changed_is_not_served(world: World, client_of: Browsers) -> None:
    cover = MediaFile.get()
    world.home.store.path(cover.sha256).write_bytes(b"something else")
    assert client_of("editor").get(f"/media/{cover.sha256}.jpg").status_code == 404
