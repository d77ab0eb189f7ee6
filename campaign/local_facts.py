"""Local facts: what the placeholders of a text stand for in a unit, and which unit still has to say it.

A unit's own value wins over that of a unit above it. A value counts for 180 days after it was checked: telephone
numbers and opening hours grow old faster than the texts that name them.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from campaign import audit
from campaign.db import write
from campaign.errors import Problem
from campaign.models import Channel, LocalFact, Message, Post, Unit, User, upsert
from campaign.rights import ancestors, need, subtree
from content.message import Message as Content
from content.message import hash_document
from content.placeholders import PLACEHOLDERS, used_by

FRESH = timedelta(days=180)
LONGEST = 200  # characters; a fact is a part of a sentence
_PHONE = re.compile(r"\+?[0-9][0-9 .()/-]{1,18}[0-9]")


@dataclass(frozen=True)
class Gap:
    """A local fact that a unit has to enter, or to check again where `checked_on` lies too far back."""

    unit: Unit
    name: str
    checked_on: date | None = None

    @property
    def sentence(self) -> str:
        """Who must do what, for the person who meets the gap."""
        label = PLACEHOLDERS[self.name].label
        who = self.unit.full_name
        if self.checked_on is None:
            return f"{who} chưa nhập “{label}”; hãy nhập ở trang Thông tin địa phương của đơn vị này."
        return (
            f"{who}: “{label}” kiểm tra lần cuối ngày {self.checked_on:%d/%m/%Y}, đã quá {FRESH.days} ngày; "
            "hãy gọi kiểm tra lại rồi bấm Vẫn đúng ở trang Thông tin địa phương."
        )


def facts_of(unit: Unit) -> dict[str, LocalFact]:
    """The facts that hold in a unit by name: its own, else the nearest one above it."""
    chain = ancestors(unit)
    rows = sorted(LocalFact.select().where(LocalFact.unit.in_(chain)), key=lambda row: chain.index(row.unit_id))
    found: dict[str, LocalFact] = {}
    for row in rows:
        found.setdefault(row.name, row)
    return found


def values_of(unit: Unit) -> dict[str, str]:
    """The values that hold in a unit by name, as they go into texts."""
    return {name: fact.value for name, fact in facts_of(unit).items()}


def gaps(names: Iterable[str], unit: Unit, day: date) -> list[Gap]:
    """What is missing or too old in a unit on a local day, of the facts named."""
    known = facts_of(unit)
    found = []
    for name in names:
        fact = known.get(name)
        if fact is None:
            found.append(Gap(unit, name))
        elif day - fact.verified_on > FRESH:
            # Whoever entered the fact checks it again, for all who use it.
            found.append(Gap(fact.unit, name, fact.verified_on))
    return found


def gaps_of_message(message: Message, content: Content, day: date) -> list[Gap]:
    """What keeps a message from being approved: gaps in each unit that has a channel for it, at or below its own."""
    reach = subtree([message.unit_id])
    channels = Channel.select(Channel, Unit).join(Unit).where(
        Channel.unit.in_(reach), Channel.kind.in_(content.channels)
    )  # fmt: skip
    wanted: dict[int, tuple[Unit, dict[str, None]]] = {}
    for channel in channels:
        needed = wanted.setdefault(channel.unit_id, (channel.unit, {}))[1]
        needed.update(dict.fromkeys(used_by(content, channel.kind)))
    if not wanted:
        wanted[message.unit_id] = message.unit, dict.fromkeys(used_by(content))
    found = [gap for unit, names in wanted.values() for gap in gaps(names, unit, day)]
    return list({(gap.unit.id, gap.name): gap for gap in found}.values())


def save(user: User, unit: Unit, name: str, value: str, verified_on: date, now: datetime, today: date) -> None:
    """Enter a fact of a unit, or say that it was checked again. Raises Problem for a value that cannot be right."""
    need(user, "facts", unit)
    value = " ".join(value.split())
    _judge(name, value, verified_on, today)
    known = LocalFact.get_or_none(LocalFact.unit == unit, LocalFact.name == name)
    before = known.value if known else None
    with write():
        row = {"unit": unit, "name": name, "value": value, "verified_on": verified_on, "user": user, "at": now}
        upsert(LocalFact, [LocalFact.unit, LocalFact.name], row)
        audit.record(
            "local_fact", unit, user=user, unit=unit, now=now, name=name, before=before, after=value,
            verified_on=verified_on.isoformat(),
        )  # fmt: skip


def remove(user: User, unit: Unit, name: str, now: datetime) -> None:
    """Take a unit's own fact away; the one above it, if any, holds again."""
    need(user, "facts", unit)
    with write():
        gone = LocalFact.delete().where(LocalFact.unit == unit, LocalFact.name == name).execute()
        if gone:
            audit.record("local_fact", unit, user=user, unit=unit, now=now, name=name, after=None)


def _judge(name: str, value: str, verified_on: date, today: date) -> None:
    known = PLACEHOLDERS.get(name)
    if known is None:
        raise Problem(f'Không có mục thông tin "{name}".')
    if not value:
        raise Problem(f"Hãy nhập “{known.label}”, hoặc bấm Xóa nếu đơn vị không có.")
    if len(value) > LONGEST:
        raise Problem(f"“{known.label}” dài quá {LONGEST} ký tự; hãy rút gọn.")
    if "{{" in value:
        raise Problem(f"“{known.label}” không được chứa chỗ trống khác; hãy viết rõ giá trị.")
    if known.kind == "phone" and not _PHONE.fullmatch(value):
        raise Problem(f"“{known.label}” phải là số điện thoại, ví dụ {known.example}.")
    if known.kind == "url" and not value.startswith("https://"):
        raise Problem(f"“{known.label}” phải là địa chỉ bắt đầu bằng https://.")
    if verified_on > today:
        raise Problem("Ngày kiểm tra không thể ở sau hôm nay.")


def seen_hash(changed: Iterable[tuple[str, str, str]]) -> str:
    """Names exactly these changes, so that a person agrees to what they saw and to nothing that came after."""
    return hash_document([list(row) for row in changed])


def changes(post: Post) -> list[tuple[str, str, str]]:
    """Where the facts of a post's unit are no longer those in its frozen text: label, what the text says, what holds.

    What the text needs and lacks counts too, as empty: it stands there in brackets.
    """
    channel = post.channel
    needed = used_by(Content.from_document(post.revision.document), channel.kind)
    frozen = {**dict.fromkeys(needed, ""), **post.payload.get("local", {})}
    now = values_of(channel.unit)
    return [
        (PLACEHOLDERS[name].label if name in PLACEHOLDERS else name, value, now.get(name, ""))
        for name, value in frozen.items()
        if now.get(name, "") != value
    ]
