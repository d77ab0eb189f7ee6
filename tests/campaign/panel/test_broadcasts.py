"""The loudspeaker desk on the operator's phone: what to read, the papers, and a word on what was aired."""

import io
from collections.abc import Callable
from datetime import timedelta

import pytest
from docx import Document
from flask.testing import FlaskClient

from campaign import scheduling
from campaign.home import add_user
from campaign.models import Confirmation, Post, PostState, Unit
from tests.campaign.world import World, fresh, state
from tests.conftest import PASSWORD

Browsers = Callable[[str], FlaskClient]


@pytest.fixture
def operator(world: World, client_of: Browsers) -> FlaskClient:
    return client_of("operator")


@pytest.fixture
def broadcast(world: World) -> Post:
    """Handed over, due at 10:00 today; it is 10:30 now."""
    post = world.post("loudspeaker", "sang-nay", world.clock.now() + timedelta(hours=1))
    Post.update(state=PostState.HANDED_OVER).where(Post.id == post.id).execute()
    world.clock.advance(timedelta(minutes=90))
    return fresh(post)


def say(operator: FlaskClient, post: Post, **form: str) -> int:
    return operator.post(f"/phat-thanh/{post.id}/xac-nhan", data=form).status_code


def test_the_card_shows_time_title_reading_time_and_the_exact_words_between_the_bookends(
    operator: FlaskClient, broadcast: Post
) -> None:
    page = operator.get("/phat-thanh").text
    assert broadcast.state == PostState.HANDED_OVER
    for words in (
        "10:00",
        "Bài sang-nay",
        "khoảng",
        "Kính thưa bà con",
        "Đài xã Thử",
        "Chờ phát",
        "Thứ Hai, 16/11/2026",
    ):
        assert words in page
    assert broadcast.payload["text"] in page


def test_the_form_comes_filled_in_so_that_one_touch_confirms(operator: FlaskClient, broadcast: Post) -> None:
    page = operator.get("/phat-thanh").text
    assert 'value="10:00"' in page
    assert say(operator, broadcast, aired="1", at="10:05", times="2") == 303
    word = Confirmation.get()
    assert (state(broadcast), word.times, word.aired_at.isoformat()) == (
        PostState.AIRED, 2, "2026-11-16T03:05:00+00:00",
    )  # fmt: skip
    assert "Đã phát 2 lần, lúc 10:05" in operator.get("/phat-thanh").text


@pytest.mark.parametrize(
    ("form", "reason"),
    [
        ({"cause": "Mất điện"}, "Mất điện"),
        ({"cause": "Loa hỏng", "reason": "cụm ba"}, "Loa hỏng: cụm ba"),
        ({"cause": "Khác", "reason": "Mưa bão"}, "Mưa bão"),
    ],
)
def test_not_aired_keeps_the_reason(operator: FlaskClient, broadcast: Post, form: dict[str, str], reason: str) -> None:
    assert say(operator, broadcast, aired="0", **form) == 303
    assert (state(broadcast), Confirmation.get().reason) == (PostState.NOT_AIRED, reason)


def test_a_word_that_cannot_be_taken_comes_back_with_the_sentence(operator: FlaskClient, broadcast: Post) -> None:
    for form, sentence in (
        ({"aired": "0", "cause": "Khác"}, "Hãy ghi lý do không phát."),
        ({"aired": "1", "at": "23:00", "times": "1"}, "không thể muộn hơn bây giờ"),
        ({"aired": "1", "at": "sáng", "times": "1"}, "hãy nhập như 07:30"),
        ({"aired": "1", "at": "10:00", "times": "hai"}, "phải là một số"),
        ({"aired": "1", "at": "10:00", "times": "99"}, "Số lần phát từ 1 đến 10."),
    ):
        answer = operator.post(f"/phat-thanh/{broadcast.id}/xac-nhan", data=form)
        assert answer.status_code == 400, form
        assert sentence in answer.text
    assert state(broadcast) == PostState.HANDED_OVER


def test_a_correction_counts_and_the_earlier_word_stays_in_sight(operator: FlaskClient, broadcast: Post) -> None:
    say(operator, broadcast, aired="1", at="10:00", times="1")
    say(operator, broadcast, aired="0", cause="Mất điện")
    page = operator.get("/phat-thanh").text
    assert state(broadcast) == PostState.NOT_AIRED
    assert "Không phát: Mất điện" in page
    assert "Trước đó:" in page
    assert "Đã phát 1 lần" in page


def test_a_withdrawn_script_stands_in_a_warning_and_can_neither_be_printed_nor_confirmed(
    operator: FlaskClient, world: World, broadcast: Post
) -> None:
    scheduling.stop_revision(world.people["approver"], broadcast.revision, world.clock.now())
    page = operator.get("/phat-thanh").text
    assert "Đã thu hồi: không phát" in page
    assert "ban-doc.docx" not in page
    assert operator.get(f"/phat-thanh/{broadcast.id}/ban-doc.docx").status_code == 303
    assert say(operator, broadcast, aired="1", at="10:00", times="1") == 400
    assert state(broadcast) == PostState.CANCELLED


def test_a_script_on_hold_is_shown_with_the_reason_but_neither_printed_nor_confirmed(
    operator: FlaskClient, broadcast: Post
) -> None:
    Post.update(state=PostState.SCHEDULED, hold="Bản này không còn được duyệt.").where(
        Post.id == broadcast.id
    ).execute()
    page = operator.get("/phat-thanh").text
    assert "Chưa được phát: Bản này không còn được duyệt." in page
    assert "ban-doc.docx" not in page
    assert "xac-nhan" not in page
    assert operator.get(f"/phat-thanh/{broadcast.id}/ban-doc.txt").status_code == 303
    assert say(operator, broadcast, aired="1", at="10:00", times="1") == 400
    assert state(broadcast) == PostState.SCHEDULED


def test_the_word_file_opens_and_holds_the_frozen_words(operator: FlaskClient, broadcast: Post) -> None:
    answer = operator.get(f"/phat-thanh/{broadcast.id}/ban-doc.docx")
    text = "\n".join(paragraph.text for paragraph in Document(io.BytesIO(answer.data)).paragraphs)
    assert broadcast.payload["text"] in " ".join(text.split())
    name = answer.headers["Content-Disposition"]
    assert "2026-11-16_1000_dai-xa-thu_bai-sang-nay.docx" in name
    assert name.isascii()


def test_the_text_file_is_utf_8(operator: FlaskClient, broadcast: Post) -> None:
    answer = operator.get(f"/phat-thanh/{broadcast.id}/ban-doc.txt")
    assert answer.mimetype == "text/plain"
    assert "BẢN ĐỌC PHÁT THANH" in answer.data.decode("utf-8")


def test_other_days_are_one_touch_away_and_tomorrows_script_can_be_printed_but_not_confirmed(
    operator: FlaskClient, world: World, broadcast: Post
) -> None:
    tomorrow = world.post("loudspeaker", "ngay-mai", world.clock.now() + timedelta(days=1))
    today = operator.get("/phat-thanh").text
    assert "ngay=2026-11-15" in today
    assert "ngay=2026-11-17" in today
    page = operator.get("/phat-thanh?ngay=2026-11-17").text
    assert f"/phat-thanh/{tomorrow.id}/ban-doc.docx" in page
    assert f"/phat-thanh/{tomorrow.id}/xac-nhan" not in page
    assert say(operator, tomorrow, aired="1", at="10:00", times="1") == 400


def test_a_day_without_broadcasts_and_a_day_that_is_none_are_no_dead_ends(operator: FlaskClient, world: World) -> None:
    assert "Không có bài phát nào" in operator.get("/phat-thanh?ngay=2026-01-01").text
    assert "16/11/2026" in operator.get("/phat-thanh?ngay=xyz").text


def test_a_script_that_cannot_be_printed_says_why_and_the_words_stay_readable(
    operator: FlaskClient, world: World, broadcast: Post
) -> None:
    world.channels["loudspeaker"].settings = {}
    world.channels["loudspeaker"].save()
    page = operator.get("/phat-thanh").text
    assert "Chưa có tên đài" in page
    assert broadcast.payload["text"] in page


def test_the_desk_is_closed_to_others_and_shows_only_stations_one_serves(
    world: World, broadcast: Post, client_of: Browsers
) -> None:
    assert client_of("editor").get("/phat-thanh").status_code == 404
    other = Unit.create(name="Xã Khác", kind="xã")
    add_user(world.home, login="khac", name="Người khác", password=PASSWORD, unit=other, roles=["operator"])
    stranger = client_of("khac")
    assert "Bài sang-nay" not in stranger.get("/phat-thanh").text
    assert stranger.get(f"/phat-thanh/{broadcast.id}/ban-doc.txt").status_code == 404
    assert say(stranger, broadcast, aired="1", at="10:00", times="1") == 404


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2026-02-30", "hôm nay"])
def test_a_day_that_no_calendar_can_show_is_answered_with_today(operator: FlaskClient, day: str) -> None:
    answer = operator.get("/phat-thanh", query_string={"ngay": day})
    assert answer.status_code == 200
    assert "16/11/2026" in answer.text


@pytest.mark.parametrize("day", ["0001-01-02", "9999-12-30"])
def test_the_outermost_days_can_be_shown(operator: FlaskClient, day: str) -> None:
    assert operator.get("/phat-thanh", query_string={"ngay": day}).status_code == 200
