"""What an approver looks at: the exact words per channel, what a channel would refuse, and what has changed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from markupsafe import Markup, escape

from campaign.errors import Problem
from campaign.models import Revision, Unit, Verdict
from campaign.panel.access import home
from campaign.panel.filters import date_short
from campaign.panel.labels import audience, kind_look, pillar, register, topic
from channels.loudspeaker import Loudspeaker
from channels.registry import KINDS
from channels.script import duration
from content.message import Message as Content
from content.speech import speak

# Words beyond which a difference is looked for the quick way: exact matching takes time with the square of them.
LONG = 2000
_WORD = re.compile(r"\s+|\w+|[^\w\s]")


@dataclass(frozen=True)
class Preview:
    """A message as one kind of channel will carry it. `reading` is the time a reader needs, else empty."""

    kind: str
    payload: dict[str, Any]
    problems: list[str]
    reading: str


@dataclass(frozen=True)
class Difference:
    """One part of a message that is not what was approved last; `changes` marks what went and what came."""

    label: str
    changes: Markup


def previews(content: Content, unit: Unit) -> list[Preview]:
    """One preview for each kind of channel that the message goes to and this version knows, as a unit would say it."""
    return [_preview(content, kind, unit) for kind in content.channels if kind in KINDS]


def _preview(content: Content, kind: str, unit: Unit) -> Preview:
    freezer, now = home().freezer, home().clock.now()
    payload = freezer.payload(content, kind, unit)
    try:
        problems = freezer.problems(content, kind, unit, now)
    except Problem as problem:
        problems = [str(problem)]
    return Preview(kind, payload, problems, _reading(payload["text"], kind))


def refusals(content: Content, unit: Unit) -> list[str]:
    """What channels would refuse about the words themselves, each with its kind: such a text is not approved.

    A home without a `public_url` may still approve what Zalo will carry one day.
    """
    no_address = home().config.public_url is None
    return [
        f"{KINDS[preview.kind].label}: {problem}"
        for preview in previews(content, unit)
        for problem in preview.problems
        if not (no_address and KINDS[preview.kind].limits.picture_required and "public_url" in problem)
    ]


def _reading(text: str, kind: str) -> str:
    adapter = home().adapters.of_kind(kind)
    return duration(speak(text).seconds(adapter.rate)) if isinstance(adapter, Loudspeaker) else ""


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
    yield "Nội dung gốc", content.text
    for kind in content.channels:
        if kind in KINDS:
            words = home().adapters.of_kind(kind).compose(content)
            label = kind_look(kind).label
            yield f"{label}: tiêu đề", words.title if words.title != content.title else ""
            yield f"{label}: mô tả", words.description
            yield f"{label}: nội dung", words.text
    yield (
        "Nguồn",
        "\n".join(
            f"{row.title} ({row.year}), kiểm chứng {date_short(row.verified_on)} {row.url}".strip()
            for row in content.sources
        ),
    )
    yield "Trụ cột", pillar(content.pillar)
    yield "Dành cho ai", ", ".join(map(audience, content.audience))
    yield "Chủ đề", ", ".join(map(topic, content.topics))
    yield "Giọng văn", register(content.register)
    yield "Kênh", ", ".join(kind_look(kind).label for kind in content.channels)
    yield "Hiệu lực", f"{date_short(content.valid_from)} đến {date_short(content.valid_until)}"
    yield "Ảnh", f"{content.picture.alt} [{content.picture.sha256[:8]}]" if content.picture else ""


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
