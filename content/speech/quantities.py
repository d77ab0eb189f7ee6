"""Numbers and what stands with them: units, money, per cent, ranges, rates, fractions, Roman numerals, signs."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from content.speech.lexicon import Lexicon
from content.speech.numerals import cardinal, dotted, numeral, roman
from content.speech.page import MARKERS, NUMBER, QUANTITIES, Page

_N = r"(?:[0-9]{1,3}(?:\.[0-9]{3})+(?:,[0-9]+)?(?![0-9.]*\.[0-9])|[0-9]+(?:[.,][0-9]+)*)"
_BEFORE = r"(?<![\w/.,])"

_TRIPLE = re.compile(rf"(?<![\w/.,-]){_N}%?(?:\s?-\s?{_N}%?){{2,}}(?![\w/%-])")
_SECTION = re.compile(
    r"(?m)(?:(?<!\w)(?i:mục|điểm|phiên bản|bảng|hình|phụ lục|chương|tiểu mục)\s+|^(?=[0-9.]+\s+[A-ZĐÂĂÊÔƠƯ]))"
    r"(?P<it>[0-9]{1,2}(?:\.[0-9]{1,2})+)(?=\.?(?:[\s,;:)]|\Z))"
)
_SPACED = re.compile(r"(?<![\w/.,])[0-9]{1,3}(?: [0-9]{3})+(?=\s(?:đồng|người|dân|lượt|VNĐ|VND))")
_FRACTION = re.compile(rf"(?<![\w/.,])(?P<n>{_N})\s?/\s?(?P<m>{_N})(?P<more>(?:/{_N})*)(?![0-9/])")
_DENOMINATORS = {4: "tư"}
_NEGATIVE = re.compile(r"(?:(?<=[^\W\d_] )|(?<=[(:] )|(?<=\())-(?=[0-9])")
_DASH = re.compile(
    rf"(?<=[{QUANTITIES}])\s?[-÷→]\s?"
    rf"(?=[{QUANTITIES}]|(?i:thứ|tháng|ngày|quý|năm|chủ nhật)\s?[{QUANTITIES}]|[Cc]hủ nhật|CN(?!\w))"
)
_TIMES = re.compile(rf"(?<=[{QUANTITIES}])\s?[x×]\s?(?=[{QUANTITIES}])|(?<=\s)[x×]\s?(?=[{NUMBER}])")

_ROMAN_LEAD = re.compile(
    r"(?<!\w)(?i:quý|khóa|khoá|chương|phần|mục|kỳ|đại hội|thế kỷ|cấp|hạng|tuyến|giai đoạn|loại|nhóm|vùng|khu vực|điều|"
    r"phụ lục|tập|bậc|độ|đợt|lần|nhiệm kỳ|type|týp|trung ương|khoa)\s+(?P<it>[IVXL]+(?:\s?-\s?[IVXL]+)?)(?!\w)"
)
_ROMAN_HEAD = re.compile(r"(?m)^[\s*]*(?P<it>[IVXL]{1,6})(?=[.)/]\s|\.[0-9])")
_ROMAN_ALONE = re.compile(r"(?<![\w&./-])(?P<it>[IVX]{2,6})(?![\w&]|[./-]\w)")
# Canonical numerals that are words in capitals: "VI PHẠM", "XI MĂNG".
_SYLLABLES = {"VI", "XI"}

_PERIODS = (
    "năm|tháng|tuần|ngày|giờ|quý|buổi|người|hộ|ca|lượt|xã|phường|huyện|tỉnh|đơn vị|học sinh|lớp|gia đình|thôn|suất|kỳ|"
    "khóa|đợt"
)
# Said with "một" ("ba tháng một lần"); the others with "mỗi".
_ONE = {"lần", "năm"}
# "xã/phường" names two kinds of place, "buổi/phường" a rate.
_PLACE = re.compile(r"(?<!\w)(?:xã|phường|huyện|tỉnh|thôn|ấp|tổ|khu|hộ|lớp|trường|đơn vị|người|học sinh|gia đình)\s?\Z")
_OVER_NUMBER = re.compile(rf"(?<=[^\W\d_])\s?/\s?(?P<n>{_N})(?=\s)")
_PER = re.compile(rf"(?<=[\w)%{MARKERS}])\s?/\s?(?P<unit>lần|{_PERIODS})(?!\w)")
_BETWEEN_WORDS = re.compile(rf"(?<=[\w)%{MARKERS}])\s?/\s?(?=[\w(\"“{MARKERS}])")
_AND_OR = re.compile(r"(?<=và)/(?=hoặc)")

_CURRENCIES = {"$": "đô la", "€": "ơ rô"}
_MONEY = re.compile(rf"(?<![\w$€])(?P<sign>[$€])\s?(?P<n>{_N})(?!\w)")

_SIGNS: Mapping[str, str] = {
    "=": "bằng",
    "<": "dưới",
    ">": "trên",
    "≤": "không quá",
    "≥": "từ",
    "<=": "không quá",
    ">=": "từ",
    "~": "khoảng",
    "≈": "khoảng",
    "±": "cộng trừ",
    "+": "cộng",
    "&": "và",
    "№": "số",
    "½": "một phần hai",
    "¼": "một phần tư",
    "¾": "ba phần tư",
    "×": "nhân",
}
# The signs that `read_signs` looks for: each of them makes it worth running.
SIGNS = "".join(_SIGNS) + "/"
_AROUND = rf"[\w\"'“”){MARKERS}]"
_SIGN = re.compile(
    rf"[½¼¾]|(?<=\s)&(?=\s)|№(?=\s?[0-9{MARKERS}])|(?:[<>]=?|[≤≥~≈±])(?=\s?[0-9{NUMBER}])|(?<={_AROUND})\s?(?:=|&|\+)\s?(?={_AROUND})|\+(?=[0-9{NUMBER}])"
)


def read_triples(page: Page, _: Lexicon) -> None:
    """95-95-95: numbers in a row that are no range."""
    if "-" in page.left:
        page.read(_TRIPLE, _triple, NUMBER)


def read_romans(page: Page, _: Lexicon) -> None:
    """Roman numerals after a word that numbers, at the head of a section, or where they can be nothing else."""
    page.read(_ROMAN_LEAD, _roman, NUMBER)
    page.read(_ROMAN_HEAD, _roman, NUMBER)
    page.read(_ROMAN_ALONE, lambda match: None if match["it"] in _SYLLABLES else _roman(match), NUMBER)


def read_rates(page: Page, lexicon: Lexicon) -> None:
    """Fractions and rates: "1,0/100.000", "2/3"; "/năm", "/ml"."""
    page.read(_FRACTION, _fraction, NUMBER)
    page.read(_OVER_NUMBER, lambda match: f" trên {numeral(match['n'])}", NUMBER)
    page.read(_PER, _per, NUMBER)
    page.read(_with_units(lexicon.unit_names).over, lambda match: f" trên {lexicon.units[match['unit']]}", NUMBER)


def read_numbers(page: Page, lexicon: Lexicon) -> None:
    """Every number that stands by itself, with its unit."""
    page.read(_SECTION, lambda match: dotted(match["it"]), NUMBER)
    page.read(_SPACED, lambda match: numeral(match.group().replace(" ", "")), NUMBER)
    page.read(_NEGATIVE, lambda _match: "âm")
    page.read(_MONEY, lambda match: f"{numeral(match['n'])} {_CURRENCIES[match['sign']]}", NUMBER)
    page.read(_with_units(lexicon.unit_names).number, lambda match: _number(match, lexicon), NUMBER)


def read_dashes(page: Page, _: Lexicon) -> None:
    """Between two quantities a dash is "đến" and a cross "nhân"."""
    page.read(_DASH, lambda _match: " đến ", NUMBER)
    page.read(_TIMES, lambda _match: " nhân ", NUMBER)


def read_signs(page: Page, _: Lexicon) -> None:
    """Signs that have a word in running text."""
    page.read(_AND_OR, lambda _match: " ")
    page.read(_SIGN, lambda match: _padded(match.group()))


def read_slashes(page: Page, _: Lexicon) -> None:
    """A slash between words is heard as a short pause."""
    page.read(_BETWEEN_WORDS, lambda _match: ", ")


def _padded(sign: str) -> str:
    words = _SIGNS[sign.strip()]
    return f" {words} " if sign != sign.strip() else words


class _UnitPatterns(NamedTuple):
    number: re.Pattern[str]
    over: re.Pattern[str]


@lru_cache(maxsize=8)
def _with_units(names: str) -> _UnitPatterns:
    """The patterns that follow from the units of a lexicon. A degree or a per cent sign needs no end of word."""
    return _UnitPatterns(
        number=re.compile(rf"{_BEFORE}(?P<n>{_N})(?:\s?(?P<unit>(?:{names})(?:(?<=[^\w])|(?!\w)))|(?![^\W_]))"),
        over=re.compile(rf"(?<=[\w{MARKERS}])\s?/\s?(?P<unit>{names})(?!\w)"),
    )


def _per(match: re.Match[str]) -> str | None:
    unit = match["unit"]
    before = match.string[max(0, match.start() - 12) : match.start()]
    if _PLACE.search(unit) and _PLACE.search(before):
        return None
    return f" {'một' if unit in _ONE else 'mỗi'} {unit}"


def _number(match: re.Match[str], lexicon: Lexicon) -> str:
    words = numeral(match["n"])
    return f"{words} {lexicon.units[match['unit']]}" if match["unit"] else words


def _triple(match: re.Match[str]) -> str:
    percent = " phần trăm" if match.group().endswith("%") else ""
    return " ".join(numeral(part.rstrip("%")) for part in re.split(r"\s?-\s?", match.group())) + percent


def _roman(match: re.Match[str]) -> str | None:
    values = [roman(part) for part in re.split(r"\s?-\s?", match["it"])]
    return " đến ".join(cardinal(value) for value in values if value) if all(values) else None


def _fraction(match: re.Match[str]) -> str:
    above, below = match["n"], match["m"]
    parts = [above, below, *match["more"].split("/")[1:]]
    proper = above.isdigit() and below.isdigit() and len(parts) == 2 and 0 < int(above) < int(below) <= 10
    if proper:
        return f"{numeral(above)} phần {_DENOMINATORS.get(int(below), numeral(below))}"
    return " trên ".join(numeral(part) for part in parts)
