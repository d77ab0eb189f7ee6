"""What an approver looks at: the exact words per channel, what a channel would refuse, and what has changed."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from markupsafe import Markup, escape

from campaign import local_facts
from campaign.errors import Problem
from campaign.models import Revision, Unit, Verdict
from campaign.panel.access import home
from campaign.panel.filters import date_short
from campaign.panel.findings import SEVERITIES, Marker
from campaign.panel.labels import audience, kind_look, pillar, register, topic
from channels.loudspeaker import Loudspeaker
from channels.registry import KINDS
from channels.script import duration
from content.message import Message as Content
from content.message import Variant
from content.placeholders import PLACEHOLDERS, fill, used_by
from content.render import plain, wordings
from content.speech import speak
from content.taxonomy import FORMATS, SPOKESPERSONS

# Words beyond which a difference is looked for the quick way: exact matching takes time with the square of them.
LONG = 2000
# What previews.html calls things, for every page that shows its parts.
NAMES: Mapping[str, Any] = {"severities": SEVERITIES, "formats": FORMATS, "spokespersons": SPOKESPERSONS}
_WORD = re.compile(r"\s+|\w+|[^\w\s]")


@dataclass(frozen=True)
class Words:
    """One way of saying a message on a kind of channel, with marks in what was found there.

    `heading` tells it from the others, where there are any; `reading` is the time a reader needs, else empty.
    """

    heading: str
    payload: dict[str, Any]
    title: Markup
    description: Markup
    text: Markup
    reading: str


@dataclass(frozen=True)
class Preview:
    """A message as one kind of channel will carry it, in all its wordings, with the local facts of a unit: whether it
    uses any, and the labels of those that the unit has yet to enter."""

    kind: str
    ways: list[Words]
    problems: list[str]
    uses_facts: bool
    missing: list[str]


@dataclass(frozen=True)
class Difference:
    """One part of a message that is not what was approved last; `changes` marks what went and what came."""

    label: str
    changes: Markup


def previews(content: Content, unit: Unit, rules: Collection[str] = ()) -> list[Preview]:
    """One preview for each kind of channel that the message goes to and this version knows, as a unit would say it.
    What `rules` find is marked."""
    return [_preview(content, kind, unit, rules) for kind in _kinds(content)]


def _kinds(content: Content) -> list[str]:
    return [kind for kind in content.channels if kind in KINDS]


def _preview(content: Content, kind: str, unit: Unit, rules: Collection[str]) -> Preview:
    payloads = [home().freezer.payload(content, kind, unit, number) for number in range(len(wordings(content, kind)))]
    names = used_by(content, kind)
    missing = [name for name in names if name not in local_facts.values_of(unit)]
    marker = Marker(content.register, rules, bool(missing))
    headings = (
        [f"Cách nói {number}/{len(payloads)}" for number in range(1, len(payloads) + 1)] if payloads[1:] else [""]
    )
    ways = [_words(heading, payload, kind, marker) for heading, payload in zip(headings, payloads, strict=True)]
    if content.variants.get(kind, Variant()).long:
        ways.append(_words("Bài dài", _long_item(content, kind, unit, payloads[0]), kind, marker))
    labels = [PLACEHOLDERS[name].label if name in PLACEHOLDERS else name for name in missing]
    return Preview(kind, ways, _problems(content, kind, unit), bool(names), labels)


def _words(heading: str, payload: dict[str, Any], kind: str, marker: Marker) -> Words:
    return Words(
        heading=heading,
        payload=payload,
        title=marker.line(payload["title"]),
        description=marker.line(payload["description"]),
        text=marker.paragraphs(payload["text"]),
        reading=duration(seconds) if (seconds := reading_seconds(payload["text"], kind)) else "",
    )


def _long_item(content: Content, kind: str, unit: Unit, payload: dict[str, Any]) -> dict[str, Any]:
    """The payload with the long item of the message for its words."""
    text = plain(fill(content, local_facts.values_of(unit)).variants[kind].long)
    adapter = home().adapters.for_unit(kind, unit)
    if isinstance(adapter, Loudspeaker):
        text = speak(text, lexicon=adapter.lexicon).text
    return {**payload, "text": text, "media": []}


def _problems(content: Content, kind: str, unit: Unit) -> list[str]:
    try:
        return home().freezer.problems(content, kind, unit, home().clock.now())
    except Problem as problem:
        return [str(problem)]


def refusals(content: Content, unit: Unit) -> list[str]:
    """What channels would refuse about the words themselves, each with its kind: such a text is not approved.

    A home without a `public_url` may still approve what Zalo will carry one day.
    """
    no_address = home().config.public_url is None
    return [
        f"{KINDS[kind].label}: {problem}"
        for kind in _kinds(content)
        for problem in _problems(content, kind, unit)
        if not (no_address and KINDS[kind].limits.picture_required and "public_url" in problem)
    ]


def reading_seconds(text: str, kind: str) -> float:
    """How long somebody reads a text out on a kind of channel; 0 where nobody does."""
    adapter = home().adapters.of_kind(kind)
    return speak(text).seconds(adapter.rate) if isinstance(adapter, Loudspeaker) else 0


# ---------------------------------------------------------------- differences


def last_approved(revision: Revision) -> Revision | None:
    """The newest earlier revision of the message that was ever approved."""
    approvals = Verdict.select(Verdict.revision).where(Verdict.verdict == "approve")
    found: Revision | None = (
        Revision.select()
        .where(
            Revision.message == revision.message_id,
            Revision.number < revision.number,
            Revision.id.in_(approvals),
        )
        .order_by(Revision.number.desc())
        .first()
    )
    return found


def differences(old: Content, new: Content) -> list[Difference]:
    """Where two texts of a message differ, part by part, in the order of the page."""
    before, after = dict(_parts(old)), dict(_parts(new))
    labels = [*after, *(label for label in before if label not in after)]
    return [
        Difference(label, marked(before.get(label, ""), after.get(label, "")))
        for label in labels
        if before.get(label, "") != after.get(label, "")
    ]


def _parts(content: Content) -> Iterator[tuple[str, str]]:
    yield "Tiêu đề", content.title
    yield "Ý chính", content.idea
    yield "Việc cần làm", content.action
    yield "Bản ngắn", content.short
    yield "Nội dung gốc", content.text
    for kind in _kinds(content):
        yield from _parts_of(content, kind)
    for row in content.translations:
        yield row.language, row.text
    yield (
        "Nguồn",
        "\n".join(
            f"{row.title} ({row.year}), kiểm chứng {date_short(row.verified_on)} {row.url}".strip()
            for row in content.sources
        ),
    )
    yield "Trụ cột", pillar(content.pillar)
    yield "Dạng", FORMATS.get(content.format, content.format)
    yield "Dành cho ai", ", ".join(map(audience, content.audience))
    yield "Chủ đề", ", ".join(map(topic, content.topics))
    yield "Giọng văn", register(content.register)
    yield "Người phát ngôn", ", ".join(SPOKESPERSONS.get(key, key) for key in content.spokespersons)
    yield "Đơn vị phối hợp", "\n".join(content.partners)
    yield "Dùng nhiều lần", "có" if content.repeat else ""
    yield "Kênh", ", ".join(kind_look(kind).label for kind in content.channels)
    yield "Hiệu lực", f"{date_short(content.valid_from)} đến {date_short(content.valid_until)}"
    yield "Ảnh", f"{content.picture.alt} [{content.picture.sha256[:8]}]" if content.picture else ""


def _parts_of(content: Content, kind: str) -> Iterator[tuple[str, str]]:
    adapter, label = home().adapters.of_kind(kind), kind_look(kind).label
    words = adapter.compose(content)
    yield f"{label}: tiêu đề", words.title if words.title != content.title else ""
    yield f"{label}: mô tả", words.description
    yield f"{label}: nội dung", words.text
    for number in range(1, len(wordings(content, kind))):
        yield f"{label}: cách nói {number + 1}", adapter.compose(content, number).text
    yield f"{label}: bài dài", plain(content.variants.get(kind, Variant()).long)


def marked(old: str, new: str) -> Markup:
    """Two texts as one, word by word: what went in <del>, what came in <ins>."""
    before, after = _WORD.findall(old), _WORD.findall(new)
    result = Markup()
    is_long = len(after) > LONG
    for what, i, j, k, m in SequenceMatcher(None, before, after, autojunk=is_long).get_opcodes():
        if what == "equal":
            result += escape("".join(before[i:j]))
            continue
        if i < j:
            result += Markup("<del>{}</del>").format("".join(before[i:j]))
        if k < m:
            result += Markup("<ins>{}</ins>").format("".join(after[k:m]))
    return result
