"""Hours and minutes: 16h30, 7:30-11:00, 5g30, 17 giờ 5'."""

import re

from content.speech.lexicon import Lexicon
from content.speech.numerals import cardinal
from content.speech.page import NUMBER, TIME, Page

_HOUR = "(?:[01]?[0-9]|2[0-4])"
_CLOCK = re.compile(
    rf"(?<![\w.,/:])(?P<h>{_HOUR})"
    r"(?:\s?[hHg](?:\s?|:)(?P<m>[0-5]?[0-9])(?:\s?(?:'|phút|ph|p)(?!\w))?|:(?P<m2>[0-5][0-9])(?::(?P<s>[0-5][0-9]))?\s?h?)"
    r"(?![\w/:%]|[.,][0-9])"
)
# A "g" alone is a gram, unless its words or its neighbour tell the time: "lúc 17g", "5g30 và 17g", "7g sáng", "7g-11g".
_SOUTHERN = (
    re.compile(
        rf"(?<![\w.,/])(?P<h>{_HOUR})\s?g(?=\s+(?:sáng|trưa|chiều|tối|đêm|ngày|hằng ngày|hàng ngày)(?!\w)"
        rf"|\s?(?:-|đến|tới)\s?(?:{TIME}|{_HOUR}\s?g(?!\w)))"
    ),
    re.compile(rf"(?:(?i:(?<!\w)(?:lúc|hồi))\s+|{TIME}\s?(?:-|,|và|đến|tới|hoặc)\s?)(?P<it>(?P<h>{_HOUR})\s?g)(?!\w)"),
)
_NO_MINUTES = re.compile(r"(?<=[0-9]\sgiờ)\s00(?:\s?phút)?(?!\w)")
_HOURS = re.compile(r"[0-9]\s?[hHg:]")
_GRAMS = re.compile(r"[0-9]\s?g(?!\w)")
_MINUTES = re.compile(r"(?<![\w.,/])(?P<n>[0-9]{1,3})(?P<it>\s?')(?![\w'])")
_LASTING = re.compile(r"(?<![\w.,/])(?P<m>[0-9]{1,3})'(?P<s>[0-5]?[0-9])(?:\"|”|''|s)?(?!\w)")
_OPENED = re.compile(r"(?<![0-9])(?<![0-9]\s)'")
_RATIO = re.compile(r"(?:tỷ|tỉ) (?:lệ|số)[^.,;\n]{0,20}\Z", re.IGNORECASE)


def read_hours(page: Page, _: Lexicon) -> None:
    """Claim hours with minutes, a southern "17g" where its words show that it is one, and the minutes of "5'".

    A bare "8h" is a unit like any other.
    """
    if _HOURS.search(page.left):
        page.read(_CLOCK, _clock, TIME)
    if "giờ 00" in page.left:
        page.read(_NO_MINUTES, lambda _match: "")
    if _GRAMS.search(page.left):
        for pattern in _SOUTHERN:
            page.read(pattern, lambda match: f"{cardinal(int(match['h']))} giờ", TIME)
    if "'" in page.left:
        page.read(_LASTING, lambda m: f"{cardinal(int(m['m']))} phút {cardinal(int(m['s']))} giây", NUMBER)
        page.read(_MINUTES, _minutes, NUMBER)


def _clock(match: re.Match[str]) -> str | None:
    minutes = int(match["m"] or match["m2"])
    if match["m2"] and _RATIO.search(match.string, max(0, match.start() - 30), match.start()):
        return None
    parts = ((int(match["h"]), "giờ"), (minutes, "phút"), (int(match["s"] or 0), "giây"))
    return " ".join(f"{cardinal(value)} {unit}" for value, unit in parts if value or unit == "giờ")


def _minutes(match: re.Match[str]) -> str | None:
    """No minutes where the sign closes a quotation that was opened before."""
    return None if len(_OPENED.findall(match.string, 0, match.start("it"))) % 2 else " phút"
