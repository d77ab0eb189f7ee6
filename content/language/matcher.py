"""Finding the rules that match: a sentence is looked up word by word, and only the patterns it can match are tried.

Every pattern has anchors, words of which one is in anything it matches; a sentence's words lead to the patterns to try.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from content.language.frames import Frames
from content.language.normal import Sentence
from content.language.pattern import Grammar, Pattern
from content.language.rules import Negatable, Rule, RuleSet
from content.language.shapes import View, plain_view, shaped_view


@dataclass(frozen=True, slots=True)
class Match:
    """A rule that holds for the words `first` to `last` (included) of a sentence."""

    rule: Rule
    first: int
    last: int


class _Scene:
    """One sentence of a text while its rules are looked for: its views are made once, when first needed."""

    def __init__(self, source: str, page: Sequence[Sentence], at: int) -> None:
        self.source, self.page, self.at = source, page, at
        self.sentence = page[at]

    @cached_property
    def plain(self) -> View:
        return plain_view(self.sentence)

    @cached_property
    def shaped(self) -> View:
        return shaped_view(self.source, self.sentence)

    def finds(self, pattern: Pattern) -> Iterator[tuple[int, int, list[tuple[int, int]]]]:
        """Start, end and gaps of every match, as positions of the plain text of the sentence."""
        view = self.shaped if pattern.shaped else self.plain
        for match in pattern.regex.finditer(view.text):
            gaps = [span for span in match.regs[1:] if span[0] < span[1]]
            if pattern.shaped:
                yield *view.plain_span(match.span()), [view.plain_span(gap) for gap in gaps]
            else:
                yield *match.span(), gaps

    def holds(self, pattern: Pattern) -> bool:
        """Whether the pattern occurs in the sentence."""
        view = self.shaped if pattern.shaped else self.plain
        return pattern.regex.search(view.text) is not None


class Book:
    """Rules of one set, compiled with one spelling and ready to be looked up."""

    def __init__(self, rules: Iterable[Rule], rule_set: RuleSet, grammar: Grammar) -> None:
        self._rules = [_Compiled(rule, grammar) for rule in rules]
        self._masks = [grammar.compile(mask) for mask in rule_set.masks]
        self._frames = Frames(rule_set.frames, grammar)
        self._patterns: list[tuple[_Compiled, Pattern]] = []
        self._index: dict[str, list[int]] = {}
        self._everywhere: list[int] = []
        for rule in self._rules:
            for pattern in rule.patterns:
                anchors = grammar.rarer(pattern, rule.near)
                for word in anchors or ():
                    self._index.setdefault(word, []).append(len(self._patterns))
                if not anchors:
                    self._everywhere.append(len(self._patterns))
                self._patterns.append((rule, pattern))
        self._words = frozenset(self._index)

    def matches(self, source: str, page: Sequence[Sentence], at: int) -> Iterator[Match]:
        """What holds for sentence `at` of a text whose sentences are `page`."""
        numbers = set(self._everywhere)
        for word in self._words.intersection(page[at].text.split()):
            numbers.update(self._index[word])
        if not numbers:
            return
        scene = _Scene(source, page, at)
        for number in sorted(numbers):
            rule, pattern = self._patterns[number]
            for start, end, gaps in scene.finds(pattern):
                if self._stands(scene, rule, start, end, gaps):
                    yield Match(rule.rule, scene.sentence.word_at(start), scene.sentence.word_at(end) - 1)

    def _stands(self, scene: _Scene, rule: "_Compiled", start: int, end: int, gaps: list[tuple[int, int]]) -> bool:
        return (
            all(scene.holds(near) for near in rule.near)
            and not any(scene.holds(unless) for unless in rule.unless)
            and not any(_overlaps(scene, pattern, start, end) for pattern in (*rule.antipatterns, *self._masks))
            and all(_anywhere(scene, near) for near in rule.near_text)
            and not any(_anywhere(scene, unless) for unless in rule.unless_text)
            and not self._turned_round(scene, rule.rule.negatable, start, end, gaps)
        )

    def _turned_round(
        self, scene: _Scene, negatable: Negatable, start: int, end: int, gaps: list[tuple[int, int]]
    ) -> bool:
        if self._frames.mentioned(scene.sentence, start, end):
            return True
        if negatable == Negatable.NO:
            return False
        return self._frames.denied(scene.page, scene.at, start, end, gaps, negatable)


class _Compiled:
    """A rule with its patterns compiled."""

    def __init__(self, rule: Rule, grammar: Grammar) -> None:
        self.rule = rule
        self.patterns = [grammar.compile(source) for source in rule.patterns]
        self.antipatterns = [grammar.compile(source) for source in rule.antipatterns]
        self.near = [grammar.compile(source) for source in rule.near]
        self.near_text = [grammar.compile(source) for source in rule.near_text]
        self.unless_text = [grammar.compile(source) for source in rule.unless_text]
        self.unless = [grammar.compile(source) for source in rule.unless]


def _overlaps(scene: _Scene, pattern: Pattern, start: int, end: int) -> bool:
    return any(first < end and start < last for first, last, _ in scene.finds(pattern))


def _anywhere(scene: _Scene, pattern: Pattern) -> bool:
    return any(_Scene(scene.source, scene.page, at).holds(pattern) for at in range(len(scene.page)))
