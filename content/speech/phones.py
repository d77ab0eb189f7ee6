"""Telephone numbers, hotlines and emergency numbers, said digit by digit."""

import re

from content.speech.lexicon import Lexicon
from content.speech.nouns import COUNTED, SCALES, TIMES
from content.speech.numerals import digits
from content.speech.page import PHONE, WORDS, Page

# What shows by its shape alone that it is a telephone number: 0912 345 678, (024) 3736 7184, +84..., 1900 6068.
_END = r"(?![0-9]|/(?!0[0-9]{2})[0-9]|[:.,][0-9]|\s?%)"
_SHAPED = (
    rf"0[0-9]{{8,10}}{_END}"
    rf"|(?:\+84|\(\+84\)|\(0[0-9]{{1,3}}\)|0[0-9]{{2,4}})(?:[ .-]?[0-9]{{2,4}}){{2,4}}{_END}"
    rf"|(?:02[0-9]{{1,2}}|\(02[0-9]{{1,2}}\))[ .-][0-9](?:[ .-]?[0-9]{{3}}){{2}}{_END}"
    rf"|0[0-9](?:[ .-][0-9]{{4}}){{2}}{_END}"
    rf"|84[ -]?[2-9][0-9]{{1,2}}(?:[ -]?[0-9]{{3,4}}){{2}}{_END}"
    rf"|1[89]00(?:[ .-]?[0-9]{{2,4}}){{1,2}}{_END}"
)
_PHONE = re.compile(rf"(?:(?<![\w/+(.,])|(?<=[0-9]/)(?=0[0-9]{{2}}))(?P<it>{_SHAPED})")
_THREE_DIGITS = re.compile("[0-9]{3}")
_YEAR_BEFORE = re.compile(r"(?:năm|giai đoạn|thế kỷ|từ)\s*\Z", re.IGNORECASE)

# What counts something is not a telephone number, whatever stands before it.
_COUNTED = rf"(?!\s*(?:{COUNTED}|{TIMES}|{SCALES}|đồng|đường|phố)(?!\w))"
_EMERGENCY = rf"1(?:1[0-9]|02[0-9]){_END}{_COUNTED}"
_WORD = r"[^\W\d_]+"
_GAP = rf"[\s:({WORDS}]*"
_HOT = r"(?:tổng đài|đường dây nóng|hotline|điện thoại|gọi|nhắn tin|liên hệ)"
_NEAR = r"(?:số|số máy|cổng|đầu số|bấm|alo|cấp cứu|Zalo|Viber)"
_LINE = (
    r"(?:tổng đài|đường dây nóng|hotline|(?:số )?điện thoại|số máy|máy lẻ|SĐT|sđt|ĐT|đt|Tel|Fax|fax|"
    r"số tài khoản|STK|CCCD|mã OTP|mật khẩu|pass(?:word|code)?|ID|Zoom)"
    r"(?:\s+(?:tư vấn|miễn phí|hỗ trợ|quốc gia|số|là))?"
)
_ANY = rf"[0-9]{{3,}}(?:[ .-][0-9]{{2,4}}(?![0-9/%]|[:,][0-9]))*{_END}{_COUNTED}"
_LEADS = (
    re.compile(rf"(?i:(?<!\w){_LINE})\s*[:(]?\s*(?P<it>{_ANY})"),
    re.compile(rf"(?i:(?<!\w){_HOT})(?:\s+{_WORD}){{0,6}}?{_GAP}(?P<it>{_EMERGENCY})"),
    re.compile(
        r"(?i:(?<!\w)(?:tin nhắn|nhắn tin|soạn|đầu số)[^\n.;]{0,60}?)"
        r"\s(?:gửi|đến|tới|số)\s+(?P<it>[0-9]{4})(?![\w/.,]*[0-9])"
    ),
    re.compile(rf"(?i:(?<!\w){_NEAR})\s*[:(]?\s*(?P<it>{_EMERGENCY})"),
)
_SERVICE = re.compile(
    r"(?i:(?<!\w)(?:cấp cứu|cứu hỏa|chữa cháy|cứu nạn|công an|cảnh sát|tố giác|bạo lực|trẻ em|mua bán người))"
    rf"[^\n.;:!?0-9]{{0,20}}:\s?(?P<it>{_EMERGENCY})"
)
# A picture of a telephone, which has been read already, is as good as the word.
_PICTURED = re.compile(rf"{WORDS}+\s?(?P<it>{_EMERGENCY})")
_TELEPHONES = "☎☏📞📱"
# The rest of a list, each number perhaps with its purpose: "gọi 115 khi cấp cứu, 111 khi ..."
_NEXT = re.compile(
    rf"{PHONE}(?:\s(?:khi|nếu|để)\s[^\n.;!?0-9]{{1,50}}?)?\s?(?:,|;|hoặc|hay|và|/|-)\s?(?P<it>{_EMERGENCY})"
)


def read_phones(page: Page, _: Lexicon) -> None:
    """Claim numbers by their shape, then short ones by the words that lead to them, then the rest of a list."""
    if not _THREE_DIGITS.search(page.left):
        return
    page.read(_PHONE, _shaped, PHONE)
    for pattern in _LEADS:
        page.read(pattern, lambda match: digits(match["it"]), PHONE)
    if page.has(":"):
        page.read(_SERVICE, lambda match: digits(match["it"]), PHONE)
    if page.has(_TELEPHONES):
        page.read(_PICTURED, lambda match: _pictured(match, page), PHONE)
    while page.read(_NEXT, lambda match: digits(match["it"]), PHONE):
        pass


def _pictured(match: re.Match[str], page: Page) -> str | None:
    picture = page.text[match.start() : match.start("it")]
    return digits(match["it"]) if any(sign in picture for sign in _TELEPHONES) else None


def _shaped(match: re.Match[str]) -> str | None:
    number = match["it"]
    if number.startswith("1") and _YEAR_BEFORE.search(match.string, max(0, match.start() - 12), match.start()):
        return None
    words = digits(number)
    return f"cộng {words}" if "+" in number else words
