"""Insights of Pages and posts (Graph API, channels.md section 2.7)."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from channels.simulators.facebook.call import Turn
from channels.simulators.facebook.errors import invalid
from channels.simulators.facebook.figures import (
    PAGE_METRICS,
    PAGE_SUMS,
    POST_METRICS,
    Figures,
    figures_at,
    followers_gained,
)
from channels.simulators.facebook.store import Page, Post, Store, Token

_NEEDED = {"read_insights", "pages_read_engagement"}
_LONGEST_WINDOW = timedelta(days=90)
_DAY = timedelta(days=1)


def get_post_insights(turn: Turn, post: Post) -> dict[str, Any]:
    """`GET /{post}/insights`."""
    _check_window(turn)
    return post_insights(
        turn.store, turn.token, post, turn.params.get("metric", []), turn.params.get("period", "lifetime")
    )


def post_insights(store: Store, token: Token, post: Post, metrics: list[str], period: str) -> dict[str, Any]:
    """The figures of a post as they stand now; no data without the permission or before anything was counted."""
    _check_metrics(metrics, POST_METRICS)
    figures = figures_at(post.id, store.now() - post.created_at) if post.published else None
    if figures is None or not token.scopes >= _NEEDED:
        return {"data": []}
    return {"data": [_insight(post.id, name, period, [{"value": POST_METRICS[name](figures)}]) for name in metrics]}


def get_page_insights(turn: Turn, page: Page) -> dict[str, Any]:
    """`GET /{page}/insights`: one value per day of the window, by default yesterday and today."""
    metrics = turn.params.get("metric", [])
    _check_metrics(metrics, PAGE_METRICS)
    since, until = _check_window(turn)
    if not turn.token.scopes >= _NEEDED:
        return {"data": []}
    ends = [since + _DAY * number for number in range(1, max(1, (until - since) // _DAY) + 1)]
    rows = []
    for name in metrics:
        values = [
            {"value": _page_value(turn.store, page, name, end), "end_time": end.strftime("%Y-%m-%dT%H:%M:%S+0000")}
            for end in ends
        ]
        rows.append(_insight(page.id, name, turn.params.get("period", "day"), values))
    return {"data": rows}


def _check_metrics(metrics: list[str], known: Iterable[str]) -> None:
    if not metrics:
        raise invalid("The parameter metric is required")
    if not set(metrics) <= set(known):
        raise invalid("The value must be a valid insights metric")


def _check_window(turn: Turn) -> tuple[datetime, datetime]:
    until = turn.params.get("until", turn.store.now())
    since = turn.params.get("since", until - 2 * _DAY)
    if not timedelta(0) <= until - since <= _LONGEST_WINDOW:
        raise invalid("There cannot be more than 90 days (7776000 s) between since and until")
    return since, until


def _page_value(store: Store, page: Page, name: str, end: datetime) -> int:
    if name == "page_follows":
        return page.followers
    if name in PAGE_SUMS:
        return sum(_during_day(post, PAGE_SUMS[name], end) for post in store.posts_of(page.id) if post.published)
    return 0 if "unfollows" in name else followers_gained(page.id, end.date())


def _during_day(post: Post, measure: Callable[[Figures], int], end: datetime) -> int:
    before, after = (figures_at(post.id, moment - post.created_at) or Figures() for moment in (end - _DAY, end))
    return measure(after) - measure(before)


def _insight(owner_id: str, name: str, period: str, values: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "name": name,
        "period": period,
        "values": values,
        "title": name.replace("_", " ").capitalize(),
        "description": f"Simulated: {name}",
        "id": f"{owner_id}/insights/{name}/{period}",
    }
