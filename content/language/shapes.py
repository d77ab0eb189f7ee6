"""Shapes: tokens that are known by how they look in the source, not by the word they are.

The shaped view of a sentence has one token for each of them, between canonical words as ever:
<name>, <given>, <initials>, <phone>, <id>, <plate>, <date>. Other words typed with a capital bear a mark (<cap>).
"""

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from content.language.normal import Sentence
from content.language.pattern import CAPITAL

_UPPER = "A-ZÀ-ÖØ-ÞĂĐĨŨƠƯẠẢẤẦẨẪẬẮẰẲẴẶẸẺẼẾỀỂỄỆỈỊỌỎỐỒỔỖỘỚỜỞỠỢỤỦỨỪỬỮỰỲỴỶỸ"
_FAMILY = (
    "Nguyễn|Trần|Lê|Phạm|Hoàng|Huỳnh|Phan|Vũ|Võ|Đặng|Bùi|Đỗ|Hồ|Ngô|Dương|Lý|Lí|Đinh|Đoàn|Lương|Mai|Trịnh|Tạ|Cao|Hà|Lâm|"
    "Đào|Trương|Tô|Tăng|Phùng|Thái|Quách|Châu|Vi|Lò|Giàng|Lường|Vàng|Thào|Sùng|Mùa|Cầm|Quàng|Tòng|Ksor|Siu|Rơ|Nông|Chu|"
    "Hứa|La|Lưu|Mạc|Nghiêm|Ông|Quan|Từ|Tống|Văn|Viên|Vương|Kiều|Khúc|Doãn|Đồng|Đàm|Diệp|Bế|Triệu|Hầu|Ma|Lù|Hạng|Thạch|Sơn|Kim"
)
_SYLLABLE = rf"[{_UPPER}][^\W\d_{_UPPER}]*"
_KIN = (
    "anh|chị|em|ông|bà|cô|chú|bác|cậu|mợ|dì|thím|cháu|bé|con|bạn|thầy|ả|gã|hắn|tên|thằng|cụ|vợ|chồng|"
    "Anh|Chị|Em|Ông|Bà|Cô|Chú|Bác|Cậu|Mợ|Dì|Thím|Cháu|Bé|Con|Bạn|Thầy|Cụ|Gã|Tên|Vợ|Chồng"
)
_SHAPES = re.compile(
    rf"""
    (?P<phone>(?<![\w.,/-])\(?(?:\+84|0)(?:[ .()-]{{0,2}}[0-9]){{9,10}}(?![\w/]|[.,-][0-9]))
    |(?P<date>(?<![\w/.-])(?:0?[1-9]|[12][0-9]|3[01])(?P<sign>[/.-])(?:0?[1-9]|1[0-2])(?P=sign)(?:19|20)[0-9]{{2}}(?![\w/])
      |(?<!\w)[0-9]{{1,2}}\ tháng\ [0-9]{{1,2}}(?:\ năm|,)\ (?:19|20)[0-9]{{2}}(?!\w))
    |(?P<plate>(?<!\w)[1-9][0-9]-?[A-ZĐ][A-Z0-9]?\s?[-–. ]?\s?[0-9]{{3}}\.?[0-9]{{1,2}}(?![\w/]))
    |(?P<id>(?<![\w.,/-])(?:[A-Z]{{2}}\s?[0-9](?:\s?[0-9]){{9,12}}|[0-9]{{3}}\s?[0-9]{{3}}\s?[0-9]{{3}}\s?[0-9]{{3}}|[0-9]{{9,10}})(?![\w/]))
    |(?P<initials>(?<![\w.])(?:[A-ZĐ]\.\s?){{1,3}}[A-ZĐ](?:\.|(?!\w))|(?<=\b)(?<!\w)[A-ZĐ](?:\.(?!\w)|(?=\s?[,(;:)])))
    |(?P<name>(?<!\w)(?:{_FAMILY})(?:\ {_SYLLABLE}){{1,4}}(?!\w))
    """,
    re.VERBOSE,
)
_SHOUTED = re.compile(rf"(?<!\w)(?:{_FAMILY.upper()})(?: [{_UPPER}]+){{1,4}}(?!\w)")
_GIVEN = re.compile(rf"(?<!\w)(?:{_KIN}) (?P<given>{_SYLLABLE})(?![\w])(?! {_SYLLABLE})")
_GIVEN_INITIALS = re.compile(rf"(?<!\w)(?:{_KIN}) (?P<initials>[A-ZĐ]{{1,4}})(?!\w)")
_NO_NAMES = frozenset("hiv aids arv pep prep opc msm lgbt bhyt h k u".split())
_CAPITALISED = re.compile(f"[{_UPPER}]")


@dataclass(frozen=True)
class View:
    """A sentence as text to match; `places` gives each of its tokens' (start, end) in the sentence's plain text."""

    text: str
    places: list[tuple[int, int]]

    def plain_span(self, span: tuple[int, int]) -> tuple[int, int]:
        """The plain positions of a span of this view that begins at a space and ends after a word."""
        first, last = self.text.count(" ", 0, span[0] + 1) - 1, self.text.count(" ", 0, span[1]) - 1
        return self.places[first][0], self.places[last][1]


def plain_view(sentence: Sentence) -> View:
    """The sentence as it is."""
    return View(sentence.text, [])


def shaped_view(source: str, sentence: Sentence) -> View:
    """The sentence with its names, numbers and dates as one token each."""
    plain = sentence.text.split()
    starts, ends = [span[0] for span in sentence.spans], [span[1] for span in sentence.spans]
    shapes = _shapes(source, starts[0], ends[-1])
    text: list[str] = []
    places: list[tuple[int, int]] = []
    at = position = 0
    begins = {bisect_left(starts, start): (bisect_right(ends, end), name) for name, start, end in shapes}
    while at < len(plain):
        stop, name = begins.get(at, (at + 1, plain[at]))
        if at and at not in begins and _CAPITALISED.match(source, starts[at]) and plain[at] not in _NO_NAMES:
            name += CAPITAL
        stop = max(stop, at + 1)
        end = position + sum(len(word) + 1 for word in plain[at:stop])
        text.append(name)
        places.append((position, end))
        position, at = end, stop
    return View(f" {' '.join(text)} ", places)


def _shapes(source: str, start: int, end: int) -> list[tuple[str, int, int]]:
    """Name and place of every shape, none inside another, in order."""
    found = [(f"<{match.lastgroup}>", *match.span()) for match in _SHAPES.finditer(source, start, end)]
    found = [(name if name != "<sign>" else "<date>", first, last) for name, first, last in found]
    for expression in (_SHOUTED, _GIVEN_INITIALS, _GIVEN):
        for match in expression.finditer(source, start, end):
            name = match.lastgroup or "name"
            first, last = match.span(match.lastgroup or 0)
            if match.group(match.lastgroup or 0).lower() in _NO_NAMES:
                continue
            if not any(first < other_end and other_start < last for _, other_start, other_end in found):
                found.append((f"<{name}>", first, last))
    return sorted(found, key=lambda shape: shape[1])
