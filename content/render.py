"""From a message to words: plain text for posts, safe HTML for pages."""

import html
import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import markdown
import nh3

from content.message import Message, Variant

_TAGS = {"p", "br", "strong", "em", "ul", "ol", "li", "a", "h2", "h3", "blockquote"}
# Markdown takes "#KhongKyThi" for a heading; people mean a hashtag.
_HASHTAG = re.compile(r"(?m)^#(?=[^\s#])")
_BLOCK_END = re.compile(r"</(p|h2|h3|blockquote)>\s*")
# A list that holds no other list.
_LIST = re.compile(r"<(ul|ol)>((?:(?!<[uo]l>).)*?)</\1>\s*", re.DOTALL)
_ITEM = re.compile(r"<li>(.*?)</li>", re.DOTALL)


@dataclass(frozen=True)
class Rendered:
    """The words of one message for one kind of channel: plain text in NFC, paragraphs apart by an empty line."""

    title: str
    description: str
    text: str


def safe_html(source: str) -> str:
    """Markdown as HTML that cannot carry script, style or pictures from elsewhere (sanitised by nh3)."""
    return nh3.clean(
        markdown.markdown(_HASHTAG.sub(r"\\#", source)), tags=_TAGS, attributes={"a": {"href"}}, url_schemes={"https"}
    )


@lru_cache(maxsize=1024)
def plain(source: str) -> str:
    """Markdown as plain text: emphasis dropped, lists line by line, a link as its words and its address."""
    page = safe_html(source)
    page = re.sub(r'<a href="([^"]*)"[^>]*>(.*?)</a>', _link, page).replace("<br>", "\n")
    while (unlisted := _LIST.sub(_lines, page)) != page:
        page = unlisted
    page = _BLOCK_END.sub("\n\n", page)
    text = html.unescape(nh3.clean(page, tags=set()))
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]*\n[ \t]*", "\n", text)).strip()


def _lines(match: re.Match[str]) -> str:
    """A list as lines: a dash for each item, or its number."""
    items = (re.sub(r"\s*</?p>\s*|\n+", "\n", item).strip() for item in _ITEM.findall(match.group(2)))
    marks = (f"{number}." if match.group(1) == "ol" else "–" for number in itertools.count(1))
    return "\n" + "\n".join(f"{mark} {item}" for mark, item in zip(marks, items, strict=False)) + "\n\n"


def _link(match: re.Match[str]) -> str:
    address, words = match.groups()
    return words if words == address else f"{words} ({address})"


def wordings(message: Message, kind: str) -> tuple[str, ...]:
    """The ways in which a message says itself on a kind of channel, the first one first (Markdown)."""
    variant = message.variants.get(kind, Variant())
    return (variant.text or message.text, *variant.wordings)


def render(message: Message, kind: str, wording: int = 0) -> Rendered:
    """The words of a message for a kind of channel: its variant where it has one, else the base text.

    `wording` counts the times the message has been said there: each takes the next of its wordings, then begins anew.
    """
    variants: Mapping[str, Variant] = message.variants
    variant = variants.get(kind, Variant())
    ways = wordings(message, kind)
    return Rendered(
        title=variant.title or message.title,
        description=variant.description,
        text=plain(ways[wording % len(ways)]),
    )
