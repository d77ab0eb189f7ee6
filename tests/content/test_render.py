"""From a message to words: what Markdown becomes on channels that know no Markdown, and what pages may carry."""

import pytest

from content.render import plain, safe_html


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("Xin **chào** *bà con*.", "Xin chào bà con."),
        ("Một đoạn.\n\nMột đoạn nữa.", "Một đoạn.\n\nMột đoạn nữa."),
        ("- một\n- hai", "– một\n– hai"),
        ("Mở:\n\n- a\n- b\n- c\n- d\n\nKết.", "Mở:\n\n– a\n– b\n– c\n– d\n\nKết."),
        ("1. a\n2. b\n3. c", "1. a\n2. b\n3. c"),
        ("- a\n\n- b\n\n- c", "– a\n– b\n– c"),
        ("- a\n    - a1\n    - a2\n- b", "– a\n– a1\n– a2\n– b"),
        ("Xem [trang này](https://example.org/a).", "Xem trang này (https://example.org/a)."),
        ("A & B < C", "A & B < C"),
        ("#KhongKyThi #HieuDungVeHIV", "#KhongKyThi #HieuDungVeHIV"),
        ("## Tiêu đề\n\nNội dung", "Tiêu đề\n\nNội dung"),
    ],
)
def test_markdown_becomes_plain_text(source: str, text: str) -> None:
    assert plain(source) == text


@pytest.mark.parametrize(
    "source",
    [
        "<script>alert(1)</script>",
        '<img src=x onerror="alert(1)">',
        "[bấm](javascript:alert(1))",
        '<p style="position:fixed">che</p>',
        '<iframe src="https://example.org"></iframe>',
    ],
)
def test_a_page_never_carries_script_style_or_pictures_from_elsewhere(source: str) -> None:
    page = safe_html(source).lower()
    assert not any(word in page for word in ("<script", "onerror", "javascript:", "style=", "<iframe", "<img"))
