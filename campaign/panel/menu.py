"""The menu: what a person finds in it follows from the rules of the pages, so it never leads to a closed door."""

from dataclasses import dataclass

from flask import request

from campaign import tasks
from campaign.panel import waiting
from campaign.panel.access import SIGNED_IN, actions, rule_of, user


@dataclass(frozen=True)
class Entry:
    """One line of the menu. `only_for`: where the page opens to more people than have work there."""

    endpoint: str
    label: str
    icon: str
    only_for: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Link:
    """An entry as this person sees it; `waiting` counts what waits for them there. `current` is its `aria-current`."""

    entry: Entry
    waiting: int = 0
    current: str = ""


MENU = (
    Entry("start.index", "Hôm nay", "house"),
    Entry("messages.index", "Thông điệp", "chat-square-text"),
    Entry("pictures.index", "Kho ảnh", "image"),
    Entry("approvals.index", "Duyệt", "patch-check", frozenset({"approve", "write"})),
    Entry("campaigns.index", "Chiến dịch", "calendar3"),
    Entry("posts.attention", "Cần xử lý", "exclamation-triangle"),
    Entry("tasks.index", "Việc phải làm", "list-check"),
    Entry("broadcasts.today", "Phát thanh", "megaphone"),
    Entry("facts.index", "Địa phương", "geo-alt"),
    Entry("channels.index", "Kênh", "hdd-network"),
    Entry("status.index", "Trạng thái", "broadcast-pin", frozenset({"plan", "manage"})),
)

# Pages that lie behind an entry of another part.
_BEHIND = {"posts": "campaigns", "afterwards": "campaigns", "plans": "campaigns", "consents": "messages"}


def menu() -> list[Link]:
    """The entries that the person who is signed in may open."""
    return [Link(entry, _waiting(entry), _current(entry)) for entry in MENU if _is_open(entry)]


def _is_open(entry: Entry) -> bool:
    needed = rule_of(entry.endpoint)
    if entry.only_for and not entry.only_for & actions():
        return False
    return needed == SIGNED_IN or needed in actions()


def _current(entry: Entry) -> str:
    """Whether the page is the entry's own ("page") or lies behind it ("true")."""
    if request.endpoint == entry.endpoint:
        return "page"
    own = any(request.endpoint == other.endpoint for other in MENU)
    part = request.blueprint if own else _BEHIND.get(request.blueprint or "", request.blueprint)
    return "true" if part == entry.endpoint.split(".", 1)[0] else ""


def _waiting(entry: Entry) -> int:
    count: int = 0
    if entry.endpoint == "approvals.index" and "approve" in actions():
        count = waiting.to_approve().count()
    if entry.endpoint == "posts.attention" and "plan" in actions():
        count = waiting.troubled_posts().count()
    if entry.endpoint == "channels.index" and actions() & {"plan", "manage"}:
        count = waiting.ending_connections().count()
    if entry.endpoint == "tasks.index":
        count = len(tasks.open_tasks(user()))
    return count
