"""One post with all that is known about it, and the list of what needs a person."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from campaign import channel_admin
from campaign.home import add_user
from campaign.ledger import PAUSED
from campaign.models import Audit, Post, PostState, Unit, Worker, note, set_note
from tests.campaign.world import World, fresh, state
from tests.conftest import PASSWORD

Browsers = Callable[[str], FlaskClient]


@pytest.fixture
def editor(world: World, client_of: Browsers) -> FlaskClient:
    return client_of("editor")


def put(post: Post, new: PostState, **changes: object) -> Post:
    Post.update(state=new, **changes).where(Post.id == post.id).execute()
    return fresh(post)


def worker_is_alive(world: World) -> None:
    Worker.create(name="w", started_at=world.clock.now(), seen_at=world.clock.now())


# ---------------------------------------------------------------- one post


def test_a_published_post_shows_its_frozen_words_its_receipt_and_its_attempts(
    editor: FlaskClient, world: World
) -> None:
    post = world.post("facebook", "da-dang")
    world.deliver()
    page = editor.get(f"/bai/{post.id}").text
    assert post.payload["text"] in page
    assert fresh(post).link in page.replace("&amp;", "&")
    assert fresh(post).remote_id in page
    for words in ("Đã đăng", "Kênh đã nhận", "Vì sao" if post.reason else "Giờ hẹn", "Lên lịch", "GMT+7"):
        assert words in page


def test_a_post_can_be_moved_and_what_was_typed_comes_back_when_it_cannot(editor: FlaskClient, world: World) -> None:
    post = world.post("facebook", "doi-gio", world.clock.now() + timedelta(days=1))
    bad = editor.post(f"/bai/{post.id}/doi-gio", data={"day": "2026-11-01", "time": "08:15"})
    assert bad.status_code == 400
    assert "Giờ mới phải muộn hơn bây giờ." in bad.text
    assert 'value="08:15"' in bad.text
    good = editor.post(f"/bai/{post.id}/doi-gio", data={"day": "2026-11-20", "time": "08:15"})
    assert good.status_code == 303
    assert fresh(post).due_at.isoformat() == "2026-11-20T01:15:00+00:00"


def test_a_post_can_be_cancelled_with_a_reason_that_stays_visible(editor: FlaskClient, world: World) -> None:
    post = world.post("facebook", "huy", world.clock.now() + timedelta(days=1))
    editor.post(f"/bai/{post.id}/huy", data={"comment": "Trùng lịch"})
    assert state(post) == PostState.CANCELLED
    assert "Trùng lịch" in editor.get(f"/bai/{post.id}").text


@pytest.mark.parametrize("stuck", [PostState.MISSED, PostState.FAILED])
def test_a_missed_or_failed_post_goes_out_on_a_persons_word(
    editor: FlaskClient, world: World, stuck: PostState
) -> None:
    post = put(world.post("facebook", "gui-lai"), stuck)
    assert "Gửi ngay" in editor.get(f"/bai/{post.id}").text
    editor.post(f"/bai/{post.id}/gui-ngay")
    world.deliver()
    assert state(post) == PostState.PUBLISHED


@pytest.mark.parametrize(("is_out", "expected"), [("1", PostState.PUBLISHED), ("0", PostState.SCHEDULED)])
def test_doubt_is_settled_with_two_buttons_next_to_a_link_to_the_page(
    editor: FlaskClient, world: World, is_out: str, expected: PostState
) -> None:
    post = put(world.post("facebook", "nghi"), PostState.UNSURE, error="Không có câu trả lời.")
    page = editor.get(f"/bai/{post.id}").text
    assert f"https://www.facebook.com/{world.page_id}" in page
    assert "Đã lên" in page
    assert "Chưa lên" in page
    editor.post(f"/bai/{post.id}/xac-nhan", data={"is_out": is_out})
    assert state(post) == expected


def test_a_link_that_is_no_web_address_is_not_stored(editor: FlaskClient, world: World) -> None:
    post = put(world.post("facebook", "nghi"), PostState.UNSURE)
    editor.post(f"/bai/{post.id}/xac-nhan", data={"is_out": "1", "link": "javascript:alert(1)"})
    assert state(post) == PostState.UNSURE


def test_a_post_on_hold_is_looked_at_again_and_held_anew_where_nothing_was_mended(
    editor: FlaskClient, world: World
) -> None:
    post = world.post("facebook", "giu")
    revision = post.revision
    revision.state = "withdrawn"
    revision.save()
    world.deliver()
    assert fresh(post).hold
    editor.post(f"/bai/{post.id}/kiem-tra-lai")
    assert not fresh(post).hold
    world.deliver()
    assert fresh(post).hold
    revision.state = "approved"
    revision.save()
    editor.post(f"/bai/{post.id}/kiem-tra-lai")
    world.deliver()
    assert state(post) == PostState.PUBLISHED


def test_who_may_only_view_gets_no_buttons_and_no_way_around_them(world: World, client_of: Browsers) -> None:
    post = put(world.post("facebook", "chi-xem"), PostState.MISSED)
    reviewer = client_of("reviewer")
    page = reviewer.get(f"/bai/{post.id}").text
    assert "Gửi ngay" not in page
    for step in ("doi-gio", "huy", "gui-ngay", "xac-nhan", "kiem-tra-lai"):
        assert reviewer.post(f"/bai/{post.id}/{step}").status_code == 404
    assert state(post) == PostState.MISSED


def test_a_post_of_another_unit_does_not_exist(world: World, client_of: Browsers) -> None:
    post = world.post("facebook", "nha-nguoi")
    other = Unit.create(name="Xã Khác", kind="xã")
    add_user(world.home, login="khac", name="Người khác", password=PASSWORD, unit=other, roles=["editor"])
    assert client_of("khac").get(f"/bai/{post.id}").status_code == 404
    assert client_of("khac").post(f"/bai/{post.id}/huy").status_code == 404


# ---------------------------------------------------------------- what needs a person


def test_with_nothing_to_do_the_list_says_so(editor: FlaskClient, world: World) -> None:
    worker_is_alive(world)
    assert "Không có việc nào chờ" in editor.get("/can-xu-ly").text


@pytest.mark.parametrize(
    ("new", "heading", "step"),
    [
        (PostState.FAILED, "Không gửi được", "Gửi ngay"),
        (PostState.MISSED, "Lỡ giờ", "Gửi ngay"),
        (PostState.UNSURE, "Chưa chắc đã đăng", "Chưa lên"),
        (PostState.SCHEDULED, "Đang giữ lại", "Kiểm tra lại"),
    ],
)
def test_each_kind_of_trouble_shows_its_cause_and_the_next_step(
    editor: FlaskClient, world: World, new: PostState, heading: str, step: str
) -> None:
    cause = {"hold": "Thiếu ảnh bìa."} if new == PostState.SCHEDULED else {"error": "Thiếu ảnh bìa."}
    post = put(world.post("facebook", "vuong"), new, **cause)
    page = editor.get("/can-xu-ly").text
    for words in (heading, step, "Thiếu ảnh bìa.", f"/bai/{post.id}", "Bài vuong"):
        assert words in page


def test_steps_taken_from_the_list_lead_back_to_it(editor: FlaskClient, world: World) -> None:
    post = put(world.post("facebook", "vuong"), PostState.MISSED)
    assert editor.post(f"/bai/{post.id}/huy", data={"back": "attention"}).location == "/can-xu-ly"


def test_a_broadcast_nobody_spoke_about_is_listed_the_day_after(world: World, client_of: Browsers) -> None:
    put(world.post("loudspeaker", "quen"), PostState.HANDED_OVER)
    assert "Chưa xác nhận phát" not in client_of("editor").get("/can-xu-ly").text
    world.clock.advance(timedelta(days=1))
    assert "Chưa xác nhận phát" in client_of("editor").get("/can-xu-ly").text


def test_paused_and_unconnected_channels_and_silent_workers_are_listed(editor: FlaskClient, world: World) -> None:
    world.channels["zalo"].paused = "Mã truy cập đã hết hạn."
    world.channels["zalo"].save()
    channel_admin.create_channel(None, world.unit, "facebook", "Trang mới", world.clock.now())
    page = editor.get("/can-xu-ly").text
    for words in ("Mã truy cập đã hết hạn.", "Trang mới", "Còn thiếu: Mã Trang", "Chưa có máy gửi nào chạy."):
        assert words in page
    worker_is_alive(world)
    assert "máy gửi" not in editor.get("/can-xu-ly").text.lower()
    world.clock.advance(timedelta(minutes=5))
    assert "Máy gửi im lặng từ" in editor.get("/can-xu-ly").text


def test_after_a_restore_what_is_due_is_shown_and_sending_goes_on_only_on_a_persons_word(
    editor: FlaskClient, world: World
) -> None:
    post = world.post("facebook", "den-gio")
    set_note(PAUSED, "Vừa khôi phục từ bản sao lưu.", world.clock.now())
    assert world.deliver() == 0
    page = editor.get("/can-xu-ly").text
    for words in ("Việc gửi đang tạm dừng", "Vừa khôi phục từ bản sao lưu.", "Bài den-gio", "Đã xem, gửi tiếp"):
        assert words in page
    editor.post("/can-xu-ly/gui-tiep")
    assert note(PAUSED) is None
    assert Audit.select().where(Audit.action == "resume_sending", Audit.user == world.people["editor"]).count() == 1
    world.deliver()
    # It may have gone out before the home was lost, and Facebook cannot prove that it has not: a person is asked.
    assert (state(post), world.feed) == (PostState.UNSURE, [])
    editor.post(f"/bai/{post.id}/xac-nhan", data={"is_out": "0"})
    world.deliver()
    assert (state(post), world.feed) == (PostState.PUBLISHED, ["Lời của den-gio."])


@pytest.mark.parametrize("login", ["reviewer", "approver", "operator"])
def test_only_planners_and_administrators_end_the_pause(world: World, client_of: Browsers, login: str) -> None:
    set_note(PAUSED, "Vừa khôi phục.", world.clock.now())
    assert client_of(login).post("/can-xu-ly/gui-tiep").status_code == 404
    assert note(PAUSED)
