"""The language check: what in a text would hurt or mislead, where, why, and what to say instead."""

from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from content.language.matcher import Book, Match
from content.language.normal import Sentence, sentences
from content.language.rules import REGISTERS, RuleSet, Severity, shipped_rules

_WEIGHT = {Severity.ERROR: 3, Severity.WARNING: 2, Severity.SUGGESTION: 1, Severity.OFF: 0}


@dataclass(frozen=True)
class Finding:
    """One place of a text where a rule applies: `text` is text[start:end], counted in code points."""

    rule: str
    severity: Severity
    start: int
    end: int
    text: str
    message: str
    alternatives: tuple[str, ...]


def check(text: str, register: str = "public", rules: RuleSet | None = None) -> list[Finding]:
    """The findings in a text, in order, none overlapping another: the gravest stays, then the longest.

    `register` is "public", "official" (plans and reports) or "testimony" (people speaking of themselves).
    Raises ValueError for another register, and for nothing else.
    """
    if register not in REGISTERS:
        raise ValueError(f'Không có giọng văn "{register}"; hãy chọn public, official hoặc testimony.')
    return _checker(rules or shipped_rules(), register).findings(text)


@lru_cache(maxsize=8)
def _checker(rules: RuleSet, register: str) -> "_Checker":
    return _Checker(rules, register)


class _Checker:
    """A rule set made ready for one register."""

    def __init__(self, rules: RuleSet, register: str) -> None:
        self._register = register
        heard = [rule for rule in rules.rules.values() if rule.severity[register] != Severity.OFF]
        self._rules, self._heard = rules, heard
        self._accented = Book(heard, rules, rules.grammar)

    @cached_property
    def _bare(self) -> Book:
        """For sentences without accents: the rules that know their words without them, too."""
        return Book([rule for rule in self._heard if rule.unaccented], self._rules, self._rules.bare_grammar)

    def findings(self, text: str) -> list[Finding]:
        """See `check`."""
        page = sentences(text)
        matches = list(self._accented.matches(text, page, range(len(page))))
        if bare := [at for at, sentence in enumerate(page) if not sentence.accented]:
            matches += self._bare.matches(text, page, bare)
        return _without_overlaps([self._finding(text, page, match) for match in matches])

    def _finding(self, text: str, page: Sequence[Sentence], match: Match) -> Finding:
        rule = match.rule
        start, end = page[match.sentence].span(match.first, match.last)
        severity = rule.severity[self._register]
        return Finding(rule.id, severity, start, end, text[start:end], rule.reason, rule.alternatives)


def _without_overlaps(found: Sequence[Finding]) -> list[Finding]:
    """The gravest findings, then the longest, then the first, as far as they do not overlap; in order of place."""
    kept: list[Finding] = []
    for finding in sorted(found, key=lambda one: (-_WEIGHT[one.severity], one.start - one.end, one.start, one.rule)):
        place = bisect(kept, finding.start, key=lambda one: one.start)
        before_ends = kept[place - 1].end if place else 0
        after_begins = kept[place].start if place < len(kept) else finding.end
        if before_ends <= finding.start and finding.end <= after_begins:
            kept.insert(place, finding)
    return kept
