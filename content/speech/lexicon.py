"""The lexicon: how abbreviations, foreign words, units and letters are said. Its rows are data an admin may extend."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.resources import files
from typing import Any

from content.speech.page import MARKERS, NUMBER, WORDS

_COLUMNS = {"abbreviation", "expansion", "phonetic", "source"}
_AFTER_NUMBER = re.compile(rf"\s*(?:số:?\s*)?[0-9{NUMBER}]|\s*số:?\s*{WORDS}|\s{WORDS}")
_AFTER_WORD = re.compile(r"\s+([^\W\d_]{2,})")
_COUNTED = re.compile(rf"[0-9{NUMBER}]\s\Z")
_LAST_WORD = re.compile(r"([^\W\d_]+)\s\Z")
_AFTER_NAME = re.compile(r"\s*([^\W\d_])")
_AFTER_PLACE = re.compile(r"\s*([^\W\d_]|[0-9])")
# Before an initial stands a person or another name: "chị H.", "Nguyễn Thị H.", and "người có H." is a person with HIV.
_BEFORE_INITIAL = re.compile(
    r"(?:\b(?:[Aa]nh|[Cc]hị|[Ee]m|[Bb]à|[Ôô]ng|[Cc]ô|[Cc]ậu|[Bb]é|có|tên|người)|\b[A-ZĐÂÔƯ][^\W\d_A-ZĐ][^\W\d_]*)\s*\Z"
)


class LexiconError(Exception):
    """A lexicon that cannot be used; the text is one Vietnamese sentence that says what to mend."""


@dataclass(frozen=True)
class Entry:
    """One row. An empty `expansion` keeps the abbreviation on paper; an empty `phonetic` is said as the expansion.

    `next` limits the row by what follows: "number", "name", "place", "calm" (no word in capitals: "TƯ VẤN" is no
    "trung ương") or the very word; `after` by what stands before: "number" ("300 CN" are workers) or one of the words
    parted by "|". Empty: always.
    """

    abbreviation: str
    expansion: str
    phonetic: str
    source: str
    next: str = ""
    after: str = ""

    @property
    def reader(self) -> str:
        """The words of a person's script."""
        return self.expansion or self.abbreviation

    @property
    def tts(self) -> str:
        """The words a machine is given."""
        return self.phonetic or self.reader

    def holds(self, text: str, start: int, end: int) -> bool:
        """Whether the row applies to the abbreviation at this place of the text."""
        return self._follows(text, start) and self._leads(text, start, end)

    def _follows(self, text: str, start: int) -> bool:
        if not self.after:
            return True
        if self.after == "number":
            return _COUNTED.search(text, max(0, start - 2), start) is not None
        before = _LAST_WORD.search(text, max(0, start - 20), start)
        return before is not None and before.group(1).lower() in self.after.split("|")

    def _leads(self, text: str, start: int, end: int) -> bool:
        if not self.next:
            return True
        if self.next == "number":
            return _AFTER_NUMBER.match(text, end) is not None
        if self.next == "calm":
            after = _AFTER_WORD.match(text, end)
            return after is None or not after.group(1).isupper()
        if self.next == "name":
            after = _AFTER_NAME.match(text, end)
            return after is not None and after.group(1).isupper()
        if self.next == "place":
            after = _AFTER_PLACE.match(text, end)
            if after is None or after.group(1).islower():
                return False
            return after.group(1).isdigit() or _BEFORE_INITIAL.search(text, max(0, start - 12), start) is None
        return re.compile(rf"\s*{re.escape(self.next)}(?![^\W_])").match(text, end) is not None


@dataclass(frozen=True, eq=False)
class Lexicon:
    """All tables of `content/data/lexicon.toml`, ready to be looked up. Equal to itself only, so it can be a key."""

    abbreviations: Mapping[str, tuple[Entry, ...]]
    words: Mapping[str, Entry]
    codes: Mapping[str, str]
    units: Mapping[str, str]
    letters: Mapping[str, str]
    web: Mapping[str, str]
    hashtags: Mapping[str, str]

    @cached_property
    def unit_names(self) -> str:
        """The units as one alternation of a pattern, the longest first."""
        return "|".join(re.escape(unit) for unit in sorted(self.units, key=len, reverse=True))

    def knows(self, token: str) -> bool:
        """Whether some row may hold for this very token."""
        return token in self.abbreviations or token in self.words

    def find(self, token: str, text: str, start: int) -> Entry | None:
        """The entry for a token at a place of the text: an abbreviation in its exact case, or a foreign word."""
        for entry in self.abbreviations.get(token, ()):
            if entry.holds(text, start, start + len(token)):
                return entry
        return self.words.get(token.lower())

    def spell(self, token: str) -> str:
        """A token letter by letter, as its letters are named; what has no name stays."""
        return " ".join(self.letters.get(letter, letter) for letter in token.lower())

    def extended(self, entries: Iterable[Entry]) -> "Lexicon":
        """This lexicon with more abbreviations, which win over its own."""
        table = dict(self.abbreviations)
        for entry in entries:
            table[entry.abbreviation] = (entry, *table.get(entry.abbreviation, ()))
        return replace(self, abbreviations=table)


def load_lexicon(source: str | None = None) -> Lexicon:
    """The lexicon in a TOML text (default: the one that ships with the program). Raises LexiconError."""
    if source is None:
        source = (files("content") / "data" / "lexicon.toml").read_text(encoding="utf-8")
    try:
        tables = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise LexiconError(f"Từ điển viết tắt sai cú pháp TOML ({error}); hãy xem lại dấu nháy và dấu phẩy.") from error
    abbreviations: dict[str, tuple[Entry, ...]] = {}
    for entry in _entries(tables, "abbreviations"):
        abbreviations[entry.abbreviation] = (*abbreviations.get(entry.abbreviation, ()), entry)
    return Lexicon(
        abbreviations=abbreviations,
        words={entry.abbreviation.lower(): entry for entry in _entries(tables, "words")},
        **{name: _strings(tables, name) for name in ("codes", "units", "letters", "web", "hashtags")},
    )


def _entries(tables: Mapping[str, Any], name: str) -> list[Entry]:
    rows = tables.get(name, [])
    if not isinstance(rows, list):
        raise LexiconError(f'Bảng "{name}" của từ điển phải là danh sách các dòng.')
    for row in rows:
        if not isinstance(row, dict) or not _COLUMNS <= set(row) <= _COLUMNS | {"next", "after"}:
            raise LexiconError(f'Mỗi dòng của bảng "{name}" cần đủ các cột {", ".join(sorted(_COLUMNS))}: {row}.')
        if not all(isinstance(cell, str) for cell in row.values()):
            raise LexiconError(f'Mọi cột của bảng "{name}" phải là chữ trong dấu nháy: {row}.')
        if not row["abbreviation"] or re.search(rf"[\s{MARKERS}]", row["abbreviation"]):
            raise LexiconError(f'Cột abbreviation không được trống và không có dấu cách: "{row["abbreviation"]}".')
    return [Entry(**row) for row in rows]


def _strings(tables: Mapping[str, Any], name: str) -> dict[str, str]:
    table = tables.get(name, {})
    if not isinstance(table, dict) or not all(isinstance(value, str) for value in table.values()):
        raise LexiconError(f'Bảng "{name}" của từ điển phải gồm các cặp chữ = "cách đọc".')
    return table


DEFAULT = load_lexicon()
