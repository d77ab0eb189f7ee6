"""Numbers in Vietnamese words: nghìn, linh, mươi mốt, tư and lăm after mươi (loudspeaker.md section 4)."""

import re
from collections.abc import Mapping
from itertools import pairwise
from types import MappingProxyType

_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_AFTER_TENS = {1: "mốt", 4: "tư", 5: "lăm"}
_SCALES = ("", " nghìn", " triệu")
_BILLION = 10**9
# Beyond this many digits nobody hears a quantity any more: it is an account or an identity number.
_LONGEST = 15

# A number as texts write it, in a pattern: 1.000, 1.000,5, 87,3, 4.0.
WRITTEN = r"(?:[0-9]{1,3}(?:\.[0-9]{3})+(?:,[0-9]+)?(?![0-9.]*\.[0-9])|[0-9]+(?:[.,][0-9]+)*)"

_GROUPED = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+")
_ENGLISH_GROUPED = re.compile(r"[1-9][0-9]{0,2}(?:(?:,[0-9]{3}){2,}|,000)")
_ROMAN = re.compile(r"(?=[IVXL])(XL|L?X{0,3})(IX|IV|V?I{0,3})")
_ROMAN_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50}


def digits(text: str) -> str:
    """The digits of a text one by one, everything else skipped: "1900 6068" as a telephone number is said."""
    return " ".join(_DIGITS[int(sign)] for sign in text if sign in "0123456789")


def cardinal(value: int) -> str:
    """A whole number in words; a negative one with "âm"."""
    if value < 0:
        return "âm " + cardinal(-value)
    if value == 0:
        return _DIGITS[0]
    return _positive(value, heard_before=False)


def _positive(value: int, *, heard_before: bool) -> str:
    billions, rest = divmod(value, _BILLION)
    words = [f"{_positive(billions, heard_before=heard_before)} tỷ"] if billions else []
    for scale in (2, 1, 0):
        group = rest // 1000**scale % 1000
        if group:
            words.append(_group(group, full=heard_before or bool(words)) + _SCALES[scale])
    return " ".join(words)


def _group(value: int, *, full: bool) -> str:
    """Three digits; `full` says the hundreds even where they are zero, as inside a longer number."""
    hundreds, rest = divmod(value, 100)
    words = [f"{_DIGITS[hundreds]} trăm"] if hundreds or full else []
    if rest:
        words.append(f"linh {_DIGITS[rest]}" if words and rest < 10 else _below_hundred(rest))
    return " ".join(words)


def _below_hundred(value: int) -> str:
    tens, ones = divmod(value, 10)
    if tens == 0:
        return _DIGITS[ones]
    if tens == 1:
        return "mười" if ones == 0 else f"mười {'lăm' if ones == 5 else _DIGITS[ones]}"
    return f"{_DIGITS[tens]} mươi" + (f" {_AFTER_TENS.get(ones, _DIGITS[ones])}" if ones else "")


def whole(text: str) -> str:
    """Plain digits as a quantity, or one by one where leading zeros or sheer length show that they are a code."""
    if len(text) > _LONGEST or (len(text) > 2 and text.startswith("0")):
        return digits(text)
    return cardinal(int(text))


def code(text: str) -> str:
    """Digits of a document number: as a quantity, with its leading zeros said ("07" is "không bảy")."""
    bare = text.lstrip("0")
    return " ".join([_DIGITS[0]] * (len(text) - len(bare)) + ([whole(bare)] if bare else []))


def numeral(text: str) -> str:
    """A number as Vietnamese texts write it: "1.000" a thousand, "87,3" a decimal, "4.0" and "1.2.3" with "chấm"."""
    if _GROUPED.fullmatch(text) or _ENGLISH_GROUPED.fullmatch(text):
        return whole(re.sub(r"[.,]", "", text))
    if text.count(",") > 1:
        return ", ".join(numeral(part) for part in text.split(","))
    integer, comma, fraction = text.partition(",")
    if comma:
        return f"{numeral(integer)} phẩy {_fraction(fraction)}"
    parts = text.split(".")
    if len(parts) == 2 and parts[1].strip("0"):
        return f"{whole(parts[0])} phẩy {_fraction(parts[1])}"
    return " chấm ".join(whole(part) for part in text.split("."))


def dotted(text: str, letters: Mapping[str, str] = MappingProxyType({})) -> str:
    """The number of a section or a version: "2.1" is "hai chấm một", "2.b" "hai chấm b", or as `letters` names it."""
    return " chấm ".join(whole(part) if part.isdigit() else letters.get(part, part) for part in text.split("."))


def _fraction(text: str) -> str:
    return digits(text) if text.startswith("0") or len(text) > 2 else cardinal(int(text))


def share(above: str, below: str) -> str:
    """ "2/3" is "hai phần ba", "45/50" "bốn mươi lăm trên năm mươi" (loudspeaker.md section 2, ambiguity rule)."""
    if above.isdigit() and below.isdigit() and 0 < int(above) < int(below) <= 10:
        return f"{numeral(above)} phần {month(int(below))}"
    return f"{numeral(above)} trên {numeral(below)}"


def roman(text: str) -> int | None:
    """The value of a Roman numeral up to 89 in its canonical spelling, else None."""
    if not _ROMAN.fullmatch(text):
        return None
    values = [_ROMAN_VALUES[sign] for sign in text]
    return sum(-value if value < after else value for value, after in pairwise([*values, 0]))


def ordinal(value: int) -> str:
    """The word after "thứ": nhất, hai, ba, tư, năm."""
    return {1: "nhất", 4: "tư"}.get(value, cardinal(value))


def month(value: int) -> str:
    """The word after "tháng": April is "tư"."""
    return "tư" if value == 4 else cardinal(value)
