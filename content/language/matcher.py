"""Finding the rules that match: a sentence is looked up word by word, and only the patterns it can match are tried.

Every pattern has anchors: sets of words and of neighbours ("bắt tay") of which anything it matches has one each. A
sentence's words and neighbours lead to the patterns worth trying.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, pairwise

from content.language.frames import Frames
from content.language.normal import Sentence
from content.language.pattern import Grammar, Pattern
from content.language.rules import Negatable, Rule, RuleSet
from content.language.shapes import DIGIT, DIGITAL, NOMINAL, SHAPES, View, shaped_view

_DIGIT = re.compile("[0-9]")
# Telephone numbers, dates and their like have three digits in a row somewhere.
_DIGITS = re.compile("[0-9]{3}")


Place = tuple[int, int, list[tuple[int, int]]]  # start, end and gaps, in the plain text of a sentence


@dataclass(frozen=True, slots=True)
class Match:
    """A rule that holds for the words `first` to `last` (included) of sentence number `sentence`."""

    rule: Rule
    sentence: int
    first: int
    last: int


class Book:
    """Rules of one set, compiled with one spelling and ready to be looked up."""

    def __init__(self, rules: Iterable[Rule], rule_set: RuleSet, grammar: Grammar) -> None:
        self._masks = [grammar.compile(mask) for mask in rule_set.masks]
        self._frames = Frames(rule_set.frames, grammar)
        # An anchor's bits say which sets it is in; a sentence's bits are those of all anchors in it.
        self._bits: dict[str, int] = {}
        self._sets: dict[frozenset[str], int] = {}
        self._index: dict[str, list[_Entry]] = {}
        self._everywhere: list[_Entry] = []
        for rule in (_Compiled(rule, grammar) for rule in rules):
            far = self._needed(anchors for near in rule.near_text for anchors in near.anchors)
            for pattern in rule.patterns:
                anchors = pattern.anchors.union(*(near.anchors for near in rule.near))
                self._enter(_Entry(rule, pattern, self._needed(anchors), far), grammar.rarest(anchors))

    def _enter(self, entry: "_Entry", anchors: frozenset[str]) -> None:
        for word in anchors:
            self._index.setdefault(word, []).append(entry)
        if not anchors:
            self._everywhere.append(entry)

    def _needed(self, anchors: Iterable[frozenset[str]]) -> int:
        needed = 0
        for one in anchors:
            if one not in self._sets:
                self._sets[one] = 1 << len(self._sets)
                for word in one:
                    self._bits[word] = self._bits.get(word, 0) | self._sets[one]
            needed |= self._sets[one]
        return needed

    def matches(self, source: str, page: Sequence[Sentence], places: Iterable[int]) -> Iterator[Match]:
        """What holds for the sentences at `places` of a text whose sentences are `page`."""
        known = {at: tuple(self._bits.keys() & _anchors_in(page[at])) for at in places}
        nowhere = ~self._bits_of(set(chain.from_iterable(known.values())))
        scenes = _Scenes(source, page)
        for at, words in known.items():
            text, missing = page[at].text, ~self._bits_of(words)
            entries = set(self._everywhere).union(*[self._index[word] for word in words if word in self._index])
            for one in entries:
                # Most patterns end at one of these; only the others are worth a scene.
                if one.near & missing or one.far & nowhere:
                    continue
                if one.pattern.shaped or one.pattern.regex.search(text):
                    yield from self._held(scenes, at, one)

    def _bits_of(self, words: Iterable[str]) -> int:
        bits = 0
        for word in words:
            bits |= self._bits[word]
        return bits

    def _held(self, scenes: "_Scenes", at: int, entry: "_Entry") -> Iterator[Match]:
        scene, rule = scenes[at], entry.rule
        places = scene.places(entry.pattern)
        if not places or not rule.fits(scene, scenes):
            return
        for start, end, gaps in places:
            hidden = any(scene.overlaps(pattern, start, end) for pattern in (*rule.antipatterns, *self._masks))
            if not hidden and not self._turned_round(scenes, at, rule.rule.negatable, (start, end, gaps)):
                yield Match(rule.rule, at, scene.sentence.word_at(start), scene.sentence.word_at(end) - 1)

    def _turned_round(self, scenes: "_Scenes", at: int, negatable: Negatable, place: Place) -> bool:
        start, end, gaps = place
        if self._frames.mentioned(scenes.page[at], start, end):
            return True
        return negatable != Negatable.NO and self._frames.denied(scenes.page, at, start, end, gaps, negatable)


def _anchors_in(sentence: Sentence) -> Iterator[str]:
    """The words and neighbours of a sentence. Shapes are looked for last: they count where they may be."""
    shapes = NOMINAL if sentence.named else frozenset()
    if _DIGIT.search(sentence.text):
        shapes |= {DIGIT, *DIGITAL} if _DIGITS.search(sentence.text) else {DIGIT}
    return chain(sentence.words, map(" ".join, pairwise(sentence.words)), shapes)


class _Compiled:
    """A rule with its patterns compiled: those it is looked up by at once, the others when it is first met."""

    def __init__(self, rule: Rule, grammar: Grammar) -> None:
        self.rule = rule
        self._grammar = grammar
        self.patterns = self._all(rule.patterns)
        self.near = self._all(rule.near)
        self.near_text = self._all(rule.near_text)

    @cached_property
    def antipatterns(self) -> list[Pattern]:
        """See `Rule`."""
        return self._all(self.rule.antipatterns)

    @cached_property
    def unless(self) -> list[Pattern]:
        """See `Rule`."""
        return self._all(self.rule.unless)

    @cached_property
    def unless_text(self) -> list[Pattern]:
        """See `Rule`."""
        return self._all(self.rule.unless_text)

    def _all(self, sources: Iterable[str]) -> list[Pattern]:
        return [self._grammar.compile(source) for source in sources]

    def fits(self, scene: "_Scene", scenes: "_Scenes") -> bool:
        """Whether what the rule wants, and does not want, around its patterns is there."""
        return (
            all(scene.places(near) for near in self.near)
            and not any(scene.holds(unless) for unless in self.unless)
            and all(scenes.hold(near) for near in self.near_text)
            and not any(scenes.hold(unless) for unless in self.unless_text)
        )


@dataclass(frozen=True, eq=False, slots=True)
class _Entry:
    """A pattern of a rule; `near` are the bits that a sentence needs for it, `far` those that the text needs."""

    rule: _Compiled
    pattern: Pattern
    near: int
    far: int


class _Scene:
    """One sentence while its rules are looked for. What was found once is remembered."""

    def __init__(self, source: str, sentence: Sentence) -> None:
        self.sentence = sentence
        self._source = source
        self._places: dict[str, list[Place]] = {}

    @cached_property
    def _may_have_shapes(self) -> bool:
        return self.sentence.named or _DIGIT.search(self.sentence.text) is not None

    @cached_property
    def _anchors(self) -> frozenset[str]:
        # Which shapes there are is for the shaped view to say.
        return frozenset(chain(_anchors_in(self.sentence), SHAPES if self._may_have_shapes else ()))

    @cached_property
    def _shaped(self) -> View:
        return shaped_view(self._source, self.sentence)

    def places(self, pattern: Pattern) -> list[Place]:
        """Where the pattern matches."""
        if pattern.source not in self._places:
            self._places[pattern.source] = list(self._find(pattern))
        return self._places[pattern.source]

    def holds(self, pattern: Pattern) -> bool:
        """Whether the pattern matches. Most that do not lack an anchor, and are then never compiled."""
        return not any(self._anchors.isdisjoint(one) for one in pattern.anchors) and bool(self.places(pattern))

    def overlaps(self, pattern: Pattern, start: int, end: int) -> bool:
        """Whether the pattern matches something of what lies between these positions."""
        return self.holds(pattern) and any(first < end and start < last for first, last, _ in self.places(pattern))

    def _find(self, pattern: Pattern) -> Iterator[Place]:
        if not pattern.shaped or not self._may_have_shapes:
            for match in pattern.regex.finditer(self.sentence.text):
                yield *match.span(), [gap for gap in match.regs[1:] if gap[0] < gap[1]]
            return
        view = self._shaped
        if not any(view.words.isdisjoint(one) for one in pattern.shapes):
            for match in pattern.regex.finditer(view.text):
                gaps = [view.plain_span(gap) for gap in match.regs[1:] if gap[0] < gap[1]]
                yield *view.plain_span(match.span()), gaps


class _Scenes:
    """The sentences of one text as scenes, each made when it is first needed."""

    def __init__(self, source: str, page: Sequence[Sentence]) -> None:
        self.page = page
        self._source = source
        self._scenes: dict[int, _Scene] = {}
        self._holds: dict[str, bool] = {}

    def __getitem__(self, at: int) -> _Scene:
        if at not in self._scenes:
            self._scenes[at] = _Scene(self._source, self.page[at])
        return self._scenes[at]

    def hold(self, pattern: Pattern) -> bool:
        """Whether the pattern matches anywhere in the text."""
        if pattern.source not in self._holds:
            self._holds[pattern.source] = any(self[at].holds(pattern) for at in range(len(self.page)))
        return self._holds[pattern.source]
