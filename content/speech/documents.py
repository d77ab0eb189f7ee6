"""Numbers of laws and documents: 49/2024/NĐ-CP, 07-CT/TW, 64/2006/QH11, and "Nghị định 90/2026"."""

import re

from content.speech.lexicon import Lexicon
from content.speech.numerals import cardinal, code
from content.speech.page import Page, Reading

_PART = "[A-ZĐƯ][A-Za-zĐđƯư&]*[0-9]*"
_NUMBER = re.compile(
    rf"(?<![\w/.,-])(?P<number>[0-9]{{1,5}})(?P<letter>[a-z])?(?:/(?P<year>[0-9]{{4}}))?"
    rf"[/-](?P<code>{_PART}(?:[-/]{_PART})*)(?![\w/])"
)
_KIND = (
    "(?:[Bb]ộ luật|[Ll]uật|[Nn]ghị định|[Nn]ghị quyết|[Tt]hông tư(?: liên tịch)?|[Qq]uyết định|[Cc]hỉ thị|[Cc]ông văn|"
    "[Kk]ế hoạch|[Hh]ướng dẫn|[Pp]háp lệnh|[Cc]hương trình|[Vv]ăn bản|NĐ|NQ|TT|QĐ|CT|CV|KH|HD)"
)
_SHORT = re.compile(rf"(?<!\w){_KIND}\s+(?:số:?\s+)?(?P<it>(?P<number>[0-9]{{1,5}})/(?P<year>[0-9]{{4}}))(?![\w/])")
_CODE_PART = re.compile(r"([^\W\d_]+(?:&[^\W\d_]+)*)([0-9]*)")


def read_documents(page: Page, lexicon: Lexicon) -> None:
    """Say the parts of a document number one after the other, without the signs between them."""
    page.read(_NUMBER, lambda match: _document(match, lexicon))
    if page.has("/"):
        page.read(_SHORT, _number)


def _number(match: re.Match[str]) -> str:
    words = code(match["number"])
    return f"{words} năm {cardinal(int(match['year']))}" if match["year"] else words


def _document(match: re.Match[str], lexicon: Lexicon) -> Reading | None:
    parts = _CODE_PART.findall(match["code"])
    if not (match["year"] or len(parts) > 1 or parts[0][0] in lexicon.codes):
        return None
    reader, tts, unknown = [], [], []
    for name, session in parts:
        words, phonetic = _part(name, lexicon)
        if not words:
            unknown.append(name)
        number = f" {cardinal(int(session))}" if session else ""
        reader.append((words or name) + number)
        tts.append(phonetic + number)
    letter = match["letter"] or ""
    lead, spelled = (f"{_number(match)} {name}".rstrip() for name in (letter, lexicon.letters.get(letter, letter)))
    complaint = f'Chưa biết cách đọc "{", ".join(unknown)}" trong số văn bản; hãy thêm vào từ điển viết tắt.'
    return Reading(" ".join([lead, *reader]), " ".join([spelled, *tts]), complaint if unknown else "")


def _part(name: str, lexicon: Lexicon) -> tuple[str, str]:
    """The words of one part in both forms; no reader's words where it is unknown."""
    if name in lexicon.codes:
        return lexicon.codes[name], lexicon.codes[name]
    entry = lexicon.find(name, name, 0)
    return (entry.reader, entry.tts) if entry else ("", lexicon.spell(name))
