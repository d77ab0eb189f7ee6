"""One message from its first word to its figures, by the hands of four people, on a desktop and on a phone."""

import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from PIL import Image
from playwright.sync_api import Locator

from campaign import reach
from campaign.clock import SetClock
from campaign.db import connected
from campaign.demo import Demo
from tests.browser.conftest import Seat
from tests.browser.stage import DESKTOP, PHONE, SUNDAY_MORNING, Visitor, staged

pytestmark = pytest.mark.browser

TITLE = "Sáng thứ Bảy, mời bạn ghé trạm y tế"
BASE = "Trạm y tế xã mở cửa sáng thứ Bảy để xét nghiệm HIV miễn phí."
WORDS = {
    "facebook": "Bạn bận cả tuần? Sáng thứ Bảy này trạm y tế xã vẫn mở cửa, xét nghiệm HIV miễn phí và kín đáo.",
    "zalo": "Trạm y tế xã mở cửa sáng thứ Bảy. Xét nghiệm HIV miễn phí, kết quả được giữ kín.",
    "loudspeaker": (
        "Kính mời bà con đến trạm y tế xã sáng thứ Bảy, từ 7 giờ đến 11 giờ, để được xét nghiệm HIV. "
        "Xét nghiệm không mất tiền, chỉ lấy vài giọt máu và có kết quả ngay trong buổi sáng. "
        "Cán bộ trạm giữ kín kết quả và chỉ nói riêng với từng người. "
        "Biết sớm thì điều trị sớm, và người điều trị sớm vẫn sống khỏe, làm việc, nuôi con như mọi người."
    ),
}
SPOKEN = "từ bảy giờ đến mười một giờ, để được xét nghiệm HIV."
ZALO_TITLE, ZALO_LEAD = "Xét nghiệm HIV sáng thứ Bảy", "Miễn phí, kín đáo, ngay tại trạm y tế xã."
SOURCE, ALT = "Luật Phòng, chống HIV/AIDS số 64/2006/QH11", "Cửa trạm y tế xã buổi sáng"
CAMPAIGN = "Tuần xét nghiệm của xã"
DUE = SUNDAY_MORNING + timedelta(minutes=40)


@pytest.fixture(scope="module", params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def size(request: pytest.FixtureRequest) -> tuple[int, int]:
    """The window that all four people have."""
    return (request.param[0], request.param[1])


@pytest.fixture(scope="module")
def running(time: SetClock, size: tuple[int, int]) -> Iterator[Demo]:
    """A demo of its own for each size."""
    time.set(SUNDAY_MORNING)
    with staged(time) as demo:
        yield demo


def test_a_message_goes_from_its_first_word_to_its_figures(
    running: Demo, time: SetClock, seat: Seat, size: tuple[int, int], tmp_path: Path
) -> None:
    editor, approver, operator = (seat(login, size) for login in ("bientap", "duyet", "phatthanh"))
    write(editor)
    submit_but_not_approve(editor)
    approve(approver)
    plan(editor)
    for channel in ("Trang Xã Hòa Bình Mẫu", "OA Xã Hòa Bình Mẫu", "Đài truyền thanh xã"):
        bring_forward(editor, channel)
    time.set(DUE)
    running.home.delivery("thu").run_due()
    see_it_published(editor, running)
    read_it_aloud(operator, tmp_path)
    time.set(DUE + timedelta(minutes=65))
    measure(running)
    see_what_it_reached(seat("theodoi", size), running)


def write(editor: Visitor) -> None:
    """All fields, all variants, two sources and a picture; saved as a draft."""
    page = editor.page
    editor.choose("Thông điệp")
    page.get_by_role("link", name="Viết thông điệp").click()
    page.get_by_label("Tiêu đề", exact=True).fill(TITLE)
    page.get_by_label("Nội dung gốc").fill(BASE)
    for kind, tab in (("facebook", "Trang Facebook"), ("zalo", "Zalo OA"), ("loudspeaker", "Đài truyền thanh")):
        page.get_by_role("tab", name=tab).click()
        page.locator(f"#panel-{kind}").get_by_label("Nội dung riêng").fill(WORDS[kind])
    page.get_by_role("tab", name="Zalo OA").click()
    page.get_by_label("Tiêu đề riêng").filter(visible=True).fill(ZALO_TITLE)
    page.get_by_label("Mô tả ngắn").filter(visible=True).fill(ZALO_LEAD)
    cite(page.locator(".source-row").nth(0), SOURCE, "2006")
    editor.press("Thêm nguồn")
    cite(page.locator(".source-row").nth(1), "Quyết định số 1246/QĐ-TTg", "2020")
    page.get_by_label("Trụ cột").select_option(label="Biện pháp phòng, chống")
    page.get_by_label("Giọng văn").select_option(label="Đại chúng")
    page.get_by_label("Dùng từ ngày").fill("2026-11-22")
    page.get_by_label("Dùng đến hết ngày").fill("2027-06-30")
    page.get_by_label("Ảnh", exact=True).set_input_files(picture())
    page.get_by_label("Mô tả ảnh").fill(ALT)
    page.get_by_label("Thanh niên, học sinh, sinh viên").check()
    page.get_by_label("Xét nghiệm HIV", exact=True).check()
    editor.look()
    editor.press("Lưu bản nháp")
    editor.sees("Đã lưu bản nháp.")
    editor.look()


def cite(row: Locator, title: str, year: str) -> None:
    """Fill in one source."""
    row.get_by_label("Tên văn bản, tài liệu").fill(title)
    row.get_by_label("Năm").fill(year)
    row.get_by_label("Ngày kiểm chứng").fill("2026-11-20")


def picture() -> Any:
    """A photograph, as a camera might give it."""
    data = io.BytesIO()
    Image.effect_mandelbrot((1280, 720), (-2, -1, 1, 1), 40).convert("RGB").save(data, "JPEG")
    return {"name": "tram.jpg", "mimeType": "image/jpeg", "buffer": data.getvalue()}


def submit_but_not_approve(editor: Visitor) -> None:
    """The writer sends it to approval and finds the buttons of the decision closed."""
    editor.press("Gửi duyệt")
    editor.sees("Đã gửi duyệt.")
    editor.page.get_by_role("link", name="Mở trang duyệt").click()
    editor.sees("Bạn không có quyền duyệt ở đơn vị này.")
    assert editor.page.get_by_role("button", name="Duyệt", exact=True).is_disabled()
    editor.look()


def approve(approver: Visitor) -> None:
    """Another person reads exactly what each channel will carry, and approves."""
    page = approver.page
    approver.choose("Duyệt")
    page.get_by_role("link", name=TITLE).click()
    page.get_by_role("tab", name="Trang Facebook").click()
    approver.sees(WORDS["facebook"])
    shown = page.get_by_role("img", name=ALT).filter(visible=True)
    shown.first.wait_for()
    assert shown.count() == 1
    page.get_by_role("tab", name="Zalo OA").click()
    for words in (ZALO_TITLE, ZALO_LEAD, WORDS["zalo"]):
        approver.sees(words)
    page.get_by_role("tab", name="Đài truyền thanh").click()
    approver.sees(SPOKEN)
    approver.sees(SOURCE)
    assert "sẽ không nhận bản này" not in approver.text()
    approver.look()
    approver.press("Duyệt")
    approver.sees(f"Đã duyệt “{TITLE}”.")


def plan(editor: Visitor) -> None:
    """A small campaign with this one message: the plan is looked at, explains itself, and is applied."""
    page = editor.page
    editor.choose("Chiến dịch")
    page.get_by_role("link", name="Tạo chiến dịch").click()
    page.get_by_label("Tên chiến dịch").fill(CAMPAIGN)
    when = page.get_by_role("region", name="Tên và thời gian")
    when.get_by_label("Từ ngày").fill("2026-11-22")
    when.get_by_label("Đến hết ngày").fill("2026-11-28")
    for box in page.locator("input[name=channel]").all():
        box.check()
    for aim in page.get_by_label("Mục tiêu mỗi tuần của").filter(visible=True).all():
        aim.fill("1")
    for box in page.locator("input[name=message]:checked").all()[::-1]:
        box.uncheck()
    page.get_by_label(TITLE).check()
    editor.look()
    editor.press("Lưu và xem kế hoạch")
    slots = page.locator("details.slot").filter(has_text=TITLE)
    slots.last.wait_for()
    assert slots.count() == 3
    why = slots.first.locator(".slot-why")
    assert not why.is_visible()
    slots.first.locator("summary").click()
    assert "trải đều" in why.inner_text()
    editor.look()
    page.keyboard.press("Escape")
    editor.press("Áp dụng kế hoạch")
    editor.sees("Đã áp dụng kế hoạch vừa xong: thêm 3 bài.")
    editor.look()


def bring_forward(editor: Visitor, channel: str) -> None:
    """Move the campaign's post on a channel to this morning."""
    page = editor.page
    open_post(editor, channel)
    page.get_by_text("Đổi giờ…").click()
    page.get_by_label("Ngày", exact=True).fill(f"{DUE:%Y-%m-%d}")
    page.get_by_label("Giờ", exact=False).filter(visible=True).fill(f"{DUE:%H:%M}")
    editor.press("Lưu giờ mới")
    editor.sees("Đã đổi giờ.")
    editor.look()


def open_post(editor: Visitor, channel: str) -> None:
    """From the menu to the campaign's post on a channel."""
    page = editor.page
    editor.choose("Chiến dịch")
    with page.expect_navigation():
        page.get_by_role("link", name=CAMPAIGN).first.click()
    with page.expect_navigation():
        page.get_by_label("Kênh").select_option(label=channel)
    page.locator(".cal-post").filter(has_text=TITLE).click()
    page.get_by_role("heading", level=1, name=TITLE).wait_for()


def see_it_published(editor: Visitor, running: Demo) -> None:
    """The panel says so, and so do the services."""
    for channel in ("Trang Xã Hòa Bình Mẫu", "OA Xã Hòa Bình Mẫu"):
        open_post(editor, channel)
        editor.sees("Đã đăng")
        assert editor.page.get_by_role("link", name="Xem bài trên kênh").is_visible()
        editor.look()
    on_feed(editor, running.facebook_address, "Xã Hòa Bình Mẫu", WORDS["facebook"])
    assert editor.page.get_by_role("img", name=ALT).is_visible()
    on_feed(editor, running.zalo_address, "UBND xã Hòa Bình Mẫu", ZALO_TITLE)
    editor.page.get_by_role("link", name=ZALO_TITLE).click()
    editor.sees(WORDS["zalo"])
    editor.go("/")


def on_feed(visitor: Visitor, service: str, name: str, words: str) -> Locator:
    """The one post with these words on the simulated service's own page."""
    visitor.go(f"{service}/_feed/")
    visitor.page.get_by_role("link", name=name).first.click()
    post = visitor.page.get_by_role("article").filter(has_text=words)
    post.wait_for()
    return post


def read_it_aloud(operator: Visitor, folder: Path) -> None:
    """The operator takes both files of the script and confirms the broadcast."""
    card = operator.page.get_by_role("article").filter(has_text=TITLE)
    operator.choose("Phát thanh")
    operator.look()
    printed = operator.download(card.get_by_role("link", name="Bản in (.docx)"), folder)
    plain = operator.download(card.get_by_role("link", name="Bản chữ (.txt)"), folder)
    paragraphs = " ".join(paragraph.text for paragraph in Document(str(printed)).paragraphs)
    for words in (paragraphs, plain.read_text(encoding="utf-8")):
        assert SPOKEN in " ".join(words.split())
    assert printed.suffix == ".docx"
    assert plain.suffix == ".txt"
    card.get_by_label("Giờ phát").fill(f"{DUE:%H:%M}")
    card.get_by_label("Số lần").fill("2")
    operator.press("Đã phát", card)
    operator.sees("Đã ghi: đã phát.")
    assert "Đã phát 2 lần, lúc 10:20" in card.inner_text()
    operator.look()


def measure(running: Demo) -> None:
    """What a worker does every minute."""
    with connected():
        for post in reach.due_for_measuring(running.home.clock.now()):
            reach.collect(post, running.home.adapters, running.home.ledger("thu"), running.home.vault)


def see_what_it_reached(reviewer: Visitor, running: Demo) -> None:
    """The figures are the services' own, and the broadcast counts in minutes."""
    facebook = on_feed(reviewer, running.facebook_address, "Xã Hòa Bình Mẫu", WORDS["facebook"]).inner_text()
    zalo = on_feed(reviewer, running.zalo_address, "UBND xã Hòa Bình Mẫu", ZALO_TITLE).inner_text()
    reviewer.go("/")
    reviewer.choose("Chiến dịch")
    reviewer.page.get_by_role("link", name=CAMPAIGN).first.click()
    reviewer.page.get_by_role("link", name="Tiếp cận").click()
    for channel, feed in (("Trang Xã Hòa Bình Mẫu", facebook), ("OA Xã Hòa Bình Mẫu", zalo)):
        section = reviewer.page.locator(".reach-channel").filter(has_text=channel)
        row = section.get_by_role("row").filter(has_text="Lượt xem").first
        assert f"{row.get_by_role('cell').first.inner_text()} lượt xem" in feed
        assert "từ 1 bài" in row.inner_text()
    station = reviewer.page.locator(".reach-channel").filter(has_text="Đài truyền thanh xã")
    minutes = station.get_by_role("row").filter(has_text="Thời lượng phát").get_by_role("cell").first.inner_text()
    assert float(minutes.removesuffix(" phút").replace(",", ".")) > 0.5
    assert reviewer.page.get_by_role("img", name="Lượt xem đo được").locator("rect").count() == 2
    reviewer.look()
