"""Signs that have a word in running text: =, &, +, ≥, HIV (+), and those that are heard as a pause: / and →."""

import re
from collections.abc import Mapping
from functools import lru_cache

from content.speech.lexicon import Lexicon
from content.speech.nouns import COUNTED, SCALES, TIMES
from content.speech.numerals import WRITTEN
from content.speech.page import MARKERS, NUMBER, WORDS, Claim, Page, Reading

_LIMITS: Mapping[str, str] = {
    "<": "dưới",
    ">": "trên",
    "≤": "không quá",
    "≥": "từ",
    "<=": "không quá",
    ">=": "từ",
    "~": "khoảng",
    "≈": "khoảng",
    "±": "cộng trừ",
}
_SIGNS: Mapping[str, str] = {
    "=": "bằng",
    "≠": "khác",
    "+": "cộng",
    "&": "và",
    "№": "số",
    "½": "một phần hai",
    "¼": "một phần tư",
    "¾": "ba phần tư",
    "⅓": "một phần ba",
    "⅔": "hai phần ba",
}
# Each of these makes `read_signs` worth running.
_BOUNDS = "".join(_LIMITS)
_NAMED = "".join(_SIGNS)
SIGNS = _BOUNDS + _NAMED + "/(%"
_AROUND = rf"[\w\"'“”)%°{MARKERS}]"
_SIGN = re.compile(
    rf"[½¼¾⅓⅔]|(?<=\s)&(?=\s)|№(?=\s?[0-9{MARKERS}])|(?<={_AROUND})\s?(?:=(?!>)|[≠&+])\s?(?={_AROUND})|(?<={_AROUND})\s?=(?=\s-[0-9])|\+(?=[0-9{NUMBER}])|(?<=[\w{MARKERS}])\+(?=[\s.,;:!?)]|\Z)"
)
_LIMIT = re.compile(rf"(?P<sign>[<>]=?|[≤≥≈±]|(?<![0-9])~)(?P<gap>\s?)(?=[0-9{NUMBER}])")
_UPWARDS = " trở lên"
_NO_NOUN = r"(?:và|hoặc|hay|thì|là|đều|sẽ|có|được|cần|nên|phải|vẫn|mỗi|trong|ở|tại|vào)(?!\w)"
_NOUN_FOLLOWS = re.compile(rf"\s+(?!{_NO_NOUN})(?:[^\W\d_]|{WORDS})")
# "CD4 ≥ 350": a name, the sign and a number that counts nothing.
_COMPARISONS: Mapping[str, str] = {
    "≥": "lớn hơn hoặc bằng",
    ">=": "lớn hơn hoặc bằng",
    "≤": "nhỏ hơn hoặc bằng",
    "<=": "nhỏ hơn hoặc bằng",
}
_COMPARISON = re.compile(
    rf"(?<=[\w{MARKERS}])(?<!từ)(?<!Từ)\s?(?P<sign>[≥≤]|[<>]=)\s?"
    rf"(?=(?:[{NUMBER}]+|{WRITTEN})(?:[.,;:!?)]*(?:\s|\Z)(?!\S)|[,;:)]\s|\.\s|\s{_NO_NOUN}))"
)
_HALVES = re.compile(r"(?<=[0-9])[½¼¾⅓⅔]")
_PERCENT = re.compile(r"(?i:(?<!\w)(?:điểm|tỷ lệ|tỉ lệ|mức|số)\s)(?P<it>%)(?!\w)")
# The mark under an official document: "Trân trọng thông báo./."
_END_MARK = re.compile(r"\.?\s?/\.(?=\s*(?:[\n\"”]|\Z))")
_AND_OR = re.compile(r"(?<=và)/(?=hoặc)")
_TEST_RESULT = re.compile(rf"(?<=[\w{MARKERS}])\s?\((?P<sign>[+-])\)")
_RESULTS = {"+": " dương tính", "-": " âm tính"}

_BETWEEN_WORDS = re.compile(rf"(?<=[\w)%{MARKERS}])\s?/\s?(?=[\w(\"“{MARKERS}])")
ARROWS = "→⇒➔>"
_ARROW = re.compile(r"(?P<head>(?m:^)\s*)?(?:\s?(?:[→⇒➔]|[=-]+>)(?=\s)|(?:[→⇒➔]|[=-]+>))")
_ARROW_COMPLAINT = "Mũi tên được đọc như một chỗ nghỉ; hãy viết thành lời, ví dụ: rồi, nên, đến."


def read_signs(page: Page, lexicon: Lexicon) -> None:
    """Signs between words, before numbers, and in the result of a test."""
    page.read(_END_MARK, lambda _match: ".")
    page.read(_AND_OR, lambda _match: " ")
    if page.has("("):
        while page.read(_TEST_RESULT, _result):
            pass
    if page.has("≥≤="):
        page.read(_COMPARISON, lambda match: f" {_COMPARISONS[match['sign']]} ")
        found = _upwards(lexicon.unit_names).finditer(page.left)
        page.claim([claim for match in found for claim in _at_least(match)])
    if page.has("%"):
        page.read(_PERCENT, lambda _match: "phần trăm", NUMBER)
    if page.has(_BOUNDS):
        page.read(_LIMIT, _limit, NUMBER)
    if page.has(_NAMED):
        page.read(_HALVES, lambda match: f" và {_SIGNS[match.group()]}")
        page.read(_SIGN, _sign)


def read_pauses(page: Page, _: Lexicon) -> None:
    """A slash or an arrow between words is heard as a short pause."""
    page.read(_BETWEEN_WORDS, lambda _match: ", ")
    if page.has(ARROWS):
        page.read(_ARROW, _arrow)


@lru_cache(maxsize=8)
def _upwards(units: str) -> re.Pattern[str]:
    """The whole quantity after "≥", where the text does not itself say "trở lên"."""
    return re.compile(
        rf"(?P<sign>≥|>=)(?P<gap>\s?)(?:[{NUMBER}]+|{WRITTEN}(?:\s?(?:{units})(?!\w))?)"
        rf"(?:\s(?:{SCALES}))*(?:\sđồng)?(?:\s(?:bản sao|tế bào|tuổi|{COUNTED}|{TIMES})(?!\w))?"
        rf"[{NUMBER}]*(?!\s+trở (?:lên|đi))(?![\w{NUMBER}.,]*[\w{NUMBER}])"
    )


def _at_least(match: re.Match[str]) -> list[Claim]:
    """ "Từ 18 tuổi trở lên", or "ít nhất 95% đoàn viên" where a noun goes on."""
    said = _just_said(match, "từ")
    start, end = match.start(), match.end("gap")
    if not said and _NOUN_FOLLOWS.match(match.string, match.end()):
        words = f"ít nhất{match['gap']}"
        return [Claim(start, end, words, words)]
    words = "" if said else f"từ{match['gap']}"
    return [Claim(start, end, words, words), Claim(match.end(), match.end(), _UPWARDS, _UPWARDS)]


def _limit(match: re.Match[str]) -> str:
    """The word of the sign, unless the text has just said it: "khoảng ~90%"."""
    word = _LIMITS[match["sign"]]
    return "" if _just_said(match, word) else f"{word}{match['gap']}"


def _just_said(match: re.Match[str], word: str) -> bool:
    said = match.string[max(0, match.start() - 12) : match.start()].rstrip().casefold()
    return said.endswith(word) and not said[: -len(word)][-1:].isalpha()


def _result(match: re.Match[str]) -> str:
    words = _RESULTS[match["sign"]]
    return "" if _just_said(match, words.strip()) else words


def _sign(match: re.Match[str]) -> str:
    """The word of the sign, with a space on both sides if there was one on either."""
    words = _SIGNS[match.group().strip()]
    if match.group() == match.group().strip():
        return words
    return f" {words}" if match.string[match.end() : match.end() + 1].isspace() else f" {words} "


def _arrow(match: re.Match[str]) -> Reading:
    at_head = match["head"] is not None
    spaced = match.string[match.end() : match.end() + 1].isspace()
    return Reading("" if at_head else "," if spaced else ", ", complaint=_ARROW_COMPLAINT)
