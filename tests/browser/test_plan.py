"""The plan page under a person's hand: sliders, what they lead to, applying it and taking it back. Every test leaves
the calendar as it found it."""

import re

import pytest
from playwright.sync_api import Locator, expect

from campaign.demo import Demo
from campaign.models import Campaign, Channel
from tests.browser.conftest import Seat
from tests.browser.stage import DESKTOP, PHONE, SECOND_CAMPAIGN, Visitor

pytestmark = pytest.mark.browser

SIZES = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
SOON = 5_000  # ms, of which the page itself waits 150
ASKED = 9  # posts that the second campaign asks for: three on each of three channels


@pytest.fixture
def planner(seat: Seat, running: Demo, size: tuple[int, int]) -> Visitor:
    """An editor in front of the plan of the second campaign, with the aims unfolded."""
    return at_the_plan(seat("bientap", size))


def at_the_plan(visitor: Visitor) -> Visitor:
    visitor.go(f"/chien-dich/{Campaign.get(Campaign.name == SECOND_CAMPAIGN).id}/ke-hoach")
    aims = visitor.page.locator("#aims details")
    if aims.get_attribute("open") is None:
        aims.locator("summary").click()
    return visitor


def slots(visitor: Visitor, kind: str = "") -> Locator:
    """The posts on the proposed calendar, all or of one kind of change."""
    return visitor.page.locator(f"details.slot{f'.is-{kind}' if kind else ''}")


def slider(visitor: Visitor) -> Locator:
    return visitor.page.get_by_label("Trang Xã Hòa Bình Mẫu, bài/tuần")


def number(visitor: Visitor) -> Locator:
    return visitor.page.locator(f"#aim-{Channel.get(Channel.kind == 'facebook').id}")


def apply_button(visitor: Visitor) -> Locator:
    return visitor.page.get_by_role("button", name="Áp dụng kế hoạch")


@SIZES
def test_dragging_a_slider_changes_the_calendar_and_releasing_it_lets_the_plan_be_applied(planner: Visitor) -> None:
    page = planner.page
    expect(slots(planner)).to_have_count(ASKED)
    page.evaluate("() => { window.isStillHere = true; }")
    slider(planner).scroll_into_view_if_needed()
    box = slider(planner).bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.2, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.5, middle, steps=5)
    expect(apply_button(planner)).to_be_disabled(timeout=SOON)
    page.mouse.up()
    expect(apply_button(planner)).to_be_enabled(timeout=SOON)
    asked = int(number(planner).input_value())
    assert asked > 3
    expect(slots(planner, "added")).to_have_count(6 + asked)
    expect(page.get_by_role("status").filter(has_text=f"Thêm {6 + asked} bài.")).to_be_attached()
    assert page.evaluate("() => window.isStillHere")
    assert f"={asked}" in page.url
    planner.look()


@SIZES
def test_sliders_move_by_keys_and_by_typing_and_show_one_number(planner: Visitor) -> None:
    slider(planner).press("ArrowRight")
    expect(number(planner)).to_have_value("4")
    expect(slots(planner)).to_have_count(ASKED + 1, timeout=SOON)
    number(planner).fill("2")
    expect(slider(planner)).to_have_value("2")
    expect(slots(planner)).to_have_count(ASKED - 1, timeout=SOON)


@SIZES
def test_pillar_shares_are_told_in_per_cent_while_they_move(planner: Visitor) -> None:
    share = planner.page.locator("#share-stigma")
    share.fill("80")
    expect(planner.page.locator("output[for=share-stigma]")).to_have_text("50%")
    mix = planner.page.get_by_role("row", name="Giảm kỳ thị")
    expect(mix.get_by_role("cell").first).to_have_text("50%", timeout=SOON)


@SIZES
def test_a_plan_is_applied_then_raised_and_taken_back(planner: Visitor) -> None:
    page = planner.page
    apply_button(planner).click()
    planner.sees(f"Đã áp dụng kế hoạch vừa xong: thêm {ASKED} bài.")
    planner.look()
    at_the_plan(planner)
    expect(slots(planner, "kept")).to_have_count(ASKED)
    slider(planner).press("ArrowRight")
    expect(slots(planner, "added")).to_have_count(1, timeout=SOON)
    page.get_by_label("Chỉ hiện thay đổi").check()
    expect(slots(planner, "kept").filter(visible=True)).to_have_count(0)
    expect(slots(planner, "added").filter(visible=True)).to_have_count(1)
    slider(planner).press("ArrowRight")
    expect(slots(planner, "added")).to_have_count(2, timeout=SOON)
    expect(slots(planner, "kept").filter(visible=True)).to_have_count(0)
    planner.press("Hoàn tác")
    planner.sees("Đã hoàn tác: lịch trở lại như trước khi áp dụng kế hoạch.")
    expect(slots(planner, "added")).to_have_count(ASKED)
    planner.look()


@SIZES
def test_every_post_says_why_it_stands_there_one_at_a_time(planner: Visitor) -> None:
    first, second = slots(planner).nth(0), slots(planner).nth(1)
    first.locator("summary").click()
    expect(first.locator(".slot-why")).to_contain_text("trải đều")
    planner.look()
    planner.page.keyboard.press("Escape")
    expect(first.locator(".slot-why")).to_be_hidden()
    second.locator("summary").press("Enter")
    expect(second.locator(".slot-why")).to_be_visible()
    first.locator("summary").press("Enter")
    expect(second.locator(".slot-why")).to_be_hidden()


@SIZES
def test_an_aim_that_does_not_fit_is_lowered_with_one_click(planner: Visitor) -> None:
    number(planner).fill("40")
    lower = planner.page.get_by_role("button", name=re.compile("^Hạ xuống"))
    expect(lower).to_be_visible(timeout=SOON)
    lower.click()
    expect(lower).to_have_count(0, timeout=SOON)
    assert float(number(planner).input_value()) < 40
    expect(planner.page.locator("#plan-sentence")).to_be_focused()


def test_without_javascript_a_button_does_what_the_sliders_do(seat: Seat, running: Demo) -> None:
    planner = at_the_plan(seat("bientap", PHONE, javascript=False))
    number(planner).fill("5")
    planner.press("Tính lại")
    expect(slots(planner)).to_have_count(ASKED + 2)
    at_the_plan(planner)
    planner.press("Áp dụng kế hoạch")
    planner.sees(f"Đã áp dụng kế hoạch vừa xong: thêm {ASKED} bài.")
    planner.press("Hoàn tác")
    planner.sees("Đã hoàn tác: lịch trở lại như trước khi áp dụng kế hoạch.")


def test_the_printed_plan_lies_across_a_sheet_of_paper(seat: Seat, running: Demo) -> None:
    planner = at_the_plan(seat("bientap", DESKTOP))
    planner.press("Bản in")
    planner.sees("Kế hoạch truyền thông")
    expect(planner.page.locator(".sheet-week tbody tr")).to_have_count(ASKED)
    planner.look()
    paper = planner.page.pdf(prefer_css_page_size=True)
    sizes = {tuple(map(float, found)) for found in re.findall(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", paper)}
    assert {(round(width), round(height)) for width, height in sizes} == {(842, 595)}
