"""Shapes: tokens that are known by how they look in the source, not by the word they are.

The shaped view of a sentence has one token for each of them, between canonical words as ever:
<name>, <given>, <initials>, <phone>, <id>, <plate>, <date>. Other words typed with a capital bear a mark (<cap>).
"""

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from content.language.normal import ACRONYMS, Sentence

# Ends a word of the shaped view that was typed with a capital, other than the first of its sentence.
CAPITAL = "↑"
# Stands for any digit among the words by which a sentence is looked up.
DIGIT = "0"
DIGITAL = frozenset(("<phone>", "<id>", "<plate>", "<date>"))
NOMINAL = frozenset(("<name>", "<given>", "<initials>"))
SHAPES = DIGITAL | NOMINAL

_UPPER = "A-ZÀ-ÖØ-ÞĂĐĨŨƠƯẠẢẤẦẨẪẬẮẰẲẴẶẸẺẼẾỀỂỄỆỈỊỌỎỐỒỔỖỘỚỜỞỠỢỤỦỨỪỬỮỰỲỴỶỸ"
_FAMILY = (
    "Nguyễn|Trần|Lê|Phạm|Hoàng|Huỳnh|Phan|Vũ|Võ|Đặng|Bùi|Đỗ|Hồ|Ngô|Dương|Lý|Lí|Đinh|Đoàn|Lương|Mai|Trịnh|Tạ|Cao|Hà|Lâm|"
    "Đào|Trương|Tô|Tăng|Phùng|Thái|Quách|Châu|Vi|Lò|Giàng|Lường|Vàng|Thào|Sùng|Mùa|Cầm|Quàng|Tòng|Ksor|Siu|Rơ|Nông|Chu|"
    "Hứa|La|Lưu|Mạc|Nghiêm|Từ|Tống|Văn|Viên|Vương|Kiều|Khúc|Doãn|Đồng|Đàm|Diệp|Bế|Triệu|Hầu|Ma|Lù|Hạng|Thạch|Sơn|Kim"
)
_SYLLABLE = rf"[{_UPPER}][^\W\d_{_UPPER}]*"
_KIN = (
    "(?:[Aa]nh|[Cc]hị|[Ee]m|[Ôô]ng|[Bb]à|[Cc]ô|[Cc]hú|[Bb]ác|[Cc]ậu|[Mm]ợ|[Dd]ì|[Tt]hím|[Cc]háu|[Bb]é|[Cc]on|[Bb]ạn|"
    "[Tt]hầy|[Ảả]|[Gg]ã|[Hh]ắn|[Tt]ên|[Tt]hằng|[Cc]ụ|[Vv]ợ|[Cc]hồng)"
)
_DAY, _MONTH, _YEAR = "(?:0?[1-9]|[12][0-9]|3[01])", "(?:0?[1-9]|1[0-2])", "(?:19|20)[0-9]{2}"
_SHAPES = re.compile(
    rf"""
    (?P<phone>(?<![\w.,/-])\(?(?:\+84|0)(?:[ .()-]{{0,2}}[0-9]){{9,10}}(?![\w/]|[.,-][0-9]))
    |(?P<date>(?<![\w/.-])(?:{_DAY}/{_MONTH}/{_YEAR}|{_DAY}-{_MONTH}-{_YEAR}|{_DAY}\.{_MONTH}\.{_YEAR})(?![\w/])
      |(?<!\w)[0-9]{{1,2}}\ tháng\ [0-9]{{1,2}}(?:\ năm|,)\ {_YEAR}(?!\w))
    |(?P<plate>(?<!\w)[1-9][0-9]-?[A-ZĐ][A-Z0-9]?\s?[-–. ]?\s?[0-9]{{3}}\.?[0-9]{{1,2}}(?![\w/]))
    |(?P<id>(?<![\w.,/-])
      (?:[A-Z]{{2}}\s?[0-9](?:\s?[0-9]){{9,12}}|[0-9]{{3}}(?:\s?[0-9]{{3}}){{3}}|[0-9]{{9,10}})(?![\w/]))
    |(?P<initials>(?<![\w.])(?:[A-ZĐ]\.\s?){{1,3}}[A-ZĐ](?:\.|(?!\w))
      |(?<!\w)[A-ZĐ](?:\.(?!\w)|(?=\s?[,(;:)])))
    |(?P<name>(?<!\w)(?:{_FAMILY})(?:\ {_SYLLABLE}){{1,4}}(?!\w))
    """,
    re.VERBOSE,
)
_SHOUTED = re.compile(rf"(?<!\w)(?:{_FAMILY.upper()})(?: [{_UPPER}]+){{1,4}}(?!\w)")
# A name of one syllable may stand before one of these, as in "thằng Long HIV".
_ACRONYM = "(?:HIV|AIDS|ARV|PrEP|PEP|H)(?!\\w)"
_CALLED = re.compile(
    rf"(?<!\w){_KIN} (?:(?P<initials>[A-ZĐ]{{1,4}})(?!\w)|(?P<given>{_SYLLABLE})(?!\w)(?! (?!{_ACRONYM}){_SYLLABLE}))"
)
# H stands for HIV, K=K and U=U for what treatment does; with a full stop they are initials.
_NO_NAMES = ACRONYMS | {"h", "k", "u"}


@dataclass(frozen=True)
class View:
    """A sentence as text to match; `places` gives each of its tokens' (start, end) in the sentence's plain text."""

    text: str
    words: frozenset[str]
    places: list[tuple[int, int]]

    def plain_span(self, span: tuple[int, int]) -> tuple[int, int]:
        """The plain positions of a span of this view that begins at a space and ends after a word."""
        first, last = self.text.count(" ", 0, span[0] + 1) - 1, self.text.count(" ", 0, span[1]) - 1
        return self.places[first][0], self.places[last][1]


def shaped_view(source: str, sentence: Sentence) -> View:
    """The sentence with its names, numbers and dates as one token each."""
    plain, spans = sentence.words, sentence.spans()
    starts, ends = [span[0] for span in spans], [span[1] for span in spans]
    shapes = _shapes(source, starts[0], ends[-1])
    begins = {bisect_left(starts, start): (bisect_right(ends, end), name) for name, start, end in shapes}
    words: list[str] = []
    places: list[tuple[int, int]] = []
    at = position = 0
    while at < len(plain):
        stop, word = begins.get(at, (at + 1, plain[at]))
        if at and word is plain[at] and source[starts[at] : starts[at] + 1].isupper() and word not in _NO_NAMES:
            word += CAPITAL
        end = position + len(plain[at]) + 1
        while (at := at + 1) < stop:
            end += len(plain[at]) + 1
        words.append(word)
        places.append((position, end))
        position = end
    return View(f" {' '.join(words)} ", frozenset(words), places)


def _shapes(source: str, start: int, end: int) -> list[tuple[str, int, int]]:
    """Name and place of every shape; the first found keeps its place."""
    found: list[tuple[str, int, int]] = []
    for expression in (_SHAPES, _SHOUTED, _CALLED):
        for match in expression.finditer(source, start, end):
            name = match.lastgroup or "name"
            first, last = match.span(match.lastgroup or 0)
            taken = any(first < other_end and other_start < last for _, other_start, other_end in found)
            if not taken and source[first:last].lower() not in _NO_NAMES:
                found.append((f"<{name}>", first, last))
    return found
