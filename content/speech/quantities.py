"""Numbers and what stands with them: units, money, ranges, negatives, the numbers of sections."""

import re
from functools import lru_cache
from typing import NamedTuple

from content.speech.lexicon import Lexicon
from content.speech.nouns import COUNTED, SCALES, TIMES
from content.speech.numerals import WRITTEN, dotted, numeral
from content.speech.page import DATE, MARKERS, NUMBER, QUANTITIES, Page, Reading

_SECTION = re.compile(
    r"(?m)(?:(?<!\w)(?i:mục|điểm|điều|khoản|phiên bản|bảng|hình|phụ lục|chương|tiểu mục)\s+"
    r"|^(?=[0-9.]+\s+[A-ZĐÂĂÊÔƠƯ]))"
    r"(?P<it>[0-9]{1,2}(?:\.(?:[0-9]{1,2}|[a-zđ]))+)(?=\.?(?:[\s,;:)]|\Z))"
)
_SPACED = re.compile(r"(?<![\w/.,])[0-9]{1,3}(?: [0-9]{3})+(?=\s(?:đồng|người|dân|lượt|VNĐ|VND))")
_NEGATIVE = re.compile(
    rf"(?:(?<=[^\W\d_] )|(?<=[(:{MARKERS}] )|(?<=\())-(?=[0-9])"
    r"|(?:(?m:^)|(?<=[,;] ))-(?=[0-9.,]+(?:\s?(?:°|độ(?!\w))|\s*$))"
)
# The sign of subtraction itself, which is no dash, wherever it does not stand between two numbers.
_MINUS = re.compile(rf"(?<![\w{QUANTITIES}])(?<![0-9{QUANTITIES}%] )-(?=[0-9])")
# "tháng 1,2": numbers of things that have no halves.
_LIST = re.compile(
    r"(?i:(?<!\w)(?:tháng|quý|điều|khoản|lớp|phường|quận|tổ|ấp|thôn|khối)\s+)(?P<it>[0-9]{1,2}(?:,[0-9]{1,2})+)(?![\w%/]|[.,][0-9])"
)
_DAYS = re.compile(
    rf"(?i:(?<!\w)ngày\s+)(?P<it>[0-9]{{1,2}}(?:,[0-9]{{1,2}})+(?:,(?={DATE}))?)(?=\s?(?:,|và)?\s?{DATE})"
)
_DASH = re.compile(
    rf"(?<=[{QUANTITIES}])\s?[-÷→~]\s?"
    rf"(?=[{QUANTITIES}]|(?i:thứ|tháng|ngày|quý|năm|chủ nhật|dưới)\s?[{QUANTITIES}]|[Cc]hủ nhật|CN(?!\w))"
)
# "từ 1 triệu - 2 triệu đồng": the same noun on both sides.
_NOUN_DASH = re.compile(
    rf"{NUMBER}\s(?P<noun>{SCALES}|{TIMES}|{COUNTED}|tuổi)(?P<it>\s?-\s?)(?={NUMBER}+\s(?P=noun)(?!\w))"
)
_TIMES = re.compile(rf"(?<=[{QUANTITIES}])\s?[x×]\s?(?=[{QUANTITIES}])|(?P<spaced>(?<=\s)[x×]\s?(?=[{NUMBER}]))")
_CROSS = re.compile(r"(?<=[0-9])\s?[x×]\s?(?=[0-9])|(?P<spaced>(?<=\s)[x×](?=[0-9]))")

# "nam, 28t", "từ 18t trở lên"; before a noun it would be tons.
_AGE = re.compile(r"(?<![\w/.,])(?P<n>[0-9]{1,2})\s?t(?=\s*(?:[),.;]|\Z)|\strở lên)")
_CURRENCIES = {"$": "đô la", "€": "ơ rô"}
_MONEY = re.compile(rf"(?<![\w$€])(?P<sign>[$€])\s?(?P<n>{WRITTEN})(?P<scale>\s(?:{SCALES}))?(?!\w)")
_SCALED_MONEY = re.compile(rf"(?<!\w)(?:{SCALES})\s?(?P<it>đ)(?!\w)")
# "2tr5" and "1m65": the unit stands where a comma would.
_UNIT_INSIDE = re.compile(
    r"(?<![\w/.,])(?P<n>[0-9]{1,3})(?:(?P<unit>tr|k)(?P<rest>[0-9]{1,3})|m(?P<cm>[0-9]{2}))(?!\w)"
)


def read_numbers(page: Page, lexicon: Lexicon) -> None:
    """Every number that stands by itself, with its unit."""
    if page.has("."):
        page.read(_SECTION, lambda match: Reading(dotted(match["it"]), dotted(match["it"], lexicon.letters)), NUMBER)
    page.read(_SPACED, lambda match: numeral(match.group().replace(" ", "")), NUMBER)
    if page.has(","):
        for pattern in (_LIST, _DAYS):
            page.read(pattern, lambda match: ", ".join(n and numeral(n) for n in match["it"].split(",")), NUMBER)
    if page.has("-"):
        page.read(_NEGATIVE, lambda _match: "âm")
        page.read(_MINUS, lambda match: "âm" if page.text[match.start()] == "−" else None)
    if page.has("$€"):
        page.read(_MONEY, _money, NUMBER)
    page.read(_UNIT_INSIDE, lambda match: _unit_inside(match, lexicon), NUMBER)
    if page.has("t"):
        page.read(_AGE, lambda match: f"{numeral(match['n'])} tuổi", NUMBER)
    if page.has("đ"):
        page.read(_SCALED_MONEY, lambda _match: "đồng", NUMBER)
    if page.has("x×"):
        page.read(_CROSS, _times, NUMBER)
    units = _with_units(lexicon.unit_names)
    page.read(units.after, lambda match: f" {lexicon.units[match['unit']]}", NUMBER)
    page.read(units.number, lambda match: _number(match, lexicon), NUMBER)


def read_dashes(page: Page, _: Lexicon) -> None:
    """Between two quantities a dash is "đến" and a cross "nhân"."""
    if page.has("-÷→~"):
        for pattern in (_DASH, _NOUN_DASH):
            page.read(pattern, lambda _match: " đến ", NUMBER)
    if page.has("x×"):
        page.read(_TIMES, _times, NUMBER)


class _UnitPatterns(NamedTuple):
    number: re.Pattern[str]
    after: re.Pattern[str]


@lru_cache(maxsize=8)
def _with_units(names: str) -> _UnitPatterns:
    """A number with or without one of the units, and a unit after what was read before: "1/2 kg".

    A degree or a per cent sign needs no end of word.
    """
    unit = rf"(?P<unit>(?:{names})(?:(?<=[^\w])|(?!\w)))"
    return _UnitPatterns(
        number=re.compile(rf"(?<![\w/.,])(?P<n>{WRITTEN})(?:\s?{unit}|(?![^\W_]))"),
        after=re.compile(rf"(?<={NUMBER})\s?{unit}"),
    )


def _number(match: re.Match[str], lexicon: Lexicon) -> str:
    words = numeral(match["n"])
    return f"{words} {lexicon.units[match['unit']]}" if match["unit"] else words


def _times(match: re.Match[str]) -> str:
    return "nhân " if match["spaced"] else " nhân "


def _money(match: re.Match[str]) -> str:
    return f"{numeral(match['n'])}{match['scale'] or ''} {_CURRENCIES[match['sign']]}"


def _unit_inside(match: re.Match[str], lexicon: Lexicon) -> str:
    unit, rest = match["unit"] or "m", match["rest"] or match["cm"]
    return f"{numeral(match['n'])} {lexicon.units[unit]} {numeral(rest)}"
