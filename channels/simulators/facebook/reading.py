"""Reading back: the lists of a Page, single objects, and paging (Graph API, channels.md section 2.3)."""

import base64
import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from channels.simulators.facebook.call import Node, Turn
from channels.simulators.facebook.errors import invalid
from channels.simulators.facebook.fields import Field
from channels.simulators.facebook.login import page_token
from channels.simulators.facebook.nodes import count_summary, describe
from channels.simulators.facebook.store import Page, Post, User

DEFAULT_LIMIT = 25
LIMIT = 100
LISTED_PER_YEAR = 600


def get_node(turn: Turn, node: Node) -> dict[str, Any]:
    """`GET /{id}`."""
    return describe(turn, node, turn.fields)


def list_feed(turn: Turn, page: Page) -> dict[str, Any]:
    """`GET /{page}/feed`: published and unpublished posts, those of a time span where one is named."""
    since, until = turn.params.get("since"), turn.params.get("until")

    def inside(post: Post) -> bool:
        return (since is None or post.created_at >= since) and (until is None or post.created_at <= until)

    return _ranked(turn, page, inside)


def list_published(turn: Turn, page: Page) -> dict[str, Any]:
    """`GET /{page}/published_posts` and `/posts`."""
    return _ranked(turn, page, lambda post: post.published)


def list_scheduled(turn: Turn, page: Page) -> dict[str, Any]:
    """`GET /{page}/scheduled_posts`."""
    waiting = [post for post in _visible(turn, page) if post.scheduled_at is not None and not post.published]
    return _one_page(turn, waiting, 0)


def list_accounts(turn: Turn, _: User) -> dict[str, Any]:
    """`GET /me/accounts` of a user: every Page with its own token."""
    fields = turn.fields
    rows = []
    for page in turn.store.pages.values():
        row = describe(turn, page, fields)
        if not fields:
            row |= {"access_token": page_token(turn.store, page, turn.token), "tasks": ["CREATE_CONTENT", "ANALYZE"]}
        rows.append(row)
    return {"data": rows}


def get_comments(turn: Turn, post: Post) -> dict[str, Any]:
    """`GET /{post}/comments`: their number only."""
    return count_summary(turn, post, Field("comments", _summary(turn)))


def get_reactions(turn: Turn, post: Post) -> dict[str, Any]:
    """`GET /{post}/reactions`: their number only."""
    return count_summary(turn, post, Field("reactions", _summary(turn)))


def _summary(turn: Turn) -> dict[str, str]:
    return {"summary": "true"} if turn.params.get("summary") else {}


def _rank(post: Post) -> str:
    """The service ranks by its own lights: any order will do that is neither by time nor different each time."""
    return hashlib.sha256(f"rank {post.id}".encode()).hexdigest()


def _visible(turn: Turn, page: Page) -> list[Post]:
    return sorted((post for post in turn.store.posts_of(page.id) if not post.removed), key=_rank)


def _ranked(turn: Turn, page: Page, wanted: Callable[[Post], bool]) -> dict[str, Any]:
    per_year: Counter[int] = Counter()
    posts = []
    for post in filter(wanted, _visible(turn, page)):
        per_year[post.created_at.year] += post.published
        if not post.published or per_year[post.created_at.year] <= LISTED_PER_YEAR:
            posts.append(post)
    return _one_page(turn, posts, turn.store.empty_pages)


def _one_page(turn: Turn, posts: Sequence[Post], empty_pages: int) -> dict[str, Any]:
    """The page of data at the cursor. Positions below zero are the empty pages that come first."""
    limit = turn.params.get("limit", DEFAULT_LIMIT)
    if not 1 <= limit <= LIMIT:
        raise invalid(f"Param limit must be between 1 and {LIMIT}")
    start, following = _span(turn.params, limit, -empty_pages if posts else 0)
    rows = [describe(turn, post, turn.fields) for post in posts[start:following]] if start >= 0 else []
    paging: dict[str, Any] = {"cursors": {"before": _cursor(start), "after": _cursor(following)}}
    if following < len(posts):
        paging["next"] = _next_address(turn, following)
    return {"data": rows, "paging": paging}


def _span(params: Mapping[str, Any], limit: int, first: int) -> tuple[int, int]:
    if "before" in params:
        end = _position(params["before"])
        return max(first, end - limit), end
    start = _position(params["after"]) if "after" in params else first
    return start, start + 1 if start < 0 else start + limit


def _cursor(position: int) -> str:
    return base64.urlsafe_b64encode(f"position {position}".encode()).decode()


def _position(cursor: str) -> int:
    try:
        word, _, number = base64.urlsafe_b64decode(cursor.encode()).decode().partition(" ")
        if word != "position":
            raise ValueError(cursor)
        return int(number)
    except ValueError as error:
        raise invalid("Invalid cursors values") from error


def _next_address(turn: Turn, position: int) -> str:
    call = turn.call
    args = {name: value for name, value in call.args.items() if name not in {"before", "appsecret_proof"}}
    args["after"] = _cursor(position)
    if call.token_in_header:
        args.pop("access_token", None)
    return f"{call.base}/{call.version}/{'/'.join(call.path)}?{urlencode(args)}"
