"""Fractions and rates: 2/3, 1,0/100.000 dân, 95-95-95, 3-1, 2 lần/năm, 300mg/50mg, /ml."""

import re
from functools import lru_cache
from typing import NamedTuple

from content.speech.lexicon import Lexicon
from content.speech.nouns import COUNTED, PEOPLE, PLACES, SCALES, TIMES
from content.speech.numerals import WRITTEN, numeral, share
from content.speech.page import MARKERS, NUMBER, SCORE, Page

_PAIR = re.compile(r"[0-9%]\s?-\s?[0-9]")
_TRIPLE = re.compile(rf"(?<![\w/.,-]){WRITTEN}%?(?:\s?-\s?{WRITTEN}%?){{2,}}(?![\w/%-])")
# A score after its word, in the next sets of a match, or where the sentence speaks of a match.
_SCORE_LEAD = (
    r"(?i:(?<!\w)(?:tỷ số|tỉ số|thắng|thua|hòa|hoà|dẫn|luân lưu)(?: là)?\s+"
    r"|(?<!\w)(?:bóng đá|bóng chuyền|chung kết|bán kết|trận đấu)[^\n.;!?0-9]{0,60}?(?<!từ)(?<!khoảng)(?<!lúc)\s)"
)
_A_SCORE = rf"(?P<it>[0-9]{{1,2}}\s?-\s?[0-9]{{1,2}})(?![\w/%-]|\s*(?:{COUNTED}|{TIMES}|tuổi)(?!\w|\s[A-ZĐ0-9]))"
_SCORES = (re.compile(_SCORE_LEAD + _A_SCORE), re.compile(rf"{SCORE}[,;]\s{_A_SCORE}"))
_PROPORTION = re.compile(r"(?<![\w.,:/])[0-9]{1,3}(?::[0-9]{1,3})+(?![\w:/]|[.,][0-9])")
_FRACTION = re.compile(rf"(?<![\w/.,])(?P<n>{WRITTEN})\s?/\s?(?P<m>{WRITTEN})(?P<more>(?:/{WRITTEN})*)(?![0-9/])")

# "/lần" and "/năm" are said with "một" ("ba tháng một lần"), the others with "mỗi".
_ONE = {"lần", "năm"}
_PER = re.compile(rf"(?<=[\w)%{MARKERS}])\s?/\s?(?P<unit>(?:{TIMES}|{COUNTED}))(?!\w)")
_COUNTING = re.compile(rf"[0-9{NUMBER}][^\n.,;:!?()0-9]{{0,30}}\Z")
_LAST_NOUN = re.compile(rf"(?<!\w)(?:(?P<people>{PEOPLE})|(?P<place>{PLACES})|(?P<time>{TIMES}))\s?\Z")
_KINDS = tuple(
    (kind, frozenset(names.split("|"))) for kind, names in (("people", PEOPLE), ("place", PLACES), ("time", TIMES))
)
# What is paid or weighed is shared out over any noun: "20.000đ/hộp".
_EACH = re.compile(
    rf"[0-9]\s?(?:{SCALES})?\s?(?:đồng|đ|₫|USD|{SCALES}|k|tr|kg|lít|ml|g)(?P<it>\s?/\s?(?P<unit>[^\W\d_]{{2,}}))(?!\w)"
)
# The place in a row or in a street is no part of it: "hạng 3/10", "số 3/5 Lê Lợi".
_RANK = re.compile(r"(?<!\w)(?:hạng|thứ|bậc|câu|bài|trang|tập|vòng|số|số nhà|hẻm|ngõ|ngách|kiệt)\s+\Z", re.IGNORECASE)
_EACH_SHORT = re.compile(
    rf"[0-9]\s?(?:{SCALES})?\s?(?:đồng|đ|₫|USD|{SCALES}|k|tr)(?P<it>\s?/\s?)(?=(?P<unit>[A-ZĐ]{{2,}})(?!\w))"
)
_OVER_NUMBER = re.compile(rf"(?<=[^\W\d_])\s?/\s?(?P<n>{WRITTEN})(?=\s(?P<time>(?:{TIMES})(?!\w))?)")


def read_triples(page: Page, _: Lexicon) -> None:
    """Numbers in a row that are no range: 95-95-95, and the score "3-1"."""
    if _PAIR.search(page.left):
        page.read(_TRIPLE, _triple, NUMBER)
        page.read(_SCORES[0], _triple, SCORE)
        while page.read(_SCORES[1], _triple, SCORE):
            pass


def read_rates(page: Page, lexicon: Lexicon) -> None:
    """Fractions and rates: "1,0/100.000", "2/3"; "/năm", "/ml"."""
    units = _with_units(lexicon.unit_names)
    page.read(units.doses, lambda match: _doses(match, lexicon), NUMBER)
    page.read(_FRACTION, _fraction, NUMBER)
    page.read(_OVER_NUMBER, _over_number, NUMBER)
    page.read(_EACH, lambda match: _each(match, lexicon), NUMBER)
    page.read(_EACH_SHORT, lambda match: " mỗi " if lexicon.knows(match["unit"]) else None, NUMBER)
    page.read(_PER, _per, NUMBER)
    page.read(units.over, lambda match: _over(match, lexicon), NUMBER)


def read_proportions(page: Page, _: Lexicon) -> None:
    """3:1, which no hour was."""
    page.read(_PROPORTION, lambda match: " trên ".join(map(numeral, match.group().split(":"))), NUMBER)


class _UnitPatterns(NamedTuple):
    doses: re.Pattern[str]
    over: re.Pattern[str]


@lru_cache(maxsize=8)
def _with_units(names: str) -> _UnitPatterns:
    """The patterns that follow from the units of a lexicon."""
    return _UnitPatterns(
        doses=re.compile(rf"(?<![\w/.,]){WRITTEN}\s?(?P<unit>{names})(?:\s?/\s?{WRITTEN}\s?(?P=unit))+(?!\w)"),
        over=re.compile(rf"(?<=[\w{MARKERS}])\s?/\s?(?P<unit>{names})(?!\w)"),
    )


def _triple(match: re.Match[str]) -> str:
    numbers = match["it"] if "it" in match.re.groupindex else match.group()
    percent = " phần trăm" if numbers.endswith("%") else ""
    return " ".join(numeral(part.rstrip("%")) for part in re.split(r"\s?-\s?", numbers)) + percent


def _doses(match: re.Match[str], lexicon: Lexicon) -> str:
    unit = match["unit"]
    amounts = (part.strip().removesuffix(unit).strip() for part in match.group().split("/"))
    return ", ".join(f"{numeral(amount)} {lexicon.units[unit]}" for amount in amounts)


def _fraction(match: re.Match[str]) -> str:
    if match["more"]:
        return " trên ".join(numeral(part.strip()) for part in match.group().split("/"))
    if _RANK.search(match.string, max(0, match.start() - 8), match.start()):
        return f"{numeral(match['n'])} trên {numeral(match['m'])}"
    return share(match["n"], match["m"])


def _over_number(match: re.Match[str]) -> str:
    """ "3 lần/1 tuần" is "ba lần một tuần", "1 lần/3 tháng" "một lần mỗi ba tháng"."""
    word = "trên " if not match["time"] else "" if match["n"] == "1" else "mỗi "
    return f" {word}{numeral(match['n'])}"


def _over(match: re.Match[str], lexicon: Lexicon) -> str | None:
    """A unit after a slash, unless the two are an abbreviation: "K/g"."""
    if lexicon.knows(match.string[match.start() - 1 : match.end()]):
        return None
    return f" trên {lexicon.units[match['unit']]}"


def _each(match: re.Match[str], lexicon: Lexicon) -> str | None:
    unit = match["unit"]
    return None if unit in lexicon.units or not unit.islower() else f" {_one(unit)} {unit}"


def _per(match: re.Match[str]) -> str | None:
    """A rate, unless the slash stands between two of a kind: "xã/phường", "báo cáo tuần/tháng"."""
    unit = match["unit"]
    before = match.string[max(0, match.start() - 40) : match.start()]
    counting = _COUNTING.search(before) is not None
    kind = next((kind for kind, names in _KINDS if unit in names), "")
    noun = _LAST_NOUN.search(before)
    if noun and noun[kind or "people"]:
        return f" {_one(unit)} {unit}" if kind == "time" and counting else None
    return f" {_one(unit)} {unit}" if counting or kind == "time" else None


def _one(unit: str) -> str:
    return "một" if unit in _ONE else "mỗi"
