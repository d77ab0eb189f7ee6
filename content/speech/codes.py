"""Codes, which are spelled rather than understood: plates of vehicles, numbers of files, versions, "4K", "QL1A"."""

import re

from content.speech.lexicon import Lexicon
from content.speech.numerals import cardinal, digits, dotted, roman
from content.speech.page import NUMBER, Page, Reading
from content.speech.syllable import is_syllable

_PLATE = re.compile(
    r"(?<![\w/.,-])(?P<province>[1-9][0-9])(?P<series>[A-ZĐ]{1,2})(?P<more>[0-9]?)[- ]"
    r"(?P<number>[0-9]{3}\.[0-9]{2}|(?<=-)[0-9]{4,5})(?![\w/]|[.,-][0-9])"
)
# What follows these words is a code as soon as it has a digit: "mã hồ sơ HS-0125", "kênh KH1".
_LED = re.compile(
    r"(?<!\w)(?i:mã|ký hiệu|số hiệu|sê-ri|seri|kênh|lô|mẫu|biểu|phòng|dãy|cổng|chuyến|chung cư|căn|tòa)"
    r"(?:\s(?!KP)[^\W\d_]+){0,3}?\s*:?\s"
    r"(?P<it>[A-ZĐ]{1,6}(?:[-._]?(?:[A-ZĐ]{1,6}|[0-9]+))+)(?![\w/]|[.,-]\w)"
)
_NUMBERED = re.compile(r"(?<!\w)[Mm]ã(?:\s[^\W\d_]+){0,3}?\s*:?\s(?P<it>[0-9]{4,})(?![\w/%]|[.,:-][0-9])")
_VERSION = re.compile(
    r"(?<!\w)(?P<said>(?:[Pp]hiên )?[Bb]ản\s)?(?P<it>v\.?(?P<n>[0-9]+(?:\.[0-9]+)*))(?![\w/]|[.,-]\w)"
)
# The sharpness of a picture, the name of a campaign; "200K" is money or a count, and so is "4K" beside a price.
_FEW_K = re.compile(r"(?<![\w.,/-])(?<!giá )(?<!chỉ )(?<!phí )[2458]K(?!\w|\s?[/₫đ-])")
_MIXED = re.compile(r"[^\W_]*[0-9][^\W_]*")
_ROAD = re.compile(r"(?<!\w)ĐT\.?\s?(?P<number>[2-9][0-9]{2})(?P<branch>[A-Z]?)(?![\w.-])")
_RUN = re.compile(r"[0-9]+|[^\W0-9_]+")
_SHAPE = re.compile(r"[A-ZĐ][A-ZĐ._-]*[0-9]|[0-9](?:[A-ZĐ]|v)|\bv\.?[0-9]|[Mm]ã\s|ĐT")


def read_codes(page: Page, lexicon: Lexicon) -> None:
    """Claim codes by their shape or by the words that lead to them."""
    if not _SHAPE.search(page.left):
        return
    page.read(_PLATE, lambda match: _plate(match, lexicon))
    page.read(_ROAD, lambda match: _road(match, lexicon))
    page.read(_LED, lambda match: _code(match["it"], lexicon))
    page.read(_NUMBERED, lambda match: digits(match["it"]))
    page.read(_VERSION, lambda match: f"{'' if match['said'] else 'phiên bản '}{dotted(match['n'])}")
    page.read(_FEW_K, lambda match: _code(match.group(), lexicon))


def read_mixtures(page: Page, lexicon: Lexicon) -> None:
    """Letters and digits in one word: "F0", "5G", "QL1A"."""
    page.unsettled |= page.read(_MIXED, lambda match: _runs(match.group(), lexicon, expand=True), NUMBER)


def _plate(match: re.Match[str], lexicon: Lexicon) -> Reading:
    """ "Sáu mươi lăm B một, không một hai ba bốn": the province as a number, all that follows sign by sign."""
    province, number = cardinal(int(match["province"])), digits(match["number"])
    more = f" {digits(match['more'])}" if match["more"] else ""
    forms = (" ".join(match["series"]), lexicon.spell(match["series"]))
    reader, tts = (f"{province} {series}{more}, {number}" for series in forms)
    return Reading(reader, tts)


def _road(match: re.Match[str], lexicon: Lexicon) -> Reading:
    number, branch = digits(match["number"]), match["branch"]
    reader, tts = (f"đường tỉnh {number} {name}".rstrip() for name in (branch, lexicon.spell(branch)))
    return Reading(reader, tts)


def _code(token: str, lexicon: Lexicon) -> Reading | None:
    """A code, or nothing where it has no digit or is the number of a part: "mẫu III-2"."""
    runs = _RUN.findall(token)
    if not any(run.isdigit() for run in runs) or any(map(roman, runs)):
        return None
    return _runs(token, lexicon, expand=False)


def _runs(token: str, lexicon: Lexicon, *, expand: bool) -> Reading:
    """Letters and digits in turn; `expand` says abbreviations in full, as in "QL1A".

    A code keeps its letters, set apart where they would else be an abbreviation: "HS-01" is "H S không một".
    """
    reader, tts = [], []
    for match in _RUN.finditer(token):
        run = match.group()
        if run[0] in "0123456789":
            words = phonetic = _number(run)
        else:
            entry = lexicon.find(run, token, match.start())
            if entry and (expand or not entry.expansion):
                words, phonetic = entry.reader, entry.tts
            else:
                words, phonetic = " ".join(run) if entry else run, said_letters(run, lexicon)
        reader.append(words)
        tts.append(phonetic)
    return Reading(" ".join(reader), " ".join(tts))


def said_letters(letters: str, lexicon: Lexicon) -> str:
    """Letters as a machine must be given them: a syllable as it is, anything else spelled."""
    return letters.lower() if len(letters) > 1 and is_syllable(letters) else lexicon.spell(letters)


def _number(run: str) -> str:
    """Up to two digits as a number, longer ones and those with a leading zero digit by digit."""
    return cardinal(int(run)) if len(run) <= 2 and (run[0] != "0" or run == "0") else digits(run)
