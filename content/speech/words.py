"""Abbreviations, foreign words, mixtures of letters and digits, and what nobody knows how to say."""

import re

from content.speech.lexicon import Lexicon
from content.speech.numerals import cardinal, digits
from content.speech.page import MARKERS, NUMBER, Claim, Page, Reading, Remark
from content.speech.syllable import is_syllable

_CHUNK = re.compile(r"[^\W\d_]\w*(?:[./=&+,-]\w+)*[.+]?")
_PARTS = re.compile(r"\w+|\W")
_DOUBTFUL_STOP = re.compile(r"\s*(?:\n|\Z)|\s+[A-ZĐÀ-Ỹ]")
_MIXED = re.compile(r"[^\W_]*[0-9][^\W_]*")
_RUNS = re.compile(r"[0-9]+|[^0-9]+")
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
        claims += _known(page, match, lexicon)
    page.claim(claims)


def _known(page: Page, match: re.Match[str], lexicon: Lexicon) -> list[Claim]:
    """The entries in one run of letters and signs, greedily from its left."""
    parts = _PARTS.findall(match.group())
    text, claims, at, first = page.left, [], match.start(), 0
    while first < len(parts):
        for last in range(len(parts), first, -1):
            token = "".join(parts[first:last])
            entry = lexicon.find(token, text, at) if parts[first] not in "./=&+,-" else None
            if entry:
                stop = (
                    "."
                    if token.endswith(".") and not entry.next and _DOUBTFUL_STOP.match(text, at + len(token))
                    else ""
                )
                end = at + len(token)
                reader = _unsaid(entry.expansion, text, at) if entry.expansion else token
                spoken = _unsaid(entry.tts, text, at) if entry.expansion else entry.tts
                claims.append(Claim(at, end, reader + stop, spoken + stop, token))
                at, first = end, last
                break
            page.unsettled |= token in lexicon.abbreviations
        else:
            at, first = at + len(parts[first]), first + 1
    return claims


def _unsaid(words: str, text: str, start: int) -> str:
    """The words of an abbreviation without those that stand before it: "người NCMT" says "người" once."""
    if text[start - 1 : start] != " ":
        return words
    parts = words.split(" ")
    for count in range(min(3, len(parts) - 1), 0, -1):
        head = " ".join(parts[:count])
        before = text[max(0, start - len(head) - 2) : start - 1]
        if before.casefold().endswith(head.casefold()) and not before[: -len(head)][-1:].isalpha():
            return " ".join(parts[count:])
    return words


def read_mixtures(page: Page, lexicon: Lexicon) -> None:
    """Letters and digits in one word: "F0", "5G", "QL1A"."""
    page.unsettled |= page.read(_MIXED, lambda match: _mixture(match.group(), lexicon), NUMBER)


def _mixture(token: str, lexicon: Lexicon) -> Reading:
    reader, tts = [], []
    for run in _RUNS.findall(token):
        if run[0] in "0123456789":
            words = cardinal(int(run)) if len(run) <= 2 and (run[0] != "0" or len(run) == 1) else digits(run)
            reader.append(words)
            tts.append(words)
        else:
            entry = lexicon.find(run, run, 0)
            reader.append(entry.reader if entry else run)
            tts.append(entry.tts if entry else _said(run, lexicon))
    return Reading(" ".join(reader), " ".join(tts))


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
        claim = [Claim(*match.span(), word, _said(word, lexicon))] if word.isupper() else []
        return claim, Remark(*match.span(), message)
    measure = match.string[: match.start()].rstrip()[-1:] == NUMBER and not _VOWEL.search(word)
    message = f'"{word}" không phải âm tiết tiếng Việt, máy có thể đọc sai; hãy thêm cách đọc vào từ điển.'
    return [], Remark(*match.span(), message, tts_only=not measure)


def _said(letters: str, lexicon: Lexicon) -> str:
    """Letters as a machine must be given them: a syllable as it is, anything else spelled."""
    return letters.lower() if len(letters) > 1 and is_syllable(letters) else lexicon.spell(letters)
