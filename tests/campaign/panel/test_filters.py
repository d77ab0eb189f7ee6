"""How the panel writes dates, times and numbers, and what it makes of text."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from campaign.clock import SetClock
from campaign.home import Home
from campaign.panel import filters
from campaign.panel.app import create_app
from campaign.panel.previews import LONG, marked


@pytest.fixture
def page(home: Home) -> Iterator[None]:
    """A request, in which templates know the time."""
    with create_app(home).test_request_context():
        yield


def test_days_and_times_are_those_of_vietnam() -> None:
    late = datetime(2026, 11, 23, 17, 30, tzinfo=UTC)
    assert filters.moment(late) == "00:30, Thứ Ba, 24/11/2026"
    assert filters.date_words(date(2026, 11, 29)) == "Chủ nhật, 29/11/2026"
    assert filters.date_words("2026-12-01") == "Thứ Ba, 01/12/2026"
    assert filters.day_month(date(2026, 1, 5)) == "05/01"


@pytest.mark.parametrize(
    ("value", "words"),
    [(1234.5, "1.234,5"), (1234567, "1.234.567"), (0, "0"), (-0.25, "-0,2"), (12.0, "12"), (None, "–")],
)
def test_numbers_are_written_the_vietnamese_way_and_no_figure_is_not_zero(value: float | None, words: str) -> None:
    assert filters.number(value) == words


def test_a_share_is_written_as_a_percentage() -> None:
    assert filters.percent(0.375, 1) == "37,5%"
    assert filters.percent(None) == "–"


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(seconds=-20), "vừa xong"),
        (timedelta(seconds=20), "ngay bây giờ"),
        (timedelta(minutes=-5), "5 phút trước"),
        (timedelta(hours=3), "sau 3 giờ"),
        (timedelta(days=-6), "6 ngày trước"),
        (timedelta(days=-8), "08/11/2026"),
    ],
)
def test_moments_near_by_are_told_by_their_distance(page: None, clock: SetClock, span: timedelta, words: str) -> None:
    assert filters.ago(clock.now() + span) == words


def test_days_near_by_have_names(page: None) -> None:
    names = [filters.relative_day(date(2026, 11, day)) for day in (15, 16, 17, 18)]
    assert names == ["hôm qua", "hôm nay", "ngày mai", "Thứ Tư, 18/11/2026"]


def test_plain_text_keeps_its_paragraphs_and_lines_and_nothing_else() -> None:
    assert filters.paragraphs("Một\nhai\n\n<b>ba</b>") == "<p>Một<br>hai</p><p>&lt;b&gt;ba&lt;/b&gt;</p>"


def test_an_icon_is_decoration_unless_it_has_a_label(page: None) -> None:
    assert 'aria-hidden="true"' in filters.icon("house")
    assert 'role="img" aria-label="&lt;x&gt;"' in filters.icon("house", "<x>")


def test_differences_are_marked_word_by_word_and_escaped() -> None:
    assert marked("một <b>", "hai <b>") == "<del>một</del><ins>hai</ins> &lt;b&gt;"
    assert marked("như nhau", "như nhau") == "như nhau"


def test_a_long_text_is_compared_the_quick_way_and_nothing_is_lost() -> None:
    old = " ".join(f"từ{number}" for number in range(LONG))
    new = old.replace("từ700 ", "khác ")
    assert "<del>từ700</del><ins>khác</ins>" in marked(old, new)
