"""The pattern language of the rules, made for a reviewer to read and compiled to regular expressions.

==========  ======================================================================
si đa       these words, whole and next to each other
(a|b c)     one of these
[x|y]       one of these, or nothing
{class}     a phrase of this class (classes*.toml; classes may use classes)
...         up to 4 words of the same clause; ...8 up to 8; ...,8 up to 8 that may go past pauses
^           here a clause begins (the start of the sentence, or after a pause)
,           a pause of any kind; : and ; this one. Without it no pattern goes past a pause
. ?         the end of the sentence
<number>    digits; <number 73+> at least 73, <number 1-3> from 1 to 3
<name>      a token with a shape, such as a person's name (content/language/shapes.py)
<!a|b c>    here, if none of these stands directly before
==========  ======================================================================

Words are compared in their canonical spelling (content/language/normal.py), so any way of writing them will do.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from threading import RLock

from content.language.normal import ENDS, PAUSES, canonical, sentences
from content.language.shapes import CAPITAL, DIGIT, DIGITAL, SHAPES

_LEXEME = re.compile(
    r"\.\.\.,?\d*|\{[a-z_0-9]+\}|<[a-z_]+(?: [0-9+-]+)?>|<![^<>]+>"
    r"|[()\[\]|^,;:?]|\.(?=\s|$|[)\]|])|[^\s()\[\]|{}<>,;:?^]+|\S"
)
_SIGNS = (*PAUSES, *ENDS, "/")
_GAP = 4
# A shape or a digit counts as so many rare words when the words to look a pattern up by are chosen.
_SHAPE_WEIGHT = 1000
_GAP_SIGN = re.compile(r"\.\.\.(,?)(\d*)")
_WORD = r" (?![,;:.?] )[^ ]+"
_WORD_OR_PAUSE = r" (?![.?] )[^ ]+"
# After every word: where the shaped view marks a capital, and the plain one has nothing.
_CAPITAL = "\ue000"
# Plain words and nothing else.
_PHRASE = re.compile(rf"(?: [^ ()|\[\]?*+\\{_CAPITAL}]+{_CAPITAL})+")
_SHAPE = re.compile(r"<([a-z_]+)>")
_NUMBER = re.compile(r"<number(?: ([0-9]+)(?:(\+)|-([0-9]+)))?>")


class PatternError(Exception):
    """A pattern that cannot be read; the text is one Vietnamese sentence that says what to mend."""


@dataclass(frozen=True)
class Part:
    """A piece of a pattern: a regular expression in which every word brings the space before it.

    Every match holds a word, or two neighbours ("bắt tay"), of each of the sets in `anchors`. `words` are all its words
    if it is nothing but words.
    """

    regex: str
    anchors: frozenset[frozenset[str]] = frozenset()
    shaped: bool = False
    words: tuple[str, ...] = ()

    @property
    def plain(self) -> str:
        """The expression for canonical text, up to the end of a word."""
        return self.regex.replace(_CAPITAL, "") + "(?= )"

    @property
    def marked(self) -> str:
        """The expression for the shaped view."""
        return self.regex.replace(_CAPITAL, f"{CAPITAL}?") + "(?= )"


@dataclass(frozen=True)
class Pattern:
    """A compiled pattern. `shaped`: it names a shape, and so is matched against the shaped view of a sentence."""

    source: str
    part: Part

    @cached_property
    def shaped(self) -> bool:
        """Whether the pattern names a shape."""
        return self.part.shaped

    @cached_property
    def shapes(self) -> list[frozenset[str]]:
        """One shape of each of these sets is in every shaped view that the pattern matches."""
        return [one for one in self.anchors if one <= SHAPES]

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """Matches inside `Sentence.text`, from the space before the first word to the end of the last one."""
        return re.compile(self.part.marked if self.part.shaped else self.part.plain)

    @property
    def anchors(self) -> frozenset[frozenset[str]]:
        """Every sentence that the pattern matches has a word, or two neighbours, of each of these sets."""
        return self.part.anchors


class Grammar:
    """Compiles patterns: knows the classes, which words are too frequent to look up, and how words are spelled."""

    def __init__(
        self,
        classes: Mapping[str, list[str]],
        frequent: Sequence[str] = (),
        spell: Callable[[str], str] = str,
    ) -> None:
        self._classes = classes
        self._weights = {spell(canonical(word)): len(frequent) - place for place, word in enumerate(frequent)}
        self._spell = spell
        self._parts: dict[str, Part] = {}
        self._literals: dict[str, Part] = {}
        self._patterns: dict[str, Pattern] = {}
        self._costs: dict[frozenset[str], int] = {}
        self._open: list[str] = []
        # Threads share a grammar, and each would take the classes that another is reading for a loop.
        self._lock = RLock()

    def compile(self, source: str) -> Pattern:
        """The pattern of one line. Raises PatternError."""
        with self._lock:
            if source not in self._patterns:
                self._patterns[source] = Pattern(source, self._read(source))
            return self._patterns[source]

    def either(self, sources: list[str]) -> Part:
        """Any of these patterns."""
        with self._lock:
            return self._either([self._read(source) for source in sources])

    def rarest(self, anchors: Iterable[frozenset[str]]) -> frozenset[str]:
        """The set whose words are met least often; empty if there is none."""
        return min(anchors, key=self._cost, default=frozenset())

    def _read(self, source: str) -> Part:
        lexemes = _LEXEME.findall(source)
        part, rest = self._choice(lexemes, 0, source)
        if rest != len(lexemes):
            raise PatternError(f'Mẫu "{source}" thừa dấu "{lexemes[rest]}"; hãy xem lại các dấu ngoặc.')
        if not part.regex:
            raise PatternError(f'Mẫu "{source}" không có từ nào; hãy viết ít nhất một từ.')
        return part

    def _choice(self, lexemes: list[str], at: int, source: str) -> tuple[Part, int]:
        parts: list[Part] = []
        while True:
            part, at = self._sequence(lexemes, at, source)
            parts.append(part)
            if at == len(lexemes) or lexemes[at] != "|":
                return self._either(parts), at
            at += 1

    def _sequence(self, lexemes: list[str], at: int, source: str) -> tuple[Part, int]:
        parts: list[Part] = []
        while at < len(lexemes) and lexemes[at] not in ("|", ")", "]"):
            if (opening := lexemes[at]) in ("(", "["):
                part, at = self._choice(lexemes, at + 1, source)
                if at == len(lexemes) or lexemes[at] != {"(": ")", "[": "]"}[opening]:
                    raise PatternError(f'Mẫu "{source}" có ngoặc mở mà không đóng; hãy đóng ngoặc.')
                parts.append(Part(f"(?:{part.regex})?", shaped=part.shaped) if opening == "[" else part)
            else:
                parts.append(self._item(lexemes[at], source))
            at += 1
        if len(parts) == 1:
            return parts[0], at
        anchors = {anchor for part in parts for anchor in part.anchors}
        for left, right in pairwise(parts):
            if left.words and right.words:
                anchors.add(frozenset([f"{left.words[-1]} {right.words[0]}"]))
        words = tuple(word for part in parts for word in part.words) if all(part.words for part in parts) else ()
        regex, shaped = "".join(part.regex for part in parts), any(part.shaped for part in parts)
        return Part(regex, frozenset(anchors), shaped, words), at

    def _item(self, lexeme: str, source: str) -> Part:
        if gap := _GAP_SIGN.fullmatch(lexeme):
            # The only groups that capture, so that a reader of the match can tell the gaps from the words.
            return Part(f"((?:{_WORD_OR_PAUSE if gap[1] else _WORD}){{0,{gap[2] or _GAP}}}?)")
        if number := _NUMBER.fullmatch(lexeme):
            return Part(f" {_number(number)}", frozenset([frozenset([DIGIT])]))
        if lexeme == "^":
            return Part(r"(?:(?<=^)|(?<= [,;:]))")
        if lexeme == ",":
            return Part(" [,;:]")
        if lexeme in _SIGNS:
            return Part(re.escape(" " + lexeme))
        if lexeme == "<cap>":
            return Part(f" [^ ]+{CAPITAL}", shaped=True)
        if _SHAPE.fullmatch(lexeme):
            digits = [frozenset([DIGIT])] if lexeme in DIGITAL else []
            return Part(" " + lexeme, frozenset([frozenset([lexeme]), *digits]), shaped=True)
        if lexeme.startswith("<!"):
            return Part("".join(f"(?<!{self._words(phrase, source)})" for phrase in lexeme[2:-1].split("|")))
        if lexeme.startswith("{") and lexeme.endswith("}"):
            return self._class(lexeme[1:-1], source)
        if lexeme not in self._literals:
            self._literals[lexeme] = self._literal(lexeme, source)
        return self._literals[lexeme]

    def _literal(self, lexeme: str, source: str) -> Part:
        words = self._words(lexeme, source).split()
        regex = "".join(f" {re.escape(word)}{_CAPITAL}" for word in words)
        anchors = frozenset(frozenset([anchor]) for anchor in (*words, *map(" ".join, pairwise(words))))
        return Part(regex, anchors, words=tuple(words))

    def _words(self, phrase: str, source: str) -> str:
        """A phrase in canonical words, each with the space before it."""
        words: list[str] = []
        for piece in phrase.split():
            if piece in _SIGNS:
                words.append(piece)
            else:
                words += [self._spell(word) for sentence in sentences(piece) for word in sentence.text.split()[:-1]]
        if not words:
            raise PatternError(f'Mẫu "{source}" có dấu lạ "{phrase}"; hãy bỏ đi hoặc viết thành từ.')
        return "".join(f" {word}" for word in words)

    def _class(self, name: str, source: str) -> Part:
        if name not in self._parts:
            if name not in self._classes:
                raise PatternError(f'Mẫu "{source}" dùng lớp từ chưa có: {{{name}}}; hãy thêm vào classes.toml.')
            if name in self._open:
                raise PatternError(f"Lớp từ {{{name}}} dùng lại chính nó; hãy bỏ vòng lặp.")
            self._open.append(name)
            self._parts[name] = self._either([self._read(phrase) for phrase in self._classes[name]])
            self._open.pop()
        return self._parts[name]

    def _either(self, parts: list[Part]) -> Part:
        if len(parts) == 1:
            return parts[0]
        # The longest first, so that a match takes in all of a name ("HIV/AIDS", not "HIV").
        regexes = sorted({part.regex for part in parts}, key=lambda regex: (-len(regex), regex))
        phrases = [regex for regex in regexes if _PHRASE.fullmatch(regex)]
        if len(phrases) > 1:
            regexes = [regex for regex in regexes if regex not in phrases] + [_tree(phrases)]
        # One word of each alternative will do, where every alternative has one that is certain.
        sets = [self.rarest(part.anchors) for part in parts]
        anchors = frozenset([frozenset().union(*sets)]) if all(sets) else frozenset()
        return Part(f"(?:{'|'.join(regexes)})", anchors, any(part.shaped for part in parts))

    def _weight(self, word: str) -> int:
        if word in SHAPES or word == DIGIT:
            return _SHAPE_WEIGHT
        # Two neighbours are met no more often than either of them.
        return min(self._weights.get(part, 1) for part in word.split()) - (" " in word)

    def _cost(self, anchors: frozenset[str]) -> int:
        if anchors not in self._costs:
            self._costs[anchors] = sum(map(self._weight, anchors))
        return self._costs[anchors]


def _number(sign: re.Match[str]) -> str:
    low, open_end, high = sign.groups()
    if open_end:
        return rf"(?:{'|'.join(_at_least(low))}|[1-9][0-9]{{0,2}}(?:\.[0-9]{{3}})+)"
    if low:
        return f"(?:{'|'.join(str(number) for number in range(int(low), int(high) + 1))})"
    return "[0-9]+(?:[.,][0-9]+)*"


def _at_least(low: str) -> list[str]:
    """Expressions for every whole number from `low` up: for 73 these are 73, 7[4-9], [8-9][0-9] and three digits on."""
    ranges = [low, f"[1-9][0-9]{{{len(low)},}}"]
    for place, digit in enumerate(low):
        if digit != "9":
            ranges.append(f"{low[:place]}[{int(digit) + 1}-9]" + "[0-9]" * (len(low) - place - 1))
    return ranges


def _tree(phrases: Iterable[str]) -> str:
    """One expression for any of these phrases: every common beginning stands once, and longer ones are tried first."""
    branches: dict[str, list[str]] = {}
    for phrase in phrases:
        first, _, rest = phrase.partition(_CAPITAL)
        branches.setdefault(first + _CAPITAL, []).append(rest)
    return "|".join(first + _rest(rests) for first, rests in sorted(branches.items()))


def _rest(rests: list[str]) -> str:
    longer = [rest for rest in rests if rest]
    if not longer:
        return ""
    return f"(?:{_tree(longer)})" + ("?" if "" in rests else "")
