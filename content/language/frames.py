"""Frames: the words around a match that turn it round, so that what was found is not what the text says.

A frame denies ("HIV không lây qua muỗi đốt", "Hiểu lầm: ... Sự thật: ..."), asks ("Muỗi đốt có lây HIV không?") or
talks about a word instead of using it ("Đừng gọi họ là ..."). The words are data: content/data/language/frames.toml.
"""

import re
from collections.abc import Mapping, Sequence

from content.language.normal import Sentence
from content.language.pattern import Grammar
from content.language.rules import Negatable

_WORD = r"(?: (?![,;:.?/] )[^ ]+)"
# What stands between a denial and the last member of a list of things denied: "kỳ thị, xa lánh hay hắt hủi".
_LIST = re.compile(rf"{_WORD}{{1,6}}?(?: [,/]{_WORD}{{1,6}}?)*? [,/]")
_CLAUSE = re.compile(rf"{_WORD}*")
_LABEL_LENGTH = 8
# So many words may stand between a denial far ahead and what it denies.
_REACH = 14

Gaps = Sequence[tuple[int, int]]


class Frames:
    """The frames of one rule set, compiled. Positions are those of `Sentence.text`, a match without its last space."""

    def __init__(self, data: Mapping[str, list[str]], grammar: Grammar) -> None:
        def any_of(name: str) -> str:
            return grammar.either(data[name]).plain.removesuffix("(?= )")

        negator, filler, end = any_of("negators"), any_of("fillers"), "(?= )"
        self._no_denial = re.compile(any_of("no_denial") + end)
        self._breaks = re.compile(any_of("breaks") + end)
        self._negator = re.compile(negator + end)
        self._just_before = re.compile(f"{negator}(?:{filler})*$")
        self._list_before = re.compile(f"{negator}{_LIST.pattern}$")
        act_negator, suffered = any_of("act_negators"), any_of("suffered")
        self._act_negator = re.compile(act_negator + end)
        self._act_before = re.compile(f"(?:{act_negator}|{suffered})(?:(?:{filler})*|{_LIST.pattern})$")
        self._wide = re.compile(any_of("wide_negators") + end)
        self._untrue = re.compile(any_of("called_untrue") + end)
        self._rejected_after = re.compile(any_of("rejected_after") + end)
        self._question = re.compile(any_of("questions") + end)
        self._label = re.compile(any_of("myth_labels") + end)
        self._false_belief = re.compile(any_of("false_beliefs") + end)
        self._belief = re.compile(any_of("beliefs") + end)
        self._refuted = re.compile(any_of("refutations") + end)
        self._refuted_belief = re.compile(any_of("belief_refutations") + end)
        self._mention_before = re.compile(any_of("mention_before") + end)
        self._mention_stop = re.compile(any_of("mention_stop") + end)
        self._mention_lead = re.compile(any_of("mention_lead") + end)
        self._mention_after = re.compile(any_of("mention_after") + end)

    def mentioned(self, sentence: Sentence, start: int, end: int) -> bool:
        """Whether the sentence talks about these words, to reject them, and does not use them."""
        text = sentence.text
        begin = self._clause_start(text, start)
        for before in self._mention_before.finditer(text, begin, start + 1):
            if before.end() <= start and not self._mention_stop.search(text, before.end(), start + 1):
                return True
        if not (after := self._mention_after.search(text, end)) or text.count(" ", end, after.start()) > 4:
            return False
        return any(
            lead.end() <= start and text.count(" ", lead.end(), start) <= 6
            for lead in self._mention_lead.finditer(text, begin, start + 1)
        )

    def denied(self, page: Sequence[Sentence], at: int, start: int, end: int, gaps: Gaps, kind: Negatable) -> bool:
        """Whether what sentence `at` says from `start` to `end` is denied, asked or called a myth around these words.

        `gaps` are the places inside the match; `kind` says which denials count.
        """
        text = page[at].text
        return (
            self._called_untrue(page, at, start, end)
            or (kind != Negatable.MYTH and self._negated(text, start))
            or (kind in (Negatable.YES, Negatable.ACT) and self._negated_inside(text, gaps))
            or (kind == Negatable.ACT and self._called_to_end(text, start, gaps))
        )

    def _called_untrue(self, page: Sequence[Sentence], at: int, start: int, end: int) -> bool:
        text = page[at].text
        before = page[at - 1].text if at else ""
        after = page[at + 1].text if at + 1 < len(page) else ""
        return bool(
            self._rejected_after.search(text, end)
            or (text.endswith("? ") and self._question.search(text))
            or self._label.match(text)
            or (before.count(" ") <= _LABEL_LENGTH and self._label.match(before))
            or self._refuted.match(after)
            or self._false_belief.search(text, 0, end + 1)
            or (self._belief.search(text, 0, end + 1) and self._refuted_belief.match(after))
            or self._from_afar(self._untrue, text, start)
        )

    def _negated(self, text: str, start: int) -> bool:
        lead = self._without_false_denials(text)[self._clause_start(text, start) : start]
        if self._just_before.search(lead) or self._list_before.search(lead):
            return True
        return self._from_afar(self._wide, self._without_false_denials(text), start)

    def _negated_inside(self, text: str, gaps: Gaps) -> bool:
        plain = self._without_false_denials(text)
        return any(self._negator.search(plain, start, end + 1) for start, end in gaps)

    def _called_to_end(self, text: str, start: int, gaps: Gaps) -> bool:
        if self._act_before.search(text[self._clause_start(text, start) : start]):
            return True
        return any(self._act_negator.search(text, start, end + 1) for start, end in gaps)

    def _from_afar(self, denial: re.Pattern[str], text: str, start: int) -> bool:
        """Whether a denial stands ahead in the clause of `start`, or at the head of a list that `start` belongs to."""
        for found in denial.finditer(text, self._clause_start(text, start), start + 1):
            between = text[found.end() : start]
            near = found.end() <= start and between.count(" ") <= _REACH
            if near and (_CLAUSE.fullmatch(between) or _LIST.fullmatch(between)):
                return True
        return False

    def _clause_start(self, text: str, start: int) -> int:
        ends = (found.end() for found in self._breaks.finditer(text, 0, start + 1))
        return max((end for end in ends if end <= start), default=0)

    def _without_false_denials(self, text: str) -> str:
        """The text with words that only look like a denial ("không khí", "không chỉ") struck out."""
        return self._no_denial.sub(lambda found: " " + "-" * (len(found.group()) - 1), text)
