"""The list of messages: search and filters stand in the address, the best match comes first."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import render_template, request, url_for
from peewee import fn

from campaign.models import Message, Revision, RevisionState, Unit
from campaign.panel.access import readable_units
from campaign.panel.labels import REVISION_LOOKS
from campaign.search import MOST_CHARACTERS, is_newest, search
from channels.registry import KINDS
from content.taxonomy import AUDIENCES, FORMATS, PILLARS, SPOKESPERSONS, TOPICS

PAGE = 30
_MOST_PAGES = 10_000


@dataclass(frozen=True)
class Choice:
    """One filter: its name in the address, what `search` calls it, its label, and what can be chosen."""

    key: str
    name: str
    label: str
    options: Mapping[str, str]
    rare: bool = True


CHOICES = (
    Choice("tru-cot", "pillar", "Trụ cột", PILLARS, rare=False),
    Choice("trang-thai", "state", "Trạng thái", {key: look.label for key, look in REVISION_LOOKS.items()}, rare=False),
    Choice("doi-tuong", "audience", "Đối tượng", AUDIENCES),
    Choice("chu-de", "topic", "Chủ đề", TOPICS),
    Choice("kenh", "channel", "Kênh", {key: kind.label for key, kind in KINDS.items()}),
    Choice("nguoi-noi", "spokesperson", "Người phát ngôn", SPOKESPERSONS),
    Choice("dang", "format", "Dạng", FORMATS),
)


@dataclass(frozen=True)
class Filter:
    """What the address asks the list for: words, and by the name of each filter what was chosen."""

    words: str
    chosen: Mapping[str, str]

    @classmethod
    def of_request(cls) -> "Filter":
        """The filter in the address; what it does not know counts as nothing."""
        asked = [(choice, request.args.get(choice.key, "")) for choice in CHOICES]
        chosen = {choice.name: value for choice, value in asked if value in choice.options}
        return cls(request.args.get("tim", "").strip()[:MOST_CHARACTERS], chosen)

    @property
    def is_on(self) -> bool:
        """Whether the list is narrowed at all."""
        return bool(self.words or self.chosen)

    @property
    def rare(self) -> int:
        """How many of the filters are on that a phone keeps folded away."""
        return sum(choice.rare and choice.name in self.chosen for choice in CHOICES)

    def address(self, page: int) -> str:
        """The address of a page of the list with this filter."""
        chosen = {choice.key: self.chosen.get(choice.name) for choice in CHOICES}
        values: dict[str, Any] = {"tim": self.words, **chosen, "trang": page if page > 1 else None}
        return url_for("messages.index", **{name: value for name, value in values.items() if value})


def page() -> str:
    """The messages this person may read, the best match first, without words the newest."""
    wanted = Filter.of_request()
    number = min(max(request.args.get("trang", 1, type=int), 1), _MOST_PAGES)
    after = PAGE * (number - 1)
    ids = search(wanted.words, units=set(readable_units()), limit=PAGE + 1, after=after, **wanted.chosen)
    rows = _revisions(ids[:PAGE])
    return render_template(
        "messages/index.html",
        rows=rows,
        in_use=_in_use(rows),
        filter=wanted,
        choices=CHOICES,
        newer=wanted.address(number - 1) if number > 1 else None,
        older=wanted.address(number + 1) if len(ids) > PAGE else None,
    )


def _revisions(ids: list[int]) -> list[Revision]:
    """The newest revisions of messages, in the order of the ids."""
    rows: Any = Revision.select(Revision, Message, Unit).join(Message).join(Unit)
    found = {row.message_id: row for row in rows.where(Message.id.in_(ids), is_newest())}
    return [found[key] for key in ids if key in found]


def _in_use(rows: list[Revision]) -> dict[int, int]:
    """For messages whose newest revision is not the approved one: the number of the revision that is in use."""
    pending = [row.message_id for row in rows if row.state != RevisionState.APPROVED]
    approved = (
        Revision.select(Revision.message, fn.MAX(Revision.number))
        .where(Revision.message.in_(pending), Revision.state == RevisionState.APPROVED)
        .group_by(Revision.message)
    )
    return dict(approved.tuples())
