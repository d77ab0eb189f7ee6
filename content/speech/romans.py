"""Roman numerals: khóa XIII, quý IV, mục II.3, thế kỷ XX-XXI, and the heads of sections."""

import re

from content.speech.lexicon import Lexicon
from content.speech.numerals import cardinal, dotted, roman
from content.speech.page import NUMBER, Page, Reading

_LEAD = re.compile(
    r"(?<!\w)(?i:quý|khóa|khoá|chương|phần|mục|kỳ|đại hội|thế kỷ|cấp|hạng|tuyến|giai đoạn|loại|nhóm|vùng|khu vực|điều|"
    r"phụ lục|tập|bậc|độ|đợt|lần|nhiệm kỳ|type|týp|trung ương|khoa|quân khu|quân đoàn|khối|bảng|chuyên đề|chuyên khoa|"
    r"bài|chặng|học kỳ|hình|kỳ họp|phiên họp|phiên|hội nghị|tiểu ban|tiểu mục|giải|lớp|vòng|bước|biểu)"
    r"\s+(?P<it>[IVXL]+(?:\s?-\s?[IVXL]+|(?:\.(?:[0-9]{1,2}|[a-zđ]))+)?)(?!\w)"
)
_HEAD = re.compile(r"(?m)^[\s*]*(?P<it>[IVXL]{1,6})(?=[.)/]\s|\.[0-9])")
_ALONE = re.compile(r"(?<![\w&./-])(?P<it>[IVX]{2,6}|[IVX]{1,4}(?:\.[0-9]{1,2})+)(?![\w&]|[./-]\w)")
# The other members of a list: "I, II và III".
_LISTED = (
    re.compile(r"(?<![\w&./-])(?P<it>[IVX])(?=\s?(?:,|và|hoặc|-)\s?[IVX]{2,6}(?!\w))"),
    re.compile(rf"{NUMBER}\s?(?:,|và|hoặc)\s?(?P<it>[IVX]+)(?![\w&]|[./-]\w)"),
)
# Canonical numerals that are words in capitals: "VI PHẠM", "XI MĂNG".
_SYLLABLES = {"VI", "XI"}


def read_romans(page: Page, lexicon: Lexicon) -> None:
    """Roman numerals after a word that numbers, at the head of a section, or where they can be nothing else."""

    def read(match: re.Match[str]) -> Reading | None:
        return None if match["it"] in _SYLLABLES and match.re is _ALONE else _roman(match["it"], lexicon)

    for pattern in (_LEAD, _HEAD, _LISTED[0], _ALONE):
        page.read(pattern, read, NUMBER)
    while page.read(_LISTED[1], read, NUMBER):
        pass


def _roman(text: str, lexicon: Lexicon) -> Reading | None:
    head, point, rest = text.partition(".")
    values = [roman(part) for part in re.split(r"\s?-\s?", head)]
    if not all(values):
        return None
    words = " đến ".join(cardinal(value) for value in values if value)
    if not point:
        return Reading(words)
    return Reading(f"{words} chấm {dotted(rest)}", f"{words} chấm {dotted(rest, lexicon.letters)}")
