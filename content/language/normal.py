"""Canonical words: one spelling for every way in which a Vietnamese syllable is typed.

A text becomes sentences; a sentence is one string of canonical words with single spaces around and between them,
so that a pattern is a plain regular expression over it, and every word still knows its place in the text.

Canonical means: NFKC, case folded, the tone mark moved behind the syllable (so hoà and hòa, uỷ and ủy are one word),
y as i where both are written (kỳ thị, kì thị), invisible characters dropped, drawn-out letters drawn in again.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

PAUSES = ",;:"
ENDS = ".?!"
# A sentence without an end (a table, a list of names) is cut, so that no pattern ever walks over a whole book.
_LONGEST = 300

_INVISIBLE = "\u00ad\u180e\u200b-\u200f\u2060-\u2064\ufe0e\ufe0f\ufeff"
_WORD = re.compile(
    rf"[0-9]+(?:[.,][0-9]+)*(?![0-9A-ZĐ])|[^\W_](?:[^\W_]|[\u0300-\u036f{_INVISIBLE}])*|[%=+<>≤≥&]"
)
_DROPPED = re.compile(f"[{_INVISIBLE}]")
_TONES = "\u0300\u0301\u0303\u0309\u0323"
_TONE = re.compile(f"[{_TONES}]")
_MARK = re.compile("[\u0300-\u036f]")
_DRAWN_OUT = re.compile(r"([^\W\d_])\1{2,}")
_PARAGRAPH = re.compile(r"\n\s*(?:\n|[-*•+–#>])")
_COMMA = re.compile(r"[,()\[\]|•—–]|\s-+\s")
# So many single letters in a row are a word spelled out.
_SPELLED = 3
_OPEN_Y = re.compile(r"(qu|[bcdđghklmnpqrstvx]+)y")
# What people type instead of a word, and letters of other alphabets that look like ours.
_SHORT = {
    "ko": "không", "kg": "không", "hok": "không", "hem": "không", "hông": "không", "hổng": "không",
    "ng": "người", "đc": "được", "dc": "được", "vs": "với", "đừg": "đừng", "nhiểm": "nhiễm", "bịnh": "bệnh",
}  # fmt: skip
_ABBREVIATIONS = frozenset("tp tx tt q p gs pgs ts ths bs bsck cn dr mr ms mrs st vd ks ds đd lm ht tr tel đt sđt".split())
_LOOK_ALIKE = str.maketrans({"ð": "đ", "ɖ": "đ", "ı": "i"})


@dataclass(slots=True)
class Sentence:
    """One sentence: `text` is " word word , word . ", `spans` the (start, end) of every word of it in the source."""

    text: str
    spans: list[tuple[int, int]]

    @property
    def accented(self) -> bool:
        """Whether any accent was typed."""
        return not self.text.isascii()

    def word_at(self, position: int) -> int:
        """The number of the word that begins at, or holds, this position of `text`."""
        return self.text.count(" ", 0, position + 1) - 1


def _move_tone(syllable: str) -> str:
    apart = unicodedata.normalize("NFD", syllable)
    tone = _TONE.search(apart)
    base = unicodedata.normalize("NFC", _TONE.sub("", apart))
    base = _OPEN_Y.sub(r"\1i", base) if base.endswith("y") and _OPEN_Y.fullmatch(base) else base
    return base + tone.group() if tone else base


@lru_cache(maxsize=1 << 15)
def canonical(word: str) -> str:
    """The canonical spelling of one word as it was typed; never empty and never with a space."""
    plain = _DROPPED.sub("", unicodedata.normalize("NFKC", word)).casefold().translate(_LOOK_ALIKE)
    plain = unicodedata.normalize("NFC", plain)
    return _DRAWN_OUT.sub(r"\1", _move_tone(_SHORT.get(plain, plain))).replace(" ", "") or "?"


@lru_cache(maxsize=1 << 13)
def fold(words: str) -> str:
    """Words as they are typed without any accent."""
    return _MARK.sub("", unicodedata.normalize("NFD", words)).replace("đ", "d")


@lru_cache(maxsize=1 << 12)
def _mark(gap: str, capital: bool) -> str:
    """What stands between two words: a pause, an end, "/", or nothing that parts them.

    `capital` says that the next word opens like a sentence, which a bare full stop or line break then is the end of.
    """
    if "?" in gap:
        return "?"
    if "!" in gap or "…" in gap or "..." in gap or _PARAGRAPH.search(gap):
        return "."
    if ("." in gap and (capital or gap.strip(".") != "")) or ("\n" in gap and capital):
        return "."
    for pause in ";:":
        if pause in gap:
            return pause
    if _COMMA.search(gap):
        return ","
    return "/" if "/" in gap else ""


def sentences(text: str) -> list[Sentence]:
    """The sentences of a text, in order; words, pauses and the closing sign are all one word of `Sentence.text`."""
    found: list[Sentence] = []
    words: list[str] = []
    spans: list[tuple[int, int]] = []
    letters = last = 0
    for match in _WORD.finditer(text):
        start, end = match.span()
        word = text[start:end]
        if start - last != 1 or text[last] != " ":
            gap, capital = text[last:start], word[0].isupper() and word[1:2].islower()
            if "." in gap and words and _goes_on(words[-1], capital):
                gap = gap.replace(".", "")
            mark = _mark(gap, capital) if gap else ""
            if mark and words:
                words.append(mark)
                spans.append((last, last))
                if mark in ENDS or len(words) > _LONGEST:
                    found.append(_sentence(words, spans, letters))
                    words, spans, letters = [], [], 0
        if word == "h" and start == last and words:
            word = "giờ"  # "72h"
        letters += end - start == 1
        words.append(canonical(word))
        spans.append((start, end))
        last = end
        if len(words) > 2 * _LONGEST:
            found.append(_sentence(words, spans, letters))
            words, spans, letters = [], [], 0
    if words:
        mark = _mark(text[last:], True)
        words.append(mark if mark and mark in ENDS else ".")
        spans.append((last, last))
        found.append(_sentence(words, spans, letters))
    return found


def _goes_on(word: str, capital: bool) -> bool:
    """Whether a full stop after this word is that of an abbreviation: "TS. Nguyễn", "N. V. A", "chị H. kể"."""
    return word in _ABBREVIATIONS or (len(word) == 1 and word.isalpha() and not capital)


def _sentence(words: list[str], spans: list[tuple[int, int]], letters: int) -> Sentence:
    if letters >= _SPELLED:
        words, spans = _join_letters(words, spans)
    if words[-1] not in ENDS:
        words.append(".")
        spans.append((spans[-1][1], spans[-1][1]))
    return Sentence(f" {' '.join(words)} ", spans)


def _join_letters(words: list[str], spans: list[tuple[int, int]]) -> tuple[list[str], list[tuple[int, int]]]:
    """Words that were spelled out to hide them (s.i.đ.a, H I V) as one word each."""
    joined: list[str] = []
    places: list[tuple[int, int]] = []
    at = 0
    while at < len(words):
        stop = at
        while stop < len(words) and len(words[stop]) == 1 and words[stop].isalpha():
            stop += 1
        if stop - at >= _SPELLED:
            joined.append(canonical("".join(words[at:stop])))
            places.append((spans[at][0], spans[stop - 1][1]))
            at = stop
        else:
            joined.append(words[at])
            places.append(spans[at])
            at += 1
    return joined, places
