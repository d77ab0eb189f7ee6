"""Abbreviations, foreign words, and what nobody knows how to say."""

import re

from content.speech.codes import said_letters
from content.speech.lexicon import Entry, Lexicon
from content.speech.page import MARKERS, NUMBER, Claim, Page, Remark
from content.speech.syllable import is_syllable

_CHUNK = re.compile(r"[^\W\d_]\w*(?:[./=&+,-]\w+)*[.+]?")
_PARTS = re.compile(r"\w+|\W")
_DOUBTFUL_STOP = re.compile(r"\s*(?:\n|\Z)|\s+[A-ZĐÀ-Ỹ]")
_BRACKET = re.compile(r"\s?\((?:(?:sau đây )?(?:gọi|viết) tắt là:? )?(?P<inside>[^()\n]{2,80})\)", re.IGNORECASE)
_LONE_ROMAN = re.compile(r"(?<!\w)[IVXL]+(?!\w)")
_WORD = re.compile(r"[^\W\d_]+")
_VOWEL = re.compile("[aeiouy]|[^\x00-\x7f]", re.IGNORECASE)
_ODD_SIGN = re.compile(rf"""[^\w\s.,;:!?…()\[\]{{}}"'“”‘’«»\-–—‑•·{MARKERS}]+|[\d_]+""")


def read_abbreviations(page: Page, lexicon: Lexicon) -> None:
    """Claim what the lexicon knows, the longest first: "TP.HCM" before "TP."."""
    claims: list[Claim] = []
    for match in _CHUNK.finditer(page.left):
        chunk = match.group()
        if chunk.islower() and chunk.isalpha() and not lexicon.knows(chunk):
            continue
        _claim_known(page, match, lexicon, claims)
    page.claim(claims)


def read_echoes(page: Page, lexicon: Lexicon) -> None:
    """Leave out the bracket that only repeats: "trạm y tế (TYT)", "TYT (trạm y tế)"."""
    page.read(_BRACKET, lambda match: _echo(match, lexicon))


def _echo(match: re.Match[str], lexicon: Lexicon) -> str | None:
    inside, before = match["inside"], match.string[max(0, match.start() - 80) : match.start()].casefold()
    entry = lexicon.find(inside, match.string, match.start("inside"))
    if entry:
        said = rf"(?<!\w){re.escape(entry.expansion.casefold())}(?:\s\w+){{0,2}}\Z"
        return "" if entry.expansion and re.search(said, before) else None
    token = match.string[: match.start()].rpartition(" ")[2]
    rows = lexicon.abbreviations.get(token, ())
    return "" if any(row.expansion.casefold() == inside.casefold() for row in rows) else None


def _claim_known(page: Page, match: re.Match[str], lexicon: Lexicon, claims: list[Claim]) -> None:
    """Add the entries in one run of letters and signs, greedily from its left."""
    parts = _PARTS.findall(match.group())
    text, at, first = page.left, match.start(), 0
    while first < len(parts):
        for last in range(len(parts), first, -1):
            token = "".join(parts[first:last])
            entry = lexicon.find(token, text, at) if parts[first] not in "./=&+,-" else None
            if entry:
                claims.append(_claim(entry, token, text, at, claims))
                at, first = at + len(token), last
                break
            page.unsettled |= token in lexicon.abbreviations
        else:
            at, first = at + len(parts[first]), first + 1


def _claim(entry: Entry, token: str, text: str, start: int, claims: list[Claim]) -> Claim:
    end = start + len(token)
    stop = "." if token.endswith(".") and not entry.next and _DOUBTFUL_STOP.match(text, end) else ""
    reader, tts = token, entry.tts
    if entry.expansion and text[start - 1 : start] == " ":
        written = text[max(0, start - 41) : start - 1]
        said = claims[-1] if claims and claims[-1].end == start - 1 else None
        reader = _unsaid(entry.expansion, said.reader if said else written)
        tts = _unsaid(tts, said.tts if said else written)
    elif entry.expansion:
        reader = entry.expansion
    return Claim(start, end, reader + stop, tts + stop, token)


def _unsaid(words: str, before: str) -> str:
    """The words of an abbreviation without those just said: "người NCMT" says "người" once, as does "PK OPC"."""
    parts = words.split(" ")
    for count in range(min(3, len(parts) - 1), 0, -1):
        head = " ".join(parts[:count])
        if before.casefold().endswith(head.casefold()) and not before[: -len(head)][-1:].isalpha():
            return " ".join(parts[count:])
    return words


def read_unknown(page: Page, lexicon: Lexicon) -> None:
    """Spell unknown capitals for the machine, name lone letters, and remark on all that stays doubtful."""
    claims = []
    page.unsettled |= _LONE_ROMAN.search(page.left) is not None
    for match in _WORD.finditer(page.left):
        word = match.group()
        if not word.isalpha():
            page.remarks.append(Remark(*match.span(), _unreadable(word)))
        elif len(word) == 1:
            name = lexicon.letters.get(word.lower(), word)
            if name != word.lower() and not is_syllable(word):
                claims.append(Claim(*match.span(), word, name))
        elif not is_syllable(word):
            claim, remark = _stranger(match, lexicon)
            page.remarks.append(remark)
            claims += claim
    page.claim(claims)
    for match in _ODD_SIGN.finditer(page.left):
        page.remarks.append(Remark(*match.span(), _unreadable(match.group())))
    page.unsettled |= bool(page.remarks)


def _unreadable(sign: str) -> str:
    return f'Chưa đọc được ký hiệu "{sign}"; hãy viết thành lời.'


def _stranger(match: re.Match[str], lexicon: Lexicon) -> tuple[list[Claim], Remark]:
    word = match.group()
    if sum(letter.isupper() for letter in word) > 1:
        message = f'Chưa biết cách đọc "{word}"; hãy viết đầy đủ hoặc thêm vào từ điển viết tắt.'
        claim = [Claim(*match.span(), word, said_letters(word, lexicon))] if word.isupper() else []
        return claim, Remark(*match.span(), message)
    measure = match.string[: match.start()].rstrip()[-1:] == NUMBER and not _VOWEL.search(word)
    message = f'"{word}" không phải âm tiết tiếng Việt, máy có thể đọc sai; hãy thêm cách đọc vào từ điển.'
    return [], Remark(*match.span(), message, tts_only=not measure)
