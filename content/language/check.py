"""The language check: what in a text would hurt or mislead, where, why, and what to say instead."""

from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from content.language.matcher import Book, Match
from content.language.normal import Sentence, fold, sentences
from content.language.pattern import Grammar
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
        self._accented = Book(heard, rules, Grammar(rules.classes, rules.frequent))
        bare = [rule for rule in heard if rule.unaccented]
        self._bare = Book(bare, rules, Grammar(rules.classes, rules.frequent, fold))

    def findings(self, text: str) -> list[Finding]:
        """See `check`."""
        page = sentences(text)
        found: list[Finding] = []
        for at, sentence in enumerate(page):
            for match in self._accented.matches(text, page, at):
                found.append(self._finding(text, sentence, match))
            if not sentence.accented:
                for match in self._bare.matches(text, page, at):
                    found.append(self._finding(text, sentence, match))
        return _without_overlaps(found)

    def _finding(self, text: str, sentence: Sentence, match: Match) -> Finding:
        rule = match.rule
        start, end = sentence.spans[match.first][0], sentence.spans[match.last][1]
        severity = rule.severity[self._register]
        return Finding(rule.id, severity, start, end, text[start:end], rule.reason, rule.alternatives)


def _without_overlaps(found: Sequence[Finding]) -> list[Finding]:
    """The gravest findings, then the longest, then the first, as far as they do not overlap; in order of place."""
    kept: list[Finding] = []
    for finding in sorted(found, key=lambda one: (-_WEIGHT[one.severity], one.start - one.end, one.start)):
        place = bisect(kept, finding.start, key=lambda one: one.start)
        before_ends = kept[place - 1].end if place else 0
        after_begins = kept[place].start if place < len(kept) else finding.end
        if before_ends <= finding.start and finding.end <= after_begins:
            kept.insert(place, finding)
    return kept
