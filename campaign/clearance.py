"""Clearance: what stands in the way of a text before it is approved, and again before it is sent.

Three things are looked at besides the approval itself: the language check with this home's reviewed rules, the local
facts, and the consent of whoever tells their story. What a kind of channel refuses is `Freezer.problems`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from campaign import audit, consents, local_facts
from campaign.db import write
from campaign.errors import Problem
from campaign.house_rules import rules_in_force
from campaign.models import Pack, PackItem, Post, Revision, User, Waiver
from campaign.rights import need
from channels.registry import KINDS
from content.language import Finding, RuleSet, Severity, check
from content.message import Message as Content
from content.placeholders import fill, used_by
from content.render import plain

FEWEST_WORDS = 3  # of the reason for a waiver: "ok" is none
RECALLED = "Nơi gửi gói thông điệp đã thu hồi đúng bản lời này; hãy sửa lời hoặc dùng thông điệp khác."


@dataclass(frozen=True)
class Remark:
    """One finding of the language check in one passage of a message; `waived` is the waiver that lets it pass."""

    passage: str
    finding: Finding
    waived: Waiver | None = None

    @property
    def blocks(self) -> bool:
        """Whether the text may not be approved or sent because of it."""
        return self.finding.severity == Severity.ERROR and self.waived is None

    @property
    def sentence(self) -> str:
        """Where, what and what to do."""
        return f"{self.passage}: “{self.finding.text}”. {self.finding.message}"


def passages(content: Content, kind: str | None = None) -> Iterator[tuple[str, str]]:
    """What people will read or hear of a message, each with its label; for one kind of channel, or all of it.

    Minority-language versions are left out: the check knows Vietnamese and English.
    """
    yield "Tiêu đề", content.title
    if kind is None:
        yield "Ý chính", content.idea
        yield "Việc cần làm", content.action
        yield "Bản ngắn", content.short
    if content.picture:
        yield "Mô tả ảnh", content.picture.alt
    kinds = content.channels if kind is None else (kind,)
    if kind is None or not (kind in content.variants and content.variants[kind].text):
        yield "Nội dung gốc", plain(content.text)
    for name in kinds:
        variant = content.variants.get(name)
        if variant is None:
            continue
        label = KINDS[name].label if name in KINDS else name
        yield f"{label}, tiêu đề", variant.title
        yield f"{label}, mô tả", variant.description
        yield f"{label}, nội dung", plain(variant.text)
        for number, text in enumerate(variant.wordings, start=2):
            yield f"{label}, cách nói {number}", plain(text)
        yield f"{label}, bài dài", plain(variant.long)


def remarks(content: Content, kind: str | None = None, content_hash: str | None = None) -> list[Remark]:
    """The findings in a message, in the order of its passages, with the waivers given for this very text."""
    rules = rules_in_force()
    waivers = {row.rule: row for row in Waiver.select().where(Waiver.content_hash == (content_hash or ""))}
    return [
        Remark(label, finding, waivers.get(finding.rule))
        for label, text in passages(content, kind)
        for finding in _findings(text, content.register, rules)
    ]


@lru_cache(maxsize=4096)
def _findings(text: str, register: str, rules: RuleSet) -> tuple[Finding, ...]:
    """One text goes to many channels; what the same rules find in it does not change."""
    return tuple(check(text, register, rules))


def prepare() -> None:
    """Read the rules now, which takes a moment that no post should wait for."""
    check("", "public", rules_in_force())


def obstacles(revision: Revision, day: date) -> list[str]:
    """Why a revision may not be approved on this local day, as Vietnamese sentences; none if nothing is in the way."""
    content = Content.from_document(revision.document)
    found = [remark.sentence for remark in remarks(content, content_hash=revision.content_hash) if remark.blocks]
    found += [gap.sentence for gap in local_facts.gaps_of_message(revision.message, content, day)]
    consent = consents.obstacle(revision.message, content.register, revision.content_hash, content.channels, day)
    if consent:
        found.append(consent)
    if is_recalled(revision.content_hash):
        found.append(RECALLED)
    return found


def hold(post: Post, day: date) -> str:
    """Why an approved, scheduled post may not go out on this local day after all, in one sentence, or nothing."""
    revision, channel = post.revision, post.channel
    if is_recalled(revision.content_hash):
        return "Nơi gửi gói thông điệp đã thu hồi bản lời này; hãy hủy bài và dùng thông điệp khác."
    content, local = Content.from_document(revision.document), post.payload.get("local", {})
    changed = local_facts.changes(post)
    if changed:
        label, before, after = changed[0]
        return (
            f"“{label}” đã đổi từ “{before or 'chưa nhập'}” thành “{after or 'chưa nhập'}”; "
            "hãy xem lại rồi bấm Dùng thông tin mới."
        )
    stale = local_facts.gaps(used_by(content, channel.kind), channel.unit, day)
    if stale:
        return stale[0].sentence
    consent = consents.obstacle(revision.message, content.register, revision.content_hash, [channel.kind], day)
    if consent:
        return consent
    found = remarks(fill(content, local), channel.kind, revision.content_hash)
    blocking = next((remark for remark in found if remark.blocks), None)
    if blocking is None:
        return ""
    return f"Quy tắc ngôn ngữ mới: {blocking.sentence} Hãy sửa lời rồi duyệt bản mới, hoặc nhờ người duyệt bỏ qua."


def is_recalled(content_hash: str) -> bool:
    """Whether the office that made this very text has called it back."""
    packs = PackItem.select().join(Pack).where(PackItem.content_hash == content_hash, Pack.recalled_at.is_null(False))
    return bool(packs.exists())


def waive(user: User, revision: Revision, rule: str, reason: str, now: datetime) -> None:
    """An approver lets the findings of one rule pass in exactly this text, for a reason that stays in the log."""
    need(user, "approve", revision.message.unit)
    if user.id in audit.writers(revision):
        raise Problem("Bạn đã viết hoặc gửi bản này; người khác phải quyết định bỏ qua.")
    reason = reason.strip()
    if len(reason.split()) < FEWEST_WORDS:
        raise Problem("Hãy ghi rõ lý do bỏ qua cảnh báo này, ít nhất vài từ.")
    content = Content.from_document(revision.document)
    found = remarks(content, content_hash=revision.content_hash)
    if rule not in {row.finding.rule for row in found if row.blocks}:
        raise Problem("Cảnh báo này không còn trong bản đang xem; hãy tải lại trang.")
    with write():
        row = Waiver.insert(
            revision=revision, content_hash=revision.content_hash, rule=rule, reason=reason, user=user, at=now
        )
        if not row.on_conflict_ignore().as_rowcount().execute():
            raise Problem("Người khác vừa bỏ qua cảnh báo này; hãy tải lại trang.")
        audit.record(
            "waive", revision, user=user, unit=revision.message.unit, now=now, content_hash=revision.content_hash,
            rule=rule, reason=reason,
        )  # fmt: skip
