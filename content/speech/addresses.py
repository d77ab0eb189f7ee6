"""E-mail and internet addresses, hashtags, and the small pictures that nobody reads aloud."""

import re

from content.speech.lexicon import Lexicon
from content.speech.numerals import digits
from content.speech.page import MARKERS, Claim, Page, Reading, Remark

_FIRST_PICTURE = "\u20e3"
_PICTURE = (
    "[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff"
    "\u2300-\u23ff\u25a0-\u25ff\u20e3\ue000-\uf8ff\U000e0000-\U0010ffff]"
)
_PICTURES = re.compile(rf"(?m)^{_PICTURE}(?:[ \t]*{_PICTURE})*[ \t]*|[ \t]?{_PICTURE}(?:[ \t]*{_PICTURE})*")
_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_EMAIL = re.compile(rf"(?<![\w.@+-])[A-Za-z0-9](?:[A-Za-z0-9._%+-]*[A-Za-z0-9])?@{_LABEL}(?:\.{_LABEL})+")
_TAIL = rf"[^\s<>\"“”{MARKERS}]*[^\s<>\"“”.,;:!?)\]'»…{MARKERS}]"
_WEB = re.compile(
    rf"(?<![\w@./-])(?:(?P<scheme>https?://)(?:www\.)?(?P<web>{_TAIL})"
    rf"|(?:www\.)?(?P<bare>(?:{_LABEL}\.)+(?:vn|com|org|net|edu|gov|info|io|me|gl|gle|ly|be|link|asia|app|page)"
    rf"(?![\w-]|\.[A-Za-z0-9])(?:/(?:{_TAIL})?)?))"
)
_HANDLE = re.compile(r"(?<![\w@.])@(?=[A-Za-z])")
_HASHTAG = re.compile(r"(?<![\w&])#(?=[^\W\d_]|[0-9]+[^\W_])(?P<tag>\w+)")
# Where a word of a hashtag begins; "PrEP" is one word.
_HUMP = re.compile(r"(?<=[^\W\d_A-ZĐ])(?<!Pr)(?=[A-ZĐ])")
_TAG_PART = re.compile(r"[^\W_]+|_+")
_DOTTED = re.compile(r"[A-Za-z0-9]\.[A-Za-z]|://")
_PIECE = re.compile(r"[^\W\d_]+|[0-9]+|\S")
_SIGNS = {
    ".": "chấm",
    "@": "a còng",
    "/": "gạch chéo",
    "-": "gạch ngang",
    "_": "gạch dưới",
    ":": "hai chấm",
    "?": "hỏi",
    "=": "bằng",
    "&": "và",
    "#": "thăng",
    "%": "phần trăm",
    "+": "cộng",
    "~": "ngã",
}


def read_pictures(page: Page, _: Lexicon) -> None:
    """Drop emoji and other pictures, and say so."""
    if max(page.text, default="") < _FIRST_PICTURE:
        return
    message = "Biểu tượng không đọc được nên đã bỏ; hãy viết thành lời nếu cần."
    page.read(_PICTURES, lambda _match: Reading("", complaint=message))


def read_hashtags(page: Page, lexicon: Lexicon) -> None:
    """Say "hashtag" and set its words apart: "#KhongKyThi"; the words themselves are read like any others."""
    message = "Thẻ này viết liền, thường không dấu nên người nghe khó hiểu; hãy viết thành lời."
    entry = lexicon.words.get("hashtag")
    claims = []
    for match in _HASHTAG.finditer(page.left):
        start = match.start("tag")
        claims.append(Claim(start - 1, start, "hashtag ", f"{entry.tts if entry else 'hashtag'} "))
        known = lexicon.hashtags.get(match["tag"].replace("_", "").lower())
        if known:
            claims.append(Claim(start, match.end(), known, known))
            continue
        for part in _TAG_PART.finditer(match["tag"]):
            words = " " if part.group().startswith("_") else _HUMP.sub(" ", part.group())
            if words != part.group() and not lexicon.find(part.group(), part.group(), 0):
                claims.append(Claim(start + part.start(), start + part.end(), words, words))
        page.remarks.append(Remark(start - 1, start, message))
    page.claim(claims)
    page.unsettled |= bool(claims)


def read_addresses(page: Page, lexicon: Lexicon) -> None:
    """Say addresses label by label; the scheme and "www." are left out, as nobody says them."""
    found = page.read(_EMAIL, lambda match: _spell(match.group(), lexicon)) if "@" in page.left else False
    found |= page.read(_WEB, lambda match: _web(match, lexicon)) if _DOTTED.search(page.left) else False
    if "@" in page.left:
        found |= page.read(_HANDLE, lambda _match: f"{_SIGNS['@']} ")
    page.unsettled |= found


def _web(match: re.Match[str], lexicon: Lexicon) -> Reading:
    address = (match["web"] or match["bare"]).rstrip("/")
    reading = _spell(address, lexicon)
    if "/" not in address and "?" not in address:
        return reading
    return reading._replace(
        complaint=f'Địa chỉ "{address}" dài, nghe khó nhớ; nên thay bằng tên trang hoặc số điện thoại.'
    )


def _spell(address: str, lexicon: Lexicon) -> Reading:
    reader, tts = [], []
    for piece in _PIECE.findall(address.lower()):
        words = digits(piece) or _SIGNS.get(piece, piece)
        reader.append(words)
        tts.append(_label(piece, lexicon) if piece.isalpha() else words)
    return Reading(" ".join(reader), " ".join(tts))


def _label(label: str, lexicon: Lexicon) -> str:
    known = lexicon.words.get(label)
    return lexicon.web.get(label) or (known.tts if known else "") or lexicon.letters.get(label, label)
