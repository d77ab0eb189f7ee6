"""Canonical words: one spelling for every way in which a Vietnamese syllable is typed.

A text becomes sentences; a sentence is one string of canonical words with single spaces around and between them,
so that a pattern is a plain regular expression over it, and every word still knows its place in the text.

Canonical means: NFKC, case folded, the tone mark moved behind the syllable (so hoà and hòa, uỷ and ủy are one word),
y as i where both are written (kỳ thị, kì thị), invisible characters dropped, drawn-out letters drawn in again.
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate

PAUSES = ",;:"
ENDS = ".?!"
# A sentence without an end (a table, a list of names) is cut, so that no pattern ever walks over a whole book.
_LONGEST = 160

_INVISIBLE = "\u00ad\u180e\u200b-\u200f\u2060-\u2064\ufe0e\ufe0f\ufeff"
_WORD = re.compile(rf"([0-9]+(?:[.,][0-9]+)*|[^\W_](?:[^\W_]|[\u0300-\u036f{_INVISIBLE}])*|[%=+<>≤≥&])")
_DROPPED = re.compile(f"[{_INVISIBLE}]")
_TONES = "\u0300\u0301\u0303\u0309\u0323"
_TONE = re.compile(f"[{_TONES}]")
_MARK = re.compile("[\u0300-\u036f]")
_DRAWN_OUT = re.compile(r"([^\W\d_])\1{2,}")
_PARAGRAPH = re.compile(r"\n\s*(?:\n|[-*•+–#>])")
_COMMA = re.compile(r"[,()\[\]|•—–]|\s-+\s")
# Three single letters in a row are a word spelled out.
_SPELLED = re.compile(r"(?: [^\W\d_](?= )){3,}")
_OPEN_Y = re.compile(r"(qu|[bcdđghklmnpqrstvx]+)y")
# Typed in capitals and nobody's name.
ACRONYMS = frozenset(("hiv", "aids", "arv", "pep", "prep", "opc", "msm", "lgbt", "bhyt"))
# What people type instead of a word, and letters of other alphabets that look like ours.
_SHORT = {
    "ko": "không", "kg": "không", "hok": "không", "hem": "không", "hông": "không", "hổng": "không",
    "ng": "người", "đc": "được", "dc": "được", "vs": "với", "đừg": "đừng", "nhiểm": "nhiễm", "bịnh": "bệnh",
}  # fmt: skip
# A full stop after one of these ends no sentence.
_ABBREVIATIONS = frozenset((
    "tp", "tx", "tt", "q", "p", "gs", "pgs", "ts", "ths", "bs", "bsck", "cn", "dr", "mr", "ms", "mrs", "vd", "ks", "ds",
    "lm", "ht", "tel", "đt", "sđt",
))  # fmt: skip
_LOOK_ALIKE = str.maketrans({"ð": "đ", "ɖ": "đ", "ı": "i"})


@dataclass(slots=True)
class Sentence:
    """One sentence: `text` is " word word , word . ", `words` the same one by one, pauses and closing sign included.

    `begin` is the place of its first word among all words of the source, `signs` says which of its `words` are no words
    of the source but signs, and `edges` are the ends of all gaps and words of the source, one after the other.
    `named`: a word was typed with a capital that no sentence begins with, as names are (HIV and its like apart).
    """

    words: tuple[str, ...]
    begin: int
    signs: tuple[int, ...]
    edges: list[int]
    named: bool
    text: str = field(init=False)

    def __post_init__(self) -> None:
        self.text = f" {' '.join(self.words)} "

    @property
    def accented(self) -> bool:
        """Whether any accent was typed."""
        return not self.text.isascii()

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Where the words `first` to `last` (included) stand in the source; a sign stands where its last word ends."""
        return self._span(first)[0], self._span(last)[1]

    def spans(self) -> list[tuple[int, int]]:
        """The (start, end) of every word in the source."""
        return [self._span(word) for word in range(len(self.words))]

    def word_at(self, position: int) -> int:
        """The number of the word that begins at, or holds, this position of `text`."""
        return self.text.count(" ", 0, position + 1) - 1

    def _span(self, word: int) -> tuple[int, int]:
        signs_before = bisect_left(self.signs, word)
        number = self.begin + word - signs_before
        if self.signs[signs_before : signs_before + 1] == (word,):
            return self.edges[2 * number - 1], self.edges[2 * number - 1]
        return self.edges[2 * number], self.edges[2 * number + 1]


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
def _sign(gap: str, capital: bool) -> str:
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
    """The sentences of a text, in order."""
    pieces = _WORD.split(text)
    typed, gaps = pieces[1::2], pieces[0::2]
    words = list(map(canonical, typed))
    edges = list(accumulate(map(len, pieces)))
    # One byte a word, so that a whole text is looked through at once.
    capitals = bytes([word[0].isupper() and one not in ACRONYMS for word, one in zip(typed, words, strict=True)])
    letters = bytes([len(word) == 1 for word in typed])
    found: list[Sentence] = []
    begin = done = 0
    parts: list[str] = []
    signs: list[int] = []
    for number, sign in _signs(typed, words, gaps):
        parts += words[done:number]
        signs.append(len(parts))
        parts.append(sign)
        done = number
        if sign in ENDS or len(parts) > _LONGEST:
            # The first word of a sentence has a capital anyway; a first word of one letter is somebody's initial.
            inside = begin + (len(typed[begin]) > 1)
            sentence = Sentence(tuple(parts), begin, tuple(signs), edges, 1 in capitals[inside:number])
            found.append(_joined(sentence) if b"\1\1\1" in letters[begin:number] else sentence)
            begin, parts, signs = number, [], []
    return found


def _signs(typed: list[str], words: list[str], gaps: list[str]) -> Iterator[tuple[int, str]]:
    """Every pause and end, with the number of the word that it stands before; the last sign ends the text."""
    last = 0
    for number in [number for number, gap in enumerate(gaps) if gap != " "]:
        if not 0 < number < len(words):
            continue
        gap, word = gaps[number], typed[number]
        if not gap and word == "h" and typed[number - 1].isdigit():
            words[number] = canonical("giờ")  # "72h"
        capital = word[0].isupper() and word[1:2].islower()
        if "." in gap and _goes_on(words[number - 1], capital):
            gap = gap.replace(".", "")
        if sign := _sign(gap, capital):
            yield from ((cut, ".") for cut in range(last + _LONGEST, number, _LONGEST))
            yield number, sign
            last = number
    if words:
        yield from ((cut, ".") for cut in range(last + _LONGEST, len(words), _LONGEST))
        yield len(words), "?" if "?" in gaps[-1] else "."


def _goes_on(word: str, capital: bool) -> bool:
    """Whether a full stop after this word is that of an abbreviation: "TS. Nguyễn", "N. V. A", "chị H. kể"."""
    return word in _ABBREVIATIONS or (len(word) == 1 and word.isalpha() and not capital)


def _joined(sentence: Sentence) -> Sentence:
    """The sentence, with words that were spelled out to hide them (s.i.đ.a, H I V) as one word each."""
    words: list[str] = []
    edges: list[int] = []
    done = 0
    for run in _SPELLED.finditer(sentence.text):
        first, last = sentence.word_at(run.start()), sentence.word_at(run.end()) - 1
        for place in [*((word, word) for word in range(done, first)), (first, last)]:
            words.append("".join(sentence.words[place[0] : place[1] + 1]))
            edges += sentence.span(*place)
        done = last + 1
    if not done:
        return sentence
    for word in range(done, len(sentence.words)):
        words.append(sentence.words[word])
        edges += sentence.span(word, word)
    return Sentence(tuple(words), 0, (), edges, sentence.named)
