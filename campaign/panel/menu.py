"""The menu: what a person finds in it follows from the rules of the pages, so it never leads to a closed door."""

from dataclasses import dataclass

from flask import request

from campaign.panel import waiting
from campaign.panel.access import SIGNED_IN, actions, rule_of


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
    Entry("approvals.index", "Duyệt", "patch-check", frozenset({"approve", "write"})),
    Entry("campaigns.index", "Chiến dịch", "calendar3"),
    Entry("posts.attention", "Cần xử lý", "exclamation-triangle"),
    Entry("broadcasts.today", "Phát thanh", "megaphone"),
    Entry("facts.index", "Địa phương", "geo-alt"),
    Entry("channels.index", "Kênh", "hdd-network"),
)


def menu() -> list[Link]:
    """The entries that the person who is signed in may open."""
    return [Link(entry, _waiting(entry), _current(entry)) for entry in MENU if _is_open(entry)]


def _is_open(entry: Entry) -> bool:
    needed = rule_of(entry.endpoint)
    if entry.only_for and not entry.only_for & actions():
        return False
    return needed == SIGNED_IN or needed in actions()


def _current(entry: Entry) -> str:
    """Whether the page is the entry's own ("page") or lies behind it ("true"). A post lies behind its campaign."""
    if request.endpoint == entry.endpoint:
        return "page"
    part = "campaigns" if request.blueprint == "posts" and request.endpoint != "posts.attention" else request.blueprint
    return "true" if part == entry.endpoint.split(".", 1)[0] else ""


def _waiting(entry: Entry) -> int:
    count: int = 0
    if entry.endpoint == "approvals.index" and "approve" in actions():
        count = waiting.to_approve().count()
    if entry.endpoint == "posts.attention" and "plan" in actions():
        count = waiting.troubled_posts().count()
    return count
