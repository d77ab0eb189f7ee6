"""The sheet on which the passes work: the text, what has been read already, and what could not be read.

`left` has the length of the text at every moment. A span that a pass has read is overwritten there with a marker, so a
later pass neither reads it twice nor loses sight of what kind of thing stood there; and every place found in `left` is
a place in the text.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

WORDS, DATE, TIME, NUMBER, PHONE, SCORE = "\ue000", "\ue001", "\ue002", "\ue003", "\ue004", "\ue005"
MARKERS = f"{WORDS}-{SCORE}"
QUANTITIES = f"{DATE}{TIME}{NUMBER}"

# Signs that are only another shape of a plain one; texts keep their own, patterns see the plain one.
_SHAPES = str.maketrans(
    {"\u00a0": " ", "\u202f": " ", "\u2009": " ", "–": "-", "—": "-", "−": "-", "‑": "-", "‐": "-", "’": "'"}
)
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff\ufe0e\ufe0f]")
# A letter with the marks and the invisible signs that follow it.
_CLUSTER = re.compile(
    "[^\u0300-\u036f][\u0300-\u036f\u00ad\u200b-\u200f\u2060\ufeff\ufe0e\ufe0f]*|[\u0300-\u036f]+", re.DOTALL
)
# The full stop of an initial ends no sentence: "bà N.T.H. (45 tuổi)".
_INITIAL = re.compile(r"(?<![^\W_])[A-ZĐ]\.\Z")
# A full stop between two words may make them an address: "10/3.app".
_GLUED = re.compile(r"[^\W_]\.[^\W_]")
# What may stand between a full stop and the first word of the next sentence.
_OPENING = " \t\r-•*\"'“‘”([«"


class Claim(NamedTuple):
    """A span of the text with its words in both forms; `token` is the lexicon's name for it, if it has one."""

    start: int
    end: int
    reader: str
    tts: str
    token: str = ""


@dataclass(frozen=True)
class Remark:
    """A place on the page that could not be read with certainty; `tts_only` where only a machine stumbles."""

    start: int
    end: int
    message: str
    tts_only: bool = False


class Reading(NamedTuple):
    """What a pass makes of one match: the words in both forms (`tts` empty: the same) and a complaint, if any."""

    words: str
    tts: str = ""
    complaint: str = ""


Read = Callable[[re.Match[str]], Reading | str | None]


@dataclass
class Page:
    """One text while it is being read.

    `unsettled` says that the words now around it could make a token readable that was not (a lone "IV", a "P."),
    so that only another reading of the result shows whether it stays.
    """

    text: str
    left: str = ""
    claims: list[Claim] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    unsettled: bool = False
    _signs: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self.left = self.text.translate(_SHAPES)
        self._signs = frozenset(self.left)

    def has(self, signs: str) -> bool:
        """Whether the text had any of these signs, so that a pattern which needs one is worth trying."""
        return not self._signs.isdisjoint(signs)

    def read(self, pattern: re.Pattern[str], read: Read, marker: str = WORDS) -> bool:
        """Claim every match that `read` has words for; the span is the group "it" where the pattern has one."""
        group = "it" if "it" in pattern.groupindex else 0
        claims = []
        for match in pattern.finditer(self.left):
            reading = read(match)
            if reading is None:
                continue
            if isinstance(reading, str):
                reading = Reading(reading)
            start, end = match.span(group)
            claims.append(Claim(start, end, reading.words, reading.tts or reading.words))
            if reading.complaint:
                blank = end - start - len(self.text[start:end].lstrip())
                self.remarks.append(Remark(start + blank, end, reading.complaint))
        self.claim(claims, marker)
        return bool(claims)

    def claim(self, claims: list[Claim], marker: str = WORDS) -> None:
        """Take these spans, which come in order and do not overlap."""
        if not claims:
            return
        pieces, at = [], 0
        for claim in claims:
            pieces += [self.left[at : claim.start], marker * (claim.end - claim.start)]
            at = claim.end
        self.left = "".join([*pieces, self.left[at:]])
        self.claims += claims

    def settle(self) -> None:
        """Put the claims in the order of the text, once all passes are done."""
        self.claims.sort()

    def compose(self, tts: bool) -> str:
        """The whole text with the claims in their words, apart from their neighbours and capital after a full stop."""
        out, at = [""], 0
        for claim in self.claims:
            self._append(out, self.text[at : claim.start], apart=at > 0)
            words = claim.tts if tts else claim.reader
            if self._begins_sentence(claim) and words != self.text[claim.start : claim.end]:
                words = words[:1].upper() + words[1:]
            self._append(out, words, apart=True)
            at = max(at, claim.end)
        self._append(out, self.text[at:], apart=at > 0)
        said = "".join(out)
        self.unsettled |= _GLUED.search(said) is not None
        return said

    def _append(self, out: list[str], piece: str, apart: bool) -> None:
        """Add a piece; two pieces that would grow into one word are kept apart by a space."""
        if apart and piece and out[-1][-1:].isalnum() and piece[0].isalnum():
            out.append(" ")
            self.unsettled = True
        if piece:
            out.append(piece)

    def _begins_sentence(self, claim: Claim) -> bool:
        if self.text[claim.start : claim.start + 1].islower():
            return False
        window = self.left[max(0, claim.start - 16) : claim.start]
        before = window.rstrip(_OPENING)
        if not before or before[-1] == "\n":
            return True
        stop = claim.start - len(window) + len(before)
        return before[-1] in ".!?" and stop < claim.start and not _INITIAL.search(self.text, max(0, stop - 2), stop)


def clean(text: str) -> tuple[str, list[int] | None]:
    """The text in NFC without invisible signs, and for each place in it the place in the input (None: the same)."""
    if unicodedata.is_normalized("NFC", text) and not _INVISIBLE.search(text):
        return text, None
    pieces: list[str] = []
    places: list[int] = []
    for match in _CLUSTER.finditer(text):
        piece = unicodedata.normalize("NFC", _INVISIBLE.sub("", match.group()))
        pieces.append(piece)
        places += [match.start()] * len(piece)
    return "".join(pieces), [*places, len(text)]
