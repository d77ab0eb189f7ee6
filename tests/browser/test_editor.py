"""Writing under the eyes of the language check: what a person sees and taps while they type."""

import pytest
from playwright.sync_api import Locator, expect

from campaign.demo import Demo
from tests.browser.conftest import Seat
from tests.browser.stage import DESKTOP, PHONE, Visitor

pytestmark = pytest.mark.browser

SIZES = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
SOON = 2_000  # ms
HARMFUL = "🙂 HIV: tối nay thôn ta nói chuyện về căn bệnh thế kỷ, mời bà con."
WORD, BETTER = "căn bệnh thế kỷ", "HIV"


@pytest.fixture
def writer(seat: Seat, size: tuple[int, int]) -> Visitor:
    """A writer in front of an empty form."""
    visitor: Visitor = seat("bientap", size)
    visitor.go("/thong-diep/moi")
    return visitor


def body(writer: Visitor) -> Locator:
    return writer.page.get_by_label("Nội dung gốc")


def findings(writer: Visitor) -> Locator:
    return writer.page.locator("#text-findings li")


def marks(writer: Visitor) -> Locator:
    """The underlined words behind the box."""
    return writer.page.locator(".mirrored:has(#text) .mirror mark")


@SIZES
def test_a_harmful_word_is_found_while_typing_and_mended_with_one_tap(writer: Visitor) -> None:
    body(writer).press_sequentially(HARMFUL)
    expect(findings(writer)).to_have_count(1, timeout=SOON)
    expect(findings(writer)).to_contain_text(f"Lỗi: “{WORD}”")
    expect(marks(writer)).to_have_text([WORD])
    writer.look()
    writer.press(BETTER)
    expect(body(writer)).to_have_value(HARMFUL.replace(WORD, BETTER))
    expect(findings(writer)).to_have_count(0, timeout=SOON)
    expect(marks(writer)).to_have_count(0)


@SIZES
def test_an_alternative_can_be_taken_back(writer: Visitor) -> None:
    body(writer).press_sequentially(HARMFUL)
    expect(findings(writer)).to_have_count(1, timeout=SOON)
    writer.press(BETTER)
    writer.page.keyboard.press("Control+z")
    expect(body(writer)).to_have_value(HARMFUL)
    expect(findings(writer)).to_have_count(1, timeout=SOON)


@SIZES
def test_an_alternative_begins_a_sentence_with_a_capital(writer: Visitor) -> None:
    body(writer).fill("Cảm ơn. Con nghiện cần được giúp.")
    expect(findings(writer)).to_have_count(1, timeout=SOON)
    writer.press("người sử dụng ma túy")
    expect(body(writer)).to_have_value("Cảm ơn. Người sử dụng ma túy cần được giúp.")


@SIZES
def test_an_underline_stays_under_its_word_while_the_text_around_it_changes(writer: Visitor) -> None:
    body(writer).fill("Hai con nghiện.")
    expect(marks(writer)).to_have_text(["con nghiện"], timeout=SOON)
    # Text goes in before it; the answer to this key is not waited for.
    body(writer).evaluate("(box) => { box.setRangeText('Ở xóm ta: ', 0, 0); box.dispatchEvent(new Event('input')); }")
    assert marks(writer).all_text_contents() == ["con nghiện"]


@SIZES
def test_the_mirror_lies_exactly_behind_the_words(writer: Visitor) -> None:
    body(writer).fill("Lời mở đầu rất dài của một bài viết. " * 40 + "Hai con nghiện. " + "Lời kết. " * 40)
    expect(marks(writer)).to_have_count(1, timeout=SOON)
    frame = writer.page.locator(".mirrored:has(#text)")
    measured = frame.evaluate(
        """(frame) => {
          const [mirror, box] = [frame.querySelector(".mirror"), frame.querySelector("textarea")];
          return { widths: mirror.clientWidth - box.clientWidth, heights: mirror.scrollHeight - box.scrollHeight,
                   tops: mirror.getBoundingClientRect().top - box.getBoundingClientRect().top,
                   scrolled: mirror.scrollTop - box.scrollTop };
        }"""
    )
    assert measured == {"widths": 0, "heights": 0, "tops": 0, "scrolled": 0}


@SIZES
def test_errors_ask_before_submitting_and_the_bar_leads_to_them(writer: Visitor) -> None:
    page = writer.page
    page.get_by_role("tab", name="Zalo OA").click()
    page.locator("#panel-zalo").get_by_label("Nội dung riêng").fill("Hai con nghiện.")
    page.get_by_role("tab", name="Trang Facebook").click()
    following = page.get_by_role("button", name="1 lỗi")
    expect(following).to_be_visible(timeout=SOON)
    following.click()
    expect(page.locator("#panel-zalo").get_by_label("Nội dung riêng")).to_be_focused()
    writer.press("Lưu và gửi duyệt")
    dialog = page.get_by_role("dialog").filter(visible=True)
    expect(dialog).to_contain_text("Người duyệt sẽ phải bỏ qua có lý do.")
    dialog.get_by_role("button", name="Quay lại").click()
    assert page.url.endswith("/thong-diep/moi")


@SIZES
def test_a_local_fact_goes_in_where_the_caret_is(writer: Visitor) -> None:
    body(writer).fill("Mời đến nhé.")
    body(writer).evaluate("(box) => box.setSelectionRange(8, 8)")
    field = writer.page.locator(".field:has(#text)")
    field.get_by_role("button", name="Chèn thông tin địa phương").click()
    writer.page.get_by_role("dialog").get_by_role("button", name="Điện thoại trạm y tế").click()
    expect(body(writer)).to_have_value("Mời đến {{dien_thoai_tram}}nhé.")


@SIZES
def test_the_long_item_tells_its_reading_time(writer: Visitor) -> None:
    page = writer.page
    page.get_by_role("tab", name="Đài truyền thanh").click()
    panel = page.locator("#panel-loudspeaker")
    panel.get_by_text("Bài dài 2–3 phút").first.click()
    panel.get_by_label("Bài dài 2–3 phút").fill("Mời bà con đến trạm y tế xã. ")
    expect(panel.get_by_text("ngắn hơn 2 phút")).to_be_visible(timeout=SOON)
    panel.get_by_label("Bài dài 2–3 phút").fill("Mời bà con đến trạm y tế xã. " * 55)
    expect(panel.get_by_text("Đọc khoảng 2 phút")).to_be_visible(timeout=SOON)


@SIZES
def test_rows_for_other_wordings_appear_one_at_a_time(writer: Visitor) -> None:
    panel = writer.page.locator("#panel-facebook")
    panel.get_by_text("Cách nói khác").first.click()
    assert panel.get_by_label("Cách nói 2").is_hidden()
    writer.press("Thêm cách nói", panel)
    expect(panel.get_by_label("Cách nói 2")).to_be_focused()
    assert panel.get_by_label("Cách nói 3").is_hidden()
    writer.look()


def test_without_javascript_everything_can_be_written_and_is_judged_after_saving(seat: Seat, running: Demo) -> None:
    writer = seat("bientap", PHONE, javascript=False)
    writer.go("/thong-diep/moi")
    page = writer.page
    page.get_by_label("Tiêu đề", exact=True).fill("Lời viết không cần gì thêm")
    body(writer).fill(HARMFUL)
    row = page.locator(".source-row").first
    row.get_by_label("Tên văn bản, tài liệu").fill("Luật Phòng, chống HIV/AIDS")
    row.get_by_label("Năm").fill("2006")
    row.get_by_label("Ngày kiểm chứng").fill("2026-11-20")
    page.get_by_label("Xét nghiệm HIV", exact=True).check()
    panel = page.locator("#panel-facebook")
    panel.get_by_text("Cách nói khác").first.click()
    panel.get_by_label("Cách nói 2").fill("Lời thứ hai.")
    writer.press("Lưu bản nháp")
    writer.sees("Đã lưu bản nháp.")
    writer.sees("Lời thứ hai.")
    writer.sees("“Căn bệnh thế kỷ” gợi một số phận không cứu được")
