"""Setting up a campaign: simple on top, the rest unfolds where it is wanted."""

import pytest
from playwright.sync_api import expect

from campaign.demo import Demo
from tests.browser.conftest import Seat
from tests.browser.stage import DESKTOP, PHONE, Visitor

pytestmark = pytest.mark.browser

SIZES = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])


@pytest.fixture
def editor(seat: Seat, running: Demo, size: tuple[int, int]) -> Visitor:
    """An editor in front of an empty form."""
    visitor: Visitor = seat("bientap", size)
    visitor.go("/chien-dich/moi")
    return visitor


@SIZES
def test_a_baseline_is_asked_for_only_where_an_aim_is_a_raise(editor: Visitor) -> None:
    page = editor.page
    baseline = page.get_by_label("Kỳ gốc của Trang Xã Hòa Bình Mẫu, từ ngày")
    expect(baseline).to_be_hidden()
    page.get_by_label("Đơn vị mục tiêu của Trang Xã Hòa Bình Mẫu").select_option(label="% bài so với trước")
    expect(baseline).to_be_visible()
    editor.look()


@SIZES
def test_observances_within_the_dates_are_offered_as_peaks_and_taken_with_one_click(editor: Visitor) -> None:
    page = editor.page
    page.get_by_text("Đợt cao điểm: những ngày đăng dày hơn").click()
    offer = page.get_by_role("button", name="Ngày Thế giới phòng, chống AIDS (01/12)")
    expect(offer).to_be_hidden()
    page.get_by_label("Neo vào dịp").select_option(index=1)
    expect(offer).to_be_visible()
    offer.click()
    row = page.get_by_role("group", name="Đợt cao điểm 1")
    expect(row.get_by_label("Từ ngày")).to_have_value("2026-12-01")
    expect(row.get_by_label("Đến hết ngày")).to_have_value("2026-12-01")
    expect(row.get_by_label("Dày gấp")).to_be_focused()
    expect(offer).to_be_hidden()
    editor.look()


@SIZES
def test_rows_that_nobody_needs_yet_stay_folded_away(editor: Visitor) -> None:
    page = editor.page
    page.get_by_text("Mục tiêu chung cho nhiều kênh").click()
    group = page.get_by_role("group", name="Mục tiêu chung 1")
    expect(group).to_be_hidden()
    editor.press("Thêm mục tiêu chung")
    expect(group).to_be_visible()
    expect(page.get_by_label("Tên mục tiêu chung 1")).to_be_focused()
    editor.look()
