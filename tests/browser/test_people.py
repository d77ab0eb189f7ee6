"""What each of the four people comes for, and the doors that stay closed to them."""

import re
from datetime import timedelta

import pytest

from campaign.clock import SetClock
from campaign.demo import CAMPAIGN, Demo
from campaign.models import Channel, Post, PostState, Revision, RevisionState
from tests.browser.conftest import Seat
from tests.browser.stage import PHONE, SUNDAY_MORNING

pytestmark = pytest.mark.browser

AFTER_THE_BROADCAST = SUNDAY_MORNING.replace(hour=17, minute=10)


def number(text: str) -> int:
    """A number as people here write it: 1.234."""
    return int(text.replace(".", ""))


# ---------------------------------------------------------------- what they come for


def test_the_editor_settles_a_post_in_doubt_and_it_goes_out_once(running: Demo, seat: Seat) -> None:
    doubtful = Post.get(Post.state == PostState.UNSURE)
    page_id, words = doubtful.channel.settings["page_id"], doubtful.payload["text"]
    before = running.facebook.times_accepted(page_id, words)  # the message may have been told in these words before
    editor = seat("bientap")
    editor.choose("Cần xử lý")
    editor.press("Chưa lên")
    editor.sees("Đã ghi: bài chưa lên.")
    editor.sees("Lỡ giờ")
    editor.press("Gửi ngay")
    editor.page.get_by_role("dialog").get_by_role("button", name="Đồng ý").click()
    editor.sees("Bài sẽ được gửi trong ít phút.")
    editor.look()

    running.home.delivery("thu").run_due()

    editor.go(f"/bai/{doubtful.id}")
    editor.sees("Đã đăng")
    assert running.facebook.times_accepted(page_id, words) == before + 1


def test_the_reviewer_sees_the_figures_of_the_services_themselves(running: Demo, seat: Seat) -> None:
    reviewer = seat("theodoi")
    shown = {}
    for service, kind in ((running.facebook_address, "facebook"), (running.zalo_address, "zalo")):
        channel = Channel.get(Channel.kind == kind)
        reviewer.go(f"{service}/_feed/{channel.settings['page_id' if kind == 'facebook' else 'oa_id']}")
        shown[channel.name] = sum(map(number, re.findall(r"([\d.]+) lượt xem", reviewer.page.content())))

    reviewer.go("/")
    reviewer.choose("Chiến dịch")
    reviewer.page.get_by_role("link", name=CAMPAIGN).first.click()
    reviewer.page.get_by_role("link", name="Tiếp cận").click()

    chart = reviewer.page.locator("section.card").filter(has=reviewer.page.get_by_role("img", name="Lượt xem đo được"))
    rows = [row.split("\t") for row in chart.locator("tbody").inner_text().splitlines()]
    for place, (channel, views) in enumerate(shown.items(), 1):
        section = reviewer.page.locator(".reach-channel").filter(has_text=channel)
        figure = section.get_by_role("row").filter(has_text="Lượt xem").first.get_by_role("cell").first
        assert number(figure.inner_text()) == views > 0
        assert sum(number(row[place]) for row in rows if row[place] != "–") == views
    assert chart.locator("rect").count() == sum(cell != "–" for row in rows for cell in row[1:])


def test_the_form_of_the_demos_campaign_can_be_saved_as_it_stands(seat: Seat) -> None:
    editor = seat("bientap")
    editor.choose("Chiến dịch")
    editor.page.get_by_role("link", name=CAMPAIGN).first.click()
    editor.page.get_by_role("link", name="Sửa").click()
    editor.press("Lưu chiến dịch")
    editor.sees("Đã lưu chiến dịch.")


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without"])
def test_an_approver_on_a_phone_approves_what_the_channels_will_carry(seat: Seat, javascript: bool) -> None:
    waiting = Revision.select().where(Revision.state == RevisionState.SUBMITTED).order_by(Revision.id).first()
    approver = seat("duyet", PHONE, javascript=javascript)
    approver.go("/duyet")
    approver.page.get_by_role("link", name=waiting.title).click()
    approver.look()
    for sentence in waiting.document["variants"]["facebook"]["text"].splitlines()[:1]:
        approver.sees(sentence)
    approver.press("Duyệt")
    approver.sees(f"Đã duyệt “{waiting.title}”.")
    assert Revision.get_by_id(waiting.id).state == RevisionState.APPROVED


def test_an_operator_without_javascript_confirms_a_broadcast_and_can_correct_it(time: SetClock, seat: Seat) -> None:
    time.set(AFTER_THE_BROADCAST)
    operator = seat("phatthanh", PHONE, javascript=False)
    card = operator.page.get_by_role("article").first
    operator.press("Đã phát", card)
    operator.sees("Đã ghi: đã phát.")
    assert "Đã phát 1 lần, lúc 17:00" in card.inner_text()

    card.get_by_text("Sửa lại").click()
    card.get_by_text("Không phát…").click()
    card.get_by_label("Mất điện").check()
    operator.press("Ghi là không phát", card)
    operator.sees("Đã ghi: không phát.")
    assert "Không phát: Mất điện" in card.inner_text()
    assert "Trước đó: Đã phát 1 lần" in card.inner_text()
    operator.look()


# ---------------------------------------------------------------- closed doors


def test_a_wrong_password_and_a_wrong_name_are_told_the_same(seat: Seat) -> None:
    visitor = seat()
    said = []
    for login, password in (("bientap", "sai-mat-khau"), ("khong-ai-ca", "sai-mat-khau")):
        visitor.sign_in(login, password)
        visitor.look()
        said.append(visitor.page.get_by_role("alert").inner_text())
    assert said == ["Tên đăng nhập hoặc mật khẩu không đúng."] * 2


def test_after_twelve_hours_the_panel_asks_who_is_there_and_then_goes_on(time: SetClock, seat: Seat) -> None:
    editor = seat("bientap")
    time.set(SUNDAY_MORNING + timedelta(hours=13))
    editor.go("/can-xu-ly")
    assert editor.page.get_by_role("heading", level=1).inner_text() == "Đăng nhập"
    editor.sign_in("bientap")
    assert editor.page.get_by_role("heading", level=1).inner_text() == "Cần xử lý"


@pytest.mark.parametrize(
    ("login", "path"),
    [("phatthanh", "/chien-dich/1"), ("theodoi", "/thong-diep/moi"), ("duyet", "/chien-dich/moi")],
)
def test_what_a_person_may_not_see_looks_like_what_does_not_exist(seat: Seat, login: str, path: str) -> None:
    visitor = seat(login)
    assert visitor.go("/chien-dich/987654321") == 404
    nothing = visitor.page.content()
    assert "Không có trang này" in nothing
    assert visitor.go(path) == 404
    assert visitor.page.content() == nothing
    visitor.look()
