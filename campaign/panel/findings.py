"""What the language check finds, as pages show it: by passage, marked in the words, and as one types."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from markupsafe import Markup, escape

from campaign import clearance, local_facts
from campaign.clearance import Remark
from campaign.house_rules import rules_in_force
from campaign.local_facts import Gap
from campaign.models import Revision
from campaign.panel.labels import Look
from content.language import REGISTERS, Finding, Severity, check
from content.message import Message as Content

SEVERITIES: Mapping[str, Look] = {
    Severity.ERROR: Look("Lỗi", "exclamation-octagon", "red"),
    Severity.WARNING: Look("Cảnh báo", "exclamation-triangle", "amber"),
    Severity.SUGGESTION: Look("Gợi ý", "lightbulb", "blue"),
}
# More than a form has fields, and than anybody writes into one: what lies beyond is not looked at.
MOST_FIELDS, MOST_LETTERS = 200, 65_000
_BRACKETED = re.compile(r"\[[^\[\]\n]+\]")


@dataclass(frozen=True)
class Standing:
    """How a revision stands before an approver: its findings by passage, and all that keeps it from being approved.

    `errors` are the findings that block; `gaps` are local facts; `others` are sentences about consent and recall.
    """

    passages: Mapping[str, Sequence[Remark]]
    errors: Sequence[Remark]
    gaps: Sequence[Gap]
    others: Sequence[str]

    @property
    def obstacles(self) -> int:
        """How many things have to be mended, or waived, before an approval."""
        return len(self.errors) + len(self.gaps) + len(self.others)

    @property
    def waivable(self) -> Sequence[Remark]:
        """The first error of each rule: a waiver lets all that a rule finds pass."""
        first: dict[str, Remark] = {}
        for remark in self.errors:
            first.setdefault(remark.finding.rule, remark)
        return list(first.values())

    @property
    def rules(self) -> frozenset[str]:
        """The rules that found something."""
        return frozenset(remark.finding.rule for found in self.passages.values() for remark in found)


def standing(revision: Revision, content: Content, day: date) -> Standing:
    """How a revision stands on a local day."""
    passages: dict[str, list[Remark]] = {}
    for remark in clearance.remarks(content, content_hash=revision.content_hash):
        passages.setdefault(remark.passage, []).append(remark)
    blocking = [remark for found in passages.values() for remark in found if remark.blocks]
    gaps = local_facts.gaps_of_message(revision.message, content, day)
    known = {remark.sentence for remark in blocking} | {gap.sentence for gap in gaps}
    return Standing(
        passages=passages,
        errors=blocking,
        gaps=gaps,
        others=[sentence for sentence in clearance.obstacles(revision, day) if sentence not in known],
    )


def as_typed(fields: Any, register: Any) -> dict[str, list[dict[str, Any]]]:
    """The findings in texts by the name of their field, as plain JSON values; offsets count code points of the text
    as it was sent. What is no text is passed over; an unknown register counts as the public one."""
    named = list(fields.items())[:MOST_FIELDS] if isinstance(fields, dict) else []
    rules, register = rules_in_force(), register if register in REGISTERS else "public"
    return {
        name: [_plain(finding) for finding in check(text[:MOST_LETTERS], register, rules)]
        for name, text in named
        if isinstance(text, str)
    }


def _plain(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "start": finding.start,
        "end": finding.end,
        "text": finding.text,
        "message": finding.message,
        "alternatives": list(finding.alternatives),
    }


# ---------------------------------------------------------------- marks


@dataclass(frozen=True)
class Marker:
    """Marks in a text what `rules` found, and local facts that are still missing (they stand in brackets)."""

    register: str
    rules: Collection[str]
    has_gaps: bool

    def paragraphs(self, text: str) -> Markup:
        """Plain text as it will stand on a channel: paragraphs at empty lines, line breaks kept."""
        blocks = (block.strip().replace("\n", Markup("<br>")) for block in self.line(text).split("\n\n"))
        return Markup("").join(Markup("<p>{}</p>").format(block) for block in blocks if block)

    def line(self, text: str) -> Markup:
        """A text without paragraphs."""
        pieces, at = [], 0
        for start, end, style, title in sorted(self._spans(text)):
            if start < at:
                continue
            mark = Markup('<mark class="found found-{}" title="{}">{}</mark>').format(style, title, text[start:end])
            pieces += [escape(text[at:start]), mark]
            at = end
        return Markup("").join([*pieces, escape(text[at:])])

    def _spans(self, text: str) -> Iterator[tuple[int, int, str, str]]:
        if self.rules:
            for finding in check(text, self.register, rules_in_force()):
                if finding.rule in self.rules:
                    look = SEVERITIES[finding.severity]
                    yield finding.start, finding.end, finding.severity.value, f"{look.label}: {finding.message}"
        if self.has_gaps:
            for match in _BRACKETED.finditer(text):
                yield match.start(), match.end(), "gap", "Đơn vị chưa nhập thông tin này."
